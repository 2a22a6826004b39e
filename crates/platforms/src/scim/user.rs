//! What a SCIM user says, read with the patience that servers need.

use avert_model::{Account, AccountId, AccountStatus, DisplayName, Email, Handle, Timestamp};
use avert_ops::ports::{Footprint, PortError, PortErrorKind};
use serde_json::Value;

use super::{failed, text};

/// An attribute; names are compared without case (RFC 7643, 2.1).
pub(super) fn attribute<'a>(resource: &'a Value, name: &str) -> Option<&'a Value> {
    let attributes = resource.as_object()?;
    attributes
        .get(name)
        .or_else(|| {
            attributes
                .iter()
                .find(|(given, _)| given.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        })
        // Null is how absence may be written (RFC 7643, 2.5).
        .filter(|value| !value.is_null())
}

/// The name under which a resource has an attribute, or the one the standard gives it.
pub(super) fn name_of(resource: &Value, name: &'static str) -> String {
    let given = resource.as_object().and_then(|attributes| {
        attributes
            .keys()
            .find(|given| given.eq_ignore_ascii_case(name))
    });
    given.map_or_else(|| name.to_owned(), Clone::clone)
}

/// Whether a user is active; none where the server does not say.
pub(super) fn active(user: &Value, request: &str) -> Result<Option<bool>, PortError> {
    match attribute(user, "active") {
        None => Ok(None),
        Some(Value::Bool(active)) => Ok(Some(*active)),
        Some(Value::String(word)) if word.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(Value::String(word)) if word.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => {
            let kind =
                PortErrorKind::Protocol("the user's 'active' is neither true nor false".into());
            Err(failed(request, kind))
        }
    }
}

/// The status that `active` means. A server that does not say lets people in.
pub(super) fn status(active: Option<bool>) -> AccountStatus {
    if active == Some(false) {
        AccountStatus::Disabled
    } else {
        AccountStatus::Active
    }
}

/// The users of a list.
pub(super) fn resources<'a>(list: &'a Value, request: &str) -> Result<&'a [Value], PortError> {
    match attribute(list, "Resources") {
        Some(Value::Array(users)) => Ok(users),
        // A list of nobody may come without it (RFC 7644, 3.4.2).
        None if attribute(list, "totalResults").and_then(Value::as_u64) == Some(0) => Ok(&[]),
        _ => {
            let kind = PortErrorKind::Protocol("the answer is no list of users".into());
            Err(failed(request, kind))
        }
    }
}

/// What acting on a user would cost, as far as SCIM tells.
pub(super) fn footprint(user: &Value) -> Footprint {
    Footprint {
        created_at: created_at(user),
        language: language(user),
        country: best(user, "addresses", "country").and_then(country),
        ..Footprint::default()
    }
}

/// A user as a row of the snapshot, under the id that it is known by.
pub(super) fn account(user: &Value, id: &str, active: Option<bool>) -> Account {
    let name = attribute(user, "name");
    let shown = text(user, "displayName").or_else(|| text(name?, "formatted"));
    let place = best(user, "addresses", "locality").or_else(|| best(user, "addresses", "country"));
    Account {
        handle: text(user, "userName").map(Handle::new),
        display_name: shown.map(DisplayName::new),
        created_at: created_at(user),
        email: best(user, "emails", "value").map(Email::new),
        profession: text(user, "title").map(str::to_owned),
        place: place.map(str::to_owned),
        time_zone: text(user, "timezone").map(str::to_owned),
        language: language(user),
        status: Some(status(active)),
        ..Account::bare(AccountId::new(id))
    }
}

fn created_at(user: &Value) -> Option<Timestamp> {
    text(attribute(user, "meta")?, "created")?.parse().ok()
}

/// The preferred language, which may stand as in `Accept-Language`, or the locale's.
fn language(user: &Value) -> Option<String> {
    let told = text(user, "preferredLanguage").or_else(|| text(user, "locale"))?;
    let first = told.split([',', ';']).next()?.trim().replace('_', "-");
    let is_tag = !first.is_empty()
        && first.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        });
    is_tag.then_some(first)
}

/// ISO 3166-1 alpha-2, as the schema asks for; servers hold names of countries too.
fn country(written: &str) -> Option<String> {
    let code = written.trim();
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .then(|| code.to_ascii_uppercase())
}

/// A part of the value that is marked as primary, or of the first that has it.
fn best<'a>(user: &'a Value, list: &str, part: &str) -> Option<&'a str> {
    let values = attribute(user, list)?.as_array()?;
    let primary = |value: &&Value| attribute(value, "primary") == Some(&Value::Bool(true));
    let of = |value: &'a Value| text(value, part).filter(|text| !text.is_empty());
    values
        .iter()
        .find(primary)
        .and_then(of)
        .or_else(|| values.iter().find_map(of))
}
