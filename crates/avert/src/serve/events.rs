//! What happens, told to whoever listens (server-sent events), so that every open page is current.
//!
//! The journal is followed, so that what other processes do on the same store is told as well.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use avert_ops::journal;
use avert_ops::ports::Pause as _;
use avert_ops::store::Store;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::Stream;
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

use super::access;
use super::call::{Caller, not_signed_in};
use super::problem::Problem;
use super::reply::Reply;
use super::routes::Access;
use super::runner::Running;
use super::server::Server;
use crate::clock::SystemPause;
use crate::failure::Failure;

/// Something that happened.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Event {
    /// A row of the journal.
    Change {
        seq: u64,
        act: String,
        subject: String,
    },
    /// How far work has come.
    Running(Running),
    /// Work that was begun here ended.
    Ended { id: String },
}

impl Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Change { .. } => "change",
            Self::Running(_) => "running",
            Self::Ended { .. } => "ended",
        }
    }
}

/// How often the journal is looked at while somebody listens.
const EVERY: Duration = Duration::from_millis(250);

/// Of this many rows at once only the last of each subject are told.
const MOST_AT_ONCE: usize = 256;

/// How often it is asked whether whoever listens still may.
const LOOKS: Duration = Duration::from_secs(15);

/// How long one connection is kept; browsers come again by themselves, and show anew who they are.
const LONGEST: Duration = Duration::from_mins(15);

/// Follows the journal as long as the process lives.
pub(super) fn follow(server: &Arc<Server>) {
    let (server, printer) = (Arc::clone(server), server.printer);
    let follow = move || {
        let mut store = None;
        let mut known = None;
        while !server.runner.is_stopping() {
            SystemPause.pause(EVERY);
            if server.events.receiver_count() == 0 {
                known = None;
                continue;
            }
            // A connection that broke is made anew at the next look.
            store = look(&server, store.take(), &mut known).ok();
        }
    };
    let thread = std::thread::Builder::new()
        .name("follow the journal".into())
        .spawn(follow);
    if let Err(error) = thread {
        printer.talk(&format!(
            "open pages are not kept current: no thread could be started: {error}"
        ));
    }
}

/// Tells what was written since the last look; at the first, only how long the journal is.
fn look(server: &Server, store: Option<Store>, known: &mut Option<u64>) -> Result<Store, Failure> {
    let store = match store {
        Some(store) => store,
        None => server.store()?,
    };
    let Some(after) = *known else {
        *known = Some(journal::length(&store)?);
        return Ok(store);
    };
    let mut rows: Vec<(u64, String, String)> = Vec::new();
    journal::after(&store, after, |row| {
        if rows.len() >= MOST_AT_ONCE {
            rows.retain(|(_, _, subject)| *subject != row.subject);
        }
        rows.push((row.seq, row.act, row.subject));
        rows.len() < MOST_AT_ONCE * 4
    })?;
    for (seq, act, subject) in rows {
        *known = Some(seq);
        let _ = server.events.send(Event::Change { seq, act, subject });
    }
    Ok(store)
}

/// Answers whoever wants to listen.
pub(super) async fn answer(State(server): State<Arc<Server>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let person = match still_may(&server, &headers).await {
        Ok(person) => person,
        Err(problem) => return Reply::from(problem).into_response(),
    };
    let Some(place) = Place::take(&server, &person) else {
        let text = "too many pages are listening already";
        let problem = Problem::new(503, "server/busy", text).retry_after(10);
        let close = ("close", axum::http::header::CONNECTION);
        return Reply::from(problem).with(close.1, close.0).into_response();
    };
    let (send, receive) = mpsc::channel(64);
    tokio::spawn(pass_on(Arc::clone(&server), headers, send));
    let stream = Listening {
        receive,
        _place: place,
    };
    let alive = KeepAlive::new().interval(Duration::from_secs(15));
    Sse::new(stream).keep_alive(alive).into_response()
}

/// Whoever listens, if they may: what they hold was not ended, and the configuration knows them.
async fn still_may(server: &Arc<Server>, headers: &HeaderMap) -> Result<String, Problem> {
    let (server, headers) = (Arc::clone(server), headers.clone());
    let looked = tokio::task::spawn_blocking(move || {
        let caller = access::identify(&server, &headers, access::Use::Look)?;
        access::admit(&caller, Access::Read, &Method::GET, &headers)?;
        let person = match caller {
            Caller::Browser(session) => session.person,
            Caller::Program(token) => token.owner,
            Caller::Nobody => return Err(not_signed_in()),
        };
        server.setup().people().actor(&person)?;
        Ok(person)
    });
    let bug = || Problem::new(500, "server/bug", "the server has a bug");
    looked.await.unwrap_or_else(|_| Err(bug()))
}

/// Passes on what happens, until whoever listens is gone, may not any more, or it is time to come again.
async fn pass_on(server: Arc<Server>, headers: HeaderMap, send: mpsc::Sender<Sent>) {
    let mut events = server.events.subscribe();
    let hello = Sent::default()
        .event("hello")
        .data(env!("CARGO_PKG_VERSION"));
    if send.send(hello).await.is_err() {
        return;
    }
    let mut until = std::pin::pin!(tokio::time::sleep(LONGEST));
    let mut look = tokio::time::interval(LOOKS);
    look.tick().await;
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = send.closed() => return,
            () = &mut until => return,
            _ = look.tick() => {
                if still_may(&server, &headers).await.is_err() {
                    return;
                }
                continue;
            }
        };
        let told = match event {
            Ok(event) => {
                let data = serde_json::to_string(&event).unwrap_or_default();
                Sent::default().event(event.name()).data(data)
            }
            // Whoever was too slow reads everything anew.
            Err(RecvError::Lagged(_)) => Sent::default().event("lagged").data("{}"),
            Err(RecvError::Closed) => return,
        };
        if send.send(told).await.is_err() {
            return;
        }
    }
}

/// The most pages that listen.
pub(super) const MOST_LISTENERS: usize = 512;

/// The most of them that are one person's.
const MOST_OF_ONE: usize = 32;

/// How many pages listen, by person.
#[derive(Debug, Default)]
pub(super) struct Listeners(Mutex<BTreeMap<String, usize>>);

impl Listeners {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.lock().values().sum()
    }
}

/// A place among those who listen; free again when dropped.
struct Place {
    server: Arc<Server>,
    person: String,
}

impl Place {
    fn take(server: &Arc<Server>, person: &str) -> Option<Self> {
        let mut listeners = server.listeners.lock();
        let own = listeners.get(person).copied().unwrap_or_default();
        if own >= MOST_OF_ONE || listeners.values().sum::<usize>() >= MOST_LISTENERS {
            return None;
        }
        listeners.insert(person.to_owned(), own + 1);
        drop(listeners);
        Some(Self {
            server: Arc::clone(server),
            person: person.to_owned(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut listeners = self.server.listeners.lock();
        if let Some(own) = listeners.get_mut(&self.person) {
            *own -= 1;
            if *own == 0 {
                listeners.remove(&self.person);
            }
        }
    }
}

/// What one listener gets.
struct Listening {
    receive: mpsc::Receiver<Sent>,
    _place: Place,
}

impl Stream for Listening {
    type Item = Result<Sent, Infallible>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut TaskContext<'_>,
    ) -> Poll<Option<Self::Item>> {
        self.receive.poll_recv(context).map(|sent| sent.map(Ok))
    }
}
