//! Who was registered at nearly the same time, and pays nearly as often.

use rustc_hash::FxHashMap;

use crate::input::{DAY, World};
use crate::linkage::Payments;

const MINUTE: i64 = DAY / 1440;

/// Within so much time accounts are registered together.
const TOGETHER: [i64; 4] = [10 * MINUTE, 60 * MINUTE, DAY, 7 * DAY];

/// And so much, if they pay as often.
const ALIKE: [i64; 3] = [60 * MINUTE, DAY, 7 * DAY];

/// And so much, if they pay exactly as often.
const TWINS: [i64; 2] = [DAY, 7 * DAY];

/// Numbers of payments that differ by no more than this factor's logarithm are as many, or by twice
/// as much.
const AS_MANY: f64 = 0.07;

/// The cohort of one account: how many others there are.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Cohort {
    pub(super) registered: [u32; 4],
    pub(super) alike: [u32; 3],
    pub(super) twins: [u32; 2],
    pub(super) made: u32,
    pub(super) received: u32,
}

/// Dated accounts by how often they pay, each sorted by registration.
pub(super) struct Cohorts {
    accounts: Vec<(usize, Option<i64>, (u32, u32))>,
    created: Vec<i64>,
    alike: FxHashMap<(i32, i32), Vec<i64>>,
    twins: FxHashMap<(u32, u32), Vec<i64>>,
}

impl Cohorts {
    /// Cost: O(accounts log accounts).
    pub(super) fn of(world: &World) -> Self {
        let payments = Payments::of(world);
        let accounts: Vec<_> = world
            .profiles
            .iter()
            .zip(&payments)
            .enumerate()
            .map(|(number, (profile, payments))| (number, profile.created_at, payments.counts()))
            .collect();
        let mut this = Self {
            created: Vec::new(),
            alike: FxHashMap::default(),
            twins: FxHashMap::default(),
            accounts,
        };
        for (_, created, counts) in &this.accounts {
            let Some(created) = created else { continue };
            this.created.push(*created);
            // Accounts that pay nobody are not alike in anything.
            if *counts != (0, 0) {
                this.alike.entry(cell(*counts)).or_default().push(*created);
                this.twins.entry(*counts).or_default().push(*created);
            }
        }
        this.created.sort_unstable();
        let lists = this.alike.values_mut().chain(this.twins.values_mut());
        lists.for_each(|list| list.sort_unstable());
        this
    }

    /// Hands in the cohort of each account, with its number.
    pub(super) fn fill(&self, mut each: impl FnMut(usize, Cohort)) {
        for (number, created, counts) in &self.accounts {
            let mut cohort = Cohort {
                made: counts.0,
                received: counts.1,
                ..Cohort::default()
            };
            if let Some(created) = created {
                cohort.registered = TOGETHER.map(|apart| others(&self.created, *created, apart));
                if *counts != (0, 0) {
                    cohort.alike = ALIKE.map(|apart| self.alike(*counts, *created, apart));
                    cohort.twins = TWINS.map(|apart| others(&self.twins[counts], *created, apart));
                }
            }
            each(*number, cohort);
        }
    }

    fn alike(&self, counts: (u32, u32), created: i64, apart: i64) -> u32 {
        let (made, received) = cell(counts);
        let mut all = 0;
        for made in made - 1..=made + 1 {
            for received in received - 1..=received + 1 {
                if let Some(list) = self.alike.get(&(made, received)) {
                    all += within(list, created, apart);
                }
            }
        }
        all - 1
    }
}

/// Numbers of payments of one cell are as many.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a logarithm of 32 bits over 0.07"
)]
fn cell((made, received): (u32, u32)) -> (i32, i32) {
    let step = |count: u32| (f64::from(count).ln_1p() / AS_MANY) as i32;
    (step(made), step(received))
}

fn others(sorted: &[i64], created: i64, apart: i64) -> u32 {
    within(sorted, created, apart) - 1
}

fn within(sorted: &[i64], created: i64, apart: i64) -> u32 {
    let from = sorted.partition_point(|at| *at < created.saturating_sub(apart));
    let to = sorted.partition_point(|at| *at <= created.saturating_add(apart));
    u32::try_from(to - from).unwrap_or(u32::MAX)
}
