//! What the benchmark of matching runs, each in a process of its own. Prints JSON.
//!
//! ```text
//! match_bench set COUNT INDICATORS.tsv.gz FOLDER   a set of so many: the real ones, and made-up ones
//! match_bench log SET BYTES OUT.log                a log of which one line in a thousand has an indicator
//! match_bench open SET                             how much memory an opened set takes
//! match_bench scan SET LOG THREADS OUT.hits        the hits, one `LINE TAB KIND TAB INDICATOR` a line
//! ```
#![expect(
    clippy::print_stdout,
    reason = "this is a program of its own, and prints what it measured"
)]

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use avert_hunt::scan::{ScanError, open_log, scan};
use avert_hunt::{Assertion, Decay, Indicator, IndicatorSet, Kind, Matcher, SetBuilder, input};
use avert_model::Timestamp;

type Anything = Box<dyn std::error::Error>;

fn main() -> Result<(), Anything> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["set", count, real, folder] => set(count.parse()?, Path::new(real), Path::new(folder)),
        ["log", set, bytes, out] => log(Path::new(set), bytes.parse()?, Path::new(out)),
        ["open", set] => open(Path::new(set)),
        ["scan", set, log, threads, out] => find(
            Path::new(set),
            Path::new(log),
            threads.parse()?,
            Path::new(out),
        ),
        _ => Err("match_bench set|log|open|scan …".into()),
    }
}

fn assertion(label: String) -> Assertion {
    Assertion {
        label,
        source: "a feed".to_owned(),
        reference: String::new(),
        tlp: None,
        pap: None,
        admiralty: None,
        score: None,
        first_seen: None,
        last_seen: Timestamp::UNIX_EPOCH,
        expires: None,
        is_revoked: false,
        decay: Decay::USUAL,
    }
}

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A place in a list that is so long.
    fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    fn word(&mut self, shortest: u64, longest: u64) -> String {
        let length = shortest + self.below(longest - shortest + 1);
        (0..length)
            .map(|_| char::from(b"abcdefghijklmnopqrstuvwxyz"[self.place(26)]))
            .collect()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.place(of.len())]
    }

    fn address(&mut self) -> String {
        let [a, b, c, d] = [
            1 + self.below(222),
            self.below(256),
            self.below(256),
            self.below(256),
        ];
        format!("{a}.{b}.{c}.{d}")
    }
}

const ENDINGS: [&str; 12] = [
    "com", "net", "org", "info", "xyz", "top", "ru", "cc", "site", "online", "io", "de",
];

fn set(count: u64, real: &Path, folder: &Path) -> Result<(), Anything> {
    let begun = Instant::now();
    let mut builder = SetBuilder::new(folder);
    let defaults = input::Defaults {
        source: "the real ones".to_owned(),
        label: "unnamed".to_owned(),
        tlp: None,
        pap: None,
        admiralty: None,
        score: None,
        last_seen: Timestamp::UNIX_EPOCH,
        decay: Decay::USUAL,
    };
    let report = input::read(real, &defaults, &mut builder)?;
    let mut dice = Dice(7);
    while builder.added() < count {
        let label = format!("malware/{}", dice.below(5_000));
        let text = match dice.below(100) {
            0..60 => format!("{}.{}", dice.word(5, 18), dice.one(&ENDINGS)),
            60..75 => dice.address(),
            75..85 => format!("{}:{}", dice.address(), 1 + dice.below(65_535)),
            85..95 => format!(
                "http://{}.{}/{}",
                dice.word(6, 14),
                dice.one(&ENDINGS),
                dice.word(4, 20)
            ),
            _ => format!(
                "{:016x}{:016x}{:016x}{:016x}",
                dice.roll(),
                dice.roll(),
                dice.roll(),
                dice.roll()
            ),
        };
        builder.add(&Indicator::parse(&text)?, &assertion(label))?;
    }
    let (path, summary) = builder.finish()?;
    let told = serde_json::json!({
        "path": path, "set": summary, "real_rows": report.rows, "real_taken": report.taken,
        "seconds": begun.elapsed().as_secs_f64(),
    });
    println!("{told}");
    Ok(())
}

fn log(set: &Path, bytes: u64, out: &Path) -> Result<(), Anything> {
    let set = IndicatorSet::open(set)?;
    let mut dice = Dice(11);
    let mut hostile = Vec::new();
    while hostile.len() < 2_000 {
        let place = u32::try_from(dice.below(set.count()))?;
        let indicator = set.record(place)?.indicator;
        if matches!(
            indicator.kind(),
            Kind::Domain | Kind::Address | Kind::Url | Kind::Endpoint | Kind::Hash
        ) {
            hostile.push(indicator.value().to_owned());
        }
    }
    let mut file = BufWriter::with_capacity(1 << 20, File::create(out)?);
    let (mut written, mut lines, mut with_hit) = (0_u64, 0_u64, 0_u64);
    while written < bytes {
        let is_hit = dice.below(1_000) == 0;
        let hostile = hostile[dice.place(2_000)].as_str();
        let line = line(&mut dice, is_hit.then_some(hostile));
        file.write_all(line.as_bytes())?;
        written += line.len() as u64;
        lines += 1;
        with_hit += u64::from(is_hit);
    }
    file.flush()?;
    println!(
        "{}",
        serde_json::json!({ "bytes": written, "lines": lines, "lines_with_hit": with_hit })
    );
    Ok(())
}

/// A line of a web server, a resolver, a firewall or an application, by turns.
fn line(dice: &mut Dice, hostile: Option<&str>) -> String {
    let time = format!(
        "2026-11-{:02}T{:02}:{:02}:{:02}",
        1 + dice.below(29),
        dice.below(24),
        dice.below(60),
        dice.below(60)
    );
    let ours = format!("{}.corp.example.org", dice.word(4, 9));
    match dice.below(4) {
        0 => {
            let referrer = hostile.map_or_else(
                || format!("https://{ours}/{}", dice.word(3, 9)),
                |one| format!("http://{one}"),
            );
            format!(
                "10.{}.{}.{} - - [{time}Z] \"GET /{}/{}.html?id={} HTTP/1.1\" 200 {} \"{referrer}\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{}.0.0.0 Safari/537.36\"\n",
                dice.below(256),
                dice.below(256),
                dice.below(256),
                dice.word(3, 9),
                dice.word(3, 12),
                dice.below(100_000),
                dice.below(90_000),
                90 + dice.below(40),
            )
        }
        1 => {
            let asked = hostile.map_or_else(
                || {
                    format!(
                        "{}.{}.{}",
                        dice.word(2, 6),
                        dice.word(5, 14),
                        dice.one(&ENDINGS)
                    )
                },
                str::to_owned,
            );
            format!(
                "{time}Z {ours} named[{}]: client 10.0.{}.{}#{}: query: {asked} IN A +E(0)K\n",
                dice.below(30_000),
                dice.below(256),
                dice.below(256),
                dice.below(65_536)
            )
        }
        2 => {
            let to = hostile.map_or_else(|| dice.address(), str::to_owned);
            format!(
                "{time}Z fw1 kernel: ACCEPT IN=eth0 OUT=eth1 SRC=10.1.{}.{} DST={to} LEN={} TTL={} PROTO=TCP SPT={} DPT=443\n",
                dice.below(256),
                dice.below(256),
                dice.below(1_500),
                dice.below(128),
                dice.below(65_536)
            )
        }
        _ => {
            let what = hostile.map_or_else(|| dice.word(6, 20), str::to_owned);
            format!(
                "{{\"time\":\"{time}Z\",\"level\":\"info\",\"host\":\"{ours}\",\"pid\":{},\"message\":\"{} {} {}\",\"object\":\"{what}\"}}\n",
                dice.below(40_000),
                dice.word(3, 9),
                dice.word(3, 9),
                dice.word(3, 9)
            )
        }
    }
}

fn open(set: &Path) -> Result<(), Anything> {
    let begun = Instant::now();
    let set = IndicatorSet::open(set)?;
    let seconds = begun.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kib = |name: &str| -> Option<u64> {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    println!(
        "{}",
        serde_json::json!({
            "indicators": set.count(), "seconds": seconds, "rss_kib": kib("VmRSS:"), "peak_kib": kib("VmHWM:"),
            "resident_bytes": set.summary().resident_bytes, "file_bytes": set.summary().file_bytes,
        })
    );
    Ok(())
}

fn find(set: &Path, log: &Path, threads: usize, out: &Path) -> Result<(), Anything> {
    let set = IndicatorSet::open(set)?;
    let matcher = Matcher::new([&set]);
    let mut hits = BufWriter::new(File::create(PathBuf::from(out))?);
    let before = cpu_seconds()?;
    let begun = Instant::now();
    let scanned = scan(&matcher, "log", open_log(log)?, threads, |found| {
        for hit in found {
            let indicator = &hit.record.indicator;
            let told = writeln!(
                hits,
                "{}\t{}\t{}",
                hit.line,
                indicator.kind(),
                indicator.value()
            );
            told.map_err(|source| ScanError::Read {
                name: "the hits".to_owned(),
                line: hit.line,
                source,
            })?;
        }
        Ok::<bool, ScanError>(true)
    })?;
    hits.flush()?;
    let seconds = begun.elapsed().as_secs_f64();
    let cpu_seconds = cpu_seconds()? - before;
    println!(
        "{}",
        serde_json::json!({
            "seconds": seconds, "cpu_seconds": cpu_seconds, "scanned": scanned,
            "mb_per_second": scanned.bytes as f64 / 1e6 / seconds,
            "mb_per_cpu_second": scanned.bytes as f64 / 1e6 / cpu_seconds,
        })
    );
    Ok(())
}

/// How long this process had a core, in user and kernel mode.
fn cpu_seconds() -> Result<f64, Anything> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let behind_name = stat
        .rsplit_once(") ")
        .ok_or("no name in /proc/self/stat")?
        .1;
    let ticks: Vec<u64> = behind_name
        .split(' ')
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    // Linux tells them in hundredths of a second on every machine there is.
    Ok(ticks.iter().sum::<u64>() as f64 / 100.0)
}
