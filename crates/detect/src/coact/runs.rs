//! What each round has counted, on disk, until all have been.
//!
//! An event is on one object, and an object in one round, so that what the rounds have counted of two
//! accounts adds up.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::CoactError;
use super::output::Block;
use super::spill::{Span, Spill, read_number, write_number};
use super::sweep::Edge;

/// The rows of blocks of accounts, by block, one span for each round.
#[derive(Default)]
pub(super) struct Runs(Mutex<Vec<Vec<Span>>>);

impl Runs {
    fn spans(&self) -> MutexGuard<'_, Vec<Vec<Span>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what a round has counted of a block.
    pub(super) fn put(
        &self,
        number: usize,
        block: &Block,
        spill: &Spill,
    ) -> Result<(), CoactError> {
        let span = spill.put(&pack(block))?;
        let mut spans = self.spans();
        if spans.len() <= number {
            spans.resize(number + 1, Vec::new());
        }
        spans[number].push(span);
        Ok(())
    }

    /// What all rounds together have counted of a block, without what weighs less than `min_weight`.
    pub(super) fn merged(
        &self,
        number: usize,
        min_weight: u32,
        spill: &Spill,
    ) -> Result<Block, CoactError> {
        let spans = self
            .spans()
            .get_mut(number)
            .map(std::mem::take)
            .unwrap_or_default();
        let mut rows = Vec::new();
        let mut bytes = Vec::new();
        for span in spans {
            spill.get(span, &mut bytes)?;
            unpack(&bytes, &mut rows);
        }
        // What comes from one round is in order already, and this sort makes use of that.
        rows.sort_by_key(|(account, edge)| (*account, edge.other));
        Ok(sum(&rows, min_weight))
    }
}

fn pack(block: &Block) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(block.edges.len() * 5);
    let mut edges = block.edges.iter();
    let mut last_account = 0;
    for (account, count) in &block.accounts {
        write_number(&mut bytes, u64::from(account - last_account));
        write_number(&mut bytes, u64::from(*count));
        last_account = *account;
        let mut last_other = 0;
        for edge in edges.by_ref().take(*count as usize) {
            write_number(&mut bytes, u64::from(edge.other - last_other));
            write_number(&mut bytes, u64::from(edge.weight));
            write_number(&mut bytes, u64::from(edge.objects));
            write_number(&mut bytes, u64::from(edge.extra));
            last_other = edge.other;
        }
    }
    bytes
}

fn unpack(mut bytes: &[u8], rows: &mut Vec<(u32, Edge)>) {
    let next =
        |bytes: &mut &[u8]| u32::try_from(read_number(bytes)).expect("it was written from 32 bits");
    let mut account = 0;
    while !bytes.is_empty() {
        account += next(&mut bytes);
        let mut other = 0;
        for _ in 0..next(&mut bytes) {
            other += next(&mut bytes);
            let edge = Edge {
                other,
                weight: next(&mut bytes),
                objects: next(&mut bytes),
                extra: next(&mut bytes),
            };
            rows.push((account, edge));
        }
    }
}

/// Adds up the rows of the same two accounts, which follow each other.
fn sum(rows: &[(u32, Edge)], min_weight: u32) -> Block {
    let mut block = Block::default();
    for rows in rows.chunk_by(|one, next| one.0 == next.0) {
        let before = block.edges.len();
        for same in rows.chunk_by(|one, next| one.1.other == next.1.other) {
            let (_, mut edge) = same[0];
            for (_, more) in &same[1..] {
                edge.weight = edge.weight.saturating_add(more.weight);
                edge.objects = edge.objects.saturating_add(more.objects);
                edge.extra = edge.extra.saturating_add(more.extra);
            }
            if edge.weight >= min_weight {
                block.edges.push(edge);
            }
        }
        if block.edges.len() > before {
            let found = u32::try_from(block.edges.len() - before).expect("accounts are u32");
            block.accounts.push((rows[0].0, found));
        }
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Account, other, weight, objects.
    fn block(rows: &[[u32; 4]]) -> Block {
        let mut block = Block::default();
        for rows in rows.chunk_by(|one, next| one[0] == next[0]) {
            let count = u32::try_from(rows.len()).unwrap();
            block.accounts.push((rows[0][0], count));
            block
                .edges
                .extend(rows.iter().map(|[_, other, weight, objects]| Edge {
                    other: *other,
                    weight: *weight,
                    objects: *objects,
                    extra: *weight * 3,
                }));
        }
        block
    }

    #[test]
    fn what_rounds_counted_adds_up_before_anything_is_too_light() {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::new(folder.path());
        let runs = Runs::default();
        let rounds = [
            block(&[[4, 1, 1, 1], [4, 900_000, 3, 2], [9, 4, 1, 1]]),
            block(&[[4, 1, 1, 1], [4, 7, 1, 1]]),
            block(&[[4, 900_000, 4, 1], [8, 9, 1, 1]]),
        ];
        for round in &rounds {
            runs.put(5, round, &spill).unwrap();
        }
        let merged = runs.merged(5, 2, &spill).unwrap();
        let expected = block(&[[4, 1, 2, 2], [4, 900_000, 7, 3]]);
        assert_eq!(merged.accounts, expected.accounts);
        assert_eq!(merged.edges, expected.edges);
        assert!(runs.merged(6, 1, &spill).unwrap().edges.is_empty());
    }
}
