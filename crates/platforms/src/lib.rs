//! Connectors that implement the ports: platforms and notice channels.
//!
//! It owns how each platform and channel is spoken to, and what its failures mean in the ports'
//! words. It refuses to decide: what is done to whom, and when, comes from `avert-ops`.

pub mod bounce;
mod lanes;
mod letter;
mod mailbox;
mod maildir;
mod mime;
pub mod relay_log;
mod settings;
mod simulated;
mod smtp;
mod synapse;

pub use mailbox::MailboxError;
pub use maildir::Maildir;
pub use settings::{
    DomainSettings, MaildirSettings, Secret, SettingsError, SimulatedSettings, SmtpSettings,
    SynapseSettings, Tls,
};
pub use simulated::Simulated;
pub use smtp::Smtp;
pub use synapse::Synapse;
