//! Who came for what: a row for each answer, not for each object in it.

use std::collections::BTreeSet;

use avert_model::{Clock, Fetched, LedgerEntry, Timestamp, Told};

use super::{Asked, ledger};
use crate::intel::moment;
use crate::store::{Connection, Store, StoreError, from_json, to_json, values};

/// What a partner was given in one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// The collection.
    pub collection: i64,
    /// Who.
    pub partner: String,
    /// When the first that was given had been put in.
    pub first_at: Timestamp,
    /// When the last had been.
    pub last_at: Timestamp,
    /// The objects among them that were taken back: it is told of that.
    pub revoked: Vec<String>,
}

/// Enters what a partner is about to be given: an entry too many is a question to ask, one too few a
/// retraction that misses somebody.
pub fn fetched(
    store: &mut Store,
    clock: &dyn Clock,
    fetch: &Fetch,
    asked: &Asked,
) -> Result<(), StoreError> {
    let now = clock.now();
    let (first, last) = (
        fetch.first_at.as_microsecond(),
        fetch.last_at.as_microsecond(),
    );
    store.write(|transaction| {
        transaction.execute(
            "enter what a partner is given",
            "INSERT INTO shared_fetches (seq, collection, partner, first_at, last_at, filter, at) \
             SELECT COALESCE(MAX(seq), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6 FROM shared_fetches",
            &values![
                fetch.collection,
                &fetch.partner,
                first,
                last,
                to_json(asked),
                now.as_microsecond()
            ],
        )?;
        let told: Vec<LedgerEntry> = fetch
            .revoked
            .iter()
            .map(|object| {
                LedgerEntry::Told(Told {
                    object: object.clone(),
                    partner: fetch.partner.as_str().into(),
                    channel: "taxii".into(),
                    at: now,
                })
            })
            .collect();
        ledger::append(transaction, &told)
    })
}

/// By what the ledger knows a text that somebody fetched.
pub fn text_digest(text: &str) -> String {
    crate::intel::digest(text)
}

/// What lies in a collection, as far as fetches are concerned.
pub(super) struct Lying {
    pub(super) collection: i64,
    pub(super) added_at: i64,
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) spec_version: String,
    pub(super) body: String,
}

/// Who fetched what lies there, as entries of the ledger.
///
/// Which versions were asked for does not count: what is the last one changes, and nobody is missed by it.
pub(super) fn of_lying(
    connection: &Connection,
    lying: &Lying,
) -> Result<Vec<LedgerEntry>, StoreError> {
    let rows = connection.rows(
        "read who fetched an object",
        "SELECT partner, filter, at FROM shared_fetches \
         WHERE collection = ?1 AND last_at >= ?2 AND first_at <= ?2 ORDER BY seq",
        &values![lying.collection, lying.added_at],
    )?;
    let mut entries = Vec::new();
    let mut digest = None;
    let mut known = BTreeSet::new();
    for row in rows {
        let asked: Asked = from_json("filter", &row.text(1)?)?;
        if !asked.has(&lying.id, &lying.kind, &lying.spec_version) {
            continue;
        }
        // That somebody has it is said once for each text, however often they came.
        if !known.insert(row.text(0)?) {
            continue;
        }
        let digest = digest.get_or_insert_with(|| text_digest(&lying.body));
        entries.push(LedgerEntry::Fetched(Fetched {
            object: lying.id.clone(),
            digest: digest.clone(),
            by: row.text(0)?.as_str().into(),
            channel: "taxii".into(),
            at: moment(row.number(2)?)?,
        }));
    }
    Ok(entries)
}

/// Who fetched an object wherever it lies.
pub(super) fn of_object(
    connection: &Connection,
    object: &str,
) -> Result<Vec<LedgerEntry>, StoreError> {
    let rows = connection.rows(
        "read where an object lies",
        "SELECT s.collection, s.added_at, s.kind, s.spec_version, s.body FROM shared_collections c \
         JOIN shared_objects s ON s.collection = c.number WHERE s.id = ?1 AND s.copy_by = ''",
        &values![object],
    )?;
    let mut entries = Vec::new();
    for row in rows {
        let lying = Lying {
            collection: row.number(0)?,
            added_at: row.number(1)?,
            id: object.to_owned(),
            kind: row.text(2)?,
            spec_version: row.text(3)?,
            body: row.text(4)?,
        };
        entries.extend(of_lying(connection, &lying)?);
    }
    Ok(entries)
}
