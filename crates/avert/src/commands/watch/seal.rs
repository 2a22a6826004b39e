//! Everything remembered becomes a snapshot, and is searched as one: from its findings cases are opened.

use std::collections::{BTreeMap, BTreeSet};

use avert_detect::Known;
use avert_events::snapshot::{OriginKind, Place};
use avert_events::stream::{Event, Log, parse};
use avert_events::{Origin, SnapshotError, SnapshotWriter};
use avert_model::{Account, AccountId, Clock as _, FindingId, SnapshotId};
use serde::Serialize;

use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::Failure;
use crate::text::count;

/// What was made.
#[derive(Serialize)]
pub(super) struct Sealed {
    #[serde(rename = "sealed")]
    snapshot: SnapshotId,
    accounts: u64,
    actions: u64,
    findings: Vec<FindingId>,
}

/// Makes a snapshot of what the log holds from `horizon` on, searches it, and keeps what was found.
pub(super) fn seal(
    context: &Context<'_>,
    platform: &str,
    log: &mut Log,
    horizon: i64,
    known: &Known,
) -> Result<Sealed, Failure> {
    let mut writer = SnapshotWriter::create(&context.snapshots_dir(), platform)?;
    let mut accounts: BTreeMap<AccountId, Account> = BTreeMap::new();
    let mut acting: BTreeSet<String> = BTreeSet::new();
    let mut failed: Option<SnapshotError> = None;
    let mut rows = 0;
    log.replay(|line| {
        let read = parse(line).map_err(|error| error.to_string())?;
        rows += 1;
        match read.event {
            Event::Account(account) => _ = accounts.insert(account.id.clone(), *account),
            Event::Clear(_) => {}
            Event::Action(action) => {
                let row = action.row();
                if row.at.is_none_or(|at| at < horizon) {
                    return Ok(row.at);
                }
                if !acting.contains(row.account) {
                    acting.insert(row.account.to_owned());
                }
                if failed.is_none() {
                    failed = writer.action(&row).err();
                }
                return Ok(row.at);
            }
        }
        Ok(None)
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    for id in acting.into_iter().map(AccountId::new) {
        accounts
            .entry(id)
            .or_insert_with_key(|id| Account::bare(id.clone()));
    }
    for account in accounts.values() {
        writer.account(account, Place::default())?;
    }
    let origin = Origin {
        kind: OriginKind::Live,
        name: platform.to_owned(),
        rows,
        blake3: None,
    };
    let snapshot = writer.finish(vec![origin], SystemClock.now())?;
    let set =
        avert_detect::detect(&snapshot, known, &context.config.detect, &mut |_, _, _| {})?.findings;
    avert_ops::findings::keep(&mut context.store()?, &set, &SystemClock)?;
    Ok(Sealed {
        snapshot: snapshot.id().clone(),
        accounts: set.accounts,
        actions: set.actions,
        findings: set
            .findings
            .iter()
            .map(|finding| finding.id.clone())
            .collect(),
    })
}

/// The same for people.
pub(super) fn told(sealed: &Sealed) -> String {
    let mut text = format!(
        "= snapshot {}: {}, {}; {}\n",
        sealed.snapshot,
        count(sealed.accounts, "account", "accounts"),
        count(sealed.actions, "action", "actions"),
        count(sealed.findings.len() as u64, "finding", "findings"),
    );
    if let Some(first) = sealed.findings.first() {
        text.extend(["\nnext: avert finding show ", first.as_str(), "\n"]);
    }
    text
}
