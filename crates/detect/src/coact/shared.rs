//! What the threads of a process share, and what one of them does for all.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use avert_events::touches::TouchFiles;

use super::Plan;
use super::error::CoactError;
use super::gate::Gate;
use super::gather::Known;
use super::output::Output;
use super::reading::Met;
use super::roll::Roll;
use super::runs::Runs;
use super::spill::Spill;
use super::sweep::{Indexed, Truncated};

/// About how many events the accounts of one block have.
const BLOCK_EVENTS: u64 = 1 << 14;

/// Everything the threads of one process share.
pub(super) struct Shared {
    pub(super) files: TouchFiles,
    pub(super) plan: Plan,
    pub(super) out: PathBuf,
    pub(super) gate: Gate,
    pub(super) next_share: AtomicUsize,
    pub(super) next_block: AtomicUsize,
    pub(super) readers: Mutex<Vec<Met>>,
    pub(super) everyone: OnceLock<Everyone>,
    /// What is counted in this round.
    pub(super) parts: RwLock<Vec<Indexed>>,
    /// In the process that writes.
    pub(super) output: OnceLock<Output>,
    /// For what has no room in memory.
    pub(super) spill: Spill,
    pub(super) runs: Runs,
    /// How much memory the names take that this process has read.
    pub(super) names_bytes: AtomicUsize,
    pub(super) untimed: AtomicU64,
    pub(super) truncated: Mutex<Truncated>,
    failure: Mutex<Option<CoactError>>,
    failed: AtomicBool,
}

/// All accounts in order, and how each reader knows them. The same in every process.
pub(super) struct Everyone {
    pub(super) roll: Arc<Roll>,
    /// For each reader and account, the place.
    pub(super) places: Vec<Vec<u32>>,
    /// For each reader and layer, whether the layer has times.
    pub(super) has_times: Vec<Vec<bool>>,
    /// Where each block of ranks ends.
    pub(super) block_ends: Vec<u32>,
    pub(super) events: u64,
    pub(super) nameless: u64,
    /// The earliest and the latest time.
    times: (i64, i64),
}

/// What is reserved for each account of a process: its name and number a second time while all are
/// enrolled, and for each thread its tally and where its events begin.
const ENROLLED_BYTES: usize = 64;
const COUNTED_BYTES: usize = 32;

impl Everyone {
    pub(super) fn known(&self, window: u64) -> Known<'_> {
        Known {
            places: &self.places,
            has_times: &self.has_times,
            times: self.times,
            window,
        }
    }

    fn bytes(&self, threads: usize) -> usize {
        let numbers: usize = self.places.iter().map(Vec::len).sum();
        self.roll.bytes()
            + numbers * size_of::<u32>()
            + self.roll.len() * (ENROLLED_BYTES + threads * COUNTED_BYTES)
    }
}

impl Shared {
    pub(super) fn new(files: TouchFiles, plan: Plan, out: PathBuf) -> Self {
        Self {
            files,
            gate: Gate::new(plan.workers),
            out,
            next_share: AtomicUsize::new(0),
            next_block: AtomicUsize::new(0),
            readers: Mutex::default(),
            everyone: OnceLock::new(),
            parts: RwLock::default(),
            output: OnceLock::new(),
            spill: Spill::new(&plan.spill),
            runs: Runs::default(),
            names_bytes: AtomicUsize::new(0),
            untimed: AtomicU64::new(0),
            truncated: Mutex::default(),
            plan,
            failure: Mutex::new(None),
            failed: AtomicBool::new(false),
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Keeps the first failure, and lets the other threads know.
    pub(super) fn fail(&self, error: CoactError) {
        self.failed.store(true, Ordering::Relaxed);
        lock(&self.failure).get_or_insert(error);
    }

    /// How many bytes a worker has for rows while files are read. What is read of names is reserved
    /// three times, since they are brought together at the end.
    pub(super) fn room_for_rows(&self) -> usize {
        let names = self.names_bytes.load(Ordering::Relaxed);
        let memory = usize::try_from(self.plan.memory).unwrap_or(usize::MAX);
        memory.saturating_sub(3 * names) / self.plan.workers
    }

    /// How many bytes this process has for events, once everybody is enrolled: too few, if it is
    /// negative.
    pub(super) fn room_for_events(&self) -> i64 {
        let accounts = self
            .everyone
            .get()
            .map_or(0, |everyone| everyone.bytes(self.plan.workers));
        let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        signed(self.plan.memory) - signed(accounts as u64)
    }

    /// The first failure, everybody, and the file.
    pub(super) fn into_outcome(self) -> (Option<CoactError>, Option<Everyone>, Option<Output>) {
        let failure = self.failure.into_inner();
        (
            failure.unwrap_or_else(PoisonError::into_inner),
            self.everyone.into_inner(),
            self.output.into_inner(),
        )
    }

    /// Enrols everybody whom a reader of any process met, and divides them into blocks.
    pub(super) fn enrol(&self) {
        if self.has_failed() {
            return;
        }
        let mut readers = std::mem::take(&mut *lock(&self.readers));
        readers.sort_by_key(|met| met.worker);
        let timed: BTreeSet<&[u8]> = readers
            .iter()
            .flat_map(|met| &met.layers)
            .filter(|(_, has_time)| *has_time)
            .map(|(name, _)| name.as_slice())
            .collect();
        let has_times = readers.iter().map(|met| {
            let layers = met.layers.iter();
            layers
                .map(|(name, _)| timed.contains(name.as_slice()))
                .collect()
        });
        let has_times = has_times.collect();
        let accounts: Vec<_> = readers.iter().map(|met| &met.accounts).collect();
        let (roll, places) = Roll::call(&accounts);
        let spans = readers.iter().filter_map(|met| met.times);
        let span = spans.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)));
        let everyone = Everyone {
            times: span.unwrap_or((0, 0)),
            block_ends: blocks(&roll),
            roll: Arc::new(roll),
            places,
            has_times,
            events: readers.iter().map(|met| met.events).sum(),
            nameless: readers.iter().map(|met| met.nameless).sum(),
        };
        assert!(self.everyone.set(everyone).is_ok(), "enrolled once");
    }

    /// Begins the file if this process writes it and has not begun, and a round of counting.
    pub(super) fn begin_round(&self, writes: bool) {
        self.next_block.store(0, Ordering::Relaxed);
        let Some(everyone) = self.everyone.get().filter(|_| !self.has_failed()) else {
            return;
        };
        if !writes || self.output.get().is_some() {
            return;
        }
        match Output::create(&self.out, Arc::clone(&everyone.roll)) {
            Ok(output) => assert!(self.output.set(output).is_ok(), "one thread leads"),
            Err(error) => self.fail(error),
        }
    }

    /// Forgets what was counted in a round.
    pub(super) fn end_round(&self) {
        self.next_block.store(0, Ordering::Relaxed);
        self.parts
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// Divides ranks into blocks of about as many events. It depends on the events alone, never on who
/// has them.
fn blocks(roll: &Roll) -> Vec<u32> {
    let accounts = u32::try_from(roll.len()).expect("ranks are u32");
    let mut ends = Vec::new();
    let mut events = 0;
    for rank in 0..accounts {
        events += roll.events(roll.place(rank));
        if events >= BLOCK_EVENTS {
            ends.push(rank + 1);
            events = 0;
        }
    }
    if ends.last() != Some(&accounts) {
        ends.push(accounts);
    }
    ends
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
