//! Whom a case is about: the accounts that its findings propose, and what people changed about that.

use std::collections::BTreeMap;

use avert_model::{AccountId, Belongs, CaseId, MemberChange};
use serde_json::json;

use super::{CaseError, add_note, require_open};
use crate::desk::Desk;
use crate::people::Role;
use crate::store::{Connection, Store, StoreError, from_json, parse, to_json, values};
use crate::{findings, journal};

/// Takes accounts into a case, or out of it; the reason is a note on the case, and plans that are drafted from
/// now on heed it. Needs an investigator.
///
/// Only whom a finding of the case names can be taken in: nobody is acted on whom nothing but a click says
/// something of.
pub fn change_members(
    desk: &mut Desk<'_>,
    id: CaseId,
    changes: &BTreeMap<AccountId, Belongs>,
    reason: &str,
) -> Result<Vec<MemberChange>, CaseError> {
    desk.actor
        .require(Role::Investigator, "say whom a case is about")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let case = require_open(transaction, id)?;
        let mut named = std::collections::BTreeSet::new();
        for finding in &case.findings {
            let (finding, _) = findings::find(transaction, finding)?;
            named.extend(finding.members.into_iter().map(|member| member.account));
        }
        if let Some(stranger) = changes.keys().find(|account| !named.contains(*account)) {
            return Err(CaseError::Stranger {
                id,
                account: stranger.clone(),
            });
        }
        if changes.is_empty() {
            return Err(CaseError::NothingToChange);
        }
        let note = case.notes.len() as u64;
        add_note(transaction, id, &by, now, reason)?;
        let first = self::changes(transaction, id)?;
        transaction.insert_all(
            "change whom a case is about",
            "case_accounts (case_id, position, account, belongs, changed_by, at, note)",
            (first..)
                .zip(changes)
                .map(|(position, (account, belongs))| {
                    values![
                        id.number(),
                        position,
                        account.as_str(),
                        to_json(belongs),
                        &by,
                        now.to_string(),
                        note
                    ]
                    .into()
                }),
        )?;
        let detail = json!({ "accounts": changes, "reason_blake3": journal::proof_of(reason) });
        journal::append(
            transaction,
            now,
            &by,
            "case/members",
            &id.to_string(),
            &detail,
        )?;
        all(transaction, id)
    })
}

/// How many changes there are.
fn changes(connection: &Connection, id: CaseId) -> Result<u64, StoreError> {
    let found = connection.row(
        "count changes",
        "SELECT COALESCE(MAX(position), -1) + 1 FROM case_accounts WHERE case_id = ?1",
        &values![id.number()],
    )?;
    found.map_or(Ok(0), |row| row.count(0))
}

/// What people changed about whom a case is about, oldest first.
pub fn member_changes(store: &Store, id: CaseId) -> Result<Vec<MemberChange>, CaseError> {
    all(store.read(), id)
}

fn all(connection: &Connection, id: CaseId) -> Result<Vec<MemberChange>, CaseError> {
    let rows = connection.rows(
        "read whom a case is about",
        "SELECT a.account, a.belongs, a.changed_by, a.at, n.body FROM case_accounts a \
         JOIN case_notes n ON n.case_id = a.case_id AND n.position = a.note \
         WHERE a.case_id = ?1 ORDER BY a.position",
        &values![id.number()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(MemberChange {
                account: AccountId::new(row.text(0)?),
                change: from_json("change", &row.text(1)?)?,
                by: row.text(2)?,
                at: parse("time", &row.text(3)?)?,
                reason: row.text(4)?,
            })
        })
        .collect()
}

/// What holds now of the accounts that somebody changed something about, and who said so last.
pub(crate) fn standing(
    connection: &Connection,
    id: CaseId,
) -> Result<BTreeMap<AccountId, (Belongs, String)>, CaseError> {
    let changes = all(connection, id)?.into_iter();
    Ok(changes
        .map(|change| (change.account, (change.change, change.by)))
        .collect())
}

/// The accounts that somebody took out of a case, and who did, as they were when last asked: it is read anew
/// only where something changed since.
#[derive(Debug, Default)]
pub(crate) struct TakenOut {
    /// How many changes of the case are told of here.
    changes: u64,
    by: BTreeMap<AccountId, String>,
}

impl TakenOut {
    /// Brings it up to date.
    pub(crate) fn look(&mut self, connection: &Connection, id: CaseId) -> Result<(), CaseError> {
        // Positions are counted from nought, and none is ever taken away.
        let changes = changes(connection, id)?;
        if changes == self.changes {
            return Ok(());
        }
        let out = standing(connection, id)?.into_iter();
        let out = out.filter(|(_, (belongs, _))| *belongs == Belongs::Removed);
        self.by = out.map(|(account, (_, by))| (account, by)).collect();
        self.changes = changes;
        Ok(())
    }

    /// Who took the account out.
    pub(crate) fn by(&self, account: &AccountId) -> Option<&str> {
        self.by.get(account).map(String::as_str)
    }
}
