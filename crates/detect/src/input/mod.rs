//! The snapshot in memory, as numbers: what every later step reads.
//!
//! It owns the numbering of accounts, objects and layers, and judges nothing. 32 bytes an action,
//! and every text once.

pub(crate) mod interner;
pub(crate) mod load;
pub(crate) mod tongue;

use avert_model::{AccountId, Layer, Verb};
use jiff::tz::TimeZone;

use interner::Interner;
pub(crate) use load::load;
use tongue::Tongue;

/// Stands where an action has no target, object, address, device or layer.
pub(crate) const NOTHING: u32 = u32::MAX;

/// A moment in microseconds since 1970, UTC; [`NO_TIME`] where the source kept none.
pub(crate) type Micros = i64;

/// The moment of an action without one.
pub(crate) const NO_TIME: Micros = i64::MIN;

/// One day in microseconds.
pub(crate) const DAY: i64 = 86_400_000_000;

/// An action as numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) at: Micros,
    pub(crate) account: u32,
    pub(crate) target: u32,
    pub(crate) object: u32,
    pub(crate) ip: u32,
    pub(crate) device: u32,
    pub(crate) layer: u16,
    pub(crate) verb: Verb,
    /// The language of the text that went with it, if that shows.
    pub(crate) tongue: Option<Tongue>,
}

/// What an account's row says, as far as detection uses it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Profile {
    pub(crate) created_at: Option<Micros>,
    pub(crate) email: Option<String>,
    pub(crate) avatar: Option<String>,
    pub(crate) verified: bool,
    /// The number of the profession it claims, if many others claim it too; 0 otherwise.
    pub(crate) profession: u32,
    /// Where it claims to live, as far as clocks are concerned.
    pub(crate) zone: Option<TimeZone>,
}

/// Someone wrote a run of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wording {
    pub(crate) shingle: u64,
    pub(crate) account: u32,
    pub(crate) at: Micros,
}

/// The whole snapshot.
#[derive(Default)]
pub(crate) struct World {
    /// The listed accounts, by number; numbers follow the order of ids.
    pub(crate) profiles: Vec<Profile>,
    /// Ids by number: the listed accounts first, then whoever else was acted upon.
    pub(crate) ids: Interner,
    /// Addresses, devices, links, files and whatever else was touched.
    pub(crate) objects: Interner,
    /// The layers that actions name.
    pub(crate) layers: Vec<Layer>,
    /// Every action of a listed account, sorted by account, then time.
    pub(crate) rows: Vec<Row>,
    /// Where each account's rows end.
    pub(crate) row_ends: Vec<usize>,
    /// Instead of both, where rows come and go: each account's rows, in order of time.
    pub(crate) apart: Vec<Vec<Row>>,
    /// Where accounts are numbered before they are listed: how many are listed.
    pub(crate) listed: Option<u32>,
    /// Who wrote which run of words, sorted, the first time only.
    pub(crate) wordings: Vec<Wording>,
    /// The midnight before the first moment seen.
    pub(crate) since: Option<Micros>,
    /// The last moment seen.
    pub(crate) until: Micros,
    /// How many actions carry no time.
    pub(crate) untimed: u64,
    /// How many actions were done by accounts that are not listed; they are left out.
    pub(crate) unlisted: u64,
}

impl World {
    /// The id of an account.
    pub(crate) fn id(&self, account: u32) -> AccountId {
        AccountId::new(self.ids.text(account))
    }

    /// Notes that something happened then: the records reach back so far.
    pub(crate) fn see_since(&mut self, at: Micros) {
        if at != NO_TIME {
            let midnight = at.div_euclid(DAY) * DAY;
            self.since = Some(self.since.map_or(midnight, |since| since.min(midnight)));
        }
    }

    /// An account's actions, in order of time.
    pub(crate) fn rows_of(&self, account: u32) -> &[Row] {
        let index = account as usize;
        if let Some(rows) = self.apart.get(index) {
            return rows;
        }
        let start = index
            .checked_sub(1)
            .and_then(|before| self.row_ends.get(before))
            .copied()
            .unwrap_or(0);
        let end = self.row_ends.get(index).copied().unwrap_or(start);
        &self.rows[start..end]
    }

    /// The number of an account's profession; 0 for accounts that are not listed.
    pub(crate) fn profession(&self, account: u32) -> usize {
        self.profiles
            .get(account as usize)
            .map_or(0, |profile| profile.profession as usize)
    }

    /// How many accounts have a profile: the listed ones, unless rows come and go.
    pub(crate) fn accounts(&self) -> usize {
        self.profiles.len()
    }

    /// How many accounts are listed: what rarity is measured against.
    pub(crate) fn population(&self) -> u32 {
        let all = || u32::try_from(self.accounts()).unwrap_or(u32::MAX);
        self.listed.unwrap_or_else(all)
    }

    /// Whether this number is that of a listed account.
    pub(crate) fn is_listed(&self, account: u32) -> bool {
        (account as usize) < self.profiles.len()
    }

    /// The layer an action names, if it does.
    pub(crate) fn named_layer(&self, row: &Row) -> Option<&Layer> {
        self.layers.get(usize::from(row.layer))
    }
}
