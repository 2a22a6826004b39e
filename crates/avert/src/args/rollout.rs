//! How a plan is carried out, as typed.

use avert_model::Timestamp;
use avert_ops::takedown::{Canary, Rollout};
use clap::Args;

use crate::failure::CommandError;

/// When a plan begins, in which shares, and when it stops. What is not given stays as it is.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "How it is carried out")]
pub(crate) struct RolloutArgs {
    /// Act on so many in a hundred of the accounts first, chosen by nobody; 0: on all at once
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=99))]
    canary: Option<u8>,
    /// How many minutes the rest waits after that first share, so that people can look at what came of it
    #[arg(long, value_name = "MINUTES")]
    soak: Option<u32>,
    /// Not before this moment: 2030-01-31T08:00:00Z
    #[arg(long, value_name = "RFC3339")]
    start: Option<Timestamp>,
    /// Stop once more than so many in a hundred have failed [a new plan: 10]
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    stop_failed: Option<u8>,
    /// Stop once more than so many in a hundred were not as they were when it was drafted [a new plan: 25]
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    stop_drifted: Option<u8>,
    /// Stop once more than so many appeals against it came in [a new plan: however many]
    #[arg(long, value_name = "N")]
    stop_appeals: Option<u64>,
    /// Do what cannot be undone as well; without it a plan that would is refused
    #[arg(
        long,
        value_name = "YES",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    accept_irreversible: Option<bool>,
}

impl RolloutArgs {
    /// Whether anything was given.
    pub(crate) fn says_something(&self) -> bool {
        let Self {
            canary,
            soak,
            start,
            stop_failed,
            stop_drifted,
            stop_appeals,
            accept_irreversible,
        } = self;
        canary.is_some()
            || soak.is_some()
            || start.is_some()
            || stop_failed.is_some()
            || stop_drifted.is_some()
            || stop_appeals.is_some()
            || accept_irreversible.is_some()
    }

    /// The rollout with what was given changed.
    pub(crate) fn over(&self, mut rollout: Rollout) -> Result<Rollout, CommandError> {
        if let Some(percent) = self.canary {
            let soak_minutes = rollout.canary.map_or(0, |canary| canary.soak_minutes);
            rollout.canary = (percent > 0).then_some(Canary {
                percent,
                soak_minutes,
            });
        }
        if let Some(minutes) = self.soak {
            let canary = rollout.canary.as_mut();
            canary.ok_or(CommandError::SoakAlone)?.soak_minutes = minutes;
        }
        rollout.starts_at = self.start.or(rollout.starts_at);
        let stop = &mut rollout.stop;
        stop.failed_percent = self.stop_failed.unwrap_or(stop.failed_percent);
        stop.drifted_percent = self.stop_drifted.unwrap_or(stop.drifted_percent);
        stop.appeals = self.stop_appeals.or(stop.appeals);
        if let Some(accepts) = self.accept_irreversible {
            rollout.accepts_irreversible = accepts;
        }
        Ok(rollout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_canary(percent: u8, soak_minutes: u32) -> Rollout {
        Rollout {
            canary: Some(Canary {
                percent,
                soak_minutes,
            }),
            ..Rollout::default()
        }
    }

    #[test]
    fn only_what_is_given_changes() {
        let nothing = RolloutArgs::default();
        assert!(!nothing.says_something());
        assert_eq!(
            nothing.over(with_canary(5, 60)).unwrap(),
            with_canary(5, 60)
        );
        let share = RolloutArgs {
            canary: Some(10),
            ..RolloutArgs::default()
        };
        assert_eq!(share.over(with_canary(5, 60)).unwrap(), with_canary(10, 60));
        let none = RolloutArgs {
            canary: Some(0),
            ..RolloutArgs::default()
        };
        assert_eq!(none.over(with_canary(5, 60)).unwrap(), Rollout::default());
        let soak = RolloutArgs {
            soak: Some(30),
            ..RolloutArgs::default()
        };
        assert_eq!(soak.over(with_canary(5, 60)).unwrap(), with_canary(5, 30));
        assert!(matches!(
            soak.over(Rollout::default()),
            Err(CommandError::SoakAlone)
        ));
    }
}
