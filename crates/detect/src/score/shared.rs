//! Which things the members of each network share, for its facts.

use avert_model::Layer;

use crate::coaction::LayerPlan;
use crate::input::{DAY, World};
use crate::trace::LayerTraces;

/// A thing at least two members touched.
#[derive(Debug, Clone)]
pub(crate) struct SharedThing {
    /// Its layer, by place in the list of layers.
    pub(crate) layer: u16,
    /// How it is called, where its name may be shown.
    pub(crate) name: Option<String>,
    /// The members that touched it, sorted.
    pub(crate) members: Vec<u32>,
    pub(crate) first: Option<i64>,
    pub(crate) last: Option<i64>,
    /// How many accounts in all touched it.
    pub(crate) touched: u32,
}

/// The shared things of every network, the rarest and most widely shared first.
///
/// `network_of` gives the network of each listed account, if it is in one.
pub(crate) fn shared_things(
    world: &World,
    layers: &[LayerTraces],
    plans: &[LayerPlan],
    network_of: &[Option<u32>],
    networks: usize,
) -> Vec<Vec<SharedThing>> {
    let mut found: Vec<Vec<SharedThing>> = vec![Vec::new(); networks];
    for (number, (layer, plan)) in layers.iter().zip(plans).enumerate() {
        for object in layer.traces.chunk_by(|a, b| a.object == b.object) {
            let mut inside: Vec<(u32, u32)> = object
                .iter()
                .filter_map(|trace| {
                    let network = *network_of.get(trace.account as usize)?;
                    network.map(|network| (network, trace.account))
                })
                .collect();
            if inside.len() < 2 {
                continue;
            }
            inside.sort_unstable();
            inside.dedup();
            let mut accounts: Vec<u32> = object.iter().map(|trace| trace.account).collect();
            accounts.sort_unstable();
            accounts.dedup();
            let touched = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
            if touched > plan.cap {
                continue;
            }
            for group in inside.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() > 1) {
                let members: Vec<u32> = group.iter().map(|(_, account)| *account).collect();
                let times = || {
                    object
                        .iter()
                        .filter(|trace| members.binary_search(&trace.account).is_ok())
                        .filter_map(crate::trace::Trace::at)
                };
                found[group[0].0 as usize].push(SharedThing {
                    layer: u16::try_from(number).unwrap_or(u16::MAX),
                    name: layer.name_of(world, object[0].object),
                    first: times().min(),
                    last: times().max(),
                    members,
                    touched,
                });
            }
        }
    }
    for things in &mut found {
        things.sort_by(|a, b| {
            (
                a.layer,
                std::cmp::Reverse(a.members.len()),
                a.touched,
                &a.name,
            )
                .cmp(&(
                    b.layer,
                    std::cmp::Reverse(b.members.len()),
                    b.touched,
                    &b.name,
                ))
        });
    }
    found
}

/// What things of a layer are called, one and several.
pub(crate) fn words(layer: &Layer) -> (&'static str, &'static str) {
    match layer {
        Layer::ContactedPerson => ("approached stranger", "approached strangers"),
        Layer::Ip => ("network address", "network addresses"),
        Layer::Device => ("device", "devices"),
        Layer::Avatar => ("profile picture", "profile pictures"),
        Layer::Phrase => ("run of words", "runs of words"),
        Layer::EmailStem => (
            "pattern of e-mail addresses",
            "patterns of e-mail addresses",
        ),
        Layer::Link => ("link", "links"),
        Layer::File => ("file", "files"),
        Layer::SharedContent => ("published item", "published items"),
        Layer::Hashtag => ("hashtag", "hashtags"),
        Layer::Domain => ("web domain", "web domains"),
        Layer::Referee => ("referee", "referees"),
        Layer::Money => ("counterparty", "counterparties"),
        Layer::Activity => ("amount of activity", "amounts of activity"),
        Layer::Registration => ("time of registration", "times of registration"),
        Layer::Custom(_) => (
            "thing of the platform's own kind",
            "things of the platform's own kind",
        ),
    }
}

/// A time as people say it.
pub(crate) fn duration(micros: u64) -> String {
    let minutes = micros / 60_000_000;
    let day = DAY.unsigned_abs();
    if micros < 2_000_000 {
        "1 second".to_owned()
    } else if minutes < 2 {
        format!("{} seconds", micros / 1_000_000)
    } else if minutes < 120 {
        format!("{minutes} minutes")
    } else if micros < 2 * day {
        format!("{} hours", minutes / 60)
    } else {
        format!("{} days", micros / day)
    }
}
