//! Lists by the page.

use std::str::FromStr;

use avert_model::CaseId;
use avert_ops::overview::WorkFilter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::serve::problem::Problem;

/// How many lines a page has that nobody asked for a number of.
const USUAL: usize = 50;

/// Part of a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Page<T> {
    /// What is on it.
    pub(super) items: Vec<T>,
    /// What to give as `after` to get the next; nothing on the last.
    pub(super) next: Option<String>,
}

impl<T> From<avert_ops::overview::Page<T>> for Page<T> {
    fn from(page: avert_ops::overview::Page<T>) -> Self {
        Self {
            items: page.items,
            next: page.next,
        }
    }
}

/// How many lines are asked for.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct Limit(Option<u32>);

impl Limit {
    /// The number, within bounds.
    pub(super) fn get(self) -> usize {
        self.0.map_or(USUAL, |limit| limit.clamp(1, 500) as usize)
    }
}

/// Which plans or lists.
#[derive(Deserialize, JsonSchema)]
pub(super) struct WhichWork {
    /// Those of this case.
    case: Option<CaseId>,
    /// What the page before said as its `next`.
    after: Option<String>,
    /// How many, at most 500.
    #[serde(default)]
    limit: Limit,
}

impl WhichWork {
    /// The same, as the store is asked.
    pub(super) fn filter(self) -> Result<WorkFilter, Problem> {
        Ok(WorkFilter {
            case: self.case,
            after: place(self.after.as_deref())?,
            limit: self.limit.get(),
        })
    }
}

/// Where a page is to begin: what the page before said as its `next`. Anything else is told, so that nobody
/// who walks through a list gets its beginning again and again.
pub(super) fn place<T: FromStr>(after: Option<&str>) -> Result<Option<T>, Problem> {
    let Some(after) = after else { return Ok(None) };
    let why = "`after` is not what a page of this list said as its `next`";
    let place = after
        .parse()
        .map_err(|_| Problem::unclear(why.to_owned()))?;
    Ok(Some(place))
}

/// A reason that somebody gives; it cannot be empty.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    /// Why, in their words.
    pub(super) reason: String,
}

impl Reason {
    /// The words.
    pub(super) fn words(&self) -> Result<&str, Problem> {
        given("reason", &self.reason)
    }
}

/// Words that somebody has to give.
pub(super) fn given<'a>(what: &str, words: &'a str) -> Result<&'a str, Problem> {
    let words = words.trim();
    if words.is_empty() {
        return Err(Problem::unclear(format!("the {what} is empty")));
    }
    Ok(words)
}
