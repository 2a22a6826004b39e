//! From labelled accounts to a model, and how good it is on accounts it never saw.

use std::collections::BTreeMap;

use super::boost::{Boosted, Lesson, boost};
use super::features::{AccountFeatures, Detector, FEATURES};
use super::model::{Measured, Model};
use super::platt::{Reading, probability};
use crate::evaluate::ranking::{Stated, average_precision, calibration_error};

/// Into how many parts the groups are divided.
const FOLDS: usize = 5;

/// An account whose label is known.
#[derive(Debug, Clone)]
pub(crate) struct Labelled {
    pub(crate) features: AccountFeatures,
    pub(crate) hostile: bool,
    /// Accounts of one group are never on both sides.
    pub(crate) group: u32,
}

/// Learns a model, with what it is worth.
pub(super) fn learn(labelled: &[Labelled], readings_only: bool, trained_on: String) -> Model {
    let fold_of = folds(labelled);
    let mut unseen = vec![(0.0, 0.0); labelled.len()];
    for fold in 0..FOLDS {
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        for (one, of) in labelled.iter().zip(&fold_of) {
            if *of == fold {
                &mut outside
            } else {
                &mut inside
            }
            .push(one);
        }
        let model = fitted(&inside, readings_only);
        let places = fold_of.iter().enumerate().filter(|(_, of)| **of == fold);
        for ((place, _), one) in places.zip(outside) {
            unseen[place] = (model.log_odds(&one.features), model.base(&one.features));
        }
    }
    let outcomes = |of_fold: &dyn Fn(usize) -> bool| -> Vec<(f64, bool)> {
        let all = unseen.iter().zip(labelled).zip(&fold_of);
        all.filter(|(_, fold)| of_fold(**fold))
            .map(|(((log_odds, _), one), _)| (*log_odds, one.hostile))
            .collect()
    };
    // Each fold is read as the others came true.
    let readings: Vec<Reading> = (0..FOLDS)
        .map(|fold| Reading::fitted(&outcomes(&|of| of != fold)))
        .collect();
    let stated = |log_odds: &dyn Fn(usize) -> f64| -> Vec<Stated> {
        let all = labelled.iter().enumerate();
        all.map(|(place, one)| Stated {
            probability: probability(log_odds(place)),
            hostile: one.hostile,
        })
        .collect()
    };
    let with = stated(&|place| readings[fold_of[place]].of(unseen[place].0));
    let without = stated(&|place| unseen[place].1);
    let everything: Vec<&Labelled> = labelled.iter().collect();
    let whole = fitted(&everything, readings_only);
    // Readings that nothing was added to are fitted already.
    let calibration = if readings_only {
        Reading::default()
    } else {
        Reading::fitted(&outcomes(&|_| true))
    };
    let measured = measured(labelled, &with, &without);
    Model::new(
        trained_on,
        whole.detector,
        calibration,
        &whole.boosted,
        Some(measured),
    )
}

fn measured(labelled: &[Labelled], with: &[Stated], without: &[Stated]) -> Measured {
    let mut groups: Vec<u32> = labelled.iter().map(|one| one.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let hostile = labelled.iter().filter(|one| one.hostile).count();
    let named = with.iter().filter(|one| one.probability >= 0.5).count();
    let right = with
        .iter()
        .filter(|one| one.probability >= 0.5 && one.hostile)
        .count();
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    Measured {
        accounts: labelled.len() as u64,
        hostile: hostile as u64,
        groups: groups.len() as u64,
        average_precision: average_precision(with).unwrap_or(0.0),
        average_precision_without: average_precision(without).unwrap_or(0.0),
        calibration_error: calibration_error(with).unwrap_or(0.0),
        precision: share(right, named),
        recall: share(right, hostile),
    }
}

/// The fold of each account: groups stay whole, large ones are dealt out first, each to the fold that
/// has least.
fn folds(labelled: &[Labelled]) -> Vec<usize> {
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    for one in labelled {
        *sizes.entry(one.group).or_default() += 1;
    }
    let mut groups: Vec<(usize, u32)> = sizes.iter().map(|(group, size)| (*size, *group)).collect();
    groups.sort_unstable_by(|one, other| other.cmp(one));
    let mut filled = [0; FOLDS];
    let mut fold_of = BTreeMap::new();
    for (size, group) in groups {
        let least = (0..FOLDS).min_by_key(|fold| filled[*fold]).unwrap_or(0);
        filled[least] += size;
        fold_of.insert(group, least);
    }
    labelled.iter().map(|one| fold_of[&one.group]).collect()
}

/// What was learned of some accounts.
struct Fitted {
    detector: BTreeMap<Detector, Reading>,
    boosted: Boosted,
}

impl Fitted {
    /// What the detector alone says, read.
    fn base(&self, features: &AccountFeatures) -> f64 {
        let reading = self.detector.get(&features.detector).copied();
        reading.unwrap_or_default().of(features.log_odds)
    }

    fn log_odds(&self, features: &AccountFeatures) -> f64 {
        self.base(features) + self.boosted.adds(&features.values)
    }
}

fn fitted(labelled: &[&Labelled], readings_only: bool) -> Fitted {
    let mut said: BTreeMap<Detector, Vec<(f64, bool)>> = BTreeMap::new();
    for one in labelled {
        let said = said.entry(one.features.detector).or_default();
        said.push((one.features.log_odds, one.hostile));
    }
    let detector: BTreeMap<Detector, Reading> = said
        .into_iter()
        .map(|(detector, said)| (detector, Reading::fitted(&said)))
        .collect();
    let mut fitted = Fitted {
        detector,
        boosted: Boosted::default(),
    };
    if readings_only {
        return fitted;
    }
    let lessons: Vec<Lesson<'_>> = labelled
        .iter()
        .map(|one| {
            let base = fitted.base(&one.features);
            (one.features.values.as_slice(), base, one.hostile)
        })
        .collect();
    fitted.boosted = boost(&lessons, FEATURES.len());
    fitted
}
