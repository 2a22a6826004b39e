//! Runs the binary as a user does: arguments in, exit code and standard output back.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::masked;

/// Finds and proves.
pub(crate) const INVESTIGATOR: &str = "ines";
/// The second pair of eyes.
pub(crate) const APPROVER: &str = "omar";
/// Executes and notifies.
pub(crate) const RESPONDER: &str = "rana";

/// The people of every test's `avert.toml`.
const PEOPLE: &str = r#"
[people.ines]
roles = ["investigator", "approver"]

[people.omar]
roles = ["approver"]

[people.rana]
roles = ["responder"]

[review]
signatures = "names"
"#;

/// The binary with one data folder.
pub(crate) struct Avert<'a> {
    binary: &'a Path,
    data: PathBuf,
}

/// How a run ended.
pub(crate) struct Ended {
    command: String,
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl<'a> Avert<'a> {
    /// `avert init`, then the settings a user would write: three people and what is given here.
    pub(crate) fn init(binary: &'a Path, data: &Path, settings: &str) -> Result<Self> {
        let avert = Self {
            binary,
            data: data.to_owned(),
        };
        let folder = data.to_str().context("the folder's name is no text")?;
        avert
            .start(Command::new(binary).args(["init", folder]))?
            .expect_code(0)?;
        fs::write(data.join("avert.toml"), format!("{PEOPLE}{settings}"))?;
        Ok(avert)
    }

    /// `avert simulate`, which makes a data folder too, then the same settings.
    pub(crate) fn simulate(
        binary: &'a Path,
        data: &Path,
        accounts: &str,
        settings: &str,
    ) -> Result<Self> {
        let avert = Self {
            binary,
            data: data.to_owned(),
        };
        let folder = data.to_str().context("the folder's name is no text")?;
        let arguments = ["simulate", "--accounts", accounts, "--out", folder];
        avert
            .start(Command::new(binary).args(arguments))?
            .expect_code(0)?;
        fs::write(data.join("avert.toml"), format!("{PEOPLE}{settings}"))?;
        Ok(avert)
    }

    /// The binary with a data folder whose settings somebody else has written.
    pub(crate) fn at(binary: &'a Path, data: &Path) -> Self {
        Self {
            binary,
            data: data.to_owned(),
        }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// A command in somebody's name, for whoever starts it.
    pub(crate) fn command(&self, actor: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.binary);
        command.arg("--data").arg(&self.data);
        command.args(["--as", actor]).args(arguments);
        command
    }

    /// Runs a command in somebody's name.
    pub(crate) fn run(&self, actor: &str, arguments: &[&str]) -> Result<Ended> {
        self.start(&mut self.command(actor, arguments))
    }

    /// Runs a command that must succeed.
    pub(crate) fn done(&self, actor: &str, arguments: &[&str]) -> Result<()> {
        self.run(actor, arguments)?.expect_code(0).map(drop)
    }

    /// Runs a command that must succeed and gives the JSON it wrote.
    pub(crate) fn json(&self, actor: &str, arguments: &[&str]) -> Result<Value> {
        let mut with_format = vec!["--format", "json"];
        with_format.extend(arguments);
        let ended = self.run(actor, &with_format)?.expect_code(0)?;
        ended.value()
    }

    /// Opens a case on every finding of a new detection that proposes somebody.
    pub(crate) fn open_case_on_everything_proposed(&self) -> Result<String> {
        let set = self.json(INVESTIGATOR, &["detect"])?;
        let findings = proposing(&set)?;
        ensure!(!findings.is_empty(), "nobody is proposed for takedown");
        let mut arguments = vec!["case", "open", "--from"];
        arguments.extend(findings.iter().map(String::as_str));
        text_at(&self.json(INVESTIGATOR, &arguments)?, "/id")
    }

    fn start(&self, command: &mut Command) -> Result<Ended> {
        let output = command
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot start {}", self.binary.display()))?;
        let arguments: Vec<_> = command
            .get_args()
            .map(|word| word.to_string_lossy())
            .collect();
        let ended = Ended {
            command: format!("avert {}", arguments.join(" ")),
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout)
                .context("avert wrote something else than text")?,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        masked::check(&ended.command, &ended.stderr)?;
        Ok(ended)
    }
}

impl Ended {
    /// Fails unless the exit code is this one.
    pub(crate) fn expect_code(self, code: i32) -> Result<Self> {
        if self.code != Some(code) {
            bail!("expected exit code {code}\n{self}");
        }
        Ok(self)
    }

    /// What it wrote to standard output.
    pub(crate) fn stdout(&self) -> &str {
        &self.stdout
    }

    /// What it wrote to standard error.
    pub(crate) fn stderr(&self) -> &str {
        &self.stderr
    }

    /// The one JSON value it wrote to standard output.
    pub(crate) fn value(&self) -> Result<Value> {
        serde_json::from_str(&self.stdout)
            .with_context(|| format!("standard output is no JSON\n{self}"))
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Enough of a long output to see what it was.
        const SHOWN: usize = 2_000;
        let start: String = self.stdout.chars().take(SHOWN).collect();
        writeln!(f, "$ {}", self.command)?;
        writeln!(f, "exit code {:?}", self.code)?;
        writeln!(f, "{start}")?;
        write!(f, "{}", self.stderr)
    }
}

/// A text somewhere in a JSON value, by its path (`/id`).
pub(crate) fn text_at(value: &Value, path: &str) -> Result<String> {
    value
        .pointer(path)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .with_context(|| format!("no text at {path} in {value}"))
}

/// The ids of those findings that propose somebody for takedown.
pub(crate) fn proposing(set: &Value) -> Result<Vec<String>> {
    let findings = set["findings"].as_array().context("no findings")?;
    findings
        .iter()
        .filter(|finding| {
            finding["members"]
                .as_array()
                .is_some_and(|members| members.iter().any(|member| member["proposed"] == true))
        })
        .map(|finding| text_at(finding, "/id"))
        .collect()
}

/// Fails with who is missing and who is too many.
pub(crate) fn same(
    what: &str,
    found: &BTreeSet<String>,
    expected: &BTreeSet<String>,
) -> Result<()> {
    let missing: Vec<_> = expected.difference(found).collect();
    let surplus: Vec<_> = found.difference(expected).collect();
    ensure!(
        missing.is_empty() && surplus.is_empty(),
        "{what}: missing {missing:?}, not expected {surplus:?}"
    );
    Ok(())
}

/// The accounts of a list of rows that each have one.
pub(crate) fn accounts_of(value: &Value, path: &str) -> Result<BTreeSet<String>> {
    let rows = value.pointer(path).and_then(Value::as_array);
    let rows = rows.with_context(|| format!("no list at {path} in {value}"))?;
    rows.iter().map(|row| text_at(row, "/account")).collect()
}
