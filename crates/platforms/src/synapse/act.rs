//! Locking and suspending, and taking both back.

use avert_model::{AccountId, AccountStatus};
use avert_ops::ports::{
    AccountState, Effect, OperationKey, Pace, Platform, PortError, PortErrorKind, Remedy,
};
use serde_json::{Value, json};

use super::Synapse;
use crate::http::{Method, segment};
use crate::settings::unguessable;

const LOCKED: &str = "locked";
const SUSPENDED: &str = "suspended";
const DEACTIVATED: &str = "deactivated";

/// The status that an account's switches mean.
pub(super) fn status(account: &Value) -> AccountStatus {
    let is = |switch: &str| {
        account
            .get(switch)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    };
    if is(DEACTIVATED) || is("erased") {
        AccountStatus::Gone
    } else if is(LOCKED) {
        AccountStatus::Disabled
    } else if is(SUSPENDED) {
        AccountStatus::Restricted
    } else {
        AccountStatus::Active
    }
}

impl Synapse {
    fn lock(&self, account: &AccountId, locked: bool) -> Result<(), PortError> {
        // This request makes an account that does not exist, so its existence is asked first.
        self.state(account)?;
        let path = format!("/_synapse/admin/v2/users/{}", segment(account.as_str()));
        let body = json!({ LOCKED: locked });
        let label = "PUT /_synapse/admin/v2/users/…";
        self.change(Method::Put, label, path, (account.as_str(), &body))
            .map(drop)
    }

    /// Gives the account a password that nobody knows and ends its sessions. The owner gets a password
    /// of their own again by the server's reset over e-mail.
    fn secure(&self, account: &AccountId) -> Result<(), PortError> {
        let path = format!(
            "/_synapse/admin/v1/reset_password/{}",
            segment(account.as_str())
        );
        let body = json!({ "new_password": unguessable()?, "logout_devices": true });
        let label = "POST /_synapse/admin/v1/reset_password/…";
        self.change(Method::Post, label, path, (account.as_str(), &body))
            .map(drop)
    }

    fn sessions(&self, account: &AccountId) -> Result<usize, PortError> {
        let path = format!(
            "/_synapse/admin/v2/users/{}/devices",
            segment(account.as_str())
        );
        let label = "GET /_synapse/admin/v2/users/…/devices";
        let found = self.get(label, path, account.as_str())?;
        let devices = found.get("devices").and_then(Value::as_array);
        devices.map(Vec::len).ok_or_else(|| PortError {
            request: label.into(),
            kind: PortErrorKind::Protocol("there is no list of devices".into()),
            effect: Effect::None,
        })
    }

    fn suspend(&self, account: &AccountId, suspended: bool) -> Result<(), PortError> {
        let path = format!("/_synapse/admin/v1/suspend/{}", segment(account.as_str()));
        let body = json!({ "suspend": suspended });
        let label = "PUT /_synapse/admin/v1/suspend/…";
        self.change(Method::Put, label, path, (account.as_str(), &body))
            .map(drop)
    }
}

impl Platform for Synapse {
    fn name(&self) -> &str {
        &self.name
    }

    fn describe(&self, remedy: Remedy) -> Option<String> {
        match remedy {
            Remedy::Disable => Some("PUT /_synapse/admin/v2/users/… {\"locked\":true}".into()),
            Remedy::Restrict => Some("PUT /_synapse/admin/v1/suspend/… {\"suspend\":true}".into()),
            Remedy::Secure => {
                Some("POST /_synapse/admin/v1/reset_password/… {\"logout_devices\":true}".into())
            }
            Remedy::Watch => None,
        }
    }

    fn supports(&self, _: Remedy) -> bool {
        true
    }

    fn irreversible(&self, remedy: Remedy) -> Option<String> {
        (remedy == Remedy::Secure).then(|| {
            "its sessions stay ended, and its owner has to set a new password by e-mail".into()
        })
    }

    fn pace(&self) -> Pace {
        self.pace
    }

    fn requests_made(&self) -> u64 {
        self.http.made()
    }

    fn profile(&self, account: &AccountId) -> Result<avert_ops::ports::Profile, PortError> {
        self.held_profile(account)
    }

    fn state(&self, account: &AccountId) -> Result<AccountState, PortError> {
        let path = format!("/_synapse/admin/v2/users/{}", segment(account.as_str()));
        let found = self.get("GET /_synapse/admin/v2/users/…", path, account.as_str())?;
        let mut switches = std::collections::BTreeMap::new();
        for switch in [LOCKED, SUSPENDED, DEACTIVATED] {
            let on = found
                .get(switch)
                .and_then(Value::as_bool)
                .ok_or_else(|| PortError {
                    request: "GET /_synapse/admin/v2/users/…".into(),
                    kind: PortErrorKind::Protocol(format!("the account has no '{switch}'")),
                    effect: Effect::None,
                })?;
            switches.insert(switch.to_owned(), on);
        }
        Ok(AccountState {
            status: status(&found),
            switches,
        })
    }

    fn expected(&self, prior: &AccountState, remedy: Remedy) -> AccountState {
        let mut state = prior.clone();
        let (switch, status) = match remedy {
            Remedy::Disable => (LOCKED, AccountStatus::Disabled),
            Remedy::Restrict => (SUSPENDED, AccountStatus::Restricted),
            Remedy::Secure | Remedy::Watch => return state,
        };
        state.switches.insert(switch.to_owned(), true);
        // Of several switches the strongest gives the status.
        state.status = state.status.max(status);
        state
    }

    fn apply(
        &self,
        account: &AccountId,
        remedy: Remedy,
        _: &OperationKey,
    ) -> Result<(), PortError> {
        match remedy {
            Remedy::Disable => self.lock(account, true),
            Remedy::Restrict => self.suspend(account, true),
            Remedy::Secure => self.secure(account),
            Remedy::Watch => Ok(()),
        }
    }

    /// An account is secured while nobody is signed in to it.
    fn in_effect(
        &self,
        account: &AccountId,
        remedy: Remedy,
        now: &AccountState,
    ) -> Result<bool, PortError> {
        Ok(match remedy {
            Remedy::Secure => self.sessions(account)? == 0,
            _ => remedy.leads_to().is_none_or(|status| now.status == status),
        })
    }

    fn restore(
        &self,
        account: &AccountId,
        prior: &AccountState,
        _: &OperationKey,
    ) -> Result<(), PortError> {
        let was = |switch: &str| prior.switches.get(switch).copied().unwrap_or(false);
        let now = self.state(account)?;
        let is = |switch: &str| now.switches.get(switch).copied().unwrap_or(false);
        if is(LOCKED) != was(LOCKED) {
            self.lock(account, was(LOCKED))?;
        }
        if is(SUSPENDED) != was(SUSPENDED) {
            self.suspend(account, was(SUSPENDED))?;
        }
        Ok(())
    }
}
