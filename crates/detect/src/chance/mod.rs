//! What chance alone would tie: the null model of a layer, and which of its ties are beyond it.
//!
//! Whoever does much meets many. The null keeps how many things each account touched, how many accounts
//! touched each thing and, where a layer has a window, on which days and at which hours each account is
//! active; who touched what is drawn anew. Two accounts then meet on things of each popularity a Poisson
//! number of times, and a tie's p-value is the chance that what they meet on is as rare in all.
//!
//! It knows nothing of what else makes people meet: a language, a town, a trade.
//!
//! Source: the bipartite configuration model; Tumminello and others, "Statistically validated networks in
//! bipartite complex systems" (`PLoS` ONE 6, 2011), Saracco and others, "Inferring monopartite projections
//! of bipartite networks" (New Journal of Physics 19, 2017).

mod awake;
pub(crate) mod fdr;
pub(crate) mod poisson;
mod rates;
mod tail;
mod ties;

use std::collections::BTreeMap;

use crate::coaction::{LayerPlan, meet};
use crate::trace::Trace;

use awake::Awake;
use rates::discovery_rates;
use tail::Tail;
pub(crate) use ties::{BEYOND, of_ties};

/// The null model of one layer.
#[derive(Debug)]
pub(crate) struct Chance {
    /// By account, how many things it touched.
    degrees: Vec<u32>,
    /// How many accounts touched anything.
    active: u64,
    tail: Tail,
    /// For a layer with a window, when accounts are active.
    awake: Option<Awake>,
}

/// Half a day: who touches a thing within so much of another does it at whatever hour.
const HOURS_MATTER_BELOW: i64 = 12 * 3_600_000_000;

impl Chance {
    /// The null model of a layer, of which it reads what co-action does: traces sorted by object.
    ///
    /// Cost: O(traces log traces), and for a layer with a window the touches of each two accounts on each
    /// object below its cap.
    pub(crate) fn new(traces: &[Trace], plan: &LayerPlan, accounts: usize) -> Self {
        let mut degrees = vec![0_u32; accounts];
        let mut meetings: BTreeMap<u32, u64> = BTreeMap::new();
        let mut awake = plan
            .window
            .map(|window| Awake::new(window < HOURS_MATTER_BELOW));
        let mut touches: Vec<(u32, i64)> = Vec::new();
        for object in traces.chunk_by(|a, b| a.object == b.object) {
            touches.clear();
            let timed = object
                .iter()
                .filter(|trace| plan.window.is_none() || trace.at().is_some());
            touches.extend(timed.map(|trace| (trace.account, trace.at().unwrap_or_default())));
            touches.sort_unstable();
            touches.dedup();
            let by_account: Vec<&[(u32, i64)]> = touches.chunk_by(|a, b| a.0 == b.0).collect();
            let spread = by_account.len();
            let Some(accounts) = u32::try_from(spread).ok().filter(|all| *all <= plan.cap) else {
                continue;
            };
            for account in &by_account {
                degrees[account[0].0 as usize] += 1;
                if let Some(awake) = &mut awake {
                    awake.count(account);
                }
            }
            *meetings.entry(accounts).or_default() += match plan.window {
                None => (spread * spread.saturating_sub(1) / 2) as u64,
                Some(window) => near_pairs(&by_account, window),
            };
        }
        let all: f64 = degrees.iter().copied().map(f64::from).sum();
        if let Some(awake) = &mut awake {
            awake.finish();
        }
        let met = meetings.iter().filter(|(_, met)| **met > 0);
        let classes = met.map(|(spread, met)| {
            let mass = 2.0 * *met as f64 / (all * all);
            (plan.rarity(*spread), mass)
        });
        Self {
            active: degrees.iter().filter(|degree| **degree > 0).count() as u64,
            tail: Tail::new(&classes.collect::<Vec<_>>()),
            degrees,
            awake,
        }
    }

    /// The natural logarithm of the chance that two accounts share things as rare as these in all.
    pub(crate) fn ln_p(&mut self, (a, b): (u32, u32), rarity: f64) -> f64 {
        let degree = |account: u32| f64::from(self.degrees[account as usize]);
        let overlap = self.awake.as_ref().map_or(1.0, |awake| awake.overlap(a, b));
        self.tail.ln_p(degree(a) * degree(b) * overlap, rarity)
    }

    /// How many pairs of accounts could be tied: all of those who touched anything.
    pub(crate) fn possible_pairs(&self) -> f64 {
        self.active as f64 * (self.active as f64 - 1.0).max(0.0) / 2.0
    }
}

/// How many pairs of accounts touched an object at most `window` apart.
fn near_pairs(by_account: &[&[(u32, i64)]], window: i64) -> u64 {
    let mut near = 0;
    for (place, one) in by_account.iter().enumerate() {
        for other in &by_account[..place] {
            let (one, other) = if one.len() < other.len() {
                (one, other)
            } else {
                (other, one)
            };
            near += u64::from(meet(one, other, Some(window)));
        }
    }
    near
}

#[cfg(test)]
mod tests;
