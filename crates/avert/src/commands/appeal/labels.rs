//! What decided appeals say accounts are, for calibrating.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use avert_model::{AccountId, CaseId, SnapshotId};
use avert_ops::appeals;
use serde::Serialize;

use crate::commands::Answer;
use crate::context::Context;
use crate::failure::{CommandError, Failure, may_replace};
use crate::text::count;

/// What was written.
#[derive(Serialize)]
struct Written {
    snapshot: SnapshotId,
    hostile: u64,
    honest: u64,
    unknown: u64,
}

/// What people decided of one account, all decisions together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Hostile(CaseId),
    Honest,
    /// One decided this and another that: it teaches nothing.
    Unknown,
}

pub(super) fn run(
    out: &Path,
    snapshot: Option<&SnapshotId>,
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    let labels = appeals::labels(&context.store()?)?;
    let snapshots: BTreeSet<&SnapshotId> = labels
        .iter()
        .map(|label| &label.snapshot)
        .filter(|found| snapshot.is_none_or(|wanted| wanted == *found))
        .collect();
    let of = match snapshots.into_iter().collect::<Vec<_>>()[..] {
        [] => {
            context
                .printer
                .talk("no appeal is decided that says what an account is; nothing was written");
            return Ok(Answer::No);
        }
        [of] => of.clone(),
        ref several => {
            return Err(CommandError::SeveralSnapshots {
                snapshots: several.iter().map(ToString::to_string).collect(),
            }
            .into());
        }
    };
    let mut kinds: BTreeMap<&AccountId, Kind> = BTreeMap::new();
    for label in labels.iter().filter(|label| label.snapshot == of) {
        let kind = if label.hostile {
            Kind::Hostile(label.case)
        } else {
            Kind::Honest
        };
        kinds
            .entry(&label.account)
            .and_modify(|known| {
                if matches!(known, Kind::Honest) != matches!(kind, Kind::Honest) {
                    *known = Kind::Unknown;
                }
            })
            .or_insert(kind);
    }
    may_replace(out, &["csv"], |text| is_of(text, &kinds))?;
    write(out, &kinds).map_err(|source| CommandError::File {
        what: "write",
        path: out.to_owned(),
        source,
    })?;
    let number = |wanted: fn(&Kind) -> bool| kinds.values().filter(|kind| wanted(kind)).count();
    let written = Written {
        snapshot: of,
        hostile: number(|kind| matches!(kind, Kind::Hostile(_))) as u64,
        honest: number(|kind| *kind == Kind::Honest) as u64,
        unknown: number(|kind| *kind == Kind::Unknown) as u64,
    };
    context.printer.result(&written, |written| {
        format!(
            "{} of snapshot {}: {} hostile, {} honest, {} decided both ways\n\n\
             next: avert calibrate {} --labels {} --out model.toml\n",
            count(kinds.len() as u64, "account", "accounts"),
            written.snapshot,
            written.hostile,
            written.honest,
            written.unknown,
            written.snapshot,
            out.display(),
        )
    })?;
    Ok(Answer::Done)
}

const COLUMNS: [&str; 3] = ["account", "kind", "cell"];

/// Whether a table labels no other accounts than these. One that somebody has added others to is theirs.
fn is_of(text: &str, kinds: &BTreeMap<&AccountId, Kind>) -> bool {
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let has_our_columns = table.headers().is_ok_and(|found| *found == COLUMNS[..]);
    has_our_columns
        && table.records().all(|row| {
            row.is_ok_and(|row| {
                let account = row.get(0).map(AccountId::new);
                account.is_some_and(|account| kinds.contains_key(&account))
            })
        })
}

/// Writes the columns that `avert calibrate --labels` reads. Accounts of one case are taken for one
/// cell: what is learned from some of them is never tested on the others.
fn write(out: &Path, kinds: &BTreeMap<&AccountId, Kind>) -> std::io::Result<()> {
    let mut table = csv::Writer::from_path(out).map_err(std::io::Error::other)?;
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    for (account, kind) in kinds {
        let (word, cell) = match kind {
            Kind::Hostile(case) => ("persona", case.to_string()),
            Kind::Honest => ("honest", String::new()),
            Kind::Unknown => ("unknown", String::new()),
        };
        rows.push([account.to_string(), word.to_owned(), cell]);
    }
    for row in rows {
        table.write_record(row).map_err(std::io::Error::other)?;
    }
    table.flush()
}
