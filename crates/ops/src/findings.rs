//! Findings, kept as detection wrote them.

use std::collections::BTreeSet;

use avert_model::{AccountId, Clock, Explain, Finding, FindingId, FindingSet, Outcome, SnapshotId};
use rusqlite::{Connection, params};
use serde_json::json;

use crate::journal;
use crate::store::{Store, StoreError, from_json, number, sql, to_json};

/// Keeps a run's findings. Those that are already there stay as they are: a finding's id is the
/// digest of what it says, so there is nothing to update. Says how many were new.
pub fn keep(store: &mut Store, set: &FindingSet, clock: &dyn Clock) -> Result<usize, StoreError> {
    let now = clock.now();
    store.write(|transaction| {
        let mut new = 0;
        for (position, finding) in (0_u64..).zip(&set.findings) {
            new += transaction
                .execute(
                    "INSERT INTO findings (id, snapshot, found_at, position, body, caveats) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING",
                    params![
                        finding.id.as_str(),
                        finding.snapshot.as_str(),
                        now.to_string(),
                        number(position),
                        to_json(finding),
                        to_json(&set.caveats)
                    ],
                )
                .map_err(sql("keep a finding"))?;
        }
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
    let read = || sql("list findings");
    let mut statement = store
        .read()
        .prepare(
            "SELECT snapshot, body FROM findings ORDER BY found_at DESC, snapshot, position, id",
        )
        .map_err(read())?;
    let mut rows = statement.query([]).map_err(read())?;
    let mut findings = Vec::new();
    while let Some(row) = rows.next().map_err(read())? {
        let of: String = row.get(0).map_err(read())?;
        if snapshot.is_none_or(|wanted| wanted.as_str() == of) {
            let body: String = row.get(1).map_err(read())?;
            findings.push(from_json("finding", &body)?);
        }
    }
    Ok(findings)
}

/// One finding.
pub fn show(store: &Store, id: &FindingId) -> Result<Finding, FindingError> {
    Ok(find(store.read(), id)?.0)
}

/// A finding with the caveats of the run that found it.
pub(crate) fn find(
    connection: &Connection,
    id: &FindingId,
) -> Result<(Finding, Vec<String>), FindingError> {
    let found = connection.query_row(
        "SELECT body, caveats FROM findings WHERE id = ?1",
        [id.as_str()],
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)),
    );
    match found {
        Ok((body, caveats)) => Ok((from_json("finding", &body)?, from_json("caveat", &caveats)?)),
        Err(rusqlite::Error::QueryReturnedNoRows) => Err(FindingError::Unknown(id.clone())),
        Err(source) => Err(sql("read a finding")(source).into()),
    }
}

/// Every member and suspect of every finding on this platform: nobody among them may be told
/// anything, whichever case it is about.
pub(crate) fn never_told(
    connection: &Connection,
    platform: &str,
) -> Result<BTreeSet<AccountId>, StoreError> {
    let read = || sql("read findings");
    let mut statement = connection
        .prepare("SELECT body FROM findings")
        .map_err(read())?;
    let mut rows = statement.query([]).map_err(read())?;
    let mut accounts = BTreeSet::new();
    while let Some(row) = rows.next().map_err(read())? {
        let body: String = row.get(0).map_err(read())?;
        let finding: Finding = from_json("finding", &body)?;
        if finding.platform == platform {
            accounts.extend(finding.members.into_iter().map(|member| member.account));
        }
    }
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
