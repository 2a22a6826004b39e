//! How we know: facts about each network, then about each account.

use avert_model::{Fact, Finding, Member};

use crate::escape::Html;
use crate::report::brief::Brief;
use crate::report::evidence::Evidence;
use crate::report::prose::ID_LIMIT;
use crate::report::{limits, picture, words};

/// Up to this many accounts, each one's facts are unfolded from the start.
const UNFOLDED: usize = 4;

pub(super) fn write(html: &mut Html, brief: &Brief<'_>) {
    html.raw("<section id=\"evidence\" aria-labelledby=\"evidence-h\">\n<h2 id=\"evidence-h\">How we know</h2>\n\
        <p>Every fact stands alone: what was seen, in which snapshot, when, and by which version of \
        which detector. A weight is what the fact adds to the log-odds: +0.7 about doubles the \
        odds, −0.7 about halves them.</p>\n");
    let told = limits::members_told(brief);
    for ((index, finding), members) in brief.dossier.findings.iter().enumerate().zip(told) {
        one(html, brief, index, finding, members);
    }
    html.raw("</section>\n");
}

fn one(html: &mut Html, brief: &Brief<'_>, index: usize, finding: &Finding, members: usize) {
    html.raw("<div class=\"finding\">\n<h3>")
        .text(&brief.network_name(index));
    html.raw(" as a whole</h3>\n");
    facts(html, brief, &finding.facts, limits::NETWORK_FACTS);
    html.raw("<h3>");
    html.raw(if finding.members.len() == 1 {
        "Its account"
    } else {
        "Account by account"
    });
    html.raw("</h3>\n");
    let open = members <= UNFOLDED;
    for (row, member) in finding.members.iter().take(members).enumerate() {
        account(html, brief, row + 1, member, open);
    }
    html.raw("</div>\n");
}

fn account(html: &mut Html, brief: &Brief<'_>, number: usize, member: &Member, open: bool) {
    html.raw(if open {
        "<details class=\"account\" open>"
    } else {
        "<details class=\"account\">"
    });
    html.raw("<summary><span class=\"no\">")
        .whole(number)
        .raw("</span> ");
    picture::shape(html, member.kind);
    html.raw("<code>")
        .told(member.account.as_str(), ID_LIMIT)
        .raw("</code> <span class=\"says\">");
    html.text(&format!(
        "{}, {} · {}",
        words::kind(member.kind),
        words::percent(member.probability),
        words::count(member.facts.len() as u64, "fact", "facts"),
    ));
    html.raw("</span></summary>\n");
    facts(html, brief, &member.facts, limits::MEMBER_FACTS);
    html.raw("</details>\n");
}

fn facts(html: &mut Html, brief: &Brief<'_>, facts: &[Fact], limit: usize) {
    if facts.is_empty() {
        html.raw("<p class=\"more\">")
            .raw(brief.nothing("No fact is on record."))
            .raw("</p>\n");
        return;
    }
    html.raw("<ol class=\"facts\">\n");
    for fact in facts.iter().take(limit) {
        let evidence = Evidence::new(brief, fact);
        html.raw(if fact.weight < 0.0 {
            "<li class=\"for\">"
        } else {
            "<li>"
        });
        html.raw("<p class=\"fact\"><span class=\"code\">")
            .raw(evidence.heading);
        html.raw("</span> ");
        evidence.text.write_html(html);
        html.raw("</p>");
        for (name, prose) in [
            ("Rests on ", &evidence.rests_on),
            ("About ", &evidence.about),
            ("Without it: ", &evidence.counterfactual),
        ] {
            if let Some(prose) = prose {
                html.raw("<p class=\"rests\"><span>")
                    .raw(name)
                    .raw("</span>");
                prose.write_html(html);
                html.raw("</p>");
            }
        }
        html.raw("<dl class=\"meta\">");
        for (name, prose) in &evidence.details {
            html.raw("<div><dt>").raw(name).raw("</dt><dd>");
            prose.write_html(html);
            html.raw("</dd></div>");
        }
        html.raw("</dl></li>\n");
    }
    html.raw("</ol>\n");
    let more = facts.len().saturating_sub(limit) as u64;
    if more > 0 {
        html.raw("<p class=\"more\">The strongest are shown; ");
        html.text(&words::count(more, "weaker one is", "weaker ones are"));
        html.raw(" in the JSON form of this report.</p>\n");
    }
}
