//! A platform that misbehaves: users over SCIM 2.0 (RFC 7644), with seeded faults before, after and
//! instead of its answers.
//!
//! It speaks what the connector uses: reading one user, turning `active` under `If-Match`, and what the
//! server can do. Everything it is asked to change is in a log, which is what a takedown is judged by.

mod faults;
mod users;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};

use crate::http_server::{Answer, Asked, HttpServer, Reply};
use faults::Fate;
pub(crate) use faults::Faults;
use users::Written;
pub(crate) use users::{Change, Users};

/// A running platform; it ends with this value.
pub(crate) struct Platform {
    server: HttpServer,
    inside: Arc<Inside>,
}

struct Inside {
    users: Mutex<Users>,
    faults: Mutex<Option<Faults>>,
    /// How many requests came while there were faults: which of them fail depends on this number.
    number: AtomicU64,
    traffic: Mutex<Traffic>,
}

/// What was asked, and when.
#[derive(Debug, Clone, Default)]
pub(crate) struct Traffic {
    pub(crate) gets: u64,
    pub(crate) patches: u64,
    /// How many of them came before the first change.
    pub(crate) gets_before: u64,
    /// How many requests were refused, lost or held up on purpose.
    pub(crate) faults: u64,
    first_patch: Option<Instant>,
    /// When the last request came that changes something.
    pub(crate) last_patch: Option<Instant>,
    last: Option<Instant>,
}

impl Traffic {
    /// Seconds from the first request that changes something until the last one of any kind.
    pub(crate) fn acting_seconds(&self) -> f64 {
        match (self.first_patch, self.last) {
            (Some(first), Some(last)) => last.duration_since(first).as_secs_f64(),
            _ => 0.0,
        }
    }
}

impl Platform {
    /// Starts one with these users and no faults.
    pub(crate) fn start(users: Users) -> Result<Self> {
        let inside = Arc::new(Inside {
            users: Mutex::new(users),
            faults: Mutex::default(),
            number: AtomicU64::new(0),
            traffic: Mutex::default(),
        });
        let thinking = inside.clone();
        let server =
            HttpServer::start("application/scim+json", move |asked| thinking.think(asked))?;
        Ok(Self { server, inside })
    }

    /// What stands before `/Users`.
    pub(crate) fn url(&self) -> String {
        format!("{}/scim/v2", self.server.url())
    }

    /// Misbehaves from now on, or no longer.
    pub(crate) fn misbehave(&self, faults: Option<Faults>) {
        *lock(&self.inside.faults) = faults;
    }

    /// Every user as the platform shows it, but for the version: a text that two moments are compared by.
    pub(crate) fn state(&self) -> String {
        lock(&self.inside.users).state()
    }

    /// Every change that had an effect, in the order in which they took it.
    pub(crate) fn changes(&self) -> Vec<Change> {
        lock(&self.inside.users).changes().to_vec()
    }

    /// How many changes had an effect.
    pub(crate) fn progress(&self) -> u64 {
        lock(&self.inside.users).changes().len() as u64
    }

    /// What was asked since this was asked last.
    pub(crate) fn traffic(&self) -> Traffic {
        std::mem::take(&mut *lock(&self.inside.traffic))
    }
}

/// A thread that panics leaves what it held: a change is whole or not begun.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inside {
    fn think(&self, asked: &Asked) -> Answer {
        let fate = match &*lock(&self.faults) {
            Some(faults) => faults.fate(self.number.fetch_add(1, Ordering::Relaxed)),
            None => Fate::Fair,
        };
        self.note(asked, &fate);
        match fate {
            Fate::Fair => Answer::Say(self.answer(asked)),
            Fate::Broken => Answer::Say(refused(503, "the database is busy")),
            Fate::SlowDown(seconds) => {
                let reply = refused(429, "too many requests");
                Answer::Say(reply.with("retry-after", seconds.to_string()))
            }
            Fate::Late(wait) => Answer::Late(wait, self.answer(asked)),
            Fate::Lost(wait) => {
                let _ = self.answer(asked);
                Answer::HangUp(wait)
            }
        }
    }

    fn note(&self, asked: &Asked, fate: &Fate) {
        let now = Instant::now();
        let mut traffic = lock(&self.traffic);
        traffic.last = Some(now);
        traffic.faults += u64::from(*fate != Fate::Fair);
        if asked.method == "PATCH" {
            traffic.first_patch.get_or_insert(now);
            traffic.last_patch = Some(now);
            traffic.patches += 1;
        } else {
            traffic.gets += 1;
            traffic.gets_before += u64::from(traffic.first_patch.is_none());
        }
    }

    fn answer(&self, asked: &Asked) -> Reply {
        let path = asked.path.strip_prefix("/scim/v2/").unwrap_or_default();
        let id = path.strip_prefix("Users/");
        let mut users = lock(&self.users);
        match (asked.method.as_str(), id) {
            ("GET", None) if path == "ServiceProviderConfig" => Reply::new(
                200,
                json!({ "patch": { "supported": true }, "etag": { "supported": true } })
                    .to_string(),
            ),
            ("GET", Some(id)) => match users.shown(id) {
                Some((user, version)) => Reply::new(200, user).with("etag", version),
                None => refused(404, "no such user"),
            },
            ("PATCH", Some(id)) => {
                let active = match wanted(&asked.body) {
                    Some(Wanted::Active(active)) => Some(active),
                    Some(Wanted::Absent) => None,
                    None => return refused(400, "only `active` is changed, by one operation"),
                };
                match users.write(id, asked.header("if-match"), active) {
                    Written::Done => Reply::new(204, ""),
                    Written::Overtaken => refused(412, "it was changed meanwhile"),
                    Written::Unknown => refused(404, "no such user"),
                }
            }
            _ => refused(404, "nothing answers here"),
        }
    }
}

/// What a change makes of `active`.
enum Wanted {
    Active(bool),
    Absent,
}

fn wanted(body: &[u8]) -> Option<Wanted> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let [operation] = body["Operations"].as_array()?.as_slice() else {
        return None;
    };
    if operation["path"] != "active" {
        return None;
    }
    match operation["op"].as_str()? {
        "replace" => Some(Wanted::Active(operation["value"].as_bool()?)),
        "remove" => Some(Wanted::Absent),
        _ => None,
    }
}

fn refused(status: u16, detail: &str) -> Reply {
    let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status.to_string(), "detail": detail });
    Reply::new(status, body.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform() -> Inside {
        Inside {
            users: Mutex::new(Users::new(["ann".to_owned(), "ben".to_owned()])),
            faults: Mutex::default(),
            number: AtomicU64::new(0),
            traffic: Mutex::default(),
        }
    }

    fn ask(inside: &Inside, method: &str, version: Option<&str>, operation: &Value) -> Answer {
        let mut asked = Asked::for_tests(method, "/scim/v2/Users/ann");
        asked.body = json!({ "Operations": [operation] })
            .to_string()
            .into_bytes();
        if let Some(version) = version {
            asked.set_header("if-match", version);
        }
        inside.think(&asked)
    }

    fn status(answer: &Answer) -> u16 {
        match answer {
            Answer::Say(reply) | Answer::Late(_, reply) => reply.status,
            Answer::HangUp(_) => 0,
        }
    }

    #[test]
    fn a_change_needs_the_version_that_was_read_and_is_logged_once() {
        let inside = platform();
        let off = json!({ "op": "replace", "path": "active", "value": false });
        assert_eq!(status(&ask(&inside, "PATCH", Some("W/\"7\""), &off)), 412);
        assert_eq!(status(&ask(&inside, "PATCH", Some("W/\"1\""), &off)), 204);
        // The same again is written, and changes nothing.
        assert_eq!(status(&ask(&inside, "PATCH", Some("W/\"2\""), &off)), 204);
        assert_eq!(lock(&inside.users).changes().len(), 1);
        let Answer::Say(reply) = ask(&inside, "GET", None, &Value::Null) else {
            panic!("no answer");
        };
        assert!(reply.body.contains("\"active\":false"), "{}", reply.body);
    }

    #[test]
    fn an_answer_that_is_lost_had_its_effect_and_a_refusal_had_none() {
        let inside = platform();
        let off = json!({ "op": "replace", "path": "active", "value": false });
        *lock(&inside.faults) = Some(Faults {
            broken: 1.0,
            ..Faults::none(1)
        });
        assert_eq!(status(&ask(&inside, "PATCH", Some("W/\"1\""), &off)), 503);
        assert!(lock(&inside.users).changes().is_empty());
        *lock(&inside.faults) = Some(Faults {
            lost: 1.0,
            ..Faults::none(1)
        });
        let answer = ask(&inside, "PATCH", Some("W/\"1\""), &off);
        assert!(matches!(answer, Answer::HangUp(_)), "{answer:?}");
        assert_eq!(lock(&inside.users).changes().len(), 1);
    }
}
