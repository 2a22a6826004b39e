//! Who knows whom, as it becomes known.

use avert_model::Verb;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::history::{Begun, ROOTED, Tie, between, meant, relates};
use crate::input::{Micros, Row};

/// The first thing that an account did towards another.
type First = Option<(Micros, Verb)>;

/// An approach that has to be looked at again: who asked, and whom.
pub(super) type Asked = (u32, u32);

/// What changed in relations.
#[derive(Default)]
pub(super) struct Unsettled {
    /// Approaches that may be seen otherwise now; sorted.
    pub(super) approaches: Vec<Asked>,
    /// Accounts whose conduct may be; sorted.
    pub(super) accounts: Vec<u32>,
}

/// Relations by account, and what they are read off.
#[derive(Default)]
pub(super) struct Relations {
    /// By pair: the first thing that the lower did towards the higher, and the other way round.
    firsts: FxHashMap<(u32, u32), [First; 2]>,
    /// By account, sorted by the account at the other end.
    ties: Vec<Vec<Tie>>,
    /// By account: how many people it knew before anything was recorded.
    of_old: Vec<usize>,
    /// Pairs whose firsts have changed.
    changed: FxHashSet<(u32, u32)>,
    /// How many requests for contact are remembered.
    requests: u64,
    /// Whether people ask before they connect here, as relations were read.
    pub(super) asking: bool,
}

impl Relations {
    pub(super) fn make_room(&mut self, accounts: usize) {
        self.ties.resize(accounts, Vec::new());
        self.of_old.resize(accounts, 0);
    }

    /// Takes a row.
    pub(super) fn add(&mut self, row: &Row) {
        self.requests += u64::from(row.verb == Verb::RequestContact);
        self.read(row);
    }

    fn read(&mut self, row: &Row) {
        if !relates(row, self.asking) {
            return;
        }
        let pair = in_order(row.account, row.target);
        let firsts = self.firsts.entry(pair).or_default();
        let first = &mut firsts[usize::from(row.account > row.target)];
        let this = (row.at, meant(row.verb, self.asking));
        if first.is_none_or(|first| this < first) {
            *first = Some(this);
            self.changed.insert(pair);
        }
    }

    /// Forgets a row; its pair is read anew from the rows that are left by [`Self::read_pair`].
    pub(super) fn remove(&mut self, row: &Row) -> Option<(u32, u32)> {
        self.requests -= u64::from(row.verb == Verb::RequestContact);
        relates(row, self.asking).then(|| in_order(row.account, row.target))
    }

    /// Reads a pair anew.
    pub(super) fn read_pair<'a>(&mut self, pair: (u32, u32), rows_of: impl Fn(u32) -> &'a [Row]) {
        self.firsts.remove(&pair);
        self.changed.insert(pair);
        for (from, to) in [pair, (pair.1, pair.0)] {
            for row in rows_of(from).iter().filter(|row| row.target == to) {
                self.read(row);
            }
        }
    }

    /// Whether what the platform is turned out to be something else, so that all has to be read anew.
    pub(super) fn is_misread(&self) -> bool {
        self.asking != (self.requests > 0)
    }

    /// Reads everything anew.
    pub(super) fn read_all<'a>(&mut self, rows: impl Iterator<Item = &'a Row>) {
        self.asking = self.requests > 0;
        self.changed.extend(self.firsts.keys().copied());
        self.firsts.clear();
        for row in rows {
            self.read(row);
        }
    }

    pub(super) fn of(&self, account: u32) -> &[Tie] {
        &self.ties[account as usize]
    }

    /// What an account has with another.
    pub(super) fn between(&self, account: u32, other: u32) -> Option<&Tie> {
        let ties = self.of(account);
        let place = ties.binary_search_by_key(&other, |tie| tie.other).ok()?;
        Some(&ties[place])
    }

    pub(super) fn is_rooted(&self, account: u32) -> bool {
        self.of_old[account as usize] >= ROOTED
    }

    /// Brings relations up to date.
    pub(super) fn settle(&mut self) -> Unsettled {
        let mut pairs: Vec<(u32, u32)> = self.changed.drain().collect();
        pairs.sort_unstable();
        let mut unsettled = Unsettled::default();
        let mut were_rooted: FxHashMap<u32, bool> = FxHashMap::default();
        for (low, high) in pairs {
            let [ours, theirs] = self.firsts.get(&(low, high)).copied().unwrap_or_default();
            let new = between(high, ours, theirs);
            let old = self.between(low, high).copied();
            if new == old {
                continue;
            }
            for account in [low, high] {
                let was = self.is_rooted(account);
                were_rooted.entry(account).or_insert(was);
            }
            self.put(low, high, new);
            self.put(high, low, new.map(|tie| tie.turned(low)));
            unsettled.accounts.extend([low, high]);
            for tie in [old, new].into_iter().flatten() {
                match tie.begun {
                    Begun::Asked => unsettled.approaches.push((low, high)),
                    Begun::WasAsked => unsettled.approaches.push((high, low)),
                    Begun::Before => {}
                }
            }
            // Only who has answered can vouch.
            if old.is_some_and(|tie| tie.mutual) || new.is_some_and(|tie| tie.mutual) {
                self.ask_around(low, high, &mut unsettled.approaches);
            }
        }
        let mut turned: Vec<u32> = were_rooted
            .into_iter()
            .filter(|(account, was)| self.is_rooted(*account) != *was)
            .map(|(account, _)| account)
            .collect();
        turned.sort_unstable();
        for account in turned {
            self.vouch_anew(account, &mut unsettled);
        }
        unsettled.approaches.sort_unstable();
        unsettled.approaches.dedup();
        unsettled.accounts.sort_unstable();
        unsettled.accounts.dedup();
        unsettled
    }

    fn put(&mut self, account: u32, other: u32, tie: Option<Tie>) {
        let ties = &mut self.ties[account as usize];
        let old = match (ties.binary_search_by_key(&other, |tie| tie.other), tie) {
            (Ok(place), Some(tie)) => Some(std::mem::replace(&mut ties[place], tie)),
            (Ok(place), None) => Some(ties.remove(place)),
            (Err(place), Some(tie)) => {
                ties.insert(place, tie);
                None
            }
            (Err(_), None) => None,
        };
        let of_old = &mut self.of_old[account as usize];
        *of_old += usize::from(tie.is_some_and(|tie| tie.is_of_old()));
        *of_old -= usize::from(old.is_some_and(|tie| tie.is_of_old()));
    }

    /// The approaches for which a relation of these two may vouch: those between one of them and
    /// somebody whom both know.
    fn ask_around(&self, one: u32, other: u32, approaches: &mut Vec<Asked>) {
        let (few, many) = if self.of(one).len() <= self.of(other).len() {
            (one, other)
        } else {
            (other, one)
        };
        for tie in self.of(few) {
            let Some(theirs) = self.between(many, tie.other) else {
                continue;
            };
            for (account, tie) in [(few, tie), (many, theirs)] {
                match tie.begun {
                    Begun::Asked => approaches.push((account, tie.other)),
                    Begun::WasAsked => approaches.push((tie.other, account)),
                    Begun::Before => {}
                }
            }
        }
    }

    /// What has to be looked at again since an account can vouch for others, or can no longer.
    fn vouch_anew(&self, account: u32, unsettled: &mut Unsettled) {
        for tie in self.of(account) {
            if tie.begun == Begun::Asked {
                unsettled.accounts.push(tie.other);
            }
            let asked = self.of(tie.other).iter().filter(|theirs| {
                theirs.begun == Begun::Asked && self.between(account, theirs.other).is_some()
            });
            let asked = asked.map(|theirs| (tie.other, theirs.other));
            unsettled.approaches.extend(asked);
        }
    }
}

fn in_order(one: u32, other: u32) -> (u32, u32) {
    (one.min(other), one.max(other))
}
