//! What was done, when and by whom: one timeline, then plans and notice lists with their totals.

use avert_model::{ApprovalSummary, Signature};

use crate::escape::Html;
use crate::report::brief::{Brief, notice_rows, plan_rows, total};
use crate::report::prose::{ID_LIMIT, Prose};
use crate::report::summary::spoken;
use crate::report::{approval, limits, timeline, words};

pub(super) fn write(html: &mut Html, brief: &Brief<'_>) {
    html.raw("<section id=\"actions\" aria-labelledby=\"actions-h\">\n<h2 id=\"actions-h\">What was done</h2>\n");
    line(html, brief);
    plans(html, brief);
    lists(html, brief);
    notes(html, brief);
    html.raw("</section>\n");
}

fn line(html: &mut Html, brief: &Brief<'_>) {
    let (moments, left_out) = timeline::of(brief);
    html.raw("<h3>In order</h3>\n<ol class=\"timeline\">\n");
    for moment in &moments {
        html.raw(if moment.ours {
            "<li class=\"ours\">"
        } else {
            "<li class=\"theirs\">"
        });
        if let Some(after) = &moment.after {
            html.raw("<span class=\"after\">")
                .text(after)
                .text(" later")
                .raw("</span>");
        }
        html.raw("<time datetime=\"")
            .text(&moment.at.to_string())
            .raw("\">");
        html.text(&words::moment(moment.at))
            .raw("</time><span class=\"what\">");
        moment.what.write_html(html);
        html.raw("</span></li>\n");
    }
    html.raw("</ol>\n");
    if left_out > 0 {
        html.raw("<p class=\"more\">");
        html.text(&words::sentence(&words::count(
            left_out as u64,
            "moment in the middle is",
            "moments in the middle are",
        )));
        html.raw(" in the JSON form of this report.</p>\n");
    }
}

fn plans(html: &mut Html, brief: &Brief<'_>) {
    html.raw("<h3>Takedown plans</h3>\n");
    let (plans, earlier) = limits::newest(&brief.dossier.plans, limits::PLANS);
    if plans.is_empty() {
        html.raw("<p>There is none.</p>\n");
    }
    left_out(html, earlier, "earlier plan is", "earlier plans are");
    for plan in plans {
        let heading = Prose::new("Plan ")
            .code(&plan.id)
            .words(" on ")
            .name(&plan.platform);
        card(html, &heading, &plan.state, &plan.digest);
        approved(html, plan.approval.as_ref());
        totals(html, "accounts", &plan_rows(&plan.totals));
        signatures(html, &plan.signatures);
        html.raw("</div>\n");
    }
}

fn lists(html: &mut Html, brief: &Brief<'_>) {
    html.raw("<h3>Notices</h3>\n");
    let (lists, earlier) = limits::newest(&brief.dossier.notice_lists, limits::PLANS);
    if lists.is_empty() {
        html.raw("<p>There is no notice list.</p>\n");
    }
    left_out(html, earlier, "earlier list is", "earlier lists are");
    for list in lists {
        let heading = Prose::new("Notice list ")
            .code(&list.id)
            .words(" through ")
            .name(&list.channel);
        card(html, &heading, &list.state, &list.digest);
        approved(html, list.approval.as_ref());
        totals(html, "notices", &notice_rows(&list.totals));
        signatures(html, &list.signatures);
        html.raw("</div>\n");
    }
}

fn card(html: &mut Html, heading: &Prose, state: &str, digest: &str) {
    html.raw("<div class=\"card\">\n<h4>");
    heading.write_html(html);
    html.raw(" <span class=\"state\">")
        .told(&spoken(state), 40)
        .raw("</span></h4>\n");
    html.raw("<p class=\"digest\">Approved digest <code>");
    html.told(if digest.is_empty() { "none" } else { digest }, ID_LIMIT)
        .raw("</code></p>\n");
}

fn approved(html: &mut Html, approval: Option<&ApprovalSummary>) {
    if let Some(told) = approval::told(approval) {
        html.raw("<p>");
        told.write_html(html);
        html.raw("</p>\n");
    }
}

/// Every total, and their sum, so that the reader can add up. Those that are zero say nothing.
fn totals(html: &mut Html, of: &'static str, rows: &[(&'static str, u64)]) {
    html.raw("<table class=\"totals\">\n<caption>What became of its ")
        .raw(of)
        .raw("</caption>\n");
    html.raw("<thead><tr><th scope=\"col\">Outcome</th><th scope=\"col\" class=\"num\">Number</th></tr></thead>\n<tbody>\n");
    for (outcome, number) in rows.iter().filter(|(_, number)| *number > 0) {
        html.raw("<tr><th scope=\"row\">")
            .raw(outcome)
            .raw("</th><td class=\"num\">");
        html.text(&words::digits(*number)).raw("</td></tr>\n");
    }
    html.raw("</tbody>\n<tfoot><tr><th scope=\"row\">In all</th><td class=\"num\">");
    html.text(&words::digits(total(
        rows.iter().map(|(_, number)| *number),
    )));
    html.raw("</td></tr></tfoot>\n</table>\n");
}

fn signatures(html: &mut Html, signatures: &[Signature]) {
    let (shown, earlier) = limits::newest(signatures, limits::SIGNATURES);
    if shown.is_empty() {
        return;
    }
    left_out(
        html,
        earlier,
        "earlier signature is",
        "earlier signatures are",
    );
    html.raw("<ul class=\"signatures\">\n");
    for signature in shown {
        html.raw("<li><span class=\"act\">")
            .told(&spoken(&signature.act), 60)
            .raw("</span> by ");
        html.told(&signature.by, 60)
            .raw(", <time datetime=\"")
            .text(&signature.at.to_string());
        html.raw("\">")
            .text(&words::moment(signature.at))
            .raw("</time></li>\n");
    }
    html.raw("</ul>\n");
}

fn notes(html: &mut Html, brief: &Brief<'_>) {
    let (notes, earlier) = limits::newest(&brief.dossier.case.notes, limits::NOTES);
    if notes.is_empty() {
        return;
    }
    html.raw("<h3>Notes</h3>\n");
    left_out(html, earlier, "earlier note is", "earlier notes are");
    for note in notes {
        html.raw("<blockquote class=\"note\">");
        for paragraph in note
            .text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .take(40)
        {
            html.raw("<p>").told(paragraph, 1_500).raw("</p>");
        }
        if note.text.is_empty() {
            html.raw("<p>").raw(brief.nothing("")).raw("</p>");
        }
        html.raw("<footer>")
            .told(&note.by, 60)
            .text(", ")
            .text(&words::moment(note.at));
        html.raw("</footer></blockquote>\n");
    }
}

fn left_out(html: &mut Html, number: usize, one: &'static str, many: &'static str) {
    if number > 0 {
        html.raw("<p class=\"more\">")
            .text(&words::sentence(&words::count(number as u64, one, many)));
        html.raw(" in the JSON form of this report.</p>\n");
    }
}
