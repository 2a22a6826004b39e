//! Measures reading STIX: `stix_bench FILE` reads the objects of a bundle and judges them, has `serde_json` make
//! values of the same text, and prints one JSON line with the best of five runs of each.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use avert_exchange::stix::{Limits, Reader};
use serde_json::{Value, json};

const RUNS: usize = 5;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let ended = match std::env::args().nth(1) {
        Some(path) => measure(&path),
        None => Err("which file?".into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(path: &str) -> Outcome<()> {
    let text = std::fs::read(path)?;
    let (mut read, mut values) = (f64::INFINITY, f64::INFINITY);
    let mut objects = 0;
    for _ in 0..RUNS {
        let began = Instant::now();
        objects = Reader::new(&*text, Limits::default()).flatten().count();
        read = read.min(began.elapsed().as_secs_f64());
        let began = Instant::now();
        let value: Value = serde_json::from_slice(&text)?;
        values = values.min(began.elapsed().as_secs_f64());
        drop(value);
    }
    let line = json!({ "objects": objects, "read_seconds": read, "serde_json_seconds": values });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
