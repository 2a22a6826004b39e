//! Whether takedowns and notices survive anything, and how fast they are when nothing happens.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use super::{Measured, rounded};
use crate::act::{self, Channel, Freeze, Ground, Killed, Notices, Outcome, Size, Takedown};
use crate::faulty::Faults;
use crate::goals;
use crate::talk::say;

/// What of it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Part {
    /// A takedown through a platform that misbehaves, with kills, and back
    Takedown,
    /// The same on PostgreSQL, which is what is killed
    TakedownPostgres,
    /// How soon the switch stops a takedown, on both stores
    Freeze,
    /// Notices through a channel with keys, the sender killed
    HookAvert,
    /// Notices through a channel with keys, PostgreSQL killed
    HookPostgres,
    /// Notices by mail, the sender killed
    MailAvert,
    /// Notices by mail, PostgreSQL killed
    MailPostgres,
    /// Mails a second, on both stores
    MailPace,
    /// Takedowns beside a bare client
    TakedownPace,
}

/// How `act` is measured.
#[derive(Debug, Args)]
pub(super) struct How {
    /// `act`: only these parts
    #[arg(long, value_name = "PART", value_enum)]
    part: Vec<Part>,
    /// `act`: how many accounts are taken down, in networks of 25
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    accounts: usize,
    /// `act`: how many people are told
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    people: usize,
    /// `act`: how often the takedown is killed; twice as often the notices
    #[arg(long, value_name = "N", default_value_t = 50)]
    kills: u64,
    /// `act`: the seed of kills and faults
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// How many personas a network has: things that many more share say nothing to detection.
const CELL: usize = 25;
/// Connections to the platform.
const PLATFORM_CONNECTIONS: usize = 16;
/// Connections to where notices go.
const CONNECTIONS: usize = 10;
/// How long the platform thinks about a request: not at all, so that the processors are all that limits
/// both clients; as long as a server without a database; as long as one with.
const THINKING: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(1),
    Duration::from_millis(5),
];
/// Rounds of takedowns beside the bare client; the middle one counts.
const ROUNDS: usize = 3;

/// Runs the parts that are asked for.
pub(super) fn measure(binary: &Path, how: &How) -> Result<Measured> {
    let folder = tempfile::Builder::new()
        .prefix("avert-act-")
        .tempdir()
        .context("cannot make a temporary folder")?;
    let cells = how.accounts.div_ceil(CELL);
    let size = Size {
        cells,
        personas: CELL,
        people: how.people.div_ceil(cells),
    };
    say("   making the ground");
    let ground = Ground::make(binary, folder.path(), size)?;
    let mut bench = Bench {
        binary,
        folder: folder.path(),
        ground: &ground,
        how,
        measured: Measured {
            how: format!(
                "exports with {cells} networks of {CELL} personas, found by avert detect; one case, plan and \
                 list; seed {}; kills at moments drawn over the effects that the other side has seen, every \
                 fifth in the beginning of a command",
                how.seed
            ),
            runs: Vec::new(),
            missed: Vec::new(),
        },
    };
    let measured = bench.all();
    if let Err(error) = measured {
        let kept = folder.keep();
        return Err(error.context(format!("see {}", kept.display())));
    }
    Ok(bench.measured)
}

struct Bench<'a> {
    binary: &'a Path,
    folder: &'a Path,
    ground: &'a Ground,
    how: &'a How,
    measured: Measured,
}

impl Bench<'_> {
    fn wants(&self, part: Part) -> bool {
        self.how.part.is_empty() || self.how.part.contains(&part)
    }

    fn all(&mut self) -> Result<()> {
        let takedowns = [
            (Part::Takedown, Killed::Avert, "takedown"),
            (
                Part::TakedownPostgres,
                Killed::Postgres,
                "takedown-postgres",
            ),
        ];
        for (part, killed, name) in takedowns {
            if !self.wants(part) {
                continue;
            }
            let takedown = Takedown {
                seed: self.how.seed,
                kills: (self.how.kills, self.how.kills / 5),
                faults: Faults::promised(self.how.seed),
                at_once: PLATFORM_CONNECTIONS,
                killed,
                patience: Duration::from_mins(30),
            };
            let outcome = takedown.run(self.binary, self.ground, name)?;
            self.note(name, outcome);
        }
        if self.wants(Part::TakedownPace) {
            self.takedown_pace()?;
        }
        if self.wants(Part::Freeze) {
            for on_postgres in [false, true] {
                let freeze = Freeze {
                    seed: self.how.seed,
                    times: 20,
                    at_once: PLATFORM_CONNECTIONS,
                    thinking: THINKING[2],
                    on_postgres,
                    patience: Duration::from_mins(5),
                };
                let name = format!("freeze-{on_postgres}");
                let outcome = freeze.run(self.binary, self.ground, &name)?;
                self.note(&name, outcome);
            }
        }
        let notices = [
            (Part::HookAvert, Channel::Hook, Killed::Avert),
            (Part::HookPostgres, Channel::Hook, Killed::Postgres),
            (Part::MailAvert, Channel::Mail, Killed::Avert),
            (Part::MailPostgres, Channel::Mail, Killed::Postgres),
        ];
        let rest = [Part::MailPace]
            .into_iter()
            .chain(notices.map(|(part, ..)| part));
        if !rest.into_iter().any(|part| self.wants(part)) {
            return Ok(());
        }
        let before = Notices::taken_down(self.binary, self.ground, "before", None)?;
        if self.wants(Part::MailPace) {
            for on_postgres in [false, true] {
                let how = (on_postgres, CONNECTIONS);
                let pace = act::mails(self.binary, self.ground, &before, self.folder, how)?;
                say(&format!("   {}", pace.run));
                if pace.figure < goals::ACT_MAILS_PER_SECOND {
                    self.measured.missed.push(format!(
                        "{} mails a second on {}, and {} are promised",
                        rounded(pace.figure),
                        if on_postgres { "PostgreSQL" } else { "SQLite" },
                        goals::ACT_MAILS_PER_SECOND
                    ));
                }
                self.measured.runs.push(pace.run);
            }
        }
        for (part, channel, killed) in notices {
            if !self.wants(part) {
                continue;
            }
            let trial = Notices {
                seed: self.how.seed,
                kills: 2 * self.how.kills,
                channel,
                killed,
                at_once: CONNECTIONS,
                thinking: Duration::from_millis(2),
                resolved: 20,
                patience: Duration::from_mins(30),
            };
            let name = format!("{channel:?}-{killed:?}").to_lowercase();
            let outcome = trial.run(self.binary, self.ground, &before, &name)?;
            self.note(&name, outcome);
        }
        Ok(())
    }

    fn takedown_pace(&mut self) -> Result<()> {
        let site = act::opened(self.binary, self.ground, "opened")?;
        for thinking in THINKING {
            let mut shares = Vec::new();
            for round in 1..=ROUNDS {
                let how = (round, thinking);
                let pace =
                    act::takedowns(self.binary, self.ground, &site, how, PLATFORM_CONNECTIONS)?;
                say(&format!("   {}", pace.run));
                shares.push(pace.figure);
                self.measured.runs.push(pace.run);
            }
            shares.sort_by(f64::total_cmp);
            let share = shares[ROUNDS / 2];
            if share < goals::ACT_TAKEDOWN_SHARE {
                self.measured.missed.push(format!(
                    "takedowns on a platform that thinks for {} ms reach {} of the bare client's pace, and \
                     {} is promised",
                    thinking.as_millis(),
                    rounded(share),
                    goals::ACT_TAKEDOWN_SHARE
                ));
            }
        }
        Ok(())
    }

    fn note(&mut self, name: &str, outcome: Outcome) {
        say(&format!("   {}", outcome.run));
        let faults = outcome.faults.into_iter();
        let missed = faults.map(|fault| format!("{name}: {fault}"));
        self.measured.missed.extend(missed);
        self.measured.runs.push(outcome.run);
    }
}
