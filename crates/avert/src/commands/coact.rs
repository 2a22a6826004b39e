//! `avert coact`: who touched the same things at nearly the same time, in any table of events.

use std::fmt::Write as _;
use std::path::PathBuf;

use avert_detect::coact::{CoactError, Hosts, Plan, Summary, coact, remove_begun};
use avert_events::touches::{Columns, TimeUnit, TouchFiles};
use avert_model::SignedDuration;

use super::Answer;
use crate::args::{Coact, Unit};
use crate::failure::{CommandError, Failure, may_write};
use crate::printer::Printer;
use crate::text::count;

pub(super) fn run(args: &Coact, printer: &Printer) -> Result<Answer, Failure> {
    let columns = Columns {
        account: args.account.clone(),
        object: args.object.clone(),
        layer: args.layer.clone(),
        time: args.time.clone(),
    };
    let unit = match args.time_unit {
        Unit::S => TimeUnit::Seconds,
        Unit::Ms => TimeUnit::Milliseconds,
        Unit::Us => TimeUnit::Microseconds,
    };
    may_write(&args.out, &["parquet", "csv"])?;
    if args.events.contains(&args.out) {
        return Err(CommandError::WouldOverwrite(args.out.clone()).into());
    }
    let files = TouchFiles::open(&args.events, &columns, unit)?;
    let plan = Plan {
        window: args.window.map_or(0, |window| ticks(window, files.unit())),
        min_weight: args.min_weight,
        workers: args.workers.unwrap_or_else(processors),
        hosts: hosts(args)?,
    };
    if plan.hosts.is_some() {
        end_with_the_others(args.out.clone(), printer.clone());
    }
    // Of several processes the first has the answer.
    if let Some(summary) = coact(files, &plan, &args.out)? {
        printer.result(&summary, |summary| text(summary, args))?;
    }
    Ok(Answer::Done)
}

/// When another process is lost, the threads that talked with it panic, wherever they are. There is
/// nothing to go on with: that is said once, what was begun is removed, and the process ends.
fn end_with_the_others(out: PathBuf, printer: Printer) {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let words = panic.payload_as_str().unwrap_or_default();
        let Some((_, why)) = words.split_once("timely communication error: ") else {
            return usual(panic);
        };
        remove_begun(&out);
        let lost = CoactError::Workers(format!("a process was lost while {why}"));
        printer.failure(&Failure::from(lost));
        std::process::exit(2);
    }));
}

/// The processes that work together.
fn hosts(args: &Coact) -> Result<Option<Hosts>, Failure> {
    let (Some(path), Some(process)) = (&args.hosts, args.process) else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(path).map_err(|source| CommandError::File {
        what: "read",
        path: path.clone(),
        source,
    })?;
    let lines = text.lines().map(str::trim);
    let addresses: Vec<String> = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    if process >= addresses.len() {
        let (path, hosts) = (path.clone(), addresses.len());
        return Err(CommandError::NoSuchProcess {
            path,
            process,
            hosts,
        }
        .into());
    }
    Ok(Some(Hosts { addresses, process }))
}

/// A duration in the unit of the files' times; parts of a unit are cut off, since no two whole
/// numbers lie between.
fn ticks(window: SignedDuration, unit: TimeUnit) -> u64 {
    let ticks = window.as_nanos() / (1_000_000_000 / i128::from(unit.per_second()));
    u64::try_from(ticks.max(0)).unwrap_or(u64::MAX)
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn text(summary: &Summary, args: &Coact) -> String {
    let mut text = format!(
        "{} of {}: {}, weight {}\nin {}\n",
        count(summary.events, "event", "events"),
        count(summary.accounts, "account", "accounts"),
        count(summary.written.edges, "edge", "edges"),
        summary.written.weight,
        args.out.display()
    );
    for (number, why) in [
        (summary.nameless, "without an account or object"),
        (summary.untimed, "without a time on a layer that has times"),
    ] {
        if number > 0 {
            let number = count(number, "event", "events");
            let _ = writeln!(text, "left out: {number} {why}");
        }
    }
    text
}
