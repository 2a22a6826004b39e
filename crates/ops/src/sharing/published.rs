//! What was published for everybody.

use avert_model::{CaseId, LedgerEntry, Recipient, Shared};
use serde_json::json;

use super::{SHARES, SharingError, ledger};
use crate::desk::Desk;
use crate::journal;
use crate::store::{Store, StoreError};

/// Enters what a case's public report tells everybody, before it goes out, and says how many of the entries are new: what
/// was published before, word for word, is entered once.
///
/// # Errors
/// Whoever asks is no liaison, or the store failed. Nothing was entered then.
pub fn publish(
    desk: &mut Desk<'_>,
    case: CaseId,
    entries: &[LedgerEntry],
) -> Result<usize, SharingError> {
    desk.actor.require(SHARES, "publish the report of a case")?;
    let mut new = Vec::new();
    for entry in entries {
        if !is_known(desk.store, entry)? {
            new.push(entry.clone());
        }
    }
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        ledger::append(transaction, &new)?;
        let detail = json!({ "objects": entries.len(), "new": new.len() });
        let case = case.to_string();
        journal::append(transaction, now, &by, "sharing/publish", &case, &detail)?;
        Ok::<_, StoreError>(())
    })?;
    Ok(new.len())
}

fn is_known(store: &Store, entry: &LedgerEntry) -> Result<bool, StoreError> {
    let LedgerEntry::Shared(Shared { digest, .. }) = entry else {
        return Ok(false);
    };
    let known = ledger::of_object(store, entry.object())?;
    Ok(known.iter().any(|known| {
        matches!(known, LedgerEntry::Shared(known)
            if known.to == Recipient::Public && known.digest == *digest)
    }))
}
