//! STIX 2.1: objects as they were received, read out of bundles and written into them.
//!
//! An [`Object`] is its text, unchanged, and a [`Head`] of what everything else works with. So what is
//! not known (types, properties, extensions) is kept, and goes out as it came in. [`Reader`] takes
//! objects out of text of any size; [`BundleWriter`] puts them into a bundle. Nothing here reads a file,
//! asks a clock, or draws a random number.
//!
//! # Source
//! STIX 2.1, OASIS Standard, 10 June 2021.

mod case;
mod check;
mod id;
mod json;
mod make;
mod object;
mod outgoing;
pub mod pattern;
mod problem;
mod read;
mod record;
mod schema;
mod time;
mod write;

pub use case::case_objects;
pub use id::{Id, NoId};
pub use json::Json;
pub use make::{Maker, tlp_id, tlp_marking, tlp_of};
pub use object::{ExternalId, GranularMarking, Head, Object, Reference, Rejected, SpecVersion};
pub use outgoing::Outgoing;
pub use problem::{Problem, Severity};
pub(crate) use read::{Elements, Ended, Torn};
pub use read::{Limits, ReadError, Reader, Received};
pub use schema::{Class, class_of};
pub use time::{parse as parse_time, write as write_time};
pub use write::{BundleWriter, bundle};

pub(crate) use case::{Kind, Telling, Thing, ToldCase, is_approved, tell};
pub(crate) use write::bundle_of;
