//! Small pieces of text for people: tables, numbers, times.

use avert_model::Timestamp;
use avert_ops::review::{ApprovalRecord, Seal, signed_with};

use crate::printer::harmless;

/// How an approval was given.
pub(crate) fn signed(approval: &ApprovalRecord) -> String {
    match signed_with(approval) {
        Some(key) => format!("the approval is signed with {key}"),
        None => format!(
            "the approval is not signed: whoever gave it called themselves {}",
            harmless(&approval.approved_by)
        ),
    }
}

/// The public key of the passkey that signed an approval, for those who check it without Avert; an SSH
/// signature holds its own.
pub(crate) fn public_key(approval: Option<&ApprovalRecord>) -> Option<String> {
    match &approval?.signature {
        Some(Seal::Passkey(assertion)) => Some(assertion.passkey.pem()),
        _ => None,
    }
}

/// A table with left-aligned columns as wide as their widest cell.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        Self {
            rows: vec![
                headings
                    .iter()
                    .map(|heading| (*heading).to_owned())
                    .collect(),
            ],
        }
    }

    /// Adds a row; every cell is made harmless.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().map(|cell| harmless(&cell));
        self.rows.push(cells.collect());
    }

    /// The table as text, or `empty` if it has no rows.
    pub(crate) fn render(&self, empty: &str) -> String {
        if self.rows.len() < 2 {
            return empty.to_owned();
        }
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                self.rows
                    .iter()
                    .filter_map(|row| row.get(column))
                    .map(|cell| cell.chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(cell);
                let short = width - cell.chars().count();
                line.extend(std::iter::repeat_n(' ', short + 2));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// `1 account`, `2 accounts`, `12,345 accounts`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        thousands(number),
        if number == 1 { one } else { many }
    )
}

/// `12,345`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A moment to the minute, UTC: `2017-12-18 14:05 UTC`.
pub(crate) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Words, or that they were purged where none are left.
pub(crate) fn or_purged(words: &str, purged_at: Option<Timestamp>) -> &str {
    if words.is_empty() && purged_at.is_some() {
        "(purged)"
    } else {
        words
    }
}

/// A moment that may be unknown.
pub(crate) fn moment_or_unknown(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "unknown".to_owned(), moment)
}

/// A probability as a percentage that never claims certainty: `> 99.9 %` rather than `100 %`.
pub(crate) fn percent(probability: f64) -> String {
    if probability > 0.999 {
        "> 99.9 %".to_owned()
    } else if probability > 0.0 && probability < 0.001 {
        "< 0.1 %".to_owned()
    } else {
        format!("{:.1} %", probability * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(count(1, "account", "accounts"), "1 account");
        assert_eq!(percent(0.999_97), "> 99.9 %");
        assert_eq!(percent(0.5), "50.0 %");
    }

    #[test]
    fn a_table_lines_up_and_shows_hostile_cells_harmless() {
        let mut table = Table::new(&["id", "name"]);
        table.row(["u1".to_owned(), "a\u{202E}b".to_owned()]);
        table.row(["u1000".to_owned(), "c".to_owned()]);
        assert_eq!(
            table.render("none"),
            "id     name\nu1     a⟨U+202E⟩b\nu1000  c\n"
        );
        assert_eq!(Table::new(&["id"]).render("none"), "none");
    }
}
