//! Observables as attributes and objects.

use std::collections::BTreeSet;

use serde_json::Value;

use super::rest::Writer;
use super::{described, thing, uuid_in};
use crate::misp::json::{self, Members};

/// Adds the observables that are told with this one: what it is of, or refers to by a property that its
/// object in MISP has.
pub(super) fn parts_of<'b>(body: &'b Members, parts: &mut BTreeSet<&'b str>) {
    for (name, value) in body {
        match value {
            Value::String(id) if name.ends_with("_ref") => {
                parts.insert(id);
            }
            Value::Array(ids) if name.ends_with("_refs") => {
                parts.extend(ids.iter().filter_map(Value::as_str));
            }
            Value::Array(list) => {
                for part in list.iter().filter_map(Value::as_object) {
                    parts_of(part, parts);
                }
            }
            _ => {}
        }
    }
}

/// Tells an observable that is by itself.
pub(super) fn tell(writer: &mut Writer<'_>, body: &Members) {
    let Some((kind, id)) = json::text(body, "type").zip(json::text(body, "id")) else {
        return;
    };
    let simple = match kind {
        "ipv4-addr" | "ipv6-addr" => value(body, "value", "ip-dst"),
        "domain-name" if !body.contains_key("resolves_to_refs") => value(body, "value", "domain"),
        "url" => value(body, "value", "url"),
        "email-addr" => value(body, "value", "email"),
        "mac-addr" => value(body, "value", "mac-address"),
        "mutex" => value(body, "name", "mutex"),
        "autonomous-system" => body
            .get("number")
            .and_then(json::said)
            .map(|number| ("AS".to_owned(), format!("AS{number}"))),
        "file" => of_file(body),
        "windows-registry-key" if !body.contains_key("values") => value(body, "key", "regkey"),
        "artifact" => of_artifact(body),
        _ => None,
    };
    if let Some((attribute, value)) = simple {
        let attribute = writer.labelled(body, &attribute);
        let mut attribute = writer.attribute(body, uuid_in(id), &attribute, &value, false);
        if kind == "artifact"
            && let Some(data) = body.get("payload_bin")
        {
            attribute.insert("data".into(), data.clone());
        }
        writer.add(body, attribute);
    } else if kind == "software" {
        let relations = ["name", "cpe", "vendor", "version"];
        described::described(writer, body, "software", &relations);
    } else if let Some(object) = thing::of_observable(writer, body) {
        writer.add_thing(body, object);
    } else {
        writer.leave_out(body, "MISP has no type and no template for it");
    }
}

fn value(body: &Members, property: &str, kind: &str) -> Option<(String, String)> {
    let value = json::text(body, property)?;
    Some((kind.to_owned(), value.to_owned()))
}

/// A file of which only the name, or one hash, is known.
fn of_file(body: &Members) -> Option<(String, String)> {
    let said = body.keys().filter(|name| {
        !matches!(
            name.as_str(),
            "type" | "id" | "spec_version" | "object_marking_refs" | "name" | "hashes"
        )
    });
    if said.count() > 0 {
        return None;
    }
    let empty = Members::new();
    let hashes = body
        .get("hashes")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let name = json::text(body, "name");
    match (name, hashes.len()) {
        (Some(name), 0) => Some(("filename".to_owned(), name.to_owned())),
        (_, 1) => {
            let (algorithm, hash) = hashes.iter().next()?;
            let (kind, hash) = (thing::hash_type(algorithm)?, hash.as_str()?);
            Some(match name {
                Some(name) => (format!("filename|{kind}"), format!("{name}|{hash}")),
                None => (kind.to_owned(), hash.to_owned()),
            })
        }
        _ => None,
    }
}

fn of_artifact(body: &Members) -> Option<(String, String)> {
    json::text(body, "payload_bin")?;
    let hashes = body.get("hashes").and_then(Value::as_object);
    let named = hashes.and_then(|hashes| hashes.values().next()?.as_str());
    let name = named.map_or_else(
        || json::text(body, "id").map(|id| uuid_in(id).to_owned()),
        |hash| Some(hash.to_owned()),
    )?;
    Some(("attachment".to_owned(), name))
}
