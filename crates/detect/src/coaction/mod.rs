//! The engine: which accounts touched the same things, how often, and how rare those things are.
//!
//! It knows numbers only; what a layer means is decided before and after it. Exact, and the same
//! bytes whatever the order in which traces came in.

mod engine;

pub(crate) use engine::meet;
pub use engine::pairs;

/// How the traces of one layer are brought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerPlan {
    /// How many microseconds may lie between two accounts' touching one object; `None`: any time.
    /// With a window, traces without a time tie nobody.
    pub window: Option<i64>,
    /// Objects that more accounts touched than this are skipped and counted.
    pub cap: u32,
    /// How many accounts there are in all: what rarity is measured against.
    pub population: u32,
}

impl LayerPlan {
    /// How much it says, in nats, that two accounts touched an object that `touched` accounts did.
    pub fn rarity(&self, touched: u32) -> f64 {
        (f64::from(self.population.max(1)) / f64::from(touched.max(1)))
            .ln()
            .max(0.0)
    }
}

/// Two accounts that touched the same things. `a < b`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The account with the lower number.
    pub a: u32,
    /// The other account.
    pub b: u32,
    /// How often they coincided: for each object, the traces of the one that did so less often.
    pub count: u32,
    /// How many distinct objects they share.
    pub objects: u32,
    /// The sum of the rarity of those objects, in nats.
    pub weight: f64,
    /// The first of the traces that coincided, in microseconds UTC.
    pub first: Option<i64>,
    /// The last of them.
    pub last: Option<i64>,
}

/// What the engine gives for one layer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CoAction {
    /// Every pair that shares an object, sorted by accounts.
    pub pairs: Vec<Pair>,
    /// How many objects were skipped because more accounts than the cap touched them.
    pub skipped_objects: u64,
    /// How many traces those objects had.
    pub skipped_traces: u64,
    /// How many traces were left out because the layer has a window and they carry no time.
    pub untimed_traces: u64,
}
