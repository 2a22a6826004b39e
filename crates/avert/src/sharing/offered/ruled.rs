//! When a collection is settled: by which rules, until when, and when all of it is on disk.

use avert_ops::sharing::{self, Applied, Change};
use avert_ops::store::Store;

use super::Settling;
use crate::failure::Failure;
use crate::sharing::judged::awaited;

impl Settling<'_> {
    /// Has the collection hold this. Where something vanishes, nothing says that it is settled before the end.
    pub(super) fn apply(&mut self, store: &mut Store, change: Change) -> Result<Applied, Failure> {
        let applied = sharing::apply(store, self.clock, self.collection.number, change)?;
        self.is_on_disk = false;
        if !applied.vanished.is_empty() {
            self.collection.rules.push(sharing::UNSETTLED);
        }
        Ok(applied)
    }

    /// Says under which rules all of it was released, and until when they say the same.
    pub(super) fn end(&mut self, store: &mut Store) -> Result<(), Failure> {
        let rules = self.rules();
        // Another's clock may be ahead: what has happened by it happens here later.
        let now = self.clock.now();
        let happened = self.facts.happened.iter();
        let awaited = happened.filter(|one| self.collection.awaits.contains(&one.event));
        let ahead = awaited.map(|one| one.at).filter(|at| *at > now);
        self.next_at = ahead.chain(self.next_at).min();
        if rules != self.collection.rules || self.next_at != self.collection.next_at {
            self.is_on_disk |= sharing::settle(store, &self.collection, &rules, self.next_at)?;
            self.collection.rules = rules;
            self.collection.next_at = self.next_at;
        }
        if !self.is_on_disk && !self.is_followed {
            store.flush()?;
            self.is_on_disk = true;
        }
        Ok(())
    }

    pub(super) fn rules(&self) -> String {
        let happened = &self.facts.happened;
        self.sharing
            .rules(self.audience, happened, &self.collection.awaits)
    }

    /// Whoever reads this collection later looks whether what these terms wait for has happened meanwhile.
    pub(super) fn wait_for<'t>(
        &mut self,
        store: &mut Store,
        terms: impl Iterator<Item = &'t String>,
    ) -> Result<(), Failure> {
        let events = awaited(terms);
        if !self.collection.awaits.is_superset(&events) {
            sharing::wait_for(store, self.collection.number, &events)?;
            self.collection.awaits.extend(events);
        }
        Ok(())
    }
}
