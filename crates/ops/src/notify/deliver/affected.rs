//! Whom the accounts reached that are closed now: who may be told that they were.

use std::collections::BTreeMap;

use avert_model::{AccountId, ContactTier, PlanId};

use crate::notify::error::NotifyError;
use crate::notify::reach::{Reached, granted};
use crate::store::Store;
use crate::takedown::{self, Plan};

/// Everybody whom closed accounts of a plan reached, as of the last look.
pub(super) struct Affected {
    plan: PlanId,
    granted: u64,
    /// Each with how close they came to accounts that are closed now.
    people: BTreeMap<AccountId, ContactTier>,
}

impl Affected {
    pub(super) fn by(store: &Store, plan: &Plan) -> Result<Self, NotifyError> {
        let view = store.view()?;
        let plan_id = plan.header().id;
        let reached = Reached::by_closed(&view, plan)?;
        Ok(Self {
            plan: plan_id,
            granted: granted(&view, plan_id)?,
            people: reached
                .contacts
                .into_iter()
                .map(|(account, contact)| (account, contact.tier))
                .collect(),
        })
    }

    /// Looks again if an appeal was granted since. One account alone goes back in no other way, and
    /// whatever gives back more changes the state of the plan.
    pub(super) fn renew(&mut self, store: &Store) -> Result<(), NotifyError> {
        if granted(store.read(), self.plan)? != self.granted {
            *self = Self::by(store, &takedown::show(store, self.plan)?)?;
        }
        Ok(())
    }

    /// How close a person came to accounts that are closed now; nothing if to none of them.
    pub(super) fn tier<'a>(
        &self,
        accounts: impl Iterator<Item = &'a AccountId>,
    ) -> Option<ContactTier> {
        accounts
            .filter_map(|account| self.people.get(account))
            .copied()
            .max()
    }
}
