//! A passkey, as the configuration gives it to a person: one line, which enrolment prints.
//!
//! ```text
//! webauthn-es256 CREDENTIAL-ID PUBLIC-KEY RELYING-PARTY ORIGIN
//! ```
//!
//! Ids and keys are base64url without padding; the key is what browsers and OpenSSL call it too, the DER
//! of a `SubjectPublicKeyInfo`. The origin stands in the line, since the same passkey answers on every
//! subdomain of its relying party and only one page shows what is approved.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How a passkey signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

/// DER before an uncompressed point of P-256, the mark 4 included. Source: RFC 5480.
const ES256_HEAD: &[u8] =
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\
    \x3d\x03\x01\x07\x03\x42\x00\x04";

/// DER before a key of Ed25519. Source: RFC 8410.
const EDDSA_HEAD: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

impl Algorithm {
    /// The first word of the line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "webauthn-es256",
            Self::EdDsa => "webauthn-eddsa",
        }
    }

    /// What stands in DER before the numbers of the key.
    fn head(self) -> &'static [u8] {
        match self {
            Self::Es256 => ES256_HEAD,
            Self::EdDsa => EDDSA_HEAD,
        }
    }

    /// How many bytes the numbers of the key are.
    fn length(self) -> usize {
        match self {
            Self::Es256 => 64,
            Self::EdDsa => 32,
        }
    }
}

/// Whose page a passkey is for: its relying party, and the one origin on which it may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    id: String,
    origin: String,
}

impl RelyingParty {
    /// A domain, and a page on it or below it.
    ///
    /// # Errors
    /// Where a browser would never say these words.
    pub fn new(id: &str, origin: &str) -> Result<Self, NoPasskey> {
        if !is_domain(id) {
            return Err(NoPasskey::RelyingParty(id.to_owned()));
        }
        if !is_origin(origin, id) {
            return Err(NoPasskey::Origin {
                origin: origin.to_owned(),
                id: id.to_owned(),
            });
        }
        Ok(Self {
            id: id.to_owned(),
            origin: origin.to_owned(),
        })
    }

    /// The domain.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The origin, as browsers write it.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

/// A domain as browsers write it; no address, which can be no relying party.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.split('.').all(is_label)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether this is how browsers write a page of the domain. Without TLS they have passkeys on one's own
/// machine only.
fn is_origin(origin: &str, domain: &str) -> bool {
    let Some((scheme, place)) = origin.split_once("://") else {
        return false;
    };
    let (host, port) = match place.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (place, None),
    };
    let is_local = host == "localhost" || host.ends_with(".localhost");
    let default = match scheme {
        "https" => "443",
        "http" if is_local => "80",
        _ => return false,
    };
    let is_port = |port: &str| {
        port != default && !port.starts_with(['0', '+']) && port.parse::<u16>().is_ok()
    };
    let below = host
        .strip_suffix(domain)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'));
    below && is_domain(host) && port.is_none_or(is_port)
}

/// A passkey of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    algorithm: Algorithm,
    credential: Vec<u8>,
    /// The numbers of the key: x and y, or the 32 bytes of Ed25519.
    numbers: Vec<u8>,
    party: RelyingParty,
}

impl Passkey {
    /// From the numbers of its key.
    pub(crate) fn new(
        algorithm: Algorithm,
        credential: &[u8],
        numbers: &[u8],
        party: RelyingParty,
    ) -> Result<Self, NoPasskey> {
        if !(1..=MOST_CREDENTIAL_BYTES).contains(&credential.len()) {
            return Err(NoPasskey::Credential);
        }
        if numbers.len() != algorithm.length() {
            return Err(NoPasskey::Key(algorithm.as_str()));
        }
        Ok(Self {
            algorithm,
            credential: credential.to_vec(),
            numbers: numbers.to_vec(),
            party,
        })
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// By what an authenticator knows it.
    pub fn credential(&self) -> &[u8] {
        &self.credential
    }

    /// Where it is used.
    pub fn relying_party(&self) -> &RelyingParty {
        &self.party
    }

    /// Its public key, as the DER of a `SubjectPublicKeyInfo`.
    pub fn der(&self) -> Vec<u8> {
        [self.algorithm.head(), &self.numbers].concat()
    }

    /// Its public key in PEM, as `openssl` reads it.
    pub fn pem(&self) -> String {
        let text = STANDARD.encode(self.der());
        // It is two lines at most, and base64 is ASCII.
        let (first, second) = text.split_at(text.len().min(64));
        let rest = if second.is_empty() {
            String::new()
        } else {
            format!("{second}\n")
        };
        format!("-----BEGIN PUBLIC KEY-----\n{first}\n{rest}-----END PUBLIC KEY-----\n")
    }

    /// `SHA256:` and the hash of [`Passkey::der`] in base64, in the way of `ssh-keygen -l`.
    pub fn fingerprint(&self) -> String {
        let hash = digest(&SHA256, &self.der());
        format!("SHA256:{}", STANDARD_NO_PAD.encode(hash))
    }

    /// Whether a signature over these bytes is of this key.
    pub(crate) fn signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        let checked = match self.algorithm {
            Algorithm::Es256 => {
                let point = [&[4], self.numbers.as_slice()].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(bytes, signature)
            }
            Algorithm::EdDsa => {
                UnparsedPublicKey::new(&ED25519, &self.numbers).verify(bytes, signature)
            }
        };
        checked.is_ok()
    }
}

/// No authenticator has longer ids. Source: `WebAuthn` Level 2, section 4.
pub(crate) const MOST_CREDENTIAL_BYTES: usize = 1023;

impl fmt::Display for Passkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {} {} {}",
            self.algorithm.as_str(),
            URL_SAFE_NO_PAD.encode(&self.credential),
            URL_SAFE_NO_PAD.encode(self.der()),
            self.party.id,
            self.party.origin
        )
    }
}

impl FromStr for Passkey {
    type Err = NoPasskey;

    fn from_str(line: &str) -> Result<Self, NoPasskey> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [kind, credential, key, id, origin] = words[..] else {
            return Err(NoPasskey::Words(words.len()));
        };
        let mut kinds = [Algorithm::Es256, Algorithm::EdDsa].into_iter();
        let algorithm = kinds.find(|algorithm| algorithm.as_str() == kind);
        let algorithm = algorithm.ok_or_else(|| NoPasskey::Kind(kind.to_owned()))?;
        let credential = URL_SAFE_NO_PAD
            .decode(credential)
            .map_err(|_| NoPasskey::Credential)?;
        let wrong_key = NoPasskey::Key(algorithm.as_str());
        let Ok(der) = URL_SAFE_NO_PAD.decode(key) else {
            return Err(wrong_key);
        };
        let numbers = der.strip_prefix(algorithm.head()).ok_or(wrong_key)?;
        Self::new(
            algorithm,
            &credential,
            numbers,
            RelyingParty::new(id, origin)?,
        )
    }
}

impl Serialize for Passkey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Passkey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let line = String::deserialize(deserializer)?;
        line.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a line is no passkey.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPasskey {
    /// Something is missing, or too much.
    #[error(
        "a passkey is five words (kind, credential id, public key, relying party, origin), and there are {0}"
    )]
    Words(usize),
    /// Another kind of key.
    #[error("'{0}' is no kind of passkey: it is webauthn-es256 or webauthn-eddsa")]
    Kind(String),
    /// The id of the credential.
    #[error(
        "the credential id is not base64url, without '=', of 1 to {MOST_CREDENTIAL_BYTES} bytes"
    )]
    Credential,
    /// The public key.
    #[error(
        "the public key is not that of a {0}: base64url, without '=', of its DER (SubjectPublicKeyInfo)"
    )]
    Key(&'static str),
    /// The relying party.
    #[error("'{0}' is no relying party: that is a domain in small letters, like example.org")]
    RelyingParty(String),
    /// The origin.
    #[error(
        "'{origin}' is no origin of the relying party {id}: that is https://{id} or https://HOST.{id}, \
         with its port unless that is 443"
    )]
    Origin {
        /// What was given.
        origin: String,
        /// The relying party.
        id: String,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn party() -> RelyingParty {
        RelyingParty::new("example.org", "https://avert.example.org").unwrap()
    }

    fn line() -> String {
        let key = Passkey::new(Algorithm::Es256, b"credential", &[7; 64], party());
        key.unwrap().to_string()
    }

    #[test]
    fn a_line_that_is_not_right_is_refused_in_words() {
        let words: Vec<String> = line().split(' ').map(str::to_owned).collect();
        let with = |place: usize, word: &str| {
            let mut words = words.clone();
            word.clone_into(&mut words[place]);
            words.join(" ").parse::<Passkey>().unwrap_err()
        };
        assert_eq!("".parse::<Passkey>(), Err(NoPasskey::Words(0)));
        let longer = format!("{} more", line());
        assert_eq!(longer.parse::<Passkey>(), Err(NoPasskey::Words(6)));
        assert_eq!(
            with(0, "ssh-ed25519"),
            NoPasskey::Kind("ssh-ed25519".into())
        );
        assert_eq!(with(0, "webauthn-eddsa"), NoPasskey::Key("webauthn-eddsa"));
        assert_eq!(with(1, "a+b/"), NoPasskey::Credential);
        assert_eq!(with(1, &"A".repeat(1_366)), NoPasskey::Credential);
        for key in ["AAAA", &words[2][..100], &format!("{}AAAA", words[2])] {
            assert_eq!(with(2, key), NoPasskey::Key("webauthn-es256"), "{key}");
        }
        for id in [
            "Example.org",
            "192.0.2.1",
            "example..org",
            ".org",
            "https://example.org",
            "org:1",
        ] {
            assert_eq!(with(3, id), NoPasskey::RelyingParty(id.into()));
        }
    }

    #[test]
    fn an_origin_is_a_page_of_its_relying_party_as_browsers_write_it() {
        for (id, origin) in [
            ("example.org", "https://example.org"),
            ("example.org", "https://a.b.example.org:8443"),
            ("localhost", "http://localhost:8740"),
            ("localhost", "https://localhost"),
        ] {
            assert!(RelyingParty::new(id, origin).is_ok(), "{origin}");
        }
        for origin in [
            "example.org",
            "http://example.org",
            "https://example.org/",
            "https://example.org:443",
            "https://example.org:0443",
            "https://example.org:70000",
            "https://example.org:",
            "https://Example.org",
            "https://anexample.org",
            "https://example.org.evil.test",
            "https://somebody@example.org",
            "https://.example.org",
        ] {
            assert!(
                RelyingParty::new("example.org", origin).is_err(),
                "{origin}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_line_says_all_of_a_passkey(
            credential in prop::collection::vec(any::<u8>(), 1..80),
            numbers in prop::collection::vec(any::<u8>(), 64),
            signs_with_ed25519 in any::<bool>(),
        ) {
            let (algorithm, numbers) = if signs_with_ed25519 {
                (Algorithm::EdDsa, &numbers[..32])
            } else {
                (Algorithm::Es256, &numbers[..])
            };
            let passkey = Passkey::new(algorithm, &credential, numbers, party()).unwrap();
            prop_assert_eq!(&passkey.to_string().parse::<Passkey>().unwrap(), &passkey);
            let stored = serde_json::to_string(&passkey).unwrap();
            prop_assert_eq!(serde_json::from_str::<Passkey>(&stored).unwrap(), passkey);
        }

        #[test]
        fn no_line_makes_the_parser_stumble(line in ".*", place in 0_usize..200, bits in any::<u8>()) {
            drop(line.parse::<Passkey>());
            let mut near = super::tests::line().into_bytes();
            let place = place % near.len();
            near[place] ^= bits;
            drop(String::from_utf8_lossy(&near).parse::<Passkey>());
        }
    }
}
