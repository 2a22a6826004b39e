//! What every connector must keep, as a trial that its tests call.
//!
//! The contracts are written on the ports; this is the same in a form that can be run against a
//! scripted server, a real one, or a folder. It acts for real on one scratch account and leaves it as
//! it was, and it asks for an account that does not exist. It returns what it found broken, each with
//! the rule and with what was seen, and panics at nothing: a test asserts that nothing came back.
//!
//! ```no_run
//! # use avert_ops::conformance::{self, Scratch};
//! # use avert_ops::ports::{Pause, Platform};
//! # fn trial(connector: &dyn Platform, pause: &dyn Pause) {
//! let scratch = Scratch {
//!     account: &"scratch".into(),
//!     unknown: &"nobody-at-all".into(),
//!     run: "trial 1",
//!     secrets: &["the-token"],
//!     pause,
//! };
//! assert_eq!(conformance::platform(connector, &scratch), []);
//! # }
//! ```

mod channel;
mod platform;

use std::fmt;
use std::time::Duration;

use avert_model::AccountId;

use crate::ports::{Pace, Pause};

pub use self::channel::{Mailing, channel};
pub use self::platform::platform;

/// How often an effect is looked for before it is said not to be there.
const LOOKS: u32 = 20;
/// How long to wait between two looks.
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);
/// The most threads that ask at once, whatever the pace allows.
const THREADS: usize = 8;

/// What a platform is tried with.
#[derive(Clone, Copy)]
pub struct Scratch<'a> {
    /// An account that may be acted on. Nobody else may act on it meanwhile. Its id must be no part of
    /// a common word, since errors are searched for it.
    pub account: &'a AccountId,
    /// An id in the platform's form that no account has; no part of a common word either.
    pub unknown: &'a AccountId,
    /// Tells the trials of one platform apart: some keep keys for ever.
    pub run: &'a str,
    /// What no error may show: tokens, addresses.
    pub secrets: &'a [&'a str],
    /// Lets time pass between requests, as the pace asks, and until an effect is visible.
    pub pause: &'a dyn Pause,
}

/// A promise that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The promise, as a sentence.
    pub rule: &'static str,
    /// What was seen instead. It may name the scratch account: it is for the connector's author.
    pub seen: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.seen)
    }
}

/// What was found so far.
#[derive(Default)]
struct Found(Vec<Violation>);

impl Found {
    fn say(&mut self, rule: &'static str, seen: impl Into<String>) {
        self.0.push(Violation {
            rule,
            seen: seen.into(),
        });
    }

    /// Notes a broken rule unless it holds.
    fn hold(&mut self, holds: bool, rule: &'static str, seen: impl FnOnce() -> String) {
        if !holds {
            self.say(rule, seen());
        }
    }

    /// Gives what came back, and notes the rule when it is an error.
    fn well<T, E: std::error::Error>(
        &mut self,
        result: Result<T, E>,
        rule: &'static str,
    ) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.say(rule, told(&error));
                None
            }
        }
    }

    /// Looks for what no error may show.
    fn discreet(&mut self, error: &(dyn std::error::Error + 'static), hidden: &[&str]) {
        // Both what people read and what a log may hold.
        let text = format!("{} {error:?}", told(error));
        for secret in hidden.iter().filter(|secret| !secret.is_empty()) {
            let shown = text.contains(secret) || text.contains(&escaped(secret));
            self.hold(
                !shown,
                "errors name neither the account nor a secret",
                || text.clone(),
            );
        }
    }
}

/// An error and its causes on one line.
fn told(error: &(dyn std::error::Error + '_)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// A text as it stands in an address.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut written, byte| {
        use fmt::Write as _;
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            written.push(char::from(byte));
        } else {
            let _ = write!(written, "%{byte:02X}");
        }
        written
    })
}

/// Keeps to a pace from one thread of several.
struct Paced<'a> {
    pause: &'a dyn Pause,
    wait: Option<Duration>,
}

impl<'a> Paced<'a> {
    fn new(pause: &'a dyn Pause, pace: Pace, threads: usize) -> Self {
        let rate = pace.per_second.filter(|rate| *rate > 0.0);
        let wait = rate.map(|rate| Duration::from_secs_f64(threads as f64 / rate));
        Self { pause, wait }
    }

    /// Makes a request when it may begin. A call on a port may make several requests; the pause before
    /// it is that of one, which the platform's burst has to bear.
    fn ask<T>(&self, request: impl FnOnce() -> T) -> T {
        if let Some(wait) = self.wait {
            self.pause.pause(wait);
        }
        request()
    }
}

/// How many threads a pace allows, as many as are worth it.
fn threads(pace: Pace) -> usize {
    pace.at_once.clamp(1, THREADS)
}

#[cfg(test)]
mod tests;
