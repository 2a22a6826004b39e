//! A platform without a standard API: signed requests to one address, in a contract of Avert's own.
//!
//! It asks how an account is, has it disabled, restricted or secured and put back, and hands over
//! notices, each by one POST that the receiver can check (Standard Webhooks, standardwebhooks.com).
//! What changes something carries its operation's key as `webhook-id`, so that the receiver carries it
//! out once. The contract is `docs/integrate/webhook.md`, and `webhook-receiver.py` beside it keeps it.

mod act;
mod notice;
mod sign;

use std::path::Path;

use avert_model::Clock;
use avert_ops::ports::{OperationKey, Pace, PortError, Remedy};
use serde_json::{Value, json};

use self::sign::Signer;
use crate::http::{Client, Dialect, Manner, Method, Request};
use crate::settings::{
    Secret, SettingsError, WebhookChannelSettings, WebhookSettings, guarded_base_of, pace,
};

/// The receiver's word for an account that it does not know.
const UNKNOWN_ACCOUNT: &str = "unknown-account";

/// A receiver of signed requests.
pub struct Webhook {
    name: String,
    http: Client,
    signer: Signer,
    clock: Box<dyn Clock + Send + Sync>,
    remedies: Vec<Remedy>,
    pace: Pace,
}

/// One request of the contract.
struct Call<'a> {
    /// How errors name it: `POST account.state`.
    label: &'static str,
    /// The subject, and whatever else errors must not show.
    hidden: Vec<&'a str>,
    data: Value,
    /// What it is known by for ever. What only asks has the same id every time, too.
    id: &'a OperationKey,
    changes: bool,
}

impl Webhook {
    /// Reads the settings of a platform and the secret. Nothing is called yet.
    ///
    /// # Errors
    /// [`SettingsError`] when a value makes no sense, or the secret cannot be had or is none.
    pub fn open(
        name: &str,
        settings: &WebhookSettings,
        base: &Path,
        clock: Box<dyn Clock + Send + Sync>,
    ) -> Result<Self, SettingsError> {
        // The address of a hook is often a secret itself, so what is shown is only whose it is.
        guarded_base_of(&settings.url)?;
        let url = url::Url::parse(&settings.url).map_err(|error| SettingsError::Value {
            key: "url",
            value: settings.url.clone(),
            why: format!("is no URL: {error}"),
        })?;
        let secret = Secret::read(
            "secret",
            settings.secret_file.as_deref(),
            settings.secret_env.as_deref(),
            base,
        )?;
        let manner = Manner {
            dialect: Dialect::Webhook,
            token: None,
            timeout_seconds: settings.timeout_seconds,
            at_once: settings.at_once,
        };
        let shown = url.origin().ascii_serialization();
        Ok(Self {
            name: name.to_owned(),
            http: Client::new(url.as_str(), manner).shown_as(shown),
            signer: Signer::new(&secret)?,
            clock,
            remedies: settings.remedies.clone(),
            pace: pace(settings.at_once, settings.per_second)?,
        })
    }

    /// Reads the settings of a channel and the secret. Nothing is called yet.
    ///
    /// # Errors
    /// As [`Webhook::open`].
    pub fn channel(
        name: &str,
        settings: &WebhookChannelSettings,
        base: &Path,
        clock: Box<dyn Clock + Send + Sync>,
    ) -> Result<Self, SettingsError> {
        let settings = WebhookSettings {
            url: settings.url.clone(),
            secret_file: settings.secret_file.clone(),
            secret_env: settings.secret_env.clone(),
            remedies: Vec::new(),
            timeout_seconds: settings.timeout_seconds,
            at_once: settings.at_once,
            per_second: settings.per_second,
        };
        Self::open(name, &settings, base, clock)
    }

    /// Asks once.
    fn call(&self, call: Call<'_>) -> Result<Value, PortError> {
        let kind = call.label.trim_start_matches("POST ");
        let body = json!({ "type": kind, "data": call.data });
        let mut request = Request::change(Method::Post, call.label, String::new(), &body);
        request.changes = call.changes;
        request.hidden = call.hidden;
        let at = self.clock.now().as_second();
        let id = call.id.as_str();
        let signature = self
            .signer
            .sign(id, at, request.body.as_deref().unwrap_or_default());
        let request = request
            .header("webhook-id", id.to_owned())
            .header("webhook-timestamp", at.to_string())
            .header("webhook-signature", signature);
        Ok(self.http.once(&request)?.value)
    }

    /// Asks something about an account that changes nothing.
    fn ask(&self, label: &'static str, account: &str) -> Result<Value, PortError> {
        self.call(Call {
            label,
            hidden: vec![account],
            data: json!({ "account": account }),
            id: &OperationKey::new("webhook", label, account),
            changes: false,
        })
    }
}

#[cfg(test)]
mod tests;
