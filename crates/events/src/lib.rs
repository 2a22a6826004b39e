//! Canonical tables, source mappings, readers and snapshots.
//!
//! It owns the way from whatever a platform exports to a [`Snapshot`]: two tables that mean the
//! same for every platform, in a folder that can be checked at any time and never changes. It
//! refuses to guess: a column that is missing or ambiguous, a time that does not parse, an actor
//! that no table lists is an error with a file and a row, or is counted and kept apart.

mod guard;
pub mod ingest;
mod list;
pub mod mapping;
pub mod schema;
pub mod snapshot;
pub mod stream;
pub mod touches;

pub use ingest::{IngestError, IngestOptions, IngestReport, OnBadRow, ingest};
pub use list::{ListError, lines};
pub use mapping::{Mapping, MappingError};
pub use snapshot::{ActionRow, Manifest, Origin, Snapshot, SnapshotError, SnapshotWriter};
