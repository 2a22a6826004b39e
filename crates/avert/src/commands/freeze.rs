//! `avert freeze` and `avert thaw`: the switch that stops everything.
//!
//! Neither opens a platform or a channel: stopping has to work when nothing else does.

use avert_ops::freeze::{self, Freeze};
use avert_ops::store::Store;
use serde::Serialize;

use super::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::printer::harmless;
use crate::text::moment;

/// Which way the switch is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    On,
    Off,
}

/// How the switch stands.
#[derive(Serialize)]
struct View {
    frozen: Option<Freeze>,
}

pub(super) fn run(turn: Turn, reason: &str, context: &Context<'_>) -> Result<Answer, Failure> {
    let frozen = context.at_desk(|desk| match turn {
        Turn::On => freeze::freeze(desk, reason).map(Some),
        Turn::Off => freeze::thaw(desk, reason).map(|()| None),
    })??;
    context.printer.result(&View { frozen }, |view| {
        view.frozen.as_ref().map_or_else(
            || "thawed: things may begin again; nothing begins by itself\n".to_owned(),
            |freeze| {
                format!(
                    "{}what is under way ends with the account or the person it is at; nothing \
                     else begins\n\nnext: avert --as RESPONDER thaw REASON\n",
                    line(freeze)
                )
            },
        )
    })?;
    Ok(Answer::Done)
}

/// The first line of whatever tells how things stand while everything is stopped.
pub(super) fn first_line(store: &Store) -> Result<(Option<Freeze>, String), Failure> {
    let frozen = freeze::standing(store)?;
    let text = frozen.as_ref().map(line).unwrap_or_default();
    Ok((frozen, text))
}

fn line(freeze: &Freeze) -> String {
    format!(
        "FROZEN by {} at {}: {}\n",
        freeze.by,
        moment(freeze.at),
        harmless(&freeze.reason)
    )
}
