//! Logs of any size, on as many threads as there are, told in the order of their lines.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use avert_model::Explain;
use flate2::read::MultiGzDecoder;

use super::matcher::{Hit, Matcher, Memory};
use super::pieces::{Piece, Pieces};
use crate::set::SetError;

/// What was scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Scanned {
    /// Bytes, after unpacking.
    pub bytes: u64,
    /// Lines.
    pub lines: u64,
    /// Hits.
    pub hits: u64,
    /// How often a long line was cut where something may stand across.
    pub blind_cuts: u64,
}

/// A log could not be scanned to its end.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// It cannot be opened.
    #[error("cannot open {}", path.display())]
    Open {
        /// The log.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It cannot be read on.
    #[error("cannot read {name} beyond line {line}")]
    Read {
        /// The log.
        name: String,
        /// How many lines were read.
        line: u64,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A set cannot be read.
    #[error("{name} was being looked through")]
    Set {
        /// The log.
        name: String,
        /// What is wrong with the set.
        #[source]
        source: SetError,
    },
}

impl Explain for ScanError {
    fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "match/open",
            Self::Read { .. } => "match/read",
            Self::Set { source, .. } => source.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Open { .. } => {
                Some("is the name right, and may you read it? `-` is standard input".into())
            }
            Self::Read { .. } => {
                Some("is it whole? what was told of the lines before stands".into())
            }
            Self::Set { source, .. } => source.hint(),
        }
    }
}

/// Opens a log, packed by gzip or not: its first bytes say which.
pub fn open_log(path: &Path) -> Result<Box<dyn Read + Send>, ScanError> {
    let failed = |source| ScanError::Open {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    unpacked(file).map_err(failed)
}

/// What a stream holds once it is unpacked.
pub fn unpacked(mut from: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut start = Vec::with_capacity(2);
    from.by_ref().take(2).read_to_end(&mut start)?;
    let is_packed = start == [0x1f, 0x8b];
    let whole = io::Cursor::new(start).chain(from);
    Ok(if is_packed {
        Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(
            1 << 16,
            whole,
        )))
    } else {
        Box::new(whole)
    })
}

type Job = (u64, u64, Piece);
type Done = (u64, Result<Vec<Hit>, SetError>);

/// Looks through a log on so many threads. `tell` gets the hits of one piece after the other, in the order of lines, and
/// says whether to go on.
///
/// Cost: one pass; memory of a few mebibytes a thread. The hits do not depend on the number of threads.
pub fn scan<E: From<ScanError>>(
    matcher: &Matcher<'_>,
    name: &str,
    log: impl Read + Send,
    threads: usize,
    mut tell: impl FnMut(Vec<Hit>) -> Result<bool, E>,
) -> Result<Scanned, E> {
    let mut scanned = Scanned::default();
    let threads = threads.max(1);
    std::thread::scope(|scope| {
        let (jobs, waiting) = sync_channel::<Job>(threads);
        let waiting = Arc::new(Mutex::new(waiting));
        let (done, results) = channel::<Done>();
        for _ in 0..threads {
            let (waiting, done) = (Arc::clone(&waiting), done.clone());
            scope.spawn(move || work(matcher, &waiting, &done));
        }
        drop(done);
        let mut order = Order {
            next: 0,
            early: BTreeMap::new(),
        };
        let (mut given, mut failed, mut is_open) = (0_u64, None, false);
        let set_failed = |source| ScanError::Set {
            name: name.to_owned(),
            source,
        };
        for piece in Pieces::of(log) {
            let piece = match piece {
                Ok(piece) => piece,
                Err(source) => {
                    failed = Some(ScanError::Read {
                        name: name.to_owned(),
                        line: scanned.lines,
                        source,
                    });
                    break;
                }
            };
            let lines_before = scanned.lines;
            scanned.bytes += piece.bytes.len() as u64;
            scanned.blind_cuts += u64::from(piece.is_blind_cut);
            scanned.lines += piece.ends;
            is_open = !piece.bytes.ends_with(b"\n");
            if jobs.send((given, lines_before, piece)).is_err() {
                break;
            }
            given += 1;
            // No more pieces are on their way than there are threads and places to wait in.
            while given - order.next > 2 * threads as u64 {
                let Ok(result) = results.recv() else { break };
                if !order.take(result, &mut scanned, &mut tell, &set_failed)? {
                    return Ok(scanned);
                }
            }
        }
        drop(jobs);
        for result in results {
            if !order.take(result, &mut scanned, &mut tell, &set_failed)? {
                return Ok(scanned);
            }
        }
        // A last line without an end is a line.
        scanned.lines += u64::from(is_open);
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(scanned),
        }
    })
}

fn work(matcher: &Matcher<'_>, waiting: &Mutex<Receiver<Job>>, done: &Sender<Done>) {
    let mut memory = Memory::default();
    loop {
        let job = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok((number, lines_before, piece)) = job else {
            return;
        };
        let hits = matcher.piece(&piece, lines_before, &mut memory);
        if done.send((number, hits)).is_err() {
            return;
        }
    }
}

/// Puts what is done back into its order.
struct Order {
    next: u64,
    early: BTreeMap<u64, Result<Vec<Hit>, SetError>>,
}

impl Order {
    fn take<E: From<ScanError>>(
        &mut self,
        (number, hits): Done,
        scanned: &mut Scanned,
        tell: &mut impl FnMut(Vec<Hit>) -> Result<bool, E>,
        failed: &impl Fn(SetError) -> ScanError,
    ) -> Result<bool, E> {
        self.early.insert(number, hits);
        while let Some(hits) = self.early.remove(&self.next) {
            self.next += 1;
            let hits = hits.map_err(failed)?;
            scanned.hits += hits.len() as u64;
            if !hits.is_empty() && !tell(hits)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
