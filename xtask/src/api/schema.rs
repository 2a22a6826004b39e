//! schemathesis (`PyPI`) reads the server's own document and asks everything in every way that it can think of:
//! nothing may be an error of the server, and every answer has to be what the document says.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::client::Asker;
use super::scene::{self, OPERATOR, PEOPLE, Scene};
use super::served::{Served, token};
use crate::{python, workspace};

/// What is held.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

/// Each run's chance.
const SEED: &str = "20";

/// What ends sessions, and what slows everybody from here down.
const NOT: &str = "^/v1/(session|people/\\{name\\}/sessions|freeze)$";

/// One run.
struct Run<'a> {
    name: &'a str,
    asker: &'a Asker,
    /// As schemathesis names them.
    phases: &'a str,
    examples: &'a str,
    /// Which addresses, and which not.
    filter: [&'a str; 2],
}

/// What schemathesis needs, installed if need be.
pub(crate) fn python() -> Result<PathBuf> {
    python::with_packages_of(&workspace::root().join("xtask/api/requirements.txt"))
}

pub(super) fn try_all(served: &Served, scene: &Scene) -> Result<Value> {
    let python = python()?;
    let names: Vec<&str> = PEOPLE
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| *name != OPERATOR)
        .collect();
    let people = served.let_in(OPERATOR, &names)?;
    scene::appeal(&people["lena"], scene)?;
    let folder = tempfile::tempdir()?;
    let config = folder.path().join("schemathesis.toml");
    std::fs::write(&config, known_ids(scene)?)?;
    let mut tries = serde_json::Map::new();
    let all = token(&people[OPERATOR], "write")?;
    let session = people[OPERATOR].clone();
    let mut runs = vec![
        Run {
            name: "a token of all roles",
            asker: &all,
            phases: "coverage,fuzzing",
            examples: "8",
            filter: ["--exclude-path-regex", NOT],
        },
        Run {
            name: "a session of all roles",
            asker: &session,
            phases: "coverage,fuzzing",
            examples: "8",
            filter: [
                "--include-path-regex",
                "^/v1/(tokens|passkeys|people|freeze|.*options$)",
            ],
        },
    ];
    let tokens = names
        .iter()
        .filter(|name| ![OPERATOR, scene::GONE].contains(name));
    let tokens = tokens.map(|name| Ok((*name, token(&people[*name], "write")?)));
    let tokens: Vec<(&str, Asker)> = tokens.collect::<Result<_>>()?;
    runs.extend(tokens.iter().map(|(name, asker)| Run {
        name,
        asker,
        phases: "fuzzing",
        examples: "2",
        filter: ["--exclude-path-regex", NOT],
    }));
    for run in &runs {
        tries.insert(
            run.name.to_owned(),
            run.done(&python, &config, served.port)?.into(),
        );
    }
    Ok(json!({ "tries": tries }))
}

/// Has ids guessed that there are: others find nothing, and so no fault.
fn known_ids(scene: &Scene) -> Result<String> {
    let mut text = String::new();
    for (path, name, value) in [
        ("cases/\\\\{id\\\\}", "id", "case-1"),
        ("findings/\\\\{id\\\\}", "id", scene.finding.as_str()),
        ("takedowns/\\\\{id\\\\}", "id", "tp-2"),
        ("notices/\\\\{id\\\\}", "id", "nl-1"),
        ("appeals/\\\\{id\\\\}", "id", "ap-1"),
        ("people/", "name", "gone"),
        ("tokens/", "id", "99"),
    ] {
        write!(
            text,
            "[[operations]]\ninclude-path-regex = \"^/v1/{path}\"\nparameters = {{ \"path.{name}\" = \"{value}\" }}\n"
        )?;
    }
    Ok(text)
}

impl Run<'_> {
    /// Asks, and says how often.
    fn done(&self, python: &Path, config: &Path, port: u16) -> Result<u64> {
        // Its own program names the folder in which the environment was made, which has moved since.
        let mut command = Command::new(python);
        command
            .args([
                "-c",
                "from schemathesis.cli import schemathesis; schemathesis()",
            ])
            .arg("--config-file")
            .arg(config)
            .arg("run")
            .arg(format!("http://127.0.0.1:{port}/v1/openapi.json"))
            .args([
                "--checks",
                CHECKS,
                "--phases",
                self.phases,
                "--max-examples",
                self.examples,
            ])
            .args([
                "--seed",
                SEED,
                "--continue-on-failure",
                "--no-shrink",
                "--warnings",
                "off",
            ])
            .args(self.filter);
        for (name, value) in &self.asker.headers {
            command.arg("--header").arg(format!("{name}: {value}"));
        }
        let folder = config.parent().context("a file lies in a folder")?;
        let output = command
            .current_dir(folder)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .context("schemathesis cannot be started")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            let from = text
                .find("= FAILURES =")
                .or_else(|| text.find("= ERRORS ="))
                .unwrap_or(0);
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            let shown: String = text[from..].chars().take(12_000).collect();
            bail!("as {}:\n{shown}{errors}", self.name);
        }
        let count = text.lines().find_map(|line| {
            line.trim()
                .strip_suffix("passed")?
                .split(' ')
                .next()?
                .parse()
                .ok()
        });
        count.with_context(|| format!("schemathesis says no number of tries:\n{text}"))
    }
}
