//! Plans in the store.

use avert_model::{AccountId, CaseId, PlanId, Signature, Timestamp};
use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};

use super::error::TakedownError;
use super::state::{
    Approved, Draft, Ending, Executed, Executing, Expired, InReview, Plan, PlanHeader, Rejected,
    Reversed, Reversing, RolledBack, Stuck,
};
use super::step::{Phase, Step};
use crate::review::ApprovalRecord;
use crate::store::{Store, StoreError, from_json, number, parse, sql, to_json, unsigned};

/// What a state holds besides the header.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Body {
    approval: Option<ApprovalRecord>,
    ending: Option<Ending>,
    reason: Option<String>,
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
    let read = || sql("list plans");
    let mut statement = connection
        .prepare("SELECT id FROM plans WHERE case_id = ?1 ORDER BY id")
        .map_err(read())?;
    let ids = statement
        .query_map([number(case.number())], |row| row.get::<_, i64>(0))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(read())?;
    ids.into_iter()
        .map(|id| {
            find(
                connection,
                PlanId::from_number(unsigned("plan number", id)?),
            )
        })
        .collect()
}

/// Reads a plan.
pub(crate) fn find(connection: &Connection, id: PlanId) -> Result<Plan, TakedownError> {
    let read = || sql("read a plan");
    let (case, columns): (i64, [String; 4]) = connection
        .query_row(
            "SELECT case_id, platform, on_failure, state, body FROM plans WHERE id = ?1",
            [number(id.number())],
            |row| {
                Ok((
                    row.get(0)?,
                    [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?],
                ))
            },
        )
        .map_err(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => TakedownError::Unknown(id),
            source => read()(source).into(),
        })?;
    let [platform, on_failure, state, body] = columns;
    let header = PlanHeader {
        id,
        case: CaseId::from_number(unsigned("case number", case)?),
        platform,
        on_failure: from_json("failure policy", &on_failure)?,
        steps: steps(connection, id)?,
        signatures: signatures(connection, &id.to_string())?,
    };
    Ok(assemble(header, &state, from_json("plan state", &body)?)?)
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
    to_json(&Body {
        approval: plan.approval().cloned(),
        ending,
        reason,
    })
}

fn steps(connection: &Connection, id: PlanId) -> Result<Vec<Step>, StoreError> {
    let read = || sql("read a plan's steps");
    let mut statement = connection
        .prepare(
            "SELECT account, kind, remedy, reason, prior, phase, after, note FROM plan_steps \
             WHERE plan_id = ?1 ORDER BY position",
        )
        .map_err(read())?;
    let mut rows = statement.query([number(id.number())]).map_err(read())?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next().map_err(read())? {
        let text = |column: usize| row.get::<_, String>(column).map_err(read());
        steps.push(Step {
            account: AccountId::new(text(0)?),
            kind: from_json("kind of member", &text(1)?)?,
            remedy: from_json("remedy", &text(2)?)?,
            reason: text(3)?,
            prior: from_json("account state", &text(4)?)?,
            phase: from_json("phase", &text(5)?)?,
            after: from_json("account state", &text(6)?)?,
            note: text(7)?,
        });
    }
    Ok(steps)
}

/// Who did what to a plan or list.
pub(crate) fn signatures(
    connection: &Connection,
    subject: &str,
) -> Result<Vec<Signature>, StoreError> {
    let read = || sql("read signatures");
    let mut statement = connection
        .prepare("SELECT act, signed_by, at FROM signatures WHERE subject = ?1 ORDER BY position")
        .map_err(read())?;
    let found = statement
        .query_map([subject], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
            ))
        })
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(read())?;
    found
        .into_iter()
        .map(|(act, by, at)| {
            Ok(Signature {
                act,
                by,
                at: parse::<Timestamp>("time", &at)?,
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
    transaction
        .execute(
            "INSERT INTO signatures (subject, position, act, signed_by, at) \
             SELECT ?1, COALESCE(MAX(position) + 1, 0), ?2, ?3, ?4 FROM signatures WHERE subject = ?1",
            params![subject, act, by, at.to_string()],
        )
        .map_err(sql("sign"))?;
    Ok(Signature {
        act: act.to_owned(),
        by: by.to_owned(),
        at,
    })
}

/// Writes a new plan with its steps.
pub(super) fn insert(transaction: &Transaction<'_>, plan: &Plan) -> Result<(), StoreError> {
    let header = plan.header();
    transaction
        .execute(
            "INSERT INTO plans (id, case_id, platform, on_failure, state, body) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                number(header.id.number()),
                number(header.case.number()),
                header.platform,
                to_json(&header.on_failure),
                plan.state(),
                body(plan)
            ],
        )
        .map_err(sql("write a plan"))?;
    insert_steps(transaction, header)
}

fn insert_steps(transaction: &Transaction<'_>, header: &PlanHeader) -> Result<(), StoreError> {
    for (position, step) in (0_i64..).zip(&header.steps) {
        transaction
            .execute(
                "INSERT INTO plan_steps \
                 (plan_id, position, account, kind, remedy, reason, prior, phase, after, note) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    number(header.id.number()),
                    position,
                    step.account.as_str(),
                    to_json(&step.kind),
                    to_json(&step.remedy),
                    step.reason,
                    to_json(&step.prior),
                    to_json(&step.phase),
                    to_json(&step.after),
                    step.note
                ],
            )
            .map_err(sql("write a plan's steps"))?;
    }
    Ok(())
}

/// Writes the steps anew, after an edit.
pub(super) fn replace_steps(
    transaction: &Transaction<'_>,
    header: &PlanHeader,
) -> Result<(), StoreError> {
    transaction
        .execute(
            "DELETE FROM plan_steps WHERE plan_id = ?1",
            [number(header.id.number())],
        )
        .map_err(sql("edit a plan"))?;
    insert_steps(transaction, header)
}

/// Moves a plan from the state it was read in to a new one, unless somebody was quicker.
pub(super) fn advance(
    transaction: &Transaction<'_>,
    from: &'static str,
    plan: &Plan,
) -> Result<(), TakedownError> {
    let id = plan.header().id;
    let moved = transaction
        .execute(
            "UPDATE plans SET state = ?3, body = ?4 WHERE id = ?1 AND state = ?2",
            params![number(id.number()), from, plan.state(), body(plan)],
        )
        .map_err(sql("write a plan's state"))?;
    if moved == 1 {
        Ok(())
    } else {
        Err(TakedownError::Overtaken(id))
    }
}

/// The state a plan is in, without the rest of it.
pub(crate) fn state_of(connection: &Connection, id: PlanId) -> Result<String, StoreError> {
    connection
        .query_row(
            "SELECT state FROM plans WHERE id = ?1",
            [number(id.number())],
            |row| row.get(0),
        )
        .map_err(sql("read a plan's state"))
}

/// Moves a step from one phase to the next while its plan is in this state, unless another process
/// has moved either.
pub(super) fn step_phase(
    transaction: &Transaction<'_>,
    plan: PlanId,
    state: &'static str,
    from: Phase,
    step: &Step,
) -> Result<(), TakedownError> {
    let moved = transaction
        .execute(
            "UPDATE plan_steps SET phase = ?4, after = ?5, note = ?6 \
             WHERE plan_id = ?1 AND account = ?2 AND phase = ?3 \
             AND EXISTS (SELECT 1 FROM plans WHERE id = ?1 AND state = ?7)",
            params![
                number(plan.number()),
                step.account.as_str(),
                to_json(&from),
                to_json(&step.phase),
                to_json(&step.after),
                step.note,
                state
            ],
        )
        .map_err(sql("write a step"))?;
    if moved == 1 {
        Ok(())
    } else {
        Err(TakedownError::Overtaken(plan))
    }
}
