//! The map of a large case, in a browser that draws in software.

use std::fs;
use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Measured;
use crate::{check, goals, web, workspace};

/// The pictures stand beside the record.
pub(super) fn measure(folder: Option<&std::path::Path>) -> Result<Measured> {
    web::build()?;
    let folder = super::record::folder(folder)?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut node = std::process::Command::new("node");
    node.arg(web::path("dev").join("measure.mjs"))
        .arg(&folder)
        .env("AVERT_CHROMIUM", check::console::chromium()?)
        .stderr(Stdio::inherit());
    let told = workspace::read(&mut node).context("the map cannot be measured")?;
    let runs: Vec<Value> = serde_json::from_str(&told).context("no list of runs was told")?;
    Ok(Measured {
        how: "a case of 100,000 accounts and 300,000 ties from a server of invented data, drawn by Debian's Chromium \
              without a graphics card in a window of 1280 by 800; the first picture is timed from asking for the page, \
              with nothing kept from before; the map is then moved at every frame for four seconds: panned as a \
              whole, zoomed, and panned from near. Pictures: console-whole.png, console-near.png"
            .to_owned(),
        missed: missed(&runs),
        runs,
    })
}

/// The best of the runs counts, since whatever else the machine does only adds.
fn missed(runs: &[Value]) -> Vec<String> {
    let all = |place: &str| -> Vec<f64> {
        let found = runs.iter().map(|run| run.pointer(place)?.as_f64());
        found.flatten().collect()
    };
    let mut missed = Vec::new();
    let first = all("/first_picture_seconds")
        .into_iter()
        .fold(f64::INFINITY, f64::min);
    if first > goals::CONSOLE_FIRST_PICTURE_SECONDS {
        missed.push(format!("the first picture after {first:.1} s"));
    }
    for how in ["pan", "zoom", "pan_near"] {
        let frames = all(&format!("/{how}/frames_per_second"))
            .into_iter()
            .fold(0.0, f64::max);
        if frames < goals::CONSOLE_FRAMES_PER_SECOND {
            missed.push(format!("{how}: {frames:.0} frames a second"));
        }
    }
    missed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_map_that_is_slow_or_missing_misses_its_goals() {
        let run = |seconds: f64, frames: f64| {
            let moved = json!({ "frames_per_second": frames });
            json!({ "first_picture_seconds": seconds, "pan": moved, "zoom": moved, "pan_near": moved })
        };
        assert!(missed(&[run(9.0, 3.0), run(1.0, 40.0)]).is_empty());
        assert_eq!(missed(&[run(9.0, 3.0)]).len(), 4);
        assert_eq!(missed(&[]).len(), 4);
    }
}
