//! `/metrics`, in the text format of Prometheus. Figures only: nobody's name, no id.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use avert_ops::access::Scope;
use avert_ops::{freeze, journal, overview};
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{IntoResponse as _, Response};

use super::access;
use super::call::Caller;
use super::gate::{is_loopback, only_host, peer};
use super::problem::Problem;
use super::reply::Reply;
use super::server::Server;

/// What is counted.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    requests: Mutex<BTreeMap<(String, &'static str, u16), u64>>,
}

impl Metrics {
    /// Counts an answer.
    pub(super) fn count(&self, method: &Method, path: &'static str, status: u16) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests
            .entry((method.to_string(), path, status))
            .or_default() += 1;
    }
}

/// Answers whoever is on this machine, and tokens of the scope `metrics`.
pub(super) async fn answer(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let headers = parts.headers.clone();
    // A proxy on this machine passes on what comes from elsewhere, and says so.
    let is_passed_on = ["forwarded", "x-forwarded-for", "via"]
        .into_iter()
        .any(|name| headers.contains_key(name));
    let is_here = peer(&server.setup().config.serve, &parts).is_loopback()
        && only_host(&headers).is_ok_and(is_loopback)
        && !is_passed_on
        && server.setup().config.serve.url.is_none();
    let answered = tokio::task::spawn_blocking(move || {
        if !is_here {
            let may = match access::identify(&server, &headers, access::Use::Look)? {
                Caller::Program(token) => {
                    server.setup().people().actor(&token.owner)?;
                    token.scopes.contains(&Scope::Metrics)
                }
                _ => false,
            };
            if !may {
                return Err(Problem::new(
                    403,
                    "access/scope",
                    "this takes a token of scope metrics",
                ));
            }
        }
        text(&server)
    });
    match answered.await {
        Ok(Ok(text)) => {
            let kind = "text/plain; version=0.0.4; charset=utf-8";
            Reply::document(axum::http::StatusCode::OK, kind, text.into_bytes()).into_response()
        }
        Ok(Err(problem)) => Reply::from(problem).into_response(),
        Err(_) => Reply::from(Problem::new(500, "server/bug", "a bug")).into_response(),
    }
}

/// One figure: its name, what it is, whether it only grows, and its values by their labels.
fn figure(
    text: &mut String,
    (name, help, grows): (&str, &str, bool),
    values: impl IntoIterator<Item = (String, u64)>,
) {
    let kind = if grows { "counter" } else { "gauge" };
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (labels, value) in values {
        let _ = writeln!(text, "{name}{labels} {value}");
    }
}

fn plain(value: u64) -> [(String, u64); 1] {
    [(String::new(), value)]
}

fn text(server: &Server) -> Result<String, Problem> {
    let (work, frozen, rows) = server.with_store(|store| {
        Ok::<_, Problem>((
            overview::work(store)?,
            freeze::standing(store)?.is_some(),
            journal::length(store)?,
        ))
    })?;
    let mut text = String::new();
    let requests = server
        .metrics
        .requests
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    figure(
        &mut text,
        ("avert_http_requests_total", "Requests answered.", true),
        requests.into_iter().map(|((method, path, status), count)| {
            let labels = format!("{{method=\"{method}\",path=\"{path}\",status=\"{status}\"}}");
            (labels, count)
        }),
    );
    let listeners = server.listeners.count();
    figure(
        &mut text,
        (
            "avert_event_listeners",
            "Open pages that listen to events.",
            false,
        ),
        plain(listeners as u64),
    );
    figure(
        &mut text,
        ("avert_frozen", "1 while everything is frozen.", false),
        plain(frozen.into()),
    );
    figure(
        &mut text,
        ("avert_journal_rows", "Rows of the journal.", true),
        plain(rows),
    );
    let by_state = |states: Vec<String>| {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for state in states {
            *counts.entry(format!("{{state=\"{state}\"}}")).or_default() += 1;
        }
        counts
    };
    figure(
        &mut text,
        (
            "avert_plans",
            "Takedown plans that are not done with, by state.",
            false,
        ),
        by_state(work.plans.into_iter().map(|plan| plan.head.state).collect()),
    );
    figure(
        &mut text,
        (
            "avert_notice_lists",
            "Notice lists that are not done with, by state.",
            false,
        ),
        by_state(work.lists.into_iter().map(|list| list.head.state).collect()),
    );
    figure(
        &mut text,
        (
            "avert_appeals_waiting",
            "Appeals that nobody has decided.",
            false,
        ),
        plain(work.appeals.len() as u64),
    );
    figure(
        &mut text,
        (
            "avert_operations_running",
            "Takedowns and notices under way in this process.",
            false,
        ),
        plain(server.runner.all().len() as u64),
    );
    Ok(text)
}
