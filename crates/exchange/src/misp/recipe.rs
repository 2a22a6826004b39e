//! How MISP's types and templates lie in STIX's observables, and in patterns over them.

mod attribute;
mod template;

use std::collections::BTreeSet;

use serde_json::{Value, json};

pub(super) use attribute::{Attribute, HASHES, NAMED, Parts, of_attribute};
pub(super) use template::{of_template, templates};

use super::json::{self, Members};

/// Where in an observable a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A property that is a text.
    Text(&'static str),
    /// One that is a text in small letters.
    Lower(&'static str),
    /// One that is a whole number.
    Whole(&'static str),
    /// The number of an autonomous system, which MISP writes as `AS64500`.
    System(&'static str),
    /// One that is true or false.
    Is(&'static str),
    /// One that is a time.
    Time(&'static str),
    /// A hash of this kind.
    Hash(&'static str),
    /// A field of a mail's header that has no property of its own.
    Header(&'static str),
    /// A list of texts.
    Item(&'static str),
    /// An end of traffic: an address or a name of a host.
    End(&'static str),
    /// A list of addresses.
    Ends(&'static str),
    /// A mailbox.
    Mailbox(&'static str),
    /// A list of mailboxes.
    Mailboxes(&'static str),
    /// The folder that a file lies in.
    Folder,
    /// A file that a mail carries.
    Carried,
    /// A property of a value of a key of the registry.
    Registry(&'static str),
    /// Only in patterns: what no observable is made of here.
    Only(&'static str),
}

/// How something lies in observables: the one that all is of, and where each part goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipe {
    /// The type of the observable.
    pub(super) main: &'static str,
    /// What is always said of it.
    pub(super) fixed: Option<(&'static str, &'static str)>,
    /// Each part or relation, and where it goes.
    pub(super) places: &'static [(&'static str, Place)],
}

/// Observables in the making. The first is the one that the others belong to.
#[derive(Debug)]
pub(super) struct Making {
    main: &'static str,
    first: Members,
    others: Vec<Members>,
    /// The texts that lists hold, each with its list.
    listed: BTreeSet<(&'static str, String)>,
}

impl Making {
    /// Begins the observables of something of this UUID.
    pub(super) fn new(recipe: &Recipe, uuid: &str) -> Self {
        let mut first = blank(recipe.main, uuid);
        if let Some((name, value)) = recipe.fixed {
            first.insert(name.to_owned(), value.into());
        }
        Self {
            main: recipe.main,
            first,
            others: Vec::new(),
            listed: BTreeSet::new(),
        }
    }

    /// Puts a value in its place; `uuid` is that of the attribute that says it. `false` if it does not
    /// fit there, or the place is taken.
    pub(super) fn put(&mut self, place: Place, value: &str, uuid: &str) -> bool {
        match place {
            Place::Text(name) => self.set(name, Some(value.into())),
            Place::Lower(name) => self.set(name, Some(value.to_lowercase().into())),
            Place::Whole(name) => self.set(name, whole(value).map(Value::from)),
            Place::System(name) => self.set(name, system(value).map(Value::from)),
            Place::Is(name) => self.set(name, truth(value).map(Value::from)),
            Place::Time(name) => {
                let at = json::moment(value).map(crate::stix::write_time);
                self.set(name, at.map(Value::from))
            }
            Place::Hash(kind) => set(self.within("hashes"), kind, value.into()),
            Place::Header(name) => set(self.within("additional_header_fields"), name, value.into()),
            Place::Item(name) => {
                let value = value.to_lowercase();
                self.listed.insert((name, value.clone())) && self.append(name, value.into())
            }
            Place::End(name) => {
                !self.first.contains_key(name) && {
                    let id = self.other(end(value), uuid, "value", value);
                    self.set(name, Some(id))
                }
            }
            Place::Ends(name) => {
                // Names resolve to addresses and to other names; a list of MISP holds addresses.
                let id = self.other(end(value), uuid, "value", value);
                self.append(name, id)
            }
            Place::Mailbox(name) => {
                !self.first.contains_key(name) && {
                    let id = self.other("email-addr", uuid, "value", value);
                    self.set(name, Some(id))
                }
            }
            Place::Mailboxes(name) => {
                let id = self.other("email-addr", uuid, "value", value);
                self.append(name, id)
            }
            Place::Folder => {
                !self.first.contains_key("parent_directory_ref") && {
                    let id = self.other("directory", uuid, "path", value);
                    self.set("parent_directory_ref", Some(id))
                }
            }
            Place::Carried => {
                let id = self.other("file", uuid, "name", value);
                let disposition = format!("attachment; filename='{value}'");
                self.append(
                    "body_multipart",
                    json!({ "body_raw_ref": id, "content_disposition": disposition }),
                )
            }
            Place::Registry(name) => {
                let values = self.first.entry("values").or_insert_with(|| json!([{}]));
                let Some(Value::Object(one)) = values.get_mut(0) else {
                    return false;
                };
                set(one, name, value.into())
            }
            Place::Only(_) => false,
        }
    }

    /// Says something of the first that STIX has no property for.
    pub(super) fn add_custom(&mut self, relation: &str, value: &str) {
        let name: String = relation
            .chars()
            .map(|letter| match letter.to_ascii_lowercase() {
                letter @ ('a'..='z' | '0'..='9') => letter,
                _ => '_',
            })
            .take(200)
            .collect();
        let name = format!("x_misp_{name}");
        match self.first.get_mut(&name) {
            None => {
                self.first.insert(name, value.into());
            }
            Some(Value::Array(list)) => list.push(value.into()),
            Some(one) => *one = json!([one.take(), value]),
        }
    }

    /// Adds an observable that the first leads to.
    pub(super) fn lead_to(&mut self, property: &str, other: Members) {
        if let Some(id) = other.get("id") {
            self.first.insert(property.to_owned(), id.clone());
        }
        self.others.push(other);
    }

    /// The observables, with what the specification wants of each that nobody said.
    pub(super) fn done(mut self) -> Vec<Members> {
        match self.main {
            "network-traffic" if !self.first.contains_key("protocols") => {
                // It has to be said. What is known of it is how it was addressed.
                let kinds = self
                    .others
                    .iter()
                    .filter_map(|other| json::text(other, "type"));
                let protocol = match kinds.collect::<Vec<_>>().as_slice() {
                    [] | ["domain-name", ..] => "ip",
                    ["ipv6-addr", ..] => "ipv6",
                    _ => "ipv4",
                };
                self.first.insert("protocols".into(), json!([protocol]));
            }
            "email-message" => {
                let parts = self.first.contains_key("body_multipart");
                if parts && let Some(body) = self.first.remove("body") {
                    self.first.insert("x_misp_email_body".into(), body);
                }
                self.first.insert("is_multipart".into(), parts.into());
            }
            _ => {}
        }
        // Where a name stands for an end of traffic, `misp-stix` reads the name first.
        let named = self.main == "network-traffic"
            && self
                .others
                .first()
                .and_then(|other| json::text(other, "type"))
                == Some("domain-name");
        let place = if named { self.others.len() } else { 0 };
        self.others.insert(place, self.first);
        self.others
    }

    fn set(&mut self, name: &str, value: Option<Value>) -> bool {
        value.is_some_and(|value| set(&mut self.first, name, value))
    }

    fn append(&mut self, name: &str, value: Value) -> bool {
        match self.first.entry(name).or_insert_with(|| json!([])) {
            Value::Array(list) => {
                list.push(value);
                true
            }
            _ => false,
        }
    }

    fn within(&mut self, name: &str) -> &mut Members {
        let value = self.first.entry(name).or_insert_with(|| json!({}));
        if !value.is_object() {
            *value = json!({});
        }
        value.as_object_mut().expect("it was made one just now")
    }

    /// Another observable that is this value alone, and its id.
    fn other(&mut self, kind: &str, uuid: &str, property: &str, value: &str) -> Value {
        let mut other = blank(kind, uuid);
        let id = other["id"].clone();
        other.insert(property.to_owned(), value.into());
        self.others.push(other);
        id
    }
}

/// An observable of which nothing is said yet.
pub(super) fn blank(kind: &str, uuid: &str) -> Members {
    let mut members = Members::new();
    members.insert("type".into(), kind.into());
    members.insert("id".into(), format!("{kind}--{uuid}").into());
    members
}

/// Sets a member that is not there yet.
fn set(members: &mut Members, name: &str, value: Value) -> bool {
    let free = !members.contains_key(name);
    if free {
        members.insert(name.to_owned(), value);
    }
    free
}

/// The test of a pattern that asks for a value in its place; none where a value cannot be asked for.
pub(super) fn test(main: &str, place: Place, value: &str) -> Option<String> {
    let is = |path: &str| format!("{main}:{path} = {}", quoted(value));
    Some(match place {
        Place::Text(name) => is(name),
        Place::Lower(name) => format!("{main}:{name} = {}", quoted(&value.to_lowercase())),
        Place::Whole(name) => format!("{main}:{name} = {}", whole(value)?),
        Place::System(name) => format!("{main}:{name} = {}", system(value)?),
        Place::Is(name) => format!("{main}:{name} = {}", truth(value)?),
        Place::Time(_) => return None,
        Place::Hash(kind) => is(&format!("hashes.{}", step(kind))),
        Place::Header(name) => is(&format!("additional_header_fields.{}", step(name))),
        Place::Item(name) => {
            format!("{main}:{name}[*] = {}", quoted(&value.to_lowercase()))
        }
        Place::End(name) => format!(
            "{main}:{name}.type = '{}' AND {}",
            end(value),
            within(&format!("{main}:{name}.value"), value)
        ),
        Place::Ends(name) => within(&format!("{main}:{name}[*].value"), value),
        Place::Mailbox(name) => is(&format!("{name}.value")),
        Place::Mailboxes(name) => is(&format!("{name}[*].value")),
        Place::Folder => is("parent_directory_ref.path"),
        Place::Carried => is("body_multipart[*].body_raw_ref.name"),
        Place::Registry(name) => is(&format!("values[*].{name}")),
        Place::Only(path) => is(path),
    })
}

/// What two values of one place have in common: an object has one of them, so a pattern asks for either.
pub(super) fn slot(place: Place) -> String {
    match place {
        Place::Hash(kind) => format!("hashes.{kind}"),
        Place::Header(name) => format!("header.{name}"),
        Place::Registry(name) => format!("values.{name}"),
        Place::Folder => "parent_directory_ref".into(),
        Place::Carried => "body_multipart".into(),
        Place::Text(name)
        | Place::Lower(name)
        | Place::Whole(name)
        | Place::System(name)
        | Place::Is(name)
        | Place::Time(name)
        | Place::Item(name)
        | Place::End(name)
        | Place::Ends(name)
        | Place::Mailbox(name)
        | Place::Mailboxes(name)
        | Place::Only(name) => name.into(),
    }
}

/// A literal of a pattern.
pub(super) fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A step of a path, in quotes where it needs them.
fn step(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.bytes().all(plain) {
        name.to_owned()
    } else {
        format!("'{name}'")
    }
}

/// An address is asked for, or whether it lies in a network.
fn within(path: &str, value: &str) -> String {
    let network = value.contains('/') && end(value) != "domain-name";
    let operator = if network { "ISSUBSET" } else { "=" };
    format!("{path} {operator} {}", quoted(value))
}

/// The type of what traffic goes to or comes from.
fn end(value: &str) -> &'static str {
    let address = value.split_once('/').map_or(value, |(address, _)| address);
    match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => "ipv4-addr",
        Ok(std::net::IpAddr::V6(_)) => "ipv6-addr",
        Err(_) => "domain-name",
    }
}

/// A whole number that is written as MISP would write it again.
fn whole(value: &str) -> Option<i64> {
    let number: i64 = value.parse().ok()?;
    (number.to_string() == value && number >= 0).then_some(number)
}

/// What MISP's type `boolean` says.
fn truth(value: &str) -> Option<bool> {
    match value {
        "1" | "true" | "True" => Some(true),
        "0" | "false" | "False" => Some(false),
        _ => None,
    }
}

fn system(value: &str) -> Option<i64> {
    let digits = value
        .strip_prefix("AS")
        .or_else(|| value.strip_prefix("as"));
    whole(digits.unwrap_or(value).trim_start())
}
