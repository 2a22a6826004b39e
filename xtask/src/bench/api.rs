//! How long the API takes to show the first pages of the console, on a store with a thousand cases and a million
//! findings.

mod store;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::{Measured, rounded};
use crate::api::client::{Asker, Wire};
use crate::api::scene;
use crate::api::served::Served;
use crate::goals;
use crate::postgres::Postgres;
use crate::talk::say;

/// How many ask at once, each over a connection of its own that is kept.
const CLIENTS: usize = 4;

/// How often each of them asks for the same thing.
const EACH: usize = 500;

/// What takes far too long is known to after so long, and is asked for less often.
const LONGEST: Duration = Duration::from_secs(20);

/// What is asked for: its name, the address, and whether the next pages follow.
const READS: &[(&str, &str, bool)] = &[
    ("session", "/v1/session", false),
    ("today", "/v1/today", false),
    ("findings", "/v1/findings", false),
    ("findings, page by page", "/v1/findings", true),
    (
        "findings without a case",
        "/v1/findings?without_case=true",
        true,
    ),
    ("findings, common words", "/v1/findings?q=suspects", true),
    ("findings, rare words", "/v1/findings?q=rarely+seen", false),
    (
        "findings, words of none",
        "/v1/findings?q=nowhere+to+be+found",
        false,
    ),
    ("findings, an id", "/v1/findings?q=fd-0", false),
    ("a finding", "/v1/findings/FINDING", false),
    ("cases", "/v1/cases", false),
    ("cases, page by page", "/v1/cases?state=open", true),
    ("cases, words", "/v1/cases?q=number+77", false),
    ("a case", "/v1/cases/case-500", false),
    ("takedowns", "/v1/takedowns", true),
    ("a takedown", "/v1/takedowns/tp-1", false),
    ("notices", "/v1/notices", false),
    ("appeals", "/v1/appeals", true),
    ("journal", "/v1/journal", false),
    ("journal, page by page", "/v1/journal", true),
    ("journal of a case", "/v1/journal?subject=case-500", false),
    ("settings", "/v1/settings", false),
];

/// Measures both stores.
pub(super) fn measure(binary: &Path, findings: u64) -> Result<Measured> {
    let mut measured = Measured {
        how: format!(
            "A store of {} findings, {} cases, {} plans and {} appeals, in a file and in PostgreSQL (its caches as Debian \
             sets them): the findings are written by SQL, a small finding of the simulator a million times under other \
             ids, risks and titles; everything else is done by requests. Then {CLIENTS} clients ask over a connection each, \
             {EACH} times each for the same thing or for 20 s, nothing else being asked meanwhile. Client and server share the \
             processors. The goal is that 99 of 100 answers are whole within {} ms. `start_seconds` is from the \
             process' begin to its first answer.",
            findings,
            store::CASES,
            store::PLANS,
            store::APPEALS,
            goals::API_P99_MS
        ),
        runs: Vec::new(),
        missed: Vec::new(),
    };
    for database in ["file", "postgresql"] {
        let folder = tempfile::Builder::new()
            .prefix("avert-bench-api-")
            .tempdir()?;
        let postgres = match database {
            "file" => None,
            _ => Some(Postgres::start(true)?),
        };
        one(
            binary,
            folder.path(),
            (postgres.as_ref(), findings),
            &mut measured,
        )
        .with_context(|| format!("with the store in {database}"))?;
    }
    Ok(measured)
}

fn one(
    binary: &Path,
    folder: &Path,
    (postgres, findings): (Option<&Postgres>, u64),
    measured: &mut Measured,
) -> Result<()> {
    let database = postgres.map_or("file", |_| "postgresql");
    let url = postgres.map(Postgres::url);
    let made = scene::make_in(binary, folder, url.as_deref())?;
    let begun = Instant::now();
    store::fill(folder, postgres, (&made.second, findings))?;
    say(&format!(
        "   {database}: findings written in {} s",
        begun.elapsed().as_secs()
    ));
    let begun = Instant::now();
    let served = Served::start(binary, folder)?;
    let start = begun.elapsed();
    let people = served.let_in(scene::OPERATOR, &["ines", "omar"])?;
    let ines = &people["ines"];
    store::work(ines, &made)?;
    for (name, path, pages) in READS {
        let path = path.replace("FINDING", &made.finding);
        let mut waits = match asked(ines, &path, *pages) {
            Ok(waits) => waits,
            // What is not answered at all is missed, and the rest is measured all the same.
            Err(error) => {
                measured
                    .missed
                    .push(format!("{database}: {name}: {error:#}"));
                continue;
            }
        };
        waits.sort_unstable();
        let at = |share: f64| millis(waits[place(waits.len(), share)]);
        let (p50, p99, most) = (at(0.5), at(0.99), at(1.0));
        say(&format!(
            "   {database}: {name}: p50 {p50} ms, p99 {p99} ms, at most {most} ms"
        ));
        measured.runs.push(json!({
            "store": database, "what": name, "requests": waits.len(),
            "p50_ms": p50, "p99_ms": p99, "max_ms": most,
        }));
        if p99 > goals::API_P99_MS {
            measured
                .missed
                .push(format!("{database}: {name}: p99 is {p99} ms"));
        }
    }
    measured.runs.push(json!({
        "store": database, "what": "the server", "start_seconds": rounded(start.as_secs_f64()),
        "memory_mib": served.memory_mib()?,
    }));
    Ok(())
}

/// Where in a sorted list the last of this share is.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a few thousand waits, and a share of 0 to 1"
)]
fn place(waits: usize, share: f64) -> usize {
    ((waits as f64 * share).ceil() as usize).clamp(1, waits) - 1
}

fn millis(wait: Duration) -> f64 {
    rounded(wait.as_secs_f64() * 1000.0)
}

/// Has every client ask, and says how long each answer took to be whole.
fn asked(asker: &Asker, path: &str, pages: bool) -> Result<Vec<Duration>> {
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(|| client(asker, path, pages)))
            .collect();
        let mut all = Vec::new();
        for client in clients {
            let Ok(waits) = client.join() else {
                bail!("a client came to a bad end");
            };
            all.extend(waits?);
        }
        Ok(all)
    })
}

fn client(asker: &Asker, path: &str, pages: bool) -> Result<Vec<Duration>> {
    let mut wire = Wire::open(asker.port)?;
    let mut waits = Vec::with_capacity(EACH);
    let mut next = path.to_owned();
    let first = Instant::now();
    // The first answers are of a server that has just been started, which no open page meets.
    for n in 0..EACH + 5 {
        let begun = Instant::now();
        wire.send(&asker.request("GET", &next, None))?;
        let answer = wire.answer()?.context("the connection was closed")?;
        let wait = begun.elapsed();
        let page = answer.good()?;
        if n >= 5 {
            waits.push(wait);
            if first.elapsed() > LONGEST {
                break;
            }
        }
        next = match page["next"].as_str().filter(|_| pages) {
            Some(cursor) => following(path, cursor),
            None => path.to_owned(),
        };
    }
    Ok(waits)
}

/// The address of the next page.
fn following(path: &str, cursor: &str) -> String {
    let glue = if path.contains('?') { '&' } else { '?' };
    let name = if path.starts_with("/v1/journal") {
        "before"
    } else {
        "after"
    };
    format!("{path}{glue}{name}={cursor}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_waits_is_found_by_its_place() {
        assert_eq!(place(2000, 0.99), 1979);
        assert_eq!(place(2000, 1.0), 1999);
        assert_eq!(place(1, 0.5), 0);
    }

    #[test]
    fn the_next_page_is_asked_for_by_the_last_line() {
        assert_eq!(following("/v1/journal", "7"), "/v1/journal?before=7");
        assert_eq!(
            following("/v1/cases?state=open", "7"),
            "/v1/cases?state=open&after=7"
        );
    }
}
