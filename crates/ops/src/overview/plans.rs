//! Plans and notice lists of all cases, newest first.

use avert_model::{CaseId, NoticeListId, PlanId};
use serde::Serialize;

use super::work::counts;
use super::{Conditions, Count, MOST_ON_A_PAGE, Page, page};
use crate::notify::NoticePhase;
use crate::store::{Store, StoreError, Value};
use crate::takedown::Phase;

/// What a list shows of a takedown plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PlanHead {
    /// The plan.
    pub id: PlanId,
    /// Its case.
    pub case: CaseId,
    /// The case's title.
    pub title: String,
    /// The platform it acts on.
    pub platform: String,
    /// Where it stands.
    pub state: String,
    /// How many accounts are in which phase.
    pub phases: Vec<Count<Phase>>,
}

/// What a list shows of a notice list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ListHead {
    /// The list.
    pub id: NoticeListId,
    /// Its case.
    pub case: CaseId,
    /// The case's title.
    pub title: String,
    /// The channel it goes out on first.
    pub channel: String,
    /// Where it stands.
    pub state: String,
    /// How many notices are in which phase.
    pub phases: Vec<Count<NoticePhase>>,
}

/// Which plans or lists.
#[derive(Debug, Clone, Default)]
pub struct WorkFilter {
    /// Those of this case.
    pub case: Option<CaseId>,
    /// Those after the page that said this as its `next`.
    pub after: Option<String>,
    /// How many, at most [`MOST_ON_A_PAGE`].
    pub limit: usize,
}

impl WorkFilter {
    fn limit(&self) -> usize {
        self.limit.clamp(1, MOST_ON_A_PAGE)
    }

    /// What comes after `WHERE`.
    fn conditions(&self, table: &str) -> (String, Vec<Value>) {
        let mut conditions = Conditions::new();
        let before = self.after.as_deref();
        if let Some(before) = before.and_then(|text| text.parse::<i64>().ok()) {
            let before = conditions.place(before);
            conditions.and(format!("{table}.id < {before}"));
        }
        if let Some(case) = self.case {
            let case = conditions.place(case.number());
            conditions.and(format!("{table}.case_id = {case}"));
        }
        conditions.ordered(&format!("{table}.id DESC"), self.limit() + 1)
    }
}

/// Takedown plans, newest first.
pub fn plans(store: &Store, filter: &WorkFilter) -> Result<Page<PlanHead>, StoreError> {
    let (conditions, values) = filter.conditions("p");
    let sql = format!(
        "SELECT p.id, p.case_id, c.title, p.platform, p.state FROM plans p \
         JOIN cases c ON c.id = p.case_id WHERE {conditions}"
    );
    let view = store.view()?;
    let mut heads = Vec::new();
    for row in view.rows("list plans", &sql, &values)? {
        let id = row.count(0)?;
        let sql = "SELECT phase, COUNT(*) FROM plan_steps WHERE plan_id = ?1 GROUP BY phase";
        heads.push(PlanHead {
            id: PlanId::from_number(id),
            case: CaseId::from_number(row.count(1)?),
            title: row.text(2)?,
            platform: row.text(3)?,
            state: row.text(4)?,
            phases: counts(&view, sql, id)?,
        });
    }
    Ok(page(heads, filter.limit(), |head| {
        head.id.number().to_string()
    }))
}

/// Notice lists, newest first.
pub fn notice_lists(store: &Store, filter: &WorkFilter) -> Result<Page<ListHead>, StoreError> {
    let (conditions, values) = filter.conditions("l");
    let sql = format!(
        "SELECT l.id, l.case_id, c.title, l.channel, l.state FROM notice_lists l \
         JOIN cases c ON c.id = l.case_id WHERE {conditions}"
    );
    let view = store.view()?;
    let mut heads = Vec::new();
    for row in view.rows("list notice lists", &sql, &values)? {
        let id = row.count(0)?;
        let sql = "SELECT phase, COUNT(*) FROM notices WHERE list_id = ?1 GROUP BY phase";
        heads.push(ListHead {
            id: NoticeListId::from_number(id),
            case: CaseId::from_number(row.count(1)?),
            title: row.text(2)?,
            channel: row.text(3)?,
            state: row.text(4)?,
            phases: counts(&view, sql, id)?,
        });
    }
    Ok(page(heads, filter.limit(), |head| {
        head.id.number().to_string()
    }))
}
