//! Putting into a collection what its audience may read of what is offered there, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{Clock, LedgerEntry, Timestamp};
use serde_json::json;

use super::collection::{Held, held_in};
use super::fetches::{Lying, of_lying};
use super::{ASKED_TOGETHER, SHARES, SharingError, ledger, places};
use crate::desk::Desk;
use crate::intel::{digest, target, written};
use crate::journal;
use crate::store::{Connection, Store, StoreError, Transaction, Value, values};

/// How much of an object is told in a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// Nothing: its audience may not know that there is such an object.
    Withheld,
    /// Some of it is left out.
    InPart,
    /// All of it.
    Whole,
}

impl Told {
    fn number(self) -> i64 {
        match self {
            Self::Withheld => 0,
            Self::InPart => 1,
            Self::Whole => 2,
        }
    }
}

/// What is offered in a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The object's id.
    pub id: String,
    /// How much of it is told.
    pub told: Told,
}

/// Decides to offer objects in a collection, every version there is or will be of them. What may be read of
/// them is another question. Says how many were not offered before.
pub fn offer(desk: &mut Desk<'_>, collection: i64, ids: &[String]) -> Result<u64, SharingError> {
    desk.actor.require(SHARES, "offer something to partners")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let offered = want(transaction, collection, ids)?;
        let subject = format!("collection-{collection}");
        let detail = json!({ "objects": ids.len(), "new": offered });
        journal::append(transaction, now, &by, "sharing/offer", &subject, &detail)?;
        Ok(offered)
    })
}

/// The same for what a partner sent to a collection that it may write to.
pub fn offer_of_partner(
    store: &mut Store,
    collection: i64,
    ids: &[String],
) -> Result<u64, StoreError> {
    store.write(|transaction| want(transaction, collection, ids))
}

fn want(transaction: &Transaction<'_>, collection: i64, ids: &[String]) -> Result<u64, StoreError> {
    let put = transaction.execute_all(
        "offer an object",
        "INSERT INTO shared_wanted (collection, id, told) VALUES (?1, ?2, 0) \
         ON CONFLICT (collection, id) DO NOTHING",
        ids.iter().map(|id| values![collection, id].into()),
    )?;
    Ok(put.into_iter().sum())
}

/// Decides no longer to offer objects. What is read of them stays until it is applied.
pub fn withdraw(desk: &mut Desk<'_>, collection: i64, ids: &[String]) -> Result<u64, SharingError> {
    desk.actor
        .require(SHARES, "withdraw something from partners")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store
        .write(|transaction| Ok(no_longer(transaction, (now, &by), collection, ids)?))
}

/// The same for a partner who takes out what it sent.
pub fn withdraw_of_partner(
    store: &mut Store,
    clock: &dyn Clock,
    (collection, partner): (i64, &str),
    ids: &[String],
) -> Result<(), StoreError> {
    let now = clock.now();
    store.write(|transaction| no_longer(transaction, (now, partner), collection, ids).map(drop))
}

fn no_longer(
    transaction: &Transaction<'_>,
    (now, by): (Timestamp, &str),
    collection: i64,
    ids: &[String],
) -> Result<u64, StoreError> {
    let gone = transaction.execute_all(
        "offer an object no longer",
        "DELETE FROM shared_wanted WHERE collection = ?1 AND id = ?2",
        ids.iter().map(|id| values![collection, id].into()),
    )?;
    let subject = format!("collection-{collection}");
    let detail = json!({ "objects": ids.len() });
    journal::append(transaction, now, by, "sharing/withdraw", &subject, &detail)?;
    Ok(gone.into_iter().sum())
}

/// Ids that are offered in a collection, in their order, after one.
pub fn offered(
    store: &Store,
    collection: i64,
    after: &str,
    limit: usize,
) -> Result<Vec<Offered>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = store.read().rows(
        "read what is offered",
        "SELECT id, told FROM shared_wanted WHERE collection = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
        &values![collection, after, limit],
    )?;
    rows.iter()
        .map(|row| {
            let told = match row.number(1)? {
                0 => Told::Withheld,
                1 => Told::InPart,
                _ => Told::Whole,
            };
            Ok(Offered {
                id: row.text(0)?,
                told,
            })
        })
        .collect()
}

/// What is offered and not told whole, in the order of ids.
pub fn withheld(store: &Store, collection: i64) -> Result<Vec<String>, StoreError> {
    ids(
        store.read(),
        "SELECT id FROM shared_wanted WHERE collection = ?1 AND told < 2 ORDER BY id",
        &values![collection],
    )
}

fn ids(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<String>, StoreError> {
    let rows = connection.rows("read what is offered", sql, values)?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// What is offered in a collection and refers to one of these: only what is not told whole, or everything.
pub fn referring(
    store: &Store,
    collection: i64,
    to: &[String],
    only_in_part: bool,
) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    let most: i64 = if only_in_part { 1 } else { 2 };
    for to in to.chunks(ASKED_TOGETHER) {
        let mut values: Vec<Value> = values![collection, most].into();
        values.extend(to.iter().map(|id| Value::from(target(id))));
        let sql = format!(
            "SELECT DISTINCT o.id FROM intel_refs r \
             JOIN intel_objects o ON o.added_at = r.added_at \
             JOIN shared_wanted w ON w.collection = ?1 AND w.id = o.id AND w.told <= ?2 \
             WHERE r.target IN ({}) ORDER BY o.id",
            places(3, to.len())
        );
        found.extend(ids(store.read(), &sql, &values)?);
    }
    Ok(found)
}

/// What is offered in a collection and was made by one of these: only what is told in part, or everything.
///
/// Cost: all that is told in part, or offered.
pub fn made_by(
    store: &Store,
    collection: i64,
    creators: &[String],
    only_in_part: bool,
) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    let told = if only_in_part {
        "w.told = 1"
    } else {
        "w.told > 0"
    };
    for creators in creators.chunks(ASKED_TOGETHER) {
        let mut values: Vec<Value> = values![collection].into();
        values.extend(creators.iter().map(Value::from));
        let sql = format!(
            "SELECT DISTINCT w.id FROM shared_wanted w JOIN intel_objects o ON o.id = w.id \
             WHERE w.collection = ?1 AND {told} AND o.created_by IN ({}) ORDER BY w.id",
            places(2, creators.len())
        );
        found.extend(ids(store.read(), &sql, &values)?);
    }
    Ok(found)
}

/// What can be read in a collection and has this id anywhere in its text.
///
/// Cost: every text of the collection.
pub fn mentioning(store: &Store, collection: i64, id: &str) -> Result<Vec<String>, StoreError> {
    // An id has no letter that a pattern means something by but `_`, which matches itself as well.
    ids(
        store.read(),
        "SELECT DISTINCT id FROM shared_objects \
         WHERE collection = ?1 AND id <> ?2 AND body LIKE '%' || ?2 || '%' ORDER BY id",
        &values![collection, id],
    )
}

/// Which of these are offered in a collection.
pub fn offered_among(
    store: &Store,
    collection: i64,
    among: &[String],
) -> Result<BTreeSet<String>, StoreError> {
    let mut found = BTreeSet::new();
    for among in among.chunks(ASKED_TOGETHER) {
        let mut values: Vec<Value> = values![collection].into();
        values.extend(among.iter().map(Value::from));
        let sql = format!(
            "SELECT id FROM shared_wanted WHERE collection = ?1 AND id IN ({})",
            places(2, among.len())
        );
        found.extend(ids(store.read(), &sql, &values)?);
    }
    Ok(found)
}

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
}

/// What a change came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Objects of which nothing could be read before.
    pub appeared: Vec<String>,
    /// Objects of which nothing can be read any more.
    pub vanished: Vec<String>,
    /// How many versions were put in, or changed.
    pub put: u64,
    /// How many were taken out, or changed.
    pub taken: u64,
}

/// Makes a collection hold exactly this of these objects. What is there with the same text stays as it is;
/// everything else gets a time later than all before, so that whoever asks for what is new gets it.
///
/// Who had fetched what goes is written into the ledger before it is forgotten.
pub fn apply(
    store: &mut Store,
    clock: &dyn Clock,
    collection: i64,
    change: Change,
) -> Result<Applied, StoreError> {
    let now = clock.now();
    store.write(|transaction| write(transaction, now, collection, change))
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
    let before: BTreeSet<String> = there.keys().map(|(id, _)| id.clone()).collect();
    let mut stays: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut fresh = Vec::new();
    for put in change.put {
        let key = (put.id.clone(), written(put.version));
        let versions = stays.entry(put.id.clone()).or_default();
        if versions.contains(&key.1) {
            continue;
        }
        versions.push(key.1);
        let digest = digest(&put.body);
        match there.get(&key) {
            Some(held) if held.digest == digest => {
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
    let changed = touched.iter().filter(|id| before.contains(*id));
    flag(transaction, collection, changed, &stays)?;
    applied.appeared = stays
        .keys()
        .filter(|id| !before.contains(*id))
        .cloned()
        .collect();
    applied.vanished = before
        .into_iter()
        .filter(|id| !stays.contains_key(id))
        .collect();
    transaction.execute_all(
        "say how much of an object is told",
        "UPDATE shared_wanted SET told = ?3 WHERE collection = ?1 AND id = ?2",
        change
            .told
            .iter()
            .map(|one| values![collection, &one.id, one.told.number()].into()),
    )?;
    Ok(applied)
}

fn take(transaction: &Transaction<'_>, collection: i64, taken: &[Held]) -> Result<(), StoreError> {
    for held in taken {
        let added_at = held.added_at.as_microsecond();
        let row = transaction.row(
            "read what is taken out",
            "SELECT kind, spec_version, body FROM shared_objects \
             WHERE collection = ?1 AND added_at = ?2",
            &values![collection, added_at],
        )?;
        let Some(row) = row else { continue };
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
    stays: &BTreeMap<String, Vec<i64>>,
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
                put.body
            ]
            .into(),
        );
        entries.extend(put.entry);
        at += 1;
    }
    transaction.insert_all(
        "put an object into a collection",
        "shared_objects (collection, added_at, id, version, kind, spec_version, is_first, is_last, \
         digest, body)",
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
fn ends(stays: &BTreeMap<String, Vec<i64>>, id: &str, version: i64) -> (i64, i64) {
    let versions = stays.get(id).map(Vec::as_slice).unwrap_or_default();
    let is = |end: Option<&i64>| i64::from(end == Some(&version));
    (is(versions.iter().min()), is(versions.iter().max()))
}

fn flag<'a>(
    transaction: &Transaction<'_>,
    collection: i64,
    changed: impl Iterator<Item = &'a String>,
    stays: &BTreeMap<String, Vec<i64>>,
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
