//! What stands on a warning list and may be acted on all the same: who let it, and why.
//!
//! A warning list keeps what is honest from being acted on. Lifting that for one indicator is a decision like a yes
//! to a takedown, so whoever may give one may lift it, and the journal has it. The indicator and the reason may name
//! people: they are kept with the indicators, and the journal holds their hashes.

use avert_model::{Explain, Outcome};
use serde_json::json;

use crate::desk::Desk;
use crate::journal;
use crate::people::{PeopleError, Role};
use crate::store::StoreError;

/// Writes down that an indicator may be acted on although a warning list has it. Whoever keeps what was said of
/// indicators does so after this: what is written down and not done is harmless, and may be repeated.
///
/// # Errors
/// Whoever asks is no approver, or the store failed. Nothing was written then.
pub fn lift(desk: &mut Desk<'_>, indicator: &str, reason: &str) -> Result<(), WarningsError> {
    let act = "let something on a warning list be acted on";
    desk.actor.require(Role::Approver, act)?;
    write(desk, "indicators/allow", indicator, reason)
}

/// Writes down that this holds no longer. Anybody with a name may be careful.
///
/// # Errors
/// The store failed. Nothing was written then.
pub fn put_back(desk: &mut Desk<'_>, indicator: &str, reason: &str) -> Result<(), WarningsError> {
    write(desk, "indicators/disallow", indicator, reason)
}

fn write(
    desk: &mut Desk<'_>,
    act: &str,
    indicator: &str,
    reason: &str,
) -> Result<(), WarningsError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let detail = json!({
        "indicator_blake3": journal::proof_of(indicator),
        "reason_blake3": journal::proof_of(reason),
    });
    desk.store.write(|transaction| {
        journal::append(transaction, now, &by, act, "indicator", &detail)?;
        Ok::<_, StoreError>(())
    })?;
    Ok(())
}

/// Why a warning list still holds, or holds no longer.
#[derive(Debug, thiserror::Error)]
pub enum WarningsError {
    /// The person may not.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Explain for WarningsError {
    fn code(&self) -> &'static str {
        match self {
            Self::People(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::People(error) => error.hint(),
            Self::Store(error) => error.hint(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::People(error) => error.outcome(),
            Self::Store(error) => error.outcome(),
        }
    }
}
