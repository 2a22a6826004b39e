//! Finding objects again.

use avert_model::Timestamp;

use super::{read_version, target, term, written};
use crate::store::{Connection, Row, Store, StoreError, Value, values};

/// What a list shows of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// When it came; no two objects have the same.
    pub added_at: Timestamp,
    /// Its id.
    pub id: String,
    /// Which version of it this is.
    pub version: Option<Timestamp>,
    /// Its type.
    pub kind: String,
    /// Whether it was taken back.
    pub revoked: bool,
    /// Who made it, as an id.
    pub created_by: Option<String>,
    /// The ids of its markings.
    pub markings: Vec<String>,
    /// What it is called.
    pub name: Option<String>,
    /// Where it is from.
    pub source: String,
}

/// An object that refers to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referring {
    /// By which property.
    pub property: String,
    /// The object.
    pub found: Found,
    /// Its text.
    pub body: String,
}

/// What is looked for. What is not given does not matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Objects of this type.
    pub kind: Option<String>,
    /// Objects whose name, or an id that others gave, is this, whatever the size of its letters.
    pub called: Option<String>,
    /// Objects whose name, or an id that others gave, has this in it. Every name is looked at.
    pub contains: Option<String>,
    /// Objects from this source.
    pub source: Option<String>,
    /// How many at most, newest first.
    pub limit: usize,
}

const HEAD: &str = "o.added_at, o.id, o.version, o.kind, o.revoked, o.created_by, o.markings, o.name, \
                    o.source";

fn found(row: &Row) -> Result<Found, StoreError> {
    let some = |text: String| (!text.is_empty()).then_some(text);
    Ok(Found {
        added_at: moment(row.number(0)?)?,
        id: row.text(1)?,
        version: read_version(row.number(2)?),
        kind: row.text(3)?,
        revoked: row.number(4)? != 0,
        created_by: some(row.text(5)?),
        markings: row
            .text(6)?
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect(),
        name: some(row.text(7)?),
        source: row.text(8)?,
    })
}

pub(crate) fn moment(microsecond: i64) -> Result<Timestamp, StoreError> {
    read_version(microsecond).ok_or_else(|| StoreError::Corrupt {
        what: "time",
        detail: "it is beyond all years".into(),
    })
}

/// Every version of an object with its text, newest first.
pub fn versions(store: &Store, id: &str) -> Result<Vec<(Found, String)>, StoreError> {
    let sql = format!(
        "SELECT {HEAD}, o.body FROM intel_objects o WHERE o.id = ?1 ORDER BY o.version DESC"
    );
    let rows = store.read().rows("read an object", &sql, &values![id])?;
    rows.iter()
        .map(|row| Ok((found(row)?, row.text(9)?)))
        .collect()
}

/// The newest version of an object, with its text.
pub fn newest(store: &Store, id: &str) -> Result<Option<(Found, String)>, StoreError> {
    newest_of(store.read(), id)
}

/// The same, within whatever is under way.
pub(crate) fn newest_of(
    connection: &Connection,
    id: &str,
) -> Result<Option<(Found, String)>, StoreError> {
    let sql = format!(
        "SELECT {HEAD}, o.body FROM intel_objects o WHERE o.id = ?1 ORDER BY o.version DESC LIMIT 1"
    );
    let row = connection.row("read an object", &sql, &values![id])?;
    row.map(|row| Ok((found(&row)?, row.text(9)?))).transpose()
}

/// What refers to an object, newest first: at most `limit`, only the newest version of each.
pub fn referring_to(store: &Store, id: &str, limit: usize) -> Result<Vec<Referring>, StoreError> {
    let sql = format!(
        "SELECT {HEAD}, r.property, o.body FROM intel_refs r \
         JOIN intel_objects o ON o.added_at = r.added_at \
         WHERE r.target = ?1 AND NOT EXISTS (SELECT 1 FROM intel_objects n \
         WHERE n.id = o.id AND n.version > o.version) ORDER BY r.added_at DESC, r.property"
    );
    let mut referring = Vec::new();
    store.read().each(
        "read what refers to an object",
        &sql,
        &values![target(id)],
        &mut |row| {
            if referring.len() >= limit {
                return Ok(false);
            }
            let body = row.text(10)?;
            // The target is a hash: another id may have the same.
            if body.contains(id) {
                referring.push(Referring {
                    property: row.text(9)?,
                    found: found(row)?,
                    body,
                });
            }
            Ok(true)
        },
    )?;
    Ok(referring)
}

/// Objects that match, newest first, only the newest version of each.
///
/// Cost: with `called`, `kind` or a small `limit` what is found; with `contains` every name that is
/// kept is looked at; with `source` alone every object.
pub fn search(store: &Store, filter: &Filter) -> Result<Vec<Found>, StoreError> {
    let mut conditions = vec![
        "NOT EXISTS (SELECT 1 FROM intel_objects n WHERE n.id = o.id AND n.version > o.version)"
            .to_owned(),
    ];
    let mut values: Vec<Value> = Vec::new();
    let mut place = |value: Value| {
        values.push(value);
        format!("?{}", values.len())
    };
    if let Some(kind) = &filter.kind {
        conditions.push(format!("o.kind = {}", place(kind.into())));
    }
    if let Some(source) = &filter.source {
        conditions.push(format!("o.source = {}", place(source.into())));
    }
    let among = |condition: String| {
        format!("o.added_at IN (SELECT added_at FROM intel_terms WHERE {condition})")
    };
    if let Some(called) = &filter.called {
        conditions.push(among(format!("term = {}", place(term(called).into()))));
    }
    if let Some(contains) = &filter.contains {
        let pattern = place(like(&term(contains)).into());
        conditions.push(among(format!("term LIKE {pattern} ESCAPE '!'")));
    }
    let limit = place(i64::try_from(filter.limit).unwrap_or(i64::MAX).into());
    let sql = format!(
        "SELECT {HEAD} FROM intel_objects o WHERE {} ORDER BY o.added_at DESC LIMIT {limit}",
        conditions.join(" AND ")
    );
    let rows = store.read().rows("search for objects", &sql, &values)?;
    rows.iter().map(found).collect()
}

/// A pattern that every text with this in it matches.
fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// How many objects there are, versions counted.
pub fn count(store: &Store) -> Result<u64, StoreError> {
    let row = store
        .read()
        .row("count objects", "SELECT COUNT(*) FROM intel_objects", &[])?;
    row.map_or(Ok(0), |row| row.count(0))
}

/// Gives every object that came after a time to `each`, with its text, in the order in which they came,
/// until it says `false`. Memory: one object. `each` must not ask the store anything.
pub fn each_after(
    store: &Store,
    after: Option<Timestamp>,
    mut each: impl FnMut(Found, String) -> bool,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT {HEAD}, o.body FROM intel_objects o WHERE o.added_at > ?1 ORDER BY o.added_at"
    );
    let after = values![written(after)];
    store.read().each("read objects", &sql, &after, &mut |row| {
        Ok(each(found(row)?, row.text(9)?))
    })
}
