//! `avert intel show`.

use avert_exchange::stix::{Id, Object};
use avert_ops::intel::{self, Filter, Found};
use avert_ops::store::Store;
use serde::Serialize;
use serde_json::Value;

use super::error::IntelError;
use super::{Line, table};
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::text::Table;

/// More than this many objects that refer to one are not told.
const REFERRING: usize = 200;

#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    line: Line,
    object: Value,
    refers_to: Vec<Of>,
    referred_to_by: Vec<Of>,
}

/// The other end of a reference.
#[derive(Debug, Serialize)]
struct Of {
    property: String,
    id: String,
    name: Option<String>,
    /// Where the other end is a relationship: what it leads on to.
    #[serde(skip_serializing_if = "Option::is_none")]
    relates: Option<String>,
}

pub(super) fn run(wanted: &str, versions: bool, context: &Context<'_>) -> Result<Answer, Failure> {
    let store = context.store()?;
    let ids = ids_of(&store, wanted)?;
    let [id] = &ids[..] else {
        if ids.is_empty() {
            return Err(IntelError::Unknown(wanted.to_owned()).into());
        }
        return several(&store, &ids, context);
    };
    let mut all = intel::versions(&store, id)?;
    if !versions {
        all.truncate(1);
    }
    if all.is_empty() {
        return Err(IntelError::Unknown(wanted.to_owned()).into());
    }
    let mut shown = Vec::new();
    for (place, (found, body)) in all.into_iter().enumerate() {
        // What refers to it refers to all of its versions, and is told once.
        shown.push(whole(&store, found, &body, place == 0)?);
    }
    context.printer.results(&shown, |shown| {
        shown.iter().map(text).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Answer::Done)
}

/// The id of the one object that is meant, of one of these types; whatever its type, if none is.
pub(in crate::commands) fn the_one(
    store: &Store,
    wanted: &str,
    kinds: &[&str],
) -> Result<String, Failure> {
    let mut ids = ids_of(store, wanted)?;
    let is_meant = |id: &String| {
        id.split("--")
            .next()
            .is_some_and(|kind| kinds.contains(&kind))
    };
    if ids.iter().any(is_meant) {
        ids.retain(is_meant);
    }
    match &ids[..] {
        [] => Err(IntelError::Unknown(wanted.to_owned()).into()),
        [id] => Ok(id.clone()),
        several => Err(IntelError::Several {
            wanted: wanted.to_owned(),
            many: several.len(),
            some: several[..several.len().min(3)].join(", "),
        }
        .into()),
    }
}

fn ids_of(store: &Store, wanted: &str) -> Result<Vec<String>, Failure> {
    if wanted.parse::<Id>().is_ok() {
        return Ok(vec![wanted.to_owned()]);
    }
    let filter = Filter {
        called: Some(wanted.to_owned()),
        limit: 50,
        ..Filter::default()
    };
    let found = intel::search(store, &filter)?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// Several have this name: they are listed.
fn several(store: &Store, ids: &[String], context: &Context<'_>) -> Result<Answer, Failure> {
    let mut lines = Vec::new();
    for id in ids {
        lines.extend(intel::newest(store, id)?.map(|(found, _)| Line::from(found)));
    }
    context.printer.results(&lines, table)?;
    Ok(Answer::Done)
}

fn whole(store: &Store, found: Found, body: &str, with_referring: bool) -> Result<Shown, Failure> {
    let head = Object::parse(body)
        .ok()
        .map(|(object, _)| object.head().clone());
    let mut refers_to = Vec::new();
    for of in head.iter().flat_map(|head| &head.refs) {
        refers_to.push(Of {
            property: of.property.to_string(),
            id: of.target.to_string(),
            name: name_of(store, of.target.as_str())?,
            relates: None,
        });
    }
    let mut referred_to_by = Vec::new();
    if with_referring {
        for of in intel::referring_to(store, &found.id, REFERRING)? {
            let relates = relates(store, &of.body, &found.id)?;
            referred_to_by.push(Of {
                property: of.property,
                id: of.found.id,
                name: of.found.name,
                relates,
            });
        }
    }
    Ok(Shown {
        line: found.into(),
        object: serde_json::from_str(body).unwrap_or_default(),
        refers_to,
        referred_to_by,
    })
}

fn name_of(store: &Store, id: &str) -> Result<Option<String>, Failure> {
    Ok(intel::newest(store, id)?.and_then(|(found, _)| found.name))
}

/// What a relationship says, without the end that is being shown.
fn relates(store: &Store, body: &str, shown: &str) -> Result<Option<String>, Failure> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    if text("type") != "relationship" {
        return Ok(None);
    }
    let kind = text("relationship_type");
    let (source, target) = (text("source_ref"), text("target_ref"));
    let other = if source == shown { target } else { source };
    let name = name_of(store, other)?.unwrap_or_else(|| other.to_owned());
    Ok(Some(if source == shown {
        format!("{kind} {name}")
    } else {
        format!("{name} {kind} it")
    }))
}

fn text(shown: &Shown) -> String {
    let mut text = serde_json::to_string_pretty(&shown.object).unwrap_or_default();
    text.push_str("\n\n");
    text.push_str(&refs("refers to", &shown.refers_to));
    text.push_str(&refs("referred to by", &shown.referred_to_by));
    text
}

fn refs(heading: &str, all: &[Of]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[heading, "property", "which is"]);
    for of in all {
        let which = of.relates.as_ref().or(of.name.as_ref());
        table.row([
            of.id.clone(),
            of.property.clone(),
            which.cloned().unwrap_or_else(|| "not here".into()),
        ]);
    }
    format!("{}\n", table.render(""))
}
