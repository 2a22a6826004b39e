//! What is under way, and what waits for somebody.

use std::collections::BTreeMap;

use avert_model::{AppealId, CaseId, NoticeListId, PlanId, Timestamp};
use serde::Serialize;

use crate::notify::NoticePhase;
use crate::store::{Connection, Store, StoreError, from_json, parse, values};
use crate::takedown::Phase;

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
    pub id: PlanId,
    /// Its case.
    pub case: CaseId,
    /// The case's title.
    pub title: String,
    /// Where it stands.
    pub state: String,
    /// How many accounts are in which phase.
    pub phases: Vec<Count<Phase>>,
    /// When somebody last did something to it.
    pub since: Option<Timestamp>,
    /// Who did something to it.
    pub hands: Vec<String>,
}

/// A notice list that is not wholly done with.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ListAtWork {
    /// The list.
    pub id: NoticeListId,
    /// Its case.
    pub case: CaseId,
    /// The case's title.
    pub title: String,
    /// Where it stands.
    pub state: String,
    /// How many notices are in which phase.
    pub phases: Vec<Count<NoticePhase>>,
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

fn plans(connection: &Connection) -> Result<Vec<PlanAtWork>, StoreError> {
    let found = connection.rows(
        "look for plans under way",
        "SELECT p.id, p.case_id, c.title, p.state FROM plans p JOIN cases c ON c.id = p.case_id \
         WHERE p.state IN ('in-review', 'approved', 'expired', 'executing', 'reversing', 'stuck') \
         OR (p.state = 'executed' AND c.state LIKE '{\"state\":\"open\"%') ORDER BY p.id LIMIT ?1",
        &values![MOST],
    )?;
    let mut plans = Vec::new();
    for row in &found {
        let id = PlanId::from_number(row.count(0)?);
        let sql = "SELECT phase, COUNT(*) FROM plan_steps WHERE plan_id = ?1 GROUP BY phase";
        let (since, hands) = hands(connection, &id.to_string())?;
        plans.push(PlanAtWork {
            id,
            case: CaseId::from_number(row.count(1)?),
            title: row.text(2)?,
            state: row.text(3)?,
            phases: counts(connection, sql, id.number())?,
            since,
            hands,
        });
    }
    Ok(plans)
}

fn lists(connection: &Connection) -> Result<Vec<ListAtWork>, StoreError> {
    let found = connection.rows(
        "look for lists under way",
        "SELECT l.id, l.case_id, c.title, l.state FROM notice_lists l JOIN cases c ON c.id = l.case_id \
         WHERE l.state IN ('in-review', 'approved', 'expired', 'sending') \
         OR (l.state = 'sent' AND c.state LIKE '{\"state\":\"open\"%') ORDER BY l.id LIMIT ?1",
        &values![MOST],
    )?;
    let mut lists = Vec::new();
    for row in &found {
        let id = NoticeListId::from_number(row.count(0)?);
        let sql = "SELECT phase, COUNT(*) FROM notices WHERE list_id = ?1 GROUP BY phase";
        let (since, hands) = hands(connection, &id.to_string())?;
        lists.push(ListAtWork {
            id,
            case: CaseId::from_number(row.count(1)?),
            title: row.text(2)?,
            state: row.text(3)?,
            phases: counts(connection, sql, id.number())?,
            since,
            hands,
        });
    }
    Ok(lists)
}

/// Reads how many are in which phase, most first.
pub(super) fn counts<P: serde::de::DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    id: u64,
) -> Result<Vec<Count<P>>, StoreError> {
    let rows = connection.rows("count by phase", sql, &values![id])?;
    let mut by_phase = BTreeMap::new();
    for row in &rows {
        by_phase.insert(row.text(0)?, row.count(1)?);
    }
    let counts = by_phase.into_iter().map(|(phase, number)| {
        Ok(Count {
            phase: from_json("phase", &phase)?,
            number,
        })
    });
    counts.collect()
}

/// Who did something to a plan or list, and when last.
fn hands(
    connection: &Connection,
    subject: &str,
) -> Result<(Option<Timestamp>, Vec<String>), StoreError> {
    let rows = connection.rows(
        "read who did what",
        "SELECT signed_by, at FROM signatures WHERE subject = ?1 ORDER BY position",
        &values![subject],
    )?;
    let mut names: Vec<String> = Vec::new();
    let mut last = None;
    for row in &rows {
        let name = row.text(0)?;
        if !names.contains(&name) {
            names.push(name);
        }
        last = Some(parse("time", &row.text(1)?)?);
    }
    Ok((last, names))
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
