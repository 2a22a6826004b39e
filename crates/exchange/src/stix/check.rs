//! Whether an object is what STIX 2.1 says it is.
//!
//! What the specification forbids is an error, what it only advises against a warning. What it does
//! not know (types, properties, extensions) is neither: it is somebody's, and kept.

mod value;

use super::id::Id;
use super::json::Json;
use super::pattern::Pattern;
use super::problem::{Path, Problem};
use super::schema::{self, Class, Property, Type};
use super::time;

/// More problems than this are not told of one object.
const MOST: usize = 64;

/// How many members are looked at to find out what selectors select, at most: both may be many.
const MOST_LOOKED_AT: usize = 10_000_000;

/// Judges an object whose type and id have been read.
pub(super) fn check(object: &Json<'_>, id: &Id) -> Vec<Problem> {
    let mut check = Check {
        problems: Vec::new(),
        id,
        looked_at: 0,
    };
    check.object(object);
    check.problems
}

struct Check<'c> {
    problems: Vec<Problem>,
    id: &'c Id,
    looked_at: usize,
}

impl Check<'_> {
    fn error(&mut self, path: Path<'_>, what: impl Into<String>) {
        if self.problems.len() < MOST {
            self.problems.push(Problem::error(path, what));
        }
    }

    fn warn(&mut self, path: Path<'_>, what: impl Into<String>) {
        if self.problems.len() < MOST {
            self.problems.push(Problem::warning(path, what));
        }
    }

    fn object(&mut self, object: &Json<'_>) {
        let root = Path::ROOT;
        let known = schema::find(self.id.kind());
        let class = known.map(|known| known.class);
        match version(object, class) {
            Version::Newest => {}
            Version::Older => {
                self.warn(
                    root.member("spec_version"),
                    "it is of STIX 2.0: kept as it is, and not judged by 2.1",
                );
                return self.times(object);
            }
            Version::Unknown => {
                return self.error(
                    root.member("spec_version"),
                    "no version of STIX that is known here: 2.0 and 2.1 are",
                );
            }
        }
        match known {
            Some(known) => self.known(object, known),
            None => self.unknown(object),
        }
        self.times(object);
    }

    /// An object of a type of the specification.
    fn known(&mut self, object: &Json<'_>, known: &Type) {
        let root = Path::ROOT;
        let common = match known.class {
            Class::Observable => schema::COMMON_OF_OBSERVABLES,
            Class::Meta if known.name == "marking-definition" => schema::COMMON_OF_MARKINGS,
            _ => schema::COMMON,
        };
        self.required(object, root, common);
        self.required(object, root, known.properties);
        let more = adds_properties(object);
        for (name, value) in object.as_map().unwrap_or_default() {
            let path = root.member(name);
            let mut all = common.iter().chain(known.properties);
            match all.find(|property| property.name == name) {
                Some(property) => self.value(object, path, property.kind, value),
                None => self.custom(path, name, value, more),
            }
        }
        if !known.one_of.is_empty() && !known.one_of.iter().any(|name| object.get(name).is_some()) {
            let what = format!("one of {} has to be there", known.one_of.join(", "));
            self.error(root, what);
        }
        for (first, second) in known.ordered {
            self.ordered(object, first, second, known.strictly);
        }
        self.special(object, known.name);
        if known.class == Class::Observable {
            self.deterministic(object, known);
        }
    }

    /// An object of somebody's own type: what every object has in common is judged.
    fn unknown(&mut self, object: &Json<'_>) {
        let root = Path::ROOT;
        let like_a_domain_object = object.get("created").is_some();
        let common = if like_a_domain_object {
            schema::COMMON
        } else {
            schema::COMMON_OF_OBSERVABLES
        };
        let kind = self.id.kind();
        if !kind.starts_with("x-") && object.get("extensions").is_none() {
            self.warn(
                root.member("type"),
                "a type that the specification does not know, without an extension that says what it is",
            );
        }
        self.required(object, root, common);
        for (name, value) in object.as_map().unwrap_or_default() {
            let path = root.member(name);
            match common.iter().find(|property| property.name == name) {
                Some(property) => self.value(object, path, property.kind, value),
                None => self.custom(path, name, value, true),
            }
        }
    }

    fn required(&mut self, object: &Json<'_>, path: Path<'_>, properties: &[Property]) {
        for property in properties {
            if property.required && object.get(property.name).is_none() {
                self.error(path.member(property.name), "it has to be there");
            }
        }
    }

    /// A property that the specification does not know.
    fn custom(&mut self, path: Path<'_>, name: &str, value: &Json<'_>, declared: bool) {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if !(3..=250).contains(&name.len()) || !name.bytes().all(allowed) {
            self.warn(
                path,
                "the name should be 3 to 250 of small letters, digits and underscores",
            );
        } else if !declared && !name.starts_with("x_") {
            self.warn(
                path,
                "the specification does not know it, and no extension says what it is",
            );
        }
        match value {
            Json::Null => self.warn(path, "null says nothing: it should be left out"),
            Json::List(list) if list.is_empty() => {
                self.warn(path, "an empty list should be left out");
            }
            _ => {}
        }
    }

    /// Every object's own times.
    fn times(&mut self, object: &Json<'_>) {
        for name in ["created", "modified"] {
            let Some(value) = object.get(name) else {
                continue;
            };
            // Of a known type it has been judged already.
            let told = self.problems.iter().any(|problem| problem.path == name);
            if !told && value.as_text().and_then(time::parse).is_none() {
                self.error(Path::ROOT.member(name), value::NO_TIME);
            }
        }
        self.ordered(object, "created", "modified", false);
    }

    /// That one time does not come after another; nothing where one of them is no time.
    fn ordered(&mut self, object: &Json<'_>, first: &str, second: &str, strictly: bool) {
        let at = |name| {
            object
                .get(name)
                .and_then(Json::as_text)
                .and_then(time::parse)
        };
        let (Some(begin), Some(end)) = (at(first), at(second)) else {
            return;
        };
        if begin > end || (strictly && begin == end) {
            let than = if strictly { "after" } else { "not before" };
            self.error(
                Path::ROOT.member(second),
                format!("it has to be {than} {first}"),
            );
        }
    }

    /// What holds of single types only.
    fn special(&mut self, object: &Json<'_>, kind: &str) {
        let root = Path::ROOT;
        let has = |name| object.get(name).is_some();
        match kind {
            "malware" if object.get("is_family") == Some(&Json::Bool(true)) && !has("name") => {
                self.error(root.member("name"), "a family of malware has to have one");
            }
            "location" if has("latitude") != has("longitude") => {
                self.error(root, "latitude and longitude go together");
            }
            "location" if has("precision") && !has("latitude") => {
                self.error(root.member("precision"), "there is no place that it is of");
            }
            "observed-data" if has("objects") && has("object_refs") => {
                self.error(root.member("objects"), "it excludes object_refs");
            }
            "artifact" if has("url") && has("payload_bin") => {
                self.error(root.member("url"), "it excludes payload_bin");
            }
            "artifact" if has("url") && !has("hashes") => {
                self.error(root.member("hashes"), "a url needs them");
            }
            "network-traffic"
                if object.get("is_active") == Some(&Json::Bool(true)) && has("end") =>
            {
                self.error(root.member("end"), "what is active has not ended");
            }
            "indicator" => self.pattern(object),
            "relationship" => {
                let word = object.get("relationship_type").and_then(Json::as_text);
                let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
                if word.is_some_and(|word| word.is_empty() || !word.bytes().all(allowed)) {
                    self.error(
                        root.member("relationship_type"),
                        "it has to be of small letters, digits and hyphens",
                    );
                }
            }
            "extension-definition" if !has("created_by_ref") => {
                self.error(root.member("created_by_ref"), "it has to be there");
            }
            _ => {}
        }
    }

    /// A pattern of STIX has to be one; those of other languages are nobody's to judge here.
    fn pattern(&mut self, object: &Json<'_>) {
        let text = |name| object.get(name).and_then(Json::as_text);
        let (Some(pattern), Some("stix")) = (text("pattern"), text("pattern_type")) else {
            return;
        };
        let root = Path::ROOT;
        match pattern.parse::<Pattern>() {
            Err(error) => self.error(root.member("pattern"), error.to_string()),
            Ok(pattern) => {
                for what in pattern.unsupported() {
                    self.warn(root.member("pattern"), what.clone());
                }
                for what in pattern.impossible_hashes() {
                    self.warn(root.member("pattern"), what);
                }
            }
        }
    }

    /// An id that claims to follow from what the object is should do so.
    fn deterministic(&mut self, object: &Json<'_>, known: &Type) {
        if self.id.uuid_version() != Some(5) {
            return;
        }
        let follows = observable_id(known, object);
        if follows.is_some_and(|follows| follows != *self.id) {
            self.warn(
                Path::ROOT.member("id"),
                "a version 5 id that does not follow from the properties",
            );
        }
    }
}

/// The id that follows from what an observable is, where its type has one and a property gives it.
pub(super) fn observable_id(known: &Type, object: &Json<'_>) -> Option<Id> {
    let mut contributing = Vec::new();
    for name in known.contributing {
        let Some(value) = object.get(name) else {
            continue;
        };
        let value = if *name == "hashes" {
            preferred_hash(value)?
        } else {
            value.clone()
        };
        contributing.push(((*name).into(), value));
    }
    let contributing = Json::Map(contributing);
    let some = contributing.as_map().is_some_and(|map| !map.is_empty());
    some.then(|| Id::of_observable(known.name, &contributing))
}

/// Of several hashes one names the object.
fn preferred_hash<'a>(hashes: &Json<'a>) -> Option<Json<'a>> {
    let hashes = hashes.as_map()?;
    let preferred = ["MD5", "SHA-1", "SHA-256", "SHA-512"];
    let mut preferred = preferred
        .iter()
        .filter_map(|wanted| hashes.iter().find(|(name, _)| name == wanted));
    let first = || hashes.iter().min_by(|(a, _), (b, _)| a.cmp(b));
    let (name, value) = preferred.next().or_else(first)?;
    Some(Json::Map(vec![(name.clone(), value.clone())]))
}

enum Version {
    Newest,
    Older,
    Unknown,
}

/// Which version of STIX an object is of.
///
/// # Source
/// STIX 2.1, section 3.2: `spec_version`, where it is missing.
fn version(object: &Json<'_>, class: Option<Class>) -> Version {
    match object.get("spec_version") {
        Some(Json::Text(text)) if text == "2.1" => Version::Newest,
        Some(Json::Text(text)) if text == "2.0" => Version::Older,
        Some(_) => Version::Unknown,
        None if class == Some(Class::Observable) => Version::Newest,
        // Somebody's own type, and it has none of what a domain object has.
        None if class.is_none() && object.get("created").is_none() => Version::Newest,
        None => Version::Older,
    }
}

/// Whether an extension of the object adds properties to its top level.
fn adds_properties(object: &Json<'_>) -> bool {
    let extensions = object.get("extensions").and_then(Json::as_map);
    extensions.unwrap_or_default().iter().any(|(_, extension)| {
        let of = extension.get("extension_type").and_then(Json::as_text);
        of == Some("toplevel-property-extension")
    })
}
