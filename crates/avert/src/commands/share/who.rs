//! `avert share who`: who could read an object, who did, and how far its retraction has come.

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::release::Item;
use avert_exchange::release::ledger::{Access, Has, who_could, who_did};
use avert_exchange::release::retraction::progress;
use avert_model::{LedgerEntry, Recipient};
use avert_ops::sharing;
use avert_ops::store::Store;
use serde::Serialize;
use serde_json::Value;

use super::error::ShareError;
use super::now;
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::sharing::{Facts, KeptTerms, Sharing, ids_in};
use crate::text::{Table, moment};

#[derive(Serialize)]
struct Who {
    object: String,
    retracted_at: Option<String>,
    readers: Vec<Reader>,
}

#[derive(Serialize)]
struct Reader {
    who: String,
    /// What they could read by the rules as they are now.
    could: &'static str,
    /// Whether they have it.
    did: &'static str,
    /// When they were told that it was taken back.
    told: Option<String>,
    acknowledged: Option<String>,
}

pub(super) fn run(id: &str, context: &Context<'_>) -> Result<Answer, Failure> {
    let store = context.store()?;
    let sharing = Sharing::of(&context.config.sharing);
    let could = could(&store, id, &sharing)?;
    let entries = sharing::with_fetches(&store, id)?;
    if could.is_empty() && entries.is_empty() {
        return Err(ShareError::Unknown(id.to_owned()).into());
    }
    let did = who_did(&entries, &sharing.directory, now());
    let back = progress(&entries, &sharing.directory, now());
    let everybody: BTreeSet<&Recipient> = could.keys().chain(did.keys()).collect();
    let us = sharing.directory.own_team();
    let readers = everybody.into_iter().filter(|who| **who != us).map(|who| {
        let back = back.get(who).cloned().unwrap_or_default();
        Reader {
            who: told(who),
            could: match could.get(who) {
                None | Some(Access::Nothing) => "nothing",
                Some(Access::Part) => "part of it",
                Some(Access::Whole) => "all of it",
            },
            did: match did.get(who) {
                None => "no",
                Some(Has::MayHave) => "may have",
                Some(Has::Has) => "has it",
            },
            told: back.told.map(|at| at.to_string()),
            acknowledged: back.acknowledged.map(|at| at.to_string()),
        }
    });
    let retracted = entries.iter().find_map(|entry| match entry {
        LedgerEntry::Retracted(entry) => Some(entry.at),
        _ => None,
    });
    let who = Who {
        object: id.to_owned(),
        retracted_at: retracted.map(|at| at.to_string()),
        readers: readers.collect(),
    };
    context.printer.result(&who, |who| {
        let mut text = retracted.map_or(String::new(), |at| {
            format!("taken back at {}\n", moment(at))
        });
        text.push_str(&table(who));
        text
    })?;
    Ok(Answer::Done)
}

pub(super) fn told(who: &Recipient) -> String {
    match who {
        Recipient::Public => "everybody".into(),
        Recipient::Partner(partner) => partner.to_string(),
        Recipient::Group(group) => format!("group {group}"),
    }
}

fn table(who: &Who) -> String {
    let mut table = Table::new(&[
        "who",
        "could read",
        "has it",
        "told of its end",
        "acknowledged",
    ]);
    for reader in &who.readers {
        table.row([
            reader.who.clone(),
            reader.could.into(),
            reader.did.into(),
            reader.told.clone().unwrap_or_else(|| "–".into()),
            reader.acknowledged.clone().unwrap_or_else(|| "–".into()),
        ]);
    }
    table.render("nobody\n")
}

/// Who could read it by its markings and terms, and those of what it names, wherever it is offered.
fn could(
    store: &Store,
    id: &str,
    sharing: &Sharing,
) -> Result<BTreeMap<Recipient, Access>, Failure> {
    let mut versions = sharing::versions_of_all(store, &[id.to_owned()])?;
    if versions.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut named = BTreeSet::new();
    for version in &versions {
        ids_in(&version.body, &mut named);
    }
    named.remove(id);
    let named: Vec<String> = named.into_iter().collect();
    versions.extend(sharing::versions_of_all(store, &named)?);
    let items: Vec<Item<Value>> = versions
        .iter()
        .map(|version| Item {
            object: serde_json::from_str(&version.body).unwrap_or_default(),
            terms: KeptTerms::read(&version.terms).terms(),
        })
        .collect();
    let facts = Facts::read(store)?;
    Ok(who_could(id, &items, &facts.rules(sharing), now())?)
}
