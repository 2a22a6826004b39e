//! Notices as server notices: a room of the server's own with each person.
//!
//! The server remembers a transaction id for half an hour or until it restarts, and nobody resumes
//! sending that quickly. So the key also travels in the event, where it can be looked for.

use avert_model::AccountId;
use avert_ops::ports::{
    Channel, Effect, LookUp, OperationKey, OutgoingNotice, PortError, PortErrorKind, Receipt,
    SendError,
};
use serde_json::{Value, json};

use super::Synapse;
use crate::http::{Method, segment};

/// The field of the event's content that holds the key.
const KEY: &str = "avert.key";
/// The events a page of a person's notices may hold.
const PAGE: usize = 100;
/// How many pages are read before it is said that nobody can tell.
const PAGES: usize = 50;

impl Channel for Synapse {
    fn name(&self) -> &str {
        &self.name
    }

    /// Reads the person's rooms with the server's notices account. A request that the server is still
    /// working on is not there yet; the transaction id, which it remembers that long, keeps it from
    /// being carried out twice.
    fn look_up(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<LookUp, PortError> {
        let Some(account) = &self.notices_account else {
            return Ok(LookUp::CannotTell);
        };
        // "Not found" is said of an interface that is not there, never of a person without rooms.
        let cannot_tell = |error: PortError| match error.kind {
            PortErrorKind::NotFound(_) => Ok(Vec::new()),
            _ => Err(error),
        };
        let rooms = self.rooms_of(&notice.account).or_else(cannot_tell)?;
        let of_notices = self
            .rooms_of(&AccountId::new(account))
            .or_else(cannot_tell)?;
        // Without a room that both are in nothing was looked into: the account that is configured may
        // be another than the one notices come from.
        let mut told = LookUp::CannotTell;
        for room in rooms.iter().filter(|room| of_notices.contains(room)) {
            told = self.look_into(room, account, key)?;
            if told != LookUp::NotThere {
                break;
            }
        }
        Ok(told)
    }

    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        let body = json!({
            "user_id": notice.account.as_str(),
            "content": {
                "msgtype": "m.text",
                "body": format!("{}\n\n{}", notice.subject, notice.body),
                KEY: key,
            },
        });
        let path = format!(
            "/_synapse/admin/v1/send_server_notice/{}",
            segment(key.as_str())
        );
        let label = "PUT /_synapse/admin/v1/send_server_notice/…";
        let answer = self
            .change(Method::Put, label, path, (notice.account.as_str(), &body))
            .map_err(|error| match (&error.kind, error.effect) {
                (_, Effect::Unknown) => SendError::InDoubt(error),
                (PortErrorKind::NotFound(detail), _) => SendError::Undeliverable(detail.clone()),
                // Somebody of another server, with whom this one has no room of notices.
                (PortErrorKind::Protocol(detail), _)
                    if detail.contains("only be sent to local") =>
                {
                    SendError::Undeliverable("the account is of another server".into())
                }
                (_, Effect::None) => SendError::NotSent(error),
            })?;
        let event = answer.get("event_id").and_then(Value::as_str);
        Ok(Receipt {
            reference: event.unwrap_or_default().to_owned(),
        })
    }
}

impl Synapse {
    /// Every room an account is or was in, or is asked into.
    fn rooms_of(&self, account: &AccountId) -> Result<Vec<String>, PortError> {
        let path = format!(
            "/_synapse/admin/v1/users/{}/memberships",
            segment(account.as_str())
        );
        let label = "GET /_synapse/admin/v1/users/…/memberships";
        let answer = self.get(label, path, account.as_str())?;
        let rooms = answer.get("memberships").and_then(Value::as_object);
        let rooms = rooms.ok_or_else(|| PortError {
            request: label.into(),
            kind: PortErrorKind::Protocol("it has no 'memberships'".into()),
            effect: Effect::None,
        })?;
        Ok(rooms.keys().cloned().collect())
    }

    /// Looks for the key among the notices in a room, newest first.
    fn look_into(&self, room: &str, sender: &str, key: &OperationKey) -> Result<LookUp, PortError> {
        let filter = json!({ "types": ["m.room.message"], "senders": [sender] }).to_string();
        let mut from = String::new();
        for _ in 0..PAGES {
            let path = format!(
                "/_synapse/admin/v1/rooms/{}/messages?dir=b&limit={PAGE}&filter={}{from}",
                segment(room),
                segment(&filter)
            );
            let page = self.get("GET /_synapse/admin/v1/rooms/…/messages", path, room)?;
            let events = page.get("chunk").and_then(Value::as_array);
            for event in events.into_iter().flatten() {
                let carries = event
                    .pointer("/content")
                    .and_then(|content| content.get(KEY));
                if carries.and_then(Value::as_str) == Some(key.as_str()) {
                    let id = event.get("event_id").and_then(Value::as_str);
                    return Ok(LookUp::Arrived(Receipt {
                        reference: id.unwrap_or_default().to_owned(),
                    }));
                }
            }
            match page.get("end").and_then(Value::as_str) {
                Some(end) => from = format!("&from={}", segment(end)),
                None => return Ok(LookUp::NotThere),
            }
        }
        Ok(LookUp::CannotTell)
    }
}
