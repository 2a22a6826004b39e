//! How a yes is given: it is prepared, signed, and taken. Whoever has a key at hand does all at once; a
//! passkey is asked elsewhere, and what comes back is checked as if nobody had prepared it.

use avert_model::{SignedDuration, Timestamp};

use super::passkey::challenge;
use super::seal::{self, Seal, Signer, message};
use super::{ApprovalRecord, DIGEST_DIGITS, ReviewError, Standing, Subject};
use crate::people::{Actor, Role};

/// How somebody says yes, who signs at once.
#[derive(Clone, Copy)]
pub struct Assent<'a> {
    /// What they reviewed: the digest, or its first [`DIGEST_DIGITS`] digits at least.
    pub reviewed: &'a str,
    /// How long their yes may be used.
    pub validity: SignedDuration,
    /// What signs for them, if anything does.
    pub signer: Option<&'a dyn Signer>,
}

/// A yes that waits for its signature. It is worth nothing: whoever hands it back signed
/// ([`Signed`]) is asked everything again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsigned {
    /// The yes, without a signature.
    pub record: ApprovalRecord,
    /// What is signed.
    pub message: String,
    /// What a passkey signs: the message's SHA-256.
    pub challenge: [u8; 32],
}

/// A yes that was prepared, and has come back signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The yes as it was prepared.
    pub record: &'a ApprovalRecord,
    /// Its signature.
    pub seal: &'a Seal,
    /// How long a yes may be used here.
    pub validity: SignedDuration,
}

/// How long somebody may take to sign what was prepared.
pub const TIME_TO_SIGN: SignedDuration = SignedDuration::from_mins(10);

/// How a yes comes.
pub(crate) enum Yes<'a> {
    /// Of somebody who signs now, if they have to.
    Now(&'a Assent<'a>),
    /// Of somebody who has signed.
    Signed(Signed<'a>),
}

impl Yes<'_> {
    /// From when on it would be worth nothing.
    pub(crate) fn ends_at(&self, now: Timestamp) -> Timestamp {
        match self {
            Self::Now(assent) => end(now, assent.validity).unwrap_or(Timestamp::MAX),
            Self::Signed(signed) => signed.record.expires_at,
        }
    }
}

fn end(at: Timestamp, validity: SignedDuration) -> Result<Timestamp, ReviewError> {
    at.checked_add(validity)
        .map_err(|_| ReviewError::Expired { at })
}

/// Where and when a yes is given.
#[derive(Clone, Copy)]
pub(crate) struct Here<'a> {
    /// What has become of it so far, in which store.
    pub(crate) standing: &'a Standing,
    pub(crate) now: Timestamp,
}

/// Says yes to something.
pub(crate) fn approve(
    by: &Actor,
    subject: &Subject,
    yes: &Yes<'_>,
    here: Here<'_>,
) -> Result<ApprovalRecord, ReviewError> {
    match *yes {
        Yes::Now(assent) => {
            let unsigned = prepare(by, subject, (assent.reviewed, assent.validity), here)?;
            let signer = assent.signer;
            let seal = signer
                .map(|signer| sign(by, &unsigned, signer))
                .transpose()?;
            accept(by, subject, (&unsigned.record, seal), assent.validity, here)
        }
        Yes::Signed(signed) => {
            let seal = Some(signed.seal.clone());
            here.standing.not_since(signed.record)?;
            accept(by, subject, (signed.record, seal), signed.validity, here)
        }
    }
}

/// A yes to what somebody reviewed, for so long.
pub(crate) fn prepare(
    by: &Actor,
    subject: &Subject,
    (reviewed, validity): (&str, SignedDuration),
    Here { standing, now }: Here<'_>,
) -> Result<Unsigned, ReviewError> {
    admit(by, subject, reviewed)?;
    let record = ApprovalRecord {
        store: standing.store().to_owned(),
        digest: subject.digest.clone(),
        approved_by: by.name().to_owned(),
        approved_at: now,
        expires_at: end(now, validity)?,
        signature: None,
    };
    let message = message(&subject.id, &record);
    Ok(Unsigned {
        challenge: challenge(&message),
        message,
        record,
    })
}

fn sign(by: &Actor, unsigned: &Unsigned, signer: &dyn Signer) -> Result<Seal, ReviewError> {
    let signature = signer.sign(unsigned.message.as_bytes(), by.keys());
    let armoured = signature.map_err(|why| ReviewError::CannotSign {
        name: by.name().to_owned(),
        why,
    })?;
    Ok(Seal::Ssh(armoured))
}

/// Takes a yes, of which nothing is believed.
fn accept(
    by: &Actor,
    subject: &Subject,
    (record, signature): (&ApprovalRecord, Option<Seal>),
    validity: SignedDuration,
    Here { standing, now }: Here<'_>,
) -> Result<ApprovalRecord, ReviewError> {
    admit(by, subject, &record.digest)?;
    if record.store != standing.store() {
        return Err(ReviewError::Elsewhere);
    }
    let why = if record.digest != subject.digest {
        Some("it does not say the whole digest".to_owned())
    } else if record.approved_by != by.name() {
        Some(format!("it is a yes of {}", record.approved_by))
    } else if record.approved_at > now {
        Some(format!(
            "it is of {}, and now it is {now}",
            record.approved_at
        ))
    } else if now.duration_since(record.approved_at) > TIME_TO_SIGN {
        let minutes = TIME_TO_SIGN.as_mins();
        let at = record.approved_at;
        Some(format!("it is of {at}, more than {minutes} minutes ago"))
    } else if record.expires_at != end(record.approved_at, validity)? {
        Some(format!("it would hold until {}", record.expires_at))
    } else {
        None
    };
    if let Some(why) = why {
        return Err(ReviewError::NotAsPrepared { why });
    }
    let record = ApprovalRecord {
        signature,
        ..record.clone()
    };
    seal::check(&subject.id, &record, by)?;
    Ok(record)
}

/// Refuses whoever may not approve it, or reviewed something else.
fn admit(by: &Actor, subject: &Subject, reviewed: &str) -> Result<(), ReviewError> {
    by.require(Role::Approver, "approve")?;
    if subject.authors.iter().any(|author| author == by.name()) {
        return Err(ReviewError::OwnWork {
            name: by.name().to_owned(),
        });
    }
    if reviewed.len() < DIGEST_DIGITS {
        return Err(ReviewError::ShortDigest {
            digits: reviewed.len(),
        });
    }
    if !subject.digest.starts_with(reviewed) {
        return Err(ReviewError::OtherDigest {
            reviewed: reviewed.to_owned(),
        });
    }
    Ok(())
}
