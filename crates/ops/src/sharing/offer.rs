//! Deciding what is offered in a collection, and what names what of it.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{Clock, Timestamp};
use serde_json::json;

use super::{SHARES, SharingError, stale, texts};
use crate::desk::Desk;
use crate::intel::{self, Batch, Tally, target};
use crate::journal;
use crate::store::{Among, Connection, Row, Store, StoreError, Transaction, Value, values};

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
    pub(super) fn number(self) -> i64 {
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
        let offered = want(transaction, (collection, ""), ids)?;
        let subject = format!("collection-{collection}");
        let detail = json!({ "objects": ids.len(), "new": offered });
        journal::append(transaction, now, &by, "sharing/offer", &subject, &detail)?;
        Ok(offered)
    })
}

/// Takes in what a partner sends to a collection that it may write to, and offers it there: what came from it under
/// these ids, and nothing that is there from others.
///
/// It is on disk together with what is written next: a partner is answered once what became of it is kept.
pub fn take_in(
    store: &mut Store,
    clock: &dyn Clock,
    (collection, source): (i64, &str),
    batch: Batch,
    ids: &[String],
) -> Result<Tally, StoreError> {
    let now = clock.now();
    store.write_soon(|transaction| {
        let partner = batch.from.clone();
        let tally = intel::import_within(transaction, now, (&partner, source), batch)?;
        want(transaction, (collection, &partner), ids)?;
        Ok(tally)
    })
}

fn want(
    transaction: &Transaction<'_>,
    (collection, by): (i64, &str),
    ids: &[String],
) -> Result<u64, StoreError> {
    let put = transaction.execute_all(
        "offer an object",
        "INSERT INTO shared_wanted (collection, id, offered_by, told) VALUES (?1, ?2, ?3, 0) \
         ON CONFLICT (collection, id, offered_by) DO NOTHING",
        ids.iter().map(|id| values![collection, id, by].into()),
    )?;
    Ok(put.into_iter().sum())
}

/// Decides no longer to offer objects, whoever did. What is read of them stays until it is applied.
pub fn withdraw(desk: &mut Desk<'_>, collection: i64, ids: &[String]) -> Result<u64, SharingError> {
    desk.actor
        .require(SHARES, "withdraw something from partners")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store
        .write(|transaction| Ok(no_longer(transaction, (now, &by), collection, (None, ids))?))
}

/// The same for a partner who takes out what it sent.
pub fn withdraw_of_partner(
    store: &mut Store,
    clock: &dyn Clock,
    (collection, partner): (i64, &str),
    ids: &[String],
) -> Result<u64, StoreError> {
    let now = clock.now();
    store.write(|transaction| {
        no_longer(
            transaction,
            (now, partner),
            collection,
            (Some(partner), ids),
        )
    })
}

/// The same for what was taken back: nobody offers it any more.
pub fn withdraw_retracted(
    store: &mut Store,
    clock: &dyn Clock,
    collection: i64,
    ids: &[String],
) -> Result<u64, StoreError> {
    let now = clock.now();
    store.write(|transaction| no_longer(transaction, (now, "avert"), collection, (None, ids)))
}

fn no_longer(
    transaction: &Transaction<'_>,
    (now, by): (Timestamp, &str),
    collection: i64,
    (of, ids): (Option<&str>, &[String]),
) -> Result<u64, StoreError> {
    let what = "offer an object no longer";
    let gone = match of {
        Some(partner) => transaction.execute_all(
            what,
            "DELETE FROM shared_wanted WHERE collection = ?1 AND id = ?2 AND offered_by = ?3",
            ids.iter().map(|id| values![collection, id, partner].into()),
        )?,
        None => transaction.execute_all(
            what,
            "DELETE FROM shared_wanted WHERE collection = ?1 AND id = ?2",
            ids.iter().map(|id| values![collection, id].into()),
        )?,
    };
    let gone = gone.into_iter().sum();
    if gone > 0 {
        // Should whoever takes it out come to a bad end before, whoever reads next does.
        stale::withdrawn(transaction, collection, ids)?;
        let subject = format!("collection-{collection}");
        let detail = json!({ "objects": ids.len() });
        journal::append(transaction, now, by, "sharing/withdraw", &subject, &detail)?;
    }
    Ok(gone)
}

/// Who offers anything in a collection: partners, and ourselves, who are called nothing, last.
pub fn who_offers(store: &Store, collection: i64) -> Result<Vec<String>, StoreError> {
    ids(
        store.read(),
        "SELECT DISTINCT offered_by FROM shared_wanted WHERE collection = ?1 ORDER BY offered_by DESC",
        &values![collection],
    )
}

/// Ids that somebody offers in a collection, in their order, so many after one.
///
/// Cost: all that anybody offers between these.
pub fn offered(
    store: &Store,
    collection: i64,
    by: &str,
    (after, limit): (&str, usize),
) -> Result<Vec<String>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    ids(
        store.read(),
        "SELECT id FROM shared_wanted WHERE collection = ?1 AND offered_by = ?2 AND id > ?3 \
         ORDER BY id LIMIT ?4",
        &values![collection, by, after, limit],
    )
}

/// Every id that is offered in a collection.
pub fn all_offered(store: &Store, collection: i64) -> Result<Vec<String>, StoreError> {
    ids(
        store.read(),
        "SELECT DISTINCT id FROM shared_wanted WHERE collection = ?1 ORDER BY id",
        &values![collection],
    )
}

fn ids(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<String>, StoreError> {
    let mut ids = Vec::new();
    connection.each("read what is offered", sql, values, &mut |row| {
        ids.push(row.take(0)?);
        Ok(true)
    })?;
    Ok(ids)
}

/// Ids that something is found by, each once.
fn ids_among(
    store: &Store,
    (sql, first): (&str, &[Value]),
    among: &[Value],
    found: &mut BTreeSet<String>,
) -> Result<(), StoreError> {
    let asked = Among { sql, first };
    let each = &mut |row: &mut Row| {
        found.insert(row.take(0)?);
        Ok(true)
    };
    store
        .read()
        .each_among("read what is offered", asked, among, each)
}

/// What is offered in a collection and refers to one of these: only what is not told whole, or everything.
pub fn referring(
    store: &Store,
    collection: i64,
    to: &[String],
    only_in_part: bool,
) -> Result<Vec<String>, StoreError> {
    let mut found = BTreeSet::new();
    let most: i64 = if only_in_part { 1 } else { 2 };
    let to: Vec<Value> = to.iter().map(|id| Value::from(target(id))).collect();
    // What is kept apart is named by less than nought.
    for referring in [
        "intel_objects o ON o.added_at = r.added_at",
        "intel_conflicts o ON o.added_at = -r.added_at",
    ] {
        let sql = format!(
            "SELECT o.id FROM intel_refs r JOIN {referring} \
             JOIN shared_wanted w ON w.collection = ?1 AND w.id = o.id AND w.told <= ?2 \
             WHERE r.target IN ({{among}})"
        );
        ids_among(store, (&sql, &values![collection, most]), &to, &mut found)?;
    }
    Ok(found.into_iter().collect())
}

/// What is offered in a collection and was made by one of these: only what is told in part, or everything.
///
/// Cost: all that is told in part, or offered, for some hundred of them.
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
    let sql = format!(
        "SELECT DISTINCT w.id FROM shared_wanted w JOIN intel_objects o ON o.id = w.id \
         WHERE w.collection = ?1 AND {told} AND o.created_by IN ({{among}}) ORDER BY w.id"
    );
    let first = values![collection];
    let asked = Among {
        sql: &sql,
        first: &first,
    };
    let each = &mut |row: &mut Row| {
        found.push(row.take(0)?);
        Ok(true)
    };
    let what = "read what is offered";
    store
        .read()
        .each_together(what, asked, &texts(creators), each)?;
    Ok(found)
}

/// What is offered in a collection, or can be read there, and names one of these in its text, although they were not
/// in it when it was judged.
pub fn naming(
    store: &Store,
    collection: i64,
    named: &[String],
    only_readable: bool,
) -> Result<Vec<String>, StoreError> {
    let among = if only_readable {
        "shared_objects"
    } else {
        "shared_wanted"
    };
    let mut found = BTreeSet::new();
    let sql = format!(
        "SELECT n.id FROM shared_names n WHERE n.collection = ?1 AND n.target IN ({{among}}) \
         AND EXISTS (SELECT 1 FROM {among} a WHERE a.collection = ?1 AND a.id = n.id)"
    );
    let named: Vec<Value> = named.iter().map(|id| Value::from(target(id))).collect();
    ids_among(store, (&sql, &values![collection]), &named, &mut found)?;
    Ok(found.into_iter().collect())
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

/// By whom each of these is offered in a collection: by a partner, or, where it is empty, by one of us.
pub fn offered_by(
    store: &Store,
    collection: i64,
    among: &[String],
) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let asked = Among {
        sql: "SELECT id, offered_by FROM shared_wanted WHERE collection = ?1 AND id IN ({among})",
        first: &values![collection],
    };
    let what = "read by whom something is offered";
    let each = &mut |row: &mut Row| {
        found.entry(row.take(0)?).or_default().insert(row.take(1)?);
        Ok(true)
    };
    store.read().each_among(what, asked, &texts(among), each)?;
    Ok(found)
}
