//! `avert takedown evidence`: what a takedown rests on, as it was kept before the first account.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use avert_model::PlanId;
use avert_ops::store::Store;
use avert_ops::takedown;
use serde::Serialize;

use crate::commands::Answer;
use crate::context::Context;
use crate::failure::{CommandError, Failure};
use crate::text::{Table, count};

/// An exhibit, without its content.
#[derive(Serialize)]
struct Listed {
    kind: String,
    subject: String,
    hash: String,
    size_bytes: Option<u64>,
    intact: bool,
    purged: bool,
}

pub(super) fn run(
    id: PlanId,
    out: Option<&Path>,
    store: &Store,
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    if let Some(folder) = out {
        let made = fs::create_dir_all(folder);
        made.map_err(|source| unwritten(folder.to_owned(), source))?;
    }
    let mut listed = Vec::new();
    let mut trouble = None;
    takedown::exhibits(store, id, |kept| {
        if let (Some(folder), Some(body)) = (out, &kept.body)
            && kept.intact
            && trouble.is_none()
        {
            let path = folder.join(&kept.hash);
            if let Err(source) = fs::write(&path, body) {
                trouble = Some(unwritten(path, source));
            }
        }
        listed.push(Listed {
            kind: kept.kind,
            subject: kept.subject,
            hash: kept.hash,
            size_bytes: kept.body.as_ref().map(|body| body.len() as u64),
            intact: kept.intact,
            purged: kept.body.is_none(),
        });
        Ok(())
    })?;
    if let Some(error) = trouble {
        return Err(error.into());
    }
    context
        .printer
        .results(&listed, |listed| text(listed, out))?;
    Ok(if listed.iter().all(|exhibit| exhibit.intact) {
        Answer::Done
    } else {
        Answer::No
    })
}

fn unwritten(path: PathBuf, source: std::io::Error) -> CommandError {
    CommandError::File {
        what: "write",
        path,
        source,
    }
}

fn text(listed: &[Listed], out: Option<&Path>) -> String {
    let mut table = Table::new(&["kind", "about", "bytes", "state", "BLAKE3"]);
    for exhibit in listed {
        let state = match exhibit {
            Listed { purged: true, .. } => "purged",
            Listed { intact: true, .. } => "intact",
            _ => "ALTERED",
        };
        table.row([
            exhibit.kind.clone(),
            exhibit.subject.clone(),
            exhibit
                .size_bytes
                .map_or_else(|| "-".into(), |size| size.to_string()),
            state.to_owned(),
            exhibit.hash.clone(),
        ]);
    }
    let mut text = table.render("nothing is kept yet: it is when the takedown begins\n");
    let altered = listed.iter().filter(|exhibit| !exhibit.intact).count() as u64;
    if altered > 0 {
        let _ = write!(
            text,
            "\n{} no longer what was kept: the hashes are in the journal (`takedown/preserve`)\n",
            count(altered, "exhibit is", "exhibits are")
        );
    }
    if let Some(folder) = out {
        let _ = write!(
            text,
            "\nwritten to {}, each under its hash; what is altered or purged is left out\n",
            folder.display()
        );
    }
    text
}
