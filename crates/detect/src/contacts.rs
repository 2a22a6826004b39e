//! The people a network reached, and how close it came.
//!
//! It owns the reading of what passed between members and others; who is a member was decided
//! before. It judges nobody: a contact is somebody to be told, never somebody suspected.
//!
//! Reading rules, beyond those of [`ContactTier`]:
//! - Whatever one did to the other is at least [`ContactTier::Saw`], reports and refusals too.
//! - What a member wrote or gave counts as talk once the two were connected or the person
//!   answered, whichever came first. What the person wrote or gave always does.
//! - Money that passed between the two connects them.
//! - A click that does not say who shared the thing counts for every member who had given it to
//!   that person before. What a member showed to everybody does not count: a click on it may have
//!   come from anywhere.
//! - With an account that was taken over, only what happened since counts, and actions without a
//!   time do not. That the two knew each other before is remembered, because a message to an old
//!   friend is read.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use avert_events::snapshot::ActionColumn;
use avert_events::{ActionRow, Snapshot, SnapshotError};
use avert_model::{Account, AccountId, Contact, ContactTier, ContactVia, Timestamp, Verb};

use crate::input::interner::Interner;

/// A member of a network, and the moment from which on its actions count (microseconds UTC), if
/// they do not all count.
pub(crate) type MemberSince = (AccountId, Option<i64>);

/// The people whom each network reached, in the order of the networks.
///
/// `networks` has every member of each network, suspects too; `excluded` those of all networks,
/// who are nobody's contacts. People need not be listed in the snapshot's accounts.
/// Contacts are sorted by tier, strongest first, then id. Cost: two passes over the actions, one
/// over the accounts; memory in what passed between members and people, not in actions.
///
/// # Errors
/// What the snapshot's tables say.
pub(crate) fn contacts(
    snapshot: &Snapshot,
    networks: &[Vec<MemberSince>],
    excluded: &BTreeSet<AccountId>,
) -> Result<Vec<Vec<Contact>>, SnapshotError> {
    let mut book = ContactBook::new(networks, excluded);
    if book.members.is_empty() {
        return Ok(book.finish());
    }
    let columns = [ActionColumn::Target, ActionColumn::Object, ActionColumn::At];
    // Actions come in no order: a click may stand before the sharing that explains it.
    snapshot.each_action(&columns, |_, row| book.shared(row))?;
    snapshot.each_action(&columns, |_, row| book.passed(row))?;
    for account in snapshot.accounts()? {
        book.language(&account?);
    }
    Ok(book.finish())
}

/// One account's place in one network.
struct Place {
    network: usize,
    account: AccountId,
    since: Option<i64>,
}

impl Place {
    fn counts(&self, at: Option<i64>) -> bool {
        self.since
            .is_none_or(|since| at.is_some_and(|at| at >= since))
    }
}

/// What passed between one member and one person.
#[derive(Default)]
struct Between {
    /// The closest that it came by itself; `None` when nothing counts.
    tier: Option<ContactTier>,
    /// Whether the member wrote or gave something.
    wrote: bool,
    /// Whether the two were ever connected, or the person ever spoke.
    knew: bool,
    first_at: Option<i64>,
    last_at: Option<i64>,
}

impl Between {
    fn add(&mut self, tier: ContactTier, at: Option<i64>) {
        self.tier = self.tier.max(Some(tier));
        if let Some(at) = at {
            self.first_at = Some(self.first_at.map_or(at, |first| first.min(at)));
            self.last_at = self.last_at.max(Some(at));
        }
    }

    fn tier(&self) -> Option<ContactTier> {
        let tier = self.tier?;
        Some(if self.wrote && self.knew {
            tier.max(ContactTier::Talked)
        } else {
            tier
        })
    }
}

/// A member gave somebody a thing.
struct Gift {
    place: usize,
    at: Option<i64>,
}

/// Collects, action by action, what passed between networks and people.
///
/// All of [`Self::shared`] comes before the first [`Self::passed`]; in between and among
/// themselves the order does not matter.
pub(crate) struct ContactBook {
    /// Sorted by network, then account.
    places: Vec<Place>,
    /// Where in `places` an account stands; more than one if several networks have it.
    members: HashMap<String, Vec<usize>>,
    excluded: HashSet<String>,
    networks: usize,
    people: Interner,
    /// By person.
    languages: Vec<Option<String>>,
    objects: Interner,
    /// By person and object.
    gifts: HashMap<(u32, u32), Vec<Gift>>,
    /// By network, person and place.
    between: BTreeMap<(usize, u32, usize), Between>,
}

impl ContactBook {
    /// An empty book about these networks.
    pub(crate) fn new(networks: &[Vec<MemberSince>], excluded: &BTreeSet<AccountId>) -> Self {
        let mut places = Vec::new();
        for (network, members) in networks.iter().enumerate() {
            let mut members = members.clone();
            members.sort();
            members.dedup_by(|later, first| later.0 == first.0);
            places.extend(members.into_iter().map(|(account, since)| Place {
                network,
                account,
                since,
            }));
        }
        let mut members: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, place) in places.iter().enumerate() {
            members
                .entry(place.account.as_str().to_owned())
                .or_default()
                .push(number);
        }
        Self {
            excluded: excluded.iter().map(|id| id.as_str().to_owned()).collect(),
            networks: networks.len(),
            people: Interner::default(),
            languages: Vec::new(),
            objects: Interner::default(),
            gifts: HashMap::new(),
            between: BTreeMap::new(),
            places,
            members,
        }
    }

    /// First pass: remembers what members gave to whom.
    pub(crate) fn shared(&mut self, row: &ActionRow<'_>) {
        let (Some(target), Some(object)) = (row.target, row.object) else {
            return;
        };
        if !gives(row.verb) || !self.members.contains_key(row.account) || !self.is_person(target) {
            return;
        }
        let (Some(person), Some(object)) = (self.person(target), self.objects.number(object))
        else {
            return;
        };
        let gifts = self.gifts.entry((person, object)).or_default();
        for place in &self.members[row.account] {
            if !self.places[*place].counts(row.at) {
                continue;
            }
            match gifts.iter_mut().find(|gift| gift.place == *place) {
                // A gift at an unknown time may have come first.
                Some(gift) => gift.at = gift.at.min(row.at),
                None => gifts.push(Gift {
                    place: *place,
                    at: row.at,
                }),
            }
        }
    }

    /// Second pass: notes what passed between a member and a person.
    pub(crate) fn passed(&mut self, row: &ActionRow<'_>) {
        let Some(target) = row.target else {
            self.clicked(row);
            return;
        };
        if self.members.contains_key(row.account) {
            if self.is_person(target) {
                let wrote = gives(row.verb);
                self.meet(row.account, target, row.at, by_member(row.verb), wrote);
            }
        } else if self.members.contains_key(target) && self.is_person(row.account) {
            self.meet(target, row.account, row.at, by_person(row.verb), false);
        }
    }

    fn meet(
        &mut self,
        member: &str,
        person: &str,
        at: Option<i64>,
        tier: ContactTier,
        wrote: bool,
    ) {
        let Some(person) = self.person(person) else {
            return;
        };
        for place in &self.members[member] {
            let network = self.places[*place].network;
            let between = self.between.entry((network, person, *place)).or_default();
            between.knew |= tier >= ContactTier::Connected;
            if self.places[*place].counts(at) {
                between.wrote |= wrote;
                between.add(tier, at);
            }
        }
    }

    /// Somebody followed a link or opened a file, and the record does not say whose.
    fn clicked(&mut self, row: &ActionRow<'_>) {
        if !matches!(row.verb, Verb::ClickLink | Verb::OpenFile) {
            return;
        }
        let gifts = row
            .object
            .and_then(|object| self.objects.find(object))
            .zip(self.people.find(row.account))
            .and_then(|(object, person)| Some((person, self.gifts.get(&(person, object))?)));
        let Some((person, gifts)) = gifts else {
            return;
        };
        for gift in gifts {
            let before = gift
                .at
                .zip(row.at)
                .is_none_or(|(given, clicked)| given <= clicked);
            let place = &self.places[gift.place];
            if before && place.counts(row.at) {
                self.between
                    .entry((place.network, person, gift.place))
                    .or_default()
                    .add(ContactTier::ClickedOrOpened, row.at);
            }
        }
    }

    /// Notes in which language a person is to be told.
    pub(crate) fn language(&mut self, account: &Account) {
        if let Some(person) = self.people.find(account.id.as_str()) {
            self.languages[person as usize].clone_from(&account.language);
        }
    }

    /// The contacts of each network.
    pub(crate) fn finish(self) -> Vec<Vec<Contact>> {
        let mut contacts: Vec<Vec<Contact>> = vec![Vec::new(); self.networks];
        let mut last = None;
        for ((network, person, place), between) in &self.between {
            let Some(tier) = between.tier() else {
                continue;
            };
            let of_network = &mut contacts[*network];
            if last != Some((network, person)) {
                last = Some((network, person));
                of_network.push(Contact {
                    account: AccountId::new(self.people.text(*person)),
                    tier,
                    first_at: None,
                    last_at: None,
                    language: self.languages[*person as usize].clone(),
                    via: Vec::new(),
                });
            }
            let contact = of_network
                .last_mut()
                .expect("pushed above or for the same person");
            let via = ContactVia {
                account: self.places[*place].account.clone(),
                tier,
                first_at: moment(between.first_at),
                last_at: moment(between.last_at),
            };
            contact.tier = contact.tier.max(tier);
            contact.first_at = contact.first_at.into_iter().chain(via.first_at).min();
            contact.last_at = contact.last_at.max(via.last_at);
            contact.via.push(via);
        }
        for of_network in &mut contacts {
            of_network.sort_by(|a, b| b.tier.cmp(&a.tier).then_with(|| a.account.cmp(&b.account)));
        }
        contacts
    }

    fn is_person(&self, id: &str) -> bool {
        !self.excluded.contains(id) && !self.members.contains_key(id)
    }

    fn person(&mut self, id: &str) -> Option<u32> {
        let number = self.people.number(id)?;
        self.languages.resize(self.people.len(), None);
        Some(number)
    }
}

/// Whether who does it says or hands over something.
fn gives(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::Message | Verb::Reply | Verb::ShareLink | Verb::ShareFile
    )
}

/// What a person's action towards a member makes of the two.
fn by_person(verb: Verb) -> ContactTier {
    match verb {
        Verb::ClickLink | Verb::OpenFile => ContactTier::ClickedOrOpened,
        Verb::AcceptContact | Verb::Follow | Verb::Transfer => ContactTier::Connected,
        verb if gives(verb) => ContactTier::Talked,
        _ => ContactTier::Saw,
    }
}

/// What a member's action towards a person makes of the two, by itself.
fn by_member(verb: Verb) -> ContactTier {
    match verb {
        Verb::AcceptContact | Verb::Transfer => ContactTier::Connected,
        // It answers something that the person wrote.
        Verb::Reply => ContactTier::Talked,
        _ => ContactTier::Saw,
    }
}

fn moment(at: Option<i64>) -> Option<Timestamp> {
    at.and_then(|at| Timestamp::from_microsecond(at).ok())
}

#[cfg(test)]
mod tests;
