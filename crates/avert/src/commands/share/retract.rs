//! `avert share retract`: an object is taken back from everybody who has it.

use std::collections::BTreeMap;

use avert_exchange::release::ledger::{Has, digest};
use avert_exchange::release::retraction::{Notice, notices};
use avert_exchange::stix::parse_time;
use avert_model::{Acknowledged, LedgerEntry, PartnerId, Recipient, Retracted};
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
    let given: BTreeMap<String, Value> = lying
        .iter()
        .flat_map(|one| &one.bodies)
        .map(|body| (digest(body), body.clone()))
        .collect();
    let notices = notices(&entries, &given, None, &sharing.directory, now);
    if execute {
        if sharing::retracted(&store)?.contains(id) {
            return Err(SharingError::Retracted(id.to_owned()).into());
        }
        // It goes before that is entered: broken off in between, nobody reads it, and it can be taken back again.
        for one in &lying {
            take_back(&mut store, id, one, (&sharing, &notices))?;
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

/// Where an object lies, and what is read of it there.
struct Lying<'c> {
    name: &'c str,
    settings: &'c CollectionSettings,
    bodies: Vec<Value>,
}

fn lying<'c>(
    store: &mut Store,
    id: &str,
    context: &'c Context<'_>,
) -> Result<Vec<Lying<'c>>, Failure> {
    let mut all = Vec::new();
    for (name, settings) in &context.config.sharing.collection {
        let number = sharing::collection(store, &settings.id(name))?.number;
        let asked = Asked {
            ids: vec![id.to_owned()],
            which: Which {
                all: true,
                ..Which::default()
            },
            ..Asked::default()
        };
        let mut bodies = Vec::new();
        sharing::each(store, number, &asked, true, usize::MAX - 1, &mut |shown| {
            bodies.extend(serde_json::from_str(&shown.body).ok());
            true
        })?;
        if !bodies.is_empty() {
            all.push(Lying {
                name,
                settings,
                bodies,
            });
        }
    }
    Ok(all)
}

/// Puts the revoked version in place of the object; what names it names it no longer.
fn take_back(
    store: &mut Store,
    id: &str,
    lying: &Lying<'_>,
    (sharing, notices): (&Sharing, &[Notice]),
) -> Result<(), Failure> {
    let audience = &lying.settings.audience.0;
    let belongs = |notice: &&Notice| match (&notice.to, audience) {
        (to, audience) if to == audience => true,
        (Recipient::Partner(partner), audience) => sharing.belongs(partner, audience, now()),
        _ => false,
    };
    let revoked = notices
        .iter()
        .filter(belongs)
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
            entry: None,
        }
    });
    let collection = lying.settings.id(lying.name);
    let mut settling = Settling::of(store, &collection, (sharing, audience), &SystemClock)?;
    let _lease = sharing::wait_for_lease(store, settling.number())?;
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
            Ok(_) if reads => "finds the revoked version where it lay".into(),
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
