//! Sign-ins that were begun and have not come back yet. Each comes back once, to the browser that began it,
//! and soon.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use avert_model::{SignedDuration, Timestamp};

use crate::clock::random_secret;
use crate::serve::access::{SessionSecret, same};

/// How long a sign-in may take.
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// The most that are under way at once; beyond this the oldest are forgotten, and begun again.
const MOST: usize = 4096;

/// A sign-in that was begun.
#[derive(Clone)]
pub(super) struct Pending {
    /// What only the browser that began it knows, in a cookie.
    pub(super) browser: String,
    /// What the provider puts into the token, so that it is good for this sign-in alone.
    pub(super) nonce: String,
    /// What shows to the provider that whoever began the sign-in also ends it (PKCE, RFC 7636).
    pub(super) verifier: String,
    /// When it was begun.
    pub(super) at: Timestamp,
    /// The provider and how this Avert is known to it, as the configuration had them then.
    pub(super) issuer: String,
    /// The session that the browser was in.
    pub(super) earlier: Option<SessionSecret>,
}

impl Pending {
    /// One that begins now.
    pub(super) fn new(issuer: &str, earlier: Option<SessionSecret>, at: Timestamp) -> Self {
        Self {
            browser: random_secret(),
            nonce: random_secret(),
            verifier: random_secret(),
            at,
            issuer: issuer.to_owned(),
            earlier,
        }
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        self.at.duration_until(now) < PATIENCE
    }
}

/// Sign-ins that were begun, by their states.
#[derive(Default)]
pub(super) struct SignIns {
    waiting: Mutex<BTreeMap<String, Pending>>,
}

impl SignIns {
    /// Remembers one, and gives the state that it comes back with.
    pub(super) fn begin(&self, pending: Pending) -> String {
        let mut waiting = self.lock();
        let now = pending.at;
        waiting.retain(|_, other| other.is_fresh(now));
        while waiting.len() >= MOST {
            let oldest = waiting.iter().min_by_key(|(_, other)| other.at);
            let Some(oldest) = oldest.map(|(state, _)| state.clone()) else {
                break;
            };
            waiting.remove(&oldest);
        }
        let state = random_secret();
        waiting.insert(state.clone(), pending);
        state
    }

    /// Takes the one of this state, if this browser began it. Another browser takes nothing away.
    pub(super) fn take(&self, state: &str, browser: &str, now: Timestamp) -> Option<Pending> {
        let mut waiting = self.lock();
        let known = waiting.get(state)?;
        if !same(known.browser.as_bytes(), browser.as_bytes()) {
            return None;
        }
        waiting.remove(state).filter(|known| known.is_fresh(now))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Pending>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_sign_in_comes_back_once_to_the_browser_that_began_it_and_soon() {
        let sign_ins = SignIns::default();
        let begun = Pending::new("https://sso.example.org", None, at(0));
        let state = sign_ins.begin(begun.clone());
        assert!(sign_ins.take(&state, "", at(1)).is_none());
        assert!(sign_ins.take(&state, &begun.nonce, at(1)).is_none());
        assert!(sign_ins.take("other", &begun.browser, at(1)).is_none());
        let taken = sign_ins.take(&state, &begun.browser, at(1)).unwrap();
        assert_eq!(taken.verifier, begun.verifier);
        assert!(sign_ins.take(&state, &begun.browser, at(1)).is_none());
        let state = sign_ins.begin(begun.clone());
        assert!(sign_ins.take(&state, &begun.browser, at(600)).is_none());
    }

    #[test]
    fn so_many_are_under_way_and_no_more() {
        let sign_ins = SignIns::default();
        let mut last = (String::new(), String::new());
        for n in 0..i64::try_from(MOST).unwrap() + 10 {
            let begun = Pending::new("https://sso.example.org", None, at(n / 100));
            last = (begun.browser.clone(), sign_ins.begin(begun));
        }
        assert_eq!(sign_ins.lock().len(), MOST);
        assert!(sign_ins.take(&last.1, &last.0, at(100)).is_some());
    }

    #[test]
    fn nothing_that_is_drawn_is_drawn_twice() {
        let begun = Pending::new("https://sso.example.org", None, at(0));
        assert_ne!(begun.browser, begun.nonce);
        assert_ne!(begun.nonce, begun.verifier);
        // RFC 7636, 4.1: 43 to 128 characters.
        assert_eq!(begun.verifier.len(), 64);
    }
}
