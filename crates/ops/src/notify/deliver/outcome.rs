//! What came of a notice that was looked up or handed over.

use std::time::Duration;

use avert_model::SignedDuration;

use super::work::Brought;
use super::{Delivery, Halt};
use crate::notify::ledger::Mark;
use crate::notify::list::NoticePhase;
use crate::notify::patience::Met;
use crate::pace::LONGEST_WAIT;
use crate::ports::{LookUp, PortError, PortErrorKind, Receipt, SendError};

impl Delivery<'_, '_> {
    /// What a result means for its notice and for the channel.
    pub(super) fn decide(
        &mut self,
        index: usize,
        via: usize,
        brought: Brought,
        marks: &mut Vec<Mark>,
    ) {
        let met = match brought {
            Brought::LookedUp(found) => self.looked_up(index, found, marks),
            Brought::Sent(ended) => self.sent(index, via, ended, marks),
        };
        let channel = self.channels[via];
        if let Some(source) = self
            .patience
            .lost(met, channel.name(), channel.pace().at_once)
            && self.halt.is_none()
        {
            self.halt = Some(Halt::Channel(source));
        }
    }

    fn looked_up(
        &mut self,
        index: usize,
        found: Result<LookUp, PortError>,
        marks: &mut Vec<Mark>,
    ) -> Met {
        let phase = self.header.notices[index].phase;
        let mut mark = |phase, note: &str| marks.push(Mark::of(self.header, index, phase, note));
        match found {
            Ok(LookUp::Arrived(receipt)) => {
                mark(NoticePhase::Sent, &receipt.reference);
                Met::Taken
            }
            Ok(LookUp::NotThere) => {
                // It is as if it had never been begun, and goes the whole way once more.
                mark(NoticePhase::Planned, "");
                self.queue_up(index);
                Met::Ended
            }
            Ok(LookUp::CannotTell) => {
                if phase == NoticePhase::Claimed {
                    mark(
                        NoticePhase::InDoubt,
                        "sending stopped between handing it over and the receipt",
                    );
                }
                Met::Ended
            }
            Err(error) => Met::Failed(error),
        }
    }

    fn sent(
        &mut self,
        index: usize,
        via: usize,
        ended: Result<Receipt, SendError>,
        marks: &mut Vec<Mark>,
    ) -> Met {
        let next_channel = via + 1 < self.channels.len();
        match ended {
            Ok(receipt) => {
                marks.push(Mark::of(
                    self.header,
                    index,
                    NoticePhase::Sent,
                    &receipt.reference,
                ));
                Met::Taken
            }
            Err(SendError::NoAddress(why) | SendError::Undeliverable(why)) if next_channel => {
                let note = format!("'{}': {why}", self.channels[via].name());
                marks.push(Mark::of(self.header, index, NoticePhase::Planned, &note));
                self.header.notices[index].via = via + 1;
                self.queue_up(index);
                Met::Ended
            }
            Err(SendError::NoAddress(why)) => {
                marks.push(Mark::of(
                    self.header,
                    index,
                    NoticePhase::Undeliverable,
                    &why,
                ));
                Met::Ended
            }
            Err(SendError::Undeliverable(why)) => {
                marks.push(Mark::of(
                    self.header,
                    index,
                    NoticePhase::Undeliverable,
                    &why,
                ));
                Met::Refused
            }
            Err(SendError::NotSent(error)) => {
                let note = error.to_string();
                marks.push(Mark::of(self.header, index, NoticePhase::Planned, &note));
                self.put_off(index, via, error)
            }
            Err(SendError::InDoubt(error)) => {
                let note = error.to_string();
                marks.push(Mark::of(self.header, index, NoticePhase::InDoubt, &note));
                Met::Failed(error)
            }
        }
    }

    /// A channel that asks for a pause gets it; any other trouble is counted.
    fn put_off(&mut self, index: usize, via: usize, error: PortError) -> Met {
        if let PortErrorKind::RateLimited { retry_after } = &error.kind {
            let asked = retry_after.unwrap_or(Duration::from_secs(1));
            let wait = SignedDuration::try_from(asked).unwrap_or(SignedDuration::MAX);
            if wait <= LONGEST_WAIT {
                let until = self.desk.now() + wait;
                self.pacers[via].hold_until(until);
                self.later.insert((until, index));
                return Met::Ended;
            }
        }
        Met::Failed(error)
    }
}
