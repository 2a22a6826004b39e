//! Reasons that stand inside a state: why a case was closed, and why a plan or a list was rejected.

use avert_model::{CaseId, CaseState};

use crate::cases;
use crate::store::{Connection, StoreError, Transaction, from_json, to_json, values};

use super::PurgeError;

/// The tables whose rejected rows say why, inside their state.
const REJECTED: [&str; 2] = ["plans", "notice_lists"];

/// A row's state that says why, without the reason.
struct Told {
    table: &'static str,
    column: &'static str,
    id: u64,
    without: String,
}

pub(super) fn count(connection: &Connection, case: CaseId) -> Result<u64, PurgeError> {
    Ok(told(connection, case)?.len() as u64)
}

pub(super) fn forget(transaction: &Transaction<'_>, case: CaseId) -> Result<(), PurgeError> {
    for told in told(transaction, case)? {
        let sql = format!(
            "UPDATE {} SET {} = ?2 WHERE id = ?1",
            told.table, told.column
        );
        transaction.execute("purge a reason", &sql, &values![told.id, told.without])?;
    }
    Ok(())
}

fn told(connection: &Connection, case: CaseId) -> Result<Vec<Told>, PurgeError> {
    let mut all = Vec::new();
    if let CaseState::Closed { by, at, reason } = cases::find(connection, case)?.state
        && !reason.is_empty()
    {
        let reason = String::new();
        all.push(Told {
            table: "cases",
            column: "state",
            id: case.number(),
            without: to_json(&CaseState::Closed { by, at, reason }),
        });
    }
    for table in REJECTED {
        all.extend(rejected(connection, table, case)?);
    }
    Ok(all)
}

fn rejected(
    connection: &Connection,
    table: &'static str,
    case: CaseId,
) -> Result<Vec<Told>, StoreError> {
    let sql = format!("SELECT id, body FROM {table} WHERE case_id = ?1 AND state = 'rejected'");
    let rows = connection.rows(
        "read why something was rejected",
        &sql,
        &values![case.number()],
    )?;
    let mut all = Vec::new();
    for row in rows {
        let mut body: serde_json::Value = from_json("state", &row.text(1)?)?;
        let says = body["reason"]
            .as_str()
            .is_some_and(|reason| !reason.is_empty());
        if says {
            body["reason"] = "".into();
            all.push(Told {
                table,
                column: "body",
                id: row.count(0)?,
                without: body.to_string(),
            });
        }
    }
    Ok(all)
}
