//! Plans and notice lists of all cases, newest first.

use avert_model::{CaseId, NoticeListId, PlanId};
use serde::Serialize;

use super::{Conditions, Count, MOST_ON_A_PAGE, Page, asked, page};
use crate::notify::NoticePhase;
use crate::store::{Connection, Store, StoreError, Value};
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
    /// Those after the page that said this number as its `next`.
    pub after: Option<u64>,
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
        if let Some(before) = self.after {
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
    let (conditions, values) = filter.conditions("w");
    let heads = plan_heads(&*store.view()?, &conditions, &values)?;
    Ok(page(heads, filter.limit(), |head| {
        head.id.number().to_string()
    }))
}

/// Notice lists, newest first.
pub fn notice_lists(store: &Store, filter: &WorkFilter) -> Result<Page<ListHead>, StoreError> {
    let (conditions, values) = filter.conditions("w");
    let heads = list_heads(&*store.view()?, &conditions, &values)?;
    Ok(page(heads, filter.limit(), |head| {
        head.id.number().to_string()
    }))
}

/// The plans for which this holds; `w` is the plan, `c` its case.
pub(super) fn plan_heads(
    connection: &Connection,
    conditions: &str,
    values: &[Value],
) -> Result<Vec<PlanHead>, StoreError> {
    let rows = heads(connection, ("plans", "platform"), conditions, values)?;
    let ids = rows.iter().map(|head| head.id);
    let mut phases = asked::phases(connection, ("plan_steps", "plan_id"), ids)?;
    let head = |head: Head| PlanHead {
        id: PlanId::from_number(head.id),
        case: head.case,
        title: head.title,
        platform: head.place,
        state: head.state,
        phases: phases.remove(&head.id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(head).collect())
}

/// The lists for which this holds; `w` is the list, `c` its case.
pub(super) fn list_heads(
    connection: &Connection,
    conditions: &str,
    values: &[Value],
) -> Result<Vec<ListHead>, StoreError> {
    let rows = heads(connection, ("notice_lists", "channel"), conditions, values)?;
    let ids = rows.iter().map(|head| head.id);
    let mut phases = asked::phases(connection, ("notices", "list_id"), ids)?;
    let head = |head: Head| ListHead {
        id: NoticeListId::from_number(head.id),
        case: head.case,
        title: head.title,
        channel: head.place,
        state: head.state,
        phases: phases.remove(&head.id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(head).collect())
}

/// What plans and lists have in common.
struct Head {
    id: u64,
    case: CaseId,
    title: String,
    /// The platform or channel.
    place: String,
    state: String,
}

fn heads(
    connection: &Connection,
    (table, place): (&str, &str),
    conditions: &str,
    values: &[Value],
) -> Result<Vec<Head>, StoreError> {
    let sql = format!(
        "SELECT w.id, w.case_id, c.title, w.{place}, w.state FROM {table} w \
         JOIN cases c ON c.id = w.case_id WHERE {conditions}"
    );
    let rows = connection.rows("list plans or notice lists", &sql, values)?;
    let heads = rows.iter().map(|row| {
        Ok(Head {
            id: row.count(0)?,
            case: CaseId::from_number(row.count(1)?),
            title: row.text(2)?,
            place: row.text(3)?,
            state: row.text(4)?,
        })
    });
    heads.collect()
}
