//! A plan in numbers.

use avert_model::{AppealTotals, PlanSummary, PlanTotals};

use super::state::Plan;
use super::step::Phase;
use crate::review::ApprovalRecord;

/// How its steps stand. They add up to the number of steps.
pub fn totals(plan: &Plan) -> PlanTotals {
    let mut totals = PlanTotals::default();
    for step in &plan.header().steps {
        *match step.phase {
            Phase::Waiting | Phase::Intended => &mut totals.waiting,
            Phase::Done | Phase::Undoing => &mut totals.done,
            Phase::Drifted => &mut totals.drifted,
            Phase::Failed | Phase::Stuck => &mut totals.failed,
            Phase::Restored => &mut totals.restored,
            Phase::KeptChanged => &mut totals.kept_changed,
            Phase::Watched => &mut totals.watched,
        } += 1;
    }
    totals
}

/// The plan as a report tells it.
pub fn summary(plan: &Plan) -> PlanSummary {
    let header = plan.header();
    let in_effect = |phase| matches!(phase, Phase::Done | Phase::Undoing | Phase::Stuck);
    PlanSummary {
        id: header.id,
        platform: header.platform.clone(),
        state: plan.state().to_owned(),
        digest: header.digest(),
        signatures: header.signatures.clone(),
        approval: plan.approval().map(ApprovalRecord::summary),
        totals: totals(plan),
        acted_on: header
            .steps
            .iter()
            .filter(|step| in_effect(step.phase))
            .map(|step| step.account.clone())
            .collect(),
        put_back: header
            .steps
            .iter()
            // One that was spared was never closed.
            .filter(|step| step.phase == Phase::Restored && step.after.is_some())
            .map(|step| step.account.clone())
            .collect(),
        // A plan does not know of those: whoever gathers a case fills them in.
        appeals: AppealTotals::default(),
    }
}
