//! Which pairs of accounts exchange money at all.

use avert_model::Verb;

use crate::input::{NOTHING, World};

/// A counterparty that more accounts have than this serves the public.
pub(super) const RARE: usize = 30;

/// Two accounts with money between them. `a < b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) a: u32,
    pub(crate) b: u32,
    /// 0: nothing passed between them; 1: one way; 2: both ways.
    pub(crate) direct: u8,
    /// Rare counterparties of both.
    pub(crate) shared: u32,
}

/// Every pair of dated accounts that exchange money or share a rare counterparty, sorted; and how many
/// accounts were left out because nobody knows when they were registered.
pub(super) fn candidates(world: &World, hubs: &[bool]) -> (Vec<Candidate>, u64) {
    let is_hub = |account: u32| hubs.get(account as usize).copied().unwrap_or(false);
    let is_dated = |account: u32| {
        let profile = world.profiles.get(account as usize);
        profile.is_some_and(|profile| profile.created_at.is_some())
    };
    let mut passed: Vec<(u32, u32)> = world
        .rows
        .iter()
        .filter(|row| row.verb == Verb::Transfer && row.target != NOTHING)
        .map(|row| (row.account, row.target))
        .filter(|(from, to)| from != to && !is_hub(*from) && !is_hub(*to))
        .collect();
    passed.sort_unstable();
    passed.dedup();
    let mut undated: Vec<u32> = passed
        .iter()
        .map(|(from, _)| *from)
        .filter(|from| world.is_listed(*from) && !is_dated(*from))
        .collect();
    undated.dedup();
    let mut met: Vec<Meeting> = Vec::new();
    for (from, to) in &passed {
        if is_dated(*from) && is_dated(*to) {
            met.push(Meeting::between(*from, *to, from < to));
        }
    }
    // By counterparty, the dated accounts that have to do with it.
    let mut by_counterparty: Vec<(u32, u32)> = passed
        .iter()
        .flat_map(|(from, to)| [(*from, *to), (*to, *from)])
        .filter(|(_, account)| is_dated(*account))
        .collect();
    drop(passed);
    by_counterparty.sort_unstable();
    by_counterparty.dedup();
    for accounts in by_counterparty.chunk_by(|one, next| one.0 == next.0) {
        if accounts.len() > RARE {
            continue;
        }
        for (place, (_, one)) in accounts.iter().enumerate() {
            for (_, other) in &accounts[place + 1..] {
                met.push(Meeting::elsewhere(*one, *other));
            }
        }
    }
    met.sort_unstable();
    let together = met.chunk_by(|one, next| (one.a, one.b) == (next.a, next.b));
    let found = together.map(|pair| {
        let has = |how| pair.iter().any(|meeting| meeting.how == how);
        let elsewhere = pair.iter().filter(|meeting| meeting.how == How::Elsewhere);
        Candidate {
            a: pair[0].a,
            b: pair[0].b,
            direct: u8::from(has(How::Forth)) + u8::from(has(How::Back)),
            shared: u32::try_from(elsewhere.count()).unwrap_or(u32::MAX),
        }
    });
    (found.collect(), undated.len() as u64)
}

/// One thing that two accounts have to do with each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Meeting {
    a: u32,
    b: u32,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// The account with the lower number paid the other.
    Forth,
    Back,
    /// They have a counterparty in common.
    Elsewhere,
}

impl Meeting {
    fn between(one: u32, other: u32, forth: bool) -> Self {
        Self {
            a: one.min(other),
            b: one.max(other),
            how: if forth { How::Forth } else { How::Back },
        }
    }

    fn elsewhere(one: u32, other: u32) -> Self {
        Self {
            a: one.min(other),
            b: one.max(other),
            how: How::Elsewhere,
        }
    }
}
