//! A plan's states. Each is a struct, each transition consumes it: a plan cannot be in two states,
//! and a transition that is not written here cannot happen.

use avert_model::{AccountId, CaseId, PlanId, Signature, Timestamp};
use serde::{Deserialize, Serialize};

use super::rollout::Rollout;
use super::step::{Phase, Step};
use crate::people::{Actor, People};
use crate::ports::{Footprint, Remedy};
use crate::review::{
    self, Approval, ApprovalRecord, Here, ReviewError, Standing, Subject, Use, Yes,
};

/// What one failed account means for the whole plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// It is noted, and the others are acted on.
    Continue,
    /// Everything is undone.
    RollBack,
}

/// What all states have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PlanHeader {
    /// The plan.
    pub id: PlanId,
    /// The case it belongs to.
    pub case: CaseId,
    /// The platform it acts on.
    pub platform: String,
    /// What one failed account means.
    pub on_failure: OnFailure,
    /// When it begins, in which shares, and when it stops.
    pub rollout: Rollout,
    /// Its steps, in the order in which they are carried out.
    pub steps: Vec<Step>,
    /// Who did what to it, oldest first.
    pub signatures: Vec<Signature>,
}

impl PlanHeader {
    /// The digest of exactly what would be done: change anything of it and the digest changes.
    ///
    /// It covers the plan's id, case, platform, policy and rollout, and of each step the account, what
    /// it is taken for, the remedy, the reason given to the approver, the state it is expected in and
    /// what it costs. Not how far it has come.
    pub fn digest(&self) -> String {
        #[derive(Serialize)]
        struct Part<'a>(
            &'a AccountId,
            avert_model::MemberKind,
            Remedy,
            &'a str,
            String,
            &'a Footprint,
        );
        let steps = self.steps.iter().map(|step| {
            let prior = step
                .prior
                .as_ref()
                .map(crate::store::to_json)
                .unwrap_or_default();
            let footprint = &step.footprint;
            Part(
                &step.account,
                step.kind,
                step.remedy,
                &step.reason,
                prior,
                footprint,
            )
        });
        let content = (
            "avert takedown plan 2",
            self.id,
            self.case,
            &self.platform,
            self.on_failure,
            &self.rollout,
            steps.collect::<Vec<_>>(),
        );
        blake3::hash(crate::store::to_json(&content).as_bytes())
            .to_hex()
            .to_string()
    }

    /// Everybody who had a hand in what it says.
    pub(crate) fn authors(&self) -> Vec<String> {
        let wrote = |signature: &&Signature| {
            matches!(signature.act.as_str(), "drafted" | "edited" | "submitted")
        };
        self.signatures
            .iter()
            .filter(wrote)
            .map(|signature| signature.by.clone())
            .collect()
    }

    /// What is approved.
    pub(super) fn subject(&self) -> Subject {
        Subject {
            id: self.id.to_string(),
            digest: self.digest(),
            authors: self.authors(),
        }
    }

    /// How many steps are in this phase.
    pub(crate) fn count(&self, phase: Phase) -> u64 {
        self.steps.iter().filter(|step| step.phase == phase).count() as u64
    }
}

/// A plan, in the state it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Being written.
    Draft(Draft),
    /// Waiting for a second person.
    InReview(InReview),
    /// May be executed until its approval expires.
    Approved(Approved),
    /// A second person said no.
    Rejected(Rejected),
    /// Its approval ran out unused.
    Expired(Expired),
    /// Begun.
    Executing(Executing),
    /// Done; steps that failed may be tried again.
    Executed(Executed),
    /// Being undone.
    Reversing(Reversing),
    /// Undone because people decided so.
    Reversed(Reversed),
    /// Undone because an account failed and the policy says so.
    RolledBack(RolledBack),
    /// An undo failed.
    Stuck(Stuck),
}

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty),* },)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq)]
            pub struct $name {
                /// What all states have in common.
                pub header: PlanHeader,
                $(
                    /// What this state holds besides.
                    pub $field: $kind,
                )*
            }

            impl From<$name> for Plan {
                fn from(state: $name) -> Plan {
                    Plan::$name(state)
                }
            }
        )+

        impl Plan {
            /// What all states have in common.
            pub fn header(&self) -> &PlanHeader {
                match self {
                    $(Self::$name(state) => &state.header,)+
                }
            }
        }
    };
}

states! {
    /// Being written.
    Draft {},
    /// Waiting for a second person.
    InReview {},
    /// May be executed until its approval expires.
    Approved { approval: ApprovalRecord },
    /// A second person said no.
    Rejected { reason: String },
    /// Its approval ran out unused.
    Expired { approval: ApprovalRecord },
    /// Begun; with a first share, when that had ended.
    Executing { approval: ApprovalRecord, canary_ended: Option<Timestamp> },
    /// Done.
    Executed { approval: ApprovalRecord },
    /// Being undone; `ending` says as what it will end.
    Reversing { approval: ApprovalRecord, ending: Ending },
    /// Undone because people decided so.
    Reversed { approval: ApprovalRecord },
    /// Undone because an account failed.
    RolledBack { approval: ApprovalRecord },
    /// An undo failed; `ending` says as what it will end.
    Stuck { approval: ApprovalRecord, ending: Ending },
}

/// As what an undo ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// People decided to undo it.
    Reversed,
    /// The policy did.
    RolledBack,
}

impl Plan {
    /// The state's name, as tables and files have it.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Draft(_) => "draft",
            Self::InReview(_) => "in-review",
            Self::Approved(_) => "approved",
            Self::Rejected(_) => "rejected",
            Self::Expired(_) => "expired",
            Self::Executing(_) => "executing",
            Self::Executed(_) => "executed",
            Self::Reversing(_) => "reversing",
            Self::Reversed(_) => "reversed",
            Self::RolledBack(_) => "rolled-back",
            Self::Stuck(_) => "stuck",
        }
    }

    /// The yes it carries, if it carries one.
    pub fn approval(&self) -> Option<&ApprovalRecord> {
        match self {
            Self::Approved(Approved { approval, .. })
            | Self::Expired(Expired { approval, .. })
            | Self::Executing(Executing { approval, .. })
            | Self::Executed(Executed { approval, .. })
            | Self::Reversing(Reversing { approval, .. })
            | Self::Reversed(Reversed { approval, .. })
            | Self::RolledBack(RolledBack { approval, .. })
            | Self::Stuck(Stuck { approval, .. }) => Some(approval),
            Self::Draft(_) | Self::InReview(_) | Self::Rejected(_) => None,
        }
    }

    /// The plan as a draft again, its approval void; itself if acting has begun.
    pub(crate) fn reopen(self) -> Result<Draft, Box<Plan>> {
        match self {
            Self::Draft(Draft { header })
            | Self::InReview(InReview { header })
            | Self::Approved(Approved { header, .. })
            | Self::Rejected(Rejected { header, .. })
            | Self::Expired(Expired { header, .. }) => Ok(Draft { header }),
            begun => Err(Box::new(begun)),
        }
    }
}

impl Draft {
    /// Hands it to review.
    pub(crate) fn submit(self) -> InReview {
        InReview {
            header: self.header,
        }
    }
}

impl InReview {
    /// A second person says yes.
    pub(crate) fn approve(
        self,
        by: &Actor,
        yes: &Yes<'_>,
        here: Here<'_>,
    ) -> Result<Approved, ReviewError> {
        Ok(Approved {
            approval: review::approve(by, &self.header.subject(), yes, here)?,
            header: self.header,
        })
    }

    /// A second person says no.
    pub(crate) fn reject(self, reason: String) -> Rejected {
        Rejected {
            header: self.header,
            reason,
        }
    }
}

impl Approved {
    /// Permission to begin, if the yes still holds for what the plan says now.
    pub(crate) fn mint(
        &self,
        people: &People,
        standing: &Standing,
        now: Timestamp,
    ) -> Result<Approval, ReviewError> {
        let to = (standing, Use::Begin);
        review::mint(&self.approval, &self.header.subject(), people, to, now)
    }

    /// Begins.
    pub(crate) fn begin(self, permission: &Approval) -> Executing {
        assert!(
            permission.covers(&self.header.digest()),
            "a permission acts on its own plan only"
        );
        Executing {
            header: self.header,
            approval: self.approval,
            canary_ended: None,
        }
    }

    /// Runs out.
    pub(crate) fn expire(self) -> Expired {
        Expired {
            header: self.header,
            approval: self.approval,
        }
    }
}

impl Executing {
    /// A second person says yes again: the first yes ran out before the end.
    pub(crate) fn renew(
        self,
        by: &Actor,
        yes: &Yes<'_>,
        here: Here<'_>,
    ) -> Result<Executing, ReviewError> {
        Ok(Executing {
            approval: review::approve(by, &self.header.subject(), yes, here)?,
            canary_ended: self.canary_ended,
            header: self.header,
        })
    }

    /// Permission to go on.
    pub(crate) fn mint(
        &self,
        people: &People,
        (standing, to): (&Standing, Use),
        now: Timestamp,
    ) -> Result<Approval, ReviewError> {
        let to = (standing, to);
        review::mint(&self.approval, &self.header.subject(), people, to, now)
    }

    /// Comes to its end.
    pub(crate) fn finish(self) -> Executed {
        Executed {
            header: self.header,
            approval: self.approval,
        }
    }

    /// Turns round before its end.
    pub(crate) fn turn_back(self, ending: Ending) -> Reversing {
        Reversing {
            header: self.header,
            approval: self.approval,
            ending,
        }
    }
}

impl Executed {
    /// A second person says yes again, so that accounts that failed can be tried again.
    pub(crate) fn renew(
        self,
        by: &Actor,
        yes: &Yes<'_>,
        here: Here<'_>,
    ) -> Result<Executed, ReviewError> {
        Ok(Executed {
            approval: review::approve(by, &self.header.subject(), yes, here)?,
            header: self.header,
        })
    }

    /// Begins again for the steps that failed. A first share has ended long ago.
    pub(crate) fn retry(self) -> Executing {
        Executing {
            header: self.header,
            approval: self.approval,
            canary_ended: Some(Timestamp::MIN),
        }
    }

    /// Is undone. That asks for no second yes: giving people their accounts back must be quick.
    pub(crate) fn reverse(self) -> Reversing {
        Reversing {
            header: self.header,
            approval: self.approval,
            ending: Ending::Reversed,
        }
    }
}

impl Reversing {
    /// Comes to its end.
    pub(crate) fn finish(self) -> Plan {
        match self.ending {
            Ending::Reversed => Reversed {
                header: self.header,
                approval: self.approval,
            }
            .into(),
            Ending::RolledBack => RolledBack {
                header: self.header,
                approval: self.approval,
            }
            .into(),
        }
    }

    /// An undo failed.
    pub(crate) fn stick(self) -> Stuck {
        Stuck {
            header: self.header,
            approval: self.approval,
            ending: self.ending,
        }
    }
}

impl Stuck {
    /// Tries again.
    pub(crate) fn retry(self) -> Reversing {
        Reversing {
            header: self.header,
            approval: self.approval,
            ending: self.ending,
        }
    }
}
