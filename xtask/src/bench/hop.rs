//! How right detection is on a published airdrop whose claimants were labelled, without labels and with.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::measure::{self, Conditions};
use super::{Measured, rounded};
use crate::talk::say;
use crate::{goals, workspace};

/// How the list says who is what. Accounts without a label are searched like all others.
const COLUMNS: [&str; 8] = [
    "--account",
    "address",
    "--label",
    "label",
    "--hostile",
    "sybil",
    "--honest",
    "eligible",
];

/// Detects without labels, then learns from labels.
pub(super) fn measure(binary: &Path) -> Result<Measured> {
    let data = workspace::root().join("../shared/data/hop");
    ensure!(
        data.is_dir(),
        "the reference data is missing: {}",
        data.display()
    );
    let (labels, hubs) = (data.join("accounts.csv"), data.join("hubs.parquet"));
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let folder = folder.path().join("data");
    workspace::read(Command::new(binary).arg("init").arg(&folder))?;
    let avert = || {
        let mut command = Command::new(binary);
        command.args(["--quiet", "--format", "json", "--data"]);
        command.arg(&folder);
        command
    };
    let mapping = workspace::root().join("fixtures/mappings/hop.toml");
    workspace::read(avert().arg("ingest").arg(mapping))?;
    let findings = folder.join("findings.json");
    let arguments = [
        "--quiet".as_ref(),
        "--data".as_ref(),
        folder.as_os_str(),
        "--format".as_ref(),
        "json".as_ref(),
        "detect".as_ref(),
        "--hubs".as_ref(),
        hubs.as_os_str(),
    ]
    .map(std::ffi::OsStr::to_owned);
    let conditions = Conditions {
        output: Some(&findings),
        ..Conditions::default()
    };
    let cost = measure::run(binary, &arguments, &conditions)?;
    ensure!(cost.exit_code == 0, "avert detect found nothing");
    let mut evaluate = avert();
    evaluate.arg("evaluate").arg(&findings).arg("--truth");
    let text = workspace::read(evaluate.arg(&labels).args(COLUMNS))?;
    let without: Value = serde_json::from_str(&text).context("`avert evaluate` wrote no JSON")?;
    let learned = |group: &[&str]| -> Result<Value> {
        let mut calibrate = avert();
        calibrate.arg("calibrate").arg("--labels").arg(&labels);
        calibrate.arg("--hubs").arg(&hubs).args(COLUMNS).args(group);
        let text = workspace::read(calibrate.arg("--out").arg(folder.join("model.toml")))?;
        serde_json::from_str(&text).context("`avert calibrate` wrote no JSON")
    };
    let by_payments = learned(&[])?;
    let by_reports = learned(&["--cell", "reported_group"])?;
    let likely = &without["likely"];
    for (what, of) in [
        ("without labels", likely),
        ("with labels", &by_payments),
        ("with labels, reported groups undivided", &by_reports),
    ] {
        say(&format!("{what}: {of}"));
    }
    Ok(Measured {
        how: "avert ingest fixtures/mappings/hop.toml; avert detect --hubs hubs.parquet; avert evaluate and \
              avert calibrate with --account address --label label --hostile sybil --honest eligible. \
              Without labels: accounts that findings give even odds or more, among the labelled ones; the \
              three numbers that say how many accounts of one hand are an operation were chosen with \
              these labels in sight. With labels: five folds, accounts that hang together by payments (and \
              by reported group, in the second run) in one fold"
            .to_owned(),
        missed: missed(likely, &by_payments),
        runs: vec![
            json!({
                "what": "without labels",
                "detect_seconds": rounded(cost.seconds),
                "detect_peak_rss_mib": rounded(cost.peak_rss_mib),
                "at_even_odds": likely,
                "proposed": { "accounts": without["proposed"], "precision": without["precision"], "recall": without["recall"], "f1": without["f1"] },
                "average_precision": without["average_precision"],
            }),
            json!({ "what": "with labels", "measured": by_payments }),
            json!({ "what": "with labels, reported groups undivided", "measured": by_reports }),
        ],
    })
}

fn missed(without: &Value, with: &Value) -> Vec<String> {
    let goals = [
        ("F1 without labels", &without["f1"], goals::HOP_F1, true),
        (
            "precision without labels",
            &without["precision"],
            goals::HOP_PRECISION,
            true,
        ),
        (
            "average precision",
            &with["average_precision"],
            goals::HOP_AVERAGE_PRECISION,
            true,
        ),
        (
            "calibration error",
            &with["calibration_error"],
            goals::HOP_CALIBRATION_ERROR,
            false,
        ),
    ];
    goals
        .into_iter()
        .filter_map(|(what, reached, goal, at_least)| {
            let reached = reached.as_f64().unwrap_or(f64::NAN);
            let met = if at_least {
                reached >= goal
            } else {
                reached <= goal
            };
            let bound = if at_least { "at least" } else { "at most" };
            (!met).then(|| format!("{what} {reached:.3}, and {bound} {goal} is promised"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_worse_than_promised_or_missing_is_a_missed_goal() {
        let without = json!({ "precision": 0.94, "f1": 0.81 });
        let with = json!({ "average_precision": 0.93, "calibration_error": 0.01 });
        assert!(missed(&without, &with).is_empty());
        let with = json!({ "average_precision": 0.91, "calibration_error": 0.04 });
        assert_eq!(missed(&without, &with).len(), 2);
        assert_eq!(missed(&json!({}), &json!({})).len(), 4);
    }
}
