//! What is told one by one: accounts and indicators.

use crate::report::prose::Prose;
use crate::report::public::document::{Block, Column, Part, Table};
use crate::report::public::{Indicator, Related};
use crate::report::{related, words};

/// The most accounts, and the most indicators, that are told one by one to people; software gets all.
const LISTED: usize = 400;

/// Columns with their shares of the width.
pub(super) fn columns<const N: usize>(columns: [(&'static str, f32); N]) -> Vec<Column> {
    let columns = columns.into_iter();
    columns
        .map(|(head, share)| Column { head, share })
        .collect()
}

/// The accounts one by one.
pub(super) fn accounts_told(accounts: &[&Indicator]) -> Option<Part> {
    let rows = accounts.iter().take(LISTED);
    let rows = rows.map(|one| {
        vec![
            Prose::default().code(&one.value),
            Prose::default().name(&one.comment),
        ]
    });
    let table = Table {
        summary: "The accounts of the operation that are disabled or restricted",
        columns: columns([("Account", 0.65), ("Platform", 0.35)]),
        rows: rows.collect(),
    };
    part("Accounts", table, accounts.len())
}

/// The indicators one by one.
pub(super) fn things_told(things: &[&Indicator]) -> Option<Part> {
    let rows = things.iter().take(LISTED).map(|one| {
        vec![
            Prose::new(one.kind.replace('_', " ")),
            Prose::default().code(&one.value),
            Prose::new(one.comment.clone()),
        ]
    });
    let table = Table {
        summary: "What to look for elsewhere",
        columns: columns([("Type", 0.15), ("Indicator", 0.5), ("Seen for", 0.35)]),
        rows: rows.collect(),
    };
    part("Indicators", table, things.len())
}

/// What others published of the operation.
pub(super) fn related_told(all: &[Related]) -> Option<Part> {
    let rows = all.iter().take(LISTED).map(|one| {
        let what = Prose::default().name(&one.name);
        let source = match one.source.as_str() {
            "" => Prose::new("–"),
            source => Prose::default().told(source),
        };
        let sure = one
            .confidence
            .map_or("–".to_owned(), |sure| format!("{sure} of 100"));
        vec![
            Prose::new(words::sentence(related::relation(one.relation))),
            what.words(format!(" ({})", related::kind(&one.kind))),
            source,
            Prose::new(sure),
        ]
    });
    let table = Table {
        summary: "What others published of the operation, and where",
        columns: columns([
            ("How", 0.18),
            ("What", 0.34),
            ("Source", 0.34),
            ("How sure", 0.14),
        ]),
        rows: rows.collect(),
    };
    part(related::HEADING, table, all.len())
}

/// A part with a table, and how much more there is; nothing without rows.
fn part(heading: &'static str, table: Table, all: usize) -> Option<Part> {
    let more = all.saturating_sub(table.rows.len()) as u64;
    if table.rows.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::Table(table)];
    if more > 0 {
        let more = words::sentence(&words::count(more, "more is", "more are"));
        blocks.push(Block::Paragraph(Prose::new(format!(
            "{more} in the tables and the STIX form of this report."
        ))));
    }
    Some(Part { heading, blocks })
}
