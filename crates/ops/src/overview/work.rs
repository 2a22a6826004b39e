//! What is under way, and what waits for somebody.

use avert_model::{AppealId, CaseId, PlanId, Timestamp};
use serde::Serialize;

use super::asked;
use super::plans::{ListHead, PlanHead, list_heads, plan_heads};
use crate::store::{Connection, Store, StoreError, parse, values};

/// How many of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Count<P> {
    /// Of which phase.
    pub phase: P,
    /// How many.
    pub number: u64,
}

/// A plan that is neither a draft nor wholly done with.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PlanAtWork {
    /// The plan.
    #[serde(flatten)]
    pub head: PlanHead,
    /// When somebody last did something to it.
    pub since: Option<Timestamp>,
    /// Who did something to it.
    pub hands: Vec<String>,
}

/// A notice list that is not wholly done with.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ListAtWork {
    /// The list.
    #[serde(flatten)]
    pub head: ListHead,
    /// When somebody last did something to it.
    pub since: Option<Timestamp>,
    /// Who did something to it.
    pub hands: Vec<String>,
}

/// An appeal that nobody has decided, or whose account is not back yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct OpenAppeal {
    /// The appeal.
    pub id: AppealId,
    /// The plan it is against.
    pub plan: PlanId,
    /// The plan's case.
    pub case: CaseId,
    /// When the person said it.
    pub received_at: Timestamp,
    /// Whether it was granted and its account is not back yet.
    pub granting: bool,
}

/// Everything that is under way or waits for somebody.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Work {
    /// Plans in review, approved, under way, stuck, or carried out with accounts that failed or drifted.
    pub plans: Vec<PlanAtWork>,
    /// Lists in review, approved, under way, or sent with notices in doubt.
    pub lists: Vec<ListAtWork>,
    /// Appeals, the oldest first.
    pub appeals: Vec<OpenAppeal>,
}

/// The most of each kind that are told; the oldest are.
const MOST: u64 = 500;

/// What is under way or waits for somebody.
pub fn work(store: &Store) -> Result<Work, StoreError> {
    let view = store.view()?;
    Ok(Work {
        plans: plans(&view)?,
        lists: lists(&view)?,
        appeals: appeals(&view)?,
    })
}

/// What is at work while its case is open, beside what is at work in any case: what has ended may have left
/// something to somebody.
fn at_work(states: &str, ended: &str) -> String {
    format!(
        "w.state IN ({states}) OR (w.state = '{ended}' AND c.state LIKE '{{\"state\":\"open\"%') \
         ORDER BY w.id LIMIT ?1"
    )
}

fn plans(connection: &Connection) -> Result<Vec<PlanAtWork>, StoreError> {
    let states = "'in-review', 'approved', 'expired', 'executing', 'reversing', 'stuck'";
    let found = plan_heads(connection, &at_work(states, "executed"), &values![MOST])?;
    let subjects = found.iter().map(|head| head.id.to_string());
    let mut hands = asked::hands(connection, subjects)?;
    let plan = |head: PlanHead| {
        let hands = hands.remove(&head.id.to_string()).unwrap_or_default();
        PlanAtWork {
            head,
            since: hands.since,
            hands: hands.names,
        }
    };
    Ok(found.into_iter().map(plan).collect())
}

fn lists(connection: &Connection) -> Result<Vec<ListAtWork>, StoreError> {
    let states = "'in-review', 'approved', 'expired', 'sending'";
    let found = list_heads(connection, &at_work(states, "sent"), &values![MOST])?;
    let subjects = found.iter().map(|head| head.id.to_string());
    let mut hands = asked::hands(connection, subjects)?;
    let list = |head: ListHead| {
        let hands = hands.remove(&head.id.to_string()).unwrap_or_default();
        ListAtWork {
            head,
            since: hands.since,
            hands: hands.names,
        }
    };
    Ok(found.into_iter().map(list).collect())
}

fn appeals(connection: &Connection) -> Result<Vec<OpenAppeal>, StoreError> {
    let found = connection.rows(
        "look for appeals that wait",
        "SELECT a.id, a.plan_id, p.case_id, a.received_at, a.state FROM appeals a \
         JOIN plans p ON p.id = a.plan_id WHERE a.state IN ('\"open\"', '\"granting\"') \
         ORDER BY a.received_at, a.id LIMIT ?1",
        &values![MOST],
    )?;
    found
        .iter()
        .map(|row| {
            Ok(OpenAppeal {
                id: AppealId::from_number(row.count(0)?),
                plan: PlanId::from_number(row.count(1)?),
                case: CaseId::from_number(row.count(2)?),
                received_at: parse("time", &row.text(3)?)?,
                granting: row.text(4)? == "\"granting\"",
            })
        })
        .collect()
}
