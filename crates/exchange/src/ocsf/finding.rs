//! What detection found, as a Detection Finding (2004).

use avert_model::{
    AccountId, ContactTier, Fact, FactCode, Finding, JournalRow, Layer, MemberKind, Probability,
    SnapshotId, Timestamp,
};
use serde::Serialize;

use super::event::{Metadata, Row, Severity, detail, time};
use crate::escape;

const CLASS_UID: u64 = 2004;
const CREATE: u64 = 1;

#[derive(Serialize)]
struct DetectionFinding<'a> {
    class_uid: u64,
    class_name: &'static str,
    category_uid: u64,
    category_name: &'static str,
    activity_id: u64,
    activity_name: &'static str,
    type_uid: u64,
    type_name: &'static str,
    time: i64,
    severity_id: u8,
    severity: &'static str,
    status_id: u8,
    status: &'static str,
    confidence_id: u8,
    confidence: &'static str,
    confidence_score: u8,
    message: &'a str,
    finding_info: FindingInfo<'a>,
    evidences: Vec<Evidence<'a>>,
    resources: Vec<Resource<'a>>,
    metadata: Metadata<'a>,
    unmapped: Unmapped<'a>,
}

#[derive(Serialize)]
struct FindingInfo<'a> {
    uid: &'a str,
    title: &'a str,
    types: [&'static str; 1],
    created_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_time: Option<i64>,
    data_sources: [&'a str; 1],
    analytic: Analytic<'a>,
}

#[derive(Serialize)]
struct Analytic<'a> {
    name: &'a str,
    version: &'a str,
    type_id: u8,
    r#type: &'static str,
}

#[derive(Serialize)]
struct Evidence<'a> {
    name: FactCode,
    data: EvidenceData<'a>,
}

/// A fact without the things that it rests on: they may be people, and `avert finding show` has them.
#[derive(Serialize)]
struct EvidenceData<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<&'a Layer>,
    weight: f64,
    accounts: u64,
    objects: u64,
}

#[derive(Serialize)]
struct Resource<'a> {
    uid: &'a AccountId,
    r#type: &'static str,
    role_id: u8,
    role: &'static str,
    data: ResourceData,
}

#[derive(Serialize)]
struct ResourceData {
    kind: MemberKind,
    proposed: bool,
    probability: Probability,
}

#[derive(Serialize)]
struct Unmapped<'a> {
    platform: &'a str,
    layers: &'a [Layer],
    people_reached: u64,
    journal: Row<'a>,
}

/// A search that a row tells of.
pub(super) struct Search {
    pub(super) snapshot: SnapshotId,
    /// How many findings were new; at most this many, where the row does not say.
    pub(super) new: usize,
}

/// The search that a row tells of, if it found something new.
pub(super) fn search(row: &JournalRow) -> Option<Search> {
    // A row whose time cannot be read gives no event, and then nothing need be read for it.
    time(row)?;
    if row.act != "detect" {
        return None;
    }
    let new = detail(row)["new"].as_u64();
    let search = Search {
        snapshot: row.subject.parse().ok()?,
        new: new.map_or(usize::MAX, |new| usize::try_from(new).unwrap_or(usize::MAX)),
    };
    (search.new > 0).then_some(search)
}

/// The finding as an event of the row that tells of the search.
pub(super) fn tell(row: &JournalRow, finding: &Finding) -> String {
    let time = time(row).unwrap_or_default();
    let severity = severity(finding);
    let score = score(finding.probability);
    let (confidence_id, confidence) = confidence(score);
    let event = DetectionFinding {
        class_uid: CLASS_UID,
        class_name: "Detection Finding",
        category_uid: 2,
        category_name: "Findings",
        activity_id: CREATE,
        activity_name: "Create",
        type_uid: CLASS_UID * 100 + CREATE,
        type_name: "Detection Finding: Create",
        time,
        severity_id: severity.id(),
        severity: severity.word(),
        status_id: 1,
        status: "New",
        confidence_id,
        confidence,
        confidence_score: score,
        message: &finding.title,
        finding_info: FindingInfo {
            uid: finding.id.as_str(),
            title: &finding.title,
            types: ["Network of accounts that act as one"],
            created_time: time,
            first_seen_time: seen(finding, |fact| fact.first_at).min(),
            last_seen_time: seen(finding, |fact| fact.last_at).max(),
            data_sources: [finding.snapshot.as_str()],
            analytic: Analytic {
                name: &finding.detector,
                version: &finding.detector_version,
                type_id: 2,
                r#type: "Behavioral",
            },
        },
        evidences: finding.facts.iter().map(evidence).collect(),
        resources: resources(finding),
        metadata: Metadata::of(row, format!("{}-{}", row.hash, finding.id)),
        unmapped: Unmapped {
            platform: &finding.platform,
            layers: &finding.layers,
            people_reached: finding.contacts.len() as u64,
            journal: Row::of(row),
        },
    };
    escape::json::line(&event)
}

fn evidence(fact: &Fact) -> Evidence<'_> {
    Evidence {
        name: fact.code,
        data: EvidenceData {
            text: &fact.text,
            layer: fact.layer.as_ref(),
            weight: fact.weight,
            accounts: fact.accounts.len() as u64,
            objects: fact.object_count,
        },
    }
}

/// The accounts of the network, each with the part it has in it.
fn resources(finding: &Finding) -> Vec<Resource<'_>> {
    let members = finding.members.iter();
    members
        .map(|member| {
            let (role_id, role) = match member.kind {
                MemberKind::Persona => (2, "Actor"),
                // Its owner is a victim.
                MemberKind::Compromised => (3, "Affected"),
                MemberKind::Suspect => (4, "Related"),
            };
            Resource {
                uid: &member.account,
                r#type: "account",
                role_id,
                role,
                data: ResourceData {
                    kind: member.kind,
                    proposed: member.proposed,
                    probability: member.probability,
                },
            }
        })
        .collect()
}

/// Detection does not judge how bad an operation is. What is known is how close it came to people.
fn severity(finding: &Finding) -> Severity {
    let closest = finding.contacts.iter().map(|contact| contact.tier).max();
    match closest {
        None => Severity::Informational,
        Some(ContactTier::Saw | ContactTier::Connected) => Severity::Low,
        Some(ContactTier::Talked) => Severity::Medium,
        Some(ContactTier::ClickedOrOpened) => Severity::High,
    }
}

/// 0 to 100.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a probability is 0 to 1"
)]
fn score(probability: Probability) -> u8 {
    (probability.get() * 100.0).round() as u8
}

fn confidence(score: u8) -> (u8, &'static str) {
    match score {
        0..50 => (1, "Low"),
        50..80 => (2, "Medium"),
        _ => (3, "High"),
    }
}

/// When something that the finding rests on was seen, milliseconds since 1970.
fn seen(finding: &Finding, when: impl Fn(&Fact) -> Option<Timestamp>) -> impl Iterator<Item = i64> {
    let of_members = finding.members.iter().flat_map(|member| &member.facts);
    finding
        .facts
        .iter()
        .chain(of_members)
        .filter_map(when)
        .map(Timestamp::as_millisecond)
}
