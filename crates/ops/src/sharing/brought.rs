//! How much somebody has brought under an id.

use std::collections::BTreeMap;

use super::texts;
use crate::store::{Among, Store, StoreError, values};

/// How much there is of an object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Brought {
    /// How many texts: versions, and what else was said under one.
    pub texts: u64,
    /// How long they are together, in bytes.
    pub length: u64,
}

/// How much a partner, or, where that is empty, anybody, has brought under each of these ids. What is kept apart counts
/// where a partner brought it.
pub fn brought(
    store: &Store,
    partner: &str,
    ids: &[String],
) -> Result<BTreeMap<String, Brought>, StoreError> {
    let mut found: BTreeMap<String, Brought> = BTreeMap::new();
    let sums = "SELECT o.id, COUNT(*), SUM(OCTET_LENGTH(o.body)) FROM";
    let selects = if partner.is_empty() {
        vec![format!("{sums} intel_objects o WHERE ?1 = '' AND")]
    } else {
        let of = |table: &str, object: &str| {
            format!(
                "{sums} {table} o JOIN sharing_terms t ON t.object = {object} AND t.partner = ?1 WHERE"
            )
        };
        vec![
            of("intel_objects", "o.added_at"),
            of("intel_conflicts", "-o.added_at"),
        ]
    };
    let ids = texts(ids);
    for select in selects {
        let asked = Among {
            sql: &format!("{select} o.id IN ({{among}}) GROUP BY o.id"),
            first: &values![partner],
        };
        let what = "count what was brought";
        store.read().each_among(what, asked, &ids, &mut |row| {
            let brought = found.entry(row.take(0)?).or_default();
            brought.texts += row.count(1)?;
            brought.length += row.count(2)?;
            Ok(true)
        })?;
    }
    Ok(found)
}
