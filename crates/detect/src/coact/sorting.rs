//! From the rows of a part to its events in the order of objects and times.

use super::gather::{Known, NO_TIME, Source};
use super::numbers::Numbers;
use super::ordered::{Events, FIRST, Moment, Ordered};
use super::partitions::Kept;

/// A row whose object has a number.
#[derive(Clone, Copy)]
struct Staged {
    at: i64,
    object: u32,
    /// Where its account is counted.
    who: u32,
}

/// Puts one part after the other in order.
pub(super) struct Sorting<'a> {
    known: Known<'a>,
    /// For each source, the places of its reader's accounts, and whether its layer has times.
    sources: Vec<(&'a [u32], bool)>,
    objects: Numbers,
    staged: Vec<Staged>,
    narrow: Vec<(u32, u32)>,
    wide: Vec<(i64, u32)>,
    /// Where each object's events end.
    ends: Vec<u32>,
    untimed: u64,
}

impl<'a> Sorting<'a> {
    pub(super) fn new(known: Known<'a>, sources: &[Source]) -> Self {
        let sources = sources.iter().map(|source| {
            let reader = source.reader as usize;
            let has_times = known.has_times[reader][source.layer as usize];
            (known.places[reader].as_slice(), has_times)
        });
        Self {
            known,
            sources: sources.collect(),
            objects: Numbers::new(),
            staged: Vec::new(),
            narrow: Vec::new(),
            wide: Vec::new(),
            ends: Vec::new(),
            untimed: 0,
        }
    }

    /// How many rows were left out because they have no time and their layer has some.
    pub(super) fn untimed(&self) -> u64 {
        self.untimed
    }

    /// Takes rows of the part.
    pub(super) fn take(&mut self, rows: &[Kept]) {
        for row in rows {
            let (places, has_times) = self.sources[row.source as usize];
            let at = if !has_times {
                // Without a window, all is at once.
                self.known.times.0
            } else if row.at == NO_TIME {
                self.untimed += 1;
                continue;
            } else {
                row.at
            };
            self.staged.push(Staged {
                at,
                object: self.objects.number(row.object).0,
                who: places[row.account as usize],
            });
        }
    }

    /// Adds what was taken to `events`, in order, and is ready for the next part.
    pub(super) fn finish(&mut self, events: &mut Events) {
        self.ends.clear();
        self.ends.resize(self.objects.len() + 1, 0);
        for row in &self.staged {
            self.ends[row.object as usize + 1] += 1;
        }
        for object in 0..self.objects.len() {
            self.ends[object + 1] += self.ends[object];
        }
        let (base, window) = (self.known.times.0, self.known.window);
        match events {
            Events::Narrow(ordered) => {
                order(&self.staged, &mut self.ends, base, &mut self.narrow);
                keep_tied(&mut self.narrow, &self.ends, window, ordered);
            }
            Events::Wide(ordered) => {
                order(&self.staged, &mut self.ends, base, &mut self.wide);
                keep_tied(&mut self.wide, &self.ends, window, ordered);
            }
        }
        self.staged.clear();
        self.objects.clear();
    }
}

/// Puts rows where their objects are, with one counting pass. Each object's end moves from where it
/// begins to where it ends.
fn order<T: Moment>(rows: &[Staged], ends: &mut [u32], base: i64, sorted: &mut Vec<(T, u32)>) {
    sorted.clear();
    sorted.resize(rows.len(), (T::at(base, base), 0));
    for row in rows {
        let place = &mut ends[row.object as usize];
        sorted[*place as usize] = (T::at(row.at, base), row.who);
        *place += 1;
    }
}

/// Sorts the events of each object by time, and adds those that are within a window of somebody
/// else's. The others tie nobody, and on most platforms they are most.
fn keep_tied<T: Moment>(
    sorted: &mut [(T, u32)],
    ends: &[u32],
    window: u64,
    ordered: &mut Ordered<T>,
) {
    let mut from = 0;
    for end in &ends[..ends.len() - 1] {
        let to = *end as usize;
        let object = &mut sorted[from..to];
        from = to;
        let Some((_, one)) = object.first().copied() else {
            continue;
        };
        if object.iter().all(|(_, other)| *other == one) {
            continue;
        }
        object.sort_unstable();
        let mut mark = FIRST;
        let mut begin = 0_usize;
        // Whoever comes before and after a run of one account's events is nearest to them.
        for run in object.chunk_by(|one, next| one.1 == next.1) {
            let before = begin.checked_sub(1).map(|before| object[before].0);
            begin += run.len();
            let after = object.get(begin).map(|(at, _)| *at);
            for (at, who) in run {
                let is_tied = before.is_some_and(|before| at.since(before) <= window)
                    || after.is_some_and(|after| after.since(*at) <= window);
                if is_tied {
                    ordered.push(*who | mark, *at);
                    mark = 0;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One object's events, who and when, and which are left with a window of 10.
    fn check(events: &[(u32, i64)], left: &[(u32, i64)]) {
        let mut sorted: Vec<(i64, u32)> = events.iter().map(|(who, at)| (*at, *who)).collect();
        let ends = [u32::try_from(sorted.len()).unwrap(), 0];
        let mut ordered = Ordered::empty();
        keep_tied(&mut sorted, &ends, 10, &mut ordered);
        let found: Vec<(u32, i64)> = (0..ordered.len())
            .map(|event| (ordered.account(event), ordered.time(event)))
            .collect();
        assert_eq!(found, left);
        for event in 0..ordered.len() {
            assert_eq!(ordered.is_first(event), event == 0);
        }
    }

    #[test]
    fn who_is_near_nobody_else_is_left_out() {
        check(&[(1, 0), (2, 11), (1, 22)], &[]);
        check(&[(1, 0), (1, 1), (1, 2)], &[]);
        check(&[(1, 0), (2, 10), (1, 21)], &[(1, 0), (2, 10)]);
        check(
            &[(3, 40), (1, 0), (1, 5), (2, 15), (2, 29), (2, 30)],
            &[(1, 5), (2, 15), (2, 30), (3, 40)],
        );
        check(&[(2, 7), (1, 7)], &[(1, 7), (2, 7)]);
        check(&[], &[]);
    }
}
