//! How notices leave: claim first, then hand over, then write what came of it.

use std::collections::BTreeSet;

use avert_model::{AccountId, CaseId, NoticeListId, PlanId};
use serde_json::json;

use super::error::NotifyError;
use super::list::{Notice, NoticeHeader, NoticePhase};
use super::records::{self, Move};
use super::send::Route;
use super::state::{NoticeList, SendingList};
use crate::desk::Desk;
use crate::ports::{
    Chance, Channel, Effect, LookUp, OperationKey, OutgoingNotice, PortError, PortErrorKind,
    SendError,
};
use crate::review::Approval;
use crate::store::Connection;
use crate::takedown::Progress;
use crate::{findings, journal, takedown};

/// How many notices in a row may fail before sending stops: one is that person's trouble, several
/// are the channel's.
const FAILURES_IN_A_ROW: u32 = 3;
/// How many people in a row may be refused for good before sending stops: a server that knows nobody
/// is the wrong server.
const REFUSALS_IN_A_ROW: u32 = 20;

/// How many notices have not ended.
pub(super) fn unsettled(header: &NoticeHeader) -> u64 {
    header.count(NoticePhase::Planned)
        + header.count(NoticePhase::Claimed)
        + header.count(NoticePhase::InDoubt)
}

/// Takes every notice that has not ended. The permission is asked for by value of its list: code
/// that has none cannot call this.
pub(super) fn deliver(
    desk: &mut Desk<'_>,
    route: Route<'_>,
    sending: SendingList,
    permission: &Approval,
    progress: Progress<'_>,
) -> Result<NoticeList, NotifyError> {
    assert!(
        permission.covers(&sending.header.digest()),
        "a permission acts on its own list only"
    );
    let list = sending.header.id;
    all(desk, route, sending, progress).map_err(|error| match error {
        ended @ (NotifyError::Stopped { .. } | NotifyError::Unsettled { .. }) => ended,
        // Once sending has begun, no error may say that nothing was changed.
        other => NotifyError::BrokeOff {
            list,
            source: Box::new(other),
        },
    })
}

fn all(
    desk: &mut Desk<'_>,
    route: Route<'_>,
    mut sending: SendingList,
    progress: Progress<'_>,
) -> Result<NoticeList, NotifyError> {
    let Route { channel, chance } = route;
    let id = sending.header.id;
    let plan = takedown::show(desk.store, sending.header.plan)?;
    let silent = findings::never_told(desk.store.read(), &plan.header().platform)?;
    let order = shuffled(&sending.header, chance);
    let mut patience = Patience::default();
    for (ended, index) in order.iter().enumerate() {
        progress(ended as u64, order.len() as u64);
        let met = one(desk, channel, &mut sending.header, *index, &silent)?;
        if let Some(source) = patience.lost(met, channel.name()) {
            let left = unsettled(&sending.header);
            return Err(NotifyError::Stopped {
                list: id,
                left,
                source,
            });
        }
    }
    progress(order.len() as u64, order.len() as u64);
    let (waiting, in_doubt) = (
        sending.header.count(NoticePhase::Planned),
        sending.header.count(NoticePhase::Claimed) + sending.header.count(NoticePhase::InDoubt),
    );
    if waiting + in_doubt > 0 {
        return Err(NotifyError::Unsettled {
            list: id,
            waiting,
            in_doubt,
        });
    }
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let sent = NoticeList::from(sending.finish());
    desk.store.write(|transaction| {
        records::advance(transaction, "sending", &sent)?;
        let detail = json!({ "totals": super::totals(&sent) });
        let subject = id.to_string();
        journal::append(transaction, now, &by, "notify/sent", &subject, &detail)?;
        Ok(sent)
    })
}

/// Which notices to take, in an order drawn by chance: the order in which people hear of it must
/// not tell who stood close to whom.
fn shuffled(header: &NoticeHeader, chance: &mut dyn Chance) -> Vec<usize> {
    let mut order: Vec<usize> = (0..header.notices.len())
        .filter(|index| {
            matches!(
                header.notices[*index].phase,
                NoticePhase::Planned | NoticePhase::Claimed | NoticePhase::InDoubt
            )
        })
        .collect();
    for last in (1..order.len()).rev() {
        order.swap(last, chance.below(last + 1));
    }
    order
}

/// What one notice met with.
enum Met {
    /// The channel took it, or has it already.
    Taken,
    /// It ended, or waits for a person, and that says nothing of the channel.
    Ended,
    /// The channel refused the person for good.
    Refused,
    /// The channel failed.
    Failed(PortError),
}

/// Tells trouble with one person from trouble with the channel.
#[derive(Default)]
struct Patience {
    failed: u32,
    refused: u32,
}

impl Patience {
    /// Why sending must stop, if it must.
    fn lost(&mut self, met: Met, channel: &str) -> Option<PortError> {
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
                (concerns_all(&error) || self.failed == FAILURES_IN_A_ROW).then_some(error)
            }
        }
    }
}

fn concerns_all(error: &PortError) -> bool {
    matches!(
        error.kind,
        PortErrorKind::Unauthorized(_)
            | PortErrorKind::RateLimited { .. }
            | PortErrorKind::Unreachable(_)
            | PortErrorKind::Local(_)
    )
}

/// Takes one notice as far as it will go.
fn one(
    desk: &mut Desk<'_>,
    channel: &dyn Channel,
    header: &mut NoticeHeader,
    index: usize,
    silent: &BTreeSet<AccountId>,
) -> Result<Met, NotifyError> {
    let outgoing = header.outgoing(&header.notices[index]);
    let key = header.key(&desk.store.identity()?, &outgoing.account);
    let place = Place {
        list: header.id,
        case: header.case,
        plan: header.plan,
    };
    let notice = &mut header.notices[index];
    let first_try = notice.phase == NoticePhase::Planned;
    let left_out = if first_try {
        place.claim(desk, notice, silent)?
    } else {
        match place.again(desk, channel, notice, (&outgoing, &key), silent)? {
            Again::Send => false,
            Again::Leave(met) => return Ok(met),
        }
    };
    if left_out {
        return Ok(Met::Ended);
    }
    match channel.send(&outgoing, &key) {
        Ok(receipt) => {
            place.mark(desk, notice, NoticePhase::Sent, &receipt.reference)?;
            Ok(Met::Taken)
        }
        Err(SendError::NoAddress(why)) => {
            place.mark(desk, notice, NoticePhase::Undeliverable, &why)?;
            Ok(Met::Ended)
        }
        Err(SendError::Undeliverable(why)) => {
            place.mark(desk, notice, NoticePhase::Undeliverable, &why)?;
            Ok(Met::Refused)
        }
        Err(SendError::NotSent(error)) => {
            place.mark(desk, notice, NoticePhase::Planned, &error.to_string())?;
            Ok(Met::Failed(error))
        }
        Err(SendError::InDoubt(error)) => {
            place.mark(desk, notice, NoticePhase::InDoubt, &error.to_string())?;
            Ok(Met::Failed(error))
        }
    }
}

/// What to do with a notice that may have left.
enum Again {
    Send,
    Leave(Met),
}

struct Place {
    list: NoticeListId,
    case: CaseId,
    plan: PlanId,
}

impl Place {
    /// Takes the right to tell this person, and says whether they are left out instead.
    fn claim(
        &self,
        desk: &mut Desk<'_>,
        notice: &mut Notice,
        silent: &BTreeSet<AccountId>,
    ) -> Result<bool, NotifyError> {
        // Found to belong to a network since the list was approved.
        if silent.contains(&notice.account) {
            let why = "belongs to a network";
            self.mark(desk, notice, NoticePhase::Suppressed, why)?;
            return Ok(true);
        }
        let taken = records::claimed_by(desk.store.read(), self.case, &notice.account)?;
        if let Some(other) = taken {
            let why = format!("told by {other}");
            self.mark(desk, notice, NoticePhase::Suppressed, &why)?;
            return Ok(true);
        }
        self.mark(desk, notice, NoticePhase::Claimed, "")?;
        Ok(false)
    }

    /// Asks the channel what became of a notice that was claimed or is in doubt.
    fn again(
        &self,
        desk: &mut Desk<'_>,
        channel: &dyn Channel,
        notice: &mut Notice,
        (outgoing, key): (&OutgoingNotice, &OperationKey),
        silent: &BTreeSet<AccountId>,
    ) -> Result<Again, NotifyError> {
        match channel.look_up(outgoing, key) {
            Ok(LookUp::Arrived(receipt)) => {
                self.mark(desk, notice, NoticePhase::Sent, &receipt.reference)?;
                Ok(Again::Leave(Met::Taken))
            }
            Ok(LookUp::NotThere) if silent.contains(&notice.account) => {
                let why = "belongs to a network";
                self.mark(desk, notice, NoticePhase::Suppressed, why)?;
                Ok(Again::Leave(Met::Ended))
            }
            Ok(LookUp::NotThere) => {
                // Once more, so that the takedown is known to be in effect when it leaves.
                self.mark(desk, notice, NoticePhase::Claimed, "")?;
                Ok(Again::Send)
            }
            Ok(LookUp::CannotTell) => {
                if notice.phase == NoticePhase::Claimed {
                    let why = "sending stopped between handing it over and the receipt";
                    self.mark(desk, notice, NoticePhase::InDoubt, why)?;
                }
                Ok(Again::Leave(Met::Ended))
            }
            Err(error) => Ok(Again::Leave(Met::Failed(error))),
        }
    }

    /// Moves the notice and tells the journal, together. The claim goes with the phase: whoever may
    /// have been told keeps it, whoever was certainly not gives it back, for another list to take.
    fn mark(
        &self,
        desk: &mut Desk<'_>,
        notice: &mut Notice,
        phase: NoticePhase,
        note: &str,
    ) -> Result<(), NotifyError> {
        let (now, by) = (desk.now(), desk.actor.name().to_owned());
        let from = std::mem::replace(&mut notice.phase, phase);
        note.clone_into(&mut notice.note);
        desk.store.write(|transaction| {
            match phase {
                NoticePhase::Claimed => {
                    self.still_in_effect(transaction)?;
                    if from == NoticePhase::Planned {
                        records::claim(transaction, (self.case, self.list), &[&notice.account])?;
                    }
                }
                NoticePhase::Planned | NoticePhase::Undeliverable => {
                    records::release(transaction, self.case, &[&notice.account])?;
                }
                NoticePhase::Sent | NoticePhase::Suppressed | NoticePhase::InDoubt => {}
            }
            records::move_notices(transaction, self.list, &[Move { from, notice }])?;
            let act = format!("notify/{}", phase.as_str());
            // Only a receipt is sure to hold nobody's name.
            let detail = match phase {
                NoticePhase::Sent => json!({ "account": notice.account, "receipt": note }),
                _ => json!({ "account": notice.account }),
            };
            journal::append(transaction, now, &by, &act, &self.list.to_string(), &detail)?;
            Ok(())
        })
    }

    /// A notice says that accounts were disabled: it must still be so when it leaves, whoever
    /// reversed the takedown meanwhile.
    fn still_in_effect(&self, connection: &Connection) -> Result<(), NotifyError> {
        let state = takedown::state_of(connection, self.plan)?;
        if state == "executed" {
            return Ok(());
        }
        Err(NotifyError::Recalled {
            plan: self.plan,
            state,
        })
    }
}
