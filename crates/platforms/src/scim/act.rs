//! Making users inactive, and active again.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use avert_model::{AccountId, AccountStatus};
use avert_ops::ports::{
    AccountState, Effect, OperationKey, Pace, Platform, PortError, PortErrorKind, Profile, Remedy,
};
use serde_json::{Value, json};

use super::user::{self, attribute, name_of};
use super::{Found, Known, Scim, USER};
use crate::http::{Method, Request, segment};
use crate::settings::unguessable;

const ACTIVE: &str = "active";
const PATCH: &str = "PATCH /Users/…";
const PUT: &str = "PUT /Users/…";
const CONFIG: &str = "GET /ServiceProviderConfig";
/// The schema of a change (RFC 7644, 3.5.2).
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

impl Scim {
    /// Makes `active` what it should be: absent for none.
    fn set_active(&self, account: &AccountId, to: Option<bool>) -> Result<(), PortError> {
        let found = self.seen_or_found(account)?;
        if user::active(&found.user, USER)? == to {
            return Ok(());
        }
        self.change(account, &found, ACTIVE, to.map(Value::Bool))
    }

    /// Gives the account a password that nobody knows.
    fn secure(&self, account: &AccountId) -> Result<(), PortError> {
        let found = self.find(account)?;
        // Every kind of character, since servers ask for them.
        let password = format!("Aa0-{}", unguessable()?);
        self.change(account, &found, "password", Some(password.into()))?;
        let mut secured = self.secured.lock().unwrap_or_else(PoisonError::into_inner);
        secured.insert(account.clone());
        Ok(())
    }

    /// Writes one attribute, or takes it away, unless somebody has written the user meanwhile.
    fn change(
        &self,
        account: &AccountId,
        found: &Found,
        name: &'static str,
        to: Option<Value>,
    ) -> Result<(), PortError> {
        let path = format!("/Users/{}", segment(&found.id));
        let patches = self.patches()?;
        let mut request = if patches {
            let operation = match to {
                Some(value) => json!({ "op": "replace", "path": name, "value": value }),
                None => json!({ "op": "remove", "path": name }),
            };
            let body = json!({ "schemas": [PATCH_OP], "Operations": [operation] });
            Request::change(Method::Patch, PATCH, path, &body)
        } else {
            Request::change(Method::Put, PUT, path, &whole(&found.user, name, to))
        };
        if let Some(version) = found.condition() {
            request = request.header("If-Match", version.clone());
        }
        request = request.hiding(account.as_str()).hiding(&found.id);
        for known_by in ["userName", "externalId", "displayName"] {
            if let Some(text) = super::text(&found.user, known_by) {
                request = request.hiding(text);
            }
        }
        let changed = self.http.once(&request).map(drop);
        if let Err(error) = &changed
            && patches
            && matches!(error.kind, PortErrorKind::Server { status: 501, .. })
        {
            // It did not say so before; the next try is made of the whole resource.
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            *known = Some(Known {
                patches: false,
                versions: false,
            });
        }
        changed
    }

    /// Whether a part of a resource can be changed. Asked once; what does not say so is tried as most
    /// servers are.
    fn patches(&self) -> Result<bool, PortError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = *known {
            return Ok(known.patches);
        }
        let request = Request::get(CONFIG, "/ServiceProviderConfig".into());
        let told = match self.http.once(&request) {
            Ok(answer) => answer.value,
            // Not every server has the page, or shows it to everybody who may act.
            Err(error) if !error.kind.is_passing() => Value::Null,
            Err(error) => return Err(error),
        };
        let supports = |what| attribute(attribute(&told, what)?, "supported")?.as_bool();
        let told = known.insert(Known {
            patches: supports("patch").unwrap_or(true),
            versions: supports("etag").unwrap_or(false),
        });
        Ok(told.patches)
    }
}

/// The whole resource with one attribute changed, under the name the server gave it.
fn whole(user: &Value, name: &'static str, to: Option<Value>) -> Value {
    let mut user = user.clone();
    let name = name_of(&user, name);
    if let Some(attributes) = user.as_object_mut() {
        match to {
            Some(value) => attributes.insert(name, value),
            None => attributes.remove(&name),
        };
    }
    user
}

fn state(active: Option<bool>) -> AccountState {
    AccountState {
        status: user::status(active),
        switches: active
            .map(|active| (ACTIVE.to_owned(), active))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
    }
}

impl Platform for Scim {
    fn name(&self) -> &str {
        &self.name
    }

    fn describe(&self, remedy: Remedy) -> Option<String> {
        match remedy {
            Remedy::Disable => Some("PATCH /Users/… {\"active\":false}".into()),
            Remedy::Secure if self.secure_by_password => {
                Some("PATCH /Users/… {\"password\":…}".into())
            }
            Remedy::Restrict | Remedy::Secure | Remedy::Watch => None,
        }
    }

    fn supports(&self, remedy: Remedy) -> bool {
        match remedy {
            Remedy::Disable | Remedy::Watch => true,
            Remedy::Secure => self.secure_by_password,
            Remedy::Restrict => false,
        }
    }

    fn irreversible(&self, remedy: Remedy) -> Option<String> {
        (remedy == Remedy::Secure && self.secure_by_password).then(|| {
            "its old password stays worthless, and its owner has to set a new one; whether sessions \
             end with it is up to the platform"
                .into()
        })
    }

    fn pace(&self) -> Pace {
        self.pace
    }

    fn requests_made(&self) -> u64 {
        self.http.made()
    }

    fn profile(&self, account: &AccountId) -> Result<Profile, PortError> {
        let mut user = self.find(account)?.user;
        if let Some(attributes) = user.as_object_mut() {
            // No server should return it (RFC 7643, 4.1.1); one that does is not quoted.
            attributes.retain(|name, _| !name.eq_ignore_ascii_case("password"));
        }
        Ok(Profile {
            footprint: user::footprint(&user),
            held: Some(user.to_string()),
        })
    }

    fn state(&self, account: &AccountId) -> Result<AccountState, PortError> {
        let found = self.find(account)?;
        let state = state(user::active(&found.user, USER)?);
        self.remember(account, found);
        Ok(state)
    }

    fn expected(&self, prior: &AccountState, remedy: Remedy) -> AccountState {
        let mut state = prior.clone();
        if remedy == Remedy::Disable {
            state.switches.insert(ACTIVE.to_owned(), false);
            state.status = state.status.max(AccountStatus::Disabled);
        }
        state
    }

    /// Whether a password was replaced no answer shows, so only this process knows, and another one
    /// has to do it again.
    fn in_effect(
        &self,
        account: &AccountId,
        remedy: Remedy,
        now: &AccountState,
    ) -> Result<bool, PortError> {
        Ok(match remedy {
            Remedy::Secure => {
                let secured = self.secured.lock().unwrap_or_else(PoisonError::into_inner);
                secured.contains(account)
            }
            _ => remedy.leads_to().is_none_or(|status| now.status == status),
        })
    }

    fn apply(
        &self,
        account: &AccountId,
        remedy: Remedy,
        _: &OperationKey,
    ) -> Result<(), PortError> {
        match remedy {
            Remedy::Disable => self.set_active(account, Some(false)),
            Remedy::Secure if self.secure_by_password => self.secure(account),
            Remedy::Watch => Ok(()),
            Remedy::Restrict | Remedy::Secure => Err(PortError {
                request: format!("{} an account by SCIM", remedy.as_str()),
                kind: PortErrorKind::Local("that is not supported".into()),
                effect: Effect::None,
            }),
        }
    }

    fn restore(
        &self,
        account: &AccountId,
        prior: &AccountState,
        _: &OperationKey,
    ) -> Result<(), PortError> {
        self.set_active(account, prior.switches.get(ACTIVE).copied())
    }
}
