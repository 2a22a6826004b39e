//! How soon the switch stops a takedown that is under way: seen from the platform, since only what
//! reaches it counts.

use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::ground::{Ground, Outside, Site};
use super::{Outcome, log_of};
use crate::chance::Chance;
use crate::faulty::{Faults, Platform, Users};
use crate::goals;
use crate::live::avert::RESPONDER;
use crate::postgres::Postgres;

/// How a trial is made.
#[derive(Debug, Clone)]
pub(crate) struct Freeze {
    pub(crate) seed: u64,
    /// How often it is frozen on its way.
    pub(crate) times: u64,
    pub(crate) at_once: usize,
    /// How long the platform thinks about each request.
    pub(crate) thinking: Duration,
    pub(crate) on_postgres: bool,
    /// How long one run may take at most.
    pub(crate) patience: Duration,
}

impl Freeze {
    /// Does it and judges it.
    pub(crate) fn run(&self, binary: &Path, ground: &Ground, name: &str) -> Result<Outcome> {
        let wanted = ground.personas();
        let platform = Platform::start(Users::new(wanted.iter().cloned()))?;
        let postgres = self
            .on_postgres
            .then(|| Postgres::start(true))
            .transpose()?;
        let outside = Outside {
            platform: platform.url(),
            timeout_seconds: 30,
            at_once: self.at_once,
            database: postgres.as_ref().map(Postgres::url),
            ..Outside::default()
        };
        let site = ground.site(binary, name, &outside)?;
        let plan = site.plan()?;
        platform.misbehave(Some(Faults::thinking(self.thinking)));
        let share = wanted.len() as u64 / (self.times + 1);
        let mut chance = Chance::of(self.seed, 0);
        let mut late = Vec::new();
        for time in 0..self.times {
            let verb = if time == 0 { "execute" } else { "resume" };
            let reached = time * share + 1 + chance.below(share);
            late.push(self.once((&platform, &site, &plan), verb, reached)?);
            site.avert
                .done(RESPONDER, &["thaw", "the list was right"])?;
        }
        let resume = ["takedown", "resume", &plan, "--execute"];
        site.avert.done(RESPONDER, &resume)?;
        let acted = platform.progress();
        let latest = late.iter().copied().fold(0.0, f64::max);
        let mut faults = Vec::new();
        if latest > goals::ACT_FREEZE_SECONDS {
            faults.push(format!(
                "an account was acted on {latest:.3} s after everything was to be frozen"
            ));
        }
        if acted != wanted.len() as u64 {
            faults.push(format!(
                "{acted} of {} accounts were acted on",
                wanted.len()
            ));
        }
        late.sort_by(f64::total_cmp);
        let milliseconds = |seconds: f64| (seconds * 10_000.0).round() / 10.0;
        Ok(Outcome {
            run: json!({
                "trial": "freeze",
                "accounts": wanted.len(),
                "store": if self.on_postgres { "postgresql" } else { "sqlite" },
                "seed": self.seed,
                "connections": self.at_once,
                "platform_thinks_ms": self.thinking.subsec_millis(),
                "frozen": self.times,
                "last_account_after_ms_median": milliseconds(late[late.len() / 2]),
                "last_account_after_ms_most": milliseconds(latest),
                "wrong": faults.len(),
            }),
            faults,
        })
    }

    /// Lets it run until so many accounts are acted on, freezes, and gives the seconds from the moment
    /// that somebody called for it until the last change reached the platform.
    fn once(
        &self,
        (platform, site, plan): (&Platform, &Site<'_>, &str),
        verb: &str,
        reached: u64,
    ) -> Result<f64> {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(log_of(site.avert.data()))?;
        let mut worker = site
            .avert
            .command(RESPONDER, &["takedown", verb, plan, "--execute"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("avert cannot be started")?;
        let begun = Instant::now();
        // One that froze late has come further than it was to: this one has to have begun, too.
        let reached = reached.max(platform.progress() + 1);
        while platform.progress() < reached {
            ensure!(
                begun.elapsed() < self.patience && worker.try_wait()?.is_none(),
                "it did not come to {reached} accounts"
            );
            a_moment();
        }
        let called = Instant::now();
        site.avert
            .done(RESPONDER, &["freeze", "the list is wrong"])?;
        let code = ended(&mut worker, self.patience)?;
        ensure!(
            code == Some(3),
            "frozen on the way, it ended with {code:?} where 3 says that it stopped"
        );
        let last = platform.traffic().last_patch;
        Ok(last.map_or(0.0, |last| {
            last.saturating_duration_since(called).as_secs_f64()
        }))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "another process is waited for, which tells nobody how far it is"
)]
fn a_moment() {
    thread::sleep(Duration::from_millis(1));
}

fn ended(worker: &mut Child, patience: Duration) -> Result<Option<i32>> {
    let begun = Instant::now();
    loop {
        if let Some(status) = worker.try_wait()? {
            return Ok(status.code());
        }
        ensure!(begun.elapsed() < patience, "it did not stop");
        a_moment();
    }
}
