//! What people are known by never stands where logs are kept: every command of every test is looked
//! at.

use std::path::Path;

/// What the folder's platform knows its people by: handles, names, addresses.
pub(crate) fn planted(folder: &Path) -> Vec<String> {
    let Ok(accounts) = std::fs::read_to_string(folder.join("accounts.csv")) else {
        return Vec::new();
    };
    let mut lines = accounts.lines();
    let headings: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let wanted: Vec<usize> = ["handle", "name", "email"]
        .iter()
        .filter_map(|wanted| headings.iter().position(|heading| heading == wanted))
        .collect();
    let rows = lines.filter(|line| !line.contains('"'));
    rows.flat_map(|row| {
        let cells: Vec<&str> = row.split(',').collect();
        wanted.iter().map(move |column| cells[*column].to_owned())
    })
    // A short one may be part of any word.
    .filter(|text| text.len() >= 8)
    .collect()
}

/// The first thing in a text that people are known by.
pub(crate) fn found_in(text: &str, planted: &[String]) -> Option<String> {
    let known = planted.iter().find(|planted| text.contains(*planted));
    known.cloned().or_else(|| address(text))
}

/// Anything that looks like a mail address.
fn address(text: &str) -> Option<String> {
    let words =
        text.split(|character: char| character.is_whitespace() || "\"'<>(),;:".contains(character));
    let looks_like_one = |word: &&str| {
        word.split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
    };
    words
        .filter(|word| !word.contains('/'))
        .find(looks_like_one)
        .map(str::to_owned)
}

#[test]
fn an_address_is_seen_wherever_it_stands() {
    assert!(found_in("cannot write to <ann@example.org>", &[]).is_some());
    assert!(found_in("'@ann:example.org' at postgres://a@db.example.org/x", &[]).is_none());
    assert!(found_in("of Risol Safencor", &["Risol Safencor".into()]).is_some());
}
