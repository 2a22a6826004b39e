//! How far the collections of others were read.

use avert_model::Timestamp;

use crate::store::{Store, StoreError, values};

/// Where reading stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pulled {
    /// The collection that this is of, by its address. Another one is read from its beginning.
    pub address: String,
    /// What was put in up to then was read, in the server's own words.
    pub after: String,
    /// Where the page after the last one begins, in the server's words; empty if there was none.
    pub next: String,
}

/// How far a server's collection was read.
pub fn pulled(store: &Store, server: &str) -> Result<Option<Pulled>, StoreError> {
    let row = store.read().row(
        "read how far a server was read",
        "SELECT address, after, next FROM taxii_pulls WHERE server = ?1",
        &values![server],
    )?;
    row.map(|row| {
        Ok(Pulled {
            address: row.text(0)?,
            after: row.text(1)?,
            next: row.text(2)?,
        })
    })
    .transpose()
}

/// Remembers how far. What was read has to be kept before.
pub fn remember_pull(
    store: &mut Store,
    server: &str,
    pulled: &Pulled,
    now: Timestamp,
) -> Result<(), StoreError> {
    store.write(|transaction| {
        transaction.execute(
            "remember how far a server was read",
            "INSERT INTO taxii_pulls (server, address, after, next, at) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (server) DO UPDATE SET address = excluded.address, after = excluded.after, \
             next = excluded.next, at = excluded.at",
            &values![server, &pulled.address, &pulled.after, &pulled.next, now.to_string()],
        )?;
        Ok(())
    })
}

/// Forgets it: the next pull begins at the beginning.
pub fn forget_pull(store: &mut Store, server: &str) -> Result<(), StoreError> {
    store.write(|transaction| {
        transaction.execute(
            "forget how far a server was read",
            "DELETE FROM taxii_pulls WHERE server = ?1",
            &values![server],
        )?;
        Ok(())
    })
}
