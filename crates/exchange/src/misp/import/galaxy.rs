//! Galaxies: what is known of actors, malware, techniques and the like.

use std::sync::Arc;

use avert_model::Timestamp;
use serde_json::{Value, json};

use super::Import;
use super::draft::{self, Dress};
use crate::misp::json::{self, Members};
use crate::misp::kept;

impl Import {
    /// Galaxies of the event.
    pub(super) fn galaxies_of_event(&mut self) {
        let event = Arc::clone(&self.event);
        let dress = self.dress();
        for galaxy in json::objects(event.members(), "Galaxy") {
            for cluster in json::objects(galaxy, "GalaxyCluster") {
                self.cluster(galaxy, cluster, &dress);
            }
        }
    }

    /// Galaxies of an attribute: what tells it points at them.
    pub(super) fn galaxies_of(&mut self, members: &Members, told: &[String], dress: &Dress) {
        let Some(source) = told.last() else {
            return;
        };
        for galaxy in json::objects(members, "Galaxy") {
            for cluster in json::objects(galaxy, "GalaxyCluster") {
                let Some(target) = self.cluster(galaxy, cluster, dress) else {
                    continue;
                };
                let indicates = source.starts_with("indicator--")
                    && [
                        "attack-pattern",
                        "intrusion-set",
                        "malware",
                        "threat-actor",
                        "tool",
                    ]
                    .iter()
                    .any(|kind| target.starts_with(&format!("{kind}--")));
                let kind = if indicates { "indicates" } else { "related-to" };
                let mut dress = dress.clone();
                dress.labels.clear();
                let draft = draft::relationship(None, source, kind, &target);
                // The same may be said twice of one object.
                let _ = self.add(vec![draft], &dress);
            }
        }
    }

    /// A cluster as an object, and its id; none without a UUID: then the tag is all there is.
    ///
    /// Clusters of ATT&CK have the UUIDs of ATT&CK's own objects. So that MISP's copy never stands for the
    /// original, its time is as old as can be, and tells apart only the versions of the galaxy.
    fn cluster(&mut self, galaxy: &Members, cluster: &Members, dress: &Dress) -> Option<String> {
        let uuid = json::uuid(cluster)?;
        let value = json::text(cluster, "value")?;
        let kind = json::text(cluster, "type").or(json::text(galaxy, "type"))?;
        let class = class_of(kind);
        let id = format!("{class}--{uuid}");
        if self.taken.contains_key(&id) {
            return Some(id);
        }
        let mut draft = json::members(json!({ "type": class, "id": id }));
        let description = json::text(cluster, "description");
        if class == kept::CUSTOM_CLUSTER {
            let about = json::text(galaxy, "description").unwrap_or("");
            let description = format!("{about} | {}", description.unwrap_or(""));
            let name = json::text(galaxy, "name").unwrap_or(kind);
            draft.insert("x_misp_name".into(), name.into());
            draft.insert("x_misp_type".into(), kind.into());
            draft.insert("x_misp_value".into(), value.into());
            draft.insert("x_misp_description".into(), description.into());
        } else {
            draft.insert("name".into(), name_of(kind, value).into());
            if let Some(description) = description {
                draft.insert("description".into(), description.into());
            }
            let references = references(cluster, kind);
            if !references.is_empty() {
                draft.insert("external_references".into(), Value::Array(references));
            }
            match class {
                "malware" => {
                    draft.insert("is_family".into(), true.into());
                }
                "identity" => {
                    draft.insert("identity_class".into(), "class".into());
                }
                _ => {}
            }
        }
        let version = ["version", "collection_version"].iter().find_map(|name| {
            let members = [cluster, galaxy];
            members
                .iter()
                .find_map(|members| members.get(*name).and_then(json::whole))
        });
        let second = version.unwrap_or(0).clamp(0, 100_000_000);
        let mut dress = dress.clone();
        dress.at = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
        dress.confidence = None;
        dress.labels = vec![
            format!(
                "misp:galaxy-name=\"{}\"",
                json::text(galaxy, "name").unwrap_or(kind)
            ),
            format!("misp:galaxy-type=\"{kind}\""),
        ];
        dress
            .labels
            .extend(json::text(cluster, "tag_name").map(str::to_owned));
        let author = self.created_by.take();
        let added = self.add(vec![draft], &dress);
        self.created_by = author;
        added.is_ok().then_some(id)
    }
}

/// What an object of this galaxy is in STIX.
fn class_of(kind: &str) -> &'static str {
    match kind {
        "cmtmf-attack-pattern"
        | "mitre-attack-pattern"
        | "mitre-enterprise-attack-attack-pattern"
        | "mitre-ics-techniques"
        | "mitre-mobile-attack-attack-pattern"
        | "mitre-pre-attack-attack-pattern" => "attack-pattern",
        "mitre-course-of-action"
        | "mitre-enterprise-attack-course-of-action"
        | "mitre-mobile-attack-course-of-action" => "course-of-action",
        "mitre-intrusion-set"
        | "mitre-enterprise-attack-intrusion-set"
        | "mitre-mobile-attack-intrusion-set"
        | "mitre-pre-attack-intrusion-set" => "intrusion-set",
        "android"
        | "backdoor"
        | "banker"
        | "cryptominers"
        | "malpedia"
        | "mitre-enterprise-attack-malware"
        | "mitre-ics-software"
        | "mitre-malware"
        | "mitre-mobile-attack-malware"
        | "ransomware"
        | "stealer" => "malware",
        "360net-threat-actor"
        | "microsoft-activity-group"
        | "mitre-ics-groups"
        | "threat-actor" => "threat-actor",
        "botnet"
        | "rat"
        | "exploit-kit"
        | "tds"
        | "tool"
        | "mitre-tool"
        | "mitre-enterprise-attack-tool"
        | "mitre-mobile-attack-tool" => "tool",
        "branded-vulnerability" => "vulnerability",
        "sector" => "identity",
        _ => kept::CUSTOM_CLUSTER,
    }
}

/// ATT&CK's clusters are called by name and id: `Spearphishing Link - T1566.002`.
fn name_of<'v>(kind: &str, value: &'v str) -> &'v str {
    match value.rsplit_once(" - ") {
        Some((name, _)) if kind.starts_with("mitre-") => name.trim(),
        _ => value,
    }
}

fn references(cluster: &Members, kind: &str) -> Vec<Value> {
    let empty = Members::new();
    let meta = cluster.get("meta").and_then(Value::as_object);
    let meta = meta.unwrap_or(&empty);
    // A text, or a list of them.
    let texts = |name: &str| -> Vec<String> {
        match meta.get(name) {
            Some(Value::String(text)) => vec![text.clone()],
            Some(Value::Array(list)) => {
                let texts = list.iter().filter_map(Value::as_str);
                texts.map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    };
    let source = match kind {
        "mitre-mobile-attack-attack-pattern" => "mitre-mobile-attack",
        "mitre-ics-techniques" | "mitre-ics-software" | "mitre-ics-groups" => "mitre-ics-attack",
        _ if kind.starts_with("mitre-") => "mitre-attack",
        _ => "misp-galaxy",
    };
    let ids = texts("external_id").into_iter();
    let ids = ids.map(|id| {
        let source = match id.split_once('-') {
            Some(("CAPEC", _)) => "capec",
            Some(("CVE", _)) => "cve",
            Some(("CWE", _)) => "cwe",
            _ => source,
        };
        json!({ "source_name": source, "external_id": id })
    });
    let links = texts("refs").into_iter();
    ids.chain(links.map(|url| json!({ "source_name": "url", "url": url })))
        .collect()
}
