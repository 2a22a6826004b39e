//! The data folder that is attacked: a small platform with two cases, one of them taken down, told and appealed
//! against. Everything is made by the commands that a user has.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::client::Asker;
use crate::live::avert::{APPROVER, Avert, INVESTIGATOR, RESPONDER, proposing, text_at};
use crate::trial;

/// One person of each role, and one of all roles, who is no use to anybody who wants two pairs of eyes.
pub(crate) const PEOPLE: &[(&str, &[&str])] = &[
    ("ines", &["investigator"]),
    ("omar", &["approver"]),
    ("rana", &["responder"]),
    ("lena", &["liaison"]),
    ("otto", &["operator"]),
    (
        "alma",
        &[
            "investigator",
            "approver",
            "responder",
            "liaison",
            "operator",
        ],
    ),
    (
        "gone",
        &["investigator", "approver", "responder", "operator"],
    ),
];

/// Who lets the others in: the first of those who run Avert.
pub(crate) const OPERATOR: &str = "alma";

/// Whom the configuration knows at first, and then no more.
pub(crate) const GONE: &str = "gone";

const REST: &str = r#"
[platform.simulated]
kind = "simulated"
file = "platform.jsonl"

[channel.mailbox]
kind = "maildir"
folder = "mailbox"
from = "safety@example.org"

[notify]
channel = "mailbox"
service = "Example Network"

[review]
signatures = "names"
"#;

/// What stands in the folder, by the names that a request needs.
pub(crate) struct Scene {
    /// The finding that the first case rests on.
    pub(crate) finding: String,
    /// The finding that the second case rests on: nobody in it was acted on.
    pub(crate) second: String,
    /// An account of the executed plan.
    pub(crate) account: String,
}

/// Makes the folder.
pub(crate) fn make(binary: &Path, folder: &Path) -> Result<Scene> {
    make_in(binary, folder, None)
}

/// Makes the folder with its store in this PostgreSQL, if one is named.
pub(crate) fn make_in(binary: &Path, folder: &Path, database: Option<&str>) -> Result<Scene> {
    trial::prepare(binary, folder, 800, 3)?;
    settle(folder, true)?;
    if let Some(database) = database {
        let path = folder.join("avert.toml");
        let people = fs::read_to_string(&path)?;
        fs::write(path, format!("database = \"{database}\"\n\n{people}"))?;
    }
    let avert = Avert::at(binary, folder);
    let found = avert.json(INVESTIGATOR, &["detect"])?;
    let findings = proposing(&found)?;
    ensure!(findings.len() >= 2, "the scene needs two findings");
    for (title, finding) in [("One", &findings[0]), ("Two", &findings[1])] {
        let open = ["case", "open", "--title", title, "--from", finding];
        avert.done(INVESTIGATOR, &open)?;
    }
    avert.done(INVESTIGATOR, &["takedown", "plan", "case-1"])?;
    avert.done(INVESTIGATOR, &["takedown", "submit", "tp-1"])?;
    approve(&avert, "takedown", "tp-1")?;
    avert.done(RESPONDER, &["takedown", "execute", "tp-1", "--execute"])?;
    avert.done(INVESTIGATOR, &["notify", "plan", "case-1"])?;
    approve(&avert, "notify", "nl-1")?;
    avert.done(RESPONDER, &["notify", "send", "nl-1", "--execute"])?;
    avert.done(INVESTIGATOR, &["takedown", "plan", "case-2"])?;
    let plan = avert.json(RESPONDER, &["takedown", "show", "tp-1"])?;
    Ok(Scene {
        finding: findings[0].clone(),
        second: findings[1].clone(),
        account: text_at(&plan, "/steps/0/account")?,
    })
}

/// Writes the configuration, with or without [`GONE`].
pub(crate) fn settle(folder: &Path, with_gone: bool) -> Result<()> {
    let mut text = String::new();
    for (name, roles) in PEOPLE {
        if *name != GONE || with_gone {
            let _ = write!(text, "[people.{name}]\nroles = {roles:?}\n\n");
        }
    }
    let path = folder.join("avert.toml");
    fs::write(&path, text + REST).with_context(|| format!("cannot write {}", path.display()))
}

fn approve(avert: &Avert<'_>, what: &str, id: &str) -> Result<()> {
    let read = if what == "takedown" { "show" } else { "status" };
    let digest = text_at(&avert.json(APPROVER, &[what, read, id])?, "/digest")?;
    avert.done(APPROVER, &[what, "approve", id, "--digest", &digest])
}

/// Files the appeal that the scene has, as its first.
pub(crate) fn appeal(asker: &Asker, scene: &Scene) -> Result<Value> {
    let appeal = serde_json::json!({ "plan": "tp-1", "account": scene.account,
        "reference": "T-1", "text": "we share, a laptop" });
    asker.post("/v1/appeals", &appeal)?.good()
}

/// The same folder elsewhere.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("no {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
