//! From whom objects came, and what becomes of one whose place is taken.
//!
//! An id is whose it came from first. What a partner sends under an id that came from somebody else is kept apart,
//! so that nobody's object is rewritten, revoked or occupied by another; our own people may bring in whatever they
//! decide to.

use std::collections::HashSet;

use avert_model::{IntelRecord, Timestamp};
use serde_json::Value as Json;

use super::add::{Conflict, Key, Tally, next_time};
use super::digest;
use crate::store::{ASKED_TOGETHER, Connection, StoreError, Transaction, Value, places, values};

/// From whom something comes, and on what terms.
pub(super) struct Origin<'a> {
    /// The partner; empty for ourselves.
    pub(super) partner: &'a str,
    pub(super) terms: &'a str,
}

impl Origin<'_> {
    /// What may come in as it is, and what came under the id of somebody else.
    pub(super) fn divided(
        &self,
        connection: &Connection,
        records: Vec<IntelRecord>,
    ) -> Result<(Vec<IntelRecord>, Vec<IntelRecord>), StoreError> {
        if self.partner.is_empty() {
            return Ok((records, Vec::new()));
        }
        let mut foreign = HashSet::new();
        for records in records.chunks(ASKED_TOGETHER) {
            let sql = format!(
                "SELECT o.id FROM intel_objects o WHERE o.id IN ({}) AND NOT EXISTS (SELECT 1 \
                 FROM sharing_terms t WHERE t.object = o.added_at AND t.partner = ?1 \
                 AND t.is_first = 1)",
                places(2, records.len())
            );
            let mut values: Vec<Value> = vec![self.partner.into()];
            values.extend(records.iter().map(|record| Value::from(&record.id)));
            connection.each("read whose objects are", &sql, &values, &mut |row| {
                foreign.insert(row.text(0)?);
                Ok(true)
            })?;
        }
        Ok(records
            .into_iter()
            .partition(|record| !foreign.contains(&record.id)))
    }

    /// Says of objects that are new from whom they are. Of what is plainly ours nothing is said.
    pub(super) fn of_new(
        &self,
        transaction: &Transaction<'_>,
        objects: &[i64],
    ) -> Result<(), StoreError> {
        if self.partner.is_empty() && self.terms.is_empty() {
            return Ok(());
        }
        transaction.insert_all(
            "keep on what terms objects may be told",
            "sharing_terms (object, partner, is_first, terms)",
            objects
                .iter()
                .map(|object| values![*object, self.partner, 1_i64, self.terms].into()),
        )
    }

    /// Says of one that was there before that it came from here too.
    fn of_known(&self, transaction: &Transaction<'_>, object: i64) -> Result<(), StoreError> {
        let what = "keep from whom an object came as well";
        if self.partner.is_empty() {
            // Where nothing is said it is ours already.
            transaction.execute(
                what,
                "INSERT INTO sharing_terms (object, partner, is_first, terms) SELECT ?1, '', 0, ?2 \
                 WHERE EXISTS (SELECT 1 FROM sharing_terms WHERE object = ?1) \
                 ON CONFLICT (object, partner) DO NOTHING",
                &values![object, self.terms],
            )?;
            return Ok(());
        }
        // It stays ours if it was.
        transaction.execute(
            what,
            "INSERT INTO sharing_terms (object, partner, is_first, terms) SELECT ?1, '', 1, '' \
             WHERE NOT EXISTS (SELECT 1 FROM sharing_terms WHERE object = ?1)",
            &values![object],
        )?;
        transaction.execute(
            what,
            "INSERT INTO sharing_terms (object, partner, is_first, terms) VALUES (?1, ?2, 0, ?3) \
             ON CONFLICT (object, partner) DO NOTHING",
            &values![object, self.partner, self.terms],
        )?;
        Ok(())
    }
}

/// An object that came under an id or version that is taken.
pub(super) struct Came<'a> {
    key: Key,
    digest: String,
    body: String,
    source: &'a str,
}

impl<'a> Came<'a> {
    pub(super) fn new(key: Key, body: String, source: &'a str) -> Self {
        Self {
            key,
            digest: digest(&body),
            body,
            source,
        }
    }

    /// It is known, or kept apart.
    pub(super) fn met(
        self,
        transaction: &Transaction<'_>,
        now: Timestamp,
        origin: &Origin<'_>,
        tally: &mut Tally,
    ) -> Result<(), StoreError> {
        let (id, version) = &self.key;
        let held = transaction.row(
            "read what is there",
            "SELECT digest, added_at, body FROM intel_objects WHERE id = ?1 AND version = ?2",
            &values![id, *version],
        )?;
        if let Some(held) = held
            && (held.text(0)? == self.digest || says_the_same(&held.text(2)?, &self.body))
        {
            tally.known += 1;
            return origin.of_known(transaction, held.number(1)?);
        }
        let newest = "SELECT COALESCE(MAX(added_at), 0) FROM intel_conflicts";
        let added_at = next_time(transaction, newest, &[], now)?;
        transaction.execute(
            "keep an object apart",
            "INSERT INTO intel_conflicts (added_at, id, version, source, digest, body) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id, version, digest) DO NOTHING",
            &values![added_at, id, *version, self.source, &self.digest, self.body],
        )?;
        // What is kept apart is named by less than nought: its times are of another table.
        transaction.execute(
            "keep from whom it came",
            "INSERT INTO sharing_terms (object, partner, is_first, terms) SELECT -added_at, ?4, 1, ?5 \
             FROM intel_conflicts WHERE id = ?1 AND version = ?2 AND digest = ?3 \
             ON CONFLICT (object, partner) DO NOTHING",
            &values![id, *version, &self.digest, origin.partner, origin.terms],
        )?;
        tally.conflicts.push(Conflict {
            id: id.clone(),
            version: super::read_version(*version),
        });
        Ok(())
    }
}

/// Whether two texts differ in spaces and in the order of members only.
fn says_the_same(held: &str, came: &str) -> bool {
    let value = |text: &str| serde_json::from_str::<Json>(text).ok();
    value(held).is_some_and(|held| value(came) == Some(held))
}
