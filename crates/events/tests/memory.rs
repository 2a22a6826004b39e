//! Memory stays bounded however big a file is. Alone in its process, or it would measure others.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail like the tests they serve"
)]

#[path = "events/support/mod.rs"]
mod support;

use std::fs::File;
use std::io::{BufWriter, Write as _};

use avert_events::OnBadRow;
use support::{Lab, rejects, words};

const MAPPING: &str = "
platform = \"example\"
[accounts]
unknown = \"add\"
[[source]]
file = \"actions.csv\"
format = \"csv\"
table = \"actions\"
verb = \"post\"
columns = { account = \"who\", text = \"what\" }
";

/// The most memory that was resident until now, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.unwrap().split_whitespace().nth(1).unwrap();
    kib.parse::<u64>().unwrap() / 1024
}

#[test]
fn a_quote_that_is_never_closed_does_not_take_a_big_file_into_memory() {
    let lab = Lab::new().with("actions.csv", "who,what\na,x\nb,\"never closed\n");
    let file = File::options().append(true).open(lab.path("actions.csv"));
    let mut file = BufWriter::new(file.unwrap());
    let line = [b'y'; 1024 - 1];
    for _ in 0..200 * 1024 {
        file.write_all(&line).unwrap();
        file.write_all(b"\n").unwrap();
    }
    drop(file);
    let before = peak_mib();
    let error = lab.ingest(MAPPING, OnBadRow::Stop).unwrap_err();
    let text = words(&error);
    assert!(text.starts_with("actions.csv, row 3: it is longer than 12 MiB"));
    lab.assert_no_snapshot();
    let report = lab.ingest(MAPPING, OnBadRow::Skip).unwrap();
    assert_eq!(rejects(report.rejects.as_deref()).len(), 1);
    assert_eq!(lab.snapshot(&report).manifest().actions, 1);
    let grown = peak_mib() - before;
    assert!(grown < 64, "{grown} MiB for a file of 200 MiB");
}
