//! The members of a network taken together, and how far somebody works the same field as they do.
//!
//! Careful operations spread their targets, so that any two personas share few of them. Against
//! the network as a whole a persona still stands out: most of the strangers it approaches are
//! approached by others of the network too, and hardly anybody else approaches them.

use rustc_hash::FxHashMap;

use crate::fusion::{Sought, surprise};
use crate::history::History;
use crate::input::World;

/// Some accounts, and whom they approached.
pub(crate) struct Crowd {
    members: Vec<u32>,
    /// How many members approached each stranger.
    approached: FxHashMap<u32, u32>,
    /// By profession: the sum over those strangers of how many outsiders approached them.
    outside: Vec<f64>,
}

/// The strangers an account approached, in comparison to those of a crowd.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Field {
    /// How many it approached.
    pub(crate) own: f64,
    /// How many of them others of the crowd approached too.
    pub(crate) common: f64,
    /// How many that would be by chance.
    pub(crate) expected: f64,
}

/// The share of its strangers that a member of a network has in common with the others.
const SHARE_OF_A_MEMBER: f64 = 0.6;

/// So much of a member's evidence will do.
const SHARE_THAT_WILL_DO: f64 = 0.6;

/// How much it says, for each nat of a member's evidence, that it is missing.
const WEIGHT_OF_THE_MISSING: f64 = 3.0;

/// Who approached fewer strangers may have begun only yesterday.
const LEAST_APPROACHES: f64 = 4.0;

/// How much it says at most that somebody goes their own way.
const MOST_APART: f64 = 9.0;

/// From so much evidence on two fields are one.
const TOGETHER_FROM: f64 = 2.0;

impl Crowd {
    /// These accounts together; sorted.
    pub(crate) fn new(members: &[u32], world: &World, history: &History, sought: &Sought) -> Self {
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
        let mut outside = Vec::new();
        for target in targets {
            let profession = world.profession(target);
            if outside.len() <= profession {
                outside.resize(profession + 1, 0.0);
            }
            outside[profession] += sought.outsiders(target, approached[&target]);
        }
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

    /// How much of an account's field the others work too.
    pub(crate) fn field(
        &self,
        account: u32,
        world: &World,
        history: &History,
        sought: &Sought,
    ) -> Field {
        let is_member = u32::from(self.contains(account));
        let (mut all_own, mut common) = (0.0, 0.0);
        let mut outside = self.outside.clone();
        let mut own = vec![0.0; outside.len()];
        for approach in history.approaches(account).iter().filter(|a| a.stranger) {
            let profession = world.profession(approach.target);
            all_own += 1.0;
            if let Some(count) = own.get_mut(profession) {
                *count += 1.0;
            }
            let all = self.approached.get(&approach.target).copied().unwrap_or(0);
            if all > is_member {
                common += 1.0;
            } else if all > 0 {
                outside[profession] -= sought.outsiders(approach.target, all);
            }
        }
        let expected: f64 = own
            .iter()
            .zip(&outside)
            .enumerate()
            .map(|(profession, (own, outside))| {
                own * outside / sought.approaches_of(profession).max(1.0)
            })
            .sum();
        Field {
            own: all_own,
            common,
            expected,
        }
    }
}

impl Field {
    /// Whether it approached enough strangers for a comparison.
    pub(crate) fn is_telling(&self) -> bool {
        self.own >= LEAST_APPROACHES
    }

    /// How much more is common than chance gives, in nats.
    pub(crate) fn in_common(&self) -> f64 {
        surprise(self.common, self.expected)
    }

    /// How much more would be common if the account were a member, in nats.
    pub(crate) fn of_a_member(&self) -> f64 {
        surprise(self.own * SHARE_OF_A_MEMBER, self.expected)
    }

    /// What it says against membership, in nats, that what is common comes to no more than
    /// `evidence`, when that of a member would come to `of_a_member`; never above 0.
    ///
    /// A company's recruiters share an office, a template and a link, and approach as many people
    /// as personas do; but each of them other people, as far as their trade allows. Where a trade
    /// is so small that everybody approaches everybody, nothing follows.
    pub(crate) fn apart(&self, evidence: f64, of_a_member: f64) -> f64 {
        let enough = TOGETHER_FROM.min(of_a_member * SHARE_THAT_WILL_DO);
        if !self.is_telling() || enough <= 0.0 {
            return 0.0;
        }
        let weight = MOST_APART.min(of_a_member * WEIGHT_OF_THE_MISSING);
        -weight * (1.0 - evidence / enough).max(0.0)
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
        let sought = Sought::new(&world, &history);
        let crowd = Crowd::new(&[0, 1, 2, 3], &world, &history, &sought);
        assert!(crowd.contains(3) && !crowd.contains(4));
        assert!(crowd.field(0, &world, &history, &sought).in_common() > 10.0);
        assert!(crowd.field(4, &world, &history, &sought).in_common() < 1.0);
        assert!(crowd.field(9, &world, &history, &sought).in_common().abs() < 1e-12);
        assert!(
            crowd
                .field(0, &world, &history, &sought)
                .apart(3.0, 5.0)
                .abs()
                < 1e-12
        );
        assert!(crowd.field(4, &world, &history, &sought).apart(0.5, 5.0) < -5.0);
        assert!(
            crowd
                .field(9, &world, &history, &sought)
                .apart(0.0, 5.0)
                .abs()
                < 1e-12
        );
    }
}
