//! What the API answers, in a form that is short, changes by the line, and says what the console has to expect:
//! `web/dev/answers.mjs` makes types of it that the console's own are checked against.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// What says something to people, or is too fine for a type.
const LEFT_OUT: &[&str] = &[
    "additionalProperties",
    "default",
    "description",
    "examples",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
    "title",
    "uniqueItems",
];

/// A line for each operation that answers in JSON, and one for each schema those answers are made of.
pub(crate) fn of(document: &Value) -> String {
    let mut told = String::new();
    for (path, operations) in object(&document["paths"]) {
        for (method, operation) in object(operations) {
            let answers = object(&operation["responses"]).iter();
            let answers = answers.filter(|(status, _)| status.starts_with('2'));
            let mut schemas = answers.filter_map(|(_, answer)| {
                answer["content"]["application/json"]
                    .get("schema")
                    .map(shape)
            });
            if let Some(schema) = schemas.next() {
                let _ = writeln!(told, "{} {path} {schema}", method.to_uppercase());
            }
        }
    }
    for (name, schema) in object(&document["components"]["schemas"]) {
        let _ = writeln!(told, "{name} {}", shape(schema));
    }
    told
}

fn object(value: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE)
}

/// A schema without what is said to people in it.
fn shape(schema: &Value) -> Value {
    match schema {
        Value::Object(parts) => parts
            .iter()
            .filter(|(key, value)| {
                // What else an object may have says something where it is a schema itself.
                !LEFT_OUT.contains(&key.as_str())
                    || (*key == "additionalProperties" && value.is_object())
            })
            .map(|(key, value)| {
                let kept = match (key.as_str(), value) {
                    // Their keys are names, which may be those of what is left out.
                    ("properties", Value::Object(properties)) => properties
                        .iter()
                        .map(|(name, schema)| (name.clone(), shape(schema)))
                        .collect(),
                    ("enum" | "const" | "required", _) => value.clone(),
                    _ => shape(value),
                };
                (key.clone(), kept)
            })
            .collect(),
        Value::Array(parts) => parts.iter().map(shape).collect(),
        other => other.clone(),
    }
}
