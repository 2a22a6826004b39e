//! One pass over all sources, or two when rows of unknown actors are to be left out.

use rustc_hash::FxHashSet;

use avert_model::{Account, AccountId};

use super::error::IngestError;
use super::rejects::Rejects;
use super::row::{Fault, Row};
use super::{IngestOptions, IngestReport, OnBadRow, columnar, delimited, json_lines};
use crate::mapping::{Format, Mapping, Rows, Source, Unknown};
use crate::snapshot::{
    self, ActionRow, DERIVED, Origin, OriginKind, Place, SnapshotError, SnapshotWriter, Sorter,
    Watch,
};

/// How many actors are remembered as seen, so that each is sorted about once.
const REMEMBERED: usize = 500_000;
/// The most unknown actors whose rows are left out.
const UNKNOWN_MOST: usize = 2_000_000;
/// Memory for sorting actors.
const SORT_BYTES: usize = 64 << 20;
/// How many rows pass between two words of progress.
const PROGRESS_ROWS: u64 = 1 << 16;

/// Why a pass ended early.
enum Stop {
    /// For good.
    Failed(IngestError),
    /// To begin again without the rows of these actors.
    Without(FxHashSet<Box<str>>),
}

impl From<IngestError> for Stop {
    fn from(error: IngestError) -> Self {
        Self::Failed(error)
    }
}

impl From<SnapshotError> for Stop {
    fn from(error: SnapshotError) -> Self {
        Self::Failed(error.into())
    }
}

/// Ingests.
pub(super) fn run(
    mapping: &Mapping,
    options: &IngestOptions,
    progress: &mut dyn FnMut(u64, u64, u64),
) -> Result<IngestReport, IngestError> {
    let mut without = FxHashSet::default();
    loop {
        match pass(mapping, options, &without, progress) {
            Ok(report) => return Ok(report),
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Without(unknown)) => without = unknown,
        }
    }
}

fn pass(
    mapping: &Mapping,
    options: &IngestOptions,
    without: &FxHashSet<Box<str>>,
    progress: &mut dyn FnMut(u64, u64, u64),
) -> Result<IngestReport, Stop> {
    let sources = mapping.sources();
    let mut total = 0;
    for source in sources {
        total += std::fs::metadata(&source.path)
            .map_err(|error| IngestError::File {
                path: source.path.clone(),
                source: error,
            })?
            .len();
    }
    let writer = SnapshotWriter::create(&options.snapshots_dir, mapping.platform())?;
    let mut intake = Intake {
        sources,
        unknown: match (mapping.unknown(), options.on_bad_row) {
            // Whoever leaves bad rows out leaves out those of unknown actors too.
            (Unknown::Stop, OnBadRow::Skip) => Unknown::Skip,
            (unknown, _) => unknown,
        },
        on_bad_row: options.on_bad_row,
        actors: Sorter::new(writer.scratch(), "actors", SORT_BYTES),
        writer,
        rejects: Rejects::new(&options.rejects_dir, mapping.platform(), options.taken_at),
        remembered: FxHashSet::default(),
        last: String::new(),
        without,
        rows: 0,
        idle: 0,
    };
    let mut origins: Vec<Option<Origin>> = vec![None; sources.len()];
    let mut notes = Vec::new();
    let mut before = 0;
    // Accounts first, so that a duplicate is found before hours of actions are read.
    let is_accounts = |source: &Source| matches!(source.rows, Rows::Account(_));
    let order = (0..sources.len())
        .filter(|index| is_accounts(&sources[*index]))
        .chain((0..sources.len()).filter(|index| !is_accounts(&sources[*index])));
    for index in order {
        let source = &sources[index];
        let begun = intake.rows;
        let unread = intake.source(index, &mut |rows, read| {
            progress(rows, before + read, total);
        })?;
        let (bytes, blake3) = snapshot::digest(&source.path)?;
        before += bytes;
        if !unread.is_empty() {
            notes.push(format!("{}: not read: {}", source.name, unread.join(", ")));
        }
        origins[index] = Some(Origin {
            kind: OriginKind::File,
            name: source.name.clone(),
            rows: intake.rows - begun,
            blake3: Some(blake3),
        });
    }
    progress(intake.rows, total, total);
    intake.finish(origins.into_iter().flatten().collect(), options, notes)
}

/// Where rows go.
struct Intake<'a> {
    sources: &'a [Source],
    unknown: Unknown,
    on_bad_row: OnBadRow,
    writer: SnapshotWriter,
    actors: Sorter,
    rejects: Rejects,
    remembered: FxHashSet<Box<str>>,
    /// The actor of the row before: exports often have runs of one actor.
    last: String,
    without: &'a FxHashSet<Box<str>>,
    rows: u64,
    /// Rows of which the mapping makes no action.
    idle: u64,
}

impl Intake<'_> {
    fn source(
        &mut self,
        index: usize,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Vec<String>, Stop> {
        let source = &self.sources[index];
        let file = u32::try_from(index).expect("a mapping has few sources");
        let each =
            |row: u64, read: u64, cells: Result<Row<'_>, Fault>, raw: &dyn Fn() -> String| {
                self.rows += 1;
                if self.rows.is_multiple_of(PROGRESS_ROWS) {
                    progress(self.rows, read);
                }
                let place = Place { file, row };
                match cells {
                    Ok(cells) => self.row(source, place, cells, raw),
                    Err(fault) => self.bad(source, row, &fault, raw),
                }
            };
        match source.format {
            Format::Csv => delimited::read(source, each),
            Format::JsonLines => json_lines::read(source, each),
            Format::Parquet => columnar::read(source, each),
        }
    }

    fn row(
        &mut self,
        source: &Source,
        place: Place,
        cells: Row<'_>,
        raw: &dyn Fn() -> String,
    ) -> Result<(), Stop> {
        match &source.rows {
            Rows::Account(fields) => match cells.account(source, fields) {
                Ok(account) => Ok(self.writer.account(&account, place)?),
                Err(fault) => self.bad(source, place.row, &fault, raw),
            },
            Rows::Actions(emissions) => {
                if let [emission] = &**emissions {
                    return match cells.action(source, emission) {
                        Ok(action) => self.actions(source, place, action.as_slice(), raw),
                        Err(fault) => self.bad(source, place.row, &fault, raw),
                    };
                }
                let actions: Result<Vec<ActionRow<'_>>, Fault> = emissions
                    .iter()
                    .filter_map(|emission| cells.action(source, emission).transpose())
                    .collect();
                match actions {
                    Ok(actions) => self.actions(source, place, &actions, raw),
                    Err(fault) => self.bad(source, place.row, &fault, raw),
                }
            }
        }
    }

    /// Takes the actions of one row: all of them or none.
    fn actions(
        &mut self,
        source: &Source,
        place: Place,
        actions: &[ActionRow<'_>],
        raw: &dyn Fn() -> String,
    ) -> Result<(), Stop> {
        if actions.is_empty() {
            self.idle += 1;
            return Ok(());
        }
        let left_out = |action: &&ActionRow<'_>| self.without.contains(action.account);
        if !self.without.is_empty()
            && let Some(action) = actions.iter().find(left_out)
        {
            let detail = format!("account '{}' is in no accounts table", action.account);
            let fault = Fault::new("unknown account", detail);
            return self.keep(source, place.row, &fault, raw);
        }
        for action in actions {
            self.actor(action.account, place)?;
            self.writer.action(action)?;
        }
        Ok(())
    }

    fn bad(
        &mut self,
        source: &Source,
        row: u64,
        fault: &Fault,
        raw: &dyn Fn() -> String,
    ) -> Result<(), Stop> {
        match self.on_bad_row {
            OnBadRow::Skip => self.keep(source, row, fault, raw),
            OnBadRow::Stop => {
                let (file, detail) = (source.name.clone(), fault.detail.clone());
                Err(IngestError::Row { file, row, detail }.into())
            }
        }
    }

    fn keep(
        &mut self,
        source: &Source,
        row: u64,
        fault: &Fault,
        raw: &dyn Fn() -> String,
    ) -> Result<(), Stop> {
        Ok(self.rejects.keep(&source.name, row, fault, &raw())?)
    }

    /// Notes that somebody acted.
    fn actor(&mut self, account: &str, place: Place) -> Result<(), Stop> {
        if self.last == account || self.remembered.contains(account) {
            return Ok(());
        }
        account.clone_into(&mut self.last);
        if self.remembered.len() == REMEMBERED {
            self.remembered.clear();
        }
        self.remembered.insert(account.into());
        if self.unknown == Unknown::Add {
            let place = Place {
                file: DERIVED,
                ..place
            };
            self.writer
                .account(&Account::bare(AccountId::new(account)), place)?;
        } else {
            self.actors.push(account, place, Vec::new())?;
        }
        Ok(())
    }

    fn finish(
        self,
        origins: Vec<Origin>,
        options: &IngestOptions,
        mut notes: Vec<String>,
    ) -> Result<IngestReport, Stop> {
        if self.idle > 0 {
            let (idle, rows) = (self.idle, self.rows);
            notes.push(format!(
                "of {rows} rows, {idle} have nothing in the columns that make an action, and gave none; whoever \
                 has no other row is not in the snapshot"
            ));
        }
        let (left_out, reason) = self.rejects.most();
        if self.rows > 0 && left_out == self.rows {
            let rows = self.rows;
            return Err(IngestError::NothingLeft { rows, reason }.into());
        }
        let mut merge = Merge {
            sources: self.sources,
            unknown: self.unknown,
            on_bad_row: self.on_bad_row,
            actors: self.actors.finish()?,
            next: None,
            first: None,
            left_out: FxHashSet::default(),
            rejects: self.rejects,
        };
        merge.advance()?;
        let snapshot = self
            .writer
            .finish_with(origins, options.taken_at, &mut merge)?;
        let (skipped, rejects) = merge.rejects.finish()?;
        Ok(IngestReport {
            manifest: snapshot.manifest().clone(),
            rows: self.rows,
            skipped,
            rejects,
            notes,
        })
    }
}

/// Finds actors without an account by merging both in order.
struct Merge<'a> {
    sources: &'a [Source],
    unknown: Unknown,
    on_bad_row: OnBadRow,
    actors: snapshot::Sorted,
    next: Option<(Box<str>, Place)>,
    /// The unknown actor whose row comes first.
    first: Option<(Place, Box<str>)>,
    left_out: FxHashSet<Box<str>>,
    rejects: Rejects,
}

impl Merge<'_> {
    fn advance(&mut self) -> Result<(), Stop> {
        self.next = self.actors.pop()?.map(|(id, place, _)| (id, place));
        Ok(())
    }

    fn missing(&mut self, id: Box<str>, place: Place) -> Result<(), Stop> {
        if self.unknown == Unknown::Skip {
            self.left_out.insert(id);
            if self.left_out.len() > UNKNOWN_MOST {
                return Err(IngestError::TooManyUnknown(UNKNOWN_MOST).into());
            }
        } else if self.first.as_ref().is_none_or(|(first, _)| place < *first) {
            self.first = Some((place, id));
        }
        Ok(())
    }

    fn name(&self, place: Place) -> String {
        let source = self.sources.get(place.file as usize);
        source.map(|source| source.name.clone()).unwrap_or_default()
    }
}

impl Watch for Merge<'_> {
    type Error = Stop;

    fn seen(&mut self, id: &str) -> Result<(), Stop> {
        while let Some((actor, place)) = self.next.take() {
            if &*actor > id {
                self.next = Some((actor, place));
                break;
            }
            if &*actor != id {
                self.missing(actor, place)?;
            }
            self.advance()?;
        }
        Ok(())
    }

    fn twice(&mut self, id: &str, first: Place, second: Place, row: &[u8]) -> Result<(), Stop> {
        let (first_file, second_file) = (self.name(first), self.name(second));
        if self.on_bad_row == OnBadRow::Skip {
            let detail = format!(
                "account '{id}' was listed already in {first_file}, row {}",
                first.row
            );
            let fault = Fault::new("duplicate account", detail);
            return Ok(self.rejects.keep(
                &second_file,
                second.row,
                &fault,
                &String::from_utf8_lossy(row),
            )?);
        }
        Err(IngestError::DuplicateAccount {
            id: id.to_owned(),
            first_file,
            first_row: first.row,
            second_file,
            second_row: second.row,
        }
        .into())
    }

    fn end(&mut self) -> Result<(), Stop> {
        while let Some((actor, place)) = self.next.take() {
            self.missing(actor, place)?;
            self.advance()?;
        }
        if let Some((place, account)) = self.first.take() {
            let account = account.into();
            let file = self.name(place);
            return Err(IngestError::UnknownAccount {
                file,
                row: place.row,
                account,
            }
            .into());
        }
        if self.left_out.is_empty() {
            Ok(())
        } else {
            Err(Stop::Without(std::mem::take(&mut self.left_out)))
        }
    }
}
