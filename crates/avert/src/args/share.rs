//! `avert share …`

use avert_model::{Timestamp, Until};
use clap::{Args, Subcommand};

/// `avert share …`
#[derive(Debug, Subcommand)]
pub(crate) enum Share {
    /// What lies in which collection of avert.toml, and for whom
    List,
    /// Offer a case, or objects, in a collection; a dry run without --execute
    ///
    /// What its audience may read of them is decided by their markings, their terms and the rules of sharing, each
    /// time anything changes
    Put(PutShared),
    /// Offer objects no longer; what was fetched is with whoever fetched it: see `retract`
    Withdraw {
        /// The collection, by its name in avert.toml
        collection: String,
        /// The objects' ids
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Look through a collection anew: what may be read there now
    ///
    /// The server does so by itself before anybody reads; this shows why what is withheld is
    Settle {
        /// The collection, by its name in avert.toml
        collection: String,
    },
    /// Who could read an object by the rules as they are now, and who did
    Who {
        /// Its id
        id: String,
    },
    /// Take an object back, for ever: whoever can read it finds a revoked version; a dry run without --execute
    Retract {
        /// Its id
        id: String,
        /// Why; stays here
        #[arg(long)]
        reason: String,
        /// Do it; without this only tells who has it
        #[arg(long)]
        execute: bool,
    },
    /// Note that a partner says that it has dropped what was taken back
    Acknowledge {
        /// The object's id
        id: String,
        /// The partner, by its name in avert.toml
        partner: String,
        /// How you know: a receipt's number, who wrote when
        #[arg(long)]
        receipt: String,
    },
    /// Say that something has happened that embargoes wait for; it cannot be taken back
    Declare {
        /// By the name that `put --after` was given: vendor-patched
        event: String,
    },
    /// Make a token with which a partner comes for what lies ready, and show it once
    Token {
        /// The partner, by its name in avert.toml
        partner: String,
    },
    /// The tokens that partners have
    Tokens,
    /// Take a partner's token back
    Revoke {
        /// Its number
        id: u64,
    },
}

/// `avert share put`
#[derive(Debug, Args)]
pub(crate) struct PutShared {
    /// The collection, by its name in avert.toml
    pub(crate) collection: String,
    /// A case, or ids of objects that are here
    #[arg(required = true, value_name = "CASE|ID")]
    pub(crate) what: Vec<String>,
    /// Withhold it until this moment: 2030-01-31T08:00:00Z
    #[arg(long, value_name = "RFC3339")]
    pub(crate) until: Option<Timestamp>,
    /// Withhold it until this has happened: case-1 is closed, tp-1 is executed, everybody on nl-1 is told, or whatever
    /// `avert share declare` says
    #[arg(long, value_name = "CASE|PLAN|LIST|NAME")]
    pub(crate) after: Vec<String>,
    /// Address a partner by name: what is TLP:RED and ours goes to nobody else
    #[arg(long, value_name = "PARTNER")]
    pub(crate) to: Vec<String>,
    /// Do it; without this only tells what would be read
    #[arg(long)]
    pub(crate) execute: bool,
}

impl PutShared {
    /// What has to be past before anybody reads it.
    pub(crate) fn embargo(&self) -> Vec<Until> {
        use avert_model::Event;
        let event = |name: &String| {
            let case = name.parse().map(Event::CaseClosed).ok();
            let plan = || name.parse().map(Event::TakedownExecuted).ok();
            let list = || name.parse().map(Event::VictimsNotified).ok();
            let known = case.or_else(plan).or_else(list);
            Until::Event(known.unwrap_or_else(|| Event::Declared(name.clone())))
        };
        let after = self.after.iter().map(event);
        self.until
            .map(Until::Time)
            .into_iter()
            .chain(after)
            .collect()
    }
}
