//! Reading Parquet that may be damaged.
//!
//! The reader is not written for files that lie about themselves: on some it panics. Here that is
//! an error like any other.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Does the work; a panic in it is an error. What the work was using is not to be used again.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err("it is damaged: the reader cannot go on".to_owned()))
}
