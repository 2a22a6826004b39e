//! `/v1/cases/{id}`: one case, with everything that was found and done.

use std::collections::BTreeMap;

use avert_model::{
    ActivityHours, Case, CaseId, CaseLink, CaseState, Contact, Dossier, Finding, FindingId, Member,
    MemberChange, NoticeListSummary, PlanSummary, Timestamp,
};
use avert_ops::cases::{self, Unfinished};
use avert_ops::overview::{self, CaseHead, FindingHead};
use avert_ops::{dossier, notify};
use schemars::JsonSchema;
use serde::Serialize;

use crate::clock::SystemClock;
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::Json;
use crate::serve::routes::Nothing;

/// A case, with everything that was found and done.
#[derive(Serialize, JsonSchema)]
pub(super) struct Shown {
    head: CaseHead,
    case: Case,
    /// What it rests on.
    findings: Vec<FindingHead>,
    /// The accounts of its findings, each with the finding that names it.
    members: Vec<CaseMember>,
    /// What people changed about whom it is about, oldest first.
    changes: Vec<MemberChange>,
    /// What people linked it to, of what others published.
    links: Vec<CaseLink>,
    /// Whom its networks reached, members and suspects left out.
    contacts: Vec<Contact>,
    /// How many people came how close to harm.
    contacts_by_tier: BTreeMap<&'static str, u64>,
    /// When its accounts act: seven rows, Monday first, of 24 hours each, UTC.
    activity: ActivityHours,
    /// Its takedown plans.
    plans: Vec<PlanSummary>,
    /// Its notice lists.
    notice_lists: Vec<NoticeListSummary>,
    /// What was done to it, newest first, at most so many as a page holds.
    timeline: Vec<Happened>,
    /// What has not begun or is not decided.
    unfinished: Unfinished,
    /// How many people it reached who were not told.
    untold: u64,
    /// When what it held was forgotten, if it was.
    purged_at: Option<Timestamp>,
    /// What detection left out or cut, in plain words.
    caveats: Vec<String>,
}

/// An account of a case.
#[derive(Serialize, JsonSchema)]
struct CaseMember {
    /// The finding that names it.
    finding: FindingId,
    #[serde(flatten)]
    member: Member,
}

/// Something that was done.
#[derive(Serialize, JsonSchema)]
struct Happened {
    at: Timestamp,
    /// The act: `takedown/approved`.
    what: String,
    by: String,
    /// To what: the case, a plan, a list.
    subject: String,
}

/// The most rows of the timeline.
const MOST_ROWS: usize = 200;

pub(super) fn show(call: &Call<'_>, _: Nothing) -> Result<Json<Shown>, Problem> {
    let id: CaseId = call.id("id")?;
    call.read(|store| {
        let head = CaseHead::of(store, id)?;
        let dossier = dossier::at_a_glance(store, id, &SystemClock)?;
        let changes = cases::member_changes(store, id)?;
        let mut findings = Vec::new();
        for finding in &dossier.findings {
            findings.push(overview::finding(store, &finding.id)?);
        }
        let mut contacts_by_tier = BTreeMap::new();
        for contact in &dossier.contacts {
            *contacts_by_tier.entry(contact.tier.as_str()).or_default() += 1;
        }
        Ok(Json(Shown {
            timeline: timeline(&dossier, &changes),
            head,
            findings,
            activity: activity(&dossier.findings),
            members: members(dossier.findings),
            contacts: dossier.contacts,
            contacts_by_tier,
            plans: dossier.plans,
            notice_lists: dossier.notice_lists,
            changes,
            links: dossier.links,
            unfinished: cases::unfinished(store, id)?,
            untold: notify::untold(store, id)? as u64,
            purged_at: dossier.purged_at,
            caveats: dossier.caveats,
            case: dossier.case,
        }))
    })
}

fn activity(findings: &[Finding]) -> ActivityHours {
    let mut hours = ActivityHours::default();
    for finding in findings {
        hours.merge(&finding.activity);
    }
    hours
}

/// Every account once, with the first finding that names it.
fn members(findings: Vec<Finding>) -> Vec<CaseMember> {
    let mut known = std::collections::BTreeSet::new();
    let mut members = Vec::new();
    for finding in findings {
        for member in finding.members {
            if known.insert(member.account.clone()) {
                members.push(CaseMember {
                    finding: finding.id.clone(),
                    member,
                });
            }
        }
    }
    members
}

/// What people did to the case, its plans and lists, newest first.
fn timeline(dossier: &Dossier, changes: &[MemberChange]) -> Vec<Happened> {
    let case = &dossier.case;
    let of_case = |at, what: &str, by: &str| Happened {
        at,
        what: format!("case/{what}"),
        by: by.to_owned(),
        subject: case.id.to_string(),
    };
    let mut happened = vec![of_case(case.opened_at, "open", &case.opened_by)];
    happened.extend(
        case.notes
            .iter()
            .map(|note| of_case(note.at, "note", &note.by)),
    );
    let mut moments: Vec<_> = changes
        .iter()
        .map(|change| (change.at, &change.by))
        .collect();
    moments.dedup();
    happened.extend(
        moments
            .into_iter()
            .map(|(at, by)| of_case(at, "members", by)),
    );
    if let CaseState::Closed { by, at, .. } = &case.state {
        happened.push(of_case(*at, "close", by));
    }
    let plans = dossier.plans.iter();
    let plans = plans.map(|plan| (plan.id.to_string(), "takedown", &plan.signatures));
    let lists = dossier.notice_lists.iter();
    let lists = lists.map(|list| (list.id.to_string(), "notify", &list.signatures));
    for (subject, stage, signatures) in plans.chain(lists) {
        happened.extend(signatures.iter().map(|signature| Happened {
            at: signature.at,
            what: format!("{stage}/{}", signature.act),
            by: signature.by.clone(),
            subject: subject.clone(),
        }));
    }
    happened.sort_by_key(|happened| std::cmp::Reverse(happened.at));
    happened.truncate(MOST_ROWS);
    happened
}
