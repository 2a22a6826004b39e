//! What lists show: findings and cases by the page, and the work that is under way or waits for somebody.
//!
//! A page costs as much as what is on it, however many there are: nothing is read out of bodies, and the
//! next page is found by the last line of this one, not by counting.

mod asked;
mod cases;
mod findings;
mod plans;
mod titles;
mod work;

pub use cases::{CaseFilter, CaseHead, InCase, assign, cases, open_cases};
pub(crate) use findings::write_heads;
pub use findings::{
    FindingCursor, FindingFilter, FindingHead, finding, findings, findings_without_case,
};
pub use plans::{ListHead, PlanHead, WorkFilter, notice_lists, plans};
pub use work::{Count, ListAtWork, OpenAppeal, PlanAtWork, Work, work};

use serde::Serialize;

use crate::store::Value;

/// Part of a list, and where the rest begins.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What to ask the next page by; `None` on the last.
    pub next: Option<String>,
}

/// The most that a page holds.
pub const MOST_ON_A_PAGE: usize = 500;

/// What a list is asked for, piece by piece.
pub(crate) struct Conditions {
    pieces: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// Everything.
    pub(crate) fn new() -> Self {
        Self {
            pieces: vec!["1 = 1".to_owned()],
            values: Vec::new(),
        }
    }

    /// The place of a value in what is asked.
    pub(crate) fn place(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    /// Only what this holds for as well.
    pub(crate) fn and(&mut self, piece: String) {
        self.pieces.push(piece);
    }

    /// What comes after `WHERE`, for so many rows in this order, with the values of its places.
    pub(crate) fn ordered(self, order: &str, rows: usize) -> (String, Vec<Value>) {
        let (sql, mut values) = self.open(order);
        values.push((rows as u64).into());
        (sql, values)
    }

    /// The same without the number of rows, whose value comes after the others.
    pub(crate) fn open(self, order: &str) -> (String, Vec<Value>) {
        let pieces = self.pieces.join(" AND ");
        let most = self.values.len() + 1;
        (
            format!("{pieces} ORDER BY {order} LIMIT ?{most}"),
            self.values,
        )
    }
}

/// Makes a page of what was read with one more than was asked for.
pub(crate) fn page<T>(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> Page<T> {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(cursor);
    Page { items, next }
}
