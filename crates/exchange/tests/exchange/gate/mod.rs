//! The gate held against a second implementation of its rules, in worlds drawn at random.
//!
//! [`world`] draws partners, groups, markings in all encodings, embargoes, retractions and objects that name
//! each other; [`oracle`] says, written from the documented rules and sharing no code with the gate, what may be
//! told; [`compare`] says where they differ.

pub(crate) mod chance;
pub(crate) mod compare;
pub(crate) mod flat;
pub(crate) mod markings;
pub(crate) mod objects;
pub(crate) mod oracle;
pub(crate) mod reach;
pub(crate) mod world;

pub(crate) use compare::{ask, compare};
