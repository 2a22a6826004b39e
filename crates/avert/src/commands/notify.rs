//! `avert notify`: tell the people whom a network reached, once each.

mod aftermath;
mod show;

use std::collections::BTreeMap;

use avert_model::{AccountId, CaseId, Email, NoticeListId};
use avert_ops::desk::Desk;
use avert_ops::freeze::Freeze;
use avert_ops::notify::{self, NoticeList, NotifyError, Resolution, Route, Telling};
use avert_ops::people::Actor;
use avert_ops::ports::Channel;
use avert_ops::store::Store;
use serde::Serialize;

use super::Answer;
use super::freeze::first_line;
use super::takedown::assent;
use crate::args::{ActOnList, DoubtOutcome, Notify};
use crate::clock::{SystemChance, SystemClock, SystemPause};
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::signer::OwnKey;
use crate::view::ListView;

/// A list, and that everything is stopped.
#[derive(Serialize)]
struct Standing<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen: Option<Freeze>,
    #[serde(flatten)]
    list: ListView<'a>,
}

pub(super) fn run(verb: Notify, context: &Context<'_>) -> Result<Answer, Failure> {
    let mut store = context.store()?;
    match &verb {
        Notify::Preview { id } => {
            let previews = notify::preview(&notify::show(&store, *id)?);
            context.printer.results(&previews, show::previews)?;
            return Ok(Answer::Done);
        }
        Notify::Status { id } => {
            let (frozen, line) = first_line(&store)?;
            let list = notify::show(&store, *id)?;
            let view = Standing {
                frozen,
                list: ListView::new(&list),
            };
            context
                .printer
                .result(&view, |view| line + &show::list(&view.list))?;
            return Ok(Answer::Done);
        }
        Notify::Send(act) | Notify::Resume(act) if !act.execute => {
            return dry_run(context, &store, &verb, act.id);
        }
        _ => {}
    }
    let actor = context.actor()?;
    let list = change(verb, context, &mut store, &actor)?;
    print(context, &list, show::next)
}

fn change(
    verb: Notify,
    context: &Context<'_>,
    store: &mut Store,
    actor: &Actor,
) -> Result<NoticeList, Failure> {
    let people = context.people();
    let mut desk = Desk {
        store,
        clock: &SystemClock,
        pause: &SystemPause,
        actor,
        people: &people,
    };
    let progress = Progress::new(context.printer);
    let mut bar = |done, total| progress.at("notices", done, total);
    let mut chance = SystemChance;
    Ok(match verb {
        Notify::Plan {
            case,
            channel,
            fallback,
            although_awake,
        } => {
            let over = (channel.as_deref(), fallback.as_slice());
            drafted(context, &mut desk, case, over, although_awake)?
        }
        Notify::Approve { id, digest, own } => {
            let own = OwnKey::of(own.key.as_ref(), actor);
            notify::approve(&mut desk, id, &assent(&digest, own.as_ref(), context))?
        }
        Notify::Reject { id, reason } => notify::reject(&mut desk, id, &reason)?,
        Notify::GiveUp { id, reason } => notify::give_up(&mut desk, id, &reason)?,
        Notify::Send(ActOnList { id, .. }) | Notify::Resume(ActOnList { id, .. }) => {
            let channels = channels(context, desk.store, id)?;
            let channels: Vec<&dyn Channel> = channels.iter().map(AsRef::as_ref).collect();
            let route = Route {
                channels: &channels,
                chance: &mut chance,
            };
            if matches!(verb, Notify::Send(_)) {
                notify::send(&mut desk, route, id, &mut bar)?
            } else {
                notify::resume(&mut desk, route, id, &mut bar)?
            }
        }
        Notify::Resolve {
            id,
            account,
            outcome,
            reason,
        } => {
            let resolution = match outcome {
                DoubtOutcome::Sent => Resolution::Sent,
                DoubtOutcome::NotSent => Resolution::NotSent,
                DoubtOutcome::GivenUp => Resolution::GivenUp,
            };
            notify::resolve(&mut desk, id, &AccountId::new(account), resolution, &reason)?
        }
        Notify::Reconcile { .. } | Notify::Bounces { .. } => {
            aftermath::run(verb, context, &mut desk)?
        }
        Notify::Preview { .. } | Notify::Status { .. } => {
            unreachable!("verbs that only read are answered before")
        }
    })
}

/// Drafts a list, over these channels or those of the configuration.
pub(crate) fn drafted(
    context: &Context<'_>,
    desk: &mut Desk<'_>,
    case: CaseId,
    (channel, fallback): (Option<&str>, &[String]),
    although_awake: bool,
) -> Result<NoticeList, Failure> {
    let channel = match channel {
        Some(channel) => channel,
        None => context.notice_channel()?,
    };
    let settings = &context.config.notify;
    let fallback = if fallback.is_empty() {
        &settings.fallback
    } else {
        fallback
    };
    // Made here, so that a fault of their configuration shows before anything is drafted.
    for channel in std::iter::once(channel).chain(fallback.iter().map(String::as_str)) {
        let _ = context.channel(channel)?;
    }
    let addresses = addresses(context, desk.store, case)?;
    let telling = Telling {
        channel,
        fallback,
        service: settings.service.as_deref().unwrap_or("our service"),
        addresses: &addresses,
        although_awake,
    };
    Ok(notify::plan(desk, case, &telling)?)
}

/// The channels of a list.
pub(crate) fn channels(
    context: &Context<'_>,
    store: &Store,
    id: NoticeListId,
) -> Result<Vec<Box<dyn Channel>>, Failure> {
    let list = notify::show(store, id)?;
    list.header()
        .channels()
        .map(|name| context.channel(name))
        .collect()
}

/// The mail addresses of the people the case reached, as its snapshots have them.
fn addresses(
    context: &Context<'_>,
    store: &Store,
    case: CaseId,
) -> Result<BTreeMap<AccountId, Email>, Failure> {
    let mut addresses: BTreeMap<AccountId, Option<Email>> = notify::reached(store, case)?
        .into_iter()
        .map(|contact| (contact.account, None))
        .collect();
    context.each_account(store, case, |account| {
        if let Some(known) = addresses.get_mut(&account.id) {
            *known = account.email.or_else(|| known.take());
        }
    })?;
    Ok(addresses
        .into_iter()
        .filter_map(|(account, email)| email.map(|email| (account, email)))
        .collect())
}

/// Says what would be sent, and sends nothing.
fn dry_run(
    context: &Context<'_>,
    store: &Store,
    verb: &Notify,
    id: NoticeListId,
) -> Result<Answer, Failure> {
    let list = notify::show(store, id)?;
    let _ = channels(context, store, id)?;
    let (word, wanted, possible) = match verb {
        Notify::Send(_) => (
            "send",
            "sent",
            matches!(list, NoticeList::Approved(_) | NoticeList::Sent(_)),
        ),
        _ => (
            "resume",
            "resumed",
            matches!(list, NoticeList::Sending(_) | NoticeList::Sent(_)),
        ),
    };
    if !possible {
        return Err(NotifyError::WrongState {
            list: id,
            state: list.state(),
            wanted,
        }
        .into());
    }
    context
        .printer
        .result(&ListView::new(&list), |view| show::dry_run(view, word))?;
    Ok(Answer::Done)
}

fn print(
    context: &Context<'_>,
    list: &NoticeList,
    text: impl Fn(&ListView<'_>) -> String,
) -> Result<Answer, Failure> {
    context
        .printer
        .result(&ListView::new(list), |view| text(view))?;
    Ok(Answer::Done)
}
