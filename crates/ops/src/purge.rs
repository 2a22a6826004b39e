//! Forgetting: what a case no longer needs goes, and the proof that it existed stays.
//!
//! The journal is never touched: it holds hashes of what people wrote and of every exhibit, so that
//! whoever still has a copy can prove what it was, and whoever has none learns that there was one.

use std::borrow::Cow;
use std::collections::BTreeSet;

use avert_model::{CaseId, CaseState, Explain, FindingId, Outcome, SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;

use crate::appeals::Window;
use crate::cases::{self, CaseError};
use crate::desk::Desk;
use crate::findings::{self, FindingError};
use crate::journal;
use crate::people::{PeopleError, Role};
use crate::store::{Connection, Store, StoreError, Transaction, Value, parse, to_json, values};

/// What is, or would be, forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Purged {
    /// Contents of exhibits; their hashes stay.
    pub exhibits: u64,
    /// Mail addresses of people who were told.
    pub addresses: u64,
    /// Words of appeals.
    pub appeals: u64,
    /// Notes on the case.
    pub notes: u64,
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
            "appeals": purged.appeals, "notes": purged.notes, "findings": purged.findings });
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

/// The cases that share something with this one and are kept still. What several share goes with
/// the last of them whose time has come.
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
        if kept_until(connection, other, keep)?.is_none_or(|until| now < until) {
            needed.push(other);
        }
    }
    Ok(needed)
}

/// Cases as a list in SQL. They are numbers, so nothing can be meant otherwise.
fn listed(cases: &[CaseId]) -> String {
    let numbers = std::iter::once(0).chain(cases.iter().map(|case| case.number()));
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    format!("({})", numbers.join(", "))
}

/// Rows of one kind that hold what can go.
struct Holding {
    table: &'static str,
    /// Which rows of the case, `?1`, still hold it.
    which: Cow<'static, str>,
}

/// Contents of exhibits that no plan of a case rests on which still needs them.
fn exhibits(needed: &[CaseId]) -> Holding {
    let which = format!(
        "purged_at = '' AND hash IN (SELECT pe.hash FROM plan_exhibits pe \
         JOIN plans p ON p.id = pe.plan_id WHERE p.case_id = ?1) \
         AND hash NOT IN (SELECT pe.hash FROM plan_exhibits pe \
         JOIN plans p ON p.id = pe.plan_id WHERE p.case_id IN {})",
        listed(needed)
    );
    Holding {
        table: "exhibits",
        which: Cow::Owned(which),
    }
}
const ADDRESSES: Holding = Holding {
    table: "notices",
    which: Cow::Borrowed(
        "email <> '' AND list_id IN (SELECT id FROM notice_lists WHERE case_id = ?1)",
    ),
};
const APPEALS: Holding = Holding {
    table: "appeals",
    which: Cow::Borrowed(
        "(body <> '' OR reason <> '') AND plan_id IN (SELECT id FROM plans WHERE case_id = ?1)",
    ),
};
const NOTES: Holding = Holding {
    table: "case_notes",
    which: Cow::Borrowed("body <> '' AND case_id = ?1"),
};

impl Holding {
    fn count(&self, connection: &Connection, case: CaseId) -> Result<u64, StoreError> {
        let sql = format!("SELECT COUNT(*) FROM {} WHERE {}", self.table, self.which);
        let found = connection.row("count what would go", &sql, &values![case.number()])?;
        found.map_or(Ok(0), |row| row.count(0))
    }

    /// Sets columns of those rows; `values` are the case and what `columns` needs besides.
    fn forget(
        &self,
        transaction: &Transaction<'_>,
        columns: &str,
        values: &[Value],
    ) -> Result<(), StoreError> {
        let sql = format!("UPDATE {} SET {columns} WHERE {}", self.table, self.which);
        transaction.execute("purge a case", &sql, values).map(drop)
    }
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
    for finding in only_of(transaction, id, needed)? {
        empty(transaction, &finding)?;
    }
    Ok(())
}

fn count(connection: &Connection, case: CaseId, needed: &[CaseId]) -> Result<Purged, StoreError> {
    let mut purged = Purged {
        exhibits: exhibits(needed).count(connection, case)?,
        addresses: ADDRESSES.count(connection, case)?,
        appeals: APPEALS.count(connection, case)?,
        notes: NOTES.count(connection, case)?,
        findings: 0,
    };
    for id in only_of(connection, case, needed)? {
        let (finding, _) = match findings::find(connection, &id) {
            Ok(found) => found,
            Err(FindingError::Store(error)) => return Err(error),
            Err(FindingError::Unknown(_)) => continue,
        };
        let is_empty = finding.contacts.is_empty()
            && finding.edges.is_empty()
            && finding.facts.is_empty()
            && finding.members.iter().all(|member| member.facts.is_empty());
        purged.findings += u64::from(!is_empty);
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

/// Why a case was not purged. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    /// It is still worked on.
    #[error("{0} is open: only what is over can be forgotten")]
    Open(CaseId),
    /// People may still appeal.
    #[error("{id} has to be kept until {until}")]
    TooEarly {
        /// The case.
        id: CaseId,
        /// Until when.
        until: Timestamp,
    },
    /// Somebody's appeal is not decided, or they do not know the outcome.
    #[error(
        "{0} has appeals that nobody has decided, or whose outcome nobody was told for certain"
    )]
    OpenAppeals(CaseId),
    /// The person may not.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The case cannot be used.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A finding is missing.
    #[error(transparent)]
    Finding(#[from] FindingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Explain for PurgeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Open(_) => "purge/open",
            Self::TooEarly { .. } => "purge/too-early",
            Self::OpenAppeals(_) => "purge/open-appeals",
            Self::People(error) => error.code(),
            Self::Case(error) => error.code(),
            Self::Finding(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Open(id) => Some(format!("close it first: `avert case close {id}`")),
            Self::TooEarly { .. } => Some("`[purge] days` in avert.toml says how long".into()),
            Self::OpenAppeals(_) => Some(
                "`avert appeal list` has them; `appeal tell` tells an outcome, and `appeal resolve … arrived` \
                 says that the person knows it otherwise"
                    .into(),
            ),
            Self::People(error) => error.hint(),
            Self::Case(error) => error.hint(),
            Self::Finding(error) => error.hint(),
            Self::Store(error) => error.hint(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::Open(_) | Self::TooEarly { .. } | Self::OpenAppeals(_) => Outcome::Refused,
            Self::People(error) => error.outcome(),
            Self::Case(error) => error.outcome(),
            Self::Finding(error) => error.outcome(),
            Self::Store(error) => error.outcome(),
        }
    }
}
