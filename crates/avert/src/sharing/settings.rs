//! `[sharing]` of `avert.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::str::FromStr;

use avert_exchange::report::public::Rounding;
use avert_exchange::stix::Maker;
use avert_model::{Membership, Partner, PartnerId, Recipient, SharingGroup, Timestamp, Tlp};
use serde::{Deserialize, Serialize};

/// With whom things are shared, and where they lie for them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SharingSettings {
    /// What our own team is called among partners.
    pub(crate) us: String,
    /// The organisation it belongs to; without it, one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organisation: Option<String>,
    /// The name under which what we make is told.
    pub(crate) name: String,
    /// Other STIX identities that stand for us.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) identities: Vec<String>,
    /// How strict what carries no marking is.
    pub(crate) unmarked: Tlp,
    /// How exactly everybody is told numbers.
    pub(crate) rounding: Rounding,
    /// Which organisations are the clients of which, for TLP:AMBER.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) clients: BTreeMap<String, Vec<String>>,
    pub(crate) partner: BTreeMap<String, PartnerSettings>,
    pub(crate) group: BTreeMap<String, GroupSettings>,
    pub(crate) collection: BTreeMap<String, CollectionSettings>,
    pub(crate) server: BTreeMap<String, ServerSettings>,
}

impl Default for SharingSettings {
    fn default() -> Self {
        Self {
            us: "us".into(),
            organisation: None,
            name: "Avert".into(),
            identities: Vec::new(),
            unmarked: Tlp::Red,
            rounding: Rounding::default(),
            clients: BTreeMap::new(),
            partner: BTreeMap::new(),
            group: BTreeMap::new(),
            collection: BTreeMap::new(),
            server: BTreeMap::new(),
        }
    }
}

/// One `[sharing.partner.NAME]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartnerSettings {
    /// What people call it; without it, as here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The organisation it belongs to; without it, one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) organisation: Option<String>,
    /// Whether it belongs to the community that TLP:GREEN means.
    #[serde(default)]
    pub(crate) community: bool,
    /// The strictest label that it may be given at all.
    pub(crate) limit: Tlp,
    /// Whether what came from it stays with us until it has said who else may have it.
    #[serde(default)]
    pub(crate) ask_first: bool,
}

impl PartnerSettings {
    pub(super) fn named(&self, id: &str) -> Partner {
        Partner {
            id: PartnerId::new(id),
            name: self.name.clone().unwrap_or_else(|| id.to_owned()),
            organisation: self.organisation.as_deref().unwrap_or(id).into(),
            community: self.community,
            limit: self.limit,
            ask_first: self.ask_first,
        }
    }
}

/// One `[sharing.group.NAME]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupSettings {
    /// What people call it; without it, as here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// Partners by name, or with since when and until when they are members.
    pub(crate) members: Vec<MemberSettings>,
}

/// A member of a group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum MemberSettings {
    /// Always.
    Always(String),
    /// For some time.
    While(Term),
}

/// For how long somebody is a member.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Term {
    partner: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

impl MemberSettings {
    fn partner(&self) -> &str {
        match self {
            Self::Always(partner) => partner,
            Self::While(term) => &term.partner,
        }
    }
}

impl GroupSettings {
    pub(super) fn named(&self, id: &str) -> SharingGroup {
        let member = |member: &MemberSettings| {
            let (since, until) = match member {
                MemberSettings::Always(_) => (None, None),
                MemberSettings::While(term) => (term.since, term.until),
            };
            Membership {
                partner: member.partner().into(),
                since,
                until,
            }
        };
        SharingGroup {
            id: id.into(),
            name: self.name.clone().unwrap_or_else(|| id.to_owned()),
            members: self.members.iter().map(member).collect(),
        }
    }
}

/// One `[sharing.collection.NAME]`: what lies there for whom.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CollectionSettings {
    /// Its id for TAXII, a UUID; without it, one that its name always gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    /// What it is called.
    pub(crate) title: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// Who may read it: `public`, `partner:NAME` or `group:NAME`.
    pub(crate) audience: Audience,
    /// The partners that may write to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) write: Vec<String>,
}

impl CollectionSettings {
    /// Its id.
    pub(crate) fn id(&self, name: &str) -> String {
        match &self.id {
            Some(id) => id.clone(),
            None => Maker::id("collection", name).uuid().to_owned(),
        }
    }

    /// Whether a partner may write to it.
    pub(crate) fn is_written_by(&self, partner: &PartnerId) -> bool {
        self.write.iter().any(|name| name == partner.as_str())
    }
}

/// Whom something lies ready for, as the configuration writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Audience(pub(crate) Recipient);

impl FromStr for Audience {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let recipient = match text.split_once(':') {
            Some(("partner", name)) if !name.is_empty() => Recipient::Partner(name.into()),
            Some(("group", name)) if !name.is_empty() => Recipient::Group(name.into()),
            None if text == "public" => Recipient::Public,
            _ => {
                return Err(format!(
                    "'{text}' is no audience: use public, partner:NAME or group:NAME"
                ));
            }
        };
        Ok(Self(recipient))
    }
}

impl TryFrom<String> for Audience {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Audience> for String {
    fn from(audience: Audience) -> Self {
        match audience.0 {
            Recipient::Public => "public".into(),
            Recipient::Partner(id) => format!("partner:{id}"),
            Recipient::Group(id) => format!("group:{id}"),
        }
    }
}

/// One `[sharing.server.NAME]`: somebody else's collection.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerSettings {
    /// The collection's address: `https://taxii.example.org/api1/collections/ID/`.
    pub(crate) url: String,
    /// The partner whose server it is: what is read there came from it, and what is sent goes to it.
    pub(crate) partner: String,
    /// Whom we are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    /// The file with the password, or without `user`, the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret_file: Option<PathBuf>,
    /// Or the environment variable that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret_env: Option<String>,
    /// The file with the certificates that its own has to come from, in PEM; without it, those that browsers
    /// take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
}

impl SharingSettings {
    /// Refuses names that stand for nobody, with what is wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.partner.contains_key(&self.us) {
            return Err(format!(
                "[sharing] us = \"{}\" is also a partner: our own team needs a name of its own",
                self.us
            ));
        }
        let partner = |name: &str, where_: String| {
            if self.partner.contains_key(name) || name == self.us {
                return Ok(());
            }
            Err(format!(
                "{where_} names the partner '{name}', whom no [sharing.partner.{name}] describes"
            ))
        };
        for (name, group) in &self.group {
            for member in &group.members {
                partner(member.partner(), format!("[sharing.group.{name}]"))?;
            }
        }
        let mut ids = BTreeSet::new();
        for (name, collection) in &self.collection {
            let here = format!("[sharing.collection.{name}]");
            for writer in &collection.write {
                partner(writer, here.clone())?;
            }
            match &collection.audience.0 {
                Recipient::Partner(id) => partner(id.as_str(), here.clone())?,
                Recipient::Group(id) if !self.group.contains_key(id.as_str()) => {
                    return Err(format!(
                        "{here} is for the group '{id}', which no [sharing.group.{id}] describes"
                    ));
                }
                Recipient::Group(_) | Recipient::Public => {}
            }
            let id = collection.id(name);
            if format!("collection--{id}")
                .parse::<avert_exchange::stix::Id>()
                .is_err()
            {
                return Err(format!(
                    "{here} has the id '{id}', which is no UUID in small letters"
                ));
            }
            if self.collection.keys().any(|other| *other == id) || !ids.insert(id.clone()) {
                return Err(format!("{here} has the id of another collection, {id}"));
            }
        }
        for (name, server) in &self.server {
            let here = format!("[sharing.server.{name}]");
            partner(&server.partner, here.clone())?;
            let known = url::Url::parse(&server.url);
            let is_http = |url: &url::Url| matches!(url.scheme(), "http" | "https");
            let has_secret = server.secret_file.is_some() || server.secret_env.is_some();
            if let Ok(url) = &known
                && url.scheme() == "http"
                && has_secret
                && !crate::serve::is_loopback(url.host_str().unwrap_or_default())
            {
                return Err(format!(
                    "{here} would send its secret unencrypted: url should begin with https"
                ));
            }
            if !known.is_ok_and(|url| is_http(&url) && url.password().is_none()) {
                return Err(format!(
                    "{here} url should be the http address of a collection, without a password in it"
                ));
            }
        }
        Ok(())
    }
}
