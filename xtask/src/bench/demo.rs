//! The demo as a newcomer runs it: two cores, no network.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::measure::{self, Conditions, Cost};
use super::{Measured, rounded};
use crate::goals;
use crate::talk::say;

/// Runs `avert demo` in a folder that is gone afterwards.
pub(super) fn measure(binary: &Path) -> Result<Measured> {
    let folder = tempfile::Builder::new()
        .prefix("avert-bench-")
        .tempdir()
        .context("cannot make a temporary folder")?;
    let offline = measure::can_go_offline();
    if !offline {
        say("this machine lets nobody cut a program off from the network: it runs with it");
    }
    let output = folder.path().join("output.txt");
    let conditions = Conditions {
        cores: Some(cores()),
        offline,
        folder: Some(folder.path()),
        output: Some(&output),
    };
    let cost = measure::run(binary, &["demo".into(), "--once".into()], &conditions)?;
    ensure!(
        cost.exit_code == 0,
        "avert demo ended with code {}",
        cost.exit_code
    );
    say(&format!(
        "demo: {:.1} s, {:.0} MiB at the peak, network {}",
        cost.seconds,
        cost.peak_rss_mib,
        if offline { "off" } else { "on" }
    ));
    Ok(Measured {
        how: "avert demo with its defaults, the release build, pinned to two cores with taskset; \
              with the network off it runs in a network namespace without interfaces"
            .to_owned(),
        runs: vec![json!({
            "seconds": rounded(cost.seconds),
            "peak_rss_mib": rounded(cost.peak_rss_mib),
            "network": if offline { "off" } else { "on" },
        })],
        missed: missed(&cost),
    })
}

fn cores() -> &'static str {
    match std::thread::available_parallelism() {
        Ok(cores) if cores.get() >= 2 => "0,1",
        _ => "0",
    }
}

fn missed(cost: &Cost) -> Vec<String> {
    let mut missed = Vec::new();
    if cost.seconds > goals::DEMO_SECONDS {
        missed.push(format!(
            "the demo took {:.1} s, and at most {} s is promised",
            cost.seconds,
            goals::DEMO_SECONDS
        ));
    }
    if cost.peak_rss_mib > goals::DEMO_PEAK_MIB {
        missed.push(format!(
            "the demo needed {:.0} MiB, and at most {} MiB is promised",
            cost.peak_rss_mib,
            goals::DEMO_PEAK_MIB
        ));
    }
    missed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_demo_and_a_hungry_demo_miss_a_goal_each() {
        let cost = |seconds, peak_rss_mib| Cost {
            seconds,
            peak_rss_mib,
            exit_code: 0,
        };
        assert!(missed(&cost(30.0, 286.0)).is_empty());
        assert_eq!(missed(&cost(30.1, 100.0)).len(), 1);
        assert_eq!(missed(&cost(31.0, 287.0)).len(), 2);
    }
}
