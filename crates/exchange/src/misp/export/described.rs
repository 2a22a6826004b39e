//! What people describe: actors, malware, techniques, notes, and how they belong together.

use serde_json::json;

use super::rest::Writer;
use super::thing::{self, Part};
use super::{texts, uuid_in};
use crate::misp::json::{self, Members};
use crate::stix::parse_time;

/// Tells an object that is neither observed nor an indicator.
pub(super) fn tell(writer: &mut Writer<'_>, body: &Members) {
    let kind = json::text(body, "type").unwrap_or("");
    let uuid = json::text(body, "id").map_or("", uuid_in);
    if let Some(tag) = texts(body, "labels").find(|label| label.starts_with("misp-galaxy:")) {
        return writer.tag_event(tag.to_owned());
    }
    if let Some(tag) = of_attack(kind, body) {
        return writer.tag_event(tag);
    }
    match kind {
        "campaign" => {
            let Some(name) = json::text(body, "name") else {
                return writer.leave_out(body, "it has no name");
            };
            let mut attribute = writer.attribute(body, uuid, "campaign-name", name, false);
            attribute.insert(
                "comment".into(),
                json::text(body, "description").unwrap_or("").into(),
            );
            writer.add(body, attribute);
        }
        "vulnerability"
            if json::text(body, "name").is_some_and(|name| name.starts_with("CVE-")) =>
        {
            let name = json::text(body, "name").unwrap_or("");
            let mut attribute = writer.attribute(body, uuid, "vulnerability", name, false);
            attribute.insert(
                "comment".into(),
                json::text(body, "description").unwrap_or("").into(),
            );
            writer.add(body, attribute);
        }
        "attack-pattern" | "intrusion-set" | "malware" | "threat-actor" | "tool"
        | "vulnerability" | "infrastructure" => cluster(writer, body, kind),
        "course-of-action" => described(writer, body, "course-of-action", &["name", "description"]),
        "identity" => {
            if !writer.is_author(body) {
                let relations = [
                    "name",
                    "description",
                    "identity_class",
                    "contact_information",
                ];
                described(writer, body, "identity", &relations);
            }
        }
        "location" => {
            described(
                writer,
                body,
                "geolocation",
                &["city", "country", "region", "latitude", "longitude"],
            );
        }
        "note" | "opinion" => {
            let name = json::text(body, "abstract").unwrap_or("Note").to_owned();
            let content = json::text(body, "content")
                .or(json::text(body, "explanation"))
                .unwrap_or("")
                .to_owned();
            let content = with_names(writer, body, content);
            writer.report(body, &name, &content);
        }
        "grouping" | "report" => {
            let content = json::text(body, "description").unwrap_or("").to_owned();
            let name = json::text(body, "name").unwrap_or(kind).to_owned();
            // A report of everything says nothing that the event does not.
            if kind == "grouping" || !content.is_empty() {
                let content = with_names(writer, body, content);
                writer.report(body, &name, &content);
            }
        }
        _ => writer.leave_out(body, "MISP has no type and no template for it"),
    }
}

/// A text, and what it is about.
fn with_names(writer: &Writer<'_>, body: &Members, content: String) -> String {
    let mut names: Vec<String> = texts(body, "object_refs")
        .flat_map(|id| writer.named(id))
        .collect();
    names.dedup();
    if names.is_empty() {
        return content;
    }
    format!("{content}\n\n{}", names.join("\n"))
}

/// The tag of what ATT&CK knows: `misp-galaxy:mitre-attack-pattern="Social Media Accounts - T1585.001"`.
fn of_attack(kind: &str, body: &Members) -> Option<String> {
    let galaxy = match kind {
        "attack-pattern" => "mitre-attack-pattern",
        "intrusion-set" => "mitre-intrusion-set",
        "malware" => "mitre-malware",
        "tool" => "mitre-tool",
        "course-of-action" => "mitre-course-of-action",
        _ => return None,
    };
    let mut references = json::objects(body, "external_references");
    let attack = references.find(|reference| {
        json::text(reference, "source_name") == Some("mitre-attack")
            && json::text(reference, "external_id").is_some()
    })?;
    let id = json::text(attack, "external_id")?;
    let name = json::text(body, "name")?;
    // ATT&CK calls a part of a technique by its own name alone.
    let name = name
        .rsplit_once(": ")
        .filter(|_| id.contains('.'))
        .map_or(name, |(_, own)| own);
    Some(format!(
        "misp-galaxy:{galaxy}=\"{} - {id}\"",
        name.replace('"', "'")
    ))
}

/// What no galaxy of MISP is known to have: a cluster of its own, named as `misp-stix` names such.
fn cluster(writer: &mut Writer<'_>, body: &Members, kind: &str) {
    let Some(name) = json::text(body, "name") else {
        return writer.leave_out(body, "it has no name");
    };
    let galaxy = format!("stix-2.1-{kind}");
    let tag = format!("misp-galaxy:{galaxy}=\"{}\"", name.replace('"', "'"));
    let uuid = json::text(body, "id").map_or("", uuid_in);
    let cluster = json!({
        "uuid": uuid, "type": galaxy, "value": name, "tag_name": tag,
        "description": json::text(body, "description").unwrap_or(""),
    });
    writer.cluster(&galaxy, cluster);
    writer.tag_event(tag);
}

/// An object of a template whose relations are called as the properties.
pub(super) fn described(
    writer: &mut Writer<'_>,
    body: &Members,
    name: &'static str,
    relations: &[&'static str],
) {
    let parts: Vec<Part> = relations
        .iter()
        .filter_map(|relation| {
            let value = body.get(*relation).and_then(json::said)?;
            let kind = match *relation {
                "latitude" | "longitude" => "float",
                "cpe" => "cpe",
                _ => "text",
            };
            Some(Part {
                relation,
                kind,
                value,
                to_ids: false,
            })
        })
        .collect();
    match thing::object(writer, body, name, &parts) {
        Some(object) => writer.add_thing(body, object),
        None => writer.leave_out(body, "nothing that MISP's template has is said of it"),
    }
}

/// Tells a relationship: a reference of an object of MISP or, where its source became none, a line.
pub(super) fn relation(writer: &mut Writer<'_>, body: &Members) {
    let text = |name| json::text(body, name);
    let (Some(source), Some(kind), Some(target)) = (
        text("source_ref"),
        text("relationship_type"),
        text("target_ref"),
    ) else {
        return;
    };
    let reference = json::members(json!({
        "uuid": text("id").map(uuid_in),
        "relationship_type": kind,
        "timestamp": writer.second_of(body),
        "comment": text("description").unwrap_or(""),
    }));
    if writer.reference(source, reference, target) {
        return;
    }
    let (one, other) = (called(writer, source), called(writer, target));
    if let (Some(one), Some(other)) = (one, other)
        && one != other
    {
        writer.line(format!("- {one} *{kind}* {other}"));
    }
}

/// What a report calls an object.
fn called(writer: &Writer<'_>, id: &str) -> Option<String> {
    let named = writer.named(id);
    if let Some(first) = named.first() {
        return Some(first.clone());
    }
    let body = writer.objects.get(id)?;
    Some(json::text(body, "name").unwrap_or(id).to_owned())
}

/// Tells that an attribute was seen, or that somebody says it is nothing.
pub(super) fn sighting(writer: &mut Writer<'_>, body: &Members) {
    let text = |name| json::text(body, name);
    let opinion = text("type") == Some("opinion");
    if opinion && !text("opinion").is_some_and(|said| said.ends_with("disagree")) {
        return tell(writer, body);
    }
    let at = ["last_seen", "modified"]
        .iter()
        .find_map(|name| text(name).and_then(parse_time));
    let mut sighting = json::members(json!({
        "uuid": text("id").map(uuid_in),
        "type": if opinion { "1" } else { "0" },
        "date_sighting": at.unwrap_or(writer.envelope.at).as_second().to_string(),
        "source": text("description").or(text("explanation")).unwrap_or(""),
    }));
    let by = texts(body, "where_sighted_refs").next();
    if let Some(by) = by.and_then(|id| writer.objects.get(id)) {
        let organisation = json!({
            "uuid": json::text(by, "id").map(uuid_in), "name": json::text(by, "name"),
        });
        sighting.insert("Organisation".into(), organisation);
    }
    let of = text("sighting_of_ref")
        .into_iter()
        .chain(texts(body, "object_refs"));
    let mut told = false;
    for id in of {
        told |= writer.sight(id, &sighting);
    }
    if !told {
        let seen: Vec<&str> = texts(body, "observed_data_refs")
            .filter_map(|id| writer.objects.get(id))
            .flat_map(|data| texts(data, "object_refs"))
            .collect();
        for id in seen {
            told |= writer.sight(id, &sighting);
        }
    }
    if !told {
        writer.leave_out(body, "no attribute is what was seen");
    }
}
