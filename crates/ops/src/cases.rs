//! Cases: a person's decision to look into findings.

mod links;
mod marking;
mod members;
mod words;

use avert_model::{
    AccountId, Case, CaseId, CaseNote, CaseState, Explain, FindingId, Outcome, Timestamp, Tlp,
};
use serde_json::json;

pub use links::{LONGEST_SOURCE, LinkError, Linking, link, links, unlink};
pub use marking::mark;
pub(crate) use members::{TakenOut, standing};
pub use members::{change_members, member_changes};
pub use words::{LONGEST_TEXT, LONGEST_TITLE, Writing, words, write_words};

use crate::desk::Desk;
use crate::findings::{self, FindingError};
use crate::journal;
use crate::people::{PeopleError, Role};
use crate::store::{Connection, Store, StoreError, Transaction, from_json, parse, to_json, values};

/// Opens a case from findings of one platform. Needs an investigator.
pub fn open(
    desk: &mut Desk<'_>,
    ids: &[FindingId],
    title: Option<&str>,
    tlp: Tlp,
) -> Result<Case, CaseError> {
    desk.actor.require(Role::Investigator, "open a case")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let mut kept: Vec<FindingId> = Vec::new();
        let mut platform: Option<String> = None;
        let mut first_title = None;
        for id in ids {
            let (finding, _) = findings::find(transaction, id)?;
            if platform.get_or_insert_with(|| finding.platform.clone()) != &finding.platform {
                return Err(CaseError::SeveralPlatforms(id.clone()));
            }
            first_title.get_or_insert(finding.title);
            if !kept.contains(id) {
                kept.push(id.clone());
            }
        }
        let case = Case {
            id: CaseId::from_number(next(transaction, "cases")?),
            title: title
                .map(str::to_owned)
                .or(first_title)
                .ok_or(CaseError::NoFindings)?,
            state: CaseState::Open,
            tlp,
            findings: kept,
            opened_by: by,
            opened_at: now,
            notes: Vec::new(),
        };
        insert(transaction, &case)?;
        let detail = json!({ "findings": case.findings, "tlp": case.tlp });
        journal::append(
            transaction,
            now,
            &case.opened_by,
            "case/open",
            &case.id.to_string(),
            &detail,
        )?;
        Ok(case)
    })
}

fn insert(transaction: &Transaction<'_>, case: &Case) -> Result<(), StoreError> {
    let id = case.id.number();
    transaction.execute(
        "open the case",
        "INSERT INTO cases (id, title, tlp, state, opened_by, opened_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &values![
            id,
            &case.title,
            case.tlp.to_string(),
            to_json(&case.state),
            &case.opened_by,
            case.opened_at.to_string()
        ],
    )?;
    transaction.insert_all(
        "open the case",
        "case_findings (case_id, position, finding)",
        (0_i64..)
            .zip(&case.findings)
            .map(|(position, finding)| values![id, position, finding.as_str()].into()),
    )?;
    Ok(())
}

/// The next free number of a table whose ids are numbered. Inside a write transaction only.
pub(crate) fn next(transaction: &Transaction<'_>, table: &'static str) -> Result<u64, StoreError> {
    let sql = format!("SELECT COALESCE(MAX(id), 0) FROM {table}");
    let highest = transaction.row("number a new row", &sql, &[])?;
    Ok(highest.map_or(Ok(0), |row| row.count(0))? + 1)
}

/// Every case, newest first.
pub fn list(store: &Store) -> Result<Vec<Case>, CaseError> {
    let ids = store
        .read()
        .rows("list cases", "SELECT id FROM cases ORDER BY id DESC", &[])?;
    ids.iter()
        .map(|row| find(store.read(), CaseId::from_number(row.count(0)?)))
        .collect()
}

/// One case.
pub fn show(store: &Store, id: CaseId) -> Result<Case, CaseError> {
    find(store.read(), id)
}

pub(crate) fn find(connection: &Connection, id: CaseId) -> Result<Case, CaseError> {
    let found = connection.row(
        "read a case",
        "SELECT title, tlp, state, opened_by, opened_at FROM cases WHERE id = ?1",
        &values![id.number()],
    )?;
    let row = found.ok_or(CaseError::Unknown(id))?;
    Ok(Case {
        id,
        title: row.text(0)?,
        state: from_json("case state", &row.text(2)?)?,
        tlp: parse("TLP label", &row.text(1)?)?,
        findings: findings_of(connection, id)?,
        opened_by: row.text(3)?,
        opened_at: parse("time", &row.text(4)?)?,
        notes: notes_of(connection, id)?,
    })
}

fn findings_of(connection: &Connection, id: CaseId) -> Result<Vec<FindingId>, StoreError> {
    let found = connection.rows(
        "read a case's findings",
        "SELECT finding FROM case_findings WHERE case_id = ?1 ORDER BY position",
        &values![id.number()],
    )?;
    found
        .iter()
        .map(|row| parse("finding id", &row.text(0)?))
        .collect()
}

fn notes_of(connection: &Connection, id: CaseId) -> Result<Vec<CaseNote>, StoreError> {
    let found = connection.rows(
        "read a case's notes",
        "SELECT written_by, at, body FROM case_notes WHERE case_id = ?1 ORDER BY position",
        &values![id.number()],
    )?;
    found
        .iter()
        .map(|row| {
            Ok(CaseNote {
                by: row.text(0)?,
                at: parse::<Timestamp>("time", &row.text(1)?)?,
                text: row.text(2)?,
            })
        })
        .collect()
}

/// The longest note, in bytes: all of them come along whenever the case is looked at.
pub const LONGEST_NOTE: usize = 16 << 10;

/// Writes a note on a case, open or closed. Needs no role but a name.
///
/// # Errors
/// [`CaseError::TooLong`] above [`LONGEST_NOTE`].
pub fn note(desk: &mut Desk<'_>, id: CaseId, text: &str) -> Result<Case, CaseError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        add_note(transaction, id, &by, now, text)?;
        find(transaction, id)
    })
}

/// Writes a note, in the transaction of the change that it explains.
pub(crate) fn add_note(
    transaction: &Transaction<'_>,
    id: CaseId,
    by: &str,
    now: Timestamp,
    text: &str,
) -> Result<(), CaseError> {
    if text.len() > LONGEST_NOTE {
        return Err(CaseError::TooLong {
            what: "note",
            length: text.len(),
            most: LONGEST_NOTE,
        });
    }
    let position = find(transaction, id)?.notes.len() as u64;
    transaction.execute(
        "write the note",
        "INSERT INTO case_notes (case_id, position, written_by, at, body) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        &values![id.number(), position, by, now.to_string(), text],
    )?;
    let detail = json!({ "note": position + 1, "blake3": journal::proof_of(text) });
    journal::append(transaction, now, by, "case/note", &id.to_string(), &detail)?;
    Ok(())
}

/// What of a case comes to nothing by closing it, and what goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Unfinished {
    /// Plans that have not begun, which nobody can edit, submit, approve or execute any more.
    pub plans: u64,
    /// Notice lists that have not begun, which nobody can approve or send any more.
    pub notice_lists: u64,
    /// Appeals that are not decided. They can be, and more can come in.
    pub appeals: u64,
}

/// What of a case has not begun or is not decided.
pub fn unfinished(store: &Store, id: CaseId) -> Result<Unfinished, CaseError> {
    Ok(count_unfinished(&*store.view()?, id)?)
}

fn count_unfinished(connection: &Connection, id: CaseId) -> Result<Unfinished, StoreError> {
    let count = |query| {
        let found = connection.row("count what is unfinished", query, &values![id.number()])?;
        found.map_or(Ok(0), |row| row.count(0))
    };
    Ok(Unfinished {
        plans: count(
            "SELECT COUNT(*) FROM plans WHERE case_id = ?1 \
             AND state IN ('draft', 'in-review', 'approved', 'expired')",
        )?,
        notice_lists: count(
            "SELECT COUNT(*) FROM notice_lists WHERE case_id = ?1 \
             AND state IN ('in-review', 'approved', 'expired')",
        )?,
        appeals: count(
            "SELECT COUNT(*) FROM appeals a JOIN plans p ON p.id = a.plan_id \
             WHERE p.case_id = ?1 AND a.state IN ('\"open\"', '\"granting\"')",
        )?,
    })
}

/// Closes a case. Needs an investigator, and nothing of the case in motion. What has not begun never
/// will; appeals can be taken in and decided as before.
pub fn close(desk: &mut Desk<'_>, id: CaseId, reason: &str) -> Result<Case, CaseError> {
    desk.actor.require(Role::Investigator, "close a case")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let case = require_open(transaction, id)?;
        if let Some(what) = in_motion(transaction, id)? {
            return Err(CaseError::InMotion { id, what });
        }
        let unfinished = count_unfinished(transaction, id)?;
        let state = CaseState::Closed {
            by: by.clone(),
            at: now,
            reason: reason.to_owned(),
        };
        transaction.execute(
            "close the case",
            "UPDATE cases SET state = ?2 WHERE id = ?1",
            &values![id.number(), to_json(&state)],
        )?;
        journal::append(
            transaction,
            now,
            &by,
            "case/close",
            &id.to_string(),
            &json!({ "reason_blake3": journal::proof_of(reason), "unfinished": unfinished }),
        )?;
        Ok(Case { state, ..case })
    })
}

/// A plan or list of the case that has begun and not ended.
fn in_motion(connection: &Connection, id: CaseId) -> Result<Option<String>, StoreError> {
    let queries = [
        (
            "tp",
            "SELECT id FROM plans WHERE case_id = ?1 AND state IN ('executing', 'reversing', 'stuck')",
        ),
        (
            "nl",
            "SELECT id FROM notice_lists WHERE case_id = ?1 AND state = 'sending'",
        ),
    ];
    for (prefix, query) in queries {
        let found = connection.row("look for work in motion", query, &values![id.number()])?;
        if let Some(row) = found {
            return Ok(Some(format!("{prefix}-{}", row.number(0)?)));
        }
    }
    Ok(None)
}

/// The case, if it is open.
pub(crate) fn require_open(connection: &Connection, id: CaseId) -> Result<Case, CaseError> {
    let case = find(connection, id)?;
    match case.state {
        CaseState::Open => Ok(case),
        CaseState::Closed { by, .. } => Err(CaseError::Closed { id, by }),
    }
}

/// Why something could not be done to a case. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// There is none of this id.
    #[error("there is no {0} here")]
    Unknown(CaseId),
    /// A case needs something to be about.
    #[error("a case needs at least one finding")]
    NoFindings,
    /// A case acts on one platform.
    #[error("finding {0} is of another platform than the first")]
    SeveralPlatforms(FindingId),
    /// It is closed.
    #[error("{id} was closed by {by}")]
    Closed {
        /// The case.
        id: CaseId,
        /// Who closed it.
        by: String,
    },
    /// Nothing that was found names it.
    #[error("no finding of {id} names '{account}'")]
    Stranger {
        /// The case.
        id: CaseId,
        /// The account.
        account: AccountId,
    },
    /// No account was named.
    #[error("no account was named")]
    NothingToChange,
    /// A note is no report, and a report no book.
    #[error("the {what} may have {most} bytes, and this has {length}")]
    TooLong {
        /// The note, or the title or text of a report.
        what: &'static str,
        /// How long it is.
        length: usize,
        /// How long it may be.
        most: usize,
    },
    /// Somebody else wrote meanwhile.
    #[error("{by} wrote another version of the report of {id} meanwhile")]
    Rewritten {
        /// The case.
        id: CaseId,
        /// Who.
        by: String,
    },
    /// Work has begun and not ended.
    #[error("{id} cannot be closed while {what} is under way")]
    InMotion {
        /// The case.
        id: CaseId,
        /// The plan or list.
        what: String,
    },
    /// It could not be linked, or its link not be taken away.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The person may not.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// A finding is missing.
    #[error(transparent)]
    Finding(#[from] FindingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Explain for CaseError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "case/unknown",
            Self::NoFindings => "case/no-findings",
            Self::SeveralPlatforms(_) => "case/several-platforms",
            Self::Closed { .. } => "case/closed",
            Self::Stranger { .. } => "case/stranger",
            Self::NothingToChange => "case/nothing-to-change",
            Self::TooLong { .. } => "case/too-long",
            Self::Rewritten { .. } => "case/rewritten",
            Self::InMotion { .. } => "case/in-motion",
            Self::Link(error) => error.code(),
            Self::People(error) => error.code(),
            Self::Finding(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown(_) => Some("list them with `avert case list`".into()),
            Self::NoFindings => Some("name findings: `avert case open --from FINDING…`".into()),
            Self::SeveralPlatforms(_) => Some("open one case for each platform".into()),
            Self::Closed { .. } => Some("open a new case from the same findings".into()),
            Self::Stranger { .. } => Some(
                "only whom a finding names can be taken in; open the case from its finding too"
                    .into(),
            ),
            Self::NothingToChange => Some("name accounts to take in or out".into()),
            Self::TooLong { .. } => Some("say it in fewer words".into()),
            Self::Rewritten { .. } => Some("read theirs, and write yours over it or not".into()),
            Self::InMotion { what, .. } if what.starts_with("tp") => Some(format!(
                "see `avert takedown status {what}`, then resume or reverse it"
            )),
            Self::InMotion { what, .. } => Some(format!(
                "see `avert notify status {what}`, then resume it; or, if nobody more is to be \
                     told, `avert --as RESPONDER notify give-up {what} --reason …`"
            )),
            Self::Link(error) => error.hint(),
            Self::People(error) => error.hint(),
            Self::Finding(error) => error.hint(),
            Self::Store(error) => error.hint(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::Closed { .. }
            | Self::InMotion { .. }
            | Self::SeveralPlatforms(_)
            | Self::Rewritten { .. }
            | Self::Stranger { .. } => Outcome::Refused,
            Self::Unknown(_) | Self::NoFindings | Self::NothingToChange | Self::TooLong { .. } => {
                Outcome::NothingChanged
            }
            Self::Link(error) => error.outcome(),
            Self::People(error) => error.outcome(),
            Self::Finding(error) => error.outcome(),
            Self::Store(error) => error.outcome(),
        }
    }
}
