//! What stages need from the network is fetched while the compiler works for others: it waits for servers, and
//! installs with one core.

use std::thread::{self, JoinHandle};

use anyhow::Result;

use super::{Stage, console, instructions, misp, ocsf, public, stix, warninglists};
use crate::live::Server;
use crate::talk::say;
use crate::{api, postgres};

impl Stage {
    /// Fetches and installs, once, what it needs beyond Rust and Node.
    fn needs(self) -> Option<fn() -> Result<()>> {
        match self {
            Self::Toolchain
            | Self::Format
            | Self::Tidy
            | Self::Arrows
            | Self::Licences
            | Self::Web
            | Self::Lints
            | Self::Docs
            | Self::Tests
            | Self::Generated
            | Self::Quality => None,
            Self::Console => Some(|| console::chromium().map(drop)),
            Self::Postgres | Self::Act => Some(|| postgres::tools().map(drop)),
            Self::Api => Some(|| api::python().map(drop)),
            Self::Ocsf => Some(|| ocsf::python().map(drop)),
            Self::Warninglists => Some(|| warninglists::python().map(drop)),
            Self::Stix => Some(|| stix::python().map(drop)),
            Self::Public => Some(public::install_poppler),
            Self::Misp => Some(|| misp::python().map(drop)),
            Self::Instructions => Some(instructions::install_valgrind),
            Self::LiveSmtp => Some(|| Server::Smtp.packages().map(drop)),
            Self::LiveScim => Some(|| Server::Scim.packages().map(drop)),
            Self::LiveOidc => Some(|| Server::Oidc.packages().map(drop)),
            Self::LiveTaxii => Some(|| Server::Taxii.packages().map(drop)),
            Self::LiveSynapse => Some(|| Server::Synapse.packages().map(drop)),
        }
    }
}

/// What is being fetched. Dropped, it is left to itself: it leaves no half of anything.
pub(super) struct Fetching(Option<JoinHandle<()>>);

impl Fetching {
    /// Begins with what these stages need, one after the other: apt-get is not there for two at once.
    pub(super) fn begin(stages: &[Stage]) -> Self {
        let needs: Vec<_> = stages.iter().filter_map(|stage| stage.needs()).collect();
        Self(Some(thread::spawn(move || {
            for need in needs {
                // The stage itself tries again, and says what is to be done.
                if let Err(error) = need() {
                    say(&format!("   {error:#}"));
                }
            }
        })))
    }

    /// Waits until all of it is there, if this stage needs anything.
    pub(super) fn await_for(&mut self, stage: Stage) {
        if stage.needs().is_some()
            && let Some(fetching) = self.0.take()
        {
            fetching
                .join()
                .expect("what fails to be fetched is no panic");
        }
    }
}
