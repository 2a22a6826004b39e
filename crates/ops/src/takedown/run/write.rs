//! What is written of the steps: intents and results together, and intents that come to nothing.

use serde_json::json;

use super::super::error::TakedownError;
use super::super::records::{self, Move};
use super::{Decided, Halt, Run, Way, Work};
use crate::cases::TakenOut;
use crate::freeze;
use crate::journal::{self, Entry};
use crate::ports::{Platform, PortErrorKind};
use crate::takedown::act::{self, Next};
use crate::takedown::step::{Phase, Step};

/// What was written of the steps that were to begin.
#[derive(Default)]
pub(super) struct Written {
    /// Those whose intent is.
    pub(super) intended: Vec<usize>,
    /// Those that ended there, since somebody took the account out of the case.
    pub(super) left_alone: Vec<usize>,
}

impl Run<'_, '_> {
    /// Commits intents and results together. Intents are left out once it is time to stop, and then
    /// nothing follows from them.
    pub(super) fn write(&mut self, decided: &[Decided]) -> Result<Written, TakedownError> {
        let (now, by) = (self.desk.now(), self.desk.actor.name().to_owned());
        let (plan, way, state) = (self.plan, self.way, self.state);
        let stops = decided.iter().any(|decided| ends_all(&decided.next));
        let mut intended: Vec<usize> = Vec::new();
        if self.halt.is_none() && !stops {
            for decided in decided {
                if matches!(decided.next, Next::Intend) {
                    self.steps[decided.index].phase = way.intent();
                    intended.push(decided.index);
                }
            }
        }
        let moved: Vec<&Decided> = decided
            .iter()
            .filter(|decided| {
                matches!(decided.next, Next::Settled) || intended.contains(&decided.index)
            })
            .collect();
        if moved.is_empty() {
            self.heed_the_switch()?;
            return Ok(Written::default());
        }
        let (all, store, case) = (&mut *self.steps, &self.store, self.case);
        let platform = self.platform;
        let (subject, part) = (plan.to_string(), way.part());
        let (taken_out, mut left_alone) = (&mut self.taken_out, Vec::new());
        let frozen = self.desk.store.write(|transaction| {
            let frozen = freeze::find(transaction)?;
            if way == Way::Forward && frozen.is_none() && !intended.is_empty() {
                taken_out.look(transaction, case)?;
                for Decided { index, from, .. } in decided {
                    if intended.contains(index)
                        && leave(&mut all[*index], *from, platform, taken_out)
                    {
                        left_alone.push(*index);
                    }
                }
                intended.retain(|index| !left_alone.contains(index));
            }
            let written: Vec<&&Decided> = moved
                .iter()
                .filter(|decided| frozen.is_none() || !intended.contains(&decided.index))
                .collect();
            let changes: Vec<Move<'_>> = written
                .iter()
                .map(|decided| Move {
                    from: decided.from,
                    step: &all[decided.index],
                })
                .collect();
            records::move_steps(transaction, plan, state, &changes)?;
            let entries = written.iter().map(|decided| {
                let step = &all[decided.index];
                Entry {
                    at: now,
                    actor: &by,
                    act: act::act_of(step.phase),
                    subject: &subject,
                    detail: json!({ "account": step.account, "remedy": step.remedy,
                        "key": step.key(store, plan, part), "note": step.note })
                    .to_string(),
                }
            });
            journal::append_all(transaction, entries.collect())?;
            Ok::<_, TakedownError>(frozen)
        })?;
        if let Some(freeze) = frozen {
            for decided in decided {
                if intended.contains(&decided.index) {
                    self.steps[decided.index].phase = decided.from;
                }
            }
            self.stop(Halt::Frozen(freeze));
            intended.clear();
        }
        Ok(Written {
            intended,
            left_alone,
        })
    }

    /// Takes back the intents of effects that nobody has asked for, so that whatever the account is later
    /// is not taken for this plan's doing.
    pub(super) fn unask(&mut self, recalled: &[Work]) -> Result<(), TakedownError> {
        let acts: Vec<&Work> = recalled.iter().filter(|work| work.is_act()).collect();
        if acts.is_empty() {
            return Ok(());
        }
        let intent = self.way.intent();
        for work in &acts {
            self.steps[work.index].phase = work.from;
            self.ended.moved(intent, work.from);
        }
        let (now, by) = (self.desk.now(), self.desk.actor.name().to_owned());
        let (plan, state, all) = (self.plan, self.state, &*self.steps);
        let subject = plan.to_string();
        self.desk.store.write(|transaction| {
            let changes: Vec<Move<'_>> = acts
                .iter()
                .map(|work| Move {
                    from: intent,
                    step: &all[work.index],
                })
                .collect();
            records::move_steps(transaction, plan, state, &changes)?;
            let entries = acts.iter().map(|work| Entry {
                at: now,
                actor: &by,
                act: "takedown/not-asked",
                subject: &subject,
                detail: json!({ "account": work.account, "key": work.key }).to_string(),
            });
            journal::append_all(transaction, entries.collect())?;
            Ok(())
        })
    }
}

/// Leaves an account alone that somebody took out of the case: its step ends here. Says whether it is one.
fn leave(step: &mut Step, from: Phase, platform: &dyn Platform, taken_out: &TakenOut) -> bool {
    let Some(by) = taken_out.by(&step.account) else {
        return false;
    };
    step.note = format!("{by} took it out of the case");
    step.phase = from;
    step.phase = if act::was_tried(step) {
        // What was asked for before may come yet, so it stays a step that an undo looks at.
        let expected = platform.expected(&step.prior(), step.remedy);
        step.after.get_or_insert(expected);
        Phase::Failed
    } else {
        Phase::Drifted
    };
    true
}

/// Whether nothing is to begin after this: everything stops, or the platform asks for a pause.
fn ends_all(next: &Next) -> bool {
    match next {
        Next::Stop(_) => true,
        Next::Again(error) => matches!(error.kind, PortErrorKind::RateLimited { .. }),
        _ => false,
    }
}
