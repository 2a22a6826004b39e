//! `avert serve`: the API under `/v1`, and the console on `/`.
//!
//! It adds no power: every request ends in the same calls of `ops` as a command, in somebody's name, with
//! the same roles and the same approvals. What it adds is who that somebody is ([`access`]), where an answer
//! goes ([`routes`]), and work that goes on when the answer is out ([`runner`]).
//!
//! Requests are answered by plain calls on threads of their own; asynchronous are only the sockets.

mod access;
#[expect(
    clippy::needless_pass_by_value,
    reason = "a handler is given what was sent, whether or not it keeps it"
)]
mod api;
mod assets;
mod call;
mod events;
mod gate;
mod listen;
mod metrics;
mod oidc;
mod openapi;
mod problem;
mod reply;
mod routes;
mod runner;
mod server;
mod settings;

use std::sync::Arc;

use avert_model::{Clock as _, SignedDuration};
use avert_ops::access::{Proof, invite_first};
use avert_ops::overview;

pub(crate) use self::settings::ServeSettings;

use self::server::Server;
use crate::args::{Global, Serve};
use crate::clock::{SystemClock, random_secret};
use crate::commands::Answer;
use crate::failure::Failure;
use crate::printer::Printer;

/// How long the first link lets somebody in.
const FIRST_LINK: SignedDuration = SignedDuration::from_hours(24);

/// Serves until it is told to stop.
pub(crate) fn run(args: &Serve, global: &Global, printer: Printer) -> Result<Answer, Failure> {
    // It lives as long as the process.
    let printer: &'static Printer = Box::leak(Box::new(printer));
    let server = Arc::new(Server::open(args, global, printer)?);
    let runtime = listen::runtime()?;
    let (listener, address) = runtime.block_on(listen::bind(&args.listen))?;
    server.serves_at(address);
    greet(&server)?;
    events::follow(&server);
    let answered = runtime.block_on(listen::serve(&server, listener));
    // What is under way ends with the account or person it is at, and can be resumed.
    server.runner.stop_and_wait();
    answered.map(|()| Answer::Done)
}

/// Says where it is, and lets the first operator in where nobody can sign in yet.
fn greet(server: &Server) -> Result<(), Failure> {
    let setup = server.setup();
    let url = server.url();
    server.printer.talk(&format!("serving on {url}"));
    let mut store = server.store()?;
    overview::index(&mut store)?;
    if !setup.config.serve.passwords {
        return Ok(());
    }
    let secret = random_secret();
    let until = SystemClock.now().checked_add(FIRST_LINK);
    let until = until.unwrap_or_else(|_| SystemClock.now());
    let proof = Proof::of(&secret);
    let first = invite_first(&mut store, &setup.people(), &SystemClock, &proof, until)?;
    if let Some(invitation) = first {
        server.printer.talk(&format!(
            "nobody can sign in yet. This link lets {} set a password, once, until {}:\n  {url}/#/invitation/{secret}",
            invitation.person,
            crate::text::moment(invitation.expires_at),
        ));
    }
    Ok(())
}
