//! Where the one host of a client is. Its name is looked up once in a while, not for every request:
//! under a time limit each look-up is a thread of its own.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::Authority;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// How long an answer is believed. A host that moves is found again after this.
const BELIEVED: Duration = Duration::from_secs(30);

/// Looks names up and remembers the last answer.
#[derive(Clone, Default)]
pub(super) struct Addresses {
    last: Arc<Mutex<Option<Answer>>>,
}

impl Addresses {
    /// The host was not there: it is looked for again.
    pub(super) fn forget(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

struct Answer {
    of: Authority,
    found: ResolvedSocketAddrs,
    at: Instant,
}

impl fmt::Debug for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Addresses").finish_non_exhaustive()
    }
}

impl Resolver for Addresses {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = &*last()
            && Some(&answer.of) == uri.authority()
            && answer.at.elapsed() < BELIEVED
        {
            return Ok(answer.found.clone());
        }
        // Asked without the lock: a slow answer is waited for by whoever has none, each in its time.
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        *last() = uri.authority().map(|of| Answer {
            of: of.clone(),
            found: found.clone(),
            at: Instant::now(),
        });
        Ok(found)
    }
}
