//! What others published of a case, where people linked it to that: always with whose word it is.

use avert_model::{CaseLink, Relation};

use super::brief::Brief;
use super::prose::Prose;
use super::words;
use crate::escape::{Html, Markdown};

/// What the part is called, in every report.
pub(super) const HEADING: &str = "Published attribution and related intelligence";

/// A relation within a sentence: `attributed to`.
pub(super) fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::AttributedTo => "attributed to",
        Relation::OriginatesFrom => "originates from",
        Relation::Uses => "uses",
        Relation::Compromises => "compromises",
        Relation::Targets => "targets",
        Relation::DerivedFrom => "derived from",
        Relation::DuplicateOf => "the same as",
        Relation::RelatedTo => "related to",
    }
}

/// A type of STIX within a sentence: `intrusion set`.
pub(super) fn kind(kind: &str) -> String {
    kind.replace('-', " ")
}

/// What `report` does not say of who is behind an operation, and whose word it is where somebody is named.
pub(super) fn attribution(report: &str, says_who: bool) -> String {
    let begins = format!("{report} says what accounts did.");
    if says_who {
        return format!(
            "{begins} Where it names whom others hold to be behind them, that is the word of whoever published it, and \
             the source stands beside it; the accounts prove none of it."
        );
    }
    format!(
        "{begins} It does not say who is behind them, and nothing in it attributes the operation to a person, an \
         organisation or a state."
    )
}

/// Whether anything that the case is linked to says who is behind it.
pub(super) fn says_who(links: &[CaseLink]) -> bool {
    let mut told = links.iter().filter(|link| !link.revoked);
    told.any(|link| link.relation.says_who(&link.kind))
}

/// The links of a case, one line each, for one's own team.
fn lines(brief: &Brief<'_>) -> Vec<Prose> {
    let links = brief.dossier.links.iter();
    links.map(line).collect()
}

fn line(link: &CaseLink) -> Prose {
    let mut prose = Prose::default()
        .strong(words::sentence(relation(link.relation)))
        .words(" ");
    prose = match &link.name {
        Some(name) => prose.name(name),
        None => prose.code(&link.object),
    };
    prose = prose.words(format!(" ({})", kind(&link.kind)));
    if link.revoked {
        prose = prose.words(", which whoever made it has taken back");
    }
    if !link.source.is_empty() {
        prose = prose.words(", as published at ").told(&link.source);
    }
    if let Some(confidence) = link.confidence {
        prose = prose.words(format!(", confidence {confidence} of 100"));
    }
    prose = prose
        .words("; linked by ")
        .name(&link.by)
        .words(format!(" on {}", words::date(link.at)));
    if link.note.is_empty() {
        prose
    } else {
        prose.words(": ").told(&link.note)
    }
}

/// The part of the report for one's own team, if there is any of it.
pub(super) fn write_markdown(markdown: &mut Markdown, brief: &Brief<'_>) {
    let lines = lines(brief);
    if lines.is_empty() {
        return;
    }
    markdown.raw("\n## ").raw(HEADING).raw("\n\n");
    for line in lines {
        markdown.raw("- ");
        line.write_markdown(markdown);
        markdown.raw("\n");
    }
}

/// The same as HTML.
pub(super) fn write_html(html: &mut Html, brief: &Brief<'_>) {
    let lines = lines(brief);
    if lines.is_empty() {
        return;
    }
    html.raw("<section id=\"related\" aria-labelledby=\"related-h\">\n<h2 id=\"related-h\">")
        .raw(HEADING)
        .raw("</h2>\n<ul>\n");
    for line in lines {
        html.raw("<li>");
        line.write_html(html);
        html.raw("</li>\n");
    }
    html.raw("</ul>\n</section>\n");
}
