//! Statements of reasons for the EU's DSA Transparency Database.
//!
//! A provider of an online platform tells whoever it suspends why, and sends the same without personal
//! data to the Commission's database (Regulation (EU) 2022/2065, articles 17 and 24(5)). The module
//! turns accounts that a plan acted on into the bodies of the request that makes several statements
//! (`POST …/statements`), at most [`BATCH`] each. It refuses to send anything, and to write any word that is not ours or
//! the configuration's: no name, no account id, no text that anybody on the platform wrote.
//!
//! # Source
//! DSA Transparency Database, "API and schema", version 2, in force since 1 July 2025
//! (<https://transparency.dsa.ec.europa.eu/page/api-documentation>), and the validation rules of its
//! published source (`StatementAPITrait`, <https://github.com/digital-services-act/transparency-database>).

mod facts;
mod settings;
mod statement;
mod vocabulary;

use avert_model::{ActedPlan, Measure};
use serde::Serialize;

pub use settings::{AccountType, AutomatedDecision, Ground, InvalidSettings, Settings, SourceType};
pub use statement::Statement;

use crate::escape;
use crate::release::Releasable;

/// The most statements of one request.
pub const BATCH: usize = 100;

/// What is sent for a plan.
#[derive(Debug)]
pub struct Statements {
    /// The statements, in the order in which the plan has the accounts.
    pub statements: Vec<Statement>,
    /// How many accounts were secured for their owners and have none: see
    /// [`Settings::state_secured_accounts`].
    pub secured: u64,
}

/// One statement for each account that the plan acted on.
///
/// The same plan gives the same statements, byte for byte, until it is undone: then each carries the
/// day on which it ended, under the same `puid`. Whoever writes them is of our own team; what they send to the
/// database has no personal data in it.
pub fn statements(plan: &Releasable<ActedPlan>, settings: &Settings) -> Statements {
    let has_one = |measure| measure != Measure::Secure || settings.state_secured_accounts;
    let (stated, secured): (Vec<_>, Vec<_>) = plan
        .get()
        .accounts
        .iter()
        .partition(|account| has_one(account.measure));
    Statements {
        statements: stated
            .into_iter()
            .map(|account| Statement::new(account, settings))
            .collect(),
        secured: secured.len() as u64,
    }
}

/// The bodies of the requests, in order, each JSON that is indented for people to check.
pub fn batches(statements: &[Statement]) -> impl Iterator<Item = String> {
    #[derive(Serialize)]
    struct Body<'a> {
        statements: &'a [Statement],
    }
    statements
        .chunks(BATCH)
        .map(|statements| escape::json::indented(&Body { statements }))
}
