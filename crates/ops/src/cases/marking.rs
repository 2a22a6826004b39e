//! How far a case may be told, when that changes.

use avert_model::{Case, CaseId, Tlp};
use serde_json::json;

use super::{CaseError, add_note, find};
use crate::desk::Desk;
use crate::journal;
use crate::people::Role;
use crate::store::values;

/// Marks a case anew, and enters from what to what; why is a note on the case. Needs a liaison, and may be done when the
/// case is closed. What was told before under another label is with whoever was told.
pub fn mark(desk: &mut Desk<'_>, id: CaseId, tlp: Tlp, reason: &str) -> Result<Case, CaseError> {
    desk.actor
        .require(Role::Liaison, "say how far a case may be told")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let before = find(transaction, id)?.tlp;
        transaction.execute(
            "mark the case",
            "UPDATE cases SET tlp = ?2 WHERE id = ?1",
            &values![id.number(), tlp.to_string()],
        )?;
        add_note(transaction, id, &by, now, reason)?;
        let detail =
            json!({ "from": before, "to": tlp, "reason_blake3": journal::proof_of(reason) });
        journal::append(transaction, now, &by, "case/mark", &id.to_string(), &detail)?;
        find(transaction, id)
    })
}
