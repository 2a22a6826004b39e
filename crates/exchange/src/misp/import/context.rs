//! What is said of attributes and events: sightings, and reports.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Import;
use super::draft::{self, Dress};
use crate::misp::distribution::Distribution;
use crate::misp::json::{self, Members};
use crate::misp::kept;
use crate::stix::write_time;

impl Import {
    /// Sightings of the attribute of the UUID `of`, as sightings of what tells it: `told` is the object that it is, and its indicator.
    /// They stay with the attribute as well: what STIX has no word for, as that it expired, is there.
    pub(super) fn sightings(
        &mut self,
        members: &Members,
        of: &str,
        told: &[String],
        path: &str,
        dress: &Dress,
    ) {
        let mut dress = dress.clone();
        dress.labels.clear();
        for (place, sighting) in json::objects(members, "Sighting").enumerate() {
            let uuid = json::uuid(sighting)
                .unwrap_or_else(|| draft::uuid_of(&format!("{of} - Sighting[{place}]")));
            let organisation = sighting.get("Organisation").and_then(Value::as_object);
            let by = organisation.and_then(|organisation| self.organisation(organisation));
            let at = json::seconds(sighting, "date_sighting");
            let mut dress = dress.clone();
            dress.at = at.unwrap_or(dress.at);
            let drafts = match sighting.get("type").and_then(json::whole) {
                Some(0) | None => seen_again(sighting, &uuid, told, by),
                Some(1) => denied(sighting, &uuid, told, by),
                _ => continue,
            };
            if let Err(what) = self.add(vec![drafts], &dress) {
                let path = format!("{path}.Sighting[{place}]");
                self.problem(&path, Some(sighting), what);
            }
        }
    }

    /// The report at this place of the event: a note.
    pub(super) fn report_at(&mut self, place: usize, value: &Value) {
        let event = Arc::clone(&self.event);
        let path = format!("EventReport[{place}]");
        let Some(report) = value.as_object() else {
            return self.problem(&path, None, "it should be an object");
        };
        let uuid = json::uuid(report)
            .unwrap_or_else(|| draft::uuid_of(&format!("{} - {path}", event.uuid())));
        let content = json::text(report, "content").unwrap_or("");
        let mut named: Vec<String> = named_in(content)
            .filter_map(|uuid| self.primary.get(&uuid.to_ascii_lowercase()).cloned())
            .collect();
        named.sort();
        named.dedup();
        // It may say all that is said of what it names.
        let mut marks = self.marks.within(report);
        let levels = named.iter().filter_map(|id| self.taken.get(id));
        marks.level = levels.copied().fold(marks.level, Option::max);
        if named.is_empty() {
            let kind = if json::flag(event.members(), "published") == Some(true) {
                "report"
            } else {
                "grouping"
            };
            named.push(format!("{kind}--{}", event.uuid()));
        }
        let mut draft = json::members(json!({
            "type": "note",
            "id": format!("note--{uuid}"),
            "abstract": json::text(report, "name").unwrap_or(""),
            "content": content,
            "object_refs": named,
        }));
        if json::flag(report, "deleted") == Some(true) {
            draft.insert("revoked".into(), true.into());
        }
        draft.insert(kept::EVENT_REPORT.into(), value.clone());
        let mut dress = self.dress();
        dress.at = json::seconds(report, "timestamp").unwrap_or(self.at);
        dress.level = marks.level;
        dress.labels = vec!["misp:data-layer=\"Event Report\"".into()];
        dress.distribution = Distribution::of(report, Some(&self.distribution));
        if let Err(what) = self.add(vec![draft], &dress) {
            self.problem(&path, Some(report), what);
        }
    }
}

fn seen_again(sighting: &Members, uuid: &str, told: &[String], by: Option<String>) -> Members {
    let (data, others): (Vec<&String>, Vec<&String>) = told
        .iter()
        .partition(|id| id.starts_with("observed-data--"));
    let of = others.first().or(data.first()).map_or("", |id| id.as_str());
    let mut draft = json::members(json!({
        "type": "sighting",
        "id": format!("sighting--{uuid}"),
        "sighting_of_ref": of,
        "count": 1,
    }));
    if !others.is_empty() && !data.is_empty() {
        draft.insert("observed_data_refs".into(), json!(data));
    }
    if let Some(by) = by {
        draft.insert("where_sighted_refs".into(), json!([by]));
    }
    if let Some(source) = json::text(sighting, "source") {
        draft.insert("description".into(), source.into());
    }
    if let Some(at) = json::seconds(sighting, "date_sighting") {
        draft.insert("first_seen".into(), write_time(at).into());
        draft.insert("last_seen".into(), write_time(at).into());
    }
    draft
}

/// That somebody says it was nothing.
fn denied(sighting: &Members, uuid: &str, told: &[String], by: Option<String>) -> Members {
    let mut draft = json::members(json!({
        "type": "opinion",
        "id": format!("opinion--{uuid}"),
        "explanation": "False positive Sighting",
        "opinion": "strongly-disagree",
        "object_refs": told,
    }));
    if let Some(by) = by {
        draft.insert("x_misp_author_ref".into(), by.into());
    }
    if let Some(source) = json::text(sighting, "source") {
        draft.insert("x_misp_source".into(), source.into());
    }
    draft
}

/// The UUIDs that a report names: `@[attribute](…)`, `@![object](…)`.
fn named_in(content: &str) -> impl Iterator<Item = &str> {
    content.split("](").skip(1).filter_map(|rest| {
        let uuid = rest.get(..36)?;
        (json::is_uuid(uuid) && rest[36..].starts_with(')')).then_some(uuid)
    })
}
