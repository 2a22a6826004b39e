//! Groups of nearly equal profile pictures, as pictures come and go.
//!
//! The groups are those that [`crate::trace::avatar`] finds in a list: what is near to what is kept, and
//! whenever a picture comes or goes the groups of everything that hangs together with it are made anew.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::trace::avatar::{NEAR_64, NEAR_256, block, distance, flips, parse};

/// An account is in a group, by the number of the picture that the group grew from.
pub(super) type Place = (u64, u32);

/// Who came into which group, or (`false`) left it, in this order.
pub(super) type Regrouped = Vec<(Place, bool)>;

/// Pictures of both lengths.
#[derive(Default)]
pub(super) struct Pictures {
    short: Album<1>,
    long: Album<4>,
}

/// Which of the two a group is of: bit 32 of its number.
const LONG: u64 = 1 << 32;

impl Pictures {
    /// An account has another picture, or none.
    pub(super) fn change(
        &mut self,
        account: u32,
        old: Option<&str>,
        new: Option<&str>,
    ) -> Regrouped {
        let mut regrouped = Regrouped::default();
        for (hash, comes) in [(old, false), (new, true)] {
            let Some(hash) = hash else { continue };
            let (mark, one) = if let Some(hash) = parse::<1>(hash) {
                (0, self.short.change(hash, NEAR_64, account, comes))
            } else if let Some(hash) = parse::<4>(hash) {
                (LONG, self.long.change(hash, NEAR_256, account, comes))
            } else {
                continue;
            };
            let marked = one.into_iter();
            regrouped.extend(marked.map(|((group, who), came)| ((group | mark, who), came)));
        }
        regrouped
    }
}

/// Pictures that are the same, sorted, and the one that the group grew from.
#[derive(PartialEq)]
struct Group {
    first: u32,
    pictures: Vec<u32>,
}

/// One picture and who has it.
struct Picture<const WORDS: usize> {
    hash: [u64; WORDS],
    holders: Vec<u32>,
    /// The pictures near to it, sorted by distance, then number.
    near: Vec<(u32, u32)>,
}

/// Pictures whose hashes have one length.
struct Album<const WORDS: usize> {
    pictures: Vec<Picture<WORDS>>,
    by_hash: FxHashMap<[u64; WORDS], u32>,
    /// The pictures by the place and value of a block.
    by_block: FxHashMap<(usize, usize), Vec<u32>>,
}

impl<const WORDS: usize> Default for Album<WORDS> {
    fn default() -> Self {
        Self {
            pictures: Vec::new(),
            by_hash: FxHashMap::default(),
            by_block: FxHashMap::default(),
        }
    }
}

impl<const WORDS: usize> Album<WORDS> {
    fn change(&mut self, hash: [u64; WORDS], near: u32, account: u32, comes: bool) -> Regrouped {
        let number = match self.by_hash.get(&hash) {
            Some(number) => *number,
            None => self.enter(hash, near),
        };
        let component = self.component(number);
        let before = self.groups(&component, near);
        let holders = &mut self.pictures[number as usize].holders;
        if comes {
            holders.push(account);
        } else {
            holders.retain(|holder| *holder != account);
        }
        let now = self.groups(&component, near);
        if before == now
            && let Some(group) = now.iter().find(|group| group.pictures.contains(&number))
            && self.holders(group) > if comes { 2 } else { 1 }
        {
            // The usual case, in which a picture that thousands have is not gone through.
            return vec![((u64::from(group.first), account), comes)];
        }
        let now = self.places(&now, &[]);
        let gone = [(number, account)];
        let mut before = self.places(&before, if comes { &[] } else { &gone });
        if comes {
            before.retain(|place| place.1 != account);
            drop_single(&mut before);
        }
        let left = before
            .iter()
            .filter(|place| now.binary_search(place).is_err());
        let came = now
            .iter()
            .filter(|place| before.binary_search(place).is_err());
        let left = left.map(|place| (*place, false));
        left.chain(came.map(|place| (*place, true))).collect()
    }

    /// How many accounts have a picture of a group.
    fn holders(&self, group: &Group) -> usize {
        let pictures = group.pictures.iter();
        pictures
            .map(|picture| self.pictures[*picture as usize].holders.len())
            .sum()
    }

    /// Who is in groups of two or more, sorted; `also` has a picture besides those who do.
    fn places(&self, groups: &[Group], also: &[(u32, u32)]) -> Vec<Place> {
        let mut places = Vec::new();
        for group in groups {
            for picture in &group.pictures {
                let holders = self.pictures[*picture as usize].holders.iter();
                let more = also
                    .iter()
                    .filter(|one| one.0 == *picture)
                    .map(|one| &one.1);
                places.extend(
                    holders
                        .chain(more)
                        .map(|holder| (u64::from(group.first), *holder)),
                );
            }
        }
        places.sort_unstable();
        drop_single(&mut places);
        places
    }

    fn enter(&mut self, hash: [u64; WORDS], near: u32) -> u32 {
        let number = u32::try_from(self.pictures.len()).unwrap_or(u32::MAX);
        let blocks = WORDS * 4;
        let mut found: Vec<(u32, u32)> = Vec::new();
        for place in 0..blocks {
            flips(near as usize / blocks, |flipped| {
                let value = block(&hash, place) ^ flipped;
                for other in self.by_block.get(&(place, value)).into_iter().flatten() {
                    let apart = distance(&hash, &self.pictures[*other as usize].hash);
                    if apart <= near {
                        found.push((apart, *other));
                    }
                }
            });
            let value = block(&hash, place);
            self.by_block
                .entry((place, value))
                .or_default()
                .push(number);
        }
        found.sort_unstable();
        found.dedup();
        for (apart, other) in &found {
            let theirs = &mut self.pictures[*other as usize].near;
            let place = theirs.partition_point(|known| *known < (*apart, number));
            theirs.insert(place, (*apart, number));
        }
        self.by_hash.insert(hash, number);
        self.pictures.push(Picture {
            hash,
            holders: Vec::new(),
            near: found,
        });
        number
    }

    /// Everything that hangs together with a picture.
    fn component(&self, of: u32) -> Vec<u32> {
        let mut members = vec![of];
        let mut seen = rustc_hash::FxHashSet::from_iter([of]);
        let mut next = 0;
        while let Some(member) = members.get(next).copied() {
            next += 1;
            for (_, other) in &self.pictures[member as usize].near {
                if seen.insert(*other) {
                    members.push(*other);
                }
            }
        }
        members
    }

    /// The groups among pictures that hang together: grown from the most frequent picture, through
    /// what is near, never further from the first than one and a half times the distance.
    fn groups(&self, component: &[u32], near: u32) -> Vec<Group> {
        let mut order: Vec<u32> = component
            .iter()
            .copied()
            .filter(|number| !self.pictures[*number as usize].holders.is_empty())
            .collect();
        let key = |number: &u32| {
            let picture = &self.pictures[*number as usize];
            (Reverse(picture.holders.len()), picture.hash)
        };
        order.sort_unstable_by_key(key);
        let mut free: rustc_hash::FxHashSet<u32> = order.iter().copied().collect();
        let mut groups = Vec::new();
        for first in order {
            if !free.remove(&first) {
                continue;
            }
            let mut group = vec![first];
            let mut next = 0;
            while let Some(member) = group.get(next).copied() {
                next += 1;
                for (_, other) in &self.pictures[member as usize].near {
                    let hashes = [first, *other].map(|one| &self.pictures[one as usize].hash);
                    if distance(hashes[0], hashes[1]) <= near + near / 2 && free.remove(other) {
                        group.push(*other);
                    }
                }
            }
            group.sort_unstable();
            groups.push(Group {
                first,
                pictures: group,
            });
        }
        groups.sort_unstable_by_key(|group| group.first);
        groups
    }
}

/// Takes out whoever is alone in a group.
fn drop_single(places: &mut Vec<Place>) {
    let kept: Vec<Place> = places
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|group| group.len() > 1)
        .flatten()
        .copied()
        .collect();
    *places = kept;
}
