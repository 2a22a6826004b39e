//! Whom the accounts reached that are closed now: who may be told that they were.

use std::collections::BTreeSet;

use avert_model::{AccountId, PlanId};

use crate::notify::error::NotifyError;
use crate::notify::reach::{Reached, granted};
use crate::store::Store;
use crate::takedown::{self, Plan};

/// Everybody whom closed accounts of a plan reached, as of the last look.
pub(super) struct Affected {
    plan: PlanId,
    granted: u64,
    people: BTreeSet<AccountId>,
}

impl Affected {
    pub(super) fn by(store: &Store, plan: &Plan) -> Result<Self, NotifyError> {
        let view = store.view()?;
        let plan_id = plan.header().id;
        let reached = Reached::by_closed(&view, plan)?;
        Ok(Self {
            plan: plan_id,
            granted: granted(&view, plan_id)?,
            people: reached.contacts.into_keys().collect(),
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

    pub(super) fn has(&self, account: &AccountId) -> bool {
        self.people.contains(account)
    }
}
