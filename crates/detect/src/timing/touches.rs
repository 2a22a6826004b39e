//! Traces made ready: without what has no time or is there twice, and with accounts numbered by what
//! they did.
//!
//! Numbering accounts by what they did makes everything after it independent of how the platform
//! numbered them: the same deeds give the same networks.

use std::ops::Range;

use super::TimedLayer;

/// Somebody touched something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Touch {
    /// What, by its place in the layer.
    pub(super) object: u32,
    /// When, in microseconds UTC.
    pub(super) at: i64,
    /// Who, by the place in [`Touches::names`].
    pub(super) account: u32,
}

/// The touches of one layer.
pub(super) struct Layer {
    /// Which group of layers it is of.
    pub(super) group: usize,
    /// Whether the second stage looks at it.
    pub(super) in_stage_two: bool,
    /// Sorted by object, then time, then account; none is there twice.
    pub(super) touches: Vec<Touch>,
    /// By object, its number as it was given.
    pub(super) numbers: Vec<u32>,
    /// Where the touches of each object begin, and their end.
    begins: Vec<usize>,
}

/// Everything that was touched at a known time.
pub(super) struct Touches {
    pub(super) layers: Vec<Layer>,
    /// By account, its number as it was given.
    pub(super) names: Vec<u32>,
    /// By account, a hash of what it touched and at which time of day.
    pub(super) signatures: Vec<u64>,
    /// How many traces had no time.
    pub(super) without_time: u64,
}

impl Layer {
    /// Every object with its touches.
    pub(super) fn objects(&self) -> impl Iterator<Item = (u32, &[Touch])> {
        let ranges = self.begins.windows(2);
        (0_u32..).zip(ranges.map(|ends| &self.touches[ends[0]..ends[1]]))
    }

    /// Where the touches of one object are.
    pub(super) fn of(&self, object: u32) -> Range<usize> {
        self.begins[object as usize]..self.begins[object as usize + 1]
    }
}

impl Touches {
    /// Reads layers, in whatever order their traces are.
    ///
    /// Cost: time O(traces log traces); memory 16 bytes a trace, twice that at the peak.
    pub(super) fn new(layers: &[TimedLayer<'_>]) -> Self {
        let mut without_time = 0;
        let mut read: Vec<Layer> = Vec::with_capacity(layers.len());
        for given in layers {
            let mut touches = Vec::with_capacity(given.traces.len());
            for trace in given.traces {
                match trace.at() {
                    Some(at) => touches.push(Touch {
                        object: trace.object,
                        at,
                        account: trace.account,
                    }),
                    None => without_time += 1,
                }
            }
            touches.sort_unstable();
            touches.dedup();
            let (numbers, begins) = number_objects(&mut touches);
            read.push(Layer {
                group: given.group,
                in_stage_two: given.in_stage_two,
                touches,
                numbers,
                begins,
            });
        }
        let (names, signatures) = number_accounts(&mut read);
        Self {
            layers: read,
            names,
            signatures,
            without_time,
        }
    }

    pub(super) fn accounts(&self) -> usize {
        self.names.len()
    }
}

/// Numbers objects by their places.
fn number_objects(touches: &mut [Touch]) -> (Vec<u32>, Vec<usize>) {
    let (mut numbers, mut begins) = (Vec::new(), vec![0]);
    for (place, same) in (0_u32..).zip(touches.chunk_by_mut(|one, next| one.object == next.object))
    {
        numbers.push(same[0].object);
        begins.push(begins[begins.len() - 1] + same.len());
        for touch in same {
            touch.object = place;
        }
    }
    (numbers, begins)
}

/// Numbers accounts by their signatures. Accounts with the same are twins in all they touched, and
/// which of them comes first matters to nobody else.
fn number_accounts(layers: &mut [Layer]) -> (Vec<u32>, Vec<u64>) {
    let everybody = layers.iter().flat_map(|layer| &layer.touches);
    let mut known: Vec<u32> = everybody.map(|touch| touch.account).collect();
    known.sort_unstable();
    known.dedup();
    let place = |known: &[u32], account: u32| {
        known
            .binary_search(&account)
            .expect("every account of a touch is among them")
    };
    let mut signatures = vec![0_u64; known.len()];
    for (number, layer) in (1_u64..).zip(layers.iter()) {
        for touch in &layer.touches {
            let object = layer.numbers[touch.object as usize];
            let deed = mix(mix(number, u64::from(object)), time_of_day(touch.at));
            let signature = &mut signatures[place(&known, touch.account)];
            // A sum, so that the order of touches does not matter.
            *signature = signature.wrapping_add(deed);
        }
    }
    let mut order: Vec<(u64, u32)> = signatures
        .iter()
        .copied()
        .zip(known.iter().copied())
        .collect();
    order.sort_unstable();
    let mut number = vec![0_u32; known.len()];
    for (new, (_, account)) in (0_u32..).zip(&order) {
        number[place(&known, *account)] = new;
    }
    for layer in layers {
        for touch in &mut layer.touches {
            touch.account = number[place(&known, touch.account)];
        }
        layer.touches.sort_unstable();
    }
    order
        .into_iter()
        .map(|(signature, name)| (name, signature))
        .unzip()
}

const MICROS_OF_DAY: i64 = 86_400_000_000;

/// Which UTC day a time is of.
pub(super) fn day(at: i64) -> i64 {
    at.div_euclid(MICROS_OF_DAY)
}

/// Which hour of its UTC day a time is of, 0 to 23.
pub(super) fn hour(at: i64) -> usize {
    usize::try_from(time_of_day(at) / 3_600_000_000).expect("a day has 24 hours")
}

/// Microseconds since midnight UTC.
fn time_of_day(at: i64) -> u64 {
    at.rem_euclid(MICROS_OF_DAY).unsigned_abs()
}

/// Microseconds as seconds.
pub(super) fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

/// A number that looks drawn and depends on both: the finalizer of `SplitMix64` (Steele, Lea and
/// Flood, OOPSLA 2014).
pub(super) fn mix(one: u64, other: u64) -> u64 {
    let value = one.rotate_left(32) ^ other;
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
