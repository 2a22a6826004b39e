//! With whom things are shared: partners, their organisations, sharing groups, and until when not.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CaseId, NoticeListId, PlanId, Tlp};

/// Defines an id that whoever runs Avert chooses.
macro_rules! chosen_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What the configuration calls it.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id as it was chosen.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }
    };
}

chosen_id!(
    /// A partner: a person, team or system that something is released to, and that TLP:RED can name.
    PartnerId
);
chosen_id!(
    /// An organisation that partners belong to; what TLP calls *organization*.
    OrganisationId
);
chosen_id!(
    /// A named sharing group.
    SharingGroupId
);

/// Somebody whom something may be released to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// The partner.
    pub id: PartnerId,
    /// What people call it.
    pub name: String,
    /// The organisation it belongs to.
    pub organisation: OrganisationId,
    /// Whether it belongs to the community that TLP:GREEN means.
    #[serde(default)]
    pub community: bool,
    /// The strictest label that it may be given at all, whatever else allows it.
    pub limit: Tlp,
    /// Whether whatever came from it stays in our organisation until it has said who else may have it.
    #[serde(default)]
    pub ask_first: bool,
}

/// A named circle of partners, each a member for some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SharingGroup {
    /// The group.
    pub id: SharingGroupId,
    /// What people call it.
    pub name: String,
    /// Who is a member when. Somebody who left and came back stands here twice.
    pub members: Vec<Membership>,
}

impl SharingGroup {
    /// Who is a member at this moment.
    pub fn members_at(&self, now: Timestamp) -> BTreeSet<&PartnerId> {
        self.members
            .iter()
            .filter(|membership| membership.holds_at(now))
            .map(|membership| &membership.partner)
            .collect()
    }

    /// Who was a member at some moment from `since` to `until`, both included.
    pub fn members_between(&self, since: Timestamp, until: Timestamp) -> BTreeSet<&PartnerId> {
        self.members
            .iter()
            .filter(|membership| {
                let first = membership.since.map_or(since, |begins| begins.max(since));
                first <= until && membership.holds_at(first)
            })
            .map(|membership| &membership.partner)
            .collect()
    }
}

/// For how long a partner is a member of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The member.
    pub partner: PartnerId,
    /// From this moment; without it, from the beginning.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Until this moment, which is no longer part of it; without it, without end.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

impl Membership {
    /// Whether it holds at this moment.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= now) && self.until.is_none_or(|until| now < until)
    }
}

/// Something an embargo can wait for.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case", tag = "event", content = "of")]
pub enum Event {
    /// A case was closed.
    CaseClosed(CaseId),
    /// A takedown was executed and verified.
    TakedownExecuted(PlanId),
    /// Everybody on a notice list was told, or cannot be.
    VictimsNotified(NoticeListId),
    /// Something outside that a person declares by this name: `vendor-patched`, `arrests-made`.
    Declared(String),
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::CaseClosed(case) => write!(f, "{case} is closed"),
            Event::TakedownExecuted(plan) => write!(f, "{plan} is executed"),
            Event::VictimsNotified(list) => write!(f, "the victims of {list} are notified"),
            Event::Declared(name) => write!(f, "somebody declares '{name}'"),
        }
    }
}

/// What has to be past before something may be told.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// A moment. From it on, it is past.
    Time(Timestamp),
    /// An event. From the moment at which it happened, it is past.
    Event(Event),
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Until::Time(at) => write!(f, "{at}"),
            Until::Event(event) => write!(f, "{event}"),
        }
    }
}

/// An event that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Happened {
    /// What.
    pub event: Event,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn from_10_to_20() -> SharingGroup {
        SharingGroup {
            id: "isac".into(),
            name: "ISAC".to_owned(),
            members: vec![Membership {
                partner: "cert".into(),
                since: Some(at(10)),
                until: Some(at(20)),
            }],
        }
    }

    #[test]
    fn a_membership_begins_at_its_first_moment_and_ends_before_its_last() {
        let group = from_10_to_20();
        let is_member = |second| !group.members_at(at(second)).is_empty();
        assert_eq!(
            [9, 10, 19, 20].map(is_member),
            [false, true, true, false],
            "since is part of it, until is not"
        );
    }

    #[test]
    fn whoever_was_a_member_at_any_moment_of_a_time_was_one_in_it() {
        let group = from_10_to_20();
        let was = |since, until| !group.members_between(at(since), at(until)).is_empty();
        assert!(was(0, 10) && was(12, 13) && was(19, 99));
        assert!(!was(0, 9) && !was(20, 99));
    }

    #[test]
    fn a_membership_that_ends_before_it_begins_never_was() {
        let mut group = from_10_to_20();
        group.members[0].until = Some(at(5));
        assert!(group.members_between(at(0), at(99)).is_empty());
    }

    #[test]
    fn what_an_embargo_waits_for_reads_back_as_it_is_written() {
        for until in [
            Until::Time(at(7)),
            Until::Event(Event::TakedownExecuted(PlanId::from_number(3))),
            Until::Event(Event::Declared("vendor-patched".to_owned())),
        ] {
            let text = serde_json::to_string(&until).unwrap();
            assert_eq!(
                serde_json::from_str::<Until>(&text).unwrap(),
                until,
                "{text}"
            );
        }
    }
}
