//! What became of what partners sent: kept for a day, for them to ask, and of each the last few.

use avert_model::Timestamp;

use crate::store::{Store, StoreError, values};

/// For so long, in microseconds.
const KEPT: i64 = 24 * 3600 * 1_000_000;

/// Of each partner so many. A short request may have a long status: whoever sends on and on does not fill the store.
const MOST: i64 = 50;

/// Keeps what became of something that a partner sent, instead of what became of the oldest where there are many.
pub fn keep_status(
    store: &mut Store,
    now: Timestamp,
    (id, partner): (&str, &str),
    body: &str,
) -> Result<(), StoreError> {
    let now = now.as_microsecond();
    store.write(|transaction| {
        transaction.execute(
            "forget what became of things long ago",
            "DELETE FROM taxii_statuses WHERE at < ?1",
            &values![now - KEPT],
        )?;
        // This one comes besides: the clock may stand still, and it is the newest all the same.
        transaction.execute(
            "forget what became of a partner's oldest",
            "DELETE FROM taxii_statuses WHERE partner = ?1 AND id NOT IN (
                SELECT id FROM taxii_statuses WHERE partner = ?1 ORDER BY at DESC, id LIMIT ?2)",
            &values![partner, MOST - 1],
        )?;
        transaction.execute(
            "keep what became of something",
            "INSERT INTO taxii_statuses (id, partner, at, body) VALUES (?1, ?2, ?3, ?4)",
            &values![id, partner, now, body],
        )?;
        Ok(())
    })
}

/// What became of something that this partner sent.
pub fn status(store: &Store, id: &str, partner: &str) -> Result<Option<String>, StoreError> {
    let row = store.read().row(
        "read what became of something",
        "SELECT body FROM taxii_statuses WHERE id = ?1 AND partner = ?2",
        &values![id, partner],
    )?;
    row.map(|row| row.text(0)).transpose()
}
