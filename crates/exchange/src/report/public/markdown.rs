//! A public report as Markdown.

use super::document::{Block, Document, Part, Table};
use crate::escape::Markdown;
use crate::report::html::{PARAGRAPH_LIMIT, TITLE_LIMIT};

pub(super) fn write(document: &Document) -> String {
    let mut md = Markdown::default();
    md.raw("**TLP:CLEAR**\n\n# ")
        .told(&document.title, TITLE_LIMIT)
        .raw("\n\n");
    document.byline.write_markdown(&mut md);
    md.raw("\n");
    for paragraph in &document.said {
        md.raw("\n").told(paragraph, PARAGRAPH_LIMIT).raw("\n");
    }
    for part in &document.parts {
        write_part(&mut md, part);
    }
    md.raw("\n---\n\n**TLP:CLEAR**\n");
    md.finish()
}

fn write_part(md: &mut Markdown, part: &Part) {
    md.raw("\n## ").raw(part.heading).raw("\n");
    for block in &part.blocks {
        md.raw("\n");
        match block {
            Block::Paragraph(prose) => {
                prose.write_markdown(md);
                md.raw("\n");
            }
            Block::List(items) => {
                for item in items {
                    md.raw("- ");
                    item.write_markdown(md);
                    md.raw("\n");
                }
            }
            Block::Table(table) => write_table(md, table),
        }
    }
}

fn write_table(md: &mut Markdown, table: &Table) {
    for column in &table.columns {
        md.raw("| ").raw(column.head).raw(" ");
    }
    md.raw("|\n");
    for _ in &table.columns {
        md.raw("|---");
    }
    md.raw("|\n");
    for row in &table.rows {
        for cell in row {
            md.raw("| ");
            cell.write_markdown(md);
            md.raw(" ");
        }
        md.raw("|\n");
    }
}
