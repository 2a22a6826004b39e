//! A takedown through a platform that misbehaves, with whoever carries it out killed on the way; then
//! back again.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::ground::{Ground, Outside, Site, adds_up, count_at};
use super::judge::{self, Way};
use super::killer::{self, Campaign, Killed, Victim};
use super::{Outcome, log_of, phases, shortened};
use crate::faulty::{Faults, Platform, Users};
use crate::live::avert::RESPONDER;
use crate::postgres::Postgres;

/// How long Avert waits for one answer: less than the platform holds some of them.
const TIMEOUT_SECONDS: u64 = 1;

/// How a trial is made.
#[derive(Debug, Clone)]
pub(crate) struct Takedown {
    pub(crate) seed: u64,
    /// How often whoever works is killed on the way there; and on the way back.
    pub(crate) kills: (u64, u64),
    pub(crate) faults: Faults,
    pub(crate) at_once: usize,
    pub(crate) killed: super::Killed,
    /// How long one run may take at most.
    pub(crate) patience: Duration,
}

impl Takedown {
    /// Does it and judges it.
    pub(crate) fn run(&self, binary: &Path, ground: &Ground, name: &str) -> Result<Outcome> {
        let wanted = ground.personas();
        let platform = Platform::start(Users::new(wanted.iter().cloned()))?;
        let postgres = match self.killed {
            super::Killed::Avert => None,
            super::Killed::Postgres => Some(Postgres::start(true)?),
        };
        let site = ground.site(
            binary,
            name,
            &Outside {
                platform: platform.url(),
                timeout_seconds: TIMEOUT_SECONDS,
                at_once: self.at_once,
                database: postgres.as_ref().map(Postgres::url),
                ..Outside::default()
            },
        )?;
        let plan = site.plan()?;
        let scene = Scene {
            trial: self,
            platform: &platform,
            site: &site,
            plan: &plan,
            postgres: postgres.as_ref(),
        };
        let before = platform.state();
        let mut faults = Vec::new();
        platform.misbehave(Some(self.faults.clone()));
        let there = scene.carry_through(Way::Forward, wanted.len() as u64, self.kills.0)?;
        let traffic = platform.traffic();
        let mut judged = |way| -> Result<()> {
            let status = site.status("takedown", &plan)?;
            adds_up(&status, wanted.len() as u64)?;
            let phases = phases(&status, "steps")?;
            let wrong = judge::accounts(&wanted, &platform.changes(), &phases, way);
            faults.extend(shortened(wrong));
            site.journal_holds()
        };
        judged(Way::Forward)?;
        let back = scene.carry_through(Way::Back, wanted.len() as u64, self.kills.1)?;
        judged(Way::Back)?;
        let equal = platform.state() == before;
        if !equal {
            faults.push("the platform is not as it was before".to_owned());
        }
        Ok(Outcome {
            run: json!({
                "trial": "takedown",
                "accounts": wanted.len(),
                "killed": self.killed,
                "seed": self.seed,
                "connections": self.at_once,
                "requests": traffic.gets + traffic.patches,
                "faults": traffic.faults,
                "there": there,
                "back": back,
                "as_before": equal,
                "wrong": faults.len(),
            }),
            faults,
        })
    }
}

struct Scene<'a> {
    trial: &'a Takedown,
    platform: &'a Platform,
    site: &'a Site<'a>,
    plan: &'a str,
    postgres: Option<&'a Postgres>,
}

impl Scene<'_> {
    fn carry_through(&self, way: Way, accounts: u64, kills: u64) -> Result<Killed> {
        let part = u64::from(way == Way::Back);
        let beginning = self.beginning()?;
        let moments = killer::moments(self.trial.seed ^ part, kills, accounts, beginning);
        let log = log_of(self.site.avert.data());
        let before = self.platform.progress();
        killer::carry_through(
            &mut Campaign {
                next: &mut |_| self.next(way),
                progress: &|| self.platform.progress() - before,
                victim: self.postgres.map_or(Victim::Worker, Victim::Database),
                log: &log,
                patience: self.trial.patience,
            },
            &moments,
        )
    }

    /// How long the beginning of a command takes, measured: it reads all that a run reads.
    fn beginning(&self) -> Result<Duration> {
        let begun = Instant::now();
        self.site.status("takedown", self.plan)?;
        Ok(begun.elapsed())
    }

    /// What a person would do next who sees how the plan stands.
    fn next(&self, way: Way) -> Result<Option<std::process::Command>> {
        let status = self.site.status("takedown", self.plan)?;
        let state = status["state"].as_str().context("a plan without a state")?;
        let failed = count_at(&status, "/totals/failed")?;
        let verb = match (way, state) {
            (Way::Forward, "approved") => "execute",
            (Way::Forward, "executed") if failed == 0 => return Ok(None),
            (Way::Forward, "executing" | "executed") | (Way::Back, "reversing" | "stuck") => {
                "resume"
            }
            (Way::Back, "executed") => "reverse",
            (Way::Back, "reversed") => return Ok(None),
            _ => bail!("the plan is {state}"),
        };
        let arguments = ["takedown", verb, self.plan, "--execute"];
        Ok(Some(self.site.avert.command(RESPONDER, &arguments)))
    }
}
