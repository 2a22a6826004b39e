//! The report as one HTML file: no script, nothing fetched, readable on paper and on a telephone.

use avert_model::{CaseState, ReportPart, Tlp};

use super::brief::Brief;
use super::prose::Prose;
use super::{limits, related, summary, words};
use crate::escape::Html;

mod actions;
mod evidence;
mod integrity;
pub(super) mod network;
mod reach;

/// The longest title that is shown whole.
pub(super) const TITLE_LIMIT: usize = 160;
pub(super) const STYLE: &str = include_str!("html/style.css");

/// The head up to the style sheet. The policy forbids every script, picture, font, frame and
/// request, and every style but the sheet with this hash: a test computes it again.
pub(super) const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
    style-src 'sha256-yLVA/W8BxOVMEWwLYh7eRQU2ZHRWbWfscQahc9lwcrM='; base-uri 'none'; \
    form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
    <meta name=\"color-scheme\" content=\"light dark\">\n\
    <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" content=\"Avert\">\n";

/// Writes a part.
type Write = fn(&mut Html, &Brief<'_>);

/// The parts that can be left out, in their order.
const PARTS: [(ReportPart, Write); 4] = [
    (ReportPart::Network, network::write),
    (ReportPart::Evidence, evidence::write),
    (ReportPart::Reach, reach::write),
    (ReportPart::Actions, actions::write),
];

/// The most that is shown of what somebody wrote in one paragraph.
pub(super) const PARAGRAPH_LIMIT: usize = 20_000;

/// Writes the whole page.
pub(super) fn write(brief: &Brief<'_>) -> String {
    let mut html = Html::default();
    let dossier = brief.dossier;
    html.raw(HEAD)
        .raw("<title>")
        .text(&dossier.case.tlp.to_string())
        .text(" · ");
    html.told_in_attribute(title(brief), TITLE_LIMIT)
        .raw("</title>\n<style>")
        .raw(STYLE);
    html.raw("</style>\n</head>\n<body class=\"")
        .raw(page_class(dossier.case.tlp));
    html.raw("\">\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n<header>\n");
    label(&mut html, dossier.case.tlp);
    html.raw("<p class=\"kicker\">Avert <span>Case report</span></p>\n</header>\n");
    html.raw("<main id=\"main\">\n");
    opening(&mut html, brief);
    contents(&mut html, brief);
    for (part, write) in PARTS {
        if brief.tells(part) {
            write(&mut html, brief);
        }
    }
    related::write_html(&mut html, brief);
    integrity::write(&mut html, brief);
    html.raw("</main>\n<footer>\n<p>Written by Avert on ");
    html.text(&words::moment(dossier.made_at)).raw(". ");
    html.text(limits::may_be_told(dossier.case.tlp))
        .raw("</p>\n");
    label(&mut html, dossier.case.tlp);
    html.raw("</footer>\n</body>\n</html>\n");
    html.finish()
}

/// The case's title; a case without one is called by its purpose.
pub(super) fn title<'a>(brief: &Brief<'a>) -> &'a str {
    let written = brief.dossier.words.as_ref();
    let written = written.map_or("", |words| words.title.trim());
    let title = match written {
        "" => brief.dossier.case.title.trim(),
        written => written,
    };
    match title {
        "" => "A case without a title",
        title => title,
    }
}

fn page_class(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "tlp-clear",
        Tlp::Green => "tlp-green",
        Tlp::Amber => "tlp-amber",
        Tlp::AmberStrict => "tlp-amber-strict",
        Tlp::Red => "tlp-red",
    }
}

pub(super) fn label(html: &mut Html, tlp: Tlp) {
    html.raw("<p class=\"tlp\"><span>")
        .text(&tlp.to_string())
        .raw("</span></p>\n");
}

fn opening(html: &mut Html, brief: &Brief<'_>) {
    let case = &brief.dossier.case;
    html.raw("<h1>")
        .told(title(brief), TITLE_LIMIT)
        .raw("</h1>\n<p class=\"byline\">");
    let mut byline = Prose::new("Case ")
        .code(&case.id)
        .words(" · opened by ")
        .name(&case.opened_by)
        .words(format!(" on {}", words::date(case.opened_at)));
    byline = match &case.state {
        CaseState::Open => byline.words(" · open"),
        CaseState::Closed { by, at, .. } => byline
            .words(format!(" · closed on {} by ", words::date(*at)))
            .name(by),
    };
    byline
        .words(format!(" · as of {}", words::moment(brief.dossier.made_at)))
        .write_html(html);
    html.raw("</p>\n");
    for paragraph in brief.paragraphs() {
        html.raw("<p class=\"said\" dir=\"auto\">")
            .told(paragraph, PARAGRAPH_LIMIT)
            .raw("</p>\n");
    }
    html.raw("<section class=\"short\" aria-label=\"In short\">\n<dl class=\"figures\">\n");
    for (number, what) in summary::figures(brief) {
        html.raw("<div><dt>")
            .text(what)
            .raw("</dt><dd>")
            .text(&words::digits(number));
        html.raw("</dd></div>\n");
    }
    html.raw("</dl>\n<div class=\"answers\">\n");
    for answer in summary::of(brief) {
        html.raw("<div class=\"answer ")
            .raw(answer.key)
            .raw("\">\n<h2>")
            .raw(answer.heading);
        html.raw("</h2>\n");
        let as_list = answer.key == "open" && answer.lines.len() > 1;
        html.raw(if as_list { "<ul>\n" } else { "" });
        for line in &answer.lines {
            html.raw(if as_list { "<li>" } else { "<p>" });
            line.write_html(html);
            html.raw(if as_list { "</li>\n" } else { "</p>\n" });
        }
        html.raw(if as_list { "</ul>\n" } else { "" })
            .raw("</div>\n");
    }
    html.raw("</div>\n</section>\n");
}

fn contents(html: &mut Html, brief: &Brief<'_>) {
    html.raw("<nav aria-label=\"Contents\">\n<ol>\n");
    let several = brief.dossier.findings.len() > 1;
    let network = if several {
        "The networks"
    } else {
        "The network"
    };
    let related = (!brief.dossier.links.is_empty()).then_some((None, "related", related::HEADING));
    let parts = [
        (Some(ReportPart::Network), "network", network),
        (Some(ReportPart::Evidence), "evidence", "How we know"),
        (Some(ReportPart::Reach), "reach", "Whom it reached"),
        (Some(ReportPart::Actions), "actions", "What was done"),
    ];
    let ends = [(None, "integrity", "Integrity"), (None, "limits", "Limits")];
    for (part, anchor, heading) in parts.into_iter().chain(related).chain(ends) {
        if part.is_none_or(|part| brief.tells(part)) {
            html.raw("<li><a href=\"#").raw(anchor).raw("\">");
            html.raw(heading).raw("</a></li>\n");
        }
    }
    html.raw("</ol>\n</nav>\n");
}

/// Opens a table that may be wider than the screen; whoever has no mouse can still scroll it.
fn open_scroller(html: &mut Html, label: &str) {
    html.raw("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    html.text(label).raw("\">\n");
}
