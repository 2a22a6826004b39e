//! Plans in the store.

use avert_model::{AccountId, CaseId, PlanId, Signature, Timestamp};
use serde::{Deserialize, Serialize};

use super::error::TakedownError;
use super::state::{
    Approved, Draft, Ending, Executed, Executing, Expired, InReview, Plan, PlanHeader, Rejected,
    Reversed, Reversing, RolledBack, Stuck,
};
use super::step::{Phase, Step};
use crate::review::ApprovalRecord;
use crate::store::{
    Connection, Store, StoreError, Transaction, Update, Value, from_json, parse, to_json, values,
};

/// What a state holds besides the header.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Body {
    approval: Option<ApprovalRecord>,
    ending: Option<Ending>,
    reason: Option<String>,
    #[serde(default)]
    canary_ended: Option<Timestamp>,
}

/// One plan.
pub fn show(store: &Store, id: PlanId) -> Result<Plan, TakedownError> {
    find(&*store.view()?, id)
}

/// A case's plans, oldest first.
pub fn list(store: &Store, case: CaseId) -> Result<Vec<Plan>, TakedownError> {
    of_case(&*store.view()?, case)
}

pub(crate) fn of_case(connection: &Connection, case: CaseId) -> Result<Vec<Plan>, TakedownError> {
    let ids = connection.rows(
        "list plans",
        "SELECT id FROM plans WHERE case_id = ?1 ORDER BY id",
        &values![case.number()],
    )?;
    ids.iter()
        .map(|row| find(connection, PlanId::from_number(row.count(0)?)))
        .collect()
}

/// Reads a plan.
pub(crate) fn find(connection: &Connection, id: PlanId) -> Result<Plan, TakedownError> {
    let found = connection.row(
        "read a plan",
        "SELECT case_id, platform, on_failure, state, body, rollout FROM plans WHERE id = ?1",
        &values![id.number()],
    )?;
    let row = found.ok_or(TakedownError::Unknown(id))?;
    let header = PlanHeader {
        id,
        case: CaseId::from_number(row.count(0)?),
        platform: row.text(1)?,
        on_failure: from_json("failure policy", &row.text(2)?)?,
        rollout: from_json("rollout", &row.text(5)?)?,
        steps: steps(connection, id)?,
        signatures: signatures(connection, &id.to_string())?,
    };
    let body = from_json("plan state", &row.text(4)?)?;
    Ok(assemble(header, &row.text(3)?, body)?)
}

fn assemble(header: PlanHeader, state: &str, body: Body) -> Result<Plan, StoreError> {
    let missing = |what| StoreError::Corrupt {
        what: "plan",
        detail: format!("it is {state} without {what}"),
    };
    let approval = || body.approval.clone().ok_or_else(|| missing("an approval"));
    let ending = || body.ending.ok_or_else(|| missing("an ending"));
    Ok(match state {
        "draft" => Draft { header }.into(),
        "in-review" => InReview { header }.into(),
        "approved" => Approved {
            header,
            approval: approval()?,
        }
        .into(),
        "rejected" => Rejected {
            header,
            reason: body.reason.ok_or_else(|| missing("a reason"))?,
        }
        .into(),
        "expired" => Expired {
            header,
            approval: approval()?,
        }
        .into(),
        "executing" => Executing {
            header,
            approval: approval()?,
            canary_ended: body.canary_ended,
        }
        .into(),
        "executed" => Executed {
            header,
            approval: approval()?,
        }
        .into(),
        "reversing" => Reversing {
            header,
            approval: approval()?,
            ending: ending()?,
        }
        .into(),
        "reversed" => Reversed {
            header,
            approval: approval()?,
        }
        .into(),
        "rolled-back" => RolledBack {
            header,
            approval: approval()?,
        }
        .into(),
        "stuck" => Stuck {
            header,
            approval: approval()?,
            ending: ending()?,
        }
        .into(),
        other => {
            return Err(StoreError::Corrupt {
                what: "plan",
                detail: format!("'{other}' is not a state"),
            });
        }
    })
}

fn body(plan: &Plan) -> String {
    let ending = match plan {
        Plan::Reversing(state) => Some(state.ending),
        Plan::Stuck(state) => Some(state.ending),
        _ => None,
    };
    let reason = match plan {
        Plan::Rejected(state) => Some(state.reason.clone()),
        _ => None,
    };
    let canary_ended = match plan {
        Plan::Executing(state) => state.canary_ended,
        _ => None,
    };
    to_json(&Body {
        approval: plan.approval().cloned(),
        ending,
        reason,
        canary_ended,
    })
}

fn steps(connection: &Connection, id: PlanId) -> Result<Vec<Step>, StoreError> {
    let mut steps = Vec::new();
    connection.each(
        "read a plan's steps",
        "SELECT account, kind, remedy, reason, prior, phase, after, note, footprint \
         FROM plan_steps WHERE plan_id = ?1 ORDER BY position",
        &values![id.number()],
        &mut |row| {
            steps.push(Step {
                account: AccountId::new(row.text(0)?),
                kind: from_json("kind of member", &row.text(1)?)?,
                remedy: from_json("remedy", &row.text(2)?)?,
                reason: row.text(3)?,
                prior: from_json("account state", &row.text(4)?)?,
                phase: from_json("phase", &row.text(5)?)?,
                after: from_json("account state", &row.text(6)?)?,
                note: row.text(7)?,
                footprint: from_json("footprint", &row.text(8)?)?,
            });
            Ok(true)
        },
    )?;
    Ok(steps)
}

/// Who did what to a plan or list.
pub(crate) fn signatures(
    connection: &Connection,
    subject: &str,
) -> Result<Vec<Signature>, StoreError> {
    let found = connection.rows(
        "read signatures",
        "SELECT act, signed_by, at FROM signatures WHERE subject = ?1 ORDER BY position",
        &values![subject],
    )?;
    found
        .iter()
        .map(|row| {
            Ok(Signature {
                act: row.text(0)?,
                by: row.text(1)?,
                at: parse::<Timestamp>("time", &row.text(2)?)?,
            })
        })
        .collect()
}

/// Adds a signature to a plan or list.
pub(crate) fn sign(
    transaction: &Transaction<'_>,
    subject: &str,
    act: &str,
    by: &str,
    at: Timestamp,
) -> Result<Signature, StoreError> {
    transaction.execute(
        "sign",
        "INSERT INTO signatures (subject, position, act, signed_by, at) \
         SELECT ?1, COALESCE(MAX(position) + 1, 0), ?2, ?3, ?4 FROM signatures WHERE subject = ?1",
        &values![subject, act, by, at.to_string()],
    )?;
    Ok(Signature {
        act: act.to_owned(),
        by: by.to_owned(),
        at,
    })
}

/// Writes a new plan with its steps.
pub(super) fn insert(transaction: &Transaction<'_>, plan: &Plan) -> Result<(), StoreError> {
    let header = plan.header();
    transaction.execute(
        "write a plan",
        "INSERT INTO plans (id, case_id, platform, on_failure, state, body, rollout) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &values![
            header.id.number(),
            header.case.number(),
            &header.platform,
            to_json(&header.on_failure),
            plan.state(),
            body(plan),
            to_json(&header.rollout)
        ],
    )?;
    insert_steps(transaction, header)
}

fn insert_steps(transaction: &Transaction<'_>, header: &PlanHeader) -> Result<(), StoreError> {
    transaction.insert_all(
        "write a plan's steps",
        "plan_steps (plan_id, position, account, kind, remedy, reason, prior, phase, after, note, footprint)",
        (0_i64..).zip(&header.steps).map(|(position, step)| {
            values![
                header.id.number(),
                position,
                step.account.as_str(),
                to_json(&step.kind),
                to_json(&step.remedy),
                &step.reason,
                to_json(&step.prior),
                to_json(&step.phase),
                to_json(&step.after),
                &step.note,
                to_json(&step.footprint)
            ]
            .into()
        }),
    )?;
    Ok(())
}

/// Writes steps and rollout anew, after an edit.
pub(super) fn replace(
    transaction: &Transaction<'_>,
    header: &PlanHeader,
) -> Result<(), StoreError> {
    transaction.execute(
        "edit a plan",
        "DELETE FROM plan_steps WHERE plan_id = ?1",
        &values![header.id.number()],
    )?;
    transaction.execute(
        "edit a plan",
        "UPDATE plans SET rollout = ?2 WHERE id = ?1",
        &values![header.id.number(), to_json(&header.rollout)],
    )?;
    insert_steps(transaction, header)
}

/// Moves a plan from the state it was read in to a new one, unless somebody was quicker.
pub(super) fn advance(
    transaction: &Transaction<'_>,
    from: &'static str,
    plan: &Plan,
) -> Result<(), TakedownError> {
    let id = plan.header().id;
    let moved = transaction.execute(
        "write a plan's state",
        "UPDATE plans SET state = ?3, body = ?4 WHERE id = ?1 AND state = ?2",
        &values![id.number(), from, plan.state(), body(plan)],
    )?;
    if moved == 1 {
        Ok(())
    } else {
        Err(TakedownError::Overtaken(id))
    }
}

/// The state of a plan, and whether everything is stopped: asked together before each notice leaves.
pub(crate) fn state_and_switch(
    connection: &Connection,
    id: PlanId,
) -> Result<(String, bool), StoreError> {
    let found = connection.row(
        "read a plan's state",
        "SELECT state, (SELECT COUNT(*) FROM freezes) FROM plans WHERE id = ?1",
        &values![id.number()],
    )?;
    let row = found.ok_or_else(|| StoreError::Corrupt {
        what: "plan",
        detail: format!("{id} is gone"),
    })?;
    Ok((row.text(0)?, row.count(1)? > 0))
}

/// A step that moves from one phase to the next.
pub(super) struct Move<'a> {
    pub(super) from: Phase,
    pub(super) step: &'a Step,
}

/// Moves steps while their plan is in this state, unless another process has moved any of it.
pub(super) fn move_steps(
    transaction: &Transaction<'_>,
    plan: PlanId,
    state: &'static str,
    moves: &[Move<'_>],
) -> Result<(), TakedownError> {
    let values = |Move { from, step }: &Move<'_>| -> Vec<Value> {
        values![
            plan.number(),
            step.account.as_str(),
            to_json(from),
            to_json(&step.phase),
            to_json(&step.after),
            &step.note,
            state
        ]
        .into()
    };
    let update = Update {
        table: "plan_steps",
        set: "phase = ?4, after = ?5, note = ?6",
        matching: "plan_id = ?1 AND account = ?2 AND phase = ?3 \
                   AND EXISTS (SELECT 1 FROM plans WHERE id = ?1 AND state = ?7)",
    };
    let rows = moves.iter().map(values).collect();
    if transaction.update_all("write a step", &update, rows)? == moves.len() as u64 {
        Ok(())
    } else {
        Err(TakedownError::Overtaken(plan))
    }
}
