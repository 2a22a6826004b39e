//! How far the collections of others were read, and what they took.

use std::collections::BTreeSet;

use avert_model::{LedgerEntry, Timestamp};
use serde_json::json;

use super::{SHARES, SharingError, ledger};
use crate::desk::Desk;
use crate::intel::digest;
use crate::journal;
use crate::store::{Among, Row, Store, StoreError, Value, values};

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

impl Pulled {
    /// Further in the same collection.
    #[must_use]
    pub fn with(&self, after: &str, next: &str) -> Self {
        Self {
            address: self.address.clone(),
            after: after.to_owned(),
            next: next.to_owned(),
        }
    }
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

/// Which of these texts, each with its object's id, a server has taken before.
pub fn pushed(
    store: &Store,
    server: &str,
    texts: &[(String, String)],
) -> Result<BTreeSet<(String, String)>, StoreError> {
    let asked = Among {
        sql: "SELECT object, digest FROM taxii_pushes WHERE server = ?1 AND object IN ({among})",
        first: &values![server],
    };
    let ids: Vec<Value> = texts.iter().map(|(id, _)| Value::from(id)).collect();
    let mut known = BTreeSet::new();
    let each = &mut |row: &mut Row| {
        known.insert((row.take(0)?, row.take(1)?));
        Ok(true)
    };
    store
        .read()
        .each_among("read what was sent", asked, &ids, each)?;
    let is_known = |text: &&(String, String)| known.contains(&(text.0.clone(), digest(&text.1)));
    Ok(texts.iter().filter(is_known).cloned().collect())
}

/// Enters what is about to be sent to a partner's server: an entry too many is a question to ask, one too few a
/// retraction that misses somebody.
pub fn about_to_push(
    desk: &mut Desk<'_>,
    server: &str,
    entries: &[LedgerEntry],
) -> Result<(), SharingError> {
    desk.actor.require(SHARES, "send something to partners")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        ledger::append(transaction, entries)?;
        let detail = json!({ "objects": entries.len() });
        journal::append(transaction, now, &by, "sharing/push", server, &detail)?;
        Ok(())
    })
}

/// Remembers what a server took.
pub fn remember_push(
    store: &mut Store,
    server: &str,
    texts: &[(String, String)],
) -> Result<(), StoreError> {
    store.write(|transaction| {
        transaction.execute_all(
            "remember what was sent",
            "INSERT INTO taxii_pushes (server, object, digest) VALUES (?1, ?2, ?3) \
             ON CONFLICT (server, object, digest) DO NOTHING",
            texts
                .iter()
                .map(|(id, text)| values![server, id, digest(text)].into()),
        )?;
        Ok(())
    })
}
