//! The ledger of sharing.

use std::collections::BTreeSet;

use avert_model::LedgerEntry;

use super::{SHARES, SharingError, fetches};
use crate::desk::Desk;
use crate::journal;
use crate::store::{Store, StoreError, Transaction, from_json, to_json, values};

/// Appends entries, in the transaction of the change that they tell of.
pub(super) fn append(
    transaction: &Transaction<'_>,
    entries: &[LedgerEntry],
) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let row = transaction.row(
        "read where the ledger ends",
        "SELECT COALESCE(MAX(seq), 0) FROM sharing_ledger",
        &[],
    )?;
    let first = row.map_or(Ok(0), |row| row.number(0))? + 1;
    transaction.insert_all(
        "append to the ledger",
        "sharing_ledger (seq, object, kind, at, entry)",
        (first..).zip(entries).map(|(seq, entry)| {
            values![seq, entry.object(), entry.kind(), at(entry), to_json(entry)].into()
        }),
    )?;
    let retracted = entries
        .iter()
        .filter(|entry| matches!(entry, LedgerEntry::Retracted(_)));
    transaction.execute_all(
        "take an object back",
        "INSERT INTO sharing_retracted (object) VALUES (?1) ON CONFLICT (object) DO NOTHING",
        retracted.map(|entry| values![entry.object()].into()),
    )?;
    Ok(())
}

fn at(entry: &LedgerEntry) -> String {
    match entry {
        LedgerEntry::Shared(entry) => entry.at,
        LedgerEntry::Fetched(entry) => entry.at,
        LedgerEntry::Retracted(entry) => entry.at,
        LedgerEntry::Told(entry) => entry.at,
        LedgerEntry::Acknowledged(entry) => entry.at,
    }
    .to_string()
}

/// Enters something that a person decided or was told: that an object was taken back, that a partner was told
/// or has acknowledged.
pub fn record(desk: &mut Desk<'_>, entry: &LedgerEntry) -> Result<(), SharingError> {
    desk.actor.require(SHARES, "say what was shared")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        if let LedgerEntry::Retracted(retracted) = entry {
            let found = transaction.row(
                "read what was taken back",
                "SELECT object FROM sharing_retracted WHERE object = ?1",
                &values![&retracted.object],
            )?;
            if found.is_some() {
                return Err(SharingError::Retracted(retracted.object.clone()));
            }
        }
        append(transaction, std::slice::from_ref(entry))?;
        let act = format!("sharing/{}", entry.kind());
        let detail = serde_json::json!({ "entry_blake3": journal::proof_of(&to_json(entry)) });
        journal::append(transaction, now, &by, &act, entry.object(), &detail)?;
        Ok(())
    })
}

/// All entries about an object, oldest first, without who read it where it still lies.
pub fn of_object(store: &Store, object: &str) -> Result<Vec<LedgerEntry>, StoreError> {
    let rows = store.read().rows(
        "read the ledger",
        "SELECT entry FROM sharing_ledger WHERE object = ?1 ORDER BY seq",
        &values![object],
    )?;
    rows.iter()
        .map(|row| from_json("ledger's entry", &row.text(0)?))
        .collect()
}

/// All that is known of who has an object: the ledger's entries, and who fetched it where it lies.
pub fn with_fetches(store: &Store, object: &str) -> Result<Vec<LedgerEntry>, StoreError> {
    let mut entries = of_object(store, object)?;
    entries.extend(fetches::of_object(store.read(), object)?);
    entries.sort_by_key(at);
    Ok(entries)
}

/// Every object that was taken back.
pub fn retracted(store: &Store) -> Result<BTreeSet<String>, StoreError> {
    let rows = store.read().rows(
        "read what was taken back",
        "SELECT object FROM sharing_retracted",
        &[],
    )?;
    rows.iter().map(|row| row.text(0)).collect()
}
