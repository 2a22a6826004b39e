//! Profile pictures that are the same picture, by perceptual hashes that are nearly equal.
//!
//! It owns what "nearly" means, and does not judge whether a picture is rare: the platform's
//! default picture is a group like any other.
//!
//! Near hashes are found by multi-index hashing. A hash is cut into blocks of 16 bits. If two
//! differ in at most `d` bits, some block differs in at most `d / blocks` of them, so looking up
//! every block with so many bits flipped finds every near hash: nothing is missed, and nothing
//! compares everybody with everybody.
//!
//! # Source
//! Norouzi, Punjani, Fleet, "Fast exact search in Hamming space with multi-index hashing" (2014).
//! The distance of 31 of 256 bits is the one that PDQ's authors advise.

/// Hashes of 64 bits are the same picture up to this distance.
pub(crate) const NEAR_64: u32 = 8;

/// Hashes of 256 bits are the same picture up to this distance.
pub(crate) const NEAR_256: u32 = 31;

/// Groups of pictures, as places in the list that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Groups {
    /// Each of two or more, ascending; groups in the order of their first.
    pub(crate) groups: Vec<Vec<usize>>,
    /// How many hashes were neither 16 nor 64 hexadecimal digits; they are in no group.
    pub(crate) malformed: usize,
}

impl IntoIterator for Groups {
    type Item = Vec<usize>;
    type IntoIter = std::vec::IntoIter<Vec<usize>>;

    fn into_iter(self) -> Self::IntoIter {
        self.groups.into_iter()
    }
}

/// Groups equal and nearly equal hashes of 16 (64 bit) or 64 (256 bit) hexadecimal digits.
///
/// A group grows from its most frequent hash: whatever is near to one of it belongs to it, but
/// never further from that first hash than one and a half times the distance, so that a chain of
/// small changes cannot join two pictures. The order of the list does not matter.
///
/// Cost: 548 (64 bit) or 272 (256 bit) look-ups for every distinct hash, each in about a 65,536th
/// of them.
pub(crate) fn groups(hashes: &[&str]) -> Groups {
    let mut short = Vec::new();
    let mut long = Vec::new();
    let mut malformed = 0;
    for (place, text) in hashes.iter().enumerate() {
        if let Some(hash) = parse::<1>(text) {
            short.push((hash, place));
        } else if let Some(hash) = parse::<4>(text) {
            long.push((hash, place));
        } else {
            malformed += 1;
        }
    }
    let mut groups = grouped(short, NEAR_64);
    groups.extend(grouped(long, NEAR_256));
    groups.sort_unstable();
    Groups { groups, malformed }
}

/// `WORDS` times 16 hexadecimal digits, and nothing else.
pub(crate) fn parse<const WORDS: usize>(text: &str) -> Option<[u64; WORDS]> {
    let digits = text.as_bytes();
    // Checked here because the standard parser also takes a sign.
    if digits.len() != WORDS * 16 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut words = [0; WORDS];
    for (word, part) in words.iter_mut().zip(digits.chunks(16)) {
        *word = u64::from_str_radix(std::str::from_utf8(part).ok()?, 16).ok()?;
    }
    Some(words)
}

/// One distinct hash and who has it.
struct Picture<const WORDS: usize> {
    hash: [u64; WORDS],
    places: Vec<usize>,
}

fn grouped<const WORDS: usize>(
    mut hashes: Vec<([u64; WORDS], usize)>,
    near: u32,
) -> Vec<Vec<usize>> {
    hashes.sort_unstable();
    let mut pictures: Vec<Picture<WORDS>> = hashes
        .chunk_by(|a, b| a.0 == b.0)
        .map(|same| Picture {
            hash: same[0].0,
            places: same.iter().map(|(_, place)| *place).collect(),
        })
        .collect();
    // Stable, so that equally frequent ones stay in the order of their bits.
    pictures.sort_by_key(|picture| std::cmp::Reverse(picture.places.len()));
    let mut index = Index::new(&pictures);
    let mut groups = Vec::new();
    for first in 0..pictures.len() {
        if index.taken[first] {
            continue;
        }
        index.taken[first] = true;
        let mut group = vec![first];
        let mut next = 0;
        while let Some(member) = group.get(next).copied() {
            for found in index.near(&pictures, member, near) {
                if distance(&pictures[first].hash, &pictures[found].hash) <= near + near / 2 {
                    index.taken[found] = true;
                    group.push(found);
                }
            }
            next += 1;
        }
        let mut places: Vec<usize> = group
            .iter()
            .flat_map(|picture| pictures[*picture].places.iter().copied())
            .collect();
        if places.len() > 1 {
            places.sort_unstable();
            groups.push(places);
        }
    }
    groups
}

pub(crate) fn distance<const WORDS: usize>(a: &[u64; WORDS], b: &[u64; WORDS]) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}

pub(crate) fn block<const WORDS: usize>(hash: &[u64; WORDS], number: usize) -> usize {
    let shift = number % 4 * 16;
    (hash[number / 4] >> shift & 0xffff) as usize
}

/// For each block, the pictures by its value.
struct Index {
    blocks: Vec<Buckets>,
    /// Which pictures are in a group already; they drop out of their buckets as these are read.
    taken: Vec<bool>,
}

/// Pictures by the value of one block.
struct Buckets {
    pictures: Vec<u32>,
    starts: Vec<u32>,
    lengths: Vec<u32>,
}

impl Index {
    fn new<const WORDS: usize>(pictures: &[Picture<WORDS>]) -> Self {
        let blocks = (0..WORDS * 4)
            .map(|number| Buckets::new(pictures.iter().map(|picture| block(&picture.hash, number))))
            .collect();
        Self {
            blocks,
            taken: vec![false; pictures.len()],
        }
    }

    /// The pictures near to one that are in no group yet, nearest first.
    fn near<const WORDS: usize>(
        &mut self,
        pictures: &[Picture<WORDS>],
        of: usize,
        near: u32,
    ) -> Vec<usize> {
        let hash = &pictures[of].hash;
        let mut found = Vec::new();
        let per_block = near as usize / self.blocks.len();
        for (number, buckets) in self.blocks.iter_mut().enumerate() {
            flips(per_block, |flipped| {
                buckets.read(block(hash, number) ^ flipped, &self.taken, |other| {
                    let distance = distance(hash, &pictures[other].hash);
                    if distance <= near {
                        found.push((distance, other));
                    }
                });
            });
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|(_, picture)| picture).collect()
    }
}

impl Buckets {
    fn new(values: impl Iterator<Item = usize> + Clone) -> Self {
        let mut lengths = vec![0_u32; 1 << 16];
        for value in values.clone() {
            lengths[value] += 1;
        }
        let mut end = 0;
        let starts: Vec<u32> = lengths
            .iter()
            .map(|length| {
                end += length;
                end - length
            })
            .collect();
        let mut next = starts.clone();
        let mut pictures = vec![0; end as usize];
        for (picture, value) in (0..).zip(values) {
            pictures[next[value] as usize] = picture;
            next[value] += 1;
        }
        Self {
            pictures,
            starts,
            lengths,
        }
    }

    fn read(&mut self, value: usize, taken: &[bool], mut each: impl FnMut(usize)) {
        let start = self.starts[value] as usize;
        let length = self.lengths[value] as usize;
        let bucket = &mut self.pictures[start..start + length];
        let mut kept = 0;
        for at in 0..bucket.len() {
            let picture = bucket[at] as usize;
            if !taken[picture] {
                each(picture);
                bucket[kept] = bucket[at];
                kept += 1;
            }
        }
        self.lengths[value] = u32::try_from(kept).expect("no longer than it was");
    }
}

/// Calls `each` with every way to flip at most so many (0, 1 or 2) of 16 bits.
pub(crate) fn flips(most: usize, mut each: impl FnMut(usize)) {
    debug_assert!(most <= 2, "the distances above need no more");
    each(0);
    for one in 0..if most > 0 { 16 } else { 0 } {
        each(1 << one);
        for two in 0..if most > 1 { one } else { 0 } {
            each(1 << one | 1 << two);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hashes: &[String]) -> Vec<Vec<usize>> {
        let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
        groups(&hashes).groups
    }

    fn hex(bits: u64) -> String {
        format!("{bits:016x}")
    }

    fn long(words: [u64; 4]) -> String {
        words.map(hex).concat()
    }

    /// The next of a fixed series of bits.
    fn roll(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    const PICTURE: u64 = 0xabcd_1234_5678_9f0f;

    #[test]
    fn eight_of_64_bits_are_the_same_picture_and_nine_are_another() {
        assert_eq!(check(&[hex(PICTURE), hex(PICTURE ^ 0xff)]), [[0, 1]]);
        assert_eq!(
            check(&[hex(PICTURE), hex(PICTURE ^ 0x0303_0303_0000_0000)]),
            [[0, 1]]
        );
        assert!(check(&[hex(PICTURE), hex(PICTURE ^ 0x1ff)]).is_empty());
    }

    #[test]
    fn thirty_one_of_256_bits_are_the_same_picture_and_32_are_another() {
        let base = [PICTURE, !PICTURE, PICTURE << 7, 77];
        let mut near = base;
        near[0] ^= 0x0303_0303_0303_0303;
        near[2] ^= 0x0101_0101_0101_0101;
        near[3] ^= 0x7f;
        assert_eq!(check(&[long(base), long(near)]), [[0, 1]]);
        near[1] ^= 1;
        assert!(check(&[long(base), long(near)]).is_empty());
    }

    #[test]
    fn near_pairs_are_found_wherever_the_bits_differ() {
        let mut state = 1;
        for _ in 0..200 {
            let base = roll(&mut state);
            let mut other = base;
            while (base ^ other).count_ones() < NEAR_64 {
                other ^= 1 << (roll(&mut state) % 64);
            }
            assert_eq!(
                check(&[hex(base), hex(other)]),
                [[0, 1]],
                "{base:x} {other:x}"
            );
        }
    }

    #[test]
    fn a_chain_of_small_changes_does_not_join_two_pictures() {
        let chain: Vec<String> = (0..9)
            .map(|step| hex(u64::MAX.checked_shl(64 - step * 7).unwrap_or(0)))
            .collect();
        let groups = check(&chain);
        assert!(groups.iter().all(|group| group.len() <= 3), "{groups:?}");
        assert!(groups.len() >= 3);
    }

    #[test]
    fn the_order_of_the_list_does_not_matter() {
        let mut state = 5;
        let mut hashes = Vec::new();
        for _ in 0..40 {
            let base = roll(&mut state);
            for _ in 0..4 {
                hashes.push(hex(base
                    ^ 1 << (roll(&mut state) % 64)
                    ^ 1 << (roll(&mut state) % 64)));
            }
        }
        let groups = check(&hashes);
        assert_eq!(groups.len(), 40);
        assert!(groups.iter().all(|group| group.len() == 4));
        let last = hashes.len() - 1;
        hashes.reverse();
        let mut turned: Vec<Vec<usize>> = check(&hashes)
            .into_iter()
            .map(|group| group.into_iter().rev().map(|place| last - place).collect())
            .collect();
        turned.sort();
        assert_eq!(groups, turned);
    }

    #[test]
    fn equal_hashes_are_one_group_and_lone_ones_none() {
        let hashes = [
            hex(1),
            hex(PICTURE),
            hex(!PICTURE),
            hex(PICTURE),
            hex(PICTURE),
        ];
        assert_eq!(check(&hashes), [[1, 3, 4]]);
        assert!(check(&[]).is_empty());
    }

    #[test]
    fn the_two_lengths_are_never_mixed() {
        assert!(check(&[hex(0), long([0; 4])]).is_empty());
    }

    #[test]
    fn capital_digits_are_read_and_malformed_hashes_counted() {
        let found = groups(&[
            "ABCD12345678 9f0f",
            "",
            "abcd123456789f0f",
            "ABCD123456789F0F",
            "+bcd123456789f0f",
            "aa",
            "łłłłłłłł",
        ]);
        assert_eq!(found.groups, [[2, 3]]);
        assert_eq!(found.malformed, 5);
    }

    #[test]
    fn many_pictures_do_not_take_long() {
        let mut state = 9;
        let mut hashes: Vec<String> = (0..20_000).map(|_| hex(roll(&mut state))).collect();
        let ball = roll(&mut state);
        hashes.extend(
            (0..20_000)
                .map(|_| hex((0..4).fold(ball, |hash, _| hash ^ 1 << (roll(&mut state) % 64)))),
        );
        let groups = check(&hashes);
        assert_eq!(groups.iter().map(Vec::len).max(), Some(20_000));
    }
}
