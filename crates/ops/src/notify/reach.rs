//! Whom a case's networks reached, and through which of their accounts.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{AccountId, CaseId, Contact, ContactVia};

use super::error::NotifyError;
use super::plan::verify;
use super::records;
use crate::appeals::{self, AppealState};
use crate::cases::{self, CaseError};
use crate::findings::{self, FindingError};
use crate::store::{Connection, Store, StoreError, to_json, values};
use crate::takedown::{self, Phase, Plan, Step, TakedownError};

/// Whom a case's networks reached.
pub(super) struct Reached {
    /// Everybody who may be told, each once.
    pub(super) contacts: BTreeMap<AccountId, Contact>,
    /// Whoever belongs to another network on that platform: as member or as suspect.
    pub(super) left_out: Vec<AccountId>,
    /// How many were in contact only with accounts that do not count.
    pub(super) by_others_only: u64,
}

impl Reached {
    /// Everybody, through whichever account.
    fn all<E>(connection: &Connection, case: CaseId) -> Result<Self, E>
    where
        E: From<CaseError> + From<FindingError> + From<StoreError>,
    {
        let case = cases::find(connection, case)?;
        let mut contacts: BTreeMap<AccountId, Contact> = BTreeMap::new();
        let mut own = BTreeSet::new();
        let mut platform = String::new();
        for id in &case.findings {
            let (finding, _) = findings::find(connection, id)?;
            platform = finding.platform;
            own.extend(finding.members.into_iter().map(|member| member.account));
            for contact in finding.contacts {
                match contacts.get_mut(&contact.account) {
                    None => {
                        contacts.insert(contact.account.clone(), contact);
                    }
                    Some(known) => merge(known, contact),
                }
            }
        }
        let mut left_out = Vec::new();
        for account in findings::never_told(connection, &platform, contacts.keys())? {
            if contacts.remove(&account).is_some() && !own.contains(&account) {
                left_out.push(account);
            }
        }
        Ok(Self {
            contacts,
            left_out,
            by_others_only: 0,
        })
    }

    /// Those that one of these accounts reached, and how close they came through these alone.
    fn through(mut self, accounts: &BTreeSet<AccountId>) -> Self {
        let before = self.contacts.len();
        self.contacts
            .retain(|_, contact| narrow(contact, |via| accounts.contains(&via.account)));
        self.by_others_only = (before - self.contacts.len()) as u64;
        self
    }

    /// Whom a carried out takedown is to be told to.
    pub(super) fn by_closed(connection: &Connection, plan: &Plan) -> Result<Self, NotifyError> {
        let closed = closed(connection, plan)?;
        let all = Self::all::<NotifyError>(connection, plan.header().case)?;
        Ok(all.through(&closed))
    }
}

/// The accounts of a plan that are closed or restricted by it now. One that is only secured is not: it
/// is its owner's. Nor is one whose appeal was granted, even before it is put back.
pub(super) fn closed(
    connection: &Connection,
    plan: &Plan,
) -> Result<BTreeSet<AccountId>, StoreError> {
    let header = plan.header();
    let in_effect = |step: &&Step| step.phase == Phase::Done && step.remedy.leads_to().is_some();
    let closed = header.steps.iter().filter(in_effect);
    let mut closed: BTreeSet<AccountId> = closed.map(|step| step.account.clone()).collect();
    for account in appeals::granted(connection, header.id)? {
        closed.remove(&account);
    }
    Ok(closed)
}

/// How many appeals against a plan were granted: who asks often sees by it that accounts went back.
pub(super) fn granted(
    connection: &Connection,
    plan: avert_model::PlanId,
) -> Result<u64, StoreError> {
    let found = connection.row(
        "count granted appeals",
        "SELECT COUNT(*) FROM appeals WHERE plan_id = ?1 AND state IN (?2, ?3)",
        &values![
            plan.number(),
            to_json(&AppealState::Granting),
            to_json(&AppealState::Granted)
        ],
    )?;
    found.map_or(Ok(0), |row| row.count(0))
}

/// Everybody a case's networks reached, strongest tier first, then by account.
pub fn reached(store: &Store, case: CaseId) -> Result<Vec<Contact>, NotifyError> {
    let reached = Reached::all::<NotifyError>(&*store.view()?, case)?;
    let mut reached: Vec<Contact> = reached.contacts.into_values().collect();
    reached.sort_by(|a, b| b.tier.cmp(&a.tier).then_with(|| a.account.cmp(&b.account)));
    Ok(reached)
}

/// Everybody whom the accounts that a plan acts on reached, by what passed with these alone; and how
/// many the case's networks reached in all.
pub(crate) fn reached_by(store: &Store, plan: &Plan) -> Result<(Vec<Contact>, u64), TakedownError> {
    let header = plan.header();
    let acting = header.steps.iter().filter(|step| step.remedy.acts());
    let acting = acting.map(|step| step.account.clone()).collect();
    let reached = Reached::all::<TakedownError>(&*store.view()?, header.case)?;
    let in_all = reached.contacts.len() as u64;
    let contacts = reached.through(&acting).contacts;
    Ok((contacts.into_values().collect(), in_all))
}

/// How many people have not been told of the case's takedown, though it is in effect and they could
/// be.
pub fn untold(store: &Store, case: CaseId) -> Result<usize, NotifyError> {
    let view = store.view()?;
    let Some(plan) = takedown::of_case(&view, case)?.pop() else {
        return Ok(0);
    };
    if verify(&plan, true, None).is_err() {
        return Ok(0);
    }
    let mut untold = 0;
    for account in Reached::by_closed(&view, &plan)?.contacts.keys() {
        untold += usize::from(records::claimed_by(&view, case, account)?.is_none());
    }
    Ok(untold)
}

fn merge(known: &mut Contact, other: Contact) {
    known.via.extend(other.via);
    known.via.sort_by(|a, b| a.account.cmp(&b.account));
    known.via.dedup_by(|later, first| {
        let same = later.account == first.account;
        if same {
            first.tier = first.tier.max(later.tier);
            first.first_at = earlier(first.first_at, later.first_at);
            first.last_at = first.last_at.max(later.last_at);
        }
        same
    });
    known.tier = known.tier.max(other.tier);
    known.first_at = earlier(known.first_at, other.first_at);
    known.last_at = known.last_at.max(other.last_at);
}

/// Counts a contact by these accounts alone. Says whether anything is left of it.
fn narrow(contact: &mut Contact, counts: impl Fn(&ContactVia) -> bool) -> bool {
    contact.via.retain(counts);
    let Some(tier) = contact.via.iter().map(|via| via.tier).max() else {
        return false;
    };
    contact.tier = tier;
    contact.first_at = contact.via.iter().filter_map(|via| via.first_at).min();
    contact.last_at = contact.via.iter().filter_map(|via| via.last_at).max();
    true
}

fn earlier<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
