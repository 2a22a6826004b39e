//! What a plan did to whom and on which facts, for statements of reasons.

use std::collections::BTreeMap;

use avert_model::{
    AccountId, ActedAccount, ActedPlan, FactCode, Finding, Found, Measure, Member, MemberKind,
    PlanId, Timestamp,
};

use super::error::TakedownError;
use super::records;
use super::step::Step;
use crate::ports::{OperationKey, Remedy};
use crate::store::Store;
use crate::{cases, findings, journal, purge};

/// When an account was acted on, and put back.
#[derive(Default)]
struct Times {
    acted_at: Option<Timestamp>,
    restored_at: Option<Timestamp>,
}

/// The accounts that a plan acted on, whether or not it was undone since. Reads the whole journal.
///
/// Refuses once the facts are forgotten: under the same name another statement would be made of what
/// is left.
pub fn acted(store: &Store, id: PlanId) -> Result<ActedPlan, TakedownError> {
    let plan = records::show(store, id)?;
    let header = plan.header();
    let mut found: Vec<Finding> = Vec::new();
    for finding in &cases::show(store, header.case)?.findings {
        found.push(findings::show(store, finding)?);
    }
    if let Some(at) = purge::purged_at(store, header.case, &found)? {
        return Err(TakedownError::Forgotten { plan: id, at });
    }
    let surest = surest(&found);
    let times = times(store, id)?;
    // Plans of two stores have the same numbers, so the store is part of the key.
    let operation = format!("{} {id}", store.identity()?);
    let account = |step: &Step| {
        let times = times.get(&step.account)?;
        Some(ActedAccount {
            key: OperationKey::new(&operation, "statement", step.account.as_str()).to_string(),
            account: step.account.clone(),
            kind: step.kind,
            measure: measure(step.remedy)?,
            acted_at: times.acted_at?,
            restored_at: times.restored_at,
            found: surest
                .get(&step.account)
                .map(|(finding, member)| found_of(finding, member)),
        })
    };
    Ok(ActedPlan {
        plan: id,
        case: header.case,
        platform: header.platform.clone(),
        accounts: header.steps.iter().filter_map(account).collect(),
    })
}

fn measure(remedy: Remedy) -> Option<Measure> {
    match remedy {
        Remedy::Disable => Some(Measure::Disable),
        Remedy::Restrict => Some(Measure::Restrict),
        Remedy::Secure => Some(Measure::Secure),
        Remedy::Watch => None,
    }
}

/// When what became of each account, as the journal has it.
fn times(store: &Store, id: PlanId) -> Result<BTreeMap<AccountId, Times>, TakedownError> {
    let subject = id.to_string();
    let mut times: BTreeMap<AccountId, Times> = BTreeMap::new();
    journal::show(store, None, |row| {
        let (done, restored) = (row.act == "takedown/done", row.act == "takedown/restored");
        if row.subject != subject || !(done || restored) {
            return;
        }
        let Some((account, at)) = told(&row) else {
            return;
        };
        let times = times.entry(account).or_default();
        if done {
            times.acted_at = Some(at);
            times.restored_at = None;
        } else {
            times.restored_at = Some(at);
        }
    })?;
    Ok(times)
}

fn told(row: &journal::Row) -> Option<(AccountId, Timestamp)> {
    let detail: serde_json::Value = serde_json::from_str(&row.detail).ok()?;
    Some((
        detail.get("account")?.as_str()?.into(),
        row.at.parse().ok()?,
    ))
}

/// Of each account what the finding that is surest of it says; of two equally sure the later one.
fn surest(findings: &[Finding]) -> BTreeMap<&AccountId, (&Finding, &Member)> {
    let mut surest: BTreeMap<&AccountId, (&Finding, &Member)> = BTreeMap::new();
    for finding in findings {
        for member in &finding.members {
            let known = surest.get(&member.account);
            let is_surer = known.is_none_or(|(_, known)| {
                member
                    .probability
                    .get()
                    .total_cmp(&known.probability.get())
                    .is_ge()
            });
            if is_surer {
                surest.insert(&member.account, (finding, member));
            }
        }
    }
    surest
}

/// What a finding found of one of its members.
fn found_of(finding: &Finding, member: &Member) -> Found {
    // What the network as a whole rests on concerns whoever is named in it.
    let concerning = member.facts.iter().chain(
        finding
            .facts
            .iter()
            .filter(|fact| fact.accounts.contains(&member.account)),
    );
    let (mut facts, mut exonerating, mut first_at) = (Vec::new(), 0, None);
    for fact in concerning {
        if fact.code == FactCode::Exonerating {
            exonerating += 1;
            continue;
        }
        facts.push(fact.code);
        first_at = first_at.into_iter().chain(fact.first_at).min();
    }
    facts.sort_unstable();
    facts.dedup();
    let is_of_it = |member: &&Member| member.kind != MemberKind::Suspect;
    Found {
        network_accounts: finding.members.iter().filter(is_of_it).count() as u64,
        network_probability: finding.probability,
        probability: member.probability,
        people_reached: finding.contacts.len() as u64,
        layers: member.layers.clone(),
        facts,
        exonerating,
        first_at,
    }
}
