//! Cases, review, takedowns, notices and the journal.
//!
//! It owns every decision and every effect: what may be done, by whom, in which order, and what is
//! written down before and after. It refuses to act without an [`review::Approval`], to act on an
//! account that changed since it was approved, and to tell anybody anything before a takedown was
//! verified. It knows no platform: the outside is reached through [`ports`], which the binary fills.

pub mod access;
pub mod appeals;
mod asking;
pub mod cases;
pub mod conformance;
mod crew;
pub mod desk;
pub mod dossier;
pub mod findings;
pub mod freeze;
pub mod intel;
pub mod journal;
pub mod maps;
pub mod notify;
pub mod overview;
mod pace;
pub mod people;
pub mod ports;
pub mod purge;
pub mod review;
pub mod sharing;
pub mod store;
pub mod takedown;
pub mod warnings;
