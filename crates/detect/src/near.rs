//! Who is near: from accounts that are known to be hostile along what accounts share, and from accounts that
//! the platform has verified along who answers whom.
//!
//! It ranks, for people to look through; nobody becomes a member of anything by being near.

use avert_model::{AccountId, Layer, Probability};

use crate::graph::{Edge, Graph, Propagation, components, propagate};
use crate::history::History;
use crate::input::World;
use crate::score::Judge;

/// How walks go: three steps on average, and shares below a ten-millionth are not told apart.
const WALK: Propagation = Propagation {
    restart: 0.25,
    tolerance: 1e-7,
};

/// An account that a walk from the seeds comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// The account.
    pub account: AccountId,
    /// Whether it is where walks start: known to be hostile, or in touch with a thing that is.
    pub is_seed: bool,
    /// How many times more often a walk from the seeds comes by than a walk from anywhere.
    pub nearness: f64,
    /// The same for walks from verified accounts along requests that were answered and old ties, times the share
    /// of its own requests that were answered, each counted by how trusted whoever was asked is; below 1 are
    /// those whom ordinary people do not answer. `None` where nobody is verified.
    pub trust: Option<f64>,
    /// How probably it is hostile, by everything that is known of it.
    pub probability: Probability,
    /// The account by which most of these walks come.
    pub through: Option<AccountId>,
    /// What it shares with that one, strongest first.
    pub layers: Vec<Layer>,
}

/// The accounts that walks from the seeds come to, nearest first; none without seeds.
///
/// Walks go along everything that two accounts share, in proportion to how much it says, and go back to
/// a seed in one step of four. Cost: O(pairs that share something).
pub(crate) fn near(judge: &Judge<'_>, log_odds: &[f64]) -> Vec<Near> {
    let starts: Vec<(u32, f64)> = judge
        .touches
        .iter()
        .filter(|(_, touch)| touch.is_seed)
        .map(|(account, touch)| (*account, touch.weight))
        .collect();
    if starts.is_empty() {
        return Vec::new();
    }
    let shared = shared(judge);
    let visits = propagate(&shared, &starts, WALK);
    let nearness = lifts(&shared, &visits);
    let trust = trust(judge.world, judge.history);
    let mut near: Vec<Near> = (0_u32..)
        .zip(nearness)
        .filter(|(account, near)| *near > 0.0 && (*account as usize) < judge.world.accounts())
        .map(|(account, nearness)| {
            let by = through(&shared, &visits, account);
            Near {
                account: judge.world.id(account),
                is_seed: judge
                    .touches
                    .get(&account)
                    .is_some_and(|touch| touch.is_seed),
                nearness,
                trust: trust.as_ref().map(|trust| trust[account as usize]),
                probability: Probability::from_log_odds(log_odds[account as usize]),
                through: by.map(|other| judge.world.id(other)),
                layers: by.map_or_else(Vec::new, |other| layers(judge, account, other)),
            }
        })
        .collect();
    near.sort_by(|a, b| {
        let nearest = b.nearness.total_cmp(&a.nearness);
        nearest.then_with(|| a.account.cmp(&b.account))
    });
    near
}

/// How many times more often than by chance a walk from verified accounts comes by each account, times the
/// share of its requests that were answered, by how trusted whoever was asked is; `None` where nobody is
/// verified.
///
/// Somebody who asks many and is answered by few is connected well enough by those few: walks alone would
/// trust them. One request that an ordinary person answered is taken for granted. The idea: honest people answer honest people, and few of them answer strangers (Cao, Sirivianos, Yang and
/// Pregueiro, "Aiding the detection of fake accounts in large scale social online services", NSDI 2012; for
/// requests by their answers, Xue et al., `VoteTrust`, INFOCOM 2013).
pub(crate) fn trust(world: &World, history: &History) -> Option<Vec<f64>> {
    let starts: Vec<(u32, f64)> = (0_u32..)
        .zip(&world.profiles)
        .filter(|(_, profile)| profile.verified)
        .map(|(account, _)| (account, 1.0))
        .collect();
    if starts.is_empty() {
        return None;
    }
    let edges = history.friends.iter().map(|(a, b)| Edge {
        a: *a,
        b: *b,
        weight: 1.0,
    });
    let (graph, _) = Graph::new(number(world.ids.len()), edges.collect());
    let visits = propagate(&graph, &starts, WALK);
    let lifts = lifts(&graph, &visits);
    let answered = |account: u32| {
        let (mut asked, mut answered) = (1.0, 1.0);
        for approach in history.approaches(account) {
            let trust = lifts[approach.target as usize];
            asked += trust;
            answered += if approach.answered { trust } else { 0.0 };
        }
        answered / asked
    };
    let trust = (0_u32..).zip(&lifts);
    Some(
        trust
            .map(|(account, lift)| lift * answered(account))
            .collect(),
    )
}

/// How many times more often than a walk from anywhere a walk comes by each node.
///
/// A walk from anywhere stays with what hangs together with where it begins, and there comes by a node as
/// often as the node is strong.
fn lifts(graph: &Graph, visits: &[f64]) -> Vec<f64> {
    let of = components(graph);
    let count = of.iter().max().map_or(0, |most| *most as usize + 1);
    let (mut nodes, mut strengths) = (vec![0.0; count], vec![0.0; count]);
    for (node, component) in (0_u32..).zip(&of) {
        nodes[*component as usize] += 1.0;
        strengths[*component as usize] += graph.strength(node);
    }
    let by_chance = |node: u32| {
        let component = of[node as usize] as usize;
        let share = if strengths[component] > 0.0 {
            graph.strength(node) / strengths[component]
        } else {
            1.0
        };
        nodes[component] / graph.nodes() as f64 * share
    };
    let visits = (0_u32..).zip(visits);
    visits
        .map(|(node, visited)| visited / by_chance(node))
        .collect()
}

/// What accounts share, as a graph.
fn shared(judge: &Judge<'_>) -> Graph {
    let edges = judge.bonds.iter().map(|bond| {
        #[expect(clippy::cast_possible_truncation, reason = "a few nats")]
        let weight = bond.strength() as f32;
        Edge {
            a: bond.a,
            b: bond.b,
            weight,
        }
    });
    Graph::new(number(judge.world.accounts()), edges.collect()).0
}

/// The neighbour by which most of the walks come that come by a node.
fn through(graph: &Graph, shares: &[f64], node: u32) -> Option<u32> {
    let by = |other: u32, weight: f32| {
        shares[other as usize] * f64::from(weight) / graph.strength(other).max(f64::MIN_POSITIVE)
    };
    let ways = graph
        .around(node)
        .map(|(other, weight)| (other, by(other, weight)));
    let most = ways.reduce(|most, next| if next.1 > most.1 { next } else { most });
    most.filter(|(_, by)| *by > 0.0).map(|(other, _)| other)
}

/// What two accounts share, strongest first.
fn layers(judge: &Judge<'_>, one: u32, other: u32) -> Vec<Layer> {
    let neighbours = judge.graph.neighbours(one);
    let Some((_, bond)) = neighbours.iter().find(|(there, _)| *there == other) else {
        return Vec::new();
    };
    let (from, to) = judge.bonds[*bond as usize].ties;
    let mut ties: Vec<_> = judge.ties[from..to].iter().collect();
    ties.sort_by(|a, b| {
        b.evidence
            .total_cmp(&a.evidence)
            .then_with(|| a.layer.cmp(&b.layer))
    });
    let layers = ties
        .iter()
        .map(|tie| judge.layers[usize::from(tie.layer)].clone());
    layers.collect()
}

fn number(nodes: usize) -> u32 {
    u32::try_from(nodes).unwrap_or(u32::MAX)
}
