//! `avert takedown statements`: why accounts were acted on, for the EU's DSA Transparency Database.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use avert_exchange::dsa::{self, Statement};
use avert_model::{Clock as _, PlanId, Tlp};
use avert_ops::store::Store;
use avert_ops::takedown;
use serde::Serialize;

use crate::clock::SystemClock;
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::{CommandError, Failure};
use crate::sharing::Sharing;
use crate::text::{count, signed};

#[derive(Serialize)]
struct Written {
    plan: PlanId,
    statements: usize,
    files: Vec<String>,
    secured_left_out: u64,
}

/// Writes the statements of a plan, a file for each request. A file that is as it would be written is
/// left as it is.
pub(super) fn run(
    id: PlanId,
    out: &Path,
    context: &Context<'_>,
    store: &Store,
) -> Result<Answer, Failure> {
    let settings = &context.config.statements;
    let sharing = Sharing::of(&context.config.sharing);
    let acted = takedown::acted(store, id)?;
    // A plan has no label of its own: its accounts are for nobody but us.
    let acted = sharing.for_us(acted, (&id.to_string(), Tlp::Red), SystemClock.now())?;
    let told = dsa::statements(&acted, settings);
    let files: Vec<(PathBuf, String)> = (1..)
        .map(|number| out.join(name(number)))
        .zip(dsa::batches(&told.statements))
        .collect();
    may_replace(out, &files, &told.statements)?;
    if !files.is_empty() {
        fs::create_dir_all(out).map_err(|source| file("make", out, source))?;
    }
    for (path, body) in &files {
        if fs::read_to_string(path).ok().as_ref() != Some(body) {
            fs::write(path, body).map_err(|source| file("write", path, source))?;
        }
    }
    // Every statement says that a second person approved it.
    if let Some(approval) = takedown::show(store, id)?.approval()
        && approval.signature.is_none()
        && !files.is_empty()
    {
        context.printer.talk(&signed(approval));
    }
    if settings.clause.is_none() && !files.is_empty() {
        context.printer.talk(&format!(
            "[statements] clause is not set, so every statement says \"{}\": name the clause of your own terms",
            settings.clause()
        ));
    }
    let written = Written {
        plan: id,
        statements: told.statements.len(),
        files: files
            .iter()
            .map(|(path, _)| path.display().to_string())
            .collect(),
        secured_left_out: told.secured,
    };
    context.printer.result(&written, text)?;
    Ok(if written.statements == 0 {
        Answer::No
    } else {
        Answer::Done
    })
}

fn name(number: usize) -> String {
    format!("statements-{number:04}.json")
}

/// Refuses a folder that holds statements of something else: they may not have been sent yet.
fn may_replace(
    out: &Path,
    files: &[(PathBuf, String)],
    statements: &[Statement],
) -> Result<(), CommandError> {
    let ours: BTreeSet<&str> = statements.iter().map(Statement::puid).collect();
    for (path, _) in files {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(source) => return Err(file("read", path, source)),
        };
        if !is_of(&text, &ours) {
            return Err(CommandError::WouldOverwrite(path.clone()));
        }
    }
    let next = out.join(name(files.len() + 1));
    if next.exists() {
        return Err(CommandError::WouldOverwrite(next));
    }
    Ok(())
}

/// Whether a file holds statements that are all among these.
fn is_of(text: &str, ours: &BTreeSet<&str>) -> bool {
    let body: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let statements = body
        .as_ref()
        .and_then(|body| body["statements"].as_array())
        .map_or(&[][..], Vec::as_slice);
    !statements.is_empty()
        && statements.iter().all(|statement| {
            let puid = statement["puid"].as_str();
            puid.is_some_and(|puid| ours.contains(puid))
        })
}

fn text(written: &Written) -> String {
    let secured = match written.secured_left_out {
        0 => String::new(),
        left_out => format!(
            "left out: {} for its owner; [statements] state_secured_accounts = true states that too\n",
            count(left_out, "account secured", "accounts secured")
        ),
    };
    if written.statements == 0 {
        return format!(
            "{} has acted on no account that needs a statement\n{secured}",
            written.plan
        );
    }
    format!(
        "{} of {} in {}:\n  {}\n{secured}read them, then send each file: docs/operate/statements-of-reasons.md\n",
        count(written.statements as u64, "statement", "statements"),
        written.plan,
        count(written.files.len() as u64, "file", "files"),
        written.files.join("\n  "),
    )
}

fn file(what: &'static str, path: &Path, source: std::io::Error) -> CommandError {
    CommandError::File {
        what,
        path: path.to_owned(),
        source,
    }
}
