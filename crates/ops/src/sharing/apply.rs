//! Putting into a collection what its audience may read of what is offered there, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{Clock, LedgerEntry, Timestamp};

use super::collection::{Held, held_in};
use super::fetches::{Lying, of_lying};
use super::stale::{self, Stale};
use super::{Offered, Told, ledger};
use crate::intel::{digest, target, written};
use crate::store::{Among, Store, StoreError, Transaction, Value, values};

/// An object as it may be read, and what the ledger is to say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Put {
    /// Its id.
    pub id: String,
    /// Which version of it.
    pub version: Option<Timestamp>,
    /// Its type.
    pub kind: String,
    /// The version of the standard that it is of.
    pub spec_version: String,
    /// Exactly what is read.
    pub body: String,
    /// Whose own copy it is, where what came first under its id is not told; empty for what came first.
    pub copy_by: String,
    /// The ledger's entry.
    pub entry: Option<LedgerEntry>,
}

/// All that may be read of some objects.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The objects. What a collection has of them besides what is put in goes.
    pub ids: Vec<String>,
    /// What may be read of them.
    pub put: Vec<Put>,
    /// How much of each is told.
    pub told: Vec<Offered>,
    /// What was judged, and what its text names that is not in the collection.
    pub names: Vec<(String, String)>,
    /// What had changed of them before they were read, and is judged by this.
    pub seen: Vec<Stale>,
}

/// What a change came to.
///
/// Where what is read under an id is no longer the copy of the same partners, or a copy at all, one object has
/// vanished and another appeared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Objects of which nothing could be read before.
    pub appeared: Vec<String>,
    /// Objects of which nothing can be read any more.
    pub vanished: Vec<String>,
    /// Objects of which nothing may be told.
    pub withheld: Vec<String>,
    /// How many versions were put in, or changed.
    pub put: u64,
    /// How many were taken out, or changed.
    pub taken: u64,
}

/// Makes a collection hold exactly this of these objects. What is there with the same text stays as it is;
/// everything else gets a time later than all before, so that whoever asks for what is new gets it.
///
/// Who had fetched what goes is written into the ledger before it is forgotten. It is on disk together with what is
/// written next; should the power go before, what was judged is not known to have been.
pub fn apply(
    store: &mut Store,
    clock: &dyn Clock,
    collection: i64,
    change: Change,
) -> Result<Applied, StoreError> {
    let now = clock.now();
    store.write_soon(|transaction| write(transaction, now, collection, change))
}

fn write(
    transaction: &Transaction<'_>,
    now: Timestamp,
    collection: i64,
    change: Change,
) -> Result<Applied, StoreError> {
    let mut there: BTreeMap<(String, i64), Held> = BTreeMap::new();
    for held in held_in(transaction, collection, &change.ids)? {
        there.insert((held.id.clone(), written(held.version)), held);
    }
    let before = standing(there.values().map(|held| (&held.id, &held.copy_by)));
    let mut after: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut stays: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    let mut fresh = Vec::new();
    for put in change.put {
        let key = (put.id.clone(), written(put.version));
        let versions = stays.entry(put.id.clone()).or_default();
        if !versions.insert(key.1) {
            continue;
        }
        let by = after.entry(put.id.clone()).or_default();
        by.insert(put.copy_by.clone());
        let digest = digest(&put.body);
        match there.get(&key) {
            Some(held) if held.digest == digest && held.copy_by == put.copy_by => {
                there.remove(&key);
            }
            _ => fresh.push((put, digest)),
        }
    }
    // What is left there goes: it may not be read any more, or is written anew.
    let taken: Vec<Held> = there.into_values().collect();
    take(transaction, collection, &taken)?;
    let mut applied = Applied {
        put: fresh.len() as u64,
        taken: taken.len() as u64,
        ..Applied::default()
    };
    let touched: BTreeSet<String> = taken
        .into_iter()
        .map(|held| held.id)
        .chain(fresh.iter().map(|(put, _)| put.id.clone()))
        .collect();
    insert(transaction, now, collection, fresh, &stays)?;
    // Only where there were others already can what is first or last have changed.
    let changed = touched.iter().filter(|id| before.contains_key(*id));
    flag(transaction, collection, changed, &stays)?;
    let gone = before.iter().flat_map(|(id, by)| {
        let now = after.get(id);
        let gone = by
            .iter()
            .filter(move |by| !now.is_some_and(|now| now.contains(*by)));
        gone.map(move |by| values![collection, id, by].into())
    });
    transaction.execute_all(
        "remember what was told once",
        "INSERT INTO shared_once (collection, id, told_by) VALUES (?1, ?2, ?3) \
         ON CONFLICT (collection, id, told_by) DO NOTHING",
        gone.collect::<Vec<_>>(),
    )?;
    applied.appeared = unlike(&after, &before);
    applied.vanished = unlike(&before, &after);
    if !applied.vanished.is_empty() {
        stale::begun(transaction, collection)?;
    }
    transaction.execute_all(
        "keep what a text names",
        "INSERT INTO shared_names (collection, target, id) VALUES (?1, ?2, ?3) \
         ON CONFLICT (collection, target, id) DO NOTHING",
        change
            .names
            .iter()
            .map(|(id, named)| values![collection, target(named), id].into()),
    )?;
    stale::judged(transaction, collection, &change.seen)?;
    let withheld = change.told.iter().filter(|one| one.told == Told::Withheld);
    applied.withheld = withheld.map(|one| one.id.clone()).collect();
    for told in [Told::Withheld, Told::InPart, Told::Whole] {
        let of = change.told.iter().filter(|one| one.told == told);
        let ids: Vec<Value> = of.map(|one| Value::from(&one.id)).collect();
        let asked = Among {
            sql: "UPDATE shared_wanted SET told = ?2 WHERE collection = ?1 AND id IN ({among})",
            first: &values![collection, told.number()],
        };
        transaction.execute_among("say how much of an object is told", asked, &ids)?;
    }
    Ok(applied)
}

/// By whom what is read under each id is.
fn standing<'a>(
    read: impl Iterator<Item = (&'a String, &'a String)>,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut standing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, by) in read {
        standing.entry(id.clone()).or_default().insert(by.clone());
    }
    standing
}

/// The ids of what stands in one and not, or by others, in the other.
fn unlike(
    one: &BTreeMap<String, BTreeSet<String>>,
    other: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<String> {
    one.iter()
        .filter(|(id, by)| other.get(*id) != Some(*by))
        .map(|(id, _)| id.clone())
        .collect()
}

fn take(transaction: &Transaction<'_>, collection: i64, taken: &[Held]) -> Result<(), StoreError> {
    for held in taken {
        let added_at = held.added_at.as_microsecond();
        let row = transaction.row(
            "read what is taken out",
            "SELECT kind, spec_version, body, copy_by FROM shared_objects \
             WHERE collection = ?1 AND added_at = ?2",
            &values![collection, added_at],
        )?;
        // Of a copy the ledger says nothing: it is not what the id is the id of.
        let Some(row) = row.filter(|row| row.text(3).is_ok_and(|by| by.is_empty())) else {
            continue;
        };
        let lying = Lying {
            collection,
            added_at,
            id: held.id.clone(),
            kind: row.text(0)?,
            spec_version: row.text(1)?,
            body: row.text(2)?,
        };
        ledger::append(transaction, &of_lying(transaction, &lying)?)?;
    }
    transaction.execute_all(
        "take an object out of a collection",
        "DELETE FROM shared_objects WHERE collection = ?1 AND added_at = ?2",
        taken
            .iter()
            .map(|held| values![collection, held.added_at.as_microsecond()].into()),
    )?;
    Ok(())
}

fn insert(
    transaction: &Transaction<'_>,
    now: Timestamp,
    collection: i64,
    fresh: Vec<(Put, String)>,
    stays: &BTreeMap<String, BTreeSet<i64>>,
) -> Result<(), StoreError> {
    if fresh.is_empty() {
        return Ok(());
    }
    let row = transaction.row(
        "read when the last was put in",
        "SELECT last_at FROM shared_collections WHERE number = ?1",
        &values![collection],
    )?;
    let last = row.map_or(Ok(0), |row| row.number(0))?;
    let first = now.as_microsecond().max(last + 1);
    let mut entries = Vec::with_capacity(fresh.len());
    let mut rows = Vec::with_capacity(fresh.len());
    let mut at = first;
    for (put, digest) in fresh {
        let (is_first, is_last) = ends(stays, &put.id, written(put.version));
        rows.push(
            values![
                collection,
                at,
                put.id,
                written(put.version),
                put.kind,
                put.spec_version,
                is_first,
                is_last,
                digest,
                put.body,
                put.copy_by
            ]
            .into(),
        );
        entries.extend(put.entry);
        at += 1;
    }
    transaction.insert_all(
        "put an object into a collection",
        "shared_objects (collection, added_at, id, version, kind, spec_version, is_first, is_last, \
         digest, body, copy_by)",
        rows,
    )?;
    transaction.execute(
        "say when the last was put in",
        "UPDATE shared_collections SET last_at = ?2 WHERE number = ?1",
        &values![collection, at - 1],
    )?;
    ledger::append(transaction, &entries)
}

/// Whether a version is the first, and the last, of those that stay.
fn ends(stays: &BTreeMap<String, BTreeSet<i64>>, id: &str, version: i64) -> (i64, i64) {
    let versions = stays.get(id);
    let is = |end: Option<&i64>| i64::from(end == Some(&version));
    let first = versions.and_then(BTreeSet::first);
    let last = versions.and_then(BTreeSet::last);
    (is(first), is(last))
}

fn flag<'a>(
    transaction: &Transaction<'_>,
    collection: i64,
    changed: impl Iterator<Item = &'a String>,
    stays: &BTreeMap<String, BTreeSet<i64>>,
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for id in changed {
        for version in stays.get(id).into_iter().flatten() {
            let (is_first, is_last) = ends(stays, id, *version);
            rows.push(values![collection, id, *version, is_first, is_last].into());
        }
    }
    transaction.execute_all(
        "say which version is the last",
        "UPDATE shared_objects SET is_first = ?4, is_last = ?5 \
         WHERE collection = ?1 AND id = ?2 AND version = ?3",
        rows,
    )?;
    Ok(())
}
