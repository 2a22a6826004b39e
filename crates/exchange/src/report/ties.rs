//! The ties of one network, one per pair of accounts: what both the picture and the tables show.

use std::collections::BTreeMap;

use avert_model::{Edge, Finding, Layer};

/// What two accounts share, over all layers.
#[derive(Debug, PartialEq)]
pub(super) struct Tie<'a> {
    /// The index of one account among the finding's members; the smaller of the two.
    pub(super) a: usize,
    /// The index of the other.
    pub(super) b: usize,
    /// The sum of the layers' weights, finite and not negative.
    pub(super) weight: f64,
    /// Each layer once, with how many things are shared in it.
    pub(super) layers: Vec<(&'a Layer, u64)>,
}

/// The finding's ties between its first `members` accounts, strongest first.
///
/// An edge to an account that is not among them is left out; so is an edge of an account to
/// itself.
pub(super) fn of(finding: &Finding, members: usize) -> Vec<Tie<'_>> {
    let index: BTreeMap<_, _> = finding
        .members
        .iter()
        .take(members)
        .enumerate()
        .map(|(index, member)| (&member.account, index))
        .collect();
    let mut pairs: BTreeMap<(usize, usize), Tie<'_>> = BTreeMap::new();
    for edge in &finding.edges {
        let (Some(&a), Some(&b)) = (index.get(&edge.a), index.get(&edge.b)) else {
            continue;
        };
        if a == b {
            continue;
        }
        let pair = (a.min(b), a.max(b));
        let tie = pairs.entry(pair).or_insert(Tie {
            a: pair.0,
            b: pair.1,
            weight: 0.0,
            layers: Vec::new(),
        });
        add(tie, edge);
    }
    let mut ties: Vec<_> = pairs.into_values().collect();
    ties.sort_by(|x, y| {
        y.weight
            .total_cmp(&x.weight)
            .then_with(|| (x.a, x.b).cmp(&(y.a, y.b)))
    });
    ties
}

fn add<'a>(tie: &mut Tie<'a>, edge: &'a Edge) {
    // A hostile finding file may carry any number; the picture needs one it can draw.
    if edge.weight.is_finite() {
        tie.weight = (tie.weight + edge.weight.max(0.0)).min(1e9);
    }
    match tie
        .layers
        .iter_mut()
        .find(|(layer, _)| **layer == edge.layer)
    {
        Some((_, objects)) => *objects += u64::from(edge.objects),
        None => tie.layers.push((&edge.layer, u64::from(edge.objects))),
    }
}
