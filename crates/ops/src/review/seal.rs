//! What an approver signs, and whether a signature is theirs.
//!
//! A signature is in the format of OpenSSH (`sshsig`), so that whoever doubts an approval can check it
//! with `ssh-keygen -Y verify` and without Avert.

use avert_model::Timestamp;
use serde::Serialize;
use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use super::{ApprovalRecord, ReviewError};
use crate::people::Actor;

/// What a signature is for: one made for another purpose is none here.
pub const NAMESPACE: &str = "avert-approval";

/// Signs with an approver's own key.
///
/// The person behind it may be asked, so that it can take its time. A signature that could not be made
/// is an error, and nothing was approved.
pub trait Signer {
    /// The armoured `sshsig` signature of a message, for [`NAMESPACE`], by one of these keys.
    ///
    /// # Errors
    /// In plain words, what stands in the way.
    fn sign(&self, message: &[u8], keys: &[PublicKey]) -> Result<String, String>;
}

/// Signs with a key that is at hand.
///
/// # Errors
/// What the key says.
pub fn sign_with(key: &PrivateKey, message: &[u8]) -> Result<String, ssh_key::Error> {
    key.sign(NAMESPACE, HashAlg::Sha512, message)?
        .to_pem(LineEnding::LF)
}

/// Exactly what is signed: a line of JSON that names the store, the thing, what it says, who approves it
/// and from when to when. Another store, plan, digest, person or time is another message.
#[derive(Serialize)]
struct Message<'a> {
    avert: &'static str,
    store: &'a str,
    subject: &'a str,
    digest: &'a str,
    approved_by: &'a str,
    approved_at: Timestamp,
    expires_at: Timestamp,
}

/// The message of a yes to a plan or list.
pub fn message(subject: &str, record: &ApprovalRecord) -> String {
    let message = Message {
        avert: "approval 2",
        store: &record.store,
        subject,
        digest: &record.digest,
        approved_by: &record.approved_by,
        approved_at: record.approved_at,
        expires_at: record.expires_at,
    };
    let mut text = crate::store::to_json(&message);
    text.push('\n');
    text
}

/// Refuses a yes that is not signed by its giver, unless names will do here. `giver` is what the
/// configuration says of them now: a key that was taken from them counts no more.
pub(super) fn check(
    subject: &str,
    record: &ApprovalRecord,
    giver: &Actor,
) -> Result<(), ReviewError> {
    let Some(signature) = &record.signature else {
        if giver.name_will_do() {
            return Ok(());
        }
        return Err(ReviewError::Unsigned {
            name: giver.name().to_owned(),
        });
    };
    let wrong = |why: String| ReviewError::Signature {
        name: giver.name().to_owned(),
        why,
    };
    let signature = SshSig::from_pem(signature).map_err(|error| wrong(error.to_string()))?;
    let mut theirs = giver.keys().iter();
    let key = theirs.find(|key| key.key_data() == signature.public_key());
    let key = key.ok_or_else(|| {
        let made_by = PublicKey::from(signature.public_key().clone());
        let fingerprint = made_by.fingerprint(HashAlg::Sha256);
        wrong(format!(
            "the configuration does not give them the key {fingerprint}"
        ))
    })?;
    key.verify(NAMESPACE, message(subject, record).as_bytes(), &signature)
        .map_err(|_| wrong("it was made for something else".to_owned()))
}

/// The fingerprint of the key that signed a yes, as `ssh-keygen -l` prints it; `None` if it is not signed
/// or what stands there is no signature.
pub fn signed_with(record: &ApprovalRecord) -> Option<String> {
    let signature = SshSig::from_pem(record.signature.as_ref()?).ok()?;
    let key = PublicKey::from(signature.public_key().clone());
    Some(key.fingerprint(HashAlg::Sha256).to_string())
}
