//! What an approver signs, and whether a signature is theirs.
//!
//! A signature is in the format of OpenSSH (`sshsig`), or the answer of a passkey: whoever doubts an approval
//! can check it with `ssh-keygen -Y verify`, or with `openssl`, and without Avert.

use avert_model::Timestamp;
use serde::{Deserialize, Serialize};
use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use super::passkey::{self, Assertion};
use super::{ApprovalRecord, ReviewError};
use crate::people::Actor;

/// What a signature is for: one made for another purpose is none here.
pub const NAMESPACE: &str = "avert-approval";

/// A signature over [`message`]. In JSON the one is a text and the other an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Seal {
    /// Of an SSH key: armoured, as `ssh-keygen -Y verify` reads it.
    Ssh(String),
    /// Of a passkey.
    Passkey(Box<Assertion>),
}

impl From<Assertion> for Seal {
    fn from(assertion: Assertion) -> Self {
        Self::Passkey(Box::new(assertion))
    }
}

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
    let message = message(subject, record);
    let checked = match &record.signature {
        Some(Seal::Ssh(armoured)) => check_ssh(armoured, &message, giver),
        Some(Seal::Passkey(assertion)) => {
            passkey::check(assertion, &message, giver).map_err(|error| error.to_string())
        }
        None if giver.name_will_do() => Ok(()),
        None => {
            return Err(ReviewError::Unsigned {
                name: giver.name().to_owned(),
            });
        }
    };
    checked.map_err(|why| ReviewError::Signature {
        name: giver.name().to_owned(),
        why,
    })
}

fn check_ssh(armoured: &str, message: &str, giver: &Actor) -> Result<(), String> {
    let signature = SshSig::from_pem(armoured).map_err(|error| error.to_string())?;
    let mut theirs = giver.keys().iter();
    let key = theirs.find(|key| key.key_data() == signature.public_key());
    let key = key.ok_or_else(|| {
        let made_by = PublicKey::from(signature.public_key().clone());
        let fingerprint = made_by.fingerprint(HashAlg::Sha256);
        format!("the configuration does not give them the key {fingerprint}")
    })?;
    key.verify(NAMESPACE, message.as_bytes(), &signature)
        .map_err(|_| "it was made for something else".to_owned())
}

/// The key that signed a yes: the fingerprint of an SSH key as `ssh-keygen -l` prints it, or `passkey` and
/// the one of a passkey. `None` if it is not signed or what stands there is no signature.
pub fn signed_with(record: &ApprovalRecord) -> Option<String> {
    match record.signature.as_ref()? {
        Seal::Ssh(armoured) => {
            let signature = SshSig::from_pem(armoured).ok()?;
            let key = PublicKey::from(signature.public_key().clone());
            Some(key.fingerprint(HashAlg::Sha256).to_string())
        }
        Seal::Passkey(assertion) => Some(format!("passkey {}", assertion.passkey.fingerprint())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::people::{Algorithm, Passkey, RelyingParty};

    fn of_passkey(client_data: Vec<u8>, authenticator_data: Vec<u8>, signature: Vec<u8>) -> Seal {
        let party = RelyingParty::new("example.org", "https://example.org").unwrap();
        let passkey = Passkey::new(Algorithm::EdDsa, b"id", &[7; 32], party).unwrap();
        let assertion = Assertion {
            passkey,
            client_data,
            authenticator_data,
            signature,
        };
        assertion.into()
    }

    #[test]
    fn what_was_stored_before_there_were_passkeys_reads_as_it_did() {
        let stored = r#"{"store":"s","digest":"d","approved_by":"omar","approved_at":
            "2017-12-18T12:00:00Z","expires_at":"2017-12-21T12:00:00Z","signature":"-----BEGIN"}"#;
        let read: ApprovalRecord = serde_json::from_str(stored).unwrap();
        assert_eq!(read.signature, Some(Seal::Ssh("-----BEGIN".to_owned())));
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(written["signature"], "-----BEGIN");
        let stored = stored.replace(r#","signature":"-----BEGIN""#, "");
        let read: ApprovalRecord = serde_json::from_str(&stored).unwrap();
        assert_eq!(read.signature, None);
    }

    #[test]
    fn a_signature_that_is_neither_cannot_be_read() {
        let whole = serde_json::to_value(of_passkey(vec![1], vec![2], vec![3])).unwrap();
        for field in ["passkey", "client_data", "authenticator_data", "signature"] {
            let mut other = whole.clone();
            other[field] = "*".into();
            assert!(serde_json::from_value::<Seal>(other).is_err(), "{field}");
            let mut less = whole.clone();
            less.as_object_mut().unwrap().remove(field);
            assert!(serde_json::from_value::<Seal>(less).is_err(), "{field}");
        }
        let mut more = whole;
        more["more"] = "".into();
        assert!(serde_json::from_value::<Seal>(more).is_err());
    }

    proptest! {
        #[test]
        fn a_signature_is_read_as_it_was_written(
            text in ".*",
            client_data in prop::collection::vec(any::<u8>(), 0..200),
            authenticator_data in prop::collection::vec(any::<u8>(), 0..200),
            signature in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            for seal in [Seal::Ssh(text), of_passkey(client_data, authenticator_data, signature)] {
                let stored = crate::store::to_json(&seal);
                prop_assert_eq!(serde_json::from_str::<Seal>(&stored).unwrap(), seal);
            }
        }
    }
}
