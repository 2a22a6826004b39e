//! What appeals say of the detectors: how often each was wrong, and labels to learn from.

use std::collections::BTreeMap;

use avert_model::{AccountId, CaseId, MemberKind, SnapshotId};
use serde::Serialize;

use super::{AppealError, AppealState};
use crate::store::Store;
use crate::takedown::{Phase, Step};
use crate::{cases, findings, takedown};

/// How appeals against the work of one detector ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Tally {
    /// The detector and its version.
    pub detector: String,
    /// How many accounts it had taken down.
    pub acted_on: u64,
    /// How many appeals came in.
    pub appeals: u64,
    /// How many of them are decided.
    pub decided: u64,
    /// How many were granted: the detector was wrong, and so was whoever approved it.
    pub granted: u64,
}

impl Tally {
    /// Of those decided, the share that was granted, 0 to 1; nothing where none is decided.
    pub fn overturned(&self) -> Option<f64> {
        (self.decided > 0).then(|| self.granted as f64 / self.decided as f64)
    }
}

/// An account of which a person decided what it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct Label {
    /// The data it was found in.
    pub snapshot: SnapshotId,
    /// The account.
    pub account: AccountId,
    /// The case it was taken down in: its accounts are taken for one operation.
    pub case: CaseId,
    /// Whether it was taken down rightly.
    pub hostile: bool,
}

/// One tally for each detector and version, by name.
pub fn tallies(store: &Store) -> Result<Vec<Tally>, AppealError> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for_each(store, |found, appeals| {
        let tally = tallies
            .entry(found.detector.clone())
            .or_insert_with(|| Tally {
                detector: found.detector.clone(),
                ..Tally::default()
            });
        tally.acted_on += 1;
        tally.appeals += appeals.len() as u64;
        for state in appeals {
            tally.decided += u64::from(*state != AppealState::Open);
            tally.granted += u64::from(is_granted(*state));
        }
    })?;
    Ok(tallies.into_values().collect())
}

/// What decided appeals say each account is, for calibrating: those that were granted are not
/// hostile, those that were rejected are. An account that was decided both ways has both labels.
pub fn labels(store: &Store) -> Result<Vec<Label>, AppealError> {
    let mut labels = Vec::new();
    for_each(store, |found, appeals| {
        for state in appeals.iter().filter(|state| **state != AppealState::Open) {
            labels.push(Label {
                snapshot: found.snapshot.clone(),
                account: found.account.clone(),
                case: found.case,
                hostile: !is_granted(*state),
            });
        }
    })?;
    labels.sort();
    labels.dedup();
    Ok(labels)
}

fn is_granted(state: AppealState) -> bool {
    matches!(state, AppealState::Granting | AppealState::Granted)
}

/// Whether something was done to an account, undone since or not. One that had drifted was only looked at.
fn was_acted_on(step: &Step) -> bool {
    match step.phase {
        Phase::Done | Phase::Undoing | Phase::KeptChanged | Phase::Stuck => true,
        // One that was spared was never closed.
        Phase::Restored => step.after.is_some(),
        Phase::Waiting | Phase::Intended | Phase::Drifted | Phase::Failed | Phase::Watched => false,
    }
}

/// An account that was acted on, and what named it.
struct Named {
    detector: String,
    snapshot: SnapshotId,
    account: AccountId,
    case: CaseId,
}

/// Gives every account of every plan that was acted on, with how its appeals stand.
fn for_each(
    store: &Store,
    mut each: impl FnMut(&Named, &[AppealState]),
) -> Result<(), AppealError> {
    let mut appeals: BTreeMap<(avert_model::PlanId, AccountId), Vec<AppealState>> = BTreeMap::new();
    for appeal in super::list(store)? {
        let states = appeals.entry((appeal.plan, appeal.account)).or_default();
        states.push(appeal.state);
    }
    for case in cases::list(store)? {
        let mut named: BTreeMap<AccountId, (String, SnapshotId)> = BTreeMap::new();
        for id in &case.findings {
            let finding = findings::show(store, id)?;
            let detector = format!("{} {}", finding.detector, finding.detector_version);
            for member in &finding.members {
                if member.kind != MemberKind::Suspect {
                    let of = (detector.clone(), finding.snapshot.clone());
                    named.entry(member.account.clone()).or_insert(of);
                }
            }
        }
        for plan in takedown::list(store, case.id)? {
            if plan.approval().is_none() {
                continue;
            }
            let header = plan.header();
            for step in header.steps.iter().filter(|step| was_acted_on(step)) {
                let Some((detector, snapshot)) = named.get(&step.account).cloned() else {
                    continue;
                };
                let found = Named {
                    detector,
                    snapshot,
                    account: step.account.clone(),
                    case: case.id,
                };
                let key = (header.id, step.account.clone());
                each(&found, appeals.get(&key).map_or(&[], Vec::as_slice));
            }
        }
    }
    Ok(())
}
