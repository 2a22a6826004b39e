//! Two kinds of pairs, of one hand and of two, learned from how pairs agree.

use super::{alike, gaps};

/// In what pairs are compared: what passed between them, whom they share, when they were registered, how
/// alike they are in how much they pay.
pub(super) const FIELDS: usize = 4;

/// The most steps that any field has.
const MOST_LEVELS: usize = gaps::LEVELS;

/// How many steps each field has.
const LEVELS_OF: [usize; FIELDS] = [3, 6, gaps::LEVELS, alike::LEVELS];

/// The field of registration dates.
const REGISTRATION: usize = 2;

/// How pairs agree that have nothing to do with each other, where that is known: of all pairs of the
/// platform, the share in each step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Laws {
    pub(super) registration: [f64; gaps::LEVELS],
    pub(super) alike: [f64; alike::LEVELS],
}

impl Laws {
    fn of(&self, field: usize, step: usize) -> Option<f64> {
        match field {
            REGISTRATION => Some(self.registration[step]),
            ALIKE => Some(self.alike[step]),
            _ => None,
        }
    }
}

/// The field of how alike they are.
const ALIKE: usize = 3;

/// After so many rounds it is as good as it gets; a few dozen are usual.
const MOST_ROUNDS: u32 = 200;

/// No probability moves by more in the last round.
const SETTLED: f64 = 1e-4;

/// What was learned: how often each kind of pair agrees how.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mixture {
    /// Log-odds that a pair with money between them is of one hand before it is compared.
    pub(super) prior: f64,
    /// By field and step, what it says in nats.
    weights: [[f64; MOST_LEVELS]; FIELDS],
}

impl Mixture {
    /// What each field says, in nats.
    pub(super) fn says(&self, fields: [u8; FIELDS]) -> [f64; FIELDS] {
        std::array::from_fn(|field| self.weights[field][usize::from(fields[field])])
    }

    /// How probably a pair is of one hand.
    pub(super) fn probability(&self, fields: [u8; FIELDS]) -> f64 {
        let says: f64 = self.says(fields).iter().sum();
        1.0 / (1.0 + (-self.prior - says).exp())
    }
}

/// Learns from pairs by expectation maximisation. How often any two accounts are how near in registration
/// and payments is given; so are the two kinds told apart, and which is which.
///
/// Cost: O(pairs) a round. The same pairs in the same order give the same numbers.
pub(super) fn learn(pairs: &[[u8; FIELDS]], laws: &Laws) -> Mixture {
    let mut of_one_hand: Vec<f64> = pairs
        .iter()
        .map(|pair| {
            let near = (1..=gaps::WITHIN_A_DAY).contains(&pair[REGISTRATION]);
            if near { 0.88 } else { 0.12 }
        })
        .collect();
    let mut mixture = estimate(pairs, &of_one_hand, laws);
    for _ in 0..MOST_ROUNDS {
        let mut moved = 0.0_f64;
        for (probability, pair) in of_one_hand.iter_mut().zip(pairs) {
            let new = mixture.probability(*pair);
            moved = moved.max((new - *probability).abs());
            *probability = new;
        }
        mixture = estimate(pairs, &of_one_hand, laws);
        if moved < SETTLED {
            break;
        }
    }
    mixture
}

/// How often each kind agrees how, if pairs are of one hand this probably.
fn estimate(pairs: &[[u8; FIELDS]], of_one_hand: &[f64], laws: &Laws) -> Mixture {
    // One pair of each kind in each step before anything was seen: nothing is impossible.
    let mut ones = [[1.0; MOST_LEVELS]; FIELDS];
    let mut twos = [[1.0; MOST_LEVELS]; FIELDS];
    let mut all = [0.5, 0.5];
    for (pair, probability) in pairs.iter().zip(of_one_hand) {
        all[0] += probability;
        all[1] += 1.0 - probability;
        for (field, step) in pair.iter().enumerate() {
            ones[field][usize::from(*step)] += probability;
            twos[field][usize::from(*step)] += 1.0 - probability;
        }
    }
    let mut weights = [[0.0; MOST_LEVELS]; FIELDS];
    for field in 0..FIELDS {
        let room = LEVELS_OF[field] as f64;
        for (step, weight) in weights[field].iter_mut().enumerate().take(LEVELS_OF[field]) {
            let one = ones[field][step] / (all[0] + room);
            let learned = twos[field][step] / (all[1] + room);
            let two = laws.of(field, step).unwrap_or(learned);
            *weight = (one / two).ln();
        }
    }
    // Whose registration is not known is no nearer to anybody.
    weights[REGISTRATION][0] = 0.0;
    Mixture {
        prior: (all[0] / all[1]).ln(),
        weights,
    }
}
