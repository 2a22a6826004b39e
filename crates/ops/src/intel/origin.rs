//! From whom objects came, and what becomes of one whose place is taken.
//!
//! An id is whose it came from first. What a partner sends under an id that came from somebody else is kept apart,
//! so that nobody's object is rewritten, revoked or occupied by another; our own people may bring in whatever they
//! decide to.

use std::collections::HashSet;

use avert_model::{IntelRecord, Timestamp};
use serde_json::Value as Json;

use super::add::{Conflict, Key, Tally, next_time, rows_of_refs};
use super::digest;
use crate::store::{Among, Connection, StoreError, Transaction, Value, values};

/// From whom something comes, and on what terms.
pub(super) struct Origin<'a> {
    /// The partner; empty for ourselves.
    pub(super) partner: &'a str,
    pub(super) terms: &'a str,
    /// What becomes of terms where the partner brings the same again.
    pub(super) join: Option<Join>,
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
        let asked = Among {
            sql: "SELECT o.id FROM intel_objects o WHERE o.id IN ({among}) AND NOT EXISTS (SELECT 1 \
                  FROM sharing_terms t WHERE t.object = o.added_at AND t.partner = ?1 \
                  AND t.is_first = 1)",
            first: &values![self.partner],
        };
        let ids: Vec<Value> = records
            .iter()
            .map(|record| Value::from(&record.id))
            .collect();
        connection.each_among("read whose objects are", asked, &ids, &mut |row| {
            foreign.insert(row.take(0)?);
            Ok(true)
        })?;
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
    fn of_known(
        &self,
        transaction: &Transaction<'_>,
        object: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if self.partner.is_empty() {
            // Where nothing is said it is ours already, and plainly.
            transaction.execute(
                "keep from whom an object came as well",
                "INSERT INTO sharing_terms (object, partner, is_first, terms) SELECT ?1, '', 0, '' \
                 WHERE EXISTS (SELECT 1 FROM sharing_terms WHERE object = ?1) \
                 ON CONFLICT (object, partner) DO NOTHING",
                &values![object],
            )?;
            if self.terms.is_empty() {
                return Ok(());
            }
        }
        self.keep(transaction, object, now)
    }

    /// Says on what terms an object came from here; on these as well, where it came before.
    fn keep(
        &self,
        transaction: &Transaction<'_>,
        object: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let what = "keep on what terms an object came";
        let kept = transaction.row(
            what,
            "SELECT terms FROM sharing_terms WHERE object = ?1 AND partner = ?2",
            &values![object, self.partner],
        )?;
        let Some(kept) = kept else {
            let newest = "SELECT COALESCE(MAX(said_at), 0) FROM sharing_terms WHERE said_at > 0";
            let said_at = next_time(transaction, newest, &[], now)?;
            transaction.execute(
                what,
                "INSERT INTO sharing_terms (object, partner, is_first, terms, said_at) \
                 VALUES (?1, ?2, 1, ?3, ?4)",
                &values![object, self.partner, self.terms, said_at],
            )?;
            return Ok(());
        };
        let kept = kept.text(0)?;
        let joined = self.join.map(|join| join(&kept, self.terms));
        if let Some(joined) = joined.filter(|joined| *joined != kept) {
            transaction.execute(
                what,
                "UPDATE sharing_terms SET terms = ?3 WHERE object = ?1 AND partner = ?2",
                &values![object, self.partner, joined],
            )?;
        }
        Ok(())
    }

    /// Whether this came from here before, in other bytes or the same, and by what it is named.
    ///
    /// A partner reads what it sent, to the byte, as if nobody else had sent the same: whoever is given the text of
    /// another for it learns that there is one.
    fn said_before(
        &self,
        transaction: &Transaction<'_>,
        came: &Came<'_>,
        held: Option<(i64, String)>,
    ) -> Result<Option<i64>, StoreError> {
        let (id, version) = &came.key;
        if let Some((object, body)) = held
            && (self.partner.is_empty() || self.has(transaction, object)?)
            && says_the_same(&body, &came.body)
        {
            return Ok(Some(object));
        }
        let apart = transaction.rows(
            "read what is kept apart",
            "SELECT c.added_at, c.body FROM intel_conflicts c JOIN sharing_terms t \
             ON t.object = -c.added_at AND t.partner = ?3 WHERE c.id = ?1 AND c.version = ?2",
            &values![id, *version, self.partner],
        )?;
        for row in apart {
            if says_the_same(&row.text(1)?, &came.body) {
                return Ok(Some(-row.number(0)?));
            }
        }
        Ok(None)
    }

    fn has(&self, transaction: &Transaction<'_>, object: i64) -> Result<bool, StoreError> {
        let row = transaction.row(
            "read whose an object is",
            "SELECT 1 FROM sharing_terms WHERE object = ?1 AND partner = ?2",
            &values![object, self.partner],
        )?;
        Ok(row.is_some())
    }
}

/// Terms that are kept, and terms that came, as one.
pub type Join = fn(kept: &str, came: &str) -> String;

/// An object that came under an id or version that is taken.
pub(super) struct Came<'a> {
    pub(super) key: Key,
    pub(super) body: String,
    /// What it refers to, its maker included: by which property, and the id.
    pub(super) refs: Vec<(String, String)>,
    /// Whether its id is somebody else's.
    pub(super) is_foreign: bool,
    pub(super) source: &'a str,
}

impl Came<'_> {
    /// It is known, or kept apart.
    pub(super) fn met(
        self,
        transaction: &Transaction<'_>,
        now: Timestamp,
        origin: &Origin<'_>,
        tally: &mut Tally,
    ) -> Result<(), StoreError> {
        let (id, version) = &self.key;
        let digest = digest(&self.body);
        let held = transaction.row(
            "read what is there",
            "SELECT digest, added_at, body FROM intel_objects WHERE id = ?1 AND version = ?2",
            &values![id, *version],
        )?;
        let (mut there, mut is_known) = (None, false);
        if let Some(held) = held {
            let (object, body) = (held.number(1)?, held.text(2)?);
            let is_same = held.text(0)? == digest;
            if is_same && !self.is_foreign {
                tally.known += 1;
                return origin.of_known(transaction, object, now);
            }
            is_known = is_same || says_the_same(&body, &self.body);
            there = Some((object, body));
        }
        if let Some(object) = origin.said_before(transaction, &self, there)? {
            origin.of_known(transaction, object, now)?;
        } else {
            let object = self.apart(transaction, now, &digest)?;
            origin.keep(transaction, object, now)?;
        }
        if is_known {
            tally.known += 1;
        } else {
            tally.conflicts.push(Conflict {
                id: id.clone(),
                version: super::read_version(*version),
            });
        }
        Ok(())
    }

    /// Keeps it apart, and says by what it is named: less than nought, since its times are of another table.
    fn apart(
        &self,
        transaction: &Transaction<'_>,
        now: Timestamp,
        digest: &str,
    ) -> Result<i64, StoreError> {
        let (id, version) = &self.key;
        let there = transaction.row(
            "read what is kept apart",
            "SELECT added_at FROM intel_conflicts WHERE id = ?1 AND version = ?2 AND digest = ?3",
            &values![id, *version, digest],
        )?;
        if let Some(there) = there {
            return Ok(-there.number(0)?);
        }
        let newest = "SELECT COALESCE(MAX(added_at), 0) FROM intel_conflicts";
        let added_at = next_time(transaction, newest, &[], now)?;
        transaction.execute(
            "keep an object apart",
            "INSERT INTO intel_conflicts (added_at, id, version, source, digest, body) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &values![added_at, id, *version, self.source, digest, &self.body],
        )?;
        transaction.insert_all(
            "keep what objects refer to",
            "intel_refs (target, added_at, property)",
            rows_of_refs(&self.refs, -added_at),
        )?;
        Ok(-added_at)
    }
}

/// Whether two texts differ in spaces and in the order of members only.
fn says_the_same(held: &str, came: &str) -> bool {
    let value = |text: &str| serde_json::from_str::<Json>(text).ok();
    value(held).is_some_and(|held| value(came) == Some(held))
}
