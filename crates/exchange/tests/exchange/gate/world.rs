//! Worlds drawn at random: who there is, what happened, what was taken back, and who asks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use avert_exchange::release::{Addressees, Definitions, Directory, Item, Origin, Terms};
use avert_model::{
    Event, Happened, Membership, OrganisationId, Partner, PartnerId, Recipient, SharingGroup,
    SharingGroupId, Timestamp, Tlp, Until,
};
use serde_json::Value;

use super::chance::Chance;
use super::markings;
use super::objects::{self, ELSEWHERE, OUR_IDENTITY};

pub(crate) const LEVELS: [Tlp; 5] = [
    Tlp::Clear,
    Tlp::Green,
    Tlp::Amber,
    Tlp::AmberStrict,
    Tlp::Red,
];
const PARTNERS: [&str; 5] = ["p0", "p1", "p2", "p3", "p4"];
const ORGANISATIONS: [&str; 4] = ["o0", "o1", "o2", "o3"];
const GROUPS: [&str; 2] = ["g0", "g1"];
const EVENTS: [&str; 2] = ["vendor-patched", "arrests-made"];

static DEFINITIONS: LazyLock<Arc<Definitions>> =
    LazyLock::new(|| Arc::new(Definitions::read(&markings::definitions())));

/// All that a release depends on.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) directory: Directory,
    /// Read once for all worlds.
    pub(crate) definitions: Arc<Definitions>,
    pub(crate) items: Vec<Item<Value>>,
    pub(crate) happened: Vec<Happened>,
    pub(crate) retracted: BTreeSet<String>,
    pub(crate) known: BTreeSet<String>,
    pub(crate) unmarked: Tlp,
    pub(crate) audience: Recipient,
    pub(crate) now: Timestamp,
}

pub(crate) fn at(second: usize) -> Timestamp {
    let second = i64::try_from(second).expect("a small number");
    Timestamp::from_second(second).expect("a time of this file")
}

fn some_time(chance: &mut Chance) -> Option<Timestamp> {
    (!chance.once_in(3)).then(|| at(chance.below(10)))
}

/// The world of this seed.
pub(crate) fn draw(seed: u64) -> World {
    let chance = &mut Chance::of(seed);
    let directory = directory(chance);
    let ids = objects::ids(chance);
    let items = ids
        .iter()
        .map(|id| {
            let terms = terms(chance);
            objects::item(chance, id, &ids, terms)
        })
        .collect();
    let all: Vec<String> = ids
        .iter()
        .cloned()
        .chain(ELSEWHERE.map(str::to_owned))
        .collect();
    let some = |chance: &mut Chance, once_in| -> BTreeSet<String> {
        all.iter()
            .filter(|_| chance.once_in(once_in))
            .cloned()
            .collect()
    };
    let retracted = some(chance, 10);
    let mut known = some(chance, 2);
    if !chance.once_in(4) {
        known.insert(OUR_IDENTITY.to_owned());
    }
    let happened = EVENTS
        .iter()
        .filter_map(|name| {
            let event = Event::Declared((*name).to_owned());
            some_time(chance).map(|at| Happened { event, at })
        })
        .collect();
    let audience = match chance.below(6) {
        0 => Recipient::Public,
        1 => Recipient::Group((*chance.one_of(&GROUPS)).into()),
        _ => Recipient::Partner((*chance.one_of(&PARTNERS)).into()),
    };
    World {
        directory,
        definitions: Arc::clone(&DEFINITIONS),
        items,
        happened,
        retracted,
        known,
        unmarked: *chance.one_of(&LEVELS),
        audience,
        now: at(5),
    }
}

fn directory(chance: &mut Chance) -> Directory {
    let mut partners: BTreeMap<PartnerId, Partner> = BTreeMap::new();
    for id in PARTNERS {
        let organisation = if id == "p0" {
            "o0"
        } else {
            *chance.one_of(&ORGANISATIONS)
        };
        let limit = if chance.once_in(3) {
            *chance.one_of(&LEVELS)
        } else {
            Tlp::Red
        };
        let partner = Partner {
            id: id.into(),
            name: id.to_owned(),
            organisation: organisation.into(),
            community: chance.once_in(2),
            limit,
            ask_first: chance.once_in(5),
        };
        partners.insert(id.into(), partner);
    }
    let mut clients: BTreeMap<OrganisationId, BTreeSet<OrganisationId>> = BTreeMap::new();
    for _ in 0..chance.below(4) {
        let (of, client) = (
            *chance.one_of(&ORGANISATIONS),
            *chance.one_of(&ORGANISATIONS),
        );
        clients.entry(of.into()).or_default().insert(client.into());
    }
    let mut groups: BTreeMap<SharingGroupId, SharingGroup> = BTreeMap::new();
    for id in GROUPS {
        let members = (0..chance.below(5)).map(|_| Membership {
            partner: (*chance.one_of(&PARTNERS)).into(),
            since: some_time(chance),
            until: some_time(chance),
        });
        let group = SharingGroup {
            id: id.into(),
            name: id.to_owned(),
            members: members.collect(),
        };
        groups.insert(id.into(), group);
    }
    Directory {
        us: "p0".into(),
        our_identities: BTreeSet::from([OUR_IDENTITY.to_owned()]),
        partners,
        clients,
        groups,
    }
}

fn terms(chance: &mut Chance) -> Terms {
    let origin = match chance.below(7) {
        0..=3 => Origin::Own,
        4 => Origin::Public,
        5 => Origin::Partner((*chance.one_of(&PARTNERS)).into()),
        _ if chance.once_in(3) => Origin::Partner("nobody-knows".into()),
        _ => Origin::Partner((*chance.one_of(&PARTNERS)).into()),
    };
    let partners = PARTNERS.iter().filter(|_| chance.once_in(3));
    let mut partners: BTreeSet<PartnerId> = partners.map(|id| (*id).into()).collect();
    if chance.once_in(10) {
        partners.insert("nobody-knows".into());
    }
    let groups = GROUPS.iter().filter(|_| chance.once_in(3));
    let groups = groups.map(|id| (*id).into()).collect();
    let many = if chance.once_in(4) {
        1 + chance.below(2)
    } else {
        0
    };
    let embargo = (0..many).map(|_| {
        if chance.once_in(2) {
            Until::Time(at(chance.below(10)))
        } else {
            Until::Event(Event::Declared((*chance.one_of(&EVENTS)).to_owned()))
        }
    });
    Terms {
        origin,
        to: Addressees { partners, groups },
        embargo: embargo.collect(),
        tags: objects::tags(chance),
    }
}
