//! The journal: one row for everything that was decided or done, chained by hash.
//!
//! A row's hash covers its fields and the hash of the row before, so altering, removing or inserting
//! a row breaks the chain from there on. The chain shows tampering by whoever cannot rewrite all of
//! it; against somebody who can, keep the head hash that `verify` prints somewhere else.

use avert_model::{Explain, JournalSummary, Outcome, Timestamp};

use serde::{Deserialize, Serialize};

use crate::overview::Conditions;
use crate::store::{self, Connection, Store, StoreError, Transaction, values};

pub use avert_model::JournalRow as Row;

/// The hash that a row should have: over its fields and the hash of the row before.
fn computed_hash(row: &Row) -> String {
    let mut hasher = blake3::Hasher::new();
    let seq = row.seq.to_string();
    let fields = [
        &seq,
        &row.at,
        &row.actor,
        &row.act,
        &row.subject,
        &row.detail,
        &row.previous,
    ];
    for field in fields {
        hasher.update(&(field.len() as u64).to_le_bytes());
        hasher.update(field.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// What a row is to say.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) at: Timestamp,
    pub(crate) actor: &'a str,
    pub(crate) act: &'a str,
    pub(crate) subject: &'a str,
    /// JSON.
    pub(crate) detail: String,
}

/// Writes a row, in the transaction of the change that it tells of.
pub(crate) fn append(
    transaction: &Transaction<'_>,
    at: Timestamp,
    actor: &str,
    act: &str,
    subject: &str,
    detail: &serde_json::Value,
) -> Result<(), StoreError> {
    let entry = Entry {
        at,
        actor,
        act,
        subject,
        detail: detail.to_string(),
    };
    append_all(transaction, vec![entry])
}

/// Writes rows one after the other, in the transaction of the changes that they tell of.
pub(crate) fn append_all(
    transaction: &Transaction<'_>,
    entries: Vec<Entry<'_>>,
) -> Result<(), StoreError> {
    let (mut seq, mut previous) = head(transaction)?;
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        seq += 1;
        let mut row = Row {
            seq,
            at: entry.at.to_string(),
            actor: entry.actor.to_owned(),
            act: entry.act.to_owned(),
            subject: entry.subject.to_owned(),
            detail: entry.detail,
            previous: std::mem::take(&mut previous),
            hash: String::new(),
        };
        row.hash = computed_hash(&row);
        previous.clone_from(&row.hash);
        rows.push(
            values![
                row.seq,
                row.at,
                row.actor,
                row.act,
                row.subject,
                row.detail,
                row.previous,
                row.hash
            ]
            .into(),
        );
    }
    if rows.is_empty() {
        return Ok(());
    }
    transaction.insert_all(
        "write the journal",
        "journal (seq, at, actor, act, subject, detail, previous, hash)",
        rows,
    )?;
    transaction.put(
        "write the journal's head",
        "INSERT INTO journal_head (one, length, hash) VALUES (1, ?1, ?2) \
         ON CONFLICT (one) DO UPDATE SET length = excluded.length, hash = excluded.hash",
        &values![seq, previous],
    )?;
    Ok(())
}

/// Words that somebody wrote freely may name people, and the journal cannot forget: it keeps their
/// hash, which proves the words that are kept where they belong.
pub(crate) fn proof_of(words: &str) -> String {
    blake3::hash(words.as_bytes()).to_hex().to_string()
}

fn head(connection: &Connection) -> Result<(u64, String), StoreError> {
    let found = connection.row(
        "read the journal's head",
        "SELECT length, hash FROM journal_head WHERE one = 1",
        &[],
    )?;
    match found {
        Some(row) => Ok((row.count(0)?, row.text(1)?)),
        None => Ok((0, String::new())),
    }
}

/// Gives the rows to `each`, oldest first; only the last `last` of them, if given.
pub fn show(
    store: &Store,
    last: Option<usize>,
    mut each: impl FnMut(Row),
) -> Result<(), StoreError> {
    let (length, _) = head(store.read())?;
    let after = last.map_or(0, |last| length.saturating_sub(last as u64));
    rows(store.read(), after, |row| {
        each(row);
        true
    })
}

/// How many rows it has.
pub fn length(store: &Store) -> Result<u64, StoreError> {
    Ok(head(store.read())?.0)
}

/// Gives the rows after number `after` to `each`, oldest first, until it says stop.
pub fn after(store: &Store, after: u64, each: impl FnMut(Row) -> bool) -> Result<(), StoreError> {
    rows(store.read(), after, each)
}

/// Which rows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those before this number.
    pub before: Option<u64>,
    /// Those about what begins so.
    pub subject: Option<String>,
    /// Those of acts that begin so.
    pub act: Option<String>,
    /// How many.
    pub limit: usize,
}

/// The newest rows, newest first.
pub fn newest(store: &Store, filter: &Filter) -> Result<Vec<Row>, StoreError> {
    let mut conditions = Conditions::new();
    if let Some(before) = filter.before {
        let before = conditions.place(i64::try_from(before).unwrap_or(i64::MAX));
        conditions.and(format!("seq < {before}"));
    }
    for (column, begins) in [("subject", &filter.subject), ("act", &filter.act)] {
        if let Some(begins) = begins {
            let length = begins.chars().count();
            let begins = conditions.place(begins);
            conditions.and(format!("SUBSTR({column}, 1, {length}) = {begins}"));
        }
    }
    let (conditions, values) = conditions.ordered("seq DESC", filter.limit);
    let sql = format!(
        "SELECT seq, at, actor, act, subject, detail, previous, hash FROM journal WHERE {conditions}"
    );
    let found = store.read().rows("read the journal", &sql, &values)?;
    found.iter().map(read).collect()
}

fn read(row: &store::Row) -> Result<Row, StoreError> {
    Ok(Row {
        seq: row.count(0)?,
        at: row.text(1)?,
        actor: row.text(2)?,
        act: row.text(3)?,
        subject: row.text(4)?,
        detail: row.text(5)?,
        previous: row.text(6)?,
        hash: row.text(7)?,
    })
}

/// Reads the rows after number `after` until `each` says stop. Memory: one row.
fn rows(
    connection: &Connection,
    after: u64,
    mut each: impl FnMut(Row) -> bool,
) -> Result<(), StoreError> {
    connection.each(
        "read the journal",
        "SELECT seq, at, actor, act, subject, detail, previous, hash FROM journal \
         WHERE seq > ?1 ORDER BY seq",
        &values![after],
        &mut |row| Ok(each(read(row)?)),
    )
}

/// Checks every row. The summary of a whole journal, or the first row that does not follow.
pub fn verify(store: &Store) -> Result<JournalSummary, JournalError> {
    verify_in(&*store.view()?, |_| None)
}

/// Checks every row, and that the journal still is the one that these were taken of. They prove more
/// than the chain alone: whoever can rewrite all of it cannot rewrite what others keep.
pub fn verify_against(
    store: &Store,
    checkpoints: &[Checkpoint],
) -> Result<JournalSummary, JournalError> {
    let own = store.identity()?;
    if let Some(other) = checkpoints.iter().find(|kept| kept.store != own) {
        return Err(JournalError::OtherStore(other.store.clone()));
    }
    let forked = |row: &Row| {
        let mut of_it = checkpoints.iter().filter(|kept| kept.rows == row.seq);
        let other = of_it.find(|kept| kept.head != row.hash)?;
        Some(format!(
            "a checkpoint of {} has another hash for it",
            other.at
        ))
    };
    let summary = verify_in(&*store.view()?, forked)?;
    match checkpoints.iter().find(|kept| kept.rows > summary.rows) {
        None => Ok(summary),
        Some(kept) => Err(JournalError::Broken {
            row: summary.rows + 1,
            fault: format!(
                "a checkpoint of {} is of {} rows, and the journal ends after {}",
                kept.at, kept.rows, summary.rows
            ),
        }),
    }
}

/// How far a journal had come at a time. Kept where those who write the store cannot write, it proves
/// later that nothing before it was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// The store's own name.
    pub store: String,
    /// How many rows there were.
    pub rows: u64,
    /// The hash of the last of them.
    pub head: String,
    /// When.
    pub at: Timestamp,
}

/// Checks every row and says how far the journal has come.
pub fn checkpoint(store: &Store, at: Timestamp) -> Result<Checkpoint, JournalError> {
    let summary = verify(store)?;
    Ok(Checkpoint {
        store: store.identity()?,
        rows: summary.rows,
        head: summary.head,
        at,
    })
}

/// `fault` may know something else that is wrong with a row whose hash is right.
fn verify_in(
    connection: &Connection,
    fault: impl Fn(&Row) -> Option<String>,
) -> Result<JournalSummary, JournalError> {
    let (length, head_hash) = head(connection)?;
    let mut seen = 0_u64;
    let mut previous = String::new();
    let mut broken = None;
    rows(connection, 0, |row| {
        let fault = if row.seq != seen + 1 {
            Some(format!("row {} is missing", seen + 1))
        } else if row.previous != previous {
            Some("it does not carry the hash of the row before".to_owned())
        } else if row.hash != computed_hash(&row) {
            Some("its content does not give its hash".to_owned())
        } else {
            fault(&row)
        };
        if let Some(fault) = fault {
            broken = Some(JournalError::Broken {
                row: seen + 1,
                fault,
            });
            return false;
        }
        seen = row.seq;
        previous = row.hash;
        true
    })?;
    if let Some(broken) = broken {
        return Err(broken);
    }
    if seen != length || previous != head_hash {
        return Err(JournalError::Broken {
            row: seen + 1,
            fault: format!("the journal had {length} rows and now ends after {seen}"),
        });
    }
    Ok(JournalSummary {
        rows: seen,
        head: previous,
        verified: true,
    })
}

/// The journal's state without a refusal: for a report, which says what it found.
pub fn summary(store: &Store) -> Result<JournalSummary, StoreError> {
    let view = store.view()?;
    match verify_in(&view, |_| None) {
        Ok(summary) => Ok(summary),
        Err(JournalError::Store(error)) => Err(error),
        Err(JournalError::Broken { .. } | JournalError::OtherStore(_)) => glance(&view),
    }
}

/// How far the journal has come, by its last row alone: no other is looked at, so it is unverified.
pub fn unchecked(store: &Store) -> Result<JournalSummary, StoreError> {
    glance(store.read())
}

fn glance(connection: &Connection) -> Result<JournalSummary, StoreError> {
    let (rows, head) = head(connection)?;
    Ok(JournalSummary {
        rows,
        head,
        verified: false,
    })
}

/// Why the journal does not hold.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The chain is broken.
    #[error("the journal is broken at row {row}: {fault}")]
    Broken {
        /// The first row that does not follow from the one before.
        row: u64,
        /// What is wrong with it.
        fault: String,
    },
    /// The checkpoint is of another journal.
    #[error("the checkpoint is of the store {0}, and this is another")]
    OtherStore(String),
    /// It could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Explain for JournalError {
    fn code(&self) -> &'static str {
        match self {
            Self::Broken { .. } => "journal/broken",
            Self::OtherStore(_) => "journal/other-store",
            Self::Store(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Broken { row, .. } => Some(format!(
                "rows before {row} hold; keep this file as it is and compare it with a copy"
            )),
            Self::OtherStore(_) => Some("is it this data folder, and the right checkpoint?".into()),
            Self::Store(error) => error.hint(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::Broken { .. } | Self::OtherStore(_) => Outcome::Refused,
            Self::Store(error) => error.outcome(),
        }
    }
}
