//! How much overlap in approached strangers chance alone would give.
//!
//! Two recruiters for one trade approach the same people because there are only so many of them.
//! The expectation keeps how many strangers of each profession an account approaches, and how
//! sought each of them is.

use crate::history::{Approach, History};
use crate::input::World;

/// How often people are approached by strangers, over the whole platform.
#[derive(Default)]
pub(crate) struct Sought {
    /// By person.
    times: Vec<u32>,
    /// By profession: how many approaches its people see.
    by_profession: Vec<f64>,
    /// By profession: the sum over its people of how often each is approached, squared.
    squares: Vec<f64>,
    /// By account: how many people of which professions it approached, sorted.
    reach: Vec<Vec<(u32, u32)>>,
}

impl Sought {
    /// Counts approaches of strangers.
    pub(crate) fn new(world: &World, history: &History) -> Self {
        let mut this = Self {
            times: vec![0; world.ids.len()],
            by_profession: Vec::new(),
            squares: Vec::new(),
            reach: vec![Vec::new(); world.accounts()],
        };
        for account in (0..world.accounts()).filter_map(|number| u32::try_from(number).ok()) {
            this.add(world, account, history.approaches(account));
        }
        this
    }

    /// Makes room for accounts that were not there before.
    pub(crate) fn make_room(&mut self, accounts: usize) {
        self.times.resize(accounts, 0);
        self.reach.resize(accounts, Vec::new());
    }

    /// Counts what an account approached.
    pub(crate) fn add(&mut self, world: &World, account: u32, approaches: &[Approach]) {
        for approach in approaches.iter().filter(|approach| approach.stranger) {
            let profession = world.profession(approach.target);
            if self.by_profession.len() <= profession {
                self.by_profession.resize(profession + 1, 0.0);
                self.squares.resize(profession + 1, 0.0);
            }
            let times = &mut self.times[approach.target as usize];
            self.squares[profession] += f64::from(*times) * 2.0 + 1.0;
            self.by_profession[profession] += 1.0;
            *times += 1;
            let mine = &mut self.reach[account as usize];
            let profession = u32::try_from(profession).unwrap_or(0);
            match mine.binary_search_by_key(&profession, |known| known.0) {
                Ok(index) => mine[index].1 += 1,
                Err(index) => mine.insert(index, (profession, 1)),
            }
        }
    }

    /// Takes back what [`Self::add`] counted of an account; no profession has changed since.
    pub(crate) fn take_back(&mut self, world: &World, account: u32, approaches: &[Approach]) {
        for approach in approaches.iter().filter(|approach| approach.stranger) {
            let profession = world.profession(approach.target);
            let times = &mut self.times[approach.target as usize];
            *times -= 1;
            self.squares[profession] -= f64::from(*times) * 2.0 + 1.0;
            self.by_profession[profession] -= 1.0;
        }
        self.reach[account as usize].clear();
    }

    /// Whether anybody approached a person.
    pub(crate) fn is_sought(&self, person: u32) -> bool {
        self.times[person as usize] > 0
    }

    /// How many strangers two accounts would both approach by chance.
    pub(crate) fn expected(&self, a: u32, b: u32) -> f64 {
        let (ours, theirs) = (&self.reach[a as usize], &self.reach[b as usize]);
        ours.iter()
            .filter_map(|(profession, our)| {
                let index = theirs
                    .binary_search_by_key(profession, |known| known.0)
                    .ok()?;
                let both = f64::from(*our) * f64::from(theirs[index].1);
                Some(both * self.concentration(*profession as usize))
            })
            .sum()
    }

    /// The chance that two approaches of different accounts meet in one person.
    fn concentration(&self, profession: usize) -> f64 {
        let all = self.by_profession[profession];
        self.squares[profession] / (all * all).max(1.0)
    }

    /// How many accounts beyond these members approached a person, and a half: nobody is so far
    /// from everything that the next approach would be a miracle.
    pub(crate) fn outsiders(&self, person: u32, members: u32) -> f64 {
        let times = self.times.get(person as usize).copied().unwrap_or(0);
        f64::from(times.saturating_sub(members)) + 0.5
    }

    /// How many approaches people of a profession see.
    pub(crate) fn approaches_of(&self, profession: usize) -> f64 {
        self.by_profession.get(profession).copied().unwrap_or(0.0)
    }
}

/// How much more was seen than expected, in nats: the log-likelihood ratio of a Poisson count.
pub(crate) fn surprise(seen: f64, expected: f64) -> f64 {
    if seen > expected && expected > 0.0 {
        seen * (seen / expected).ln() - (seen - expected)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use avert_model::Verb;

    use super::*;
    use crate::tests::platform::{Platform, person};

    #[test]
    fn what_chance_explains_surprises_nobody() {
        assert!(surprise(2.0, 3.0).abs() < 1e-12);
        assert!(surprise(0.0, 0.0).abs() < 1e-12);
        assert!(surprise(6.0, 1.0) > surprise(3.0, 1.0));
    }

    #[test]
    fn who_approaches_people_of_a_small_trade_overlaps_more_by_chance() {
        let mut platform = Platform::empty();
        for number in 0..400 {
            platform.account(&person(number), 0);
            let trade = if number < 40 { "diver" } else { "teacher" };
            platform.accounts[number].profession = Some(trade.to_owned());
        }
        // 390 and 391 ask divers, 392 and 393 ask teachers.
        for step in 0..12 {
            for (asker, from, stride) in [(390, 0, 3), (391, 1, 3), (392, 40, 20), (393, 41, 20)] {
                let asked = person(from + step * stride);
                platform.to(Verb::RequestContact, &person(asker), &asked, 1);
            }
        }
        for number in 0..380 {
            let other = person((number * 7 + 5) % 380);
            platform.to(Verb::RequestContact, &person(number), &other, 2);
        }
        let world = platform.world();
        let sought = Sought::new(&world, &History::new(&world));
        assert!(sought.expected(390, 391) > 2.0 * sought.expected(392, 393));
        assert!(sought.expected(390, 392).abs() < 1e-12);
    }
}
