//! Who said yes, and what that rests on: a signature, or only a name that somebody gave.

use avert_model::ApprovalSummary;

use super::prose::{Prose, on};
use super::words;

/// What is said of an approval that was given by name alone, wherever it is told.
pub(super) const BY_NAME_ONLY: &str = " by name only, not signed";

/// Who approved a plan or list, when, until when, and with which key; nothing where nobody did.
pub(super) fn told(approval: Option<&ApprovalSummary>) -> Option<Prose> {
    let approval = approval?;
    let prose = match &approval.signed_with {
        Some(key) => {
            let (kind, key) = match key.strip_prefix("passkey ") {
                Some(key) => ("the passkey ", key),
                None => ("", key.as_str()),
            };
            Prose::new("Approved by ")
                .name(&approval.by)
                .words(on(approval.at))
                .words(", signed with ")
                .words(kind)
                .code(&key)
        }
        None => Prose::default()
            .strong(format!("Approved{BY_NAME_ONLY}"))
            .words(": whoever gave it called themselves ")
            .name(&approval.by)
            .words(on(approval.at)),
    };
    Some(
        prose
            .words("; good until ")
            .words(words::moment(approval.expires_at))
            .words("."),
    )
}

/// The end of a sentence that says who approved something.
pub(super) fn ending(line: Prose, approval: Option<&ApprovalSummary>) -> Prose {
    match approval {
        Some(approval) if approval.signed_with.is_none() => line.words(BY_NAME_ONLY),
        _ => line,
    }
}
