//! Whether a value is of the kind that its property asks for.

use super::{Check, MOST_LOOKED_AT};
use crate::stix::id::Id;
use crate::stix::json::Json;
use crate::stix::problem::Path;
use crate::stix::schema::{self, Kind, Property, To, Words};
use crate::stix::time;

pub(super) const NO_TIME: &str =
    "no timestamp: it should be like 2017-12-19T13:59:59.000Z, in UTC and with a Z";
const EMPTY: &str = "an empty list has to be left out";

const EXTERNAL_REFERENCE: &[Property] = &[
    required("source_name", Kind::Text),
    optional("description", Kind::Text),
    optional("url", Kind::Text),
    optional("hashes", Kind::Hashes),
    optional("external_id", Kind::Text),
];

const KILL_CHAIN_PHASE: &[Property] = &[
    required("kill_chain_name", Kind::Text),
    required("phase_name", Kind::Text),
];

const GRANULAR_MARKING: &[Property] = &[
    optional("lang", Kind::Text),
    optional(
        "marking_ref",
        Kind::Ref(To::Types(Words("marking-definition"))),
    ),
    required("selectors", Kind::Texts),
];

const fn required(name: &'static str, kind: Kind) -> Property {
    Property {
        name,
        kind,
        required: true,
    }
}

const fn optional(name: &'static str, kind: Kind) -> Property {
    Property {
        name,
        kind,
        required: false,
    }
}

impl Check<'_> {
    /// Judges the value of a property; `object` is what the whole of it stands in.
    pub(super) fn value(
        &mut self,
        object: &Json<'_>,
        path: Path<'_>,
        kind: Kind,
        value: &Json<'_>,
    ) {
        match kind {
            // Judged when the type and id were read, and with the version.
            Kind::Head | Kind::SpecVersion => {}
            Kind::Text => {
                if value.as_text().is_none() {
                    self.error(path, "it should be a string");
                }
            }
            Kind::Bool => {
                if !matches!(value, Json::Bool(_)) {
                    self.error(path, "it should be true or false");
                }
            }
            Kind::Int(least, most) => self.whole(path, value, least, most),
            Kind::Float(least, most) => match value.as_number() {
                Some(number) if (least..=most).contains(&number) => {}
                Some(_) => self.error(path, "the number is out of range"),
                None => self.error(path, "it should be a number"),
            },
            Kind::Time => {
                if value.as_text().and_then(time::parse).is_none() {
                    self.error(path, NO_TIME);
                }
            }
            Kind::Hex => self.hex(path, value),
            Kind::Binary => self.binary(path, value),
            Kind::Open(words) => self.open(path, value, words),
            Kind::Closed(words) => self.closed(path, value, words),
            Kind::Ref(to) => self.reference(path, value, to),
            Kind::Refs(to) => self.each(path, value, |check, path, value| {
                check.reference(path, value, to);
            }),
            Kind::Texts => self.each(path, value, |check, path, value| {
                check.value(object, path, Kind::Text, value);
            }),
            Kind::OpenList(words) => self.each(path, value, |check, path, value| {
                check.open(path, value, words);
            }),
            Kind::ClosedList(words) => self.each(path, value, |check, path, value| {
                check.closed(path, value, words);
            }),
            Kind::Map => self.map(path, value),
            Kind::List => self.each(path, value, |_, _, _| {}),
            Kind::Hashes => self.hashes(path, value),
            Kind::KillChainPhases => self.each(path, value, |check, path, value| {
                check.members(object, path, value, KILL_CHAIN_PHASE);
            }),
            Kind::ExternalReferences => self.each(path, value, |check, path, value| {
                check.members(object, path, value, EXTERNAL_REFERENCE);
                let says = |name| value.get(name).is_some();
                if !(says("description") || says("url") || says("external_id")) {
                    check.error(path, "one of description, url, external_id has to be there");
                }
            }),
            Kind::GranularMarkings => self.each(path, value, |check, path, value| {
                check.granular(object, path, value);
            }),
            Kind::Extensions => self.extensions(object, path, value),
        }
    }

    fn each(
        &mut self,
        path: Path<'_>,
        value: &Json<'_>,
        judge: impl Fn(&mut Self, Path<'_>, &Json<'_>),
    ) {
        match value.as_list() {
            None => self.error(path, "it should be a list"),
            Some([]) => self.error(path, EMPTY),
            Some(list) => {
                for (place, element) in list.iter().enumerate() {
                    judge(self, path.element(place), element);
                }
            }
        }
    }

    /// The members of a part of an object that the specification describes.
    fn members(
        &mut self,
        object: &Json<'_>,
        path: Path<'_>,
        value: &Json<'_>,
        properties: &[Property],
    ) {
        let Some(members) = value.as_map() else {
            return self.error(path, "it should be an object");
        };
        self.required(value, path, properties);
        for (name, value) in members {
            if let Some(property) = properties.iter().find(|property| property.name == name) {
                self.value(object, path.member(name), property.kind, value);
            }
        }
    }

    fn whole(&mut self, path: Path<'_>, value: &Json<'_>, least: i64, most: i64) {
        match value {
            Json::Int(number) if (least..=most).contains(number) => {}
            Json::Int(_) => self.error(path, format!("it should be {least} to {most}")),
            _ => self.error(path, "it should be a whole number"),
        }
    }

    fn hex(&mut self, path: Path<'_>, value: &Json<'_>) {
        let digits = |text: &str| {
            !text.is_empty()
                && text.len().is_multiple_of(2)
                && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        if !value.as_text().is_some_and(digits) {
            self.error(path, "it should be an even number of hexadecimal digits");
        }
    }

    fn binary(&mut self, path: Path<'_>, value: &Json<'_>) {
        let base64 = |text: &str| {
            let bare = text.trim_end_matches('=');
            text.len().is_multiple_of(4)
                && text.len() - bare.len() <= 2
                && bare
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        };
        if !value.as_text().is_some_and(base64) {
            self.error(path, "it should be base64");
        }
    }

    fn open(&mut self, path: Path<'_>, value: &Json<'_>, words: Words) {
        match value.as_text() {
            None => self.error(path, "it should be a string"),
            Some(word) if !words.contains(word) => {
                self.warn(path, "a word that the open vocabulary does not have");
            }
            Some(_) => {}
        }
    }

    fn closed(&mut self, path: Path<'_>, value: &Json<'_>, words: Words) {
        if !value.as_text().is_some_and(|word| words.contains(word)) {
            let known = words.0.split_ascii_whitespace().collect::<Vec<_>>();
            self.error(path, format!("it should be one of {}", known.join(", ")));
        }
    }

    fn reference(&mut self, path: Path<'_>, value: &Json<'_>, to: To) {
        match value.as_text().map(str::parse::<Id>) {
            Some(Ok(id)) if to.allows(id.kind()) => {}
            Some(Ok(_)) => self.error(
                path,
                "it refers to an object of a type that it may not refer to",
            ),
            _ => self.error(path, "no id: it should be a type, two hyphens and a UUID"),
        }
    }

    fn map(&mut self, path: Path<'_>, value: &Json<'_>) {
        let Some(members) = value.as_map() else {
            return self.error(path, "it should be an object");
        };
        if members.is_empty() {
            self.error(path, "an empty object has to be left out");
        }
        for (name, _) in members {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            if !(1..=250).contains(&name.len()) || !name.bytes().all(allowed) {
                self.warn(
                    path,
                    "a key should be 1 to 250 of letters, digits, hyphens and underscores",
                );
            }
        }
    }

    fn hashes(&mut self, path: Path<'_>, value: &Json<'_>) {
        let Some(members) = value.as_map() else {
            return self.error(path, "it should be an object");
        };
        if members.is_empty() {
            self.error(path, "an empty object has to be left out");
        }
        for (name, value) in members {
            let path = path.member(name);
            let Some(hash) = value.as_text() else {
                self.error(path, "it should be a string");
                continue;
            };
            if !schema::HASHING_ALGORITHM.contains(name) {
                self.warn(path, "a word that the open vocabulary does not have");
            }
            let digits = match &**name {
                "MD5" => 32,
                "SHA-1" => 40,
                "SHA-256" | "SHA3-256" => 64,
                "SHA-512" | "SHA3-512" => 128,
                _ => continue,
            };
            if hash.len() != digits || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                self.error(path, format!("it should be {digits} hexadecimal digits"));
            }
        }
    }

    fn granular(&mut self, object: &Json<'_>, path: Path<'_>, value: &Json<'_>) {
        self.members(object, path, value, GRANULAR_MARKING);
        if value.get("lang").is_some() == value.get("marking_ref").is_some() {
            self.error(path, "one of lang and marking_ref has to be there");
        }
        let selectors = value.get("selectors").and_then(Json::as_list);
        for (place, selector) in selectors.unwrap_or_default().iter().enumerate() {
            let Some(text) = selector.as_text() else {
                continue;
            };
            let selectors = path.member("selectors");
            let path = selectors.element(place);
            if self.looked_at > MOST_LOOKED_AT {
                self.error(path, "there are more selectors than are looked at");
                return;
            }
            if select(object, text, &mut self.looked_at).is_none() {
                self.error(path, "it selects nothing in this object");
            }
        }
    }

    fn extensions(&mut self, object: &Json<'_>, path: Path<'_>, value: &Json<'_>) {
        let Some(members) = value.as_map() else {
            return self.error(path, "it should be an object");
        };
        if members.is_empty() {
            self.error(path, "an empty object has to be left out");
        }
        for (name, extension) in members {
            let path = path.member(name);
            let defined = schema::EXTENSIONS.iter().find(|(key, _)| key == name);
            if let Some((_, properties)) = defined {
                self.members(object, path, extension, properties);
                if extension.as_map().is_some_and(<[_]>::is_empty) {
                    self.error(path, "an extension has to say something");
                }
                continue;
            }
            if extension.as_map().is_none() {
                self.error(path, "it should be an object");
            }
            let id = name.parse::<Id>();
            if !id.is_ok_and(|id| id.kind() == "extension-definition") {
                self.warn(
                    path,
                    "an extension that the specification does not know and that has no definition",
                );
            }
        }
    }
}

/// What a selector selects: `labels.[0]`, `external_references.[0].url`.
///
/// # Source
/// STIX 2.1, section 7.2.3.1.
fn select<'j, 'a>(
    object: &'j Json<'a>,
    selector: &str,
    looked_at: &mut usize,
) -> Option<&'j Json<'a>> {
    selector.split('.').try_fold(object, |within, step| {
        let place = step
            .strip_prefix('[')
            .and_then(|step| step.strip_suffix(']'));
        if let Some(place) = place {
            return within.as_list()?.get(place.parse::<usize>().ok()?);
        }
        *looked_at += within.as_map()?.len();
        within.get(step)
    })
}
