//! Telling trouble with one person from trouble with the channel.

use crate::ports::{Effect, PortError, PortErrorKind};

/// How many notices in a row may fail before sending stops: one is that person's trouble, several
/// are the channel's. With more than one connection, as many more as fail together.
const FAILURES_IN_A_ROW: u32 = 3;
/// How many people in a row may be refused for good before sending stops: a server that knows nobody
/// is the wrong server.
const REFUSALS_IN_A_ROW: u32 = 20;

/// What one notice met with.
pub(super) enum Met {
    /// The channel took it, or has it already.
    Taken,
    /// It ended, or waits, and that says nothing of the channel.
    Ended,
    /// The channel refused the person for good.
    Refused,
    /// The channel failed.
    Failed(PortError),
}

/// Counts what the last notices met with.
#[derive(Default)]
pub(super) struct Patience {
    failed: u32,
    refused: u32,
}

impl Patience {
    /// Why sending must stop, if it must.
    pub(super) fn lost(&mut self, met: Met, channel: &str, at_once: usize) -> Option<PortError> {
        match met {
            Met::Taken => {
                *self = Self::default();
                None
            }
            Met::Ended => None,
            Met::Refused => {
                self.failed = 0;
                self.refused += 1;
                (self.refused == REFUSALS_IN_A_ROW).then(|| PortError {
                    request: format!("channel '{channel}'"),
                    kind: PortErrorKind::Protocol(format!(
                        "refused {REFUSALS_IN_A_ROW} people in a row for good; is it the right one \
                         for them?"
                    )),
                    effect: Effect::None,
                })
            }
            Met::Failed(error) => {
                self.failed += 1;
                let together = u32::try_from(at_once.saturating_sub(1)).unwrap_or(u32::MAX);
                let most = FAILURES_IN_A_ROW.saturating_add(together);
                (error.kind.concerns_all() || self.failed >= most).then_some(error)
            }
        }
    }
}
