//! One event a line: an action, an account, or that somebody was cleared.

use std::borrow::Cow;
use std::fmt;

use avert_model::{
    Account, AccountId, AccountStatus, DisplayName, Email, Handle, Layer, Timestamp, Verb,
};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use crate::snapshot::ActionRow;

/// A line, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct EventLine<'a> {
    /// The sender's own count, for senders who repeat themselves: rising, from one line to the next.
    pub seq: Option<u64>,
    /// What happened.
    pub event: Event<'a>,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<'a> {
    /// An account did something.
    Action(Spoken<'a>),
    /// What a platform says of an account; it replaces what was said before.
    Account(Box<Account>),
    /// Somebody looked at this account and found it honest.
    Clear(AccountId),
}

/// An action, borrowed from its line where that is possible.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken<'a> {
    account: Cow<'a, str>,
    verb: Verb,
    target: Option<Cow<'a, str>>,
    object: Option<Cow<'a, str>>,
    layer: Option<Cow<'a, str>>,
    at: Option<i64>,
    ip: Option<Cow<'a, str>>,
    device: Option<Cow<'a, str>>,
    user_agent: Option<Cow<'a, str>>,
    text: Option<Cow<'a, str>>,
    count: u32,
}

impl Spoken<'_> {
    /// The row of the canonical table.
    pub fn row(&self) -> ActionRow<'_> {
        ActionRow {
            account: &self.account,
            verb: self.verb,
            target: self.target.as_deref(),
            object: self.object.as_deref(),
            layer: self.layer.as_deref(),
            at: self.at,
            ip: self.ip.as_deref(),
            device: self.device.as_deref(),
            user_agent: self.user_agent.as_deref(),
            text: self.text.as_deref(),
            count: self.count,
        }
    }
}

/// Why a line is no event. Nothing was taken of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// It is not a JSON object with the keys of an event.
    #[error("not an event: {0}")]
    NotAnEvent(String),
    /// It is none of the three, or two of them.
    #[error("an event has a 'verb' (an action), an 'id' (an account) or 'clear', and one of them")]
    Kind,
    /// It has a key that goes with another kind of event.
    #[error("'{0}' goes with another kind of event")]
    Misplaced(&'static str),
    /// A value cannot be what its key says.
    #[error("'{key}' holds '{value}', which is not {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value, cut after 60 characters.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
}

/// A moment: RFC 3339, or whole microseconds since 1970 UTC.
#[derive(Debug, Clone, Copy)]
struct Moment(i64);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Moment;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a time as RFC 3339 or in microseconds since 1970 UTC")
            }

            fn visit_i64<E: de::Error>(self, micros: i64) -> Result<Moment, E> {
                let at = Timestamp::from_microsecond(micros);
                at.map(|_| Moment(micros)).map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, micros: u64) -> Result<Moment, E> {
                self.visit_i64(i64::try_from(micros).map_err(E::custom)?)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
                let at: Timestamp = text.parse().map_err(E::custom)?;
                Ok(Moment(at.as_microsecond()))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// Every key that a line may have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys<'a> {
    seq: Option<u64>,
    clear: Option<String>,
    verb: Option<Verb>,
    #[serde(borrow)]
    account: Option<Cow<'a, str>>,
    #[serde(borrow)]
    target: Option<Cow<'a, str>>,
    #[serde(borrow)]
    object: Option<Cow<'a, str>>,
    #[serde(borrow)]
    layer: Option<Cow<'a, str>>,
    at: Option<Moment>,
    #[serde(borrow)]
    ip: Option<Cow<'a, str>>,
    #[serde(borrow)]
    device: Option<Cow<'a, str>>,
    #[serde(borrow)]
    user_agent: Option<Cow<'a, str>>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    count: Option<u32>,
    id: Option<String>,
    handle: Option<String>,
    display_name: Option<String>,
    created_at: Option<Moment>,
    email: Option<String>,
    avatar: Option<String>,
    bio: Option<String>,
    profession: Option<String>,
    place: Option<String>,
    time_zone: Option<String>,
    language: Option<String>,
    verified: Option<bool>,
    status: Option<String>,
}

/// Understands a line.
///
/// A line with `verb` is an action with the keys of the canonical table `actions`; one with `id` is an
/// account with those of `accounts`; `{"clear": ID}` says that somebody looked at an account and found
/// it honest. Any of them may have `seq`.
///
/// # Errors
/// [`LineError`]; nothing is guessed at.
pub fn parse(line: &str) -> Result<EventLine<'_>, LineError> {
    let keys: Keys<'_> = serde_json::from_str(line).map_err(|error| {
        // serde_json names the column; the line is the caller's.
        LineError::NotAnEvent(error.to_string())
    })?;
    let seq = keys.seq;
    let event = match (keys.verb, &keys.id, &keys.clear) {
        (Some(verb), None, None) => action(keys, verb)?,
        (None, Some(_), None) => account(keys)?,
        (None, None, Some(_)) => clear(keys)?,
        _ => return Err(LineError::Kind),
    };
    Ok(EventLine { seq, event })
}

fn action(keys: Keys<'_>, verb: Verb) -> Result<Event<'_>, LineError> {
    let strange = [
        ("handle", keys.handle.is_some()),
        ("display_name", keys.display_name.is_some()),
        ("created_at", keys.created_at.is_some()),
        ("email", keys.email.is_some()),
        ("avatar", keys.avatar.is_some()),
        ("bio", keys.bio.is_some()),
        ("profession", keys.profession.is_some()),
        ("place", keys.place.is_some()),
        ("time_zone", keys.time_zone.is_some()),
        ("language", keys.language.is_some()),
        ("verified", keys.verified.is_some()),
        ("status", keys.status.is_some()),
    ];
    none_of(&strange)?;
    let account = keys.account.filter(|account| !account.is_empty());
    let account = account.ok_or_else(|| wrong("account", "", "an account's id"))?;
    if let Some(layer) = &keys.layer
        && layer.parse::<Layer>().is_err()
    {
        return Err(wrong(
            "layer",
            layer,
            "a layer, or a name that starts with 'x-'",
        ));
    }
    let count = keys.count.unwrap_or(1);
    if count == 0 {
        return Err(wrong("count", "0", "a whole number from 1"));
    }
    Ok(Event::Action(Spoken {
        account,
        verb,
        target: keys.target,
        object: keys.object,
        layer: keys.layer,
        at: keys.at.map(|at| at.0),
        ip: keys.ip,
        device: keys.device,
        user_agent: keys.user_agent,
        text: keys.text,
        count,
    }))
}

fn account(keys: Keys<'_>) -> Result<Event<'_>, LineError> {
    none_of(&actions_keys(&keys))?;
    let id = keys.id.filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| wrong("id", "", "an account's id"))?;
    let avatar = keys.avatar.map(|avatar| avatar.to_ascii_lowercase());
    if let Some(avatar) = &avatar
        && !(matches!(avatar.len(), 16 | 64)
            && avatar.bytes().all(|digit| digit.is_ascii_hexdigit()))
    {
        return Err(wrong("avatar", avatar, "16 or 64 hexadecimal digits"));
    }
    let status =
        match keys.status {
            None => None,
            Some(word) => {
                let known = AccountStatus::ALL
                    .into_iter()
                    .find(|one| one.as_str() == word);
                Some(known.ok_or_else(|| {
                    wrong("status", &word, "active, restricted, disabled or gone")
                })?)
            }
        };
    Ok(Event::Account(Box::new(Account {
        id: AccountId::new(id),
        handle: keys.handle.map(Handle::new),
        display_name: keys.display_name.map(DisplayName::new),
        created_at: keys
            .created_at
            .and_then(|at| Timestamp::from_microsecond(at.0).ok()),
        email: keys.email.map(Email::new),
        avatar,
        bio: keys.bio,
        profession: keys.profession,
        place: keys.place,
        time_zone: keys.time_zone,
        language: keys.language,
        verified: keys.verified,
        status,
    })))
}

fn clear(keys: Keys<'_>) -> Result<Event<'_>, LineError> {
    none_of(&actions_keys(&keys))?;
    let id = keys.clear.filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| wrong("clear", "", "an account's id"))?;
    Ok(Event::Clear(AccountId::new(id)))
}

fn actions_keys(keys: &Keys<'_>) -> [(&'static str, bool); 10] {
    [
        ("account", keys.account.is_some()),
        ("target", keys.target.is_some()),
        ("object", keys.object.is_some()),
        ("layer", keys.layer.is_some()),
        ("at", keys.at.is_some()),
        ("ip", keys.ip.is_some()),
        ("device", keys.device.is_some()),
        ("user_agent", keys.user_agent.is_some()),
        ("text", keys.text.is_some()),
        ("count", keys.count.is_some()),
    ]
}

fn none_of(strange: &[(&'static str, bool)]) -> Result<(), LineError> {
    match strange.iter().find(|(_, there)| *there) {
        Some((key, _)) => Err(LineError::Misplaced(key)),
        None => Ok(()),
    }
}

fn wrong(key: &'static str, value: &str, expected: &'static str) -> LineError {
    LineError::Value {
        key,
        value: value.chars().take(60).collect(),
        expected,
    }
}

/// An action as a line.
#[derive(Serialize)]
struct ActionKeys<'a> {
    account: &'a str,
    verb: Verb,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "is_one")]
    count: u32,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_one(count: &u32) -> bool {
    *count == 1
}

impl ActionRow<'_> {
    /// The row as an event's line, without its end.
    pub fn line(&self) -> String {
        let keys = ActionKeys {
            account: self.account,
            verb: self.verb,
            target: self.target,
            object: self.object,
            layer: self.layer,
            at: self.at,
            ip: self.ip,
            device: self.device,
            user_agent: self.user_agent,
            text: self.text,
            count: self.count,
        };
        serde_json::to_string(&keys).expect("an action is plain data")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_an_account_and_a_clearing() {
        let line = r#"{"account":"a1","verb":"sign-in","at":"2017-12-18T09:00:00Z","ip":"192.0.2.7","seq":4}"#;
        let read = parse(line).unwrap();
        assert_eq!(read.seq, Some(4));
        let Event::Action(action) = read.event else {
            panic!("an action")
        };
        let row = action.row();
        assert_eq!(
            (row.account, row.verb, row.ip),
            ("a1", Verb::SignIn, Some("192.0.2.7"))
        );
        assert_eq!(row.at, Some(1_513_587_600_000_000));
        let again = row.line();
        let Event::Action(same) = parse(&again).unwrap().event else {
            panic!("an action")
        };
        assert_eq!(same, action, "what is written is read again");
        let account = parse(r#"{"id":"a1","avatar":"00FF00ff00ff00ff","created_at":5}"#).unwrap();
        let Event::Account(account) = account.event else {
            panic!("an account")
        };
        assert_eq!(account.avatar.as_deref(), Some("00ff00ff00ff00ff"));
        assert_eq!(account.created_at.unwrap().as_microsecond(), 5);
        let cleared = parse(r#"{"clear":"a1"}"#).unwrap();
        assert_eq!(cleared.event, Event::Clear(AccountId::from("a1")));
    }

    #[test]
    fn an_account_reads_as_it_is_written_elsewhere() {
        let mut account = Account::bare(AccountId::from("a\"1"));
        account.email = Some(Email::new("somebody@mail.example.org"));
        account.status = Some(AccountStatus::Active);
        account.created_at = Timestamp::from_second(77).ok();
        let line = serde_json::to_string(&account).unwrap();
        assert_eq!(
            parse(&line).unwrap().event,
            Event::Account(Box::new(account))
        );
    }

    #[test]
    fn what_is_no_event_is_refused_with_its_reason() {
        let check = |line: &str| parse(line).unwrap_err().to_string();
        let named = [
            ("", "not an event"),
            ("[]", "not an event"),
            (r#"{"verb":"sign-in"}"#, "'account' holds ''"),
            (r#"{"account":"a","verb":"jump"}"#, "jump"),
            (r#"{"account":"a"}"#, "has a 'verb'"),
            (r#"{"id":"a","verb":"post","account":"a"}"#, "has a 'verb'"),
            (r#"{"id":"a","ip":"192.0.2.7"}"#, "'ip' goes with another"),
            (
                r#"{"account":"a","verb":"post","email":"e"}"#,
                "'email' goes with another",
            ),
            (r#"{"account":"a","verb":"post","att":5}"#, "att"),
            (
                r#"{"account":"a","verb":"post","at":"yesterday"}"#,
                "not an event",
            ),
            (
                r#"{"account":"a","verb":"post","at":9223372036854775807}"#,
                "not an event",
            ),
            (
                r#"{"account":"a","verb":"post","layer":"lair"}"#,
                "'layer' holds 'lair'",
            ),
            (
                r#"{"account":"a","verb":"post","count":0}"#,
                "'count' holds '0'",
            ),
            (r#"{"id":"a","avatar":"zz"}"#, "'avatar' holds 'zz'"),
            (r#"{"id":"a","status":"odd"}"#, "'status' holds 'odd'"),
        ];
        for (line, expected) in named {
            let told = check(line);
            assert!(told.contains(expected), "{line}: {told}");
        }
    }
}
