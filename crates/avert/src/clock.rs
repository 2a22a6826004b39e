//! The system's clock, chance and patience: the only places that touch them.

use std::time::Duration;

use avert_model::{Clock, Timestamp};
use avert_ops::ports::{Chance, Pause};
use rand::RngExt as _;

/// The machine's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the port's one real implementation"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Real waiting.
pub(crate) struct SystemPause;

impl Pause for SystemPause {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the port's one real implementation"
    )]
    fn pause(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// Chance that nobody can foresee, seeded by the operating system.
pub(crate) struct SystemChance;

impl Chance for SystemChance {
    fn below(&mut self, bound: usize) -> usize {
        rand::rng().random_range(0..bound)
    }
}

/// Bytes that nobody can foresee.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill(&mut bytes);
    bytes
}

/// A secret that nobody can guess, for links, cookies and tokens: 256 bits in hexadecimal.
pub(crate) fn random_secret() -> String {
    use std::fmt::Write as _;
    let bytes = random_bytes::<32>();
    bytes
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
