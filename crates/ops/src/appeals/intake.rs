//! Taking appeals in.

use avert_model::{AccountId, AppealId, PlanId, SignedDuration, Timestamp};
use serde_json::json;

use super::records::{by_reference, insert};
use super::{Appeal, AppealError, AppealState};
use crate::desk::Desk;
use crate::store::{Connection, parse, values};
use crate::takedown::{self, Phase, Plan};
use crate::{cases, journal};

/// An appeal as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// The takedown it is against.
    pub plan: PlanId,
    /// The account it is about.
    pub account: AccountId,
    /// The id it has where it comes from.
    pub reference: String,
    /// When the person said it; now, if it is not known.
    pub received_at: Option<Timestamp>,
    /// What the person said.
    pub text: String,
}

/// How long after a takedown appeals are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window(pub(crate) SignedDuration);

/// Six months, whichever they are.
const SHORTEST_DAYS: u32 = 184;

impl Window {
    /// So many days, and never fewer than six months (DSA, article 20).
    pub fn of_days(days: u32) -> Self {
        Self(SignedDuration::from_hours(
            i64::from(days.max(SHORTEST_DAYS)) * 24,
        ))
    }
}

impl Default for Window {
    fn default() -> Self {
        Self::of_days(SHORTEST_DAYS)
    }
}

/// What became of an appeal that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is new.
    New(Appeal),
    /// It had come in before.
    Known(Appeal),
}

/// Takes an appeal in; one that came in before under the same reference stays as it is. Needs a name
/// and no role: nobody may be kept from objecting.
pub fn file(desk: &mut Desk<'_>, intake: &Intake, window: Window) -> Result<Taken, AppealError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let Intake {
            plan: id, account, ..
        } = intake;
        if intake.reference.is_empty() {
            return Err(AppealError::NoReference);
        }
        if let Some(known) = by_reference(transaction, *id, &intake.reference)? {
            if known.account != *account {
                return Err(AppealError::OtherAccount {
                    id: known.id,
                    reference: known.reference,
                    account: known.account,
                });
            }
            return Ok(Taken::Known(known));
        }
        let plan = takedown::find(transaction, *id)?;
        let step = plan
            .header()
            .steps
            .iter()
            .find(|step| step.account == *account)
            .filter(|step| matches!(step.phase, Phase::Done | Phase::Intended | Phase::Failed))
            .ok_or_else(|| AppealError::NotActedOn {
                plan: *id,
                account: account.clone(),
            })?;
        let account = step.account.clone();
        let received_at = intake.received_at.unwrap_or(now);
        if received_at > now {
            return Err(AppealError::NotYet { at: received_at });
        }
        // When it was last acted on takes long to find out, and is asked for only where it matters.
        let is_late = |acted: Timestamp| acted.duration_until(received_at) > window.0;
        if begun_at(&plan).is_none_or(is_late)
            && let Some(acted) = acted_at(transaction, *id)?
            && is_late(acted)
        {
            return Err(AppealError::TooLate {
                plan: *id,
                account,
                acted,
            });
        }
        let appeal = Appeal {
            id: AppealId::from_number(cases::next(transaction, "appeals")?),
            plan: *id,
            account,
            reference: intake.reference.clone(),
            received_at,
            text: intake.text.clone(),
            state: AppealState::Open,
            decided_by: None,
            decided_at: None,
            reason: String::new(),
            told: None,
            receipt: String::new(),
        };
        insert(transaction, &appeal)?;
        let detail = json!({ "plan": id, "account": appeal.account,
            "text_blake3": journal::proof_of(&appeal.text) });
        let subject = appeal.id.to_string();
        journal::append(transaction, now, &by, "appeal/file", &subject, &detail)?;
        Ok(Taken::New(appeal))
    })
}

/// When a plan was begun last.
fn begun_at(plan: &Plan) -> Option<Timestamp> {
    let signatures = plan.header().signatures.iter().rev();
    let mut begun = signatures.filter(|signature| signature.act == "executed");
    begun.next().map(|signature| signature.at)
}

/// When a plan last acted on somebody. It may have taken months, with stops: nobody who was acted on at
/// its end has less time than those at its beginning.
fn acted_at(connection: &Connection, plan: PlanId) -> Result<Option<Timestamp>, AppealError> {
    let found = connection.row(
        "read when accounts were acted on",
        "SELECT at FROM journal WHERE subject = ?1 AND act IN ('takedown/execute', 'takedown/done', \
         'takedown/fail') ORDER BY seq DESC LIMIT 1",
        &values![plan.to_string()],
    )?;
    let at = found.map(|row| parse("time", &row.text(0)?)).transpose()?;
    Ok(at)
}
