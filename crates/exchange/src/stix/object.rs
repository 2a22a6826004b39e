//! An object as it was received, and the head that everything else works with.

use std::fmt;

use avert_model::Timestamp;

use super::check;
use super::id::{Id, is_type_name};
use super::json::Json;
use super::problem::{Path, Problem, Severity};
use super::time;

/// A STIX object: its text, unchanged, and what is known of it without reading the text again.
///
/// What was received is what goes out: unknown types, properties and extensions, the order of members
/// and how numbers are written included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    text: Box<str>,
    head: Head,
}

/// What is known of every object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its id, which holds its type.
    pub id: Id,
    /// The version of STIX that it is of.
    pub spec_version: SpecVersion,
    /// When it was made; observables do not say.
    pub created: Option<Timestamp>,
    /// When this version of it was made; observables and marking definitions do not say.
    pub modified: Option<Timestamp>,
    /// Whether whoever made it has taken it back.
    pub revoked: bool,
    /// Who made it.
    pub created_by_ref: Option<Id>,
    /// The markings of the whole object.
    pub marking_refs: Vec<Id>,
    /// The markings of parts of it.
    pub granular_markings: Vec<GranularMarking>,
    /// Every other reference to another object, at any depth, in the order of the text.
    pub refs: Vec<Reference>,
    /// What it is called: its name, or for observables the value, path or key that they are.
    pub name: Option<String>,
    /// What others call it, as far as they have ids: `mitre-attack`, `T1585.001`.
    pub external_ids: Vec<ExternalId>,
}

/// A version of STIX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpecVersion {
    /// 2.0: kept, and not judged.
    V20,
    /// 2.1.
    V21,
}

impl SpecVersion {
    /// As it is written: `2.1`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V20 => "2.0",
            Self::V21 => "2.1",
        }
    }
}

/// A reference to another object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The property that refers, from the object's root and without places in lists:
    /// `target_ref`, `extensions.archive-ext.contains_refs`.
    pub property: Box<str>,
    /// What it refers to. It need not be known.
    pub target: Id,
}

/// A marking of parts of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GranularMarking {
    /// The marking; none where the parts are marked with a language.
    pub marking_ref: Option<Id>,
    /// What is marked: `description`, `labels.[0]`.
    pub selectors: Vec<String>,
}

/// An id that somebody else gave.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalId {
    /// Who gave it: `mitre-attack`, `cve`.
    pub source: String,
    /// The id: `T1585.001`.
    pub id: String,
}

impl Object {
    /// Reads and judges one object. With it come warnings; without it what is wrong, errors and
    /// warnings, and the id if it has one.
    ///
    /// Cost: one pass over the text, and memory of a few times its length until it returns.
    pub fn parse(text: impl Into<Box<str>>) -> Result<(Self, Vec<Problem>), Rejected> {
        let text = text.into();
        let (head, problems) = judge(&text)?;
        Ok((Self { text, head }, problems))
    }

    /// Its text, as it was received.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its text, taken out.
    pub fn into_text(self) -> Box<str> {
        self.text
    }

    /// What is known of it.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Its id.
    pub fn id(&self) -> &Id {
        &self.head.id
    }

    /// Its type.
    pub fn kind(&self) -> &str {
        self.head.id.kind()
    }

    /// The time that tells its versions apart: when it was modified, or made. Observables have none.
    pub fn version(&self) -> Option<Timestamp> {
        self.head.modified.or(self.head.created)
    }

    /// All of it. Cost: the text is read again.
    pub fn json(&self) -> Json<'_> {
        Json::parse(&self.text).expect("it was read when the object was made")
    }
}

/// An object that is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its id, where it has one.
    pub id: Option<Id>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

impl Rejected {
    pub(super) fn for_one(id: Option<Id>, problem: Problem) -> Self {
        Self {
            id,
            problems: vec![problem],
        }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = &self.id {
            write!(formatter, "{id}: ")?;
        }
        let errors = self
            .problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error);
        for (place, problem) in errors.enumerate() {
            if place > 0 {
                formatter.write_str("; ")?;
            }
            problem.fmt(formatter)?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejected {}

fn judge(text: &str) -> Result<(Head, Vec<Problem>), Rejected> {
    let json = Json::parse(text).map_err(|error| {
        Rejected::for_one(None, Problem::error("", format!("it is no JSON: {error}")))
    })?;
    let id = identity(&json)?;
    let problems = check::check(&json, &id);
    if problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
    {
        return Err(Rejected {
            id: Some(id),
            problems,
        });
    }
    Ok((head(&json, id), problems))
}

/// The type and the id, which agree.
fn identity(json: &Json<'_>) -> Result<Id, Rejected> {
    let wrong = |path, what| Err(Rejected::for_one(None, Problem::error(path, what)));
    if json.as_map().is_none() {
        return wrong("", "it should be an object");
    }
    let id = match json.get("id").map(|id| id.as_text().map(str::parse::<Id>)) {
        None => return wrong("id", "it has to be there"),
        Some(Some(Ok(id))) => id,
        Some(_) => return wrong("id", "no id: it should be a type, two hyphens and a UUID"),
    };
    let what = match json.get("type").map(Json::as_text) {
        Some(Some("bundle")) => "a bundle is no object",
        Some(Some(kind)) if kind == id.kind() => return Ok(id),
        Some(Some(kind)) if is_type_name(kind) => "it is another than the id says",
        Some(_) => "no name of a type: it should be 3 to 250 of a-z, 0-9 and hyphens",
        None => "it has to be there",
    };
    Err(Rejected::for_one(Some(id), Problem::error("type", what)))
}

fn head(json: &Json<'_>, id: Id) -> Head {
    let text = |name| json.get(name).and_then(Json::as_text);
    let at = |name| text(name).and_then(time::parse);
    let list = |name| json.get(name).and_then(Json::as_list).unwrap_or_default();
    let spec_version = match text("spec_version") {
        Some("2.0") => SpecVersion::V20,
        // Only observables may leave it out, and they do not say when they were made.
        None if json.get("created").is_some() => SpecVersion::V20,
        _ => SpecVersion::V21,
    };
    let ids = |list: &[Json<'_>]| {
        let texts = list.iter().filter_map(Json::as_text);
        texts.filter_map(|text| text.parse().ok()).collect()
    };
    let mut refs = Vec::new();
    references(json, Path::ROOT, 0, &mut refs);
    Head {
        spec_version,
        created: at("created"),
        modified: at("modified"),
        revoked: json.get("revoked") == Some(&Json::Bool(true)),
        created_by_ref: text("created_by_ref").and_then(|text| text.parse().ok()),
        marking_refs: ids(list("object_marking_refs")),
        granular_markings: list("granular_markings").iter().map(granular).collect(),
        refs,
        name: NAMES.iter().find_map(|name| text(name)).map(str::to_owned),
        external_ids: list("external_references")
            .iter()
            .filter_map(external)
            .collect(),
        id,
    }
}

/// Where an object says what it is called, in this order.
const NAMES: [&str; 8] = [
    "name",
    "value",
    "path",
    "key",
    "subject",
    "account_login",
    "user_id",
    "display_name",
];

fn granular(marking: &Json<'_>) -> GranularMarking {
    let text = |json: &Json<'_>| json.as_text().map(str::to_owned);
    let selectors = marking.get("selectors").and_then(Json::as_list);
    GranularMarking {
        marking_ref: marking
            .get("marking_ref")
            .and_then(Json::as_text)
            .and_then(|id| id.parse().ok()),
        selectors: selectors
            .unwrap_or_default()
            .iter()
            .filter_map(text)
            .collect(),
    }
}

fn external(reference: &Json<'_>) -> Option<ExternalId> {
    let text = |name| reference.get(name).and_then(Json::as_text);
    Some(ExternalId {
        source: text("source_name")?.to_owned(),
        id: text("external_id")?.to_owned(),
    })
}

/// Gathers what an object refers to, but for who made it and how it is marked, which have places of
/// their own.
fn references(json: &Json<'_>, path: Path<'_>, depth: usize, refs: &mut Vec<Reference>) {
    for (name, value) in json.as_map().unwrap_or_default() {
        if depth == 0
            && matches!(
                &**name,
                "created_by_ref" | "object_marking_refs" | "granular_markings"
            )
        {
            continue;
        }
        let path = path.member(name);
        let mut refer = |text: &str| {
            if let Ok(target) = text.parse() {
                let property = path.to_string().into();
                refs.push(Reference { property, target });
            }
        };
        match value {
            Json::Text(text) if name.ends_with("_ref") => refer(text),
            Json::List(list) if name.ends_with("_refs") => {
                list.iter().filter_map(Json::as_text).for_each(refer);
            }
            Json::Map(_) => references(value, path, depth + 1, refs),
            Json::List(list) => {
                for element in list {
                    references(element, path, depth + 1, refs);
                }
            }
            _ => {}
        }
    }
}
