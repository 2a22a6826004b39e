//! `avert watch`: events as they come, networks as they change.
//!
//! Nothing is told that is not in the log: lines are written down and marked as read before networks are
//! brought up to date with them. Whoever is stopped takes up at the last mark.

mod known;
mod rejects;
mod resume;
mod seal;
mod source;
mod taken;
mod tell;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use avert_detect::live::{Change, Live};
use avert_events::stream::{Log, Position};
use avert_model::{AccountId, Clock as _, Explain};
use avert_ops::ports::Source;

use super::Answer;
use crate::args::Watch;
use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::{CommandError, Failure, LiveError, may_write};
use crate::progress::Progress;
use crate::text::{count, thousands};
use rejects::Rejects;
use source::{Batch, Lines, Next};
use taken::{Fate, Intake, Polled};

/// So many events are not kept waiting, whatever the tick is.
const MOST_WAITING: u64 = 50_000;

/// How often the log goes to the disk, and people's decisions are looked at.
const SYNC: Duration = Duration::from_secs(3);

/// How often it is told at most that lines were not taken.
const TELL_REJECTS: Duration = Duration::from_mins(1);

pub(super) fn run(args: &Watch, context: &Context<'_>) -> Result<Answer, Failure> {
    let folder = context.data.join("watch").join(safe(&args.name)?);
    if let Some(path) = &args.timings {
        may_write(path, &["csv"])?;
    }
    // What is wrong with where events come from is said before anything is changed.
    if let Some(folder) = &args.folder {
        Lines::look_for(folder)?;
    }
    let platform = match &args.platform {
        Some(name) => Some((name.as_str(), context.source(name)?)),
        None => None,
    };
    let known = known::of_files(args)?;
    let mut watch = Watcher {
        args,
        context,
        live: Live::new(known.clone(), context.config.detect.clone())?,
        log: Log::open(&folder)?,
        intake: Intake::new(i64::from(args.keep)),
        rejects: Rejects::new(
            context
                .rejects_dir()
                .join(format!("watch-{}.jsonl", args.name)),
        ),
        known,
        taken_down: BTreeSet::new(),
        waiting: 0,
        taken: 0,
        forgotten_before: 0,
        oldest: None,
        took: Duration::ZERO,
        timings: None,
        progress: Progress::new(context.printer),
        synced: Instant::now(),
        rejects_told: Instant::now(),
        sealed: Instant::now(),
    };
    watch.open_timings()?;
    watch.take_up()?;
    watch.look_at_people()?;
    watch
        .go_on(platform)
        .map_err(|failure| resume::part_way(failure, args))
}

/// A name that is a folder's and nothing else.
fn safe(name: &str) -> Result<&str, WatchError> {
    let is_safe = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if name.is_empty() || name.len() > 60 || !name.chars().all(is_safe) {
        return Err(WatchError::Name(name.to_owned()));
    }
    Ok(name)
}

/// Everything that a watch holds.
struct Watcher<'a> {
    args: &'a Watch,
    context: &'a Context<'a>,
    live: Live,
    log: Log,
    intake: Intake,
    rejects: Rejects,
    known: avert_detect::Known,
    /// Accounts that the engine knows to be taken down.
    taken_down: BTreeSet<AccountId>,
    /// Events that networks are not up to date with.
    waiting: u64,
    /// Events taken by this run.
    taken: u64,
    /// What had been forgotten when it began.
    forgotten_before: u64,
    /// When the oldest of them came.
    oldest: Option<Instant>,
    /// How long the last update took.
    took: Duration,
    timings: Option<(PathBuf, BufWriter<File>)>,
    progress: Progress,
    synced: Instant,
    rejects_told: Instant,
    sealed: Instant,
}

impl Watcher<'_> {
    fn open_timings(&mut self) -> Result<(), Failure> {
        let Some(path) = &self.args.timings else {
            return Ok(());
        };
        let failed = |source| CommandError::File {
            what: "write",
            path: path.clone(),
            source,
        };
        let mut writer = BufWriter::new(File::create(path).map_err(failed)?);
        writeln!(writer, "events,told_at_us,oldest_waited_us,update_us").map_err(failed)?;
        self.timings = Some((path.clone(), writer));
        Ok(())
    }

    /// Takes up where the last run was stopped: everything in the log, without a word.
    fn take_up(&mut self) -> Result<(), Failure> {
        let (live, intake) = (&mut self.live, &mut self.intake);
        let mut events = 0_u64;
        self.log.replay(|line| {
            events += 1;
            intake.again(live, line)
        })?;
        self.intake.forget(&mut self.live);
        // What earlier runs took was forgotten by them.
        self.forgotten_before = self.intake.forgotten();
        let printer = self.context.printer;
        if self.log.left_out() > 0 {
            printer.talk(&format!(
                "{} behind the log's last mark left out: not taken, read from the source again",
                count(self.log.left_out(), "line", "lines"),
            ));
        }
        if *self.log.position() == Position::default() {
            printer.talk("nothing in the log: this watch begins anew");
        }
        if events > 0 {
            self.live.update();
            let watched = self.live.watched();
            printer.talk(&format!(
                "taken up: {} from the log; {}, {}; {} lines of the standard input had been read",
                count(events, "event", "events"),
                count(watched.accounts, "account", "accounts"),
                count(watched.networks, "network", "networks"),
                thousands(self.log.position().lines),
            ));
        }
        Ok(())
    }

    /// Networks that were taken down meanwhile stay as seeds.
    fn look_at_people(&mut self) -> Result<(), Failure> {
        for (account, whose) in known::taken_down(&self.context.store()?)? {
            if self.taken_down.insert(account.clone()) {
                self.live.taken_down(&account, &whose);
            }
        }
        Ok(())
    }

    /// How long an event waits before networks are brought up to date: as long as the last update took,
    /// so that one does not follow on the other for a handful of events.
    fn tick(&self) -> Duration {
        Duration::from_millis(self.args.tick).max(self.took)
    }

    /// Takes lines until there are no more.
    fn read(&mut self, lines: &Lines) -> Result<(), Failure> {
        let idle = self.args.until_idle.map(Duration::from_secs);
        let mut skip = 0;
        if self.args.from_the_start {
            skip = self.log.position().lines;
        }
        let mut quiet = Duration::ZERO;
        loop {
            let tick = self.tick();
            let due = self.oldest.map(|came| tick.saturating_sub(came.elapsed()));
            let wait = due.unwrap_or(tick.max(Duration::from_millis(50)));
            match lines.next(wait)? {
                Next::Batch(batch) => {
                    quiet = Duration::ZERO;
                    self.take(batch, &mut skip)?;
                    // Whatever has come is taken before networks are brought up to date: who is behind
                    // catches up by doing more at once.
                    while self.waiting < MOST_WAITING
                        && let Next::Batch(batch) = lines.next(Duration::ZERO)?
                    {
                        self.take(batch, &mut skip)?;
                    }
                }
                Next::Nothing => quiet += wait,
                Next::End => return Ok(()),
            }
            let is_due = self.oldest.is_some_and(|came| came.elapsed() >= tick);
            if is_due || self.waiting >= MOST_WAITING {
                self.update()?;
            }
            self.now_and_then()?;
            if idle.is_some_and(|idle| quiet >= idle) {
                return Ok(());
            }
        }
    }

    /// Watches until the source has ended. What fails from here on leaves events in the log.
    fn go_on(mut self, platform: Option<(&str, Box<dyn Source>)>) -> Result<Answer, Failure> {
        if let Some((name, source)) = platform {
            self.poll(name, source.as_ref())?;
        } else {
            let lines = match &self.args.folder {
                Some(folder) => Lines::of_folder(folder.clone(), self.log.position().files.clone()),
                None => Lines::of_standard_input(),
            };
            self.read(&lines)?;
        }
        self.end()
    }

    /// Reads a live platform again and again.
    fn poll(&mut self, name: &str, source: &dyn Source) -> Result<(), Failure> {
        let mut polled = Polled::default();
        self.log.replay(|line| {
            polled.remember(line);
            Ok(None)
        })?;
        let mut quiet = Duration::ZERO;
        let every = Duration::from_secs(self.args.every.max(1));
        loop {
            let read = polled.read(source, self.intake.horizon());
            let lines = read.map_err(|source| LiveError::Platform {
                name: name.to_owned(),
                source,
            })?;
            let news = !lines.is_empty();
            self.take(Batch::of(lines), &mut 0)?;
            self.update()?;
            self.now_and_then()?;
            quiet = if news { Duration::ZERO } else { quiet + every };
            let idle = self.args.until_idle.map(Duration::from_secs);
            if idle.is_some_and(|idle| quiet >= idle) {
                return Ok(());
            }
            avert_ops::ports::Pause::pause(&crate::clock::SystemPause, every);
        }
    }

    /// Takes a batch: what is an event goes into the log and the engine, and the log says how far the
    /// source has been read.
    fn take(&mut self, batch: Batch, skip: &mut u64) -> Result<(), Failure> {
        let highest = self.log.position().seq;
        self.intake.begin(highest);
        let mut read = 0_u64;
        for line in batch.lines {
            // What is left out was counted when it was taken.
            if *skip > 0 {
                *skip -= 1;
                continue;
            }
            read += 1;
            match self.intake.take(&mut self.live, &line) {
                Fate::Taken(text, at) => {
                    self.log.append(text, at)?;
                    self.waiting += 1;
                    self.taken += 1;
                    self.oldest.get_or_insert(batch.came);
                }
                Fate::Repeated => {}
                Fate::Bad(reason, detail, text) => {
                    self.rejects.keep(reason, &detail, text)?;
                    // The sender stopped within it, and sends it whole when it starts again.
                    read -= u64::from(batch.unended);
                }
            }
        }
        let seq = self.intake.highest();
        self.log.mark(|position| {
            position.seq = seq;
            match batch.file {
                Some((file, to)) => _ = position.files.insert(file, to),
                None => position.lines += read,
            }
        })?;
        self.intake.forget(&mut self.live);
        Ok(())
    }

    /// Brings networks up to date, and tells what changed.
    fn update(&mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        let changes = self.live.update();
        self.tell(&changes)?;
        let oldest = self.oldest.take();
        if let (Some((path, timings)), Some(oldest)) = (&mut self.timings, oldest) {
            let row = writeln!(
                timings,
                "{},{},{},{}",
                self.taken,
                SystemClock.now().as_microsecond(),
                oldest.elapsed().as_micros(),
                begun.elapsed().as_micros(),
            );
            row.map_err(|source| CommandError::File {
                what: "write",
                path: path.clone(),
                source,
            })?;
        }
        self.took = begun.elapsed();
        self.waiting = 0;
        self.progress.at("events taken", self.taken, 0);
        Ok(())
    }

    fn tell(&self, changes: &[Change]) -> Result<(), Failure> {
        self.context.printer.stream(changes, tell::line)
    }

    /// What is done every few seconds, and what is done every few minutes.
    fn now_and_then(&mut self) -> Result<(), Failure> {
        if self.synced.elapsed() >= SYNC {
            self.synced = Instant::now();
            self.log.sync()?;
            self.rejects.flush()?;
            self.log.forget_before(self.intake.horizon())?;
            self.look_at_people()?;
        }
        if self.rejects_told.elapsed() >= TELL_REJECTS {
            self.tell_rejects();
        }
        let minutes = self.args.seal_every.map(|minutes| minutes.max(1) * 60);
        if minutes.is_some_and(|seconds| self.sealed.elapsed().as_secs() >= seconds) {
            self.seal()?;
            self.sealed = Instant::now();
            self.tell_rejects();
        }
        Ok(())
    }

    fn tell_rejects(&mut self) {
        self.rejects_told = Instant::now();
        if let Some(news) = self.rejects.news() {
            self.context.printer.talk(&news);
        }
    }

    fn seal(&mut self) -> Result<(), Failure> {
        self.log.sync()?;
        let known = known::with_people(
            &self.known,
            self.taken_down.iter().cloned(),
            self.intake.cleared().iter().cloned(),
        );
        let name = self.args.platform.as_ref().unwrap_or(&self.args.name);
        let horizon = self.intake.horizon();
        let sealed = seal::seal(self.context, name, &mut self.log, horizon, &known)?;
        self.context
            .printer
            .stream(std::slice::from_ref(&sealed), seal::told)
    }

    /// The source has ended: everything is judged once more and written down.
    fn end(mut self) -> Result<Answer, Failure> {
        self.update()?;
        let changes = self.live.settle();
        self.tell(&changes)?;
        self.log.sync()?;
        self.rejects.flush()?;
        if let Some((path, mut timings)) = self.timings.take() {
            timings.flush().map_err(|source| CommandError::File {
                what: "write",
                path,
                source,
            })?;
        }
        if !self.args.no_seal && self.live.watched().accounts > 0 {
            self.seal()?;
        }
        let mut told = format!(
            "{} taken, {} left out as repeated, {} not taken",
            count(self.taken, "event", "events"),
            thousands(self.intake.repeated()),
            thousands(self.rejects.total()),
        );
        told.push_str(&self.rejects.reasons());
        let forgotten = self.intake.forgotten() - self.forgotten_before;
        if forgotten > 0 {
            let actions = count(forgotten, "action", "actions");
            told.extend([
                "\n  ",
                &actions,
                " forgotten since, too old to be remembered",
            ]);
        }
        self.context.printer.talk(&told);
        let networks = self.live.networks().count();
        Ok(if networks > 0 {
            Answer::Done
        } else {
            Answer::No
        })
    }
}

/// What is wrong with how a watch was asked for.
#[derive(Debug, thiserror::Error)]
enum WatchError {
    #[error("'{0}' cannot name a watch")]
    Name(String),
}

impl Explain for WatchError {
    fn code(&self) -> &'static str {
        "watch/name"
    }

    fn hint(&self) -> Option<String> {
        Some("use letters, digits, hyphens and underscores, 60 at most".to_owned())
    }
}
