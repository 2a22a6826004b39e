//! Traces made ready: without what has no time or is there twice, on a clock that starts with the first
//! of them, and with accounts and objects numbered by what was done.
//!
//! Numbering them by what was done makes everything after it independent of how the platform numbered
//! them, and of the order of its rows: the same deeds give the same networks. So does the clock: days
//! and hours begin with the first deed, wherever midnight is.

use std::ops::Range;

use super::TimedLayer;
use crate::Trace;

/// Somebody touched something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Touch {
    /// What, by its place in the layer.
    pub(super) object: u32,
    /// When, in microseconds since the first touch of all.
    pub(super) at: u64,
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
    /// By object, a hash of who touched it and when; ascending.
    pub(super) signatures: Vec<u64>,
    /// Where the touches of each object begin, and their end.
    begins: Vec<usize>,
}

/// Everything that was touched at a known time.
pub(super) struct Touches {
    pub(super) layers: Vec<Layer>,
    /// By account, its number as it was given.
    pub(super) names: Vec<u32>,
    /// By account, a hash of what it touched and when; ascending.
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
        let times = || layers.iter().flat_map(|given| given.traces);
        let first = times().filter_map(Trace::at).min().unwrap_or(0);
        let mut without_time = 0;
        let mut read: Vec<Vec<Touch>> = Vec::with_capacity(layers.len());
        for given in layers {
            let mut touches = Vec::with_capacity(given.traces.len());
            for trace in given.traces {
                match trace.at() {
                    Some(at) => touches.push(Touch {
                        object: trace.object,
                        at: at.abs_diff(first),
                        account: trace.account,
                    }),
                    None => without_time += 1,
                }
            }
            touches.sort_unstable();
            touches.dedup();
            read.push(touches);
        }
        let (names, signatures) = number_accounts(&mut read);
        let layers = layers
            .iter()
            .zip(read)
            .map(|(given, mut touches)| {
                let (object_signatures, begins) = number_objects(&mut touches, &signatures);
                Layer {
                    group: given.group,
                    in_stage_two: given.in_stage_two,
                    touches,
                    signatures: object_signatures,
                    begins,
                }
            })
            .collect();
        Self {
            layers,
            names,
            signatures,
            without_time,
        }
    }

    pub(super) fn accounts(&self) -> usize {
        self.names.len()
    }
}

/// What a touch adds to the signature of an account or object. Signatures are sums of these, so that
/// the order of touches does not matter.
fn deed(of: u64, touch: &Touch) -> u64 {
    mix(of, touch.at)
}

/// Numbers accounts by their signatures, over all layers. Accounts with the same are twins in all they
/// touched, and which of them comes first matters to nobody else.
///
/// When an account did what tells it from most; what others did with the same objects, from the rest
/// but twins.
fn number_accounts(layers: &mut [Vec<Touch>]) -> (Vec<u32>, Vec<u64>) {
    let everybody = layers.iter().flatten();
    let mut known: Vec<u32> = everybody.map(|touch| touch.account).collect();
    known.sort_unstable();
    known.dedup();
    for touch in layers.iter_mut().flatten() {
        let place = known.binary_search(&touch.account).ok();
        let place = place.and_then(|place| u32::try_from(place).ok());
        touch.account = place.expect("every account of a touch is among them");
    }
    let mut signatures = vec![0_u64; known.len()];
    for _ in 0..2 {
        let mut next = vec![0_u64; known.len()];
        for (number, layer) in (1_u64..).zip(layers.iter()) {
            for same in layer.chunk_by(|one, next| one.object == next.object) {
                let object = mix(number, object_signature(same, &signatures));
                for touch in same {
                    let own = &mut next[touch.account as usize];
                    *own = own.wrapping_add(deed(object, touch));
                }
            }
        }
        signatures = next;
    }
    let mut order: Vec<(u64, u32)> = signatures.into_iter().zip(0..).collect();
    order.sort_unstable();
    let mut number = vec![0_u32; known.len()];
    for (new, (_, old)) in (0_u32..).zip(&order) {
        number[*old as usize] = new;
    }
    for touch in layers.iter_mut().flatten() {
        touch.account = number[touch.account as usize];
    }
    order
        .into_iter()
        .map(|(signature, old)| (known[old as usize], signature))
        .unzip()
}

/// What tells an object from others, given what tells accounts.
fn object_signature(touches: &[Touch], accounts: &[u64]) -> u64 {
    let deeds = touches
        .iter()
        .map(|touch| deed(accounts[touch.account as usize], touch));
    deeds.fold(0, u64::wrapping_add)
}

/// Numbers the objects of a layer by their signatures, and sorts its touches by object, time and
/// account. Objects with the same are twins, as accounts are.
///
/// `touches` have objects together.
fn number_objects(touches: &mut [Touch], accounts: &[u64]) -> (Vec<u64>, Vec<usize>) {
    let mut order: Vec<(u64, u32)> = touches
        .chunk_by(|one, next| one.object == next.object)
        .map(|same| object_signature(same, accounts))
        .zip(0..)
        .collect();
    order.sort_unstable();
    let mut number = vec![0_u32; order.len()];
    for (new, (_, old)) in (0_u32..).zip(&order) {
        number[*old as usize] = new;
    }
    for (old, same) in touches
        .chunk_by_mut(|one, next| one.object == next.object)
        .enumerate()
    {
        for touch in same {
            touch.object = number[old];
        }
    }
    touches.sort_unstable();
    let mut begins = vec![0];
    for same in touches.chunk_by(|one, next| one.object == next.object) {
        begins.push(begins[begins.len() - 1] + same.len());
    }
    let signatures = order.into_iter().map(|(signature, _)| signature);
    (signatures.collect(), begins)
}

const MICROS_OF_HOUR: u64 = 3_600_000_000;

/// Which day a time is of, counted from the first touch of all.
pub(super) fn day(at: u64) -> u64 {
    at / (24 * MICROS_OF_HOUR)
}

/// Which hour of its day a time is of, 0 to 23.
pub(super) fn hour(at: u64) -> usize {
    usize::try_from(at / MICROS_OF_HOUR % 24).expect("a day has 24 hours")
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
