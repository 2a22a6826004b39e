//! Whether an outcome arrived: said by a person where no channel can tell.

use avert_model::AppealId;
use serde::Serialize;
use serde_json::json;

use super::records::{find, move_told};
use super::{Appeal, AppealError, AppealState, Told};
use crate::desk::Desk;
use crate::journal;
use crate::people::Role;

/// What a person knows of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Heard {
    /// The person knows it, whoever told them.
    Arrived,
    /// The person has not got it, so it may be sent again.
    NotArrived,
}

/// Writes down whether whoever appealed knows the outcome. What nobody is in doubt about can only be
/// said to have arrived, by another way. Needs an approver.
pub fn resolve(
    desk: &mut Desk<'_>,
    id: AppealId,
    heard: Heard,
    reason: &str,
) -> Result<Appeal, AppealError> {
    desk.actor
        .require(Role::Approver, "say whether an outcome arrived")?;
    // One that is claimed may be leaving at this moment.
    let held = desk.store.hold(&id.to_string())?;
    let _held = held.ok_or_else(|| AppealError::Busy(id.to_string()))?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let appeal = find(transaction, id)?;
        if let AppealState::Open | AppealState::Granting = appeal.state {
            let state = appeal.state;
            return Err(AppealError::NotDecided { id, state });
        }
        let in_doubt = matches!(appeal.told, Some(Told::Claimed | Told::InDoubt));
        let (to, receipt) = match heard {
            Heard::Arrived => (Some(Told::Sent), format!("said by {by}: {reason}")),
            Heard::NotArrived if in_doubt => (None, String::new()),
            Heard::NotArrived => return Err(AppealError::NotInDoubt(id)),
        };
        if appeal.told == to {
            return Ok(appeal);
        }
        let from = appeal.told;
        let resolved = Appeal {
            told: to,
            receipt,
            ..appeal
        };
        move_told(transaction, from, &resolved)?;
        let detail = json!({ "plan": resolved.plan, "account": resolved.account, "heard": heard,
            "reason_blake3": journal::proof_of(reason) });
        let (subject, act) = (id.to_string(), "appeal/outcome-resolved");
        journal::append(transaction, now, &by, act, &subject, &detail)?;
        Ok(resolved)
    })
}
