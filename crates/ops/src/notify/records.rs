//! Notice lists in the store.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{AccountId, CaseId, Email, NoticeListId, PlanId};
use serde::{Deserialize, Serialize};

use super::error::NotifyError;
use super::list::{Notice, NoticeHeader, NoticePhase};
use super::state::{
    ApprovedList, ExpiredList, ListInReview, NoticeList, RejectedList, SendingList, SentList,
};
use crate::review::ApprovalRecord;
use crate::store::{
    Connection, Store, StoreError, Transaction, Update, Value, from_json, to_json, values,
};
use crate::takedown;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Body {
    approval: Option<ApprovalRecord>,
    reason: Option<String>,
    #[serde(default)]
    by_others_only: u64,
}

/// One list.
pub fn show(store: &Store, id: NoticeListId) -> Result<NoticeList, NotifyError> {
    find(&*store.view()?, id)
}

/// A case's lists, oldest first.
pub fn list(store: &Store, case: CaseId) -> Result<Vec<NoticeList>, NotifyError> {
    of_case(&*store.view()?, case)
}

pub(super) fn of_case(
    connection: &Connection,
    case: CaseId,
) -> Result<Vec<NoticeList>, NotifyError> {
    let ids = connection.rows(
        "list notice lists",
        "SELECT id FROM notice_lists WHERE case_id = ?1 ORDER BY id",
        &values![case.number()],
    )?;
    ids.iter()
        .map(|row| find(connection, NoticeListId::from_number(row.count(0)?)))
        .collect()
}

pub(super) fn find(connection: &Connection, id: NoticeListId) -> Result<NoticeList, NotifyError> {
    let found = connection.row(
        "read a notice list",
        "SELECT case_id, plan_id, accounts_acted_on, although_awake, left_out, \
         channel, service, state, body, fallback, untranslated FROM notice_lists WHERE id = ?1",
        &values![id.number()],
    )?;
    let row = found.ok_or(NotifyError::Unknown(id))?;
    let body: Body = from_json("notice list state", &row.text(8)?)?;
    let header = NoticeHeader {
        id,
        case: CaseId::from_number(row.count(0)?),
        plan: PlanId::from_number(row.count(1)?),
        channel: row.text(5)?,
        service: row.text(6)?,
        accounts_acted_on: row.count(2)?,
        although_awake: row.count(3)?,
        left_out: row.count(4)?,
        by_others_only: body.by_others_only,
        fallback: from_json("channels", &row.text(9)?)?,
        untranslated: row.count(10)?,
        notices: notices(connection, id)?,
        signatures: takedown::signatures(connection, &id.to_string())?,
    };
    Ok(assemble(header, &row.text(7)?, body)?)
}

fn assemble(header: NoticeHeader, state: &str, body: Body) -> Result<NoticeList, StoreError> {
    let corrupt = |detail: String| StoreError::Corrupt {
        what: "notice list",
        detail,
    };
    let approval = || {
        body.approval
            .clone()
            .ok_or_else(|| corrupt(format!("it is {state} without an approval")))
    };
    Ok(match state {
        "in-review" => ListInReview { header }.into(),
        "approved" => ApprovedList {
            header,
            approval: approval()?,
        }
        .into(),
        "rejected" => {
            let reason = body
                .reason
                .ok_or_else(|| corrupt("it is rejected without a reason".into()))?;
            RejectedList { header, reason }.into()
        }
        "expired" => ExpiredList {
            header,
            approval: approval()?,
        }
        .into(),
        "sending" => SendingList {
            header,
            approval: approval()?,
        }
        .into(),
        "sent" => SentList {
            header,
            approval: approval()?,
        }
        .into(),
        other => return Err(corrupt(format!("'{other}' is not a state"))),
    })
}

fn body(list: &NoticeList) -> String {
    let reason = match list {
        NoticeList::Rejected(state) => Some(state.reason.clone()),
        _ => None,
    };
    to_json(&Body {
        approval: list.approval().cloned(),
        reason,
        by_others_only: list.header().by_others_only,
    })
}

fn notices(connection: &Connection, id: NoticeListId) -> Result<Vec<Notice>, StoreError> {
    let mut notices = Vec::new();
    connection.each(
        "read notices",
        "SELECT account, tier, language, email, phase, note, others, via FROM notices \
         WHERE list_id = ?1 ORDER BY position",
        &values![id.number()],
        &mut |row| {
            let email = row.text(3)?;
            notices.push(Notice {
                account: AccountId::new(row.text(0)?),
                tier: from_json("contact tier", &row.text(1)?)?,
                language: row.text(2)?,
                email: (!email.is_empty()).then(|| Email::new(email)),
                phase: from_json("notice phase", &row.text(4)?)?,
                note: row.text(5)?,
                others: from_json("accounts", &row.text(6)?)?,
                via: usize::try_from(row.count(7)?).unwrap_or(usize::MAX),
            });
            Ok(true)
        },
    )?;
    Ok(notices)
}

pub(super) fn insert(transaction: &Transaction<'_>, list: &NoticeList) -> Result<(), StoreError> {
    let header = list.header();
    let id = header.id.number();
    transaction.execute(
        "write a notice list",
        "INSERT INTO notice_lists \
         (id, case_id, plan_id, channel, service, accounts_acted_on, although_awake, \
         left_out, state, body, fallback, untranslated) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        &values![
            id,
            header.case.number(),
            header.plan.number(),
            &header.channel,
            &header.service,
            header.accounts_acted_on,
            header.although_awake,
            header.left_out,
            list.state(),
            body(list),
            to_json(&header.fallback),
            header.untranslated
        ],
    )?;
    transaction.insert_all(
        "write a notice",
        "notices (list_id, position, account, tier, language, email, phase, note, others, via)",
        (0_i64..).zip(&header.notices).map(|(position, notice)| {
            values![
                id,
                position,
                notice.account.as_str(),
                to_json(&notice.tier),
                &notice.language,
                notice.email.as_ref().map_or("", Email::expose),
                to_json(&notice.phase),
                &notice.note,
                to_json(&notice.others),
                notice.via as u64
            ]
            .into()
        }),
    )?;
    Ok(())
}

/// Moves a list from the state it was read in to a new one, unless somebody was quicker.
pub(super) fn advance(
    transaction: &Transaction<'_>,
    from: &'static str,
    list: &NoticeList,
) -> Result<(), NotifyError> {
    let id = list.header().id;
    let moved = transaction.execute(
        "write a notice list's state",
        "UPDATE notice_lists SET state = ?3, body = ?4 WHERE id = ?1 AND state = ?2",
        &values![id.number(), from, list.state(), body(list)],
    )?;
    if moved == 1 {
        Ok(())
    } else {
        Err(NotifyError::Overtaken(id))
    }
}

/// A notice that moves from one phase to the next.
pub(super) struct Move<'a> {
    pub(super) from: NoticePhase,
    pub(super) to: NoticePhase,
    pub(super) notice: &'a Notice,
}

/// Moves notices, unless another process has moved any of them.
pub(super) fn move_notices(
    transaction: &Transaction<'_>,
    list: NoticeListId,
    moves: &[Move<'_>],
) -> Result<(), NotifyError> {
    let values = |Move { from, to, notice }: &Move<'_>| -> Vec<Value> {
        values![
            list.number(),
            notice.account.as_str(),
            to_json(from),
            to_json(to),
            &notice.note,
            notice.via as u64
        ]
        .into()
    };
    let update = Update {
        table: "notices",
        set: "phase = ?4, note = ?5, via = ?6",
        matching: "list_id = ?1 AND account = ?2 AND phase = ?3",
    };
    // One that moves twice is written twice, one after the other.
    let mut left = moves;
    while !left.is_empty() {
        let mut seen = BTreeSet::new();
        let again = left.iter().position(|of| !seen.insert(&of.notice.account));
        let (some, rest) = left.split_at(again.unwrap_or(left.len()));
        let rows = some.iter().map(values).collect();
        if transaction.update_all("write a notice", &update, rows)? != some.len() as u64 {
            return Err(NotifyError::Overtaken(list));
        }
        left = rest;
    }
    Ok(())
}

/// The list that claimed to tell this person of this case.
pub(super) fn claimed_by(
    connection: &Connection,
    case: CaseId,
    account: &AccountId,
) -> Result<Option<NoticeListId>, StoreError> {
    let found = connection.row(
        "look for a claim",
        "SELECT list_id FROM notice_claims WHERE case_id = ?1 AND account = ?2",
        &values![case.number(), account.as_str()],
    )?;
    found
        .map(|row| Ok(NoticeListId::from_number(row.count(0)?)))
        .transpose()
}

/// Every claim of a case: who is told by which list.
pub(super) fn claims(
    connection: &Connection,
    case: CaseId,
) -> Result<BTreeMap<AccountId, NoticeListId>, StoreError> {
    let mut claims = BTreeMap::new();
    connection.each(
        "read claims",
        "SELECT account, list_id FROM notice_claims WHERE case_id = ?1",
        &values![case.number()],
        &mut |row| {
            let list = NoticeListId::from_number(row.count(1)?);
            claims.insert(AccountId::new(row.text(0)?), list);
            Ok(true)
        },
    )?;
    Ok(claims)
}

/// Takes claims. The table's key lets nobody take one twice.
pub(super) fn claim(
    transaction: &Transaction<'_>,
    (case, list): (CaseId, NoticeListId),
    accounts: &[&AccountId],
) -> Result<(), StoreError> {
    transaction.insert_all(
        "claim a notice",
        "notice_claims (case_id, account, list_id)",
        accounts
            .iter()
            .map(|account| values![case.number(), account.as_str(), list.number()].into()),
    )
}

/// Gives claims back: the notices certainly did not leave.
pub(super) fn release(
    transaction: &Transaction<'_>,
    case: CaseId,
    accounts: &[&AccountId],
) -> Result<(), StoreError> {
    transaction
        .execute_all(
            "release a claim",
            "DELETE FROM notice_claims WHERE case_id = ?1 AND account = ?2",
            accounts
                .iter()
                .map(|account| values![case.number(), account.as_str()].into()),
        )
        .map(drop)
}
