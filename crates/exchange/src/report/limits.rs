//! How much is told, and what a report does not show.

use avert_model::{ReportPart, Tlp};

use super::brief::Brief;
use super::prose::Prose;
use super::{related, words};

/// The most findings told in full.
pub(super) const FINDINGS: usize = 8;
/// The most accounts of one finding told one by one.
pub(super) const MEMBERS: usize = 150;
/// The most accounts told one by one in the whole report.
pub(super) const MEMBERS_IN_ALL: usize = 400;
/// The most facts told about a network.
pub(super) const NETWORK_FACTS: usize = 15;
/// The most facts told about one account.
pub(super) const MEMBER_FACTS: usize = 8;
/// The most things named that one fact rests on.
pub(super) const OBJECTS: usize = 5;
/// The most accounts named that one fact is about.
pub(super) const ABOUT: usize = 12;
/// The most plans, and the most notice lists, told one by one; the newest are.
pub(super) const PLANS: usize = 12;
/// The most signatures told of one plan or list; the newest are.
pub(super) const SIGNATURES: usize = 30;
/// The most notes told; the newest are.
pub(super) const NOTES: usize = 40;
/// The most people listed, where people are listed at all.
pub(super) const CONTACTS: usize = 1_000;
/// The most ties told one by one in Markdown, which has no picture.
pub(super) const TIES: usize = 12;
/// The most caveats told.
const CAVEATS: usize = 25;

/// How many accounts of each finding are told one by one.
pub(super) fn members_told(brief: &Brief<'_>) -> Vec<usize> {
    let mut left = if brief.tells(ReportPart::Network) {
        MEMBERS_IN_ALL
    } else {
        0
    };
    brief
        .dossier
        .findings
        .iter()
        .take(FINDINGS)
        .map(|finding| {
            let told = finding.members.len().min(MEMBERS).min(left);
            left -= told;
            told
        })
        .collect()
}

/// The last `limit` of these, and how many come before them.
pub(super) fn newest<T>(items: &[T], limit: usize) -> (&[T], usize) {
    let left_out = items.len().saturating_sub(limit);
    (&items[left_out..], left_out)
}

/// How far a label lets the reader pass the report on.
///
/// # Source
/// FIRST, TLP 2.0, section 3.
pub(super) fn may_be_told(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "May be told to anybody; there is no limit on disclosure.",
        Tlp::Green => "May be told within the recipients' community, not in public.",
        Tlp::Amber => {
            "May be told on a need-to-know basis within the recipients' organisation and its clients."
        }
        Tlp::AmberStrict => {
            "May be told on a need-to-know basis within the recipients' organisation only."
        }
        Tlp::Red => "For the eyes and ears of the individual recipients only.",
    }
}

/// What a report does not show, whatever its case.
pub(super) fn principles(brief: &Brief<'_>) -> Vec<Prose> {
    let says_who = related::says_who(&brief.dossier.links);
    let mut statements = vec![Prose::new(related::attribution("This report", says_who))];
    let always = [
        "A percentage is the detector's estimate from the data it was given, rounded down. It is \
         not a verdict.",
        "Detection saw the snapshots named above and nothing else. What the platform does not \
         record or did not export cannot appear here, and accounts that are not named may belong \
         to the network all the same.",
        "People are counted as reached when an action between them and one of the accounts is on \
         record. Being counted does not mean that somebody did anything wrong, and not being \
         counted does not prove that somebody was not reached.",
        "Hours are UTC. They say when accounts were active, not where.",
        "A digest shows that what was carried out is what was approved, and the journal's chain of \
         hashes that no row was changed or taken out since. Neither shows that what was entered \
         was true, and only a head noted elsewhere shows that no row was cut off the end.",
    ];
    statements.extend(always.map(Prose::new));
    statements.push(Prose::new(if brief.options.list_contacts {
        "This copy lists the accounts of people who were reached. They are victims or bystanders: \
         handle it accordingly."
    } else {
        "People who were reached are counted and never listed; things that would name them are \
         left out of the evidence."
    }));
    statements
}

/// What this report does not show, and what detection left out.
pub(super) fn statements(brief: &Brief<'_>) -> Vec<Prose> {
    let mut statements = principles(brief);
    statements.push(Prose::new(
        "Links and mail addresses are written with brackets so that nobody follows one by \
         accident, characters that would hide are written out as code points, and long texts are \
         shortened. The JSON form of this report has everything as it was found.",
    ));
    let left_out: Vec<String> = [
        (ReportPart::Network, "the accounts one by one"),
        (ReportPart::Evidence, "how it is known"),
        (ReportPart::Reach, "whom the network reached"),
        (ReportPart::Actions, "what was done and who decided it"),
    ]
    .into_iter()
    .filter(|(part, _)| !brief.tells(*part))
    .map(|(_, what)| what.to_owned())
    .collect();
    if let (false, Some(words)) = (left_out.is_empty(), &brief.dossier.words) {
        statements.push(
            Prose::new("Left out of this copy by ")
                .name(&words.by)
                .words(format!(": {}.", words::list(&left_out))),
        );
    }
    if brief.privacy.taken_out() > 0 {
        statements.push(Prose::new(format!(
            "{}; shown in the tables, counted nowhere.",
            words::sentence(&words::count(
                brief.privacy.taken_out(),
                "account that detection names was taken out of the case by people",
                "accounts that detection names were taken out of the case by people"
            ))
        )));
    }
    let caveats = &brief.dossier.caveats;
    for caveat in caveats.iter().take(CAVEATS) {
        statements.push(
            Prose::default()
                .strong("Left out by detection:")
                .words(" ")
                .told(caveat),
        );
    }
    if caveats.len() > CAVEATS {
        let more = (caveats.len() - CAVEATS) as u64;
        statements.push(Prose::new(format!(
            "{} in the JSON form.",
            words::sentence(&words::count(
                more,
                "more caveat stands",
                "more caveats stand"
            ))
        )));
    }
    statements
}
