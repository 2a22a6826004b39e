//! Networks that are kept up to date as events come.
//!
//! Everything that a search of a snapshot derives from all actions is kept here and changed where an
//! event changes it: relations and approaches, conduct, touches, ties, networks. An event costs what it
//! touches, not what is remembered. The judgement is the search's own: the same functions weigh the
//! same numbers, for the accounts around which something happened.
//!
//! Two things are left to the search of a whole snapshot, because every event moves them a little: the
//! detectors of accounts that act as one in time and of accounts of one hand, and what a model makes of
//! features. And every account more makes everything a little rarer: a network to which nothing happens
//! is weighed anew when its turn comes, some at each update, and all by [`Live::settle`].
//!
//! Memory: 32 bytes an action, and about 100 bytes a touch of a thing; nothing for pairs, which are
//! added up when an account at either end touches something.

mod change;
mod judging;
mod networks;
mod pictures;
mod relations;
mod returns;
mod take;
#[cfg(test)]
mod tests;
mod things;
mod touched;
mod update;

use std::collections::BTreeMap;

use avert_model::{AccountId, Layer, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};

pub use change::{Change, LiveMember, LiveNetwork};

use crate::calibrate::Model;
use crate::examine::plan;
use crate::fusion::Sought;
use crate::history::History;
use crate::input::interner::Interner;
use crate::input::{DAY, Micros, World};
use crate::{DetectError, Known, Settings};
use judging::{Near, Noted};
use networks::Networks;
use pictures::Pictures;
use relations::Relations;
use things::{Rule, Thing, Things};

/// Why an action or account was not taken. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Untaken {
    /// It has no time: what cannot grow old would be kept for ever.
    #[error("it has no time")]
    NoTime,
    /// It is older than what is remembered.
    #[error("it is older than what is remembered")]
    TooOld,
    /// There are more accounts or things than can be told apart: 2^32.
    #[error("there are too many accounts or things")]
    TooMany,
}

/// What is being watched, and how much of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Watched {
    /// Accounts.
    pub accounts: u64,
    /// Actions that are remembered.
    pub actions: u64,
    /// Things that more than one account touched, and not too many to say anything.
    pub things: u64,
    /// Networks.
    pub networks: u64,
}

/// Networks of accounts, kept up to date as events come.
pub struct Live {
    known: Known,
    settings: Settings,
    model: Model,
    /// The layers, in an order that holds: a layer's place is its number.
    layers: Vec<Layer>,
    layer_numbers: BTreeMap<Layer, u16>,
    /// Accounts have a number from the first time they are named; who is listed has acted or was told of.
    world: World,
    listed: Vec<bool>,
    actions: u64,
    professions: Professions,
    stems: Interner,
    relations: Relations,
    /// When somebody was sent something: the first time of each day.
    received: FxHashMap<(u32, u32), Vec<Micros>>,
    /// By account: who reported it, and when last.
    reports: FxHashMap<u32, Vec<(u32, Micros)>>,
    pictures: Pictures,
    things: Things,
    history: History,
    sought: Sought,
    /// What each account's own conduct says, and what seeds add to it.
    own: Vec<f32>,
    /// The same, when the ties of each account were last weighed.
    own_weighed: Vec<f32>,
    /// Known-hostile accounts; what the network was called with which they were taken down.
    hostile: FxHashMap<u32, Option<String>>,
    /// By account: what each thing says that it touches and that is hostile or that a hostile account
    /// touches, as a share of a seed's weight.
    raised: FxHashMap<u32, Vec<f64>>,
    /// Those things, and what each says.
    hostile_things: FxHashMap<Thing, f64>,
    exonerated: FxHashSet<u32>,
    /// Where accounts were when: addresses seen since the last update.
    seen: Vec<(u32, Micros)>,
    unsettled: Unsettled,
    /// By account: to whom it is tied strongly enough for a network, or nearly; sorted.
    near: Vec<Vec<Near>>,
    /// By account: what was noted of it.
    noted: Vec<Noted>,
    networks: Networks,
    /// Whose ties are weighed anew next.
    turn: usize,
    horizon: Micros,
}

/// What has to be looked at again.
#[derive(Default)]
struct Unsettled {
    /// Accounts that did something, or to which something was done.
    deeds: FxHashSet<u32>,
    /// Approaches: who asked, and whom.
    approaches: FxHashSet<(u32, u32)>,
    /// Accounts whose place in networks may be another.
    places: FxHashSet<u32>,
    /// Accounts whose ties may be stronger or weaker.
    ties: FxHashSet<u32>,
    /// Those of them that did nothing: their turn has come.
    in_turn: FxHashSet<u32>,
    /// Whether professions changed of people who had been approached.
    sought: bool,
}

/// What accounts claim to be.
#[derive(Default)]
struct Professions {
    names: Interner,
    /// By account; 0 for nothing.
    claimed: Vec<u32>,
    /// By profession: how many claim it.
    by: Vec<u32>,
}

impl Live {
    /// Nothing seen yet.
    ///
    /// # Errors
    /// A setting that makes no sense.
    pub fn new(known: Known, settings: Settings) -> Result<Self, DetectError> {
        settings.check()?;
        let mut layers = Layer::KNOWN.to_vec();
        layers.sort();
        let mut this = Self {
            model: known.model.readings_only(),
            known,
            settings,
            layers: Vec::new(),
            layer_numbers: BTreeMap::new(),
            world: World {
                listed: Some(0),
                ..World::default()
            },
            listed: Vec::new(),
            actions: 0,
            professions: Professions::default(),
            stems: Interner::default(),
            relations: Relations::default(),
            received: FxHashMap::default(),
            reports: FxHashMap::default(),
            pictures: Pictures::default(),
            things: Things::default(),
            history: History::default(),
            sought: Sought::default(),
            own: Vec::new(),
            own_weighed: Vec::new(),
            noted: Vec::new(),
            hostile: FxHashMap::default(),
            raised: FxHashMap::default(),
            hostile_things: FxHashMap::default(),
            exonerated: FxHashSet::default(),
            seen: Vec::new(),
            unsettled: Unsettled::default(),
            near: Vec::new(),
            networks: Networks::default(),
            turn: 0,
            horizon: Micros::MIN,
        };
        for layer in layers {
            this.layer_number(&layer);
        }
        Ok(this)
    }

    /// Remembers that this account was taken down with a network, and how that is called: it stays a
    /// seed and is proposed no more, and networks whose new members share with that network's accounts
    /// what would tie them are said to be its return.
    pub fn taken_down(&mut self, account: &AccountId, whose: &str) {
        let Ok(number) = self.number_account(account.as_str()) else {
            return;
        };
        self.hostile.insert(number, Some(whose.to_owned()));
        self.unsettled.deeds.insert(number);
        self.unsettled.places.insert(number);
        for thing in self.things.of(number).to_vec() {
            self.things.look_again(thing);
            // Whoever shares something with it may be seen as coming back now.
            let others = self.things.everybody(thing);
            self.unsettled.places.extend(others);
        }
    }

    /// Remembers that somebody looked at this account and found it honest: it is a member of nothing.
    pub fn clear(&mut self, account: &AccountId) {
        if let Ok(number) = self.number_account(account.as_str()) {
            self.exonerated.insert(number);
            self.unsettled.deeds.insert(number);
        }
    }

    /// Forgets what was done before the day of this moment (UTC), and takes nothing of it any more.
    /// Accounts are kept. Cost: what is forgotten, and a look at every account.
    pub fn forget_before(&mut self, moment: Timestamp) {
        let horizon = moment.as_microsecond().div_euclid(DAY) * DAY;
        if horizon > self.horizon {
            self.horizon = horizon;
            self.forget();
        }
    }

    /// The networks as they stood at the last update, by number.
    pub fn networks(&self) -> impl Iterator<Item = &LiveNetwork> {
        self.networks.iter()
    }

    /// How much is being watched.
    pub fn watched(&self) -> Watched {
        Watched {
            accounts: u64::from(self.world.population()),
            actions: self.actions,
            things: self.things.telling(),
            networks: self.networks.iter().count() as u64,
        }
    }

    /// The number of a layer; a new one if it was not seen before.
    fn layer_number(&mut self, layer: &Layer) -> u16 {
        if let Some(number) = self.layer_numbers.get(layer) {
            return *number;
        }
        let number = u16::try_from(self.layers.len()).unwrap_or(u16::MAX);
        self.layers.push(layer.clone());
        self.layer_numbers.insert(layer.clone(), number);
        self.things.add_layer(Rule {
            plan: plan(&self.world, layer, &self.settings),
            once_a_day: matches!(
                layer,
                Layer::Ip | Layer::Device | Layer::Phrase | Layer::Link | Layer::File
            ),
        });
        number
    }
}
