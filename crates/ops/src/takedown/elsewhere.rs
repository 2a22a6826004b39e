//! Accounts of a plan that another plan acts on too: two cases may stand on the same findings.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{AccountId, CaseId, PlanId};
use serde::Serialize;

use super::error::TakedownError;
use super::state::{Plan, PlanHeader};
use super::step::Phase;
use crate::ports::Remedy;
use crate::store::{Store, from_json, values};

/// Another plan that acts on accounts of this one, or has acted on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Elsewhere {
    /// The other plan.
    pub plan: PlanId,
    /// Its case.
    pub case: CaseId,
    /// The state it is in.
    pub state: String,
    /// The accounts that both act on.
    pub accounts: BTreeSet<AccountId>,
}

/// The other plans on that platform that have not been refused or undone and act on accounts that this
/// one acts on. Accounts that they left alone or gave back do not count.
pub fn elsewhere(store: &Store, plan: &Plan) -> Result<Vec<Elsewhere>, TakedownError> {
    let header = plan.header();
    let acting = acting(header);
    let mut found: BTreeMap<u64, Elsewhere> = BTreeMap::new();
    store.view()?.each(
        "look for other plans of the same accounts",
        "SELECT p.id, p.case_id, p.state, s.account, s.remedy, s.phase \
         FROM plans p JOIN plan_steps s ON s.plan_id = p.id \
         WHERE p.platform = ?1 AND p.id <> ?2 \
         AND p.state NOT IN ('rejected', 'reversed', 'rolled-back') ORDER BY p.id",
        &values![&header.platform, header.id.number()],
        &mut |row| {
            let account = AccountId::new(row.text(3)?);
            let remedy: Remedy = from_json("remedy", &row.text(4)?)?;
            let phase: Phase = from_json("phase", &row.text(5)?)?;
            if remedy.acts() && stands(phase) && acting.contains(&account) {
                let (plan, case, state) = (row.count(0)?, row.count(1)?, row.text(2)?);
                let other = found.entry(plan).or_insert_with(|| Elsewhere {
                    plan: PlanId::from_number(plan),
                    case: CaseId::from_number(case),
                    state,
                    accounts: BTreeSet::new(),
                });
                other.accounts.insert(account);
            }
            Ok(true)
        },
    )?;
    Ok(found.into_values().collect())
}

fn acting(header: &PlanHeader) -> BTreeSet<AccountId> {
    let steps = header.steps.iter().filter(|step| step.remedy.acts());
    steps.map(|step| step.account.clone()).collect()
}

/// Whether a plan means to act on an account in this phase, or has acted on it.
fn stands(phase: Phase) -> bool {
    match phase {
        Phase::Waiting
        | Phase::Intended
        | Phase::Done
        | Phase::Failed
        | Phase::Undoing
        | Phase::Stuck => true,
        Phase::Drifted | Phase::Restored | Phase::KeptChanged | Phase::Watched => false,
    }
}
