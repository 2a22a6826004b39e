//! Layers `avatar`, `phrase` and `email-stem`: how a persona was made.

use std::collections::BTreeMap;

use avert_model::Layer;

use super::{LayerTraces, Naming, Trace, avatar, email_stem};
use crate::input::{NO_TIME, World};

/// Profile pictures, grouped where their hashes are nearly equal.
pub(crate) fn avatars(world: &World) -> LayerTraces {
    let (accounts, hashes): (Vec<u32>, Vec<&str>) = numbered(world)
        .filter_map(|(number, profile)| Some((number, profile.avatar.as_deref()?)))
        .unzip();
    let groups = avatar::groups(&hashes);
    let unreadable = groups.malformed as u64;
    let mut names = Vec::new();
    let mut traces = Vec::new();
    for group in groups {
        let object = u32::try_from(names.len()).unwrap_or(u32::MAX);
        names.push(
            group
                .first()
                .map_or_else(String::new, |first| hashes[*first].to_owned()),
        );
        traces.extend(group.iter().map(|index| Trace {
            object,
            layer: 0,
            account: accounts[*index],
            at: NO_TIME,
        }));
    }
    LayerTraces {
        layer: Layer::Avatar,
        naming: Naming::Own(names),
        traces,
        unreadable,
    }
}

/// Runs of words that more than one account wrote.
pub(crate) fn phrases(world: &World) -> LayerTraces {
    let mut traces = Vec::with_capacity(world.wordings.len());
    let shared = world.wordings.chunk_by(|a, b| a.shingle == b.shingle);
    for (object, same) in (0..).zip(shared) {
        traces.extend(same.iter().map(|wording| Trace {
            object,
            layer: 0,
            account: wording.account,
            at: wording.at,
        }));
    }
    LayerTraces {
        layer: Layer::Phrase,
        naming: Naming::Unnamed,
        traces,
        unreadable: 0,
    }
}

/// The patterns behind e-mail addresses.
pub(crate) fn email_stems(world: &World) -> LayerTraces {
    let mut by_stem: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (number, profile) in numbered(world) {
        if let Some(stem) = profile.email.as_deref().and_then(email_stem::stem) {
            by_stem.entry(stem).or_default().push(number);
        }
    }
    by_stem.retain(|_, accounts| accounts.len() > 1);
    let mut traces = Vec::new();
    for (object, accounts) in (0..).zip(by_stem.into_values()) {
        traces.extend(accounts.into_iter().map(|account| Trace {
            object,
            layer: 0,
            account,
            at: NO_TIME,
        }));
    }
    LayerTraces {
        layer: Layer::EmailStem,
        // A stem is most of somebody's address: it is counted and never shown.
        naming: Naming::Unnamed,
        traces,
        unreadable: 0,
    }
}

fn numbered(world: &World) -> impl Iterator<Item = (u32, &crate::input::Profile)> {
    world
        .profiles
        .iter()
        .enumerate()
        .filter_map(|(number, profile)| Some((u32::try_from(number).ok()?, profile)))
}
