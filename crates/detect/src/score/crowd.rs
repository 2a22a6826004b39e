//! The members of a network taken together, and how far somebody works the same field as they do.
//!
//! Careful operations spread their targets, so that any two personas share few of them. Against
//! the network as a whole a persona still stands out: most of the strangers it approaches are
//! approached by others of the network too, and hardly anybody else approaches them.

use rustc_hash::FxHashMap;

use crate::history::History;

/// Some accounts, and whom they approached.
pub(crate) struct Crowd {
    members: Vec<u32>,
    /// How many members approached each stranger.
    approached: FxHashMap<u32, u32>,
    /// The sum over those strangers of how many outsiders approached them, and a half for each.
    outside: f64,
}

/// How often people are approached by strangers, over the whole platform.
pub(crate) struct Sought {
    times: Vec<u32>,
    all: f64,
}

impl Sought {
    /// Counts approaches of strangers. `people` is how many ids there are.
    pub(crate) fn new(history: &History, accounts: usize, people: usize) -> Self {
        let mut times = vec![0_u32; people];
        let mut all = 0.0;
        for account in (0..accounts).filter_map(|number| u32::try_from(number).ok()) {
            for approach in history.approaches(account).iter().filter(|a| a.stranger) {
                times[approach.target as usize] += 1;
                all += 1.0;
            }
        }
        Self { times, all }
    }

    fn outsiders(&self, person: u32, members: u32) -> f64 {
        let times = self.times.get(person as usize).copied().unwrap_or(0);
        f64::from(times.saturating_sub(members)) + 0.5
    }
}

impl Crowd {
    /// These accounts together; sorted.
    pub(crate) fn new(members: &[u32], history: &History, sought: &Sought) -> Self {
        let mut approached = FxHashMap::default();
        let mut targets = Vec::new();
        for member in members {
            for approach in history.approaches(*member).iter().filter(|a| a.stranger) {
                *approached.entry(approach.target).or_insert(0) += 1;
                targets.push(approach.target);
            }
        }
        targets.sort_unstable();
        targets.dedup();
        let outside = targets
            .iter()
            .map(|target| sought.outsiders(*target, approached[target]))
            .sum();
        Self {
            members: members.to_vec(),
            approached,
            outside,
        }
    }

    /// Whether an account is one of them.
    pub(crate) fn contains(&self, account: u32) -> bool {
        self.members.binary_search(&account).is_ok()
    }

    /// How much more of an account's strangers the others approached than chance gives, in nats:
    /// the log-likelihood ratio of a Poisson count.
    pub(crate) fn common_field(&self, account: u32, history: &History, sought: &Sought) -> f64 {
        let is_member = u32::from(self.contains(account));
        let (mut own, mut common, mut outside) = (0.0, 0.0, self.outside);
        for approach in history.approaches(account).iter().filter(|a| a.stranger) {
            own += 1.0;
            let all = self.approached.get(&approach.target).copied().unwrap_or(0);
            if all > is_member {
                common += 1.0;
            } else if all > 0 {
                outside -= sought.outsiders(approach.target, all);
            }
        }
        let expected: f64 = own * outside / sought.all.max(1.0);
        if common > expected && expected > 0.0 {
            common * (common / expected).ln() - (common - expected)
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use avert_model::Verb;

    use super::*;
    use crate::tests::platform::{Platform, person};

    #[test]
    fn who_works_the_same_field_stands_out_and_who_works_everywhere_does_not() {
        let mut platform = Platform::empty();
        for number in 0..400 {
            platform.account(&person(number), 0);
        }
        // 0 to 3 share the people 20 to 30; 4 asks everybody.
        for member in 0..4 {
            for target in 20..30 {
                if (target + member) % 3 != 0 {
                    platform.to(Verb::RequestContact, &person(member), &person(target), 1);
                }
            }
        }
        for target in 20..400 {
            platform.to(Verb::RequestContact, &person(4), &person(target), 1);
        }
        let world = platform.world();
        let history = History::new(&world);
        let sought = Sought::new(&history, world.accounts(), world.ids.len());
        let crowd = Crowd::new(&[0, 1, 2, 3], &history, &sought);
        assert!(crowd.contains(3) && !crowd.contains(4));
        assert!(crowd.common_field(0, &history, &sought) > 10.0);
        assert!(crowd.common_field(4, &history, &sought) < 1.0);
        assert!(crowd.common_field(9, &history, &sought).abs() < 1e-12);
    }
}
