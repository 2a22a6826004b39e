//! Taking objects in.

use std::collections::HashMap;

use avert_model::{Clock, IntelRecord, Timestamp};
use serde_json::{Value as Json, json};

use super::{target, term, written};
use crate::journal;
use crate::store::{Connection, Store, StoreError, Transaction, Value, values};

/// Objects that are written together, in one transaction.
#[derive(Debug, Default)]
pub struct Batch {
    /// The objects, in their order. A few thousand are a good number.
    pub records: Vec<IntelRecord>,
    /// How many were refused since the last batch, for the journal.
    pub refused: u64,
    /// On what terms those that are new may be told, as the gate of sharing reads it; empty where they are
    /// plainly ours.
    pub terms: String,
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
                let detail = json!({ "new": tally.new, "known": tally.known,
                    "conflicts": tally.conflicts.len(), "refused": tally.refused });
                journal::append(transaction, now, by, "intel/import", source, &detail)?;
            }
            Ok::<_, StoreError>(())
        })?;
        match next {
            None => return Ok(tally),
            Some(next) => batch = next,
        }
    }
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
type Key = (String, i64);

fn write(
    transaction: &Transaction<'_>,
    now: Timestamp,
    source: &str,
    batch: Batch,
    tally: &mut Tally,
) -> Result<(), StoreError> {
    let Batch {
        records,
        terms: on_terms,
        ..
    } = batch;
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
    let (mut terms, mut refs) = (Vec::new(), Vec::new());
    let mut kept_terms = Vec::new();
    for (place, added_at) in (0..found_by.len()).zip(first..) {
        if inserted[place] {
            if !on_terms.is_empty() {
                kept_terms.push(values![added_at, &on_terms].into());
            }
            tally.new += 1;
            tally.last_added_at = super::read_version(added_at);
            found_by[place].rows(added_at, &mut terms, &mut refs);
        }
    }
    transaction.insert_all(
        "keep on what terms objects may be told",
        "sharing_terms (object, terms)",
        kept_terms,
    )?;
    transaction.insert_all(
        "keep what objects are called",
        "intel_terms (term, added_at)",
        terms,
    )?;
    transaction.insert_all(
        "keep what objects refer to",
        "intel_refs (target, added_at, property)",
        refs,
    )?;
    for (place, found_by) in found_by.into_iter().enumerate() {
        let Some(body) = bodies.remove(&place) else {
            continue;
        };
        let came = Came {
            key: found_by.key,
            digest: &digests[place],
            body,
            source,
        };
        met(transaction, now, came, tally)?;
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
        refs.extend(
            self.refs
                .iter()
                .map(|(property, id)| values![target(id), added_at, property].into()),
        );
    }
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
    // A body is let go once it is written: only those that are there before are needed again, and
    // those are few or all of them.
    let known = transaction.execute_all(what, INSERT, rows.iter().cloned())?;
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

/// An object that came under an id and version that are taken.
struct Came<'a> {
    key: Key,
    digest: &'a str,
    body: String,
    source: &'a str,
}

fn met(
    transaction: &Transaction<'_>,
    now: Timestamp,
    came: Came<'_>,
    tally: &mut Tally,
) -> Result<(), StoreError> {
    let (id, version) = came.key;
    let held = transaction.row(
        "read what is there",
        "SELECT digest FROM intel_objects WHERE id = ?1 AND version = ?2",
        &values![&id, version],
    )?;
    let held = held.map_or(Ok(String::new()), |row| row.text(0))?;
    if held == came.digest || same_json(transaction, &id, version, &came.body)? {
        tally.known += 1;
        return Ok(());
    }
    let newest = "SELECT COALESCE(MAX(added_at), 0) FROM intel_conflicts";
    let added_at = next_time(transaction, newest, &[], now)?;
    transaction.execute(
        "keep an object apart",
        "INSERT INTO intel_conflicts (added_at, id, version, source, digest, body) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id, version, digest) DO NOTHING",
        &values![added_at, &id, version, came.source, came.digest, came.body],
    )?;
    tally.conflicts.push(Conflict {
        id,
        version: super::read_version(version),
    });
    Ok(())
}

/// Whether the text that is there differs in spaces and in the order of members only.
fn same_json(
    connection: &Connection,
    id: &str,
    version: i64,
    body: &str,
) -> Result<bool, StoreError> {
    let held = connection.row(
        "read what is there",
        "SELECT body FROM intel_objects WHERE id = ?1 AND version = ?2",
        &values![id, version],
    )?;
    let held = held.map_or(Ok(String::new()), |row| row.text(0))?;
    let value = |text: &str| serde_json::from_str::<Json>(text).ok();
    Ok(value(&held).is_some_and(|held| value(body) == Some(held)))
}

/// The first 16 bytes of the BLAKE3 hash of an object's text, in hexadecimal.
pub(crate) fn digest(body: &str) -> String {
    blake3::hash(body.as_bytes()).to_hex()[..32].to_owned()
}
