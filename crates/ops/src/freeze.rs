//! The switch that stops everything.
//!
//! While it is on, nothing begins outside: no account is acted on, none is put back, nobody is told
//! anything. Whoever is about to begin looks at it in the very transaction that writes the intent, and
//! four times a second besides: an intent that nobody has taken up by then is taken back. So nothing
//! begins a quarter of a second later. What was under way when it was turned on ends, and its result is
//! written.

use avert_model::{Explain, Outcome, Timestamp};
use serde::Serialize;
use serde_json::json;

use crate::desk::Desk;
use crate::journal;
use crate::people::{PeopleError, Role};
use crate::store::{Connection, Store, StoreError, parse, values};

/// That everything is stopped, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Freeze {
    /// Who turned it on.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, in their words.
    pub reason: String,
}

impl Freeze {
    /// What whoever was stopped by it can do.
    pub(crate) fn hint(&self) -> String {
        format!(
            "they said: {}. `avert --as RESPONDER thaw REASON` lets things begin again; nothing begins by itself",
            self.reason
        )
    }
}

/// Stops everything; on what is stopped already it does nothing. Anybody with a role may: stopping
/// must be quick, and harms nobody who is not harmed already.
pub fn freeze(desk: &mut Desk<'_>, reason: &str) -> Result<Freeze, FreezeError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        if let Some(standing) = find(transaction)? {
            return Ok(standing);
        }
        transaction.execute(
            "freeze",
            "INSERT INTO freezes (one, set_by, at, reason) VALUES (1, ?1, ?2, ?3)",
            &values![&by, now.to_string(), reason],
        )?;
        let detail = json!({ "reason_blake3": journal::proof_of(reason) });
        journal::append(transaction, now, &by, "freeze", "everything", &detail)?;
        Ok(Freeze {
            by,
            at: now,
            reason: reason.to_owned(),
        })
    })
}

/// Lets things begin again; nothing begins by itself. Needs a responder or an approver.
pub fn thaw(desk: &mut Desk<'_>, reason: &str) -> Result<(), FreezeError> {
    desk.actor
        .require(Role::Responder, "thaw")
        .or_else(|_| desk.actor.require(Role::Approver, "thaw"))?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let lifted = transaction.execute("thaw", "DELETE FROM freezes WHERE one = 1", &[])?;
        if lifted == 0 {
            return Err(FreezeError::NotFrozen);
        }
        let detail = json!({ "reason_blake3": journal::proof_of(reason) });
        journal::append(transaction, now, &by, "thaw", "everything", &detail)?;
        Ok(())
    })
}

/// Whether everything is stopped.
pub fn standing(store: &Store) -> Result<Option<Freeze>, StoreError> {
    find(store.read())
}

pub(crate) fn find(connection: &Connection) -> Result<Option<Freeze>, StoreError> {
    let found = connection.row(
        "ask whether everything is stopped",
        "SELECT set_by, at, reason FROM freezes WHERE one = 1",
        &[],
    )?;
    found
        .map(|row| {
            Ok(Freeze {
                by: row.text(0)?,
                at: parse("time", &row.text(1)?)?,
                reason: row.text(2)?,
            })
        })
        .transpose()
}

/// Why the switch was not turned.
#[derive(Debug, thiserror::Error)]
pub enum FreezeError {
    /// There is nothing to lift.
    #[error("nothing is frozen")]
    NotFrozen,
    /// The person may not.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Explain for FreezeError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFrozen => "freeze/not-frozen",
            Self::People(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotFrozen => None,
            Self::People(error) => error.hint(),
            Self::Store(error) => error.hint(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::NotFrozen => Outcome::Refused,
            Self::People(error) => error.outcome(),
            Self::Store(error) => error.outcome(),
        }
    }
}
