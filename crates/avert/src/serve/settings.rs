//! `[serve]` of `avert.toml`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use avert_model::SignedDuration;
use serde::{Deserialize, Serialize};

use super::oidc::{self, OidcSettings};
use super::tls::TlsSettings;
use crate::config::PersonSettings;

/// How the console and the API are served.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ServeSettings {
    /// The address people use, with scheme: `https://avert.example.org`. Without it, where it listens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// The addresses of proxies in front, whose word counts on where a request comes from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) proxies: Vec<IpAddr>,
    /// After how many hours everybody has to sign in again.
    pub(crate) session_hours: u32,
    /// After how many minutes without a word.
    pub(crate) idle_minutes: u32,
    /// Whether one may sign in with a password. Without, nobody can but with the identity provider.
    pub(crate) passwords: bool,
    /// The certificate to serve with, where no proxy in front does TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<TlsSettings>,
    /// The identity provider that says who somebody is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) oidc: Option<OidcSettings>,
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self {
            url: None,
            proxies: Vec::new(),
            session_hours: 12,
            idle_minutes: 60,
            passwords: true,
            tls: None,
            oidc: None,
        }
    }
}

impl ServeSettings {
    /// How long a session lasts.
    pub(super) fn lasts(&self) -> SignedDuration {
        SignedDuration::from_hours(self.session_hours.into())
    }

    /// Refuses ways of signing in that cannot work, with what is wrong.
    pub(crate) fn check(&self, people: &BTreeMap<String, PersonSettings>) -> Result<(), String> {
        oidc::check(self.oidc.as_ref(), self.passwords, people)
    }

    /// How long it may be idle.
    pub(super) fn idle(&self) -> SignedDuration {
        SignedDuration::from_mins(self.idle_minutes.into())
    }
}
