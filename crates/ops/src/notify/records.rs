//! Notice lists in the store.

use avert_model::{AccountId, CaseId, Email, NoticeListId, PlanId};
use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};

use super::error::NotifyError;
use super::list::{Notice, NoticeHeader, NoticePhase};
use super::state::{
    ApprovedList, ExpiredList, ListInReview, NoticeList, RejectedList, SendingList, SentList,
};
use crate::review::ApprovalRecord;
use crate::store::{Store, StoreError, from_json, number, sql, to_json, unsigned};
use crate::takedown;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Body {
    approval: Option<ApprovalRecord>,
    reason: Option<String>,
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
    let read = || sql("list notice lists");
    let mut statement = connection
        .prepare("SELECT id FROM notice_lists WHERE case_id = ?1 ORDER BY id")
        .map_err(read())?;
    let ids = statement
        .query_map([number(case.number())], |row| row.get::<_, i64>(0))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(read())?;
    ids.into_iter()
        .map(|id| {
            find(
                connection,
                NoticeListId::from_number(unsigned("list number", id)?),
            )
        })
        .collect()
}

pub(super) fn find(connection: &Connection, id: NoticeListId) -> Result<NoticeList, NotifyError> {
    let read = || sql("read a notice list");
    let (numbers, columns): ([i64; 5], [String; 4]) = connection
        .query_row(
            "SELECT case_id, plan_id, accounts_acted_on, although_awake, left_out, \
             channel, service, state, body FROM notice_lists WHERE id = ?1",
            [number(id.number())],
            |row| {
                Ok((
                    [
                        row.get(0)?,
                        row.get(1)?,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                    ],
                    [row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?],
                ))
            },
        )
        .map_err(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => NotifyError::Unknown(id),
            source => read()(source).into(),
        })?;
    let [channel, service, state, body] = columns;
    let [case, plan, acted_on, although_awake, left_out] = numbers;
    let header = NoticeHeader {
        id,
        case: CaseId::from_number(unsigned("case number", case)?),
        plan: PlanId::from_number(unsigned("plan number", plan)?),
        channel,
        service,
        accounts_acted_on: unsigned("count", acted_on)?,
        although_awake: unsigned("count", although_awake)?,
        left_out: unsigned("count", left_out)?,
        notices: notices(connection, id)?,
        signatures: takedown::signatures(connection, &id.to_string())?,
    };
    Ok(assemble(
        header,
        &state,
        from_json("notice list state", &body)?,
    )?)
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
    })
}

fn notices(connection: &Connection, id: NoticeListId) -> Result<Vec<Notice>, StoreError> {
    let read = || sql("read notices");
    let mut statement = connection
        .prepare(
            "SELECT account, tier, language, email, phase, note FROM notices \
             WHERE list_id = ?1 ORDER BY position",
        )
        .map_err(read())?;
    let mut rows = statement.query([number(id.number())]).map_err(read())?;
    let mut notices = Vec::new();
    while let Some(row) = rows.next().map_err(read())? {
        let text = |column: usize| row.get::<_, String>(column).map_err(read());
        let email = text(3)?;
        notices.push(Notice {
            account: AccountId::new(text(0)?),
            tier: from_json("contact tier", &text(1)?)?,
            language: text(2)?,
            email: (!email.is_empty()).then(|| Email::new(email)),
            phase: from_json("notice phase", &text(4)?)?,
            note: text(5)?,
        });
    }
    Ok(notices)
}

pub(super) fn insert(transaction: &Transaction<'_>, list: &NoticeList) -> Result<(), StoreError> {
    let header = list.header();
    let id = number(header.id.number());
    transaction
        .execute(
            "INSERT INTO notice_lists \
             (id, case_id, plan_id, channel, service, accounts_acted_on, although_awake, \
             left_out, state, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                id,
                number(header.case.number()),
                number(header.plan.number()),
                header.channel,
                header.service,
                number(header.accounts_acted_on),
                number(header.although_awake),
                number(header.left_out),
                list.state(),
                body(list)
            ],
        )
        .map_err(sql("write a notice list"))?;
    for (position, notice) in (0_i64..).zip(&header.notices) {
        transaction
            .execute(
                "INSERT INTO notices \
                 (list_id, position, account, tier, language, email, phase, note) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    id,
                    position,
                    notice.account.as_str(),
                    to_json(&notice.tier),
                    notice.language,
                    notice.email.as_ref().map_or("", Email::expose),
                    to_json(&notice.phase),
                    notice.note
                ],
            )
            .map_err(sql("write a notice"))?;
    }
    Ok(())
}

/// Moves a list from the state it was read in to a new one, unless somebody was quicker.
pub(super) fn advance(
    transaction: &Transaction<'_>,
    from: &'static str,
    list: &NoticeList,
) -> Result<(), NotifyError> {
    let id = list.header().id;
    let moved = transaction
        .execute(
            "UPDATE notice_lists SET state = ?3, body = ?4 WHERE id = ?1 AND state = ?2",
            params![number(id.number()), from, list.state(), body(list)],
        )
        .map_err(sql("write a notice list's state"))?;
    if moved == 1 {
        Ok(())
    } else {
        Err(NotifyError::Overtaken(id))
    }
}

/// Moves a notice from one phase to the next, unless another process has.
pub(super) fn phase(
    transaction: &Transaction<'_>,
    list: NoticeListId,
    from: NoticePhase,
    notice: &Notice,
) -> Result<(), NotifyError> {
    let moved = transaction
        .execute(
            "UPDATE notices SET phase = ?4, note = ?5 \
             WHERE list_id = ?1 AND account = ?2 AND phase = ?3",
            params![
                number(list.number()),
                notice.account.as_str(),
                to_json(&from),
                to_json(&notice.phase),
                notice.note
            ],
        )
        .map_err(sql("write a notice"))?;
    if moved == 1 {
        Ok(())
    } else {
        Err(NotifyError::Overtaken(list))
    }
}

/// The list that claimed to tell this person of this case.
pub(super) fn claimed_by(
    connection: &Connection,
    case: CaseId,
    account: &AccountId,
) -> Result<Option<NoticeListId>, StoreError> {
    let found = connection.query_row(
        "SELECT list_id FROM notice_claims WHERE case_id = ?1 AND account = ?2",
        params![number(case.number()), account.as_str()],
        |row| row.get::<_, i64>(0),
    );
    match found {
        Ok(list) => Ok(Some(NoticeListId::from_number(unsigned(
            "list number",
            list,
        )?))),
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
        Err(source) => Err(sql("look for a claim")(source)),
    }
}

/// Takes the claim. The table's key lets nobody take it twice.
pub(super) fn claim(
    transaction: &Transaction<'_>,
    case: CaseId,
    account: &AccountId,
    list: NoticeListId,
) -> Result<(), StoreError> {
    transaction
        .execute(
            "INSERT INTO notice_claims (case_id, account, list_id) VALUES (?1, ?2, ?3)",
            params![
                number(case.number()),
                account.as_str(),
                number(list.number())
            ],
        )
        .map(|_| ())
        .map_err(sql("claim a notice"))
}

/// Gives the claim back: the notice certainly did not leave.
pub(super) fn release(
    transaction: &Transaction<'_>,
    case: CaseId,
    account: &AccountId,
) -> Result<(), StoreError> {
    transaction
        .execute(
            "DELETE FROM notice_claims WHERE case_id = ?1 AND account = ?2",
            params![number(case.number()), account.as_str()],
        )
        .map(|_| ())
        .map_err(sql("release a claim"))
}
