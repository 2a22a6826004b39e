//! Deciding an appeal, and putting the account back if it is granted.

use avert_model::{AppealId, PlanId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::records::{advance, find};
use super::{Appeal, AppealError, AppealState};
use crate::desk::Desk;
use crate::journal;
use crate::people::Role;
use crate::ports::Platform;
use crate::takedown::{self, Plan};

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// The person is right: the account is put back.
    Grant,
    /// The takedown stands.
    Reject,
}

/// Decides an appeal. Needs an approver who neither approved the takedown nor had a hand in it. A
/// grant puts the account back and nothing else; one that broke off on the way is decided again the
/// same way and carries on.
pub fn decide(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    id: AppealId,
    decision: Decision,
    reason: &str,
) -> Result<Appeal, AppealError> {
    desk.actor.require(Role::Approver, "decide an appeal")?;
    let appeal = find(desk.store.read(), id)?;
    let held = desk.store.hold(&appeal.plan.to_string())?;
    let _held = held.ok_or_else(|| AppealError::Busy(appeal.plan.to_string()))?;
    let appeal = note(desk, id, decision, reason)?;
    if appeal.state != AppealState::Granting {
        return Ok(appeal);
    }
    put_back(desk, platform, &appeal).map_err(|source| AppealError::NotPutBack {
        id,
        account: appeal.account.clone(),
        source: Box::new(source),
    })?;
    let granted = Appeal {
        state: AppealState::Granted,
        ..appeal
    };
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        advance(transaction, AppealState::Granting, &granted)?;
        let detail = json!({ "plan": granted.plan, "account": granted.account });
        let subject = id.to_string();
        journal::append(transaction, now, &by, "appeal/granted", &subject, &detail)?;
        Ok::<_, AppealError>(())
    })?;
    Ok(granted)
}

/// Writes the decision, or finds it written.
fn note(
    desk: &mut Desk<'_>,
    id: AppealId,
    decision: Decision,
    reason: &str,
) -> Result<Appeal, AppealError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let appeal = find(transaction, id)?;
        let plan = takedown::find(transaction, appeal.plan)?;
        if let Some(hand) = had_a_hand(&plan, &by) {
            return Err(AppealError::OwnWork {
                id,
                name: by.clone(),
                hand,
            });
        }
        match (appeal.state, decision) {
            (AppealState::Open, _) => {}
            (AppealState::Granting | AppealState::Granted, Decision::Grant)
            | (AppealState::Rejected, Decision::Reject) => return Ok(appeal),
            _ => {
                return Err(AppealError::Decided {
                    id,
                    state: appeal.state,
                    by: appeal.decided_by.unwrap_or_default(),
                });
            }
        }
        let decided = Appeal {
            state: match decision {
                Decision::Grant => AppealState::Granting,
                Decision::Reject => AppealState::Rejected,
            },
            decided_by: Some(by.clone()),
            decided_at: Some(now),
            reason: reason.to_owned(),
            ..appeal
        };
        advance(transaction, AppealState::Open, &decided)?;
        let detail = json!({ "plan": decided.plan, "account": decided.account,
            "decision": decision, "reason_blake3": journal::proof_of(reason) });
        let subject = id.to_string();
        journal::append(transaction, now, &by, "appeal/decide", &subject, &detail)?;
        Ok(decided)
    })
}

/// What somebody had to do with a plan that keeps them from judging it.
fn had_a_hand(plan: &Plan, name: &str) -> Option<&'static str> {
    if plan
        .approval()
        .is_some_and(|approval| approval.approved_by == name)
    {
        return Some("approved");
    }
    plan.header()
        .authors()
        .iter()
        .any(|author| author == name)
        .then_some("drafted")
}

fn put_back(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    appeal: &Appeal,
) -> Result<(), takedown::TakedownError> {
    let plan: PlanId = appeal.plan;
    takedown::restore_one(desk, platform, plan, &appeal.account)
}
