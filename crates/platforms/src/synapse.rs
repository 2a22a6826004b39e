//! Matrix Synapse, through its admin API.
//!
//! It reads accounts, devices, addresses and user agents, rooms, invitations, and of messages that
//! they were sent, by whom and when: never their words. It locks and unlocks, suspends and
//! unsuspends, and hands over notices as server notices under a transaction id.
//!
//! Source: `docs/admin_api` of Synapse, and the client-server API, v1.11.

mod act;
mod notice;
mod profile;
mod read;
mod room;

use std::path::Path;

use avert_ops::ports::{Pace, Pause, PortError};
use serde_json::Value;

use crate::http::{Client, Dialect, Manner, Method, Request};
use crate::settings::{Secret, SettingsError, SynapseSettings, base_of, pace};

/// A Synapse homeserver.
pub struct Synapse {
    name: String,
    http: Client,
    /// Waits while the whole server is read; whoever acts is never waited for here.
    pause: Box<dyn Pause>,
    /// The account that server notices come from: what it does is nobody's act.
    notices_account: Option<String>,
    pace: Pace,
}

impl Synapse {
    /// Reads the settings and the token. Nothing is called yet.
    pub fn open(
        name: &str,
        settings: &SynapseSettings,
        base: &Path,
        pause: Box<dyn Pause>,
    ) -> Result<Self, SettingsError> {
        let token = Secret::read(
            "token",
            settings.token_file.as_deref(),
            settings.token_env.as_deref(),
            base,
        )?;
        let manner = Manner {
            dialect: Dialect::Matrix,
            token: Some(token),
            timeout_seconds: settings.timeout_seconds,
            at_once: settings.at_once,
        };
        Ok(Self {
            name: name.to_owned(),
            http: Client::new(&base_of(&settings.url)?, manner),
            pause,
            notices_account: settings.notices_account.clone(),
            pace: pace(settings.at_once, settings.per_second)?,
        })
    }

    /// Reads something about an account, once.
    fn get(&self, label: &'static str, path: String, account: &str) -> Result<Value, PortError> {
        let request = Request::get(label, path).hiding(account);
        Ok(self.http.once(&request)?.value)
    }

    /// Changes something about an account, once.
    fn change(
        &self,
        method: Method,
        label: &'static str,
        path: String,
        (account, body): (&str, &Value),
    ) -> Result<Value, PortError> {
        let request = Request::change(method, label, path, body).hiding(account);
        Ok(self.http.once(&request)?.value)
    }

    /// Reads a part of the whole server, with patience.
    fn page(&self, label: &'static str, path: String) -> Result<Value, PortError> {
        let request = Request::get(label, path);
        Ok(self.http.patiently(self.pause.as_ref(), &request)?.value)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod trial;
