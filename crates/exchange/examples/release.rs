//! Holds the gate against the oracle in as many worlds as it is asked, and prints what came of it as JSON:
//! `cargo run --release -p avert-exchange --example release -- FIRST WORLDS`.
#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

#[path = "../tests/exchange/gate/mod.rs"]
mod gate;

use std::process::ExitCode;
use std::time::Instant;

use gate::{compare, reach, world};
use serde_json::json;

/// How many differences are told; beyond, they are counted.
const TOLD: usize = 20;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let (Some(Ok(first)), Some(Ok(worlds))) = (numbers.next(), numbers.next()) else {
        println!("which world is the first, and how many?");
        return ExitCode::from(2);
    };
    let begun = Instant::now();
    let (mut leaks, mut needless, mut amiss) = (0, 0, 0);
    let (mut whole, mut in_part, mut withheld) = (0, 0, 0);
    let mut told = Vec::new();
    for seed in first..first + worlds {
        let world = world::draw(seed);
        let difference = compare(&world, &world);
        let unreached = reach::misses(&world, seed);
        leaks += difference.leaks.len();
        needless += difference.needless.len();
        amiss += unreached.len();
        whole += difference.whole;
        in_part += difference.in_part;
        withheld += difference.withheld;
        let here = [difference.leaks, difference.needless, unreached].concat();
        told.extend(here.into_iter().map(|text| format!("world {seed}: {text}")));
        told.truncate(TOLD);
    }
    // What a check of the gate alone takes, without drawing, the oracle and the comparison.
    let drawn: Vec<_> = (first..first + worlds.min(10_000))
        .map(world::draw)
        .collect();
    let alone = Instant::now();
    let objects: usize = drawn
        .iter()
        .map(|world| gate::ask(world).releasable.get().objects.len())
        .sum();
    let micros_a_check = alone.elapsed().as_secs_f64() * 1e6 / drawn.len().max(1) as f64;
    let record = json!({
        "worlds": worlds, "leaks": leaks, "needless": needless, "retractions_amiss": amiss,
        "told_whole": whole, "told_in_part": in_part, "withheld": withheld,
        "seconds": begun.elapsed().as_secs_f64(), "micros_a_check": micros_a_check,
        "told_in_timed_checks": objects, "differences": told,
    });
    println!("{record}");
    ExitCode::SUCCESS
}
