//! The report for software: everything as it was found, in a shape that stays.
//!
//! The shape's name stands in `schema`. Fields are added within `avert.report/1`; one that is
//! renamed, removed or given another meaning makes it `avert.report/2`.

use std::io;

use avert_model::{
    Case, Contact, ContactTier, Dossier, Edge, Fact, Finding, JournalSummary, Member, MemberKind,
    NoticeListSummary, PlanSummary, Tlp,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter};

use super::brief::Brief;

/// The name and version of the shape.
const SCHEMA: &str = "avert.report/1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    /// As FIRST writes it: `TLP:AMBER`.
    tlp: String,
    made_at: Timestamp,
    case: &'a Case,
    summary: Summary,
    findings: Vec<FindingReport<'a>>,
    people_reached: PeopleReached<'a>,
    plans: &'a [PlanSummary],
    notice_lists: &'a [NoticeListSummary],
    journal: &'a JournalSummary,
    caveats: &'a [String],
}

#[derive(Serialize)]
struct Summary {
    findings: u64,
    personas: u64,
    compromised: u64,
    suspects: u64,
    people_reached: u64,
    accounts_in_effect: u64,
    accounts_restored: u64,
    people_told: u64,
}

#[derive(Serialize)]
struct FindingReport<'a> {
    #[serde(flatten)]
    finding: FindingHead<'a>,
    members: Vec<MemberReport<'a>>,
    facts: Vec<FactReport<'a>>,
    edges: &'a [Edge],
    activity: &'a [[u32; 24]],
    people_reached: u64,
}

#[derive(Serialize)]
struct FindingHead<'a> {
    id: &'a avert_model::FindingId,
    snapshot: &'a avert_model::SnapshotId,
    platform: &'a str,
    title: &'a str,
    detector: &'a str,
    detector_version: &'a str,
    probability: avert_model::Probability,
    layers: &'a [avert_model::Layer],
}

#[derive(Serialize)]
struct MemberReport<'a> {
    account: &'a avert_model::AccountId,
    kind: MemberKind,
    proposed: bool,
    acted_on: bool,
    probability: avert_model::Probability,
    layers: &'a [avert_model::Layer],
    people_reached: u64,
    facts: Vec<FactReport<'a>>,
}
