//! What every error that reaches a person must be able to say.

/// How an operation that did not finish left the world. The binary makes its exit code of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The answer is no: refused by a rule, or nothing matched. Nothing was changed. Exit 1.
    Refused,
    /// It failed before it changed anything. Exit 2.
    NothingChanged,
    /// It stopped part-way; the command given here carries on. Exit 3.
    PartWay {
        /// The command that resumes, ready to be typed.
        resume: String,
    },
}

/// An error that tells its reader what to do.
///
/// `Display` says what happened and where (file and row, or request); the chain of `source()`s says
/// why; this trait adds what the reader needs next.
pub trait Explain: std::error::Error {
    /// A stable code for software and for searching the docs, `stage/what`: `ingest/bad-time`.
    fn code(&self) -> &'static str;

    /// What to do about it, if there is something to do.
    fn hint(&self) -> Option<String>;

    /// How the world was left.
    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}
