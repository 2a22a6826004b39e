//! A platform that tells what it was asked to change.

use avert_model::AccountId;
use avert_ops::ports::{AccountState, OperationKey, Pace, Platform, PortError, Profile, Remedy};

use crate::common::FakePlatform;
use crate::common::shared::RefCell;

/// Passes everything on, and notes who is acted on.
pub(crate) struct Spy<'a> {
    pub(crate) inner: &'a FakePlatform,
    pub(crate) applied: &'a RefCell<Vec<(AccountId, Remedy)>>,
    pub(crate) restored: &'a RefCell<Vec<(AccountId, AccountState)>>,
}

impl Platform for Spy<'_> {
    fn name(&self) -> &str {
        self.inner.name()
    }
    fn describe(&self, remedy: Remedy) -> Option<String> {
        self.inner.describe(remedy)
    }
    fn supports(&self, remedy: Remedy) -> bool {
        self.inner.supports(remedy)
    }
    fn irreversible(&self, remedy: Remedy) -> Option<String> {
        self.inner.irreversible(remedy)
    }
    fn pace(&self) -> Pace {
        self.inner.pace()
    }
    fn profile(&self, account: &AccountId) -> Result<Profile, PortError> {
        self.inner.profile(account)
    }
    fn state(&self, account: &AccountId) -> Result<AccountState, PortError> {
        self.inner.state(account)
    }
    fn expected(&self, prior: &AccountState, remedy: Remedy) -> AccountState {
        self.inner.expected(prior, remedy)
    }
    fn in_effect(
        &self,
        account: &AccountId,
        remedy: Remedy,
        now: &AccountState,
    ) -> Result<bool, PortError> {
        self.inner.in_effect(account, remedy, now)
    }
    fn apply(
        &self,
        account: &AccountId,
        remedy: Remedy,
        key: &OperationKey,
    ) -> Result<(), PortError> {
        self.applied.borrow_mut().push((account.clone(), remedy));
        self.inner.apply(account, remedy, key)
    }
    fn restore(
        &self,
        account: &AccountId,
        prior: &AccountState,
        key: &OperationKey,
    ) -> Result<(), PortError> {
        let set = (account.clone(), prior.clone());
        self.restored.borrow_mut().push(set);
        self.inner.restore(account, prior, key)
    }
}
