//! Which crate may know which: the arrows of ARCHITECTURE.md, read from `cargo metadata`.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::metadata::Metadata;

/// Arrows besides the two general ones: the binary knows every crate, and every crate the model.
const ALLOWED: &[(&str, &str)] = &[
    ("avert-platforms", "avert-ops"),
    ("avert-detect", "avert-events"),
];

/// Fails on any arrow between our crates that the design does not have, tests' included.
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
        for dependency in &package.dependencies {
            let (from, to) = (package.name.as_str(), dependency.name.as_str());
            if ours.contains(to) && !is_allowed(from, to) {
                let kind = dependency.kind.as_deref().unwrap_or("normal");
                wrong.push(format!(
                    "{from} → {to} ({kind} dependency) is not in the design"
                ));
            }
        }
    }
    wrong
}

fn is_allowed(from: &str, to: &str) -> bool {
    match from {
        "avert" => to != "xtask",
        "xtask" => false,
        _ => to == "avert-model" || ALLOWED.contains(&(from, to)),
    }
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
        for (from, to) in ALLOWED {
            assert!(forbidden(&with_arrow(from, to, Some("dev"))).is_empty());
        }
    }
}
