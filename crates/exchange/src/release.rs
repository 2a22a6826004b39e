//! The gate: nothing leaves that its marking, its embargo or its originator does not allow.
//!
//! [`check`] takes objects with the [`Terms`] on which they may be told, an audience, the [`Rules`] and the
//! time, and gives a [`Release`]: what this audience may have, redacted where only a part may be
//! told, and what was withheld, each with why. [`Releasable`] is the proof of it: its field is private, only
//! this module makes one, and what writes for others takes nothing else.
//!
//! ```
//! # use std::collections::{BTreeMap, BTreeSet};
//! use avert_exchange::release::{Definitions, Directory, Item, Releasable, Rules, Terms, check};
//! use avert_model::{Partner, Recipient, Timestamp, Tlp};
//! # let us = Partner { id: "us".into(), name: String::new(), organisation: "o".into(), community: true, limit: Tlp::Red, ask_first: false };
//! # let directory = Directory { us: "us".into(), our_identities: BTreeSet::new(), partners: BTreeMap::from([("us".into(), us)]), clients: BTreeMap::new(), groups: BTreeMap::new() };
//! # let (definitions, none) = (Definitions::default(), BTreeSet::new());
//! # let rules = Rules { directory: &directory, definitions: &definitions, happened: &[], retracted: &none, known: &none, unmarked: Tlp::Red };
//! let object = serde_json::json!({
//!     "type": "malware", "id": "malware--00000000-0000-4000-8000-000000000001", "is_family": true,
//!     "object_marking_refs": ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"], // TLP:WHITE
//! });
//! let items = [Item { object, terms: Terms::default() }];
//! let release = check(&items, &Recipient::Public, &rules, Timestamp::UNIX_EPOCH)?;
//! let proof: &Releasable<_> = &release.releasable;
//! assert_eq!((proof.get().objects.len(), proof.level()), (1, Tlp::Clear));
//! # Ok::<(), avert_exchange::release::ReleaseError>(())
//! ```
//!
//! There is no other way to one: its fields are private, and there is no constructor.
//!
//! ```compile_fail,E0451
//! use avert_exchange::release::Releasable;
//! use avert_model::{Recipient, Timestamp, Tlp};
//! let forged = Releasable { value: (), audience: Recipient::Public, level: Tlp::Clear, at: Timestamp::UNIX_EPOCH };
//! ```
//!
//! The module owns the rules of sharing and the words for why not; it refuses to read a clock, to keep
//! a ledger (a port, [`ledger::Ledger`], does) and to send anything. What is unknown, unresolved or
//! unreadable is as strict as can be. The rules in plain words: docs/integrate/tlp-and-sharing.md.

mod audience;
mod definitions;
mod embargo;
mod gate;
pub mod ledger;
mod marks;
mod names;
mod path;
mod required;
pub mod retraction;
pub mod tlp;
mod verdict;

use std::collections::BTreeSet;

use avert_model::{
    Explain, Happened, Outcome, PartnerId, Recipient, SharingGroupId, Timestamp, Tlp,
};
use serde_json::Value;

pub use audience::{Addressees, Directory, Origin, Terms};
pub use definitions::Definitions;
pub use embargo::pending;
pub use gate::{check, check_whole};
pub use ledger::digest;
pub use marks::Doubt;
pub use verdict::{Because, NotReleasable, Redacted, Why, Withheld};

/// Something that its audience may have. Only [`check`], [`check_whole`] and [`retraction::notices`] make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Releasable<T> {
    value: T,
    audience: Recipient,
    level: Tlp,
    at: Timestamp,
}

impl<T> Releasable<T> {
    /// What may be told.
    pub fn get(&self) -> &T {
        &self.value
    }

    /// To whom, and to nobody else.
    pub fn audience(&self) -> &Recipient {
        &self.audience
    }

    /// The strictest label of anything in it.
    pub fn level(&self) -> Tlp {
        self.level
    }

    /// When this was found. Members of a group, embargoes and retractions change: what is told later is
    /// checked again.
    pub fn checked_at(&self) -> Timestamp {
        self.at
    }

    /// What may be told, without the proof that it may.
    pub fn into_inner(self) -> T {
        self.value
    }
}

/// An object that can be looked at as STIX's JSON. Many are looked at on all cores.
pub trait Marked: Clone + Send + Sync {
    /// The object as JSON, with all its properties.
    fn body(&self) -> &Value;

    /// The text that it came as, while nothing of it was changed.
    fn text(&self) -> Option<&str> {
        None
    }

    /// The same object with this body: some properties fewer, and its markings written anew. Nothing if
    /// that can no longer be read as such an object; it is withheld then.
    fn rebuilt(&self, body: Value) -> Option<Self>;
}

impl Marked for Value {
    fn body(&self) -> &Value {
        self
    }

    fn rebuilt(&self, body: Value) -> Option<Self> {
        Some(body)
    }
}

/// An object, and on what terms it may be told.
#[derive(Debug, Clone)]
pub struct Item<T> {
    /// The object.
    pub object: T,
    /// The terms.
    pub terms: Terms,
}

/// By what a release is judged, besides the objects and the time.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Everybody we share with.
    pub directory: &'a Directory,
    /// The marking definitions at hand.
    pub definitions: &'a Definitions,
    /// The events that happened, for embargoes.
    pub happened: &'a [Happened],
    /// The ids that were taken back: [`ledger::Ledger::retracted`].
    pub retracted: &'a BTreeSet<String>,
    /// Ids beyond this release that the audience may know: what it was given before, what everybody
    /// can look up, our own identity.
    pub known: &'a BTreeSet<String>,
    /// How strict what carries no marking is.
    pub unmarked: Tlp,
}

/// Objects that may be told together.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle<T> {
    /// The objects, in the order given, redacted, marked in TLP 2.0.
    pub objects: Vec<T>,
    /// The definitions of the markings that they carry.
    pub markings: Vec<Value>,
    /// The ids of the objects that are under the Chatham House Rule, which STIX has no marking for.
    pub chatham_house: BTreeSet<String>,
}

/// What a check gives.
#[derive(Debug, Clone)]
pub struct Release<T> {
    /// What may be told.
    pub releasable: Releasable<Bundle<T>>,
    /// What was withheld, in the order given. For us: it names what the audience may not know.
    pub withheld: Vec<Withheld>,
    /// What was told in part. For us as well.
    pub redacted: Vec<Redacted>,
    /// Markings that nobody here can read, and that count as TLP:RED.
    pub doubts: Vec<Doubt>,
}

/// A release that cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// The audience, a member of the group, or we ourselves.
    #[error("there is no partner '{0}'")]
    UnknownPartner(PartnerId),
    /// The audience.
    #[error("there is no sharing group '{0}'")]
    UnknownGroup(SharingGroupId),
}

impl Explain for ReleaseError {
    fn code(&self) -> &'static str {
        match self {
            ReleaseError::UnknownPartner(_) => "release/unknown-partner",
            ReleaseError::UnknownGroup(_) => "release/unknown-group",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            "name it in the directory of partners first: what TLP allows depends on whom it is for"
                .to_owned(),
        )
    }

    fn outcome(&self) -> Outcome {
        Outcome::Refused
    }
}
