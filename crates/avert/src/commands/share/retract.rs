//! `avert share retract`: an object is taken back from everybody who has it.

use std::collections::BTreeMap;

use avert_exchange::release::ledger::{Has, digest};
use avert_exchange::release::retraction::{Notice, notices};
use avert_exchange::stix::parse_time;
use avert_model::{Acknowledged, LedgerEntry, PartnerId, Recipient, Retracted, Shared};
use avert_ops::sharing::{self, Asked, Put, SharingError, Which};
use avert_ops::store::Store;
use serde::Serialize;
use serde_json::Value;

use super::error::ShareError;
use super::who::told;
use super::{now, require_liaison};
use crate::clock::SystemClock;
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::sharing::{CollectionSettings, Settling, Sharing};
use crate::text::Table;

/// Who has it, and how they hear of it.
#[derive(Serialize)]
struct Outstanding {
    who: String,
    has: &'static str,
    how: String,
}

pub(super) fn run(
    id: &str,
    reason: &str,
    execute: bool,
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    require_liaison(context, "take something back")?;
    let mut store = context.store()?;
    let sharing = Sharing::of(&context.config.sharing);
    let now = now();
    let lying = lying(&mut store, id, context)?;
    let entries = sharing::with_fetches(&store, id)?;
    if entries.is_empty()
        && lying.is_empty()
        && sharing::holds(&store, &[id.to_owned()])?.is_empty()
    {
        return Err(ShareError::Unknown(id.to_owned()).into());
    }
    let given = given(&store, id, &lying)?;
    let notices = notices(&entries, &given, None, &sharing.directory, now);
    if execute {
        if sharing::retracted(&store)?.contains(id) {
            return Err(SharingError::Retracted(id.to_owned()).into());
        }
        // It goes before that is entered: broken off in between, nobody reads it, and it can be taken back again.
        for one in &lying {
            take_back(&mut store, id, one, &sharing)?;
        }
        let entry = LedgerEntry::Retracted(Retracted {
            object: id.to_owned(),
            reason: reason.to_owned(),
            by: context.actor()?.name().to_owned(),
            at: now,
        });
        context.at_desk(|desk| sharing::record(desk, &entry))??;
    }
    let outstanding: Vec<Outstanding> = notices
        .iter()
        .map(|notice| outstanding(notice, &lying, &sharing))
        .collect();
    context.printer.results(&outstanding, |outstanding| {
        let mut table = Table::new(&["who has it", "", "hears of it"]);
        for one in outstanding {
            table.row([one.who.clone(), one.has.into(), one.how.clone()]);
        }
        let head = if execute {
            "taken back\n"
        } else {
            "would be taken back, and nothing was changed\n"
        };
        let next = if execute {
            ""
        } else {
            "\nnext: the same with --execute\n"
        };
        format!("{head}{}{next}", table.render("nobody has it\n"))
    })?;
    Ok(Answer::Done)
}

/// What anybody may have been given of an object, as far as it is at hand: what lies there, and what we have. By the
/// digests by which the ledger knows it: of what it says, as it was told, and of its text, as it was fetched.
fn given(store: &Store, id: &str, lying: &[Lying<'_>]) -> Result<BTreeMap<String, Value>, Failure> {
    let held = sharing::versions_of_all(store, &[id.to_owned()])?;
    let held = held.iter().map(|version| version.body.as_str());
    let texts = lying.iter().flat_map(|one| &one.texts).map(String::as_str);
    let mut given = BTreeMap::new();
    for text in held.chain(texts) {
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        given.insert(sharing::text_digest(text), value.clone());
        given.insert(digest(&value), value);
    }
    Ok(given)
}

/// Where an object lies, and what is read of it there.
struct Lying<'c> {
    name: &'c str,
    settings: &'c CollectionSettings,
    texts: Vec<String>,
}

fn lying<'c>(
    store: &mut Store,
    id: &str,
    context: &'c Context<'_>,
) -> Result<Vec<Lying<'c>>, Failure> {
    let mut all = Vec::new();
    for (name, settings) in &context.config.sharing.collection {
        let number = sharing::collection(store, &settings.id(name))?.number;
        // A copy of somebody's own is no more taken back than it is what the id is the id of.
        let there = sharing::visible(store, number, &[id.to_owned()])?;
        if there.get(id).is_some_and(|copies| !copies.is_empty()) {
            continue;
        }
        let asked = Asked {
            ids: vec![id.to_owned()],
            which: Which {
                all: true,
                ..Which::default()
            },
            ..Asked::default()
        };
        let mut texts = Vec::new();
        sharing::each(store, number, &asked, true, usize::MAX - 1, &mut |shown| {
            texts.push(shown.body);
            true
        })?;
        if !texts.is_empty() {
            all.push(Lying {
                name,
                settings,
                texts,
            });
        }
    }
    Ok(all)
}

/// Puts the revoked version in place of the object; what names it names it no longer.
///
/// It repeats what its type requires of what lies there, and so of nothing that its readers did not have.
fn take_back(
    store: &mut Store,
    id: &str,
    lying: &Lying<'_>,
    sharing: &Sharing,
) -> Result<(), Failure> {
    let audience = &lying.settings.audience.0;
    let given = lying.texts.last().map_or("", String::as_str);
    let given: Value = serde_json::from_str(given).unwrap_or_default();
    let lay_there = LedgerEntry::Shared(Shared {
        object: id.to_owned(),
        version: String::new(),
        digest: digest(&given),
        from: sharing.directory.us.clone(),
        to: audience.clone(),
        channel: "taxii".into(),
        at: now(),
    });
    let given = BTreeMap::from([(digest(&given), given)]);
    let notices = notices(&[lay_there], &given, None, &sharing.directory, now());
    let revoked = notices
        .iter()
        .find_map(|notice| notice.revoked.as_ref().ok());
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let put = revoked.map(|revoked| {
        let value = revoked.get();
        Put {
            id: id.to_owned(),
            version: parse_time(&text(value, "modified")),
            kind: text(value, "type"),
            spec_version: "2.1".into(),
            body: value.to_string(),
            copy_by: String::new(),
            entry: None,
        }
    });
    let collection = lying.settings.id(lying.name);
    let mut settling = Settling::of(store, &collection, (sharing, audience), &SystemClock)?;
    let _lease = settling.alone(store)?;
    settling.take_back(store, id, put)
}

fn outstanding(notice: &Notice, lying: &[Lying<'_>], sharing: &Sharing) -> Outstanding {
    let reads = lying.iter().any(|one| match &notice.to {
        Recipient::Partner(partner) => sharing.belongs(partner, &one.settings.audience.0, now()),
        to => *to == one.settings.audience.0,
    });
    Outstanding {
        who: told(&notice.to),
        has: match notice.has {
            Has::Has => "has it",
            Has::MayHave => "may have it",
        },
        how: match &notice.revoked {
            _ if reads => "finds the revoked version where it lay".into(),
            Ok(_) => "has to be told: it does not lie anywhere that they read".into(),
            Err(why) => format!("has to be told by a person: {why}"),
        },
    }
}

#[derive(Serialize)]
struct Noted {
    object: String,
    partner: String,
}

pub(super) fn acknowledge(
    id: &str,
    partner: &str,
    receipt: String,
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    let sharing = Sharing::of(&context.config.sharing);
    if sharing.partner(partner).is_none() {
        return Err(ShareError::NoPartner(partner.to_owned()).into());
    }
    let entry = LedgerEntry::Acknowledged(Acknowledged {
        object: id.to_owned(),
        partner: PartnerId::new(partner),
        receipt,
        at: now(),
    });
    context.at_desk(|desk| sharing::record(desk, &entry))??;
    let noted = Noted {
        object: id.to_owned(),
        partner: partner.to_owned(),
    };
    context
        .printer
        .result(&noted, |_| format!("noted: {partner} has dropped {id}\n"))?;
    Ok(Answer::Done)
}
