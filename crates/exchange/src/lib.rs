//! Reports, OCSF events, statements of reasons, STIX: what may be told, for people and for software.
//!
//! The crate owns how things are told: [`report`] turns an [`avert_model::Dossier`] into Markdown, one
//! HTML file, or JSON; [`ocsf`] turns the journal into events for a SIEM; [`dsa`] says why accounts were
//! acted on, for the EU's database; [`stix`] reads and writes what defenders exchange, [`misp`] as others do. [`release`] decides what may be
//! told to others at all. The rest of the crate refuses to decide anything (what it is given is told, what it is not
//! given is not), and all of it to name who is behind an operation, and to open or send a file.

pub mod dsa;
pub mod escape;
mod kill_chain;
pub mod many;
pub mod misp;
pub mod ocsf;
pub mod release;
pub mod report;
pub mod stix;
pub mod taxii;
