//! Everything that is seen in a snapshot before anybody is judged.

use std::collections::BTreeSet;

use avert_model::Layer;

use crate::caveats;
use crate::coaction::{CoAction, LayerPlan, pairs};
use crate::fusion::{self, LayerTie, Sought};
use crate::history::History;
use crate::input::World;
use crate::linkage::Linkage;
use crate::network::{self, Assessed, Graph};
use crate::score::Judge;
use crate::timing::InTime;
use crate::trace::{self, LayerTraces};
use crate::{Known, Settings, hubs, seed};

/// Log-odds at or below which an account's own conduct clears it of being made up.
///
/// Pairs of people who are both cleared are left out: whatever they share, neither is made up, and
/// offices would fill the memory with them.
pub(crate) const CLEARED: f32 = -3.0;

/// What was seen.
pub(crate) struct Examined<'a> {
    pub(crate) judge: Judge<'a>,
    pub(crate) layers: &'a [LayerTraces],
    pub(crate) plans: &'a [LayerPlan],
    pub(crate) linkage: Linkage,
    pub(crate) in_time: InTime,
    pub(crate) caveats: Vec<String>,
}

/// Looks at everything, and hands it on.
pub(crate) fn examine<R>(
    world: &World,
    known: &Known,
    settings: &Settings,
    progress: &mut dyn FnMut(&str, u64, u64),
    then: impl FnOnce(Examined<'_>) -> R,
) -> R {
    progress("reading relations", 0, 1);
    let history = History::new(world);
    let mut layers = trace::collect(world, &history);
    let hubs = hubs::leave_out(world, &mut layers, &known.hubs);
    progress("comparing times", 0, 1);
    let in_time = InTime::find(world, &layers);
    trace::keep_first(&mut layers);
    let names: Vec<Layer> = layers.iter().map(|layer| layer.layer.clone()).collect();
    let plans: Vec<LayerPlan> = names
        .iter()
        .map(|layer| plan(world, layer, settings))
        .collect();
    let mut own = Judge::own_evidence(world, &history, settings);
    let touches = seed::touches(world, &layers, &plans, &known.hostile, settings);
    seed::raise(&mut own, &touches);
    seed::clear(&mut own, world, &known.cleared);
    let sought = Sought::new(world, &history);
    let mut caveats = caveats::of_actions(world);
    caveats.extend(caveats::of_knowledge(world, &layers, known, settings));
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
    progress("following the money", 0, 1);
    let linkage = Linkage::find(world, &hubs);
    caveats.extend(caveats::of_payments(&linkage));
    caveats.extend(in_time.caveats());
    progress("judging networks", 0, 1);
    then(Examined {
        judge: Judge {
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
            readings: None,
        },
        layers: &layers,
        plans: &plans,
        linkage,
        in_time,
        caveats,
    })
}

/// Networks, each with its members, in the order in which they are grown.
pub(crate) fn grown(judge: &Judge<'_>) -> Vec<Vec<u32>> {
    network::grow(judge)
}

/// The networks with everybody in them, victims included.
pub(crate) fn judged(judge: &Judge<'_>, grown: &[Vec<u32>]) -> Vec<Vec<Assessed>> {
    judged_beside(judge, grown, BTreeSet::new())
}

/// The same networks, as a model reads what they came to before anybody had read it.
///
/// Cost: that of judging the accounts around those networks in which somebody is taken for something else,
/// and around those after them.
pub(crate) fn judged_again(
    judge: &Judge<'_>,
    grown: &[Vec<u32>],
    mut judged: Vec<Vec<Assessed>>,
    mut settled: BTreeSet<u32>,
) -> Vec<Vec<Assessed>> {
    settled.extend(grown.iter().flatten());
    let personas = |assessed: &[Assessed]| -> Vec<u32> {
        let personas = assessed.iter().filter(|one| one.proposed);
        personas.map(|one| one.verdict.account).collect()
    };
    let mut is_other = false;
    for (members, assessed) in grown.iter().zip(&mut judged) {
        let mut victims = assessed.split_off(members.len());
        let before = personas(assessed);
        network::name_kinds(judge, assessed);
        is_other |= personas(assessed) != before;
        // Who was taken over hangs on who is made up, and on whom networks before this one have.
        if is_other {
            victims = network::taken_over(judge, assessed, &settled);
        }
        settled.extend(victims.iter().map(|victim| victim.verdict.account));
        assessed.extend(victims);
    }
    judged
}

/// The same, beside networks whose members are settled already.
pub(crate) fn judged_beside(
    judge: &Judge<'_>,
    grown: &[Vec<u32>],
    mut settled: BTreeSet<u32>,
) -> Vec<Vec<Assessed>> {
    settled.extend(grown.iter().flatten());
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

pub(crate) fn plan(world: &World, layer: &Layer, settings: &Settings) -> LayerPlan {
    let chosen = settings.layer(layer);
    LayerPlan {
        window: chosen
            .window_seconds
            .map(|seconds| i64::from(seconds) * 1_000_000),
        cap: chosen.most_accounts,
        population: world.population(),
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
    let pairs = found.pairs.iter();
    pairs
        .filter_map(|pair| {
            let shared = Shared {
                a: pair.a,
                b: pair.b,
                objects: pair.objects,
                rarity: pair.weight,
            };
            tie(sought, population, number, &layer.layer, &shared)
        })
        .collect()
}

/// What two accounts share in one layer.
pub(crate) struct Shared {
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) objects: u32,
    pub(crate) rarity: f64,
}

/// How much that ties them, if it is worth mentioning.
pub(crate) fn tie(
    sought: &Sought,
    population: u32,
    number: usize,
    layer: &Layer,
    shared: &Shared,
) -> Option<LayerTie> {
    let rarity = if *layer == Layer::ContactedPerson {
        fusion::surprise(
            f64::from(shared.objects),
            sought.expected(shared.a, shared.b),
        )
    } else {
        shared.rarity
    };
    let evidence = fusion::evidence(layer, rarity, population);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "nats; the seventh digit says nothing"
    )]
    (evidence > 0.05).then_some(LayerTie {
        a: shared.a,
        b: shared.b,
        layer: u16::try_from(number).unwrap_or(u16::MAX),
        objects: shared.objects,
        rarity: shared.rarity as f32,
        evidence: evidence as f32,
    })
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
