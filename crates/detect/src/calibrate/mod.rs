//! Probabilities that come true: what detectors say, weighed by what labelled accounts turned out to be.
//!
//! The model that ships is trained on simulated platforms alone. Whoever has labels of their own makes
//! a better one: [`calibrate`].

mod bins;
mod boost;
mod cohort;
mod features;
mod learn;
mod model;
mod platt;

use std::collections::BTreeMap;

use avert_events::Snapshot;
use avert_model::AccountId;

pub use features::{Detector, FEATURES, Feature};
pub(crate) use features::{alone, features};
use learn::Labelled;
pub use model::{MODEL_VERSION, Measured, Model, ModelError};
pub use platt::Reading;

use crate::evaluate::{Really, Truth};
use crate::examine::{Examined, examine, grown, judged};
use crate::{DetectError, Known, Settings, input};

/// A snapshot and what is known of its accounts.
pub struct Lessons<'a> {
    /// Where the accounts are looked at.
    pub snapshot: &'a Snapshot,
    /// What some of them are. Cells are groups that are never divided.
    pub truth: &'a Truth,
    /// What else is known beforehand.
    pub known: &'a Known,
}

/// Learns a model of labelled accounts, and measures it on accounts that it never saw: accounts that have
/// to do with each other are never on both sides. With `readings_only` nothing is learned of features, only
/// how what detectors say is to be read.
///
/// Cost: detection on each snapshot, and some seconds for each 10,000 labels.
///
/// # Errors
/// [`CalibrateError`]; nothing is written.
pub fn calibrate(
    lessons: &[Lessons<'_>],
    settings: &Settings,
    readings_only: bool,
    trained_on: String,
    progress: &mut dyn FnMut(&str, u64, u64),
) -> Result<Model, CalibrateError> {
    settings.check().map_err(CalibrateError::Detect)?;
    let mut labelled = Vec::new();
    for lesson in lessons {
        let world = input::load(lesson.snapshot, progress).map_err(CalibrateError::Detect)?;
        let groups_before = labelled.iter().map(|one: &Labelled| one.group + 1).max();
        let more = examine(&world, lesson.known, settings, progress, |examined| {
            of_one(&examined, lesson.truth, groups_before.unwrap_or(0))
        });
        labelled.extend(more);
    }
    let hostile = labelled.iter().filter(|one| one.hostile).count();
    let honest = labelled.len() - hostile;
    if hostile < LEAST_OF_EACH || honest < LEAST_OF_EACH {
        return Err(CalibrateError::TooFew { hostile, honest });
    }
    progress("learning", 0, 1);
    Ok(learn::learn(&labelled, readings_only, trained_on))
}

/// Fewer labels of either kind teach nothing that holds elsewhere.
const LEAST_OF_EACH: usize = 50;

fn of_one(examined: &Examined<'_>, truth: &Truth, first_group: u32) -> Vec<Labelled> {
    let networks = judged(&examined.judge, &grown(&examined.judge));
    let world = examined.judge.world;
    let all = features(examined, &networks);
    let mut groups = Groups::new(world.accounts());
    for network in &networks {
        let members = network.iter().map(|one| one.verdict.account);
        groups.join_all(members);
    }
    for pair in &examined.linkage.pairs {
        groups.join_all([pair.candidate.a, pair.candidate.b].into_iter());
    }
    let mut cells: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    let mut found = Vec::new();
    for (number, features) in (0_u32..).zip(all) {
        match truth.of(&AccountId::new(world.ids.text(number))) {
            None => {}
            Some(really) => {
                if let Really::Persona(cell) = really
                    && !cell.is_empty()
                {
                    cells.entry(cell).or_default().push(number);
                }
                found.push((number, features, *really != Really::Honest));
            }
        }
    }
    for members in cells.into_values() {
        groups.join_all(members.into_iter());
    }
    found
        .into_iter()
        .map(|(number, features, hostile)| Labelled {
            features,
            hostile,
            group: first_group + groups.of(number),
        })
        .collect()
}

/// Accounts that have to do with each other.
struct Groups(Vec<u32>);

impl Groups {
    fn new(accounts: usize) -> Self {
        Self(
            (0..accounts)
                .filter_map(|number| u32::try_from(number).ok())
                .collect(),
        )
    }

    /// The least account of a group stands for it.
    fn of(&mut self, account: u32) -> u32 {
        let mut root = account;
        while self.0[root as usize] != root {
            root = self.0[root as usize];
        }
        let mut next = account;
        while next != root {
            next = std::mem::replace(&mut self.0[next as usize], root);
        }
        root
    }

    fn join_all(&mut self, mut accounts: impl Iterator<Item = u32>) {
        let Some(first) = accounts.next() else { return };
        for other in accounts {
            let (one, other) = (self.of(first), self.of(other));
            let least = one.min(other);
            self.0[one as usize] = least;
            self.0[other as usize] = least;
        }
    }
}

/// Nothing could be learned. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CalibrateError {
    /// A snapshot could not be searched.
    #[error("could not look at a snapshot to learn from")]
    Detect(#[source] DetectError),
    /// There are too few labels of one kind.
    #[error(
        "of the labelled accounts {hostile} are hostile and {honest} honest, and {LEAST_OF_EACH} of each are needed"
    )]
    TooFew {
        /// Labelled hostile, and in a snapshot.
        hostile: usize,
        /// Labelled honest, and in a snapshot.
        honest: usize,
    },
}

impl avert_model::Explain for CalibrateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Detect(source) => source.code(),
            Self::TooFew { .. } => "calibrate/too-few-labels",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Detect(source) => source.hint(),
            Self::TooFew { .. } => Some(
                "label more accounts; check that the file's ids are those of the snapshot"
                    .to_owned(),
            ),
        }
    }

    fn outcome(&self) -> avert_model::Outcome {
        avert_model::Outcome::NothingChanged
    }
}

#[cfg(test)]
mod tests;
