//! Notices: telling the people whom a network reached, once each.
//!
//! ```text
//! the list:    InReview → Approved → Sending → Sent        each notice:  Planned → Claimed → Sent | Undeliverable
//!                 ↓          ↓                                              ↓         ↓ (no receipt)
//!              Rejected   Expired                                      Suppressed   InDoubt → Sent | Planned
//! ```
//!
//! Nobody is told before the takedown was carried out and read back; members and suspects of any
//! network are never told, nor is anybody who was in contact only with accounts that are not closed;
//! the order is random and the text is the same for all of a tier, so that
//! nothing can be learnt from when it came or how it reads. Before a notice leaves, the pair (case,
//! person) is claimed in the store: that claim is what makes it once.

mod aftermath;
mod deliver;
mod error;
mod give_up;
mod ledger;
mod list;
mod patience;
mod person;
mod plan;
mod reach;
mod records;
mod resolve;
mod review;
mod send;
mod state;
mod text;

pub(crate) use aftermath::suppressed;
pub use aftermath::{
    Heard, InDoubtPolicy, Reconciled, Returned, Trace, attempts_in_doubt, hear, reconcile,
};
pub use error::NotifyError;
pub use give_up::give_up;
pub use list::{Notice, NoticeHeader, NoticePhase, Preview, preview, summary, totals};
pub(crate) use person::Mailbox;
pub use plan::{Telling, plan};
pub(crate) use reach::reached_by;
pub use reach::{reached, untold};
pub use records::{list, show};
pub use resolve::{Resolution, resolve};
pub use review::{approve, approve_signed, reject, to_sign};
pub use send::{Route, resume, send};
pub use state::{
    ApprovedList, ExpiredList, ListInReview, NoticeList, RejectedList, SendingList, SentList,
};
pub(crate) use text::outcome;
