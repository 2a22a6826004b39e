//! Turns: how many of something are under way at once, for everybody together and for each who asks.
//!
//! What is brought is held in memory while it comes in, however slowly: whoever brings much takes a turn before, and
//! nobody has more than a few.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Turns for many who ask.
pub(super) struct Turns {
    all: Arc<Semaphore>,
    each: usize,
    /// Turns of those who have any; who has none is forgotten.
    of: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}

/// A turn, until it is dropped.
pub(super) struct Turn {
    _of_all: OwnedSemaphorePermit,
    _of_one: OwnedSemaphorePermit,
}

impl Turns {
    /// So many together, and so many of one who asks.
    pub(super) fn new(all: usize, each: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(all)),
            each,
            of: Mutex::default(),
        }
    }

    /// A turn for whoever is called so, as soon as there is one; nothing where they have all of theirs.
    pub(super) async fn take(&self, name: &str) -> Option<Turn> {
        let of_one = self.own(name).try_acquire_owned().ok()?;
        let of_all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Turn {
            _of_all: of_all,
            _of_one: of_one,
        })
    }

    fn own(&self, name: &str) -> Arc<Semaphore> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        // One that nobody holds is whole, and made anew when it is needed.
        of.retain(|_, turns| Arc::strong_count(turns) > 1);
        let own = of
            .entry(name.to_owned())
            .or_insert_with(|| Arc::new(Semaphore::new(self.each)));
        Arc::clone(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_more_than_their_own_and_others_have_theirs() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let turns = Turns::new(3, 2);
            let first = turns.take("cert").await;
            let second = turns.take("cert").await;
            assert!(first.is_some() && second.is_some());
            assert!(turns.take("cert").await.is_none());
            let other = turns.take("bank").await;
            assert!(other.is_some());
            drop(first);
            assert!(turns.take("cert").await.is_some());
        });
    }
}
