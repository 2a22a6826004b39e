//! A hub that partners come to by TAXII, and what they send and read.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::done;
use super::server::{Browser, Server};

pub(crate) const CLEAR: &str = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
pub(crate) const GREEN: &str = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
pub(crate) const AMBER: &str = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421";
pub(crate) const RED: &str = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";
pub(crate) const TAXII: &str = "application/taxii+json;version=2.1";

pub(crate) const CONFIG: &str = r#"
[people]
lina = { roles = ["liaison"] }
otto = { roles = ["operator"] }

[sharing]
us = "platform"
name = "Example Platform"
identities = ["identity--00000000-0000-4000-8000-000000000009"]

[sharing.partner.cert]
name = "CERT Example"
community = true
limit = "amber"

[sharing.partner.bank]
community = true
limit = "green"

[sharing.partner.stranger]
limit = "red"

[sharing.group.isac]
members = ["cert", "bank"]

[sharing.collection.isac]
title = "For the ISAC"
audience = "group:isac"
write = ["cert", "bank"]

[sharing.collection.cert]
title = "For CERT Example"
audience = "partner:cert"

[sharing.collection.inbox]
title = "What partners tell us"
audience = "partner:platform"
write = ["cert", "stranger"]
"#;

/// A hub that others come to, and its server.
pub(crate) struct Hub {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) server: Server,
}

impl Hub {
    pub(crate) fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("avert.toml"), CONFIG).unwrap();
        let server = Server::start(folder.path());
        Self { folder, server }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn token(&self, partner: &str) -> String {
        let made = done(
            self.path(),
            &[
                "--as", "otto", "--format", "json", "share", "token", partner,
            ],
        );
        made.json()["token"].as_str().unwrap().to_owned()
    }

    /// Somebody who speaks TAXII with this token.
    pub(crate) fn partner(&self, name: &str) -> Browser {
        let bearer = format!("Bearer {}", self.token(name));
        self.server
            .nobody()
            .with("authorization", &bearer)
            .with("accept", TAXII)
            .with("content-type", TAXII)
    }

    /// Takes objects in and offers them in a collection.
    pub(crate) fn put(&self, collection: &str, objects: &[Value], more: &[&str]) {
        self.import(objects, &[]);
        let ids = objects.iter().map(|object| object["id"].as_str().unwrap());
        let mut arguments = vec!["--as", "lina", "share", "put", "--execute", collection];
        arguments.extend(ids);
        arguments.extend(more);
        done(self.path(), &arguments);
    }

    pub(crate) fn import(&self, objects: &[Value], more: &[&str]) {
        let file = self.path().join("objects.json");
        let bundle = json!({
            "type": "bundle",
            "id": "bundle--00000000-0000-4000-8000-000000000000",
            "objects": objects,
        });
        fs::write(&file, bundle.to_string()).unwrap();
        let file = file.to_str().unwrap();
        let mut arguments = vec!["--as", "lina", "intel", "import", file];
        arguments.extend(more);
        done(self.path(), &arguments);
    }

    pub(crate) fn configure(&self, from: &str, to: &str) {
        let file = self.path().join("avert.toml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(file, text.replace(from, to)).unwrap();
    }

    pub(crate) fn who(&self, id: &str) -> Value {
        done(self.path(), &["--format", "json", "share", "who", id]).json()
    }
}

/// The address of what lies in a collection, by its name in the configuration.
pub(crate) fn objects(collection: &str) -> String {
    format!("/taxii2/avert/collections/{collection}/objects/")
}

pub(crate) fn id(kind: &str, number: u32) -> String {
    format!("{kind}--00000000-0000-4000-8000-{number:012}")
}

pub(crate) fn object(kind: &str, number: u32, marking: &str, members: &Value) -> Value {
    let mut object = json!({
        "type": kind,
        "spec_version": "2.1",
        "id": id(kind, number),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "object_marking_refs": [marking],
    });
    for (name, value) in members.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}

pub(crate) fn malware(number: u32, marking: &str) -> Value {
    let name = format!("Invented {number}");
    object(
        "malware",
        number,
        marking,
        &json!({ "name": name, "is_family": true }),
    )
}

/// The ids of what is read, without the markings that go along.
pub(crate) fn read(partner: &Browser, path: &str) -> Vec<String> {
    let envelope = partner.get(path).good();
    let objects = envelope["objects"].as_array().cloned().unwrap_or_default();
    let ids = objects
        .iter()
        .map(|object| object["id"].as_str().unwrap().to_owned());
    ids.filter(|id| !id.starts_with("marking-definition--"))
        .collect()
}
