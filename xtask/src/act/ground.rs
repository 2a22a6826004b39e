//! The ground that every trial stands on: a platform whose exports hold networks of personas, found by
//! Avert itself, with a case on all of them. Everything is made by the commands that a user has.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::live::avert::{APPROVER, Avert, INVESTIGATOR, RESPONDER, proposing, text_at};
use crate::workspace;

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// Networks.
    pub(crate) cells: usize,
    /// Personas of each.
    pub(crate) personas: usize,
    /// People whom each approached; two personas to one.
    pub(crate) people: usize,
}

/// Exports that are ingested, to be copied for each trial.
pub(crate) struct Ground {
    folder: PathBuf,
    size: Size,
    /// The approver's key, in `authorized_keys`' form.
    public_key: String,
}

/// Where a trial's outside is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outside {
    /// The platform.
    pub(crate) platform: String,
    /// Its settings besides: how patient Avert is, how many requests are open at once.
    pub(crate) timeout_seconds: u64,
    pub(crate) at_once: usize,
    /// PostgreSQL, instead of a file.
    pub(crate) database: Option<String>,
    /// The receiver of webhooks.
    pub(crate) hook: Option<String>,
    /// The port of the mail server.
    pub(crate) mail: Option<u16>,
    /// How many notices are under way at once.
    pub(crate) notices_at_once: usize,
}

/// A data folder of one trial.
pub(crate) struct Site<'a> {
    pub(crate) avert: Avert<'a>,
    key: PathBuf,
    pub(crate) case: String,
}

impl Ground {
    /// Writes exports of this size and ingests them.
    pub(crate) fn make(binary: &Path, folder: &Path, size: Size) -> Result<Self> {
        let exports = folder.join("exports");
        fs::create_dir_all(&exports).with_context(|| format!("no {}", exports.display()))?;
        fs::write(exports.join("accounts.csv"), accounts(size))?;
        fs::write(exports.join("actions.csv"), actions(size))?;
        fs::write(exports.join("mapping.toml"), MAPPING)?;
        let key = folder.join("omar-key");
        workspace::run(
            Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-C", APPROVER, "-f"])
                .arg(&key)
                .stdout(Stdio::null()),
        )
        .context("the approver's key cannot be made: is OpenSSH's ssh-keygen there?")?;
        let public_key = fs::read_to_string(key.with_extension("pub"))?;
        let ground = Self {
            folder: folder.to_owned(),
            size,
            public_key: public_key.trim().to_owned(),
        };
        let data = ground.ingested();
        secret(
            &data,
            "scim-token",
            "a-token-for-a-platform-of-this-process",
        )?;
        let base64 = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        secret(&data, "hook-secret", &format!("whsec_{base64}"))?;
        ground.settle(&data, &Outside::default())?;
        let mapping = exports.join("mapping.toml");
        let mapping = mapping.to_str().context("the folder's name is no text")?;
        Avert::at(binary, &data).json(INVESTIGATOR, &["ingest", mapping])?;
        Ok(ground)
    }

    /// Every persona.
    pub(crate) fn personas(&self) -> BTreeSet<String> {
        names(self.size.cells, self.size.personas, persona)
    }

    /// Everybody whom they approached.
    pub(crate) fn people(&self) -> BTreeSet<String> {
        names(self.size.cells, self.size.people, person)
    }

    fn ingested(&self) -> PathBuf {
        self.folder.join("ingested")
    }

    /// A data folder of a trial's own: the networks are found in it, and a case is open.
    pub(crate) fn site<'a>(
        &self,
        binary: &'a Path,
        name: &str,
        outside: &Outside,
    ) -> Result<Site<'a>> {
        let data = self.copy(&self.ingested(), name, outside)?;
        let avert = Avert::at(binary, &data);
        let set = avert.json(INVESTIGATOR, &["detect"])?;
        let (findings, proposed) = (proposing(&set)?, proposed(&set));
        ensure!(
            proposed == self.personas(),
            "of {} personas {} are proposed: the ground no longer is what detection looks for",
            self.personas().len(),
            proposed.len()
        );
        let mut open = vec!["case", "open", "--title", "A network", "--from"];
        open.extend(findings.iter().map(String::as_str));
        let case = text_at(&avert.json(INVESTIGATOR, &open)?, "/id")?;
        Ok(Site {
            avert,
            key: self.folder.join("omar-key"),
            case,
        })
    }

    /// The same site once more, elsewhere. Of a store that is a file alone.
    pub(crate) fn again<'a>(
        &self,
        binary: &'a Path,
        site: &Site<'_>,
        name: &str,
        outside: &Outside,
    ) -> Result<Site<'a>> {
        let data = self.copy(site.avert.data(), name, outside)?;
        Ok(Site {
            avert: Avert::at(binary, &data),
            key: site.key.clone(),
            case: site.case.clone(),
        })
    }

    fn copy(&self, from: &Path, name: &str, outside: &Outside) -> Result<PathBuf> {
        let data = self.folder.join(name);
        workspace::run(Command::new("cp").arg("-a").arg(from).arg(&data))?;
        self.settle(&data, outside)?;
        Ok(data)
    }

    /// Writes `avert.toml`.
    fn settle(&self, data: &Path, outside: &Outside) -> Result<()> {
        let mut text = String::new();
        if let Some(url) = &outside.database {
            let _ = writeln!(text, "database = \"{url}\"");
        }
        let _ = write!(
            text,
            "
[people.{INVESTIGATOR}]
roles = [\"investigator\"]

[people.{APPROVER}]
roles = [\"approver\"]
keys = [\"{}\"]

[people.{RESPONDER}]
roles = [\"responder\"]
",
            self.public_key
        );
        if !outside.platform.is_empty() {
            let _ = write!(
                text,
                "
[platform.directory]
kind = \"scim\"
url = \"{}\"
token_file = \"scim-token\"
timeout_seconds = {}
at_once = {}
",
                outside.platform, outside.timeout_seconds, outside.at_once
            );
        }
        let at_once = outside.notices_at_once;
        if let Some(url) = &outside.hook {
            let _ = write!(
                text,
                "
[channel.hook]
kind = \"webhook\"
url = \"{url}\"
secret_file = \"hook-secret\"
at_once = {at_once}
"
            );
        }
        if let Some(port) = outside.mail {
            let _ = write!(
                text,
                "
[channel.mail]
kind = \"smtp\"
host = \"127.0.0.1\"
port = {port}
tls = \"none\"
from = \"safety@example.org\"
at_once = {at_once}
"
            );
        }
        text += "\n[notify]\nservice = \"Example Network\"\n";
        let path = data.join("avert.toml");
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}

impl Site<'_> {
    /// A plan for the case, approved with the approver's key; gives its id.
    pub(crate) fn plan(&self) -> Result<String> {
        let plan = self
            .avert
            .json(INVESTIGATOR, &["takedown", "plan", &self.case])?;
        let (id, digest) = (text_at(&plan, "/id")?, text_at(&plan, "/digest")?);
        self.avert
            .done(INVESTIGATOR, &["takedown", "submit", &id])?;
        self.approve("takedown", &id, &digest)?;
        Ok(id)
    }

    /// A list of notices on this channel, approved; gives its id.
    pub(crate) fn list(&self, channel: &str) -> Result<String> {
        let plan = ["notify", "plan", &self.case, "--channel", channel];
        let list = self.avert.json(INVESTIGATOR, &plan)?;
        let (id, digest) = (text_at(&list, "/id")?, text_at(&list, "/digest")?);
        self.approve("notify", &id, &digest)?;
        Ok(id)
    }

    fn approve(&self, what: &str, id: &str, digest: &str) -> Result<()> {
        let key = self.key.to_str().context("the folder's name is no text")?;
        let approve = [what, "approve", id, "--digest", digest, "--key", key];
        self.avert.done(APPROVER, &approve)
    }

    /// Carries the case's plan out, undisturbed.
    pub(crate) fn take_down(&self) -> Result<()> {
        let plan = self.plan()?;
        self.avert
            .done(RESPONDER, &["takedown", "execute", &plan, "--execute"])
    }

    /// How a plan or list stands.
    pub(crate) fn status(&self, what: &str, id: &str) -> Result<Value> {
        self.avert.json(RESPONDER, &[what, "status", id])
    }

    /// Fails unless the journal holds.
    pub(crate) fn journal_holds(&self) -> Result<()> {
        let verify = ["journal", "verify"];
        let held = self.avert.run(RESPONDER, &verify)?.expect_code(0);
        held.map(drop).context("the journal does not hold")
    }
}

/// A count in a status: `/totals/done`.
pub(crate) fn count_at(status: &Value, path: &str) -> Result<u64> {
    let found = status.pointer(path).and_then(Value::as_u64);
    found.with_context(|| format!("no count at {path}"))
}

/// Fails unless everything that a status counts adds up to so many.
pub(crate) fn adds_up(status: &Value, expected: u64) -> Result<()> {
    let totals = status["totals"].as_object().context("no totals")?;
    let sum: u64 = totals.values().filter_map(Value::as_u64).sum();
    ensure!(
        sum == expected,
        "{} do not add up to {expected}",
        status["totals"]
    );
    Ok(())
}

/// Everybody whom detection proposes.
fn proposed(set: &Value) -> BTreeSet<String> {
    let findings = set["findings"].as_array().map_or(&[][..], Vec::as_slice);
    let members = findings
        .iter()
        .filter_map(|finding| finding["members"].as_array());
    let proposed = members
        .flatten()
        .filter(|member| member["proposed"] == true);
    proposed
        .filter_map(|member| member["account"].as_str())
        .map(str::to_owned)
        .collect()
}

fn secret(data: &Path, name: &str, text: &str) -> Result<()> {
    fs::create_dir_all(data)?;
    let path = data.join(name);
    fs::write(&path, text)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    Ok(())
}

const MAPPING: &str = r#"platform = "directory"

[[source]]
file = "accounts.csv"
format = "csv"
table = "accounts"
time = "rfc3339"
columns = { id = "id", email = "email", created_at = "joined", language = "language" }

[[source]]
file = "actions.csv"
format = "csv"
table = "actions"
time = "rfc3339"
verb_column = "verb"
columns = { account = "account", at = "at", target = "target", device = "device", object = "object" }
"#;

fn persona(cell: usize, number: usize) -> String {
    format!("p{cell}-{number}")
}

fn person(cell: usize, number: usize) -> String {
    format!("t{cell}-{number}")
}

fn names(cells: usize, each: usize, name: fn(usize, usize) -> String) -> BTreeSet<String> {
    let cell = |cell| (0..each).map(move |number| name(cell, number));
    (0..cells).flat_map(cell).collect()
}

/// A minute of September 2026.
fn minute(minute: usize) -> String {
    let (day, hour, minute) = (minute / 1440 % 30 + 1, minute / 60 % 24, minute % 60);
    format!("2026-09-{day:02}T{hour:02}:{minute:02}:00Z")
}

/// The account's id is the name in its mail address, so that a mail says whom it is for.
fn accounts(size: Size) -> String {
    let mut text = "id,email,joined,language\n".to_owned();
    for cell in 0..size.cells {
        for number in 0..size.personas {
            let id = persona(cell, number);
            let _ = writeln!(text, "{id},{id}@example.net,{},en", minute(cell));
        }
        for number in 0..size.people {
            let (id, domain) = (person(cell, number), ["org", "net"][number % 2]);
            let language = ["en", "ar", "pl"][number % 3];
            let _ = writeln!(
                text,
                "{id},{id}@example.{domain},2024-02-{:02}T09:00:00Z,{language}",
                number % 28 + 1
            );
        }
    }
    text
}

/// Three layers that are independent of each other: a machine, links, and the people approached.
fn actions(size: Size) -> String {
    let mut text = "account,verb,at,target,device,object\n".to_owned();
    for cell in 0..size.cells {
        let start = 1440 + cell % 97;
        for number in 0..size.personas {
            let id = persona(cell, number);
            let at = minute(start + number);
            let _ = writeln!(text, "{id},sign-in,{at},,d{cell},");
            let (at, share) = (minute(start + 5000 + number), number % 3);
            let link = format!("https://example.org/{cell}/{share}");
            let _ = writeln!(text, "{id},share-link,{at},,d{cell},{link}");
        }
        for number in 0..size.people {
            let target = person(cell, number);
            for which in 0..2 {
                let by = (2 * number + which + 2 * number / size.personas) % size.personas;
                let id = persona(cell, by);
                let at = minute(start + 600 + 3 * number + which);
                let _ = writeln!(text, "{id},request-contact,{at},{target},d{cell},");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_in_the_exports_once() {
        let size = Size {
            cells: 2,
            personas: 5,
            people: 20,
        };
        assert_eq!(accounts(size).lines().count(), 1 + 2 * 25);
        assert_eq!(actions(size).lines().count(), 1 + 2 * (2 * 5 + 40));
        assert_eq!(minute(1441), "2026-09-02T00:01:00Z");
    }

    #[test]
    fn totals_that_do_not_add_up_are_found() {
        let status = serde_json::json!({ "totals": { "done": 3, "failed": 1 } });
        assert!(adds_up(&status, 4).is_ok());
        assert!(adds_up(&status, 5).is_err());
    }
}
