//! A public report as PDF: tagged, with its title and language, the font in it, the same bytes for the same report.
//!
//! [`flow`] lays text out on pages, [`face`] knows how wide letters are, [`paint`] writes the pages and the tree of
//! what is a heading, a paragraph or a cell. Nothing in it is a link, and nothing is fetched.

mod face;
mod flow;
mod paint;

use avert_model::{Explain, Timestamp};

use super::document::{Block, Document};
use face::Faces;
use flow::{Flow, Run, Shape};

/// Why there is no PDF. A report never causes it: whatever the font lacks is written as code points.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the PDF cannot be written: {0}")]
pub struct NoPdf(String);

impl Explain for NoPdf {
    fn code(&self) -> &'static str {
        "report/no-pdf"
    }

    fn hint(&self) -> Option<String> {
        Some("this is a fault of Avert; the other forms have the same report".to_owned())
    }
}

/// Writes the whole report.
pub(super) fn write(document: &Document, made_at: Timestamp) -> Result<Vec<u8>, NoPdf> {
    let faces = Faces::new().ok_or_else(|| NoPdf("its font cannot be read".to_owned()))?;
    let flow = lay_out(document, &faces);
    paint::write(&flow, document, made_at, &faces).map_err(NoPdf)
}

/// Lays the whole report out on pages.
fn lay_out<'f>(document: &Document, faces: &'f Faces) -> Flow<'f> {
    let mut flow = Flow::new(faces);
    let title = crate::escape::shortened(&document.title, crate::report::html::TITLE_LIMIT);
    flow.text(&[Run::strong("TLP:CLEAR")], Shape::Label);
    flow.text(&[Run::strong(&title)], Shape::Title);
    flow.text(&Run::of(&document.byline), Shape::Byline);
    for paragraph in &document.said {
        let paragraph = crate::escape::shortened(paragraph, crate::report::html::PARAGRAPH_LIMIT);
        flow.text(
            &[Run::plain(&crate::escape::defanged(&paragraph))],
            Shape::Paragraph,
        );
    }
    for part in &document.parts {
        flow.text(&[Run::strong(part.heading)], Shape::Heading);
        for block in &part.blocks {
            match block {
                Block::Paragraph(prose) => flow.text(&Run::of(prose), Shape::Paragraph),
                Block::List(items) => flow.list(items),
                Block::Table(table) => flow.table(table),
            }
        }
    }
    flow
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::prose::Prose;
    use crate::report::public::document::{Column, Part, Table};

    fn document(rows: usize, cell: &str) -> Document {
        let column = |head| Column { head, share: 0.5 };
        let table = Table {
            summary: "An example",
            columns: vec![column("Number"), column("Text")],
            rows: (0..rows)
                .map(|row| vec![Prose::new(row.to_string()), Prose::default().code(&cell)])
                .collect(),
        };
        Document {
            title: "An example".to_owned(),
            author: "Example Platform".to_owned(),
            byline: Prose::new("Published by Example Platform"),
            said: vec![format!("What {cell} is")],
            parts: vec![Part {
                heading: "A table",
                blocks: vec![Block::Table(table)],
            }],
        }
    }

    #[test]
    fn a_table_goes_on_over_pages_with_its_head_on_each_and_no_row_missing() {
        let faces = Faces::new().unwrap();
        let flow = lay_out(&document(200, "x"), &faces);
        assert!(flow.pages() > 3);
        for page in 0..flow.pages() {
            assert!(
                flow.words_of(page).contains(&"Number".to_owned()),
                "page {page}"
            );
        }
        let words: Vec<String> = (0..flow.pages())
            .flat_map(|page| flow.words_of(page))
            .collect();
        for row in 0..200 {
            assert_eq!(
                words
                    .iter()
                    .filter(|word| **word == row.to_string())
                    .count(),
                1,
                "{row}"
            );
        }
    }

    #[test]
    fn whatever_a_report_holds_it_is_a_pdf_and_the_same_bytes_each_time() {
        let long = "https://example.org/".to_owned() + &"a".repeat(5_000);
        let hostile: String = ('\0'..'\u{3000}').chain('\u{e000}'..'\u{e100}').collect();
        for cell in [
            "",
            "日本語 שלום \u{202e}",
            "e\u{301}",
            long.as_str(),
            hostile.as_str(),
        ] {
            let document = document(3, cell);
            let pdf = write(&document, Timestamp::UNIX_EPOCH).unwrap();
            assert!(pdf.starts_with(b"%PDF-1.7"));
            assert_eq!(write(&document, Timestamp::UNIX_EPOCH).unwrap(), pdf);
        }
    }

    #[test]
    fn what_the_font_lacks_and_what_would_hide_is_shown_as_code_points() {
        let faces = Faces::new().unwrap();
        assert_eq!(
            faces.legible("Zoë, Ве́ра: 日\u{202e}!"),
            "Zoë, Ве́ра: ⟨U+65E5⟩⟨U+202E⟩!"
        );
    }
}
