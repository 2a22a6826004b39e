//! The terms of objects as the store keeps them.

use avert_exchange::release::{Addressees, Origin, Terms};
use avert_model::{PartnerId, SharingGroupId, Until};
use serde::{Deserialize, Serialize};

/// On what terms something may be told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct KeptTerms {
    /// The partner that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<PartnerId>,
    /// Whether it was published for everybody.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) published: bool,
    /// Partners whom its originator addressed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) partners: Vec<PartnerId>,
    /// Groups whom it addressed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) groups: Vec<SharingGroupId>,
    /// What has to be past first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) embargo: Vec<Until>,
    /// Tags that came with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<String>,
}

impl KeptTerms {
    /// What a partner gave us.
    pub(crate) fn from_partner(partner: PartnerId) -> Self {
        Self {
            from: Some(partner),
            ..Self::default()
        }
    }

    /// The partner that it came from, as the store knows it: empty for ourselves.
    pub(crate) fn partner(&self) -> &str {
        self.from.as_ref().map_or("", PartnerId::as_str)
    }

    /// Whether it is ours to say who else may have it.
    pub(crate) fn is_ours(&self) -> bool {
        self.from.is_none() && !self.published
    }

    /// As the store keeps them: nothing is said of what is plainly ours.
    pub(crate) fn written(&self) -> String {
        if *self == Self::default() {
            return String::new();
        }
        serde_json::to_string(self).expect("they have string keys")
    }

    /// What the store kept. What cannot be read is as strict as can be: it came from somebody whom nobody knows.
    pub(crate) fn read(text: &str) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        let nobody = || Self::from_partner(PartnerId::new(""));
        serde_json::from_str(text).unwrap_or_else(|_| nobody())
    }

    /// Terms that are kept and terms that came with the same from the same, as the store keeps them: whom
    /// either addresses is addressed, and what either asks for is asked for. It stays whose it was.
    pub(crate) fn joined(kept: &str, came: &str) -> String {
        let (mut terms, came) = (Self::read(kept), Self::read(came));
        add_new(&mut terms.partners, came.partners);
        add_new(&mut terms.groups, came.groups);
        add_new(&mut terms.embargo, came.embargo);
        add_new(&mut terms.tags, came.tags);
        terms.written()
    }

    /// For the gate.
    pub(crate) fn terms(&self) -> Terms {
        let origin = match &self.from {
            Some(partner) => Origin::Partner(partner.clone()),
            None if self.published => Origin::Public,
            None => Origin::Own,
        };
        Terms {
            origin,
            to: Addressees {
                partners: self.partners.iter().cloned().collect(),
                groups: self.groups.iter().cloned().collect(),
            },
            embargo: self.embargo.clone(),
            tags: self.tags.clone(),
        }
    }
}

fn add_new<T: PartialEq>(kept: &mut Vec<T>, came: Vec<T>) {
    for one in came {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
}

#[cfg(test)]
mod tests {
    use avert_model::Event;

    use super::*;

    #[test]
    fn terms_read_back_and_those_that_do_not_are_as_strict_as_can_be() {
        let terms = KeptTerms {
            groups: vec!["isac".into()],
            ..KeptTerms::from_partner("cert".into())
        };
        assert_eq!(KeptTerms::read(&terms.written()), terms);
        assert_eq!(KeptTerms::default().written(), "");
        let unreadable = KeptTerms::read("{\"from\":7}").terms();
        assert_eq!(unreadable.origin, Origin::Partner("".into()));
    }

    #[test]
    fn what_comes_twice_is_addressed_to_both_and_waits_for_both() {
        let to = |group: &str, embargo: Vec<Until>| KeptTerms {
            groups: vec![group.into()],
            embargo,
            ..KeptTerms::from_partner("cert".into())
        };
        let patched = || vec![Until::Event(Event::Declared("vendor-patched".into()))];
        let joined = KeptTerms::joined(
            &to("isac", vec![]).written(),
            &to("banks", patched()).written(),
        );
        let both = KeptTerms {
            groups: vec!["isac".into(), "banks".into()],
            ..to("", patched())
        };
        assert_eq!(KeptTerms::read(&joined), both);
        assert_eq!(KeptTerms::joined(&joined, &joined), joined);
    }
}
