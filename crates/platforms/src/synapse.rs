//! Matrix Synapse, through its admin API.
//!
//! It reads accounts, devices, addresses and user agents, rooms, invitations, and of messages that
//! they were sent, by whom and when: never their words. It locks and unlocks, suspends and
//! unsuspends, and hands over notices as server notices under a transaction id.
//!
//! Source: `docs/admin_api` of Synapse, and the client-server API, v1.11.

mod act;
mod http;
mod notice;
mod profile;
mod read;
mod room;

use std::path::Path;

use avert_ops::ports::{Pace, Pause};

use self::http::Http;
use crate::settings::{Secret, SettingsError, SynapseSettings, pace};

/// A Synapse homeserver.
pub struct Synapse {
    name: String,
    http: Http,
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
        let wrong = |why: String| SettingsError::Value {
            key: "url",
            value: settings.url.clone(),
            why,
        };
        let url =
            url::Url::parse(&settings.url).map_err(|error| wrong(format!("is no URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(wrong("must begin with http:// or https://".into()));
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            return Err(wrong("must hold neither a password nor a query".into()));
        }
        let token = Secret::read(
            "token",
            settings.token_file.as_deref(),
            settings.token_env.as_deref(),
            base,
        )?;
        Ok(Self {
            name: name.to_owned(),
            http: Http::new(
                url.as_str().trim_end_matches('/'),
                token,
                settings.timeout_seconds,
                pause,
            ),
            notices_account: settings.notices_account.clone(),
            pace: pace(settings.at_once, settings.per_second)?,
        })
    }
}

#[cfg(test)]
mod tests;
