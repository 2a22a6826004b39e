//! Reading what lies in a collection.

use avert_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::intel::{NO_VERSION, moment, read_version, written};
use crate::store::{Row, Store, StoreError, Value, values};

/// Which versions of an object are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Which {
    /// The first.
    pub first: bool,
    /// The last.
    pub last: bool,
    /// All of them.
    pub all: bool,
    /// Those of these times.
    pub exactly: Vec<Timestamp>,
}

/// What is asked for. What is empty does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What was put in later than this.
    pub after: Option<Timestamp>,
    /// Objects of these ids.
    pub ids: Vec<String>,
    /// Of these types.
    pub kinds: Vec<String>,
    /// Of these versions of the standard.
    pub spec_versions: Vec<String>,
    /// These versions.
    pub which: Which,
}

impl Asked {
    /// Whether it asks for such an object, whatever its version.
    pub(super) fn has(&self, id: &str, kind: &str, spec_version: &str) -> bool {
        let among = |list: &[String], one: &str| list.is_empty() || list.iter().any(|it| it == one);
        among(&self.ids, id) && among(&self.kinds, kind) && among(&self.spec_versions, spec_version)
    }
}

/// What is read of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Since when it lies there.
    pub added_at: Timestamp,
    /// Its id.
    pub id: String,
    /// Which version of it; those that have none are told apart by when they were put in.
    pub version: Timestamp,
    /// The version of the standard that it is of.
    pub spec_version: String,
    /// Its text; empty where nobody asked for it.
    pub body: String,
}

/// Gives at most `limit` of what is asked for to `each`, in the order in which it was put in, until it says
/// `false`, and says whether there is more. `each` must not ask the store anything. Memory: one object.
///
/// Cost: what is given, where what is asked for by type, id, or the last version alone; otherwise what lies
/// between.
pub fn each(
    store: &Store,
    collection: i64,
    asked: &Asked,
    with_text: bool,
    limit: usize,
    each: &mut dyn FnMut(Shown) -> bool,
) -> Result<bool, StoreError> {
    let mut values: Vec<Value> = values![collection, written(asked.after)].into();
    let mut conditions = vec!["collection = ?1 AND added_at > ?2".to_owned()];
    let mut place = |value: Value| {
        values.push(value);
        format!("?{}", values.len())
    };
    for (column, list) in [
        ("id", &asked.ids),
        ("kind", &asked.kinds),
        ("spec_version", &asked.spec_versions),
    ] {
        if !list.is_empty() {
            let places: Vec<String> = list.iter().map(|one| place(one.into())).collect();
            conditions.push(format!("{column} IN ({})", places.join(", ")));
        }
    }
    let which = &asked.which;
    if !which.all {
        let mut any = Vec::new();
        if which.last {
            any.push("is_last = 1".to_owned());
        }
        if which.first {
            any.push("is_first = 1".to_owned());
        }
        for at in &which.exactly {
            let at = place(at.as_microsecond().into());
            let none = place(NO_VERSION.into());
            any.push(format!(
                "version = {at} OR (version = {none} AND added_at = {at})"
            ));
        }
        conditions.push(if any.is_empty() {
            "is_last = 1".to_owned()
        } else {
            format!("({})", any.join(" OR "))
        });
    }
    let more_than = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let more_than = place(more_than.into());
    let body = if with_text { "body" } else { "''" };
    let sql = format!(
        "SELECT added_at, id, version, spec_version, {body} FROM shared_objects WHERE {} \
         ORDER BY added_at LIMIT {more_than}",
        conditions.join(" AND ")
    );
    let (mut given, mut more, mut full) = (0, false, false);
    store
        .read()
        .each("read a collection", &sql, &values, &mut |row| {
            more = full || given == limit;
            if !more {
                given += 1;
                full = !each(shown(row)?);
            }
            Ok(!more)
        })?;
    Ok(more)
}

fn shown(row: &Row) -> Result<Shown, StoreError> {
    let added_at = moment(row.number(0)?)?;
    Ok(Shown {
        added_at,
        id: row.text(1)?,
        version: read_version(row.number(2)?).unwrap_or(added_at),
        spec_version: row.text(3)?,
        body: row.text(4)?,
    })
}

/// How many versions of an object lie in a collection, of whatever is asked for: nought says that it is not
/// there.
pub fn versions_of(store: &Store, collection: i64, id: &str) -> Result<u64, StoreError> {
    let row = store.read().row(
        "look for an object in a collection",
        "SELECT COUNT(*) FROM shared_objects WHERE collection = ?1 AND id = ?2",
        &values![collection, id],
    )?;
    row.map_or(Ok(0), |row| row.count(0))
}
