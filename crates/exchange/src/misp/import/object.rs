//! Objects: several attributes that are one thing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use avert_model::Timestamp;
use serde_json::{Value, json};

use super::attribute::{Read, based_on, indicator_of, observed, spoken};
use super::draft::{self, Dress};
use super::{Import, Referring};
use crate::misp::distribution::Distribution;
use crate::misp::json::{self, Members};
use crate::misp::kept;
use crate::misp::recipe::{self, Making, Recipe, quoted, slot};

/// An object that has what every object has.
struct Group<'e> {
    members: &'e Members,
    uuid: String,
    name: &'e str,
    meta_category: &'e str,
    /// Those of its attributes that can be read.
    attributes: Vec<Read<'e>>,
    deleted: bool,
}

impl Import {
    /// The object at this place of the event.
    pub(super) fn object_at(&mut self, place: usize, value: &Value) {
        let path = format!("Object[{place}]");
        match self.group(value, &path) {
            Ok(group) => self.object(&group, place, &path),
            Err((member, what)) => {
                let members = value.as_object();
                self.problem(&path, members, format!("{}{what}", spoken(member)));
            }
        }
    }

    fn group<'e>(
        &mut self,
        value: &'e Value,
        path: &str,
    ) -> Result<Group<'e>, (&'static str, &'static str)> {
        let members = value.as_object().ok_or(("", "it should be an object"))?;
        let name =
            json::text(members, "name").ok_or((".name", "it has to be there, and a text"))?;
        let uuid = match members.get("uuid") {
            None | Some(Value::Null) => {
                draft::uuid_of(&format!("{} - {path} - {name}", self.event.uuid()))
            }
            Some(_) => json::uuid(members).ok_or((".uuid", "it should be a UUID"))?,
        };
        let mut attributes = Vec::new();
        for (place, value) in json::list(members, "Attribute").iter().enumerate() {
            let path = format!("{path}.Attribute[{place}]");
            match Read::of(value, &uuid, &path) {
                Ok(read) => attributes.push(read),
                Err((member, what)) => {
                    let what = format!("{}{what}", spoken(member));
                    self.problem(&path, value.as_object(), what);
                }
            }
        }
        Ok(Group {
            members,
            uuid,
            name,
            meta_category: json::text(members, "meta-category").unwrap_or("misc"),
            attributes,
            deleted: json::flag(members, "deleted") == Some(true),
        })
    }

    fn object(&mut self, group: &Group<'_>, place: usize, path: &str) {
        if self.primary.contains_key(&group.uuid) {
            let what = "uuid: something else of the event has it";
            return self.problem(path, Some(group.members), what);
        }
        let dress = self.dress_of(group);
        let drafts = (!group.deleted).then(|| drafts(group, dress.at)).flatten();
        let ids = |drafts: &[Members]| -> Vec<String> {
            let ids = drafts.iter().filter_map(|draft| json::text(draft, "id"));
            ids.map(str::to_owned).collect()
        };
        let mut told = drafts.map_or_else(Vec::new, |drafts| {
            let ids = ids(&drafts);
            if self.add(drafts, &dress).is_ok() {
                ids
            } else {
                Vec::new()
            }
        });
        if told.is_empty() {
            let custom = vec![custom(group)];
            told = ids(&custom);
            if let Err(what) = self.add(custom, &dress) {
                return self.problem(path, Some(group.members), what);
            }
        }
        let first = told[0].clone();
        self.primary.insert(group.uuid.clone(), first.clone());
        for read in &group.attributes {
            self.primary
                .entry(read.uuid.clone())
                .or_insert_with(|| first.clone());
        }
        if json::objects(group.members, "ObjectReference").any(|_| true) {
            let mut dress = dress.clone();
            dress.labels.clear();
            let source = first.clone();
            self.references.push(Referring {
                source,
                place,
                dress,
            });
        }
        let indicator = told
            .iter()
            .find(|id| id.starts_with("indicator--"))
            .cloned();
        let mut told: Vec<String> = std::iter::once(first).chain(indicator).collect();
        told.dedup();
        for read in &group.attributes {
            self.sightings(read.members, &read.uuid, &told, path, &dress);
            self.galaxies_of(read.members, &told, &dress);
        }
    }

    /// The tags of an object are those of its attributes, and so is its TLP.
    fn dress_of(&self, group: &Group<'_>) -> Dress {
        let mut marks = self.marks.within(group.members);
        for read in &group.attributes {
            marks.add(read.members);
        }
        let mut labels = vec![
            format!("misp:name=\"{}\"", group.name.replace('|', "-")),
            format!("misp:meta-category=\"{}\"", group.meta_category),
        ];
        labels.extend(marks.labels);
        let above = Distribution::of(group.members, Some(&self.distribution));
        // Whoever gets the object gets all of it: it goes no further than what of it goes least far.
        let parts = group.attributes.iter();
        let parts = parts.map(|read| Distribution::of(read.members, Some(&above)));
        let distribution = parts.fold(above.clone(), Distribution::narrower);
        Dress {
            at: json::seconds(group.members, "timestamp").unwrap_or(self.at),
            level: marks.level,
            chatham_house: marks.chatham_house,
            labels,
            confidence: marks.confidence,
            distribution,
        }
    }

    /// References of an object to what is in the event or not: relationships, so that nothing is named to
    /// whoever may not know it.
    pub(super) fn references_of(&mut self, place: usize) {
        let event = Arc::clone(&self.event);
        let Referring { source, dress, .. } = &self.references[place];
        let (source, dress) = (source.clone(), dress.clone());
        let object = json::list(event.members(), "Object").get(self.references[place].place);
        let Some(object) = object.and_then(Value::as_object) else {
            return;
        };
        for reference in json::objects(object, "ObjectReference") {
            self.reference(&source, reference, dress.clone());
        }
    }

    fn reference(&mut self, source: &str, reference: &Members, mut dress: Dress) {
        let Some(referenced) = json::text(reference, "referenced_uuid") else {
            return;
        };
        if !json::is_uuid(referenced) {
            return;
        }
        let referenced = referenced.to_ascii_lowercase();
        let elsewhere = || {
            let kind = match reference.get("referenced_type").and_then(json::whole) {
                Some(1) => kept::CUSTOM_OBJECT,
                _ => kept::CUSTOM_ATTRIBUTE,
            };
            format!("{kind}--{referenced}")
        };
        let target = self.primary.get(&referenced).cloned();
        let target = target.unwrap_or_else(elsewhere);
        let kind = relationship_word(json::text(reference, "relationship_type"));
        let mut uuid = json::uuid(reference);
        if uuid
            .as_ref()
            .is_none_or(|uuid| self.taken.contains_key(&format!("relationship--{uuid}")))
        {
            let place = self.made;
            uuid = Some(draft::uuid_of(&format!(
                "{source} - {kind} - {target} - {place}"
            )));
        }
        let mut draft = draft::relationship(uuid, source, &kind, &target);
        draft.insert(kept::REFERENCE.into(), Value::Object(reference.clone()));
        dress.at = json::seconds(reference, "timestamp").unwrap_or(dress.at);
        if let Err(what) = self.add(vec![draft], &dress) {
            self.problem("ObjectReference", Some(reference), what);
        }
    }
}

/// Whether a reference becomes a relationship, so that the object need not keep it.
fn is_told(reference: &Value) -> bool {
    let target = reference
        .as_object()
        .and_then(|reference| json::text(reference, "referenced_uuid"));
    target.is_some_and(json::is_uuid)
}

/// The words of MISP are free; those of STIX are small letters, digits and hyphens.
fn relationship_word(said: Option<&str>) -> String {
    let word: String = said
        .unwrap_or("related-to")
        .chars()
        .map(|letter| match letter.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9') => letter,
            _ => '-',
        })
        .take(200)
        .collect();
    if word.trim_matches('-').is_empty() {
        "related-to".into()
    } else {
        word
    }
}

/// The objects that tell a thing; nothing where STIX has no word for its template.
fn drafts(group: &Group<'_>, at: Timestamp) -> Option<Vec<Members>> {
    match group.name {
        "vulnerability" => return vulnerability(group),
        "yara" | "sigma" | "suricata" => return rule(group, at),
        _ => {}
    }
    let recipe = recipe::of_template(group.name)?;
    let mut making = Making::new(recipe, &group.uuid);
    let mut fitting = 0;
    for read in group.attributes.iter().filter(|read| !read.deleted) {
        let relation = relation(read);
        let mut places = recipe.places.iter();
        let place = places.find(|(name, _)| *name == relation);
        match place {
            Some((_, place)) if making.put(*place, &read.value, &read.uuid) => fitting += 1,
            _ => making.add_custom(relation, &read.value),
        }
    }
    if fitting == 0 {
        return None;
    }
    let observables = making.done();
    let mut data = observed(group.members, &group.uuid, &observables, at);
    keep(group, &mut data, true);
    let mut drafts = vec![data];
    drafts.extend(observables);
    if let Some(pattern) = pattern(recipe, group) {
        drafts.push(indicator(group, &pattern, "stix", at));
        drafts.push(based_on(&group.uuid));
    }
    Some(drafts)
}

fn relation<'r>(read: &Read<'r>) -> &'r str {
    json::text(read.members, "object_relation").unwrap_or(read.kind)
}

/// What is asked for of those attributes that are for detection. Of several that are one property either
/// is asked for: no file has two names. What STIX has no path for is left out: no pattern that holds such a
/// path matches anything.
fn pattern(recipe: &Recipe, group: &Group<'_>) -> Option<String> {
    let mut slots: Vec<(String, Vec<String>)> = Vec::new();
    let mut asked = BTreeSet::new();
    for read in group.attributes.iter().filter(|read| read.to_ids) {
        let relation = relation(read);
        let mut places = recipe.places.iter();
        let place = places.find(|(name, _)| *name == relation);
        let Some((slot, test)) = place.and_then(|(_, place)| {
            Some((
                slot(*place),
                recipe::test(recipe.main, *place, &read.value)?,
            ))
        }) else {
            continue;
        };
        match slots.iter_mut().find(|(known, _)| *known == slot) {
            _ if !asked.insert(test.clone()) => {}
            Some((_, tests)) => tests.push(test),
            None => slots.push((slot, vec![test])),
        }
    }
    if slots.is_empty() {
        return None;
    }
    let fixed = recipe
        .fixed
        .map(|(name, value)| format!("{}:{name} = {}", recipe.main, quoted(value)));
    let tests = slots.into_iter().map(|(_, tests)| match &tests[..] {
        [one] => one.clone(),
        several => {
            let several: Vec<String> = several.iter().map(|test| bracketed(test)).collect();
            format!("({})", several.join(" OR "))
        }
    });
    let tests: Vec<String> = fixed.into_iter().chain(tests).collect();
    Some(format!("[{}]", tests.join(" AND ")))
}

/// A test that is two, as one.
fn bracketed(test: &str) -> String {
    if test.contains(" AND ") {
        format!("({test})")
    } else {
        test.to_owned()
    }
}

fn indicator(group: &Group<'_>, pattern: &str, language: &str, at: Timestamp) -> Members {
    let about = (&*group.uuid, group.meta_category, group.members);
    indicator_of(about, (pattern, language), at)
}

/// A rule in a language that indicators may be in.
fn rule(group: &Group<'_>, at: Timestamp) -> Option<Vec<Members>> {
    let mut rules = group.attributes.iter();
    let rule = rules.find(|read| read.to_ids && relation(read) == group.name)?;
    let mut members = indicator(group, &rule.value, group.name, at);
    keep(group, &mut members, true);
    Some(vec![members])
}

/// A vulnerability with what is written on it.
fn vulnerability(group: &Group<'_>) -> Option<Vec<Members>> {
    let mut by_relation: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for read in group.attributes.iter().filter(|read| !read.deleted) {
        by_relation
            .entry(relation(read))
            .or_default()
            .push(&read.value);
    }
    let all = |relation| by_relation.get(relation).into_iter().flatten().copied();
    let name = all("id").next()?;
    let ids = all("id").map(|id| json!({ "source_name": "cve", "external_id": id }));
    let links = all("references").map(|url| json!({ "source_name": "url", "url": url }));
    let mut members = json::members(json!({
        "type": "vulnerability",
        "id": format!("vulnerability--{}", group.uuid),
        "name": name,
        "external_references": ids.chain(links).collect::<Vec<_>>(),
    }));
    if let Some(summary) = all("summary").chain(all("description")).next() {
        members.insert("description".into(), summary.into());
    }
    keep(group, &mut members, true);
    Some(vec![members])
}

/// The object as MISP's own type of object.
fn custom(group: &Group<'_>) -> Members {
    let mut members = json::members(json!({
        "type": kept::CUSTOM_OBJECT,
        "id": format!("{}--{}", kept::CUSTOM_OBJECT, group.uuid),
        "x_misp_name": group.name,
        "x_misp_meta_category": group.meta_category,
    }));
    if let Some(comment) = json::text(group.members, "comment") {
        members.insert("x_misp_comment".into(), comment.into());
    }
    if group.deleted {
        members.insert("revoked".into(), true.into());
    }
    let attributes = json::list(group.members, "Attribute");
    let whole = !attributes.is_empty() && attributes.iter().all(Value::is_object);
    if whole {
        members.insert(kept::ATTRIBUTES.into(), json!(attributes));
    }
    keep(group, &mut members, !whole);
    members
}

/// Puts the object of MISP into the one of STIX, without what others hold: references, and the
/// attributes unless `attributes`.
fn keep(group: &Group<'_>, object: &mut Members, attributes: bool) {
    let mut kept = group.members.clone();
    if !attributes {
        kept.remove("Attribute");
    }
    if let Some(Value::Array(references)) = kept.get_mut("ObjectReference") {
        references.retain(|reference| !is_told(reference));
    }
    object.insert(kept::OBJECT.into(), Value::Object(kept));
}
