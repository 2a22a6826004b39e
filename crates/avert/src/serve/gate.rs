//! The way of a request through the server: is it for us, who asks, may they, and then the answer.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequestParts as _, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, any, get, on};
use futures_util::StreamExt as _;

use super::access::{self, cookie};
use super::call::Call;
use super::problem::Problem;
use super::reply::Reply;
use super::routes::{Access, Operation, Routes};
use super::server::Server;
use super::settings::ServeSettings;
use super::turns::NoTurn;
use super::{api, assets, events, metrics, oidc, openapi, taxii};

/// The most that a request may bring: an appeal's text, a decision's reason, a plan's edits.
const MOST_BYTES: usize = 1 << 20;

/// The most that one may bring who does not have to say who they are.
const MOST_OF_STRANGERS: usize = 16 << 10;

/// How long a request may take to bring it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything that is answered.
pub(super) fn router(server: &Arc<Server>) -> Router {
    let mut table = Routes::new();
    api::register(&mut table);
    // Sent to many at once, they are copied for none.
    let document = Bytes::from(openapi::document(&mut table));
    let readable = Bytes::from(openapi::page(&table));
    let mut router = Router::new();
    for operation in table.operations {
        router = router.route(operation.path, method(Arc::new(operation)));
    }
    router
        .route("/healthz", get(async || "ok\n"))
        .route("/metrics", get(metrics::answer))
        .route("/v1/events", get(events::answer))
        .route("/v1/oidc/start", get(oidc::start))
        .route("/v1/oidc/callback", get(oidc::callback))
        .route(
            "/v1/openapi.json",
            get(async move || document_of("application/json", document.clone())),
        )
        .route(
            "/v1/",
            get(async move || document_of("text/html; charset=utf-8", readable.clone())),
        )
        .route("/taxii2", any(taxii::answer))
        .route("/taxii2/", any(taxii::answer))
        .route("/taxii2/{*rest}", any(taxii::answer))
        .fallback(assets::answer)
        .method_not_allowed_fallback(async || {
            Reply::from(Problem::new(
                405,
                "request/method",
                "this cannot be asked for so",
            ))
        })
        .layer(middleware::from_fn_with_state(Arc::clone(server), around))
        .with_state(Arc::clone(server))
}

fn document_of(kind: &'static str, text: Bytes) -> Response {
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

fn method(operation: Arc<Operation>) -> axum::routing::MethodRouter<Arc<Server>> {
    let filter = MethodFilter::try_from(operation.method.clone());
    let filter = filter.expect("operations have ordinary methods");
    on(
        filter,
        async move |State(server): State<Arc<Server>>, request: Request| {
            answer(server, operation, request).await
        },
    )
}

/// Answers one operation, on a thread where plain calls may take their time.
async fn answer(server: Arc<Server>, operation: Arc<Operation>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = RawPathParams::from_request_parts(&mut parts, &()).await;
    let path = path.map(|found| {
        let pairs = found.iter();
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    });
    let Ok(path) = path else {
        return Reply::from(Problem::not_found("the address cannot be read")).into_response();
    };
    let asked = Asked {
        server,
        operation,
        parts: Arc::new(parts),
        path,
    };
    let reply = match asked.answered(body).await {
        Ok(reply) => reply,
        Err(problem) => {
            if problem.status >= 500 {
                let (method, path) = (&asked.parts.method, asked.operation.path);
                let text = format!("{method} {path}: {}", problem.detail);
                asked.server.printer.talk(&text);
            }
            problem.into()
        }
    };
    let (method, path) = (&asked.parts.method, asked.operation.path);
    let status = reply.status.as_u16();
    asked.server.metrics.count(method, path, status);
    reply.into_response()
}

/// An operation that somebody asked for.
struct Asked {
    server: Arc<Server>,
    operation: Arc<Operation>,
    parts: Arc<Parts>,
    /// The parts of the path that differ.
    path: Vec<(String, String)>,
}

impl Asked {
    /// Who asks is known before what they bring is read: strangers have no room here but for a name and a
    /// password.
    async fn answered(&self, body: Body) -> Result<Reply, Problem> {
        let is_for_all = self.operation.access == Access::Anyone;
        let brings_much = !is_for_all && !self.parts.method.is_safe();
        let mut bringing = None;
        if brings_much {
            let (server, parts) = (Arc::clone(&self.server), Arc::clone(&self.parts));
            let access = self.operation.access;
            let admitted = threaded(move || {
                let caller = access::identify(&server, &parts.headers, access::Use::Look)?;
                access::admit(&caller, access, &parts.method, &parts.headers)?;
                Ok(caller.name().to_owned())
            });
            match admitted.await {
                Ok(name) => {
                    let turn = self.server.bringing.take(&name).await;
                    bringing = Some(turn.map_err(no_turn)?);
                }
                Err(problem) => {
                    // Whoever is cut off while they send does not hear why.
                    let _ = brought(body, 0).await;
                    return Err(problem);
                }
            }
        }
        let most = if brings_much {
            MOST_BYTES
        } else {
            MOST_OF_STRANGERS
        };
        let sent = brought(body, most).await?;
        // Those that take long wait for each other, and nothing else waits for them.
        let turn = if self.operation.takes_long {
            Arc::clone(&self.server.long).acquire_owned().await.ok()
        } else {
            None
        };
        let (server, operation) = (Arc::clone(&self.server), Arc::clone(&self.operation));
        let (parts, path) = (Arc::clone(&self.parts), self.path.clone());
        threaded(move || {
            // Its end, not that of whoever waited for it, is the end of the turn.
            let _turns = (turn, bringing);
            run(&server, &operation, &parts, path, &sent)
        })
        .await
    }
}

fn no_turn(why: NoTurn) -> Problem {
    match why {
        NoTurn::Own => {
            let text = "you are sending many things already";
            Problem::new(429, "request/too-much-at-once", text).retry_after(1)
        }
        NoTurn::Others => {
            let text = "many people are sending things; nothing of this was taken";
            Problem::new(503, "request/busy", text).retry_after(5)
        }
    }
}

fn run(
    server: &Arc<Server>,
    operation: &Operation,
    parts: &Parts,
    path: Vec<(String, String)>,
    sent: &[u8],
) -> Result<Reply, Problem> {
    let caller = access::identify(server, &parts.headers, access::Use::Request)?;
    access::admit(&caller, operation.access, &parts.method, &parts.headers)?;
    let setup = server.setup();
    let call = Call {
        peer: peer(&setup.config.serve, parts),
        setup,
        server,
        caller,
        path,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        sent,
        is_json: is_json(&parts.headers),
        secret: cookie::session_of(&parts.headers, &server.url()),
    };
    // Whoever was taken out of the configuration is nobody, whatever they still hold.
    if operation.access != Access::Anyone {
        call.actor()?;
    }
    (operation.run)(&call)
}

/// Does something on a thread where plain calls may take their time.
pub(super) async fn threaded<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    // What panicked has rolled back, and its connection is gone with it.
    let bug = || {
        Problem::new(
            500,
            "server/bug",
            "the server has a bug, and nothing was changed",
        )
    };
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(bug()))
}

/// Reads what a request brings, as long as it does not take too long. What is too much is read a little further
/// and thrown away: whoever is cut off while they send does not hear why.
pub(super) async fn brought(body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    let read = async {
        let (mut brought, mut length) = (Vec::new(), 0);
        let mut pieces = body.into_data_stream();
        while let Some(piece) = pieces.next().await {
            let piece = piece
                .map_err(|_| Problem::new(400, "request/broke-off", "what was sent broke off"))?;
            length += piece.len();
            if length <= most {
                brought.extend_from_slice(&piece);
            } else if length > most.max(MOST_BYTES) * 8 {
                break;
            }
        }
        if length <= most {
            return Ok(brought);
        }
        let text = format!("this request may bring {} KiB", most / 1024);
        Err(Problem::new(413, "request/too-large", text))
    };
    let slow = || Problem::new(408, "request/too-slow", "what was sent took too long");
    tokio::time::timeout(PATIENCE, read)
        .await
        .unwrap_or_else(|_| Err(slow()))
}

/// Where a request comes from: whoever is at the other end of the connection or, where that is a proxy of ours,
/// whoever it says. Of several that passed it on, the last that is no proxy of ours: what stands before that is
/// only said.
pub(super) fn peer(settings: &ServeSettings, parts: &Parts) -> IpAddr {
    let known = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let known = known.map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(address)| {
        address.ip().to_canonical()
    });
    let told = parts.headers.get_all("x-forwarded-for").iter();
    let told: Vec<&str> = told.filter_map(|line| line.to_str().ok()).collect();
    passed_on(&settings.proxies, known, &told)
}

fn passed_on(proxies: &[IpAddr], known: IpAddr, told: &[&str]) -> IpAddr {
    let mut from = known;
    for address in told.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !proxies.contains(&from) {
            break;
        }
        match address.trim().parse::<IpAddr>() {
            Ok(address) => from = address.to_canonical(),
            Err(_) => break,
        }
    }
    from
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| {
        kind.split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    })
}

/// Before and after every request: it has to be meant for us, and no browser may do more with the answer than
/// show it.
async fn around(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let asked = is_for_us(&server, &request);
    let is_of_partner = taxii::is_here(request.uri().path());
    let wants_page = request.headers().get(header::ACCEPT);
    let wants_page = wants_page
        .and_then(|kinds| kinds.to_str().ok())
        .is_some_and(|kinds| kinds.contains("text/html"));
    let mut response = match asked {
        Ok(()) => next.run(request).await,
        Err(problem) if is_of_partner => taxii::turned_away(problem),
        Err(problem) if problem.status == 421 && wants_page => {
            let kind = "text/html; charset=utf-8";
            Reply::document(StatusCode::MISDIRECTED_REQUEST, kind, OTHER_HOST.into())
                .into_response()
        }
        Err(problem) => Reply::from(problem).into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in SAFE_HEADERS {
        let name = HeaderName::from_static(name);
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// What a browser shows that came by an address which is not served: whoever set this up is likely to read it.
const OTHER_HOST: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>Avert</title></head><body>\
<h1>Avert is not served at this address</h1>\
<p>It answers at one address only, so that no other site can have a browser speak to it by a name of its own.</p>\
<p>If this is the address that people are to use, say so in avert.toml; it holds at once:</p>\
<pre>[serve]\nurl = \"https://avert.example.org\"</pre>\
<p>Over plain http, which sends passwords in the clear, browsers keep passkeys to themselves: put a certificate in \
front of it, or give it one. On the machine itself http://localhost works without.</p></body></html>";

/// What every answer says to browsers.
const SAFE_HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; font-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self), \
         publickey-credentials-create=(self)",
    ),
    ("cache-control", "no-store"),
];

/// Refuses what another site has a browser send: it names another host (a name that was made to point here),
/// or comes from a page of another origin.
fn is_for_us(server: &Server, request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    let url = server.url();
    let ours = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
    let host = only_host(headers)?;
    let asked = request.uri().authority().map(Authority::as_str);
    if asked.is_some_and(|asked| asked != host) {
        return Err(no_host());
    }
    if host != ours && !is_loopback(host) {
        return Err(
            Problem::new(421, "request/other-host", "this host is not served here").hint(
                "say under [serve] in avert.toml which address people use: url = \"https://…\"",
            ),
        );
    }
    if request.method().is_safe() {
        return Ok(());
    }
    // One that cannot be read, or a second one, is somebody else's.
    let is_ours = headers.get_all(header::ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        let from = origin.split_once("://");
        origin == url || from.is_some_and(|(_, from)| from == host)
    });
    if is_ours {
        Ok(())
    } else {
        Err(Problem::new(
            403,
            "request/other-origin",
            "this request comes from another site",
        ))
    }
}

fn no_host() -> Problem {
    Problem::new(
        400,
        "request/host",
        "a request has to name the one host that it is for",
    )
}

/// The host that a request is for. Source: RFC 9112, section 3.2: one that names none, or two, is none.
pub(super) fn only_host(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut named = headers.get_all(header::HOST).iter();
    let (Some(Ok(host)), None) = (named.next().map(|host| host.to_str()), named.next()) else {
        return Err(no_host());
    };
    let is_one = host
        .parse::<Authority>()
        .is_ok_and(|authority| authority.as_str() == host && !host.contains('@'));
    if is_one { Ok(host) } else { Err(no_host()) }
}

/// Whether a host, with its port or without, is this machine as it calls itself.
pub(crate) fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(address) => address.split_once(']').map_or("", |(address, _)| address),
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    name == "localhost"
        || name
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_proxy_of_ours_names_is_believed_and_nobody_elses_word() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let (proxy, inner) = (address("192.0.2.1"), address("192.0.2.2"));
        let ours = [proxy, inner];
        for (known, told, from) in [
            (proxy, &["198.51.100.7"][..], "198.51.100.7"),
            // What the stranger said of itself stands before what the proxy says of it.
            (proxy, &["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
            (
                proxy,
                &["203.0.113.9", "198.51.100.7, 192.0.2.2"],
                "198.51.100.7",
            ),
            (proxy, &["203.0.113.9, nonsense"], "192.0.2.1"),
            (proxy, &[], "192.0.2.1"),
            (address("203.0.113.5"), &["198.51.100.7"], "203.0.113.5"),
        ] {
            assert_eq!(passed_on(&ours, known, told), address(from), "{told:?}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_own_names() {
        for host in [
            "localhost",
            "localhost:80",
            "127.0.0.1:8080",
            "127.0.0.2",
            "[::1]",
            "[::1]:8080",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "localhost.example.org",
            "[::2]:80",
            "[::1",
            "192.0.2.1",
            "::1",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
