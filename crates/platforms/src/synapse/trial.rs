//! Synapse's contract, tried against a server that behaves as Synapse does where it matters: the
//! request that locks makes an account it does not find.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use avert_ops::conformance::{self, Mailing, Scratch};
use avert_ops::ports::Platform as _;
use serde_json::{Value, json};

use super::tests::synapse;
use crate::testing::{Asked, Noted, Thinking, notice};

const LABEL: &str = "/_synapse/admin/";

#[derive(Default)]
struct Homeserver {
    users: BTreeMap<String, Value>,
}

impl Homeserver {
    fn new() -> Self {
        let mut server = Self::default();
        server.user("%40scratch%3Aexample.org");
        server
    }

    fn user(&mut self, id: &str) -> &mut Value {
        self.users.entry(id.to_owned()).or_insert_with(
            || json!({ "locked": false, "suspended": false, "deactivated": false, "devices": 2 }),
        )
    }

    fn answer(&mut self, asked: &Asked) -> (u16, String) {
        let (method, path) = asked.line().split_once(' ').unwrap();
        let parts: Vec<&str> = path.strip_prefix(LABEL).unwrap().split('/').collect();
        let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
        let missing = |id: &str| {
            let error = format!(
                "User {} not found",
                id.replace("%40", "@").replace("%3A", ":")
            );
            (404, json!({ "errcode": "M_NOT_FOUND", "error": error }))
        };
        let (status, value) = match (method, &parts[..]) {
            // As Synapse does: it would make whoever is not there.
            ("PUT", ["v2", "users", id]) => {
                self.user(id)["locked"] = body["locked"].clone();
                (200, json!({}))
            }
            ("GET", ["v1", "rooms", _, "state"]) => (200, json!({ "state": room() })),
            (_, [_, _, id, ..]) if !self.users.contains_key(*id) => missing(id),
            ("GET", ["v2", "users", id]) => (200, self.user(id).clone()),
            ("GET", ["v1", "users", _, "joined_rooms"]) => (
                200,
                json!({ "joined_rooms": ["!r:example.org"], "total": 1 }),
            ),
            ("GET", ["v2", "users", id, "devices"]) => {
                let count = self.user(id)["devices"].as_u64().unwrap();
                let devices: Vec<u64> = (0..count).collect();
                (200, json!({ "devices": devices }))
            }
            ("PUT", ["v1", "suspend", id]) => {
                self.user(id)["suspended"] = body["suspend"].clone();
                (200, json!({}))
            }
            ("POST", ["v1", "reset_password", id]) => {
                assert!(body["logout_devices"] == true, "sessions end");
                self.user(id)["devices"] = 0.into();
                (200, json!({}))
            }
            _ => (404, json!({ "errcode": "M_UNRECOGNIZED" })),
        };
        (status, value.to_string())
    }
}

/// A room of two, which one of them runs alone.
fn room() -> Value {
    let member = |id: &str| json!({ "type": "m.room.member", "state_key": id, "content": { "membership": "join" } });
    json!([
        member("@scratch:example.org"),
        member("@other:example.org"),
        { "type": "m.room.power_levels", "state_key": "",
          "content": { "users": { "@scratch:example.org": 100 } } },
    ])
}

#[test]
fn what_an_account_costs_is_read_from_its_rooms() {
    let mut homeserver = Homeserver::new();
    homeserver.user("%40scratch%3Aexample.org")["creation_ts"] = 1_500_000_000.into();
    let server = Thinking::new(move |asked| homeserver.answer(asked));
    let profile = synapse(&server.url)
        .0
        .profile(&"@scratch:example.org".into())
        .unwrap();
    assert_eq!(profile.footprint.sole_admin_of, Some(1));
    let made = profile.footprint.created_at.unwrap();
    assert_eq!(made.to_string(), "2017-07-14T02:40:00Z");
    assert!(profile.held.unwrap().contains("\"looked_at\":1"));
}

#[test]
fn it_keeps_everything_that_a_platform_promises() {
    let mut homeserver = Homeserver::new();
    let server = Thinking::new(move |asked| homeserver.answer(asked));
    let scratch = Scratch {
        account: &"@scratch:example.org".into(),
        unknown: &"@nobody:example.org".into(),
        run: "trial",
        secrets: &["token-of-the-admin"],
        pause: &Noted::default(),
    };
    let violations = conformance::platform(&synapse(&server.url).0, &scratch);
    assert_eq!(violations, []);
}

/// What a homeserver does with notices: one for each transaction id, in a room that both are in.
fn noticing(sent: &Mutex<BTreeMap<String, Value>>, asked: &Asked) -> (u16, String) {
    let (method, path) = asked.line().split_once(' ').unwrap();
    let path = path.strip_prefix(LABEL).unwrap();
    let parts: Vec<&str> = path.split(['/', '?']).collect();
    let mut sent = sent.lock().unwrap();
    let (status, value) = match (method, &parts[..]) {
        ("GET", ["v1", "users", _, "memberships"]) => (
            200,
            json!({ "memberships": { "!notices:example.org": "join" } }),
        ),
        ("GET", ["v1", "rooms", _, "messages", _]) => {
            let events = sent
                .iter()
                .map(|(id, content)| json!({ "event_id": format!("${id}"), "content": content }));
            (200, json!({ "chunk": events.collect::<Vec<_>>() }))
        }
        ("PUT", ["v1", "send_server_notice", id]) => {
            let body: Value = serde_json::from_str(&asked.body).unwrap();
            if body["user_id"] == "@nobody:example.org" {
                (
                    404,
                    json!({ "errcode": "M_NOT_FOUND", "error": "User not found" }),
                )
            } else {
                sent.insert((*id).to_owned(), body["content"].clone());
                (200, json!({ "event_id": format!("${id}") }))
            }
        }
        _ => (404, json!({ "errcode": "M_UNRECOGNIZED" })),
    };
    (status, value.to_string())
}

#[test]
fn its_notices_keep_everything_that_a_channel_promises() {
    let sent = Arc::new(Mutex::new(BTreeMap::new()));
    let arriving = Arc::clone(&sent);
    let server = Thinking::new(move |asked| noticing(&arriving, asked));
    let mailing = Mailing {
        notice: &notice("@scratch:example.org"),
        nobody: Some(&notice("@nobody:example.org")),
        run: "trial",
        arrived: &|| sent.lock().unwrap().len(),
        secrets: &["token-of-the-admin"],
        pause: &Noted::default(),
    };
    let violations = conformance::channel(&synapse(&server.url).0, &mailing);
    assert_eq!(violations, []);
}
