//! The report of one invented case, byte for byte.
//!
//! After a change that is meant: `AVERT_REWRITE_GOLDEN=1 cargo test -p avert-exchange`, then read
//! the difference.

mod fixture;

use std::path::Path;

use avert_exchange::report::{self, ReportOptions};

fn check(name: &str, report: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("AVERT_REWRITE_GOLDEN").is_some() {
        std::fs::write(&path, report).unwrap();
        return;
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    if golden != report {
        let line = golden
            .lines()
            .zip(report.lines())
            .take_while(|(a, b)| a == b)
            .count();
        panic!(
            "{name} differs from line {}:\n  was {:?}\n  is  {:?}\nIf that is meant, run with \
             AVERT_REWRITE_GOLDEN=1 and read the difference.",
            line + 1,
            golden.lines().nth(line),
            report.lines().nth(line),
        );
    }
}

#[test]
fn the_report_of_a_cell_stays_as_it_was() {
    let dossier = fixture::cell();
    let options = ReportOptions::default();
    check("cell.md", &report::markdown(&dossier, &options));
    check("cell.html", &report::html(&dossier, &options));
    check("cell.json", &report::json(&dossier, &options));
}
