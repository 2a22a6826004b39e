//! Where the accounts of a finding or case are drawn, kept so that everybody sees the same map.

use avert_model::Clock;

use crate::store::{Store, StoreError, values};

/// The places that were kept for this, if they are of exactly what is to be drawn now.
pub fn find(store: &Store, subject: &str, digest: &str) -> Result<Option<String>, StoreError> {
    let found = store.read().row(
        "read a map",
        "SELECT body FROM maps WHERE subject = ?1 AND digest = ?2",
        &values![subject, digest],
    )?;
    found.map(|row| row.text(0)).transpose()
}

/// Keeps the places of what has this digest, instead of those kept before.
pub fn keep(
    store: &mut Store,
    clock: &dyn Clock,
    (subject, digest): (&str, &str),
    body: &str,
) -> Result<(), StoreError> {
    let now = clock.now().to_string();
    store.write(|transaction| {
        transaction.put(
            "keep a map",
            "INSERT INTO maps (subject, digest, body, made_at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (subject) DO UPDATE SET digest = excluded.digest, body = excluded.body, \
             made_at = excluded.made_at",
            &values![subject, digest, body, now],
        )
    })
}
