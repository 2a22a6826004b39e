//! `avert coact`: who touched the same things at nearly the same time, in any table of events.

use std::fmt::Write as _;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};

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
    let workers = args.workers.map_or_else(processors, usize::from);
    let plan = Plan {
        window: args.window.map_or(0, |window| ticks(window, files.unit())),
        min_weight: args.min_weight,
        cap: args.cap.get(),
        workers,
        memory: memory(args.memory, workers)?,
        spill: args.spill.clone().unwrap_or_else(|| folder(&args.out)),
        hosts: hosts(args)?,
    };
    if plan.hosts.as_ref().is_none_or(|hosts| hosts.process == 0) {
        // A process that was killed could not.
        remove_begun(&args.out);
    }
    if plan.hosts.is_some() {
        end_with_the_others(args.out.clone(), printer.clone());
    }
    // Of several processes the first has the answer.
    if let Some(summary) = coact(files, &plan, &args.out)? {
        printer.result(&summary, |summary| text(summary, args))?;
    }
    Ok(Answer::Done)
}

/// What a process takes beside events and accounts, and each of its threads: files read and written
/// in pieces, and the program.
const OWN_BYTES: u64 = 64 << 20;
const THREAD_BYTES: u64 = 48 << 20;

/// How many bytes are left for events and accounts.
fn memory(given: Option<u64>, workers: usize) -> Result<u64, Failure> {
    let own = OWN_BYTES + THREAD_BYTES * workers as u64;
    match given {
        Some(given) if given < 2 * own => Err(CommandError::TooLittleMemory {
            given,
            workers,
            least: 2 * own,
        }
        .into()),
        Some(given) => Ok(given - own),
        None => Ok((free_memory() / 4 * 3).max(2 * own) - own),
    }
}

/// How much memory the machine has free, as far as that is known.
fn free_memory() -> u64 {
    let known = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    available(&known).unwrap_or(8 << 30)
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

fn folder(path: &Path) -> PathBuf {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
        .to_owned()
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
    // A name and a number may be one place.
    let places: Vec<_> = addresses.iter().map(|address| place(address)).collect();
    for (line, address) in addresses.iter().enumerate() {
        if places[..line].contains(&places[line]) {
            let (path, address) = (path.clone(), address.clone());
            return Err(CommandError::SameAddress { path, address }.into());
        }
    }
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

/// Where an address leads; itself where that cannot be told yet.
fn place(address: &str) -> Result<SocketAddr, String> {
    let found = address.to_socket_addrs().ok();
    let first = found.and_then(|mut all| all.next());
    first.ok_or_else(|| address.to_owned())
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
    if summary.misspelt > 0 {
        let _ = writeln!(
            text,
            "{} have names that are no UTF-8; what is none of it is written as \\xfe, byte by byte",
            count(summary.misspelt, "account", "accounts"),
        );
    }
    if summary.truncated_events > 0 {
        let _ = writeln!(
            text,
            "{} had more than {} partners: of these, as many were drawn by lot, and stand for {} \
             meetings that were left out",
            count(summary.truncated_events, "event", "events"),
            args.cap,
            summary.truncated_mass
        );
    }
    if summary.spilled_bytes > 0 {
        let mebibytes = summary.spilled_bytes.div_ceil(1 << 20);
        let _ = writeln!(text, "{mebibytes} MiB went to disk for want of memory");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_memory_is_what_the_system_says() {
        let said = "MemTotal:       24046000 kB\nMemAvailable:   22000000 kB\n";
        assert_eq!(available(said), Some(22_000_000 << 10));
        assert_eq!(available("MemTotal: 5 kB"), None);
    }

    #[test]
    fn what_the_program_takes_itself_is_taken_off() {
        assert_eq!(memory(Some(1 << 30), 2).unwrap(), (1 << 30) - (160 << 20));
        assert_eq!(
            memory(Some(256 << 20), 2).unwrap_err().code,
            "coact/too-little-memory"
        );
    }
}
