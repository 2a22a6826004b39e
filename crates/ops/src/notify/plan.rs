//! From an executed takedown to the list of people to tell.

use std::collections::BTreeMap;

use avert_model::{AccountId, CaseId, Contact, Email, NoticeListId};
use rusqlite::Connection;
use serde_json::json;

use super::error::NotifyError;
use super::list::{Notice, NoticeHeader, NoticePhase};
use super::records;
use super::state::{ListInReview, NoticeList};
use super::text;
use crate::desk::Desk;
use crate::people::Role;
use crate::store::Store;
use crate::takedown::{self, Plan};
use crate::{cases, findings, journal};

/// Drafts the list for a case and hands it to review. `addresses` gives the mail addresses that are
/// known; people without one stay on the list, since a channel may not need any. Needs an
/// investigator, and a takedown that was carried out without a failure.
pub fn plan(
    desk: &mut Desk<'_>,
    case: CaseId,
    channel: &str,
    service: &str,
    addresses: &BTreeMap<AccountId, Email>,
) -> Result<NoticeList, NotifyError> {
    desk.actor
        .require(Role::Investigator, "draft a notice list")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        cases::require_open(transaction, case)?;
        if let Some(open) = unfinished(transaction, case)? {
            return Err(open);
        }
        let takedown = verified_takedown(transaction, case)?;
        let mut notices = Vec::new();
        for contact in contacts(transaction, case)?.into_values() {
            // Whoever was told of this case by an earlier list is not told again.
            if records::claimed_by(transaction, case, &contact.account)?.is_none() {
                notices.push(Notice {
                    email: addresses.get(&contact.account).cloned(),
                    language: text::language(contact.language.as_deref()).to_owned(),
                    account: contact.account,
                    tier: contact.tier,
                    phase: NoticePhase::Planned,
                    note: String::new(),
                });
            }
        }
        if notices.is_empty() {
            return Err(NotifyError::NobodyToTell(case));
        }
        let id = NoticeListId::from_number(cases::next(transaction, "notice_lists")?);
        let header = NoticeHeader {
            id,
            case,
            plan: takedown.header().id,
            channel: channel.to_owned(),
            service: service.to_owned(),
            accounts_acted_on: takedown::totals(&takedown).done,
            notices,
            signatures: vec![takedown::sign(
                transaction,
                &id.to_string(),
                "drafted",
                &by,
                now,
            )?],
        };
        let list = NoticeList::from(ListInReview { header });
        records::insert(transaction, &list)?;
        let detail = json!({ "case": case, "plan": list.header().plan, "channel": channel,
            "people": list.header().notices.len(), "digest": list.header().digest() });
        journal::append(
            transaction,
            now,
            &by,
            "notify/plan",
            &id.to_string(),
            &detail,
        )?;
        Ok(list)
    })
}

fn unfinished(connection: &Connection, case: CaseId) -> Result<Option<NotifyError>, NotifyError> {
    for list in records::of_case(connection, case)? {
        if matches!(
            list,
            NoticeList::InReview(_) | NoticeList::Approved(_) | NoticeList::Sending(_)
        ) {
            let (list, state) = (list.header().id, list.state());
            return Ok(Some(NotifyError::AlreadyPlanned { case, list, state }));
        }
    }
    Ok(None)
}

/// The case's takedown, if it is in effect and nothing of it failed: a persona that is still awake
/// would read of the takedown in its targets' answers.
fn verified_takedown(connection: &Connection, case: CaseId) -> Result<Plan, NotifyError> {
    let Some(plan) = takedown::of_case(connection, case)?.pop() else {
        return Err(NotifyError::NoTakedown(case));
    };
    verify(&plan)?;
    Ok(plan)
}

/// Refuses unless the plan is in effect.
pub(super) fn verify(plan: &Plan) -> Result<(), NotifyError> {
    let (totals, state) = (takedown::totals(plan), plan.state());
    let id = plan.header().id;
    if !matches!(plan, Plan::Executed(_)) || totals.done == 0 || totals.failed > 0 {
        return Err(NotifyError::NotTakenDown {
            plan: id,
            state,
            failed: totals.failed,
        });
    }
    Ok(())
}

/// Everybody a case's networks reached, strongest tier first, then by account.
pub fn reached(store: &Store, case: CaseId) -> Result<Vec<Contact>, NotifyError> {
    let mut reached: Vec<Contact> = contacts(store.read(), case)?.into_values().collect();
    reached.sort_by(|a, b| b.tier.cmp(&a.tier).then_with(|| a.account.cmp(&b.account)));
    Ok(reached)
}

/// Everybody the case's networks reached, each once, without the members and suspects of any
/// network on that platform.
fn contacts(
    connection: &Connection,
    case: CaseId,
) -> Result<BTreeMap<AccountId, Contact>, NotifyError> {
    let case = cases::find(connection, case)?;
    let mut contacts: BTreeMap<AccountId, Contact> = BTreeMap::new();
    let mut platform = String::new();
    for id in &case.findings {
        let (finding, _) = findings::find(connection, id)?;
        platform = finding.platform;
        for contact in finding.contacts {
            match contacts.get_mut(&contact.account) {
                None => {
                    contacts.insert(contact.account.clone(), contact);
                }
                Some(known) => merge(known, contact),
            }
        }
    }
    for account in findings::never_told(connection, &platform)? {
        contacts.remove(&account);
    }
    Ok(contacts)
}

fn merge(known: &mut Contact, other: Contact) {
    known.tier = known.tier.max(other.tier);
    known.first_at = match (known.first_at, other.first_at) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    known.last_at = known.last_at.max(other.last_at);
    known.via.extend(other.via);
    known.via.sort_by(|a, b| a.account.cmp(&b.account));
    known.via.dedup_by(|a, b| a.account == b.account);
}
