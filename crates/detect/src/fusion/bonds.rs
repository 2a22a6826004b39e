//! Everything between two accounts, over all layers.

use avert_model::Layer;

use super::{GROUPS, Group, within_group};

/// What two accounts share in one layer. `a < b`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LayerTie {
    pub(crate) a: u32,
    pub(crate) b: u32,
    /// The layer, by its place in the list of layers.
    pub(crate) layer: u16,
    pub(crate) objects: u32,
    /// The rarity of what they share, in nats.
    pub(crate) rarity: f32,
    /// How much it says, in nats, after expectation and saturation.
    pub(crate) evidence: f32,
}

/// Everything between two accounts.
#[derive(Debug, Clone)]
pub(crate) struct Bond {
    pub(crate) a: u32,
    pub(crate) b: u32,
    /// Evidence by group.
    pub(crate) groups: [f32; GROUPS],
    /// Which of the layer ties it is made of: first, and one after the last.
    pub(crate) ties: (usize, usize),
}

impl Bond {
    /// The evidence of all groups together, in nats.
    pub(crate) fn strength(&self) -> f64 {
        self.groups.iter().copied().map(f64::from).sum()
    }
}

/// Makes bonds of layer ties, which it sorts by accounts and layer.
pub(crate) fn fuse(ties: &mut [LayerTie], layers: &[Layer], share_of_weaker: f64) -> Vec<Bond> {
    ties.sort_unstable_by_key(|tie| (tie.a, tie.b, tie.layer));
    let mut bonds = Vec::new();
    let mut from = 0;
    for between in ties.chunk_by(|x, y| (x.a, x.b) == (y.a, y.b)) {
        bonds.push(bond(between, from, layers, share_of_weaker));
        from += between.len();
    }
    bonds
}

/// The bond of the ties between two accounts, which stand in the list of ties from `from` on.
pub(crate) fn bond(
    between: &[LayerTie],
    from: usize,
    layers: &[Layer],
    share_of_weaker: f64,
) -> Bond {
    let mut bond = Bond {
        a: between[0].a,
        b: between[0].b,
        groups: [0.0; GROUPS],
        ties: (from, from + between.len()),
    };
    for (group, sum) in bond.groups.iter_mut().enumerate() {
        let evidence = between
            .iter()
            .filter(|tie| Group::of(&layers[usize::from(tie.layer)]) as usize == group)
            .map(|tie| f64::from(tie.evidence));
        #[expect(
            clippy::cast_possible_truncation,
            reason = "evidence is a few nats; its seventh digit says nothing"
        )]
        {
            *sum = within_group(evidence, share_of_weaker) as f32;
        }
    }
    bond
}
