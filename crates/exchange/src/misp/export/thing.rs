//! Objects of MISP's templates.

use serde_json::{Value, json};

use super::rest::Writer;
use super::{texts, uuid_in};
use crate::misp::json::{self, Members};
use crate::misp::recipe;
use crate::misp::recipe::{HASHES, Place, Recipe, templates};
use crate::stix::Id;

/// One attribute of an object: its relation, type and value, and whether it is for detection.
pub(super) struct Part {
    pub(super) relation: &'static str,
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) to_ids: bool,
}

/// The object that an observable is, by the template that fits.
pub(super) fn of_observable(writer: &Writer<'_>, body: &Members) -> Option<Members> {
    let (name, recipe) = template_of(
        json::text(body, "type")?,
        json::text(body, "account_type"),
        body.contains_key("resolves_to_refs"),
    )?;
    let mut parts: Vec<Part> = Vec::new();
    let mut taken: Vec<String> = Vec::new();
    for (relation, place) in recipe.places {
        let slot = recipe::slot(*place);
        // Several relations may go to one property; which of them it came from is seen from the value.
        let values = values(writer, body, *place);
        let fit: Vec<String> = values
            .into_iter()
            .filter(|value| fits(relation, value))
            .collect();
        if fit.is_empty() || taken.contains(&slot) {
            continue;
        }
        taken.push(slot);
        parts.extend(fit.into_iter().map(|value| Part {
            relation,
            kind: type_of(recipe, relation, *place),
            value,
            to_ids: false,
        }));
    }
    object(writer, body, name, &parts)
}

/// The template for this type of observable.
pub(super) fn template_of(
    kind: &str,
    account: Option<&str>,
    resolves: bool,
) -> Option<(&'static str, &'static Recipe)> {
    let of = |wanted: &str| {
        let mut all = templates().iter();
        let (names, recipe) = all.find(|(names, _)| names[0] == wanted)?;
        Some((names[0], recipe))
    };
    if kind == "user-account" {
        let special = templates().iter().find(|(_, recipe)| {
            recipe
                .fixed
                .is_some_and(|(_, fixed)| Some(fixed) == account)
        });
        return special
            .map(|(names, recipe)| (names[0], recipe))
            .or_else(|| of("user-account"));
    }
    of(match kind {
        "file" => "file",
        "domain-name" if resolves => "domain-ip",
        "network-traffic" => "network-connection",
        "email-message" => "email",
        "windows-registry-key" => "registry-key",
        "process" => "process",
        "x509-certificate" => "x509",
        "directory" => "directory",
        _ => return None,
    })
}

/// An object of a template with these attributes; none without any.
pub(super) fn object(
    writer: &Writer<'_>,
    body: &Members,
    name: &str,
    parts: &[Part],
) -> Option<Members> {
    if parts.is_empty() {
        return None;
    }
    let id = json::text(body, "id")?;
    let attributes: Vec<Value> = parts
        .iter()
        .enumerate()
        .map(|(place, part)| {
            let named = format!("{id} {} {place}", part.relation);
            let uuid = Id::from_name("any", [0; 16], &named);
            let mut attribute =
                writer.attribute(body, uuid.uuid(), part.kind, &part.value, part.to_ids);
            attribute.insert("object_relation".into(), part.relation.into());
            attribute.insert("comment".into(), "".into());
            Value::Object(attribute)
        })
        .collect();
    let (meta_category, template, version) = template(name);
    let mut object = json::members(json!({
        "uuid": uuid_in(id),
        "name": name,
        "meta-category": meta_category,
        "timestamp": writer.second_of(body),
        "distribution": "5",
        "Attribute": attributes,
    }));
    if let Some(template) = template {
        object.insert("template_uuid".into(), template.into());
        object.insert("template_version".into(), version.into());
    }
    Some(object)
}

/// The values that stand in a place.
pub(super) fn values(writer: &Writer<'_>, body: &Members, place: Place) -> Vec<String> {
    let one = |name: &str| body.get(name).and_then(json::said).into_iter().collect();
    let within = |name: &str, key: &str| {
        let members = body.get(name).and_then(Value::as_object);
        let value = members.and_then(|members| json::text(members, key));
        value.map(str::to_owned).into_iter().collect::<Vec<_>>()
    };
    let of = |id: &str, property: &str| -> Option<String> {
        Some(json::text(writer.objects.get(id)?, property)?.to_owned())
    };
    match place {
        Place::Text(name)
        | Place::Lower(name)
        | Place::Whole(name)
        | Place::Is(name)
        | Place::Time(name) => one(name),
        Place::System(name) => {
            let number = body.get(name).and_then(json::said);
            number
                .map(|number| format!("AS{number}"))
                .into_iter()
                .collect()
        }
        Place::Hash(kind) => {
            let hashes = body.get("hashes").and_then(Value::as_object);
            let mut all = hashes.into_iter().flatten();
            let hash = all.find(|(name, _)| is_same_hash(name, kind));
            let hash = hash.and_then(|(_, hash)| hash.as_str());
            hash.map(str::to_owned).into_iter().collect()
        }
        Place::Header(name) => within("additional_header_fields", name),
        Place::Item(name) => texts(body, name).map(str::to_owned).collect(),
        Place::End(name) | Place::Mailbox(name) => {
            let id = json::text(body, name);
            id.and_then(|id| of(id, "value")).into_iter().collect()
        }
        Place::Ends(name) | Place::Mailboxes(name) => {
            texts(body, name).filter_map(|id| of(id, "value")).collect()
        }
        Place::Folder => {
            let id = json::text(body, "parent_directory_ref");
            id.and_then(|id| of(id, "path")).into_iter().collect()
        }
        Place::Carried => json::objects(body, "body_multipart")
            .filter_map(|part| of(json::text(part, "body_raw_ref")?, "name"))
            .collect(),
        Place::Registry(name) => json::objects(body, "values")
            .filter_map(|value| json::text(value, name))
            .map(str::to_owned)
            .collect(),
        Place::Only(_) => Vec::new(),
    }
}

/// Whether a value is one for this relation, where others share its place.
pub(super) fn fits(relation: &str, value: &str) -> bool {
    let address = value.parse::<std::net::IpAddr>().is_ok()
        || value
            .split_once('/')
            .is_some_and(|(address, _)| address.parse::<std::net::IpAddr>().is_ok());
    match relation {
        "ip" | "ip-src" | "ip-dst" => address,
        "hostname" | "hostname-src" | "hostname-dst" => !address,
        "layer3-protocol" => matches!(value, "ip" | "ipv4" | "ipv6" | "icmp"),
        "layer4-protocol" => matches!(value, "tcp" | "udp"),
        _ => true,
    }
}

/// The type of the attribute of this relation.
pub(super) fn type_of(recipe: &Recipe, relation: &'static str, place: Place) -> &'static str {
    match (relation, place) {
        (_, Place::Time(_)) => "datetime",
        (_, Place::Is(_)) => "boolean",
        ("username", _) if recipe.fixed == Some(("account_type", "github")) => "github-username",
        ("ip" | "ip-dst", _) => "ip-dst",
        ("ip-src", _) => "ip-src",
        ("src-port" | "dst-port", _) => "port",
        ("hostname-src" | "hostname-dst", _) => "hostname",
        ("from", _) => "email-src",
        ("to" | "cc" | "bcc", _) => "email-dst",
        ("subject", _) => "email-subject",
        ("message-id", _) => "email-message-id",
        ("reply-to", _) => "email-reply-to",
        ("x-mailer", _) => "email-x-mailer",
        ("attachment", _) => "email-attachment",
        ("key", _) => "regkey",
        ("asn", _) => "AS",
        ("mimetype", _) => "mime-type",
        (_, Place::Hash(_)) | ("filename" | "size-in-bytes" | "email-body" | "domain", _) => {
            relation
        }
        ("hostname", _) => "hostname",
        _ => "text",
    }
}

/// The type of attribute that is a hash of this name.
pub(super) fn hash_type(algorithm: &str) -> Option<&'static str> {
    let mut all = HASHES.iter();
    let (kind, _) = all.find(|(_, name)| is_same_hash(name, algorithm))?;
    Some(kind)
}

/// Some write `SHA3384` for `SHA3-384`.
fn is_same_hash(one: &str, other: &str) -> bool {
    let letters = |name: &str| -> String {
        let letters = name.chars().filter(|letter| *letter != '-');
        letters.map(|letter| letter.to_ascii_uppercase()).collect()
    };
    one == other || letters(one) == letters(other)
}

/// The template's category, and which version of it this is, for those that MISP publishes.
///
/// # Source
/// <https://github.com/MISP/misp-objects>; the check's stage `misp` compares them.
fn template(name: &str) -> (&'static str, Option<&'static str>, &'static str) {
    match name {
        "file" => ("file", Some("688c46fb-5edb-40a3-8273-1af7923e2215"), "25"),
        "domain-ip" => (
            "network",
            Some("43b3b146-77eb-4931-b4cc-b66c60f28734"),
            "11",
        ),
        "network-connection" => ("network", Some("af16764b-f8e5-4603-9de1-de34d272f80b"), "7"),
        "email" => (
            "network",
            Some("a0c666e0-fc65-4be8-b48f-3423d788b552"),
            "19",
        ),
        "user-account" => ("misc", Some("49606b06-22f0-4ac8-8eee-2f12ad46f3d3"), "6"),
        "facebook-account" => ("misc", Some("b9862b95-7d78-4938-a2b5-13e45c60f25a"), "1"),
        "reddit-account" => ("misc", Some("6802f885-2003-494a-b234-61aadce62731"), "2"),
        "parler-account" => ("misc", Some("8d5ba58e-cac3-46a6-9d1f-cf236f7e95c9"), "2"),
        "twitter-account" => ("misc", Some("8066563f-881e-4f6a-9d6c-a9d15b8658bb"), "7"),
        "telegram-account" => ("misc", Some("06f02ecf-5afb-42c5-9cb0-b362e222f52c"), "2"),
        "github-user" => ("misc", Some("4329b5e6-8e6a-4b55-8fd1-9033782017d4"), "3"),
        "gitlab-user" => ("misc", Some("39ef3197-08f5-445f-b3b6-9d4d8604071c"), "1"),
        "registry-key" => ("file", Some("8b3228ad-6d82-4fe6-b2ae-05426308f1d5"), "5"),
        "process" => ("misc", Some("02aeef94-ac23-455c-addb-731757ceafb5"), "10"),
        "x509" => (
            "network",
            Some("d1ab756a-26b5-4349-9f43-765630f0911c"),
            "14",
        ),
        "directory" => ("file", Some("23ac6a02-1017-4ea6-a4df-148ed563988d"), "1"),
        "course-of-action" => ("misc", Some("3d1c2c06-68a9-4394-8c8d-258d115f796f"), "1"),
        "geolocation" => ("misc", Some("cd6f2238-ba55-4888-82c4-104e6e1acf21"), "8"),
        "identity" => ("misc", Some("ae85b960-b507-4de2-a32c-9cfb8f25f990"), "1"),
        "software" => ("misc", Some("b1b5dc0e-73fe-443c-8d9d-0e208de3951e"), "1"),
        _ => ("misc", None, ""),
    }
}
