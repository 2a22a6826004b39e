//! What was done to an account, as an Account Change (3001).

use avert_model::JournalRow;
use serde::Serialize;
use serde_json::Value;

use super::event::{Metadata, Row, Severity, detail, time};
use crate::escape;

const CLASS_UID: u64 = 3001;

/// What was tried, OCSF `activity_id`. A restricted account can still sign in, so it is not *Lock*
/// (9), "a user account was locked out": it has no number in the schema and is told by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Activity {
    id: u64,
    name: &'static str,
}

const DISABLE: Activity = named(5, "Disable");
const ENABLE: Activity = named(2, "Enable");
const PASSWORD_RESET: Activity = named(4, "Password Reset");

const fn named(id: u64, name: &'static str) -> Activity {
    Activity { id, name }
}

/// One that the schema has no number for.
const fn other(name: &'static str) -> Activity {
    named(99, name)
}

impl Activity {
    fn of(remedy: &str, undo: bool) -> Option<Self> {
        Some(match (remedy, undo) {
            ("disable", false) => DISABLE,
            ("disable", true) => ENABLE,
            ("restrict", false) => other("Restrict"),
            ("restrict", true) => other("Lift Restriction"),
            // Every session is ended and the password is worth nothing any more.
            ("secure", false) => PASSWORD_RESET,
            ("secure", true) => other("Undo Securing"),
            _ => return None,
        })
    }
}

/// How a step of a plan ended, by the act of its row.
struct Ended {
    undo: bool,
    /// Otherwise the account is not as it was meant to be.
    success: bool,
    severity: Severity,
    /// What is said after the account's id.
    words: &'static str,
}

impl Ended {
    fn of(act: &str) -> Option<Self> {
        let (undo, success, severity, words) = match act {
            "takedown/done" => (false, true, Severity::Informational, "in effect"),
            "takedown/drift" => (
                false,
                false,
                Severity::Low,
                "left alone: it had changed since the plan was made",
            ),
            "takedown/fail" => (false, false, Severity::Medium, "tried, and not in effect"),
            "takedown/restored" => (true, true, Severity::Informational, "put back as it was"),
            "takedown/kept-changed" => (
                true,
                false,
                Severity::Low,
                "not undone: somebody changed it since",
            ),
            "takedown/stuck" => (true, false, Severity::High, "the undo failed"),
            _ => return None,
        };
        Some(Self {
            undo,
            success,
            severity,
            words,
        })
    }
}

#[derive(Serialize)]
struct AccountChange<'a> {
    class_uid: u64,
    class_name: &'static str,
    category_uid: u64,
    category_name: &'static str,
    activity_id: u64,
    activity_name: &'static str,
    type_uid: u64,
    type_name: String,
    time: i64,
    severity_id: u8,
    severity: &'static str,
    status_id: u8,
    status: &'static str,
    status_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_detail: Option<&'a str>,
    message: String,
    actor: Actor<'a>,
    user: User<'a>,
    metadata: Metadata<'a>,
    unmapped: Unmapped<'a>,
}

#[derive(Serialize)]
struct Actor<'a> {
    user: Name<'a>,
}

#[derive(Serialize)]
struct Name<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct User<'a> {
    uid: &'a str,
    name: &'a str,
    type_id: u8,
    r#type: &'static str,
}

#[derive(Serialize)]
struct Unmapped<'a> {
    remedy: &'a str,
    journal: Row<'a>,
}

/// The row as an event; nothing where it tells of no account, or of one to which nothing was done
/// yet: an intent is no change.
pub(super) fn tell(row: &JournalRow) -> Option<String> {
    let ended = Ended::of(&row.act)?;
    let detail = detail(row);
    let text = |key: &str| detail.get(key).and_then(Value::as_str);
    let (account, remedy) = (text("account")?, text("remedy")?);
    let activity = Activity::of(remedy, ended.undo)?;
    let status = if ended.success { "Success" } else { "Failure" };
    let event = AccountChange {
        class_uid: CLASS_UID,
        class_name: "Account Change",
        category_uid: 3,
        category_name: "Identity & Access Management",
        activity_id: activity.id,
        activity_name: activity.name,
        type_uid: CLASS_UID * 100 + activity.id,
        type_name: format!("Account Change: {}", activity.name),
        time: time(row)?,
        severity_id: ended.severity.id(),
        severity: ended.severity.word(),
        status_id: if ended.success { 1 } else { 2 },
        status,
        status_code: &row.act,
        status_detail: text("note").filter(|note| !note.is_empty()),
        message: format!("{} {account}: {}", activity.name, ended.words),
        actor: Actor {
            user: Name { name: &row.actor },
        },
        user: User {
            uid: account,
            name: account,
            type_id: 1,
            r#type: "User",
        },
        metadata: Metadata::of(row, row.hash.clone()),
        unmapped: Unmapped {
            remedy,
            journal: Row::of(row),
        },
    };
    Some(escape::json::line(&event))
}
