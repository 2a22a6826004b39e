//! What an account is taken for, how sure that is, and the facts that say why.

mod account;
mod alleged;
mod crowd;
mod facts;
mod finding;
mod judge;
mod rhythm;
mod shared;

pub(crate) use account::{account_evidence, total, without_ties};
pub(crate) use alleged::{Alleged, AllegedEdge, AllegedFact, AllegedMember, Seen, Source, Tied};
pub(crate) use facts::Scribe;
pub(crate) use finding::{Telling, log_odds, network_probability, strongest_layers, tell};
pub(crate) use judge::{COUNTS_FROM, Judge, Readings, Verdict};
pub(crate) use rhythm::usual_night;
pub(crate) use shared::{duration, shared_things, words};
