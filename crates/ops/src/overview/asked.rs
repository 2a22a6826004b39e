//! What is asked of everything on a page in one question each, however long the page is.

use std::collections::BTreeMap;

use avert_model::{CaseId, FindingId, Timestamp};

use super::Count;
use crate::store::{Connection, Row, StoreError, Value, from_json, parse};

/// Who did something to a plan or list, and when somebody did last.
#[derive(Debug, Clone, Default)]
pub(super) struct Hands {
    /// When somebody last did something.
    pub(super) since: Option<Timestamp>,
    /// Everybody who did, each once, in the order of the first time.
    pub(super) names: Vec<String>,
}

/// The rows of a question about many: `sql` has `{}` where their places go.
pub(super) fn ask<T: Into<Value>>(
    connection: &Connection,
    what: &'static str,
    sql: &str,
    about: impl Iterator<Item = T>,
) -> Result<Vec<Row>, StoreError> {
    /// As many as a statement may have values with ease.
    const AT_ONCE: usize = 500;
    let about: Vec<Value> = about.map(Into::into).collect();
    let mut rows = Vec::new();
    for about in about.chunks(AT_ONCE) {
        let places: Vec<String> = (1..=about.len()).map(|place| format!("?{place}")).collect();
        let sql = sql.replace("{}", &places.join(", "));
        rows.extend(connection.rows(what, &sql, about)?);
    }
    Ok(rows)
}

/// How many rows of each plan or list are in which phase: of this table, whose column names the plan or list.
pub(super) fn phases<P: serde::de::DeserializeOwned>(
    connection: &Connection,
    (table, of): (&str, &str),
    ids: impl Iterator<Item = u64>,
) -> Result<BTreeMap<u64, Vec<Count<P>>>, StoreError> {
    let sql = format!(
        "SELECT {of}, phase, COUNT(*) FROM {table} WHERE {of} IN ({{}}) GROUP BY {of}, phase ORDER BY {of}, phase"
    );
    let mut counts: BTreeMap<u64, Vec<Count<P>>> = BTreeMap::new();
    for row in ask(connection, "count by phase", &sql, ids)? {
        counts.entry(row.count(0)?).or_default().push(Count {
            phase: from_json("phase", &row.text(1)?)?,
            number: row.count(2)?,
        });
    }
    Ok(counts)
}

/// Who had a hand in these plans or lists.
pub(super) fn hands(
    connection: &Connection,
    subjects: impl Iterator<Item = String>,
) -> Result<BTreeMap<String, Hands>, StoreError> {
    let sql = "SELECT subject, signed_by, at FROM signatures WHERE subject IN ({}) \
               ORDER BY subject, position";
    let mut hands: BTreeMap<String, Hands> = BTreeMap::new();
    for row in ask(connection, "read who did what", sql, subjects)? {
        let of = hands.entry(row.text(0)?).or_default();
        let name = row.text(1)?;
        if !of.names.contains(&name) {
            of.names.push(name);
        }
        of.since = Some(parse("time", &row.text(2)?)?);
    }
    Ok(hands)
}

/// The ids and states of what these cases have in a table of plans or lists, oldest first.
pub(super) fn states(
    connection: &Connection,
    table: &str,
    cases: impl Iterator<Item = CaseId>,
) -> Result<BTreeMap<u64, Vec<(u64, String)>>, StoreError> {
    let sql = format!(
        "SELECT case_id, id, state FROM {table} WHERE case_id IN ({{}}) ORDER BY case_id, id"
    );
    let mut states: BTreeMap<u64, Vec<(u64, String)>> = BTreeMap::new();
    for row in ask(
        connection,
        "read what cases have",
        &sql,
        cases.map(CaseId::number),
    )? {
        let of = states.entry(row.count(0)?).or_default();
        of.push((row.count(1)?, row.text(2)?));
    }
    Ok(states)
}

/// The cases that rest on these findings.
pub(super) fn cases<'a>(
    connection: &Connection,
    findings: impl Iterator<Item = &'a FindingId>,
) -> Result<BTreeMap<String, Vec<CaseId>>, StoreError> {
    let sql = "SELECT finding, case_id FROM case_findings WHERE finding IN ({}) ORDER BY finding, case_id";
    let mut cases: BTreeMap<String, Vec<CaseId>> = BTreeMap::new();
    for row in ask(
        connection,
        "look for cases",
        sql,
        findings.map(FindingId::as_str),
    )? {
        let of = cases.entry(row.text(0)?).or_default();
        of.push(CaseId::from_number(row.count(1)?));
    }
    Ok(cases)
}
