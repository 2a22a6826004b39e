//! What the features add to what detectors say: a weight for each step of each feature, and of a few
//! pairs of features.
//!
//! Source: Lou, Caruana, Gehrke and Hooker, "Accurate intelligible models with pairwise interactions"
//! (KDD 2013): boosting that goes round the features one by one, with a few leaves each, first alone,
//! then in the pairs that explain most of what is left.

use super::bins::{edges, step};
use super::platt::probability;

/// Steps of a feature alone.
const STEPS: usize = 24;

/// Steps of a feature in a pair.
const STEPS_IN_PAIR: usize = 8;

/// Times round all features.
const ROUNDS: u32 = 120;

/// Times round all pairs.
const ROUNDS_OF_PAIRS: u32 = 80;

/// How many pairs there are.
const PAIRS: usize = 10;

/// How many of them any one feature is in.
const MOST_PAIRS_OF_ONE: usize = 2;

/// How much of what would be best is taken at once.
const RATE: f64 = 0.08;

/// How many labels a weight of nothing is worth, by curvature.
const RIDGE: f64 = 3.0;

/// No leaf rests on less curvature: about four times as many labels.
const LEAST: f64 = 4.0;

/// A weight for each step of one feature.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    pub(super) feature: usize,
    pub(super) edges: Vec<f32>,
    pub(super) weights: Vec<f64>,
}

/// A weight for each step of one feature and each of another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Surface {
    pub(super) features: (usize, usize),
    pub(super) edges: (Vec<f32>, Vec<f32>),
    /// Row by row; a row is a step of the first feature.
    pub(super) weights: Vec<Vec<f64>>,
}

/// Everything that was learned.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Boosted {
    pub(super) shapes: Vec<Shape>,
    pub(super) surfaces: Vec<Surface>,
}

/// An account to learn from: its features, log-odds before they are looked at, and what it is.
pub(super) type Lesson<'a> = (&'a [f32], f64, bool);

/// Learns. The same lessons in the same order give the same weights.
///
/// Cost: O(rounds · features · lessons).
pub(super) fn boost(lessons: &[Lesson<'_>], features: usize) -> Boosted {
    let mut learner = Learner {
        log_odds: lessons.iter().map(|(_, base, _)| *base).collect(),
        hostile: lessons.iter().map(|(_, _, hostile)| *hostile).collect(),
    };
    let column =
        |feature: usize| -> Vec<f32> { lessons.iter().map(|(row, _, _)| row[feature]).collect() };
    let mut alone: Vec<(Shape, Vec<u8>)> = (0..features)
        .filter_map(|feature| {
            let values = column(feature);
            let edges = edges(&values, STEPS);
            let places = places(&edges, &values);
            let weights = vec![0.0; edges.len() + 1];
            let shape = Shape {
                feature,
                edges,
                weights,
            };
            (!shape.edges.is_empty()).then_some((shape, places))
        })
        .collect();
    for _ in 0..ROUNDS {
        for (shape, places) in &mut alone {
            let sums = learner.sums(places.iter().copied().map(usize::from), shape.weights.len());
            let change = leaves(&sums);
            learner.change(places.iter().copied().map(usize::from), &change);
            add(&mut shape.weights, &change);
        }
    }
    let coarse: Vec<(usize, Vec<f32>, Vec<u8>)> = alone
        .iter()
        .filter_map(|(shape, _)| {
            let values = column(shape.feature);
            let edges = edges(&values, STEPS_IN_PAIR);
            let places = places(&edges, &values);
            (!edges.is_empty()).then_some((shape.feature, edges, places))
        })
        .collect();
    let mut surfaces = chosen(&learner, &coarse);
    for _ in 0..ROUNDS_OF_PAIRS {
        for (surface, places) in &mut surfaces {
            let width = surface.edges.1.len() + 1;
            let cells = surface.weights.len() * width;
            let sums = learner.sums(places.iter().copied().map(usize::from), cells);
            let change: Vec<f64> = sums.iter().map(|sum| RATE * sum.best()).collect();
            learner.change(places.iter().copied().map(usize::from), &change);
            for (row, change) in surface.weights.iter_mut().zip(change.chunks(width)) {
                add(row, change);
            }
        }
    }
    Boosted {
        shapes: alone.into_iter().map(|(shape, _)| shape).collect(),
        surfaces: surfaces.into_iter().map(|(surface, _)| surface).collect(),
    }
}

fn places(edges: &[f32], values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .map(|value| u8::try_from(step(edges, *value)).expect("few steps"))
        .collect()
}

fn add(weights: &mut [f64], change: &[f64]) {
    for (weight, change) in weights.iter_mut().zip(change) {
        *weight += change;
    }
}

/// The pairs of features that explain most of what is left.
fn chosen(learner: &Learner, coarse: &[(usize, Vec<f32>, Vec<u8>)]) -> Vec<(Surface, Vec<u8>)> {
    let mut found: Vec<(f64, Surface, Vec<u8>)> = Vec::new();
    for (number, (one, rows, row_places)) in coarse.iter().enumerate() {
        for (other, columns, column_places) in &coarse[number + 1..] {
            let width = columns.len() + 1;
            let cell = |row: u8, column: u8| usize::from(row) * width + usize::from(column);
            let both = row_places.iter().zip(column_places);
            let places: Vec<u8> = both
                .map(|(row, column)| u8::try_from(cell(*row, *column)).expect("8 by 8"))
                .collect();
            let cells = (rows.len() + 1) * width;
            let sums = learner.sums(places.iter().copied().map(usize::from), cells);
            let gain: f64 = sums.iter().map(Sum::gain).sum();
            let surface = Surface {
                features: (*one, *other),
                edges: (rows.clone(), columns.clone()),
                weights: vec![vec![0.0; width]; rows.len() + 1],
            };
            found.push((gain, surface, places));
            // The best so far, so that memory does not grow with the square of the features.
            if found.len() > 400 {
                best_first(&mut found);
                found.truncate(200);
            }
        }
    }
    best_first(&mut found);
    // Of features that say nearly the same a few pairs will do.
    let mut times = std::collections::BTreeMap::new();
    found.retain(|(_, surface, _)| {
        let (one, other) = surface.features;
        let count = |feature| times.get(&feature).copied().unwrap_or(0_usize);
        let keep = count(one) < MOST_PAIRS_OF_ONE && count(other) < MOST_PAIRS_OF_ONE;
        if keep {
            *times.entry(one).or_default() += 1;
            *times.entry(other).or_default() += 1;
        }
        keep
    });
    found.truncate(PAIRS);
    let found = found.into_iter();
    found
        .map(|(_, surface, places)| (surface, places))
        .collect()
}

fn best_first(found: &mut [(f64, Surface, Vec<u8>)]) {
    found.sort_by(|(one, this, _), (other, that, _)| {
        other
            .total_cmp(one)
            .then_with(|| this.features.cmp(&that.features))
    });
}

/// The lessons as far as they were learned.
struct Learner {
    log_odds: Vec<f64>,
    hostile: Vec<bool>,
}

/// The slope and curvature of the likelihood over some lessons.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    slope: f64,
    curve: f64,
}

impl Sum {
    fn and(self, other: Self) -> Self {
        Self {
            slope: self.slope + other.slope,
            curve: self.curve + other.curve,
        }
    }

    /// The change that makes them likeliest.
    fn best(&self) -> f64 {
        self.slope / (self.curve + RIDGE)
    }

    fn gain(&self) -> f64 {
        self.slope * self.slope / (self.curve + RIDGE)
    }
}

impl Learner {
    /// Sums by place.
    fn sums(&self, places: impl Iterator<Item = usize>, room: usize) -> Vec<Sum> {
        let mut sums = vec![Sum::default(); room];
        for ((place, log_odds), hostile) in places.zip(&self.log_odds).zip(&self.hostile) {
            let probability = probability(*log_odds);
            sums[place].slope += f64::from(u8::from(*hostile)) - probability;
            sums[place].curve += probability * (1.0 - probability);
        }
        sums
    }

    fn change(&mut self, places: impl Iterator<Item = usize>, change: &[f64]) {
        for (log_odds, place) in self.log_odds.iter_mut().zip(places) {
            *log_odds += change[place];
        }
    }
}

/// What to add to each step: up to three leaves, each of neighbouring steps.
fn leaves(sums: &[Sum]) -> Vec<f64> {
    let mut ends = vec![0, sums.len()];
    for _ in 0..2 {
        let mut best: Option<(f64, usize)> = None;
        for leaf in ends.windows(2) {
            let whole = total(&sums[leaf[0]..leaf[1]]);
            let mut left = Sum::default();
            for cut in leaf[0] + 1..leaf[1] {
                left = left.and(sums[cut - 1]);
                let right = Sum {
                    slope: whole.slope - left.slope,
                    curve: whole.curve - left.curve,
                };
                if left.curve < LEAST || right.curve < LEAST {
                    continue;
                }
                let gain = left.gain() + right.gain() - whole.gain();
                if best.is_none_or(|(most, _)| gain > most) {
                    best = Some((gain, cut));
                }
            }
        }
        let Some((_, cut)) = best else { break };
        ends.push(cut);
        ends.sort_unstable();
    }
    let mut change = vec![0.0; sums.len()];
    for leaf in ends.windows(2) {
        let best = RATE * total(&sums[leaf[0]..leaf[1]]).best();
        change[leaf[0]..leaf[1]].fill(best);
    }
    change
}

fn total(sums: &[Sum]) -> Sum {
    sums.iter().fold(Sum::default(), |all, sum| all.and(*sum))
}

impl Boosted {
    /// What an account's features add, in nats.
    pub(super) fn adds(&self, values: &[f32]) -> f64 {
        let alone: f64 = self
            .shapes
            .iter()
            .map(|shape| shape.weights[step(&shape.edges, values[shape.feature])])
            .sum();
        let pairs = self.surfaces.iter().map(|surface| {
            let row = step(&surface.edges.0, values[surface.features.0]);
            surface.weights[row][step(&surface.edges.1, values[surface.features.1])]
        });
        alone + pairs.sum::<f64>()
    }
}
