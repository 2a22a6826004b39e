//! Many patterns at once: only those are evaluated of which something that they need is there.
//!
//! Every pattern needs one of some atoms: an object of a type with a value at a path, or, where it asks
//! for no single value, an object of a type. What is observed is gone over once.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::compare::is_reference;
use super::observed::{Observations, kind};
use super::syntax::{Comparison, Expression, Literal, Operator, Step, Test};
use super::{Matched, Pattern, TooMany};
use crate::stix::json::Json;

/// Patterns, and what each needs at least.
#[derive(Debug, Default)]
pub struct PatternSet {
    patterns: Vec<Pattern>,
    /// The patterns that need an atom. Atoms are hashes: two that have the same cost an evaluation, and
    /// change no answer.
    needed_by: HashMap<u64, Vec<usize>>,
}

impl PatternSet {
    /// Patterns by their places.
    pub fn new(patterns: Vec<Pattern>) -> Self {
        let mut needed_by: HashMap<u64, Vec<usize>> = HashMap::new();
        for (place, pattern) in patterns.iter().enumerate() {
            for atom in of_expression(&pattern.expression).atoms {
                needed_by.entry(atom).or_default().push(place);
            }
        }
        Self {
            patterns,
            needed_by,
        }
    }

    /// The patterns.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// The places of the patterns that may match: no other does.
    pub fn candidates(&self, observations: &Observations<'_>) -> BTreeSet<usize> {
        let mut candidates = BTreeSet::new();
        let mut look_up = |atom: u64| {
            if let Some(patterns) = self.needed_by.get(&atom) {
                candidates.extend(patterns);
            }
        };
        for observation in &observations.all {
            for object in &observation.objects {
                let Some(kind) = kind(object) else {
                    continue;
                };
                look_up(of_type(kind));
                let mut way = DefaultHasher::new();
                kind.hash(&mut way);
                values(object, &way, &mut look_up);
            }
        }
        candidates
    }

    /// The patterns that match, by their places, and those of which it was not found out.
    pub fn matches(
        &self,
        observations: &Observations<'_>,
    ) -> Vec<(usize, Result<Matched, TooMany>)> {
        let candidates = self.candidates(observations).into_iter();
        let evaluated = candidates.filter_map(|place| {
            let matched = self.patterns[place].matches(observations).transpose()?;
            Some((place, matched))
        });
        evaluated.collect()
    }
}

/// Gives the atom of every value of an object, by its way from the root.
fn values(json: &Json<'_>, way: &DefaultHasher, give: &mut impl FnMut(u64)) {
    match json {
        Json::Map(members) => {
            for (name, value) in members {
                let mut way = way.clone();
                name.hash(&mut way);
                values(value, &way, give);
            }
        }
        Json::List(list) => {
            let mut way = way.clone();
            IN_A_LIST.hash(&mut way);
            for value in list {
                values(value, &way, give);
            }
        }
        Json::Text(text) => give(with_text(way, text)),
        Json::Int(number) => give(with_number(way, *number as f64)),
        Json::Float(number) => give(with_number(way, *number)),
        Json::Bool(value) => give(with_bool(way, *value)),
        Json::Null => {}
    }
}

/// A step into a list, whichever element.
const IN_A_LIST: u8 = 0;

fn of_type(kind: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, "type").hash(&mut hasher);
    hasher.finish()
}

fn with_text(way: &DefaultHasher, text: &str) -> u64 {
    let mut hasher = way.clone();
    (1_u8, text).hash(&mut hasher);
    hasher.finish()
}

fn with_number(way: &DefaultHasher, number: f64) -> u64 {
    let mut hasher = way.clone();
    // Nought below nought is nought.
    (2_u8, (number + 0.0).to_bits()).hash(&mut hasher);
    hasher.finish()
}

fn with_bool(way: &DefaultHasher, value: bool) -> u64 {
    let mut hasher = way.clone();
    (3_u8, value).hash(&mut hasher);
    hasher.finish()
}

/// Atoms of which one is there whenever something is true.
struct Needs {
    atoms: Vec<u64>,
    /// Whether some of them are types, which many objects have.
    broad: bool,
}

impl Needs {
    fn any(all: impl Iterator<Item = Self>) -> Self {
        let mut any = Self {
            atoms: Vec::new(),
            broad: false,
        };
        for needs in all {
            any.atoms.extend(needs.atoms);
            any.broad |= needs.broad;
        }
        any.atoms.sort_unstable();
        any.atoms.dedup();
        any
    }

    /// Of what all have to be true, the one that is rarest.
    fn rarest(all: impl Iterator<Item = Self>) -> Self {
        let rarest = all.min_by_key(|needs| (needs.broad, needs.atoms.len()));
        rarest.expect("what is joined has parts")
    }
}

fn of_expression(expression: &Expression) -> Needs {
    match expression {
        Expression::Observed(comparison) => of_comparison(comparison),
        Expression::And(all) | Expression::FollowedBy(all) => {
            Needs::rarest(all.iter().map(of_expression))
        }
        Expression::Or(any) => Needs::any(any.iter().map(of_expression)),
        Expression::Qualified(inner, _) => of_expression(inner),
    }
}

fn of_comparison(comparison: &Comparison) -> Needs {
    match comparison {
        Comparison::And(all) => Needs::rarest(all.iter().map(of_comparison)),
        Comparison::Or(any) => Needs::any(any.iter().map(of_comparison)),
        Comparison::Test(test) => of_test(test),
    }
}

fn of_test(test: &Test) -> Needs {
    let literals = match &test.operator {
        Operator::Equal(literal) => std::slice::from_ref(literal),
        Operator::In(set) => &set[..],
        _ => &[],
    };
    let exact = || {
        let way = way_of(test)?;
        let atoms = literals.iter().map(|literal| atom(&way, literal));
        atoms.collect::<Option<Vec<u64>>>()
    };
    match exact() {
        Some(atoms) if !test.negated && !literals.is_empty() => Needs {
            atoms,
            broad: false,
        },
        _ => Needs {
            atoms: vec![of_type(&test.kind)],
            broad: true,
        },
    }
}

fn atom(way: &DefaultHasher, literal: &Literal) -> Option<u64> {
    match literal {
        Literal::Text(text) => Some(with_text(way, text)),
        Literal::Int(number) => Some(with_number(way, *number as f64)),
        Literal::Float(number) => Some(with_number(way, *number)),
        Literal::Bool(value) => Some(with_bool(way, *value)),
        // Equal ones may be written in several ways.
        Literal::Bytes(_) | Literal::Time(_) => None,
    }
}

/// The way to a value, if it is in the object itself and compared as it is written.
fn way_of(test: &Test) -> Option<DefaultHasher> {
    let mut way = DefaultHasher::new();
    test.kind.as_str().hash(&mut way);
    let mut last: Option<&str> = None;
    for step in &test.steps {
        match step {
            Step::Key(_) if last.is_some_and(is_reference) => return None,
            Step::Key(name) => {
                name.as_str().hash(&mut way);
                last = Some(name);
            }
            Step::At(_) | Step::Any => IN_A_LIST.hash(&mut way),
        }
    }
    let as_written = last.is_some_and(|key| !key.ends_with("_hex") && !key.ends_with("_bin"));
    as_written.then_some(way)
}
