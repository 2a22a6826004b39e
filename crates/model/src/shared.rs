//! What was shared, read, taken back and acknowledged: the entries of the sharing ledger.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{PartnerId, SharingGroupId};

/// Whom something was given to.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Recipient {
    /// Everybody.
    Public,
    /// One partner.
    Partner(PartnerId),
    /// Whoever is a member of the group while it lies there.
    Group(SharingGroupId),
}

/// One entry of the sharing ledger: appended, never changed.
///
/// A store keeps it as one row of portable SQL, in the order in which entries came:
///
/// ```sql
/// CREATE TABLE sharing_ledger (
///   seq     INTEGER NOT NULL PRIMARY KEY, -- from 1 without gaps; BIGINT on PostgreSQL
///   object  TEXT NOT NULL,                -- STIX id
///   kind    TEXT NOT NULL,                -- shared | fetched | retracted | told | acknowledged
///   at      TEXT NOT NULL,                -- RFC 3339 UTC
///   entry   TEXT NOT NULL                 -- this enum as JSON
/// );
/// CREATE INDEX sharing_ledger_object ON sharing_ledger (object, seq);
/// CREATE INDEX sharing_ledger_kind ON sharing_ledger (kind, object); -- for what was retracted
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum LedgerEntry {
    /// Something was given to somebody.
    Shared(Shared),
    /// A member read something that lay in a group's collection, or anybody what was public.
    Fetched(Fetched),
    /// Something was taken back.
    Retracted(Retracted),
    /// A recipient was sent word that something was taken back.
    Told(Told),
    /// A recipient said that it had dropped it.
    Acknowledged(Acknowledged),
}

impl LedgerEntry {
    /// The STIX id it is about.
    pub fn object(&self) -> &str {
        match self {
            LedgerEntry::Shared(entry) => &entry.object,
            LedgerEntry::Fetched(entry) => &entry.object,
            LedgerEntry::Retracted(entry) => &entry.object,
            LedgerEntry::Told(entry) => &entry.object,
            LedgerEntry::Acknowledged(entry) => &entry.object,
        }
    }

    /// The word under which a store finds it: `shared`, `fetched` …
    pub fn kind(&self) -> &'static str {
        match self {
            LedgerEntry::Shared(_) => "shared",
            LedgerEntry::Fetched(_) => "fetched",
            LedgerEntry::Retracted(_) => "retracted",
            LedgerEntry::Told(_) => "told",
            LedgerEntry::Acknowledged(_) => "acknowledged",
        }
    }
}

/// Something was given to somebody: by us, or as a partner told us, by a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Shared {
    /// The STIX id.
    pub object: String,
    /// Its `modified`, or `created`, as the object writes it; empty for what has no versions.
    pub version: String,
    /// BLAKE3 of exactly what was given, after redaction, in hexadecimal.
    pub digest: String,
    /// Who gave it: we, or a partner who passed it on.
    pub from: PartnerId,
    /// Whom it was given to.
    pub to: Recipient,
    /// By which way: `taxii`, `misp`, `mail` …
    pub channel: String,
    /// When.
    pub at: Timestamp,
}

/// Somebody read what lay there for more than one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Fetched {
    /// The STIX id.
    pub object: String,
    /// BLAKE3 of exactly what was read, in hexadecimal.
    pub digest: String,
    /// Who read it.
    pub by: PartnerId,
    /// By which way.
    pub channel: String,
    /// When.
    pub at: Timestamp,
}

/// Something was taken back, for ever: the same id is not released again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Retracted {
    /// The STIX id.
    pub object: String,
    /// Why, in the words of whoever decided it. Stays with us.
    pub reason: String,
    /// Who decided it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A recipient was sent a revoked version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Told {
    /// The STIX id.
    pub object: String,
    /// Who was told.
    pub partner: PartnerId,
    /// By which way.
    pub channel: String,
    /// When.
    pub at: Timestamp,
}

/// A recipient acknowledged a retraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Acknowledged {
    /// The STIX id.
    pub object: String,
    /// Who acknowledged.
    pub partner: PartnerId,
    /// How we know: a receipt's id, or what a person wrote.
    pub receipt: String,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back_and_its_kind_is_the_one_it_is_written_with() {
        let entry = LedgerEntry::Fetched(Fetched {
            object: "indicator--1".to_owned(),
            digest: "00".to_owned(),
            by: "cert".into(),
            channel: "taxii".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        });
        let value = serde_json::to_value(&entry).unwrap();
        assert_eq!(value["kind"], entry.kind());
        assert_eq!(serde_json::from_value::<LedgerEntry>(value).unwrap(), entry);
    }
}
