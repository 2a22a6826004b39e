//! What the markings of one object say: of the whole, and of its parts.
//!
//! A part is at least as strict as the whole, and a marking of a part adds to it. STIX 2.1 (7.2.3) leaves
//! open what an object's and a part's marking mean together, and its technical committee knows it
//! (<https://github.com/oasis-tcs/cti-stix2/issues/302>): the strictest of all that apply is right under every
//! reading.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::Tlp;
use serde_json::{Map, Value, json};

use super::definitions::Definitions;
use super::path::Path;
use super::tlp::{self, Label};

/// The two properties that hold markings; they are written anew, and no selector selects them.
pub(super) const MARKINGS: [&str; 2] = ["object_marking_refs", "granular_markings"];

/// A marking that counts as TLP:RED because nobody here can say what it means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubt {
    /// The object that carries it.
    pub object: String,
    /// The id of the marking, or the tag, or what is wrong.
    pub marking: String,
}

/// What the markings of one object say.
#[derive(Debug)]
pub(super) struct Marks {
    /// The level of the whole.
    pub(super) level: Tlp,
    /// Whether its source must not be told.
    pub(super) chatham_house: bool,
    /// Markings of the whole that mean more than a level, in their order.
    others: Vec<String>,
    parts: Vec<Part>,
    /// Markings that nobody can read, as [`Doubt::marking`].
    pub(super) doubts: Vec<String>,
}

#[derive(Debug)]
struct Part {
    path: Path,
    level: Option<Tlp>,
    /// What else is written about it.
    more: Option<More>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum More {
    Marking(String),
    Language(String),
}

impl Marks {
    /// Reads the markings of an object and the tags that came with it. What is unmarked is as strict as
    /// `unmarked`.
    pub(super) fn read(
        body: &Value,
        tags: &[String],
        definitions: &Definitions,
        unmarked: Tlp,
    ) -> Self {
        let mut reader = Reader {
            definitions,
            whole: Label::default(),
            others: Vec::new(),
            parts: Vec::new(),
            doubts: Vec::new(),
        };
        for (tag, label) in tags.iter().filter_map(|tag| Some((tag, tlp::of_tag(tag)?))) {
            reader.doubt(label, tag);
            reader.whole = reader.whole.and(label);
        }
        reader.read_whole(&body["object_marking_refs"]);
        reader.read_parts(&body["granular_markings"], body);
        Self {
            level: reader.whole.level.unwrap_or(unmarked),
            chatham_house: reader.whole.chatham_house,
            others: reader.others,
            parts: reader.parts,
            doubts: reader.doubts,
        }
    }

    /// The parts that are stricter than this.
    pub(super) fn beyond(&self, ceiling: Tlp) -> impl Iterator<Item = (&Path, Tlp)> {
        self.parts.iter().filter_map(move |part| {
            part.level
                .filter(|level| *level > ceiling)
                .map(|level| (&part.path, level))
        })
    }

    /// The places that [`Self::write`] asks for.
    pub(super) fn places(&self) -> BTreeSet<&Path> {
        self.parts.iter().map(|part| &part.path).collect()
    }

    /// What [`Self::write`] would say, where it would change nothing: the markings of the whole are written so
    /// already, and no part has any.
    pub(super) fn as_written(&self, fields: &Map<String, Value>) -> Option<Written> {
        let refs = fields.get(MARKINGS[0])?.as_array()?;
        let whole = std::iter::once(tlp::marking_id(self.level));
        let whole = whole.chain(self.others.iter().map(String::as_str));
        let is_written = refs.iter().map(Value::as_str).eq(whole.map(Some));
        (is_written && self.parts.is_empty() && !fields.contains_key(MARKINGS[1]))
            .then(|| self.written())
    }

    /// What is written of the whole.
    fn written(&self) -> Written {
        Written {
            levels: BTreeSet::from([self.level]),
            others: self.others.iter().cloned().collect(),
        }
    }

    /// Writes the markings in TLP 2.0 on what is left of the object; `moved` says where its parts went.
    ///
    /// A part's level is written where it is stricter than the whole: written on a part, a level that adds
    /// nothing would be read by some as allowing more.
    pub(super) fn write(
        &self,
        kept: &mut Map<String, Value>,
        moved: &BTreeMap<Path, Path>,
    ) -> Written {
        let mut written = self.written();
        let refs = std::iter::once(tlp::marking_id(self.level).to_owned());
        let refs: Vec<String> = refs.chain(self.others.iter().cloned()).collect();
        kept.insert(MARKINGS[0].to_owned(), json!(refs));
        let mut levels: BTreeMap<Tlp, BTreeSet<&Path>> = BTreeMap::new();
        let mut more: BTreeMap<&More, BTreeSet<&Path>> = BTreeMap::new();
        for part in &self.parts {
            let Some(place) = moved.get(&part.path) else {
                continue;
            };
            if let Some(level) = part.level.filter(|level| *level > self.level) {
                levels.entry(level).or_default().insert(place);
                written.levels.insert(level);
            }
            if let Some(said) = &part.more {
                more.entry(said).or_default().insert(place);
                if let More::Marking(id) = said {
                    written.others.insert(id.clone());
                }
            }
        }
        let selectors =
            |places: &BTreeSet<&Path>| places.iter().map(ToString::to_string).collect::<Vec<_>>();
        let levels = levels.iter().map(|(level, places)| {
            json!({ "marking_ref": tlp::marking_id(*level), "selectors": selectors(places) })
        });
        let more = more.iter().map(|(said, places)| match said {
            More::Marking(id) => json!({ "marking_ref": id, "selectors": selectors(places) }),
            More::Language(tag) => json!({ "lang": tag, "selectors": selectors(places) }),
        });
        let parts: Vec<Value> = levels.chain(more).collect();
        if parts.is_empty() {
            kept.remove(MARKINGS[1]);
        } else {
            kept.insert(MARKINGS[1].to_owned(), Value::Array(parts));
        }
        written
    }
}

/// What was written on an object, so that its definitions may go along.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) levels: BTreeSet<Tlp>,
    pub(super) others: BTreeSet<String>,
}

struct Reader<'a> {
    definitions: &'a Definitions,
    whole: Label,
    others: Vec<String>,
    parts: Vec<Part>,
    doubts: Vec<String>,
}

impl Reader<'_> {
    fn doubt(&mut self, label: Label, marking: &str) {
        if label.unreadable {
            self.doubts.push(marking.to_owned());
        }
    }

    /// What a marking says, and its id if it means more than a level.
    fn look_up(&mut self, id: Option<&str>, place: &str) -> (Label, Option<String>) {
        let Some(id) = id else {
            self.doubt(Label::UNREADABLE, &format!("{place} is not as STIX has it"));
            return (Label::UNREADABLE, None);
        };
        let label = self.definitions.label(id).unwrap_or(Label::UNREADABLE);
        self.doubt(label, id);
        let more = self.definitions.means_more(id).then(|| id.to_owned());
        (label, more)
    }

    fn other(&mut self, id: Option<String>) {
        self.others
            .extend(id.filter(|id| !self.others.contains(id)));
    }

    fn read_whole(&mut self, refs: &Value) {
        let refs: &[Value] = match refs {
            Value::Null => &[],
            Value::Array(refs) => refs,
            other => std::slice::from_ref(other),
        };
        for id in refs {
            let (label, more) = self.look_up(id.as_str(), MARKINGS[0]);
            self.whole = self.whole.and(label);
            self.other(more);
        }
    }

    fn read_parts(&mut self, parts: &Value, body: &Value) {
        let parts: &[Value] = match parts {
            Value::Null => &[],
            Value::Array(parts) => parts,
            other => std::slice::from_ref(other),
        };
        for part in parts {
            let language = part["lang"]
                .as_str()
                .filter(|_| part.get("marking_ref").is_none());
            let (label, more) = if let Some(tag) = language {
                // No tag of a language is longer (RFC 5646, 4.4.1).
                let tag = (tag.len() <= 35).then(|| More::Language(tag.to_owned()));
                (Label::default(), tag)
            } else {
                let (label, id) = self.look_up(part["marking_ref"].as_str(), MARKINGS[1]);
                (label, id.map(More::Marking))
            };
            self.whole.chatham_house |= label.chatham_house;
            self.read_selectors(&part["selectors"], body, label, more.as_ref());
        }
    }

    /// A selector that selects nothing leaves open what was meant: the marking is the whole's then.
    fn read_selectors(
        &mut self,
        selectors: &Value,
        body: &Value,
        label: Label,
        more: Option<&More>,
    ) {
        let selectors = selectors.as_array().map_or(&[][..], Vec::as_slice);
        let mut all_select = !selectors.is_empty();
        for selector in selectors {
            let path = selector.as_str().and_then(|text| Path::select(text, body));
            match path {
                Some(path) if !MARKINGS.contains(&path.property()) => self.parts.push(Part {
                    path,
                    level: label.level,
                    more: more.cloned(),
                }),
                _ => all_select = false,
            }
        }
        if !all_select {
            self.whole = self.whole.and(label);
            if let Some(More::Marking(id)) = more {
                self.other(Some(id.clone()));
            }
        }
    }
}
