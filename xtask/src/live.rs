//! `cargo xtask live`: Avert driven as a user drives it, against real servers on this machine.
//!
//! The stories are in [`chat_story`], [`mail_story`], [`scim_story`], [`oidc_story`] and [`taxii_story`]; they read as what must be
//! true. The rest of this module starts servers, fills them with people, and runs the binary.

pub(crate) mod avert;
mod browser;
mod chat_story;
mod directory;
mod homeserver;
mod http;
mod identity;
mod mail_server;
mod mail_story;
mod oidc_story;
mod scim_story;
mod settle;
mod story;
mod supervised;
mod synapse;
mod taxii_story;
mod town;
mod traffic;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::python::{script, with_packages, with_packages_of};
use crate::{node, workspace};

/// A server that a live test runs against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Server {
    /// Matrix Synapse: the whole way
    Synapse,
    /// An SMTP server: notices by mail
    Smtp,
    /// A SCIM server: a takedown and back
    Scim,
    /// An `OpenID` provider: signing in
    Oidc,
    /// TAXII clients: what partners read and send
    Taxii,
}

impl Server {
    /// What it runs on, installed if need be: Python, or a folder of packages for Node.
    pub(crate) fn packages(self) -> Result<PathBuf> {
        match self {
            Self::Synapse | Self::Smtp => with_packages(),
            Self::Scim => with_packages_of(&script("requirements-scim.txt")),
            Self::Taxii => with_packages_of(&script("requirements-taxii.txt")),
            Self::Oidc => node::with_packages_of(&workspace::root().join("xtask/oidc")),
        }
    }
}

/// Tells the story of one server, or of each.
pub(crate) fn run(
    server: Option<Server>,
    keep: Option<&Path>,
    binary: Option<PathBuf>,
) -> Result<()> {
    let binary = match binary {
        Some(binary) => std::path::absolute(binary)?,
        None => workspace::test_binary()?,
    };
    for each in Server::value_variants() {
        if server.is_some_and(|wanted| wanted != *each) {
            continue;
        }
        let folder = Folder::new(keep, *each)?;
        let tell = match each {
            Server::Synapse => chat_story::tell,
            Server::Smtp => mail_story::tell,
            Server::Scim => scim_story::tell,
            Server::Oidc => oidc_story::tell,
            Server::Taxii => taxii_story::tell,
        };
        tell(&binary, &each.packages()?, folder.path())?;
    }
    Ok(())
}

/// Where a story takes place: gone afterwards unless it is to be kept.
enum Folder {
    Kept(PathBuf),
    Temporary(tempfile::TempDir),
}

impl Folder {
    fn new(keep: Option<&Path>, server: Server) -> Result<Self> {
        let Some(keep) = keep else {
            return tempfile::Builder::new()
                .prefix("avert-live-")
                .tempdir()
                .map(Self::Temporary)
                .context("cannot make a temporary folder");
        };
        let name = match server {
            Server::Synapse => "synapse",
            Server::Smtp => "smtp",
            Server::Scim => "scim",
            Server::Oidc => "oidc",
            Server::Taxii => "taxii",
        };
        let folder = std::path::absolute(keep)?.join(name);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self::Kept(folder))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }
}
