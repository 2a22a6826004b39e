//! TLP, as MISP writes it.

use avert_model::Tlp;
use serde_json::{Value, json};

use super::texts;
use crate::misp::import::strictest;
use crate::misp::json::{self, Members};
use crate::release::tlp;

/// The tag of a level: TLP 2.0's.
pub(super) fn tag(level: Tlp) -> &'static str {
    match level {
        Tlp::Clear => "tlp:clear",
        Tlp::Green => "tlp:green",
        Tlp::Amber => "tlp:amber",
        Tlp::AmberStrict => "tlp:amber+strict",
        Tlp::Red => "tlp:red",
    }
}

/// The strictest level that an object is marked with.
pub(super) fn level(body: &Members) -> Option<Tlp> {
    texts(body, "object_marking_refs")
        .filter_map(tlp::of_id)
        .max()
}

/// The strictest level that the tags of a part of an event say.
pub(super) fn said(part: &Members) -> Option<Tlp> {
    names(part)
        .filter_map(|name| tlp::of_tag(name)?.level)
        .max()
}

fn names(part: &Members) -> impl Iterator<Item = &str> {
    json::objects(part, "Tag").filter_map(|tag| json::text(tag, "name"))
}

/// Makes the tags of a part say no less than its marking: where neither they do nor those of what it lies
/// in (`above`), the stricter label takes the place of theirs. TLP 1's white is written as clear, also in
/// what lies in the part.
pub(super) fn settle(part: &mut Members, marked: Option<Tlp>, above: Option<Tlp>) {
    let told = strictest(part, 0).max(above).unwrap_or(Tlp::Clear);
    let short = marked.is_some_and(|marked| marked > told);
    clear_white(part);
    let whole = !part.contains_key("info");
    if let Some(Value::Array(parts)) = part.get_mut("Attribute") {
        for part in parts.iter_mut().filter_map(Value::as_object_mut) {
            clear_white(part);
            // An object of MISP has no tags: its attributes have them.
            if let (true, true, Some(level)) = (short, whole, marked) {
                replace(part, level);
            }
        }
        if whole {
            return;
        }
    }
    if let (true, Some(level)) = (short, marked) {
        replace(part, level);
    }
}

/// Puts a label in the place of those that are there.
fn replace(part: &mut Members, level: Tlp) {
    if let Some(Value::Array(tags)) = part.get_mut("Tag") {
        tags.retain(|tag| {
            let name = tag.get("name").and_then(Value::as_str);
            let label = name.and_then(tlp::of_tag);
            label.is_none_or(|label| label.level.is_none())
        });
    }
    add(part, tag(level));
}

/// Adds a tag that is not there yet.
pub(super) fn add(part: &mut Members, name: &str) {
    if names(part).any(|known| known == name) {
        return;
    }
    let tags = part.entry("Tag").or_insert_with(|| json!([]));
    if let Value::Array(tags) = tags {
        tags.push(json!({ "name": name }));
    }
}

fn clear_white(part: &mut Members) {
    let Some(Value::Array(tags)) = part.get_mut("Tag") else {
        return;
    };
    for name in tags.iter_mut().filter_map(|tag| tag.get_mut("name")) {
        let white = name.as_str().is_some_and(|name| {
            let label = tlp::of_tag(name);
            label.is_some_and(|label| label.level == Some(Tlp::Clear) && !label.chatham_house)
                && name.to_lowercase().contains("white")
        });
        if white {
            *name = tag(Tlp::Clear).into();
        }
    }
}
