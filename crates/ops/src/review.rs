//! Review: how a second person's yes becomes permission.
//!
//! An [`Approval`] is the only thing that lets anything act. It has no public constructor: it comes
//! from a stored yes ([`ApprovalRecord`]) that is checked, every time it is needed, against what
//! the plan or list is *now*, against the clock, and against who wrote it.

use avert_model::{Explain, Outcome, SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::people::{Actor, People, PeopleError, Role};

/// A yes, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRecord {
    /// The digest of exactly what was approved, in hexadecimal.
    pub digest: String,
    /// Who approved it.
    pub approved_by: String,
    /// When.
    pub approved_at: Timestamp,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
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

/// Says yes to what has this digest, of which the approver gives what they reviewed. `authors` are
/// all who had a hand in it; none of them may.
pub(crate) fn approve(
    by: &Actor,
    authors: &[String],
    digest: &str,
    reviewed: &str,
    now: Timestamp,
    validity: SignedDuration,
) -> Result<ApprovalRecord, ReviewError> {
    by.require(Role::Approver, "approve")?;
    if authors.iter().any(|author| author == by.name()) {
        return Err(ReviewError::OwnWork {
            name: by.name().to_owned(),
        });
    }
    if reviewed.len() < DIGEST_DIGITS {
        return Err(ReviewError::ShortDigest {
            digits: reviewed.len(),
        });
    }
    if !digest.starts_with(reviewed) {
        return Err(ReviewError::OtherDigest {
            reviewed: reviewed.to_owned(),
        });
    }
    let expires_at = now
        .checked_add(validity)
        .map_err(|_| ReviewError::Expired { at: now })?;
    Ok(ApprovalRecord {
        digest: digest.to_owned(),
        approved_by: by.name().to_owned(),
        approved_at: now,
        expires_at,
    })
}

/// Mints permission from a stored yes, if it still holds for what has this digest now.
pub(crate) fn mint(
    record: &ApprovalRecord,
    authors: &[String],
    digest: &str,
    people: &People,
    now: Timestamp,
) -> Result<Approval, ReviewError> {
    if record.digest != digest {
        return Err(ReviewError::Stale);
    }
    // Refused at approval already; checked again because the record may have been altered since.
    if authors.contains(&record.approved_by) {
        return Err(ReviewError::OwnWork {
            name: record.approved_by.clone(),
        });
    }
    // Whoever has left, or is trusted with it no more, has no yes that counts.
    people
        .actor(&record.approved_by)?
        .require(Role::Approver, "approve")?;
    if now >= record.expires_at {
        return Err(ReviewError::Expired {
            at: record.expires_at,
        });
    }
    Ok(Approval {
        digest: digest.to_owned(),
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
    /// The yes is too old.
    #[error("its approval expired at {at}")]
    Expired {
        /// When.
        at: Timestamp,
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
            Self::Stale => "review/approval-stale",
            Self::Expired { .. } => "review/approval-expired",
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
            Self::Stale | Self::Expired { .. } => Some("review it and approve it again".into()),
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
