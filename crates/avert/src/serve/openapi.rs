//! The `OpenAPI` 3.1 document, made from the table of operations, and a page that people can read.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::problem::Problem;
use super::routes::{Access, Operation, Routes};

/// The document.
pub(super) fn document(routes: &mut Routes) -> String {
    let problem = routes.schemas.subschema_for::<Problem>();
    let mut paths: Map<String, Value> = Map::new();
    for operation in &routes.operations {
        let method = operation.method.as_str().to_lowercase();
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[method] = described(operation, &problem.clone().to_value());
    }
    let schemas = routes.schemas.take_definitions(true);
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Avert",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Find the operation, take it down, warn everyone it touched.",
            "description": "Every operation ends in the same calls as a command of `avert`, in somebody's \
                name, with their roles. Errors are problems (RFC 9457): what happened, whether anything \
                changed, what to do. `GET /v1/events` tells what happens, as server-sent events.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": "avert-session",
                    "description": "A browser that signed in; what changes something also sends the \
                        header x-avert-csrf." },
                "token": { "type": "http", "scheme": "bearer", "description": "A token of the settings." },
            },
        },
    });
    serde_json::to_string_pretty(&document).expect("the document has string keys")
}

fn described(operation: &Operation, problem: &Value) -> Value {
    let mut responses = Map::new();
    for (status, meaning) in operation.statuses {
        let mut response = json!({ "description": meaning });
        if let Some(schema) = &operation.answer {
            response["content"] = json!({ operation.answer_kind: { "schema": schema } });
            if let Some(other) = operation.other_kind {
                response["content"][other] = json!({});
            }
        } else if operation.answer_kind == "*/*" {
            response["content"] = json!({ "*/*": {} });
        }
        responses.insert(status.to_string(), response);
    }
    responses.insert(
        "default".into(),
        json!({ "description": "why not",
            "content": { "application/problem+json": { "schema": problem } } }),
    );
    let mut described = json!({
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [tag(operation.path)],
        "parameters": parameters(operation),
        "responses": responses,
        "security": match operation.access {
            Access::Anyone => json!([]),
            Access::Person => json!([{ "session": [] }]),
            _ => json!([{ "session": [] }, { "token": [] }]),
        },
    });
    if let Some(body) = &operation.body {
        described["requestBody"] = json!({ "required": true,
            "content": { "application/json": { "schema": body } } });
    }
    described
}

/// The stage: the first word of the path.
fn tag(path: &str) -> &str {
    path.trim_start_matches("/v1/")
        .split('/')
        .next()
        .unwrap_or_default()
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let in_path = operation.path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        let schema = path_schema(tag(operation.path), name);
        Some(json!({ "name": name, "in": "path", "required": true, "schema": schema }))
    });
    let mut parameters: Vec<Value> = in_path.collect();
    let query = operation
        .query
        .as_ref()
        .map(|schema| schema.clone().to_value());
    if let Some(query) = query {
        let required: Vec<&str> = query["required"]
            .as_array()
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        for (name, schema) in query["properties"].as_object().into_iter().flatten() {
            let mut schema = schema.clone();
            let description = schema
                .as_object_mut()
                .and_then(|schema| schema.remove("description"));
            parameters.push(json!({
                "name": name, "in": "query", "required": required.contains(&name.as_str()),
                "description": description.unwrap_or_default(), "schema": schema,
            }));
        }
    }
    parameters
}

/// What stands in the path: each stage has ids of its own.
fn path_schema(stage: &str, name: &str) -> Value {
    let pattern = match (stage, name) {
        ("findings", "id") => "^fd-[0-9a-f]{10}$",
        ("cases", "id") => "^case-[0-9]{1,18}$",
        ("takedowns", "id") => "^tp-[0-9]{1,18}$",
        ("notices", "id") => "^nl-[0-9]{1,18}$",
        ("appeals", "id") => "^ap-[0-9]{1,18}$",
        ("tokens", "id") => "^[0-9]{1,9}$",
        _ => return json!({ "type": "string", "minLength": 1 }),
    };
    json!({ "type": "string", "pattern": pattern })
}

/// The operations as a page.
pub(super) fn page(routes: &Routes) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Avert: the API</title></head><body>\
         <main><h1>Avert: the API</h1><p>The whole of it, for programs: \
         <a href=\"/v1/openapi.json\">openapi.json</a>. Sign in with the console, or send a token: \
         <code>Authorization: Bearer avert_…</code>.</p>",
    );
    let mut last = "";
    for operation in &routes.operations {
        let tag = tag(operation.path);
        if tag != last {
            if !last.is_empty() {
                page.push_str("</dl>");
            }
            let _ = write!(page, "<h2>{tag}</h2><dl>");
            last = tag;
        }
        let _ = write!(
            page,
            "<dt><code>{} {}</code></dt><dd>{}</dd>",
            operation.method, operation.path, operation.summary
        );
    }
    page.push_str("</dl></main></body></html>");
    page
}
