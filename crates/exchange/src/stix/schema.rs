//! The object types of STIX 2.1 and their properties, as tables.
//!
//! # Source
//! STIX 2.1 (OASIS Standard, 10 June 2021), sections 3 to 7 and 10.

mod domain;
mod extension;
mod observable;
mod vocabulary;

pub(super) use self::extension::EXTENSIONS;
pub(super) use self::vocabulary::HASHING_ALGORITHM;

/// What kind of object a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// STIX Domain Object: `campaign`.
    Domain,
    /// STIX Relationship Object: `relationship`, `sighting`.
    Relationship,
    /// STIX Cyber-observable Object: `user-account`.
    Observable,
    /// STIX Meta Object: `marking-definition`.
    Meta,
}

/// The words of a vocabulary, divided by spaces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words(pub(super) &'static str);

impl Words {
    pub(super) fn contains(self, word: &str) -> bool {
        self.0.split_ascii_whitespace().any(|known| known == word)
    }
}

/// Where a reference may lead.
#[derive(Debug, Clone, Copy)]
pub(super) enum To {
    /// One of these types, divided by spaces.
    Types(Words),
    /// Domain or relationship objects, observables and what is not known here.
    Things,
    /// Domain objects and what is not known here.
    Domain,
    /// Domain objects, observables and what is not known here.
    DomainOrObservable,
    /// Observables and what is not known here.
    Observable,
    /// Observables, relationships and what is not known here.
    ObservableOrRelationship,
    /// Anything.
    Any,
}

/// What a property holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Bool,
    /// A whole number in this range.
    Int(i64, i64),
    /// A number in this range.
    Float(f64, f64),
    Time,
    Hex,
    Binary,
    /// A word of a vocabulary that may be left.
    Open(Words),
    /// A word of a vocabulary that may not.
    Closed(Words),
    Ref(To),
    Refs(To),
    Texts,
    OpenList(Words),
    ClosedList(Words),
    /// An object, of whatever.
    Map,
    /// A list, of whatever.
    List,
    Hashes,
    KillChainPhases,
    ExternalReferences,
    GranularMarkings,
    Extensions,
    /// A STIX version.
    SpecVersion,
    /// The type and id, which are judged before everything else.
    Head,
}

/// A property of a type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
}

/// It has to be there.
const fn need(name: &'static str, kind: Kind) -> Property {
    Property {
        name,
        kind,
        required: true,
    }
}

/// It may be there.
const fn may(name: &'static str, kind: Kind) -> Property {
    Property {
        name,
        kind,
        required: false,
    }
}

/// A type of object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) name: &'static str,
    pub(super) class: Class,
    pub(super) properties: &'static [Property],
    /// At least one of these has to be there, where there are any.
    pub(super) one_of: &'static [&'static str],
    /// Pairs of times of which the first must not come after the second.
    pub(super) ordered: &'static [(&'static str, &'static str)],
    /// Whether equal times are out of order too.
    pub(super) strictly: bool,
    /// What an observable's id is made of.
    pub(super) contributing: &'static [&'static str],
}

/// A type of this class with nothing special.
const fn plain(name: &'static str, class: Class, properties: &'static [Property]) -> Type {
    Type {
        name,
        class,
        properties,
        one_of: &[],
        ordered: &[],
        strictly: false,
        contributing: &[],
    }
}

/// The properties of domain and relationship objects.
pub(super) const COMMON: &[Property] = &[
    need("type", Kind::Head),
    need("id", Kind::Head),
    need("spec_version", Kind::SpecVersion),
    need("created", Kind::Time),
    need("modified", Kind::Time),
    may("created_by_ref", Kind::Ref(To::Types(Words("identity")))),
    may("revoked", Kind::Bool),
    may("labels", Kind::Texts),
    may("confidence", Kind::Int(0, 100)),
    may("lang", Kind::Text),
    may("external_references", Kind::ExternalReferences),
    may("object_marking_refs", Kind::Refs(MARKING)),
    may("granular_markings", Kind::GranularMarkings),
    may("extensions", Kind::Extensions),
];

/// The properties of observables.
pub(super) const COMMON_OF_OBSERVABLES: &[Property] = &[
    need("type", Kind::Head),
    need("id", Kind::Head),
    may("spec_version", Kind::SpecVersion),
    may("object_marking_refs", Kind::Refs(MARKING)),
    may("granular_markings", Kind::GranularMarkings),
    may("defanged", Kind::Bool),
    may("extensions", Kind::Extensions),
];

/// The properties of marking definitions, which never change.
pub(super) const COMMON_OF_MARKINGS: &[Property] = &[
    need("type", Kind::Head),
    need("id", Kind::Head),
    need("spec_version", Kind::SpecVersion),
    need("created", Kind::Time),
    may("created_by_ref", Kind::Ref(To::Types(Words("identity")))),
    may("external_references", Kind::ExternalReferences),
    may("object_marking_refs", Kind::Refs(MARKING)),
    may("granular_markings", Kind::GranularMarkings),
    may("extensions", Kind::Extensions),
];

const MARKING: To = To::Types(Words("marking-definition"));

/// The type of this name, if the specification has it.
pub(super) fn find(name: &str) -> Option<&'static Type> {
    domain::TYPES
        .iter()
        .chain(observable::TYPES)
        .find(|known| known.name == name)
}

/// What kind of object a type is, if the specification has it.
///
/// ```
/// use avert_exchange::stix::{Class, class_of};
/// assert_eq!(class_of("user-account"), Some(Class::Observable));
/// assert_eq!(class_of("x-example"), None);
/// ```
pub fn class_of(name: &str) -> Option<Class> {
    find(name).map(|known| known.class)
}

impl To {
    /// Whether a reference may lead to an object of this type. What the specification does not know
    /// may be anything.
    pub(super) fn allows(self, kind: &str) -> bool {
        let class = class_of(kind);
        match self {
            Self::Types(types) => types.contains(kind),
            Self::Any => true,
            Self::Things => class != Some(Class::Meta) && kind != "bundle",
            Self::Domain => matches!(class, None | Some(Class::Domain)) && kind != "bundle",
            Self::DomainOrObservable => {
                matches!(class, None | Some(Class::Domain | Class::Observable)) && kind != "bundle"
            }
            Self::Observable => matches!(class, None | Some(Class::Observable)) && kind != "bundle",
            Self::ObservableOrRelationship => {
                matches!(class, None | Some(Class::Observable | Class::Relationship))
                    && kind != "bundle"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specification_has_19_domain_objects_2_relationships_18_observables_and_3_meta_objects() {
        let count = |class| {
            let all = domain::TYPES.iter().chain(observable::TYPES);
            all.filter(|known| known.class == class).count()
        };
        assert_eq!(count(Class::Domain), 19);
        assert_eq!(count(Class::Relationship), 2);
        assert_eq!(count(Class::Observable), 18);
        assert_eq!(count(Class::Meta), 3);
    }

    #[test]
    fn what_names_an_observable_is_a_property_of_it() {
        for known in observable::TYPES {
            for name in known.contributing.iter().chain(known.one_of) {
                let own = known.properties.iter().any(|own| own.name == *name);
                assert!(own || *name == "extensions", "{} {name}", known.name);
            }
        }
    }
}
