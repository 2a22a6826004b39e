//! What others published of a case, where people linked it to that.

use serde_json::{Value, json};

use super::{Teller, ToldLink};
use crate::stix::id::Id;

impl Teller<'_> {
    /// How the operation relates to what others made. What its maker has taken back is not told, and what people wrote on
    /// a link stays here.
    pub(super) fn links(&mut self) {
        let campaign = self.told.campaign.clone();
        for link in &self.dossier.links {
            let Ok(object) = link.object.parse::<Id>() else {
                continue;
            };
            if link.revoked {
                continue;
            }
            let mut more = json!({});
            if !link.source.is_empty() {
                more["external_references"] = json!([reference(&link.source)]);
            }
            if let Some(confidence) = link.confidence {
                more["confidence"] = confidence.into();
            }
            let way = (&campaign, link.relation.as_str(), &object);
            let relationship = self.maker.relationship_saying(way, more);
            let relationship = self.add(relationship);
            self.told.links.push(ToldLink { link, relationship });
        }
    }

    /// The ids of what others made and the case is linked to, each once.
    pub(super) fn linked(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = Vec::new();
        for told in &self.told.links {
            if !ids.contains(&told.link.object.as_str()) {
                ids.push(&told.link.object);
            }
        }
        ids
    }
}

/// Where it was published: by whoever has the address.
fn reference(source: &str) -> Value {
    let host = source
        .split_once("://")
        .map_or(source, |(_, rest)| rest)
        .split(['/', '?', '#'])
        .next()
        .unwrap_or(source);
    json!({ "source_name": host, "url": source })
}
