//! Kills whoever works, at moments that a seed draws, and has the work taken up again until it is done.

use std::fs::{self, File, OpenOptions};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::chance::Chance;
use crate::http_server::hold;
use crate::masked;
use crate::postgres::Postgres;

/// When to kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Once so many effects have been seen outside, and so long after that.
    Effects(u64, Duration),
    /// So long after the command began: while it reads what there is and takes up the work.
    Begun(Duration),
}

/// How long after an effect the longest wait is: several requests long, so that every place between
/// intent, effect and result is met.
const LONGEST_JITTER: Duration = Duration::from_millis(4);

/// The moments of a seed, spread evenly over the effects that are to come; every fifth falls into the
/// beginning of a command instead.
pub(crate) fn moments(seed: u64, kills: u64, effects: u64, beginning: Duration) -> Vec<Moment> {
    let mut chance = Chance::of(seed, 1);
    let mut places: Vec<u64> = (0..kills).map(|_| chance.below(effects)).collect();
    places.sort_unstable();
    let moment = |(number, place): (usize, u64)| {
        if number % 5 == 4 {
            Moment::Begun(beginning.mul_f64(chance.share()))
        } else {
            Moment::Effects(place, LONGEST_JITTER.mul_f64(chance.share()))
        }
    };
    places.into_iter().enumerate().map(moment).collect()
}

/// Who is killed.
pub(crate) enum Victim<'a> {
    /// The process that works.
    Worker,
    /// The database under it.
    Database(&'a Postgres),
}

/// What the killing came to.
#[derive(Debug, Default, serde::Serialize)]
pub(crate) struct Killed {
    pub(crate) kills: u64,
    /// How many of them fell before the work of their run had an effect.
    pub(crate) before_any_effect: u64,
    /// How often the work was begun or taken up.
    pub(crate) runs: u64,
    /// Runs that ended by themselves before the last, by exit code: trouble on the platform, a database
    /// that went away.
    pub(crate) stopped_by_itself: u64,
    pub(crate) seconds: f64,
}

/// Work that is carried through whatever happens.
pub(crate) struct Campaign<'a> {
    /// The next command; none when everything is done. Told whether somebody was just killed.
    pub(crate) next: &'a mut dyn FnMut(bool) -> Result<Option<Command>>,
    /// How many effects have been seen outside.
    pub(crate) progress: &'a dyn Fn() -> u64,
    pub(crate) victim: Victim<'a>,
    /// Where commands tell what is wrong.
    pub(crate) log: &'a Path,
    /// How long one run may take at most.
    pub(crate) patience: Duration,
}

/// Runs that may end by themselves without anybody being killed and without an effect, in a row, before
/// it is clear that the work gets nowhere.
const FRUITLESS: u64 = 20;

/// How long a worker may take to notice that its database is gone.
const NOTICE: Duration = Duration::from_mins(2);

/// Carries the work through.
pub(crate) fn carry_through(campaign: &mut Campaign<'_>, moments: &[Moment]) -> Result<Killed> {
    let begun = Instant::now();
    let mut killed = Killed::default();
    let mut left = moments.iter();
    let mut moment = left.next();
    let (mut just_killed, mut fruitless) = (false, 0);
    while let Some(mut command) = (campaign.next)(just_killed)? {
        killed.runs += 1;
        let before = (campaign.progress)();
        let mut child = start(&mut command, campaign.log)?;
        let ended = until(campaign, &mut child, moment.copied(), before)?;
        just_killed = ended.is_none();
        match ended {
            None => {
                moment = left.next();
                killed.kills += 1;
                killed.before_any_effect += u64::from((campaign.progress)() == before);
                kill(campaign, &mut child)?;
                fruitless = 0;
            }
            Some(status) => {
                killed.stopped_by_itself += u64::from(!status.success());
                let stood_still = (campaign.progress)() == before && !status.success();
                fruitless = if stood_still { fruitless + 1 } else { 0 };
                ensure!(
                    fruitless < FRUITLESS,
                    "nothing moves any more: the last {FRUITLESS} runs ended by themselves, the last \
                     with {status}; see {}",
                    campaign.log.display()
                );
            }
        }
    }
    if campaign.log.exists() {
        let log = fs::read(campaign.log)?;
        masked::check("avert", &String::from_utf8_lossy(&log))?;
    }
    // Tenths are enough, and what is beyond is noise.
    killed.seconds = (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    let asked = moments.len() as u64;
    ensure!(
        killed.kills == asked,
        "the work ended after {} of {asked} kills: it is too small for so many",
        killed.kills
    );
    Ok(killed)
}

fn start(command: &mut Command, log: &Path) -> Result<Child> {
    let log: File = OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("cannot write {}", log.display()))?;
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .context("the worker cannot be started")
}

/// Waits until the moment has come, and gives nothing; or until the worker has ended by itself.
fn until(
    campaign: &Campaign<'_>,
    child: &mut Child,
    moment: Option<Moment>,
    before: u64,
) -> Result<Option<ExitStatus>> {
    /// Short beside what is looked for, and long enough to leave the processor to the worker.
    const GLANCE: Duration = Duration::from_micros(400);
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        match moment {
            Some(Moment::Begun(after)) if begun.elapsed() >= after => return Ok(None),
            // Where the last kill came late, this one's place has passed already: then the next effect
            // is its place.
            Some(Moment::Effects(place, after)) if (campaign.progress)() > place.max(before) => {
                hold(after);
                return Ok(child.try_wait()?);
            }
            _ => {}
        }
        if begun.elapsed() > campaign.patience {
            let _ = child.kill();
            let _ = child.wait();
            bail!(
                "a run did not end within {} s; see {}",
                campaign.patience.as_secs(),
                campaign.log.display()
            );
        }
        hold(GLANCE);
    }
}

fn kill(campaign: &Campaign<'_>, child: &mut Child) -> Result<()> {
    let Victim::Database(postgres) = campaign.victim else {
        child.kill()?;
        child.wait()?;
        return Ok(());
    };
    postgres.kill()?;
    let begun = Instant::now();
    while child.try_wait()?.is_none() {
        if begun.elapsed() > NOTICE {
            let _ = child.kill();
            let _ = child.wait();
            bail!(
                "the worker did not notice within {} s that its database was gone",
                NOTICE.as_secs()
            );
        }
        hold(Duration::from_millis(5));
    }
    postgres.up()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_spread_over_the_work_and_the_same_for_a_seed() {
        let drawn = moments(5, 100, 10_000, Duration::from_secs(1));
        assert_eq!(drawn, moments(5, 100, 10_000, Duration::from_secs(1)));
        assert_ne!(drawn, moments(6, 100, 10_000, Duration::from_secs(1)));
        let begun = |moment: &&Moment| matches!(moment, Moment::Begun(_));
        assert_eq!(drawn.iter().filter(begun).count(), 20);
        let places: Vec<u64> = drawn
            .iter()
            .filter_map(|moment| match moment {
                Moment::Effects(place, _) => Some(*place),
                Moment::Begun(_) => None,
            })
            .collect();
        assert!(places.is_sorted());
        assert!(places[0] < 1_500 && places[places.len() - 1] > 8_500);
    }

    /// A worker that makes one effect, a file, and then does nothing for ever.
    #[test]
    fn a_worker_is_killed_after_its_effect_and_the_work_is_taken_up_again() {
        let folder = tempfile::tempdir().unwrap();
        let made = || std::fs::read_dir(folder.path()).unwrap().count() as u64;
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut starts = 0;
        let killed = carry_through(
            &mut Campaign {
                next: &mut |just_killed| {
                    assert_eq!(just_killed, starts > 0);
                    starts += 1;
                    let script =
                        format!("touch {}/{starts}; exec sleep 600", folder.path().display());
                    let mut command = Command::new("sh");
                    command.args(["-c", &script]);
                    Ok((starts <= 2).then_some(command))
                },
                progress: &made,
                victim: Victim::Worker,
                log: log.path(),
                patience: Duration::from_mins(1),
            },
            &[Moment::Effects(0, Duration::ZERO); 2],
        )
        .unwrap();
        assert_eq!((killed.kills, killed.runs, made()), (2, 2, 2));
    }

    #[test]
    fn work_that_ends_before_everybody_was_killed_proves_too_little() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut starts = 0;
        let error = carry_through(
            &mut Campaign {
                next: &mut |_| {
                    starts += 1;
                    Ok((starts == 1).then(|| Command::new("true")))
                },
                progress: &|| 0,
                victim: Victim::Worker,
                log: log.path(),
                patience: Duration::from_mins(1),
            },
            &[Moment::Effects(0, Duration::ZERO)],
        )
        .unwrap_err();
        assert!(error.to_string().contains("after 0 of 1 kills"), "{error}");
    }
}
