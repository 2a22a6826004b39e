//! What is learnt about notices after they left: bounces, complaints, and what a relay's log says of
//! those that are in doubt.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{AccountId, CaseState, NoticeListId, Timestamp};
use serde::Serialize;
use serde_json::json;

use super::error::NotifyError;
use super::ledger::{self, Change};
use super::list::{Notice, NoticeHeader, NoticePhase};
use super::person::Mailbox;
use super::records;
use super::state::{NoticeList, SendingList, SentList};
use crate::cases;
use crate::desk::Desk;
use crate::people::Role;
use crate::ports::OperationKey;
use crate::store::{Connection, Store, StoreError, Transaction, from_json, parse, values};

/// What came back of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Returned {
    /// The mailbox does not exist or takes no mail: it is not written to again, and the next channel
    /// tries.
    Bounced,
    /// The person said that it was not wanted: they got it, and are not written to again.
    Complained,
}

/// What became of what came back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Heard {
    /// Notices that bounced and go out on another channel when the list is resumed.
    pub rerouted: u64,
    /// Notices that bounced, and there is no other channel.
    pub undeliverable: u64,
    /// Complaints.
    pub complaints: u64,
    /// What had been heard of before, or is about no notice that has left.
    pub unknown: u64,
}

/// Takes in what came back of a list's notices. Hearing the same again changes nothing. Needs a
/// responder.
pub fn hear(
    desk: &mut Desk<'_>,
    id: NoticeListId,
    returned: &[(OperationKey, Returned, String)],
) -> Result<(NoticeList, Heard), NotifyError> {
    desk.actor
        .require(Role::Responder, "take in what came back")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let held = desk.store.hold(&id.to_string())?;
    let _held = held.ok_or(NotifyError::Busy(id))?;
    let store = desk.store.identity()?;
    desk.store.write(|transaction| {
        let list = records::find(transaction, id)?;
        let mut heard = Heard::default();
        let (mut header, approval, was) = match list {
            NoticeList::Sending(list) => (list.header, list.approval, "sending"),
            NoticeList::Sent(list) => (list.header, list.approval, "sent"),
            other => {
                return Err(NotifyError::WrongState {
                    list: id,
                    state: other.state(),
                    wanted: "said to have bounced",
                });
            }
        };
        let places = by_key(&header, &store);
        let channels = header.channels().count();
        // A list that was ended, or whose case is over, tells nobody more.
        let goes_on = header.not_arrived() == NoticePhase::Planned
            && cases::find(transaction, header.case)?.state == CaseState::Open;
        let mut known = suppressed(transaction)?;
        let mut changes = Vec::new();
        for (key, what, why) in returned {
            let index = places.get(key).copied();
            let told = |index: &usize| is_told_of(&header.notices[*index], *what, &known, &store);
            let Some(index) = index.filter(told) else {
                heard.unknown += 1;
                continue;
            };
            let notice = &mut header.notices[index];
            let from = notice.phase;
            if let Some(address) = hash_of(notice, &store) {
                suppress(transaction, &address, *what, &now.to_string())?;
                known.insert(address);
            }
            let act = match what {
                Returned::Complained => {
                    heard.complaints += 1;
                    "notify/complaint"
                }
                Returned::Bounced => {
                    notice.note = format!("bounced: {why}");
                    if goes_on && notice.via + 1 < channels {
                        heard.rerouted += 1;
                        notice.via += 1;
                        notice.phase = NoticePhase::Planned;
                    } else {
                        heard.undeliverable += 1;
                        notice.phase = NoticePhase::Undeliverable;
                    }
                    "notify/bounced"
                }
            };
            changes.push(Change {
                index,
                from,
                to: notice.phase,
                act,
                detail: json!({ "account": notice.account, "key": key }),
            });
        }
        ledger::put(transaction, &header, (now, &by), &changes)?;
        if was == "sent" && heard.rerouted == 0 {
            return Ok((SentList { header, approval }.into(), heard));
        }
        let sending = SendingList { header, approval };
        if was == "sending" {
            let list = ledger::end_if_settled(transaction, sending, (now, &by))?;
            return Ok((list, heard));
        }
        let list = NoticeList::from(sending);
        records::advance(transaction, was, &list)?;
        Ok((list, heard))
    })
}

/// Whether what came back says something new of this notice. A bounce also tells of one that is in
/// doubt: it left, and did not arrive. Once the address is known to take no mail, a notice that went on
/// to another channel has left by one that needs no address: it is the first mail that bounced again.
fn is_told_of(notice: &Notice, what: Returned, known: &BTreeSet<String>, store: &str) -> bool {
    match (what, notice.phase) {
        (Returned::Complained, phase) => phase == NoticePhase::Sent,
        (Returned::Bounced, NoticePhase::Sent | NoticePhase::InDoubt | NoticePhase::Claimed) => {
            notice.via == 0 || hash_of(notice, store).is_none_or(|hash| !known.contains(&hash))
        }
        (Returned::Bounced, _) => false,
    }
}

fn hash_of(notice: &Notice, store: &str) -> Option<String> {
    let mailbox = notice.email.as_ref().and_then(Mailbox::of)?;
    Some(mailbox.hash(store))
}

/// What is known of a notice that is in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trace {
    /// The relay or the mailbox has it; with its reference there.
    Arrived(String),
    /// It certainly did not leave.
    NeverLeft,
    /// What was asked does not know either.
    Unknown,
}

/// What happens to notices of which nobody knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InDoubtPolicy {
    /// They wait for a person: nobody is told twice.
    #[default]
    Hold,
    /// They are sent again: nobody is missed, and some may be told twice.
    Resend,
}

/// What reconciling found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Reconciled {
    /// They had left.
    pub sent: u64,
    /// They had not, and go out when the list is resumed.
    pub not_sent: u64,
    /// Nobody knows, and they go out once more by policy.
    pub resent: u64,
    /// Nobody knows, and they are held by policy.
    pub held: u64,
}

/// Settles a list's notices that are in doubt by what `look` knows of each. Needs a responder.
pub fn reconcile(
    desk: &mut Desk<'_>,
    id: NoticeListId,
    policy: InDoubtPolicy,
    look: &mut dyn FnMut(&OperationKey) -> Trace,
) -> Result<(NoticeList, Reconciled), NotifyError> {
    desk.actor.require(Role::Responder, "reconcile notices")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    // One that is claimed may be leaving at this moment, unless nobody is sending.
    let held = desk.store.hold(&id.to_string())?;
    let _held = held.ok_or(NotifyError::Busy(id))?;
    let store = desk.store.identity()?;
    desk.store.write(|transaction| {
        let mut sending = match records::find(transaction, id)? {
            NoticeList::Sending(sending) => sending,
            sent @ NoticeList::Sent(_) => return Ok((sent, Reconciled::default())),
            other => {
                return Err(NotifyError::WrongState {
                    list: id,
                    state: other.state(),
                    wanted: "reconciled",
                });
            }
        };
        let mut found = Reconciled::default();
        let header = &mut sending.header;
        let mut changes = Vec::new();
        let not_arrived = header.not_arrived();
        for index in 0..header.notices.len() {
            let from = header.notices[index].phase;
            if !matches!(from, NoticePhase::InDoubt | NoticePhase::Claimed) {
                continue;
            }
            let key = header.key(&store, &header.notices[index].account);
            let notice = &mut header.notices[index];
            let (to, note, act) = match (look(&key), policy) {
                (Trace::Arrived(reference), _) => {
                    found.sent += 1;
                    (NoticePhase::Sent, reference, "notify/reconciled-sent")
                }
                (Trace::NeverLeft, _) => {
                    found.not_sent += 1;
                    (not_arrived, String::new(), "notify/reconciled-not-sent")
                }
                (Trace::Unknown, InDoubtPolicy::Resend) if not_arrived == NoticePhase::Planned => {
                    found.resent += 1;
                    let note = "sent again by policy: it may arrive twice".into();
                    (NoticePhase::Planned, note, "notify/resend")
                }
                (Trace::Unknown, InDoubtPolicy::Hold | InDoubtPolicy::Resend) => {
                    found.held += 1;
                    continue;
                }
            };
            notice.phase = to;
            notice.note = note;
            changes.push(Change {
                index,
                from,
                to,
                act,
                detail: json!({ "account": notice.account, "key": key }),
            });
        }
        ledger::put(transaction, header, (now, &by), &changes)?;
        let list = ledger::end_if_settled(transaction, sending, (now, &by))?;
        Ok((list, found))
    })
}

/// The notices of a list that are in doubt or claimed, by their keys, with when each was tried last:
/// what a log is searched for.
pub fn attempts_in_doubt(
    store: &Store,
    id: NoticeListId,
) -> Result<BTreeMap<OperationKey, Timestamp>, NotifyError> {
    #[derive(serde::Deserialize)]
    struct Detail {
        account: AccountId,
    }
    let name = store.identity()?;
    let list = records::show(store, id)?;
    let header = list.header();
    let open: BTreeSet<&AccountId> = header
        .notices
        .iter()
        .filter(|notice| matches!(notice.phase, NoticePhase::InDoubt | NoticePhase::Claimed))
        .map(|notice| &notice.account)
        .collect();
    let mut attempts = BTreeMap::new();
    store.read().each(
        "look when notices were tried",
        "SELECT at, detail FROM journal WHERE subject = ?1 AND act = ?2 ORDER BY seq",
        &values![id.to_string(), "notify/claimed"],
        &mut |row| {
            let Detail { account } = from_json("journal row", &row.text(1)?)?;
            if open.contains(&account) {
                let at: Timestamp = parse("time", &row.text(0)?)?;
                attempts.insert(header.key(&name, &account), at);
            }
            Ok(true)
        },
    )?;
    Ok(attempts)
}

fn by_key(header: &NoticeHeader, store: &str) -> BTreeMap<OperationKey, usize> {
    let keyed = header.notices.iter().enumerate();
    keyed
        .map(|(index, notice)| (header.key(store, &notice.account), index))
        .collect()
}

fn suppress(
    transaction: &Transaction<'_>,
    address: &str,
    why: Returned,
    at: &str,
) -> Result<(), StoreError> {
    let why = match why {
        Returned::Bounced => "bounced",
        Returned::Complained => "complained",
    };
    transaction.execute(
        "note an address that takes no mail",
        "INSERT INTO suppressions (address, why, at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (address) DO NOTHING",
        &values![address, why, at],
    )?;
    Ok(())
}

/// The addresses that take no mail from us any more, by their hash.
pub(crate) fn suppressed(connection: &Connection) -> Result<BTreeSet<String>, StoreError> {
    let rows = connection.rows("read suppressions", "SELECT address FROM suppressions", &[])?;
    rows.iter().map(|row| row.text(0)).collect()
}
