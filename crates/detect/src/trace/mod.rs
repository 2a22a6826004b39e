//! Everything observed becomes one kind of row: somebody touched something, at some time.
//!
//! One module a layer. A new signal is a new module here and nothing anywhere else: the engine
//! knows numbers only.

pub(crate) mod avatar;
mod contacted_person;
mod craft;
pub(crate) mod email_stem;
mod infrastructure;
pub(crate) mod payload;
pub(crate) mod phrase;

use avert_model::Layer;
use rustc_hash::FxHashSet;

use crate::history::History;
use crate::input::{Micros, NO_TIME, World};

/// Somebody touched something. The one row that the engine reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trace {
    /// What was touched; numbered within its layer.
    pub object: u32,
    /// Which layer `object` is of, by its place in the list of layers.
    pub layer: u16,
    /// Who touched it.
    pub account: u32,
    /// When, in microseconds UTC; `i64::MIN` where the source keeps no times.
    at: Micros,
}

impl Trace {
    /// A trace; `at` in microseconds UTC.
    pub fn new(layer: u16, object: u32, account: u32, at: Option<i64>) -> Self {
        Self {
            object,
            layer,
            account,
            at: at.unwrap_or(NO_TIME),
        }
    }

    /// When, in microseconds UTC, if the source keeps times.
    pub fn at(&self) -> Option<i64> {
        (self.at != NO_TIME).then_some(self.at)
    }
}

/// How the objects of a layer are called when they are shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Naming {
    /// An object is an account.
    Account,
    /// An object is a text of [`World::objects`].
    Text,
    /// An object is a group with a name of its own.
    Own(Vec<String>),
    /// Objects have no name worth showing, only a number: runs of words, which are private.
    Unnamed,
}

/// The traces of one layer, sorted by object, then time.
pub(crate) struct LayerTraces {
    pub(crate) layer: Layer,
    pub(crate) naming: Naming,
    pub(crate) traces: Vec<Trace>,
    /// How many rows said something about the layer that could not be read.
    pub(crate) unreadable: u64,
}

impl LayerTraces {
    /// Whether one of its objects has this name of its own.
    pub(crate) fn has_own_name(&self, name: &str) -> bool {
        matches!(&self.naming, Naming::Own(names) if names.iter().any(|own| own == name))
    }

    /// Whether its objects are accounts.
    pub(crate) fn names_accounts(&self) -> bool {
        self.naming == Naming::Account
    }

    /// How an object of the layer is called, where its name may be shown.
    pub(crate) fn name_of(&self, world: &World, object: u32) -> Option<String> {
        match &self.naming {
            Naming::Account => Some(world.ids.text(object).to_owned()),
            Naming::Text => Some(world.objects.text(object).to_owned()),
            Naming::Own(names) => names.get(object as usize).cloned(),
            Naming::Unnamed => None,
        }
    }
}

/// Of links and files the first time only: who hands one out twice is no likelier to have made it.
pub(crate) fn keep_first(layers: &mut [LayerTraces]) {
    for layer in layers {
        if matches!(layer.layer, Layer::Link | Layer::File) {
            let mut seen = FxHashSet::default();
            layer
                .traces
                .retain(|trace| seen.insert((trace.object, trace.account)));
        }
    }
}

/// Every layer's traces, in the order of [`Layer`]. Layers without a trace are absent.
pub(crate) fn collect(world: &World, history: &History) -> Vec<LayerTraces> {
    let mut layers = vec![
        contacted_person::collect(world, history),
        infrastructure::addresses(world),
        infrastructure::devices(world),
        craft::avatars(world),
        craft::phrases(world),
        craft::email_stems(world),
    ];
    layers.extend(payload::collect(world, history));
    layers.retain(|layer| !layer.traces.is_empty() || layer.unreadable > 0);
    layers.sort_by(|a, b| a.layer.cmp(&b.layer));
    for (number, layer) in layers.iter_mut().enumerate() {
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        for trace in &mut layer.traces {
            trace.layer = number;
        }
        layer
            .traces
            .sort_unstable_by_key(|trace| (trace.object, trace.at, trace.account));
    }
    layers
}
