//! What a hit is worth at a time, and whether it may be acted on.

use avert_model::Timestamp;

use crate::assertion::Assertion;
use crate::feedback::{Feedback, Said};
use crate::pap::Pap;
use crate::score::score;
use crate::set::{Record, SetError};
use crate::warn::Warnings;

/// Judges indicators as of a time.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// As of when.
    pub at: Timestamp,
    /// What people said until then.
    pub feedback: &'a Feedback,
    /// The warning lists, if there are any.
    pub warnings: Option<&'a Warnings>,
}

/// What an indicator is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The highest score of what is said about it, 0 to 100.
    pub score: f64,
    /// What gives that score.
    pub said: Assertion,
    /// The warning lists it stands on.
    pub warning_lists: Vec<String>,
    /// What may be done with it: the strictest that anybody says.
    pub pap: Option<Pap>,
    /// Who said that it may be acted on all the same, and why.
    pub allowed: Option<(String, String)>,
}

impl Judged {
    /// Whether something may be done on the word of it that the adversary can notice: it counts, and nobody who told us of it
    /// asked that nothing shows ([`Pap`]).
    pub fn may_act(&self) -> bool {
        self.counts() && self.pap.is_none_or(Pap::allows_action)
    }

    /// Whether it may count as hostile among ourselves: it is worth something, and stands on no warning list or a person said
    /// that it may be acted on.
    pub fn counts(&self) -> bool {
        self.score > 0.0 && (self.warning_lists.is_empty() || self.allowed.is_some())
    }
}

impl Judge<'_> {
    /// What a record is worth. `found` is what stands in the log, if it was found in one.
    pub fn judge(&self, record: &Record, found: Option<&str>) -> Result<Judged, SetError> {
        let nobody = Said::default();
        let said = self.feedback.about(&record.indicator).unwrap_or(&nobody);
        let scored = record
            .assertions
            .iter()
            .map(|one| (score(one, said, self.at), one));
        // Of equal ones the first counts, and they are sorted.
        let (score, best) = scored
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .expect("a record has at least one assertion");
        Ok(Judged {
            score,
            said: best.clone(),
            pap: record.assertions.iter().filter_map(|one| one.pap).max(),
            warning_lists: match self.warnings {
                Some(warnings) => warnings.about(&record.indicator, found)?,
                None => Vec::new(),
            },
            allowed: said.allowed.clone(),
        })
    }
}
