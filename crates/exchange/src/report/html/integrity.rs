//! What the report can be checked against, and what it does not show.

use crate::escape::Html;
use crate::report::brief::Brief;
use crate::report::integrity;
use crate::report::limits;

pub(super) fn write(html: &mut Html, brief: &Brief<'_>) {
    html.raw("<section id=\"integrity\" aria-labelledby=\"integrity-h\">\n<h2 id=\"integrity-h\">Integrity</h2>\n\
        <p>With these, whoever holds the data can check that this report tells the same story.</p>\n<dl class=\"marks\">\n");
    for (name, prose) in integrity::marks(brief) {
        html.raw("<div><dt>").raw(name).raw("</dt><dd>");
        prose.write_html(html);
        html.raw("</dd></div>\n");
    }
    html.raw(
        "</dl>\n</section>\n<section id=\"limits\" aria-labelledby=\"limits-h\">\n\
        <h2 id=\"limits-h\">What this does not show</h2>\n<ul>\n",
    );
    for statement in limits::statements(brief) {
        html.raw("<li>");
        statement.write_html(html);
        html.raw("</li>\n");
    }
    html.raw("</ul>\n</section>\n");
}
