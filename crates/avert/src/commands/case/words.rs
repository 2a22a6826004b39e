//! `avert case words`: what people write for the report of a case.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use avert_model::{CaseId, ReportPart, ReportWords};
use avert_ops::cases::{self, LONGEST_TEXT, Writing};
use avert_ops::desk::Desk;
use avert_ops::store::Store;

use crate::clock::{SystemClock, SystemPause};
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::{CommandError, Failure};
use crate::text::moment;

/// What was given; the rest stays as it was.
pub(super) struct Written {
    pub(super) title: Option<String>,
    pub(super) text: Option<PathBuf>,
    pub(super) leave_out: Vec<ReportPart>,
    pub(super) whole: bool,
}

pub(super) fn run(
    id: CaseId,
    written: Written,
    store: &mut Store,
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    let before = cases::words(store, id)?;
    let is_to_write = written.title.is_some()
        || written.text.is_some()
        || written.whole
        || !written.leave_out.is_empty();
    if !is_to_write {
        let Some(words) = before else {
            let text = format!("nothing was written for the report of {id}");
            context.printer.talk(&text);
            return Ok(Answer::No);
        };
        context.printer.result(&words, told)?;
        return Ok(Answer::Done);
    }
    let mut writing = before
        .as_ref()
        .map_or_else(Writing::default, |words| Writing {
            title: words.title.clone(),
            text: words.text.clone(),
            leaves_out: words.leaves_out.clone(),
        });
    if let Some(title) = written.title {
        writing.title = title;
    }
    if let Some(path) = &written.text {
        writing.text = read(path)?;
    }
    if written.whole || !written.leave_out.is_empty() {
        writing.leaves_out = written.leave_out.into_iter().collect();
    }
    let actor = context.actor()?;
    let people = context.people();
    let mut desk = Desk {
        store,
        clock: &SystemClock,
        pause: &SystemPause,
        actor: &actor,
        people: &people,
    };
    let seen = before.map_or(0, |words| words.version);
    let words = cases::write_words(&mut desk, id, &writing, seen)?;
    context.printer.result(&words, |words| {
        format!(
            "{}\nnext: avert report {id} --out report.html\n",
            told(words)
        )
    })?;
    Ok(Answer::Done)
}

fn told(words: &ReportWords) -> String {
    let mut text = format!(
        "version {} of the report's words, by {} on {}\n",
        words.version,
        words.by,
        moment(words.at)
    );
    if !words.title.is_empty() {
        let _ = writeln!(text, "title: {}", words.title);
    }
    if !words.leaves_out.is_empty() {
        let parts: Vec<&str> = words.leaves_out.iter().map(|part| part.as_str()).collect();
        let _ = writeln!(text, "leaves out: {}", parts.join(", "));
    }
    if !words.text.is_empty() {
        let _ = write!(text, "\n{}\n", words.text.trim_end());
    }
    text
}

/// Reads the text; no more than a little over what may be kept, so that what is too long is told.
fn read(path: &Path) -> Result<String, CommandError> {
    let failed = |source| CommandError::File {
        what: "read",
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    let most = LONGEST_TEXT as u64 + 1;
    let done = if path == Path::new("-") {
        std::io::stdin().take(most).read_to_string(&mut text)
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(most).read_to_string(&mut text)
    };
    done.map_err(failed)?;
    Ok(text)
}
