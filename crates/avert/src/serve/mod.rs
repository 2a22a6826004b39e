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
mod crowd;
mod events;
mod gate;
mod listen;
mod metrics;
mod oidc;
mod openapi;
mod patience;
mod problem;
mod reply;
mod routes;
mod runner;
mod server;
mod settings;
mod taxii;
mod tls;
mod turns;

use std::sync::Arc;

use avert_model::{Clock as _, SignedDuration, Timestamp};
use avert_ops::access::{AccessError, Proof, invite, invite_first};
use avert_ops::desk::Desk;
use avert_ops::people::Role;

pub(crate) use self::settings::ServeSettings;

use self::server::Server;
use crate::args::{Global, Serve};
use crate::clock::{SystemClock, SystemPause, random_secret};
use crate::commands::Answer;
use crate::failure::Failure;
use crate::printer::Printer;

/// How long the first link lets somebody in.
const FIRST_LINK: SignedDuration = SignedDuration::from_hours(24);

/// Serves until it is told to stop.
pub(crate) fn run(args: &Serve, global: &Global, printer: Printer) -> Result<Answer, Failure> {
    serve(&args.listen, global, printer, greet)
}

/// Serves the demo, with links for everybody, on this address or on any free port of this machine.
pub(crate) fn demo(listen: &str, global: &Global, printer: Printer) -> Result<Answer, Failure> {
    let is_free = std::net::TcpListener::bind(listen).is_ok();
    let listen = if is_free { listen } else { "127.0.0.1:0" };
    serve(listen, global, printer, let_everybody_in)
}

fn serve(
    listen: &str,
    global: &Global,
    printer: Printer,
    greet: fn(&Server) -> Result<(), Failure>,
) -> Result<Answer, Failure> {
    // It lives as long as the process.
    let printer: &'static Printer = Box::leak(Box::new(printer));
    let server = Arc::new(Server::open(global, printer)?);
    let runtime = listen::runtime()?;
    let (listener, address) = runtime.block_on(listen::bind(listen))?;
    server.serves_at(address);
    let url = server.url();
    server.printer.talk(&format!("serving on {url}"));
    if !address.ip().is_loopback() && server.setup().config.serve.url.is_none() {
        server.printer.talk(
            "others than this machine are refused until avert.toml says which address they use: \
             [serve] url = \"https://…\"",
        );
    }
    greet(&server)?;
    events::follow(&server);
    let answered = runtime.block_on(listen::serve(&server, listener));
    // What is under way ends with the account or person it is at, and can be resumed.
    server.runner.stop_and_wait();
    answered.map(|()| Answer::Done)
}

fn in_so_long(lasts: SignedDuration) -> Timestamp {
    let now = SystemClock.now();
    now.checked_add(lasts).unwrap_or(now)
}

/// Lets the first operator in where nobody can sign in yet.
fn greet(server: &Server) -> Result<(), Failure> {
    let setup = server.setup();
    if !setup.config.serve.passwords {
        return Ok(());
    }
    let (mut store, secret) = (server.store()?, random_secret());
    let (proof, until) = (Proof::of(&secret), in_so_long(FIRST_LINK));
    let first = invite_first(&mut store, &setup.people(), &SystemClock, &proof, until)?;
    if let Some(invitation) = first {
        server.printer.talk(&format!(
            "nobody can sign in yet. This link lets {} set a password, once, until {}:\n  {}",
            invitation.person,
            crate::text::moment(invitation.expires_at),
            link(server, &secret),
        ));
    }
    Ok(())
}

/// Where somebody with this secret sets their password.
fn link(server: &Server, secret: &str) -> String {
    format!("{}/#/invitation/{secret}", server.url())
}

/// What the demo has to show, as the console's addresses spell it.
const DEMO_CASE: &str = "cases/case-1";

/// Makes links for everybody of the configuration, who has no password yet.
fn let_everybody_in(server: &Server) -> Result<(), Failure> {
    let setup = server.setup();
    let people = setup.people();
    let operators = people.with(Role::Operator);
    let first = operators.first().ok_or(AccessError::NoOperator)?;
    let actor = people.actor(first)?;
    let mut store = server.store()?;
    let mut desk = Desk {
        store: &mut store,
        clock: &SystemClock,
        pause: &SystemPause,
        actor: &actor,
        people: &people,
    };
    for (name, person) in &setup.config.people {
        let secret = random_secret();
        invite(&mut desk, name, &Proof::of(&secret), in_so_long(FIRST_LINK))?;
        let roles: Vec<String> = person.roles.iter().map(ToString::to_string).collect();
        server.printer.talk(&format!(
            "  {name}, {}\n    {}/{DEMO_CASE}",
            roles.join(", "),
            link(server, &secret)
        ));
    }
    server.printer.talk("Ctrl-C ends it; the data folder stays");
    Ok(())
}
