//! Acting on accounts by signed requests.

use std::collections::BTreeMap;

use avert_model::{AccountId, AccountStatus};
use avert_ops::ports::{
    AccountState, Effect, Footprint, OperationKey, Pace, Platform, PortError, PortErrorKind,
    Profile, Remedy,
};
use serde_json::{Value, json};

use super::{Call, Webhook};

const STATE: &str = "POST account.state";
const APPLY: &str = "POST account.apply";
const RESTORE: &str = "POST account.restore";
const PROFILE: &str = "POST account.profile";

const DISABLED: &str = "disabled";
const RESTRICTED: &str = "restricted";

/// The switch that a remedy turns.
fn switch(remedy: Remedy) -> Option<&'static str> {
    match remedy {
        Remedy::Disable => Some(DISABLED),
        Remedy::Restrict => Some(RESTRICTED),
        Remedy::Secure | Remedy::Watch => None,
    }
}

fn misunderstood(label: &str, what: String) -> PortError {
    PortError {
        request: label.to_owned(),
        kind: PortErrorKind::Protocol(what),
        effect: Effect::None,
    }
}

/// The status that switches mean; of several the strongest gives it.
fn status(switches: &BTreeMap<String, bool>, gone: bool) -> AccountStatus {
    let is = |name: &str| switches.get(name).copied().unwrap_or(false);
    if gone {
        AccountStatus::Gone
    } else if is(DISABLED) {
        AccountStatus::Disabled
    } else if is(RESTRICTED) {
        AccountStatus::Restricted
    } else {
        AccountStatus::Active
    }
}

impl Webhook {
    /// A yes or no of an answer; none where it says nothing.
    fn says(answer: &Value, name: &str) -> Result<Option<bool>, PortError> {
        match answer.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(is)) => Ok(Some(*is)),
            Some(_) => Err(misunderstood(
                STATE,
                format!("'{name}' is neither true nor false"),
            )),
        }
    }

    fn read(&self, answer: &Value) -> Result<AccountState, PortError> {
        let mut switches = BTreeMap::new();
        for (name, remedy) in [(DISABLED, Remedy::Disable), (RESTRICTED, Remedy::Restrict)] {
            match Self::says(answer, name)? {
                Some(on) => drop(switches.insert(name.to_owned(), on)),
                // Whoever can turn a switch says how it stands, or it could not be put back.
                None if self.supports(remedy) => {
                    return Err(misunderstood(STATE, format!("the account has no '{name}'")));
                }
                None => {}
            }
        }
        let gone = Self::says(answer, "gone")?.unwrap_or(false);
        Ok(AccountState {
            status: status(&switches, gone),
            switches,
        })
    }
}

impl Platform for Webhook {
    fn name(&self) -> &str {
        &self.name
    }

    fn describe(&self, remedy: Remedy) -> Option<String> {
        (remedy.acts() && self.supports(remedy))
            .then(|| format!("{APPLY} {{\"remedy\":\"{}\"}}", remedy.as_str()))
    }

    fn supports(&self, remedy: Remedy) -> bool {
        remedy == Remedy::Watch || self.remedies.contains(&remedy)
    }

    fn irreversible(&self, remedy: Remedy) -> Option<String> {
        (remedy == Remedy::Secure && self.supports(remedy))
            .then(|| "its sessions stay ended and its old password worthless".into())
    }

    fn pace(&self) -> Pace {
        self.pace
    }

    fn requests_made(&self) -> u64 {
        self.http.made()
    }

    fn profile(&self, account: &AccountId) -> Result<Profile, PortError> {
        let answer = match self.ask(PROFILE, account.as_str()) {
            Ok(answer) => answer,
            // The contract leaves it open whether a platform tells.
            Err(error) if matches!(error.kind, PortErrorKind::Server { status: 501, .. }) => {
                return Ok(Profile::default());
            }
            Err(error) => return Err(error),
        };
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        let number = |name: &str| answer.get(name).and_then(Value::as_u64);
        Ok(Profile {
            footprint: Footprint {
                created_at: text("created_at").and_then(|at| at.parse().ok()),
                verified: answer.get("verified").and_then(Value::as_bool),
                followers: number("followers"),
                sole_admin_of: number("sole_admin_of"),
                language: text("language").map(str::to_owned),
                country: text("country").map(str::to_owned),
            },
            held: answer
                .get("held")
                .filter(|held| !held.is_null())
                .map(Value::to_string),
        })
    }

    fn state(&self, account: &AccountId) -> Result<AccountState, PortError> {
        self.read(&self.ask(STATE, account.as_str())?)
    }

    fn expected(&self, prior: &AccountState, remedy: Remedy) -> AccountState {
        let mut state = prior.clone();
        if let (Some(switch), Some(status)) = (switch(remedy), remedy.leads_to()) {
            state.switches.insert(switch.to_owned(), true);
            state.status = state.status.max(status);
        }
        state
    }

    /// That an account is secured is no switch, so it is asked for.
    fn in_effect(
        &self,
        account: &AccountId,
        remedy: Remedy,
        now: &AccountState,
    ) -> Result<bool, PortError> {
        if remedy == Remedy::Secure {
            let answer = self.ask(STATE, account.as_str())?;
            return Ok(Self::says(&answer, "secured")?.unwrap_or(false));
        }
        Ok(remedy.leads_to().is_none_or(|status| now.status == status))
    }

    fn apply(
        &self,
        account: &AccountId,
        remedy: Remedy,
        key: &OperationKey,
    ) -> Result<(), PortError> {
        if !remedy.acts() {
            return Ok(());
        }
        if !self.supports(remedy) {
            return Err(PortError {
                request: APPLY.into(),
                kind: PortErrorKind::Local(format!(
                    "the settings do not name '{}' among the remedies",
                    remedy.as_str()
                )),
                effect: Effect::None,
            });
        }
        let account = account.as_str();
        self.call(Call {
            label: APPLY,
            hidden: vec![account],
            data: json!({ "account": account, "remedy": remedy }),
            id: key,
            changes: true,
        })
        .map(drop)
    }

    fn restore(
        &self,
        account: &AccountId,
        prior: &AccountState,
        key: &OperationKey,
    ) -> Result<(), PortError> {
        let account = account.as_str();
        self.call(Call {
            label: RESTORE,
            hidden: vec![account],
            data: json!({ "account": account, "switches": prior.switches }),
            id: key,
            changes: true,
        })
        .map(drop)
    }
}
