//! Brings the layers together: how much one tie says, and which ties say the same thing twice.
//!
//! One laptop gives an address and a device; one lie gives a picture and a name. Layers that have
//! such a common cause form a group, and within a group only the strongest counts in full.

mod bonds;
mod expectation;

use avert_model::Layer;

pub(crate) use bonds::{Bond, LayerTie, bond, fuse};
pub(crate) use expectation::{Sought, surprise};

/// How many groups there are.
pub(crate) const GROUPS: usize = 7;

/// Layers with a common cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    /// Whom they approach.
    Targeting,
    /// Where they act from.
    Infrastructure,
    /// How the persona was made.
    PersonaCraft,
    /// What they hand out, and whatever a platform adds of its own: nobody knows that to be independent of
    /// what is handed out with it.
    Payload,
    /// Who vouches for them or pays them.
    Other,
    /// When they were registered.
    Registration,
    /// How much they do.
    Activity,
}

impl Group {
    /// The group of a layer.
    pub(crate) fn of(layer: &Layer) -> Self {
        match layer {
            Layer::ContactedPerson => Self::Targeting,
            Layer::Ip | Layer::Device => Self::Infrastructure,
            Layer::Avatar | Layer::EmailStem | Layer::Phrase => Self::PersonaCraft,
            Layer::Link
            | Layer::File
            | Layer::SharedContent
            | Layer::Hashtag
            | Layer::Domain
            | Layer::Custom(_) => Self::Payload,
            Layer::Referee | Layer::Money => Self::Other,
            Layer::Registration => Self::Registration,
            Layer::Activity => Self::Activity,
        }
    }
}

/// How a layer's rarity, in nats, becomes evidence.
///
/// On a platform of many accounts somebody shares something with everybody, so the first object
/// has to make up for the number of accounts it could have been shared with; how far it need not
/// is what the layer is trusted with from the start. Beyond that, evidence saturates, because the
/// objects of one layer are not independent: who shares ten phrases shares one script.
pub(crate) fn evidence(layer: &Layer, rarity: f64, population: u32) -> f64 {
    let most = most_evidence(layer);
    let (scale, trust) = match layer {
        // What is handed in here is already measured against chance.
        Layer::ContactedPerson => return saturated(rarity, most, 8.0),
        Layer::Device | Layer::Link | Layer::File => (4.0, 6.5),
        Layer::Ip => (5.0, 6.0),
        Layer::Avatar => (4.0, 6.0),
        Layer::EmailStem => (4.0, 5.5),
        Layer::Phrase => (30.0, 3.0),
        _ => (20.0, 3.0),
    };
    let beyond = rarity - f64::from(population.max(1)).ln() + trust;
    saturated(beyond, most, scale)
}

/// What no evidence of a layer exceeds, in nats.
pub(crate) fn most_evidence(layer: &Layer) -> f64 {
    match layer {
        Layer::ContactedPerson => 6.0,
        Layer::Device | Layer::Link | Layer::File => 4.0,
        Layer::Ip | Layer::EmailStem => 3.0,
        Layer::Avatar | Layer::Phrase => 3.5,
        _ => 2.5,
    }
}

fn saturated(nats: f64, most: f64, scale: f64) -> f64 {
    most * (1.0 - (-nats.max(0.0) / scale).exp())
}

/// The evidence of one group: its strongest layer and a share of the others.
pub(crate) fn within_group(layers: impl Iterator<Item = f64>, share_of_weaker: f64) -> f64 {
    let (strongest, sum) = layers.fold((0.0_f64, 0.0_f64), |(strongest, sum), evidence| {
        (strongest.max(evidence), sum + evidence)
    });
    strongest + share_of_weaker * (sum - strongest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_laptop_does_not_count_twice() {
        let both = within_group([3.0, 2.0].into_iter(), 0.2);
        assert!((both - 3.4).abs() < 1e-12);
        assert!(within_group(std::iter::empty(), 0.2).abs() < 1e-12);
    }

    #[test]
    fn evidence_grows_with_rarity_and_never_without_bound() {
        for layer in Layer::KNOWN {
            assert!(evidence(layer, 0.0, 50_000).abs() < 1e-12);
            assert!(evidence(layer, 10.0, 1_000) < evidence(layer, 20.0, 1_000));
            assert!(evidence(layer, 1e9, 1_000) <= 6.0);
        }
    }

    #[test]
    fn one_shared_machine_says_the_same_on_small_and_large_platforms() {
        let shared_by_four = |population: u32| {
            let rarity = (f64::from(population) / 4.0).ln();
            evidence(&Layer::Device, rarity, population)
        };
        assert!((shared_by_four(300) - shared_by_four(1_000_000)).abs() < 1e-9);
    }
}
