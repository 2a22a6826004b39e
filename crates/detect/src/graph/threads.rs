//! Work that falls into parts which have nothing to do with each other, on the threads of the machine.
//!
//! What comes out does not depend on how many threads there are.

use std::ops::Range;

/// Fewer items are not worth a thread.
const WORTH_A_THREAD: usize = 1 << 16;

/// Groups in ranges with about as many items each, one for each thread. `begins` says where the items of
/// each group begin, and at last where they end.
pub(super) fn shares(begins: &[usize]) -> Vec<Range<usize>> {
    let groups = begins.len().saturating_sub(1);
    let items = begins.last().copied().unwrap_or(0);
    let mut parts = (items / WORTH_A_THREAD).max(1);
    // To ask how many there are takes longer than small work does.
    if parts > 1 {
        parts = parts.min(std::thread::available_parallelism().map_or(1, usize::from));
    }
    let ends = (1..=parts).map(|part| {
        if part == parts {
            groups
        } else {
            begins.partition_point(|begin| *begin < items / parts * part)
        }
    });
    let mut from = 0;
    let ranges = ends.map(|to| {
        let range = from.min(to)..to;
        from = to;
        range
    });
    ranges.collect()
}

/// Does the work of each range on a thread of its own; the results in the order of the ranges.
pub(super) fn in_ranges<R: Send>(
    ranges: Vec<Range<usize>>,
    work: impl Fn(Range<usize>) -> R + Sync,
) -> Vec<R> {
    let mut ranges = ranges.into_iter();
    let Some(first) = ranges.next() else {
        return Vec::new();
    };
    std::thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> = ranges
            .map(|range| scope.spawn(move || work(range)))
            .collect();
        let mut results = vec![work(first)];
        for other in others {
            match other.join() {
                Ok(result) => results.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_is_in_one_range() {
        let begins: Vec<usize> = (0..=1_000).map(|group| group * group).collect();
        let ranges = shares(&begins);
        let groups: Vec<usize> = ranges.into_iter().flatten().collect();
        assert_eq!(groups, (0..1_000).collect::<Vec<_>>());
        assert!(shares(&[0]).into_iter().eq(std::iter::once(0..0)));
        assert_eq!(shares(&[0, 1 << 20]).len(), shares(&begins).len());
    }

    #[test]
    fn results_come_in_the_order_of_ranges() {
        let sums = in_ranges(vec![0..3, 3..5, 5..9], std::iter::Iterator::sum::<usize>);
        assert_eq!(sums, [3, 7, 26]);
        assert!(in_ranges(Vec::new(), |range| range.len()).is_empty());
    }
}
