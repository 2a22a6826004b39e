//! Review: how a second person's yes becomes permission.
//!
//! An [`Approval`] is the only thing that lets anything act. It has no public constructor: it comes
//! from a stored yes ([`ApprovalRecord`]) that is checked, every time it is needed, against what
//! the plan or list is *now*, against the clock, and against who wrote it.

mod give;
pub mod passkey;
mod seal;
mod standing;

use avert_model::{ApprovalSummary, Explain, Outcome, Timestamp};
use serde::{Deserialize, Serialize};

use crate::people::{People, PeopleError, Role};

pub(crate) use give::{Here, Yes, approve, prepare};
pub(crate) use standing::{Standing, Use};

pub use give::{Assent, Signed, TIME_TO_SIGN, Unsigned};
pub use seal::{NAMESPACE, Seal, Signer, message, sign_with, signed_with};

/// A yes, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ApprovalRecord {
    /// The store in which it was given, by its own name: it counts in no other.
    #[serde(default)]
    pub store: String,
    /// The digest of exactly what was approved, in hexadecimal.
    pub digest: String,
    /// Who approved it.
    pub approved_by: String,
    /// When.
    pub approved_at: Timestamp,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
    /// The approver's signature over [`message`]. Without one, somebody only said who they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Seal>,
}

impl ApprovalRecord {
    /// The yes as a report tells it.
    pub(crate) fn summary(&self) -> ApprovalSummary {
        ApprovalSummary {
            by: self.approved_by.clone(),
            at: self.approved_at,
            expires_at: self.expires_at,
            signed_with: signed_with(self),
        }
    }

    /// What the journal keeps of it; `was` is the state in which it was given.
    pub(crate) fn journaled(&self, was: &str) -> serde_json::Value {
        serde_json::json!({
            "digest": self.digest,
            "approved_at": self.approved_at,
            "expires": self.expires_at,
            "was": was,
            "signed_with": signed_with(self),
        })
    }
}

/// Permission to act on exactly one thing, now. Cannot be made, copied or kept outside this crate.
#[derive(Debug)]
pub struct Approval {
    digest: String,
}

impl Approval {
    /// Whether it is for the thing that has this digest. Checked where the effects begin, so that a
    /// permission minted for one plan can never be handed to another.
    pub(crate) fn covers(&self, digest: &str) -> bool {
        self.digest == digest
    }
}

/// The fewest digits of a digest that say which one is meant. Whoever drafts a plan can make many
/// variants of it: so many digits that no two of them can be made alike.
pub const DIGEST_DIGITS: usize = 32;

/// What is approved.
pub(crate) struct Subject {
    /// Its id.
    pub(crate) id: String,
    /// The digest of what it says now.
    pub(crate) digest: String,
    /// All who had a hand in it: none of them may approve it.
    pub(crate) authors: Vec<String>,
}

/// Mints permission from a stored yes, if it still holds for what the subject says now.
pub(crate) fn mint(
    record: &ApprovalRecord,
    subject: &Subject,
    people: &People,
    (standing, to): (&Standing, Use),
    now: Timestamp,
) -> Result<Approval, ReviewError> {
    if record.digest != subject.digest {
        return Err(ReviewError::Stale);
    }
    // Refused at approval already; checked again because the record may have been altered since.
    if subject.authors.contains(&record.approved_by) {
        return Err(ReviewError::OwnWork {
            name: record.approved_by.clone(),
        });
    }
    // Whoever has left, or is trusted with it no more, has no yes that counts.
    let giver = people.actor(&record.approved_by)?;
    giver.require(Role::Approver, "approve")?;
    seal::check(&subject.id, record, &giver)?;
    standing.check(record, to)?;
    if now >= record.expires_at {
        return Err(ReviewError::Expired {
            at: record.expires_at,
        });
    }
    Ok(Approval {
        digest: subject.digest.clone(),
    })
}

/// Why something is not permitted. Nothing was changed on the outside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// Two pairs of eyes belong to two people.
    #[error("{name} had a hand in it and cannot approve it too")]
    OwnWork {
        /// Who tried.
        name: String,
    },
    /// What was reviewed is not what is there. What its digest is now is not said: it is there to be
    /// read with the thing itself.
    #[error("it is not what you reviewed: its digest does not begin with {reviewed}")]
    OtherDigest {
        /// The digest that the approver gave.
        reviewed: String,
    },
    /// So few digits do not say which thing was reviewed.
    #[error("{digits} digits do not say what you reviewed")]
    ShortDigest {
        /// How many were given.
        digits: usize,
    },
    /// It changed after the yes.
    #[error("it was changed after approval")]
    Stale,
    /// It was given before approvals named their store.
    #[error("its approval is of an earlier version and names no store")]
    OfOldVersion,
    /// What would be carried on was never begun.
    #[error("the journal does not know that it was begun")]
    NotBegun,
    /// It was given in another store.
    #[error("its approval was given in another store")]
    Elsewhere,
    /// It was taken back or used since.
    #[error("its approval was ended by row {row} of the journal: {act} by {by}")]
    Spent {
        /// Who ended it.
        by: String,
        /// The act.
        act: String,
        /// The row.
        row: u64,
    },
    /// The journal's last yes is another one, or there is none.
    #[error("the journal does not know its approval, or knows a later one")]
    NotTheLast,
    /// The yes is too old.
    #[error("its approval expired at {at}")]
    Expired {
        /// When.
        at: Timestamp,
    },
    /// The yes runs out before what it is for may begin.
    #[error("its approval runs out at {at}, before it may begin at {start}")]
    EndsBefore {
        /// When the yes runs out.
        at: Timestamp,
        /// When it may begin.
        start: Timestamp,
    },
    /// Somebody said yes without signing, and that is not enough here.
    #[error("{name} has to sign it")]
    Unsigned {
        /// Who.
        name: String,
    },
    /// What was handed in signed cannot be what was prepared here and now.
    #[error("the yes that was signed cannot be taken: {why}")]
    NotAsPrepared {
        /// What is wrong.
        why: String,
    },
    /// The signature could not be made.
    #[error("{name} could not sign it: {why}")]
    CannotSign {
        /// Who tried.
        name: String,
        /// What stands in the way.
        why: String,
    },
    /// The signature is not that of the person, or not for this.
    #[error("the signature is not {name}'s for this: {why}")]
    Signature {
        /// Whose it should be.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// The person may not.
    #[error(transparent)]
    People(#[from] PeopleError),
}

impl Explain for ReviewError {
    fn code(&self) -> &'static str {
        match self {
            Self::OwnWork { .. } => "review/own-work",
            Self::OtherDigest { .. } => "review/other-digest",
            Self::ShortDigest { .. } => "review/short-digest",
            Self::Stale | Self::OfOldVersion => "review/approval-stale",
            Self::Elsewhere | Self::Spent { .. } | Self::NotTheLast | Self::NotBegun => {
                "review/approval-replayed"
            }
            Self::Expired { .. } => "review/approval-expired",
            Self::EndsBefore { .. } => "review/approval-ends-before",
            Self::Unsigned { .. } => "review/unsigned",
            Self::NotAsPrepared { .. } => "review/not-as-prepared",
            Self::CannotSign { .. } => "review/cannot-sign",
            Self::Signature { .. } => "review/signature",
            Self::People(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::OwnWork { .. } => Some("a second person with the role approver has to".into()),
            Self::OtherDigest { .. } => {
                Some("it was changed since, or you read another one: look at it again".into())
            }
            Self::ShortDigest { .. } => Some(format!(
                "give at least {DIGEST_DIGITS} digits of its digest"
            )),
            Self::Stale | Self::OfOldVersion | Self::Expired { .. } => {
                Some("review it and approve it again".into())
            }
            Self::Elsewhere | Self::Spent { .. } | Self::NotTheLast | Self::NotBegun => Some(
                "somebody wrote an approval into the store that does not belong there: compare the \
                 journal with a checkpoint, then review it and approve it again"
                    .into(),
            ),
            Self::EndsBefore { .. } => Some(
                "approve it nearer to its start, give approvals longer ([review] approval_hours), or \
                 let it begin earlier"
                    .into(),
            ),
            Self::Unsigned { name } => Some(format!(
                "give [people.{name}] their keys or passkeys, and sign with --key FILE, an ssh-agent or a \
                 passkey"
            )),
            Self::NotAsPrepared { .. } => Some("look at it again, and sign it again".into()),
            Self::CannotSign { .. } => Some(
                "use a key that the configuration gives you; one with a passphrase is used through \
                 ssh-agent"
                    .into(),
            ),
            Self::Signature { .. } => {
                Some("whoever may approve it has to review it and sign again".into())
            }
            Self::People(error) => error.hint(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::People(error) => error.outcome(),
            _ => Outcome::Refused,
        }
    }
}
