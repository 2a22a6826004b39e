//! STIX patterns: what indicators look for, held against what was observed.
//!
//! All of the grammar is read; observation expressions of levels 1 to 3 are evaluated. A regular
//! expression is carried out in time linear in the text, so what only a backtracking engine has
//! (look-around, back references) is told as not supported, and matches nothing.
//!
//! # Source
//! STIX 2.1, section 9.

mod bind;
mod compare;
mod equalities;
mod index;
mod lex;
mod observed;
mod parse;
mod syntax;

use std::str::FromStr;

pub(crate) use equalities::Equality;
pub use index::PatternSet;
pub use observed::Observations;

use bind::Binder;
use syntax::{Comparison, Expression, Literal, Operator, Step, Test};

/// A pattern that was read.
#[derive(Debug, Clone)]
pub struct Pattern {
    expression: Expression,
    unsupported: Vec<String>,
}

/// The observations that make a pattern true: places among those that it was held against, in order,
/// each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched(pub Vec<usize>);

/// There are so many ways to choose observations, or so much to look at in them, that it was not found out
/// whether they match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is too much to try to find out whether the pattern matches")]
pub struct TooMany;

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("byte {at} of the pattern: {what}")]
pub struct PatternError {
    /// Where, in bytes from its beginning.
    pub at: usize,
    /// What is wrong there.
    pub what: &'static str,
}

impl PatternError {
    fn at(at: usize, what: &'static str) -> Self {
        Self { at, what }
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    /// Cost: linear in the length of the text, but for regular expressions, of which each is bounded.
    fn from_str(text: &str) -> Result<Self, PatternError> {
        let parsed = parse::parse(text)?;
        Ok(Self {
            expression: parsed.expression,
            unsupported: parsed.unsupported,
        })
    }
}

impl Pattern {
    /// What of it cannot be carried out here, and therefore matches nothing.
    pub fn unsupported(&self) -> &[String] {
        &self.unsupported
    }

    /// Hashes of known kinds that have another length or other letters than such a hash has: no file
    /// ever has them.
    pub fn impossible_hashes(&self) -> Vec<String> {
        let mut impossible = Vec::new();
        each_test(&self.expression, &mut |test| {
            if let Some(kind) = impossible_hash(test) {
                impossible.push(format!("no file has such a {kind}"));
            }
        });
        impossible
    }

    /// Holds it against observations: those that make it true, or nothing.
    pub fn matches(&self, observations: &Observations<'_>) -> Result<Option<Matched>, TooMany> {
        let first = Binder::new(observations).first(&self.expression)?;
        Ok(first.map(|binding| Matched(binding.into_iter().map(|(place, _)| place).collect())))
    }
}

fn each_test(expression: &Expression, give: &mut dyn FnMut(&Test)) {
    match expression {
        Expression::Observed(comparison) => each_comparison(comparison, give),
        Expression::And(all) | Expression::Or(all) | Expression::FollowedBy(all) => {
            for one in all {
                each_test(one, give);
            }
        }
        Expression::Qualified(inner, _) => each_test(inner, give),
    }
}

fn each_comparison(comparison: &Comparison, give: &mut dyn FnMut(&Test)) {
    match comparison {
        Comparison::And(all) | Comparison::Or(all) => {
            for one in all {
                each_comparison(one, give);
            }
        }
        Comparison::Test(test) => give(test),
    }
}

/// The kind of hash that a test asks for, if what it asks for is none of that kind.
fn impossible_hash(test: &Test) -> Option<&'static str> {
    let [.., Step::Key(hashes), Step::Key(kind)] = &test.steps[..] else {
        return None;
    };
    let Operator::Equal(Literal::Text(hash)) = &test.operator else {
        return None;
    };
    if hashes != "hashes" {
        return None;
    }
    let folded: String = kind
        .chars()
        .filter(|letter| *letter != '-')
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let (name, digits) = match folded.as_str() {
        "MD5" => ("MD5", 32),
        "SHA1" => ("SHA-1", 40),
        "SHA224" => ("SHA-224", 56),
        "SHA256" => ("SHA-256", 64),
        "SHA384" => ("SHA-384", 96),
        "SHA512" => ("SHA-512", 128),
        "SHA3256" => ("SHA3-256", 64),
        "SHA3512" => ("SHA3-512", 128),
        _ => return None,
    };
    let is_one = hash.len() == digits && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    (!is_one).then_some(name)
}

#[cfg(test)]
mod naive;
#[cfg(test)]
mod tests;
