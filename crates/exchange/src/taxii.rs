//! TAXII 2.1: what a server and a client say to each other about collections of STIX objects.
//!
//! The words, and how they are written and read; nothing here listens, connects, or decides who may read what.
//! Objects go through as their text: an [`Envelope`] is written around texts that are there already, and is read
//! by [`crate::stix::Reader`], which knows its shape.
//!
//! # Source
//! TAXII 2.1, OASIS Standard, 10 June 2021.

mod ask;
mod envelope;
mod media;
mod resource;

pub use ask::{Query, Unclear, Versions};
pub use envelope::{Envelope, next_in, says_it_is};
pub use media::{MEDIA_TYPE, STIX_MEDIA_TYPE, is_accepted, is_taxii};
pub use resource::{
    ApiRoot, Collection, Collections, Discovery, ErrorMessage, ManifestRecord, Status,
    StatusDetail, Work,
};
