//! Findings, kept as detection wrote them.

use std::collections::BTreeSet;

use avert_model::{AccountId, Clock, Explain, Finding, FindingId, FindingSet, Outcome, SnapshotId};
use serde_json::json;

use crate::journal;
use crate::overview;
use crate::store::{Connection, Store, StoreError, from_json, to_json, values};

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
        overview::write_heads(transaction, &set.findings, &now.to_string())?;
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

/// Every member and suspect of every finding on this platform: nobody among them may be told
/// anything, whichever case it is about.
pub(crate) fn never_told(
    connection: &Connection,
    platform: &str,
) -> Result<BTreeSet<AccountId>, StoreError> {
    let mut accounts = BTreeSet::new();
    connection.each(
        "read findings",
        "SELECT body FROM findings",
        &[],
        &mut |row| {
            let finding: Finding = from_json("finding", &row.text(0)?)?;
            if finding.platform == platform {
                accounts.extend(finding.members.into_iter().map(|member| member.account));
            }
            Ok(true)
        },
    )?;
    Ok(accounts)
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
