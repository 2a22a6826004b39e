//! What has changed since it was judged: whoever reads next has it judged first.

use super::texts;
use crate::store::{Among, Store, StoreError, Transaction, values};

/// What stands behind the rules of a collection that is no longer settled by them, once for each time.
pub const UNSETTLED: char = '#';

/// Says of objects of which something came that they are to be judged again wherever they are offered.
pub(crate) fn came(transaction: &Transaction<'_>, ids: &[String]) -> Result<(), StoreError> {
    let asked = Among {
        sql: "INSERT INTO shared_stale (collection, id) SELECT DISTINCT collection, id FROM shared_wanted \
              WHERE id IN ({among}) ON CONFLICT (collection, id) DO NOTHING",
        first: &[],
    };
    transaction.execute_among("say what has changed", asked, &texts(ids))
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

/// Says that these were judged.
pub(super) fn judged(
    transaction: &Transaction<'_>,
    collection: i64,
    ids: &[String],
) -> Result<(), StoreError> {
    let asked = Among {
        sql: "DELETE FROM shared_stale WHERE collection = ?1 AND id IN ({among})",
        first: &values![collection],
    };
    transaction.execute_among("say what was judged", asked, &texts(ids))
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
