//! Connectors that implement the ports: platforms and notice channels.
//!
//! It owns how each platform and channel is spoken to, and what its failures mean in the ports'
//! words. It refuses to decide: what is done to whom, and when, comes from `avert-ops`.

pub mod bounce;
mod http;
mod lanes;
mod letter;
mod mailbox;
mod maildir;
mod mime;
pub mod relay_log;
mod scim;
mod settings;
mod simulated;
mod smtp;
mod synapse;
#[cfg(test)]
mod testing;
mod webhook;

pub use mailbox::MailboxError;
pub use maildir::Maildir;
pub use scim::Scim;
pub use settings::{
    AccountIs, DomainSettings, MaildirSettings, ScimSettings, Secret, SettingsError,
    SimulatedSettings, SmtpSettings, SynapseSettings, Tls, WebhookChannelSettings, WebhookSettings,
};
pub use simulated::Simulated;
pub use smtp::Smtp;
pub use synapse::Synapse;
pub use webhook::Webhook;
