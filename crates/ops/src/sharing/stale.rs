//! What has changed since it was judged: whoever reads next has it judged first.

use std::collections::BTreeMap;

use super::texts;
use crate::store::{Among, Store, StoreError, Transaction, Value, values};

/// What stands behind the rules of a collection that is no longer settled by them, once for each time.
pub const UNSETTLED: char = '#';

/// What had changed before has changed once more: whoever read it in between has not judged this.
const ONCE_MORE: &str = "ON CONFLICT (collection, id) DO UPDATE SET times = shared_stale.times + 1";

/// Says of objects of which something came that they are to be judged again wherever they are offered.
pub(crate) fn came(transaction: &Transaction<'_>, ids: &[String]) -> Result<(), StoreError> {
    let mut offered: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
    // Most of what comes is new, and offered nowhere. In this order, since it is found by the collection and the id.
    let asked = Among {
        sql: "SELECT w.collection, w.id FROM shared_collections c CROSS JOIN shared_wanted w \
              WHERE w.collection = c.number AND w.id IN ({among})",
        first: &[],
    };
    let what = "read where what has changed is offered";
    transaction.each_among(what, asked, &texts(ids), &mut |row| {
        let (collection, id): (i64, String) = (row.number(0)?, row.take(1)?);
        offered.entry(collection).or_default().push(id.into());
        Ok(true)
    })?;
    let sql = format!(
        "INSERT INTO shared_stale (collection, id, times) SELECT DISTINCT collection, id, 1 FROM shared_wanted \
         WHERE collection = ?1 AND id IN ({{among}}) {ONCE_MORE}"
    );
    for (collection, mut ids) in offered {
        // Several may offer it.
        ids.dedup();
        let asked = Among {
            sql: &sql,
            first: &values![collection],
        };
        transaction.execute_among("say what has changed", asked, &ids)?;
    }
    Ok(())
}

/// Says of objects that are no longer offered in a collection that what is read of them is to go.
pub(super) fn withdrawn(
    transaction: &Transaction<'_>,
    collection: i64,
    ids: &[String],
) -> Result<(), StoreError> {
    transaction.execute_all(
        "say what is offered no longer",
        &format!("INSERT INTO shared_stale (collection, id, times) VALUES (?1, ?2, 1) {ONCE_MORE}"),
        ids.iter().map(|id| values![collection, id].into()),
    )?;
    Ok(())
}

/// Says that markings mean something else: everything is to be judged again.
///
/// Each time the rules under which a collection was settled have another mark behind them: whoever settles it by what
/// was known before does not say afterwards that it is settled.
pub(crate) fn definitions_came(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction.execute(
        "say that markings mean something else",
        "UPDATE shared_collections SET rules = rules || ?1",
        &values![UNSETTLED.to_string()],
    )?;
    Ok(())
}

/// Says the same of one collection that has begun to change: what names what vanished is judged later, and should
/// whoever settles it come to a bad end before, it is not settled.
pub(super) fn begun(transaction: &Transaction<'_>, collection: i64) -> Result<(), StoreError> {
    transaction.execute(
        "say that a collection is being settled",
        "UPDATE shared_collections SET rules = rules || ?2 WHERE number = ?1",
        &values![collection, UNSETTLED.to_string()],
    )?;
    Ok(())
}

/// Something that has changed since it was judged, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    id: String,
    times: i64,
}

/// Which of these have changed since they were judged, as far as is known before they are read.
pub fn seen(store: &Store, collection: i64, ids: &[String]) -> Result<Vec<Stale>, StoreError> {
    let mut seen = Vec::new();
    let asked = Among {
        sql: "SELECT id, times FROM shared_stale WHERE collection = ?1 AND id IN ({among})",
        first: &values![collection],
    };
    let what = "read what has changed";
    store
        .read()
        .each_among(what, asked, &texts(ids), &mut |row| {
            let (id, times) = (row.take(0)?, row.number(1)?);
            seen.push(Stale { id, times });
            Ok(true)
        })?;
    Ok(seen)
}

/// Says that these were judged as they were when they were read: what has changed once more since is still to be
/// judged.
pub(super) fn judged(
    transaction: &Transaction<'_>,
    collection: i64,
    seen: &[Stale],
) -> Result<(), StoreError> {
    transaction.execute_all(
        "say what was judged",
        "DELETE FROM shared_stale WHERE collection = ?1 AND id = ?2 AND times = ?3",
        seen.iter()
            .map(|one| values![collection, &one.id, one.times].into()),
    )?;
    Ok(())
}

/// What is to be judged again in a collection.
pub fn stale(store: &Store, collection: i64) -> Result<Vec<String>, StoreError> {
    let rows = store.read().rows(
        "read what has changed",
        "SELECT id FROM shared_stale WHERE collection = ?1 ORDER BY id",
        &values![collection],
    )?;
    rows.iter().map(|row| row.text(0)).collect()
}
