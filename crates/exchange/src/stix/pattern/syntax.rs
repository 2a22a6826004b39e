//! What a pattern is made of, once it has been read.

use avert_model::Timestamp;
use regex::Regex;

/// An observation expression.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    /// `[…]`: one observation has an object like this.
    Observed(Comparison),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    /// Each after all before it.
    FollowedBy(Vec<Expression>),
    Qualified(Box<Expression>, Vec<Qualifier>),
}

/// What qualifies an observation expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Qualifier {
    /// From the first on, and before the second.
    StartStop(Timestamp, Timestamp),
    /// All of it within so many seconds.
    Within(f64),
    /// So many times, by different observations.
    Repeats(u64),
}

/// A comparison expression: what one object is like.
#[derive(Debug, Clone)]
pub(super) enum Comparison {
    And(Vec<Comparison>),
    Or(Vec<Comparison>),
    Test(Test),
}

/// One comparison.
#[derive(Debug, Clone)]
pub(super) struct Test {
    /// The type of the object.
    pub(super) kind: String,
    /// The way from the object to the values.
    pub(super) steps: Vec<Step>,
    pub(super) negated: bool,
    pub(super) operator: Operator,
}

/// One step of an object path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    /// This element of a list.
    At(usize),
    /// Any element of a list.
    Any,
}

/// What is compared how.
#[derive(Debug, Clone)]
pub(super) enum Operator {
    Equal(Literal),
    NotEqual(Literal),
    Less(Literal),
    LessOrEqual(Literal),
    Greater(Literal),
    GreaterOrEqual(Literal),
    In(Vec<Literal>),
    /// `%` for any letters, `_` for one.
    Like(String),
    /// None where the expression cannot be carried out here.
    Matches(Option<Regex>),
    Subset(String),
    Superset(String),
    Exists,
}

/// A value that stands in a pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    Bytes(Vec<u8>),
    Time(Timestamp),
}
