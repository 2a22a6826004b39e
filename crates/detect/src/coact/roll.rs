//! Everybody whom any reader met, in order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fmt::Write as _;

use super::names::{Rank, Register};

/// All accounts, under two numbers each: the rank in the order of names, in which the result is
/// written, and the place in the order of how busy they are, under which they are counted. Most
/// meetings are with busy accounts, and so what is counted of them lies close together.
pub(super) struct Roll {
    /// The names one after the other, by rank.
    names: String,
    ends: Vec<usize>,
    /// How many names are no UTF-8.
    misspelt: u64,
    rank_of: Vec<u32>,
    place_of: Vec<u32>,
    /// How many events whoever is in a place has.
    events: Vec<u64>,
}

impl Roll {
    /// Enrols everybody whom any reader met, and gives for each reader the place of each of its
    /// numbers.
    ///
    /// Cost: O(names) comparisons for each doubling of the readers, for each reader's are in order.
    pub(super) fn call(readers: &[&Register]) -> (Self, Vec<Vec<u32>>) {
        let mut roll = Self {
            names: String::new(),
            ends: Vec::new(),
            misspelt: 0,
            rank_of: Vec::new(),
            place_of: Vec::new(),
            events: Vec::new(),
        };
        let mut counts: Vec<u64> = Vec::new();
        let mut local: Vec<Vec<u32>> = readers
            .iter()
            .map(|reader| vec![0; reader.numbers.len()])
            .collect();
        let mut before = None;
        for_all_in_order(readers, |name, reader, position| {
            if before != Some(name) {
                match name.1 {
                    None => roll.push(name.0.short().as_slice()),
                    Some(text) => roll.push(text),
                }
                counts.push(0);
                before = Some(name);
            }
            let rank = counts.len() - 1;
            counts[rank] += u64::from(readers[reader].counts[position]);
            let number = readers[reader].numbers[position] as usize;
            local[reader][number] = u32::try_from(rank).expect("names are numbered by 32 bits");
        });
        roll.seat(&counts);
        for numbers in &mut local {
            for number in numbers {
                *number = roll.place_of[*number as usize];
            }
        }
        (roll, local)
    }

    /// How many accounts have names that are no UTF-8: what is none of it is written as `\xfe`, byte by
    /// byte.
    pub(super) fn misspelt(&self) -> u64 {
        self.misspelt
    }

    fn push(&mut self, name: &[u8]) {
        if let Ok(name) = std::str::from_utf8(name) {
            self.names.push_str(name);
        } else {
            self.misspelt += 1;
            for chunk in name.utf8_chunks() {
                self.names.push_str(chunk.valid());
                for byte in chunk.invalid() {
                    let _ = write!(self.names, "\\x{byte:02x}");
                }
            }
        }
        self.ends.push(self.names.len());
    }

    /// Gives everybody a place: the busiest first, then by name.
    fn seat(&mut self, counts: &[u64]) {
        // Whoever has more events than 32 bits count is as busy as the next: places are for speed only.
        let mut busy: Vec<u64> = (0_u64..)
            .zip(counts)
            .map(|(rank, count)| {
                let rest = u32::try_from(*count).map_or(0, |count| u32::MAX - count);
                u64::from(rest) << 32 | rank
            })
            .collect();
        busy.sort_unstable();
        self.rank_of = busy
            .into_iter()
            .map(|entry| u32::try_from(entry & u64::from(u32::MAX)).expect("it is 32 bits"))
            .collect();
        self.place_of = vec![0; counts.len()];
        for (place, rank) in (0..).zip(&self.rank_of) {
            self.place_of[*rank as usize] = place;
        }
        self.events = self
            .rank_of
            .iter()
            .map(|rank| counts[*rank as usize])
            .collect();
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let each = size_of::<usize>() + 2 * size_of::<u32>() + size_of::<u64>();
        self.names.len() + self.len() * each
    }

    /// Whose rank this is.
    pub(super) fn name(&self, rank: u32) -> &str {
        let rank = rank as usize;
        let from = rank.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.names[from..self.ends[rank]]
    }

    /// How many events whoever is counted in this place has.
    pub(super) fn events(&self, place: u32) -> u64 {
        self.events[place as usize]
    }

    /// The rank of whoever is counted in this place.
    pub(super) fn rank(&self, place: u32) -> u32 {
        self.rank_of[place as usize]
    }

    /// Where whoever has this rank is counted.
    pub(super) fn place(&self, rank: u32) -> u32 {
        self.place_of[rank as usize]
    }
}

/// A name: where it stands, and all of it if it is long.
type Name<'a> = (Rank, Option<&'a [u8]>);

/// Gives all readers' names in order: the name, the reader, and its position among the reader's.
fn for_all_in_order<'a>(readers: &[&'a Register], mut each: impl FnMut(Name<'a>, usize, usize)) {
    let mut rest: Vec<_> = readers.iter().map(|register| register.iter()).collect();
    let mut next: BinaryHeap<Reverse<(Name<'a>, usize, usize)>> = BinaryHeap::new();
    for (reader, rest) in rest.iter_mut().enumerate() {
        next.extend(rest.next().map(|name| Reverse((name, reader, 0))));
    }
    while let Some(mut first) = next.peek_mut() {
        let Reverse((name, reader, position)) = *first;
        each(name, reader, position);
        match rest[reader].next() {
            Some(name) => *first = Reverse((name, reader, position + 1)),
            None => drop(PeekMut::pop(first)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::key;
    use super::super::names::Names;
    use super::*;

    #[test]
    fn ranks_follow_the_names_and_places_how_busy_they_are() {
        let long = "a very long name indeed, of more than fifteen bytes";
        let meet = |names: &[&'static str]| {
            let mut met = Names::default();
            for name in names {
                met.count(key(name.as_bytes()), || name.as_bytes());
            }
            met.into_register()
        };
        let readers = [
            &meet(&["u2", "u10", long]),
            &meet(&["u10", "b", long, "u10"]),
        ];
        let (roll, local) = Roll::call(&readers);
        let names: Vec<&str> = (0..4).map(|rank| roll.name(rank)).collect();
        assert_eq!(names, [long, "b", "u10", "u2"]);
        assert_eq!(local[0][1], local[1][0], "u10 is one account");
        let busy: Vec<&str> = (0..4).map(|place| roll.name(roll.rank(place))).collect();
        assert_eq!(busy, ["u10", long, "b", "u2"], "by events, then by name");
        assert!((0..4).all(|rank| roll.rank(roll.place(rank)) == rank));
        assert_eq!(roll.len(), 4);
    }
}
