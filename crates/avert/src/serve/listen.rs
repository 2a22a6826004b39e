//! The sockets: how connections come in, how many, and how they end.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use super::crowd::Crowd;
use super::gate;
use super::patience::Patient;
use super::server::Server;
use crate::failure::{CommandError, Failure};

/// The most connections. Whoever comes then is told so at once, as is whoever holds too many of them.
const MOST_CONNECTIONS: usize = 2048;

/// The most requests that are worked on at once; others wait their turn.
const MOST_AT_WORK: usize = 16;

/// How long the head of a request may take to come in.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long whoever asked may leave an answer unread.
const READS_WITHIN: Duration = Duration::from_secs(30);

/// Files that the program has open besides connections: the store, snapshots, platforms.
const FILES_BESIDES: u64 = 256;

/// How long answers may still go out once it is told to stop.
const GRACE: Duration = Duration::from_secs(3);

/// What is said to whoever is too many.
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 5\r\n\
                      connection: close\r\n\r\n";

/// The threads that answer.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(MOST_AT_WORK)
        .enable_all()
        .build();
    Ok(built.map_err(|source| CommandError::Serve {
        what: "start its threads",
        source,
    })?)
}

/// Takes the address.
pub(super) async fn bind(address: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let taken = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    let taken = taken.await;
    Ok(taken.map_err(|source| CommandError::Listen {
        address: address.to_owned(),
        source,
    })?)
}

/// Answers until the process is told to stop.
pub(super) async fn serve(server: &Arc<Server>, listener: TcpListener) -> Result<(), Failure> {
    let router = gate::router(server);
    let crowd = Crowd::of(room());
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(told_to_stop());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, peer)) = accepted else {
            // Too many files are open, or whoever came is gone: neither ends the server.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let proxies = &server.setup().config.serve.proxies;
        let is_proxy = proxies.contains(&peer.ip().to_canonical());
        let Some(held) = crowd.let_in(peer.ip(), is_proxy) else {
            tokio::spawn(turn_away(stream));
            continue;
        };
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let watcher = graceful.watcher();
        let tls = server.tls.clone();
        tokio::spawn(async move {
            match tls {
                None => answer(stream, peer, router, watcher).await,
                Some(tls) => {
                    let shaken = tokio::time::timeout(PATIENCE, tls.accept(stream)).await;
                    if let Ok(Ok(stream)) = shaken {
                        answer(stream, peer, router, watcher).await;
                    }
                }
            }
            drop(held);
        });
    }
    drop(listener);
    server.printer.talk("stopping");
    server.runner.stop();
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    Ok(())
}

/// Answers over one connection until it ends, or everything does.
async fn answer<S>(stream: S, peer: SocketAddr, router: Router, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = router.map_request(
        move |mut request: axum::http::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.map(axum::body::Body::new)
        },
    );
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_headers(64)
        .serve_connection(
            TokioIo::new(Patient::new(stream, READS_WITHIN)),
            TowerToHyperService::new(service),
        );
    // Whoever went away is no fault of ours.
    let _ = watcher.watch(connection).await;
}

/// How many connections there is room for: each is an open file, of which the system allows so many.
fn room() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // As many as may be. Where this is refused, what is allowed already has to do.
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    );
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let left = files.saturating_sub(FILES_BESIDES).max(16);
    usize::try_from(left).map_or(MOST_CONNECTIONS, |left| left.min(MOST_CONNECTIONS))
}

/// Says that there is no room, and does not wait for an answer.
async fn turn_away(mut stream: TcpStream) {
    let _ = tokio::time::timeout(Duration::from_secs(1), async {
        let _ = stream.write_all(BUSY).await;
        let _ = stream.shutdown().await;
    })
    .await;
}

/// Ends when the process is asked to stop, by a person or by the system.
fn told_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let asked = signal(SignalKind::terminate());
    async {
        let interrupted = tokio::signal::ctrl_c();
        match asked {
            Ok(mut asked) => tokio::select! {
                _ = interrupted => {}
                _ = asked.recv() => {}
            },
            Err(_) => drop(interrupted.await),
        }
    }
}
