//! One request, for whoever answers it: who asks, where, and for what.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use avert_ops::access::{Session, Token};
use avert_ops::desk::Desk;
use avert_ops::people::Actor;
use avert_ops::store::Store;
use serde::de::DeserializeOwned;

use super::access::SessionSecret;
use super::problem::Problem;
use super::server::Server;
use crate::clock::{SystemClock, SystemPause};
use crate::context::Context;

/// Who asks.
#[derive(Debug, Clone)]
pub(super) enum Caller {
    /// Nobody who said who they are.
    Nobody,
    /// Somebody who is signed in.
    Browser(Session),
    /// A program, in somebody's name.
    Program(Token),
}

impl Caller {
    /// In whose name; nothing where nobody said.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Nobody => "",
            Self::Browser(session) => &session.person,
            Self::Program(token) => &token.owner,
        }
    }
}

/// One request.
pub(super) struct Call<'a> {
    pub(super) server: &'a Arc<Server>,
    /// The configuration as it was when the request came in.
    pub(super) setup: Arc<Context<'static>>,
    pub(super) caller: Caller,
    pub(super) peer: IpAddr,
    /// The parts of the path that differ.
    pub(super) path: Vec<(String, String)>,
    pub(super) query: String,
    pub(super) sent: &'a [u8],
    /// Whether what was sent says that it is JSON.
    pub(super) is_json: bool,
    /// A session's secret that came along, whether or not it is good for anything.
    pub(super) secret: Option<SessionSecret>,
}

impl Call<'_> {
    /// What the address asks for after the question mark.
    pub(super) fn query<Q: DeserializeOwned>(&self) -> Result<Q, Problem> {
        serde_urlencoded::from_str(&self.query)
            .map_err(|error| Problem::unclear(format!("the query cannot be understood: {error}")))
    }

    /// What was sent.
    pub(super) fn body<B: DeserializeOwned>(&self) -> Result<B, Problem> {
        let sent: &[u8] = if self.sent.is_empty() {
            b"{}"
        } else {
            self.sent
        };
        if !self.sent.is_empty() && !self.is_json {
            return Err(Problem::new(
                415,
                "request/not-json",
                "what was sent does not say that it is JSON",
            )
            .hint("send it as content-type: application/json"));
        }
        serde_json::from_slice(sent).map_err(|error| {
            Problem::unclear(format!("what was sent cannot be understood: {error}"))
        })
    }

    /// An id that stands in the path.
    pub(super) fn id<T: FromStr>(&self, name: &str) -> Result<T, Problem>
    where
        T::Err: std::fmt::Display,
    {
        let text = self.text(name)?;
        text.parse()
            .map_err(|error: T::Err| Problem::not_found(error.to_string()))
    }

    /// A word that stands in the path.
    pub(super) fn text(&self, name: &str) -> Result<&str, Problem> {
        let found = self.path.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .ok_or_else(|| Problem::not_found(format!("the address has no {name}")))
    }

    /// In whose name it is asked.
    pub(super) fn person(&self) -> Option<&str> {
        match &self.caller {
            Caller::Nobody => None,
            Caller::Browser(session) => Some(&session.person),
            Caller::Program(token) => Some(&token.owner),
        }
    }

    /// Whoever asks, as the configuration knows them now.
    pub(super) fn actor(&self) -> Result<Actor, Problem> {
        let name = self.person().ok_or_else(not_signed_in)?;
        Ok(self.setup.people().actor(name)?)
    }

    /// Reads from the store.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let mut problem = None;
        let done = self.server.with_store(|store| match work(store) {
            Ok(value) => Ok(Some(value)),
            // A refusal says nothing against the connection; a store that failed does.
            Err(found) if found.status < 500 => {
                problem = Some(found);
                Ok(None)
            }
            Err(found) => Err(found),
        })?;
        done.ok_or_else(|| problem.expect("without a value there is a problem"))
    }

    /// Does something in the name of whoever asks.
    pub(super) fn at_desk<T>(
        &self,
        work: impl FnOnce(&mut Desk<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let actor = self.actor()?;
        let people = self.setup.people();
        self.read(|store| {
            work(&mut Desk {
                store,
                clock: &SystemClock,
                pause: &SystemPause,
                actor: &actor,
                people: &people,
            })
        })
    }
}

/// What whoever is not signed in is told.
pub(super) fn not_signed_in() -> Problem {
    Problem::new(401, "access/not-signed-in", "you are not signed in")
        .hint("sign in, or send a token: `Authorization: Bearer avert_…`")
}
