//! How much care a cell takes, level by level.
//!
//! A cell is 3 to 20 made-up people run by a handful of operators. Whatever the level, the work is
//! the same: befriend people of a chosen profession for weeks, then send a link or a file to those
//! who answered. What changes is how much the personas share while doing it:
//!
//! | | none | light | medium | heavy |
//! |---|---|---|---|---|
//! | personas that approach one target, on average | 3.5 | 3.0 | 2.5 | 2.2 |
//! | sign-ins from the operators' machines | 90 % | 50 % | 12 % | 0 |
//! | sign-ins from the cell's own addresses | 90 % | 55 % | 20 % | 0 |
//! | personas with the cell's picture, within so many bits | 60 %, 3 | 40 %, 5 | 20 %, 7 | 0 |
//! | personas with the cell's e-mail stem | 80 % | 45 % | 15 % | 0 |
//! | registered within days | 3 | 14 | 60 | 500 |
//! | wording taken from the cell's script unchanged | 97 % | 80 % | 45 % | 10 % |
//! | deliveries of the one lure, not a persona's own | 100 % | 90 % | 60 % | 30 % |
//! | personas that keep the operators' hours | 100 % | 70 % | 30 % | 0 |
//! | pairs of personas that connect with each other | 50 % | 30 % | 15 % | 8 % |
//! | ordinary people befriended as cover | 4 | 8 | 14 | 22 |
//! | messages of small talk before the lure | 2 | 3 | 5 | 7 |
//!
//! Nobody is careful all the time. At `medium` and `heavy` a cell makes *slips*: one (medium) or
//! two (heavy) layers, drawn by chance, in which about half of its personas do as a `light` cell
//! does, so that even a heavy cell leaves more than its targets to be found by.

use crate::chance::Chance;
use crate::scenario::Level;

/// The habits of one cell.
#[derive(Debug, Clone)]
pub(crate) struct Craft {
    /// How many personas approach one target, on average.
    pub(crate) suitors: f64,
    /// Share of sign-ins from the operators' machines.
    pub(crate) machines: f64,
    /// Share of sign-ins from the cell's own addresses.
    pub(crate) addresses: f64,
    /// Share of personas that use the cell's picture.
    pub(crate) picture: f64,
    /// In how many bits of its hash a persona's copy of the picture differs at most.
    pub(crate) picture_bits: i64,
    /// Share of personas whose e-mail address follows the cell's stem.
    pub(crate) stem: f64,
    /// Within how many days all were registered.
    pub(crate) registered_within: i64,
    /// Share of the wording that comes from the cell's script unchanged.
    pub(crate) script: f64,
    /// Share of deliveries that carry the cell's one lure.
    pub(crate) lure: f64,
    /// Share of personas that keep the operators' hours, not those of the place they claim.
    pub(crate) operator_hours: f64,
    /// Share of pairs of personas that connect.
    pub(crate) connected: f64,
    /// How many ordinary people each persona befriends as cover.
    pub(crate) cover_friends: u32,
    /// How many messages go before the lure.
    pub(crate) small_talk: u8,
    /// The layers in which half of the personas are careless.
    pub(crate) slips: Vec<Slip>,
}

/// A layer in which a careful cell is careless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slip {
    Machines,
    Addresses,
    Picture,
    Stem,
    Script,
    Lure,
}

const SLIPS: [Slip; 6] = [
    Slip::Machines,
    Slip::Addresses,
    Slip::Picture,
    Slip::Stem,
    Slip::Script,
    Slip::Lure,
];

impl Craft {
    /// The habits of a cell at this level.
    pub(crate) fn new(chance: &mut Chance, level: Level) -> Self {
        let mut craft = Self::of(level);
        let slips = match level {
            Level::None | Level::Light => 0,
            Level::Medium => 1,
            Level::Heavy => 2,
        };
        let mut layers = SLIPS;
        chance.shuffle(&mut layers);
        craft.slips = layers[..slips].to_vec();
        craft
    }

    /// The same habits without care in this layer: what a persona that slips does.
    pub(crate) fn careless_in(&self, slip: Slip) -> Self {
        let light = Self::of(Level::Light);
        let mut craft = self.clone();
        match slip {
            Slip::Machines => craft.machines = light.machines,
            Slip::Addresses => craft.addresses = light.addresses,
            Slip::Picture => (craft.picture, craft.picture_bits) = (1.0, light.picture_bits),
            Slip::Stem => craft.stem = 1.0,
            Slip::Script => craft.script = light.script,
            Slip::Lure => craft.lure = light.lure,
        }
        craft
    }

    fn of(level: Level) -> Self {
        let at = |by_level: [f64; 4]| by_level[level as usize];
        let whole = |by_level: [i64; 4]| by_level[level as usize];
        Self {
            suitors: at([3.5, 3.0, 2.5, 2.2]),
            machines: at([0.9, 0.5, 0.12, 0.0]),
            addresses: at([0.9, 0.55, 0.2, 0.0]),
            picture: at([0.6, 0.4, 0.2, 0.0]),
            picture_bits: whole([3, 5, 7, 7]),
            stem: at([0.8, 0.45, 0.15, 0.0]),
            registered_within: whole([3, 14, 60, 500]),
            script: at([0.97, 0.8, 0.45, 0.1]),
            lure: at([1.0, 0.9, 0.6, 0.3]),
            operator_hours: at([1.0, 0.7, 0.3, 0.0]),
            connected: at([0.5, 0.3, 0.15, 0.08]),
            cover_friends: [4, 8, 14, 22][level as usize],
            small_talk: [2, 3, 5, 7][level as usize],
            slips: Vec::new(),
        }
    }
}
