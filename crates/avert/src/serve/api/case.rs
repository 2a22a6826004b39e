//! `/v1/cases/{id}`: one case, with everything that was found and done.

use std::collections::BTreeMap;

use avert_model::{
    ActivityHours, Case, CaseId, Contact, Finding, FindingId, JournalRow, Member,
    NoticeListSummary, PlanSummary, Timestamp,
};
use avert_ops::cases::{self, MemberChange, Unfinished};
use avert_ops::overview::{self, CaseHead, FindingHead};
use avert_ops::store::Store;
use avert_ops::{dossier, journal, notify};
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
    at: String,
    /// The act: `takedown/approve`.
    what: String,
    by: String,
    /// To what: the case, a plan, a list.
    subject: String,
}

impl From<JournalRow> for Happened {
    fn from(row: JournalRow) -> Self {
        Self {
            at: row.at,
            what: row.act,
            by: row.actor,
            subject: row.subject,
        }
    }
}

/// The most rows of the timeline.
const MOST_ROWS: usize = 200;

pub(super) fn show(call: &Call<'_>, _: Nothing) -> Result<Json<Shown>, Problem> {
    let id: CaseId = call.id("id")?;
    call.read(|store| {
        let head = CaseHead::of(store, id)?;
        let dossier = dossier::dossier(store, id, &SystemClock)?;
        let mut findings = Vec::new();
        for finding in &dossier.findings {
            findings.push(overview::finding(store, &finding.id)?);
        }
        let mut contacts_by_tier = BTreeMap::new();
        for contact in &dossier.contacts {
            *contacts_by_tier.entry(contact.tier.as_str()).or_default() += 1;
        }
        Ok(Json(Shown {
            timeline: timeline(store, &head)?,
            head,
            findings,
            activity: activity(&dossier.findings),
            members: members(dossier.findings),
            contacts: dossier.contacts,
            contacts_by_tier,
            plans: dossier.plans,
            notice_lists: dossier.notice_lists,
            changes: cases::member_changes(store, id)?,
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

/// What was done to the case, its plans and lists: decisions and ends, not every account and notice.
fn timeline(store: &Store, head: &CaseHead) -> Result<Vec<Happened>, Problem> {
    let mut subjects = vec![head.id.to_string()];
    subjects.extend(
        head.plans
            .iter()
            .chain(&head.notice_lists)
            .map(|part| part.id.clone()),
    );
    let mut rows = Vec::new();
    for subject in &subjects {
        rows.extend(journal::decisions(store, subject, MOST_ROWS)?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.seq));
    rows.truncate(MOST_ROWS);
    Ok(rows.into_iter().map(Happened::from).collect())
}
