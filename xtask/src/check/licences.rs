//! What dependencies may be: `deny.toml` held against `cargo metadata`, without network.
//!
//! Enforced are licences, registries, wildcards and the list of banned crates. Advisories are not:
//! they change daily and a check must not fail for what happened elsewhere.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::check::spdx;
use crate::metadata::{Metadata, Package};
use crate::workspace;

/// The part of cargo-deny's file that is enforced here. Any other key is an error, so that nobody
/// believes in a rule that is not kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    graph: Graph,
    licenses: Licences,
    sources: Sources,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Graph {
    targets: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Licences {
    allow: Vec<String>,
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Sources {
    unknown_registry: Deny,
    unknown_git: Deny,
    allow_registry: Vec<String>,
    allow_git: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bans {
    wildcards: Deny,
    deny: Vec<Banned>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Banned {
    #[serde(rename = "crate")]
    name: String,
}

/// The only answer that is implemented; cargo-deny's `warn` and `allow` are refused.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deny {
    Deny,
}

/// Fails with every dependency that breaks a rule.
pub(crate) fn check() -> Result<()> {
    let text =
        fs::read_to_string(workspace::root().join("deny.toml")).context("cannot read deny.toml")?;
    let rules: Rules = toml::from_str(&text).context("deny.toml is not right")?;
    let mut faults = BTreeSet::new();
    for target in &rules.graph.targets {
        let metadata = Metadata::of_everything(target)?;
        for package in &metadata.packages {
            faults.extend(rules.faults_of(package));
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.into_iter().collect::<Vec<_>>().join("\n"));
    }
    Ok(())
}

impl Rules {
    fn faults_of(&self, package: &Package) -> Vec<String> {
        let place = format!("{} {}", package.name, package.version);
        let mut faults = Vec::new();
        match &package.source {
            None => faults.extend(self.wildcards_of(package)),
            Some(source) if !self.knows_source(source) => {
                faults.push(format!(
                    "{place}: comes from {source}, which deny.toml does not allow"
                ));
            }
            Some(_) => {}
        }
        if self
            .bans
            .deny
            .iter()
            .any(|banned| banned.name == package.name)
        {
            faults.push(format!("{place}: is banned by deny.toml"));
        }
        match &package.license {
            None => faults.push(format!("{place}: names no licence")),
            Some(licence) if !self.accepts(&package.name, licence) => {
                faults.push(format!("{place}: '{licence}' is not allowed by deny.toml"));
            }
            Some(_) => {}
        }
        faults
    }

    fn wildcards_of<'a>(&self, package: &'a Package) -> impl Iterator<Item = String> + 'a {
        let Deny::Deny = self.bans.wildcards;
        package
            .dependencies
            .iter()
            .filter(|dependency| dependency.source.is_some() && dependency.req.contains('*'))
            .map(|dependency| {
                let manifest = package.manifest_path.display();
                format!(
                    "{manifest}: {} takes any version; name one",
                    dependency.name
                )
            })
    }

    fn knows_source(&self, source: &str) -> bool {
        let (Deny::Deny, Deny::Deny) = (self.sources.unknown_registry, self.sources.unknown_git);
        let known = |list: &[String], place: &str| list.iter().any(|known| known == place);
        if let Some(registry) = source.strip_prefix("registry+") {
            known(&self.sources.allow_registry, registry)
        } else if let Some(git) = source.strip_prefix("git+") {
            known(
                &self.sources.allow_git,
                git.split(['?', '#']).next().unwrap_or(git),
            )
        } else {
            false
        }
    }

    fn accepts(&self, name: &str, licence: &str) -> bool {
        spdx::is_satisfied(licence, |term| {
            let exceptions = self.licenses.exceptions.iter();
            self.licenses.allow.iter().any(|allowed| allowed == term)
                || exceptions
                    .filter(|exception| exception.name == name)
                    .any(|exception| exception.allow.iter().any(|allowed| allowed == term))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

    fn faults(name: &str, licence: Option<&str>, source: Option<&str>) -> Vec<String> {
        let rules: Rules =
            toml::from_str(&fs::read_to_string(workspace::root().join("deny.toml")).unwrap())
                .unwrap();
        rules.faults_of(&Package {
            id: name.to_owned(),
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: licence.map(str::to_owned),
            source: source.map(str::to_owned),
            manifest_path: "Cargo.toml".into(),
            dependencies: vec![crate::metadata::Dependency {
                name: "loose".to_owned(),
                req: "*".to_owned(),
                kind: None,
                source: Some(REGISTRY.to_owned()),
            }],
        })
    }

    #[test]
    fn a_choice_with_one_allowed_licence_is_allowed() {
        assert!(faults("some", Some("GPL-3.0-only OR MIT"), Some(REGISTRY)).is_empty());
    }

    #[test]
    fn a_licence_not_in_the_list_is_a_fault_that_names_crate_and_licence() {
        assert_eq!(
            faults("some", Some("MIT AND GPL-3.0-only"), Some(REGISTRY)),
            ["some 1.0.0: 'MIT AND GPL-3.0-only' is not allowed by deny.toml"]
        );
        assert_eq!(faults("some", None, Some(REGISTRY)).len(), 1);
    }

    #[test]
    fn an_exception_holds_for_its_own_crate_only() {
        let data = Some("CDLA-Permissive-2.0");
        assert!(faults("webpki-roots", data, Some(REGISTRY)).is_empty());
        assert_eq!(faults("other-roots", data, Some(REGISTRY)).len(), 1);
    }

    #[test]
    fn another_registry_or_a_repository_is_a_fault() {
        for source in [
            "registry+https://crates.example.org",
            "git+https://example.org/x?rev=1#abc",
        ] {
            assert_eq!(faults("some", Some("MIT"), Some(source)).len(), 1);
        }
    }

    #[test]
    fn a_banned_crate_is_a_fault() {
        assert_eq!(faults("openssl-sys", Some("MIT"), Some(REGISTRY)).len(), 1);
    }

    #[test]
    fn our_own_manifests_name_versions() {
        assert_eq!(
            faults("ours", Some("Apache-2.0"), None),
            ["Cargo.toml: loose takes any version; name one"]
        );
    }
}
