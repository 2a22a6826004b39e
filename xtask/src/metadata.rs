//! The part of `cargo metadata` that the checks read.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::workspace;

/// The workspace as cargo sees it.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) workspace_members: Vec<String>,
    pub(crate) target_directory: PathBuf,
}

/// One package: ours or somebody else's.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    /// None for what lies in this workspace.
    pub(crate) source: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// A dependency as a manifest declares it.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) req: String,
    /// None for a normal one, else `build` or `dev`.
    pub(crate) kind: Option<String>,
    /// None for a path in this workspace.
    pub(crate) source: Option<String>,
}

impl Metadata {
    /// The workspace's own packages; quick, and needs no network.
    pub(crate) fn of_workspace() -> Result<Self> {
        Self::parse(&Self::workspace_text()?)
    }

    /// The same, as the text cargo wrote.
    pub(crate) fn workspace_text() -> Result<String> {
        workspace::read(&mut workspace::cargo(&[
            "metadata",
            "--format-version=1",
            "--no-deps",
        ]))
    }

    /// Every package that goes into a build for this target, ours included.
    pub(crate) fn of_everything(target: &str) -> Result<Self> {
        Self::parse(&workspace::read(&mut workspace::cargo(&[
            "metadata",
            "--format-version=1",
            "--locked",
            "--filter-platform",
            target,
        ]))?)
    }

    pub(crate) fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("`cargo metadata` wrote something unexpected")
    }

    /// The packages of the workspace.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }
}
