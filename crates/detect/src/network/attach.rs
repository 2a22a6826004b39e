//! Finds the accounts of ordinary people that a network has taken over.
//!
//! Such an account has friends and a past, which clears it of being made up, so the growing of
//! networks leaves it out. What gives it away is a change: from one day on it is used in other ways,
//! and it does the network's work.

use std::collections::BTreeSet;

use avert_model::MemberKind;

use super::kinds::{Assessed, Machines, changed};
use crate::fusion::Group;
use crate::score::{COUNTS_FROM, Judge};
use crate::seed::EXONERATED;

/// Log-odds that an account with a past is in other hands, before its ties are looked at.
const TAKEN_OVER: f64 = -4.0;

/// The accounts taken over by a network, sorted. `settled` are the members of every network.
pub(crate) fn taken_over(
    judge: &Judge<'_>,
    network: &[Assessed],
    settled: &BTreeSet<u32>,
) -> Vec<Assessed> {
    let mut personas: Vec<u32> = network
        .iter()
        .filter(|one| one.kind == MemberKind::Persona)
        .map(|one| one.verdict.account)
        .collect();
    personas.sort_unstable();
    let crowd = judge.crowd(&personas);
    let machines = Machines::of(judge, &personas);
    let around: BTreeSet<u32> = personas
        .iter()
        .flat_map(|persona| judge.graph.neighbours(*persona))
        .map(|(other, _)| *other)
        .filter(|other| !settled.contains(other))
        .filter(|other| judge.own[*other as usize] > EXONERATED)
        .collect();
    around
        .into_iter()
        .filter_map(|account| {
            let mut verdict = judge.weigh(account, &crowd, None);
            let does_the_work = verdict.groups[Group::Payload as usize] >= COUNTS_FROM
                || verdict.groups[Group::Targeting as usize] >= COUNTS_FROM;
            if !does_the_work || verdict.independent_groups() < 2 {
                return None;
            }
            let change = changed(judge, account, &machines)?;
            verdict.log_odds = TAKEN_OVER + verdict.groups.iter().sum::<f64>() + verdict.apart;
            if verdict.log_odds < 0.0 {
                return None;
            }
            Some(Assessed {
                verdict,
                kind: MemberKind::Compromised,
                proposed: false,
                fits: false,
                has_a_past: false,
                change: Some(change),
            })
        })
        .collect()
}
