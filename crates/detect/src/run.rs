//! The stages in their order.

use std::collections::BTreeSet;

use avert_events::{Snapshot, SnapshotError};
use avert_model::{
    AccountId, FactCode, Finding, FindingSet, Layer, Member, MemberKind, Provenance, SnapshotId,
    Timestamp,
};

use crate::coaction::{CoAction, LayerPlan, pairs};
use crate::contacts::{MemberSince, contacts};
use crate::fusion::{self, LayerTie, Sought};
use crate::history::History;
use crate::hubs;
use crate::input::{self, World};
use crate::linkage::{self, Linkage};
use crate::network::{self, Assessed, Graph};
use crate::score::{Aspect, Judge, Scribe, Source, Telling, account_evidence, shared_things, tell};
use crate::seed;
use crate::trace::{self, LayerTraces};
use crate::{DETECTOR, DETECTOR_VERSION, DetectError, Known, Settings};

/// Log-odds at or below which an account's own conduct clears it of being made up.
///
/// Pairs of people who are both cleared are left out: whatever they share, neither is made up, and
/// offices would fill the memory with them.
const CLEARED: f32 = -3.0;

/// Searches a snapshot for networks of accounts that act as one.
///
/// `progress` is told the stage, and how much of it is done out of how much.
/// Output: findings, surest first; the same snapshot, knowledge and settings give the same bytes.
/// Cost: O(actions log actions + pairs that share an object below its layer's cap); memory about
/// 200 bytes an action.
///
/// # Errors
/// [`DetectError::Setting`] before anything is read; otherwise what the snapshot's tables say.
pub fn detect(
    snapshot: &Snapshot,
    known: &Known,
    settings: &Settings,
    progress: &mut dyn FnMut(&str, u64, u64),
) -> Result<FindingSet, DetectError> {
    settings.check()?;
    let world = input::load(snapshot, progress)?;
    let platform = &snapshot.manifest().platform;
    let mut found = search(&world, snapshot.id(), platform, known, settings, progress);
    drop(world);
    progress("collecting contacts", 0, 1);
    reach(snapshot, &mut found.findings).map_err(DetectError::Actions)?;
    Ok(found)
}

/// Adds to each finding the people it reached.
///
/// Suspects reach nobody: they may be honest, and telling their friends that they were approached
/// by an operation would slander them. They are nobody's contacts either.
fn reach(snapshot: &Snapshot, findings: &mut [Finding]) -> Result<(), SnapshotError> {
    let excluded: BTreeSet<AccountId> = findings
        .iter()
        .flat_map(|finding| &finding.members)
        .map(|member| member.account.clone())
        .collect();
    let networks: Vec<Vec<MemberSince>> = findings
        .iter()
        .map(|finding| {
            let acting = finding.members.iter();
            acting
                .filter(|member| member.kind != MemberKind::Suspect)
                .map(|member| (member.account.clone(), since(member)))
                .collect()
        })
        .collect();
    let reached = contacts(snapshot, &networks, &excluded)?;
    for (finding, contacts) in findings.iter_mut().zip(reached) {
        finding.contacts = contacts;
    }
    Ok(())
}

/// From when on an account acted for the network: an account that was taken over, since then.
fn since(member: &Member) -> Option<i64> {
    member
        .facts
        .iter()
        .find(|fact| fact.code == FactCode::AbruptChange)
        .and_then(|fact| fact.first_at)
        .map(Timestamp::as_microsecond)
}

/// Searches what was read.
pub(crate) fn search(
    world: &World,
    snapshot: &SnapshotId,
    platform: &str,
    known: &Known,
    settings: &Settings,
    progress: &mut dyn FnMut(&str, u64, u64),
) -> FindingSet {
    progress("reading relations", 0, 1);
    let history = History::new(world);
    let mut layers = trace::collect(world, &history);
    let hubs = hubs::leave_out(world, &mut layers, &known.hubs);
    let names: Vec<Layer> = layers.iter().map(|layer| layer.layer.clone()).collect();
    let plans: Vec<LayerPlan> = names
        .iter()
        .map(|layer| plan(world, layer, settings))
        .collect();
    let mut own = Judge::own_evidence(world, &history, settings);
    let touches = seed::touches(world, &layers, &plans, &known.hostile, settings);
    seed::raise(&mut own, &touches);
    let sought = Sought::new(world, &history);
    let mut caveats = general_caveats(world);
    let mut ties = Vec::new();
    for (number, (layer, plan)) in layers.iter().zip(&plans).enumerate() {
        progress("comparing accounts", number as u64, layers.len() as u64);
        let wanted = |a: u32, b: u32| own[a as usize] > CLEARED || own[b as usize] > CLEARED;
        let found = pairs(&layer.traces, plan, wanted);
        caveats.extend(layer_caveats(layer, &found, plan));
        ties.extend(weighed(&sought, plan.population, number, layer, &found));
    }
    let bonds = fusion::fuse(&mut ties, &names, settings.share_of_weaker);
    let graph = Graph::new(&bonds, world.accounts());
    let judge = Judge {
        world,
        history: &history,
        settings,
        layers: &names,
        ties: &ties,
        bonds: &bonds,
        graph: &graph,
        sought: &sought,
        touches: &touches,
        own: &own,
    };
    progress("judging networks", 0, 1);
    let networks = judged(&judge);
    let telling = Telling {
        judge: &judge,
        snapshot,
        platform,
        scribe: Scribe {
            provenance: Provenance {
                snapshot: snapshot.clone(),
                detector: DETECTOR.to_owned(),
                detector_version: DETECTOR_VERSION.to_owned(),
            },
        },
    };
    let mut findings = told(&telling, &networks, &layers, &plans);
    progress("following the money", 0, 1);
    let linkage = Linkage::find(world, &hubs);
    caveats.extend(linkage_caveats(&linkage));
    findings.extend(of_one_hand(&judge, &linkage, &networks, snapshot, platform));
    surest_first(&mut findings);
    FindingSet {
        snapshot: snapshot.clone(),
        detector: DETECTOR.to_owned(),
        detector_version: DETECTOR_VERSION.to_owned(),
        accounts: world.accounts() as u64,
        actions: world.rows.len() as u64 + world.unlisted,
        caveats,
        findings,
    }
}

/// The networks with everybody in them, victims included.
fn judged(judge: &Judge<'_>) -> Vec<Vec<Assessed>> {
    let grown = network::grow(judge);
    let mut settled: BTreeSet<u32> = grown.iter().flatten().copied().collect();
    grown
        .iter()
        .map(|members| {
            let mut assessed = network::assess(judge, members);
            let victims = network::taken_over(judge, &assessed, &settled);
            settled.extend(victims.iter().map(|victim| victim.verdict.account));
            assessed.extend(victims);
            assessed
        })
        .collect()
}

fn plan(world: &World, layer: &Layer, settings: &Settings) -> LayerPlan {
    let chosen = settings.layer(layer);
    LayerPlan {
        window: chosen
            .window_seconds
            .map(|seconds| i64::from(seconds) * 1_000_000),
        cap: chosen.most_accounts,
        population: u32::try_from(world.accounts()).unwrap_or(u32::MAX),
    }
}

/// What is left of the pairs of a layer after expectation and saturation.
fn weighed(
    sought: &Sought,
    population: u32,
    number: usize,
    layer: &LayerTraces,
    found: &CoAction,
) -> Vec<LayerTie> {
    let is_targeting = layer.layer == Layer::ContactedPerson;
    found
        .pairs
        .iter()
        .filter_map(|pair| {
            let rarity = if is_targeting {
                fusion::surprise(f64::from(pair.objects), sought.expected(pair.a, pair.b))
            } else {
                pair.weight
            };
            let evidence = fusion::evidence(&layer.layer, rarity, population);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "nats; the seventh digit says nothing"
            )]
            (evidence > 0.05).then_some(LayerTie {
                a: pair.a,
                b: pair.b,
                layer: u16::try_from(number).unwrap_or(u16::MAX),
                objects: pair.objects,
                rarity: pair.weight as f32,
                evidence: evidence as f32,
            })
        })
        .collect()
}

fn told(
    telling: &Telling<'_>,
    networks: &[Vec<Assessed>],
    layers: &[LayerTraces],
    plans: &[LayerPlan],
) -> Vec<Finding> {
    let world = telling.judge.world;
    let mut network_of = vec![None; world.accounts()];
    for (number, network) in networks.iter().enumerate() {
        for one in network {
            network_of[one.verdict.account as usize] = u32::try_from(number).ok();
        }
    }
    let things = shared_things(world, layers, plans, &network_of, networks.len());
    networks
        .iter()
        .zip(&things)
        .map(|(network, things)| tell(telling, network, things))
        .collect()
}

/// Networks whose accounts are of one hand, without those who are in a network already.
fn of_one_hand(
    judge: &Judge<'_>,
    linkage: &Linkage,
    networks: &[Vec<Assessed>],
    snapshot: &SnapshotId,
    platform: &str,
) -> Vec<Finding> {
    let taken: BTreeSet<u32> = networks
        .iter()
        .flatten()
        .map(|one| one.verdict.account)
        .collect();
    let own = |account: u32| {
        let conduct = judge.history.conduct(account);
        let profile = &judge.world.profiles[account as usize];
        // Those whom an account knows of old may be accounts of the same hand.
        account_evidence(conduct, profile, judge.settings)
            .iter()
            .filter(|evidence| !matches!(evidence.aspect, Aspect::OldTies | Aspect::SoughtByOthers))
            .map(|evidence| evidence.weight)
            .sum()
    };
    let source = Source {
        world: judge.world,
        snapshot,
        platform,
        settings: judge.settings,
    };
    linkage::allege(
        judge.world,
        linkage,
        |account| taken.contains(&account),
        own,
    )
    .iter()
    .filter_map(|alleged| source.tell(alleged))
    .collect()
}

fn surest_first(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        b.probability
            .get()
            .total_cmp(&a.probability.get())
            .then_with(|| b.members.len().cmp(&a.members.len()))
            .then_with(|| a.id.cmp(&b.id))
    });
}

fn linkage_caveats(linkage: &Linkage) -> Vec<String> {
    let mut caveats = Vec::new();
    if linkage.undated > 0 {
        caveats.push(format!(
            "money: {} accounts that paid somebody were left out, because their registration is not known",
            linkage.undated
        ));
    }
    if linkage.too_few {
        caveats.push(
            "money: too few accounts have to do with each other to learn from; payments were left out"
                .to_owned(),
        );
    }
    caveats
}

fn general_caveats(world: &World) -> Vec<String> {
    let mut caveats = Vec::new();
    if world.untimed > 0 {
        caveats.push(format!(
            "{} actions carry no time: they count in layers without a window only",
            world.untimed
        ));
    }
    if world.unlisted > 0 {
        caveats.push(format!(
            "{} actions were done by accounts that are not listed: they were left out",
            world.unlisted
        ));
    }
    caveats
}

fn layer_caveats(
    layer: &LayerTraces,
    found: &CoAction,
    plan: &LayerPlan,
) -> impl Iterator<Item = String> {
    let skipped = (found.skipped_objects > 0).then(|| {
        format!(
            "layer {}: {} objects that more than {} accounts touched were left out, with {} traces",
            layer.layer, found.skipped_objects, plan.cap, found.skipped_traces
        )
    });
    let untimed = (found.untimed_traces > 0).then(|| {
        format!(
            "layer {}: {} traces carry no time and were left out, because the layer has a window",
            layer.layer, found.untimed_traces
        )
    });
    let unreadable = (layer.unreadable > 0).then(|| {
        format!(
            "layer {}: {} accounts have something there that could not be read",
            layer.layer, layer.unreadable
        )
    });
    [skipped, untimed, unreadable].into_iter().flatten()
}
