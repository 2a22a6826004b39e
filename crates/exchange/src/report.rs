//! A case, told to a person or to software.
//!
//! Three forms of one story, written from the same counts: [`markdown()`] and [`html()`] for people,
//! [`json()`] for software. The module owns the wording, the pictures and what is withheld: accounts
//! of a network are shown, people it reached are counted. It refuses to say of its own who is behind
//! an operation (what others published of that stands with its source), to make a link of anything an adversary may have written, and to write for anybody whom
//! [`crate::release`] did not allow it: the three are for one's own team, [`public`] is for everybody.

use avert_model::Dossier;

use crate::release::Releasable;

mod approval;
mod brief;
mod evidence;
mod html;
mod integrity;
mod json;
mod limits;
mod markdown;
mod picture;
mod privacy;
mod prose;
pub mod public;
mod related;
mod summary;
mod ties;
mod timeline;
mod words;

pub(crate) use words::sentence;

/// What a report may show beyond the default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportOptions {
    /// List the accounts of the people reached. Otherwise they are counted and never listed, and
    /// facts that rest on people say how many, not who.
    pub list_contacts: bool,
}

/// How many people were reached, by how close they came, the closest first.
pub(crate) fn reached(dossier: &Dossier) -> [u64; 4] {
    let brief = brief::Brief::new(dossier, ReportOptions::default());
    brief.tiers.map(|(_, people)| people)
}

/// The case as Markdown: `CommonMark` with GitHub's tables, one line a paragraph.
///
/// Whatever the dossier holds, the text has no link, no image and no HTML. Its size is bounded:
/// what is strongest or newest is told, and how much more there is.
pub fn markdown(dossier: &Releasable<Dossier>, options: &ReportOptions) -> String {
    markdown::write(&brief::Brief::new(dossier.get(), *options))
}

/// The case as one HTML file that needs nothing else: no script, nothing fetched, a content
/// security policy that forbids both, light, dark and print styles, pictures as inline SVG.
///
/// Whatever the dossier holds, it changes no element and no attribute's name. Bounded as
/// [`markdown()`] is.
pub fn html(dossier: &Releasable<Dossier>, options: &ReportOptions) -> String {
    html::write(&brief::Brief::new(dossier.get(), *options))
}

/// The case as JSON, shape `avert.report/1` (docs/integrate/report-json.md): everything in the
/// dossier as it was found, not shortened, but for people, as [`ReportOptions`] says.
pub fn json(dossier: &Releasable<Dossier>, options: &ReportOptions) -> String {
    json::write(&brief::Brief::new(dossier.get(), *options))
}
