//! What `misp-stix` made of events: objects of MISP's own types, and labels that say what an object was.

use serde_json::{Value, json};

use super::rest::Writer;
use super::{texts, thing, uuid_in};
use crate::misp::json::{self, Members};
use crate::misp::kept;
use crate::misp::kinds::kind_of;
use crate::misp::recipe::{Attribute, NAMED, Place, of_attribute};

/// The type that the labels say, where a value of this type can be of that.
pub(super) fn kind<'k>(body: &'k Members, kind: &'k str) -> &'k str {
    let parts = |kind: &str| kind.matches('|').count();
    let said = label(body, "type").filter(|said| parts(said) == parts(kind));
    said.and_then(kind_of).map_or(kind, |known| known.name)
}

/// The category of an attribute of this type: that of the labels, if they are of such a one.
pub(super) fn category<'k>(body: &'k Members, kind: &str) -> &'k str {
    let said = label(body, "category").filter(|_| label(body, "type") == Some(kind));
    let known = kind_of(kind).map(|known| known.category);
    said.or(known).unwrap_or("Other")
}

/// Whether an indicator is what its observed data is already told as.
pub(super) fn is_told(writer: &mut Writer<'_>, body: &Members) -> bool {
    let uuid = json::text(body, "id").map_or("", uuid_in);
    label(body, "type").is_some() && writer.same_as(body, &format!("observed-data--{uuid}"))
}

/// A rule as it is: `misp-stix` puts brackets around it.
pub(super) fn rule<'b>(body: &'b Members, pattern: &'b str, language: &str) -> &'b str {
    let bare = pattern
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    bare.filter(|_| label(body, "type") == Some(language))
        .unwrap_or(pattern)
}

/// What a label of MISP says: `misp:type="url"`.
fn label<'b>(body: &'b Members, name: &str) -> Option<&'b str> {
    texts(body, "labels").find_map(|label| {
        let said = label.strip_prefix("misp:")?.strip_prefix(name)?;
        said.strip_prefix("=\"")?.strip_suffix('"')
    })
}

/// An attribute that stands in an object of MISP's own type.
pub(super) fn attribute(writer: &Writer<'_>, body: &Members) -> Option<Members> {
    let text = |name| json::text(body, name);
    if text("type")? != kept::CUSTOM_ATTRIBUTE {
        return None;
    }
    let (kind, value) = (text("x_misp_type")?, text("x_misp_value")?);
    let to_ids = json::flag(body, "x_misp_to_ids") == Some(true);
    let mut attribute = writer.attribute(body, uuid_in(text("id")?), kind, value, to_ids);
    attribute.insert("type".into(), kind.into());
    attribute.insert(
        "comment".into(),
        text("x_misp_comment").unwrap_or("").into(),
    );
    if let Some(category) = text("x_misp_category") {
        attribute.insert("category".into(), category.into());
    }
    Some(attribute)
}

/// An object that stands in one of MISP's own type.
pub(super) fn object(writer: &Writer<'_>, body: &Members) -> Option<Members> {
    let text = |name| json::text(body, name);
    if text("type")? != kept::CUSTOM_OBJECT {
        return None;
    }
    let attributes: Vec<Value> = json::objects(body, kept::ATTRIBUTES)
        .filter(|part| {
            ["type", "value"]
                .iter()
                .all(|name| part.get(*name).is_some_and(Value::is_string))
        })
        .map(|part| {
            let mut part = part.clone();
            writer.tag(body, &mut part);
            Value::Object(part)
        })
        .collect();
    Some(json::members(json!({
        "uuid": uuid_in(text("id")?),
        "name": text("x_misp_name")?,
        "meta-category": text("x_misp_meta_category").unwrap_or("misc"),
        "comment": text("x_misp_comment").unwrap_or(""),
        "timestamp": writer.second_of(body),
        "distribution": "5",
        "Attribute": attributes,
    })))
}

/// Tells observed data whose label says of which type of attribute it was: then its observables are that
/// attribute, and nothing besides.
pub(super) fn observed<'b>(writer: &mut Writer<'b>, body: &'b Members) {
    let Some((kind, value, observables)) = said(writer, body) else {
        return;
    };
    let uuid = json::text(body, "id").map_or("", uuid_in);
    let indicator = writer.objects.get(&format!("indicator--{uuid}"));
    let mut attribute = writer.attribute(body, uuid, kind, &value, indicator.is_some());
    let artifact = observables.iter().find(|id| id.starts_with("artifact--"));
    let artifact = artifact.and_then(|id| writer.objects.get(id));
    if let Some(data) = artifact.and_then(|artifact| artifact.get("payload_bin")) {
        attribute.insert("data".into(), data.clone());
    }
    writer.parts.extend(observables);
    writer.add(body, attribute);
}

fn said<'b>(writer: &Writer<'b>, body: &'b Members) -> Option<(&'b str, String, Vec<&'b str>)> {
    let kind = label(body, "type")?;
    let (recipe, least) = match of_attribute(kind)? {
        Attribute::Seen(recipe, _) => (recipe, recipe.places.len()),
        Attribute::File { packed } => (NAMED, 1 + usize::from(packed)),
        _ => return None,
    };
    let observables: Vec<&str> = texts(body, "object_refs").collect();
    let mut all = observables.iter().filter_map(|id| writer.objects.get(id));
    let main = all.find(|one| json::text(one, "type") == Some(recipe.main))?;
    let mut parts: Vec<String> = Vec::new();
    for (_, place) in recipe.places.iter().take(least) {
        let value = match place {
            // Under which name a hash stands, the type says better.
            Place::Hash(_) => only_hash(main),
            _ => thing::values(writer, main, *place).into_iter().next(),
        };
        parts.extend(value);
    }
    // A sample may have come without its hash.
    let whole = parts.len() == least || (recipe.main == "file" && kind == "malware-sample");
    (whole && !parts.is_empty()).then(|| (kind, parts.join("|"), observables))
}

fn only_hash(file: &Members) -> Option<String> {
    let hashes = file.get("hashes")?.as_object()?;
    let hash = hashes.values().next().filter(|_| hashes.len() == 1)?;
    hash.as_str().map(str::to_owned)
}
