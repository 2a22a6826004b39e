//! How much overlap in approached strangers chance alone would give.
//!
//! Two recruiters for one trade approach the same people because there are only so many of them.
//! The expectation keeps how many strangers of each profession an account approaches, and how
//! sought each of them is.

use crate::history::History;
use crate::input::World;

/// How often people are approached by strangers, over the whole platform.
pub(crate) struct Sought {
    /// By person.
    times: Vec<u32>,
    /// By profession: how many approaches its people see.
    by_profession: Vec<f64>,
    /// By profession: the chance that two approaches of different accounts meet in one person.
    concentration: Vec<f64>,
    /// By account: how many people of which professions it approached, sorted.
    reach: Vec<Vec<(u32, u32)>>,
}

impl Sought {
    /// Counts approaches of strangers.
    pub(crate) fn new(world: &World, history: &History) -> Self {
        let professions = 1 + world
            .profiles
            .iter()
            .map(|profile| profile.profession as usize)
            .max()
            .unwrap_or(0);
        let mut times = vec![0_u32; world.ids.len()];
        let mut by_profession = vec![0.0_f64; professions];
        let mut reach = Vec::with_capacity(world.accounts());
        for account in (0..world.accounts()).filter_map(|number| u32::try_from(number).ok()) {
            let mut mine: Vec<(u32, u32)> = Vec::new();
            for approach in history.approaches(account).iter().filter(|a| a.stranger) {
                times[approach.target as usize] += 1;
                let profession = world.profession(approach.target);
                by_profession[profession] += 1.0;
                let profession = u32::try_from(profession).unwrap_or(0);
                match mine.binary_search_by_key(&profession, |known| known.0) {
                    Ok(index) => mine[index].1 += 1,
                    Err(index) => mine.insert(index, (profession, 1)),
                }
            }
            reach.push(mine);
        }
        let mut concentration = vec![0.0_f64; professions];
        for (person, times) in times.iter().enumerate() {
            let person = u32::try_from(person).unwrap_or(u32::MAX);
            concentration[world.profession(person)] += f64::from(*times) * f64::from(*times);
        }
        for (squares, all) in concentration.iter_mut().zip(&by_profession) {
            *squares /= (all * all).max(1.0);
        }
        Self {
            times,
            by_profession,
            concentration,
            reach,
        }
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
                Some(both * self.concentration[*profession as usize])
            })
            .sum()
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
