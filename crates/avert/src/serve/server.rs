//! What all requests share: the configuration as it is now, connections to the store, what is under way.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use avert_ops::store::Store;
use tokio::sync::{Semaphore, broadcast};
use tokio_rustls::TlsAcceptor;

use super::access::challenges::Challenges;
use super::access::throttle::Throttle;
use super::events::{Event, Listeners};
use super::metrics::Metrics;
use super::oidc::{self, Oidc};
use super::runner::Runner;
use super::taxii::Happenings;
use super::tls;
use super::turns::{PartnerTurns, Turns};
use crate::args::Global;
use crate::context::Context;
use crate::failure::Failure;
use crate::printer::Printer;

/// What all requests share.
pub(super) struct Server {
    pub(super) printer: &'static Printer,
    pub(super) runner: Runner,
    pub(super) throttle: Throttle,
    /// The same for partners, whose tries are nobody else's.
    pub(super) partner_throttle: Throttle,
    /// Turns of bringing much, by person.
    pub(super) bringing: Turns,
    /// And all turns of partners, whose requests may be larger.
    pub(super) partner_turns: PartnerTurns,
    pub(super) challenges: Challenges,
    pub(super) oidc: Oidc,
    pub(super) metrics: Metrics,
    pub(super) happenings: Happenings,
    /// Turns of what takes long: threads are left for everything else.
    pub(super) long: Arc<Semaphore>,
    /// What happens, to whoever listens.
    pub(super) events: broadcast::Sender<Event>,
    /// Who listens.
    pub(super) listeners: Listeners,
    /// What speaks TLS, if we do it ourselves; as it was at the start.
    pub(super) tls: Option<TlsAcceptor>,
    global: Global,
    setup: Mutex<Setup>,
    idle: Mutex<Vec<Store>>,
    address: OnceLock<SocketAddr>,
}

/// The configuration, and which state of its file that is.
struct Setup {
    context: Arc<Context<'static>>,
    seen: Option<(SystemTime, u64)>,
    /// What is wrong with the file since, if anything is: the one before holds.
    wrong: Option<String>,
}

/// How many of what takes long are worked on at once.
const MOST_LONG: usize = 6;

/// The most connections that wait for the next request.
const MOST_IDLE: usize = 8;

impl Server {
    /// Reads the configuration and opens the store once, so that a fault of either shows at once.
    pub(super) fn open(global: &Global, printer: &'static Printer) -> Result<Self, Failure> {
        // Before it is read: what is changed meanwhile is noticed at the first request.
        let seen = stamp(&Context::places(global).1);
        let context = Context::resolve(global, printer)?;
        let store = context.store()?;
        if let Some(settings) = &context.config.serve.oidc {
            oidc::secret(&context, settings)?;
        }
        Ok(Self {
            printer,
            runner: Runner::default(),
            throttle: Throttle::default(),
            partner_throttle: Throttle::default(),
            bringing: Turns::new(64, 8),
            partner_turns: PartnerTurns::default(),
            challenges: Challenges::default(),
            oidc: Oidc::default(),
            metrics: Metrics::default(),
            happenings: Happenings::default(),
            long: Arc::new(Semaphore::new(MOST_LONG)),
            events: broadcast::channel(1024).0,
            listeners: Listeners::default(),
            tls: tls::acceptor(&context)?,
            global: global.clone(),
            setup: Mutex::new(Setup {
                context: Arc::new(context),
                seen,
                wrong: None,
            }),
            idle: Mutex::new(vec![store]),
            address: OnceLock::new(),
        })
    }

    /// Says where it listens, once that is known.
    pub(super) fn serves_at(&self, address: SocketAddr) {
        self.address.get_or_init(|| address);
    }

    /// The address people use, without a slash at its end.
    pub(super) fn url(&self) -> String {
        if let Some(url) = &self.setup().config.serve.url {
            return url.trim_end_matches('/').to_owned();
        }
        // A passkey takes a name: `localhost` is one, an address is none. What listens everywhere has no other.
        match self.address.get() {
            Some(address) if address.ip().is_loopback() || address.ip().is_unspecified() => {
                format!("{}://localhost:{}", self.scheme(), address.port())
            }
            Some(address) => format!("{}://{address}", self.scheme()),
            None => String::new(),
        }
    }

    fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// The configuration as its file says now. A file that is not right changes nothing, and is complained of
    /// once: whoever was given a role keeps it until somebody mends the file.
    pub(super) fn setup(&self) -> Arc<Context<'static>> {
        let mut setup = self.setup.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stamp(&setup.context.config_path);
        if now != setup.seen {
            setup.seen = now;
            match Context::resolve(&self.global, self.printer) {
                Ok(context) if context.config.database != setup.context.config.database => {
                    let text = "avert.toml names another database, which takes a new start";
                    setup.wrong = Some(text.to_owned());
                    self.printer.talk(text);
                }
                Ok(context) => {
                    setup.context = Arc::new(context);
                    setup.wrong = None;
                    self.printer
                        .talk("avert.toml changed, and holds from now on");
                }
                Err(failure) => {
                    setup.wrong = failure.chain().next();
                    self.printer
                        .talk("avert.toml changed and is not right; what it said before holds");
                    self.printer.failure(&failure);
                }
            }
        }
        Arc::clone(&setup.context)
    }

    /// What is wrong with the configuration's file, while an earlier state of it holds.
    pub(super) fn wrong_setup(&self) -> Option<String> {
        let setup = self.setup.lock().unwrap_or_else(PoisonError::into_inner);
        setup.wrong.clone()
    }

    /// A connection of its own to the store.
    pub(super) fn store(&self) -> Result<Store, Failure> {
        self.setup().store()
    }

    /// Works on the store over a connection that is kept for the next, unless the work failed: a connection
    /// that broke is no use to anybody.
    pub(super) fn with_store<T, E: From<Failure>>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, E>,
    ) -> Result<T, E> {
        let kept = self.lock_idle().pop();
        let mut store = match kept {
            Some(store) => store,
            None => self.store()?,
        };
        let done = work(&mut store)?;
        let mut idle = self.lock_idle();
        if idle.len() < MOST_IDLE {
            idle.push(store);
        }
        Ok(done)
    }

    fn lock_idle(&self) -> std::sync::MutexGuard<'_, Vec<Store>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which state of a file this is, as far as the file system tells.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let file = std::fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}
