//! `avert coact …` as typed.

use std::num::NonZeroU32;
use std::path::PathBuf;

use avert_model::SignedDuration;
use clap::{Args, ValueEnum};

/// `avert coact …`
#[derive(Debug, Args)]
pub(crate) struct Coact {
    /// Files of events: Parquet, or CSV with a header
    #[arg(required = true, value_name = "EVENTS")]
    pub(crate) events: Vec<PathBuf>,
    /// The column that says who
    #[arg(long, value_name = "COLUMN")]
    pub(crate) account: String,
    /// The column that says what was touched
    #[arg(long, value_name = "COLUMN")]
    pub(crate) object: String,
    /// The column that says when; without it there is no window
    #[arg(long, value_name = "COLUMN", requires = "window")]
    pub(crate) time: Option<String>,
    /// What a whole number in that column counts
    #[arg(long, value_enum, default_value_t = Unit::S)]
    pub(crate) time_unit: Unit,
    /// The column that says on which layer: the same object on two layers is two objects
    #[arg(long, value_name = "COLUMN")]
    pub(crate) layer: Option<String>,
    /// How far apart two events may be: 60s, 5m, 1h
    #[arg(long, value_name = "DURATION", value_parser = window)]
    pub(crate) window: Option<SignedDuration>,
    /// Leave out edges that weigh less
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) min_weight: u32,
    /// Of events with more partners than this, so many are drawn by lot and stand for all; up to it,
    /// everything is exact
    #[arg(long, value_name = "N", default_value = "10000")]
    pub(crate) cap: NonZeroU32,
    /// How many threads, at most 256 [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) workers: Option<u16>,
    /// How much memory to take; what has no room goes to disk: 4GiB, 500MiB [default: three quarters
    /// of what is free]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) memory: Option<u64>,
    /// The folder for what has no room in memory [default: that of the edges]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) spill: Option<PathBuf>,
    /// Work together with other processes: a file with a line host:port for each
    #[arg(long, value_name = "FILE", requires = "process")]
    pub(crate) hosts: Option<PathBuf>,
    /// Which line of that file this process is, counted from 0; the first writes the edges
    #[arg(long, value_name = "I", requires = "hosts")]
    pub(crate) process: Option<usize>,
    /// Where the edges go: .parquet, or else CSV
    #[arg(long, value_name = "EDGES")]
    pub(crate) out: PathBuf,
}

/// What a whole number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Unit {
    /// Seconds since 1970
    S,
    /// Milliseconds since 1970
    Ms,
    /// Microseconds since 1970
    Us,
}

/// A duration that is not below nothing.
fn window(text: &str) -> Result<SignedDuration, String> {
    let window: SignedDuration = text
        .parse()
        .map_err(|error: <SignedDuration as std::str::FromStr>::Err| error.to_string())?;
    if window.is_negative() {
        return Err("two events cannot be less than nothing apart".into());
    }
    Ok(window)
}

/// How many bytes `4GiB`, `500 MB` or `1048576` are.
fn size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let unit = text.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let bytes: u64 = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        _ => return Err("a size is a whole number with a unit, such as 4GiB or 500MB".into()),
    };
    let number = &text[..text.len() - unit.len()];
    number
        .parse()
        .ok()
        .and_then(|number: u64| number.checked_mul(bytes))
        .ok_or_else(|| "a size is a whole number with a unit, such as 4GiB or 500MB".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_not_below_nothing() {
        assert_eq!(window("60s"), Ok(SignedDuration::from_secs(60)));
        assert_eq!(window("0s"), Ok(SignedDuration::ZERO));
        assert!(window("-5s").is_err());
        assert!(window("soon").is_err());
    }

    #[test]
    fn sizes_are_read_with_and_without_a_unit() {
        assert_eq!(size("4GiB"), Ok(4 << 30));
        assert_eq!(size("500 mb"), Ok(500_000_000));
        assert_eq!(size("1048576"), Ok(1 << 20));
        for wrong in ["", "GiB", "-1GiB", "1.5GiB", "4 gibis", "99999999999TiB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
