//! What an object may not lose: what its type requires, and what its id is computed from.
//!
//! # Source
//! STIX 2.1, 3.2 (common properties), 4 to 7 (required properties and *ID Contributing Properties* of each
//! type), 2.9 (deterministic ids of SCOs).

use serde_json::{Map, Value};

use super::path::Cuts;

/// Of every object.
const COMMON: [&str; 5] = ["type", "id", "spec_version", "created", "modified"];

/// By type: groups of properties of which one at least has to stay, if one was there.
const GROUPS: &[(&str, &[&[&str]])] = &[
    ("attack-pattern", &[&["name"]]),
    ("campaign", &[&["name"]]),
    ("course-of-action", &[&["name"]]),
    (
        "extension-definition",
        &[
            &["created_by_ref"],
            &["name"],
            &["schema"],
            &["version"],
            &["extension_types"],
        ],
    ),
    ("grouping", &[&["context"], &["object_refs"]]),
    ("identity", &[&["name"]]),
    ("incident", &[&["name"]]),
    (
        "indicator",
        &[&["pattern"], &["pattern_type"], &["valid_from"]],
    ),
    ("infrastructure", &[&["name"]]),
    ("intrusion-set", &[&["name"]]),
    ("language-content", &[&["object_ref"], &["contents"]]),
    // Half a place is none: latitude and longitude come together.
    (
        "location",
        &[
            &["region", "country", "latitude"],
            &["latitude"],
            &["longitude"],
        ],
    ),
    ("malware", &[&["is_family"]]),
    (
        "malware-analysis",
        &[&["product"], &["result", "analysis_sco_refs"]],
    ),
    ("note", &[&["content"], &["object_refs"]]),
    (
        "observed-data",
        &[
            &["first_observed"],
            &["last_observed"],
            &["number_observed"],
            &["object_refs", "objects"],
        ],
    ),
    ("opinion", &[&["opinion"], &["object_refs"]]),
    (
        "relationship",
        &[&["relationship_type"], &["source_ref"], &["target_ref"]],
    ),
    ("report", &[&["name"], &["published"], &["object_refs"]]),
    ("sighting", &[&["sighting_of_ref"]]),
    ("threat-actor", &[&["name"]]),
    ("tool", &[&["name"]]),
    ("vulnerability", &[&["name"]]),
    ("artifact", &[&["payload_bin", "url"]]),
    ("autonomous-system", &[&["number"]]),
    ("directory", &[&["path"]]),
    ("domain-name", &[&["value"]]),
    ("email-addr", &[&["value"]]),
    ("email-message", &[&["is_multipart"]]),
    ("file", &[&["hashes", "name"]]),
    ("ipv4-addr", &[&["value"]]),
    ("ipv6-addr", &[&["value"]]),
    ("mac-addr", &[&["value"]]),
    ("mutex", &[&["name"]]),
    (
        "network-traffic",
        &[&["protocols"], &["src_ref", "dst_ref"]],
    ),
    (
        "process",
        &[&[
            "extensions",
            "is_hidden",
            "pid",
            "created_time",
            "cwd",
            "command_line",
            "environment_variables",
            "opened_connection_refs",
            "creator_user_ref",
            "image_ref",
            "parent_ref",
            "child_refs",
        ]],
    ),
    ("software", &[&["name"]]),
    ("url", &[&["value"]]),
    (
        "user-account",
        &[&[
            "extensions",
            "user_id",
            "credential",
            "account_login",
            "account_type",
            "display_name",
            "is_service_account",
            "is_privileged",
            "can_escalate_privs",
            "is_disabled",
            "account_created",
            "account_expires",
            "credential_last_changed",
            "account_first_login",
            "account_last_login",
        ]],
    ),
    (
        "windows-registry-key",
        &[&[
            "key",
            "values",
            "modified_time",
            "creator_user_ref",
            "number_of_subkeys",
        ]],
    ),
    (
        "x509-certificate",
        &[&[
            "is_self_signed",
            "hashes",
            "version",
            "serial_number",
            "signature_algorithm",
            "issuer",
            "validity_not_before",
            "validity_not_after",
            "subject",
            "subject_public_key_algorithm",
            "subject_public_key_modulus",
            "subject_public_key_exponent",
            "x509_v3_extensions",
        ]],
    ),
];

/// Of a family of malware (STIX 2.1, 4.11).
const FAMILY: &[&[&str]] = &[&["is_family"], &["name"]];

/// The groups of an object's type.
fn groups_of(body: &Map<String, Value>) -> &'static [&'static [&'static str]] {
    let kind = body.get("type").and_then(Value::as_str).unwrap_or("");
    if kind == "malware" && body.get("is_family") == Some(&Value::Bool(true)) {
        return FAMILY;
    }
    of(GROUPS, kind)
}

/// By type: what a deterministic id is computed from. Whoever guesses it can tell from the id.
const CONTRIBUTING: &[(&str, &[&str])] = &[
    ("artifact", &["hashes", "payload_bin"]),
    ("autonomous-system", &["number"]),
    ("directory", &["path"]),
    ("domain-name", &["value"]),
    ("email-addr", &["value"]),
    ("email-message", &["from_ref", "subject", "body"]),
    (
        "file",
        &["hashes", "name", "extensions", "parent_directory_ref"],
    ),
    ("ipv4-addr", &["value"]),
    ("ipv6-addr", &["value"]),
    ("mac-addr", &["value"]),
    ("mutex", &["name"]),
    (
        "network-traffic",
        &[
            "start",
            "end",
            "src_ref",
            "dst_ref",
            "src_port",
            "dst_port",
            "protocols",
            "extensions",
        ],
    ),
    ("software", &["name", "cpe", "swid", "vendor", "version"]),
    ("url", &["value"]),
    (
        "user-account",
        &["account_type", "user_id", "account_login"],
    ),
    ("windows-registry-key", &["key", "values"]),
    ("x509-certificate", &["hashes", "serial_number"]),
];

/// A property without which the object cannot go, once these cuts are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lacks {
    /// Its type requires it.
    Required(String),
    /// The id is computed from it and would tell it.
    InTheId(String),
}

/// The first property that the object would lack.
///
/// A type that the standard does not know requires what all require. Cost: O(properties · log cuts), the properties
/// being those of the tables above, thirty at most. It is asked after every cut, so that an object with n of them
/// costs O(n · log n): looked through each time, 100,000 cuts were 10^10 steps for every property.
pub(super) fn lacks(body: &Map<String, Value>, cuts: &Cuts) -> Option<Lacks> {
    if cuts.is_empty() {
        return None;
    }
    let kind = body.get("type").and_then(Value::as_str).unwrap_or("");
    let common = COMMON.iter().map(std::slice::from_ref);
    let groups = groups_of(body).iter().copied();
    for group in common.chain(groups) {
        let mut were = group
            .iter()
            .filter(|name| body.contains_key(**name))
            .peekable();
        let first = were.peek().map(|name| (**name).to_owned());
        if let Some(first) = first
            && were.all(|name| cuts.is_property_cut(name))
        {
            return Some(Lacks::Required(first));
        }
    }
    let id = body.get("id").and_then(Value::as_str).unwrap_or("");
    if !is_deterministic(id) {
        return None;
    }
    of(CONTRIBUTING, kind)
        .iter()
        .find(|name| cuts.of_property(name).next().is_some())
        .map(|name| Lacks::InTheId((*name).to_owned()))
}

/// Whether the id's UUID is one of version 5.
fn is_deterministic(id: &str) -> bool {
    id.rsplit_once("--")
        .is_some_and(|(_, uuid)| uuid.as_bytes().get(14) == Some(&b'5'))
}

/// The properties of an object that its type and all types require, as far as they are there.
pub(super) fn required_of(body: &Map<String, Value>) -> Map<String, Value> {
    let groups = groups_of(body).iter().flat_map(|group| group.iter());
    COMMON
        .iter()
        .chain(groups)
        .filter_map(|name| Some(((*name).to_owned(), body.get(*name)?.clone())))
        .collect()
}

fn of<T: Copy>(table: &[(&str, &'static [T])], kind: &str) -> &'static [T] {
    table
        .iter()
        .find(|(name, _)| *name == kind)
        .map_or(&[], |(_, found)| found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::path::Path;
    use super::super::verdict::Because;
    use super::*;

    #[track_caller]
    fn check(body: &Value, cut: &[&str], expect: &str) {
        let mut cuts = Cuts::default();
        for selector in cut {
            let path = Path::select(selector, body).unwrap();
            cuts.cut(path, &Because::ChathamHouse, body);
        }
        let told = match lacks(body.as_object().unwrap(), &cuts) {
            None => "nothing".to_owned(),
            Some(Lacks::Required(property)) => format!("requires {property}"),
            Some(Lacks::InTheId(property)) => format!("the id tells {property}"),
        };
        assert_eq!(told, expect, "{cut:?}");
    }

    #[test]
    fn an_object_goes_only_with_what_its_type_requires() {
        let indicator = json!({ "type": "indicator", "id": "indicator--1", "pattern": "p", "description": "d" });
        check(&indicator, &["description"], "nothing");
        check(&indicator, &["pattern"], "requires pattern");
        check(&indicator, &["id"], "requires id");
        let report =
            json!({ "type": "report", "id": "report--1", "object_refs": ["a--1", "a--2"] });
        check(&report, &["object_refs.[0]"], "nothing");
        let all = ["object_refs.[0]", "object_refs.[1]"];
        check(&report, &all, "requires object_refs");
    }

    #[test]
    fn a_family_of_malware_goes_only_with_its_name() {
        let family =
            json!({ "type": "malware", "id": "malware--1", "is_family": true, "name": "n" });
        check(&family, &["name"], "requires name");
        let one = json!({ "type": "malware", "id": "malware--1", "is_family": false, "name": "n" });
        check(&one, &["name"], "nothing");
    }

    #[test]
    fn of_several_that_would_do_one_has_to_stay() {
        let place = json!({ "type": "location", "id": "location--1", "region": "r", "latitude": 1.0, "longitude": 2.0 });
        check(&place, &["region"], "nothing");
        check(&place, &["longitude"], "requires longitude");
        let country =
            json!({ "type": "location", "id": "location--1", "region": "r", "country": "c" });
        check(&country, &["country"], "nothing");
        check(&country, &["country", "region"], "requires region");
    }

    #[test]
    fn an_id_that_is_computed_from_what_may_not_be_told_would_tell_it() {
        let body = |version: char| {
            json!({
                "type": "file", "id": format!("file--00000000-0000-{version}000-8000-000000000000"),
                "name": "n", "hashes": { "MD5": "x", "SHA-256": "y" }, "size": 7,
            })
        };
        check(&body('5'), &["hashes.MD5"], "the id tells hashes");
        check(&body('4'), &["hashes.MD5"], "nothing");
        check(&body('5'), &["size"], "nothing");
    }
}
