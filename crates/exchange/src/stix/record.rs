//! An object as the store keeps it.

use avert_model::IntelRecord;

use super::object::Object;

impl From<Object> for IntelRecord {
    fn from(object: Object) -> Self {
        let version = object.version();
        let kind = object.kind().to_owned();
        let head = object.head();
        let text = |id: &super::Id| id.as_str().to_owned();
        Self {
            id: text(&head.id),
            version,
            kind,
            spec_version: head.spec_version.as_str().into(),
            revoked: head.revoked,
            created_by: head.created_by_ref.as_ref().map(text),
            markings: head.marking_refs.iter().map(text).collect(),
            name: head.name.clone(),
            external_ids: head
                .external_ids
                .iter()
                .map(|external| (external.source.clone(), external.id.clone()))
                .collect(),
            refs: head
                .refs
                .iter()
                .map(|of| (of.property.to_string(), text(&of.target)))
                .collect(),
            body: object.into_text().into_string(),
        }
    }
}
