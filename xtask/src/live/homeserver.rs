//! The Matrix requests of the test's people and of its administrator.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::live::http::{self, Response, escape};
use crate::live::town::Person;

/// What the server calls itself in ids.
pub(crate) const SERVER_NAME: &str = "chat.example.org";
/// The local part of the account that sends server notices.
pub(crate) const NOTICES: &str = "notices";
/// Everybody's password; nothing here is a secret.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A running homeserver and its administrator's token.
pub(crate) struct Homeserver {
    pub(crate) port: u16,
    pub(crate) admin_token: String,
}

/// The id of the account with this local part.
pub(crate) fn id_of(name: &str) -> String {
    format!("@{name}:{SERVER_NAME}")
}

/// How an attempt to sign in ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SignIn {
    /// With a token.
    Welcome(String),
    /// With the server's code for why not.
    Refused(String),
}

/// Tries to sign in as a person would.
pub(crate) fn sign_in(port: u16, person: &Person, address: &str) -> Result<SignIn> {
    let response = http::request(
        port,
        "POST",
        "/_matrix/client/v3/login",
        &client_headers(address, person.user_agent),
        &json!({
            "type": "m.login.password",
            "identifier": { "type": "m.id.user", "user": person.name },
            "password": PASSWORD,
            "device_id": person.device,
        }),
    )?;
    match response.status {
        200 => Ok(SignIn::Welcome(text(&response.body, "access_token")?)),
        401 | 403 => Ok(SignIn::Refused(text(&response.body, "errcode")?)),
        status => bail!("signing in gave status {status}: {}", response.body),
    }
}

impl Homeserver {
    /// Makes an account, known by its mail address too.
    pub(crate) fn create_account(&self, name: &str) -> Result<()> {
        let path = format!("/_synapse/admin/v2/users/{}", escape(&id_of(name)));
        let body = json!({
            "password": PASSWORD,
            "displayname": name.replace('.', " "),
            "threepids": [{ "medium": "email", "address": format!("{name}@mail.example.org") }],
        });
        self.admin("PUT", &path, &body).map(drop)
    }

    /// Whether the account is locked.
    pub(crate) fn is_locked(&self, name: &str) -> Result<bool> {
        let path = format!("/_synapse/admin/v2/users/{}", escape(&id_of(name)));
        self.admin("GET", &path, &Value::Null)?["locked"]
            .as_bool()
            .context("no word on locks")
    }

    /// The addresses from which the server has noted that a person came.
    pub(crate) fn noted_addresses(&self, person: &Person) -> Result<BTreeSet<String>> {
        let path = format!("/_synapse/admin/v1/whois/{}", escape(&id_of(&person.name)));
        let whois = self.admin("GET", &path, &Value::Null)?;
        let devices = whois["devices"]
            .as_object()
            .context("no devices in whois")?;
        let sessions = devices
            .values()
            .filter_map(|device| device["sessions"].as_array());
        let connections = sessions
            .flatten()
            .filter_map(|session| session["connections"].as_array())
            .flatten();
        connections
            .map(|connection| text(connection, "ip"))
            .collect()
    }

    /// How many server notices each account has, by the account's id. Accounts without are left out.
    pub(crate) fn notices(&self) -> Result<BTreeMap<String, usize>> {
        let mut notices = BTreeMap::new();
        let list = self.admin("GET", "/_synapse/admin/v1/rooms?limit=10000", &Value::Null)?;
        for room in list["rooms"].as_array().context("no list of rooms")? {
            if room["creator"] == id_of(NOTICES).as_str() {
                let (person, count) = self.notices_in(&text(room, "room_id")?)?;
                *notices.entry(person).or_insert(0) += count;
            }
        }
        Ok(notices)
    }

    /// Whom a room of server notices is for, and how many it holds.
    fn notices_in(&self, room: &str) -> Result<(String, usize)> {
        let room = escape(room);
        let state = self.admin(
            "GET",
            &format!("/_synapse/admin/v1/rooms/{room}/state"),
            &Value::Null,
        )?;
        let person = state["state"]
            .as_array()
            .context("no state of a room")?
            .iter()
            .filter(|event| event["type"] == "m.room.member")
            .filter_map(|event| event["state_key"].as_str())
            .find(|member| *member != id_of(NOTICES))
            .context("a room of server notices without a person")?
            .to_owned();
        let path = format!("/_synapse/admin/v1/rooms/{room}/messages?dir=b&limit=1000");
        let messages = self.admin("GET", &path, &Value::Null)?;
        let count = messages["chunk"]
            .as_array()
            .context("no messages of a room")?
            .iter()
            .filter(|event| event["type"] == "m.room.message")
            .count();
        Ok((person, count))
    }

    fn admin(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let token = format!("Bearer {}", self.admin_token);
        let response = http::request(self.port, method, path, &[("Authorization", &token)], body)?;
        accepted(response, method, path)
    }
}

/// A person's client: signed in, and seen from one of the person's addresses after the other.
pub(crate) struct Client<'a> {
    port: u16,
    person: &'a Person,
    token: String,
    requests: Cell<usize>,
}

impl<'a> Client<'a> {
    /// Signs in.
    pub(crate) fn sign_in(port: u16, person: &'a Person) -> Result<Self> {
        match sign_in(port, person, &person.addresses[0])? {
            SignIn::Welcome(token) => Ok(Self {
                port,
                person,
                token,
                requests: Cell::new(0),
            }),
            SignIn::Refused(code) => bail!("{} may not sign in: {code}", person.name),
        }
    }

    /// Makes a room for two and invites the other.
    pub(crate) fn invite(&self, other: &Person) -> Result<String> {
        self.create_room(&json!({
            "preset": "trusted_private_chat",
            "is_direct": true,
            "invite": [id_of(&other.name)],
        }))
    }

    /// Makes a room for many and invites them.
    pub(crate) fn gather(&self, name: &str, guests: &[&Person]) -> Result<String> {
        let guests: Vec<String> = guests.iter().map(|guest| id_of(&guest.name)).collect();
        self.create_room(&json!({ "preset": "private_chat", "name": name, "invite": guests }))
    }

    /// Accepts an invitation.
    pub(crate) fn join(&self, room: &str) -> Result<()> {
        self.post(&format!("rooms/{}/join", escape(room)), &json!({}))
            .map(drop)
    }

    /// Declines an invitation.
    pub(crate) fn decline(&self, room: &str) -> Result<()> {
        self.post(&format!("rooms/{}/leave", escape(room)), &json!({}))
            .map(drop)
    }

    /// Writes something in a room.
    pub(crate) fn say(&self, room: &str, words: &str) -> Result<()> {
        self.put_message(room, &json!({ "msgtype": "m.text", "body": words }))
    }

    /// Passes an uploaded file on.
    pub(crate) fn give_file(&self, room: &str, file: &str) -> Result<()> {
        self.put_message(
            room,
            &json!({
                "msgtype": "m.file",
                "body": "assignment.docx",
                "url": file,
                "info": { "mimetype": "application/octet-stream", "size": 4096 },
            }),
        )
    }

    /// Uploads a file and gives its `mxc` address.
    pub(crate) fn upload(&self, content: &[u8]) -> Result<String> {
        let path = "/_matrix/media/v3/upload?filename=assignment.docx";
        let token = format!("Bearer {}", self.token);
        let mut headers = client_headers(self.next_address(), self.person.user_agent).to_vec();
        headers.push(("Authorization", &token));
        let kind = "application/octet-stream";
        let response = http::send(self.port, "POST", path, &headers, kind, content)?;
        text(&accepted(response, "POST", path)?, "content_uri")
    }

    /// Everything new, as the server tells it to a client that has just been opened.
    pub(crate) fn sync(&self) -> Result<Value> {
        self.call("GET", "/_matrix/client/v3/sync?timeout=0", &Value::Null)
    }

    /// What is new since an earlier answer. A first question asked twice may be answered from the
    /// server's cache, so whoever waits for news has to say since when.
    pub(crate) fn sync_since(&self, earlier: &Value) -> Result<Value> {
        let since = escape(&text(earlier, "next_batch")?);
        let path = format!("/_matrix/client/v3/sync?timeout=2000&since={since}");
        self.call("GET", &path, &Value::Null)
    }

    fn create_room(&self, body: &Value) -> Result<String> {
        text(&self.post("createRoom", body)?, "room_id")
    }

    fn put_message(&self, room: &str, content: &Value) -> Result<()> {
        let room = escape(room);
        let number = self.requests.get();
        let path = format!("/_matrix/client/v3/rooms/{room}/send/m.room.message/{number}");
        self.call("PUT", &path, content).map(drop)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.call("POST", &format!("/_matrix/client/v3/{path}"), body)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let token = format!("Bearer {}", self.token);
        let mut headers = client_headers(self.next_address(), self.person.user_agent).to_vec();
        headers.push(("Authorization", &token));
        let response = http::request(self.port, method, path, &headers, body)?;
        accepted(response, method, path)
    }

    fn next_address(&self) -> &'a str {
        let number = self.requests.get();
        self.requests.set(number + 1);
        &self.person.addresses[number % self.person.addresses.len()]
    }
}

/// What a proxy in front of the server would tell of a client.
fn client_headers<'a>(address: &'a str, user_agent: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("X-Forwarded-For", address),
        ("X-Forwarded-Proto", "https"),
        ("User-Agent", user_agent),
    ]
}

fn accepted(response: Response, method: &str, path: &str) -> Result<Value> {
    if !(200..300).contains(&response.status) {
        bail!(
            "{method} {path} gave status {}: {}",
            response.status,
            response.body
        );
    }
    Ok(response.body)
}

fn text(value: &Value, key: &str) -> Result<String> {
    value[key]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("no {key} in {value}"))
}
