//! Takedowns: from a case to accounts that are disabled, and back again.
//!
//! ```text
//! Draft → InReview → Approved → Executing → Executed → Reversing → Reversed
//!   ↑        ↓          ↓           │   ╲ (policy: roll back) ↑  ╲→ RolledBack
//!   │     Rejected   Expired        └──── reverse ───────────┘  ╲
//!   └── edit ┴──────────┘                                     Stuck → Reversing
//! ```
//!
//! Nothing here acts without an [`Approval`](crate::review::Approval). Every step writes its intent
//! before it calls the platform and its result after it has read the account back, and every step
//! and undo may be repeated, so a plan that stopped anywhere can be resumed.

mod act;
mod blast;
mod draft;
mod edit;
mod elsewhere;
mod error;
mod execute;
mod preserve;
mod records;
mod reverse;
mod review;
mod rollout;
mod run;
mod state;
mod statements;
mod step;
mod summary;
mod wait;

pub use blast::{
    Ages, Blast, Calls, Cleared, Contacts, Group, HowCleared, Irreversible, Sum, blast,
};
pub use draft::{Drafting, draft, platform_of};
pub use edit::{Change, Edit, Edited, edit, edits};
pub use elsewhere::{Elsewhere, elsewhere};
pub use error::{Reached, TakedownError};
pub use execute::{Means, Progress, execute, resume};
pub use preserve::{Exhibit, Kept, exhibits};
pub use records::{list, show};
pub use reverse::reverse;
pub use review::{approve, approve_signed, reject, submit, to_sign};
pub use rollout::{Canary, Rollout, StopConditions};
pub use state::{
    Approved, Draft, Ending, Executed, Executing, Expired, InReview, OnFailure, Plan, PlanHeader,
    Rejected, Reversed, Reversing, RolledBack, Stuck,
};
pub use statements::acted;
pub use step::{Phase, Step};
pub use summary::{summary, totals};
pub use wait::wait_for_start;

pub(crate) use records::{find, of_case, sign, signatures, state_and_switch};
pub(crate) use reverse::restore_one;
