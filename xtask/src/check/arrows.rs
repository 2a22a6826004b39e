//! Which crate may know which: the arrows of ARCHITECTURE.md, read from `cargo metadata`.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::metadata::Metadata;

/// Every crate, and whom of the others it may know.
const DESIGN: &[(&str, &[&str])] = &[
    ("avert-model", &[]),
    ("avert-events", &["avert-model"]),
    ("avert-detect", &["avert-model", "avert-events"]),
    ("avert-ops", &["avert-model"]),
    ("avert-platforms", &["avert-model", "avert-ops"]),
    ("avert-exchange", &["avert-model"]),
    ("avert-hunt", &["avert-model"]),
    ("avert-simulate", &["avert-model"]),
    (
        "avert",
        &[
            "avert-model",
            "avert-events",
            "avert-detect",
            "avert-ops",
            "avert-platforms",
            "avert-exchange",
            "avert-hunt",
            "avert-simulate",
        ],
    ),
    ("xtask", &[]),
];

/// Fails on any crate and on any arrow between our crates that the design does not have, tests'
/// included.
pub(crate) fn check() -> Result<()> {
    let wrong = forbidden(&Metadata::of_workspace()?);
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(())
}

/// The arrows that must not be, each as a sentence.
fn forbidden(metadata: &Metadata) -> Vec<String> {
    let ours: BTreeSet<&str> = metadata
        .members()
        .map(|package| package.name.as_str())
        .collect();
    let mut wrong = Vec::new();
    for package in metadata.members() {
        let from = package.name.as_str();
        let Some((_, may_know)) = DESIGN.iter().find(|(name, _)| *name == from) else {
            wrong.push(format!(
                "{from} is not in the design: say in xtask/src/check/arrows.rs whom it may know"
            ));
            continue;
        };
        for dependency in &package.dependencies {
            let to = dependency.name.as_str();
            if ours.contains(to) && !may_know.contains(&to) {
                let kind = dependency.kind.as_deref().unwrap_or("normal");
                wrong.push(format!(
                    "{from} → {to} ({kind} dependency) is not in the design"
                ));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The real workspace with one more dependency.
    fn with_arrow(from: &str, to: &str, kind: Option<&str>) -> Metadata {
        let mut value: Value = serde_json::from_str(&Metadata::workspace_text().unwrap()).unwrap();
        let package = value["packages"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .find(|package| package["name"] == from)
            .unwrap();
        package["dependencies"].as_array_mut().unwrap().push(json!({
            "name": to, "req": "*", "kind": kind, "source": null,
        }));
        Metadata::parse(&value.to_string()).unwrap()
    }

    #[test]
    fn the_workspace_has_no_arrow_that_the_design_does_not_have() {
        assert_eq!(
            forbidden(&Metadata::of_workspace().unwrap()),
            Vec::<String>::new()
        );
    }

    #[test]
    fn an_added_arrow_fails_and_is_named() {
        let wrong = forbidden(&with_arrow("avert-detect", "avert-ops", None));
        assert_eq!(
            wrong,
            ["avert-detect → avert-ops (normal dependency) is not in the design"]
        );
    }

    #[test]
    fn an_arrow_for_tests_or_build_scripts_counts_as_well() {
        for kind in ["dev", "build"] {
            let wrong = forbidden(&with_arrow("avert-exchange", "avert-ops", Some(kind)));
            assert_eq!(wrong.len(), 1, "{wrong:?}");
            assert!(wrong[0].contains(kind));
        }
    }

    #[test]
    fn the_model_knows_nobody_and_nobody_knows_the_binary() {
        assert_eq!(
            forbidden(&with_arrow("avert-model", "avert-events", None)).len(),
            1
        );
        assert_eq!(
            forbidden(&with_arrow("avert-simulate", "avert", None)).len(),
            1
        );
        assert_eq!(
            forbidden(&with_arrow("xtask", "avert-model", None)).len(),
            1
        );
    }

    #[test]
    fn an_arrow_the_design_has_may_be_drawn_again() {
        for (from, to) in [
            ("avert-platforms", "avert-ops"),
            ("avert-detect", "avert-events"),
        ] {
            assert!(forbidden(&with_arrow(from, to, Some("dev"))).is_empty());
        }
    }

    #[test]
    fn a_crate_that_the_design_does_not_have_fails_even_without_an_arrow() {
        let mut value: Value = serde_json::from_str(&Metadata::workspace_text().unwrap()).unwrap();
        let mut stranger = value["packages"][0].clone();
        stranger["name"] = json!("avert-stranger");
        stranger["id"] = json!("stranger-id");
        stranger["dependencies"] = json!([]);
        value["packages"].as_array_mut().unwrap().push(stranger);
        let members = value["workspace_members"].as_array_mut().unwrap();
        members.push(json!("stranger-id"));
        let wrong = forbidden(&Metadata::parse(&value.to_string()).unwrap());
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].starts_with("avert-stranger is not in the design"));
    }
}
