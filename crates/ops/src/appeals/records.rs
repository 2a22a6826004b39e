//! Appeals in the store.

use std::collections::BTreeSet;

use avert_model::{AccountId, AppealId, AppealTotals, CaseId, PlanId};

use super::{Appeal, AppealError, AppealState, Told};
use crate::overview::{self, Conditions, MOST_ON_A_PAGE, Page};
use crate::store::{
    Connection, Row, Store, StoreError, Transaction, from_json, parse, to_json, values,
};

const COLUMNS: &str = "id, plan_id, account, reference, received_at, body, state, decided_by, \
                       decided_at, reason, told, receipt";

/// One appeal.
pub fn show(store: &Store, id: AppealId) -> Result<Appeal, AppealError> {
    find(store.read(), id)
}

/// Every appeal, those that nobody has decided first, then the oldest first.
pub fn list(store: &Store) -> Result<Vec<Appeal>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM appeals ORDER BY received_at, id");
    let rows = store.read().rows("list appeals", &sql, &[])?;
    let mut appeals = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    appeals.sort_by_key(|appeal| appeal.state != AppealState::Open);
    Ok(appeals)
}

/// Which appeals.
#[derive(Debug, Clone, Default)]
pub struct AppealFilter {
    /// Those in this state.
    pub state: Option<AppealState>,
    /// Those against takedowns of this case.
    pub case: Option<CaseId>,
    /// Those after this one, the last of the page before.
    pub after: Option<AppealId>,
    /// How many, at most [`MOST_ON_A_PAGE`].
    pub limit: usize,
}

/// Appeals by the page, in the order of [`list`].
pub fn page(store: &Store, filter: &AppealFilter) -> Result<Page<Appeal>, AppealError> {
    let limit = filter.limit.clamp(1, MOST_ON_A_PAGE);
    let view = store.view()?;
    let mut conditions = Conditions::new();
    if let Some(state) = filter.state {
        let state = conditions.place(to_json(&state));
        conditions.and(format!("state = {state}"));
    }
    if let Some(case) = filter.case {
        let case = conditions.place(case.number());
        conditions.and(format!(
            "plan_id IN (SELECT id FROM plans WHERE case_id = {case})"
        ));
    }
    let is_decided = format!(
        "CAST(CASE WHEN state = '{}' THEN 0 ELSE 1 END AS BIGINT)",
        to_json(&AppealState::Open)
    );
    if let Some(after) = filter.after {
        let sql = format!("SELECT {is_decided}, received_at FROM appeals WHERE id = ?1");
        let last = view.row("read an appeal", &sql, &values![after.number()])?;
        let last = last.ok_or(AppealError::Unknown(after))?;
        let (decided, at) = (
            conditions.place(last.number(0)?),
            conditions.place(last.text(1)?),
        );
        let id = conditions.place(after.number());
        conditions.and(format!(
            "({is_decided}, received_at, id) > ({decided}, {at}, {id})"
        ));
    }
    let (conditions, values) =
        conditions.ordered(&format!("{is_decided}, received_at, id"), limit + 1);
    let sql = format!("SELECT {COLUMNS} FROM appeals WHERE {conditions}");
    let rows = view.rows("list appeals", &sql, &values)?;
    let appeals = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(overview::page(appeals, limit, |appeal| {
        appeal.id.to_string()
    }))
}

pub(super) fn find(connection: &Connection, id: AppealId) -> Result<Appeal, AppealError> {
    let sql = format!("SELECT {COLUMNS} FROM appeals WHERE id = ?1");
    let found = connection.row("read an appeal", &sql, &values![id.number()])?;
    Ok(read(&found.ok_or(AppealError::Unknown(id))?)?)
}

/// The appeal that was taken in under this reference.
pub(super) fn by_reference(
    connection: &Connection,
    plan: PlanId,
    reference: &str,
) -> Result<Option<Appeal>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM appeals WHERE plan_id = ?1 AND reference = ?2");
    let found = connection.row(
        "look for an appeal",
        &sql,
        &values![plan.number(), reference],
    )?;
    found.as_ref().map(read).transpose()
}

/// An appeal about this account that was granted.
pub(super) fn granted_of(
    connection: &Connection,
    plan: PlanId,
    account: &AccountId,
) -> Result<Option<AppealId>, StoreError> {
    let found = connection.row(
        "look for a granted appeal",
        "SELECT id FROM appeals WHERE plan_id = ?1 AND account = ?2 \
         AND state IN ('\"granting\"', '\"granted\"')",
        &values![plan.number(), account.as_str()],
    )?;
    found
        .map(|row| row.count(0).map(AppealId::from_number))
        .transpose()
}

/// The accounts of a plan whose appeals were granted.
pub(crate) fn granted(
    connection: &Connection,
    plan: PlanId,
) -> Result<BTreeSet<AccountId>, StoreError> {
    let rows = connection.rows(
        "read granted appeals",
        "SELECT account FROM appeals WHERE plan_id = ?1 \
         AND state IN ('\"granting\"', '\"granted\"')",
        &values![plan.number()],
    )?;
    rows.iter()
        .map(|row| row.text(0).map(AccountId::new))
        .collect()
}

/// How many appeals there are against a plan.
pub(crate) fn count(connection: &Connection, plan: PlanId) -> Result<u64, StoreError> {
    let found = connection.row(
        "count appeals",
        "SELECT COUNT(*) FROM appeals WHERE plan_id = ?1",
        &values![plan.number()],
    )?;
    found.map_or(Ok(0), |row| row.count(0))
}

/// How the appeals against a plan stand.
pub(crate) fn totals(connection: &Connection, plan: PlanId) -> Result<AppealTotals, StoreError> {
    let mut totals = AppealTotals::default();
    let states = connection.rows(
        "count appeals",
        "SELECT state FROM appeals WHERE plan_id = ?1",
        &values![plan.number()],
    )?;
    for row in states {
        *match from_json("appeal state", &row.text(0)?)? {
            AppealState::Open => &mut totals.open,
            AppealState::Granting | AppealState::Granted => &mut totals.granted,
            AppealState::Rejected => &mut totals.rejected,
        } += 1;
    }
    Ok(totals)
}

fn read(row: &Row) -> Result<Appeal, StoreError> {
    let (by, at) = (row.text(7)?, row.text(8)?);
    Ok(Appeal {
        id: AppealId::from_number(row.count(0)?),
        plan: PlanId::from_number(row.count(1)?),
        account: AccountId::new(row.text(2)?),
        reference: row.text(3)?,
        received_at: parse("time", &row.text(4)?)?,
        text: row.text(5)?,
        state: from_json("appeal state", &row.text(6)?)?,
        decided_by: (!by.is_empty()).then_some(by),
        decided_at: if at.is_empty() {
            None
        } else {
            Some(parse("time", &at)?)
        },
        reason: row.text(9)?,
        told: match row.text(10)?.as_str() {
            "" => None,
            told => Some(from_json("appeal's outcome", told)?),
        },
        receipt: row.text(11)?,
    })
}

pub(super) fn insert(transaction: &Transaction<'_>, appeal: &Appeal) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO appeals ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
    );
    let by = appeal.decided_by.as_deref().unwrap_or_default();
    let at = appeal
        .decided_at
        .map(|at| at.to_string())
        .unwrap_or_default();
    transaction.execute(
        "take in an appeal",
        &sql,
        &values![
            appeal.id.number(),
            appeal.plan.number(),
            appeal.account.as_str(),
            &appeal.reference,
            appeal.received_at.to_string(),
            &appeal.text,
            to_json(&appeal.state),
            by,
            at,
            &appeal.reason,
            told(appeal.told),
            &appeal.receipt
        ],
    )?;
    Ok(())
}

fn told(told: Option<Told>) -> String {
    told.as_ref().map(to_json).unwrap_or_default()
}

/// Writes how far the telling of an outcome has come, unless somebody else is at it.
pub(super) fn move_told(
    transaction: &Transaction<'_>,
    from: Option<Told>,
    appeal: &Appeal,
) -> Result<(), AppealError> {
    let moved = transaction.execute(
        "write who was told",
        "UPDATE appeals SET told = ?3, receipt = ?4 WHERE id = ?1 AND told = ?2",
        &values![
            appeal.id.number(),
            told(from),
            told(appeal.told),
            &appeal.receipt
        ],
    )?;
    if moved == 1 {
        Ok(())
    } else {
        Err(AppealError::Overtaken(appeal.id))
    }
}

/// Moves an appeal from the state it was read in to a new one, unless somebody was quicker.
pub(super) fn advance(
    transaction: &Transaction<'_>,
    from: AppealState,
    appeal: &Appeal,
) -> Result<(), AppealError> {
    let at = appeal
        .decided_at
        .map(|at| at.to_string())
        .unwrap_or_default();
    let moved = transaction.execute(
        "decide an appeal",
        "UPDATE appeals SET state = ?3, decided_by = ?4, decided_at = ?5, reason = ?6 \
         WHERE id = ?1 AND state = ?2",
        &values![
            appeal.id.number(),
            to_json(&from),
            to_json(&appeal.state),
            appeal.decided_by.as_deref().unwrap_or_default(),
            at,
            &appeal.reason
        ],
    )?;
    if moved == 1 {
        Ok(())
    } else {
        Err(AppealError::Overtaken(appeal.id))
    }
}
