//! How much camouflage costs how much recall, on simulated platforms that nothing was tuned on.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Measured, rounded};
use crate::talk::say;
use crate::{goals, trial, workspace};

/// Every strength, from none to as much as is seen in practice.
const STRENGTHS: [&str; 4] = ["none", "light", "medium", "heavy"];

const ACCOUNTS: &str = "20000";

/// What came of all platforms of one strength.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    personas: u64,
    /// In a finding, as whatever kind of member.
    found: u64,
    proposed: u64,
    honest_hit: u64,
    taken_over: f64,
    recognised: f64,
}

/// Simulates, searches and judges at each strength.
pub(super) fn measure(binary: &Path) -> Result<Measured> {
    let (mut runs, mut missed) = (Vec::new(), Vec::new());
    for strength in STRENGTHS {
        let mut sum = Sum::default();
        for seed in goals::CAMOUFLAGE_SEEDS {
            sum.add(&one(binary, strength, seed)?);
        }
        let told = sum.told(strength);
        say(&told.to_string());
        missed.extend(sum.missed(strength));
        runs.push(told);
    }
    Ok(Measured {
        how: format!(
            "avert simulate --accounts {ACCOUNTS} --camouflage STRENGTH --seed {} to {}; ingest, detect, evaluate; \
             sums over all platforms of a strength",
            goals::CAMOUFLAGE_SEEDS.start(),
            goals::CAMOUFLAGE_SEEDS.end()
        ),
        runs,
        missed,
    })
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
        if let Some(share) = evaluation["compromised_recognised"].as_f64() {
            self.taken_over += 1.0;
            self.recognised += share;
        }
    }

    fn share(&self, part: u64) -> f64 {
        part as f64 / self.personas.max(1) as f64
    }

    fn recognised(&self) -> f64 {
        self.recognised / self.taken_over.max(1.0)
    }

    fn told(&self, strength: &str) -> Value {
        json!({
            "camouflage": strength,
            "personas": self.personas,
            "found": rounded(100.0 * self.share(self.found)) / 100.0,
            "proposed": rounded(100.0 * self.share(self.proposed)) / 100.0,
            "honest_hit": self.honest_hit,
            "taken_over_recognised": rounded(100.0 * self.recognised()) / 100.0,
        })
    }

    fn missed(&self, strength: &str) -> Vec<String> {
        let mut missed = Vec::new();
        let found = self.share(self.found);
        if found < goals::CAMOUFLAGE_FOUND {
            missed.push(format!(
                "camouflage {strength}: {found:.3} of the personas found, and at least {} is promised",
                goals::CAMOUFLAGE_FOUND
            ));
        }
        if self.honest_hit > 0 {
            missed.push(format!(
                "camouflage {strength}: {} honest accounts proposed",
                self.honest_hit
            ));
        }
        if self.recognised() < goals::CAMOUFLAGE_RECOGNISED {
            missed.push(format!(
                "camouflage {strength}: {:.3} of the accounts taken over recognised, and at least {} is promised",
                self.recognised(),
                goals::CAMOUFLAGE_RECOGNISED
            ));
        }
        missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_summed_and_an_honest_account_that_is_hit_is_a_missed_goal() {
        let evaluation = |honest: u64| {
            json!({
                "cells": [{ "personas": 10, "found": 10, "proposed": 9 }],
                "honest_hit": honest,
                "compromised_recognised": 1.0,
            })
        };
        let mut sum = Sum::default();
        sum.add(&evaluation(0));
        assert!(sum.missed("none").is_empty());
        assert_eq!(sum.told("none")["proposed"], 0.9);
        sum.add(&evaluation(1));
        assert_eq!(sum.missed("none").len(), 1);
        assert_eq!(Sum::default().missed("none").len(), 2);
    }
}
