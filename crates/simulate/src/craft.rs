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
//!
//! The levels stand at 0, 0.25, 0.75 and 1 on a scale of strength. Between two of them every habit is
//! as far on its way from the one to the other as the strength is; of slips, the expected number is.

use crate::chance::{Chance, whole};
use crate::scenario::{Level, Strength};

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
    pub(crate) small_talk: u32,
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
    /// The habits of a cell of this strength.
    pub(crate) fn new(chance: &mut Chance, strength: Strength) -> Self {
        let mut craft = Self::of(strength);
        let mut layers = SLIPS;
        chance.shuffle(&mut layers);
        let expected = scale(strength, [0.0, 0.0, 1.0, 2.0]);
        let surely = whole(expected);
        let rest = expected - f64::from(surely);
        // On a level nothing is left to chance, and nothing drawn: platforms that were made before
        // there was anything between levels stay what they are.
        let slips = surely as usize + usize::from(rest > 0.0 && chance.happens(rest));
        craft.slips = layers[..slips].to_vec();
        craft
    }

    /// The same habits without care in this layer: what a persona that slips does.
    pub(crate) fn careless_in(&self, slip: Slip) -> Self {
        let light = Self::of(Level::Light.strength());
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

    fn of(strength: Strength) -> Self {
        let at = |by_level: [f64; 4]| scale(strength, by_level);
        let nearest = |by_level: [f64; 4]| whole(at(by_level) + 0.5);
        Self {
            suitors: at([3.5, 3.0, 2.5, 2.2]),
            machines: at([0.9, 0.5, 0.12, 0.0]),
            addresses: at([0.9, 0.55, 0.2, 0.0]),
            picture: at([0.6, 0.4, 0.2, 0.0]),
            picture_bits: nearest([3.0, 5.0, 7.0, 7.0]).into(),
            stem: at([0.8, 0.45, 0.15, 0.0]),
            registered_within: nearest([3.0, 14.0, 60.0, 500.0]).into(),
            script: at([0.97, 0.8, 0.45, 0.1]),
            lure: at([1.0, 0.9, 0.6, 0.3]),
            operator_hours: at([1.0, 0.7, 0.3, 0.0]),
            connected: at([0.5, 0.3, 0.15, 0.08]),
            cover_friends: nearest([4.0, 8.0, 14.0, 22.0]),
            small_talk: nearest([2.0, 3.0, 5.0, 7.0]),
            slips: Vec::new(),
        }
    }
}

/// What a habit comes to at a strength, of what it is at each level. On a level it is exactly that.
fn scale(strength: Strength, by_level: [f64; 4]) -> f64 {
    let (below, above, part) = strength.between();
    let (from, to) = (by_level[below as usize], by_level[above as usize]);
    from + (to - from) * part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(strength: f64) -> Craft {
        Craft::of(Strength::new(strength).expect("tests name strengths from 0 to 1"))
    }

    #[test]
    fn between_two_levels_every_habit_is_between_theirs() {
        let (medium, between, heavy) = (at(0.75), at(0.9), at(1.0));
        assert!((between.lure - 0.42).abs() < 1e-12);
        assert!((between.suitors - 2.32).abs() < 1e-12);
        assert_eq!(between.registered_within, 324);
        assert_eq!(between.cover_friends, 19);
        assert!(medium.machines > between.machines && between.machines > heavy.machines);
    }

    #[test]
    fn habits_on_a_level_are_those_of_the_level_to_the_last_bit() {
        for (level, machines) in Level::ALL.into_iter().zip([0.9, 0.5, 0.12, 0.0]) {
            let craft = Craft::of(level.strength());
            assert_eq!(craft.machines.to_bits(), f64::to_bits(machines));
        }
    }

    #[test]
    fn cells_between_medium_and_heavy_make_one_slip_or_two() {
        let mut chance = Chance::new(1, "slips");
        let mut made = |strength: f64| -> usize {
            let strength = Strength::new(strength).expect("as above");
            (0..400)
                .map(|_| Craft::new(&mut chance, strength).slips.len())
                .sum()
        };
        assert_eq!((made(0.25), made(0.75), made(1.0)), (0, 400, 800));
        let between = made(0.9);
        assert!((600..680).contains(&between), "{between}");
    }
}
