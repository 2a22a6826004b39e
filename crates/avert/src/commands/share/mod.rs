//! `avert share`: what partners may read, who did, and what is taken back.

mod asked;
mod error;
mod put;
mod retract;
mod tokens;
mod who;

use std::fmt::Write as _;

use avert_model::Clock as _;
use avert_ops::sharing::{self, SharingError};
use serde::Serialize;

pub(crate) use self::asked::Asked;
use self::error::ShareError;
use super::Answer;
use crate::args::Share;
use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::Failure;
use crate::sharing::{CollectionSettings, Settled, Settling, Sharing};
use crate::text::{Table, count, moment};

pub(super) fn run(verb: Share, context: &Context<'_>) -> Result<Answer, Failure> {
    match verb {
        Share::List => list(context),
        Share::Put(args) => put::run(&args, context),
        Share::Withdraw { collection, ids } => withdraw(&collection, &ids, context),
        Share::Settle { collection } => settle(&collection, context),
        Share::Who { id } => who::run(&id, context),
        Share::Retract {
            id,
            reason,
            execute,
        } => retract::run(&id, &reason, execute, context),
        Share::Acknowledge {
            id,
            partner,
            receipt,
        } => retract::acknowledge(&id, &partner, receipt, context),
        Share::Declare { event } => declare(&event, context),
        Share::Token { partner } => tokens::make(&partner, context),
        Share::Tokens => tokens::list(context),
        Share::Revoke { id } => tokens::revoke(id, context),
    }
}

/// The collection of this name.
fn named<'c>(name: &str, context: &'c Context<'_>) -> Result<&'c CollectionSettings, Failure> {
    let found = context.config.sharing.collection.get(name);
    Ok(found.ok_or_else(|| ShareError::NoCollection(name.to_owned()))?)
}

/// A collection in a list.
#[derive(Serialize)]
struct Line {
    name: String,
    id: String,
    title: String,
    audience: String,
    write: Vec<String>,
    offered: u64,
    readable: u64,
}

fn list(context: &Context<'_>) -> Result<Answer, Failure> {
    let mut store = context.store()?;
    let mut lines = Vec::new();
    for (name, settings) in &context.config.sharing.collection {
        let id = settings.id(name);
        let number = sharing::collection(&mut store, &id)?.number;
        let (offered, readable) = sharing::counts(&store, number)?;
        lines.push(Line {
            name: name.clone(),
            id,
            title: settings.title.clone(),
            audience: settings.audience.clone().into(),
            write: settings.write.clone(),
            offered,
            readable,
        });
    }
    context.printer.results(&lines, |lines| {
        let mut table = Table::new(&[
            "collection",
            "for",
            "written by",
            "offered",
            "readable",
            "id",
        ]);
        for line in lines {
            table.row([
                line.name.clone(),
                line.audience.clone(),
                line.write.join(", "),
                line.offered.to_string(),
                line.readable.to_string(),
                line.id.clone(),
            ]);
        }
        table.render("avert.toml has no [sharing.collection.NAME]\n")
    })?;
    Ok(Answer::Done)
}

/// What a settling came to, as it is told.
#[derive(Serialize)]
struct Told {
    collection: String,
    judged: u64,
    put: u64,
    taken: u64,
    in_part: u64,
    withheld: Vec<Withheld>,
}

#[derive(Serialize)]
struct Withheld {
    id: String,
    why: String,
}

impl Told {
    fn of(collection: &str, settled: Settled) -> Self {
        let withheld = settled.withheld.into_iter().map(|one| Withheld {
            why: one.why.to_string(),
            id: one.id,
        });
        Self {
            collection: collection.to_owned(),
            judged: settled.judged,
            put: settled.put,
            taken: settled.taken,
            in_part: settled.in_part,
            withheld: withheld.collect(),
        }
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{}: {} looked at; {} put in or written anew, {} taken out, {} told in part\n",
            self.collection,
            count(self.judged, "object", "objects"),
            count(self.put, "version", "versions"),
            self.taken,
            self.in_part
        );
        for one in &self.withheld {
            // A text takes everything.
            let _ = writeln!(text, "  {} is withheld: {}", one.id, one.why);
        }
        text
    }
}

fn settle(name: &str, context: &Context<'_>) -> Result<Answer, Failure> {
    let settings = named(name, context)?;
    let mut store = context.store()?;
    let sharing = Sharing::of(&context.config.sharing);
    let told = Told::of(name, settled(&mut store, (name, settings), &sharing)?);
    context.printer.result(&told, Told::text)?;
    Ok(Answer::Done)
}

/// Settles all of a collection.
fn settled(
    store: &mut avert_ops::store::Store,
    (name, settings): (&str, &CollectionSettings),
    sharing: &Sharing,
) -> Result<Settled, Failure> {
    let (id, audience) = (settings.id(name), &settings.audience.0);
    let mut settling = Settling::of(store, &id, (sharing, audience), &SystemClock)?;
    let _lease = sharing::wait_for_lease(store, settling.number())?;
    settling.all(store)
}

/// Settles some of it.
fn settled_of(
    store: &mut avert_ops::store::Store,
    (name, settings): (&str, &CollectionSettings),
    sharing: &Sharing,
    ids: &[String],
) -> Result<Settled, Failure> {
    let (id, audience) = (settings.id(name), &settings.audience.0);
    let mut settling = Settling::of(store, &id, (sharing, audience), &SystemClock)?;
    let _lease = sharing::wait_for_lease(store, settling.number())?;
    settling.these(store, ids)
}

fn withdraw(name: &str, ids: &[String], context: &Context<'_>) -> Result<Answer, Failure> {
    let settings = named(name, context)?;
    let sharing = Sharing::of(&context.config.sharing);
    let mut store = context.store()?;
    let number = sharing::collection(&mut store, &settings.id(name))?.number;
    let gone = context.at_desk(|desk| sharing::withdraw(desk, number, ids))??;
    let told = Told::of(
        name,
        settled_of(&mut store, (name, settings), &sharing, ids)?,
    );
    context.printer.result(&told, |told| {
        format!(
            "{} offered no longer\n{}",
            count(gone, "object is", "objects are"),
            told.text()
        )
    })?;
    Ok(if gone > 0 { Answer::Done } else { Answer::No })
}

#[derive(Serialize)]
struct Declared {
    event: String,
    at: String,
}

fn declare(event: &str, context: &Context<'_>) -> Result<Answer, Failure> {
    let happened = context.at_desk(|desk| sharing::declare(desk, event))??;
    let declared = Declared {
        event: event.to_owned(),
        at: happened.at.to_string(),
    };
    context.printer.result(&declared, |_| {
        format!("'{event}' has happened, as of {}\n", moment(happened.at))
    })?;
    Ok(Answer::Done)
}

/// Now, for whatever is decided here.
fn now() -> avert_model::Timestamp {
    SystemClock.now()
}

/// Refuses whoever may not decide this, before anything is read or made for it.
fn require_liaison(context: &Context<'_>, what: &'static str) -> Result<(), Failure> {
    let actor = context.actor()?;
    actor
        .require(avert_ops::people::Role::Liaison, what)
        .map_err(SharingError::from)?;
    Ok(())
}
