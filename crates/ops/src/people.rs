//! Who may do what.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use avert_model::{Explain, Outcome};
use serde::{Deserialize, Serialize};

/// What somebody is trusted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

/// The people of the configuration.
#[derive(Debug, Clone, Default)]
pub struct People(BTreeMap<String, BTreeSet<Role>>);

impl People {
    /// These people, each with their roles.
    pub fn new(people: impl IntoIterator<Item = (String, BTreeSet<Role>)>) -> Self {
        Self(people.into_iter().collect())
    }

    /// The person of this name.
    pub fn actor(&self, name: &str) -> Result<Actor, PeopleError> {
        match self.0.get(name) {
            Some(roles) => Ok(Actor {
                name: name.to_owned(),
                roles: roles.clone(),
            }),
            None => Err(PeopleError::Unknown {
                name: name.to_owned(),
                known: self.0.keys().cloned().collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// The names of those with this role, for hints.
    pub fn with(&self, role: Role) -> Vec<&str> {
        let trusted = self.0.iter().filter(|(_, roles)| roles.contains(&role));
        trusted.map(|(name, _)| name.as_str()).collect()
    }
}

/// Somebody who acts: a name that the configuration knows. Only [`People::actor`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    name: String,
    roles: BTreeSet<Role>,
}

impl Actor {
    /// The name, as it goes into the journal.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Refuses unless the person has the role that `act` asks for.
    pub fn require(&self, role: Role, act: &'static str) -> Result<(), PeopleError> {
        if self.roles.contains(&role) {
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
