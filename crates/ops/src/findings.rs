//! Findings, kept as detection wrote them.

use std::collections::BTreeSet;

use avert_model::{AccountId, Clock, Explain, Finding, FindingId, FindingSet, Outcome, SnapshotId};
use serde_json::json;

use crate::journal;
use crate::overview;
use crate::store::{Connection, Store, StoreError, Transaction, Value, from_json, to_json, values};

/// Keeps a run's findings. Those that are already there stay as they are: a finding's id is the
/// digest of what it says, so there is nothing to update but one that was purged, which is found anew.
/// Says how many were new.
pub fn keep(store: &mut Store, set: &FindingSet, clock: &dyn Clock) -> Result<usize, StoreError> {
    let now = clock.now();
    store.write(|transaction| {
        let kept = transaction.execute_all(
            "keep a finding",
            "INSERT INTO findings (id, snapshot, found_at, position, body, caveats) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET \
             body = excluded.body WHERE findings.body <> excluded.body",
            (0_u64..).zip(&set.findings).map(|(position, finding)| {
                values![
                    finding.id.as_str(),
                    finding.snapshot.as_str(),
                    now.to_string(),
                    position,
                    to_json(finding),
                    to_json(&set.caveats)
                ]
                .into()
            }),
        )?;
        write_index(transaction, &set.findings, &now.to_string())?;
        let new = kept.into_iter().filter(|rows| *rows > 0).count();
        let detail = json!({ "findings": set.findings.len(), "new": new,
            "detector": set.detector, "version": set.detector_version });
        journal::append(
            transaction,
            now,
            "avert",
            "detect",
            set.snapshot.as_str(),
            &detail,
        )?;
        Ok(new)
    })
}

/// Every finding, surest first within a snapshot; only that snapshot's, if given.
pub fn list(store: &Store, snapshot: Option<&SnapshotId>) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    store.read().each(
        "list findings",
        "SELECT snapshot, body FROM findings ORDER BY found_at DESC, snapshot, position, id",
        &[],
        &mut |row| {
            let of = row.text(0)?;
            if snapshot.is_none_or(|wanted| wanted.as_str() == of) {
                findings.push(from_json("finding", &row.text(1)?)?);
            }
            Ok(true)
        },
    )?;
    Ok(findings)
}

/// One finding.
pub fn show(store: &Store, id: &FindingId) -> Result<Finding, FindingError> {
    Ok(find(store.read(), id)?.0)
}

/// One finding, with what the run that found it left out or cut.
pub fn show_whole(store: &Store, id: &FindingId) -> Result<(Finding, Vec<String>), FindingError> {
    find(store.read(), id)
}

/// A finding with the caveats of the run that found it.
pub(crate) fn find(
    connection: &Connection,
    id: &FindingId,
) -> Result<(Finding, Vec<String>), FindingError> {
    let found = connection.row(
        "read a finding",
        "SELECT body, caveats FROM findings WHERE id = ?1",
        &values![id.as_str()],
    )?;
    let row = found.ok_or_else(|| FindingError::Unknown(id.clone()))?;
    Ok((
        from_json("finding", &row.text(0)?)?,
        from_json("caveat", &row.text(1)?)?,
    ))
}

/// Which of these accounts are members or suspects of any finding on this platform: nobody among them may be
/// told anything, whichever case it is about. Costs as much as there are accounts to ask for, however many
/// findings there are.
pub(crate) fn never_told<'a>(
    connection: &Connection,
    platform: &str,
    accounts: impl IntoIterator<Item = &'a AccountId>,
) -> Result<BTreeSet<AccountId>, StoreError> {
    const AT_ONCE: usize = 500;
    let accounts: Vec<&AccountId> = accounts.into_iter().collect();
    let mut silent = BTreeSet::new();
    for accounts in accounts.chunks(AT_ONCE) {
        let mut asked = vec![Value::from(platform)];
        asked.extend(accounts.iter().map(|account| account.as_str().into()));
        let places: Vec<String> = (2..=asked.len()).map(|place| format!("?{place}")).collect();
        let sql = format!(
            "SELECT account FROM alleged WHERE platform = ?1 AND account IN ({})",
            places.join(", ")
        );
        let found = connection.rows("look for whom findings name", &sql, &asked)?;
        let found = found.iter().map(|row| row.text(0).map(Value::from));
        let found: BTreeSet<Value> = found.collect::<Result<_, _>>()?;
        // As the store holds them: two names that it holds alike are both silent.
        for (account, held) in accounts.iter().zip(&asked[1..]) {
            if found.contains(held) {
                silent.insert((*account).clone());
            }
        }
    }
    Ok(silent)
}

/// Writes what is asked of findings without reading them, in the transaction that keeps them: what lists show,
/// and whom they name.
fn write_index(
    transaction: &Transaction<'_>,
    findings: &[Finding],
    found_at: &str,
) -> Result<(), StoreError> {
    overview::write_heads(transaction, findings, found_at)?;
    let named: BTreeSet<(&str, &str)> = findings
        .iter()
        .flat_map(|finding| {
            let platform = finding.platform.as_str();
            let members = finding.members.iter();
            members.map(move |member| (platform, member.account.as_str()))
        })
        .collect();
    transaction.execute_all(
        "keep whom findings name",
        "INSERT INTO alleged (platform, account) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        named
            .into_iter()
            .map(|(platform, account)| values![platform, account].into()),
    )?;
    Ok(())
}

/// Writes it of the findings that a version without it kept.
pub(crate) fn index(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    const AT_ONCE: u64 = 500;
    let mut after = String::new();
    loop {
        let rows = transaction.rows(
            "read findings",
            "SELECT id, found_at, body FROM findings WHERE id > ?1 ORDER BY id LIMIT ?2",
            &values![&after, AT_ONCE],
        )?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.text(0)?;
        for row in &rows {
            let finding: Finding = from_json("finding", &row.text(2)?)?;
            write_index(transaction, &[finding], &row.text(1)?)?;
        }
    }
}

/// Why a finding could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum FindingError {
    /// There is none of this id.
    #[error("there is no finding {0} here")]
    Unknown(FindingId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Explain for FindingError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "finding/unknown",
            Self::Store(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown(_) => Some("list them with `avert finding list`".into()),
            Self::Store(error) => error.hint(),
        }
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}
