//! Networks by timing, given who touched what.
//!
//! For platforms where posts are all there is. Accounts that work together share links, hashtags and
//! pictures, and so do people who share an interest; but people do not share them within minutes of
//! each other, again and again, in several ways at once. Two stages, each with its own null:
//!
//! 1. `edges`: pairs that meet more often than how much they do, and at which hours, explains.
//! 2. `candidates`: communities of accounts that share more than is explained, chosen blind to time;
//!    `surprise`: those in which the timing of what they share is more than chance explains.
//!
//! A network is what the edges of the first leave of a community of the second. Why so, and how it was
//! measured: `docs/adr/0009-timing-given-who-touched-what.md`.
//!
//! It knows nothing of accounts or layers but numbers, and gives no judgement about anybody.

mod allege;
mod balance;
mod candidates;
mod edges;
mod gaps;
mod meetings;
mod prune;
mod sightings;
mod surprise;
mod touches;

#[cfg(test)]
mod tests;

pub(crate) use allege::{InTime, LOG_ODDS};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::Trace;

use self::surprise::{Judge, MemberVerdict, accepted};
use self::touches::Touches;

/// How many windows there are.
const WINDOWS: usize = 4;

/// What may be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timing {
    /// How close in time two touches of an object are to count as a meeting, in seconds, ascending.
    /// Every window is tried, and paid for.
    pub windows_seconds: [u32; WINDOWS],
    /// The share of false discoveries that is aimed at, of edges and of candidates each.
    pub false_discoveries: f64,
    /// The same, of communities. Their p-values err on the side of chance, and a community without
    /// edges in several groups is no network anyway.
    pub false_communities: f64,
    /// How many objects two accounts share at least to be candidates.
    pub least_shared: u32,
    /// Objects that more accounts touched than this make nobody candidates.
    pub most_accounts: u32,
    /// Which share of its pairs are candidates in a community, at least.
    pub resolution: f64,
    /// Members stay whose own timing is at most so likely by chance.
    pub member_alpha: f64,
    /// In how many groups of layers candidates share something and members are tied, at least.
    pub independent_groups: usize,
    /// The fewest accounts that make a network.
    pub smallest_network: usize,
    /// Objects with more pairs of touches within the widest window than this are left out of the
    /// first stage, and counted. It bounds memory: 48 bytes a pair.
    pub most_meetings_of_object: u64,
    /// If a layer has more pairs of touches within the widest window than this, its busiest objects
    /// are left out of the first stage, and counted. It bounds memory: 12 bytes a pair.
    pub most_meetings: u64,
    /// If a layer has more pairs than this that meet more often than explained, the least surprising
    /// are left out, and counted. It bounds memory: some 150 bytes a pair.
    pub most_pairs: usize,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            windows_seconds: [60, 600, 3_600, 21_600],
            false_discoveries: 0.05,
            false_communities: 0.1,
            least_shared: 3,
            most_accounts: 100,
            resolution: 0.3,
            member_alpha: 0.15,
            independent_groups: 2,
            smallest_network: 3,
            most_meetings_of_object: 2_000_000,
            most_meetings: 20_000_000,
            most_pairs: 1_000_000,
        }
    }
}

impl Timing {
    /// The widest window in microseconds.
    fn widest(&self) -> u64 {
        let widest = self.windows_seconds.iter().copied().max().unwrap_or(0);
        u64::from(widest) * 1_000_000
    }

    /// The first window that a gap, in microseconds, is within.
    fn window_of(&self, gap: u64) -> usize {
        let mut windows = self.windows_seconds.iter();
        let within = windows.position(|window| gap <= u64::from(*window) * 1_000_000);
        within.unwrap_or(WINDOWS - 1)
    }
}

/// What was touched of one kind.
#[derive(Debug, Clone, Copy)]
pub struct TimedLayer<'a> {
    /// Which group it is of. Layers of one group are no independent evidence: a link and its domain.
    pub group: usize,
    /// Whether candidates may share it and their timing on it is judged. Not what follows from another
    /// layer: a domain.
    pub in_stage_two: bool,
    /// Who touched what and when, in any order. Those without a time are left out, and counted.
    pub traces: &'a [Trace],
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timed {
    /// The least likely by chance first.
    pub networks: Vec<TimedNetwork>,
    /// What it took.
    pub statistics: Statistics,
}

/// How much there was at each step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// Traces that had no time and were left out.
    pub without_time: u64,
    /// Objects left out of the first stage because too much happened on them at once.
    pub crowded_objects: u64,
    /// Pairs that met more often than explained, but were too many: see [`Timing::most_pairs`].
    pub pairs_left_out: u64,
    /// Meetings within the widest window, at most one for two accounts, an object and a day.
    pub meetings: u64,
    /// Pairs, by group of layers, that meet more often than explained.
    pub edges: u64,
    /// Pairs that share more than explained.
    pub candidate_pairs: u64,
    /// Communities whose timing was judged.
    pub communities: u64,
    /// Communities whose timing is more than chance.
    pub coordinated: u64,
}

/// Accounts that act as one in time.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedNetwork {
    /// Ascending by account.
    pub members: Vec<TimedMember>,
    /// How likely the timing in the community they are of is by chance.
    pub p: f64,
    /// Who is tied to whom, sorted.
    pub edges: Vec<TimedEdge>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedMember {
    /// Its number, as in the traces.
    pub account: u32,
    /// How likely its own timing is by chance.
    pub p: f64,
    /// How surprising its timing is, by group, ascending.
    pub evidence: Vec<TimedEvidence>,
}

/// What one group of layers says of a member.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimedEvidence {
    /// The group of layers.
    pub group: usize,
    /// The sum, over objects, of the mean surprise at how close in time others' touches are. By chance
    /// it is 1 nat an object.
    pub nats: f64,
    /// On how many objects.
    pub objects: u32,
}

/// Two accounts that meet more often than explained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimedEdge {
    /// The account with the lesser number.
    pub a: u32,
    /// The other one.
    pub b: u32,
    /// The group of layers in which they do.
    pub group: usize,
    /// How likely that is by chance.
    pub p: f64,
}

impl TimedEdge {
    /// The other end, if this account is one.
    fn other(&self, account: u32) -> Option<u32> {
        match account {
            _ if account == self.a => Some(self.b),
            _ if account == self.b => Some(self.a),
            _ => None,
        }
    }
}

/// Finds networks of accounts that act as one in time.
///
/// The same traces in any order give the same networks; other numbers for accounts or objects, or clocks
/// that are all as much off, change nothing either.
/// Cost: O(n log n) of the traces, of the pairs of touches within the widest window (bounded by
/// [`Timing::most_meetings`] a layer) and of the pairs that share an object of at most
/// [`Timing::most_accounts`]. Memory: some 40 bytes a trace, 12 a pair.
/// Source: decision 9, measured on the German election posts of `CooRTweet` with planted cells.
pub fn networks(layers: &[TimedLayer<'_>], settings: &Timing) -> Timed {
    let touches = Touches::new(layers);
    let found = edges::edges(&touches, settings);
    let candidates = candidates::candidates(&touches, settings);
    let tied: FxHashSet<(u32, u32)> = found.tied.iter().map(|edge| (edge.a, edge.b)).collect();
    let judge = Judge::new(&touches, &tied);
    let communities = &candidates.communities;
    let verdicts: Vec<_> = communities
        .iter()
        .map(|members| judge.judge(members))
        .collect();
    let accepted = accepted(&verdicts, settings);
    let mut community_of = vec![usize::MAX; touches.accounts()];
    let mut verdict_of = vec![MemberVerdict::default(); touches.accounts()];
    for (number, (members, verdict)) in communities.iter().zip(&verdicts).enumerate() {
        for (account, own) in members.iter().zip(&verdict.members) {
            if accepted[number] && own.p <= settings.member_alpha {
                community_of[*account as usize] = number;
                verdict_of[*account as usize] = own.clone();
            }
        }
    }
    let mut edges_of = vec![Vec::new(); communities.len()];
    for edge in &found.tied {
        let own = community_of[edge.a as usize];
        if own == community_of[edge.b as usize] && own != usize::MAX {
            edges_of[own].push(*edge);
        }
    }
    let mut networks = Vec::new();
    for (edges, verdict) in edges_of.into_iter().zip(&verdicts) {
        for (accounts, edges) in prune::prune(edges, settings) {
            let members = accounts
                .iter()
                .map(|account| member(&touches, *account, &verdict_of[*account as usize]));
            networks.push(network(&touches, members.collect(), verdict.p, edges));
        }
    }
    networks.sort_by(|one, other| {
        let first = |network: &TimedNetwork| network.members[0].account;
        one.p
            .total_cmp(&other.p)
            .then(first(one).cmp(&first(other)))
    });
    Timed {
        networks,
        statistics: Statistics {
            without_time: touches.without_time,
            crowded_objects: found.crowded_objects,
            pairs_left_out: found.pairs_left_out,
            meetings: found.meetings,
            edges: found.tied.len() as u64,
            candidate_pairs: candidates.pairs,
            communities: communities.len() as u64,
            coordinated: accepted.iter().filter(|accepted| **accepted).count() as u64,
        },
    }
}

fn member(touches: &Touches, account: u32, verdict: &MemberVerdict) -> TimedMember {
    let evidence = verdict.evidence.iter();
    TimedMember {
        account: touches.names[account as usize],
        p: verdict.p,
        evidence: evidence
            .map(|(group, nats, objects)| TimedEvidence {
                group: *group,
                nats: *nats,
                objects: *objects,
            })
            .collect(),
    }
}

/// A network by the accounts' own numbers.
fn network(
    touches: &Touches,
    mut members: Vec<TimedMember>,
    p: f64,
    mut edges: Vec<TimedEdge>,
) -> TimedNetwork {
    members.sort_unstable_by_key(|member| member.account);
    for edge in &mut edges {
        let names = [edge.a, edge.b].map(|account| touches.names[account as usize]);
        (edge.a, edge.b) = (names[0].min(names[1]), names[0].max(names[1]));
    }
    edges.sort_unstable_by_key(|edge| (edge.a, edge.b, edge.group));
    TimedNetwork { members, p, edges }
}
