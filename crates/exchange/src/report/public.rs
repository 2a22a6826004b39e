//! What everybody may read of a case: Markdown, HTML, PDF, STIX, and the tables of Meta's public reports.
//!
//! [`release()`] makes one from a case and is the only place that does: it asks the gate for the case's objects and
//! for the report as a whole, and what is withheld is in no form of it. The writers take a
//! [`Releasable`]`<`[`PublicReport`]`>` and nothing else.
//!
//! Never in it, whatever a case is marked: people who were reached (they are counted, and the counts rounded),
//! accounts of victims, suspects, accounts that nobody acted on or that were put back, names of one's own team, ids
//! of one's own store, words of detection. It says what accounts did, and not who is behind them; what others published of
//! that stands in it where people linked the case to it, with its source.

mod csv;
mod defang;
mod document;
mod gate;
mod hidden;
mod html;
mod markdown;
mod numbers;
mod pdf;
mod text;

use std::collections::BTreeSet;

use avert_model::{
    Dossier, Explain, LedgerEntry, Outcome, PartnerId, Recipient, Relation, ReportPart, Timestamp,
};

use crate::release::{
    self, Bundle, Directory, Marked as _, NotReleasable, Releasable, ReleaseError, Rules, Terms,
    Withheld, ledger,
};
use crate::stix::{self, Object, Outgoing, Telling, ToldCase};
use document::Document;

pub use hidden::Secret;
pub use numbers::Rounding;
pub use pdf::NoPdf;

/// How a case is told to everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Under which name it is published.
    pub author: String,
    /// How exactly numbers are told.
    pub rounding: Rounding,
    /// The ids of objects that are not told whatever their label: what stands on a warning list.
    pub not_told: BTreeSet<String>,
    /// What others made and the case is linked to, with what that needs: each as it came, in its newest version.
    pub others: Vec<Object>,
}

/// What everybody may read of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicReport {
    document: Document,
    kill_chain: Vec<KillChainRow>,
    indicators: Vec<Indicator>,
    related: Vec<Related>,
    bundle: Bundle<Outgoing>,
    made_at: Timestamp,
    /// The day of it, as tables write it: `2026-05-06`.
    day: String,
}

/// A row of the table of the kill chain.
#[derive(Debug, Clone, PartialEq, Eq)]
struct KillChainRow {
    tactic: &'static str,
    technique: &'static str,
    procedure: &'static str,
    indicator: String,
    notes: String,
}

/// A row of the table of indicators.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Indicator {
    kind: &'static str,
    /// Written so that nobody follows it by accident.
    value: String,
    comment: String,
}

/// What others published of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Related {
    relation: Relation,
    /// The object's type.
    kind: String,
    name: String,
    /// Where it was published; empty where nobody has to have.
    source: String,
    confidence: Option<u8>,
}

/// A public report, and what is not in it.
#[derive(Debug)]
pub struct Released {
    /// The report.
    pub report: Releasable<PublicReport>,
    /// What was withheld, by the id that it has in STIX. For us: it names what nobody else may know.
    pub withheld: Vec<Withheld>,
    /// The ids of what may be told by itself and is not, since it names what is withheld or an account that
    /// is not told. For us as well.
    pub names_others: BTreeSet<String>,
}

/// Makes the public report of a case, if there may be one now.
///
/// `terms` says on what terms an object may be told, by its id in STIX: what else is known of it, besides the case's
/// label. The report itself is asked for, too, under the id of its `report` object. The same input gives the same
/// report, byte for byte. Cost: the gate's, once for each time that something turns out to name what is withheld.
///
/// # Errors
/// The case, its campaign or its report may not be told to everybody, or what people wrote for it says what may not.
pub fn release(
    dossier: &Dossier,
    options: &Options,
    terms: &dyn Fn(&str) -> Terms,
    rules: &Rules<'_>,
    now: Timestamp,
) -> Result<Released, NotPublic> {
    let said = text::said(dossier);
    let nothing = BTreeSet::new();
    let left_out = dossier
        .words
        .as_ref()
        .map_or(&nothing, |words| &words.leaves_out);
    let said_whole = said.paragraphs.join("\n\n");
    let telling = Telling {
        author: &options.author,
        title: &said.title,
        text: &said_whole,
        rounding: options.rounding,
        to_everybody: Some(left_out),
    };
    let told = stix::tell(dossier, &telling);
    // Whatever we tell is by us, under the name that we tell it under.
    let author = stix::Maker::id("identity", &options.author);
    let mut directory: Directory = rules.directory.clone();
    directory.our_identities.insert(author.as_str().to_owned());
    let rules = Rules {
        directory: &directory,
        ..*rules
    };
    may_be_told(dossier, &told, terms, &rules, now)?;

    let checked = gate::check(dossier, &told, options, terms, &rules, now)?;
    let report = [&told.report, &told.campaign];
    if let Some(withheld) = checked.without(&report.map(stix::Id::as_str)) {
        return Err(NotPublic::Withheld(NotReleasable::Withheld(withheld)));
    }
    let places = [
        ("the title", &said.title),
        ("the text", &said_whole),
        ("the author's name", &options.author),
    ];
    for (place, words) in places {
        if let Some((secret, at)) = checked.hidden.in_words(words) {
            return Err(NotPublic::Says { place, secret, at });
        }
    }
    let public = text::write(dossier, options, &said, &told, checked.bundle);
    let report = release::check_whole(
        public,
        told.report.as_str(),
        dossier.case.tlp,
        &terms(told.report.as_str()),
        &Recipient::Public,
        &rules,
        now,
    )?;
    Ok(Released {
        report,
        withheld: checked.withheld,
        names_others: checked.names_others,
    })
}

/// Whether the case as a whole may be told, before anything is made of it.
fn may_be_told(
    dossier: &Dossier,
    told: &ToldCase<'_>,
    terms: &dyn Fn(&str) -> Terms,
    rules: &Rules<'_>,
    now: Timestamp,
) -> Result<(), NotPublic> {
    let id = told.report.as_str();
    let (level, everybody) = (dossier.case.tlp, Recipient::Public);
    release::check_whole((), id, level, &terms(id), &everybody, rules, now)?;
    Ok(())
}

/// Why there is no public report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPublic {
    /// The case may not be told to everybody.
    #[error("there is no public report of this case")]
    Withheld(#[source] NotReleasable),
    /// What people wrote for it says what is not for everybody. What exactly is not repeated here: errors are
    /// logged.
    #[error("{place} names {secret}, after {at} characters")]
    Says {
        /// What says it.
        place: &'static str,
        /// What kind of thing it says.
        secret: Secret,
        /// Where in it.
        at: usize,
    },
}

impl From<NotReleasable> for NotPublic {
    fn from(why: NotReleasable) -> Self {
        Self::Withheld(why)
    }
}

impl From<ReleaseError> for NotPublic {
    fn from(why: ReleaseError) -> Self {
        Self::Withheld(why.into())
    }
}

impl Explain for NotPublic {
    fn code(&self) -> &'static str {
        match self {
            Self::Withheld(_) => "report/not-public",
            Self::Says { .. } => "report/says-too-much",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Withheld(why) => {
                let what = "only a case that is TLP:CLEAR, and whose embargo is past, is told to everybody";
                Some(why.hint().map_or_else(|| what.to_owned(), |hint| format!("{what}: {hint}")))
            }
            Self::Says { .. } => Some(
                "edit what the report says with `avert case words`; people, one's own team, ids of the store and what \
                 is withheld are never told"
                    .to_owned(),
            ),
        }
    }

    fn outcome(&self) -> Outcome {
        Outcome::Refused
    }
}

/// The report as Markdown: `CommonMark` with GitHub's tables, without a link, an image or HTML.
pub fn markdown(report: &Releasable<PublicReport>) -> String {
    markdown::write(&report.get().document)
}

/// The report as one HTML file that needs nothing else: no script, nothing fetched.
pub fn html(report: &Releasable<PublicReport>) -> String {
    html::write(&report.get().document)
}

/// The report as PDF 1.7, tagged as PDF/UA-1 wants it, with the font in it. What the font has no letters for is
/// written as code points.
///
/// # Errors
/// None that a report causes.
pub fn pdf(report: &Releasable<PublicReport>) -> Result<Vec<u8>, NoPdf> {
    let report = report.get();
    pdf::write(&report.document, report.made_at)
}

/// The kill chain as CSV in the shape of Meta's public indicators: tactic, technique, procedure, indicator, notes.
pub fn killchain_csv(report: &Releasable<PublicReport>) -> String {
    csv::killchain(report.get())
}

/// Accounts and indicators as CSV: type, value, what it was seen for, day.
pub fn indicators_csv(report: &Releasable<PublicReport>) -> String {
    csv::indicators(report.get())
}

/// The report as a bundle of STIX 2.1. Indicators are whole in it: it is for software.
pub fn stix(report: &Releasable<PublicReport>) -> String {
    let report = report.get();
    stix::bundle_of(&report.bundle, report.made_at)
}

/// The entries that say that we told everybody what the report holds, object by object of the bundle; to be appended before it is
/// published. Every form says the same.
pub fn entries(
    report: &Releasable<PublicReport>,
    us: &PartnerId,
    at: Timestamp,
) -> Vec<LedgerEntry> {
    let objects = report.get().bundle.objects.iter();
    objects
        .map(|object| ledger::given(object.body(), (us, report.audience()), "report", at))
        .collect()
}

/// How many objects the bundle has, besides the definitions of markings.
pub fn objects(report: &Releasable<PublicReport>) -> usize {
    report.get().bundle.objects.len()
}

/// The parts that are told.
fn tells(dossier: &Dossier, part: ReportPart) -> bool {
    let words = dossier.words.as_ref();
    words.is_none_or(|words| !words.leaves_out.contains(&part))
}
