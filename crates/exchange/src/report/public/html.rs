//! A public report as one HTML file: no script, nothing fetched, as a case's report is.

use avert_model::Tlp;

use super::document::{Block, Document, Part, Table};
use crate::escape::Html;
use crate::report::html::{HEAD, PARAGRAPH_LIMIT, STYLE, TITLE_LIMIT, label};

pub(super) fn write(document: &Document) -> String {
    let mut html = Html::default();
    html.raw(HEAD)
        .raw("<title>")
        .told_in_attribute(&document.title, TITLE_LIMIT)
        .raw("</title>\n<style>")
        .raw(STYLE);
    html.raw("</style>\n</head>\n<body class=\"tlp-clear\">\n")
        .raw("<a class=\"skip\" href=\"#main\">Skip to the report</a>\n<header>\n");
    label(&mut html, Tlp::Clear);
    html.raw("<p class=\"kicker\">")
        .told(&document.author, TITLE_LIMIT)
        .raw(" <span>Public report</span></p>\n</header>\n<main id=\"main\">\n<h1>")
        .told(&document.title, TITLE_LIMIT)
        .raw("</h1>\n<p class=\"byline\">");
    document.byline.write_html(&mut html);
    html.raw("</p>\n");
    for paragraph in &document.said {
        html.raw("<p class=\"said\" dir=\"auto\">")
            .told(paragraph, PARAGRAPH_LIMIT)
            .raw("</p>\n");
    }
    for part in &document.parts {
        write_part(&mut html, part);
    }
    html.raw("</main>\n<footer>\n<p>");
    document.byline.write_html(&mut html);
    html.raw("</p>\n");
    label(&mut html, Tlp::Clear);
    html.raw("</footer>\n</body>\n</html>\n");
    html.finish()
}

fn write_part(html: &mut Html, part: &Part) {
    html.raw("<section>\n<h2>").raw(part.heading).raw("</h2>\n");
    for block in &part.blocks {
        match block {
            Block::Paragraph(prose) => {
                html.raw("<p>");
                prose.write_html(html);
                html.raw("</p>\n");
            }
            Block::List(items) => {
                html.raw("<ul>\n");
                for item in items {
                    html.raw("<li>");
                    item.write_html(html);
                    html.raw("</li>\n");
                }
                html.raw("</ul>\n");
            }
            Block::Table(table) => write_table(html, table),
        }
    }
    html.raw("</section>\n");
}

fn write_table(html: &mut Html, table: &Table) {
    html.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")
        .raw(table.summary)
        .raw("\">\n<table>\n<thead><tr>");
    for column in &table.columns {
        html.raw("<th scope=\"col\">").raw(column.head).raw("</th>");
    }
    html.raw("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        html.raw("<tr>");
        for cell in row {
            html.raw("<td>");
            cell.write_html(html);
            html.raw("</td>");
        }
        html.raw("</tr>\n");
    }
    html.raw("</tbody>\n</table>\n</div>\n");
}
