//! Reading a server: accounts first, then what they did.

use avert_model::{Account, AccountId, Action, DisplayName, Email, Timestamp, Verb};
use avert_ops::ports::{Effect, PortError, PortErrorKind, RecordSink, Source, SourceError};
use serde_json::Value;

use super::Synapse;
use super::act::status;
use super::room::Room;
use crate::http::segment;

/// Rows asked for at once.
const PAGE: usize = 200;
/// Only these events are asked for; a message's words are not looked at, whatever comes with it.
const EVENTS: &str =
    r#"{"types":["m.room.member","m.room.message","m.room.encrypted"],"lazy_load_members":true}"#;

impl Source for Synapse {
    fn read(&self, sink: &mut dyn RecordSink) -> Result<(), SourceError> {
        let mut rows = 0;
        let mut people = Vec::new();
        self.each_user(|id| {
            let account = self.account(&id)?;
            sink.account(account).map_err(SourceError::Sink)?;
            people.push(id);
            rows += 1;
            sink.progress(rows);
            Ok(())
        })?;
        let mut take = |action: Action| {
            rows += 1;
            if rows.is_multiple_of(100) {
                sink.progress(rows);
            }
            sink.action(action).map_err(SourceError::Sink)
        };
        for id in &people {
            self.visits(id, &mut take)?;
        }
        self.rooms(&mut take)
    }
}

impl Synapse {
    /// Gives every account's id, locked and deactivated ones too.
    fn each_user(
        &self,
        mut each: impl FnMut(String) -> Result<(), SourceError>,
    ) -> Result<(), SourceError> {
        let mut from = "0".to_owned();
        loop {
            let path = format!(
                "/_synapse/admin/v2/users?from={from}&limit={PAGE}&guests=false&deactivated=true&locked=true"
            );
            let page = self.page("GET /_synapse/admin/v2/users", path)?;
            for user in list(&page, "users")? {
                if let Some(id) = user.get("name").and_then(Value::as_str)
                    && self.notices_account.as_deref() != Some(id)
                {
                    each(id.to_owned())?;
                }
            }
            match token(&page, "next_token") {
                Some(next) if next != from => from = next,
                _ => return Ok(()),
            }
        }
    }

    fn account(&self, id: &str) -> Result<Account, PortError> {
        let path = format!("/_synapse/admin/v2/users/{}", segment(id));
        let user = self.page("GET /_synapse/admin/v2/users/…", path)?;
        let text = |key: &str| user.get(key).and_then(Value::as_str).map(str::to_owned);
        let email = user
            .get("threepids")
            .and_then(Value::as_array)
            .and_then(|threepids| {
                threepids
                    .iter()
                    .find(|threepid| {
                        threepid.get("medium").and_then(Value::as_str) == Some("email")
                    })?
                    .get("address")?
                    .as_str()
            });
        Ok(Account {
            display_name: text("displayname").map(DisplayName::new),
            created_at: user
                .get("creation_ts")
                .and_then(Value::as_i64)
                .and_then(made_at),
            email: email.map(Email::new),
            status: Some(status(&user)),
            ..Account::bare(AccountId::new(id))
        })
    }

    /// Where and with what somebody was last seen: one sign-in for each address and each device.
    fn visits(
        &self,
        id: &str,
        take: &mut impl FnMut(Action) -> Result<(), SourceError>,
    ) -> Result<(), SourceError> {
        let path = format!("/_synapse/admin/v1/whois/{}", segment(id));
        let whois = self.page("GET /_synapse/admin/v1/whois/…", path)?;
        let devices = whois.get("devices").and_then(Value::as_object);
        let connections = devices
            .into_iter()
            .flat_map(serde_json::Map::values)
            .flat_map(|device| array(device, "sessions"))
            .flat_map(|session| array(session, "connections"));
        for connection in connections {
            take(visit(id, connection, "last_seen", "ip", "user_agent"))?;
        }
        let path = format!("/_synapse/admin/v2/users/{}/devices", segment(id));
        let page = self.page("GET /_synapse/admin/v2/users/…/devices", path)?;
        for device in list(&page, "devices")? {
            let mut action = visit(
                id,
                device,
                "last_seen_ts",
                "last_seen_ip",
                "last_seen_user_agent",
            );
            action.device = device
                .get("device_id")
                .and_then(Value::as_str)
                .map(str::to_owned);
            take(action)?;
        }
        Ok(())
    }

    /// What happened in every room, oldest first within a room.
    fn rooms(
        &self,
        take: &mut impl FnMut(Action) -> Result<(), SourceError>,
    ) -> Result<(), SourceError> {
        let mut from = 0;
        loop {
            let path = format!("/_synapse/admin/v1/rooms?from={from}&limit={PAGE}&order_by=name");
            let page = self.page("GET /_synapse/admin/v1/rooms", path)?;
            let rooms = list(&page, "rooms")?;
            for room in rooms {
                let creator = room.get("creator").and_then(Value::as_str);
                let of_the_server = creator.is_some() && creator == self.notices_account.as_deref();
                if let Some(id) = room.get("room_id").and_then(Value::as_str)
                    && !of_the_server
                {
                    self.room(id, take)?;
                }
            }
            match page.get("next_batch").and_then(Value::as_u64) {
                Some(next) if next > from && !rooms.is_empty() => from = next,
                _ => return Ok(()),
            }
        }
    }

    fn room(
        &self,
        id: &str,
        take: &mut impl FnMut(Action) -> Result<(), SourceError>,
    ) -> Result<(), SourceError> {
        let mut room = Room::default();
        let mut from = String::new();
        loop {
            let path = format!(
                "/_synapse/admin/v1/rooms/{}/messages?dir=f&limit={PAGE}&filter={}{from}",
                segment(id),
                segment(EVENTS)
            );
            let page = self.page("GET /_synapse/admin/v1/rooms/…/messages", path)?;
            let events = list(&page, "chunk")?;
            for event in events {
                for action in room.event(event) {
                    take(action)?;
                }
            }
            let next = page.get("end").and_then(Value::as_str);
            let next = next.map(|end| format!("&from={}", segment(end)));
            match next {
                Some(next) if next != from && !events.is_empty() => from = next,
                _ => return Ok(()),
            }
        }
    }
}

fn visit(id: &str, seen: &Value, at: &str, ip: &str, user_agent: &str) -> Action {
    let text = |key: &str| {
        seen.get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let at = seen
        .get(at)
        .and_then(Value::as_i64)
        .and_then(|at| Timestamp::from_millisecond(at).ok());
    let mut action = Action::new(AccountId::new(id), Verb::SignIn, at);
    action.ip = text(ip);
    action.user_agent = text(user_agent);
    action
}

/// One account's `creation_ts` is in seconds, a list's in milliseconds; both have meant either.
fn made_at(at: i64) -> Option<Timestamp> {
    const FIRST_OF_MILLISECONDS: i64 = 100_000_000_000;
    if at >= FIRST_OF_MILLISECONDS {
        Timestamp::from_millisecond(at).ok()
    } else {
        Timestamp::from_second(at).ok()
    }
}

fn token(page: &Value, key: &str) -> Option<String> {
    match page.get(key)? {
        Value::String(token) => Some(token.clone()),
        Value::Number(token) => Some(token.to_string()),
        _ => None,
    }
}

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A list that an answer must have.
fn list<'a>(page: &'a Value, key: &'static str) -> Result<&'a [Value], PortError> {
    page.get(key)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .ok_or_else(|| PortError {
            request: "reading the platform".into(),
            kind: PortErrorKind::Protocol(format!("an answer has no list '{key}'")),
            effect: Effect::None,
        })
}
