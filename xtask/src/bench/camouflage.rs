//! How much camouflage costs how much recall, on simulated platforms that nothing was tuned on.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Measured;
use crate::talk::say;
use crate::{goals, trial, workspace};

/// Each strength with its place on the scale: the words, and steps where recall begins to fall.
const STRENGTHS: [(&str, f64); 8] = [
    ("none", 0.0),
    ("light", 0.25),
    ("0.5", 0.5),
    ("medium", 0.75),
    ("0.8", 0.8),
    ("0.85", 0.85),
    ("0.9", 0.9),
    ("heavy", 1.0),
];

const ACCOUNTS: &str = "20000";

/// What came of all platforms of one strength.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    personas: u64,
    /// In a finding, as whatever kind of member.
    found: u64,
    proposed: u64,
    honest_hit: u64,
    taken_over: u64,
    recognised: f64,
    /// Accounts taken over that are proposed as if they were made up.
    taken_over_hit: u64,
}

/// Simulates, searches and judges at each strength.
pub(super) fn measure(binary: &Path) -> Result<Measured> {
    let (mut runs, mut missed) = (Vec::new(), Vec::new());
    for (name, strength) in STRENGTHS {
        let sum = all(binary, name)?;
        let told = sum.told(name, strength);
        say(&told.to_string());
        missed.extend(sum.missed(name, strength));
        runs.push(told);
    }
    Ok(Measured {
        how: format!(
            "avert simulate --accounts {ACCOUNTS} --camouflage STRENGTH --seed {} to {}; ingest, detect, evaluate; \
             sums over all accounts of all platforms of a strength; shares are promised up to strength {}",
            goals::CAMOUFLAGE_SEEDS.start(),
            goals::CAMOUFLAGE_SEEDS.end(),
            goals::CAMOUFLAGE_BREAKS_AT
        ),
        runs,
        missed,
    })
}

/// Every platform of one strength, two at a time: nothing here is timed.
fn all(binary: &Path, strength: &str) -> Result<Sum> {
    let seeds = Mutex::new(goals::CAMOUFLAGE_SEEDS);
    let sum = Mutex::new(Sum::default());
    let work = || -> Result<()> {
        loop {
            let Some(seed) = locked(&seeds).next() else {
                return Ok(());
            };
            let evaluation = one(binary, strength, seed)?;
            locked(&sum).add(&evaluation);
        }
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(work);
        work()?;
        other.join().expect("a platform is judged without a panic")
    })?;
    let sum = *locked(&sum);
    Ok(sum)
}

fn locked<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn one(binary: &Path, strength: &str, seed: u64) -> Result<Value> {
    let folder = tempfile::Builder::new()
        .prefix("avert-bench-")
        .tempdir()
        .context("cannot make a temporary folder")?;
    let folder = folder.path();
    let seed = seed.to_string();
    let mut simulate = Command::new(binary);
    simulate.args(["--quiet", "simulate", "--accounts", ACCOUNTS]);
    simulate.args(["--camouflage", strength, "--seed", &seed, "--out"]);
    workspace::read(simulate.arg(folder))?;
    let mut ingest = Command::new(binary);
    ingest.args(["--quiet", "--data"]).arg(folder).arg("ingest");
    workspace::read(ingest.arg(folder.join("mapping.toml")))?;
    trial::detect(binary, folder)?;
    trial::evaluate(binary, folder)?;
    let text = std::fs::read_to_string(folder.join("evaluation.json"))?;
    serde_json::from_str(&text).context("`avert evaluate` wrote something unexpected")
}

impl Sum {
    fn add(&mut self, evaluation: &Value) {
        let cells = evaluation["cells"].as_array();
        for cell in cells.into_iter().flatten() {
            self.personas += cell["personas"].as_u64().unwrap_or(0);
            self.found += cell["found"].as_u64().unwrap_or(0);
            self.proposed += cell["proposed"].as_u64().unwrap_or(0);
        }
        self.honest_hit += evaluation["honest_hit"].as_u64().unwrap_or(u64::MAX / 100);
        self.taken_over_hit += evaluation["compromised_hit"].as_u64().unwrap_or(0);
        let taken_over = evaluation["compromised"].as_u64().unwrap_or(0);
        let share = evaluation["compromised_recognised"].as_f64();
        self.taken_over += taken_over;
        self.recognised += share.unwrap_or(0.0) * taken_over as f64;
    }

    fn told(&self, name: &str, strength: f64) -> Value {
        json!({
            "camouflage": name,
            "strength": strength,
            "personas": self.personas,
            "found": part(self.found as f64, self.personas),
            "proposed": part(self.proposed as f64, self.personas),
            "honest_hit": self.honest_hit,
            "taken_over": self.taken_over,
            "taken_over_recognised": part(self.recognised, self.taken_over),
            "taken_over_hit": self.taken_over_hit,
        })
    }

    fn missed(&self, name: &str, strength: f64) -> Vec<String> {
        let mut missed = Vec::new();
        if self.honest_hit > 0 {
            missed.push(format!(
                "camouflage {name}: {} honest accounts proposed",
                self.honest_hit
            ));
        }
        if strength > goals::CAMOUFLAGE_BREAKS_AT {
            return missed;
        }
        for (what, share, least) in [
            (
                "personas found",
                part(self.found as f64, self.personas),
                goals::CAMOUFLAGE_FOUND,
            ),
            (
                "accounts taken over recognised",
                part(self.recognised, self.taken_over),
                goals::CAMOUFLAGE_RECOGNISED,
            ),
        ] {
            if share < least {
                missed.push(format!(
                    "camouflage {name}: {share} of the {what}, and at least {least} is promised"
                ));
            }
        }
        missed
    }
}

/// A part of a whole, to four places; 0 of nothing.
fn part(part: f64, whole: u64) -> f64 {
    (1e4 * part / whole.max(1) as f64).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluation(honest: u64, found: u64) -> Value {
        json!({
            "cells": [{ "personas": 10, "found": found, "proposed": 9 }],
            "honest_hit": honest,
            "compromised_hit": 0,
            "compromised": 4,
            "compromised_recognised": 1.0,
        })
    }

    #[test]
    fn accounts_are_summed_over_platforms_of_whatever_size() {
        let mut sum = Sum::default();
        sum.add(&evaluation(0, 10));
        let mut small = evaluation(0, 10);
        small["compromised"] = json!(1);
        small["compromised_recognised"] = json!(0.0);
        sum.add(&small);
        let told = sum.told("none", 0.0);
        assert_eq!(told["proposed"], 0.9);
        assert_eq!(told["taken_over_recognised"], 0.8);
        assert_eq!(sum.missed("none", 0.0).len(), 1);
        assert_eq!(Sum::default().missed("none", 0.0).len(), 2);
    }

    #[test]
    fn beyond_the_breaking_point_only_an_honest_account_that_is_hit_is_a_missed_goal() {
        let mut sum = Sum::default();
        sum.add(&evaluation(0, 5));
        assert_eq!(sum.missed("medium", 0.75).len(), 1);
        assert!(sum.missed("heavy", 1.0).is_empty());
        sum.add(&evaluation(1, 10));
        assert_eq!(sum.missed("heavy", 1.0).len(), 1);
    }
}
