//! What a room's events mean as actions.

use std::collections::BTreeMap;

use avert_model::{AccountId, Action, Timestamp, Verb};
use serde_json::Value;

/// A room, as far as its events have been read.
#[derive(Default)]
pub(super) struct Room {
    /// Everybody who was ever in it or asked to come, and who asked them.
    people: BTreeMap<String, Standing>,
    /// Who wrote last.
    last_writer: Option<String>,
}

#[derive(Default, Clone)]
struct Standing {
    invited_by: Option<String>,
    joined: bool,
}

impl Room {
    /// The actions that an event means; at most two.
    pub(super) fn event(&mut self, event: &Value) -> Vec<Action> {
        let text = |key: &str| event.get(key).and_then(Value::as_str);
        let (Some(kind), Some(sender)) = (text("type"), text("sender")) else {
            return Vec::new();
        };
        let at = event
            .get("origin_server_ts")
            .and_then(Value::as_i64)
            .and_then(|at| Timestamp::from_millisecond(at).ok());
        match kind {
            "m.room.member" => match text("state_key") {
                Some(person) => self
                    .membership(event, sender, person, at)
                    .into_iter()
                    .collect(),
                None => Vec::new(),
            },
            "m.room.message" | "m.room.encrypted" => self.message(event, sender, at),
            _ => Vec::new(),
        }
    }

    fn membership(
        &mut self,
        event: &Value,
        sender: &str,
        person: &str,
        at: Option<Timestamp>,
    ) -> Option<Action> {
        let membership = event.get("content")?.get("membership")?.as_str()?;
        let standing = self.people.entry(person.to_owned()).or_default();
        let towards = |who: &str, verb: Verb, whom: &str| {
            let mut action = Action::new(AccountId::new(who), verb, at);
            action.target = Some(AccountId::new(whom));
            action
        };
        match membership {
            "invite" if sender != person => {
                standing.invited_by = Some(sender.to_owned());
                Some(towards(sender, Verb::RequestContact, person))
            }
            "join" if !standing.joined => {
                standing.joined = true;
                let inviter = standing.invited_by.clone()?;
                Some(towards(person, Verb::AcceptContact, &inviter))
            }
            // Whoever was asked and says no; leaving later, or being put out, is no answer.
            "leave" if sender == person && !standing.joined => {
                let inviter = standing.invited_by.take()?;
                Some(towards(person, Verb::DeclineContact, &inviter))
            }
            _ => None,
        }
    }

    fn message(&mut self, event: &Value, sender: &str, at: Option<Timestamp>) -> Vec<Action> {
        let other = self.other(sender);
        let answers = other.is_some() && self.last_writer.as_deref() == other;
        let verb = match (other, answers) {
            // In a room of many, words are to nobody in particular.
            (None, _) => Verb::Post,
            (Some(_), true) => Verb::Reply,
            (Some(_), false) => Verb::Message,
        };
        let target = other.map(AccountId::new);
        let mut action = Action::new(AccountId::new(sender), verb, at);
        action.target.clone_from(&target);
        let mut actions = vec![action];
        if let Some(media) = media(event) {
            let mut share = Action::new(AccountId::new(sender), Verb::ShareFile, at);
            share.target = target;
            share.object = Some(media.to_owned());
            actions.push(share);
        }
        self.last_writer = Some(sender.to_owned());
        actions
    }

    /// The other one, in a room that never was for more than two.
    fn other(&self, sender: &str) -> Option<&str> {
        if self.people.len() != 2 {
            return None;
        }
        self.people
            .keys()
            .map(String::as_str)
            .find(|person| *person != sender)
    }
}

/// The id of a file that a message passes on: which file, not what is in it.
fn media(event: &Value) -> Option<&str> {
    let content = event.get("content")?;
    let kind = content.get("msgtype")?.as_str()?;
    if !matches!(kind, "m.file" | "m.image" | "m.video" | "m.audio") {
        return None;
    }
    content
        .get("url")?
        .as_str()
        .filter(|url| url.starts_with("mxc://"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn member(sender: &str, person: &str, membership: &str) -> Value {
        json!({ "type": "m.room.member", "sender": sender, "state_key": person,
            "origin_server_ts": 1_513_555_200_000_i64, "content": { "membership": membership } })
    }

    fn says(sender: &str, content: &Value) -> Value {
        json!({ "type": "m.room.message", "sender": sender,
            "origin_server_ts": 1_513_555_200_000_i64, "content": content })
    }

    fn told(events: &[Value]) -> Vec<String> {
        let mut room = Room::default();
        let actions = events.iter().flat_map(|event| room.event(event));
        actions
            .map(|action| {
                assert!(action.text.is_none(), "a message's words are never read");
                let target = action
                    .target
                    .map(|target| target.to_string())
                    .unwrap_or_default();
                format!("{} {} {target}", action.account, action.verb)
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn an_invitation_accepted_and_talked_over_is_a_contact() {
        let hello = json!({ "msgtype": "m.text", "body": "hello" });
        let events = [
            member("@a", "@a", "join"),
            member("@a", "@b", "invite"),
            member("@b", "@b", "join"),
            says("@a", &hello),
            says("@b", &hello),
            says("@b", &hello),
        ];
        let expected = [
            "@a request-contact @b",
            "@b accept-contact @a",
            "@a message @b",
            "@b reply @a",
            "@b message @a",
        ];
        assert_eq!(told(&events), expected);
    }

    #[test]
    fn declining_is_an_answer_and_leaving_later_is_none() {
        let declined = [
            member("@a", "@a", "join"),
            member("@a", "@b", "invite"),
            member("@b", "@b", "leave"),
        ];
        assert_eq!(
            told(&declined),
            ["@a request-contact @b", "@b decline-contact @a"]
        );
        let left = [
            member("@a", "@b", "invite"),
            member("@b", "@b", "join"),
            member("@b", "@b", "leave"),
        ];
        assert_eq!(
            told(&left),
            ["@a request-contact @b", "@b accept-contact @a"]
        );
    }

    #[test]
    fn words_in_a_room_of_many_are_to_nobody_in_particular() {
        let events = [
            member("@a", "@a", "join"),
            member("@a", "@b", "invite"),
            member("@a", "@c", "invite"),
            says("@a", &json!({ "msgtype": "m.text", "body": "hello" })),
        ];
        assert_eq!(told(&events).last().unwrap(), "@a post");
    }

    #[test]
    fn a_file_passed_on_is_seen_by_its_id() {
        let events = [
            member("@a", "@a", "join"),
            member("@a", "@b", "invite"),
            says(
                "@a",
                &json!({ "msgtype": "m.file", "body": "x", "url": "mxc://example.org/abc" }),
            ),
        ];
        assert_eq!(told(&events)[1..], ["@a message @b", "@a share-file @b"]);
    }

    #[test]
    fn events_that_make_no_sense_mean_nothing() {
        for event in [
            json!({}),
            json!([]),
            json!({ "type": 7 }),
            json!({ "type": "m.room.member", "sender": "@a" }),
        ] {
            assert!(Room::default().event(&event).is_empty());
        }
    }
}
