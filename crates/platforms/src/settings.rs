//! What the configuration says of a connector, and the secrets it points to.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use avert_model::Explain;
use avert_ops::ports::{Effect, Pace, PortError, PortErrorKind, Remedy};
use serde::{Deserialize, Serialize};

/// `[platform.NAME]` of kind `simulated`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimulatedSettings {
    /// The file of its accounts, `platform.jsonl` of a simulated folder.
    pub file: PathBuf,
}

/// `[platform.NAME]` of kind `matrix-synapse`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SynapseSettings {
    /// Where its client and admin APIs answer.
    pub url: String,
    /// The file that holds an administrator's access token.
    pub token_file: Option<PathBuf>,
    /// Or the environment variable that does.
    pub token_env: Option<String>,
    /// The whole id of the account that server notices come from (`@notices:example.org`, see
    /// `system_mxid_localpart` in homeserver.yaml), so that what it does is read as nobody's act.
    pub notices_account: Option<String>,
    /// How long one answer may take.
    #[serde(default = "thirty")]
    pub timeout_seconds: u64,
    /// How many requests may be open at the same time, from 1 to 256.
    #[serde(default = "four")]
    pub at_once: usize,
    /// How many may begin in a second; as many as come, if it is not given.
    pub per_second: Option<f64>,
}

/// `[platform.NAME]` of kind `scim`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScimSettings {
    /// Where its API answers, up to what stands before `/Users`: `https://example.org/scim/v2`.
    pub url: String,
    /// The file that holds a bearer token which may read and write users.
    pub token_file: Option<PathBuf>,
    /// Or the environment variable that does.
    pub token_env: Option<String>,
    /// Which attribute of a user an account's id is.
    #[serde(default)]
    pub account_is: AccountIs,
    /// Whether an account may be secured by replacing its password. Only for platforms where nobody
    /// signs in some other way, and where a new password ends old sessions.
    #[serde(default)]
    pub secure_by_password: bool,
    /// How long one answer may take.
    #[serde(default = "thirty")]
    pub timeout_seconds: u64,
    /// How many requests may be open at the same time, from 1 to 256.
    #[serde(default = "four")]
    pub at_once: usize,
    /// How many may begin in a second; as many as come, if it is not given.
    pub per_second: Option<f64>,
}

/// `[platform.NAME]` of kind `webhook`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Where signed requests go: `https://example.org/avert`.
    pub url: String,
    /// The file that holds the secret requests are signed with: `whsec_` and base64.
    pub secret_file: Option<PathBuf>,
    /// Or the environment variable that does.
    pub secret_env: Option<String>,
    /// What the receiver can do to an account.
    #[serde(default = "disable")]
    pub remedies: Vec<Remedy>,
    /// How long one answer may take.
    #[serde(default = "thirty")]
    pub timeout_seconds: u64,
    /// How many requests may be open at the same time, from 1 to 256.
    #[serde(default = "four")]
    pub at_once: usize,
    /// How many may begin in a second; as many as come, if it is not given.
    pub per_second: Option<f64>,
}

/// `[channel.NAME]` of kind `webhook`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookChannelSettings {
    /// Where signed requests go.
    pub url: String,
    /// The file that holds the secret requests are signed with: `whsec_` and base64.
    pub secret_file: Option<PathBuf>,
    /// Or the environment variable that does.
    pub secret_env: Option<String>,
    /// How long one answer may take.
    #[serde(default = "thirty")]
    pub timeout_seconds: u64,
    /// How many requests may be open at the same time, from 1 to 256.
    #[serde(default = "four")]
    pub at_once: usize,
    /// How many may begin in a second; as many as come, if it is not given.
    pub per_second: Option<f64>,
}

fn disable() -> Vec<Remedy> {
    vec![Remedy::Disable]
}

/// The attribute of a SCIM user that an account is known by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountIs {
    /// The server's own id.
    #[default]
    #[serde(rename = "id")]
    Id,
    /// The name people sign in with.
    #[serde(rename = "userName")]
    UserName,
    /// The id that whoever keeps the accounts gave them.
    #[serde(rename = "externalId")]
    ExternalId,
}

impl AccountIs {
    /// The attribute's name.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::UserName => "userName",
            Self::ExternalId => "externalId",
        }
    }
}

fn four() -> usize {
    4
}

/// The pace that settings give, if it makes sense.
pub(crate) fn pace(at_once: usize, per_second: Option<f64>) -> Result<Pace, SettingsError> {
    if !(1..=256).contains(&at_once) {
        return Err(SettingsError::Value {
            key: "at_once",
            value: at_once.to_string(),
            why: "must lie between 1 and 256".into(),
        });
    }
    if let Some(rate) = per_second
        && !(rate.is_finite() && rate > 0.0)
    {
        return Err(SettingsError::Value {
            key: "per_second",
            value: rate.to_string(),
            why: "must be more than nought".into(),
        });
    }
    Ok(Pace {
        at_once,
        per_second,
    })
}

/// The address of an API, without a slash at its end, if it is one that a token may be sent to.
pub(crate) fn base_of(address: &str) -> Result<String, SettingsError> {
    let wrong = |why: String| SettingsError::Value {
        key: "url",
        value: address.to_owned(),
        why,
    };
    let url = url::Url::parse(address).map_err(|error| wrong(format!("is no URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong("must begin with http:// or https://".into()));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err(wrong("must hold neither a password nor a query".into()));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// The same for an API that asks for encryption: in the clear only on this machine.
pub(crate) fn guarded_base_of(address: &str) -> Result<String, SettingsError> {
    let base = base_of(address)?;
    let url = url::Url::parse(&base).ok();
    let here = url
        .as_ref()
        .and_then(url::Url::host)
        .is_some_and(|host| match host {
            url::Host::Domain(name) => name == "localhost",
            url::Host::Ipv4(address) => address.is_loopback(),
            url::Host::Ipv6(address) => address.is_loopback(),
        });
    if here || base.starts_with("https:") {
        return Ok(base);
    }
    Err(SettingsError::Value {
        key: "url",
        value: address.to_owned(),
        why: "would send secrets in the clear: it must begin with https://".into(),
    })
}

/// `[channel.NAME]` of kind `maildir`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaildirSettings {
    /// The mailbox; made if it does not exist.
    pub folder: PathBuf,
    /// Who writes.
    pub from: String,
}

/// `[channel.NAME]` of kind `smtp`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    #[serde(default)]
    pub tls: Tls,
    /// Who writes.
    pub from: String,
    /// The name to sign in with, if the server asks for one.
    pub username: Option<String>,
    /// The file that holds the password.
    pub password_file: Option<PathBuf>,
    /// Or the environment variable that does.
    pub password_env: Option<String>,
    /// A PEM file with the certificate that signs the server's, where the system does not know it.
    pub ca_file: Option<PathBuf>,
    /// How long one answer may take.
    #[serde(default = "thirty")]
    pub timeout_seconds: u64,
    /// How many connections may be open, and so how many mails under way at the same time, from 1 to
    /// 256.
    #[serde(default = "four")]
    pub at_once: usize,
    /// How many mails may begin in a second; as many as the server takes, if it is not given.
    pub per_second: Option<f64>,
    /// After how many mails a connection is closed and another opened; at least 1.
    #[serde(default = "hundred")]
    pub mails_per_connection: u32,
    /// The address that bounces go to, `bounces@example.org`. Each mail is sent with the notice's key
    /// behind it, `bounces+KEY@example.org`, so that its bounce says which notice it is about. The
    /// sender's address, without a key, if it is not given.
    pub return_path: Option<String>,
    /// How many mails to one domain may begin in a second; as many as come, if it is not given.
    pub per_domain_per_second: Option<f64>,
    /// What holds for single domains instead.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub domains: BTreeMap<String, DomainSettings>,
}

/// `[channel.NAME.domains."example.org"]`: how fast mail to one domain may go.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainSettings {
    /// How many mails may begin in a second; `per_domain_per_second`, if it is not given.
    pub per_second: Option<f64>,
    /// How many may be under way at the same time; the channel's own `at_once`, if it is not given.
    pub at_once: Option<usize>,
}

fn thirty() -> u64 {
    30
}

fn hundred() -> u32 {
    100
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Not at all: for a server on the same machine.
    None,
    /// From the second command on; refused if the server does not offer it.
    #[default]
    StartTls,
    /// From the first byte.
    Tls,
}

/// A secret. Only [`Secret::expose`] shows it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The secret itself. Never for a log or an error.
    pub fn expose(&self) -> &str {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn for_tests(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Reads a secret from the file or the environment variable that the settings name.
    pub fn read(
        key: &'static str,
        file: Option<&Path>,
        variable: Option<&str>,
        base: &Path,
    ) -> Result<Self, SettingsError> {
        let text = match (file, variable) {
            (Some(_), Some(_)) => return Err(SettingsError::TwoSecrets { key }),
            (None, None) => return Err(SettingsError::NoSecret { key }),
            (Some(file), None) => {
                let path = base.join(file);
                private(&path)?;
                fs::read_to_string(&path).map_err(|source| SettingsError::File {
                    what: "read",
                    path,
                    source,
                })?
            }
            (None, Some(name)) => std::env::var(name).map_err(|_| SettingsError::NoVariable {
                name: name.to_owned(),
            })?,
        };
        let text = text.trim();
        if text.is_empty() {
            Err(SettingsError::NoSecret { key })
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// 256 bits of the system's randomness, in hexadecimal.
pub(crate) fn unguessable() -> Result<String, PortError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| PortError {
        request: "draw a password".into(),
        kind: PortErrorKind::Local(error.to_string()),
        effect: Effect::None,
    })?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// Refuses a secret that others on the machine can read.
#[cfg(unix)]
fn private(path: &Path) -> Result<(), SettingsError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = fs::metadata(path).map_err(|source| SettingsError::File {
        what: "read",
        path: path.to_owned(),
        source,
    })?;
    let for_others = metadata.permissions().mode() & 0o077;
    if for_others == 0 {
        Ok(())
    } else {
        Err(SettingsError::TooOpen(path.to_owned()))
    }
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<(), SettingsError> {
    Ok(())
}

/// Why a connector could not be set up. Nothing was called.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file could not be used.
    #[error("cannot {what} {}", path.display())]
    File {
        /// What was being done.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file holds something else.
    #[error("{}, line {line}: {detail}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        detail: String,
    },
    /// A secret that others can read is none.
    #[error("{} can be read by others on this machine", .0.display())]
    TooOpen(PathBuf),
    /// The settings name no secret, or an empty one.
    #[error("the settings give no {key}")]
    NoSecret {
        /// What is missing.
        key: &'static str,
    },
    /// The settings name two.
    #[error("the settings give {key} twice: in a file and in the environment")]
    TwoSecrets {
        /// What is there twice.
        key: &'static str,
    },
    /// The environment variable is not set.
    #[error("the environment variable {name} is not set")]
    NoVariable {
        /// Its name.
        name: String,
    },
    /// A value makes no sense.
    #[error("{key} = \"{value}\" {why}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value.
        value: String,
        /// Why not.
        why: String,
    },
}

impl Explain for SettingsError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "config/connector-file",
            Self::Content { .. } => "config/connector-content",
            Self::TooOpen(_) => "config/secret-too-open",
            Self::NoSecret { .. } | Self::TwoSecrets { .. } | Self::NoVariable { .. } => {
                "config/secret-missing"
            }
            Self::Value { .. } => "config/value",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File { .. } => Some("paths in avert.toml are relative to its folder".into()),
            Self::Content { .. } => Some("restore the file, or simulate the platform again".into()),
            Self::TooOpen(path) => Some(format!("chmod 600 {}", path.display())),
            Self::NoSecret { key } | Self::TwoSecrets { key } => Some(format!(
                "give one of {key}_file and {key}_env in avert.toml"
            )),
            Self::NoVariable { name } => Some(format!("set {name} where avert runs")),
            Self::Value { key, .. } => Some(format!("mend {key} in avert.toml")),
        }
    }
}
