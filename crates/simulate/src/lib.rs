//! Makes platforms with hostile operations planted in them: for the demo, the tests and benchmarks.
//!
//! The crate owns a small invented world: people in communities, their homes, devices, habits and
//! words, the recruiters and crowds that look suspicious and are not, and cells of personas that
//! befriend people of chosen professions for weeks before they send a link or a file. It writes the
//! world as a platform's exports, a mapping to read them with, and the truth about every account.
//!
//! | File | Holds | Its times |
//! |---|---|---|
//! | `accounts.csv` | one row per account | RFC 3339 |
//! | `visits.csv` | registrations, sign-ins, looks at profiles; address, device, client | epoch s |
//! | `contacts.csv` | requests to connect and answers, follows, reports; address, device | RFC 3339 |
//! | `messages.jsonl` | messages and replies | epoch ms |
//! | `shares.csv` | links and files shared, clicked, opened | epoch µs |
//! | `posts.csv` | posts and reactions | the wall clock of Dubai |
//! | `mapping.toml` | how to read the files above | |
//! | `platform.jsonl` | what the platform allows each account | |
//! | `truth.csv` | account, kind (`honest`, `persona`, `compromised`), cell | |
//!
//! It refuses to know how anything is detected: it depends on no detecting crate, and `truth.csv`
//! is for measuring only. Every name, address and word is invented.

mod approach;
mod cells;
mod chance;
mod craft;
mod crowd;
mod diary;
mod error;
mod export;
mod geography;
mod names;
mod network;
mod outreach;
mod people;
mod population;
mod rhythm;
mod scenario;
mod talk;
mod ties;
mod whereabouts;
mod world;

use std::path::Path;

use serde::Serialize;

pub use error::SimulateError;
pub use scenario::{Camouflage, Level, Scenario, Strength, UnknownCamouflage};

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows of `accounts.csv`.
    pub accounts: u64,
    /// Rows of all the files of actions together.
    pub actions: u64,
    /// How many cells were planted.
    pub cells: u32,
    /// How many accounts the cells made up.
    pub personas: u32,
    /// How many honest people's accounts the cells took over.
    pub compromised: u32,
    /// The names of the files written, in alphabetical order.
    pub files: Vec<String>,
}

/// Makes the platform of a scenario and writes it into a folder, which is made if missing; files of
/// the same names are overwritten.
///
/// The same scenario gives the same bytes on every machine. Memory holds the people (about 1.2 kB
/// each) and the actions of the coming days, never all of the actions. `progress` is told after
/// each simulated day how many are done, of how many.
pub fn simulate(
    scenario: &Scenario,
    out: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Summary, SimulateError> {
    scenario.check()?;
    let mut world = world::World::new(scenario);
    let mut exports = export::Exports::create(out)?;
    exports.accounts(&world)?;
    let days = world.calendar.days;
    for day in 0..days {
        for event in world.live(day) {
            exports.action(&world, &event)?;
        }
        progress(day.unsigned_abs() + 1, days.unsigned_abs());
    }
    exports.platform(&world)?;
    let (actions, files) = exports.finish()?;
    let compromised = world.people.iter().filter(|p| p.is_compromised()).count();
    let planted = world
        .people
        .iter()
        .filter(|p| p.kind.cell().is_some())
        .count();
    Ok(Summary {
        accounts: u64::from(chance::count(world.people.len())),
        actions,
        cells: scenario.cells,
        personas: chance::count(planted - compromised),
        compromised: chance::count(compromised),
        files,
    })
}
