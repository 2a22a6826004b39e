//! What has changed since it was judged: whoever reads next has it judged first.

use super::{ASKED_TOGETHER, places};
use crate::store::{Store, StoreError, Transaction, Value, values};

/// Says of objects of which something came that they are to be judged again wherever they are offered.
pub(crate) fn came(transaction: &Transaction<'_>, ids: &[String]) -> Result<(), StoreError> {
    for ids in ids.chunks(ASKED_TOGETHER) {
        let sql = format!(
            "INSERT INTO shared_stale (collection, id) SELECT DISTINCT w.collection, w.id \
             FROM shared_collections c CROSS JOIN shared_wanted w \
             WHERE w.collection = c.number AND w.id IN ({}) ON CONFLICT (collection, id) DO NOTHING",
            places(1, ids.len())
        );
        let values: Vec<Value> = ids.iter().map(Value::from).collect();
        transaction.execute("say what has changed", &sql, &values)?;
    }
    Ok(())
}

/// Says that markings mean something else: everything is to be judged again.
pub(crate) fn definitions_came(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction.execute(
        "say that markings mean something else",
        "UPDATE shared_collections SET rules = ''",
        &[],
    )?;
    Ok(())
}

/// Says that these were judged.
pub(super) fn judged(
    transaction: &Transaction<'_>,
    collection: i64,
    ids: &[String],
) -> Result<(), StoreError> {
    for ids in ids.chunks(ASKED_TOGETHER) {
        let sql = format!(
            "DELETE FROM shared_stale WHERE collection = ?1 AND id IN ({})",
            places(2, ids.len())
        );
        let mut values: Vec<Value> = values![collection].into();
        values.extend(ids.iter().map(Value::from));
        transaction.execute("say what was judged", &sql, &values)?;
    }
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
