//! What happens, told to whoever listens (server-sent events), so that every open page is current.
//!
//! The journal is followed, so that what other processes do on the same store is told as well.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use avert_ops::journal;
use avert_ops::ports::Pause as _;
use avert_ops::store::Store;
use axum::extract::{Request, State};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::Stream;
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::access;
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
    let Ok(permit) = Arc::clone(&server.listeners).try_acquire_owned() else {
        let text = "too many are listening already";
        return Reply::from(Problem::new(503, "server/busy", text).retry_after(10)).into_response();
    };
    let headers = request.headers().clone();
    let asked = Arc::clone(&server);
    let known = tokio::task::spawn_blocking(move || {
        let caller = access::identify(&asked, &headers)?;
        access::admit(&caller, Access::Read, &axum::http::Method::GET, &headers)
    });
    match known.await {
        Ok(Ok(())) => {}
        Ok(Err(problem)) => return Reply::from(problem).into_response(),
        Err(_) => return Reply::from(Problem::new(500, "server/bug", "a bug")).into_response(),
    }
    let (send, receive) = mpsc::channel(64);
    tokio::spawn(pass_on(server.events.subscribe(), send));
    let stream = Listening {
        receive,
        _permit: permit,
    };
    let alive = KeepAlive::new().interval(Duration::from_secs(15));
    Sse::new(stream).keep_alive(alive).into_response()
}

/// Passes on what happens, until whoever listens is gone or it is time to come again.
async fn pass_on(mut events: Receiver<Event>, send: mpsc::Sender<Sent>) {
    let hello = Sent::default()
        .event("hello")
        .data(env!("CARGO_PKG_VERSION"));
    if send.send(hello).await.is_err() {
        return;
    }
    let until = tokio::time::sleep(LONGEST);
    let mut until = std::pin::pin!(until);
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = send.closed() => return,
            () = &mut until => return,
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

/// What one listener gets.
struct Listening {
    receive: mpsc::Receiver<Sent>,
    _permit: OwnedSemaphorePermit,
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
