//! What people write for the report of a case: every version is kept, the last one counts.

use std::collections::BTreeSet;

use avert_model::{CaseId, ReportPart, ReportWords};
use serde_json::json;

use super::{CaseError, find};
use crate::desk::Desk;
use crate::journal;
use crate::people::Role;
use crate::store::{Connection, Store, from_json, parse, to_json, values};

/// The most bytes that a report may be called by.
pub const LONGEST_TITLE: usize = 300;
/// The most bytes that may be written for it.
pub const LONGEST_TEXT: usize = 100_000;

/// What somebody writes for the report of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writing {
    /// What the report is called; the case's own title, if empty.
    pub title: String,
    /// What it says before anything else.
    pub text: String,
    /// The parts that are left out.
    pub leaves_out: BTreeSet<ReportPart>,
}

/// Writes it, over the version that whoever writes has seen; nought, where there was none. Needs an investigator,
/// and may be done when the case is closed.
pub fn write_words(
    desk: &mut Desk<'_>,
    id: CaseId,
    writing: &Writing,
    seen: u64,
) -> Result<ReportWords, CaseError> {
    desk.actor
        .require(Role::Investigator, "write the report of a case")?;
    for (what, length, most) in [
        ("title of a report", writing.title.len(), LONGEST_TITLE),
        ("text of a report", writing.text.len(), LONGEST_TEXT),
    ] {
        if length > most {
            return Err(CaseError::TooLong { what, length, most });
        }
    }
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        find(transaction, id)?;
        let last = latest(transaction, id)?;
        let version = last.as_ref().map_or(0, |words| words.version);
        if let Some(last) = last.filter(|last| last.version != seen) {
            return Err(CaseError::Rewritten { id, by: last.by });
        }
        transaction.execute(
            "write the report",
            "INSERT INTO report_words (case_id, version, title, body, leaves_out, written_by, at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            &values![
                id.number(),
                version + 1,
                &writing.title,
                &writing.text,
                to_json(&writing.leaves_out),
                &by,
                now.to_string()
            ],
        )?;
        let detail = json!({ "version": version + 1, "leaves_out": writing.leaves_out,
            "title_blake3": journal::proof_of(&writing.title),
            "text_blake3": journal::proof_of(&writing.text) });
        journal::append(
            transaction,
            now,
            &by,
            "case/words",
            &id.to_string(),
            &detail,
        )?;
        latest(transaction, id)?.ok_or(CaseError::Unknown(id))
    })
}

/// What was last written for the report of a case.
pub fn words(store: &Store, id: CaseId) -> Result<Option<ReportWords>, CaseError> {
    let view = store.view()?;
    find(&view, id)?;
    latest(&view, id)
}

fn latest(connection: &Connection, id: CaseId) -> Result<Option<ReportWords>, CaseError> {
    let found = connection.row(
        "read what was written for the report",
        "SELECT version, title, body, leaves_out, written_by, at FROM report_words \
         WHERE case_id = ?1 ORDER BY version DESC LIMIT 1",
        &values![id.number()],
    )?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(ReportWords {
        version: row.count(0)?,
        title: row.text(1)?,
        text: row.text(2)?,
        leaves_out: from_json("parts of a report", &row.text(3)?)?,
        by: row.text(4)?,
        at: parse("time", &row.text(5)?)?,
    }))
}
