//! MISP: events taken in as STIX, and STIX given out as events.
//!
//! [`Reader`] takes [`Event`]s out of text of any size, [`import()`] makes objects of one, [`export()`] makes
//! events of objects that may be told. What STIX has no word for is kept beside what it has
//! (`x_misp_attribute`, `x_misp_object`, `x_misp_event`), so that an event comes back as it was. What maps to
//! what: docs/integrate/misp.md.
//!
//! The module owns the two mappings; it refuses to decide who may have an event ([`Distribution`] says what
//! the event says, [`crate::release`] decides) and to ask a server anything.
//!
//! # Source
//! MISP core format (<https://www.misp-standard.org/rfc/misp-standard-core.html>); ids and the choice of STIX
//! objects as `misp-stix` 2026.10 has them, where it has a rule.

mod distribution;
mod event;
mod export;
mod import;
mod json;
mod kept;
mod kinds;
mod read;
mod recipe;
mod sniff;

pub use distribution::{Distribution, Organisation, SharingGroup};
pub use event::{Event, NoEvent};
pub use export::{Envelope, Exported, LeftOut, export};
pub use import::{Import, Imported, Problem, Told, import};
pub use kinds::{Kind, kind_of, kinds};
pub use read::{Limits, ReadError, Reader};
pub use sniff::looks_like;
