//! Patterns that ask for values, and nothing more: what can be said without patterns.

use super::Pattern;
use super::syntax::{Comparison, Expression, Literal, Operator, Step};

/// That a property of an object of some type is a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Equality {
    /// The type of the object: `file`.
    pub(crate) kind: String,
    /// The property: `hashes.MD5`, `resolves_to_refs[*].value`.
    pub(crate) path: String,
    /// The value, as text.
    pub(crate) value: String,
}

/// More alternatives than this are not written out.
const MOST: usize = 256;

impl Pattern {
    /// The pattern as alternatives, of which each asks for all of some values; nothing where it is more than
    /// that: other comparisons, several observations, qualifiers.
    pub(crate) fn alternatives(&self) -> Option<Vec<Vec<Equality>>> {
        of_expression(&self.expression)
    }
}

fn of_expression(expression: &Expression) -> Option<Vec<Vec<Equality>>> {
    match expression {
        Expression::Observed(comparison) => of_comparison(comparison),
        Expression::Or(all) => either(all.iter().map(of_expression)),
        Expression::And(_) | Expression::FollowedBy(_) | Expression::Qualified(..) => None,
    }
}

fn of_comparison(comparison: &Comparison) -> Option<Vec<Vec<Equality>>> {
    match comparison {
        Comparison::Or(all) => either(all.iter().map(of_comparison)),
        Comparison::And(all) => {
            let mut joined: Vec<Vec<Equality>> = vec![Vec::new()];
            for one in all {
                let one = of_comparison(one)?;
                if joined.len() * one.len() > MOST {
                    return None;
                }
                joined = joined
                    .iter()
                    .flat_map(|begun| one.iter().map(move |more| [&begun[..], more].concat()))
                    .collect();
            }
            Some(joined)
        }
        Comparison::Test(test) => {
            if test.negated {
                return None;
            }
            let literals: Vec<&Literal> = match &test.operator {
                Operator::Equal(literal) => vec![literal],
                Operator::In(literals) => literals.iter().collect(),
                _ => return None,
            };
            let path = path(&test.steps);
            literals
                .into_iter()
                .map(|literal| {
                    let value = match literal {
                        Literal::Text(said) => said.clone(),
                        Literal::Int(number) => number.to_string(),
                        Literal::Bool(is) => is.to_string(),
                        Literal::Float(_) | Literal::Bytes(_) | Literal::Time(_) => return None,
                    };
                    Some(vec![Equality {
                        kind: test.kind.clone(),
                        path: path.clone(),
                        value,
                    }])
                })
                .collect()
        }
    }
}

fn either(all: impl Iterator<Item = Option<Vec<Vec<Equality>>>>) -> Option<Vec<Vec<Equality>>> {
    let mut either = Vec::new();
    for one in all {
        either.extend(one?);
        if either.len() > MOST {
            return None;
        }
    }
    Some(either)
}

fn path(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            // Which of several is meant is nobody's business here.
            Step::At(_) | Step::Any => path.push_str("[*]"),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pattern: &str) -> Option<Vec<String>> {
        let alternatives = pattern.parse::<Pattern>().unwrap().alternatives()?;
        let told = |all: &Vec<Equality>| {
            let all = all.iter();
            let all = all.map(|one| format!("{}:{}={}", one.kind, one.path, one.value));
            all.collect::<Vec<_>>().join("&")
        };
        Some(alternatives.iter().map(told).collect())
    }

    #[test]
    fn what_asks_for_values_is_told_as_alternatives() {
        let of = |pattern| told(pattern).unwrap().join(" | ");
        assert_eq!(of("[a:b = 'x']"), "a:b=x");
        assert_eq!(of("[a:b = 'x' AND a:c.d[0].e = 7]"), "a:b=x&a:c.d[*].e=7");
        assert_eq!(
            of("[a:b = 'x'] OR [a:b IN ('y', 'z')]"),
            "a:b=x | a:b=y | a:b=z"
        );
        assert_eq!(
            of("[(a:b = 'x' OR a:b = 'y') AND a:c = 'z']"),
            "a:b=x&a:c=z | a:b=y&a:c=z"
        );
    }

    #[test]
    fn what_asks_for_more_is_not() {
        for pattern in [
            "[a:b != 'x']",
            "[a:b LIKE 'x%']",
            "[NOT a:b = 'x']",
            "[a:b = 'x'] AND [a:c = 'y']",
            "[a:b = 'x'] FOLLOWEDBY [a:c = 'y']",
            "[a:b = 'x'] WITHIN 5 SECONDS",
            "[a:b = 1.5]",
        ] {
            if pattern.parse::<Pattern>().is_ok() {
                assert_eq!(told(pattern), None, "{pattern}");
            }
        }
    }
}
