//! The networks: picture, hours, and every account in a table.

use std::fmt::Write as _;

use avert_model::{Finding, Member};

use super::open_scroller;
use crate::escape::Html;
use crate::report::brief::Brief;
use crate::report::evidence::busiest;
use crate::report::prose::ID_LIMIT;
use crate::report::{limits, picture, words};

pub(super) fn write(html: &mut Html, brief: &Brief<'_>) {
    let findings = &brief.dossier.findings;
    html.raw("<section id=\"network\" aria-labelledby=\"network-h\">\n<h2 id=\"network-h\">");
    html.raw(if findings.len() > 1 {
        "The networks"
    } else {
        "The network"
    })
    .raw("</h2>\n");
    if findings.is_empty() {
        html.raw("<p>The case has no findings.</p>\n");
    }
    let told = limits::members_told(brief);
    for ((index, finding), members) in findings.iter().enumerate().zip(told) {
        one(html, brief, index, finding, members);
    }
    let more = findings.len().saturating_sub(limits::FINDINGS) as u64;
    if more > 0 {
        html.raw("<p class=\"more\">");
        html.text(&words::sentence(&words::count(
            more,
            "more network is",
            "more networks are",
        )));
        html.raw(" in the JSON form of this report.</p>\n");
    }
    html.raw("</section>\n");
}

fn one(html: &mut Html, brief: &Brief<'_>, index: usize, finding: &Finding, members: usize) {
    let name = brief.network_name(index);
    html.raw("<div class=\"finding\">\n<h3>");
    if brief.dossier.findings.len() > 1 {
        html.text(&name).text(": ");
    }
    html.told(&finding.title, super::TITLE_LIMIT).raw("</h3>\n");
    if !finding.members.is_empty() {
        html.raw("<figure>\n");
        open_scroller(html, &format!("{name} drawn"));
        picture::network(html, brief, finding, index, &name);
        html.raw("</div>\n");
        picture::legend(html, finding);
        html.raw("<figcaption>");
        html.text(&drawn(finding)).raw("</figcaption>\n</figure>\n");
    }
    accounts(html, brief, index, finding, members);
    hours(html, finding, index, &name);
    html.raw("</div>\n");
}

/// What the picture shows and what it leaves out.
fn drawn(finding: &Finding) -> String {
    let all = finding.members.len();
    let mut says = "Each shape is an account, numbered as in the table below; each line is what \
                    two of them share."
        .to_owned();
    if all > picture::NODES {
        let more = words::digits((all - picture::NODES) as u64);
        let _ = write!(
            says,
            " The surest {} are drawn, {more} are not.",
            picture::NODES
        );
    }
    says
}

fn accounts(html: &mut Html, brief: &Brief<'_>, index: usize, finding: &Finding, members: usize) {
    open_scroller(html, &format!("Accounts of {}", brief.network_name(index)));
    html.raw(
        "<table class=\"accounts\">\n<caption>Accounts, surest first</caption>\n<thead><tr>\
         <th scope=\"col\" class=\"num\">No.</th><th scope=\"col\">Account</th>\
         <th scope=\"col\">Taken for</th><th scope=\"col\" class=\"num\">How sure</th>\
         <th scope=\"col\" class=\"num\">Reached</th><th scope=\"col\">Tied by</th>\
         <th scope=\"col\">Takedown</th></tr></thead>\n<tbody>\n",
    );
    let reached = brief.reached_by(finding);
    for (row, (member, reached)) in finding
        .members
        .iter()
        .zip(reached)
        .take(members)
        .enumerate()
    {
        account(html, brief, row + 1, member, reached);
    }
    html.raw("</tbody>\n</table>\n</div>\n");
    let more = (finding.members.len() - members) as u64;
    if more > 0 {
        html.raw("<p class=\"more\">");
        html.text(&words::sentence(&words::count(
            more,
            "more account is",
            "more accounts are",
        )));
        html.raw(" in the JSON form of this report.</p>\n");
    }
}

fn account(html: &mut Html, brief: &Brief<'_>, number: usize, member: &Member, reached: u64) {
    html.raw("<tr><td class=\"num\">")
        .whole(number)
        .raw("</td><th scope=\"row\"><code>");
    html.told(member.account.as_str(), ID_LIMIT)
        .raw("</code></th><td class=\"kind\">");
    picture::shape(html, member.kind);
    html.text(words::kind(member.kind))
        .raw("</td><td class=\"num\">");
    html.text(&words::percent(member.probability))
        .raw("</td><td class=\"num\">");
    html.text(&words::digits(reached)).raw("</td><td>");
    let layers: Vec<String> = member
        .layers
        .iter()
        .take(6)
        .map(|layer| words::layer(layer).to_owned())
        .collect();
    html.text(&layers.join(", ")).raw("</td><td>");
    html.raw(standing(brief, member)).raw("</td></tr>\n");
}

/// Where an account stands with the takedown.
pub(in crate::report) fn standing(brief: &Brief<'_>, member: &Member) -> &'static str {
    let is_taken_out = brief.privacy.is_taken_out(&member.account);
    match (brief.is_acted_on(&member.account), member.proposed) {
        (true, _) if is_taken_out => "acted on, and taken out of the case",
        (true, _) => "acted on",
        (false, _) if brief.is_put_back(&member.account) => "put back",
        (false, _) if is_taken_out => "taken out of the case",
        (false, true) => "proposed",
        (false, false) => "not proposed",
    }
}

fn hours(html: &mut Html, finding: &Finding, index: usize, name: &str) {
    let says = busiest(finding);
    html.raw("<h4>When it was active</h4>\n<p>")
        .text(&says)
        .raw("</p>\n");
    if finding
        .activity
        .rows()
        .iter()
        .flatten()
        .all(|count| *count == 0)
    {
        return;
    }
    html.raw("<figure>\n");
    open_scroller(html, &format!("{name}: activity drawn"));
    picture::heatmap(html, &finding.activity, index, &says);
    html.raw("</div>\n<details><summary>The same numbers as a table</summary>\n");
    open_scroller(html, &format!("{name}: activity in numbers"));
    html.raw("<table class=\"hours\">\n<caption>Actions by day and hour, UTC</caption>\n<thead><tr><th scope=\"col\">Day</th>");
    for hour in 0..24 {
        html.raw("<th scope=\"col\">")
            .text(&format!("{hour:02}"))
            .raw("</th>");
    }
    html.raw("</tr></thead>\n<tbody>\n");
    let days = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ];
    for (day, row) in days.iter().zip(finding.activity.rows()) {
        html.raw("<tr><th scope=\"row\">").text(day).raw("</th>");
        for count in row {
            html.raw("<td>")
                .text(&words::digits(u64::from(*count)))
                .raw("</td>");
        }
        html.raw("</tr>\n");
    }
    html.raw("</tbody>\n</table>\n</div>\n</details>\n</figure>\n");
}
