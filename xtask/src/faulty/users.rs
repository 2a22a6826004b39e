//! The platform's users, and the log of what was done to them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Every so many-th user has no `active` at all, which counts as active and has to be put back as such.
const ABSENT_EACH: usize = 7;

/// All users.
#[derive(Debug, Default)]
pub(crate) struct Users {
    by_id: BTreeMap<String, User>,
    changes: Vec<Change>,
}

#[derive(Debug)]
struct User {
    active: Option<bool>,
    version: u64,
}

/// A change that had an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) id: String,
    pub(crate) from: Option<bool>,
    pub(crate) to: Option<bool>,
}

/// What became of a change that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    Done,
    /// The version is not the one that was read.
    Overtaken,
    Unknown,
}

impl Users {
    /// Users of these ids, all active.
    pub(crate) fn new(ids: impl IntoIterator<Item = String>) -> Self {
        let user = |(number, id): (usize, String)| {
            let active = ((number + 1) % ABSENT_EACH != 0).then_some(true);
            (id, User { active, version: 1 })
        };
        Self {
            by_id: ids.into_iter().enumerate().map(user).collect(),
            changes: Vec::new(),
        }
    }

    /// A user as the platform shows it, and its version.
    pub(super) fn shown(&self, id: &str) -> Option<(String, String)> {
        let user = self.by_id.get(id)?;
        let version = format!("W/\"{}\"", user.version);
        let escaped = version.replace('"', "\\\"");
        Some((
            show(id, user, &format!(",\"version\":\"{escaped}\"")),
            version,
        ))
    }

    /// Turns `active`, if the version is the one that was read.
    pub(super) fn write(&mut self, id: &str, version: Option<&str>, to: Option<bool>) -> Written {
        let Some(user) = self.by_id.get_mut(id) else {
            return Written::Unknown;
        };
        if version != Some(format!("W/\"{}\"", user.version).as_str()) {
            return Written::Overtaken;
        }
        user.version += 1;
        if user.active != to {
            self.changes.push(Change {
                id: id.to_owned(),
                from: user.active,
                to,
            });
            user.active = to;
        }
        Written::Done
    }

    pub(super) fn changes(&self) -> &[Change] {
        &self.changes
    }

    pub(super) fn state(&self) -> String {
        let mut text = String::new();
        for (id, user) in &self.by_id {
            let _ = writeln!(text, "{}", show(id, user, ""));
        }
        text
    }
}

fn show(id: &str, user: &User, version: &str) -> String {
    let active = match user.active {
        Some(active) => format!("\"active\":{active},"),
        None => String::new(),
    };
    format!(
        "{{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"id\":\"{id}\",\
         \"userName\":\"{id}@example.net\",{active}\"meta\":{{\"resourceType\":\"User\",\
         \"created\":\"2026-09-01T08:00:00Z\"{version}}}}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_json_and_says_whether_active_is_there() {
        let ids = (0..7).map(|number| format!("u{number}"));
        let users = Users::new(ids);
        let parsed = |id: &str| -> serde_json::Value {
            serde_json::from_str(&users.shown(id).unwrap().0).unwrap()
        };
        assert_eq!(parsed("u0")["active"], true);
        assert_eq!(parsed("u6").get("active"), None);
        assert_eq!(parsed("u0")["meta"]["version"], "W/\"1\"");
        assert_eq!(users.shown("u7"), None);
    }

    #[test]
    fn a_state_put_back_is_the_state_it_was_whatever_the_versions() {
        let mut users = Users::new(["a".to_owned()]);
        let before = users.state();
        assert_eq!(
            users.write("a", Some("W/\"1\""), Some(false)),
            Written::Done
        );
        assert_ne!(users.state(), before);
        assert_eq!(users.write("a", Some("W/\"1\""), None), Written::Overtaken);
        assert_eq!(users.write("a", Some("W/\"2\""), None), Written::Done);
        assert_ne!(users.state(), before, "absent is not true");
        assert_eq!(users.write("a", Some("W/\"3\""), Some(true)), Written::Done);
        assert_eq!(users.state(), before);
        assert_eq!(users.changes().len(), 3);
    }
}
