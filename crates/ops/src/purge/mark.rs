//! The mark that a purge leaves: whoever reads what is left is told that there was more.
//!
//! The mark is the journal's row, so that no purge can be without one.

use avert_model::{CaseId, Finding, Timestamp};

use crate::store::{Connection, Store, StoreError, parse, values};

/// When what a case rests on, or what was said in it, was forgotten: by its own purge, or by that of a
/// case it shares a finding with. The last time, if there were several.
pub fn purged_at(
    store: &Store,
    case: CaseId,
    findings: &[Finding],
) -> Result<Option<Timestamp>, StoreError> {
    let connection = store.read();
    let mut last = of_case(connection, case)?;
    for finding in findings {
        last = last.max(of_finding(connection, finding)?);
    }
    Ok(last)
}

/// When what a finding held was forgotten, unless it was found anew since.
pub fn finding_purged_at(
    store: &Store,
    finding: &Finding,
) -> Result<Option<Timestamp>, StoreError> {
    of_finding(store.read(), finding)
}

fn of_finding(connection: &Connection, finding: &Finding) -> Result<Option<Timestamp>, StoreError> {
    if !is_empty(finding) {
        return Ok(None);
    }
    let cases = connection.rows(
        "read the cases of a finding",
        "SELECT case_id FROM case_findings WHERE finding = ?1",
        &values![finding.id.as_str()],
    )?;
    let mut last = None;
    for row in cases {
        last = last.max(of_case(connection, CaseId::from_number(row.count(0)?))?);
    }
    Ok(last)
}

fn of_case(connection: &Connection, case: CaseId) -> Result<Option<Timestamp>, StoreError> {
    let found = connection.row(
        "look for a purge",
        "SELECT at FROM journal WHERE act = 'purge' AND subject = ?1 ORDER BY seq DESC LIMIT 1",
        &values![case.to_string()],
    )?;
    found.map(|row| parse("time", &row.text(0)?)).transpose()
}

/// Whether a finding holds nothing that a purge would take.
pub(super) fn is_empty(finding: &Finding) -> bool {
    finding.contacts.is_empty()
        && finding.edges.is_empty()
        && finding.facts.is_empty()
        && finding.members.iter().all(|member| member.facts.is_empty())
}
