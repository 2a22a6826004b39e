//! Who may be shown. The accounts of a network are shown; people it reached are counted.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{AccountId, Contact, ContactTier, Dossier, Fact, FactCode, Layer, MemberKind};

/// Knows, for every account id in the dossier, whether it may be shown.
#[derive(Debug)]
pub(super) struct Privacy<'a> {
    members: BTreeMap<&'a AccountId, MemberKind>,
    /// The members that people took out of the case: shown, and counted as nothing.
    taken_out: BTreeSet<&'a AccountId>,
    reached: BTreeSet<&'a str>,
    list_contacts: bool,
}

/// The things a fact rests on, as far as they may be shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Objects<'a> {
    /// Those that may be shown.
    pub(super) shown: Vec<&'a str>,
    /// How many are people, and therefore only counted.
    pub(super) people: u64,
    /// How many there are in all, also those the finding itself does not carry.
    pub(super) total: u64,
}

impl<'a> Privacy<'a> {
    pub(super) fn new(dossier: &'a Dossier, list_contacts: bool) -> Self {
        let mut members = BTreeMap::new();
        for member in dossier.findings.iter().flat_map(|finding| &finding.members) {
            // An account in two findings is told once, as the worse of the two.
            let kind = members.entry(&member.account).or_insert(member.kind);
            *kind = (*kind).min(member.kind);
        }
        let reached = dossier
            .contacts
            .iter()
            .chain(
                dossier
                    .findings
                    .iter()
                    .flat_map(|finding| &finding.contacts),
            )
            .filter(|contact| !members.contains_key(&contact.account))
            .map(|contact| contact.account.as_str())
            .collect();
        Self {
            members,
            taken_out: dossier.taken_out(),
            reached,
            list_contacts,
        }
    }

    /// How many different accounts are of this kind, over all findings, without those that people took out.
    pub(super) fn count(&self, kind: MemberKind) -> u64 {
        self.members
            .iter()
            .filter(|(account, of)| **of == kind && !self.is_taken_out(account))
            .count() as u64
    }

    /// Whether somebody took the account out of the case.
    pub(super) fn is_taken_out(&self, account: &AccountId) -> bool {
        self.taken_out.contains(account)
    }

    /// How many accounts of the networks people took out of the case.
    pub(super) fn taken_out(&self) -> u64 {
        let out = self.taken_out.iter();
        out.filter(|account| self.is_member(account)).count() as u64
    }

    /// Whether the account belongs to a network.
    pub(super) fn is_member(&self, account: &AccountId) -> bool {
        self.members.contains_key(account)
    }

    /// Whether the account may be shown.
    pub(super) fn may_show(&self, account: &AccountId) -> bool {
        self.list_contacts || self.is_member(account)
    }

    /// The accounts that may be shown, and how many more there are.
    pub(super) fn accounts<'b>(&self, accounts: &'b [AccountId]) -> (Vec<&'b AccountId>, u64) {
        let shown: Vec<_> = accounts
            .iter()
            .filter(|account| self.may_show(account))
            .collect();
        let others = (accounts.len() - shown.len()) as u64;
        (shown, others)
    }

    /// The things a fact rests on, people taken out.
    pub(super) fn objects<'b>(&self, fact: &'b Fact) -> Objects<'b> {
        let are_people = match &fact.layer {
            Some(Layer::ContactedPerson | Layer::Referee | Layer::Money) => true,
            Some(_) => false,
            None => matches!(
                fact.code,
                FactCode::ApproachesStrangers
                    | FactCode::DeliversToContacts
                    | FactCode::ReportedByContacts
            ),
        };
        let may_be_shown = |object: &str| {
            self.list_contacts
                || if are_people {
                    self.members.contains_key(&AccountId::new(object))
                } else {
                    !self.reached.contains(object)
                }
        };
        let shown: Vec<_> = fact
            .objects
            .iter()
            .map(String::as_str)
            .filter(|object| may_be_shown(object))
            .collect();
        let total = fact.object_count.max(fact.objects.len() as u64);
        let people = if are_people {
            total - shown.len() as u64
        } else {
            (fact.objects.len() - shown.len()) as u64
        };
        Objects {
            shown,
            people,
            total,
        }
    }

    /// The people reached, each once with the strongest tier, strongest first; members never.
    pub(super) fn contacts(&self, contacts: &'a [Contact]) -> Vec<&'a Contact> {
        let mut strongest: BTreeMap<&AccountId, &Contact> = BTreeMap::new();
        for contact in contacts
            .iter()
            .filter(|contact| !self.is_member(&contact.account))
        {
            let kept = strongest.entry(&contact.account).or_insert(contact);
            if contact.tier > kept.tier {
                *kept = contact;
            }
        }
        let mut contacts: Vec<_> = strongest.into_values().collect();
        contacts.sort_by(|a, b| b.tier.cmp(&a.tier).then_with(|| a.account.cmp(&b.account)));
        contacts
    }
}

/// How many people there are in each tier, strongest first.
pub(super) fn by_tier(contacts: &[&Contact]) -> [(ContactTier, u64); 4] {
    let mut tiers = ContactTier::ALL;
    tiers.reverse();
    tiers.map(|tier| {
        let people = contacts
            .iter()
            .filter(|contact| contact.tier == tier)
            .count();
        (tier, people as u64)
    })
}
