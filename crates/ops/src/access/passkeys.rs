//! Passkeys that people made. That one is here says only that somebody made it: it counts once the
//! configuration gives it to them.

use avert_model::Timestamp;
use serde_json::json;

use super::AccessError;
use crate::desk::Desk;
use crate::journal;
use crate::store::{Store, StoreError, parse, values};

/// A passkey as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// The id that its authenticator gave it.
    pub credential: String,
    /// The line that gives it to them in the configuration.
    pub line: String,
    /// When it was made.
    pub added_at: Timestamp,
}

/// Keeps a passkey that somebody made, so that an operator can be shown the line.
pub fn remember_passkey(
    desk: &mut Desk<'_>,
    credential: &str,
    line: &str,
) -> Result<Enrolled, AccessError> {
    let (now, person) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        transaction.put(
            "keep a passkey",
            "INSERT INTO passkeys (credential, person, line, added_at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (credential) DO UPDATE SET line = excluded.line, added_at = excluded.added_at \
             WHERE passkeys.person = excluded.person",
            &values![credential, &person, line, now.to_string()],
        )?;
        let detail = json!({ "credential_blake3": journal::proof_of(credential) });
        journal::append(transaction, now, &person, "access/passkey", &person, &detail)?;
        Ok(Enrolled {
            credential: credential.to_owned(),
            line: line.to_owned(),
            added_at: now,
        })
    })
}

/// The passkeys that somebody made, oldest first.
pub fn enrolled(store: &Store, person: &str) -> Result<Vec<Enrolled>, StoreError> {
    let found = store.read().rows(
        "list passkeys",
        "SELECT credential, line, added_at FROM passkeys WHERE person = ?1 ORDER BY added_at, credential",
        &values![person],
    )?;
    found
        .iter()
        .map(|row| {
            Ok(Enrolled {
                credential: row.text(0)?,
                line: row.text(1)?,
                added_at: parse("time", &row.text(2)?)?,
            })
        })
        .collect()
}
