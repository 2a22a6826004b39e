//! Cases, newest first.

use std::collections::BTreeMap;

use avert_model::{CaseId, CaseState, Timestamp, Tlp};
use serde::Serialize;
use serde_json::json;

use super::{Conditions, MOST_ON_A_PAGE, Page, asked, page, titles};
use crate::cases::{self, CaseError};
use crate::desk::Desk;
use crate::journal;
use crate::people::Role;
use crate::store::{Connection, Row, Store, StoreError, from_json, parse, values};

/// What a list shows of a case.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct CaseHead {
    /// The case.
    pub id: CaseId,
    /// One line that says what it is about.
    pub title: String,
    /// `open` or `closed`.
    pub state: &'static str,
    /// How far it may be told.
    pub tlp: Tlp,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: Timestamp,
    /// Who looks after it.
    pub assigned_to: Option<String>,
    /// How many findings it rests on.
    pub findings: u64,
    /// How many accounts those name; one that two of them name counts twice.
    pub accounts: u64,
    /// Its takedown plans, oldest first.
    pub plans: Vec<InCase>,
    /// Its notice lists, oldest first.
    pub notice_lists: Vec<InCase>,
}

/// A plan or list of a case, as its line shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct InCase {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: String,
}

/// Which cases.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// Those that are open, or those that are closed.
    pub open: Option<bool>,
    /// Those that this person looks after; nobody, if empty.
    pub assigned_to: Option<String>,
    /// Those whose title has this text in it.
    pub text: Option<String>,
    /// Those after the page that said this number as its `next`.
    pub after: Option<u64>,
    /// How many, at most [`MOST_ON_A_PAGE`].
    pub limit: usize,
}

const COLUMNS: &str = "id, title, tlp, state, opened_by, opened_at, assigned_to, \
    (SELECT COUNT(*) FROM case_findings f WHERE f.case_id = cases.id), \
    (SELECT CAST(COALESCE(SUM(h.members), 0) AS BIGINT) FROM case_findings f \
     JOIN finding_heads h ON h.id = f.finding WHERE f.case_id = cases.id)";

/// How the state of an open case begins, as the store holds it.
const IS_OPEN: &str = "(state LIKE '{\"state\":\"open\"%')";

/// Cases, newest first.
pub fn cases(store: &Store, filter: &CaseFilter) -> Result<Page<CaseHead>, StoreError> {
    let limit = filter.limit.clamp(1, MOST_ON_A_PAGE);
    let mut conditions = Conditions::new();
    if let Some(open) = filter.open {
        let not = if open { "" } else { "NOT " };
        conditions.and(format!("{not}{IS_OPEN}"));
    }
    if let Some(person) = &filter.assigned_to {
        let person = conditions.place(person);
        conditions.and(format!("assigned_to = {person}"));
    }
    if let Some(before) = filter.after {
        let before = conditions.place(before);
        conditions.and(format!("id < {before}"));
    }
    let view = store.view()?;
    let Some(text) = &filter.text else {
        let (conditions, values) = conditions.ordered("id DESC", limit + 1);
        let sql = format!("SELECT {COLUMNS} FROM cases WHERE {conditions}");
        let heads = read(&view, &view.rows("list cases", &sql, &values)?)?;
        return Ok(page(heads, limit, |head| head.id.number().to_string()));
    };
    let (conditions, values) = conditions.open("id DESC");
    let sql = format!("SELECT id, title FROM cases WHERE {conditions}");
    let found = titles::with(&view, (&sql, values), text, limit)?;
    let looked_to = found.looked_to.map(|row| row.count(0)).transpose()?;
    let sql = format!("SELECT {COLUMNS} FROM cases WHERE id IN ({{}}) ORDER BY id DESC");
    let rows = asked::ask(&view, "list cases", &sql, found.ids.into_iter())?;
    let mut page = page(read(&view, &rows)?, limit, |head| {
        head.id.number().to_string()
    });
    page.next = page.next.or(looked_to.map(|id| id.to_string()));
    Ok(page)
}

/// How many cases are open.
pub fn open_cases(store: &Store) -> Result<u64, StoreError> {
    let sql = format!("SELECT COUNT(*) FROM cases WHERE {IS_OPEN}");
    let found = store.read().row("count open cases", &sql, &[])?;
    found.map_or(Ok(0), |row| row.count(0))
}

/// What lists show of one case.
pub(crate) fn head(connection: &Connection, id: CaseId) -> Result<CaseHead, CaseError> {
    let sql = format!("SELECT {COLUMNS} FROM cases WHERE id = ?1");
    let found = connection.row("read a case", &sql, &values![id.number()])?;
    let row = found.ok_or(CaseError::Unknown(id))?;
    let mut heads = read(connection, &[row])?;
    heads.pop().ok_or(CaseError::Unknown(id))
}

impl CaseHead {
    /// What lists show of one case.
    pub fn of(store: &Store, id: CaseId) -> Result<Self, CaseError> {
        head(&*store.view()?, id)
    }
}

fn read(connection: &Connection, rows: &[Row]) -> Result<Vec<CaseHead>, StoreError> {
    let heads = rows.iter().map(read_one);
    let mut heads = heads.collect::<Result<Vec<_>, _>>()?;
    let in_cases = |table, prefix| -> Result<BTreeMap<u64, Vec<InCase>>, StoreError> {
        let states = asked::states(connection, table, heads.iter().map(|head| head.id))?;
        let line = |(id, state)| InCase {
            id: format!("{prefix}-{id}"),
            state,
        };
        let lines = states.into_iter();
        let lines = lines.map(|(case, of)| (case, of.into_iter().map(line).collect()));
        Ok(lines.collect())
    };
    let (mut plans, mut lists) = (in_cases("plans", "tp")?, in_cases("notice_lists", "nl")?);
    for head in &mut heads {
        let case = head.id.number();
        head.plans = plans.remove(&case).unwrap_or_default();
        head.notice_lists = lists.remove(&case).unwrap_or_default();
    }
    Ok(heads)
}

/// What stands in the case's own row.
fn read_one(row: &Row) -> Result<CaseHead, StoreError> {
    let state: CaseState = from_json("case state", &row.text(3)?)?;
    Ok(CaseHead {
        id: CaseId::from_number(row.count(0)?),
        title: row.text(1)?,
        state: if state == CaseState::Open {
            "open"
        } else {
            "closed"
        },
        tlp: parse("TLP label", &row.text(2)?)?,
        opened_by: row.text(4)?,
        opened_at: parse("time", &row.text(5)?)?,
        assigned_to: Some(row.text(6)?).filter(|name| !name.is_empty()),
        findings: row.count(7)?,
        accounts: row.count(8)?,
        plans: Vec::new(),
        notice_lists: Vec::new(),
    })
}

/// Says who looks after an open case; nobody, without a name. Needs an investigator, and so does looking
/// after one.
pub fn assign(desk: &mut Desk<'_>, id: CaseId, to: Option<&str>) -> Result<CaseHead, CaseError> {
    desk.actor.require(Role::Investigator, "assign a case")?;
    if let Some(name) = to {
        let person = desk.people.actor(name)?;
        person.require(Role::Investigator, "look after a case")?;
    }
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        cases::require_open(transaction, id)?;
        transaction.execute(
            "assign the case",
            "UPDATE cases SET assigned_to = ?2 WHERE id = ?1",
            &values![id.number(), to.unwrap_or_default()],
        )?;
        let detail = json!({ "to": to });
        journal::append(
            transaction,
            now,
            &by,
            "case/assign",
            &id.to_string(),
            &detail,
        )?;
        head(transaction, id)
    })
}
