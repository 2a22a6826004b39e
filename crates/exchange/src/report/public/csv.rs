//! The two tables of a public report, as RFC 4180 has them: lines end in CR LF, what needs quotes has them.

use super::{PublicReport, Related};
use crate::escape::visible;
use crate::report::{related, sentence};

/// Header and rows in the shape of Meta's public indicators: one line for each indicator of a procedure, an empty
/// one between phases. What others published of it comes last.
pub(super) fn killchain(report: &PublicReport) -> String {
    let mut text = line(&["Tactic", "Technique", "Procedure", "Indicator", "Notes"]);
    let mut before = None;
    for row in &report.kill_chain {
        if before.is_some_and(|tactic| tactic != row.tactic) {
            text.push_str(",,,,\r\n");
        }
        before = Some(row.tactic);
        text.push_str(&line(&[
            row.tactic,
            row.technique,
            row.procedure,
            &row.indicator,
            &row.notes,
        ]));
    }
    if before.is_some() && !report.related.is_empty() {
        text.push_str(",,,,\r\n");
    }
    for one in &report.related {
        text.push_str(&line(&[
            related::HEADING,
            &sentence(related::relation(one.relation)),
            &sentence(&related::kind(&one.kind)),
            &one.name,
            &notes(one),
        ]));
    }
    text
}

/// Where it was published, and how sure whoever linked it is.
fn notes(one: &Related) -> String {
    let source = (!one.source.is_empty()).then(|| format!("Source {}", one.source));
    let sure = one.confidence.map(|sure| format!("confidence {sure}"));
    let notes: Vec<String> = source.into_iter().chain(sure).collect();
    sentence(&notes.join("; "))
}

/// Header and rows: what kind of thing, the thing, what it was seen for, the day of the report.
pub(super) fn indicators(report: &PublicReport) -> String {
    let mut text = line(&["indicator_type", "indicator_value", "comment", "ds"]);
    for one in &report.indicators {
        text.push_str(&line(&[one.kind, &one.value, &one.comment, &report.day]));
    }
    for one in &report.related {
        let seen = [sentence(related::relation(one.relation)), notes(one)];
        let seen: Vec<String> = seen.into_iter().filter(|said| !said.is_empty()).collect();
        let kind = one.kind.replace('-', "_");
        text.push_str(&line(&[&kind, &one.name, &seen.join(". "), &report.day]));
    }
    text
}

fn line(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    let mut line = cells.join(",");
    line.push_str("\r\n");
    line
}

/// A cell in which nothing hides. What a spreadsheet would take for a formula has an apostrophe before it: the
/// adversary may have written it.
fn cell(text: &str) -> String {
    let mut shown = visible(text);
    if shown.starts_with(['=', '+', '-', '@']) {
        shown.insert(0, '\'');
    }
    if shown.contains([',', '"']) {
        format!("\"{}\"", shown.replace('"', "\"\""))
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_whatever_it_is_given_and_is_no_formula() {
        for (text, written) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("a\r\nb", "a⟨U+000D⟩⟨U+000A⟩b"),
            ("=cmd|' /c'!A1", "'=cmd|' /c'!A1"),
            ("@ada:example.org", "'@ada:example.org"),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
