//! What changed, in one line each.

use std::collections::BTreeMap;

use avert_detect::live::{Change, LiveNetwork};
use avert_model::{AccountId, MemberKind};

use crate::text::{count, percent};

/// How many accounts are named before the rest is counted.
const NAMED: usize = 6;

/// A change for people.
pub(super) fn line(change: &Change) -> String {
    match change {
        Change::Opened { network, from } => {
            let from = from.map_or_else(String::new, |from| format!(", of network {from}"));
            format!("+ {}{from}\n", told(network))
        }
        Change::Updated {
            network,
            joined,
            left,
        } => {
            let mut text = format!("~ {}", told(network));
            if !joined.is_empty() {
                text.extend(["; joined: ", &names(joined)]);
            }
            if !left.is_empty() {
                text.extend(["; left: ", &names(left)]);
            }
            text + "\n"
        }
        Change::Merged { network, absorbed } => {
            let absorbed: Vec<String> = absorbed.iter().map(u64::to_string).collect();
            format!(
                "< {}; takes in network {}\n",
                told(network),
                absorbed.join(", ")
            )
        }
        Change::Retracted { number, members } => {
            format!("- network {number} is none any more: {}\n", names(members))
        }
    }
}

fn told(network: &LiveNetwork) -> String {
    let of_kind = |kind: MemberKind| {
        let members = network.members.iter();
        members.filter(|member| member.kind == kind).count() as u64
    };
    let proposed = network
        .members
        .iter()
        .filter(|member| member.proposed)
        .count();
    let mut text = format!(
        "network {}: {}, {} sure; {} ({proposed} proposed)",
        network.number,
        count(network.members.len() as u64, "account", "accounts"),
        percent(network.probability.get()),
        count(of_kind(MemberKind::Persona), "persona", "personas"),
    );
    let taken_over = of_kind(MemberKind::Compromised);
    if taken_over > 0 {
        text.extend([", ", &taken_over.to_string(), " taken over"]);
    }
    let mut layers: Vec<&str> = network
        .members
        .iter()
        .flat_map(|member| &member.layers)
        .map(avert_model::Layer::as_str)
        .collect();
    layers.sort_unstable();
    layers.dedup();
    if !layers.is_empty() {
        text.extend(["; tied by ", &layers.join(", ")]);
    }
    let mut known: BTreeMap<&str, u64> = BTreeMap::new();
    for case in network
        .members
        .iter()
        .filter_map(|member| member.taken_down.as_deref())
    {
        *known.entry(case).or_default() += 1;
    }
    for (case, members) in known {
        let accounts = count(members, "account", "accounts");
        text.extend(["; ", &accounts, " taken down already in ", case]);
    }
    if !network.return_of.is_empty() {
        text.extend(["; return of ", &network.return_of.join(", ")]);
    }
    text
}

fn names(accounts: &[AccountId]) -> String {
    let mut names: Vec<&str> = accounts.iter().take(NAMED).map(AccountId::as_str).collect();
    let more = (accounts.len() > NAMED).then(|| format!("and {} more", accounts.len() - NAMED));
    names.extend(more.as_deref());
    names.join(", ")
}
