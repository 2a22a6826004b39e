//! The dataflow: read, exchange by object, order, count by account, write in order.
//!
//! The same program runs on the threads of one process and on several processes. Rows travel to
//! the worker that has their object, since only there can it be put in order. From then on the
//! threads of a process share what they ordered, and each row of the result is counted by one of
//! them; pairs are never exchanged, since there are many more of them than of events.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, MutexGuard, OnceLock, PoisonError};

use avert_events::touches::{Touch, TouchFiles};
use timely::dataflow::InputHandle;
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::generic::operator::Operator as _;
use timely::dataflow::operators::probe::Handle as ProbeHandle;
use timely::dataflow::operators::{Input as _, Probe as _};
use timely::worker::Worker;

use super::error::CoactError;
use super::gather::{Gather, NO_TIME, Row};
use super::names::{Key, Names, Roll, Texts, WARM, key};
use super::output::{Block, Output, Written};
use super::sweep::{Counted, Indexed, Sweep};

/// Rows that travel as one.
const PARCEL_ROWS: usize = 1024;
/// About how many events the accounts of one block have.
const BLOCK_EVENTS: usize = 1 << 14;

/// What to count.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How far apart two events may be, in the unit of the files' times.
    pub window: u64,
    /// The least weight that is kept.
    pub min_weight: u32,
    /// How many threads.
    pub workers: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Rows read.
    pub events: u64,
    /// Distinct accounts.
    pub accounts: u64,
    /// Rows without an account or an object; left out.
    pub nameless: u64,
    /// Rows without a time on a layer that has times; left out.
    pub untimed: u64,
    /// What was written.
    #[serde(flatten)]
    pub written: Written,
}

/// A parcel from one worker to another.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Parcel {
    to: usize,
    reader: usize,
    rows: Vec<Row>,
}

/// What the threads of a process share.
struct Shared {
    files: TouchFiles,
    plan: Plan,
    out: PathBuf,
    next_share: AtomicUsize,
    everybody: Barrier,
    readers: Mutex<Vec<Reader>>,
    everyone: OnceLock<Everyone>,
    parts: Mutex<Vec<Indexed>>,
    counting: OnceLock<Counting>,
    next_block: AtomicUsize,
    events: AtomicU64,
    nameless: AtomicU64,
    untimed: AtomicU64,
    failure: Mutex<Option<CoactError>>,
    failed: AtomicBool,
}

/// What one worker met while it read.
struct Reader {
    worker: usize,
    accounts: (Texts, Vec<u32>),
    /// The layers it met, and whether a row of theirs has a time.
    layers: Vec<(Vec<u8>, bool)>,
}

/// All accounts in order, and how each reader knows them.
struct Everyone {
    roll: Arc<Roll>,
    places: Vec<Vec<u32>>,
    /// For each reader and layer, whether the layer has times.
    has_times: Vec<Vec<bool>>,
}

/// What is counted, in which blocks of accounts, and where it goes.
struct Counting {
    parts: Vec<Indexed>,
    ends: Vec<u32>,
    output: Output,
}

/// Counts co-action in the files and writes the edges.
///
/// Cost: time O(events log events + pairs within the window); memory O(events + accounts · workers).
pub fn coact(files: TouchFiles, plan: &Plan, out: &Path) -> Result<Summary, CoactError> {
    let workers = plan.workers.max(1);
    let shared = Arc::new(Shared {
        files,
        plan: plan.clone(),
        out: out.to_owned(),
        next_share: AtomicUsize::new(0),
        everybody: Barrier::new(workers),
        readers: Mutex::default(),
        everyone: OnceLock::new(),
        parts: Mutex::default(),
        counting: OnceLock::new(),
        next_block: AtomicUsize::new(0),
        events: AtomicU64::new(0),
        nameless: AtomicU64::new(0),
        untimed: AtomicU64::new(0),
        failure: Mutex::new(None),
        failed: AtomicBool::new(false),
    });
    let theirs = Arc::clone(&shared);
    let config = timely::Config::process(workers);
    let guards = timely::execute(config, move |worker| work(worker, &theirs))
        .map_err(CoactError::Workers)?;
    for ended in guards.join() {
        ended.map_err(CoactError::Workers)?;
    }
    let shared = Arc::into_inner(shared)
        .ok_or_else(|| CoactError::Workers("a worker has not ended".into()))?;
    if let Some(failure) = shared
        .failure
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
    {
        return Err(failure);
    }
    let counting = shared.counting.into_inner();
    let counting = counting.ok_or_else(|| CoactError::Workers("nothing was counted".into()))?;
    let everyone = shared.everyone.get();
    Ok(Summary {
        events: shared.events.into_inner(),
        accounts: everyone.map_or(0, |everyone| everyone.roll.len() as u64),
        nameless: shared.nameless.into_inner(),
        untimed: shared.untimed.into_inner(),
        written: counting.output.finish()?,
    })
}

/// One worker's whole way. Every worker takes every step, even when one has failed, so that nobody
/// waits for ever.
fn work(worker: &mut Worker, shared: &Shared) {
    let gather = shared.note(read(worker, shared));
    if shared.everybody.wait().is_leader() {
        shared.rank();
    }
    shared.everybody.wait();
    if let (Some(gather), Some(everyone)) = (gather, shared.everyone.get()) {
        let has_times =
            |reader: u32, layer: u32| everyone.has_times[reader as usize][layer as usize];
        let (events, untimed) = gather.finish(&everyone.places, has_times);
        shared.untimed.fetch_add(untimed, Ordering::Relaxed);
        let part = Indexed::new(events, everyone.roll.len());
        lock(&shared.parts).push(part);
    }
    if shared.everybody.wait().is_leader() {
        let prepared = shared.prepare();
        shared.note(prepared);
    }
    shared.everybody.wait();
    if let (Some(counting), Some(everyone)) = (shared.counting.get(), shared.everyone.get()) {
        let counted = count(shared, counting, &everyone.roll);
        shared.note(counted);
    }
}

/// Reads shares while there are any, and sends each row to the worker that has its object.
fn read(worker: &mut Worker, shared: &Shared) -> Result<Gather, CoactError> {
    let (index, peers) = (worker.index(), worker.peers());
    let gather = Rc::new(RefCell::new(Gather::new(peers)));
    let mut input = InputHandle::new();
    let probe = ProbeHandle::new();
    let receiver = Rc::clone(&gather);
    worker.dataflow::<u64, _, _>(|scope| {
        scope
            .input_from(&mut input)
            .container::<Vec<Parcel>>()
            .unary::<timely::container::CapacityContainerBuilder<Vec<()>>, _, _, _>(
                Exchange::new(|parcel: &Parcel| parcel.to as u64),
                "gather",
                move |_, _| {
                    move |input, _output| {
                        input.for_each(|_, parcels| {
                            for parcel in parcels.drain(..) {
                                receiver.borrow_mut().take(parcel.reader, &parcel.rows);
                            }
                        });
                    }
                },
            )
            .probe_with(&probe);
    });
    let mut reading = Reading::new(index, peers);
    let mut outcome = Ok(());
    while outcome.is_ok() && !shared.failed.load(Ordering::Relaxed) {
        let share = shared.next_share.fetch_add(1, Ordering::Relaxed);
        if share >= shared.files.shares() {
            break;
        }
        outcome = shared.files.read(share, |touch| {
            reading.take(touch, |parcel| input.send(parcel));
        });
        input.flush();
        worker.step();
    }
    reading.rest(|parcel| input.send(parcel));
    input.close();
    worker.step_while(|| !probe.done());
    outcome?;
    shared.events.fetch_add(reading.events, Ordering::Relaxed);
    shared
        .nameless
        .fetch_add(reading.nameless, Ordering::Relaxed);
    lock(&shared.readers).push(Reader {
        worker: index,
        accounts: reading.accounts.into_parts(),
        layers: reading.layers,
    });
    Ok(gather.take())
}

/// A row before its account has a number.
struct Waiting {
    account: Key,
    object: Key,
    at: i64,
    layer: u32,
    /// Where a name that is not its own key ends in the scratch space.
    name_ends: usize,
}

/// A worker's own numbering while it reads, and the rows that wait to travel.
struct Reading {
    worker: usize,
    accounts: Names,
    layers: Vec<(Vec<u8>, bool)>,
    layer: usize,
    waiting: Vec<Waiting>,
    names: Vec<u8>,
    boxes: Vec<Vec<Row>>,
    scratch: Vec<u8>,
    events: u64,
    nameless: u64,
}

impl Reading {
    fn new(worker: usize, peers: usize) -> Self {
        Self {
            worker,
            accounts: Names::default(),
            layers: vec![(Vec::new(), false)],
            layer: 0,
            waiting: Vec::with_capacity(WARM),
            names: Vec::new(),
            boxes: vec![Vec::new(); peers],
            scratch: Vec::new(),
            events: 0,
            nameless: 0,
        }
    }

    fn take(&mut self, touch: Touch<'_>, send: impl FnMut(Parcel)) {
        self.events += 1;
        if touch.account.is_empty() || touch.object.is_empty() {
            self.nameless += 1;
            return;
        }
        let object = if touch.layer.is_empty() {
            key(touch.object)
        } else {
            // The same thing on another layer is another thing.
            self.scratch.clear();
            self.scratch.extend_from_slice(touch.layer);
            self.scratch.push(0);
            self.scratch.extend_from_slice(touch.object);
            key(&self.scratch)
        };
        if touch.account.len() > 15 {
            self.names.extend_from_slice(touch.account);
        }
        let layer = self.layer(touch.layer, touch.at.is_some());
        self.waiting.push(Waiting {
            account: key(touch.account),
            object,
            at: touch.at.unwrap_or(NO_TIME),
            layer,
            name_ends: self.names.len(),
        });
        if self.waiting.len() == WARM {
            self.number(send);
        }
    }

    /// Gives the waiting rows' accounts their numbers, and sends what fills a parcel.
    fn number(&mut self, mut send: impl FnMut(Parcel)) {
        self.accounts
            .warm(self.waiting.iter().map(|row| row.account));
        let mut name_begins = 0;
        for row in &self.waiting {
            let name = &self.names[name_begins..row.name_ends];
            name_begins = row.name_ends;
            let account = self.accounts.count(row.account, || name);
            let to = owner(row.object, self.boxes.len());
            let rows = &mut self.boxes[to];
            rows.push(Row {
                object: row.object,
                at: row.at,
                account,
                layer: row.layer,
            });
            if rows.len() == PARCEL_ROWS {
                let rows = std::mem::replace(rows, Vec::with_capacity(PARCEL_ROWS));
                let reader = self.worker;
                send(Parcel { to, reader, rows });
            }
        }
        self.waiting.clear();
        self.names.clear();
    }

    /// The layer's number: mostly that of the row before.
    fn layer(&mut self, name: &[u8], has_time: bool) -> u32 {
        if self
            .layers
            .get(self.layer)
            .is_none_or(|(known, _)| known != name)
        {
            let known = self.layers.iter().position(|(known, _)| known == name);
            self.layer = known.unwrap_or_else(|| {
                self.layers.push((name.to_owned(), false));
                self.layers.len() - 1
            });
        }
        self.layers[self.layer].1 |= has_time;
        u32::try_from(self.layer).expect("layers are few")
    }

    fn rest(&mut self, mut send: impl FnMut(Parcel)) {
        self.number(&mut send);
        let reader = self.worker;
        for (to, rows) in self.boxes.iter_mut().enumerate() {
            let rows = std::mem::take(rows);
            if !rows.is_empty() {
                send(Parcel { to, reader, rows });
            }
        }
    }
}

/// Which worker has an object. The same in every process.
fn owner(object: Key, peers: usize) -> usize {
    usize::try_from((u128::from(object.mixed()) * peers as u128) >> 64).expect("below the peers")
}

impl Shared {
    /// Keeps the first failure, and lets everybody know.
    fn note<T>(&self, outcome: Result<T, CoactError>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                self.failed.store(true, Ordering::Relaxed);
                lock(&self.failure).get_or_insert(error);
                None
            }
        }
    }

    /// Ranks everybody whom a reader met.
    fn rank(&self) {
        if self.failed.load(Ordering::Relaxed) {
            return;
        }
        let mut readers = std::mem::take(&mut *lock(&self.readers));
        readers.sort_by_key(|reader| reader.worker);
        let timed: BTreeSet<Vec<u8>> = readers
            .iter()
            .flat_map(|reader| &reader.layers)
            .filter(|(_, has_time)| *has_time)
            .map(|(name, _)| name.clone())
            .collect();
        let has_times = readers.iter().map(|reader| {
            let layers = reader.layers.iter();
            layers.map(|(name, _)| timed.contains(name)).collect()
        });
        let has_times = has_times.collect();
        let accounts: Vec<_> = readers.into_iter().map(|reader| reader.accounts).collect();
        let (roll, places) = Roll::call(&accounts);
        let everyone = Everyone {
            roll: Arc::new(roll),
            places,
            has_times,
        };
        assert!(self.everyone.set(everyone).is_ok(), "ranked once");
    }

    /// Divides accounts into blocks, and begins the file.
    fn prepare(&self) -> Result<(), CoactError> {
        let Some(everyone) = self
            .everyone
            .get()
            .filter(|_| !self.failed.load(Ordering::Relaxed))
        else {
            return Ok(());
        };
        let parts = std::mem::take(&mut *lock(&self.parts));
        let mut ends = Vec::new();
        let mut events = 0;
        let accounts = u32::try_from(everyone.roll.len()).expect("ranks are u32");
        for account in 0..accounts {
            events += parts
                .iter()
                .map(|part| part.events_of(everyone.roll.place(account)))
                .sum::<usize>();
            if events >= BLOCK_EVENTS {
                ends.push(account + 1);
                events = 0;
            }
        }
        ends.push(accounts);
        let output = Output::create(&self.out, Arc::clone(&everyone.roll))?;
        let counting = Counting {
            parts,
            ends,
            output,
        };
        assert!(self.counting.set(counting).is_ok(), "prepared once");
        Ok(())
    }
}

/// Counts blocks while there are any.
fn count(shared: &Shared, counting: &Counting, roll: &Roll) -> Result<(), CoactError> {
    let accounts = counting.ends.last().map_or(0, |end| *end as usize);
    let mut sweep = Sweep::new(accounts);
    let counted = Counted {
        window: shared.plan.window,
        min_weight: shared.plan.min_weight,
        roll,
    };
    while !shared.failed.load(Ordering::Relaxed) {
        let number = shared.next_block.fetch_add(1, Ordering::Relaxed);
        let Some(end) = counting.ends.get(number) else {
            break;
        };
        let from = number
            .checked_sub(1)
            .map_or(0, |before| counting.ends[before]);
        let mut block = Block::default();
        for account in from..*end {
            let before = block.edges.len();
            let edges = &mut block.edges;
            sweep.row(roll.place(account), &counting.parts, &counted, edges);
            if edges.len() > before {
                let found = u32::try_from(edges.len() - before).expect("accounts are u32");
                block.accounts.push((account, found));
            }
        }
        counting.output.put(number, block)?;
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
