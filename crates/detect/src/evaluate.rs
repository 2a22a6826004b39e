//! How good findings are, where the truth is known: on platforms made by simulation.
//!
//! It owns the counting. Detection never reads a truth; nothing here is called by it.

pub(crate) mod ranking;
mod scores;
mod sheet;
mod truth;

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{AccountId, FindingSet, MemberKind};
use serde::Serialize;

use ranking::{Stated, average_precision, calibration_error};
pub use scores::Scores;
pub(crate) use truth::Really;
pub use truth::{EvaluateError, Truth, TruthColumns};

/// Findings measured against a truth.
///
/// Only accounts proposed for takedown count as hits; one that several findings propose counts
/// once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Personas among the proposed accounts; `null` when nothing is proposed, which is no success.
    pub precision: Option<f64>,
    /// Proposed accounts among the personas; `null` when the truth has no personas.
    pub recall: Option<f64>,
    /// Honest people's own accounts that are proposed.
    pub honest_hit: u64,
    /// The harmonic mean of precision and recall; `null` when either is.
    pub f1: Option<f64>,
    /// How well probabilities rank all accounts of the truth, hostile ones first; `null` when none is
    /// hostile. Personas are, and accounts taken over.
    pub average_precision: Option<f64>,
    /// How far the probabilities of the accounts that findings name, or scores state, are from what comes
    /// true; `null` when there are none.
    pub calibration_error: Option<f64>,
    /// Accounts taken over that are recognised as such, among all that are; `null` when none is.
    pub compromised_recognised: Option<f64>,
    /// Accounts taken over on the platform.
    pub compromised: u64,
    /// Accounts proposed for takedown.
    pub proposed: u64,
    /// Personas on the platform.
    pub personas: u64,
    /// Honest people's accounts, taken over by a cell, that are proposed.
    pub compromised_hit: u64,
    /// Proposed accounts that the truth does not list. They count against precision.
    pub unknown_hit: u64,
    /// Proposed accounts of which the truth does not say what they are. They count neither way.
    pub unlabelled_hit: u64,
    /// What would be, if every account that findings give even odds were named.
    pub likely: Likely,
    /// The cells, by name.
    pub cells: Vec<CellEvaluation>,
    /// What the figures do not say by themselves, in plain words.
    pub notes: Vec<String>,
}

/// The accounts that findings give a probability of 0.5 or more.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Likely {
    /// The hostile among them; `null` when there are none.
    pub precision: Option<f64>,
    /// Them among the hostile; `null` when nobody is hostile.
    pub recall: Option<f64>,
    /// The harmonic mean of both.
    pub f1: Option<f64>,
}

/// How much of one cell was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellEvaluation {
    /// The cell's name in the truth.
    pub cell: String,
    /// Its personas.
    pub personas: u64,
    /// Those that are in a finding, as whatever kind of member.
    pub found: u64,
    /// Those that are proposed for takedown.
    pub proposed: u64,
    /// Those that are not proposed, sorted.
    pub missed: Vec<AccountId>,
}

/// Measures findings against the truth about the same platform.
pub fn evaluate(set: &FindingSet, truth: &Truth) -> Evaluation {
    measure(set, truth, &stated(set, truth))
}

/// The same, with ranking and calibration measured by the scores of all accounts of the truth, whether
/// findings name them or not.
pub fn evaluate_scored(set: &FindingSet, truth: &Truth, scores: &Scores) -> Evaluation {
    let stated = all_stated(truth, |account| scores.of(account));
    let mut evaluation = measure(set, truth, &stated);
    let (known, all) = (scores.of_truth(truth), truth.accounts.len());
    if known < all {
        evaluation.notes.push(format!(
            "{} of {all} accounts have no score and count as 0: are the scores of this platform?",
            all - known
        ));
    }
    evaluation
}

fn measure(set: &FindingSet, truth: &Truth, stated: &[Stated]) -> Evaluation {
    let members = || set.findings.iter().flat_map(|finding| &finding.members);
    let found: BTreeSet<&AccountId> = members().map(|member| &member.account).collect();
    let proposed: BTreeSet<&AccountId> = members()
        .filter(|member| member.proposed)
        .map(|member| &member.account)
        .collect();
    let (mut hits, mut honest_hit, mut compromised_hit) = (0, 0, 0);
    let (mut unknown_hit, mut unlabelled_hit) = (0, 0);
    for account in &proposed {
        match truth.accounts.get(*account) {
            Some(Really::Persona(_)) => hits += 1,
            Some(Really::Honest) => honest_hit += 1,
            Some(Really::Compromised) => compromised_hit += 1,
            Some(Really::Unknown) => unlabelled_hit += 1,
            None => unknown_hit += 1,
        }
    }
    let (compromised, recognised) = recognised(set, truth);
    let cells = cells(truth, &found, &proposed);
    let personas = cells.iter().map(|cell| cell.personas).sum();
    let precision = share(hits, proposed.len() as u64 - unlabelled_hit);
    let recall = share(hits, personas);
    Evaluation {
        precision,
        recall,
        honest_hit,
        f1: harmonic(precision, recall),
        average_precision: average_precision(stated),
        calibration_error: calibration_error(stated),
        compromised_recognised: share(recognised, compromised),
        compromised,
        proposed: proposed.len() as u64,
        personas,
        compromised_hit,
        unknown_hit,
        unlabelled_hit,
        likely: likely(stated),
        notes: notes(proposed.len(), personas, unknown_hit),
        cells,
    }
}

fn likely(stated: &[Stated]) -> Likely {
    let named = || stated.iter().filter(|one| one.probability >= 0.5);
    let right = named().filter(|one| one.hostile).count() as u64;
    let hostile = stated.iter().filter(|one| one.hostile).count() as u64;
    let (precision, recall) = (share(right, named().count() as u64), share(right, hostile));
    Likely {
        precision,
        recall,
        f1: harmonic(precision, recall),
    }
}

fn harmonic(precision: Option<f64>, recall: Option<f64>) -> Option<f64> {
    let (precision, recall) = precision.zip(recall)?;
    let sum = precision + recall;
    Some(if sum > 0.0 {
        2.0 * precision * recall / sum
    } else {
        0.0
    })
}

/// Every account of the truth with the highest probability that a finding gives it.
fn stated(set: &FindingSet, truth: &Truth) -> Vec<Stated> {
    let mut probability: BTreeMap<&AccountId, f64> = BTreeMap::new();
    for member in set.findings.iter().flat_map(|finding| &finding.members) {
        let highest = probability.entry(&member.account).or_default();
        *highest = highest.max(member.probability.get());
    }
    all_stated(truth, |account| {
        probability.get(account).copied().unwrap_or(0.0)
    })
}

/// The accounts of which the truth says what they are, with what is stated of them.
fn all_stated(truth: &Truth, probability: impl Fn(&AccountId) -> f64) -> Vec<Stated> {
    let accounts = truth.accounts.iter();
    accounts
        .filter(|(_, really)| **really != Really::Unknown)
        .map(|(account, really)| Stated {
            probability: probability(account),
            hostile: *really != Really::Honest,
        })
        .collect()
}

/// How many accounts were taken over, and how many of them findings take for that.
fn recognised(set: &FindingSet, truth: &Truth) -> (u64, u64) {
    let taken: BTreeSet<&AccountId> = set
        .findings
        .iter()
        .flat_map(|finding| &finding.members)
        .filter(|member| member.kind == MemberKind::Compromised)
        .map(|member| &member.account)
        .collect();
    let really = truth
        .accounts
        .iter()
        .filter(|(_, really)| **really == Really::Compromised);
    really.fold((0, 0), |(all, known), (account, _)| {
        (all + 1, known + u64::from(taken.contains(account)))
    })
}

fn cells(
    truth: &Truth,
    found: &BTreeSet<&AccountId>,
    proposed: &BTreeSet<&AccountId>,
) -> Vec<CellEvaluation> {
    let mut cells: BTreeMap<&str, CellEvaluation> = BTreeMap::new();
    for (account, really) in &truth.accounts {
        let Really::Persona(name) = really else {
            continue;
        };
        let cell = cells.entry(name).or_insert_with(|| CellEvaluation {
            cell: name.clone(),
            personas: 0,
            found: 0,
            proposed: 0,
            missed: Vec::new(),
        });
        cell.personas += 1;
        cell.found += u64::from(found.contains(account));
        if proposed.contains(account) {
            cell.proposed += 1;
        } else {
            cell.missed.push(account.clone());
        }
    }
    let mut cells: Vec<CellEvaluation> = cells.into_values().collect();
    // Cells are mostly numbered: 2 comes before 10.
    cells.sort_by(|a, b| {
        a.cell
            .len()
            .cmp(&b.cell.len())
            .then_with(|| a.cell.cmp(&b.cell))
    });
    cells
}

fn notes(proposed: usize, personas: u64, unknown_hit: u64) -> Vec<String> {
    let mut notes = Vec::new();
    if proposed == 0 {
        notes.push("nothing is proposed, so there is no precision to speak of".to_owned());
    }
    if personas == 0 {
        notes.push("the truth has no personas, so there is no recall to speak of".to_owned());
    }
    if unknown_hit > 0 {
        notes.push(format!(
            "the truth does not list {unknown_hit} of the proposed accounts: is it of this platform?"
        ));
    }
    notes
}

/// The part of a whole, where there is one.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests;
