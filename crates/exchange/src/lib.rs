//! Reports: what may be told, written for people and for software.
//!
//! The crate owns how a case is told: [`report`] turns an [`avert_model::Dossier`] into Markdown,
//! one HTML file, or JSON. It refuses to decide anything (what stands in the dossier is told, what
//! does not is not), to name who is behind an operation, and to read or write a file.

pub mod dsa;
pub mod escape;
pub mod ocsf;
pub mod report;
