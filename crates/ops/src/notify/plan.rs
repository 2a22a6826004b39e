//! From an executed takedown to the list of people to tell.

use std::collections::BTreeMap;

use avert_model::{AccountId, AccountStatus, CaseId, Contact, Email, NoticeListId};
use serde_json::json;

use super::error::NotifyError;
use super::list::{Notice, NoticeHeader, NoticePhase};
use super::person;
use super::reach::{Reached, closed};
use super::records;
use super::state::{ListInReview, NoticeList};
use super::text;
use crate::desk::Desk;
use crate::people::Role;
use crate::store::Connection;
use crate::takedown::{self, Phase, Plan, Step};
use crate::{cases, journal};

/// What is to be told, before anybody knows to whom.
#[derive(Debug, Clone)]
pub struct Telling<'a> {
    /// The channel, by its name in the configuration.
    pub channel: &'a str,
    /// The channels that are tried, each once and in this order, for whom the one before cannot reach.
    pub fallback: &'a [String],
    /// What the text calls the platform.
    pub service: &'a str,
    /// The mail addresses that are known; people without one stay on the list, since a channel may
    /// not need any.
    pub addresses: &'a BTreeMap<AccountId, Email>,
    /// Tell people although accounts of the takedown are awake, because somebody changed them after
    /// it was drafted.
    pub although_awake: bool,
}

/// Drafts the list for a case and hands it to review. Needs an investigator, and a takedown that
/// was carried out without a failure.
pub fn plan(
    desk: &mut Desk<'_>,
    case: CaseId,
    telling: &Telling<'_>,
) -> Result<NoticeList, NotifyError> {
    desk.actor
        .require(Role::Investigator, "draft a notice list")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        cases::require_open(transaction, case)?;
        if let Some(open) = unfinished(transaction, case)? {
            return Err(open);
        }
        let Some(takedown) = takedown::of_case(transaction, case)?.pop() else {
            return Err(NotifyError::NoTakedown(case));
        };
        verify(&takedown, telling.although_awake, None)?;
        let Reached {
            contacts,
            left_out,
            by_others_only,
        } = Reached::by_closed(transaction, &takedown)?;
        let told = records::claims(transaction, case)?;
        let (notices, untranslated) = people(contacts, telling, &told);
        if notices.is_empty() {
            return Err(NotifyError::NobodyToTell(case));
        }
        let id = NoticeListId::from_number(cases::next(transaction, "notice_lists")?);
        let subject = id.to_string();
        let header = NoticeHeader {
            id,
            case,
            plan: takedown.header().id,
            channel: telling.channel.to_owned(),
            service: telling.service.to_owned(),
            accounts_acted_on: closed(transaction, &takedown)?.len() as u64,
            although_awake: awake(&takedown),
            left_out: left_out.len() as u64,
            by_others_only,
            fallback: telling.fallback.to_vec(),
            untranslated,
            notices,
            signatures: vec![takedown::sign(transaction, &subject, "drafted", &by, now)?],
        };
        let list = NoticeList::from(ListInReview { header });
        records::insert(transaction, &list)?;
        let header = list.header();
        let detail = json!({ "case": case, "plan": header.plan, "channel": header.channel,
            "fallback": header.fallback, "people": header.notices.len(), "left_out": left_out,
            "by_others_only": header.by_others_only,
            "untranslated": header.untranslated,
            "although_awake": header.although_awake, "digest": header.digest() });
        journal::append(transaction, now, &by, "notify/plan", &subject, &detail)?;
        Ok(list)
    })
}

/// One notice for each person, whichever of their accounts were reached: the strongest tier counts.
/// Also gives how many ask for a language that there is no text in. Whoever was told of this case by
/// an earlier list, under any account, is not told again.
fn people(
    contacts: BTreeMap<AccountId, Contact>,
    telling: &Telling<'_>,
    told: &BTreeMap<AccountId, NoticeListId>,
) -> (Vec<Notice>, u64) {
    let address = |contact: &Contact| telling.addresses.get(&contact.account).cloned();
    let closer = |one: &Contact, other: &Contact| one.tier > other.tier;
    let (mut notices, mut untranslated) = (Vec::new(), 0);
    for (contact, others) in person::together(contacts.into_values(), address, closer) {
        let others: Vec<AccountId> = others.into_iter().map(|other| other.account).collect();
        let mut accounts = std::iter::once(&contact.account).chain(&others);
        if accounts.any(|account| told.contains_key(account)) {
            continue;
        }
        let asked = contact.language.as_deref();
        untranslated += u64::from(!text::is_written_in(asked));
        notices.push(Notice {
            email: address(&contact),
            language: text::language(asked).to_owned(),
            account: contact.account,
            others,
            tier: contact.tier,
            phase: NoticePhase::Planned,
            via: 0,
            note: String::new(),
        });
    }
    notices.sort_by(|one, other| one.account.cmp(&other.account));
    (notices, untranslated)
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

/// Refuses unless the plan is in effect and nothing of it failed: a persona that is awake would read
/// of the takedown in its targets' answers.
pub(super) fn verify(
    plan: &Plan,
    although_awake: bool,
    list: Option<NoticeListId>,
) -> Result<(), NotifyError> {
    let (totals, state) = (takedown::totals(plan), plan.state());
    let id = plan.header().id;
    if !matches!(plan, Plan::Executed(_)) || totals.done == 0 || totals.failed > 0 {
        return Err(NotifyError::NotTakenDown {
            plan: id,
            state,
            failed: totals.failed,
            list,
        });
    }
    match awake(plan) {
        accounts if accounts > 0 && !although_awake => Err(NotifyError::StillAwake {
            plan: id,
            case: plan.header().case,
            accounts,
        }),
        _ => Ok(()),
    }
}

/// How many accounts were to be acted on, were left alone because somebody had changed them, and
/// were not disabled by that change.
fn awake(plan: &Plan) -> u64 {
    let awake = |step: &&Step| {
        step.phase == Phase::Drifted
            && step.after.as_ref().is_some_and(|found| {
                matches!(
                    found.status,
                    AccountStatus::Active | AccountStatus::Restricted
                )
            })
    };
    plan.header().steps.iter().filter(awake).count() as u64
}
