//! A plan as software gets it: `--format json`, and the API.

use avert_model::{CaseId, Clock as _, PlanId, PlanTotals, Signature, Timestamp};
use avert_ops::freeze::Freeze;
use avert_ops::people::{People, Role};
use avert_ops::review::{ApprovalRecord, message};
use avert_ops::store::Store;
use avert_ops::takedown::{
    self, Blast, Edit, Elsewhere, OnFailure, Plan, Rollout, Step, TakedownError,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::clock::SystemClock;
use crate::text::public_key;

/// A plan as software gets it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PlanView<'a> {
    pub(crate) id: PlanId,
    pub(crate) case: CaseId,
    pub(crate) platform: &'a str,
    pub(crate) state: &'static str,
    pub(crate) on_failure: OnFailure,
    pub(crate) digest: String,
    pub(crate) approval: Option<&'a ApprovalRecord>,
    /// What the signature of the approval is over, byte for byte.
    pub(crate) signed_message: Option<String>,
    /// The passkey's public key, in PEM, where one signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) public_key: Option<String>,
    pub(crate) signatures: &'a [Signature],
    pub(crate) totals: PlanTotals,
    pub(crate) steps: &'a [Step],
    /// When it begins, in which shares, and when it stops.
    pub(crate) rollout: &'a Rollout,
    /// How many a first share acted on, and from when on the rest may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_share: Option<FirstShare>,
    /// What it costs, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) blast: Option<Blast>,
    /// What was changed in it since it was drafted, oldest first.
    pub(crate) edits: Vec<Edit>,
    /// Other plans that act on accounts of this one.
    pub(crate) elsewhere: Vec<Elsewhere>,
    /// That everything is stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) frozen: Option<Freeze>,
    /// Who may approve it.
    pub(crate) approvers: Vec<String>,
}

/// A first share that has ended, while the rest has to wait.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FirstShare {
    pub(crate) acted_on: u64,
    pub(crate) rest_from: Timestamp,
}

impl FirstShare {
    fn of(plan: &Plan, now: Timestamp) -> Option<Self> {
        let Plan::Executing(executing) = plan else {
            return None;
        };
        let canary = executing.header.rollout.canary?;
        let rest_from = canary.ripe_at(executing.canary_ended?);
        (now < rest_from).then(|| Self {
            acted_on: takedown::totals(plan).done,
            rest_from,
        })
    }
}

impl<'a> PlanView<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        people: &People,
        frozen: Option<Freeze>,
        blast: Option<Blast>,
    ) -> Self {
        let header = plan.header();
        let wrote = |name: &str| {
            header
                .signatures
                .iter()
                .any(|signature| signature.by == name)
        };
        Self {
            id: header.id,
            case: header.case,
            platform: &header.platform,
            state: plan.state(),
            on_failure: header.on_failure,
            digest: header.digest(),
            approval: plan.approval(),
            signed_message: plan
                .approval()
                .map(|given| message(&header.id.to_string(), given)),
            public_key: public_key(plan.approval()),
            signatures: &header.signatures,
            totals: takedown::totals(plan),
            steps: &header.steps,
            rollout: &header.rollout,
            first_share: FirstShare::of(plan, SystemClock.now()),
            blast,
            edits: Vec::new(),
            elsewhere: Vec::new(),
            frozen,
            approvers: people
                .with(Role::Approver)
                .into_iter()
                .filter(|name| !wrote(name))
                .map(str::to_owned)
                .collect(),
        }
    }

    /// With what the store knows besides: its edits, and other plans of its accounts.
    pub(crate) fn with_others(self, store: &Store, plan: &Plan) -> Result<Self, TakedownError> {
        Ok(Self {
            edits: takedown::edits(store, self.id)?,
            elsewhere: takedown::elsewhere(store, plan)?,
            ..self
        })
    }
}
