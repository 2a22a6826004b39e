//! What is learnt about notices after they left: from a relay's log, and from what came back.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{NoticeListId, Timestamp};
use avert_ops::desk::Desk;
use avert_ops::notify::{self, InDoubtPolicy, NoticeList, Returned, Trace};
use avert_ops::ports::OperationKey;
use avert_platforms::bounce::{self, Verdict};
use avert_platforms::relay_log::{self, Left, RelayLog};
use jiff::tz::TimeZone;

use crate::args::{DoubtPolicy, Notify};
use crate::context::Context;
use crate::failure::{CommandError, Failure};
use crate::text::count;

pub(super) fn run(
    verb: Notify,
    context: &Context<'_>,
    desk: &mut Desk<'_>,
) -> Result<NoticeList, Failure> {
    match verb {
        Notify::Reconcile {
            id,
            log,
            folder,
            zone,
            policy,
        } => {
            let attempts = notify::attempts_in_doubt(desk.store, id)?;
            let zone = TimeZone::get(&zone).map_err(|_| CommandError::NoTimeZone(zone.clone()))?;
            let keys: BTreeSet<OperationKey> = attempts.keys().cloned().collect();
            let mut relay = RelayLog::about(keys.iter().cloned(), desk.now(), zone);
            for path in &log {
                relay.read(path)?;
            }
            let mut arrived = BTreeSet::new();
            for path in &folder {
                arrived.extend(relay_log::found_in(path, &keys)?);
            }
            let policy = match policy {
                Some(DoubtPolicy::Hold) => InDoubtPolicy::Hold,
                Some(DoubtPolicy::Resend) => InDoubtPolicy::Resend,
                None => context.config.notify.in_doubt,
            };
            let mut look = |key: &OperationKey| trace(key, &attempts, &relay, &arrived);
            let (list, found) = notify::reconcile(desk, id, policy, &mut look)?;
            context.printer.talk(&format!(
                "of {} in doubt {} had left, {} had not, {} go out again by policy, {} are held",
                count(attempts.len() as u64, "notice", "notices"),
                found.sent,
                found.not_sent,
                found.resent,
                found.held
            ));
            Ok(list)
        }
        Notify::Bounces { id, mailbox } => bounces(id, &mailbox, context, desk),
        _ => unreachable!("the other verbs are carried out elsewhere"),
    }
}

/// What the log and the folders say of one notice.
fn trace(
    key: &OperationKey,
    attempts: &BTreeMap<OperationKey, Timestamp>,
    relay: &RelayLog,
    arrived: &BTreeSet<OperationKey>,
) -> Trace {
    if arrived.contains(key) {
        return Trace::Arrived(format!("message {key}"));
    }
    let Some(tried_at) = attempts.get(key) else {
        return Trace::Unknown;
    };
    match relay.left(key, *tried_at) {
        Left::Yes => Trace::Arrived(format!("message {key} in the relay's log")),
        Left::No => Trace::NeverLeft,
        Left::CannotTell => Trace::Unknown,
    }
}

/// Reads a mailbox of bounces and takes in what is about this list.
fn bounces(
    id: NoticeListId,
    mailbox: &std::path::Path,
    context: &Context<'_>,
    desk: &mut Desk<'_>,
) -> Result<NoticeList, Failure> {
    // Of several reports on one notice the worst holds.
    let mut verdicts: BTreeMap<OperationKey, Verdict> = BTreeMap::new();
    let counted = bounce::read(mailbox, |bounce| {
        let worst = verdicts.entry(bounce.key).or_insert(bounce.verdict);
        *worst = (*worst).max(bounce.verdict);
    })?;
    let returned: Vec<(OperationKey, Returned, String)> = verdicts
        .into_iter()
        .filter_map(|(key, verdict)| match verdict {
            Verdict::Hard { status } => Some((key, Returned::Bounced, status.to_string())),
            Verdict::Complaint => Some((key, Returned::Complained, String::new())),
            // It arrived, or is still under way.
            Verdict::Delivered { .. } | Verdict::Soft { .. } => None,
        })
        .collect();
    let (list, heard) = notify::hear(desk, id, &returned)?;
    context.printer.talk(&format!(
        "{} read: {} go out on another channel when the list is resumed, {} cannot be reached, {} \
         complained, {} were heard of before or are about other notices; {} could not be tied to a \
         notice or understood",
        count(counted.bounces, "report", "reports"),
        heard.rerouted,
        heard.undeliverable,
        heard.complaints,
        heard.unknown,
        counted.unmatched + counted.unreadable
    ));
    Ok(list)
}
