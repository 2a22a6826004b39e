//! Events as they come: one JSON object a line, and the log that remembers what was taken.

mod line;
mod log;

pub use line::{Event, EventLine, LineError, Spoken, parse};
pub use log::{Log, LogError, Position};
