//! How much is counted at once: everything, unless it has no room.
//!
//! Rows that are on disk are put in order and counted in rounds, each with as many parts as there is
//! room for. Everybody has to take the same rounds, so that everybody has to know what all have.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use timely::ExchangeData;
use timely::worker::Worker;

use super::dataflow::Stand;
use super::error::CoactError;
use super::gather::Gather;
use super::mail::Post;
use super::partitions::PARTITIONS;
use super::shared::Shared;

/// What a row takes while its part is put in order.
const ORDERING_BYTES: u64 = 64;

/// What an event takes from then on: who, when, and where it is among its account's.
const NARROW_BYTES: u64 = 12;
const WIDE_BYTES: u64 = 16;

/// What a worker has to put in order.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Stock {
    failed: bool,
    /// How many bytes its process has for events: too few, if it is negative.
    room: i64,
    /// How many rows are in each part.
    rows: Vec<u64>,
}

/// The parts of each round. One round with everything where everything is in memory.
pub(super) fn agree(
    worker: &mut Worker,
    shared: &Arc<Shared>,
    stand: Stand,
    gather: &mut Gather,
) -> Vec<Range<usize>> {
    let everything: Vec<_> = std::iter::once(0..PARTITIONS).collect();
    let spilled = tell(worker, stand, "spilled", &gather.is_spilled());
    if !spilled.contains(&true) {
        return everything;
    }
    if let Err(error) = gather.spill(&shared.spill) {
        shared.fail(error);
    }
    let stock = Stock {
        failed: shared.has_failed(),
        room: shared.room_for_events(),
        rows: gather.partition_rows(),
    };
    let stocks = tell(worker, stand, "stock", &stock);
    if stocks.iter().any(|stock| stock.failed) {
        return everything;
    }
    let room = stocks.iter().map(|stock| stock.room).min().unwrap_or(0);
    let rows: Vec<u64> = (0..PARTITIONS)
        .map(|partition| stocks.iter().map(|stock| stock.rows[partition]).sum())
        .collect();
    let narrow = shared
        .everyone
        .get()
        .is_some_and(|everyone| everyone.known(shared.plan.window).is_narrow());
    let event_bytes = if narrow { NARROW_BYTES } else { WIDE_BYTES };
    divide(&rows, room, event_bytes).unwrap_or_else(|more| {
        shared.fail(CoactError::Memory {
            given: shared.plan.memory,
            more,
        });
        everything
    })
}

/// Puts as many parts into each round as fit. If one does not fit, says how many bytes are missing.
fn divide(rows: &[u64], room: i64, event_bytes: u64) -> Result<Vec<Range<usize>>, u64> {
    let largest = rows.iter().copied().max().unwrap_or(0);
    let least = i64::try_from(largest * (ORDERING_BYTES + event_bytes)).unwrap_or(i64::MAX);
    if least > room {
        return Err(room.abs_diff(least));
    }
    let most = (room.unsigned_abs() - largest * ORDERING_BYTES) / event_bytes;
    let mut rounds = Vec::new();
    let (mut from, mut sum) = (0, 0);
    for (partition, rows) in rows.iter().enumerate() {
        if sum + rows > most {
            rounds.push(from..partition);
            (from, sum) = (partition, 0);
        }
        sum += rows;
    }
    rounds.push(from..rows.len());
    Ok(rounds)
}

/// Tells every worker something, and gives what all have told.
fn tell<T: ExchangeData + Clone>(
    worker: &mut Worker,
    stand: Stand,
    name: &str,
    what: &T,
) -> Vec<T> {
    let told = Rc::new(RefCell::new(Vec::new()));
    let heard = Rc::clone(&told);
    let mut post = Post::open(worker, name, move |what| heard.borrow_mut().push(what));
    for to in 0..stand.peers {
        post.send(to, what.clone());
    }
    post.close(worker);
    told.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_take_all_parts_in_their_order_and_none_has_more_than_fits() {
        let rows = [5, 0, 7, 3, 3, 9, 1];
        for room in 700..1500 {
            let rounds = divide(&rows, room, 12).unwrap();
            let parts: Vec<usize> = rounds.iter().cloned().flatten().collect();
            assert_eq!(parts, (0..rows.len()).collect::<Vec<_>>());
            for round in rounds {
                let bytes: u64 = rows[round].iter().sum::<u64>() * 12;
                assert!(bytes + 9 * ORDERING_BYTES <= room.unsigned_abs());
            }
        }
        assert_eq!(divide(&rows, 10_000, 12).unwrap().len(), 1);
    }

    #[test]
    fn a_part_without_room_is_refused_and_says_how_much_is_missing() {
        assert_eq!(divide(&[9], 600, 12), Err(9 * 76 - 600));
        assert_eq!(divide(&[9], -1, 12), Err(9 * 76 + 1));
        assert_eq!(divide(&[9], 9 * 76, 12).unwrap().len(), 1);
    }
}
