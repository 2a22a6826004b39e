//! What a person links a case to: what others published of who is behind it, what it uses, and what it is akin to.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How a case, which is told as a `campaign`, relates to an object of others.
///
/// # Source
/// STIX 2.1, section 4.3.2 and appendix B: what leads from a `campaign`, and the relationships common to all.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// Somebody is said to be behind it.
    AttributedTo,
    /// It comes from a place.
    OriginatesFrom,
    /// It works with this.
    Uses,
    /// It took this over.
    Compromises,
    /// It is after this.
    Targets,
    /// It grew out of another.
    DerivedFrom,
    /// It is another.
    DuplicateOf,
    /// It has to do with this, in a way that nothing else here says.
    RelatedTo,
}

impl Relation {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::AttributedTo,
        Self::OriginatesFrom,
        Self::Uses,
        Self::Compromises,
        Self::Targets,
        Self::DerivedFrom,
        Self::DuplicateOf,
        Self::RelatedTo,
    ];

    /// The types of objects that a case can be linked to at all. An `identity` is none: it may be a person.
    pub const LINKABLE: [&'static str; 10] = [
        "attack-pattern",
        "campaign",
        "course-of-action",
        "infrastructure",
        "intrusion-set",
        "location",
        "malware",
        "threat-actor",
        "tool",
        "vulnerability",
    ];

    /// Its name in STIX: `attributed-to`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AttributedTo => "attributed-to",
            Self::OriginatesFrom => "originates-from",
            Self::Uses => "uses",
            Self::Compromises => "compromises",
            Self::Targets => "targets",
            Self::DerivedFrom => "derived-from",
            Self::DuplicateOf => "duplicate-of",
            Self::RelatedTo => "related-to",
        }
    }

    /// The types of objects that it may lead to from a `campaign`.
    pub fn leads_to(self) -> &'static [&'static str] {
        match self {
            Self::AttributedTo => &["intrusion-set", "threat-actor"],
            Self::OriginatesFrom => &["location"],
            Self::Uses => &["attack-pattern", "infrastructure", "malware", "tool"],
            Self::Compromises => &["infrastructure"],
            Self::Targets => &["location", "vulnerability"],
            Self::DerivedFrom | Self::DuplicateOf => &["campaign"],
            Self::RelatedTo => &Self::LINKABLE,
        }
    }

    /// Whether it says, of an object of this type, who is behind a case: that needs somebody who published it.
    pub fn says_who(self, kind: &str) -> bool {
        matches!(kind, "intrusion-set" | "threat-actor") || self == Self::OriginatesFrom
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Relation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|relation| relation.as_str() == text);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            format!("a case is linked as one of {names}")
        })
    }
}

/// That a case is linked to an object of the store of intelligence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CaseLink {
    /// The object's id.
    pub object: String,
    /// Its type: `intrusion-set`.
    pub kind: String,
    /// What its newest version is called.
    pub name: Option<String>,
    /// How the case relates to it.
    pub relation: Relation,
    /// Where somebody published it, as an address; empty where nobody has to have.
    pub source: String,
    /// How sure whoever linked it is, from 0 to 100.
    pub confidence: Option<u8>,
    /// What they wrote on it. It is not told to others.
    pub note: String,
    /// Who linked it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whether whoever made the object has taken it back: then the link is told to nobody.
    pub revoked: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_relation_has_its_name_and_leads_only_to_what_can_be_linked() {
        for relation in Relation::ALL {
            assert_eq!(relation.as_str().parse(), Ok(relation));
            for kind in relation.leads_to() {
                assert!(Relation::LINKABLE.contains(kind), "{relation} {kind}");
            }
        }
        assert!("causes".parse::<Relation>().is_err());
        assert!(!Relation::RelatedTo.leads_to().contains(&"identity"));
    }
}
