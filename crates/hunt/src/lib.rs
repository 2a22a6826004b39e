//! Indicators with labels and scores, and finding them in logs.
//!
//! It owns what an indicator is ([`Indicator`]), what sources say about it ([`Assertion`]) and people ([`Feedback`]), how much
//! that is worth at a time ([`score()`]), whether it may be acted on ([`Warnings`]), how many of them are kept
//! ([`IndicatorSet`]), and where they occur ([`scan`]). It acts on nothing: a hit is something for a person, or
//! a seed for detection.

mod assertion;
mod feedback;
mod fingerprint;
pub mod input;
mod judge;
mod kind;
mod normal;
mod pap;
pub mod scan;
mod score;
mod set;
mod store;
pub mod warn;

pub use assertion::{Admiralty, Assertion, Decay, UnknownAdmiralty};
pub use feedback::{Feedback, FeedbackError, Remark, Said, What, append, remarks};
pub use judge::{Judge, Judged};
pub use kind::{Kind, UnknownKind};
pub use normal::{Indicator, NotAnIndicator};
pub use pap::{Pap, UnknownPap};
pub use scan::{Hit, Matcher, Reading};
pub use score::score;
pub use set::{IndicatorSet, Record, SetBuilder, SetError, SetSummary};
pub use store::{Indicators, StoreError, StoreFolder};
pub use warn::Warnings;
