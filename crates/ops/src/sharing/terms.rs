//! On what terms objects may be told.

use avert_model::Timestamp;

use super::{stale, texts};
use crate::intel::read_version;
use crate::store::{Among, Store, StoreError, Value, values};

/// A version of an object of the store of intelligence, as the gate needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// By what its terms are named.
    pub object: i64,
    /// When it came; no two that are not apart have the same. Of what is kept apart, when this one brought it.
    pub added_at: Timestamp,
    /// Its id.
    pub id: String,
    /// Which version of it.
    pub version: Option<Timestamp>,
    /// Its type.
    pub kind: String,
    /// The version of the standard that it is of.
    pub spec_version: String,
    /// Where it is from, in words.
    pub source: String,
    /// Its text.
    pub body: String,
    /// The partner that it came from; empty where it is ours. What came from several is here once for each.
    pub from: String,
    /// Whether it was the first to bring it, and does not only have it too.
    pub is_first: bool,
    /// Its terms as they were kept: empty where it is plainly ours.
    pub terms: String,
    /// Whether it is kept apart: its id came from somebody else first.
    pub is_apart: bool,
}

/// Says on what terms objects of ours may be told, by what their terms are named, in place of what was said before.
pub fn keep_terms(store: &mut Store, objects: &[i64], terms: &str) -> Result<(), StoreError> {
    store.write(|transaction| {
        let rows = objects.iter().map(|object| values![*object, terms].into());
        transaction.execute_all(
            "keep on what terms an object may be told",
            "INSERT INTO sharing_terms (object, partner, is_first, terms) VALUES (?1, '', 1, ?2) \
             ON CONFLICT (object, partner) DO UPDATE SET terms = excluded.terms",
            rows,
        )?;
        // Wherever they are offered, and not only where somebody looks now.
        let (apart, in_place): (Vec<i64>, Vec<i64>) = objects.iter().partition(|one| **one < 0);
        let mut ids = Vec::new();
        for (table, objects) in [("intel_objects", in_place), ("intel_conflicts", apart)] {
            let objects = objects.into_iter().map(i64::abs).map(Value::from);
            let asked = Among {
                sql: &format!("SELECT DISTINCT id FROM {table} WHERE added_at IN ({{among}})"),
                first: &[],
            };
            let what = "read what objects are called";
            let objects: Vec<Value> = objects.collect();
            transaction.each_among(what, asked, &objects, &mut |row| {
                ids.push(row.take(0)?);
                Ok(true)
            })?;
        }
        stale::came(transaction, &ids)
    })
}

/// Every version of every object of these ids, once for each from whom it came, in no order.
pub fn versions_of_all(store: &Store, ids: &[String]) -> Result<Vec<Version>, StoreError> {
    let mut found = Vec::new();
    let ids = texts(ids);
    let asked = Among {
        sql: "SELECT o.added_at, o.id, o.version, o.kind, o.spec_version, o.source, o.body, \
              COALESCE(t.partner, ''), COALESCE(t.terms, ''), COALESCE(t.is_first, 1) FROM intel_objects o \
              LEFT JOIN sharing_terms t ON t.object = o.added_at WHERE o.id IN ({among})",
        first: &[],
    };
    let what = "read objects to be told";
    store.read().each_among(what, asked, &ids, &mut |row| {
        found.push(Version {
            object: row.number(0)?,
            added_at: crate::intel::moment(row.number(0)?)?,
            id: row.take(1)?,
            version: read_version(row.number(2)?),
            kind: row.take(3)?,
            spec_version: row.take(4)?,
            source: row.take(5)?,
            body: row.take(6)?,
            from: row.take(7)?,
            terms: row.take(8)?,
            is_first: row.number(9)? == 1,
            is_apart: false,
        });
        Ok(true)
    })?;
    let asked = Among {
        sql: "SELECT t.said_at, c.id, c.version, c.source, c.body, t.partner, t.terms, t.object \
                  FROM intel_conflicts c JOIN sharing_terms t ON t.object = -c.added_at \
                  WHERE c.id IN ({among})",
        first: &[],
    };
    store.read().each_among(what, asked, &ids, &mut |row| {
        let (id, body) = (row.take(1)?, row.take(4)?);
        let kind = id.split("--").next().unwrap_or_default().to_owned();
        found.push(Version {
            object: row.number(7)?,
            added_at: crate::intel::moment(row.number(0)?)?,
            version: read_version(row.number(2)?),
            kind,
            spec_version: spec_version(&body),
            source: row.take(3)?,
            from: row.take(5)?,
            terms: row.take(6)?,
            is_first: true,
            is_apart: true,
            id,
            body,
        });
        Ok(true)
    })?;
    Ok(found)
}

/// The version of the standard that a text says it is of.
fn spec_version(body: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let said = value
        .as_ref()
        .and_then(|value| value["spec_version"].as_str());
    said.unwrap_or("2.1").to_owned()
}

/// The texts of all marking definitions that one of us took in or made. What partners send defines nothing: it
/// would say of others' objects what their markings mean.
pub fn marking_definitions(store: &Store) -> Result<Vec<String>, StoreError> {
    let rows = store.read().rows(
        "read marking definitions",
        "SELECT body FROM intel_objects o WHERE kind = 'marking-definition' \
         AND (NOT EXISTS (SELECT 1 FROM sharing_terms t WHERE t.object = o.added_at) \
         OR EXISTS (SELECT 1 FROM sharing_terms t WHERE t.object = o.added_at AND t.partner = '')) \
         ORDER BY added_at",
        &[],
    )?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// The markings that lie in a collection and that nothing there is marked with any more.
pub fn idle_markings(store: &Store, collection: i64) -> Result<Vec<String>, StoreError> {
    let rows = store.read().rows(
        "read which markings a collection has",
        "SELECT m.id FROM shared_objects m WHERE m.collection = ?1 AND m.kind = 'marking-definition' \
         AND NOT EXISTS (SELECT 1 FROM shared_objects s WHERE s.collection = ?1 \
         AND s.kind <> 'marking-definition' AND s.body LIKE '%' || m.id || '%')",
        &values![collection],
    )?;
    rows.iter().map(|row| row.text(0)).collect()
}
