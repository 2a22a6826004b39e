//! A small SCIM server, for what a script cannot tell: users that change, versions, pages, and the
//! ways in which servers differ.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::testing::{Asked, Thinking};

/// How a server departs from the standard, or uses the room it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As the standard has it.
    Plain,
    /// It changes whole resources only.
    NoPatch,
    /// It writes `"Active": "True"`, and takes booleans.
    Words,
    /// It ignores filters and gives everybody.
    NoFilter,
    /// It ignores where a page begins.
    NoPages,
}

/// The server's users, to look at from outside.
pub(super) type Users = Arc<Mutex<BTreeMap<String, Value>>>;

pub(super) fn user(id: &str, active: Option<bool>) -> Value {
    let mut user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": id,
        "userName": format!("{id}@example.org"),
        "externalId": format!("\"{id}\" \\ or id pr"),
        "emails": [{ "value": "other@example.org" }, { "value": "main@example.org", "primary": true }],
        "addresses": [{ "country": "ps", "locality": "Ramallah" }],
        "preferredLanguage": "ar-PS, en;q=0.5",
        "meta": { "resourceType": "User", "created": "2017-12-18T12:00:00Z", "version": "W/\"1\"" },
    });
    if let Some(active) = active {
        user["active"] = active.into();
    }
    user
}

/// Starts a server with these users.
pub(super) fn start(way: Way, users: Vec<Value>) -> (Thinking, Users) {
    let users: BTreeMap<String, Value> = users
        .into_iter()
        .map(|user| (user["id"].as_str().unwrap().to_owned(), user))
        .collect();
    let users: Users = Arc::new(Mutex::new(users));
    let inside = users.clone();
    let server = Thinking::new(move |asked| {
        let (status, value) = answer(way, &mut inside.lock().unwrap(), asked);
        let body = if value.is_null() {
            String::new()
        } else {
            value.to_string()
        };
        (status, body)
    });
    (server, users)
}

fn answer(way: Way, users: &mut BTreeMap<String, Value>, asked: &Asked) -> (u16, Value) {
    let (method, path) = asked.line().split_once(' ').unwrap();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<String> = path[1..].split('/').map(decoded).collect();
    match (
        method,
        &parts.iter().map(String::as_str).collect::<Vec<_>>()[..],
    ) {
        ("GET", ["ServiceProviderConfig"]) => (
            200,
            json!({ "patch": { "supported": way != Way::NoPatch } }),
        ),
        ("GET", ["Users"]) => (200, list(way, users, query)),
        (_, ["Users", id]) if !users.contains_key(*id) => refused(404, id),
        ("GET", ["Users", id]) => (200, shown(way, &users[*id])),
        ("PATCH" | "PUT", ["Users", id]) => {
            let user = users.get_mut(*id).unwrap();
            let version = user["meta"]["version"].as_str().unwrap().to_owned();
            if asked.header("if-match") != Some(version.as_str()) {
                return refused(412, id);
            }
            write(
                way,
                method,
                user,
                &serde_json::from_str(&asked.body).unwrap(),
            );
            let next: u64 = version.trim_matches(['W', '/', '"']).parse().unwrap();
            user["meta"]["version"] = format!("W/\"{}\"", next + 1).into();
            (if method == "PATCH" { 204 } else { 200 }, Value::Null)
        }
        _ => refused(501, "…"),
    }
}

fn write(way: Way, method: &str, user: &mut Value, body: &Value) {
    if method == "PUT" {
        *user = body.clone();
        // It is written and never shown.
        user.as_object_mut().unwrap().remove("password");
        return;
    }
    assert!(way != Way::NoPatch, "a patch where none is supported");
    let operation = &body["Operations"][0];
    let (path, attributes) = (
        operation["path"].as_str().unwrap(),
        user.as_object_mut().unwrap(),
    );
    match operation["op"].as_str().unwrap() {
        "replace" if path == "active" => {
            assert!(operation["value"].is_boolean(), "what is sent is strict");
            attributes.insert(path.into(), operation["value"].clone());
        }
        "replace" => assert!(path == "password" && operation["value"].is_string()),
        "remove" => drop(attributes.remove(path)),
        other => panic!("{other}"),
    }
}

fn list(way: Way, users: &BTreeMap<String, Value>, query: &str) -> Value {
    let given: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let mut found: Vec<Value> = users.values().map(|user| shown(way, user)).collect();
    if let Some(filter) = given.get("filter").filter(|_| way != Way::NoFilter) {
        let [name, operator, value] = filter.splitn(3, ' ').collect::<Vec<_>>()[..] else {
            panic!("not a filter: {filter}");
        };
        assert_eq!(operator, "eq");
        let value: Value =
            serde_json::from_str(value).expect("a filter's value is one JSON string");
        found.retain(|user| user[name] == value);
    }
    let total = found.len();
    let number = |name: &str| given.get(name).and_then(|text| text.parse::<usize>().ok());
    let start = number("startIndex")
        .filter(|_| way != Way::NoPages)
        .unwrap_or(1);
    // Fewer than are asked for, as a server may.
    let count = number("count").unwrap_or(100).min(30);
    let page: Vec<Value> = found.into_iter().skip(start - 1).take(count).collect();
    json!({ "totalResults": total, "startIndex": start, "Resources": page })
}

fn shown(way: Way, user: &Value) -> Value {
    let mut user = user.clone();
    if way == Way::Words {
        let attributes = user.as_object_mut().unwrap();
        if let Some(active) = attributes.remove("active") {
            let word = if active == true { "True" } else { "False" };
            attributes.insert("Active".into(), word.into());
        }
    }
    user
}

fn refused(status: u16, id: &str) -> (u16, Value) {
    let detail = format!("Resource {id} (/Users/{id}): no");
    (
        status,
        json!({ "detail": detail, "status": status.to_string() }),
    )
}

fn decoded(text: &str) -> String {
    let pair = format!("x={text}");
    let (_, value) = url::form_urlencoded::parse(pair.as_bytes()).next().unwrap();
    value.into_owned()
}
