//! What is written of the steps: intents and results together, and intents that come to nothing.

use serde_json::json;

use super::super::error::TakedownError;
use super::super::records::{self, Move};
use super::{Decided, Halt, Run, Work};
use crate::freeze;
use crate::journal::{self, Entry};
use crate::ports::PortErrorKind;
use crate::takedown::act::{self, Next};

impl Run<'_, '_> {
    /// Commits intents and results together. Intents are left out once it is time to stop, and then
    /// nothing follows from them.
    pub(super) fn write(&mut self, decided: &[Decided]) -> Result<Vec<usize>, TakedownError> {
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
            return Ok(intended);
        }
        let (all, store) = (&*self.steps, &self.store);
        let (subject, part) = (plan.to_string(), way.part());
        let frozen = self.desk.store.write(|transaction| {
            let frozen = freeze::find(transaction)?;
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
        Ok(intended)
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

/// Whether nothing is to begin after this: everything stops, or the platform asks for a pause.
fn ends_all(next: &Next) -> bool {
    match next {
        Next::Stop(_) => true,
        Next::Again(error) => matches!(error.kind, PortErrorKind::RateLimited { .. }),
        _ => false,
    }
}
