//! Puts a network into the words of the model.

use std::collections::BTreeMap;

use avert_model::{
    AccountId, ActivityHours, Edge, Fact, FactCode, Finding, FindingId, Layer, Member, MemberKind,
    Probability, SnapshotId, Timestamp,
};

use super::account::account_evidence;
use super::crowd::Crowd;
use super::facts::{Scribe, moment};
use super::judge::{COUNTS_FROM, Judge};
use super::rhythm;
use super::shared::SharedThing;
use crate::chance::BEYOND;
use crate::fusion::{GROUPS, Group};
use crate::input::{DAY, NO_TIME};
use crate::network::Assessed;
use crate::{DETECTOR, DETECTOR_VERSION};

/// What every finding of a run has in common.
pub(crate) struct Telling<'a> {
    pub(crate) judge: &'a Judge<'a>,
    pub(crate) snapshot: &'a SnapshotId,
    pub(crate) platform: &'a str,
    pub(crate) scribe: Scribe,
    /// The share of what is done at night where people claim to live, if that is known.
    pub(crate) usual_night: Option<f64>,
    /// By tie, at which false-discovery rate it is beyond chance.
    pub(crate) discovery_rates: Vec<f64>,
}

/// Tells one network. Contacts are left empty.
pub(crate) fn tell(
    telling: &Telling<'_>,
    assessed: &[Assessed],
    things: &[SharedThing],
) -> Finding {
    let judge = telling.judge;
    let mut accounts: Vec<u32> = assessed.iter().map(|one| one.verdict.account).collect();
    accounts.sort_unstable();
    let crowd = judge.crowd(&accounts);
    let mut members: Vec<Member> = assessed
        .iter()
        .map(|one| member(telling, one, &crowd, things))
        .collect();
    members.sort_by(|a, b| {
        b.probability
            .get()
            .total_cmp(&a.probability.get())
            .then_with(|| a.account.cmp(&b.account))
    });
    let mut ids: Vec<AccountId> = members.iter().map(|m| m.account.clone()).collect();
    ids.sort();
    let edges = edges(telling, assessed);
    let layers = network_layers(assessed);
    let probability = network_probability(assessed);
    Finding {
        id: finding_id(telling, &ids),
        snapshot: telling.snapshot.clone(),
        platform: telling.platform.to_owned(),
        title: title(assessed, &layers),
        detector: DETECTOR.to_owned(),
        detector_version: DETECTOR_VERSION.to_owned(),
        probability,
        facts: network_facts(telling, assessed, &crowd, things, &layers, &edges),
        layers: layers.iter().map(|(layer, _)| layer.clone()).collect(),
        edges,
        activity: activity(judge, assessed),
        members,
        contacts: Vec::new(),
    }
}

fn member(telling: &Telling<'_>, one: &Assessed, crowd: &Crowd, things: &[SharedThing]) -> Member {
    let judge = telling.judge;
    let world = judge.world;
    let account = one.verdict.account;
    let id = world.id(account);
    let conduct = judge.history.conduct(account);
    let mut facts: Vec<Fact> =
        account_evidence(conduct, &world.profiles[account as usize], judge.settings)
            .iter()
            .map(|evidence| telling.scribe.conduct(&id, evidence, conduct))
            .collect();
    facts.extend(
        telling
            .scribe
            .apart(&id, &one.verdict.field, one.verdict.apart),
    );
    if let Some(touch) = judge.touches.get(&account) {
        facts.push(telling.scribe.touches_seed(&id, touch));
    }
    let least = log_odds(judge.settings.propose_at);
    for (layer, evidence) in &one.verdict.layers {
        let mine: Vec<&SharedThing> = things
            .iter()
            .filter(|thing| {
                judge.layers.get(usize::from(thing.layer)) == Some(layer)
                    && thing.members.binary_search(&account).is_ok()
            })
            .collect();
        if mine.is_empty() {
            continue;
        }
        let mut sharers: Vec<u32> = mine
            .iter()
            .flat_map(|t| t.members.iter().copied())
            .collect();
        sharers.sort_unstable();
        sharers.dedup();
        let whose = format!("It shares with {} other members", sharers.len() - 1);
        let whose = if sharers.len() == 2 {
            "It shares with 1 other member".to_owned()
        } else {
            whose
        };
        let accounts = sharers.iter().map(|account| world.id(*account)).collect();
        let mut fact = telling
            .scribe
            .shares(&whose, layer, &mine, accounts, *evidence);
        if one.proposed {
            let without = judge.weigh(account, crowd, Some(layer));
            let holds = judge.read(account, without.log_odds) >= least
                && without.independent_groups() >= judge.settings.independent_groups.max(2);
            fact.counterfactual = Some(if holds {
                format!("Without layer {layer} it would still be proposed")
            } else {
                format!("Without layer {layer} it would not be proposed")
            });
        }
        facts.push(fact);
    }
    if one.kind == MemberKind::Compromised
        && let Some(change) = &one.change
    {
        facts.push(telling.scribe.abrupt_change(&id, change));
    }
    strongest_first(&mut facts);
    Member {
        account: id,
        kind: one.kind,
        proposed: one.proposed,
        probability: Probability::from_log_odds(one.verdict.log_odds),
        layers: strongest_layers(&one.verdict.layers),
        facts,
    }
}

pub(crate) fn strongest_layers(layers: &[(Layer, f64)]) -> Vec<Layer> {
    let mut layers: Vec<&(Layer, f64)> = layers
        .iter()
        .filter(|(_, sum)| *sum >= COUNTS_FROM)
        .collect();
    layers.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    layers.into_iter().map(|(layer, _)| layer.clone()).collect()
}

fn strongest_first(facts: &mut [Fact]) {
    facts.sort_by(|a, b| {
        b.weight
            .abs()
            .total_cmp(&a.weight.abs())
            .then_with(|| a.code.cmp(&b.code))
            .then_with(|| a.layer.cmp(&b.layer))
    });
}

/// The mean evidence of each layer over the members, strongest first.
fn network_layers(assessed: &[Assessed]) -> Vec<(Layer, f64)> {
    let mut sums: BTreeMap<&Layer, f64> = BTreeMap::new();
    for (layer, evidence) in assessed.iter().flat_map(|one| &one.verdict.layers) {
        *sums.entry(layer).or_default() += evidence / assessed.len() as f64;
    }
    let mut layers: Vec<(Layer, f64)> = sums
        .into_iter()
        .filter(|(_, mean)| *mean >= 0.1)
        .map(|(layer, mean)| (layer.clone(), mean))
        .collect();
    layers.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    layers
}

/// A network is one operation when its two surest members are: their mean log-odds.
pub(crate) fn network_probability(assessed: &[Assessed]) -> Probability {
    let mut odds: Vec<f64> = assessed
        .iter()
        .filter(|one| one.kind != MemberKind::Compromised)
        .map(|one| one.verdict.log_odds)
        .collect();
    odds.sort_by(|a, b| b.total_cmp(a));
    let surest = &odds[..odds.len().min(2)];
    if surest.is_empty() {
        return Probability::from_log_odds(f64::NEG_INFINITY);
    }
    Probability::from_log_odds(surest.iter().sum::<f64>() / surest.len() as f64)
}

fn finding_id(telling: &Telling<'_>, members: &[AccountId]) -> FindingId {
    let mut hasher = blake3::Hasher::new();
    let mut part = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    part(telling.snapshot.as_str());
    part(DETECTOR);
    part(DETECTOR_VERSION);
    for member in members {
        part(member.as_str());
    }
    FindingId::from_digest(&hasher.finalize().to_hex())
        .expect("a BLAKE3 digest is 64 lower-case hexadecimal digits")
}

fn title(assessed: &[Assessed], layers: &[(Layer, f64)]) -> String {
    let count = |kind| assessed.iter().filter(|one| one.kind == kind).count();
    let mut parts = Vec::new();
    for (kind, one, several) in [
        (MemberKind::Persona, "made-up person", "made-up people"),
        (
            MemberKind::Compromised,
            "account taken over",
            "accounts taken over",
        ),
        (MemberKind::Suspect, "suspect", "suspects"),
    ] {
        match count(kind) {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            number => parts.push(format!("{number} {several}")),
        }
    }
    let ties: Vec<&str> = layers
        .iter()
        .take(3)
        .map(|(layer, _)| layer.as_str())
        .collect();
    format!("{}, tied by {}", parts.join(", "), ties.join(", "))
}

fn network_facts(
    telling: &Telling<'_>,
    assessed: &[Assessed],
    crowd: &Crowd,
    things: &[SharedThing],
    layers: &[(Layer, f64)],
    edges: &[Edge],
) -> Vec<Fact> {
    let judge = telling.judge;
    let all: Vec<AccountId> = ids(judge, assessed);
    let mut facts = Vec::new();
    for (layer, evidence) in layers {
        let of_layer: Vec<&SharedThing> = things
            .iter()
            .filter(|thing| judge.layers.get(usize::from(thing.layer)) == Some(layer))
            .collect();
        if of_layer.is_empty() {
            continue;
        }
        let mut sharers: Vec<u32> = of_layer
            .iter()
            .flat_map(|t| t.members.iter().copied())
            .collect();
        sharers.sort_unstable();
        sharers.dedup();
        let whose = format!("{} of its {} members share", sharers.len(), assessed.len());
        let accounts = sharers
            .iter()
            .map(|account| judge.world.id(*account))
            .collect();
        let mut fact = telling
            .scribe
            .shares(&whose, layer, &of_layer, accounts, *evidence);
        let left = left_without(judge, assessed, crowd, layer);
        let now = assessed.iter().filter(|one| one.proposed).count();
        fact.counterfactual = Some(format!(
            "Without layer {layer}, {left} of the {now} proposed accounts would still be proposed"
        ));
        facts.push(fact);
    }
    let groups = (0..GROUPS)
        .filter(|group| {
            layers
                .iter()
                .any(|(layer, sum)| Group::of(layer) as usize == *group && *sum >= COUNTS_FROM)
        })
        .count();
    if groups > 1 {
        facts.push(telling.scribe.fact(
            FactCode::IndependentLayers,
            format!("Its members are tied in {groups} independent kinds of ways"),
            all.clone(),
            0.0,
        ));
    }
    facts.extend(beyond_chance(telling, edges, all));
    facts.extend(registered_together(telling, assessed));
    facts.extend(unlikely_hours(telling, assessed));
    strongest_first(&mut facts);
    facts
}

fn left_without(judge: &Judge<'_>, assessed: &[Assessed], crowd: &Crowd, layer: &Layer) -> usize {
    let least = log_odds(judge.settings.propose_at);
    assessed
        .iter()
        .filter(|one| one.proposed)
        .filter(|one| {
            let verdict = judge.weigh(one.verdict.account, crowd, Some(layer));
            judge.read(one.verdict.account, verdict.log_odds) >= least
                && verdict.independent_groups() >= judge.settings.independent_groups.max(2)
        })
        .count()
}

/// How many of the network's ties are more than chance explains, layer by layer.
fn beyond_chance(telling: &Telling<'_>, edges: &[Edge], all: Vec<AccountId>) -> Option<Fact> {
    let mut by_layer: BTreeMap<&Layer, (usize, usize)> = BTreeMap::new();
    for edge in edges {
        let (ties, beyond) = by_layer.entry(&edge.layer).or_default();
        *ties += 1;
        *beyond += usize::from(edge.false_discovery_rate.is_some_and(|rate| rate <= BEYOND));
    }
    let each: Vec<String> = by_layer
        .iter()
        .map(|(layer, (ties, beyond))| format!("{beyond} of {ties} by {layer}"))
        .collect();
    (!each.is_empty()).then(|| {
        telling.scribe.fact(
            FactCode::BeyondChance,
            format!(
                "Taken pair by pair, so many of the ties between its members are more than chance explains, given \
                 how much everybody does and how many touch each thing (false-discovery rate {:.0} % in each layer; \
                 one thing that two alone share never is, however many pairs share one): {}",
                100.0 * BEYOND,
                each.join(", ")
            ),
            all,
            0.0,
        )
    })
}

fn registered_together(telling: &Telling<'_>, assessed: &[Assessed]) -> Option<Fact> {
    let judge = telling.judge;
    let mut created: Vec<i64> = assessed
        .iter()
        .filter(|one| one.kind == MemberKind::Persona)
        .filter_map(|one| judge.world.profiles[one.verdict.account as usize].created_at)
        .collect();
    created.sort_unstable();
    let (first, last) = (*created.first()?, *created.last()?);
    let days = (last - first).div_euclid(DAY) + 1;
    if created.len() < 3 || days > 30 {
        return None;
    }
    let mut fact = telling.scribe.fact(
        FactCode::RegisteredTogether,
        format!(
            "{} of its accounts were registered within {days} days",
            created.len()
        ),
        ids(judge, assessed),
        0.0,
    );
    fact.first_at = moment(Some(first));
    fact.last_at = moment(Some(last));
    Some(fact)
}

fn unlikely_hours(telling: &Telling<'_>, assessed: &[Assessed]) -> Option<Fact> {
    let world = telling.judge.world;
    let personas = assessed
        .iter()
        .filter(|one| one.kind == MemberKind::Persona);
    let personas: Vec<u32> = personas.map(|one| one.verdict.account).collect();
    let found = rhythm::unlikely_hours(world, &personas, telling.usual_night?)?;
    let accounts = found.accounts.iter().map(|account| world.id(*account));
    Some(telling.scribe.unlikely_hours(&found, accounts.collect()))
}

fn ids(judge: &Judge<'_>, assessed: &[Assessed]) -> Vec<AccountId> {
    let mut ids: Vec<AccountId> = assessed
        .iter()
        .map(|one| judge.world.id(one.verdict.account))
        .collect();
    ids.sort();
    ids
}

fn edges(telling: &Telling<'_>, assessed: &[Assessed]) -> Vec<Edge> {
    let judge = telling.judge;
    let mut edges = Vec::new();
    for one in assessed {
        let account = one.verdict.account;
        for (other, bond) in judge.graph.neighbours(account) {
            if *other <= account || !assessed.iter().any(|a| a.verdict.account == *other) {
                continue;
            }
            let (from, to) = judge.bonds[*bond as usize].ties;
            for (tie, rate) in judge.ties[from..to]
                .iter()
                .zip(&telling.discovery_rates[from..to])
            {
                let (a, b) = (judge.world.id(tie.a), judge.world.id(tie.b));
                edges.push(Edge {
                    a: a.clone().min(b.clone()),
                    b: a.max(b),
                    layer: judge.layers[usize::from(tie.layer)].clone(),
                    weight: f64::from(tie.rarity),
                    objects: tie.objects,
                    false_discovery_rate: Some(*rate),
                });
            }
        }
    }
    edges.sort_by(|x, y| (&x.a, &x.b, &x.layer).cmp(&(&y.a, &y.b, &y.layer)));
    edges
}

fn activity(judge: &Judge<'_>, assessed: &[Assessed]) -> ActivityHours {
    let mut hours = ActivityHours::default();
    for one in assessed {
        for row in judge.world.rows_of(one.verdict.account) {
            if row.at != NO_TIME
                && let Ok(at) = Timestamp::from_microsecond(row.at)
            {
                hours.count(at);
            }
        }
    }
    hours
}

/// The log-odds of a probability.
pub(crate) fn log_odds(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}
