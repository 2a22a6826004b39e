//! What embargoes wait for, and whether it has happened.

use avert_model::{CaseId, CaseState, Event, Happened, NoticeListId, PlanId};
use serde_json::json;

use super::{SHARES, SharingError};
use crate::desk::Desk;
use crate::journal;
use crate::store::{Store, StoreError, from_json, parse, values};

/// Says that something outside has happened, by its name: `vendor-patched`. It has happened once and for all.
pub fn declare(desk: &mut Desk<'_>, name: &str) -> Result<Happened, SharingError> {
    desk.actor
        .require(SHARES, "declare that something has happened")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let new = transaction.execute(
            "declare that something has happened",
            "INSERT INTO sharing_events (name, at) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
            &values![name, now.to_string()],
        )?;
        if new > 0 {
            journal::append(transaction, now, &by, "sharing/declare", name, &json!({}))?;
        }
        let row = transaction.row(
            "read when something happened",
            "SELECT at FROM sharing_events WHERE name = ?1",
            &values![name],
        )?;
        let at = row.map_or(Ok(now.to_string()), |row| row.text(0))?;
        Ok(Happened {
            event: Event::Declared(name.to_owned()),
            at: parse("time", &at)?,
        })
    })
}

/// Everything that embargoes can wait for and that has happened: what was declared, cases that were closed,
/// takedowns that were executed, and lists whose people were all told or cannot be.
pub fn happened(store: &Store) -> Result<Vec<Happened>, StoreError> {
    let mut all = Vec::new();
    let rows = store.read().rows(
        "read what was declared",
        "SELECT name, at FROM sharing_events ORDER BY name",
        &[],
    )?;
    for row in rows {
        all.push(Happened {
            event: Event::Declared(row.text(0)?),
            at: parse("time", &row.text(1)?)?,
        });
    }
    let rows = store.read().rows(
        "read which cases are closed",
        "SELECT id, state FROM cases WHERE state LIKE '%\"closed\"%' ORDER BY id",
        &[],
    )?;
    for row in rows {
        if let CaseState::Closed { at, .. } = from_json("state", &row.text(1)?)? {
            let case = CaseId::from_number(row.count(0)?);
            all.push(Happened {
                event: Event::CaseClosed(case),
                at,
            });
        }
    }
    // Their states say that they have come to their end, and the journal when.
    for (table, prefix, ended) in [
        ("plans", "tp", "s.state = 'executed'"),
        (
            "notice_lists",
            "nl",
            "s.state = 'sent' AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.list_id = s.id \
             AND n.phase IN ('planned', 'claimed', 'in-doubt'))",
        ),
    ] {
        let sql = format!(
            "SELECT s.id, (SELECT MAX(j.at) FROM journal j WHERE j.subject = '{prefix}-' || s.id) \
             FROM {table} s WHERE {ended} ORDER BY s.id"
        );
        for row in store
            .read()
            .rows("read what has come to its end", &sql, &[])?
        {
            let number = row.count(0)?;
            let event = if prefix == "tp" {
                Event::TakedownExecuted(PlanId::from_number(number))
            } else {
                Event::VictimsNotified(NoticeListId::from_number(number))
            };
            all.push(Happened {
                event,
                at: parse("time", &row.text(1)?)?,
            });
        }
    }
    Ok(all)
}
