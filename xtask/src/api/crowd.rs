//! Many at once: those who are slow on purpose, those who all listen, and those who never read what they asked for.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::client::{Asker, Wire};
use super::faults::Faults;
use super::scene::OPERATOR;
use super::served::Served;
use crate::http_server::hold;

/// How many are slow.
const SLOW: usize = 500;

/// How many want to listen.
const LISTENERS: usize = 10_000;

/// How long a normal client may wait, whoever else is there.
const SOON: Duration = Duration::from_secs(1);

/// How long the slow may take, with something over: the server gives a head 10 s and a body 20 s.
const OVER: Duration = Duration::from_secs(25);

/// What the server's memory may grow by, in MiB.
const MOST_MEMORY: u64 = 256;

pub(super) fn try_all(served: &Served) -> Result<Value> {
    allow_files(std::process::id())?;
    allow_files(served.id())?;
    let people = served.let_in(OPERATOR, &["ines"])?;
    let ines = &people["ines"];
    let mut faults = Faults::default();
    let slow = slow(served, ines, &mut faults)?;
    let listeners = listeners(served, ines, &mut faults)?;
    let deaf = deaf(served, ines, &mut faults)?;
    let guessers = guessers(served, ines, &mut faults)?;
    let tries = faults.end()?;
    Ok(
        json!({ "tries": tries, "slow": slow, "listeners": listeners, "deaf": deaf,
        "guessers": guessers }),
    )
}

/// Lets a process have as many files open as this takes.
fn allow_files(process: u32) -> Result<()> {
    let raised = Command::new("prlimit")
        .args(["--nofile=16384:", "--pid", &process.to_string()])
        .stdin(Stdio::null())
        .status()
        .context("prlimit cannot be started: install util-linux")?;
    ensure!(
        raised.success(),
        "16,384 open files are not allowed here: see `ulimit -Hn`"
    );
    Ok(())
}

/// The longest that a normal client waited, over so many requests.
fn longest_wait(asker: &Asker, requests: usize) -> Result<Duration> {
    let mut longest = Duration::ZERO;
    for _ in 0..requests {
        let begun = Instant::now();
        asker.get("/v1/today")?.good()?;
        longest = longest.max(begun.elapsed());
    }
    Ok(longest)
}

/// Heads and bodies that come a letter at a time.
fn slow(served: &Served, ines: &Asker, faults: &mut Faults) -> Result<Value> {
    let begun = Instant::now();
    let mut wires = Vec::new();
    for n in 0..SLOW {
        let mut wire = Wire::open(served.port)?;
        let head = ines.head("POST", "/v1/freeze");
        if n % 2 == 0 {
            wire.send(&head.as_bytes()[..20])?;
        } else {
            let rest = "content-type: application/json\r\ncontent-length: 1000\r\n\r\n{";
            wire.send(format!("{head}{rest}").as_bytes())?;
        }
        wires.push(wire);
    }
    let mut longest = Duration::ZERO;
    while begun.elapsed() < OVER {
        for wire in &mut wires {
            wire.send(b" ")?;
        }
        longest = longest.max(longest_wait(ines, 5)?);
        hold(Duration::from_millis(500));
    }
    faults.hold("a normal client among slow ones", longest < SOON, || {
        format!("{longest:?}")
    });
    let mut open = 0;
    for wire in &mut wires {
        open += usize::from(!wire.is_closed(Duration::from_millis(20))?);
    }
    faults.hold("slow ones", open == 0, || {
        format!("{open} of {SLOW} are still open")
    });
    Ok(json!({ "connections": SLOW, "longest_wait_ms": millis(longest) }))
}

/// Everybody listens, and nobody hangs up.
fn listeners(served: &Served, ines: &Asker, faults: &mut Faults) -> Result<Value> {
    let before = served.memory_mib()?;
    let request = ines.request("GET", "/v1/events", None);
    let mut wires = Vec::new();
    for n in 0..LISTENERS {
        let mut wire = Wire::open(served.port).with_context(|| format!("connection {n}"))?;
        wire.send(&request)?;
        wires.push(wire);
    }
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    let mut told_when = 0_u64;
    for wire in &mut wires {
        let (status, headers) = wire.head()?.unwrap_or_default();
        *statuses.entry(status).or_default() += 1;
        told_when +=
            u64::from(status == 503 && headers.iter().any(|(name, _)| name == "retry-after"));
    }
    let peak = served.memory_mib()?;
    let count = |status| statuses.get(&status).copied().unwrap_or_default();
    let others: Vec<_> = statuses
        .keys()
        .filter(|status| ![200, 503].contains(*status))
        .collect();
    faults.hold("listeners", others.is_empty(), || {
        format!("{statuses:?}; 0 is no answer at all")
    });
    faults.hold("some listeners", (1..=2048).contains(&count(200)), || {
        format!("{statuses:?}")
    });
    faults.hold("those who are too many", told_when == count(503), || {
        format!("{told_when} of {} are told when to come again", count(503))
    });
    faults.hold("memory", peak < before + MOST_MEMORY, || {
        format!("{before} MiB, then {peak} MiB")
    });
    // While they still hold whatever they got, whoever works is let in again.
    let begun = Instant::now();
    let mut waited = None;
    while begun.elapsed() < OVER && waited.is_none() {
        match ines.get("/v1/today") {
            Ok(answer) if answer.status == 200 => waited = Some(begun.elapsed()),
            _ => hold(Duration::from_millis(100)),
        }
    }
    faults.hold("a normal client among listeners", waited.is_some(), || {
        format!("not within {OVER:?}")
    });
    drop(wires);
    hold(Duration::from_secs(1));
    let longest = longest_wait(ines, 20)?;
    faults.hold("a normal client afterwards", longest < SOON, || {
        format!("{longest:?}")
    });
    Ok(json!({
        "asked": LISTENERS, "let_in": count(200), "refused": count(503),
        "memory_mib": [before, peak, served.memory_mib()?],
        "normal_client_waited_ms": waited.map(millis), "afterwards_longest_ms": millis(longest),
    }))
}

/// Those who ask for a large answer and never read it.
fn deaf(served: &Served, ines: &Asker, faults: &mut Faults) -> Result<Value> {
    let before = served.memory_mib()?;
    let request = ines.request("GET", "/v1/openapi.json", None).repeat(50);
    let mut wires = Vec::new();
    for _ in 0..SLOW {
        let mut wire = Wire::open(served.port)?;
        wire.send(&request)?;
        wires.push(wire);
    }
    let longest = longest_wait(ines, 20)?;
    let peak = served.memory_mib()?;
    faults.hold("a normal client among the deaf", longest < SOON, || {
        format!("{longest:?}")
    });
    faults.hold("memory", peak < before + MOST_MEMORY, || {
        format!("{before} MiB, then {peak} MiB")
    });
    drop(wires);
    Ok(
        json!({ "connections": SLOW, "memory_mib": [before, peak], "longest_wait_ms": millis(longest) }),
    )
}

/// Those who all guess passwords at the same moment: each guess is work for the server.
fn guessers(served: &Served, ines: &Asker, faults: &mut Faults) -> Result<Value> {
    let nobody = served.nobody();
    let mut wires = Vec::new();
    for n in 0..SLOW {
        let guess = json!({ "name": format!("stranger-{n}"), "password": "a password" });
        let mut wire = Wire::open(served.port)?;
        wire.send(&nobody.request("POST", "/v1/session", Some(&guess.to_string())))?;
        wires.push(wire);
    }
    let longest = longest_wait(ines, 20)?;
    faults.hold("a normal client among guessers", longest < SOON, || {
        format!("{longest:?}")
    });
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    for wire in &mut wires {
        let status = wire.answer()?.map_or(0, |answer| answer.status);
        *statuses.entry(status).or_default() += 1;
    }
    let is_refused = statuses
        .keys()
        .all(|status| [401, 429, 503].contains(status));
    faults.hold("guessers", is_refused, || format!("{statuses:?}"));
    let looked_at = statuses.get(&401).copied();
    Ok(json!({ "connections": SLOW, "looked_at": looked_at, "longest_wait_ms": millis(longest) }))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
