//! The same log looked through in the ways that others do it, for the benchmark of matching. Prints JSON.
//!
//! ```text
//! match_peers aho|hashset SET LOG OUT     the numbers of the lines with a domain, address, endpoint or hash of the set
//! match_peers values SET OUT COUNT        so many indicators of a set, one a line
//! ```
#![expect(
    clippy::print_stdout,
    reason = "this is a program of its own, and prints what it measured"
)]

use std::collections::HashSet;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use aho_corasick::AhoCorasick;
use avert_hunt::{IndicatorSet, Kind};
use regex::bytes::Regex;

type Anything = Box<dyn std::error::Error>;

fn main() -> Result<(), Anything> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [who @ ("aho" | "hashset"), set, log, out] => {
            let values = values(Path::new(set), u64::MAX)?;
            let text = fs::read(log)?;
            let (lines, seconds, ready) = if who == "aho" {
                aho(&values, &text)?
            } else {
                hashset(values, &text)?
            };
            let mut file = BufWriter::new(fs::File::create(out)?);
            for line in &lines {
                writeln!(file, "{line}")?;
            }
            file.flush()?;
            println!(
                "{}",
                serde_json::json!({
                    "seconds": seconds, "seconds_to_get_ready": ready, "lines_with_hit": lines.len(),
                    "mb_per_second": text.len() as f64 / 1e6 / seconds,
                })
            );
            Ok(())
        }
        ["values", set, out, count] => {
            fs::write(out, values(Path::new(set), count.parse()?)?.join("\n"))?;
            Ok(())
        }
        _ => Err("match_peers aho|hashset|values …".into()),
    }
}

fn values(set: &Path, most: u64) -> Result<Vec<String>, Anything> {
    let set = IndicatorSet::open(set)?;
    let mut values = Vec::new();
    for record in set
        .records()
        .take(usize::try_from(most).unwrap_or(usize::MAX))
    {
        let indicator = record?.indicator;
        if matches!(
            indicator.kind(),
            Kind::Domain | Kind::Address | Kind::Endpoint | Kind::Hash
        ) {
            values.push(indicator.value().to_owned());
        }
    }
    Ok(values)
}

type Looked = (Vec<usize>, f64, f64);

fn is_name(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
}

/// Every value at once by an automaton; what it finds within a longer word does not count.
fn aho(values: &[String], text: &[u8]) -> Result<Looked, Anything> {
    let begun = Instant::now();
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(values)?;
    let ready = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let found = automaton.find_overlapping_iter(line).any(|found| {
            let value = &values[found.pattern().as_usize()];
            let before = found.start().checked_sub(1).map(|at| line[at]);
            let is_domain = value.bytes().any(|byte| byte.is_ascii_lowercase())
                && !value.contains(':')
                && value.contains('.');
            let begins = !is_name(before.as_ref()) || (is_domain && before == Some(b'.'));
            begins && !is_name(line.get(found.end()))
        });
        if found {
            lines.push(number);
        }
    }
    Ok((lines, begun.elapsed().as_secs_f64(), ready))
}

/// Words by a regular expression, each looked up in a set of texts.
fn hashset(values: Vec<String>, text: &[u8]) -> Result<Looked, Anything> {
    let begun = Instant::now();
    let known: HashSet<String> = values.into_iter().collect();
    let words =
        Regex::new(r"(?-u)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+(:[0-9]+)?|[0-9a-fA-F]{32,128}")?;
    let ready = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let found = words.find_iter(line).any(|word| {
            let word = String::from_utf8_lossy(word.as_bytes()).to_ascii_lowercase();
            let host = word.split(':').next().unwrap_or(&word);
            known.contains(&word) || known.contains(host) || {
                let is_address = host
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.');
                !is_address
                    && host
                        .match_indices('.')
                        .any(|(dot, _)| known.contains(&host[dot + 1..]))
            }
        });
        if found {
            lines.push(number);
        }
    }
    Ok((lines, begun.elapsed().as_secs_f64(), ready))
}
