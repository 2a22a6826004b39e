//! What a passkey answers, and whether that is a person's yes.
//!
//! An assertion of `WebAuthn` signs a challenge, the page on which it was given, and that somebody was there
//! and was recognised. The challenge of an approval is the hash of the message that an SSH key would sign,
//! so that both say the same, and whoever doubts one can check it with `openssl` and without Avert.
//!
//! Authenticators also count their signatures, to tell a key that was copied. That is not looked at: passkeys
//! that a person has on several devices always say 0, and a challenge is good for one approval only.
//!
//! Source: Web Authentication Level 2 (W3C), sections 5.8.1, 6.1, 7.1 and 7.2.

mod enrol;

use avert_model::{Explain, Outcome};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::people::{Actor, NoPasskey, Passkey, RelyingParty};

pub use enrol::{Registration, enrolled};

/// What a passkey has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    /// The passkey, as avert.toml has to give it to whoever approves.
    #[schemars(with = "String")]
    pub passkey: Passkey,
    /// `clientDataJSON`, byte for byte.
    #[serde(with = "in_base64")]
    #[schemars(with = "String")]
    pub client_data: Vec<u8>,
    /// `authenticatorData`, byte for byte.
    #[serde(with = "in_base64")]
    #[schemars(with = "String")]
    pub authenticator_data: Vec<u8>,
    /// The signature over the one and the hash of the other.
    #[serde(with = "in_base64")]
    #[schemars(with = "String")]
    pub signature: Vec<u8>,
}

/// Bytes as `base64 -d` reads them.
mod in_base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}

/// What a passkey has to sign for a [`message`](super::message()).
pub fn challenge(message: &str) -> [u8; 32] {
    sha256(message.as_bytes())
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let hash = digest(&SHA256, bytes);
    hash.as_ref().try_into().expect("SHA-256 is of 32 bytes")
}

/// Refuses an answer that is not of one of the person's passkeys, or not to this message.
pub(super) fn check(
    assertion: &Assertion,
    message: &str,
    giver: &Actor,
) -> Result<(), PasskeyError> {
    // The whole line counts: one that was enrolled for another page is another passkey.
    let theirs = giver.passkeys().iter();
    let passkey = theirs.into_iter().find(|own| **own == assertion.passkey);
    let passkey = passkey.ok_or_else(|| PasskeyError::NotTheirs {
        fingerprint: assertion.passkey.fingerprint(),
    })?;
    let party = passkey.relying_party();
    let (client_data, data) = (&assertion.client_data, &assertion.authenticator_data);
    said(client_data, "webauthn.get", &challenge(message), party)?;
    let told = Authenticator::read(data, party)?;
    // Extensions are signed with all the rest and mean nothing here; a key belongs into an enrolment.
    if told.has(ATTESTED) || told.rest.is_empty() == told.has(EXTENDED) {
        return Err(PasskeyError::AuthenticatorData);
    }
    let signed = [data.as_slice(), &sha256(client_data)].concat();
    if passkey.signed(&signed, &assertion.signature) {
        Ok(())
    } else {
        Err(PasskeyError::Signature)
    }
}

/// What the browser says of how a passkey was asked.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    purpose: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
}

/// Refuses what was not said on the relying party's page, to this challenge, and for this purpose.
fn said(
    client_data: &[u8],
    purpose: &'static str,
    challenge: &[u8],
    party: &RelyingParty,
) -> Result<(), PasskeyError> {
    let said: ClientData = serde_json::from_slice(client_data)
        .map_err(|error| PasskeyError::ClientData(error.to_string()))?;
    if said.purpose != purpose {
        return Err(PasskeyError::Purpose {
            found: said.purpose,
            wanted: purpose,
        });
    }
    if said.challenge != URL_SAFE_NO_PAD.encode(challenge) {
        return Err(PasskeyError::Challenge);
    }
    if said.origin != party.origin() {
        return Err(PasskeyError::Origin {
            found: said.origin,
            wanted: party.origin().to_owned(),
        });
    }
    if said.cross_origin {
        return Err(PasskeyError::CrossOrigin);
    }
    Ok(())
}

/// Somebody was there.
const PRESENT: u8 = 0x01;
/// It was made sure who: by a PIN, a finger, a face.
const VERIFIED: u8 = 0x04;
/// A key follows.
const ATTESTED: u8 = 0x40;
/// Extensions follow.
const EXTENDED: u8 = 0x80;

/// What the authenticator says.
struct Authenticator<'a> {
    flags: u8,
    /// What follows the counter.
    rest: &'a [u8],
}

impl<'a> Authenticator<'a> {
    /// Refuses what is for another relying party, or without a person who was recognised.
    fn read(data: &'a [u8], party: &RelyingParty) -> Result<Self, PasskeyError> {
        let cut = PasskeyError::AuthenticatorData;
        let Some((party_hash, data)) = data.split_first_chunk::<32>() else {
            return Err(cut);
        };
        let Some(([flags, _counter @ ..], rest)) = data.split_first_chunk::<5>() else {
            return Err(cut);
        };
        let read = Self {
            flags: *flags,
            rest,
        };
        if *party_hash != sha256(party.id().as_bytes()) {
            return Err(PasskeyError::RelyingParty {
                wanted: party.id().to_owned(),
            });
        }
        if !read.has(PRESENT) {
            return Err(PasskeyError::NotPresent);
        }
        if !read.has(VERIFIED) {
            return Err(PasskeyError::NotVerified);
        }
        Ok(read)
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// Why a passkey's answer does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// It is of somebody else, or was taken away.
    #[error("the configuration does not give them the passkey {fingerprint}")]
    NotTheirs {
        /// The passkey's.
        fingerprint: String,
    },
    /// No browser writes that.
    #[error("its client data cannot be read: {0}")]
    ClientData(String),
    /// It was asked for something else.
    #[error("it is a {found:?} and not a {wanted}")]
    Purpose {
        /// As what it was made.
        found: String,
        /// As what it would count.
        wanted: &'static str,
    },
    /// It answers something else.
    #[error("it was made for something else: its challenge is another one")]
    Challenge,
    /// It was given on another page.
    #[error("it was given on {found:?}, and the passkey is for {wanted}")]
    Origin {
        /// On which.
        found: String,
        /// On which it would count.
        wanted: String,
    },
    /// It was given within a page of somebody else.
    #[error("it was given inside another site's page")]
    CrossOrigin,
    /// It is too short, or goes on where it should end.
    #[error("its authenticator data is not of the length that it says")]
    AuthenticatorData,
    /// It is for another relying party.
    #[error("it is for another relying party than {wanted}")]
    RelyingParty {
        /// The one it should be for.
        wanted: String,
    },
    /// Nobody touched it.
    #[error("the authenticator did not see that anybody was there")]
    NotPresent,
    /// Anybody may have touched it.
    #[error("the authenticator did not make sure who was there (by PIN, finger or face)")]
    NotVerified,
    /// Something was changed, or another key signed.
    #[error("its signature is not of that passkey over this")]
    Signature,
    /// The ids of a new passkey differ.
    #[error("its credential id is not the one that the authenticator tells")]
    Credential,
    /// A key that Avert cannot check.
    #[error(
        "its key is neither of ES256 nor of Ed25519, in the form that authenticators have to use"
    )]
    Key,
    /// It cannot stand in the configuration.
    #[error(transparent)]
    Line(#[from] NoPasskey),
}

impl Explain for PasskeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotPresent | Self::NotVerified => "passkey/nobody-verified",
            Self::Origin { .. } | Self::CrossOrigin | Self::RelyingParty { .. } => {
                "passkey/other-page"
            }
            Self::Key => "passkey/key",
            _ => "passkey/refused",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NotPresent | Self::NotVerified => {
                "use an authenticator that asks for a PIN, a finger or a face, and let it".into()
            }
            Self::Origin { wanted, .. } => {
                format!("open {wanted}, or enrol a passkey for this page")
            }
            Self::Key => "use an authenticator with keys of ES256 or Ed25519".into(),
            _ => "try again from the beginning".into(),
        })
    }

    fn outcome(&self) -> Outcome {
        Outcome::Refused
    }
}
