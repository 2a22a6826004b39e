//! Who may have something of an event, as the event says it.

use avert_model::Tlp;
use serde_json::Value;

use super::json::{self, Members};

/// How far something of an event goes, as MISP's servers deal it out.
///
/// This is what the event's author asked its servers to do; it is no marking, and allows nothing that a marking
/// forbids. Whoever takes an event in can hold what carries no TLP to [`Distribution::label`], and give what
/// is for a sharing group to that group alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distribution {
    /// 0: the organisation that has it, and nobody else. Also whatever cannot be read.
    Organisation,
    /// 1: organisations on the server that has it.
    Community,
    /// 2: those, and the servers next to it.
    Connected,
    /// 3: whoever is reached, server by server. Not everybody: a community of MISP is no public.
    All,
    /// 4: a group of organisations by name.
    Group(SharingGroup),
}

/// A sharing group of MISP.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharingGroup {
    /// What it is known by, if the event says so and not only the number that its server gave it.
    pub uuid: Option<String>,
    /// What it is called.
    pub name: String,
    /// What it may be given on to, in its own words.
    pub releasability: String,
    /// Who is in it.
    pub organisations: Vec<Organisation>,
}

/// An organisation, as MISP names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// What it is known by.
    pub uuid: Option<String>,
    /// What it is called.
    pub name: String,
}

impl Distribution {
    /// What an event, attribute, object or report says; `above` is what it lies in, which it may inherit
    /// from (5, or nothing said). An event has nothing above it.
    pub(super) fn of(members: &Members, above: Option<&Self>) -> Self {
        let inherited = || above.cloned().unwrap_or(Self::Organisation);
        let Some(said) = members.get("distribution") else {
            return inherited();
        };
        match json::whole(said) {
            Some(1) => Self::Community,
            Some(2) => Self::Connected,
            Some(3) => Self::All,
            Some(4) => Self::Group(SharingGroup::of(members).unwrap_or_else(|| match above {
                // Within an event the number alone may stand, and the event says whom it means.
                Some(Self::Group(group)) => group.clone(),
                _ => SharingGroup::default(),
            })),
            Some(5) => inherited(),
            _ => Self::Organisation,
        }
    }

    /// The label that says the same of what carries none: an organisation's own is AMBER+STRICT, so is
    /// what is for a group; what goes through communities is GREEN.
    pub fn label(&self) -> Tlp {
        match self {
            Self::Organisation | Self::Group(_) => Tlp::AmberStrict,
            Self::Community | Self::Connected | Self::All => Tlp::Green,
        }
    }

    /// Of two the one that goes less far. Of two groups, neither: what is for both is for nobody else.
    pub(super) fn narrower(self, other: Self) -> Self {
        let reach = |of: &Self| match of {
            Self::Organisation => 0,
            Self::Group(_) => 1,
            Self::Community => 2,
            Self::Connected => 3,
            Self::All => 4,
        };
        match (&self, &other) {
            (Self::Group(one), Self::Group(another)) if one != another => Self::Organisation,
            _ if reach(&other) < reach(&self) => other,
            _ => self,
        }
    }

    /// Whom it is for by name, if that is how it is dealt out.
    pub fn group(&self) -> Option<&SharingGroup> {
        match self {
            Self::Group(group) => Some(group),
            _ => None,
        }
    }
}

impl SharingGroup {
    fn of(members: &Members) -> Option<Self> {
        let group = members.get("SharingGroup").and_then(Value::as_object)?;
        let text = |name: &str| json::text(group, name).unwrap_or("").to_owned();
        let organisations = json::objects(group, "SharingGroupOrg")
            .filter_map(|member| member.get("Organisation").and_then(Value::as_object))
            .map(|organisation| Organisation {
                uuid: json::uuid(organisation),
                name: json::text(organisation, "name").unwrap_or("").to_owned(),
            })
            .collect();
        Some(Self {
            uuid: json::uuid(group),
            name: text("name"),
            releasability: text("releasability"),
            organisations,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(value: &Value, above: Option<&Distribution>) -> Distribution {
        Distribution::of(value.as_object().unwrap(), above)
    }

    #[test]
    fn what_lies_in_an_event_has_what_the_event_has_unless_it_says_otherwise() {
        let event = of(&json!({ "distribution": "1" }), None);
        assert_eq!(event, Distribution::Community);
        for (said, meant) in [
            (json!({}), Distribution::Community),
            (json!({ "distribution": "5" }), Distribution::Community),
            (json!({ "distribution": 0 }), Distribution::Organisation),
            (json!({ "distribution": "3" }), Distribution::All),
        ] {
            assert_eq!(of(&said, Some(&event)), meant, "{said}");
        }
    }

    #[test]
    fn what_cannot_be_read_goes_nowhere() {
        for said in [
            json!({}),
            json!({ "distribution": "everybody" }),
            json!({ "distribution": 9 }),
            json!({ "distribution": null }),
        ] {
            assert_eq!(of(&said, None), Distribution::Organisation, "{said}");
        }
        let nameless = of(&json!({ "distribution": 4, "sharing_group_id": "7" }), None);
        assert_eq!(nameless, Distribution::Group(SharingGroup::default()));
        assert_eq!(nameless.label(), Tlp::AmberStrict);
    }

    #[test]
    fn a_sharing_group_says_who_is_in_it() {
        let uuid = "00000000-0000-4000-8000-000000000007";
        let event = of(
            &json!({ "distribution": "4", "SharingGroup": {
                "uuid": uuid, "name": "Invented ISAC", "releasability": "members",
                "SharingGroupOrg": [{ "Organisation": { "name": "Example", "uuid": uuid } }],
            } }),
            None,
        );
        let group = event.group().unwrap();
        assert_eq!(group.uuid.as_deref(), Some(uuid));
        assert_eq!(group.organisations[0].name, "Example");
        let within = of(
            &json!({ "distribution": 4, "sharing_group_id": "7" }),
            Some(&event),
        );
        assert_eq!(within, event);
    }
}
