//! Indicators: attributes for detection.

use super::labelled;
use super::rest::Writer;
use super::thing::{self, Part};
use super::uuid_in;
use crate::misp::json::{self, Members};
use crate::misp::recipe::{Place, Recipe, slot};
use crate::stix::Id;
use crate::stix::pattern::{Equality, Pattern};

/// Tells an indicator: by the values that it asks for if that is all it does, else by its pattern.
pub(super) fn tell(writer: &mut Writer<'_>, body: &Members) {
    let text = |name| json::text(body, name);
    let (Some(id), Some(pattern)) = (text("id"), text("pattern")) else {
        return writer.leave_out(body, "it has no pattern");
    };
    let uuid = uuid_in(id);
    let language = text("pattern_type").unwrap_or("stix");
    if labelled::is_told(writer, body) {
        return;
    }
    // What was taken back is not for detection any more.
    let alive = body.get("revoked") != Some(&true.into());
    if language != "stix" {
        let kind = match language {
            "yara" | "snort" | "suricata" | "sigma" => language,
            _ => "text",
        };
        let rule = labelled::rule(body, pattern, language);
        let attribute = writer.attribute(body, uuid, kind, rule, alive && kind != "text");
        return writer.add(body, attribute);
    }
    let parsed = pattern.parse::<Pattern>().ok();
    let alternatives = parsed.and_then(|pattern| pattern.alternatives());
    let told: Option<Vec<Said>> =
        alternatives.and_then(|all| all.iter().map(|asked| said(asked, alive)).collect());
    let Some(told) = told else {
        let attribute = writer.attribute(body, uuid, "stix2-pattern", pattern, alive);
        return writer.add(body, attribute);
    };
    let one = told.len() == 1;
    for (place, said) in told.into_iter().enumerate() {
        let uuid = if one {
            uuid.to_owned()
        } else {
            Id::from_name("any", [0; 16], &format!("{id} {place}"))
                .uuid()
                .to_owned()
        };
        match said {
            Said::Value(kind, value) => {
                let kind = writer.labelled(body, kind);
                let attribute = writer.attribute(body, &uuid, &kind, &value, alive);
                writer.add(body, attribute);
            }
            Said::Thing(name, parts) => {
                let object = thing::object(writer, body, name, &parts);
                if let Some(mut object) = object {
                    object.insert("uuid".into(), uuid.into());
                    if let Some(comment) = json::text(body, "description") {
                        object.insert("comment".into(), comment.into());
                    }
                    writer.add_thing(body, object);
                }
            }
        }
    }
}

/// What one alternative of a pattern is in MISP.
enum Said {
    Value(&'static str, String),
    Thing(&'static str, Vec<Part>),
}

fn said(asked: &[Equality], to_ids: bool) -> Option<Said> {
    let kind = asked.first()?.kind.as_str();
    if asked.iter().any(|one| one.kind != kind) {
        return None;
    }
    // That an end of traffic is an address is seen from the address.
    let asked: Vec<(&str, &str)> = asked
        .iter()
        .filter(|one| !one.path.ends_with("_ref.type"))
        .map(|one| (one.path.as_str(), one.value.as_str()))
        .collect();
    single(kind, &asked).or_else(|| several(kind, &asked, to_ids))
}

/// One attribute.
fn single(kind: &str, asked: &[(&str, &str)]) -> Option<Said> {
    let value = |kind: &'static str, value: &str| Some(Said::Value(kind, value.to_owned()));
    let both = |kind: &'static str, one: &str, other: &str| {
        Some(Said::Value(kind, format!("{one}|{other}")))
    };
    match (kind, asked) {
        ("domain-name", [("value", name)]) => value("domain", name),
        ("domain-name", [("value", name), ("resolves_to_refs[*].value", address)]) => {
            both("domain|ip", name, address)
        }
        ("ipv4-addr" | "ipv6-addr", [("value", address)]) => value("ip-dst", address),
        ("network-traffic", [(end, address), more @ ..]) => traffic(end, address, more),
        ("url", [("value", url)]) => value("url", url),
        ("email-addr", [("value", mailbox)]) => value("email", mailbox),
        ("email-message", [(path, said)]) => {
            let kind = match *path {
                "from_ref.value" => "email-src",
                "to_refs[*].value" => "email-dst",
                "subject" => "email-subject",
                "body" => "email-body",
                "message_id" => "email-message-id",
                "received_lines[*]" => "email-header",
                "additional_header_fields.Reply-To" => "email-reply-to",
                "additional_header_fields.X-Mailer" => "email-x-mailer",
                "body_multipart[*].body_raw_ref.name" => "email-attachment",
                _ => return None,
            };
            value(kind, said)
        }
        ("file", [("name", name)]) => value("filename", name),
        ("file", [("size", size)]) => value("size-in-bytes", size),
        ("file", [(path, hash)]) => value(hash_of(path)?, hash),
        ("file", [("name", name), (path, hash)]) => {
            let kind = format!("filename|{}", hash_of(path)?);
            let known = crate::misp::kinds().find(|known| known.name == kind)?;
            both(known.name, name, hash)
        }
        ("mutex", [("name", name)]) => value("mutex", name),
        ("mac-addr", [("value", address)]) => value("mac-address", address),
        ("autonomous-system", [("number", number)]) => value("AS", &format!("AS{number}")),
        ("windows-registry-key", [("key", key)]) => value("regkey", key),
        ("windows-registry-key", [("key", key), ("values[*].data", data)]) => {
            both("regkey|value", key, data)
        }
        ("x509-certificate", [(path, hash)]) => {
            let kind = match path.strip_prefix("hashes.")? {
                "MD5" => "x509-fingerprint-md5",
                "SHA-1" => "x509-fingerprint-sha1",
                "SHA-256" => "x509-fingerprint-sha256",
                _ => return None,
            };
            value(kind, hash)
        }
        _ => None,
    }
}

fn traffic(end: &str, address: &str, more: &[(&str, &str)]) -> Option<Said> {
    const METHOD: &str = "extensions.http-request-ext.request_method";
    const AGENT: &str = "extensions.http-request-ext.request_header.User-Agent";
    let is_address = address.parse::<std::net::IpAddr>().is_ok();
    let kind = match (end, more) {
        (AGENT, []) => "user-agent",
        (METHOD, []) => "http-method",
        ("dst_port", []) => "port",
        ("src_ref.value", []) if is_address => "ip-src",
        ("dst_ref.value", []) if is_address => "ip-dst",
        ("dst_ref.value", []) => "hostname",
        ("src_ref.value", [("src_port", _)]) if is_address => "ip-src|port",
        ("dst_ref.value", [("dst_port", _)]) if is_address => "ip-dst|port",
        ("dst_ref.value", [("dst_port", _)]) => "hostname|port",
        _ => return None,
    };
    let port = more.first().map(|(_, port)| format!("|{port}"));
    Some(Said::Value(
        kind,
        format!("{address}{}", port.unwrap_or_default()),
    ))
}

fn hash_of(path: &str) -> Option<&'static str> {
    thing::hash_type(path.strip_prefix("hashes.")?)
}

/// An object of the template that has all of the properties.
fn several(kind: &str, asked: &[(&str, &str)], to_ids: bool) -> Option<Said> {
    let account = asked.iter().find(|(path, _)| *path == "account_type");
    let (name, recipe) = thing::template_of(kind, account.map(|(_, account)| *account), true)?;
    let mut parts = Vec::new();
    for (path, value) in asked {
        if recipe.fixed == Some((*path, *value)) {
            continue;
        }
        parts.push(part(recipe, path, value, to_ids)?);
    }
    (!parts.is_empty()).then_some(Said::Thing(name, parts))
}

fn part(recipe: &Recipe, path: &str, value: &str, to_ids: bool) -> Option<Part> {
    let (relation, place) = recipe
        .places
        .iter()
        .find(|(relation, place)| path_of(*place) == path && thing::fits(relation, value))?;
    let value = match place {
        Place::System(_) => format!("AS{value}"),
        _ => value.to_owned(),
    };
    Some(Part {
        relation,
        kind: thing::type_of(recipe, relation, *place),
        value,
        to_ids,
    })
}

/// The path by which a pattern asks for what is in a place, without quotes.
fn path_of(place: Place) -> String {
    match place {
        Place::Header(name) => format!("additional_header_fields.{name}"),
        Place::Item(name) => format!("{name}[*]"),
        Place::End(name) | Place::Mailbox(name) => format!("{name}.value"),
        Place::Ends(name) | Place::Mailboxes(name) => format!("{name}[*].value"),
        Place::Folder => "parent_directory_ref.path".into(),
        Place::Carried => "body_multipart[*].body_raw_ref.name".into(),
        Place::Registry(name) => format!("values[*].{name}"),
        other => slot(other),
    }
}
