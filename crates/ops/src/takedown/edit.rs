//! Changing a plan before it begins, and what was changed.

use std::collections::BTreeMap;

use avert_model::{AccountId, AccountStatus, PlanId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::draft::only_what_is_accepted;
use super::error::TakedownError;
use super::records;
use super::rollout::Rollout;
use super::state::{Draft, Plan, PlanHeader};
use super::step::{Phase, Step};
use crate::desk::Desk;
use crate::people::Role;
use crate::ports::{Platform, Remedy};
use crate::store::{Store, from_json, parse, values};
use crate::{cases, journal};

/// A change to a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Leave this account alone.
    Drop(AccountId),
    /// Do this to that account.
    Set(AccountId, Remedy),
    /// Begin, stage and stop like this.
    Rollout(Rollout),
}

/// Changes a plan that has not begun. Whatever approval it had is void; it is a draft again, and the
/// reason is a note on the case. Needs an investigator.
pub fn edit(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    id: PlanId,
    changes: &[Change],
    reason: &str,
) -> Result<Plan, TakedownError> {
    desk.actor.require(Role::Investigator, "edit a takedown")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let plan = records::find(transaction, id)?;
        let from = plan.state();
        let Draft { mut header } = plan.reopen().map_err(|begun| TakedownError::WrongState {
            plan: id,
            state: begun.state(),
            wanted: "edited",
        })?;
        cases::require_open(transaction, header.case)?;
        let was = header.clone();
        for change in changes {
            apply(&mut header, platform, change)?;
        }
        let edited = edited(&was, &header);
        if edited.is_empty() {
            return Err(TakedownError::NothingToChange(id));
        }
        only_what_is_accepted(platform, &header)?;
        header.signatures.push(records::sign(
            transaction,
            &id.to_string(),
            "edited",
            &by,
            now,
        )?);
        let after = header.digest();
        let plan = Plan::from(Draft { header });
        records::replace(transaction, plan.header())?;
        records::advance(transaction, from, &plan)?;
        cases::add_note(
            transaction,
            plan.header().case,
            &by,
            now,
            &format!("{id} was changed ({}): {reason}", in_words(&edited)),
        )?;
        let detail = json!({ "was": from, "reason_blake3": journal::proof_of(reason),
            "before": was.digest(), "after": after, "changes": edited });
        journal::append(
            transaction,
            now,
            &by,
            "takedown/edit",
            &id.to_string(),
            &detail,
        )?;
        Ok(plan)
    })
}

fn apply(
    header: &mut PlanHeader,
    platform: &dyn Platform,
    change: &Change,
) -> Result<(), TakedownError> {
    let plan = header.id;
    let account = match change {
        Change::Drop(account) | Change::Set(account, _) => account,
        Change::Rollout(rollout) => {
            header.rollout = rollout.clone();
            return Ok(());
        }
    };
    let position = header
        .steps
        .iter()
        .position(|step| &step.account == account)
        .ok_or_else(|| TakedownError::NoSuchAccount {
            plan,
            account: account.clone(),
        })?;
    match change {
        Change::Rollout(_) => {}
        Change::Drop(_) => {
            header.steps.remove(position);
        }
        Change::Set(_, remedy) => {
            let step = &mut header.steps[position];
            let cannot = |why: &str| TakedownError::CannotActOn {
                plan,
                account: account.clone(),
                why: why.to_owned(),
            };
            if !platform.supports(*remedy) {
                return Err(cannot("the platform has no such remedy"));
            }
            if remedy.acts() {
                match step.prior.as_ref().map(|prior| prior.status) {
                    None => return Err(cannot("the platform does not know it")),
                    Some(AccountStatus::Gone) => return Err(cannot("it is gone")),
                    Some(status) if Some(status) == remedy.leads_to() => {
                        return Err(cannot("it already is in that state"));
                    }
                    // Nothing would be seen to happen, and an undo would wait for it to unhappen.
                    Some(AccountStatus::Disabled) => {
                        return Err(cannot("it is disabled already, which is more"));
                    }
                    Some(_) => {}
                }
            }
            step.remedy = *remedy;
            step.phase = if *remedy == Remedy::Watch {
                Phase::Watched
            } else {
                Phase::Waiting
            };
        }
    }
    Ok(())
}

/// What an edit changed in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Edited {
    /// An account was taken out, which had this done to it.
    Dropped {
        /// The account.
        account: AccountId,
        /// What was to be done to it.
        was: Remedy,
    },
    /// Something else is done to an account.
    Remedy {
        /// The account.
        account: AccountId,
        /// What was to be done to it.
        was: Remedy,
        /// What is now.
        is: Remedy,
    },
    /// It begins, is staged or stops otherwise.
    Rollout {
        /// How it was.
        was: Rollout,
        /// How it is now.
        is: Rollout,
    },
}

/// One edit of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Edit {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What changed by it.
    pub changes: Vec<Edited>,
}

/// What differs, by account; the rollout last.
fn edited(was: &PlanHeader, is: &PlanHeader) -> Vec<Edited> {
    let left: BTreeMap<&AccountId, &Step> =
        is.steps.iter().map(|step| (&step.account, step)).collect();
    let mut edited = Vec::new();
    for step in &was.steps {
        let account = step.account.clone();
        match left.get(&account) {
            None => edited.push(Edited::Dropped {
                account,
                was: step.remedy,
            }),
            Some(now) if now.remedy != step.remedy => edited.push(Edited::Remedy {
                account,
                was: step.remedy,
                is: now.remedy,
            }),
            Some(_) => {}
        }
    }
    if was.rollout != is.rollout {
        edited.push(Edited::Rollout {
            was: was.rollout.clone(),
            is: is.rollout.clone(),
        });
    }
    edited
}

/// The same for the note on the case, which is no place for lists.
fn in_words(edited: &[Edited]) -> String {
    let count = |is: fn(&Edited) -> bool| edited.iter().filter(|one| is(one)).count();
    let numbers = [
        (
            count(|one| matches!(one, Edited::Dropped { .. })),
            "dropped",
        ),
        (
            count(|one| matches!(one, Edited::Remedy { .. })),
            "with another remedy",
        ),
        (
            count(|one| matches!(one, Edited::Rollout { .. })),
            "rollout changed",
        ),
    ];
    let words = numbers.into_iter().filter(|(number, _)| *number > 0);
    let words: Vec<String> = words
        .map(|(number, word)| match word {
            "rollout changed" => word.to_owned(),
            _ => format!("{number} {word}"),
        })
        .collect();
    words.join(", ")
}

/// Every edit of a plan, oldest first, as the journal has it. Of edits by an earlier version it is not
/// known what they changed.
pub fn edits(store: &Store, id: PlanId) -> Result<Vec<Edit>, TakedownError> {
    #[derive(Deserialize)]
    struct Detail {
        #[serde(default)]
        changes: Vec<Edited>,
    }
    let mut edits = Vec::new();
    store.read().each(
        "read what was edited",
        "SELECT at, actor, detail FROM journal WHERE subject = ?1 AND act = ?2 ORDER BY seq",
        &values![id.to_string(), "takedown/edit"],
        &mut |row| {
            let Detail { changes } = from_json("journal row", &row.text(2)?)?;
            edits.push(Edit {
                at: parse("time", &row.text(0)?)?,
                by: row.text(1)?,
                changes,
            });
            Ok(true)
        },
    )?;
    Ok(edits)
}
