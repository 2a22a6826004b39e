//! Taking many steps at once: who is asked when, what is written before and after, and when to stop.
//!
//! Workers only ask the platform. Every intent is committed before its effect is asked for, every
//! result after it was looked at; what several workers bring at the same moment is committed together.

mod write;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use avert_model::{AccountId, CaseId, PlanId, SignedDuration, Timestamp};

use super::act::{self, Found, Met, Next, Patience};
use super::error::TakedownError;
use super::rollout::Ended;
use super::step::{Phase, Step};
use crate::appeals;
use crate::cases::TakenOut;
use crate::crew::{self, Crew};
use crate::desk::Desk;
use crate::freeze::{self, Freeze};
use crate::pace::{LOOK_UP, Pacer, wait_after};
use crate::ports::{AccountState, OperationKey, Platform, PortError, PortErrorKind, Remedy};

/// How many looks lie ready for each connection. More than a commit takes is of no use, and a commit
/// takes as long as a few answers of a quick platform.
const LOOKS_READY: usize = 7;
/// For so long a number of appeals is believed.
const COUNTED_ANEW: SignedDuration = SignedDuration::from_millis(250);
/// How often a step is tried before its trouble counts.
const TRIES: u32 = 5;
/// How many steps in a row may fail before all of them stop: one is that account's trouble, so many
/// are the platform's.
const FAILURES_IN_A_ROW: u32 = 25;

/// Which way the steps are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Forward,
    Back,
}

impl Way {
    fn part(self) -> &'static str {
        match self {
            Self::Forward => "apply",
            Self::Back => "restore",
        }
    }

    fn intent(self) -> Phase {
        match self {
            Self::Forward => Phase::Intended,
            Self::Back => Phase::Undoing,
        }
    }
}

/// Why it ended before the last step.
#[derive(Debug)]
pub(super) enum Halt {
    /// The platform fails for all.
    Platform(PortError),
    /// Somebody turned the switch.
    Frozen(Freeze),
    /// The caller's condition says so.
    Condition(String),
}

/// Looks at how many steps have ended after each commit, and at the number of appeals, and says why to
/// stop if it is time.
pub(super) type Condition<'a> = &'a mut dyn FnMut(Ended, u64) -> Option<String>;

/// How far it came.
pub(super) struct Ran {
    /// Why it ended before the last step, if it did.
    pub(super) halt: Option<Halt>,
    /// How many of the steps that it was given have not ended.
    pub(super) left: u64,
}

/// What a worker is to do.
struct Work {
    index: usize,
    account: AccountId,
    remedy: Remedy,
    key: OperationKey,
    prior: AccountState,
    /// The phase before its intent.
    from: Phase,
    kind: Kind,
}

impl Work {
    fn is_act(&self) -> bool {
        matches!(self.kind, Kind::Act)
    }
}

#[derive(Clone, Copy)]
enum Kind {
    /// Look; ask too whether the remedy is in effect, if that may be.
    Look { tried: bool },
    /// Ask for the effect and look again.
    Act,
}

/// What is done to which plan.
pub(super) struct Course {
    pub(super) plan: PlanId,
    /// Whoever is taken out of it is not acted on any more.
    pub(super) case: CaseId,
    pub(super) way: Way,
    /// The state that the plan has to be in, so that whoever turns it round stops whoever works on it.
    pub(super) state: &'static str,
    /// Whether an account that does not get through fails even where no other does: a person who
    /// looked at why says so.
    pub(super) gives_up: bool,
}

/// Takes these steps, in this order as far as so many at once have one.
pub(super) fn run(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    Course {
        plan,
        case,
        way,
        state,
        gives_up,
    }: Course,
    steps: &mut [Step],
    order: Vec<usize>,
    progress: super::Progress<'_>,
    condition: Condition<'_>,
) -> Result<Ran, TakedownError> {
    let pace = platform.pace();
    let size = pace.at_once.min(order.len()).max(1);
    // What is begun a little later than it was handed out would not keep a pace by the second.
    let ahead = match pace.per_second {
        Some(_) => 0,
        None => LOOKS_READY * size,
    };
    let mut run = Run {
        store: desk.store.identity()?,
        desk,
        platform,
        plan,
        case,
        taken_out: TakenOut::default(),
        way,
        state,
        total: steps.len() as u64,
        left: order.len() as u64,
        ended: Ended::of(steps),
        steps,
        queue: order.into(),
        later: BTreeSet::new(),
        tries: BTreeMap::new(),
        got_through: 0,
        gives_up,
        pacer: Pacer::new(pace),
        asks_for_a_pause: false,
        in_a_row: 0,
        halt: None,
        appeals: (0, Timestamp::MIN),
        condition,
        progress,
    };
    run.pacer.settle(run.desk.now(), platform.requests_made());
    let halt = crew::with(
        (size, ahead),
        |work: Work| (work.index, ask(platform, way, &work)),
        |crew| run.coordinate(crew),
    )?;
    Ok(Ran {
        halt,
        left: run.left,
    })
}

/// What a worker does.
fn ask(platform: &dyn Platform, way: Way, work: &Work) -> Met {
    let Work {
        account,
        remedy,
        key,
        prior,
        ..
    } = work;
    let look = |asks_for_effect: bool| -> Result<Found, PortError> {
        let state = platform.state(account)?;
        let in_effect = asks_for_effect
            && way == Way::Forward
            && platform.in_effect(account, *remedy, &state)?;
        Ok(Found { state, in_effect })
    };
    match work.kind {
        Kind::Look { tried } => Met::Looked(look(tried)),
        Kind::Act => {
            let asked = match way {
                Way::Forward => platform.apply(account, *remedy, key),
                Way::Back => platform.restore(account, prior, key),
            };
            let found = act::is_worth_a_look(&asked).then(|| look(true));
            Met::Acted(asked, found)
        }
    }
}

struct Run<'a, 'd> {
    /// The store's own name, which is part of every key.
    store: String,
    desk: &'a mut Desk<'d>,
    platform: &'a dyn Platform,
    plan: PlanId,
    case: CaseId,
    taken_out: TakenOut,
    way: Way,
    /// The state that the plan has to be in, so that whoever turns it round stops whoever works on it.
    state: &'static str,
    total: u64,
    /// How many steps have not ended.
    left: u64,
    ended: Ended,
    steps: &'a mut [Step],
    /// Steps to look at.
    queue: VecDeque<usize>,
    /// Steps that wait for a trouble to pass, by when and by number.
    later: BTreeSet<(Timestamp, usize)>,
    /// For each step that is under way, how often it was looked at, and how many others had got through
    /// at the last of these times.
    tries: BTreeMap<usize, (u32, u64)>,
    /// How many steps ended without failing.
    got_through: u64,
    /// Whether an account that is left alone with its trouble fails, rather than stop everything.
    gives_up: bool,
    pacer: Pacer,
    asks_for_a_pause: bool,
    in_a_row: u32,
    halt: Option<Halt>,
    /// How many appeals had come in, and when that was asked.
    appeals: (u64, Timestamp),
    condition: Condition<'a>,
    progress: super::Progress<'a>,
}

/// What one result means.
struct Decided {
    index: usize,
    from: Phase,
    next: Next,
}

impl Run<'_, '_> {
    fn coordinate(
        &mut self,
        crew: &mut Crew<'_, Work, (usize, Met)>,
    ) -> Result<Option<Halt>, TakedownError> {
        loop {
            self.send_out(crew)?;
            if crew.under_way() == 0 {
                if self.halt.is_some() || (self.queue.is_empty() && self.later.is_empty()) {
                    return Ok(self.halt.take());
                }
                self.sit_out()?;
                continue;
            }
            let results = crew.wait(LOOK_UP);
            if results.is_empty() {
                self.heed_the_switch()?;
                continue;
            }
            self.pacer
                .settle(self.desk.now(), self.platform.requests_made());
            let intended = self.take(results)?;
            let acts = intended
                .into_iter()
                .map(|(index, from)| self.work(index, from, Kind::Act));
            let acts: Vec<Work> = acts.collect();
            if self.halt.is_some() {
                self.unask(&acts)?;
                continue;
            }
            for act in acts {
                self.pacer.begin(self.desk.now(), 2);
                crew.hand_out_first(act);
            }
            if std::mem::take(&mut self.asks_for_a_pause) {
                self.hold_back(crew)?;
            }
        }
    }

    /// A platform that asked for a pause gets it: what lay ready waits too, and is looked at again.
    fn hold_back(&mut self, crew: &mut Crew<'_, Work, (usize, Met)>) -> Result<(), TakedownError> {
        let recalled = crew.recall();
        self.unask(&recalled)?;
        for work in recalled.iter().rev() {
            match work.kind {
                Kind::Look { .. } => self.queue.push_front(work.index),
                Kind::Act => self.look_again(work.index),
            }
        }
        Ok(())
    }

    /// The look that found that it can be acted on is not held against it.
    fn look_again(&mut self, index: usize) {
        if let Some((tries, _)) = self.tries.get_mut(&index) {
            *tries = tries.saturating_sub(1);
        }
        self.queue.push_front(index);
    }

    /// Gives the workers steps to look at, as fast as the platform allows: some lie ready, so that no
    /// connection is idle while results are written.
    fn send_out(&mut self, crew: &mut Crew<'_, Work, (usize, Met)>) -> Result<(), TakedownError> {
        if self.halt.is_some() {
            return self.unask(&crew.recall());
        }
        let now = self.desk.now();
        while let Some(due) = self.later.first().copied().filter(|(due, _)| *due <= now) {
            self.later.remove(&due);
            self.queue.push_front(due.1);
        }
        while crew.free() > 0 && !self.queue.is_empty() && self.pacer.wait(now).is_zero() {
            let index = self.queue.pop_front().expect("it was just looked at");
            self.pacer.begin(now, 1);
            let step = &self.steps[index];
            let (from, tried) = (step.phase, act::was_tried(step));
            crew.hand_out(self.work(index, from, Kind::Look { tried }));
        }
        Ok(())
    }

    fn work(&self, index: usize, from: Phase, kind: Kind) -> Work {
        let step = &self.steps[index];
        Work {
            index,
            account: step.account.clone(),
            remedy: step.remedy,
            key: step.key(&self.store, self.plan, self.way.part()),
            prior: step.prior(),
            from,
            kind,
        }
    }

    /// Nobody is at work and nothing may begin yet: waits, with an eye on the switch.
    fn sit_out(&mut self) -> Result<(), TakedownError> {
        let now = self.desk.now();
        let due = if self.queue.is_empty() {
            self.later
                .first()
                .map_or(SignedDuration::ZERO, |(due, _)| now.duration_until(*due))
        } else {
            self.pacer.wait(now)
        };
        let due = Duration::try_from(due).unwrap_or_default();
        self.desk.pause.pause(due.min(LOOK_UP));
        self.heed_the_switch()
    }

    /// Appeals come in while accounts are acted on.
    fn count_appeals(&mut self) -> Result<(), TakedownError> {
        let now = self.desk.now();
        if self.appeals.1.duration_until(now) >= COUNTED_ANEW {
            self.appeals = (appeals::count(self.desk.store.read(), self.plan)?, now);
        }
        Ok(())
    }

    fn heed_the_switch(&mut self) -> Result<(), TakedownError> {
        if self.halt.is_none()
            && let Some(freeze) = freeze::find(self.desk.store.read())?
        {
            self.stop(Halt::Frozen(freeze));
        }
        Ok(())
    }

    /// Nothing begins any more. The first reason is the one that is told.
    fn stop(&mut self, halt: Halt) {
        self.halt.get_or_insert(halt);
    }

    /// Decides what the results mean, writes it, and gives the steps whose intent is written, each with
    /// the phase it had before.
    fn take(&mut self, results: Vec<(usize, Met)>) -> Result<Vec<(usize, Phase)>, TakedownError> {
        let mut decided = Vec::with_capacity(results.len());
        for (index, met) in results {
            let step = &mut self.steps[index];
            let from = step.phase;
            let (tries, before) = self.tries.entry(index).or_insert((0, self.got_through));
            // Seconds lie between the last two tries. Who got through before them proves nothing: the
            // platform may have gone since.
            let its_own = self.gives_up || self.got_through > *before;
            if matches!(met, Met::Looked(_)) {
                (*tries, *before) = (*tries + 1, self.got_through);
            }
            let patience = match *tries < TRIES {
                true => Patience::TryAgain,
                false if its_own => Patience::ItsOwn,
                false => Patience::Everybodys,
            };
            let next = match self.way {
                Way::Forward => act::forward(self.platform, step, met, patience),
                Way::Back => act::back(self.platform, step, met, patience),
            };
            decided.push(Decided { index, from, next });
        }
        let written = self.write(&decided)?;
        let mut intended = Vec::with_capacity(written.intended.len());
        for Decided { index, from, next } in decided {
            self.ended.moved(from, self.steps[index].phase);
            match next {
                Next::Settled | Next::Untouched => self.settled(index),
                Next::Intend if written.intended.contains(&index) => intended.push((index, from)),
                Next::Intend if written.left_alone.contains(&index) => self.settled(index),
                // It is looked at again once the platform may be asked again.
                Next::Intend => self.look_again(index),
                Next::Again(error) => self.put_off(index, &error),
                Next::Stop(error) => self.stop(Halt::Platform(error)),
            }
        }
        self.count_appeals()?;
        if self.halt.is_none()
            && let Some(why) = (self.condition)(self.ended, self.appeals.0)
        {
            self.stop(Halt::Condition(why));
        }
        (self.progress)(self.total - self.left, self.total);
        Ok(intended)
    }

    fn settled(&mut self, index: usize) {
        self.left -= 1;
        self.tries.remove(&index);
        let step = &self.steps[index];
        if !matches!(step.phase, Phase::Failed | Phase::Stuck) {
            self.in_a_row = 0;
            self.got_through += 1;
            return;
        }
        self.in_a_row += 1;
        if self.in_a_row == FAILURES_IN_A_ROW {
            self.stop(Halt::Platform(PortError {
                request: format!("platform '{}'", self.platform.name()),
                kind: PortErrorKind::Protocol(format!(
                    "failed {FAILURES_IN_A_ROW} accounts in a row, the last with: {}",
                    step.note
                )),
                effect: crate::ports::Effect::None,
            }));
        }
    }

    /// A step is looked at again once the trouble may have passed; a platform that asks for a pause
    /// gets it from all of them.
    fn put_off(&mut self, index: usize, error: &PortError) {
        let now = self.desk.now();
        let tries = self.tries.get(&index).map_or(1, |(tries, _)| *tries);
        let Some(wait) = wait_after(tries, &error.kind) else {
            let again = PortError {
                request: error.request.clone(),
                kind: error.kind.clone(),
                effect: error.effect,
            };
            self.stop(Halt::Platform(again));
            return;
        };
        if let PortErrorKind::RateLimited { .. } = &error.kind {
            self.pacer.hold_until(now + wait);
            self.asks_for_a_pause = true;
        }
        self.later.insert((now + wait, index));
    }
}
