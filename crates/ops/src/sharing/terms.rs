//! On what terms objects may be told.

use avert_model::Timestamp;

use super::{ASKED_TOGETHER, places};
use crate::intel::read_version;
use crate::store::{Store, StoreError, Value, values};

/// A version of an object of the store of intelligence, as the gate needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// When it came; no two have the same.
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
    /// Its terms as they were kept: empty where it is plainly ours.
    pub terms: String,
}

/// Says on what terms objects may be told, by when they came, in place of what was said of them before.
pub fn keep_terms(store: &mut Store, objects: &[Timestamp], terms: &str) -> Result<(), StoreError> {
    store.write(|transaction| {
        let rows = objects
            .iter()
            .map(|at| values![at.as_microsecond(), terms].into());
        transaction.execute_all(
            "keep on what terms an object may be told",
            "INSERT INTO sharing_terms (object, terms) VALUES (?1, ?2) \
             ON CONFLICT (object) DO UPDATE SET terms = excluded.terms",
            rows,
        )?;
        Ok(())
    })
}

/// Every version of every object of these ids, in no order.
pub fn versions_of_all(store: &Store, ids: &[String]) -> Result<Vec<Version>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(ASKED_TOGETHER) {
        let sql = format!(
            "SELECT o.added_at, o.id, o.version, o.kind, o.spec_version, o.source, o.body, \
             COALESCE(t.terms, '') FROM intel_objects o \
             LEFT JOIN sharing_terms t ON t.object = o.added_at WHERE o.id IN ({})",
            places(1, ids.len())
        );
        let values: Vec<Value> = ids.iter().map(Value::from).collect();
        store
            .read()
            .each("read objects to be told", &sql, &values, &mut |row| {
                found.push(Version {
                    added_at: crate::intel::moment(row.number(0)?)?,
                    id: row.text(1)?,
                    version: read_version(row.number(2)?),
                    kind: row.text(3)?,
                    spec_version: row.text(4)?,
                    source: row.text(5)?,
                    body: row.text(6)?,
                    terms: row.text(7)?,
                });
                Ok(true)
            })?;
    }
    Ok(found)
}

/// The texts of all marking definitions there are.
pub fn marking_definitions(store: &Store) -> Result<Vec<String>, StoreError> {
    let rows = store.read().rows(
        "read marking definitions",
        "SELECT body FROM intel_objects WHERE kind = 'marking-definition'",
        &[],
    )?;
    rows.iter().map(|row| row.text(0)).collect()
}
