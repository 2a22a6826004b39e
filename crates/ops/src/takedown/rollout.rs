//! How a plan is carried out: when it may begin, a first share before the rest, and when to stop.

use avert_model::{AccountId, PlanId, SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::step::{Phase, Step};
use crate::ports::OperationKey;

/// How a plan is carried out; part of what is approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Rollout {
    /// Not before this.
    pub starts_at: Option<Timestamp>,
    /// A first share, to see what comes of it before the rest is acted on.
    pub canary: Option<Canary>,
    /// When to stop on the way.
    pub stop: StopConditions,
    /// Whether what cannot be undone may be done.
    pub accepts_irreversible: bool,
}

/// A first share of the accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Canary {
    /// How many in a hundred of the accounts to act on, rounded up; at least one account.
    pub percent: u8,
    /// How many minutes to wait between the first share and the rest.
    pub soak_minutes: u32,
}

/// When to stop on the way, whatever was approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StopConditions {
    /// More failed accounts in a hundred than this.
    pub failed_percent: u8,
    /// More accounts in a hundred than this that were not as they were when the plan was drafted.
    pub drifted_percent: u8,
    /// More appeals against this plan than this.
    pub appeals: Option<u64>,
}

/// Shares say nothing before so many accounts have ended.
const FEWEST: u64 = 20;

impl Default for Rollout {
    /// All at one moment, as soon as it is approved.
    fn default() -> Self {
        Self {
            starts_at: None,
            canary: None,
            stop: StopConditions {
                failed_percent: 10,
                drifted_percent: 25,
                appeals: None,
            },
            accepts_irreversible: false,
        }
    }
}

impl Canary {
    /// When the rest may be acted on, if the first share ended at this time.
    pub fn ripe_at(self, ended: Timestamp) -> Timestamp {
        let soak = SignedDuration::from_mins(self.soak_minutes.into());
        ended.checked_add(soak).unwrap_or(Timestamp::MAX)
    }
}

/// How many steps ended in which way, kept up to date step by step.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) done: u64,
    pub(crate) failed: u64,
    pub(crate) drifted: u64,
}

impl Ended {
    /// Counts the steps as they stand.
    pub(crate) fn of(steps: &[Step]) -> Self {
        let mut ended = Self::default();
        for step in steps {
            ended
                .count(step.phase)
                .into_iter()
                .for_each(|count| *count += 1);
        }
        ended
    }

    /// A step went from one phase to another.
    pub(crate) fn moved(&mut self, from: Phase, to: Phase) {
        self.count(from).into_iter().for_each(|count| *count -= 1);
        self.count(to).into_iter().for_each(|count| *count += 1);
    }

    fn count(&mut self, phase: Phase) -> Option<&mut u64> {
        match phase {
            Phase::Done => Some(&mut self.done),
            Phase::Failed => Some(&mut self.failed),
            Phase::Drifted => Some(&mut self.drifted),
            _ => None,
        }
    }
}

impl StopConditions {
    /// Why to stop, if the steps or the number of appeals say so.
    pub(crate) fn met(&self, ended: Ended, appeals: u64) -> Option<String> {
        let Ended {
            failed, drifted, ..
        } = ended;
        let ended = failed + drifted + ended.done;
        let exceeds =
            |part: u64, percent: u8| ended >= FEWEST && part * 100 > ended * u64::from(percent);
        if exceeds(failed, self.failed_percent) {
            return Some(format!("{failed} of {ended} accounts failed"));
        }
        if exceeds(drifted, self.drifted_percent) {
            return Some(format!(
                "{drifted} of {ended} accounts were not as they were when the plan was drafted"
            ));
        }
        match self.appeals {
            Some(most) if appeals > most => Some(format!("more appeals came in: {appeals}")),
            _ => None,
        }
    }
}

/// The order in which accounts are acted on: one that nobody can foresee who has not read the store,
/// and the same after every restart. Gives the steps that are acted on, and how many are the first
/// share.
pub(crate) fn order(
    store: &str,
    plan: PlanId,
    steps: &[Step],
    rollout: &Rollout,
) -> (Vec<usize>, usize) {
    let mut acting: Vec<(OperationKey, usize)> = steps
        .iter()
        .enumerate()
        .filter(|(_, step)| step.phase != Phase::Watched)
        .map(|(index, step)| (place(store, plan, &step.account), index))
        .collect();
    acting.sort();
    let share = rollout.canary.map_or(0, |canary| {
        (acting.len() * usize::from(canary.percent)).div_ceil(100)
    });
    (acting.into_iter().map(|(_, index)| index).collect(), share)
}

fn place(store: &str, plan: PlanId, account: &AccountId) -> OperationKey {
    OperationKey::new(&format!("{store} {plan}"), "order", account.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(phases: &[(Phase, usize)]) -> Vec<Step> {
        let mut steps = Vec::new();
        for (phase, count) in phases {
            for _ in 0..*count {
                let account = AccountId::new(format!("u{}", steps.len()));
                steps.push(Step::for_tests(account, *phase));
            }
        }
        steps
    }

    fn ended(phases: &[(Phase, usize)]) -> Ended {
        Ended::of(&steps(phases))
    }

    #[test]
    fn a_step_that_moves_is_counted_where_it_is() {
        let mut counted = ended(&[(Phase::Waiting, 1), (Phase::Failed, 1)]);
        counted.moved(Phase::Failed, Phase::Intended);
        counted.moved(Phase::Intended, Phase::Done);
        counted.moved(Phase::Waiting, Phase::Drifted);
        assert_eq!(counted, ended(&[(Phase::Done, 1), (Phase::Drifted, 1)]));
    }

    #[test]
    fn the_order_differs_between_stores_and_not_between_restarts() {
        let steps = steps(&[(Phase::Waiting, 50), (Phase::Watched, 5)]);
        let rollout = Rollout {
            canary: Some(Canary {
                percent: 5,
                soak_minutes: 0,
            }),
            ..Rollout::default()
        };
        let plan = PlanId::from_number(1);
        let (one, share) = order("a", plan, &steps, &rollout);
        assert_eq!((one.len(), share), (50, 3));
        assert_eq!(one, order("a", plan, &steps, &rollout).0);
        assert_ne!(one, order("b", plan, &steps, &rollout).0);
    }

    #[test]
    fn shares_count_once_enough_accounts_have_ended() {
        let stop = Rollout::default().stop;
        assert_eq!(stop.met(ended(&[(Phase::Failed, 19)]), 0), None);
        let few = ended(&[(Phase::Failed, 2), (Phase::Done, 18)]);
        assert_eq!(
            stop.met(few, 0),
            None,
            "ten in a hundred is not more than ten"
        );
        let many = ended(&[(Phase::Failed, 3), (Phase::Done, 18)]);
        assert!(stop.met(many, 0).is_some_and(|why| why.contains("3 of 21")));
        let drift = ended(&[(Phase::Drifted, 10), (Phase::Done, 18)]);
        assert!(stop.met(drift, 0).is_some());
        let appeals = StopConditions {
            appeals: Some(2),
            ..stop
        };
        assert_eq!(appeals.met(Ended::default(), 2), None);
        assert!(appeals.met(Ended::default(), 3).is_some());
    }
}
