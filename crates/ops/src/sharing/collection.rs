//! Collections: under which rules, and what is in them.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{Event, Timestamp};

use super::texts;
use crate::store::{Among, Connection, Row, Store, StoreError, Value, from_json, to_json, values};

/// A collection as the store knows it. What it is called and for whom stands in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Its number here.
    pub number: i64,
    /// Its id, a UUID.
    pub id: String,
    /// Under which rules all that is in it was released; empty until something was, and with marks behind them where
    /// something came since by which all of it is to be judged again.
    pub rules: String,
    /// When time alone may change what may be read in it: an embargo ends, somebody is no member any more.
    pub next_at: Option<Timestamp>,
    /// The events that what was ever offered in it waits for, or waited: what else happens changes nothing in it.
    pub awaits: BTreeSet<Event>,
}

impl Collection {
    /// Whether what is in it may be read now by these rules.
    pub fn is_settled(&self, rules: &str, now: Timestamp) -> bool {
        self.rules == rules && self.next_at.is_none_or(|at| now < at)
    }
}

/// The collection of this id, made if there is none.
pub fn collection(store: &mut Store, id: &str) -> Result<Collection, StoreError> {
    if let Some(found) = find(store.read(), id)? {
        return Ok(found);
    }
    store.write(|transaction| {
        transaction.execute(
            "make a collection",
            "INSERT INTO shared_collections (number, id, rules, next_at, last_at) \
             SELECT COALESCE(MAX(number), 0) + 1, ?1, '', 0, 0 FROM shared_collections \
             WHERE 1 = 1 ON CONFLICT (id) DO NOTHING",
            &values![id],
        )?;
        find(transaction, id)?.ok_or_else(|| StoreError::Corrupt {
            what: "collection",
            detail: "it was made just now and is not there".into(),
        })
    })
}

fn find(connection: &Connection, id: &str) -> Result<Option<Collection>, StoreError> {
    let row = connection.row(
        "read a collection",
        "SELECT number, id, rules, next_at FROM shared_collections WHERE id = ?1",
        &values![id],
    )?;
    let Some(row) = row else { return Ok(None) };
    let (number, next_at) = (row.number(0)?, row.number(3)?);
    let awaits = connection.rows(
        "read what a collection waits for",
        "SELECT event FROM shared_awaits WHERE collection = ?1",
        &values![number],
    )?;
    let awaits = awaits.iter().map(|row| from_json("event", &row.text(0)?));
    Ok(Some(Collection {
        number,
        id: row.text(1)?,
        rules: row.text(2)?,
        next_at: (next_at != 0)
            .then(|| crate::intel::moment(next_at))
            .transpose()?,
        awaits: awaits.collect::<Result<_, StoreError>>()?,
    }))
}

/// Says what something that is offered in a collection waits for, before it is judged.
pub fn wait_for(
    store: &mut Store,
    collection: i64,
    events: &BTreeSet<Event>,
) -> Result<(), StoreError> {
    store.write(|transaction| {
        transaction.execute_all(
            "say what a collection waits for",
            "INSERT INTO shared_awaits (collection, event) VALUES (?1, ?2) \
             ON CONFLICT (collection, event) DO NOTHING",
            events
                .iter()
                .map(|event| values![collection, to_json(event)].into()),
        )?;
        Ok(())
    })
}

/// Says that all that is in a collection was released under these rules, and until when they say the same; unless
/// something came meanwhile by which it is to be judged again, as the rules tell that it had. Says whether it is settled now.
pub fn settle(
    store: &mut Store,
    collection: &Collection,
    rules: &str,
    next_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    store.write(|transaction| {
        let met = transaction.execute(
            "settle a collection",
            "UPDATE shared_collections SET rules = ?2, next_at = ?3 WHERE number = ?1 AND rules = ?4",
            &values![
                collection.number,
                rules,
                next_at.map_or(0, Timestamp::as_microsecond),
                &collection.rules
            ],
        )?;
        Ok(met > 0)
    })
}

/// Which of these ids can be read in a collection, and whose own copies that are: nobody's, where it is what came
/// first under the id.
pub fn visible(
    store: &Store,
    collection: i64,
    ids: &[String],
) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let select = "SELECT id, copy_by FROM shared_objects WHERE collection = ?1 AND id IN";
    each_among(store, (select, &values![collection]), ids, &mut |row| {
        let (copies, by) = (found.entry(row.take(0)?).or_default(), row.take(1)?);
        if !by.is_empty() {
            copies.insert(by);
        }
        Ok(())
    })?;
    Ok(found)
}

/// By whom something was told once in a collection under each of these ids, and is not now: by a partner whose own
/// copy it was, or, where it is empty, by whom it came from first.
pub fn told_once(
    store: &Store,
    collection: i64,
    ids: &[String],
) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let select = "SELECT id, told_by FROM shared_once WHERE collection = ?1 AND id IN";
    each_among(store, (select, &values![collection]), ids, &mut |row| {
        found.entry(row.take(0)?).or_default().insert(row.take(1)?);
        Ok(())
    })?;
    Ok(found)
}

/// Which of these ids the store of intelligence has.
pub fn holds(store: &Store, ids: &[String]) -> Result<BTreeSet<String>, StoreError> {
    among(
        store,
        ("SELECT id FROM intel_objects WHERE id IN", &[]),
        ids,
    )
}

/// Of which of these ids something came from a partner.
pub fn came_from(
    store: &Store,
    partner: &str,
    ids: &[String],
) -> Result<BTreeSet<String>, StoreError> {
    let of = values![partner];
    let in_place = "SELECT o.id FROM intel_objects o JOIN sharing_terms t \
         ON t.object = o.added_at AND t.partner = ?1 WHERE o.id IN";
    let apart = "SELECT c.id FROM intel_conflicts c JOIN sharing_terms t \
         ON t.object = -c.added_at AND t.partner = ?1 WHERE c.id IN";
    let mut found = among(store, (in_place, &of), ids)?;
    found.extend(among(store, (apart, &of), ids)?);
    Ok(found)
}

/// Which of these ids are a partner's: it was the first to bring something under them.
pub fn brought_by(
    store: &Store,
    partner: &str,
    ids: &[String],
) -> Result<BTreeSet<String>, StoreError> {
    let select = "SELECT o.id FROM intel_objects o JOIN sharing_terms t \
         ON t.object = o.added_at AND t.partner = ?1 AND t.is_first = 1 WHERE o.id IN";
    among(store, (select, &values![partner]), ids)
}

fn among(
    store: &Store,
    asked: (&str, &[Value]),
    ids: &[String],
) -> Result<BTreeSet<String>, StoreError> {
    let mut found = BTreeSet::new();
    each_among(store, asked, ids, &mut |row| {
        found.insert(row.take(0)?);
        Ok(())
    })?;
    Ok(found)
}

/// Asks about these ids; the statement ends before their list.
fn each_among(
    store: &Store,
    (select, first): (&str, &[Value]),
    ids: &[String],
    each: &mut dyn FnMut(&mut Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = &format!("{select} ({{among}})");
    let asked = Among { sql, first };
    store
        .read()
        .each_among("look objects up", asked, &texts(ids), &mut |row| {
            each(row)?;
            Ok(true)
        })
}

/// What a collection has of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The object's id.
    pub id: String,
    /// Which version of it.
    pub version: Option<Timestamp>,
    /// Since when.
    pub added_at: Timestamp,
    /// What is read there, by its hash.
    pub digest: String,
    /// Whose own copy it is; empty for what came first under the id.
    pub copy_by: String,
}

/// What a collection has of these objects.
pub fn held(store: &Store, collection: i64, ids: &[String]) -> Result<Vec<Held>, StoreError> {
    held_in(store.read(), collection, ids)
}

pub(super) fn held_in(
    connection: &Connection,
    collection: i64,
    ids: &[String],
) -> Result<Vec<Held>, StoreError> {
    let mut found = Vec::new();
    let asked = Among {
        sql: "SELECT id, version, added_at, digest, copy_by FROM shared_objects \
              WHERE collection = ?1 AND id IN ({among})",
        first: &values![collection],
    };
    let what = "read what a collection has";
    connection.each_among(what, asked, &texts(ids), &mut |row| {
        found.push(Held {
            id: row.take(0)?,
            version: crate::intel::read_version(row.number(1)?),
            added_at: crate::intel::moment(row.number(2)?)?,
            digest: row.take(3)?,
            copy_by: row.take(4)?,
        });
        Ok(true)
    })?;
    Ok(found)
}

/// Whoever settles a collection, as long as this is held.
pub struct Lease(#[expect(dead_code, reason = "held, not read")] crate::store::Held);

/// Settles a collection alone, unless somebody else does.
pub fn lease(store: &Store, collection: i64) -> Result<Option<Lease>, StoreError> {
    Ok(store.hold(&subject(collection))?.map(Lease))
}

/// The same as soon as whoever does is done.
pub fn wait_for_lease(store: &Store, collection: i64) -> Result<Lease, StoreError> {
    Ok(Lease(store.wait_for(&subject(collection))?))
}

fn subject(collection: i64) -> String {
    format!("collection-{collection}")
}

/// How many objects are offered in a collection, and of how many something can be read, without the markings that
/// went along.
pub fn counts(store: &Store, collection: i64) -> Result<(u64, u64), StoreError> {
    let row = store.read().row(
        "count what is offered",
        "SELECT (SELECT COUNT(DISTINCT id) FROM shared_wanted WHERE collection = ?1), \
         (SELECT COUNT(*) FROM shared_objects WHERE collection = ?1 AND is_last = 1 \
         AND kind <> 'marking-definition')",
        &values![collection],
    )?;
    row.map_or(Ok((0, 0)), |row| Ok((row.count(0)?, row.count(1)?)))
}
