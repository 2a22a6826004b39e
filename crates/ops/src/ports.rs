//! The doors to the outside. `ops` owns them, `platforms` implements them, tests bring their own.
//!
//! What a port promises is written on it, because safety rests on it: a step may be repeated, a
//! state that was read can be put back, a failure says whether it may have had an effect.

mod error;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use avert_model::{Account, AccountId, AccountStatus, Action, Email, Finding, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::error::{Effect, PortError, PortErrorKind, hint};
pub use crate::takedown::Exhibit;

/// Names one effect for ever: the same operation has the same key however often it is tried, so a
/// platform or channel that keeps keys carries it out once.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct OperationKey(String);

impl OperationKey {
    /// The key of this part of this operation: `tp-7`, `disable`, the account.
    ///
    /// It is a hash, 32 hexadecimal digits, so it fits a URL path, a header and a file name, and
    /// tells nobody whom it is about.
    pub fn new(operation: &str, part: &str, subject: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        for field in [operation, part, subject] {
            hasher.update(&(field.len() as u64).to_le_bytes());
            hasher.update(field.as_bytes());
        }
        Self(hasher.finalize().to_hex()[..32].to_owned())
    }

    /// Reads a key back from where it was written (a mail's id, a return path, a file's name); `None`
    /// for anything but 32 hexadecimal digits in lower case. That it was ever given is not checked.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == 32 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OperationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is done to one account.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// It can no longer sign in; its data stays. For personas.
    Disable,
    /// It can sign in and read, not write.
    Restrict,
    /// Every session is ended and the password is worth nothing any more, so that whoever took the
    /// account over is out and its owner comes back in the way the platform gives a password back.
    /// The account stays as it is. For accounts in the wrong hands.
    Secure,
    /// Nothing is called; it stays in the plan so that people see it was considered.
    Watch,
}

impl Remedy {
    /// Every remedy, strongest first.
    pub const ALL: [Self; 4] = [Self::Disable, Self::Restrict, Self::Secure, Self::Watch];

    /// The status an account has once the remedy is in effect; none where it does not change.
    pub fn leads_to(self) -> Option<AccountStatus> {
        match self {
            Self::Disable => Some(AccountStatus::Disabled),
            Self::Restrict => Some(AccountStatus::Restricted),
            Self::Secure | Self::Watch => None,
        }
    }

    /// Whether anything is called for it.
    pub fn acts(self) -> bool {
        self != Self::Watch
    }

    /// The word used in tables and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Restrict => "restrict",
            Self::Secure => "secure",
            Self::Watch => "watch",
        }
    }
}

/// What a platform says of an account right now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AccountState {
    /// The status in Avert's words.
    pub status: AccountStatus,
    /// The platform's own switches behind that status (`locked`, `suspended`, `deactivated`), just
    /// enough for [`Platform::restore`] to put them back exactly. Ordered, so it can be compared
    /// and digested. Never personal data.
    pub switches: BTreeMap<String, bool>,
}

/// How fast a platform or channel may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Pace {
    /// How many requests may be open at the same time; at least one.
    pub at_once: usize,
    /// How many may begin in a second; `None` where only `at_once` bounds them.
    pub per_second: Option<f64>,
}

impl Default for Pace {
    /// One after the other.
    fn default() -> Self {
        Self {
            at_once: 1,
            per_second: None,
        }
    }
}

/// The queue that a notice goes by: whatever shares a lane is slowed down together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lane {
    /// What it is called: for mail, the recipient's domain. Never a person's address. Empty for the one
    /// lane of a channel that has no others.
    pub name: String,
    /// How fast notices may go by it, within [`Channel::pace`]; `None` where only that bounds them. The
    /// same for every notice of the lane.
    pub pace: Option<Pace>,
}

/// What is lost, and by whom, when an account is acted on: as far as the platform can tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Footprint {
    /// When the account was made.
    pub created_at: Option<Timestamp>,
    /// Whether the platform has verified who holds it.
    pub verified: Option<bool>,
    /// How many follow it, or count it among their contacts.
    pub followers: Option<u64>,
    /// Of how many rooms, groups, pages or other assets it is the only administrator.
    pub sole_admin_of: Option<u64>,
    /// The language it uses, as a BCP 47 tag.
    pub language: Option<String>,
    /// The country it is in or claims, as ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

/// What a platform holds on an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// What acting on it would cost.
    pub footprint: Footprint,
    /// All that the platform gives on it, as it gives it: JSON, kept as evidence and nowhere else.
    pub held: Option<String>,
}

/// A platform whose accounts can be acted on.
///
/// # Contract
/// * It is called from several threads at once, as many as [`Platform::pace`] allows.
/// * `state` has no effect.
/// * `apply` and `restore` may be repeated: the second call finds the work done and says `Ok`.
/// * They may return before the effect is visible; the caller verifies by `state`.
/// * An error's [`PortError::effect`] is honest: `None` only when nothing can have happened.
pub trait Platform: Sync {
    /// The name it has in the configuration; findings and plans carry it.
    fn name(&self) -> &str;

    /// The requests it makes for this remedy on one account, for the plan's reader; `None` where
    /// nothing is called.
    fn describe(&self, remedy: Remedy) -> Option<String>;

    /// Whether it can do this to an account. Every platform can watch.
    fn supports(&self, remedy: Remedy) -> bool {
        remedy != Remedy::Secure
    }

    /// What of this remedy [`Platform::restore`] does not bring back, in words for the approver.
    fn irreversible(&self, _remedy: Remedy) -> Option<String> {
        None
    }

    /// How many requests it was sent so far: one call may take several, and a pace by the second is one of
    /// requests. A platform that does not count them is taken to make one for each call.
    fn requests_made(&self) -> u64 {
        0
    }

    /// How fast it may be asked.
    fn pace(&self) -> Pace {
        Pace::default()
    }

    /// What it holds on an account, and what acting on it would cost. A platform that cannot tell
    /// says so by leaving everything out.
    fn profile(&self, _account: &AccountId) -> Result<Profile, PortError> {
        Ok(Profile::default())
    }

    /// Reads an account.
    ///
    /// # Errors
    /// [`PortErrorKind::NotFound`] when the platform knows no such account.
    fn state(&self, account: &AccountId) -> Result<AccountState, PortError>;

    /// How an account that is as `prior` is once the remedy is in effect and nobody else has touched
    /// it. Asks nobody; `Remedy::Watch` changes nothing.
    fn expected(&self, prior: &AccountState, remedy: Remedy) -> AccountState;

    /// Whether the remedy is in effect on an account that was just read as `now`. May ask the
    /// platform where the state does not show it: an ended session is no switch.
    fn in_effect(
        &self,
        _account: &AccountId,
        remedy: Remedy,
        now: &AccountState,
    ) -> Result<bool, PortError> {
        Ok(remedy.leads_to().is_none_or(|status| now.status == status))
    }

    /// Puts the remedy into effect. `Remedy::Watch` does nothing.
    fn apply(
        &self,
        account: &AccountId,
        remedy: Remedy,
        key: &OperationKey,
    ) -> Result<(), PortError>;

    /// Puts back every switch as `prior` has it.
    fn restore(
        &self,
        account: &AccountId,
        prior: &AccountState,
        key: &OperationKey,
    ) -> Result<(), PortError>;
}

/// A platform whose accounts and actions can be read, to make a snapshot.
pub trait Source {
    /// Gives every account, then every action, to the sink. Within one account, in any order.
    fn read(&self, sink: &mut dyn RecordSink) -> Result<(), SourceError>;
}

/// Takes the rows of a live platform.
pub trait RecordSink {
    /// Takes an account.
    fn account(&mut self, account: Account) -> Result<(), SinkError>;
    /// Takes an action.
    fn action(&mut self, action: Action) -> Result<(), SinkError>;
    /// Hears how far reading has come, in rows read so far.
    fn progress(&mut self, _rows: u64) {}
}

/// Whatever the receiver of rows had to say; the reader passes it on untouched.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Why a live platform could not be read to the end.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The platform failed.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The receiver failed.
    #[error("the rows read from the platform could not be stored")]
    Sink(#[source] SinkError),
}

/// What a case rests on outside the store: the snapshot its findings were made from.
pub trait Evidence {
    /// Gives everything about the findings' accounts that must not be lost when they are: what they
    /// did, whom they were in contact with, which media they used. Each exhibit comes with the place
    /// of its finding, and those of one finding come in an order of their own.
    fn gather(
        &self,
        findings: &[Finding],
        keep: &mut dyn FnMut(usize, Exhibit),
    ) -> Result<(), SinkError>;
}

/// A way to tell a person something.
///
/// # Contract
/// * It is called from several threads at once, as many as [`Channel::pace`] allows.
/// * A notice handed over twice under one key reaches the person once, unless the channel keeps no
///   keys: then [`Channel::look_up`] answers [`LookUp::CannotTell`] and nothing is handed over twice.
pub trait Channel: Sync {
    /// The name it has in the configuration.
    fn name(&self) -> &str;

    /// How fast notices may be handed over.
    fn pace(&self) -> Pace {
        Pace::default()
    }

    /// The lane that a notice goes by. Asks nobody, so it can be decided before the notice is claimed.
    fn lane(&self, _notice: &OutgoingNotice) -> Lane {
        Lane::default()
    }

    /// Whether notices go to a person's address, so that one which takes no mail is not tried.
    fn goes_to_address(&self) -> bool {
        false
    }

    /// Whether the notice of this key has reached the person. Asked before a notice of which nobody
    /// knows would be sent again; never of one that was not handed over.
    fn look_up(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<LookUp, PortError>;

    /// Hands the notice over.
    ///
    /// # Errors
    /// [`SendError`] says whether the person may have got it.
    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError>;
}

/// A notice, ready to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingNotice {
    /// Whom it is for, on the platform.
    pub account: AccountId,
    /// The address it may be mailed to, where one is known.
    pub email: Option<Email>,
    /// One line.
    pub subject: String,
    /// Plain text, lines ended by `\n`.
    pub body: String,
    /// BCP 47 tag of the language it is written in.
    pub language: String,
    /// Whether that language runs from right to left.
    pub right_to_left: bool,
    /// The case number, for the person to quote.
    pub case: String,
}

/// What a channel gave in return for a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Receipt {
    /// The channel's own id for it: an event id, a queue id, a file name.
    pub reference: String,
}

/// What a channel knows of a notice that may have left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookUp {
    /// The person has it.
    Arrived(Receipt),
    /// It certainly did not arrive, and is not under way.
    NotThere,
    /// The channel keeps no record that could be asked.
    CannotTell,
}

/// Why a notice was not, or may not have been, handed over.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It certainly did not leave; it may be tried again.
    #[error("the notice was not sent")]
    NotSent(#[source] PortError),
    /// There is nothing on this person that the channel could be given. It was not asked.
    #[error("the notice cannot be addressed: {0}")]
    NoAddress(String),
    /// The channel refused this person for good: unknown, closed, elsewhere.
    #[error("the notice cannot be delivered: {0}")]
    Undeliverable(String),
    /// Nobody knows: the connection broke between the hand-over and the receipt.
    #[error("nobody knows whether the notice arrived")]
    InDoubt(#[source] PortError),
}

/// Lets time pass, so that waiting for a platform can be tested without waiting.
pub trait Pause: Send + Sync {
    /// Returns after about this long.
    fn pause(&self, duration: Duration);
}

/// Chooses, so that orders which must not be foreseen can be repeated in tests.
pub trait Chance {
    /// A number below `bound`, which is at least 1.
    fn below(&mut self, bound: usize) -> usize;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_from_what_was_written_and_from_nothing_else() {
        let key = OperationKey::new("case-1", "notice", "u1");
        assert_eq!(OperationKey::parse(key.as_str()), Some(key.clone()));
        for text in [
            "",
            "abc",
            &key.as_str()[1..],
            &format!("{key}0"),
            &key.as_str().to_uppercase(),
            &"g".repeat(32),
            &"é".repeat(16),
        ] {
            assert_eq!(OperationKey::parse(text), None, "{text}");
        }
    }
}
