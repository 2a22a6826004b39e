//! Cases, review, takedowns, notices and the journal; ports to the outside.

pub mod ports;
