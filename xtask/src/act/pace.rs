//! How fast it goes when nobody is killed: mails beside what a rival says of itself, takedowns beside a
//! bare client that makes the same requests.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

use super::ground::{Ground, Outside, Site, count_at};
use super::notices::Notices;
use super::postfix::SmtpSink;
use crate::faulty::{Faults, Platform, Users};
use crate::live::avert::RESPONDER;
use crate::postgres::Postgres;

/// What a measurement gave.
pub(crate) struct Pace {
    pub(crate) run: Value,
    /// Mails a second; or the share of the bare client's pace.
    pub(crate) figure: f64,
}

/// Mails a second, from the command to its end: the ledger is durable, and the last mail accepted.
/// `before` is a site in a file whose takedown is carried out.
pub(crate) fn mails(
    binary: &Path,
    ground: &Ground,
    before: &Site<'_>,
    folder: &Path,
    (on_postgres, connections): (bool, usize),
) -> Result<Pace> {
    let postgres = on_postgres.then(|| Postgres::start(true)).transpose()?;
    let store = if on_postgres { "postgresql" } else { "sqlite" };
    let sink = SmtpSink::start(folder)?;
    let outside = Outside {
        mail: Some(sink.port),
        notices_at_once: connections,
        database: postgres.as_ref().map(Postgres::url),
        ..Outside::default()
    };
    let name = format!("mails-{store}");
    let site = match &outside.database {
        None => ground.again(binary, before, &name, &outside)?,
        Some(url) => {
            let before = format!("{name}-before");
            let taken = Notices::taken_down(binary, ground, &before, Some(url.clone()))?;
            ground.again(binary, &taken, &name, &outside)?
        }
    };
    let list = site.list("mail")?;
    let begun = Instant::now();
    site.avert
        .done(RESPONDER, &["notify", "send", &list, "--execute"])?;
    let seconds = begun.elapsed().as_secs_f64();
    let status = site.status("notify", &list)?;
    let people = ground.people().len() as u64;
    let (sent, taken) = (count_at(&status, "/totals/sent")?, sink.count()?);
    ensure!(
        sent == people && taken == people,
        "{people} mails were to leave, {sent} are told to have left, and {taken} arrived"
    );
    let figure = people as f64 / seconds;
    Ok(Pace {
        run: json!({
            "measured": "mails",
            "store": store,
            "disk_syncs_a_second": rounded(disk_syncs(folder)?),
            "mails": people,
            "connections": connections,
            "seconds": rounded(seconds),
            "mails_a_second": rounded(figure),
        }),
        figure,
    })
}

/// How often a second this disk takes eight kilobytes and says that they are safe: what a durable ledger
/// waits for, and no program can make faster.
fn disk_syncs(folder: &Path) -> Result<f64> {
    let path = folder.join("syncs");
    let mut file = File::create(&path)?;
    let (begun, mut syncs) = (Instant::now(), 0_u32);
    while begun.elapsed() < Duration::from_secs(1) {
        file.write_all(&[0; 8192])?;
        file.sync_data()?;
        syncs += 1;
    }
    let seconds = begun.elapsed().as_secs_f64();
    fs::remove_file(path)?;
    Ok(f64::from(syncs) / seconds)
}

/// A site with an open case, to be copied for each round of [`takedowns`].
pub(crate) fn opened<'a>(binary: &'a Path, ground: &Ground, name: &str) -> Result<Site<'a>> {
    ground.site(binary, name, &Outside::default())
}

/// A takedown beside a bare client, once each, on platforms of their own that think so long about each
/// request.
pub(crate) fn takedowns(
    binary: &Path,
    ground: &Ground,
    site: &Site<'_>,
    (round, thinking): (usize, Duration),
    connections: usize,
) -> Result<Pace> {
    let accounts: Vec<String> = ground.personas().into_iter().collect();
    let platform = Platform::start(Users::new(accounts.iter().cloned()))?;
    let outside = Outside {
        platform: platform.url(),
        timeout_seconds: 30,
        at_once: connections,
        ..Outside::default()
    };
    let name = format!("takedown-{}-{round}", thinking.as_millis());
    let site = ground.again(binary, site, &name, &outside)?;
    let plan = site.plan()?;
    platform.misbehave(Some(Faults::thinking(thinking)));
    let _ = platform.traffic();
    let begun = Instant::now();
    site.avert
        .done(RESPONDER, &["takedown", "execute", &plan, "--execute"])?;
    let whole = begun.elapsed().as_secs_f64();
    let traffic = platform.traffic();
    let gets = per_account(traffic.gets - traffic.gets_before, accounts.len());
    ensure!(
        traffic.patches == accounts.len() as u64,
        "{} changes for {} accounts",
        traffic.patches,
        accounts.len()
    );
    let acting = traffic.acting_seconds();
    let bare = bare(&accounts, connections, (gets, thinking))?;
    let rate = |seconds: f64| accounts.len() as f64 / seconds;
    let figure = bare / acting;
    Ok(Pace {
        run: json!({
            "measured": "takedowns",
            "round": round,
            "platform_thinks_ms": thinking.subsec_millis(),
            "accounts": accounts.len(),
            "connections": connections,
            "requests_for_an_account": gets + 1,
            "whole_command_seconds": rounded(whole),
            "acting_seconds": rounded(acting),
            "accounts_a_second": rounded(rate(acting)),
            "bare_client_accounts_a_second": rounded(rate(bare)),
            "bare_client_requests_a_second": rounded(rate(bare) * (gets + 1) as f64),
            "share": rounded(figure),
        }),
        figure,
    })
}

/// How many requests were made for each account, to the nearest whole one.
fn per_account(requests: u64, accounts: usize) -> u64 {
    let accounts = accounts as u64;
    (requests + accounts / 2) / accounts.max(1)
}

/// A client that knows nothing of safety makes the same requests: it reads, changes what it read, reads
/// once more, over as many connections. Gives the seconds that took.
fn bare(accounts: &[String], connections: usize, (gets, thinking): (u64, Duration)) -> Result<f64> {
    let platform = Platform::start(Users::new(accounts.iter().cloned()))?;
    platform.misbehave(Some(Faults::thinking(thinking)));
    // Without a time limit, which would make it look the name up in a thread of its own each time.
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(connections)
        .max_idle_connections_per_host(connections)
        .max_idle_age(Duration::from_secs(4))
        .build()
        .into();
    let (base, next) = (platform.url(), AtomicUsize::new(0));
    let begun = Instant::now();
    thread::scope(|scope| {
        let work = || -> Result<()> {
            while let Some(account) = accounts.get(next.fetch_add(1, Ordering::Relaxed)) {
                let url = format!("{base}/Users/{account}");
                let mut version = String::new();
                for _ in 1..gets.max(2) {
                    version = get(&agent, &url)?;
                }
                change(&agent, &url, &version)?;
                get(&agent, &url)?;
            }
            Ok(())
        };
        let workers: Vec<_> = (0..connections).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().expect("a worker does not panic"))
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    let changed = platform.progress();
    ensure!(
        changed == accounts.len() as u64,
        "the bare client changed {changed} accounts"
    );
    Ok(seconds)
}

const TOKEN: &str = "Bearer a-token-for-a-platform-of-this-process";

/// Reads a user and gives its version.
fn get(agent: &Agent, url: &str) -> Result<String> {
    let request = Request::get(url)
        .header("Accept", "application/scim+json, application/json")
        .header("Authorization", TOKEN)
        .body(())?;
    let mut answer = agent.run(request)?;
    let version = answer.headers().get("etag").context("no version")?;
    let version = version.to_str()?.to_owned();
    answer.body_mut().read_to_vec()?;
    Ok(version)
}

fn change(agent: &Agent, url: &str, version: &str) -> Result<()> {
    let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "active", "value": false }] });
    let body = body.to_string();
    let request = Request::patch(url)
        .header("Accept", "application/scim+json, application/json")
        .header("Authorization", TOKEN)
        .header("Content-Type", "application/scim+json")
        .header("If-Match", version)
        .body(body.as_bytes())?;
    let mut answer = agent.run(request)?;
    ensure!(answer.status() == 204, "a change got {}", answer.status());
    answer.body_mut().read_to_vec()?;
    Ok(())
}

/// Two digits after the point: what is beyond is noise.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bare_client_changes_every_account_once() {
        let accounts: Vec<String> = (0..50).map(|number| format!("u{number}")).collect();
        assert!(bare(&accounts, 4, (3, Duration::ZERO)).unwrap() > 0.0);
    }

    #[test]
    fn requests_are_counted_to_the_nearest_whole_one_for_an_account() {
        assert_eq!(per_account(29_984, 10_000), 3);
        assert_eq!(per_account(30_012, 10_000), 3);
        assert_eq!(per_account(0, 0), 0);
    }
}
