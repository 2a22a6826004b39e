//! Where a fingerprint's record is: buckets by its upper bits, in each the lower 32 bits of those that fall there.
//!
//! With 10 million indicators 53 of 64 bits count, in 4.8 bytes an indicator: of a thousand million strangers one is
//! looked up on disk in vain.

use std::ops::Range;

/// About so many fall into a bucket.
const EACH: u64 = 4;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// So many upper bits name the bucket.
    bits: u32,
    /// Where each bucket begins, and where the last ends.
    buckets: Vec<u32>,
    /// The lower halves, in the order of the records.
    entries: Vec<u32>,
}

/// How many upper bits name the bucket of one of so many.
pub(super) fn bits_for(count: u64) -> u32 {
    (count / EACH).max(1).ilog2().min(28)
}

fn bucket_of(fingerprint: u64, bits: u32) -> usize {
    usize::try_from(fingerprint.checked_shr(64 - bits).unwrap_or(0)).unwrap_or(usize::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the lower half is what is kept"
)]
fn entry_of(fingerprint: u64) -> u32 {
    fingerprint as u32
}

impl Table {
    /// Of fingerprints in their order, one each time `each` is called.
    pub(super) fn builder(count: u64) -> Builder {
        let bits = bits_for(count);
        Builder {
            table: Self {
                bits,
                buckets: Vec::with_capacity((1 << bits) + 1),
                entries: Vec::with_capacity(usize::try_from(count).unwrap_or(0)),
            },
        }
    }

    /// What was written, if it holds together.
    pub(super) fn of_parts(buckets: Vec<u32>, entries: Vec<u32>) -> Option<Self> {
        let count = buckets.len().checked_sub(1)?;
        let holds = count.is_power_of_two()
            && buckets.is_sorted()
            && buckets.first() == Some(&0)
            && buckets.last().map(|last| *last as usize) == Some(entries.len());
        holds.then(|| Self {
            bits: count.ilog2(),
            buckets,
            entries,
        })
    }

    pub(super) fn buckets(&self) -> &[u32] {
        &self.buckets
    }

    pub(super) fn entries(&self) -> &[u32] {
        &self.entries
    }

    /// The records that may be this fingerprint's.
    #[inline]
    pub(super) fn find(&self, fingerprint: u64) -> Range<u32> {
        let bucket = bucket_of(fingerprint, self.bits);
        let (begin, end) = (self.buckets[bucket], self.buckets[bucket + 1]);
        let entry = entry_of(fingerprint);
        let within = &self.entries[begin as usize..end as usize];
        let mut found = begin..begin;
        for (place, other) in (begin..).zip(within) {
            if *other == entry {
                if found.is_empty() {
                    found = place..place;
                }
                found.end = place + 1;
            }
        }
        found
    }
}

/// Takes fingerprints in their order.
pub(super) struct Builder {
    table: Table,
}

impl Builder {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a set has fewer than 2^32 records"
    )]
    pub(super) fn add(&mut self, fingerprint: u64) {
        let bucket = bucket_of(fingerprint, self.table.bits);
        let here = self.table.entries.len() as u32;
        while self.table.buckets.len() <= bucket {
            self.table.buckets.push(here);
        }
        self.table.entries.push(entry_of(fingerprint));
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a set has fewer than 2^32 records"
    )]
    pub(super) fn finish(mut self) -> Table {
        let end = self.table.entries.len() as u32;
        self.table.buckets.resize((1 << self.table.bits) + 1, end);
        self.table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fingerprint_is_found_at_its_place_and_only_there() {
        let mut all: Vec<u64> = (0..1_000_u64)
            .map(|number| crate::fingerprint::word(3, &number.to_string()))
            .collect();
        all.extend([0, u64::MAX]);
        all.sort_unstable();
        let mut builder = Table::builder(all.len() as u64);
        for fingerprint in &all {
            builder.add(*fingerprint);
        }
        let table = builder.finish();
        for (place, fingerprint) in (0..).zip(&all) {
            assert_eq!(table.find(*fingerprint), place..place + 1);
        }
        let stranger = crate::fingerprint::word(3, "stranger");
        assert!(table.find(stranger).is_empty());
        let again = Table::of_parts(table.buckets().to_vec(), table.entries().to_vec());
        assert_eq!(again, Some(table));
    }

    #[test]
    fn of_one_fingerprint_twice_both_places_are_found() {
        let mut builder = Table::builder(3);
        for fingerprint in [5, 9, 9] {
            builder.add(fingerprint);
        }
        assert_eq!(builder.finish().find(9), 1..3);
    }

    #[test]
    fn parts_that_do_not_hold_together_are_no_table() {
        for (buckets, entries) in [
            (vec![], vec![]),
            (vec![0], vec![]),
            (vec![0, 2], vec![7]),
            (vec![1, 1], vec![7]),
            (vec![0, 2, 1], vec![7]),
            (vec![0, 0, 0, 1], vec![7]),
        ] {
            assert_eq!(Table::of_parts(buckets, entries), None);
        }
    }
}
