//! The report for software: everything as it was found, in a shape that stays.
//!
//! The shape's name stands in `schema`. Fields may be added within `avert.report/1`; one that is
//! renamed, removed or given another meaning makes it `avert.report/2`.

use avert_model::{
    AccountId, Case, CaseLink, Contact, Edge, Fact, FactCode, Finding, FindingId, JournalSummary,
    Layer, MemberChange, MemberKind, NoticeListSummary, PlanSummary, Probability, Provenance,
    ReportPart, ReportWords, SnapshotId,
};
use jiff::Timestamp;
use serde::Serialize;

use super::brief::Brief;
use super::prose::Prose;
use super::{limits, summary};
use crate::escape;

const SCHEMA: &str = "avert.report/1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    tlp: String,
    made_at: Timestamp,
    purged_at: Option<Timestamp>,
    case: &'a Case,
    summary: Summary,
    people_reached: PeopleReached<'a>,
    findings: Vec<FindingReport<'a>>,
    changes: &'a [MemberChange],
    words: Option<&'a ReportWords>,
    links: &'a [CaseLink],
    plans: &'a [PlanSummary],
    notice_lists: &'a [NoticeListSummary],
    journal: &'a JournalSummary,
    caveats: &'a [String],
    limits: Vec<String>,
}

#[derive(Serialize)]
struct Summary {
    personas: u64,
    compromised: u64,
    suspects: u64,
    accounts_in_effect: u64,
    accounts_restored: u64,
    people_told: u64,
    still_open: Vec<String>,
}

#[derive(Serialize)]
struct PeopleReached<'a> {
    total: u64,
    saw: u64,
    connected: u64,
    talked: u64,
    clicked_or_opened: u64,
    first_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
    /// Absent unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<&'a [&'a Contact]>,
}

#[derive(Serialize)]
struct FindingReport<'a> {
    id: &'a FindingId,
    snapshot: &'a SnapshotId,
    platform: &'a str,
    title: &'a str,
    detector: &'a str,
    detector_version: &'a str,
    probability: Probability,
    layers: &'a [Layer],
    members: Vec<MemberReport<'a>>,
    facts: Vec<FactReport<'a>>,
    edges: Vec<&'a Edge>,
    activity: &'a [[u32; 24]],
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the shape"
)]
#[derive(Serialize)]
struct MemberReport<'a> {
    account: &'a AccountId,
    kind: MemberKind,
    proposed: bool,
    acted_on: bool,
    put_back: bool,
    taken_out: bool,
    probability: Probability,
    layers: &'a [Layer],
    people_reached: u64,
    facts: Vec<FactReport<'a>>,
}

#[derive(Serialize)]
struct FactReport<'a> {
    code: FactCode,
    text: &'a str,
    accounts: Vec<&'a AccountId>,
    layer: Option<&'a Layer>,
    /// Null where it is no finite number, which JSON cannot write.
    weight: f64,
    first_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
    objects: Vec<&'a str>,
    object_count: u64,
    /// How many of the objects are people, who are counted and not listed.
    people_withheld: u64,
    counterfactual: Option<&'a str>,
    provenance: &'a Provenance,
}

/// Writes the report, indented by two spaces, with a line break at the end.
pub(super) fn write(brief: &Brief<'_>) -> String {
    let dossier = brief.dossier;
    let (first_at, last_at) = brief.contact_period();
    let [
        (_, clicked_or_opened),
        (_, talked),
        (_, connected),
        (_, saw),
    ] = brief.tiers;
    let tells_actions = brief.tells(ReportPart::Actions);
    let report = Report {
        schema: SCHEMA,
        tlp: dossier.case.tlp.to_string(),
        made_at: dossier.made_at,
        purged_at: dossier.purged_at,
        case: &dossier.case,
        summary: Summary {
            personas: brief.privacy.count(MemberKind::Persona),
            compromised: brief.privacy.count(MemberKind::Compromised),
            suspects: brief.privacy.count(MemberKind::Suspect),
            accounts_in_effect: brief.in_effect,
            accounts_restored: brief.restored,
            people_told: brief.told,
            still_open: summary::still_open(brief)
                .iter()
                .map(Prose::plain)
                .collect(),
        },
        people_reached: PeopleReached {
            total: brief.reached(),
            saw,
            connected,
            talked,
            clicked_or_opened,
            first_at,
            last_at,
            people: brief.options.list_contacts.then_some(&brief.contacts),
        },
        findings: dossier
            .findings
            .iter()
            .filter(|_| brief.tells(ReportPart::Network))
            .map(|finding| told(brief, finding))
            .collect(),
        changes: &dossier.changes,
        words: dossier.words.as_ref(),
        links: &dossier.links,
        plans: if tells_actions { &dossier.plans } else { &[] },
        notice_lists: if tells_actions {
            &dossier.notice_lists
        } else {
            &[]
        },
        journal: &dossier.journal,
        caveats: &dossier.caveats,
        limits: limits::principles(brief).iter().map(Prose::plain).collect(),
    };
    escape::json::indented(&report)
}

fn told<'a>(brief: &'a Brief<'_>, finding: &'a Finding) -> FindingReport<'a> {
    let reached = brief.reached_by(finding);
    FindingReport {
        id: &finding.id,
        snapshot: &finding.snapshot,
        platform: &finding.platform,
        title: &finding.title,
        detector: &finding.detector,
        detector_version: &finding.detector_version,
        probability: finding.probability,
        layers: &finding.layers,
        members: finding
            .members
            .iter()
            .zip(reached)
            .map(|(member, people_reached)| MemberReport {
                account: &member.account,
                kind: member.kind,
                proposed: member.proposed,
                acted_on: brief.is_acted_on(&member.account),
                put_back: brief.is_put_back(&member.account),
                taken_out: brief.privacy.is_taken_out(&member.account),
                probability: member.probability,
                layers: &member.layers,
                people_reached,
                facts: facts(brief, &member.facts),
            })
            .collect(),
        facts: facts(brief, &finding.facts),
        edges: finding
            .edges
            .iter()
            .filter(|edge| brief.privacy.may_show(&edge.a) && brief.privacy.may_show(&edge.b))
            .collect(),
        activity: finding.activity.rows(),
    }
}

/// The facts, unless the report leaves out how it is known.
fn facts<'a>(brief: &'a Brief<'_>, facts: &'a [Fact]) -> Vec<FactReport<'a>> {
    let told = facts.iter().filter(|_| brief.tells(ReportPart::Evidence));
    told.map(|fact| seen(brief, fact)).collect()
}

fn seen<'a>(brief: &Brief<'_>, fact: &'a Fact) -> FactReport<'a> {
    let objects = brief.privacy.objects(fact);
    let (accounts, others) = brief.privacy.accounts(&fact.accounts);
    FactReport {
        code: fact.code,
        text: &fact.text,
        accounts,
        layer: fact.layer.as_ref(),
        weight: fact.weight,
        first_at: fact.first_at,
        last_at: fact.last_at,
        objects: objects.shown,
        object_count: objects.total,
        people_withheld: objects.people.saturating_add(others),
        counterfactual: fact.counterfactual.as_deref(),
        provenance: &fact.provenance,
    }
}
