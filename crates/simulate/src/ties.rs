//! Who knows whom before the exports begin, and how that grows.

use crate::chance::{Chance, count};
use crate::population::Population;

/// Friendships. Kept per person as a list that may hold a friend twice but never a stranger.
pub(crate) struct Ties {
    friends: Vec<Vec<u32>>,
    /// Groups of people with one interest, from all over: clubs, forums, alumni.
    pub(crate) circles: Vec<Vec<u32>>,
    circle_of: Vec<u32>,
}

impl Ties {
    /// The friendships of a population; people beyond it (`total`) have none yet.
    ///
    /// Inside a community people know their neighbours in the list, some others, and friends of
    /// friends, so that triangles close as they do among real people; a few ties cross over.
    pub(crate) fn new(seed: u64, population: &Population, total: u32) -> Self {
        let mut chance = Chance::new(seed, "ties");
        let honest = count(population.people.len());
        let circle_count = (honest / 110).max(3);
        let mut circles = vec![Vec::new(); circle_count as usize];
        let circle_of: Vec<u32> = (0..total)
            .map(|who| {
                let circle = chance.below(circle_count);
                if who < honest {
                    circles[circle as usize].push(who);
                }
                circle
            })
            .collect();
        let mut ties = Self {
            friends: vec![Vec::new(); total as usize],
            circles,
            circle_of,
        };
        for community in &population.communities {
            let size = community.members.end - community.members.start;
            for who in community.members.clone() {
                let place = who - community.members.start;
                for _ in 0..=chance.burst(2.4) {
                    let step = 1 + chance.below(6.min(size - 1));
                    let near = community.members.start + (place + step) % size;
                    ties.connect(who, near);
                }
                if chance.happens(0.7) {
                    let anyone = community.members.start + chance.below(size);
                    ties.connect(who, anyone);
                }
                if chance.happens(0.5) {
                    let friend = ties.friend(&mut chance, who);
                    if let Some(other) = friend.and_then(|f| ties.friend(&mut chance, f)) {
                        ties.connect(who, other);
                    }
                }
            }
        }
        for who in 0..honest {
            if chance.happens(0.35) {
                let other = ties.fellow(&mut chance, who);
                ties.connect(who, other);
            }
            if chance.happens(0.12) {
                ties.connect(who, chance.below(honest));
            }
        }
        for home in &population.households {
            for (index, a) in home.iter().enumerate() {
                for b in &home[..index] {
                    ties.connect(*a, *b);
                }
            }
        }
        ties
    }

    /// Makes two people friends; nothing happens when they are the same or are friends already.
    pub(crate) fn connect(&mut self, a: u32, b: u32) {
        if a != b && !self.know(a, b) {
            self.friends[a as usize].push(b);
            self.friends[b as usize].push(a);
        }
    }

    /// Whether two people are friends.
    pub(crate) fn know(&self, a: u32, b: u32) -> bool {
        let (fewer, other) = if self.friends[a as usize].len() <= self.friends[b as usize].len() {
            (a, b)
        } else {
            (b, a)
        };
        self.friends[fewer as usize].contains(&other)
    }

    /// How many friends somebody has.
    pub(crate) fn friends_of(&self, who: u32) -> u64 {
        let mut friends = self.friends[who as usize].clone();
        friends.sort_unstable();
        friends.dedup();
        friends.len() as u64
    }

    /// Whether somebody founded their circle: whoever is first in it did.
    pub(crate) fn founded_a_circle(&self, who: u32) -> bool {
        let circle = &self.circles[self.circle_of[who as usize] as usize];
        circle.first() == Some(&who)
    }

    /// A friend; those of longest standing come most often.
    pub(crate) fn friend(&self, chance: &mut Chance, who: u32) -> Option<u32> {
        let friends = &self.friends[who as usize];
        friends.get(chance.skewed(friends.len())).copied()
    }

    /// A friend of a friend who is not a friend.
    pub(crate) fn acquaintance(&self, chance: &mut Chance, who: u32) -> Option<u32> {
        let friends = &self.friends[who as usize];
        let friend = *friends.get(chance.index(friends.len()))?;
        let theirs = &self.friends[friend as usize];
        let other = *theirs.get(chance.index(theirs.len()))?;
        (other != who && !self.know(who, other)).then_some(other)
    }

    /// Someone honest with the same interest.
    pub(crate) fn fellow(&self, chance: &mut Chance, who: u32) -> u32 {
        let circle = &self.circles[self.circle_of[who as usize] as usize];
        circle
            .get(chance.index(circle.len()))
            .copied()
            .unwrap_or(who)
    }
}
