//! Taking objects in.

use std::collections::{BTreeSet, HashMap};

use avert_model::{Clock, IntelRecord, Timestamp};
use serde_json::json;

use super::origin::{Came, Join, Origin};
use super::{target, term, written};
use crate::journal;
use crate::sharing;
use crate::store::{Connection, Store, StoreError, Transaction, Value, values};

/// Objects that are written together, in one transaction.
#[derive(Debug, Default)]
pub struct Batch {
    /// The objects, in their order. A few thousand are a good number.
    pub records: Vec<IntelRecord>,
    /// How many were refused since the last batch, for the journal.
    pub refused: u64,
    /// Which partner they came from; empty where they are ours, or everybody's.
    pub from: String,
    /// On what terms they may be told, as the gate of sharing reads it; empty where they are plainly ours.
    pub terms: String,
    /// What becomes of the terms of what the same partner brought before; they stay, where nothing is said.
    pub join: Option<Join>,
}

/// What became of what was taken in. They add up to the number of objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Kept: their id and version were not there before.
    pub new: u64,
    /// There before, with the same content.
    pub known: u64,
    /// There before with other content: what was there stays, this is kept apart.
    pub conflicts: Vec<Conflict>,
    /// Refused before they came here.
    pub refused: u64,
    /// When the last of the new ones came: everything up to here is there.
    pub last_added_at: Option<Timestamp>,
}

/// An object whose id and version were taken by another content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The id.
    pub id: String,
    /// The version.
    pub version: Option<Timestamp>,
}

/// Takes batches in, each in a transaction of its own, and writes one line into the journal, in that of
/// the last. Repeating it is harmless: what is there is known. If it breaks off, the batches before are
/// there and the journal does not tell of them: repeat it.
///
/// `by` is who does it, `source` where the objects are from, in words.
///
/// Memory: two batches.
pub fn import(
    store: &mut Store,
    clock: &dyn Clock,
    by: &str,
    source: &str,
    batches: impl IntoIterator<Item = Batch>,
) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    let mut batches = batches.into_iter().peekable();
    let mut batch = batches.next().unwrap_or_default();
    loop {
        let next = batches.next();
        let now = clock.now();
        tally.refused += batch.refused;
        store.write(|transaction| {
            write(transaction, now, source, batch, &mut tally)?;
            if next.is_none() {
                tell(transaction, now, (by, source), &tally)?;
            }
            Ok::<_, StoreError>(())
        })?;
        match next {
            None => return Ok(tally),
            Some(next) => batch = next,
        }
    }
}

/// Takes one batch in as a part of what is written.
pub(crate) fn import_within(
    transaction: &Transaction<'_>,
    now: Timestamp,
    (by, source): (&str, &str),
    batch: Batch,
) -> Result<Tally, StoreError> {
    let mut tally = Tally {
        refused: batch.refused,
        ..Tally::default()
    };
    write(transaction, now, source, batch, &mut tally)?;
    tell(transaction, now, (by, source), &tally)?;
    Ok(tally)
}

fn tell(
    transaction: &Transaction<'_>,
    now: Timestamp,
    (by, source): (&str, &str),
    tally: &Tally,
) -> Result<(), StoreError> {
    let detail = json!({ "new": tally.new, "known": tally.known,
        "conflicts": tally.conflicts.len(), "refused": tally.refused });
    journal::append(transaction, now, by, "intel/import", source, &detail)?;
    Ok(())
}

/// The next time that names a row: now, or the one after the newest.
pub(super) fn next_time(
    connection: &Connection,
    newest: &str,
    values: &[Value],
    now: Timestamp,
) -> Result<i64, StoreError> {
    let last = connection.row("read when the last came", newest, values)?;
    let last = last.map_or(Ok(0), |row| row.number(0))?;
    Ok(now.as_microsecond().max(last + 1))
}

/// One version of one object, by what names it.
pub(super) type Key = (String, i64);

fn write(
    transaction: &Transaction<'_>,
    now: Timestamp,
    source: &str,
    batch: Batch,
    tally: &mut Tally,
) -> Result<(), StoreError> {
    let Batch {
        records,
        from,
        terms,
        join,
        ..
    } = batch;
    let origin = Origin {
        partner: &from,
        terms: &terms,
        join,
    };
    let ids: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
    let is_definition = |record: &IntelRecord| record.kind == "marking-definition";
    if from.is_empty() && records.iter().any(is_definition) {
        sharing::definitions_came(transaction)?;
    }
    let (records, apart) = origin.divided(transaction, records)?;
    let newest = "SELECT COALESCE(MAX(added_at), 0) FROM intel_objects";
    let first = next_time(transaction, newest, &[], now)?;
    let digests: Vec<String> = records.iter().map(|record| digest(&record.body)).collect();
    let mut rows = Vec::with_capacity(records.len());
    let mut found_by = Vec::with_capacity(records.len());
    for (added_at, (record, digest)) in (first..).zip(records.into_iter().zip(&digests)) {
        found_by.push(FoundBy {
            key: (record.id.clone(), written(record.version)),
            name: record.name.as_deref().map(term),
            external_ids: record.external_ids,
            refs: record.refs,
        });
        rows.push(vec![
            Value::from(added_at),
            record.id.into(),
            written(record.version).into(),
            record.kind.into(),
            record.spec_version.into(),
            i64::from(record.revoked).into(),
            record.created_by.unwrap_or_default().into(),
            record.markings.join(" ").into(),
            record.name.unwrap_or_default().into(),
            source.into(),
            digest.into(),
            record.body.into(),
        ]);
    }
    // What is there already is not touched, and met by nought rows.
    let mut bodies: HashMap<usize, String> = HashMap::new();
    let inserted = insert(transaction, rows, &mut bodies)?;
    let (mut found, mut refs, mut new) = (Vec::new(), Vec::new(), Vec::new());
    for (place, added_at) in (0..found_by.len()).zip(first..) {
        if inserted[place] {
            new.push(added_at);
            tally.new += 1;
            tally.last_added_at = super::read_version(added_at);
            found_by[place].rows(added_at, &mut found, &mut refs);
        }
    }
    origin.of_new(transaction, &new)?;
    let what = "keep what objects are called";
    transaction.insert_all(what, "intel_terms (term, added_at)", found)?;
    let what = "keep what objects refer to";
    transaction.insert_all(what, "intel_refs (target, added_at, property)", refs)?;
    for (place, found_by) in found_by.into_iter().enumerate() {
        if let Some(body) = bodies.remove(&place) {
            let came = Came {
                key: found_by.key,
                body,
                refs: found_by.refs,
                is_foreign: false,
                source,
            };
            came.met(transaction, now, &origin, tally)?;
        }
    }
    // What is known as well: it may have come on other terms.
    sharing::came(transaction, &ids)?;
    for record in apart {
        let maker = record
            .created_by
            .map(|by| ("created_by_ref".to_owned(), by));
        let came = Came {
            key: (record.id, written(record.version)),
            body: record.body,
            refs: record.refs.into_iter().chain(maker).collect(),
            is_foreign: true,
            source,
        };
        came.met(transaction, now, &origin, tally)?;
    }
    Ok(())
}

/// What an object is found by.
struct FoundBy {
    key: Key,
    name: Option<String>,
    external_ids: Vec<(String, String)>,
    refs: Vec<(String, String)>,
}

impl FoundBy {
    fn rows(&self, added_at: i64, terms: &mut Vec<Vec<Value>>, refs: &mut Vec<Vec<Value>>) {
        let mut of_it: Vec<String> = self.external_ids.iter().map(|(_, id)| term(id)).collect();
        of_it.extend(self.name.clone());
        of_it.sort_unstable();
        of_it.dedup();
        terms.extend(of_it.into_iter().map(|term| values![term, added_at].into()));
        refs.extend(rows_of_refs(&self.refs, added_at));
    }
}

/// What an object refers to, as rows: each once, by what is kept of its id.
pub(super) fn rows_of_refs(refs: &[(String, String)], added_at: i64) -> Vec<Vec<Value>> {
    let refs: BTreeSet<(i64, &str)> = refs
        .iter()
        .map(|(property, id)| (target(id), property.as_str()))
        .collect();
    refs.into_iter()
        .map(|(target, property)| values![target, added_at, property].into())
        .collect()
}

/// Inserts rows unless their id and version are there, and says of each whether it was. The bodies of
/// those that were not come back, by their place.
fn insert(
    transaction: &Transaction<'_>,
    rows: Vec<Vec<Value>>,
    bodies: &mut HashMap<usize, String>,
) -> Result<Vec<bool>, StoreError> {
    const INSERT: &str = "INSERT INTO intel_objects (added_at, id, version, kind, spec_version, \
        revoked, created_by, markings, name, source, digest, body) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (id, version) DO NOTHING";
    let what = "keep an object";
    // Only the bodies of those that are there before are needed again, and those are few or all of them.
    let known = transaction.execute_rows(what, INSERT, &rows)?;
    let mut inserted = Vec::with_capacity(rows.len());
    for (place, (changed, mut row)) in known.into_iter().zip(rows).enumerate() {
        inserted.push(changed > 0);
        if changed == 0
            && let Some(Value::Text(body)) = row.pop()
        {
            bodies.insert(place, body);
        }
    }
    Ok(inserted)
}

/// The first 16 bytes of the BLAKE3 hash of an object's text, in hexadecimal.
pub(crate) fn digest(body: &str) -> String {
    blake3::hash(body.as_bytes()).to_hex()[..32].to_owned()
}
