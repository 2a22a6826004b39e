//! What the threads of a process share, and what one of them does for all.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use avert_events::touches::TouchFiles;

use super::Plan;
use super::error::CoactError;
use super::gate::Gate;
use super::names::Roll;
use super::output::Output;
use super::reading::Met;
use super::sweep::Indexed;

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
    pub(super) parts: Mutex<Vec<Indexed>>,
    pub(super) counting: OnceLock<Counting>,
    pub(super) untimed: AtomicU64,
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
}

/// What is counted, and where it goes.
pub(super) struct Counting {
    pub(super) parts: Vec<Indexed>,
    /// In the process that writes.
    pub(super) output: Option<Output>,
}

impl Shared {
    pub(super) fn new(files: TouchFiles, plan: Plan, out: PathBuf) -> Self {
        Self {
            files,
            gate: Gate::new(plan.workers),
            plan,
            out,
            next_share: AtomicUsize::new(0),
            next_block: AtomicUsize::new(0),
            readers: Mutex::default(),
            everyone: OnceLock::new(),
            parts: Mutex::default(),
            counting: OnceLock::new(),
            untimed: AtomicU64::new(0),
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

    /// The first failure.
    pub(super) fn into_failure(self) -> (Option<CoactError>, Option<Everyone>, Option<Counting>) {
        let failure = self.failure.into_inner();
        (
            failure.unwrap_or_else(PoisonError::into_inner),
            self.everyone.into_inner(),
            self.counting.into_inner(),
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
        let everyone = Everyone {
            block_ends: blocks(&roll),
            roll: Arc::new(roll),
            places,
            has_times,
            events: readers.iter().map(|met| met.events).sum(),
            nameless: readers.iter().map(|met| met.nameless).sum(),
        };
        assert!(self.everyone.set(everyone).is_ok(), "enrolled once");
    }

    /// Makes what was put in order ready to be counted, and begins the file if this process writes it.
    pub(super) fn prepare(&self, writes: bool) {
        let Some(everyone) = self.everyone.get().filter(|_| !self.has_failed()) else {
            return;
        };
        let output = writes.then(|| Output::create(&self.out, Arc::clone(&everyone.roll)));
        match output.transpose() {
            Ok(output) => {
                let parts = std::mem::take(&mut *lock(&self.parts));
                let counting = Counting { parts, output };
                assert!(self.counting.set(counting).is_ok(), "prepared once");
            }
            Err(error) => self.fail(error),
        }
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
