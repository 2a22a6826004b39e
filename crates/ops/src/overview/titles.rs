//! Looking for words in titles. No index knows what stands within one, so they are read one after the other, and
//! only so many for one page.

use crate::store::{Row, StoreError, Value, View};

/// How many titles are looked through for one page.
const LOOKED_THROUGH: usize = 10_000;

/// What was found.
pub(super) struct Found {
    /// The ids of those with the words in their titles, at most one more than a page holds.
    pub(super) ids: Vec<Value>,
    /// The last that was looked at, where there may be more to look through than was.
    pub(super) looked_to: Option<Row>,
}

/// Looks for words in titles, whatever the case of their letters in any script. `sql` gives the id first and the
/// title second, in the order of the list, and ends in the place of a limit, whose value comes after `values`.
pub(super) fn with(
    view: &View<'_>,
    (sql, mut values): (&str, Vec<Value>),
    words: &str,
    limit: usize,
) -> Result<Found, StoreError> {
    let words = words.to_lowercase();
    values.push((LOOKED_THROUGH as u64).into());
    let (mut ids, mut looked, mut last) = (Vec::new(), 0, None);
    view.each("look through titles", sql, &values, &mut |row| {
        looked += 1;
        if row.text(1)?.to_lowercase().contains(&words) {
            ids.push(row.value(0)?);
        }
        if looked == LOOKED_THROUGH {
            last = Some(row.clone());
        }
        Ok(ids.len() <= limit)
    })?;
    // Where a page is full, its own last line says where the next begins.
    let looked_to = last.filter(|_| ids.len() <= limit);
    Ok(Found { ids, looked_to })
}
