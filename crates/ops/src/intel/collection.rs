//! Collections: which objects are offered to others together, and since when.

use avert_model::{Clock, Timestamp};
use serde_json::json;

use super::add::next_time;
use super::find::moment;
use super::read;
use crate::journal;
use crate::store::{Store, StoreError, values};

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Its number in the store.
    pub number: i64,
    /// Its id, a UUID, as others know it.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub description: String,
}

/// An object in a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// When it was put in; no two objects of a collection have the same.
    pub added_at: Timestamp,
    /// The object's id.
    pub id: String,
    /// Which version of it.
    pub version: Option<Timestamp>,
    /// Its text.
    pub body: String,
}

/// Every collection, oldest first.
pub fn collections(store: &Store) -> Result<Vec<Collection>, StoreError> {
    let rows = store.read().rows(
        "list collections",
        "SELECT number, id, title, description FROM intel_collections ORDER BY number",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Collection {
                number: row.number(0)?,
                id: row.text(1)?,
                title: row.text(2)?,
                description: row.text(3)?,
            })
        })
        .collect()
}

/// Makes a collection of an id that no other has, and gives its number. One that is there with this id
/// keeps what it is called.
pub fn make_collection(
    store: &mut Store,
    clock: &dyn Clock,
    by: &str,
    (id, title, description): (&str, &str, &str),
) -> Result<i64, StoreError> {
    let now = clock.now();
    store.write(|transaction| {
        let made = transaction.execute(
            "make a collection",
            "INSERT INTO intel_collections (number, id, title, description, made_at) \
             SELECT COALESCE(MAX(number), 0) + 1, ?1, ?2, ?3, ?4 FROM intel_collections \
             WHERE 1 = 1 ON CONFLICT (id) DO NOTHING",
            &values![id, title, description, now.to_string()],
        )?;
        if made > 0 {
            let detail = json!({ "title": title });
            journal::append(transaction, now, by, "intel/collection", id, &detail)?;
        }
        let row = transaction.row(
            "read a collection",
            "SELECT number FROM intel_collections WHERE id = ?1",
            &values![id],
        )?;
        row.map_or(Ok(0), |row| row.number(0))
    })
}

/// Puts objects, by when they came, into a collection. Those that are in it stay as they are. Says how
/// many were not.
pub fn put_into(
    store: &mut Store,
    clock: &dyn Clock,
    collection: i64,
    objects: &[Timestamp],
) -> Result<u64, StoreError> {
    let now = clock.now();
    store.write(|transaction| {
        let newest = "SELECT COALESCE(MAX(added_at), 0) FROM intel_members WHERE collection = ?1";
        let first = next_time(transaction, newest, &values![collection], now)?;
        let put = transaction.execute_all(
            "put an object into a collection",
            "INSERT INTO intel_members (collection, added_at, object) VALUES (?1, ?2, ?3) \
             ON CONFLICT (object, collection) DO NOTHING",
            (first..).zip(objects).map(|(added_at, object)| {
                values![collection, added_at, object.as_microsecond()].into()
            }),
        )?;
        Ok(put.into_iter().sum())
    })
}

/// Takes an object out of a collection, every version of it. Says how many versions were in it.
pub fn take_out(store: &mut Store, collection: i64, id: &str) -> Result<u64, StoreError> {
    store.write(|transaction| {
        transaction.execute(
            "take an object out of a collection",
            "DELETE FROM intel_members WHERE collection = ?1 AND object IN \
             (SELECT added_at FROM intel_objects WHERE id = ?2)",
            &values![collection, id],
        )
    })
}

/// At most `limit` objects of a collection that were put in after a time, in that order, with their text.
pub fn members_after(
    store: &Store,
    collection: i64,
    after: Option<Timestamp>,
    limit: usize,
) -> Result<Vec<Member>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = store.read().rows(
        "read a collection",
        "SELECT m.added_at, o.id, o.version, o.body FROM intel_members m \
         JOIN intel_objects o ON o.added_at = m.object \
         WHERE m.collection = ?1 AND m.added_at > ?2 ORDER BY m.added_at LIMIT ?3",
        &values![collection, super::written(after), limit],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Member {
                added_at: moment(row.number(0)?)?,
                id: row.text(1)?,
                version: read(row.number(2)?),
                body: row.text(3)?,
            })
        })
        .collect()
}
