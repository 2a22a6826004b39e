//! The one way to learn what time it is.

use jiff::Timestamp;

/// Tells the time. The only implementation that reads the system's clock lives in the binary;
/// tests and the demo bring their own, so that a run can be repeated byte for byte.
pub trait Clock {
    /// The present moment, UTC.
    fn now(&self) -> Timestamp;
}

/// A clock that stands still, for tests and for replays.
impl Clock for Timestamp {
    fn now(&self) -> Timestamp {
        *self
    }
}
