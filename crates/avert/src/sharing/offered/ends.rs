//! What was taken back: the revoked version in its place, for as long as its readers may have it.

use std::collections::BTreeSet;

use avert_exchange::release::{Item, Rules, check};
use avert_ops::sharing::{self, Asked, Change, Put};
use avert_ops::store::Store;
use serde_json::Value;

use super::Settling;
use crate::failure::Failure;
use crate::sharing::KeptTerms;

impl Settling<'_> {
    /// Puts this in place of all that is read of an object, and offers it no longer. What names the object is
    /// judged anew.
    pub(crate) fn take_back(
        &mut self,
        store: &mut Store,
        id: &str,
        put: Option<Put>,
    ) -> Result<(), Failure> {
        let ids = vec![id.to_owned()];
        let number = self.collection.number;
        let mut naming = sharing::referring(store, number, &ids, false)?;
        naming.extend(sharing::made_by(store, number, &ids, false)?);
        naming.extend(sharing::mentioning(store, number, id)?);
        sharing::withdraw_retracted(store, self.clock, number, &ids)?;
        let change = Change {
            ids,
            put: put.into_iter().collect(),
            ..Change::default()
        };
        self.apply(store, change)?;
        self.facts.retracted.insert(id.to_owned());
        self.these(store, &naming)?;
        Ok(())
    }

    /// Takes out the revoked versions of what was taken back, as far as their audience may not have them now.
    pub(super) fn judge_ends(&mut self, store: &mut Store) -> Result<(), Failure> {
        let number = self.collection.number;
        let retracted: Vec<String> = self.facts.retracted.iter().cloned().collect();
        let there = sharing::visible(store, number, &retracted)?;
        let none = BTreeSet::new();
        // A copy of somebody's own is no end of anything.
        let ends = there.into_iter().filter(|(_, copies)| copies.is_empty());
        for (id, _) in ends {
            let mut items = Vec::new();
            let asked = Asked {
                ids: vec![id.clone()],
                ..Asked::default()
            };
            sharing::each(store, number, &asked, true, 100, &mut |shown| {
                items.extend(serde_json::from_str::<Value>(&shown.body).ok());
                true
            })?;
            let versions = sharing::versions_of_all(store, std::slice::from_ref(&id))?;
            self.wait_for(store, versions.iter().map(|version| &version.terms))?;
            let terms = versions.first().map_or("", |version| &version.terms);
            let terms = KeptTerms::read(terms).terms();
            let items: Vec<Item<Value>> = items
                .into_iter()
                .map(|object| Item {
                    object,
                    terms: terms.clone(),
                })
                .collect();
            let rules = Rules {
                retracted: &none,
                ..self.facts.rules(self.sharing)
            };
            let release = check(&items, self.audience, &rules, self.clock.now())?;
            if release.releasable.get().objects.len() < items.len() {
                let change = Change {
                    ids: vec![id],
                    ..Change::default()
                };
                self.apply(store, change)?;
            }
        }
        Ok(())
    }
}
