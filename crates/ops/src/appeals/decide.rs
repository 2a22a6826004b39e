//! Deciding an appeal, and putting the account back if it is granted.

use avert_model::{AccountId, AppealId, PlanId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::records::{advance, find, granted_of};
use super::{Appeal, AppealError, AppealState};
use crate::desk::Desk;
use crate::journal;
use crate::people::{Actor, Role};
use crate::ports::Platform;
use crate::store::{Connection, Store};
use crate::takedown::{self, Phase, Plan};

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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

/// What a decision would do, refused where [`decide`] would refuse. Changes nothing.
pub fn would_decide(
    store: &Store,
    by: &Actor,
    id: AppealId,
    decision: Decision,
    reason: &str,
) -> Result<Appeal, AppealError> {
    by.require(Role::Approver, "decide an appeal")?;
    judge(store.read(), by.name(), id, decision, reason).map(|(appeal, _)| appeal)
}

/// The appeal, and whether this is decided of it already.
fn judge(
    connection: &Connection,
    by: &str,
    id: AppealId,
    decision: Decision,
    reason: &str,
) -> Result<(Appeal, bool), AppealError> {
    let appeal = find(connection, id)?;
    let plan = takedown::find(connection, appeal.plan)?;
    if let Some(hand) = had_a_hand(&plan, by) {
        return Err(AppealError::OwnWork {
            id,
            name: by.to_owned(),
            hand,
        });
    }
    let state = appeal.state;
    match (state, decision) {
        (AppealState::Open, Decision::Grant) => Ok((appeal, false)),
        (AppealState::Open, Decision::Reject) => {
            if let Some(other) = granted_of(connection, appeal.plan, &appeal.account)? {
                return Err(AppealError::GrantedAlready { id, other });
            }
            // "It stands" would not be true.
            if is_back(&plan, &appeal.account) {
                return Err(AppealError::IsBack(id));
            }
            Ok((appeal, false))
        }
        (AppealState::Granting | AppealState::Granted, Decision::Grant)
        | (AppealState::Rejected, Decision::Reject) => {
            // One that is granted and not yet back is carried on, whatever is said.
            if appeal.reason == reason || state == AppealState::Granting {
                Ok((appeal, true))
            } else {
                let reason = appeal.reason;
                Err(AppealError::OtherReason { id, state, reason })
            }
        }
        _ => Err(AppealError::Decided {
            id,
            state,
            by: appeal.decided_by.unwrap_or_default(),
        }),
    }
}

/// Whether an account is as it was, or about to be: then nothing of the takedown stands.
fn is_back(plan: &Plan, account: &AccountId) -> bool {
    let is_going_back = matches!(plan, Plan::Reversing(_) | Plan::Stuck(_));
    let mut steps = plan.header().steps.iter();
    steps.any(|step| {
        step.account == *account
            && match step.phase {
                Phase::Restored => true,
                Phase::Done | Phase::Intended | Phase::Undoing | Phase::Stuck => is_going_back,
                // It never took effect.
                Phase::Failed => step.after.is_none(),
                _ => false,
            }
    })
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
        let (appeal, is_decided) = judge(transaction, &by, id, decision, reason)?;
        if is_decided {
            return Ok(appeal);
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

/// What somebody had to do with a plan that keeps them from judging it: at any time, also before it was
/// approved anew.
fn had_a_hand(plan: &Plan, name: &str) -> Option<&'static str> {
    let given = plan.approval();
    if given.is_some_and(|approval| approval.approved_by == name) {
        return Some("approved");
    }
    let signatures = plan.header().signatures.iter();
    signatures
        .filter(|signature| signature.by == name)
        .find_map(|signature| match signature.act.as_str() {
            "approved" => Some("approved"),
            "drafted" | "edited" | "submitted" => Some("drafted"),
            "executed" => Some("carried out"),
            _ => None,
        })
}

fn put_back(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    appeal: &Appeal,
) -> Result<(), takedown::TakedownError> {
    let plan: PlanId = appeal.plan;
    takedown::restore_one(desk, platform, plan, &appeal.account)
}
