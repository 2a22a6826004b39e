//! What is judged again, and in which company.

use std::collections::{BTreeMap, BTreeSet};

use avert_ops::sharing;
use avert_ops::store::Store;

use crate::failure::Failure;

/// What is to be judged again.
#[derive(Debug, Default)]
pub(super) struct Again {
    /// What may tell too much now.
    pub(super) must: BTreeSet<String>,
    /// What could tell more.
    pub(super) may: BTreeSet<String>,
}

impl Again {
    pub(super) fn all(must: BTreeSet<String>) -> Self {
        Self {
            must,
            may: BTreeSet::new(),
        }
    }
}

/// What waits to be judged, by who offers it: partners, each by themselves, and ourselves. Which of a partner's objects are
/// judged together follows from that partner's alone.
#[derive(Debug, Default)]
pub(super) struct Waiting(BTreeMap<String, BTreeSet<String>>);

impl Waiting {
    pub(super) fn add(
        &mut self,
        store: &Store,
        collection: i64,
        ids: BTreeSet<String>,
    ) -> Result<(), Failure> {
        let asked: Vec<String> = ids.iter().cloned().collect();
        let mut by = sharing::offered_by(store, collection, &asked)?;
        for id in ids {
            let by = by.remove(&id).unwrap_or_default();
            // The last in their order stands for all; ourselves, who are called nothing, where nobody else does.
            let by = by.into_iter().next_back().unwrap_or_default();
            self.0.entry(by).or_default().insert(id);
        }
        Ok(())
    }

    /// Those that are judged together next, so many at most, and who offers them.
    pub(super) fn next(&mut self, together: usize) -> Option<(String, Vec<String>)> {
        let mut last = self.0.last_entry()?;
        let by = last.key().clone();
        let waiting = last.get_mut();
        let next = std::iter::from_fn(|| waiting.pop_first())
            .take(together)
            .collect();
        if waiting.is_empty() {
            last.remove();
        }
        Some((by, next))
    }
}
