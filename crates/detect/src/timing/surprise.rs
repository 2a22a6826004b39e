//! The second stage: how surprising the timing within a community is, given who touched what.
//!
//! For every object that members share, the gap between two members' closest touches is as surprising
//! as such a gap is rare on an object of its kind, and as rare as outsiders' touches are around it.
//! If nobody coordinates anything, the surprises of m members of one object against any one of them are
//! independent of each other, and their sum has a Gamma distribution of shape m − 1. What counts is the
//! mean of that sum over whom they are compared with: it varies less than any of them, and no draw
//! decides who is found.

use rustc_hash::FxHashSet;

use super::Timing;
use super::gaps::GapLaws;
use super::touches::{Layer, Touch, Touches, mix, seconds};
use crate::chance::fdr;
use crate::chance::poisson::gamma_tail;

/// How many touches the law of an object's kind counts for beside those of outsiders.
const LAW_COUNTS: f64 = 5.0;
/// With how many members of an object all its members are compared at most.
const MOST_REFERENCES: usize = 25;
/// Chances below this are taken to be it: no single gap decides.
const LEAST_CHANCE: f64 = 1e-12;

/// What a community's timing says.
pub(super) struct Verdict {
    /// How likely it is if nobody coordinates anything.
    pub(super) p: f64,
    /// By member.
    pub(super) members: Vec<MemberVerdict>,
}

/// What a member's timing says.
#[derive(Debug, Clone, Default)]
pub(super) struct MemberVerdict {
    /// How likely it is if the member has nothing to do with the others.
    pub(super) p: f64,
    /// Group of layers, surprise in nats, and of how many objects.
    pub(super) evidence: Vec<(usize, f64, u32)>,
}

/// Everything that communities are judged by.
pub(super) struct Judge<'a> {
    touches: &'a Touches,
    layers: Vec<Ready<'a>>,
}

/// A layer that can be asked for an account's touches.
struct Ready<'a> {
    layer: &'a Layer,
    laws: GapLaws,
    /// Sorted by account, then object, then time.
    by_account: Vec<Touch>,
}

impl<'a> Judge<'a> {
    /// Learns what gaps are usual, without the pairs in `tied`.
    ///
    /// Cost: O(touches log touches); memory 16 bytes a touch.
    pub(super) fn new(touches: &'a Touches, tied: &FxHashSet<(u32, u32)>) -> Self {
        let looked_at = touches.layers.iter().filter(|layer| layer.in_stage_two);
        let mut layers: Vec<Ready<'_>> = looked_at
            .map(|layer| {
                let mut by_account = layer.touches.clone();
                by_account.sort_unstable_by_key(|touch| (touch.account, touch.object, touch.at));
                Ready {
                    layer,
                    laws: GapLaws::new(layer, touches, tied),
                    by_account,
                }
            })
            .collect();
        // Two posts that meet on several objects count on the first: in the layer that is used least.
        layers.sort_by_key(|ready| ready.layer.touches.len());
        Self { touches, layers }
    }

    /// Judges a community, whose members are ascending.
    ///
    /// Cost: O(n log n) of its members' touches, times 25 at worst.
    pub(super) fn judge(&self, community: &[u32]) -> Verdict {
        let mut counted: FxHashSet<(Post, Post)> = FxHashSet::default();
        let mut total = Surprise::default();
        let mut members = vec![Vec::new(); community.len()];
        for ready in &self.layers {
            let mut own: Vec<Touch> = Vec::new();
            for account in community {
                own.extend_from_slice(ready.of(*account));
            }
            own.sort_unstable_by_key(|touch| (touch.object, touch.account, touch.at));
            for on_object in own.chunk_by(|one, next| one.object == next.object) {
                let there: Vec<&[Touch]> = on_object
                    .chunk_by(|one, next| one.account == next.account)
                    .collect();
                if there.len() < 2 {
                    continue;
                }
                let compared = self.compare(ready, on_object, &there, &mut counted);
                total.add(compared.nats, compared.count);
                for (account, mean) in compared.means {
                    let place = community.binary_search(&account);
                    let place = place.expect("only members were looked at");
                    members[place].push((ready.layer.group, mean));
                }
            }
        }
        Verdict {
            p: total.p(),
            members: members.iter().map(|found| member(found)).collect(),
        }
    }

    /// Compares the members' touches of one object.
    fn compare(
        &self,
        ready: &Ready<'_>,
        on_object: &[Touch],
        there: &[&[Touch]],
        counted: &mut FxHashSet<(Post, Post)>,
    ) -> Compared {
        let object = ready.layer.signatures[on_object[0].object as usize];
        let drawn = |place: &usize| {
            let account = there[*place][0].account;
            (
                mix(object, self.touches.signatures[account as usize]),
                account,
            )
        };
        let mut references: Vec<usize> = (0..there.len()).collect();
        references.sort_unstable_by_key(drawn);
        references.truncate(MOST_REFERENCES);
        let mut is_reference = vec![false; there.len()];
        for place in &references {
            is_reference[*place] = true;
        }
        let mut sums = vec![(0.0, 0_u32); there.len()];
        let mut compared = Compared::default();
        let (mut nats, mut pairs, mut met) = (0.0, 0_u32, 0_u32);
        for (place, one) in there.iter().enumerate() {
            for other_place in references.iter().copied() {
                // Two references are compared once.
                if other_place == place || (is_reference[place] && other_place > place) {
                    continue;
                }
                pairs += 1;
                let closest = Closest::new(there[other_place], one);
                if !counted.insert(closest.posts) {
                    continue;
                }
                let surprise = ready.surprise(on_object, &closest);
                nats += surprise;
                met += 1;
                for member in [place, other_place] {
                    sums[member].0 += surprise;
                    sums[member].1 += 1;
                }
            }
        }
        let per_pair = (there.len() - 1) as f64 / f64::from(pairs);
        compared.nats = nats * per_pair;
        compared.count = f64::from(met) * per_pair;
        let means = there.iter().zip(sums).filter(|(_, (_, count))| *count > 0);
        compared.means = means
            .map(|(touches, (sum, count))| (touches[0].account, sum / f64::from(count)))
            .collect();
        compared
    }
}

/// An account and when it touched: what it did once, whatever was in it. Two posts that meet count on
/// one object only: whoever repeats a post with five hashtags is no five times as surprising.
type Post = (u32, u64);

/// What comparing members on one object gives.
#[derive(Default)]
struct Compared {
    /// The mean, over whom they are compared with, of the sum of surprises.
    nats: f64,
    /// How many surprises such a sum is of: a whole number unless posts that met were left out.
    count: f64,
    /// By account, the mean of its surprises.
    means: Vec<(u32, f64)>,
}

/// Surprises, summed.
#[derive(Default)]
struct Surprise {
    nats: f64,
    count: f64,
}

impl Surprise {
    fn add(&mut self, nats: f64, count: f64) {
        self.nats += nats;
        self.count += count;
    }

    /// How likely so much is by chance. A part of a surprise counts as a whole one, which errs on the
    /// side of chance.
    fn p(&self) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count is not negative and far below 2^52"
        )]
        let shape = (self.count - 1e-6).ceil().max(0.0) as u64;
        gamma_tail(shape, self.nats)
    }
}

/// One member's surprises together. The mean of several varies less than one alone, so its tail is
/// lighter.
fn member(found: &[(usize, f64)]) -> MemberVerdict {
    let mut total = Surprise::default();
    let mut evidence: Vec<(usize, f64, u32)> = Vec::new();
    for (group, nats) in found {
        total.add(*nats, 1.0);
        match evidence.iter_mut().find(|(known, _, _)| known == group) {
            Some((_, sum, objects)) => {
                *sum += nats;
                *objects += 1;
            }
            None => evidence.push((*group, *nats, 1)),
        }
    }
    evidence.sort_unstable_by_key(|(group, _, _)| *group);
    MemberVerdict {
        p: total.p(),
        evidence,
    }
}

/// Two accounts' touches of an object that are closest to each other.
struct Closest {
    /// Microseconds.
    gap: u64,
    /// How many pairs of touches there were to be closest.
    tries: f64,
    posts: (Post, Post),
}

impl Closest {
    /// Both are sorted by time. The earliest of equally close ones counts.
    fn new(one: &[Touch], other: &[Touch]) -> Self {
        let (mut place, mut other_place) = (0, 0);
        let mut best = (u64::MAX, 0, 0);
        while let (Some(a), Some(b)) = (one.get(place), other.get(other_place)) {
            let gap = a.at.abs_diff(b.at);
            if gap < best.0 {
                best = (gap, place, other_place);
            }
            if a.at <= b.at {
                place += 1;
            } else {
                other_place += 1;
            }
        }
        let (gap, place, other_place) = best;
        let post = |touch: Touch| (touch.account, touch.at);
        Self {
            gap,
            tries: one.len() as f64 * other.len() as f64,
            posts: {
                let posts = [post(one[place]), post(other[other_place])];
                (posts[0].min(posts[1]), posts[0].max(posts[1]))
            },
        }
    }
}

impl Ready<'_> {
    /// The touches of an account, sorted by object, then time.
    fn of(&self, account: u32) -> &[Touch] {
        let from = self
            .by_account
            .partition_point(|touch| touch.account < account);
        let rest = &self.by_account[from..];
        &rest[..rest.partition_point(|touch| touch.account == account)]
    }

    /// How surprising it is, in nats, that the closest touches are so close.
    ///
    /// `members` are all touches of the object by members of the community.
    fn surprise(&self, members: &[Touch], closest: &Closest) -> f64 {
        let object = members[0].object;
        let all = &self.layer.touches[self.layer.of(object)];
        let law = self.laws.at_most(object, seconds(closest.gap));
        let ((_, here), (_, there)) = closest.posts;
        let around = [here, there].map(|at| {
            let members = members
                .iter()
                .filter(|touch| touch.at.abs_diff(at) <= closest.gap);
            within(all, at, closest.gap) - members.count()
        });
        let around = around[0].max(around[1]) as f64;
        let outsiders = (all.len() - members.len()) as f64;
        let crowd = (LAW_COUNTS * law + around) / (LAW_COUNTS + outsiders);
        let once = law.max(crowd).min(1.0);
        // 1 − (1 − once)^tries, exact for small chances.
        let chance = -(closest.tries * (-once).ln_1p()).exp_m1();
        -chance.clamp(LEAST_CHANCE, 1.0).ln()
    }
}

/// How many touches, sorted by time, are at most `gap` from a time.
fn within(touches: &[Touch], at: u64, gap: u64) -> usize {
    let from = touches.partition_point(|touch| touch.at < at && at.abs_diff(touch.at) > gap);
    let to = touches.partition_point(|touch| touch.at <= at || at.abs_diff(touch.at) <= gap);
    to - from
}

/// By community, whether its timing is more than chance.
pub(super) fn accepted(verdicts: &[Verdict], settings: &Timing) -> Vec<bool> {
    let p: Vec<f64> = verdicts.iter().map(|verdict| verdict.p).collect();
    let threshold = fdr::threshold(p, verdicts.len() as f64, settings.false_communities);
    let accepts = |verdict: &Verdict| threshold.is_some_and(|threshold| verdict.p <= threshold);
    verdicts.iter().map(accepts).collect()
}
