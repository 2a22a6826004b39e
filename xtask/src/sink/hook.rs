//! A channel that keeps keys: a receiver of Avert's webhooks that keeps their contract
//! (docs/integrate/webhook.md), but for the signatures, which other tests look at.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use serde_json::{Value, json};

use super::{Arrival, Thinking};
use crate::http_server::{Answer, Asked, HttpServer, Reply};

/// A running receiver; it ends with this value.
pub(crate) struct Hook {
    server: HttpServer,
    noted: Arc<Mutex<Noted>>,
}

/// What was received.
#[derive(Default)]
struct Noted {
    by_key: BTreeMap<String, Kept>,
    /// How many came once more under a key that was there.
    repeated: u64,
    /// How many came under a key that was there, with another content.
    altered: u64,
    looked_up: u64,
}

struct Kept {
    person: String,
    body: Vec<u8>,
}

/// What else a receiver saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Repeats {
    /// Notices that came again under their own key, and were carried out once.
    pub(crate) repeated: u64,
    /// Notices that came again under their own key and said something else.
    pub(crate) altered: u64,
    /// Questions whether a notice had arrived.
    pub(crate) looked_up: u64,
}

impl Hook {
    /// Starts one.
    pub(crate) fn start(thinking: Thinking) -> Result<Self> {
        let noted = Arc::new(Mutex::new(Noted::default()));
        let inside = noted.clone();
        let server = HttpServer::start("application/json", move |asked| {
            answer(&inside, thinking, asked).unwrap_or_else(|| {
                Answer::Say(Reply::new(400, json!({ "error": "malformed" }).to_string()))
            })
        })?;
        Ok(Self { server, noted })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("{}/hook", self.server.url())
    }

    /// How many notices it carried out.
    pub(crate) fn progress(&self) -> u64 {
        lock(&self.noted).by_key.len() as u64
    }

    /// Every notice that it carried out.
    pub(crate) fn arrivals(&self) -> Vec<Arrival> {
        let noted = lock(&self.noted);
        let arrival = |(key, kept): (&String, &Kept)| Arrival {
            person: kept.person.clone(),
            key: key.clone(),
            // Whoever repeats it is told what was told before, so nobody has to know.
            acknowledged: true,
        };
        noted.by_key.iter().map(arrival).collect()
    }

    /// What else it saw.
    pub(crate) fn repeats(&self) -> Repeats {
        let noted = lock(&self.noted);
        Repeats {
            repeated: noted.repeated,
            altered: noted.altered,
            looked_up: noted.looked_up,
        }
    }
}

fn lock(noted: &Mutex<Noted>) -> MutexGuard<'_, Noted> {
    noted.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(noted: &Mutex<Noted>, thinking: Thinking, asked: &Asked) -> Option<Answer> {
    let call: Value = serde_json::from_slice(&asked.body).ok()?;
    let data = &call["data"];
    let mut noted = lock(noted);
    match call["type"].as_str()? {
        "notice.send" => {
            let key = asked.header("webhook-id")?;
            if let Some(kept) = noted.by_key.get(key) {
                if kept.body != asked.body {
                    noted.altered += 1;
                    let body = json!({ "error": "another-body" }).to_string();
                    return Some(Answer::Say(Reply::new(409, body)));
                }
                noted.repeated += 1;
            } else {
                let kept = Kept {
                    person: data["account"].as_str()?.to_owned(),
                    body: asked.body.clone(),
                };
                noted.by_key.insert(key.to_owned(), kept);
            }
            let wait = thinking.about(noted.by_key.len() as u64);
            let reply = json!({ "reference": reference(key) }).to_string();
            Some(Answer::Late(wait, Reply::new(200, reply)))
        }
        "notice.look_up" => {
            noted.looked_up += 1;
            let key = data["key"].as_str()?;
            let told = if noted.by_key.contains_key(key) {
                json!({ "outcome": "arrived", "reference": reference(key) })
            } else {
                json!({ "outcome": "not-there" })
            };
            Some(Answer::Say(Reply::new(200, told.to_string())))
        }
        _ => Some(Answer::Say(Reply::new(501, "{}"))),
    }
}

fn reference(key: &str) -> String {
    format!("hook-{key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(noted: &Mutex<Noted>, key: &str, account: &str, body: &str) -> u16 {
        let data = json!({ "account": account, "body": body });
        call(noted, key, &json!({ "type": "notice.send", "data": data })).0
    }

    fn call(noted: &Mutex<Noted>, key: &str, value: &Value) -> (u16, Value) {
        let mut asked = Asked::for_tests("POST", "/hook");
        asked.set_header("webhook-id", key);
        asked.body = value.to_string().into_bytes();
        match answer(noted, Thinking::NONE, &asked).unwrap() {
            Answer::Say(reply) | Answer::Late(_, reply) => {
                (reply.status, serde_json::from_str(&reply.body).unwrap())
            }
            Answer::HangUp(_) => panic!("no answer"),
        }
    }

    #[test]
    fn a_notice_is_carried_out_once_for_each_key() {
        let noted = Mutex::new(Noted::default());
        assert_eq!(send(&noted, "k1", "ann", "hello"), 200);
        assert_eq!(send(&noted, "k1", "ann", "hello"), 200);
        assert_eq!(send(&noted, "k1", "ann", "another word"), 409);
        // Under another key it is another notice, which the judge has to find.
        assert_eq!(send(&noted, "k2", "ann", "hello"), 200);
        let noted = lock(&noted);
        assert_eq!(
            (noted.by_key.len(), noted.repeated, noted.altered),
            (2, 1, 1)
        );
    }

    #[test]
    fn whoever_asks_is_told_what_arrived() {
        let noted = Mutex::new(Noted::default());
        send(&noted, "k1", "ann", "hello");
        let ask = |key: &str| {
            let data = json!({ "account": "ann", "key": key });
            call(
                &noted,
                "q",
                &json!({ "type": "notice.look_up", "data": data }),
            )
            .1
        };
        assert_eq!(ask("k1")["outcome"], "arrived");
        assert_eq!(ask("k2")["outcome"], "not-there");
    }
}
