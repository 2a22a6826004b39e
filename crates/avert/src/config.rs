//! `avert.toml`: who may do what, which platforms and channels there are, how detection is set.
//!
//! Unknown keys are errors, so a misspelt safety setting cannot be silently without effect.
//! Secrets never stand in it: it names the files or environment variables that hold them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use avert_model::{Explain, SignedDuration};
use avert_ops::people::{Passkey, PublicKey, Role, Signatures};
use avert_platforms::{
    MaildirSettings, ScimSettings, SimulatedSettings, SmtpSettings, SynapseSettings,
    WebhookChannelSettings, WebhookSettings,
};
use serde::{Deserialize, Serialize};

/// The commented file that `avert init` writes. It is also the configuration reference.
pub(crate) const TEMPLATE: &str = include_str!("avert.toml");

/// A whole `avert.toml`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// `postgres://…`; without it the store is the file `avert.db` of the data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) database: Option<String>,
    /// The file that holds the database's password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) database_password_file: Option<PathBuf>,
    /// Or the environment variable that does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) database_password_env: Option<String>,
    pub(crate) people: BTreeMap<String, PersonSettings>,
    pub(crate) platform: BTreeMap<String, PlatformSettings>,
    pub(crate) channel: BTreeMap<String, ChannelSettings>,
    pub(crate) notify: NotifySettings,
    pub(crate) review: ReviewSettings,
    pub(crate) appeals: AppealSettings,
    pub(crate) purge: PurgeSettings,
    pub(crate) detect: avert_detect::Settings,
    pub(crate) statements: avert_exchange::dsa::Settings,
    pub(crate) serve: crate::serve::ServeSettings,
    pub(crate) sharing: crate::sharing::SharingSettings,
}

/// One person of `[people]`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonSettings {
    pub(crate) roles: Vec<Role>,
    /// The public keys with which they sign approvals, as in `authorized_keys`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) keys: Vec<PublicKey>,
    /// The passkeys with which they do, as their enrolment printed them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) passkeys: Vec<Passkey>,
    /// What the identity provider's claim says of them, when they sign in to the console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) oidc: Option<String>,
}

/// One `[platform.NAME]`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum PlatformSettings {
    Simulated(SimulatedSettings),
    MatrixSynapse(SynapseSettings),
    Scim(ScimSettings),
    Webhook(WebhookSettings),
}

/// One `[channel.NAME]`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum ChannelSettings {
    /// The platform's own way of telling its users something.
    Platform(PlatformChannelSettings),
    Maildir(MaildirSettings),
    Smtp(SmtpSettings),
    Webhook(WebhookChannelSettings),
}

/// A channel of kind `platform`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlatformChannelSettings {
    /// The platform, by its name under `[platform]`.
    pub(crate) platform: String,
}

/// `[notify]`
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NotifySettings {
    /// The channel notices go out on, by its name under `[channel]`.
    pub(crate) channel: Option<String>,
    /// The channels that are tried, each once and in this order, for whom the one before cannot reach.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fallback: Vec<String>,
    /// What happens to notices of which nobody knows once everything was asked.
    pub(crate) in_doubt: avert_ops::notify::InDoubtPolicy,
    /// What the text calls the platform: `Example Chat`.
    pub(crate) service: Option<String>,
}

/// `[review]`
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReviewSettings {
    /// How long an approval may be used, in hours.
    pub(crate) approval_hours: u32,
    /// Whether an approval has to be signed with the approver's own key.
    pub(crate) signatures: Signatures,
}

impl ReviewSettings {
    /// How long an approval may be used.
    pub(crate) fn validity(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.approval_hours))
    }
}

impl Default for ReviewSettings {
    fn default() -> Self {
        Self {
            approval_hours: 72,
            signatures: Signatures::Required,
        }
    }
}

/// `[appeals]`
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AppealSettings {
    /// How many days after a takedown appeals are taken in; never fewer than six months.
    pub(crate) days: u32,
}

impl Default for AppealSettings {
    fn default() -> Self {
        Self { days: 184 }
    }
}

/// `[purge]`
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PurgeSettings {
    /// How many days a closed case is kept whole; never fewer than appeals are taken in.
    pub(crate) days: u32,
}

impl Default for PurgeSettings {
    fn default() -> Self {
        Self { days: 184 }
    }
}

impl Config {
    /// Reads the file.
    pub(crate) fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&read(path)?, path)
    }

    /// Understands the text of the file.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let malformed = |detail: String| ConfigError::Malformed {
            path: path.to_owned(),
            detail,
        };
        // toml's own text shows the line with a caret under the fault.
        let config: Self = toml::from_str(text)
            .map_err(|source| malformed(source.to_string().trim_end().to_owned()))?;
        let checked = config.statements.check();
        checked.map_err(|fault| malformed(fault.to_string()))?;
        config.serve.check(&config.people).map_err(malformed)?;
        config.sharing.check().map_err(malformed)?;
        Ok(config)
    }
}

/// Every value with where it comes from: `(key, value, from the file?)`, sorted by key.
pub(crate) fn sources(path: &Path) -> Result<Vec<(String, String, bool)>, ConfigError> {
    let text = read(path)?;
    let config = Config::parse(&text, path)?;
    let malformed = |source: &dyn std::fmt::Display| ConfigError::Malformed {
        path: path.to_owned(),
        detail: source.to_string(),
    };
    let given: toml::Table = toml::from_str(&text).map_err(|source| malformed(&source))?;
    let resolved = toml::Table::try_from(&config).map_err(|source| malformed(&source))?;
    let mut values = Vec::new();
    flatten("", &resolved, Some(&given), &mut values);
    for (key, value, _) in &mut values {
        if key == "database" && (value.contains("password=") || has_password(value)) {
            "\"postgres://… (with a password)\"".clone_into(value);
        }
    }
    values.sort();
    Ok(values)
}

/// Whether an address says `user:password@`.
fn has_password(url: &str) -> bool {
    url.split_once("://")
        .and_then(|(_, rest)| rest.split_once('@'))
        .is_some_and(|(user, _)| user.contains(':'))
}

fn flatten(
    prefix: &str,
    resolved: &toml::Table,
    given: Option<&toml::Table>,
    values: &mut Vec<(String, String, bool)>,
) {
    for (key, value) in resolved {
        let path = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        let source = given.and_then(|table| table.get(key));
        match value {
            toml::Value::Table(table) => {
                flatten(&path, table, source.and_then(toml::Value::as_table), values);
            }
            other => values.push((path, other.to_string(), source.is_some())),
        }
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

/// Why the configuration could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("the configuration {} cannot be read", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the configuration {} is not right:\n{detail}", path.display())]
    Malformed { path: PathBuf, detail: String },
}

impl Explain for ConfigError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "config/unreadable",
            Self::Malformed { .. } => "config/malformed",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable { .. } => {
                "make a data folder with `avert init DIR`, or name the file with --config".into()
            }
            Self::Malformed { .. } => {
                "`avert reference configuration` prints every setting with what it means".into()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_a_configuration_that_loads() {
        let config = Config::parse(TEMPLATE, Path::new("avert.toml")).unwrap();
        assert_eq!(config.people.len(), 5);
        assert!(config.platform.contains_key("simulated"));
    }

    #[test]
    fn the_mail_channel_that_the_template_suggests_loads() {
        let (_, rest) = TEMPLATE.split_once("# [channel.mail]").unwrap();
        let lines = rest
            .lines()
            .skip(1)
            .map_while(|line| line.strip_prefix("# "));
        let text = format!("[channel.mail]\n{}", lines.collect::<Vec<_>>().join("\n"));
        let config = Config::parse(&text, Path::new("avert.toml")).unwrap();
        let ChannelSettings::Smtp(settings) = &config.channel["mail"] else {
            panic!("{text}");
        };
        assert_eq!(settings.domains["example.com"].at_once, Some(2));
    }

    #[test]
    fn the_identity_provider_that_the_template_suggests_loads() {
        let (_, rest) = TEMPLATE.split_once("# [serve.oidc]").unwrap();
        let lines = rest
            .lines()
            .skip(1)
            .map_while(|line| line.strip_prefix("# "));
        let text = format!("[serve.oidc]\n{}", lines.collect::<Vec<_>>().join("\n"));
        let config = Config::parse(&text, Path::new("avert.toml")).unwrap();
        assert_eq!(config.serve.oidc.unwrap().name, "Example SSO");
        assert!(config.serve.passwords);
    }

    #[test]
    fn the_sharing_that_the_template_suggests_loads() {
        let (_, rest) = TEMPLATE.split_once("# [sharing]").unwrap();
        let lines = rest
            .lines()
            .skip(1)
            .map_while(|line| line.strip_prefix('#'))
            .map(|line| line.strip_prefix(' ').unwrap_or(line));
        let text = format!("[sharing]\n{}", lines.collect::<Vec<_>>().join("\n"));
        let config = Config::parse(&text, Path::new("avert.toml")).unwrap();
        assert_eq!(config.sharing.server["cert"].partner, "cert-example");
        assert_eq!(config.sharing.collection["isac"].write, ["cert-example"]);
    }

    #[test]
    fn a_partner_whom_nobody_describes_is_an_error() {
        let text = "[sharing.collection.one]\ntitle = \"One\"\naudience = \"partner:nobody\"\n";
        let error = Config::parse(text, Path::new("avert.toml")).unwrap_err();
        assert!(
            error.to_string().contains("the partner 'nobody'"),
            "{error}"
        );
    }

    #[test]
    fn a_passkey_that_is_none_is_an_error_that_says_why() {
        let text = "[people.omar]\nroles = [\"approver\"]\npasskeys = [\"webauthn-rs256 AAAA\"]\n";
        let error = Config::parse(text, Path::new("avert.toml")).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("line 3") && text.contains("a passkey is five words"),
            "{text}"
        );
    }

    #[test]
    fn an_unknown_key_is_an_error_that_shows_the_line() {
        let error =
            Config::parse("[review]\naproval_hours = 1\n", Path::new("avert.toml")).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("aproval_hours") && text.contains("line 2"),
            "{text}"
        );
    }

    #[test]
    fn an_unknown_key_in_a_platform_is_an_error_too() {
        let text = "[platform.chat]\nkind = \"simulated\"\nfile = \"p.jsonl\"\ntokn = \"x\"\n";
        assert!(Config::parse(text, Path::new("avert.toml")).is_err());
    }

    #[test]
    fn a_statement_that_the_database_would_refuse_is_an_error_that_names_the_setting() {
        let text = "[statements]\nterritorial_scope = [\"Atlantis\"]\n";
        let error = Config::parse(text, Path::new("avert.toml")).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("[statements] territorial_scope") && text.contains("'Atlantis'"),
            "{text}"
        );
    }

    #[test]
    fn a_misspelt_safety_setting_of_a_connector_is_an_error() {
        let scim = "[platform.d]\nkind = \"scim\"\nurl = \"https://example.org\"\n";
        assert!(Config::parse(scim, Path::new("avert.toml")).is_ok());
        for wrong in ["account_is = \"username\"", "secure_by_pasword = true"] {
            let text = format!("{scim}{wrong}\n");
            assert!(Config::parse(&text, Path::new("avert.toml")).is_err());
        }
        let hook = "[channel.h]\nkind = \"webhook\"\nurl = \"https://example.org\"\n";
        assert!(Config::parse(hook, Path::new("avert.toml")).is_ok());
        let acting = format!("{hook}remedies = [\"disable\"]\n");
        assert!(Config::parse(&acting, Path::new("avert.toml")).is_err());
    }

    #[test]
    fn a_layer_that_does_not_exist_is_an_error_that_names_it() {
        let text = "[detect.layers.shoe-size]\nmost_accounts = 3\n";
        let error = Config::parse(text, Path::new("avert.toml")).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("'shoe-size' is not a layer") && text.contains("x-"),
            "{text}"
        );
    }
}
