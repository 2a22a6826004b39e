//! Counting block by block, and bringing the blocks to the process that writes.

use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use timely::worker::Worker;

use super::dataflow::Stand;
use super::error::CoactError;
use super::mail::Post;
use super::output::Block;
use super::shared::{Shared, lock};
use super::sweep::{Counted, Indexed, Sweep, Truncated};

/// What travels to the process that writes.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
enum Count {
    Block { number: usize, block: Block },
    LeftOut { untimed: u64, truncated: Truncated },
    Failed(String),
}

/// Counts this worker's share of the blocks.
pub(super) fn count(worker: &mut Worker, shared: &Arc<Shared>, stand: Stand) {
    let parts = shared.parts.read().unwrap_or_else(PoisonError::into_inner);
    let mut counting = Counting::new(shared, &parts, shared.plan.min_weight);
    deliver(worker, shared, stand, |number| Ok(counting.block(number)));
}

/// Counts this worker's share of the blocks in the objects of one round, and keeps what came of it.
pub(super) fn count_partly(shared: &Shared, stand: Stand) {
    let parts = shared.parts.read().unwrap_or_else(PoisonError::into_inner);
    let mut counting = Counting::new(shared, &parts, 1);
    while let Some(number) = next_block(shared, stand) {
        let block = counting.block(number);
        if let Err(error) = shared.runs.put(number, &block, &shared.spill) {
            shared.fail(error);
        }
    }
}

/// Brings together what the rounds have counted of this worker's share of the blocks.
pub(super) fn merge(worker: &mut Worker, shared: &Arc<Shared>, stand: Stand) {
    deliver(worker, shared, stand, |number| {
        shared
            .runs
            .merged(number, shared.plan.min_weight, &shared.spill)
    });
}

/// The next block of this process that nobody has taken.
fn next_block(shared: &Shared, stand: Stand) -> Option<usize> {
    let everyone = shared.everyone.get().filter(|_| !shared.has_failed())?;
    let turn = shared.next_block.fetch_add(1, Ordering::Relaxed);
    let number = turn * stand.processes() + stand.process();
    (number < everyone.block_ends.len()).then_some(number)
}

/// Makes blocks while there are any, and brings them to the process that writes.
fn deliver(
    worker: &mut Worker,
    shared: &Arc<Shared>,
    stand: Stand,
    mut make: impl FnMut(usize) -> Result<Block, CoactError>,
) {
    let theirs = Arc::clone(shared);
    let mut post = Post::open(worker, "count", move |parcel| match parcel {
        Count::Block { number, block } => put(&theirs, number, block),
        Count::LeftOut { untimed, truncated } => {
            theirs.untimed.fetch_add(untimed, Ordering::Relaxed);
            lock(&theirs.truncated).add(truncated);
        }
        Count::Failed(why) => theirs.fail(CoactError::Workers(why)),
    });
    let elsewhere = stand.process() > 0;
    while let Some(number) = next_block(shared, stand) {
        match make(number) {
            Err(error) => shared.fail(error),
            Ok(block) if elsewhere => post.send(0, Count::Block { number, block }),
            Ok(block) => put(shared, number, block),
        }
        post.step(worker);
    }
    // The last thread that is done tells for all.
    shared.gate.wait();
    if elsewhere && stand.is_first() {
        post.send(
            0,
            Count::LeftOut {
                untimed: shared.untimed.load(Ordering::Relaxed),
                truncated: *lock(&shared.truncated),
            },
        );
    }
    if elsewhere && stand.is_first() && shared.has_failed() {
        let why = format!("process {} could not go on", stand.process());
        post.send(0, Count::Failed(why));
    }
    post.close(worker);
}

/// One worker's counting.
struct Counting<'a> {
    shared: &'a Shared,
    parts: &'a [Indexed],
    min_weight: u32,
    sweep: Sweep,
}

impl<'a> Counting<'a> {
    fn new(shared: &'a Shared, parts: &'a [Indexed], min_weight: u32) -> Self {
        let accounts = shared
            .everyone
            .get()
            .map_or(0, |everyone| everyone.roll.len());
        Self {
            shared,
            parts,
            min_weight,
            sweep: Sweep::new(accounts),
        }
    }

    fn block(&mut self, number: usize) -> Block {
        let block = self.counted(number);
        let truncated = std::mem::take(&mut self.sweep.truncated);
        if truncated.events > 0 {
            lock(&self.shared.truncated).add(truncated);
        }
        block
    }

    fn counted(&mut self, number: usize) -> Block {
        let Some(everyone) = self.shared.everyone.get() else {
            return Block::default();
        };
        let ends = &everyone.block_ends;
        let from = number.checked_sub(1).map_or(0, |before| ends[before]);
        let counted = Counted {
            window: self.shared.plan.window,
            min_weight: self.min_weight,
            roll: &everyone.roll,
        };
        self.rows(from..ends[number], &counted)
    }

    /// The rows of some accounts.
    fn rows(&mut self, ranks: Range<u32>, counted: &Counted<'_>) -> Block {
        let mut block = Block::default();
        for rank in ranks {
            let place = counted.roll.place(rank);
            // With too few events nothing can weigh enough, however many others are near.
            if counted.roll.events(place) < self.shared.plan.min_weight.into() {
                continue;
            }
            let before = block.edges.len();
            let edges = &mut block.edges;
            self.sweep.row(place, self.parts, counted, edges);
            if edges.len() > before {
                let found = u32::try_from(edges.len() - before).expect("accounts are u32");
                block.accounts.push((rank, found));
            }
        }
        block
    }
}

/// Hands a block to the file.
fn put(shared: &Shared, number: usize, block: Block) {
    if let Some(output) = shared.output.get()
        && let Err(error) = output.put(number, block)
    {
        shared.fail(error);
    }
}
