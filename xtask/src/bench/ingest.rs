//! How fast CSV becomes a snapshot on one core, and whether the size of the input shows in memory.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::measure::{self, Conditions};
use super::{Measured, rounded};
use crate::metadata::Metadata;
use crate::talk::say;
use crate::{goals, workspace};

/// The line that `crates/events/examples/ingest_bench.rs` prints. It makes its input first, and its
/// seconds are those of the ingest alone.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    rows: u64,
    seconds: f64,
    rows_per_second: f64,
    peak_rss_mib: f64,
}

/// Runs the example once for each size, on the first core.
pub(super) fn measure(millions: &[u64]) -> Result<Measured> {
    let program = program()?;
    let mut lines = Vec::new();
    for million in millions {
        let rows = (million * 1_000_000).to_string();
        let output = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
        let conditions = Conditions {
            cores: Some("0"),
            output: Some(output.path()),
            ..Conditions::default()
        };
        let cost = measure::run(&program, &[rows.into()], &conditions)?;
        ensure!(
            cost.exit_code == 0,
            "the example ended with code {}",
            cost.exit_code
        );
        let text = std::fs::read_to_string(output.path())?;
        let line: Line = serde_json::from_str(&text)
            .with_context(|| format!("the example printed something unexpected: {text}"))?;
        say(&format!(
            "{million} million rows: {:.0} rows/s, {:.0} MiB at the peak",
            line.rows_per_second, line.peak_rss_mib
        ));
        lines.push(line);
    }
    Ok(Measured {
        how: "the release build of crates/events/examples/ingest_bench.rs, pinned to one core with taskset; \
              seconds are those of the ingest without making its input"
            .to_owned(),
        missed: missed(&lines),
        runs: lines.iter().map(run).collect(),
    })
}

fn run(line: &Line) -> Value {
    json!({
        "rows": line.rows,
        "seconds": rounded(line.seconds),
        "rows_per_second": line.rows_per_second.round(),
        "peak_rss_mib": rounded(line.peak_rss_mib),
    })
}

fn missed(lines: &[Line]) -> Vec<String> {
    let mut missed: Vec<String> = lines
        .iter()
        .filter(|line| line.rows_per_second < goals::INGEST_ROWS_PER_SECOND)
        .map(|line| {
            format!(
                "{} rows: {:.0} rows/s, and at least {:.0} is promised",
                line.rows,
                line.rows_per_second,
                goals::INGEST_ROWS_PER_SECOND
            )
        })
        .collect();
    if let (Some(first), Some(last)) = (lines.first(), lines.last())
        && last.peak_rss_mib - first.peak_rss_mib > goals::INGEST_GROWTH_MIB
    {
        missed.push(format!(
            "memory grows with the input: {:.0} MiB for {} rows, {:.0} MiB for {} rows",
            first.peak_rss_mib, first.rows, last.peak_rss_mib, last.rows
        ));
    }
    missed
}

fn program() -> Result<PathBuf> {
    let build = [
        "build",
        "--release",
        "--package",
        "avert-events",
        "--example",
        "ingest_bench",
    ];
    workspace::run(&mut workspace::cargo(&build)).context("the example does not build")?;
    let target = Metadata::of_workspace()?.target_directory;
    Ok(target.join("release").join("examples").join("ingest_bench"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(rows: u64, rows_per_second: f64, peak_rss_mib: f64) -> Line {
        Line {
            rows,
            seconds: rows as f64 / rows_per_second,
            rows_per_second,
            peak_rss_mib,
        }
    }

    #[test]
    fn slow_ingest_and_growing_memory_are_missed_goals() {
        let good = [
            line(1_000_000, 600_000.0, 100.0),
            line(10_000_000, 500_000.0, 140.0),
        ];
        assert_eq!(missed(&good), Vec::<String>::new());
        let bad = [
            line(1_000_000, 499_999.0, 100.0),
            line(10_000_000, 600_000.0, 900.0),
        ];
        let missed = missed(&bad);
        assert_eq!(missed.len(), 2, "{missed:?}");
        assert!(missed[1].contains("memory grows"));
    }
}
