//! Short trials of whether takedowns and notices survive that whoever works is killed.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::act::{Channel, Freeze, Ground, Killed, Notices, Outcome, Size, Takedown};
use crate::faulty::Faults;
use crate::talk::say;
use crate::workspace;

/// 500 accounts and 2,000 people.
const SIZE: Size = Size {
    cells: 20,
    personas: 25,
    people: 100,
};

/// Each trial's chance.
const SEED: u64 = 20;

pub(super) fn check() -> Result<()> {
    let binary = workspace::test_binary()?;
    let folder = tempfile::Builder::new()
        .prefix("avert-act-")
        .tempdir()
        .context("cannot make a temporary folder")?;
    let tried = trials(&binary, folder.path());
    if tried.is_err() {
        // Kept for whoever looks for the reason.
        say(&format!("   see {}", folder.keep().display()));
    }
    tried
}

fn trials(binary: &std::path::Path, folder: &std::path::Path) -> Result<()> {
    let ground = Ground::make(binary, folder, SIZE)?;
    let patience = Duration::from_mins(2);
    let takedown = |killed, kills| Takedown {
        seed: SEED,
        kills,
        // A platform that asks for a second's pause for one request in a hundred takes minutes.
        faults: Faults {
            retry_after_seconds: 0,
            ..Faults::promised(SEED)
        },
        at_once: 16,
        killed,
        patience,
    };
    let trial = takedown(Killed::Avert, (5, 2));
    told(&trial.run(binary, &ground, "takedown")?)?;
    let trial = takedown(Killed::Postgres, (3, 1));
    told(&trial.run(binary, &ground, "takedown-postgres")?)?;
    for on_postgres in [false, true] {
        let freeze = Freeze {
            seed: SEED,
            times: 3,
            at_once: 16,
            thinking: Duration::from_millis(20),
            on_postgres,
            patience,
        };
        let name = format!("freeze-{on_postgres}");
        told(&freeze.run(binary, &ground, &name)?)?;
    }
    let before = Notices::taken_down(binary, &ground, "before", None)?;
    for channel in [Channel::Hook, Channel::Mail] {
        for killed in [Killed::Avert, Killed::Postgres] {
            let notices = Notices {
                seed: SEED,
                kills: 10,
                channel,
                killed,
                at_once: 8,
                thinking: Duration::from_millis(2),
                resolved: 10,
                patience,
            };
            let name = format!("{channel:?}-{killed:?}").to_lowercase();
            told(&notices.run(binary, &ground, &before, &name)?)?;
        }
    }
    Ok(())
}

fn told(outcome: &Outcome) -> Result<()> {
    say(&format!("   {}", outcome.run));
    if !outcome.faults.is_empty() {
        bail!("{}", outcome.faults.join("\n"));
    }
    Ok(())
}
