//! Where notices arrive, and what arrived: every one with how often it came and whether its sender was
//! told so. Both live in this process, so a sender that is killed takes nothing of it along.

mod hook;
mod mail;

pub(crate) use hook::Hook;
pub(crate) use mail::Mail;

use std::time::Duration;

use crate::chance::Chance;

/// Something that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Whom it is for: the account, which is also the name in its mail address.
    pub(crate) person: String,
    /// What its sender knows it by: the key, or the Message-ID.
    pub(crate) key: String,
    /// Whether the sender was told that it arrived.
    pub(crate) acknowledged: bool,
}

/// How long a sink thinks between having a notice and saying so. That is when a sender that is killed
/// leaves its notice in doubt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Thinking {
    pub(crate) seed: u64,
    pub(crate) longest: Duration,
}

impl Thinking {
    /// Says so at once.
    #[cfg(test)]
    pub(crate) const NONE: Self = Self {
        seed: 0,
        longest: Duration::ZERO,
    };

    /// For the notice of this number.
    fn about(&self, number: u64) -> Duration {
        self.longest.mul_f64(Chance::of(self.seed, number).share())
    }
}
