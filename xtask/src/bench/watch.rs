//! What watching keeps up with: how long an event waits until the networks it changes have been told.
//!
//! Events are sent at a steady rate, whether or not the watch is ready for them. An event's wait is counted
//! from the moment when it was due, so a watch that holds its sender back does not look faster.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::measure::{Conditions, Cost};
use super::{Measured, measure, rounded};
use crate::talk::say;
use crate::{goals, trial, workspace};

/// So many accounts of a simulated platform do a little more than ten thousand things.
const ACCOUNTS_A_SECOND: u32 = 306;

/// Events a second.
const RATE: u64 = 10_000;

/// Sends a simulated platform's events to a watch for so many seconds.
pub(super) fn measure(binary: &Path, seconds: u32) -> Result<Measured> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let folder = folder.path();
    trial::prepare(binary, folder, ACCOUNTS_A_SECOND * seconds, 1)?;
    trial::detect(binary, folder)?;
    let searched = found(&std::fs::read_to_string(trial::findings(folder))?)?;
    let events = folder.join("events.ndjson");
    let mut write = Command::new(binary);
    write.args(["--quiet", "--data"]).arg(folder);
    write.args(["snapshot", "events", "--out"]).arg(&events);
    workspace::read(&mut write)?;

    let sent = send(binary, folder, &events, RATE * u64::from(seconds))?;
    ensure!(
        matches!(sent.cost.exit_code, 0 | 1),
        "avert watch ended with {}",
        sent.cost.exit_code
    );
    let timings = std::fs::read_to_string(folder.join("timings.csv"))?;
    let waits = Waits::of(&timings, &sent)?;
    let told = told(&std::fs::read_to_string(folder.join("changes.ndjson"))?)?;
    let alike = told == searched;
    let again = take_up(binary, folder)?;
    let run = json!({
        "events": sent.events,
        "events_a_second": RATE,
        "taken": waits.taken,
        "seconds_from_due_to_told": {
            "median": rounded(waits.at(500)),
            "p99": rounded(waits.at(990)),
            "most": rounded(waits.at(1000)),
        },
        "peak_rss_mib": rounded(sent.cost.peak_rss_mib),
        "networks": told.len(),
        "same_networks_as_a_search": alike,
        "seconds_to_take_up_again": rounded(again.seconds),
    });
    say(&run.to_string());
    let mut missed = Vec::new();
    if waits.at(990) > goals::WATCH_P99_SECONDS {
        missed.push(format!(
            "99 of 100 events were told of within {:.2} s, and {} s are promised",
            waits.at(990),
            goals::WATCH_P99_SECONDS
        ));
    }
    if sent.cost.peak_rss_mib > goals::WATCH_PEAK_MIB {
        missed.push(format!(
            "{:.0} MiB at the peak, and {} are promised",
            sent.cost.peak_rss_mib,
            goals::WATCH_PEAK_MIB
        ));
    }
    if waits.taken != sent.events {
        missed.push(format!("{} of {} events taken", waits.taken, sent.events));
    }
    if !alike {
        missed.push("the watch and a search of the same events name different networks".to_owned());
    }
    Ok(Measured {
        how: format!(
            "avert simulate --accounts {} --seed 1; avert snapshot events, sent to avert watch --no-seal at \
             {RATE} a second for {seconds} s; waits are counted from when an event was due; networks by their \
             accounts, after the last event",
            ACCOUNTS_A_SECOND * seconds
        ),
        runs: vec![run],
        missed,
    })
}

/// What was sent.
struct Sent {
    /// When the first event was due, in microseconds since 1970.
    begun: i64,
    events: u64,
    cost: Cost,
}

fn send(binary: &Path, folder: &Path, events: &Path, most: u64) -> Result<Sent> {
    let record = folder.join("cost.json");
    let mut child = Command::new("python3")
        .arg(workspace::root().join("xtask").join("measure.py"))
        .arg(&record)
        .arg(binary)
        .args(["--quiet", "--format", "ndjson", "--data"])
        .arg(folder)
        .args(["watch", "--no-seal", "--timings"])
        .arg(folder.join("timings.csv"))
        .stdin(Stdio::piped())
        .stdout(File::create(folder.join("changes.ndjson"))?)
        .spawn()
        .context("python3 cannot be started, which measures")?;
    let mut input = child.stdin.take().context("no standard input")?;
    let mut lines = BufReader::with_capacity(1 << 20, File::open(events)?).lines();
    let mut burst = Vec::new();
    let (begun, clock) = (unix_microseconds()?, Instant::now());
    let mut sent = 0;
    let mut ended = false;
    while !ended {
        let due = u64::try_from(clock.elapsed().as_micros())? * RATE / 1_000_000 + 1;
        burst.clear();
        while sent < due && !ended {
            match lines.next() {
                Some(line) => {
                    burst.extend_from_slice(line?.as_bytes());
                    burst.push(b'\n');
                    sent += 1;
                }
                None => ended = true,
            }
        }
        input.write_all(&burst).context("the watch hung up")?;
        wait_a_little();
    }
    ensure!(sent >= most, "{sent} events are fewer than {most}");
    drop(input);
    child.wait()?;
    let cost = serde_json::from_slice(&std::fs::read(record)?)?;
    Ok(Sent {
        begun,
        events: sent,
        cost,
    })
}

/// What a second start costs, which reads everything back.
fn take_up(binary: &Path, folder: &Path) -> Result<Cost> {
    let mut arguments: Vec<std::ffi::OsString> = Vec::new();
    arguments.extend(["--quiet", "--format", "ndjson", "--data"].map(Into::into));
    arguments.push(folder.into());
    arguments.extend(["watch", "--no-seal"].map(Into::into));
    measure::run(binary, &arguments, &Conditions::default())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the watch says when it told by the same clock"
)]
fn unix_microseconds() -> Result<i64> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_micros())?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "events come at a rate, which is what is measured"
)]
fn wait_a_little() {
    std::thread::sleep(Duration::from_millis(5));
}

/// How long each event waited, in microseconds, in order.
struct Waits {
    taken: u64,
    waits: Vec<i64>,
}

impl Waits {
    fn of(timings: &str, sent: &Sent) -> Result<Self> {
        let mut waits = Vec::new();
        for row in timings.lines().skip(1) {
            let mut cells = row.split(',').map(str::parse::<i64>);
            let (Some(Ok(taken)), Some(Ok(at))) = (cells.next(), cells.next()) else {
                anyhow::bail!("a row of the timings is none: {row}");
            };
            let micros = 1_000_000 / i64::try_from(RATE)?;
            while i64::try_from(waits.len())? < taken {
                let due = sent.begun + i64::try_from(waits.len())? * micros;
                waits.push(at - due);
            }
        }
        let taken = waits.len() as u64;
        waits.sort_unstable();
        Ok(Self { taken, waits })
    }

    /// So many seconds are enough for so many events of a thousand.
    fn at(&self, of_a_thousand: usize) -> f64 {
        let enough = (self.waits.len() * of_a_thousand).div_ceil(1000);
        let wait = self.waits.get(enough.saturating_sub(1));
        wait.map_or(f64::INFINITY, |wait| *wait as f64 / 1e6)
    }
}

type Networks = BTreeSet<BTreeSet<String>>;

fn names(members: &Value) -> Result<BTreeSet<String>> {
    let members = members.as_array().context("a network without members")?;
    let names = members.iter().map(|member| member["account"].as_str());
    let names: Option<BTreeSet<String>> = names.map(|name| name.map(str::to_owned)).collect();
    names.context("a member without an account")
}

/// The networks that a search found, but for those that only a search can find.
fn found(findings: &str) -> Result<Networks> {
    let findings: Value = serde_json::from_str(findings)?;
    let list = findings["findings"].as_array().context("no findings")?;
    let mine = list.iter().filter(|one| one["detector"] == "co-action");
    mine.map(|finding| names(&finding["members"])).collect()
}

/// The networks that somebody knows of who heard every change.
fn told(changes: &str) -> Result<Networks> {
    let mut networks = BTreeMap::new();
    for line in changes.lines() {
        let change: Value = serde_json::from_str(line)?;
        if change["change"] == "retracted" {
            networks.remove(&change["number"].as_u64());
            continue;
        }
        for gone in change["absorbed"].as_array().into_iter().flatten() {
            networks.remove(&gone.as_u64());
        }
        let network = &change["network"];
        networks.insert(network["number"].as_u64(), names(&network["members"])?);
    }
    Ok(networks.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_waits_from_when_it_was_due_until_it_was_told_of() {
        let sent = Sent {
            begun: 1_000_000,
            events: 4,
            cost: Cost {
                seconds: 1.0,
                peak_rss_mib: 1.0,
                exit_code: 0,
            },
        };
        let timings =
            "events,told_at_us,oldest_waited_us,update_us\n3,1500000,9,9\n4,1600000,9,9\n";
        let waits = Waits::of(timings, &sent).unwrap();
        assert_eq!(waits.waits, [499_800, 499_900, 500_000, 599_700]);
        assert!((waits.at(500) - 0.4999).abs() < 1e-9);
        assert!((waits.at(990) - 0.5997).abs() < 1e-9);
        assert_eq!(waits.taken, 4);
    }

    #[test]
    fn whoever_hears_every_change_knows_the_networks() {
        let one = |number: u64, account: &str| json!({ "number": number, "members": [{ "account": account }] });
        let lines = [
            json!({ "change": "opened", "network": one(1, "a") }),
            json!({ "change": "opened", "network": one(2, "b") }),
            json!({ "change": "opened", "network": one(3, "c") }),
            json!({ "change": "merged", "network": one(1, "d"), "absorbed": [2] }),
            json!({ "change": "retracted", "number": 3, "members": ["c"] }),
        ];
        let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
        let known = told(&lines.join("\n")).unwrap();
        assert_eq!(known, BTreeSet::from([BTreeSet::from(["d".to_owned()])]));
    }
}
