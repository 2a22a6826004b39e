//! Objects that so many touch that not everybody can be met: a sample of partners for each event.
//!
//! Everybody who touched such an object draws a lot for it. An event with more partners than the cap
//! meets those with the lowest lots, and each of them stands for as many as the lowest lot that was
//! left out says: priority sampling with equal weights, whose sums are right on average. The lots are
//! drawn once for each object, so that two accounts that meet there again and again are seen again and
//! again, or never.
//!
//! Source: Duffield, Lund and Thorup, "Priority sampling for estimation of arbitrary subset sums"
//! (J. ACM 54(6), 2007).

use std::collections::HashMap;
use std::ops::Range;

use super::ordered::{Moment, Ordered};

/// Mass is counted in parts of this size, so that sums do not depend on their order.
pub(super) const PARTS: u32 = 16;

/// Objects on which an event has more others near it than the cap, in their order.
pub(super) struct Hot<T> {
    objects: Vec<HotObject<T>>,
}

struct HotObject<T> {
    /// Its events.
    from: usize,
    to: usize,
    /// For each event, whom it meets.
    reach: Vec<Reach>,
    /// Touches of whoever has a lot below the half, quarter, … of all, by time.
    levels: Vec<Vec<Touched<T>>>,
    accounts: u32,
}

/// Whom an event meets.
#[derive(Clone, Copy)]
struct Reach {
    /// Those whose lot is one of the lowest so many; everybody, if there are no more.
    lots: u32,
    /// How many partners were left out.
    cut: u32,
    /// What each stands for beyond itself, in parts.
    extra: u32,
}

/// A touch as others see it.
#[derive(Clone, Copy)]
struct Touched<T> {
    at: T,
    who: u32,
    /// The number of its lot, from the lowest.
    lot: u32,
}

/// What was left out where an event had more partners than the cap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) partners: u32,
    /// What each partner who was met stands for beyond itself, in parts.
    pub(super) extra: u32,
}

impl<T: Moment> Hot<T> {
    /// Draws lots for every object on which an event has more others near it than the cap.
    pub(super) fn new(ordered: &Ordered<T>, window: u64, cap: u32) -> Self {
        let mut objects = Vec::new();
        let mut from = 0;
        for event in 1..=ordered.len() {
            if event == ordered.len() || ordered.is_first(event) {
                if is_crowded(ordered, from..event, window, cap as usize) {
                    objects.push(HotObject::new(ordered, from, event, window, cap));
                }
                from = event;
            }
        }
        Self { objects }
    }

    /// Gives whom an event meets to `each`, if it is on such an object, and says what was left out.
    /// Some may be given more than once.
    pub(super) fn near(
        &self,
        ordered: &Ordered<T>,
        event: usize,
        window: u64,
        mut each: impl FnMut(u32),
    ) -> Option<Cut> {
        if self.objects.is_empty() {
            return None;
        }
        let next = self.objects.partition_point(|object| object.from <= event);
        let object = &self.objects[next.checked_sub(1)?];
        if event >= object.to {
            return None;
        }
        let reach = object.reach[event - object.from];
        // The highest level that still has all whose lot is low enough.
        let mut level = 0;
        while level + 1 < object.levels.len() && object.accounts >> (level + 1) >= reach.lots {
            level += 1;
        }
        let touches = &object.levels[level];
        let at = ordered.time(event);
        let from =
            touches.partition_point(|touched| touched.at < at && at.since(touched.at) > window);
        for touched in &touches[from..] {
            if touched.at > at && touched.at.since(at) > window {
                break;
            }
            if touched.lot < reach.lots {
                each(touched.who);
            }
        }
        Some(Cut {
            partners: reach.cut,
            extra: reach.extra,
        })
    }
}

/// Whether more than the cap lies within the window of any event.
fn is_crowded<T: Moment>(
    ordered: &Ordered<T>,
    events: Range<usize>,
    window: u64,
    cap: usize,
) -> bool {
    if events.len() <= cap {
        return false;
    }
    let (mut first, mut last) = (events.start, events.start);
    events.clone().any(|event| {
        let at = ordered.time(event);
        while at.since(ordered.time(first)) > window {
            first += 1;
        }
        while last + 1 < events.end && ordered.time(last + 1).since(at) <= window {
            last += 1;
        }
        last - first > cap
    })
}

impl<T: Moment> HotObject<T> {
    fn new(ordered: &Ordered<T>, from: usize, to: usize, window: u64, cap: u32) -> Self {
        let lots = Lots::draw(ordered, from, to);
        let touches = seen_by_others(ordered, from, to, window, &lots);
        let reach = reach(ordered, from..to, &touches, window, cap, &lots);
        let accounts = u32::try_from(lots.values.len()).expect("accounts are u32");
        let mut levels = vec![touches];
        for level in 1..32 {
            let below = accounts >> level;
            if below <= cap {
                break;
            }
            let before: &Vec<Touched<T>> = &levels[level - 1];
            levels.push(
                before
                    .iter()
                    .filter(|touched| touched.lot < below)
                    .copied()
                    .collect(),
            );
        }
        Self {
            from,
            to,
            reach,
            levels,
            accounts,
        }
    }
}

/// The lots of everybody who touched an object.
struct Lots {
    /// From the lowest.
    values: Vec<u32>,
    number_of: HashMap<u32, u32>,
}

impl Lots {
    fn draw<T: Moment>(ordered: &Ordered<T>, from: usize, to: usize) -> Self {
        let object = signature(ordered, from, to);
        let mut who: Vec<u32> = (from..to).map(|event| ordered.account(event)).collect();
        who.sort_unstable();
        who.dedup();
        let mut drawn: Vec<(u32, u32)> =
            who.into_iter().map(|who| (lot(object, who), who)).collect();
        drawn.sort_unstable();
        Self {
            values: drawn.iter().map(|(value, _)| *value).collect(),
            number_of: drawn
                .iter()
                .zip(0..)
                .map(|((_, who), number)| (*who, number))
                .collect(),
        }
    }
}

/// What tells an object from others, wherever it is counted.
fn signature<T: Moment>(ordered: &Ordered<T>, from: usize, to: usize) -> u64 {
    let first = ordered.time(from);
    (from..to.min(from + 64)).fold((to - from) as u64, |seen, event| {
        let since = ordered.time(event).since(first);
        mixed(seen ^ since.rotate_left(32) ^ u64::from(ordered.account(event)))
    })
}

fn lot(object: u64, who: u32) -> u32 {
    let mixed = mixed(object ^ mixed(u64::from(who)));
    u32::try_from(mixed >> 32).expect("the upper half").max(1)
}

/// The finalizer of `SplitMix64`: every bit depends on all.
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// Every touch but those without which nobody would see less: whoever is near one that lies between
/// two of the same account, which are at most two windows apart, is near one of these.
fn seen_by_others<T: Moment>(
    ordered: &Ordered<T>,
    from: usize,
    to: usize,
    window: u64,
    lots: &Lots,
) -> Vec<Touched<T>> {
    let mut last: Vec<[Option<usize>; 2]> = vec![[None; 2]; lots.values.len()];
    let mut touches: Vec<Touched<T>> = Vec::new();
    for event in from..to {
        let who = ordered.account(event);
        let at = ordered.time(event);
        let lot = lots.number_of[&who];
        let before = &mut last[lot as usize];
        match *before {
            [Some(first), Some(second)]
                if at.since(touches[first].at) <= window.saturating_mul(2) =>
            {
                // The second moves to here; where it was, nobody misses it.
                touches[second].lot = u32::MAX;
                before[1] = Some(touches.len());
            }
            [_, second] => *before = [second, Some(touches.len())],
        }
        touches.push(Touched { at, who, lot });
    }
    touches.retain(|touched| touched.lot != u32::MAX);
    touches
}

/// Whom each event meets.
fn reach<T: Moment>(
    ordered: &Ordered<T>,
    events: Range<usize>,
    touches: &[Touched<T>],
    window: u64,
    cap: u32,
    lots: &Lots,
) -> Vec<Reach> {
    let mut near = Near::new(lots.values.len());
    let (mut enters, mut leaves) = (0, 0);
    let mut reach = Vec::with_capacity(events.len());
    for event in events {
        let at = ordered.time(event);
        while touches
            .get(enters)
            .is_some_and(|touched| touched.at <= at || touched.at.since(at) <= window)
        {
            near.enter(touches[enters].lot);
            enters += 1;
        }
        while touches[leaves].at < at && at.since(touches[leaves].at) > window {
            near.leave(touches[leaves].lot);
            leaves += 1;
        }
        let own = lots.number_of[&ordered.account(event)];
        let partners = near.accounts - u32::from(near.has(own));
        if partners <= cap {
            reach.push(Reach {
                lots: u32::MAX,
                cut: 0,
                extra: 0,
            });
            continue;
        }
        // The lowest lot that is left out, the account's own not counted.
        let mut left_out = near.lowest(cap);
        if near.has(own) && own <= left_out {
            left_out = near.lowest(cap + 1);
        }
        reach.push(Reach {
            lots: left_out,
            cut: partners - cap,
            extra: stands_for(lots.values[left_out as usize]),
        });
    }
    reach
}

/// What whoever has a lower lot than this one stands for beyond itself, in parts.
fn stands_for(lot: u32) -> u32 {
    let all = (u64::from(u32::MAX) + 1) * u64::from(PARTS) / u64::from(lot);
    u32::try_from(all.saturating_sub(u64::from(PARTS))).unwrap_or(u32::MAX)
}

/// Who is near, by lot: a Fenwick tree (Software: Practice and Experience 24(3), 1994).
struct Near {
    touches: Vec<u32>,
    tree: Vec<u32>,
    accounts: u32,
}

impl Near {
    fn new(lots: usize) -> Self {
        Self {
            touches: vec![0; lots],
            tree: vec![0; lots + 1],
            accounts: 0,
        }
    }

    fn has(&self, lot: u32) -> bool {
        self.touches[lot as usize] > 0
    }

    fn enter(&mut self, lot: u32) {
        let touches = &mut self.touches[lot as usize];
        *touches += 1;
        if *touches == 1 {
            self.accounts += 1;
            self.add(lot as usize, 1);
        }
    }

    fn leave(&mut self, lot: u32) {
        let touches = &mut self.touches[lot as usize];
        *touches -= 1;
        if *touches == 0 {
            self.accounts -= 1;
            self.add(lot as usize, u32::MAX);
        }
    }

    fn add(&mut self, lot: usize, number: u32) {
        let mut at = lot + 1;
        while at < self.tree.len() {
            self.tree[at] = self.tree[at].wrapping_add(number);
            at += at & at.wrapping_neg();
        }
    }

    /// The lot of whoever is near and has this many others near below.
    fn lowest(&self, below: u32) -> u32 {
        let mut rest = below;
        let mut at = 0;
        let mut step = self.tree.len().next_power_of_two();
        while step > 0 {
            if let Some(count) = self.tree.get(at + step)
                && *count <= rest
            {
                at += step;
                rest -= count;
            }
            step /= 2;
        }
        u32::try_from(at).expect("accounts are u32")
    }
}
