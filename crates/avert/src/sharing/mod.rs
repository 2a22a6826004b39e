//! Sharing as `avert.toml` has it: who our partners are, what is offered where, and the one place in which
//! something of ours becomes [`avert_exchange::release::Releasable`].

mod facts;
mod identified;
mod judged;
mod linked;
mod offered;
mod public;
mod settings;
mod terms;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use avert_exchange::release::{Directory, NotReleasable, Releasable, Terms, check_whole};
use avert_exchange::stix::Maker;
use avert_model::{
    Event, Happened, IntelRecord, Partner, PartnerId, Recipient, SharingGroup, Timestamp, Tlp,
};

pub(crate) use self::facts::Facts;
pub(crate) use self::identified::{ids_in, is_marking};
pub(crate) use self::judged::meant_by_us;
pub(crate) use self::linked::linked;
pub(crate) use self::offered::{Lengths, Settled, Settling};
pub(crate) use self::public::{Published, report as public_report};
pub(crate) use self::settings::{CollectionSettings, ServerSettings, SharingSettings};
pub(crate) use self::terms::KeptTerms;

/// Whether an object is one of these identities, or says that one of them made it.
pub(crate) fn is_in_name_of(record: &IntelRecord, identities: &BTreeSet<String>) -> bool {
    let by = record.created_by.as_ref();
    identities.contains(&record.id) || by.is_some_and(|by| identities.contains(by))
}

/// Everybody we share with, by the configuration.
pub(crate) struct Sharing {
    pub(crate) directory: Directory,
    /// How strict what carries no marking is.
    pub(crate) unmarked: Tlp,
    /// The name that what we make is told under.
    pub(crate) author: String,
    /// The settings as text, for the hash of the rules.
    text: String,
}

impl Sharing {
    pub(crate) fn of(settings: &SharingSettings) -> Self {
        let us = PartnerId::new(&*settings.us);
        let organisation = settings.organisation.as_deref().unwrap_or(&settings.us);
        let own = Partner {
            id: us.clone(),
            name: settings.name.clone(),
            organisation: avert_model::OrganisationId::new(organisation),
            community: true,
            limit: Tlp::Red,
            ask_first: false,
        };
        let mut our_identities: BTreeSet<String> = settings.identities.iter().cloned().collect();
        our_identities.insert(Maker::id("identity", &settings.name).to_string());
        let partners = settings
            .partner
            .iter()
            .map(|(id, partner)| partner.named(id));
        let partners = partners
            .chain([own])
            .map(|partner| (partner.id.clone(), partner));
        let groups = settings.group.iter().map(|(id, group)| group.named(id));
        let clients = settings.clients.iter().map(|(organisation, clients)| {
            let clients = clients
                .iter()
                .map(|client| client.as_str().into())
                .collect();
            (organisation.as_str().into(), clients)
        });
        Self {
            directory: Directory {
                us,
                our_identities,
                partners: partners.collect(),
                clients: clients.collect(),
                groups: groups.map(|group| (group.id.clone(), group)).collect(),
            },
            unmarked: settings.unmarked,
            author: settings.name.clone(),
            text: serde_json::to_string(settings).expect("settings have string keys"),
        }
    }

    /// The partner that is called so, if the configuration knows it.
    pub(crate) fn partner(&self, name: &str) -> Option<&Partner> {
        self.directory.partners.get(&PartnerId::new(name))
    }

    /// Whether a partner belongs to an audience now.
    pub(crate) fn belongs(
        &self,
        partner: &PartnerId,
        audience: &Recipient,
        now: Timestamp,
    ) -> bool {
        match audience {
            Recipient::Public => true,
            Recipient::Partner(one) => one == partner,
            Recipient::Group(group) => {
                let group: Option<&SharingGroup> = self.directory.groups.get(group);
                group.is_some_and(|group| group.members_at(now).contains(partner))
            }
        }
    }

    /// The hash of everything that decides what an audience may read, but for the objects and the time. Of what has
    /// happened only that counts which something waits for: cases are closed every day.
    pub(crate) fn rules(
        &self,
        audience: &Recipient,
        happened: &[Happened],
        awaited: &BTreeSet<Event>,
    ) -> String {
        let happened: Vec<&Happened> = happened
            .iter()
            .filter(|happened| awaited.contains(&happened.event))
            .collect();
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.text.as_bytes());
        for part in [
            serde_json::to_string(audience),
            serde_json::to_string(&happened),
        ] {
            hasher.update(b"\0");
            hasher.update(part.expect("they have string keys").as_bytes());
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }

    /// The next moment after this at which time alone changes who belongs to an audience.
    pub(crate) fn next_change(&self, audience: &Recipient, now: Timestamp) -> Option<Timestamp> {
        let of_audience = match audience {
            Recipient::Group(group) => self.directory.groups.get(group),
            Recipient::Public | Recipient::Partner(_) => None,
        };
        // Whoever is addressed through another group counts as well.
        let groups = self.directory.groups.values().chain(of_audience);
        groups
            .flat_map(|group| &group.members)
            .flat_map(|member| [member.since, member.until])
            .flatten()
            .filter(|at| *at > now)
            .min()
    }

    /// Proof that our own team may have something. It always may, whatever its label.
    pub(crate) fn for_us<T>(
        &self,
        thing: T,
        (id, level): (&str, Tlp),
        now: Timestamp,
    ) -> Result<Releasable<T>, NotReleasable> {
        let facts = Facts::default();
        let rules = facts.rules(self);
        let team = self.directory.own_team();
        check_whole(thing, id, level, &Terms::default(), &team, &rules, now)
    }
}
