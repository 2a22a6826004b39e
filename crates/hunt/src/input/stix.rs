//! STIX 2.1 bundles: indicators whose patterns name things one by one.
//!
//! `[domain-name:value = '…']`, several of them joined by OR, in one pair of brackets or in several. Hashes of one file that AND
//! joins name one file, and each of them stands for it. Every other pattern takes an engine, and is left out and counted.

use std::io::BufRead;

use avert_model::{Timestamp, Tlp};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Defaults, LeftOut, Problem, Report};
use crate::assertion::Assertion;
use crate::kind::Kind;
use crate::normal::Indicator;
use crate::pap::Pap;
use crate::set::{SetBuilder, SetError};

/// Why a STIX pattern cannot be taken for things to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum NotSimple {
    /// In another language.
    #[error("a pattern is not of type stix")]
    OtherLanguage,
    /// With more than `=`, OR, and AND between a file's hashes.
    #[error("a STIX pattern takes more than comparing one thing at a time")]
    Composed,
    /// Of something that is not looked for in logs.
    #[error("a STIX pattern is about something that is not looked for in logs")]
    OtherObject,
}

/// TLP's marking definitions, of version 2.0 and of 1.0.
const MARKINGS: [(&str, Tlp); 9] = [
    (
        "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        Tlp::Clear,
    ),
    (
        "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        Tlp::Green,
    ),
    (
        "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        Tlp::Amber,
    ),
    (
        "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        Tlp::AmberStrict,
    ),
    (
        "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
        Tlp::Red,
    ),
    (
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
        Tlp::Clear,
    ),
    (
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
        Tlp::Green,
    ),
    (
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
        Tlp::Amber,
    ),
    (
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
        Tlp::Red,
    ),
];

/// What is read of a bundle's objects.
#[derive(Debug, Deserialize)]
struct Object {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    pattern: String,
    pattern_type: Option<String>,
    #[serde(default)]
    indicator_types: Vec<String>,
    #[serde(rename = "object_marking_refs", default)]
    markings: Vec<String>,
    #[serde(default)]
    labels: Vec<String>,
    confidence: Option<u8>,
    #[serde(default)]
    revoked: bool,
    valid_from: Option<String>,
    valid_until: Option<String>,
    modified: Option<String>,
}

pub(super) fn read(
    reader: &mut dyn BufRead,
    defaults: &Defaults,
    builder: &mut SetBuilder,
) -> Result<Report, Problem> {
    let mut taking = Taking {
        defaults,
        builder,
        report: Report::default(),
        failed: None,
    };
    let mut json = serde_json::Deserializer::from_reader(reader);
    let read = Bundle(&mut taking).deserialize(&mut json);
    if let Some(error) = taking.failed {
        return Err(error.into());
    }
    match read {
        Ok(()) => Ok(taking.report),
        Err(error) if error.is_io() => Err(Problem::Io(error.into())),
        Err(error) => Err(Problem::Json(error)),
    }
}

struct Taking<'a> {
    defaults: &'a Defaults,
    builder: &'a mut SetBuilder,
    report: Report,
    failed: Option<SetError>,
}

impl Taking<'_> {
    fn take(&mut self, object: &Object) {
        if object.kind != "indicator" {
            return;
        }
        self.report.rows += 1;
        let is_stix = object
            .pattern_type
            .as_deref()
            .is_none_or(|kind| kind == "stix");
        let found = if is_stix {
            things(&object.pattern)
        } else {
            Err(NotSimple::OtherLanguage)
        };
        let found = match found {
            Ok(found) => found,
            Err(why) => return self.report.leave_out(why.into()),
        };
        let assertion = self.assertion(object);
        for (kind, value) in found {
            match Indicator::parse_as(kind, &value) {
                Ok(indicator) => {
                    if let Err(error) = self.builder.add(&indicator, &assertion) {
                        self.failed = Some(error);
                        return;
                    }
                    self.report.taken += 1;
                }
                Err(why) => self.report.leave_out(LeftOut::NotAnIndicator(why)),
            }
        }
    }

    fn assertion(&self, object: &Object) -> Assertion {
        let mut assertion = self.defaults.assertion();
        let time = |text: &Option<String>| {
            text.as_deref()
                .and_then(|text| text.parse::<Timestamp>().ok())
        };
        if !object.indicator_types.is_empty() {
            assertion.label = object.indicator_types.join(", ");
        } else if !object.name.is_empty() {
            assertion.label.clone_from(&object.name);
        }
        assertion.reference.clone_from(&object.id);
        let tlp = object.markings.iter().filter_map(|id| {
            MARKINGS
                .iter()
                .find(|(marking, _)| marking == id)
                .map(|(_, tlp)| *tlp)
        });
        assertion.tlp = tlp.max().or(assertion.tlp);
        let tags = object.labels.iter().filter_map(|label| Pap::of_tag(label));
        let marked = object.markings.iter().filter_map(|id| Pap::of_marking(id));
        assertion.pap = tags.chain(marked).max().or(assertion.pap);
        assertion.score = object
            .confidence
            .filter(|score| *score <= 100)
            .or(assertion.score);
        assertion.is_revoked = object.revoked;
        assertion.first_seen = time(&object.valid_from);
        assertion.expires = time(&object.valid_until);
        assertion.last_seen = time(&object.modified)
            .max(assertion.first_seen)
            .unwrap_or(assertion.last_seen);
        assertion
    }
}

/// Reads a bundle object by object, so that no bundle is too large for memory.
struct Bundle<'a, 'b>(&'a mut Taking<'b>);

impl<'de> DeserializeSeed<'de> for Bundle<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Bundle<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a bundle")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let mut has_objects = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "objects" {
                map.next_value_seed(Objects(&mut *self.0))?;
                has_objects = true;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if has_objects {
            Ok(())
        } else {
            Err(serde::de::Error::missing_field("objects"))
        }
    }
}

struct Objects<'a, 'b>(&'a mut Taking<'b>);

impl<'de> DeserializeSeed<'de> for Objects<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Objects<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("objects")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut objects: S) -> Result<(), S::Error> {
        while let Some(object) = objects.next_element::<Object>()? {
            self.0.take(&object);
            if self.0.failed.is_some() {
                return Err(serde::de::Error::custom("the set cannot be written"));
            }
        }
        Ok(())
    }
}

/// What a pattern names, one by one.
fn things(pattern: &str) -> Result<Vec<(Kind, String)>, NotSimple> {
    let tokens = tokens(pattern)?;
    let mut all = Vec::new();
    let mut rest = tokens.as_slice();
    loop {
        let (found, after) = observation(rest)?;
        all.extend(found);
        match after {
            [] => return Ok(all),
            [Token::Word(or), after @ ..] if or == "OR" => rest = after,
            _ => return Err(NotSimple::Composed),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Equal,
    Word(String),
    Text(String),
}

fn tokens(pattern: &str) -> Result<Vec<Token>, NotSimple> {
    let mut tokens = Vec::new();
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.peek().copied() {
        match letter {
            '[' => tokens.push(Token::Open),
            ']' => tokens.push(Token::Close),
            '=' => tokens.push(Token::Equal),
            '\'' => {
                letters.next();
                tokens.push(Token::Text(text(&mut letters)?));
                continue;
            }
            _ if letter.is_whitespace() => {}
            _ if is_in_path(letter) => {
                let mut word = String::new();
                while let Some(letter) = letters.next_if(|letter| is_in_path(*letter)) {
                    word.push(letter);
                    // A name in quotes is a part of a path: hashes.'SHA-256'.
                    if letter == '.' && letters.next_if_eq(&'\'').is_some() {
                        word.push_str(&text(&mut letters)?);
                    }
                }
                tokens.push(Token::Word(word));
                continue;
            }
            _ => return Err(NotSimple::Composed),
        }
        letters.next();
    }
    Ok(tokens)
}

fn is_in_path(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | ':' | '.')
}

/// The rest of a text behind its first quote.
fn text(letters: &mut impl Iterator<Item = char>) -> Result<String, NotSimple> {
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => return Ok(text),
            '\\' => text.extend(letters.next()),
            _ => text.push(letter),
        }
    }
    Err(NotSimple::Composed)
}

type Found = Vec<(Kind, String)>;

/// What stands between two brackets, and what comes behind.
fn observation(tokens: &[Token]) -> Result<(Found, &[Token]), NotSimple> {
    let [Token::Open, tokens @ ..] = tokens else {
        return Err(NotSimple::Composed);
    };
    let mut rest = tokens;
    let (mut paths, mut values, mut joins) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let [
            Token::Word(path),
            Token::Equal,
            Token::Text(value),
            after @ ..,
        ] = rest
        else {
            return Err(NotSimple::Composed);
        };
        paths.push(path.as_str());
        values.push(value);
        match after {
            [Token::Close, after @ ..] => {
                rest = after;
                break;
            }
            [Token::Word(join), after @ ..] if join == "OR" || join == "AND" => {
                joins.push(join.as_str());
                rest = after;
            }
            _ => return Err(NotSimple::Composed),
        }
    }
    let is_or = joins.iter().all(|join| *join == "OR");
    let is_one_file = joins.iter().all(|join| *join == "AND")
        && paths
            .iter()
            .all(|path| path.starts_with("file:hashes.") || *path == "file:name");
    if !is_or && !is_one_file {
        return Err(NotSimple::Composed);
    }
    let mut found = Vec::new();
    for (path, value) in paths.into_iter().zip(values) {
        match kind_of(path) {
            Some(kind) => found.push((kind, value.clone())),
            None if !is_or => {}
            None => return Err(NotSimple::OtherObject),
        }
    }
    if found.is_empty() {
        Err(NotSimple::OtherObject)
    } else {
        Ok((found, rest))
    }
}

fn kind_of(path: &str) -> Option<Kind> {
    Some(match path {
        "domain-name:value" => Kind::Domain,
        "ipv4-addr:value" | "ipv6-addr:value" => Kind::Network,
        "url:value" => Kind::Url,
        "email-addr:value" | "email-message:from_ref.value" | "email-message:sender_ref.value" => {
            Kind::Email
        }
        "user-account:account_login" => Kind::Handle,
        _ => {
            let hash = path
                .strip_prefix("file:hashes.")?
                .replace(['-', '_'], "")
                .to_ascii_uppercase();
            matches!(hash.as_str(), "MD5" | "SHA1" | "SHA256" | "SHA512").then_some(Kind::Hash)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, expect: Result<&[(Kind, &str)], NotSimple>) {
        let made = things(pattern);
        let expect = expect.map(|all| {
            all.iter()
                .map(|(kind, value)| (*kind, (*value).to_owned()))
                .collect::<Vec<_>>()
        });
        assert_eq!(made, expect, "{pattern}");
    }

    #[test]
    fn patterns_that_name_things_one_by_one_are_taken_and_others_say_why_not() {
        check(
            "[domain-name:value = 'evil.example.org']",
            Ok(&[(Kind::Domain, "evil.example.org")]),
        );
        check(
            "[ipv4-addr:value='192.0.2.7' OR url:value = 'http://a.example.org/it\\'s'] OR [email-addr:value = 'x@a.example.org']",
            Ok(&[
                (Kind::Network, "192.0.2.7"),
                (Kind::Url, "http://a.example.org/it's"),
                (Kind::Email, "x@a.example.org"),
            ]),
        );
        check(
            "[file:hashes.MD5 = 'aa' AND file:hashes.'SHA-256' = 'bb' AND file:name = 'x.exe']",
            Ok(&[(Kind::Hash, "aa"), (Kind::Hash, "bb")]),
        );
        for composed in [
            "",
            "[",
            "[domain-name:value = 'a.example.org' AND ipv4-addr:value = '192.0.2.7']",
            "[domain-name:value LIKE 'a%']",
            "[domain-name:value = 'a.example.org'] FOLLOWEDBY [domain-name:value = 'b.example.org']",
            "[domain-name:value = 'a.example.org",
            "[domain-name:value != 'a.example.org']",
        ] {
            check(composed, Err(NotSimple::Composed));
        }
        check("[process:command_line = 'x']", Err(NotSimple::OtherObject));
        check("[file:name = 'x.exe']", Err(NotSimple::OtherObject));
    }
}
