//! Any platform that speaks SCIM 2.0: users are read, made inactive and made active again.
//!
//! It finds a user, turns its `active` and nothing else, and puts it back to what it was, absent
//! included. It is liberal in what it reads (servers write `"active": "False"`, or `Active`) and
//! strict in what it sends. It acts on nobody whom the answer does not name exactly as asked: a server
//! that ignores a filter answers with somebody else.
//!
//! Source: RFC 7643 (schema) and RFC 7644 (protocol).

mod act;
mod read;
mod user;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use avert_model::AccountId;
use avert_ops::ports::{Effect, Pace, Pause, PortError, PortErrorKind};
use serde_json::Value;

use self::user::attribute;
use crate::http::{Client, Dialect, Manner, Request, segment};
use crate::settings::{AccountIs, ScimSettings, Secret, SettingsError, guarded_base_of, pace};

/// How errors and plans name the request for one user.
const USER: &str = "GET /Users/…";
/// How they name the search for one.
const SEARCH: &str = "GET /Users?filter=…";
/// How many users are kept at most between a look and a change.
const SEEN: usize = 1024;

/// A SCIM service provider.
pub struct Scim {
    name: String,
    http: Client,
    /// Waits while all users are read; whoever acts is never waited for here.
    pause: Box<dyn Pause>,
    account_is: AccountIs,
    secure_by_password: bool,
    pace: Pace,
    /// What the server says it can, once it has been asked.
    known: Mutex<Option<Known>>,
    /// Users as they were when they were last looked at, for the change that follows from that look.
    seen: Mutex<BTreeMap<AccountId, Found>>,
    /// Whose password was replaced by this process: no answer shows it.
    secured: Mutex<BTreeSet<AccountId>>,
}

impl Scim {
    /// Reads the settings and the token. Nothing is called yet.
    ///
    /// # Errors
    /// [`SettingsError`] when a value makes no sense, or the token cannot be had.
    pub fn open(
        name: &str,
        settings: &ScimSettings,
        base: &Path,
        pause: Box<dyn Pause>,
    ) -> Result<Self, SettingsError> {
        let token = Secret::read(
            "token",
            settings.token_file.as_deref(),
            settings.token_env.as_deref(),
            base,
        )?;
        let manner = Manner {
            dialect: Dialect::Scim,
            token: Some(token),
            timeout_seconds: settings.timeout_seconds,
            at_once: settings.at_once,
        };
        Ok(Self {
            name: name.to_owned(),
            http: Client::new(&guarded_base_of(&settings.url)?, manner),
            pause,
            account_is: settings.account_is,
            secure_by_password: settings.secure_by_password,
            pace: pace(settings.at_once, settings.per_second)?,
            known: Mutex::default(),
            seen: Mutex::default(),
            secured: Mutex::default(),
        })
    }

    /// The user that an account is, just read.
    fn find(&self, account: &AccountId) -> Result<Found, PortError> {
        let wanted = account.as_str();
        if wanted.is_empty() {
            // An empty last segment would ask for everybody.
            return Err(failed(USER, PortErrorKind::NotFound("no id".into())));
        }
        let (user, etag) = if self.account_is == AccountIs::Id {
            let request = Request::get(USER, format!("/Users/{}", segment(wanted))).hiding(wanted);
            let answer = self.http.once(&request)?;
            (answer.value, answer.etag)
        } else {
            (self.search(wanted)?, None)
        };
        if text(&user, self.account_is.attribute()) != Some(wanted) {
            let kind = "the server gave another user than the one asked for";
            return Err(failed(USER, PortErrorKind::Protocol(kind.into())));
        }
        let id = text(&user, "id").filter(|id| !id.is_empty());
        let id =
            id.ok_or_else(|| failed(USER, PortErrorKind::Protocol("the user has no 'id'".into())))?;
        let version = attribute(&user, "meta").and_then(|meta| text(meta, "version"));
        Ok(Found {
            id: id.to_owned(),
            version: version.map(str::to_owned).or(etag),
            user,
        })
    }

    /// Keeps a user for the change that may follow from this look, where the server promises to refuse
    /// a change of another version: otherwise nothing would tell that it is no longer so.
    fn remember(&self, account: &AccountId, found: Found) {
        let known = *self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Of a server that changes whole users only, as little time as possible goes by.
        if known.is_some_and(|known| known.patches && known.versions) && found.condition().is_some()
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if seen.len() >= SEEN {
                seen.clear();
            }
            seen.insert(account.clone(), found);
        }
    }

    /// The user as it was seen last, once, and otherwise as it is now. What is written with the seen
    /// version is refused if anybody has written since, so no change goes past the look it follows from.
    fn seen_or_found(&self, account: &AccountId) -> Result<Found, PortError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let last = seen.remove(account);
        drop(seen);
        last.map_or_else(|| self.find(account), Ok)
    }

    /// The one user whose attribute has exactly this value.
    fn search(&self, wanted: &str) -> Result<Value, PortError> {
        // Strings in a filter are JSON strings (RFC 7644, 3.4.2.2).
        let attribute = self.account_is.attribute();
        let filter = format!("{attribute} eq {}", Value::from(wanted));
        let path = format!("/Users?filter={}", segment(&filter));
        let answer = self.http.once(&Request::get(SEARCH, path).hiding(wanted))?;
        let mut users = user::resources(&answer.value, SEARCH)?.iter();
        let Some(first) = users.next() else {
            let kind = PortErrorKind::NotFound("no such user".into());
            return Err(failed(SEARCH, kind));
        };
        if users.next().is_some() {
            let kind = "the server gave several users where one was asked for";
            return Err(failed(SEARCH, PortErrorKind::Protocol(kind.into())));
        }
        Ok(first.clone())
    }
}

/// What a server says it can (RFC 7643, 5).
#[derive(Debug, Clone, Copy)]
struct Known {
    /// Change a part of a resource.
    patches: bool,
    /// Refuse a change of another version than `If-Match` says.
    versions: bool,
}

/// A user as the server has it.
struct Found {
    /// The server's own id, whatever the account is known by.
    id: String,
    /// What `If-Match` says, so that nothing is written over what somebody else writes meanwhile.
    version: Option<String>,
    user: Value,
}

impl Found {
    /// What `If-Match` is to say. A version that cannot stand in a header is none.
    fn condition(&self) -> Option<&String> {
        let version = self.version.as_ref();
        version.filter(|text| text.bytes().all(|byte| (b' '..=b'~').contains(&byte)))
    }
}

/// A text among a resource's attributes.
fn text<'a>(resource: &'a Value, name: &str) -> Option<&'a str> {
    attribute(resource, name).and_then(Value::as_str)
}

/// A failure to read; nothing can have happened.
fn failed(request: &str, kind: PortErrorKind) -> PortError {
    PortError {
        request: request.to_owned(),
        kind,
        effect: Effect::None,
    }
}

#[cfg(test)]
mod server;
#[cfg(test)]
mod tests;
