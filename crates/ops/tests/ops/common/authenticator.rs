//! An authenticator made of software: what a browser would hand on of a passkey.

use avert_ops::people::Passkey;
use avert_ops::review::passkey::{Assertion, Registration, enrolled};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};

pub(crate) const PARTY: &str = "example.org";
pub(crate) const ORIGIN: &str = "https://avert.example.org";

/// Somebody was there, and was recognised.
pub(crate) const VERIFIED: u8 = 0x05;

enum Key {
    Es256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A device with one passkey on it.
pub(crate) struct Authenticator {
    pub(crate) credential: Vec<u8>,
    key: Key,
}

/// How a passkey is asked, and what it is made to say.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) purpose: &'static str,
    pub(crate) origin: &'static str,
    pub(crate) party: &'static str,
    pub(crate) more: &'static str,
    pub(crate) flags: u8,
    /// What follows the counter.
    pub(crate) rest: Vec<u8>,
}

impl Asked {
    /// As a browser asks on the right page.
    pub(crate) fn rightly() -> Self {
        Self {
            purpose: "webauthn.get",
            origin: ORIGIN,
            party: PARTY,
            more: r#","crossOrigin":false,"other_keys_can_be_added_here":"do not compare""#,
            flags: VERIFIED,
            rest: vec![],
        }
    }

    pub(crate) fn client_data(&self, challenge: &[u8]) -> Vec<u8> {
        let challenge = URL_SAFE_NO_PAD.encode(challenge);
        let (purpose, origin, more) = (self.purpose, self.origin, self.more);
        format!(r#"{{"type":"{purpose}","challenge":"{challenge}","origin":"{origin}"{more}}}"#)
            .into_bytes()
    }

    pub(crate) fn authenticator_data(&self) -> Vec<u8> {
        let party = digest(&SHA256, self.party.as_bytes());
        [party.as_ref(), &[self.flags], &[0; 4], &self.rest].concat()
    }
}

impl Authenticator {
    /// With a new key of P-256.
    pub(crate) fn new() -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &random).unwrap();
        Self {
            credential: key.public_key().as_ref()[1..21].to_vec(),
            key: Key::Es256(key),
        }
    }

    /// With a key of Ed25519, from this seed.
    pub(crate) fn with_seed(seed: &[u8; 32]) -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(seed).unwrap();
        Self {
            credential: key.public_key().as_ref()[..16].to_vec(),
            key: Key::Ed25519(key),
        }
    }

    /// The key as an authenticator tells it.
    pub(crate) fn cose(&self) -> Vec<u8> {
        match &self.key {
            Key::Es256(key) => {
                let point = &key.public_key().as_ref()[1..];
                let head = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20";
                [head, &point[..32], b"\x22\x58\x20", &point[32..]].concat()
            }
            Key::Ed25519(key) => {
                let head = b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20";
                [head, key.public_key().as_ref()].concat()
            }
        }
    }

    /// What follows the counter at an enrolment.
    pub(crate) fn attested(&self) -> Vec<u8> {
        let length = u16::try_from(self.credential.len()).unwrap();
        let cose = self.cose();
        [&[0; 16], &length.to_be_bytes()[..], &self.credential, &cose].concat()
    }

    /// How it is enrolled.
    pub(crate) fn creation(&self) -> Asked {
        Asked {
            purpose: "webauthn.create",
            flags: VERIFIED | 0x40,
            rest: self.attested(),
            ..Asked::rightly()
        }
    }

    /// Its passkey, as it would stand in the configuration.
    pub(crate) fn passkey(&self) -> Passkey {
        let asked = self.creation();
        let registration = Registration {
            credential: &self.credential,
            client_data: &asked.client_data(b"a challenge"),
            authenticator_data: &asked.authenticator_data(),
        };
        let party = avert_ops::people::RelyingParty::new(PARTY, ORIGIN).unwrap();
        enrolled(&registration, b"a challenge", &party).unwrap()
    }

    /// The answer to a challenge that is put so.
    pub(crate) fn answer(&self, challenge: &[u8], asked: &Asked) -> Assertion {
        let (client_data, data) = (asked.client_data(challenge), asked.authenticator_data());
        let hash = digest(&SHA256, &client_data);
        let signed = [data.as_slice(), hash.as_ref()].concat();
        Assertion {
            passkey: self.passkey(),
            signature: self.sign(&signed),
            client_data,
            authenticator_data: data,
        }
    }

    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::Es256(key) => {
                let signed = key.sign(&SystemRandom::new(), bytes);
                signed.unwrap().as_ref().to_vec()
            }
            Key::Ed25519(key) => key.sign(bytes).as_ref().to_vec(),
        }
    }
}
