//! Who may sign in: passwords, invitations, sessions, and tokens for programs.
//!
//! What somebody may *do* stands in the configuration ([`crate::people`]); here is only how they show who
//! they are. Secrets are never kept: a password comes in as the hash that its owner's program made, tokens
//! as the hash of what was handed out ([`Proof`]). Whoever can write to the store can make themselves
//! anybody here, and still approves nothing where signatures are required: a yes takes its giver's own key.

mod error;
mod invitations;
mod passkeys;
mod sessions;
mod tokens;

pub use error::AccessError;
pub use invitations::{Invitation, accept, invite, invite_first, invited};
pub use passkeys::{Enrolled, enrolled, remember_passkey};
pub use sessions::{Session, begin, end, end_all_of, session, standing};
pub use tokens::{Scope, Token, make_token, revoke_token, token, tokens};

use std::collections::BTreeSet;
use std::fmt;

use crate::store::{Store, StoreError, values};

/// The hash of a secret that was handed out: enough to know it again, no use to whoever reads it.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof(String);

impl Proof {
    /// Of this secret. It has to be long and random: a fast hash protects nothing that can be guessed.
    pub fn of(secret: &str) -> Self {
        Self(blake3::hash(secret.as_bytes()).to_hex().to_string())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof(…)")
    }
}

/// The hash of somebody's password, as a PHC string; `None` for whoever has none.
pub fn password_of(store: &Store, person: &str) -> Result<Option<String>, StoreError> {
    let found = store.read().row(
        "read who may sign in",
        "SELECT password FROM passwords WHERE person = ?1",
        &values![person],
    )?;
    found.map(|row| row.text(0)).transpose()
}

/// Everybody who has a password.
pub fn with_password(store: &Store) -> Result<BTreeSet<String>, StoreError> {
    let found = store.read().rows(
        "read who may sign in",
        "SELECT person FROM passwords ORDER BY person",
        &[],
    )?;
    found.iter().map(|row| row.text(0)).collect()
}
