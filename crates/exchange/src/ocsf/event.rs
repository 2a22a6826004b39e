//! What every event has in common.

use avert_model::{JournalRow, Timestamp};
use serde::Serialize;
use serde_json::Value;

/// The version of the schema that the events are of.
pub const SCHEMA_VERSION: &str = "1.7.0";

/// How bad it is, OCSF `severity_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    Informational = 1,
    Low = 2,
    Medium = 3,
    High = 4,
}

impl Severity {
    pub(super) fn id(self) -> u8 {
        self as u8
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Informational => "Informational",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
        }
    }
}

/// Where an event comes from and which row it tells.
#[derive(Debug, Serialize)]
pub(super) struct Metadata<'a> {
    version: &'static str,
    product: Product,
    log_name: &'static str,
    event_code: &'a str,
    /// Unique among all events: the hash of the row, and for findings what was found.
    uid: String,
    sequence: u64,
    original_time: &'a str,
    /// What belongs together: a takedown plan, a snapshot.
    correlation_uid: &'a str,
}

#[derive(Debug, Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    version: &'static str,
}

impl<'a> Metadata<'a> {
    pub(super) fn of(row: &'a JournalRow, uid: String) -> Self {
        Self {
            version: SCHEMA_VERSION,
            product: Product {
                name: "Avert",
                vendor_name: "Avert",
                version: env!("CARGO_PKG_VERSION"),
            },
            log_name: "journal",
            event_code: &row.act,
            uid,
            sequence: row.seq,
            original_time: &row.at,
            correlation_uid: &row.subject,
        }
    }
}

/// What of a row has no place in the schema. With `metadata` it is the whole row, so that the chain
/// of hashes can be followed in whatever the events end up in.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    subject: &'a str,
    /// As it stands in the journal, to the byte: the hash covers it.
    detail: &'a str,
    previous: &'a str,
}

impl<'a> Row<'a> {
    pub(super) fn of(row: &'a JournalRow) -> Self {
        Self {
            subject: &row.subject,
            detail: &row.detail,
            previous: &row.previous,
        }
    }
}

/// Milliseconds since 1970 of a row; nothing where its time cannot be read.
pub(super) fn time(row: &JournalRow) -> Option<i64> {
    let at: Timestamp = row.at.parse().ok()?;
    Some(at.as_millisecond())
}

/// A row's detail; nothing where it is no JSON.
pub(super) fn detail(row: &JournalRow) -> Value {
    serde_json::from_str(&row.detail).unwrap_or_default()
}
