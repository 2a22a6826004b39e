//! The gate never says more than allowed, and nothing less: see `gate`.

use crate::gate::{self, compare, reach, world};
use crate::seeded;

/// How many worlds every test run draws. `cargo xtask bench release` draws ten times as many, others.
const WORLDS: u64 = 100_000;

/// Worlds from one seed to another: how many objects were told whole, in part and not at all.
fn nothing_differs(seeds: std::ops::Range<u64>) -> [u64; 3] {
    let mut counts = [0; 3];
    for seed in seeds {
        let world = world::draw(seed);
        let difference = compare(&world, &world);
        assert!(
            difference.leaks.is_empty() && difference.needless.is_empty(),
            "seed {seed}: {difference:#?}"
        );
        let here = [difference.whole, difference.in_part, difference.withheld];
        counts = std::array::from_fn(|kind| counts[kind] + here[kind]);
    }
    counts
}

#[test]
fn in_a_hundred_thousand_worlds_nothing_leaks_and_nothing_is_withheld_for_nothing() {
    let halves = std::thread::scope(|scope| {
        let other = scope.spawn(|| nothing_differs(WORLDS / 2..WORLDS));
        [
            nothing_differs(0..WORLDS / 2),
            other.join().expect("no difference"),
        ]
    });
    // Worlds in which everything is withheld would show nothing.
    for kind in 0..3 {
        let many = halves[0][kind] + halves[1][kind];
        assert!(many > WORLDS / 4, "{halves:?}");
    }
}

#[test]
fn whoever_has_something_hears_that_it_was_taken_back_and_nobody_else() {
    for seed in 0..WORLDS / 10 {
        let missed = reach::misses(&world::draw(seed), seed);
        assert!(missed.is_empty(), "seed {seed}: {missed:?}");
    }
}

#[test]
fn a_gate_that_forgets_a_rule_is_caught() {
    for (fault, forget) in seeded::FAULTS {
        let leaks = (0..WORLDS / 20).find(|seed| {
            let truth = world::draw(*seed);
            let mut asked = truth.clone();
            forget(&mut asked);
            !compare(&asked, &truth).leaks.is_empty()
        });
        assert!(leaks.is_some(), "nobody noticed that {fault}");
    }
}

#[test]
fn the_order_of_objects_changes_nothing_but_the_order_of_the_answer() {
    for seed in 0..WORLDS / 50 {
        let world = world::draw(seed);
        let mut turned = world.clone();
        turned.items.reverse();
        let (one, other) = (told(&world), told(&turned));
        assert_eq!(one, other, "seed {seed}");
    }
}

/// What is told, as a set of texts.
fn told(world: &world::World) -> std::collections::BTreeSet<String> {
    let release = gate::ask(world);
    release
        .releasable
        .get()
        .objects
        .iter()
        .map(ToString::to_string)
        .collect()
}
