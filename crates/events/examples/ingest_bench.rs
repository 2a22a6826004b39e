//! Measures ingest: `ingest_bench ROWS` writes an export of that many actions by about 100,000
//! accounts, takes it in, and prints one JSON line. Writing the export is not measured.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use avert_events::{IngestOptions, Mapping, OnBadRow, ingest};
use avert_model::Timestamp;
use serde_json::json;

const ACCOUNTS: u64 = 100_000;

const MAPPING: &str = "
platform = \"bench\"

[[source]]
file = \"accounts.csv\"
format = \"csv\"
table = \"accounts\"
columns = { id = \"id\", display_name = \"name\", created_at = \"created\" }
time = \"rfc3339\"

[[source]]
file = \"actions.csv\"
format = \"csv\"
table = \"actions\"
columns = { account = \"account\", target = \"target\", at = \"time\", ip = \"ip\", object = \"object\" }
time = \"rfc3339\"
verb_column = \"event\"
verbs = { msg = \"message\", link = \"share-link\", login = \"sign-in\", invite = \"request-contact\" }
";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let rows = std::env::args().nth(1).and_then(|rows| rows.parse().ok());
    let Some(rows) = rows else {
        let _ = writeln!(std::io::stderr(), "usage: ingest_bench ROWS");
        return ExitCode::from(2);
    };
    match run(rows) {
        Ok(line) => {
            let _ = writeln!(std::io::stdout(), "{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(rows: u64) -> Outcome<serde_json::Value> {
    let folder = tempfile::tempdir()?;
    write_accounts(&folder.path().join("accounts.csv"))?;
    write_actions(&folder.path().join("actions.csv"), rows)?;
    let mapping = Mapping::parse(MAPPING, &folder.path().join("mapping.toml"))?;
    let options = IngestOptions {
        snapshots_dir: folder.path().join("snapshots"),
        rejects_dir: folder.path().join("rejects"),
        on_bad_row: OnBadRow::Stop,
        taken_at: Timestamp::UNIX_EPOCH,
    };
    // From here on the highest mark of memory is the ingest's.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let begin = Instant::now();
    let report = ingest(&mapping, &options, &mut |_, _, _| {})?;
    let seconds = begin.elapsed().as_secs_f64();
    if report.manifest.actions != rows {
        return Err(format!("{} actions of {rows} arrived", report.manifest.actions).into());
    }
    Ok(json!({
        "rows": rows,
        "seconds": (seconds * 1e3).round() / 1e3,
        "rows_per_second": (rows as f64 / seconds).round(),
        "peak_rss_mib": peak_rss_mib(),
    }))
}

/// The most memory that was resident, where the system tells.
fn peak_rss_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib.div_ceil(1024))
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}

fn write_accounts(path: &Path) -> Outcome<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "id,name,created")?;
    for number in 0..ACCOUNTS {
        writeln!(
            file,
            "user-{number:06},\"Person, {number}\",2016-05-04T03:02:01Z"
        )?;
    }
    Ok(file.flush()?)
}

fn write_actions(path: &Path, rows: u64) -> Outcome<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut numbers = Numbers(1);
    writeln!(file, "account,event,target,time,ip,object")?;
    for row in 0..rows {
        let account = numbers.below(ACCOUNTS);
        let target = numbers.below(ACCOUNTS);
        let event = ["msg", "link", "login", "invite"][usize::try_from(numbers.below(4))?];
        let (second, day) = (row % 60, 1 + numbers.below(28));
        let (hour, minute) = (numbers.below(24), numbers.below(60));
        let net = numbers.below(40_000);
        write!(
            file,
            "user-{account:06},{event},user-{target:06},2017-11-{day:02}T{hour:02}:{minute:02}:{second:02}Z,\
             10.{}.{}.{},",
            net / 250 % 250,
            net % 250,
            numbers.below(4)
        )?;
        if event == "link" {
            write!(file, "https://example.org/{}", numbers.below(200_000))?;
        }
        writeln!(file)?;
    }
    Ok(file.flush()?)
}
