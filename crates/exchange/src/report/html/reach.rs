//! Whom it reached: people by how close they came, counted, and listed only when asked for.

use super::open_scroller;
use crate::escape::Html;
use crate::report::brief::Brief;
use crate::report::prose::{ID_LIMIT, accounts};
use crate::report::{limits, picture, words};

pub(super) fn write(html: &mut Html, brief: &Brief<'_>) {
    html.raw("<section id=\"reach\" aria-labelledby=\"reach-h\">\n<h2 id=\"reach-h\">Whom it reached</h2>\n");
    if brief.contacts.is_empty() {
        html.raw("<p>")
            .raw(brief.nothing("No contact with anybody outside the network is on record."))
            .raw("</p>\n</section>\n");
        return;
    }
    html.raw("<p><strong>");
    html.text(&words::sentence(&words::count(
        brief.reached(),
        "person",
        "people",
    )));
    html.raw(if brief.reached() == 1 {
        "</strong> was"
    } else {
        "</strong> were"
    });
    html.raw(" in contact with the accounts. Each is counted once, by the closest that they came; \
        none of them is a member or a suspect.</p>\n<table class=\"tiers\">\n\
        <caption>People reached, closest first</caption>\n<thead><tr><th scope=\"col\">How close</th>\
        <th scope=\"col\" colspan=\"2\" class=\"num\">People</th></tr></thead>\n<tbody>\n");
    let most = brief
        .tiers
        .iter()
        .map(|(_, people)| *people)
        .max()
        .unwrap_or(0);
    for (tier, people) in &brief.tiers {
        html.raw("<tr><th scope=\"row\">")
            .raw(words::tier(*tier))
            .raw(" <span class=\"means\">");
        html.raw(words::tier_meaning(*tier)).raw("</span></th><td>");
        picture::bar(html, *tier, *people, most);
        html.raw("</td><td class=\"num\">")
            .text(&words::digits(*people))
            .raw("</td></tr>\n");
    }
    html.raw("</tbody>\n<tfoot><tr><th scope=\"row\" colspan=\"2\">In all</th><td class=\"num\">");
    html.text(&words::digits(brief.reached()))
        .raw("</td></tr></tfoot>\n</table>\n");
    if brief.options.list_contacts {
        list(html, brief);
    } else {
        html.raw("<p class=\"more\">Who they are is not part of this report.</p>\n");
    }
    html.raw("</section>\n");
}

fn list(html: &mut Html, brief: &Brief<'_>) {
    html.raw("<h3>The people</h3>\n<p>They are victims or bystanders. Handle this list accordingly.</p>\n");
    open_scroller(html, "People reached, listed");
    html.raw(
        "<table>\n<caption>People reached</caption>\n<thead><tr><th scope=\"col\">Account</th>\
         <th scope=\"col\">Tier</th><th scope=\"col\">First and last contact</th>\
         <th scope=\"col\">With</th></tr></thead>\n<tbody>\n",
    );
    for contact in brief.contacts.iter().take(limits::CONTACTS) {
        html.raw("<tr><th scope=\"row\"><code>")
            .told(contact.account.as_str(), ID_LIMIT);
        html.raw("</code></th><td>")
            .raw(words::tier(contact.tier))
            .raw("</td><td>");
        let period = words::period(contact.first_at, contact.last_at);
        html.text(period.as_deref().unwrap_or("unknown"))
            .raw("</td><td>");
        let with: Vec<_> = contact.via.iter().map(|via| &via.account).collect();
        accounts(&with, 0, 3).write_html(html);
        html.raw("</td></tr>\n");
    }
    html.raw("</tbody>\n</table>\n</div>\n");
    let more = brief.contacts.len().saturating_sub(limits::CONTACTS) as u64;
    if more > 0 {
        html.raw("<p class=\"more\">");
        html.text(&words::sentence(&words::count(
            more,
            "more person is",
            "more people are",
        )));
        html.raw(" in the JSON form of this report.</p>\n");
    }
}
