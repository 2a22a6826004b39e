//! Attributes.

use avert_model::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Import;
use super::draft::{self, Dress};
use crate::misp::distribution::Distribution;
use crate::misp::json::{self, Members};
use crate::misp::kept;
use crate::misp::kinds::kind_of;
use crate::misp::recipe::{self, Attribute, Making, NAMED, Parts, Recipe, blank, quoted};
use crate::stix::write_time;

/// An attribute that has what every attribute has.
pub(super) struct Read<'e> {
    pub(super) members: &'e Members,
    pub(super) uuid: String,
    pub(super) kind: &'e str,
    pub(super) value: String,
    pub(super) category: &'e str,
    /// Whether it is for detection. What was deleted is for nothing.
    pub(super) to_ids: bool,
    pub(super) deleted: bool,
}

impl<'e> Read<'e> {
    /// Reads one; `within` is the UUID of the event, or of the object that it lies in.
    pub(super) fn of(
        value: &'e Value,
        within: &str,
        path: &str,
    ) -> Result<Self, (&'static str, &'static str)> {
        let members = value.as_object().ok_or(("", "it should be an object"))?;
        let kind =
            json::text(members, "type").ok_or((".type", "it has to be there, and a text"))?;
        let said = members.get("value").and_then(json::said);
        let said = said.ok_or((".value", "it has to be there, and a text"))?;
        let uuid = match members.get("uuid") {
            None | Some(Value::Null) => {
                draft::uuid_of(&format!("{within} - {path} - {kind} - {said}"))
            }
            Some(_) => json::uuid(members).ok_or((".uuid", "it should be a UUID"))?,
        };
        let known = kind_of(kind);
        let category = json::text(members, "category")
            .or(known.map(|kind| kind.category))
            .unwrap_or("Other");
        let deleted = json::flag(members, "deleted") == Some(true);
        let to_ids =
            json::flag(members, "to_ids").unwrap_or_else(|| known.is_some_and(|kind| kind.to_ids));
        Ok(Self {
            members,
            uuid,
            kind,
            value: said,
            category,
            to_ids: to_ids && !deleted,
            deleted,
        })
    }
}

impl Import {
    /// The attribute at this place of the event.
    pub(super) fn attribute_at(&mut self, place: usize, value: &Value) {
        let path = format!("Attribute[{place}]");
        match Read::of(value, self.event.uuid(), &path) {
            Ok(read) => self.attribute(&read, &path),
            Err((member, what)) => {
                let members = value.as_object();
                self.problem(&path, members, format!("{}{what}", spoken(member)));
            }
        }
    }

    fn attribute(&mut self, read: &Read<'_>, path: &str) {
        if self.primary.contains_key(&read.uuid) {
            let what = "uuid: something else of the event has it";
            return self.problem(path, Some(read.members), what);
        }
        let marks = self.marks.within(read.members);
        let mut dress = Dress {
            at: json::seconds(read.members, "timestamp").unwrap_or(self.at),
            level: marks.level,
            chatham_house: marks.chatham_house,
            labels: vec![
                format!("misp:type=\"{}\"", read.kind),
                format!("misp:category=\"{}\"", read.category),
            ],
            confidence: marks.confidence,
            distribution: Distribution::of(read.members, Some(&self.distribution)),
        };
        dress.labels.extend(marks.labels);
        let drafts = if read.deleted {
            None
        } else {
            recipe::of_attribute(read.kind).and_then(|how| drafts(read, how, dress.at))
        };
        let first = |drafts: &[Members]| json::text(&drafts[0], "id").unwrap_or("").to_owned();
        let ids: Vec<String> = match drafts {
            Some(drafts) => {
                let ids = drafts.iter().filter_map(|draft| json::text(draft, "id"));
                let ids = ids.map(str::to_owned).collect();
                // What STIX does not allow, as a hash that is none, is still an attribute of MISP.
                if self.add(drafts, &dress).is_ok() {
                    ids
                } else {
                    Vec::new()
                }
            }
            None => Vec::new(),
        };
        let ids = if ids.is_empty() {
            let custom = vec![custom(read)];
            let ids = vec![first(&custom)];
            if let Err(what) = self.add(custom, &dress) {
                return self.problem(path, Some(read.members), what);
            }
            ids
        } else {
            ids
        };
        self.primary.insert(read.uuid.clone(), ids[0].clone());
        let told = [
            Some(ids[0].clone()),
            ids.iter().find(|id| id.starts_with("indicator--")).cloned(),
        ];
        let mut told: Vec<String> = told.into_iter().flatten().collect();
        told.dedup();
        self.sightings(read.members, &read.uuid, &told, path, &dress);
        self.galaxies_of(read.members, &told, &dress);
    }
}

/// The objects that tell an attribute; the first is the one that is it. Nothing where its value is not what
/// its type says.
fn drafts(read: &Read<'_>, how: Attribute, at: Timestamp) -> Option<Vec<Members>> {
    match how {
        Attribute::Seen(recipe, parts) => {
            let parts = parts.of(&read.value)?;
            let mut making = Making::new(&recipe, &read.uuid);
            for ((_, place), part) in recipe.places.iter().zip(&parts) {
                if !making.put(*place, part, &read.uuid) {
                    return None;
                }
            }
            let pattern = pattern(&recipe, &parts);
            Some(seen(read, making.done(), pattern, at, None))
        }
        Attribute::Pattern(recipe) if read.to_ids => {
            let pattern = pattern(&recipe, &[&read.value])?;
            Some(vec![kept_in(
                read,
                indicator(read, &pattern, "stix", at),
                None,
            )])
        }
        Attribute::Rule(language) if read.to_ids => {
            let rule = indicator(read, &read.value, language, at);
            Some(vec![kept_in(read, rule, None)])
        }
        // Indicators are for detection, and observed by itself it says nothing.
        Attribute::Pattern(_) | Attribute::Rule(_) => None,
        Attribute::File { packed } => file(read, packed, at),
        Attribute::Campaign => Some(vec![kept_in(
            read,
            json::members(json!({
                "type": "campaign", "id": format!("campaign--{}", read.uuid), "name": read.value,
            })),
            None,
        )]),
        Attribute::Vulnerability => Some(vec![kept_in(read, vulnerability(read), None)]),
    }
}

/// What is asked for: the tests of all parts.
fn pattern(recipe: &Recipe, parts: &[&str]) -> Option<String> {
    let fixed = recipe
        .fixed
        .map(|(name, value)| format!("{}:{name} = {}", recipe.main, quoted(value)));
    let tests = recipe.places.iter().zip(parts);
    let tests: Option<Vec<String>> = tests
        .map(|((_, place), part)| recipe::test(recipe.main, *place, part))
        .collect();
    let tests: Vec<String> = fixed.into_iter().chain(tests?).collect();
    Some(format!("[{}]", tests.join(" AND ")))
}

/// Observed data of these observables and, for detection, an indicator based on it.
fn seen(
    read: &Read<'_>,
    observables: Vec<Members>,
    pattern: Option<String>,
    at: Timestamp,
    without: Option<&str>,
) -> Vec<Members> {
    let data = observed(read.members, &read.uuid, &observables, at);
    let mut drafts = vec![kept_in(read, data, without)];
    drafts.extend(observables);
    if let Some(pattern) = pattern.filter(|_| read.to_ids) {
        drafts.push(indicator(read, &pattern, "stix", at));
        drafts.push(based_on(&read.uuid));
    }
    drafts
}

/// That an indicator is based on the observed data of the same UUID.
pub(super) fn based_on(uuid: &str) -> Members {
    let (indicator, data) = (
        format!("indicator--{uuid}"),
        format!("observed-data--{uuid}"),
    );
    draft::relationship(None, &indicator, "based-on", &data)
}

/// Observed data of these observables, seen when the attribute or object says.
pub(super) fn observed(
    members: &Members,
    uuid: &str,
    observables: &[Members],
    at: Timestamp,
) -> Members {
    let said = |name| json::text(members, name).and_then(json::moment);
    let (mut first, mut last) = (
        said("first_seen").unwrap_or(at),
        said("last_seen").unwrap_or(at),
    );
    if first > last {
        // Only one of them was said, or they are the wrong way round.
        if said("last_seen").is_some() {
            first = last;
        } else {
            last = first;
        }
    }
    let ids: Vec<&Value> = observables.iter().filter_map(|one| one.get("id")).collect();
    json::members(json!({
        "type": "observed-data",
        "id": format!("observed-data--{uuid}"),
        "first_observed": write_time(first),
        "last_observed": write_time(last),
        "number_observed": 1,
        "object_refs": ids,
    }))
}

fn indicator(read: &Read<'_>, pattern: &str, language: &str, at: Timestamp) -> Members {
    let about = (&*read.uuid, read.category, read.members);
    indicator_of(about, (pattern, language), at)
}

/// An indicator with this pattern, of what has this UUID, category and members.
pub(super) fn indicator_of(
    (uuid, category, of): (&str, &str, &Members),
    (pattern, language): (&str, &str),
    at: Timestamp,
) -> Members {
    let mut members = json::members(json!({
        "type": "indicator",
        "id": format!("indicator--{uuid}"),
        "pattern": pattern,
        "pattern_type": language,
        "valid_from": write_time(at),
        "kill_chain_phases": [{
            "kill_chain_name": "misp-category", "phase_name": category,
        }],
    }));
    if let Some(comment) = json::text(of, "comment") {
        members.insert("description".into(), comment.into());
    }
    members
}

/// A file that came along, and what is in it.
fn file(read: &Read<'_>, packed: bool, at: Timestamp) -> Option<Vec<Members>> {
    // A sample has its hash behind its name, or no hash.
    let hashed = packed.then(|| Parts::Last.of(&read.value)).flatten();
    let parts = hashed.unwrap_or_else(|| vec![&read.value]);
    let mut making = Making::new(&NAMED, &read.uuid);
    for ((_, place), part) in NAMED.places.iter().zip(&parts) {
        making.put(*place, part, &read.uuid);
    }
    let mut tests = pattern(&NAMED, &parts)?;
    let data = json::text(read.members, "data");
    if let Some(data) = data {
        let mut artifact = blank("artifact", &read.uuid);
        artifact.insert("payload_bin".into(), data.into());
        if packed {
            artifact.insert("mime_type".into(), "application/zip".into());
            let algorithm = "mime-type-indicated";
            artifact.insert("encryption_algorithm".into(), algorithm.into());
            artifact.insert("decryption_key".into(), "infected".into());
        } else if let Ok(bytes) = STANDARD.decode(data) {
            tests.truncate(tests.len() - 1);
            tests.push_str(" AND file:hashes.'SHA-256' = '");
            let hash = ring::digest::digest(&ring::digest::SHA256, &bytes);
            for byte in hash.as_ref() {
                tests.extend(
                    [byte >> 4, byte & 15]
                        .map(|half| char::from_digit(u32::from(half), 16).unwrap_or('0')),
                );
            }
            tests.push_str("']");
        }
        making.lead_to("content_ref", artifact);
    }
    // What the artifact holds is not kept a second time.
    let without = data.map(|_| "data");
    Some(seen(read, making.done(), Some(tests), at, without))
}

fn vulnerability(read: &Read<'_>) -> Members {
    json::members(json!({
        "type": "vulnerability",
        "id": format!("vulnerability--{}", read.uuid),
        "name": read.value,
        "external_references": [{ "source_name": "cve", "external_id": read.value }],
    }))
}

/// The attribute as MISP's own type of object.
fn custom(read: &Read<'_>) -> Members {
    let mut members = json::members(json!({
        "type": kept::CUSTOM_ATTRIBUTE,
        "id": format!("{}--{}", kept::CUSTOM_ATTRIBUTE, read.uuid),
        "x_misp_type": read.kind,
        "x_misp_value": read.value,
        "x_misp_category": read.category,
        "x_misp_to_ids": read.to_ids,
    }));
    if let Some(comment) = json::text(read.members, "comment") {
        members.insert("x_misp_comment".into(), comment.into());
    }
    if read.deleted {
        members.insert("revoked".into(), true.into());
    }
    kept_in(read, members, None)
}

/// The same object with the attribute in it, but for what another object of the attribute holds.
fn kept_in(read: &Read<'_>, mut object: Members, without: Option<&str>) -> Members {
    let mut kept = read.members.clone();
    if let Some(without) = without {
        kept.remove(without);
    }
    object.insert(kept::ATTRIBUTE.into(), Value::Object(kept));
    object
}

/// `.type` as it is told: `type: `.
pub(super) fn spoken(member: &str) -> String {
    match member.strip_prefix('.') {
        Some(member) => format!("{member}: "),
        None => String::new(),
    }
}
