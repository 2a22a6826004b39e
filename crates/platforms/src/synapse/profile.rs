//! What the server holds on an account, and what its loss would cost.

use std::collections::BTreeSet;

use avert_model::{AccountId, Timestamp};
use avert_ops::ports::{Footprint, PortError, PortErrorKind, Profile};
use serde_json::{Value, json};

use super::Synapse;
use crate::http::segment;

/// Of so many rooms of an account the state is read. Whoever is in more is not counted at all: a number
/// that leaves rooms out would read as if there were no others.
const MOST_ROOMS: usize = 20;

/// From this level on somebody can do everything in a room that there is to do.
const ADMINISTRATOR: i64 = 100;

impl Synapse {
    /// The account as the admin API gives it, with the rooms it is in, and what its loss would cost.
    /// Cost: two requests, and one for each of the first [`MOST_ROOMS`] rooms.
    pub(super) fn held_profile(&self, account: &AccountId) -> Result<Profile, PortError> {
        let user = segment(account.as_str());
        let held = self.look(
            "GET /_synapse/admin/v2/users/…",
            format!("/_synapse/admin/v2/users/{user}"),
            account,
        )?;
        let joined = self.look(
            "GET /_synapse/admin/v1/users/…/joined_rooms",
            format!("/_synapse/admin/v1/users/{user}/joined_rooms"),
            account,
        )?;
        let rooms: Vec<&str> = joined
            .get("joined_rooms")
            .and_then(Value::as_array)
            .map(|rooms| rooms.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let mut alone = 0;
        for room in rooms.iter().take(MOST_ROOMS) {
            alone += u64::from(self.is_alone_in_charge(room, account)?);
        }
        let all = rooms.len() <= MOST_ROOMS;
        let rooms = json!({ "joined": rooms, "looked_at": rooms.len().min(MOST_ROOMS),
            "only_administrator_of": alone });
        Ok(Profile {
            footprint: Footprint {
                created_at: held
                    .get("creation_ts")
                    .and_then(Value::as_i64)
                    .and_then(made_at),
                sole_admin_of: all.then_some(alone),
                ..Footprint::default()
            },
            held: Some(json!({ "user": without_secrets(held), "rooms": rooms }).to_string()),
        })
    }

    /// Whether others are in a room of which nobody but this account is an administrator. A room that
    /// the server does not know any more is left to nobody.
    fn is_alone_in_charge(&self, room: &str, account: &AccountId) -> Result<bool, PortError> {
        let state = self.look(
            "GET /_synapse/admin/v1/rooms/…/state",
            format!("/_synapse/admin/v1/rooms/{}/state", segment(room)),
            account,
        );
        let state = match state {
            Ok(state) => state,
            Err(error) if matches!(error.kind, PortErrorKind::NotFound(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        let events = state.get("state").and_then(Value::as_array);
        Ok(events.is_some_and(|events| leaves_nobody_in_charge(events, account.as_str())))
    }

    fn look(
        &self,
        label: &'static str,
        path: String,
        account: &AccountId,
    ) -> Result<Value, PortError> {
        self.get(label, path, account.as_str())
    }
}

/// Whether a room, given its state, has others in it and no administrator but this account.
fn leaves_nobody_in_charge(events: &[Value], account: &str) -> bool {
    let text = |event: &Value, key: &str| event.get(key).and_then(Value::as_str).map(str::to_owned);
    let of_kind = |kind: &'static str| {
        events
            .iter()
            .filter(move |event| event.get("type").and_then(Value::as_str) == Some(kind))
    };
    let members: BTreeSet<String> = of_kind("m.room.member")
        .filter(|event| {
            event.pointer("/content/membership").and_then(Value::as_str) == Some("join")
        })
        .filter_map(|event| text(event, "state_key"))
        .collect();
    let levels = of_kind("m.room.power_levels").next();
    let create = of_kind("m.room.create").next();
    // From version 12 on whoever made a room is above all levels, and stands in none of them.
    let version = create.and_then(|event| event.pointer("/content/room_version"));
    let version = version
        .and_then(Value::as_str)
        .and_then(|text| text.parse::<u32>().ok());
    let above = version.is_some_and(|version| version >= 12);
    let mut founders: BTreeSet<String> = BTreeSet::new();
    if above || levels.is_none() {
        founders.extend(create.and_then(|event| text(event, "sender")));
        let others = create
            .and_then(|event| event.pointer("/content/additional_creators"))
            .and_then(Value::as_array);
        founders.extend(
            others
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned),
        );
    }
    let usual = levels
        .and_then(|event| event.pointer("/content/users_default"))
        .and_then(Value::as_i64)
        .unwrap_or(0);
    let given = levels
        .and_then(|event| event.pointer("/content/users"))
        .and_then(Value::as_object);
    let in_charge = |person: &str| {
        let level = given
            .and_then(|users| users.get(person))
            .and_then(Value::as_i64)
            .unwrap_or(usual);
        founders.contains(person) || level >= ADMINISTRATOR
    };
    members.contains(account)
        && members.len() > 1
        && in_charge(account)
        && !members
            .iter()
            .any(|person| person != account && in_charge(person))
}

/// What would let somebody in is no evidence.
fn without_secrets(mut user: Value) -> Value {
    if let Some(fields) = user.as_object_mut() {
        fields.remove("password_hash");
        fields.remove("password");
    }
    user
}

/// One account's `creation_ts` is in seconds; some versions have meant milliseconds.
fn made_at(at: i64) -> Option<Timestamp> {
    const FIRST_OF_MILLISECONDS: i64 = 100_000_000_000;
    if at >= FIRST_OF_MILLISECONDS {
        Timestamp::from_millisecond(at).ok()
    } else {
        Timestamp::from_second(at).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(version: &str, members: &[&str], levels: Option<Value>) -> Vec<Value> {
        let mut events = vec![json!({ "type": "m.room.create", "state_key": "",
            "sender": "@a:example.org", "content": { "room_version": version } })];
        events.extend(members.iter().map(|member| {
            json!({ "type": "m.room.member", "state_key": member,
                "content": { "membership": "join" } })
        }));
        events.extend(levels.map(|users| {
            json!({ "type": "m.room.power_levels", "state_key": "", "content": { "users": users } })
        }));
        events
    }

    #[test]
    fn a_room_is_left_without_anybody_in_charge_only_if_nobody_else_is() {
        let (a, b) = ("@a:example.org", "@b:example.org");
        let alone = json!({ a: 100 });
        let both = json!({ a: 100, b: 100 });
        for (events, lost) in [
            (room("10", &[a, b], Some(alone.clone())), true),
            (room("10", &[a, b], Some(both)), false),
            (room("10", &[a], Some(alone.clone())), false),
            (room("10", &[b], Some(alone.clone())), false),
            (room("10", &[a, b], None), true),
            (room("12", &[a, b], Some(json!({}))), true),
            (room("12", &[a, b], Some(json!({ b: 100 }))), false),
            (room("10", &[a, b], Some(json!({ b: 100 }))), false),
        ] {
            assert_eq!(leaves_nobody_in_charge(&events, a), lost, "{events:?}");
        }
    }

    #[test]
    fn a_hash_of_a_password_is_not_kept() {
        let kept = without_secrets(json!({ "name": "@a:example.org", "password_hash": "x" }));
        assert_eq!(kept, json!({ "name": "@a:example.org" }));
    }
}
