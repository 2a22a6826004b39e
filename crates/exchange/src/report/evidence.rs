//! A fact as a report tells it: what was seen, on what it rests, what would hold without it, and
//! where it comes from.

use avert_model::{Fact, Finding, ReportPart};

use super::brief::Brief;
use super::limits;
use super::prose::{Prose, accounts};
use super::words;

/// One fact, ready to be written.
#[derive(Debug)]
pub(super) struct Evidence {
    /// What kind of fact it is.
    pub(super) heading: &'static str,
    /// The fact in words.
    pub(super) text: Prose,
    /// The accounts it is about, where it is about several.
    pub(super) about: Option<Prose>,
    /// The things it rests on.
    pub(super) rests_on: Option<Prose>,
    /// What would hold without it.
    pub(super) counterfactual: Option<Prose>,
    /// Short statements, each with its name: weight, layer, time, provenance.
    pub(super) details: Vec<(&'static str, Prose)>,
}

impl Evidence {
    pub(super) fn new(brief: &Brief<'_>, fact: &Fact) -> Self {
        let mut details = vec![("Weight", Prose::new(words::weight(fact.weight)))];
        if let Some(layer) = &fact.layer {
            details.push(("Layer", Prose::new(words::layer(layer))));
        }
        if let Some(period) = words::period(fact.first_at, fact.last_at) {
            details.push(("Seen", Prose::new(period)));
        }
        details.push(("Snapshot", Prose::default().code(&fact.provenance.snapshot)));
        details.push((
            "Detector",
            Prose::default()
                .name(&fact.provenance.detector)
                .words(" ")
                .name(&fact.provenance.detector_version),
        ));
        Self {
            heading: words::fact(fact.code),
            text: Prose::default().told(&fact.text),
            about: about(brief, fact),
            rests_on: rests_on(brief, fact),
            counterfactual: fact
                .counterfactual
                .as_deref()
                .map(|counterfactual| Prose::default().told(counterfactual)),
            details,
        }
    }
}

fn about(brief: &Brief<'_>, fact: &Fact) -> Option<Prose> {
    if fact.accounts.len() < 2 || !brief.tells(ReportPart::Network) {
        return None;
    }
    let (shown, others) = brief.privacy.accounts(&fact.accounts);
    let is_everyone = |finding: &Finding| {
        finding.members.len() == shown.len()
            && finding
                .members
                .iter()
                .all(|member| shown.contains(&&member.account))
    };
    if others == 0 && brief.dossier.findings.iter().any(is_everyone) {
        let all = words::number(shown.len() as u64);
        return Some(Prose::new(format!("all {all} accounts of the network")));
    }
    Some(accounts(&shown, others, limits::ABOUT))
}

/// `a, b and 3 more`, with people counted only.
fn rests_on(brief: &Brief<'_>, fact: &Fact) -> Option<Prose> {
    let objects = brief.privacy.objects(fact);
    if objects.total == 0 {
        return None;
    }
    let mut prose = Prose::default();
    let named = objects.shown.len().min(limits::OBJECTS);
    for (index, object) in objects.shown[..named].iter().enumerate() {
        prose = prose.words(if index > 0 { ", " } else { "" }).code(&object);
    }
    let more = objects.total - named as u64 - objects.people;
    let mut rest = Vec::new();
    if more > 0 {
        rest.push(format!("{} more", words::number(more)));
    }
    if objects.people > 0 {
        rest.push(format!(
            "{} who {} not named here",
            words::count(objects.people, "person", "people"),
            if objects.people == 1 { "is" } else { "are" }
        ));
    }
    if !rest.is_empty() {
        let joint = if named > 0 { " and " } else { "" };
        prose = prose.words(format!("{joint}{}", words::list(&rest)));
    }
    Some(prose)
}

/// When the network was busiest, in words; the same sentence stands by the picture and in Markdown.
pub(super) fn busiest(finding: &Finding) -> String {
    const DAYS: [&str; 7] = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ];
    let rows = finding.activity.rows();
    let all: u64 = rows.iter().flatten().map(|count| u64::from(*count)).sum();
    let mut most = (0_u32, "Monday", 0_usize);
    for (day, row) in DAYS.iter().zip(rows) {
        for (hour, count) in row.iter().enumerate() {
            if *count > most.0 {
                most = (*count, day, hour);
            }
        }
    }
    if all == 0 {
        return "No action with a known time is on record.".to_owned();
    }
    let weekend: u64 = rows
        .iter()
        .skip(5)
        .flatten()
        .map(|count| u64::from(*count))
        .sum();
    format!(
        "{} on record. The busiest hour of the week was {} from {:02}:00 UTC with {}; {} % fell on \
         Saturdays and Sundays.",
        words::sentence(&words::count(
            all,
            "action with a known time is",
            "actions with a known time are"
        )),
        most.1,
        most.2,
        words::digits(u64::from(most.0)),
        weekend * 100 / all,
    )
}
