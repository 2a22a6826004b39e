//! What the null model takes for chance, and what it does not.

use super::*;

const HOUR: i64 = 3_600_000_000;

/// Draws that depend on nothing but where they begin.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let roll = ((self.0 >> 33) * u64::from(end)) >> 31;
        u32::try_from(roll).unwrap()
    }
}

const ACCOUNTS: u32 = 400;

const PLAN: LayerPlan = LayerPlan {
    window: None,
    cap: 60,
    population: ACCOUNTS,
};

/// Accounts of which some do ten times as much as others, and things of which some are ten times as
/// popular: who touches what is chance.
fn by_chance(seed: u64) -> Vec<Trace> {
    let mut draw = Draw(seed);
    let mut traces = Vec::new();
    for _ in 0..3_000 {
        let account = draw.below(ACCOUNTS) * draw.below(ACCOUNTS) / ACCOUNTS;
        let object = draw.below(700) * draw.below(700) / 700;
        traces.push(Trace::new(0, object, account, None));
    }
    traces.sort_unstable();
    traces.dedup();
    traces
}

/// Two accounts and the logarithm of the chance of what they share.
type Tested = ((u32, u32), f64);

/// Every pair that shares something, and how many pairs there could be.
fn ln_p_of_pairs(traces: &[Trace], plan: &LayerPlan) -> (Vec<Tested>, f64) {
    let mut chance = Chance::new(traces, plan, ACCOUNTS as usize);
    let found = crate::coaction::pairs(traces, plan, |_, _| true);
    let of = |pair: &crate::coaction::Pair| {
        let ends = (pair.a, pair.b);
        (ends, chance.ln_p(ends, pair.weight))
    };
    let ln_p = found.pairs.iter().map(of).collect();
    (ln_p, chance.possible_pairs())
}

#[test]
fn p_values_of_what_is_chance_are_no_smaller_than_chance_makes_them() {
    let (mut below, mut pairs) = ([0.0; 3], 0.0);
    for seed in 0..20 {
        let (ln_p, possible) = ln_p_of_pairs(&by_chance(seed), &PLAN);
        pairs += possible;
        for (count, level) in below.iter_mut().zip([0.05_f64, 0.01, 0.001]) {
            *count += ln_p.iter().filter(|(_, p)| *p <= level.ln()).count() as f64;
        }
    }
    for (count, level) in below.iter().zip([0.05, 0.01, 0.001]) {
        assert!(count / pairs <= level, "{} at {level}", count / pairs);
        // It is not so careful that it says nothing.
        assert!(
            count / pairs >= level / 20.0,
            "{} at {level}",
            count / pairs
        );
    }
}

/// The same for addresses within a day of each other: a quarter of the accounts are active in the last two
/// days of ninety only.
#[test]
fn newcomers_who_are_all_active_at_once_meet_by_chance() {
    let plan = LayerPlan {
        window: Some(24 * HOUR),
        ..PLAN
    };
    let (mut below, mut pairs, mut beyond) = (0, 0, 0);
    for seed in 0..10 {
        let mut draw = Draw(seed);
        let mut traces = Vec::new();
        for account in 0..ACCOUNTS {
            let is_new = account % 4 == 0;
            for _ in 0..12 {
                let day = if is_new {
                    88 + draw.below(2)
                } else {
                    draw.below(90)
                };
                let at = i64::from(day) * 24 * HOUR + i64::from(draw.below(86_400)) * 1_000_000;
                let object = draw.below(700) * draw.below(700) / 700;
                traces.push(Trace::new(0, object, account, Some(at)));
            }
        }
        traces.sort_unstable();
        let (ln_p, possible) = ln_p_of_pairs(&traces, &plan);
        let of_newcomers = ln_p.iter().filter(|((a, b), _)| a % 4 == 0 && b % 4 == 0);
        below += of_newcomers.filter(|(_, p)| *p <= 0.01_f64.ln()).count();
        pairs += 100 * 99 / 2;
        let values: Vec<f64> = ln_p.iter().map(|one| one.1).collect();
        let rates = discovery_rates(&values, possible);
        beyond += usize::from(rates.iter().any(|rate| *rate <= BEYOND));
    }
    assert!(below * 100 <= pairs, "{below} of {pairs} at .01");
    assert!(beyond <= 1, "{beyond} of 10 platforms");
}

#[test]
fn of_what_is_chance_nearly_nothing_is_beyond_it() {
    let mut beyond = 0;
    for seed in 0..20 {
        let (ln_p, possible) = ln_p_of_pairs(&by_chance(seed), &PLAN);
        let ln_p: Vec<f64> = ln_p.iter().map(|one| one.1).collect();
        let rates = discovery_rates(&ln_p, possible);
        beyond += usize::from(rates.iter().any(|rate| *rate <= BEYOND));
    }
    // Where nothing is true, any discovery is false: one platform in twenty has one.
    assert!(beyond <= 2, "{beyond} of 20");
}

#[test]
fn who_shares_several_things_that_nobody_else_has_is_beyond_chance() {
    let mut traces = by_chance(7);
    for object in 900..904 {
        traces.push(Trace::new(0, object, 3, None));
        traces.push(Trace::new(0, object, 398, None));
    }
    let (ln_p, possible) = ln_p_of_pairs(&traces, &PLAN);
    let values: Vec<f64> = ln_p.iter().map(|one| one.1).collect();
    let rates = discovery_rates(&values, possible);
    let beyond = ln_p.iter().zip(rates).filter(|(_, rate)| *rate <= BEYOND);
    let beyond: Vec<(u32, u32)> = beyond.map(|(one, _)| one.0).collect();
    assert_eq!(beyond, [(3, 398)]);
}

#[test]
fn whoever_does_more_meets_more_by_chance() {
    let traces = by_chance(7);
    let mut chance = Chance::new(&traces, &PLAN, ACCOUNTS as usize);
    let rarity = 2.0 * PLAN.rarity(2);
    let busy = chance.ln_p((0, 1), rarity);
    let quiet = chance.ln_p((200, 201), rarity);
    assert!(chance.degrees[0] > 2 * chance.degrees[200]);
    assert!(quiet < busy - 2.0, "{quiet} and {busy}");
}

#[test]
fn who_is_awake_at_the_same_hours_meets_more_by_chance() {
    let mut draw = Draw(1);
    let mut traces = Vec::new();
    for account in 0..ACCOUNTS {
        // Two in ten are awake at night.
        let hour = if account % 5 == 0 { 2 } else { 14 };
        for day in 0..40 {
            let at = (24 * day + hour) * HOUR + i64::from(account) * 1_000_000;
            let object = draw.below(600);
            traces.push(Trace::new(0, object, account, Some(at)));
        }
    }
    traces.sort_unstable();
    let plan = LayerPlan {
        window: Some(HOUR),
        ..PLAN
    };
    let mut chance = Chance::new(&traces, &plan, ACCOUNTS as usize);
    let rarity = 3.0 * plan.rarity(27);
    let at_night = chance.ln_p((0, 5), rarity);
    let apart = chance.ln_p((0, 1), rarity);
    assert!(at_night > apart, "{at_night} and {apart}");
}

#[test]
fn the_tail_is_that_of_all_ways_to_meet_on_as_much() {
    // Things of 3 nats and of 5: the sum is 6 or more in ways that can be counted.
    for (draws, seen) in [(1.0, 6.0), (1.0, 3.0), (900.0, 11.0), (40.0, 20.0)] {
        let poisson = |mean: f64, count: i32| {
            let orders: f64 = (1..=count).map(f64::from).product();
            (-mean).exp() * mean.powi(count) / orders
        };
        let mut exact = 0.0;
        for threes in 0..30 {
            for fives in 0..30 {
                if 3.0 * f64::from(threes) + 5.0 * f64::from(fives) >= seen {
                    exact += poisson(draws * 2e-3, threes) * poisson(draws * 1e-3, fives);
                }
            }
        }
        let told = Tail::new(&[(3.0, 2e-3), (5.0, 1e-3)])
            .ln_p(draws, seen)
            .exp();
        // Draws are rounded up to a power of the 32nd root of two, which counts for each thing that is met.
        assert!(told >= exact * (1.0 - 1e-9), "{exact} and {told}");
        assert!(told <= exact * 1.16, "{exact} and {told}");
    }
}
