//! What was wrong, each as a sentence, so that one fault does not hide the others.

use anyhow::{Result, bail};

use super::client::Answer;

/// What was wrong so far, and how much was tried.
#[derive(Debug, Default)]
pub(super) struct Faults {
    told: Vec<String>,
    tried: u64,
}

impl Faults {
    /// Holds an answer against the statuses that are right for it.
    pub(super) fn status(&mut self, what: &str, answer: &Answer, right: &[u16]) {
        let is = (answer.status, answer.start());
        self.hold(what, right.contains(&answer.status), || {
            format!("{} {}, and not one of {right:?}", is.0, is.1)
        });
    }

    /// Holds an answer against the code of the problem that is right for it.
    pub(super) fn code(&mut self, what: &str, answer: &Answer, right: &str) {
        self.hold(what, answer.code() == right, || {
            format!("{} {}, and not {right}", answer.status, answer.start())
        });
    }

    /// Notes a fault unless this is so.
    pub(super) fn hold(&mut self, what: &str, is_so: bool, says: impl FnOnce() -> String) {
        self.tried += 1;
        if !is_so {
            self.told.push(format!("{what}: {}", says()));
        }
    }

    /// How much was tried, if nothing was wrong.
    pub(super) fn end(self) -> Result<u64> {
        if self.told.is_empty() {
            return Ok(self.tried);
        }
        bail!(
            "{} of {} tries:\n{}",
            self.told.len(),
            self.tried,
            self.told.join("\n")
        )
    }
}
