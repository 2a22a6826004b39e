//! The dataflow: read, exchange by object, put in order, count by account, write in order.
//!
//! The same program runs on the threads of one process and on several processes. Rows travel to
//! the worker that has their object, since only there can it be put in order. The threads of a
//! process share what they ordered, and each row of the result is counted by one of them; other
//! processes are sent the objects that their accounts touched. Pairs are never exchanged before they
//! are counted, since there are many more of them than of events.

use std::any::Any;
use std::cell::RefCell;
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use avert_events::touches::TouchFiles;
use timely::CommunicationConfig;
use timely::communication::allocator::ProcessBuilder;
use timely::communication::allocator::zero_copy::initialize::initialize_networking_from_sockets;
use timely::communication::{AllocatorBuilder, Hooks};
use timely::worker::Worker;

use super::count::{count, count_partly, merge};
use super::error::CoactError;
use super::gather::{Gather, Row};
use super::mail::Post;
use super::meet;
use super::ordered::Shipment;
use super::output::NOTE_BEGINS;
use super::reading::{Met, Reading};
use super::rounds::agree;
use super::shared::{Everyone, Shared, lock};
use super::sweep::{Indexed, Truncated};
use super::{Plan, Summary};

/// How many processes may work together.
const MOST_PROCESSES: usize = 256;

/// What travels while files are read.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
enum Read {
    Rows { reader: usize, rows: Vec<Row> },
    Met(Box<Met>),
    Failed(String),
}

/// Where a worker stands.
#[derive(Clone, Copy)]
pub(super) struct Stand {
    pub(super) index: usize,
    pub(super) peers: usize,
    pub(super) threads: usize,
}

impl Stand {
    pub(super) fn processes(self) -> usize {
        self.peers / self.threads
    }

    pub(super) fn process(self) -> usize {
        self.index / self.threads
    }

    /// Whether this is the first worker of its process.
    pub(super) fn is_first(self) -> bool {
        self.index.is_multiple_of(self.threads)
    }

    /// The first worker of every process.
    fn first_of_each(self) -> impl Iterator<Item = usize> {
        (0..self.processes()).map(move |process| process * self.threads)
    }
}

/// Counts co-action in the files and writes the edges. Of several processes, the first writes and
/// gives the summary.
///
/// Cost: time O(events log events + pairs within the window); memory O(events + accounts · workers),
/// of which the events go to disk where they have no room, and come back in rounds.
pub fn coact(files: TouchFiles, plan: &Plan, out: &Path) -> Result<Option<Summary>, CoactError> {
    let threads = plan.workers.max(1);
    let mut plan = plan.clone();
    plan.workers = threads;
    let cap = plan.cap;
    if let Some(hosts) = &plan.hosts
        && hosts.addresses.len() > MOST_PROCESSES
    {
        let why = format!("they are more than {MOST_PROCESSES} processes");
        return Err(CoactError::Workers(why));
    }
    let writes = plan.hosts.as_ref().is_none_or(|hosts| hosts.process == 0);
    let (builders, connections) = workers(&plan, files.shares())?;
    let shared = Arc::new(Shared::new(files, plan, out.to_owned()));
    let theirs = Arc::clone(&shared);
    let guards = timely::execute::execute_from(
        builders,
        connections,
        timely::WorkerConfig::default(),
        move |worker| work(worker, &theirs),
    )
    .map_err(CoactError::Workers)?;
    let mut lost = None;
    for ended in guards.join() {
        lost = lost.or(ended.err());
    }
    let shared = Arc::into_inner(shared)
        .ok_or_else(|| CoactError::Workers("a worker has not ended".into()))?;
    let untimed = shared.untimed.load(Ordering::Relaxed);
    let spilled_bytes = shared.spill.bytes();
    let truncated = *lock(&shared.truncated);
    let (failure, everyone, output) = shared.into_outcome();
    if let Some(failure) = failure {
        return Err(failure);
    }
    if let Some(lost) = lost {
        return Err(CoactError::Workers(lost));
    }
    if !writes {
        return Ok(None);
    }
    let (Some(everyone), Some(output)) = (everyone, output) else {
        return Err(CoactError::Workers("nothing was counted".into()));
    };
    Ok(Some(Summary {
        events: everyone.events,
        accounts: everyone.roll.len() as u64,
        misspelt: everyone.roll.misspelt(),
        nameless: everyone.nameless,
        untimed,
        truncated_events: truncated.events,
        truncated_mass: truncated.mass,
        spilled_bytes,
        written: output.finish(note(cap, truncated))?,
    }))
}

/// What a file says of what was left out of it.
fn note(cap: u32, truncated: Truncated) -> Option<String> {
    let Truncated { events, mass } = truncated;
    (events > 0).then(|| {
        format!(r#"{NOTE_BEGINS}{cap},"truncated_events":{events},"truncated_mass":{mass}}}"#)
    })
}

/// The threads of this process, connected with those of the others.
fn workers(
    plan: &Plan,
    shares: usize,
) -> Result<(Vec<AllocatorBuilder>, Box<dyn Any + Send>), CoactError> {
    let Some(hosts) = &plan.hosts else {
        return CommunicationConfig::Process(plan.workers)
            .try_build()
            .map_err(CoactError::Workers);
    };
    let sockets = meet::connect(hosts, meet::task(plan, shares))?;
    let hooks = Hooks::default();
    let local =
        ProcessBuilder::new_typed_vector(plan.workers, hooks.refill.clone(), hooks.spill.clone());
    let (builders, connections) =
        initialize_networking_from_sockets(local, sockets, hosts.process, plan.workers, hooks)
            .map_err(|error| CoactError::Workers(error.to_string()))?;
    let builders = builders.into_iter().map(AllocatorBuilder::Tcp).collect();
    Ok((builders, Box::new(connections)))
}

/// One worker's whole way. Every worker takes every step, even when one has failed, so that nobody
/// waits for ever.
fn work(worker: &mut Worker, shared: &Arc<Shared>) {
    let _guard = shared.gate.guard();
    let stand = Stand {
        index: worker.index(),
        peers: worker.peers(),
        threads: shared.plan.workers,
    };
    let mut gather = read(worker, shared, stand);
    if shared.gate.wait() {
        shared.enrol();
    }
    shared.gate.wait();
    let rounds = agree(worker, shared, stand, &mut gather);
    let is_only = rounds.len() == 1;
    for round in rounds {
        order(worker, shared, stand, &mut gather, round);
        if shared.gate.wait() {
            shared.begin_round(stand.process() == 0);
        }
        shared.gate.wait();
        if is_only {
            count(worker, shared, stand);
        } else {
            count_partly(shared, stand);
            if shared.gate.wait() {
                shared.end_round();
            }
            shared.gate.wait();
        }
    }
    if !is_only {
        merge(worker, shared, stand);
    }
}

/// Reads shares while there are any, and sends each row to the worker that has its object, and to
/// every process who was met.
fn read(worker: &mut Worker, shared: &Arc<Shared>, stand: Stand) -> Gather {
    let gather = Rc::new(RefCell::new(Gather::new(stand.peers)));
    let (receiver, theirs) = (Rc::clone(&gather), Arc::clone(shared));
    let mut post = Post::open(worker, "read", move |parcel| match parcel {
        Read::Rows { reader, rows } => {
            let room = theirs.room_for_rows();
            let taken = receiver
                .borrow_mut()
                .take(reader, &rows, room, &theirs.spill);
            if let Err(error) = taken {
                theirs.fail(error);
            }
        }
        Read::Met(met) => lock(&theirs.readers).push(*met),
        Read::Failed(why) => theirs.fail(CoactError::Workers(why)),
    });
    let reader = stand.index;
    let mut reading = Reading::new(stand.peers);
    let mut outcome = Ok(());
    let mut names_bytes = 0;
    while outcome.is_ok() && !shared.has_failed() {
        let turn = shared.next_share.fetch_add(1, Ordering::Relaxed);
        let share = turn * stand.processes() + stand.process();
        if share >= shared.files.shares() {
            break;
        }
        outcome = shared.files.read(share, |touch| {
            reading.take(touch, |to, rows| {
                post.send(to, Read::Rows { reader, rows });
            });
        });
        let more = reading.bytes() - names_bytes;
        names_bytes += more;
        shared.names_bytes.fetch_add(more, Ordering::Relaxed);
        post.step(worker);
    }
    let met = Box::new(reading.finish(reader, |to, rows| {
        post.send(to, Read::Rows { reader, rows });
    }));
    let failed = outcome.err().map(|error| {
        let why = format!("process {}: {error}", stand.process());
        shared.fail(error.into());
        why
    });
    for first in stand.first_of_each().skip(1) {
        post.send(first, Read::Met(met.clone()));
    }
    post.send(0, Read::Met(met));
    if let Some(why) = &failed {
        for first in stand.first_of_each() {
            post.send(first, Read::Failed(why.clone()));
        }
    }
    post.close(worker);
    gather.replace(Gather::new(0))
}

/// Puts this worker's objects of a round in order, and sees to it that every process has those it
/// needs.
fn order(
    worker: &mut Worker,
    shared: &Shared,
    stand: Stand,
    gather: &mut Gather,
    round: Range<usize>,
) {
    let sent_here = Rc::new(RefCell::new(Shipment::default()));
    let taken_in = Rc::clone(&sent_here);
    let mut post = Post::open(worker, "order", move |shipment| {
        taken_in.borrow_mut().append(shipment);
    });
    let everyone = shared.everyone.get().filter(|_| !shared.has_failed());
    let mut ordered = None;
    if let Some(everyone) = everyone {
        match gather.order(round, everyone.known(shared.plan.window), &shared.spill) {
            Err(error) => shared.fail(error),
            Ok((events, untimed)) => {
                shared.untimed.fetch_add(untimed, Ordering::Relaxed);
                if stand.processes() == 1 {
                    ordered = Some(events);
                } else {
                    let home = homes(everyone, stand.processes());
                    events.divide(stand.processes(), &home, |process, shipment| {
                        let thread = stand.index % stand.threads;
                        post.send(process * stand.threads + thread, shipment);
                        post.step(worker);
                    });
                }
            }
        }
    }
    post.close(worker);
    if let Some(everyone) = everyone {
        let events = ordered.unwrap_or_else(|| sent_here.take().into_events());
        let Plan { window, cap, .. } = shared.plan;
        let part = Indexed::new(events, everyone.roll.len(), window, cap);
        let mut parts = shared.parts.write().unwrap_or_else(PoisonError::into_inner);
        parts.push(part);
    }
}

/// Which process counts whom, by place.
fn homes(everyone: &Everyone, processes: usize) -> Vec<u8> {
    let mut home = vec![0; everyone.roll.len()];
    let mut from = 0;
    for (number, end) in everyone.block_ends.iter().enumerate() {
        let process = u8::try_from(number % processes).expect("at most 256 processes");
        for rank in from..*end {
            home[everyone.roll.place(rank) as usize] = process;
        }
        from = *end;
    }
    home
}
