//! Identifiers: a type, two hyphens, and a UUID.

use std::fmt;
use std::str::FromStr;

use super::json::Json;

/// The namespace that OASIS gave for deterministic ids of cyber-observable objects.
const OASIS: [u8; 16] = [
    0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7,
];

/// How long the text of a UUID is.
const UUID: usize = 36;

/// The id of an object: `intrusion-set--c93fccb1-e8e8-42cf-ae33-2ad1d183913a`.
///
/// It is kept as it was written; two ids are equal if their text is.
///
/// # Source
/// STIX 2.1, section 2.9 and, for the type's name, 2.15.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Box<str>);

impl Id {
    /// The type: `intrusion-set`.
    pub fn kind(&self) -> &str {
        &self.0[..self.0.len() - UUID - 2]
    }

    /// The UUID, as text.
    pub fn uuid(&self) -> &str {
        &self.0[self.0.len() - UUID..]
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The version of the UUID, 1 to 8, if it is one of RFC 4122 (now RFC 9562).
    pub fn uuid_version(&self) -> Option<u8> {
        let uuid = self.uuid().as_bytes();
        let of_the_rfc = matches!(uuid[19], b'8' | b'9' | b'a' | b'b' | b'A' | b'B');
        let version = uuid[14].wrapping_sub(b'0');
        (of_the_rfc && (1..=8).contains(&version)).then_some(version)
    }

    /// An id of this type from 16 random bytes (UUID version 4).
    ///
    /// `kind` must be a type's name; where it is the program's own word, that is so.
    pub fn random(kind: &str, random: [u8; 16]) -> Self {
        Self::of(kind, stamped(random, 4))
    }

    /// An id of this type that the same `name` in the same `namespace` always gives (UUID version 5).
    pub fn from_name(kind: &str, namespace: [u8; 16], name: &str) -> Self {
        let mut hash = ring::digest::Context::new(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY);
        hash.update(&namespace);
        hash.update(name.as_bytes());
        let digest = hash.finish();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.as_ref()[..16]);
        Self::of(kind, stamped(bytes, 5))
    }

    /// The id that an observable has by what it is: version 5 over the canonical JSON of the properties
    /// that contribute, in the namespace of OASIS.
    ///
    /// # Source
    /// STIX 2.1, section 2.9; RFC 8785.
    pub fn of_observable(kind: &str, contributing: &Json<'_>) -> Self {
        Self::from_name(kind, OASIS, &contributing.canonical())
    }

    fn of(kind: &str, bytes: [u8; 16]) -> Self {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(kind.len() + 2 + UUID);
        text.push_str(kind);
        text.push_str("--");
        for (place, byte) in bytes.iter().enumerate() {
            if matches!(place, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            write!(text, "{byte:02x}").expect("a string takes everything");
        }
        Self(text.into())
    }
}

fn stamped(mut bytes: [u8; 16], version: u8) -> [u8; 16] {
    bytes[6] = (bytes[6] & 0x0f) | (version << 4);
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    bytes
}

/// Whether this may be the name of a type: 3 to 250 of `a-z`, `0-9` and `-`.
pub(super) fn is_type_name(kind: &str) -> bool {
    (3..=250).contains(&kind.len())
        && kind
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn is_uuid(text: &str) -> bool {
    text.len() == UUID
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

impl FromStr for Id {
    type Err = NoId;

    fn from_str(text: &str) -> Result<Self, NoId> {
        if !text.is_ascii() || text.len() < UUID + 2 {
            return Err(NoId);
        }
        let (kind, uuid) = text.split_at(text.len() - UUID);
        let kind = kind.strip_suffix("--").ok_or(NoId)?;
        if is_type_name(kind) && is_uuid(uuid) {
            Ok(Self(text.into()))
        } else {
            Err(NoId)
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no id: it should be a type, two hyphens and a UUID")]
pub struct NoId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_type_and_a_uuid() {
        let id: Id = "intrusion-set--c93fccb1-e8e8-42cf-ae33-2ad1d183913a"
            .parse()
            .unwrap();
        assert_eq!(id.kind(), "intrusion-set");
        assert_eq!(id.uuid(), "c93fccb1-e8e8-42cf-ae33-2ad1d183913a");
        assert_eq!(id.uuid_version(), Some(4));
        for wrong in [
            "",
            "file",
            "c93fccb1-e8e8-42cf-ae33-2ad1d183913a",
            "--c93fccb1-e8e8-42cf-ae33-2ad1d183913a",
            "ab--c93fccb1-e8e8-42cf-ae33-2ad1d183913a",
            "File--c93fccb1-e8e8-42cf-ae33-2ad1d183913a",
            "file-c93fccb1-e8e8-42cf-ae33-2ad1d183913a",
            "file--c93fccb1e8e8-42cf-ae33-2ad1d183913aa",
            "file--g93fccb1-e8e8-42cf-ae33-2ad1d183913a",
            "f\u{fc}le--c93fccb1-e8e8-42cf-ae33-2ad1d183913a",
        ] {
            assert_eq!(wrong.parse::<Id>(), Err(NoId), "{wrong}");
        }
    }

    #[test]
    fn an_observable_has_the_id_that_others_give_it() {
        // As stix2 3.0.2 of OASIS makes them.
        for (kind, contributing, id) in [
            (
                "ipv4-addr",
                r#"{"value":"198.51.100.3"}"#,
                "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
            ),
            (
                "domain-name",
                r#"{"value":"example.com"}"#,
                "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7",
            ),
            (
                "user-account",
                r#"{"user_id":"1001","account_type":"unix","account_login":"jdoe"}"#,
                "user-account--f94d689e-707d-58c3-b803-c720bb6ed096",
            ),
            (
                "network-traffic",
                r#"{"start":"2026-01-02T03:04:05Z","src_ref":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","src_port":80,"protocols":["tcp"]}"#,
                "network-traffic--3d656b21-022c-5bc7-82d3-ac10fdc2f2c7",
            ),
            (
                "file",
                r#"{"name":"\u00e9\n.dll","extensions":{"raster-image-ext":{"image_height":5,"exif_tags":{"Make":"x","r":0.5e-7}}}}"#,
                "file--48290107-1f74-55eb-be65-e736dd873a6e",
            ),
        ] {
            let contributing = Json::parse(contributing).unwrap();
            assert_eq!(Id::of_observable(kind, &contributing).as_str(), id);
        }
    }
}
