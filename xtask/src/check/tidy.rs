//! What the compiler does not see: files too long to read, stray white space, paths of somebody's
//! machine, crates that the map forgot.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::metadata::Metadata;
use crate::workspace;

/// Longer than this and a file holds more than one idea.
const MAX_LINES: usize = 500;

/// Endings of files that people write as programs.
const CODE: &[&str] = &["rs", "ts", "py"];

/// What no file may hold, with the reason. Put together so that this file may pass its own check.
const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("/wo", "rk/"), "a path of somebody's machine"),
    (concat!("/ho", "me/"), "a path of somebody's machine"),
    (concat!("/ro", "ot/"), "a path of somebody's machine"),
    (concat!("/Us", "ers/"), "a path of somebody's machine"),
    (
        concat!("/tm", "p/"),
        "a path of somebody's machine; ask for a temporary folder",
    ),
    (concat!("<<<<", "<<< "), "a merge that was not finished"),
    (concat!(">>>>", ">>> "), "a merge that was not finished"),
    (
        concat!("#[al", "low("),
        "use #[expect(lint, reason = \"…\")]",
    ),
    (
        concat!("#![al", "low("),
        "use #![expect(lint, reason = \"…\")]",
    ),
    (
        concat!("#[ign", "ore"),
        "assert today's behaviour instead of leaving a test out",
    ),
];

/// Tests that are programs of their own: one measures its process, one is all that its crate has.
const TESTS_APART: &[&str] = &[
    "crates/events/tests/memory.rs",
    "crates/simulate/tests/platform.rs",
];

/// Fails with every fault found, each with its file and line.
pub(crate) fn check() -> Result<()> {
    let mut faults = Vec::new();
    for name in files()? {
        let path = workspace::root().join(&name);
        // Files that are deleted but not yet committed, and links to folders.
        if !path.is_file() {
            continue;
        }
        let bytes = fs::read(&path).with_context(|| format!("cannot read {name}"))?;
        if let Ok(text) = String::from_utf8(bytes) {
            look_at(&name, &text, &mut faults);
        }
    }
    crates_on_the_map(&mut faults)?;
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(())
}

/// What git has or would take: neither builds nor caches.
fn files() -> Result<Vec<String>> {
    let mut git = std::process::Command::new("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ])
    .current_dir(workspace::root());
    let list = workspace::read(&mut git).context("the tidy check needs git and a clone")?;
    Ok(list
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect())
}

fn look_at(name: &str, text: &str, faults: &mut Vec<String>) {
    let ending = Path::new(name)
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or("");
    let lines = text.lines().count();
    if CODE.contains(&ending) && lines > MAX_LINES {
        faults.push(format!(
            "{name}: {lines} lines; split it: more than {MAX_LINES} is more than one idea"
        ));
    }
    if program_of_its_own(name, ending) {
        faults.push(format!(
            "{name}: make it a module of tests/*/main.rs; a program of its own is linked anew with everything"
        ));
    }
    if generated_elsewhere(name, ending) {
        return;
    }
    if !text.is_empty() && !text.ends_with('\n') {
        faults.push(format!("{name}: the last line has no end"));
    }
    for (number, line) in text.lines().enumerate() {
        let place = format!("{name}:{}", number + 1);
        if line.trim_end() != line {
            faults.push(format!("{place}: white space at the end of the line"));
        }
        for (word, reason) in FORBIDDEN {
            if line.contains(word) && !may_hold(name, word) {
                faults.push(format!("{place}: '{word}': {reason}"));
            }
        }
    }
}

/// The path of a user in SCIM looks like a folder of somebody's (RFC 7644, 3.2).
fn may_hold(name: &str, word: &str) -> bool {
    word == concat!("/Us", "ers/")
        && ["scim", "faulty", "xtask/src/act/"]
            .iter()
            .any(|part| name.contains(part))
}

/// Cargo makes a program of every file that lies in `tests` itself.
fn program_of_its_own(name: &str, ending: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    matches!(parts[..], ["crates", _, "tests", _]) && ending == "rs" && !TESTS_APART.contains(&name)
}

/// What tools write byte for byte: recorded outputs and lock files. Data has its own rules too.
fn generated_elsewhere(name: &str, ending: &str) -> bool {
    matches!(
        ending,
        "snap" | "lock" | "csv" | "tsv" | "jsonl" | "svg" | "html"
    ) || name.contains("/fixtures/")
        || name.starts_with("fixtures/")
        || name == "LICENSE"
}

/// ARCHITECTURE.md says of every crate what it owns.
fn crates_on_the_map(faults: &mut Vec<String>) -> Result<()> {
    let map = fs::read_to_string(workspace::root().join("ARCHITECTURE.md"))
        .context("cannot read ARCHITECTURE.md")?;
    for package in Metadata::of_workspace()?.members() {
        let name = package.name.strip_prefix("avert-").unwrap_or(&package.name);
        if !map.contains(&format!("| `{name}` |")) {
            faults.push(format!(
                "ARCHITECTURE.md: the table of crates has no row for `{name}`"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(name: &str, text: &str) -> Vec<String> {
        let mut faults = Vec::new();
        look_at(name, text, &mut faults);
        faults
    }

    #[test]
    fn a_tidy_file_has_no_faults() {
        assert!(faults("a.rs", "fn main() {}\n").is_empty());
        assert!(faults("a.rs", &"// a line\n".repeat(MAX_LINES)).is_empty());
    }

    #[test]
    fn a_program_longer_than_an_idea_is_a_fault_and_prose_is_not() {
        let long = "a\n".repeat(MAX_LINES + 1);
        assert_eq!(faults("a.rs", &long).len(), 1);
        assert_eq!(faults("a.py", &long).len(), 1);
        assert!(faults("a.md", &long).is_empty());
    }

    #[test]
    fn faults_name_file_and_line() {
        assert_eq!(
            faults("a.rs", "one\ntwo \n"),
            ["a.rs:2: white space at the end of the line"]
        );
        let found = faults("a.md", concat!("see /ho", "me/anna/notes\nno end"));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("a.md: the last line"));
        assert!(found[1].starts_with("a.md:1: ") && found[1].ends_with("somebody's machine"));
    }

    #[test]
    fn an_allowed_lint_must_be_an_expected_one() {
        let attribute = concat!("#[al", "low(dead_code)]\n");
        assert_eq!(faults("a.rs", attribute).len(), 1);
        let whole_file = concat!("#![al", "low(dead_code)]\n");
        assert_eq!(
            faults("crates/a/tests/a/common/mod.rs", whole_file).len(),
            1
        );
    }

    #[test]
    fn tests_are_one_program_for_each_crate() {
        let text = "fn main() {}\n";
        assert_eq!(faults("crates/a/tests/one.rs", text).len(), 1);
        assert!(faults("crates/a/tests/a/one.rs", text).is_empty());
        assert!(faults("crates/events/tests/memory.rs", text).is_empty());
    }
}
