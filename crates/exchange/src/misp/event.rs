//! An event as it was read.

use serde_json::{Map, Value, json};

use super::json::{self, Members};

/// An event of MISP: its JSON, which is known to have a UUID and a title.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    members: Members,
    uuid: String,
}

/// Why a value is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoEvent {
    /// It is no object of JSON with a member `Event`, and no event by itself.
    #[error("it is no event: it should be an object with `Event` in it, or with `info` and `uuid`")]
    NoObject,
    /// What it is known by.
    #[error("uuid: it has to be there, and a UUID")]
    Uuid,
    /// What it is called.
    #[error("info: it has to be there, and a text")]
    Info,
}

impl Event {
    /// Takes a value for an event: `{"Event": {…}}`, or what is in there.
    pub fn of(value: Value) -> Result<Self, NoEvent> {
        let Value::Object(mut members) = value else {
            return Err(NoEvent::NoObject);
        };
        if let Some(inner) = members.remove("Event") {
            let Value::Object(inner) = inner else {
                return Err(NoEvent::NoObject);
            };
            members = inner;
        } else if !members.contains_key("info") && !members.contains_key("Attribute") {
            return Err(NoEvent::NoObject);
        }
        let uuid = json::uuid(&members).ok_or(NoEvent::Uuid)?;
        if !members.get("info").is_some_and(Value::is_string) {
            return Err(NoEvent::Info);
        }
        Ok(Self { members, uuid })
    }

    /// What it is known by, in small letters.
    pub fn uuid(&self) -> &str {
        &self.uuid
    }

    /// What it is called.
    pub fn info(&self) -> &str {
        self.members
            .get("info")
            .and_then(Value::as_str)
            .unwrap_or("")
    }

    /// Everything in it, as MISP names it: `info`, `Attribute`, `Object`, …
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// As MISP's API and its feeds write it: `{"Event": {…}}`.
    pub fn to_json(&self) -> Value {
        json!({ "Event": self.members })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_stands_alone_or_within_its_name() {
        let uuid = "0A000000-0000-4000-8000-000000000001";
        let inner = json!({ "uuid": uuid, "info": "Invented" });
        let bare = Event::of(inner.clone()).unwrap();
        assert_eq!(bare.uuid(), uuid.to_ascii_lowercase());
        assert_eq!(bare.info(), "Invented");
        let wrapped = Event::of(json!({ "Event": inner })).unwrap();
        assert_eq!(wrapped, bare);
        assert_eq!(Event::of(wrapped.to_json()).unwrap(), bare);
    }

    #[test]
    fn what_is_no_event_says_why() {
        for (value, why) in [
            (json!([]), NoEvent::NoObject),
            (json!({ "Event": [] }), NoEvent::NoObject),
            (
                json!({ "type": "bundle", "id": "bundle--1" }),
                NoEvent::NoObject,
            ),
            (json!({ "Event": { "info": "x" } }), NoEvent::Uuid),
            (json!({ "info": "x", "uuid": "7" }), NoEvent::Uuid),
            (
                json!({ "info": 7, "uuid": "0a000000-0000-4000-8000-000000000001" }),
                NoEvent::Info,
            ),
        ] {
            assert_eq!(Event::of(value.clone()), Err(why), "{value}");
        }
    }
}
