//! Who may do what.

mod passkey;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use avert_model::{Explain, Outcome};
use serde::{Deserialize, Serialize};
pub use ssh_key::PublicKey;

pub use passkey::{Algorithm, NoPasskey, Passkey, RelyingParty};

/// What somebody is trusted with.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Opens cases, drafts and submits plans and notice lists.
    Investigator,
    /// The second pair of eyes: approves and refuses.
    Approver,
    /// Executes, reverses, sends.
    Responder,
    /// Speaks with partners and governments.
    Liaison,
    /// Runs Avert.
    Operator,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Investigator => "investigator",
            Self::Approver => "approver",
            Self::Responder => "responder",
            Self::Liaison => "liaison",
            Self::Operator => "operator",
        })
    }
}

/// What the configuration says of somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// What they are trusted with.
    pub roles: BTreeSet<Role>,
    /// The keys with which they sign.
    pub keys: Vec<PublicKey>,
    /// The passkeys with which they sign.
    pub passkeys: Vec<Passkey>,
}

/// What it takes to say yes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Signatures {
    /// A signature with one's own key.
    #[default]
    Required,
    /// A name will do: whoever can start the program can give any.
    Names,
}

/// The people of the configuration.
#[derive(Debug, Clone, Default)]
pub struct People {
    people: BTreeMap<String, Person>,
    signatures: Signatures,
}

impl People {
    /// These people, and what it takes for them to say yes.
    pub fn new(people: impl IntoIterator<Item = (String, Person)>, signatures: Signatures) -> Self {
        Self {
            people: people.into_iter().collect(),
            signatures,
        }
    }

    /// The person of this name.
    pub fn actor(&self, name: &str) -> Result<Actor, PeopleError> {
        match self.people.get(name) {
            Some(person) => Ok(Actor {
                name: name.to_owned(),
                person: person.clone(),
                signatures: self.signatures,
            }),
            None => Err(PeopleError::Unknown {
                name: name.to_owned(),
                known: self.people.keys().cloned().collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// The names of those with this role, for hints.
    pub fn with(&self, role: Role) -> Vec<&str> {
        let all = self.people.iter();
        let trusted = all.filter(|(_, person)| person.roles.contains(&role));
        trusted.map(|(name, _)| name.as_str()).collect()
    }
}

/// Somebody who acts: a name that the configuration knows. Only [`People::actor`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    name: String,
    person: Person,
    signatures: Signatures,
}

impl Actor {
    /// The name, as it goes into the journal.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What they are trusted with.
    pub fn roles(&self) -> impl Iterator<Item = Role> {
        self.person.roles.iter().copied()
    }

    /// The keys with which they sign.
    pub fn keys(&self) -> &[PublicKey] {
        &self.person.keys
    }

    /// The passkeys with which they sign.
    pub fn passkeys(&self) -> &[Passkey] {
        &self.person.passkeys
    }

    /// Whether a yes counts without a signature here.
    pub fn name_will_do(&self) -> bool {
        self.signatures == Signatures::Names
    }

    /// Refuses unless the person has the role that `act` asks for.
    pub fn require(&self, role: Role, act: &'static str) -> Result<(), PeopleError> {
        if self.person.roles.contains(&role) {
            Ok(())
        } else {
            Err(PeopleError::Lacks {
                name: self.name.clone(),
                role,
                act,
            })
        }
    }
}

/// Why somebody may not do something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeopleError {
    /// The configuration does not know the name.
    #[error("nobody is called '{name}' in the configuration")]
    Unknown {
        /// The name that was given.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The role is missing.
    #[error("{name} may not {act}: that needs the role {role}")]
    Lacks {
        /// Who tried.
        name: String,
        /// The role it needs.
        role: Role,
        /// What was tried.
        act: &'static str,
    },
}

impl Explain for PeopleError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "people/unknown",
            Self::Lacks { .. } => "people/role-missing",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { known, .. } if known.is_empty() => {
                "add a [people.NAME] section with roles to avert.toml".into()
            }
            Self::Unknown { known, .. } => format!("the configuration knows: {known}"),
            Self::Lacks { role, .. } => {
                format!("ask somebody whose roles under [people] include \"{role}\"")
            }
        })
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::Unknown { .. } => Outcome::NothingChanged,
            Self::Lacks { .. } => Outcome::Refused,
        }
    }
}
