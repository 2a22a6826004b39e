//! Forgetting: what a case no longer needs goes, and the proof that it existed stays.
//!
//! The journal is never touched: it holds hashes of what people wrote and of every exhibit, so that
//! whoever still has a copy can prove what it was, and whoever has none learns that there was one.

mod error;
mod holding;
mod mark;
mod reasons;

use std::collections::BTreeSet;

use avert_model::{CaseId, CaseState, FindingId, SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;

use crate::appeals::Window;
use crate::cases::{self, CaseError};
use crate::desk::Desk;
use crate::findings::{self, FindingError};
use crate::journal;
use crate::people::Role;
use crate::store::{Connection, Store, StoreError, Transaction, parse, to_json, values};

pub use error::PurgeError;
pub use mark::{finding_purged_at, purged_at};

use holding::{
    ADDRESSES, APPEALS, HEARSAY, LINKS, NOTES, NOTICE_WORDS, REPORT, STEP_WORDS, exhibits, listed,
};

/// What is, or would be, forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Purged {
    /// Contents of exhibits; their hashes stay.
    pub exhibits: u64,
    /// Mail addresses of people who were told.
    pub addresses: u64,
    /// Words of appeals.
    pub appeals: u64,
    /// Notes on the case.
    pub notes: u64,
    /// Words elsewhere: why the case was closed, why a plan or list was rejected, what servers and people said
    /// of notices, who said that an outcome arrived, and what was written for the report.
    pub words: u64,
    /// What people linked the case to; the objects stay where they are.
    pub links: u64,
    /// Findings whose contacts, ties and facts go; who belonged to the network stays.
    pub findings: u64,
}

/// How long a closed case is kept at least: as long as appeals may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep(SignedDuration);

impl Keep {
    /// So many days after the case was closed, and at least as long as appeals are taken in.
    pub fn of_days(days: u32, appeals: Window) -> Self {
        Self(SignedDuration::from_hours(i64::from(days) * 24).max(appeals.0))
    }
}

/// What would be forgotten of a case, and why [`purge`] would refuse to, if it would. Changes nothing.
pub fn would_purge(
    store: &Store,
    id: CaseId,
    keep: Keep,
    now: Timestamp,
) -> Result<(Purged, Option<PurgeError>), PurgeError> {
    let view = store.view()?;
    let refusal = match may_go(&view, id, keep, now) {
        Ok(()) => None,
        Err(
            why @ (PurgeError::Open(_) | PurgeError::TooEarly { .. } | PurgeError::OpenAppeals(_)),
        ) => Some(why),
        Err(error) => return Err(error),
    };
    let needed = still_needed(&view, id, keep, now)?;
    Ok((count(&view, id, &needed)?, refusal))
}

/// Forgets what a closed case no longer needs, once nobody can appeal any more. Doing it again finds
/// nothing left. Needs an operator.
pub fn purge(desk: &mut Desk<'_>, id: CaseId, keep: Keep) -> Result<Purged, PurgeError> {
    desk.actor.require(Role::Operator, "purge a case")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        may_go(transaction, id, keep, now)?;
        let needed = still_needed(transaction, id, keep, now)?;
        let purged = count(transaction, id, &needed)?;
        if purged == Purged::default() {
            return Ok(purged);
        }
        forget(transaction, id, now, &needed)?;
        let detail = json!({ "exhibits": purged.exhibits, "addresses": purged.addresses,
            "appeals": purged.appeals, "notes": purged.notes, "words": purged.words,
            "links": purged.links, "findings": purged.findings });
        journal::append(transaction, now, &by, "purge", &id.to_string(), &detail)?;
        Ok(purged)
    })
}

/// Until when a case is kept; nothing while it is open.
fn kept_until(
    connection: &Connection,
    id: CaseId,
    keep: Keep,
) -> Result<Option<Timestamp>, CaseError> {
    Ok(match cases::find(connection, id)?.state {
        CaseState::Closed { at, .. } => Some(at.checked_add(keep.0).unwrap_or(Timestamp::MAX)),
        CaseState::Open => None,
    })
}

/// Refuses before its time.
fn may_go(
    connection: &Connection,
    id: CaseId,
    keep: Keep,
    now: Timestamp,
) -> Result<(), PurgeError> {
    let until = kept_until(connection, id, keep)?.ok_or(PurgeError::Open(id))?;
    if now < until {
        return Err(PurgeError::TooEarly { id, until });
    }
    if open_appeals(connection, id)? > 0 {
        return Err(PurgeError::OpenAppeals(id));
    }
    Ok(())
}

/// The cases that share something with this one and are kept still, or that somebody's appeal is still
/// open in. What several share goes with the last of them whose time has come.
fn still_needed(
    connection: &Connection,
    id: CaseId,
    keep: Keep,
    now: Timestamp,
) -> Result<Vec<CaseId>, PurgeError> {
    let others = connection.rows(
        "read the cases that share something",
        "SELECT p.case_id FROM plan_exhibits pe JOIN plans p ON p.id = pe.plan_id \
         WHERE p.case_id <> ?1 AND pe.hash IN (SELECT own.hash FROM plan_exhibits own \
         JOIN plans o ON o.id = own.plan_id WHERE o.case_id = ?1) \
         UNION SELECT case_id FROM case_findings WHERE case_id <> ?1 AND finding IN \
         (SELECT finding FROM case_findings WHERE case_id = ?1)",
        &values![id.number()],
    )?;
    let mut needed = Vec::new();
    for row in others {
        let other = CaseId::from_number(row.count(0)?);
        let is_kept = kept_until(connection, other, keep)?.is_none_or(|until| now < until);
        if is_kept || open_appeals(connection, other)? > 0 {
            needed.push(other);
        }
    }
    Ok(needed)
}

fn forget(
    transaction: &Transaction<'_>,
    id: CaseId,
    now: Timestamp,
    needed: &[CaseId],
) -> Result<(), PurgeError> {
    let case = values![id.number()];
    let case_and_now = values![id.number(), now.to_string()];
    exhibits(needed).forget(transaction, "body = '', purged_at = ?2", &case_and_now)?;
    ADDRESSES.forget(transaction, "email = ''", &case)?;
    APPEALS.forget(transaction, "body = '', reason = ''", &case)?;
    NOTES.forget(transaction, "body = ''", &case)?;
    NOTICE_WORDS.forget(transaction, "note = ''", &case)?;
    STEP_WORDS.forget(transaction, "note = ''", &case)?;
    HEARSAY.forget(transaction, "receipt = ''", &case)?;
    REPORT.forget(transaction, "title = '', body = ''", &case)?;
    LINKS.remove(transaction, id)?;
    reasons::forget(transaction, id)?;
    for finding in only_of(transaction, id, needed)? {
        empty(transaction, &finding)?;
    }
    Ok(())
}

fn count(connection: &Connection, case: CaseId, needed: &[CaseId]) -> Result<Purged, PurgeError> {
    let mut purged = Purged {
        exhibits: exhibits(needed).count(connection, case)?,
        addresses: ADDRESSES.count(connection, case)?,
        appeals: APPEALS.count(connection, case)?,
        notes: NOTES.count(connection, case)?,
        words: NOTICE_WORDS.count(connection, case)?
            + STEP_WORDS.count(connection, case)?
            + HEARSAY.count(connection, case)?
            + REPORT.count(connection, case)?
            + reasons::count(connection, case)?,
        links: LINKS.count(connection, case)?,
        findings: 0,
    };
    for id in only_of(connection, case, needed)? {
        let (finding, _) = match findings::find(connection, &id) {
            Ok(found) => found,
            Err(FindingError::Store(error)) => return Err(error.into()),
            Err(FindingError::Unknown(_)) => continue,
        };
        purged.findings += u64::from(!mark::is_empty(&finding));
    }
    Ok(purged)
}

fn open_appeals(connection: &Connection, case: CaseId) -> Result<u64, StoreError> {
    let found = connection.row(
        "count open appeals",
        "SELECT COUNT(*) FROM appeals WHERE (state IN ('\"open\"', '\"granting\"') \
         OR told IN ('', '\"claimed\"', '\"in-doubt\"')) AND plan_id IN \
         (SELECT id FROM plans WHERE case_id = ?1)",
        &values![case.number()],
    )?;
    found.map_or(Ok(0), |row| row.count(0))
}

/// Findings that no case is about which still needs them.
fn only_of(
    connection: &Connection,
    case: CaseId,
    needed: &[CaseId],
) -> Result<BTreeSet<FindingId>, StoreError> {
    let sql = format!(
        "SELECT finding FROM case_findings WHERE case_id = ?1 AND finding NOT IN \
         (SELECT finding FROM case_findings WHERE case_id IN {})",
        listed(needed)
    );
    let rows = connection.rows("read a case's findings", &sql, &values![case.number()])?;
    rows.iter()
        .map(|row| parse("finding id", &row.text(0)?))
        .collect()
}

/// Leaves of a finding what it said of its own accounts: who was taken for what. They are never told
/// anything by a later case, and that must stay known.
fn empty(transaction: &Transaction<'_>, id: &FindingId) -> Result<(), PurgeError> {
    let (mut finding, _) = findings::find(transaction, id)?;
    finding.contacts.clear();
    finding.edges.clear();
    finding.facts.clear();
    for member in &mut finding.members {
        member.facts.clear();
    }
    transaction.execute(
        "purge a finding",
        "UPDATE findings SET body = ?2 WHERE id = ?1",
        &values![id.as_str(), to_json(&finding)],
    )?;
    Ok(())
}
