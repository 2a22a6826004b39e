//! The words of the domain, and nothing else.
//!
//! Every crate of Avert speaks in these types, and the middle crates meet only here. The crate is
//! pure: no files, no clock, no network, no randomness. It owns names and invariants (an id of a
//! plan is never an id of a case; a confidence is 0 to 100); it refuses to own behaviour.
//!
//! Words follow the field: an [`Account`] is STIX's `user-account`, a [`Finding`] is OCSF's
//! Detection Finding (2004), a [`Case`] its Incident Finding, [`Tlp`] is TLP 2.0.

mod account;
mod action;
mod case;
mod clock;
mod contact;
mod dossier;
mod explain;
mod fact;
mod finding;
mod id;
mod intel;
mod journal;
mod layer;
mod link;
mod network;
mod private;
mod report;
mod score;
mod shared;
mod sharing;
mod statement;
mod tlp;

pub use account::{Account, AccountStatus};
pub use action::{Action, UnknownVerb, Verb};
pub use case::{Belongs, Case, CaseNote, CaseState, MemberChange};
pub use clock::Clock;
pub use contact::{Contact, ContactTier, ContactVia};
pub use dossier::{
    AppealTotals, ApprovalSummary, Dossier, JournalSummary, NoticeListSummary, NoticeTotals,
    PlanSummary, PlanTotals, Signature,
};
pub use explain::{Explain, Outcome};
pub use fact::{Fact, FactCode, Provenance};
pub use finding::{Finding, FindingSet, Member, MemberKind};
pub use id::{AccountId, AppealId, CaseId, FindingId, InvalidId, NoticeListId, PlanId, SnapshotId};
pub use intel::IntelRecord;
pub use journal::JournalRow;
pub use layer::{Layer, UnknownLayer};
pub use link::{CaseLink, Relation};
pub use network::{ActivityHours, Edge};
pub use private::{DisplayName, Email, Handle};
pub use report::{ReportPart, ReportWords};
pub use score::{Confidence, OutOfRange, Probability};
pub use shared::{Acknowledged, Fetched, LedgerEntry, Recipient, Retracted, Shared, Told};
pub use sharing::{
    Event, Happened, Membership, OrganisationId, Partner, PartnerId, SharingGroup, SharingGroupId,
    Until,
};
pub use statement::{ActedAccount, ActedPlan, Found, Measure};
pub use tlp::{Tlp, UnknownTlp};

pub use jiff::{SignedDuration, Timestamp};
