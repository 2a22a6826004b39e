//! `[serve.oidc]` of `avert.toml`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::config::PersonSettings;

/// The identity provider that people sign in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OidcSettings {
    /// What the button says.
    pub(crate) name: String,
    /// The provider's address, exactly as it calls itself.
    pub(crate) issuer: String,
    /// What it knows this Avert by.
    pub(crate) client_id: String,
    /// The file that holds the secret it was given for this Avert.
    pub(crate) client_secret_file: Option<PathBuf>,
    /// Or the environment variable that does.
    pub(crate) client_secret_env: Option<String>,
    /// What names a person.
    #[serde(default)]
    pub(crate) claim: Claim,
}

/// What a provider says of a person that tells them from all others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Claim {
    /// The one thing that never changes and is given to nobody else (`OpenID` Connect Core, 5.7).
    #[default]
    Sub,
    /// The address, if the provider made sure that it is theirs.
    Email,
    /// A name, where the provider lets nobody choose one.
    PreferredUsername,
}

impl Claim {
    /// What tokens call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sub => "sub",
            Self::Email => "email",
            Self::PreferredUsername => "preferred_username",
        }
    }

    /// What has to be asked for to be told it (`OpenID` Connect Core, 5.4).
    pub(super) fn scope(self) -> &'static str {
        match self {
            Self::Sub => "openid",
            Self::Email => "openid email",
            Self::PreferredUsername => "openid profile",
        }
    }
}

impl OidcSettings {
    /// Refuses what cannot work or would not be safe, with what is wrong.
    fn check(&self) -> Result<(), String> {
        for (key, value) in [("name", &self.name), ("client_id", &self.client_id)] {
            if value.trim().is_empty() {
                return Err(format!("[serve.oidc] {key} is empty"));
            }
        }
        let issuer = guarded(&self.issuer)
            .map_err(|why| format!("[serve.oidc] issuer = \"{}\" {why}", self.issuer))?;
        if issuer.query().is_some() || issuer.fragment().is_some() {
            return Err("[serve.oidc] issuer holds a query or a fragment".into());
        }
        if self.client_secret_file.is_some() == self.client_secret_env.is_some() {
            return Err(
                "[serve.oidc] takes one of client_secret_file and client_secret_env".into(),
            );
        }
        Ok(())
    }
}

/// Checks how people sign in, the provider and whom it stands for together.
pub(crate) fn check(
    oidc: Option<&OidcSettings>,
    passwords: bool,
    people: &BTreeMap<String, PersonSettings>,
) -> Result<(), String> {
    if let Some(oidc) = oidc {
        oidc.check()?;
    } else if !passwords {
        return Err(
            "[serve] passwords = false without [serve.oidc] would let nobody sign in".into(),
        );
    }
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, person) in people {
        let Some(value) = &person.oidc else { continue };
        if value.is_empty() {
            return Err(format!("[people.{name}] oidc is empty"));
        }
        if let Some(other) = known.insert(value, name) {
            return Err(format!(
                "[people.{other}] and [people.{name}] have the same oidc: it would not be clear who signs in"
            ));
        }
    }
    if !passwords && known.is_empty() {
        return Err(
            "[serve] passwords = false takes at least one person with oidc under [people]: \
             nobody could sign in"
                .into(),
        );
    }
    Ok(())
}

/// An address that secrets may be sent to: encrypted, or on this machine.
pub(super) fn guarded(address: &str) -> Result<Url, &'static str> {
    let url = Url::parse(address).map_err(|_| "is no URL")?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err("names no host"),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must hold no password");
    }
    if url.scheme() == "https" || (url.scheme() == "http" && is_here) {
        return Ok(url);
    }
    Err("must begin with https://")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::Config;

    fn parsed(text: &str) -> Result<(), String> {
        let config = Config::parse(text, Path::new("avert.toml"));
        config.map(drop).map_err(|error| error.to_string())
    }

    fn provider(lines: &str) -> String {
        format!("[serve.oidc]\nname = \"Example SSO\"\nclient_id = \"avert\"\n{lines}\n")
    }

    const SECRET: &str = "client_secret_env = \"OIDC_SECRET\"";

    #[test]
    fn a_provider_is_reached_encrypted_or_on_this_machine() {
        for issuer in [
            "https://sso.example.org",
            "https://example.org/realms/staff/",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://localhost:8080",
        ] {
            let text = provider(&format!("issuer = \"{issuer}\"\n{SECRET}"));
            assert_eq!(parsed(&text), Ok(()), "{issuer}");
        }
        for issuer in [
            "http://sso.example.org",
            "ftp://sso.example.org",
            "sso.example.org",
            "https://me:secret@sso.example.org",
            "https://sso.example.org?tenant=1",
            "http://localhost.example.org",
        ] {
            let text = provider(&format!("issuer = \"{issuer}\"\n{SECRET}"));
            let error = parsed(&text).unwrap_err();
            assert!(error.contains("[serve.oidc] issuer"), "{issuer}: {error}");
        }
    }

    #[test]
    fn a_provider_without_a_secret_or_with_two_is_refused() {
        let issuer = "issuer = \"https://sso.example.org\"";
        let none = parsed(&provider(issuer)).unwrap_err();
        let two = format!("{issuer}\n{SECRET}\nclient_secret_file = \"oidc-secret\"");
        for error in [none, parsed(&provider(&two)).unwrap_err()] {
            assert!(error.contains("client_secret_file"), "{error}");
        }
        let inline = format!("{issuer}\n{SECRET}\nclient_secret = \"hunter2\"");
        assert!(
            parsed(&provider(&inline)).is_err(),
            "secrets stand elsewhere"
        );
    }

    #[test]
    fn two_people_are_not_one_and_the_same() {
        let two = "[people.ines]\nroles = []\noidc = \"a@example.org\"\n\
                   [people.omar]\nroles = []\noidc = \"a@example.org\"\n";
        let error = parsed(two).unwrap_err();
        assert!(error.contains("[people.ines] and [people.omar]"), "{error}");
        assert!(!error.contains("a@example.org"), "{error}");
        assert!(parsed("[people.ines]\nroles = []\noidc = \"\"\n").is_err());
    }

    #[test]
    fn passwords_are_switched_off_only_where_there_is_another_way_in() {
        let error = parsed("[serve]\npasswords = false\n").unwrap_err();
        assert!(error.contains("nobody"), "{error}");
        let issuer = format!("issuer = \"https://sso.example.org\"\n{SECRET}");
        let text = format!("[serve]\npasswords = false\n{}", provider(&issuer));
        let error = parsed(&text).unwrap_err();
        assert!(error.contains("at least one person"), "{error}");
        let text = format!("{text}[people.otto]\nroles = [\"operator\"]\noidc = \"otto\"\n");
        assert_eq!(parsed(&text), Ok(()));
    }
}
