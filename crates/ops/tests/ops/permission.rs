//! Nothing reaches the platform without a yes that holds: whatever is called, in whatever order, by
//! whomever, and whatever is done to the store meanwhile.
//!
//! The rules are written a second time, in `permission/rules.rs` and in the plainest words: they look
//! at what was asked and never at what Avert makes of it.

mod acts;
mod rules;
mod sign;
mod spy;

use avert_model::{AccountId, AccountStatus, AppealId, PlanId, SignedDuration};
use avert_ops::appeals::{self, Addressee, AppealState, Intake, Voice, Window};
use avert_ops::ports::{AccountState, Remedy};
use avert_ops::purge::{self, Keep};
use avert_ops::takedown::{self, Canary, Change, Drafting, OnFailure, Plan, Rollout};
use avert_ops::{cases, freeze, journal};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::common::shared::RefCell;
use crate::common::{CASE, FakeChannel, Fault, Ground, World, means};
use acts::{Act, Reviewed, Tamper, Twist, acts, tampers, who};
use rules::{Rules, content};
use sign::Pending;
use spy::Spy;

/// A world, the rules, and what is seen of the platform.
struct Trial {
    ground: Ground,
    world: World,
    rules: Rules,
    applied: RefCell<Vec<(AccountId, Remedy)>>,
    restored: RefCell<Vec<(AccountId, AccountState)>>,
    /// The plan's state and body when it was approved last.
    approved: Option<Vec<String>>,
    /// What was prepared last, to be signed with a passkey.
    pending: Option<Pending>,
}

impl Trial {
    fn new() -> Self {
        let ground = Ground::new();
        let rules = Rules::default();
        let mut world = World::on(ground.open());
        world.people = rules.people();
        Self {
            world,
            ground,
            rules,
            applied: RefCell::default(),
            restored: RefCell::default(),
            approved: None,
            pending: None,
        }
    }

    fn present(&self) -> Option<Plan> {
        takedown::show(&self.world.store, self.rules.plan?).ok()
    }

    /// Does it, and gives on how many accounts was acted.
    fn step(&mut self, by: &'static str, act: &Act) -> Result<usize, TestCaseError> {
        // Nothing happens at the same moment as something else.
        self.world.now += SignedDuration::from_millis(1);
        let before = self.present();
        let said = before.as_ref().map(content);
        let forbidden = self.rules.forbid(by, self.world.now, said.as_deref());
        self.perform(by, act, before.as_ref())?;
        if let Some(plan) = self.present() {
            let digest = plan.header().digest();
            if self.rules.digests.last() != Some(&digest) {
                self.rules.digests.push(digest);
            }
        }
        // Whatever is stored: nobody's account is taken away by an undo, of which nobody approves.
        for (account, prior) in std::mem::take(&mut *self.restored.borrow_mut()) {
            prop_assert!(
                prior.status != AccountStatus::Disabled,
                "{act:?} set {account} to {prior:?}"
            );
        }
        let undone = ["reversing", "reversed", "rolled-back", "stuck"];
        if self
            .present()
            .is_some_and(|plan| undone.contains(&plan.state()))
        {
            self.rules.take_back();
        }
        let applied = std::mem::take(&mut *self.applied.borrow_mut());
        if applied.is_empty() {
            return Ok(0);
        }
        self.rules.turn += 1;
        prop_assert!(
            matches!(act, Act::Execute | Act::Resume),
            "{act:?} acted on {applied:?}"
        );
        prop_assert_eq!(
            forbidden,
            None,
            "{:?} by {} acted on {:?}",
            act,
            by,
            applied
        );
        let plan = before.expect("it says something, or it would be forbidden");
        for (account, remedy) in &applied {
            let approved = plan
                .header()
                .steps
                .iter()
                .any(|step| step.account == *account && step.remedy == *remedy);
            prop_assert!(approved, "{account} has no {remedy:?} in the plan");
        }
        Ok(applied.len())
    }

    fn perform(
        &mut self,
        by: &'static str,
        act: &Act,
        before: Option<&Plan>,
    ) -> Result<(), TestCaseError> {
        let plan = self.rules.plan.unwrap_or(PlanId::from_number(1));
        match act {
            Act::Draft {
                rolls_back,
                later,
                shares,
            } => self.draft(by, *rolls_back, *later, *shares),
            Act::Drop(account) => self.edit(by, plan, Change::Drop((*account).into())),
            Act::Set(account, remedy) => {
                self.edit(by, plan, Change::Set((*account).into(), *remedy));
            }
            Act::Stage(shares) => {
                let rollout = Rollout {
                    canary: shares.then_some(Canary {
                        percent: 20,
                        soak_minutes: 0,
                    }),
                    starts_at: self.rules.starts_at,
                    ..Rollout::default()
                };
                self.edit(by, plan, Change::Rollout(rollout));
            }
            Act::Approve(key, reviewed) => self.approve(by, key, *reviewed, before)?,
            Act::Prepare(reviewed) => self.prepare(by, *reviewed, before),
            Act::HandIn(device, twist) => self.hand_in(by, device, *twist, before)?,
            Act::Submit | Act::Reject | Act::Freeze | Act::Thaw => self.say(by, act, plan),
            Act::Execute | Act::Resume | Act::Reverse | Act::Appeal(_) | Act::Decide(_) => {
                self.call(by, act, plan);
            }
            Act::Tell | Act::Resolve(_) | Act::Close | Act::Purge => self.wind_up(by, act)?,
            Act::Pass(_)
            | Act::Wait(_)
            | Act::Break(..)
            | Act::Mend
            | Act::Trust(_)
            | Act::NewKey(_)
            | Act::Tamper(_) => self.happen(act),
        }
        Ok(())
    }

    fn draft(&mut self, by: &'static str, rolls_back: bool, later: bool, shares: bool) {
        let (applied, restored) = (&self.applied, &self.restored);
        let policy = if rolls_back {
            OnFailure::RollBack
        } else {
            OnFailure::Continue
        };
        let starts_at = later.then(|| self.world.now + SignedDuration::from_hours(2));
        let drafting = Drafting {
            rollout: Rollout {
                starts_at,
                canary: shares.then_some(Canary {
                    percent: 40,
                    soak_minutes: 60,
                }),
                ..Rollout::default()
            },
            ..Drafting::plain(policy)
        };
        let drafted = self.world.as_(by, |desk, inner| {
            let spy = Spy {
                inner,
                applied,
                restored,
            };
            takedown::draft(desk, &spy, CASE(), &drafting)
        });
        if let Ok(plan) = drafted {
            self.rules.plan = Some(plan.header().id);
            self.rules.authors = [by].into();
            self.rules.take_back();
            self.rules.starts_at = starts_at;
        }
    }

    /// What changes the store and has nothing to do with the platform.
    fn say(&mut self, by: &'static str, act: &Act, plan: PlanId) {
        let heard = self.world.as_(by, |desk, _| match act {
            Act::Submit => takedown::submit(desk, plan).is_ok(),
            Act::Reject => takedown::reject(desk, plan, "no").is_ok(),
            Act::Freeze => freeze::freeze(desk, "wait").is_ok(),
            _ => freeze::thaw(desk, "go on").is_ok(),
        });
        match act {
            Act::Submit if heard => {
                self.rules.authors.insert(by);
                self.rules.turn += 1;
            }
            Act::Reject if heard => self.rules.take_back(),
            Act::Freeze if heard => self.rules.frozen = true,
            Act::Thaw if heard => self.rules.frozen = false,
            _ => {}
        }
    }

    /// What may ask the platform for something. How it ends is its own affair: what matters is what
    /// reached the platform.
    fn call(&mut self, by: &'static str, act: &Act, plan: PlanId) {
        let (applied, restored) = (&self.applied, &self.restored);
        self.world.as_(by, |desk, inner| {
            let spy = Spy {
                inner,
                applied,
                restored,
            };
            match act {
                Act::Execute => drop(takedown::execute(desk, means(&spy), plan, &mut |_, _| {})),
                Act::Resume => drop(takedown::resume(desk, means(&spy), plan, &mut |_, _| {})),
                Act::Reverse => drop(takedown::reverse(desk, &spy, plan, &mut |_, _| {})),
                Act::Appeal(account) => {
                    let intake = Intake {
                        plan,
                        account: (*account).into(),
                        reference: format!("ticket of {account}"),
                        received_at: None,
                        text: String::new(),
                    };
                    drop(appeals::file(desk, &intake, Window::default()));
                }
                Act::Decide(decision) => {
                    let appeal = AppealId::from_number(1);
                    drop(appeals::decide(
                        desk,
                        &spy,
                        appeal,
                        *decision,
                        "looked again",
                    ));
                }
                _ => {}
            }
        });
    }

    /// What comes after a takedown, none of which has to do with the platform.
    fn wind_up(&mut self, by: &'static str, act: &Act) -> Result<(), TestCaseError> {
        let first = AppealId::from_number(1);
        let channel = FakeChannel::new(true);
        let state = appeals::show(&self.world.store, first).map(|appeal| appeal.state);
        self.world.as_(by, |desk, _| match act {
            Act::Tell => {
                let voice = Voice {
                    service: "Example Chat",
                    channels: &[&channel],
                };
                let addressee = Addressee::default();
                drop(appeals::tell(desk, voice, &addressee, first, true));
            }
            Act::Resolve(heard) => drop(appeals::resolve(desk, first, *heard, "asked")),
            Act::Close => drop(cases::close(desk, CASE(), "over")),
            _ => {
                let keep = Keep::of_days(0, Window::default());
                drop(purge::purge(desk, CASE(), keep));
            }
        });
        let told = channel.got();
        prop_assert!(
            told.is_empty()
                || (matches!(act, Act::Tell)
                    && self.rules.may_approve(by)
                    && !self.rules.frozen
                    && matches!(state, Ok(AppealState::Granted | AppealState::Rejected))),
            "{act:?} by {by} told {told:?}"
        );
        Ok(())
    }

    /// What happens without anybody asking Avert.
    fn happen(&mut self, act: &Act) {
        match act {
            Act::Pass(hours) => self.world.now += SignedDuration::from_hours(*hours),
            Act::Wait(minutes) => self.world.now += SignedDuration::from_mins(*minutes),
            Act::Break(call, after) => {
                let fault = if *after { Fault::After } else { Fault::Before };
                let next = self.world.platform.calls.get() + call;
                self.world.platform.breaks_at(next, fault);
            }
            Act::Mend => self.world.platform.mends(),
            Act::Trust(trusted) => {
                self.rules.omar_is_not_trusted = !trusted;
                self.world.people = self.rules.people();
            }
            Act::NewKey(other) => {
                self.rules.omar_has_another_key = *other;
                self.world.people = self.rules.people();
            }
            Act::Tamper(tamper) => self.tamper(*tamper),
            _ => {}
        }
    }

    /// Writes over what is stored. A yes that was scribbled on is nobody's any more.
    fn tamper(&mut self, tamper: Tamper) {
        let Some(plan) = self.rules.plan else {
            return;
        };
        if let Tamper::Replay = tamper {
            return self.replay(plan);
        }
        let yes = format!("SELECT body FROM plans WHERE id = {}", plan.number());
        let before = self.ground.rows(&yes);
        self.ground.alter(tamper.sql());
        if self.ground.rows(&yes) != before {
            self.rules.scribbled = self.rules.yes.take();
        }
    }

    /// Writes a plan back as it was approved. That gives nobody a new yes, and brings back one that was
    /// scribbled on and never taken back.
    fn replay(&mut self, plan: PlanId) {
        let Some([state, body]) = self
            .approved
            .clone()
            .as_deref()
            .map(|kept| [kept[0].clone(), kept[1].clone()])
        else {
            return;
        };
        if let Some(yes) = self.rules.scribbled.take() {
            self.rules.yes = Some(yes);
        }
        self.ground.alter(&format!(
            "UPDATE plans SET state = '{state}', body = '{body}' WHERE id = {0}; \
             UPDATE plan_steps SET phase = '\"waiting\"', note = '', after = 'null' \
             WHERE plan_id = {0} AND remedy <> '\"watch\"'",
            plan.number()
        ));
    }

    fn edit(&mut self, by: &'static str, plan: PlanId, change: Change) {
        let (applied, restored) = (&self.applied, &self.restored);
        let edited = self.world.as_(by, |desk, inner| {
            let spy = Spy {
                inner,
                applied,
                restored,
            };
            takedown::edit(desk, &spy, plan, &[change], "not sure")
        });
        if edited.is_ok() {
            self.rules.authors.insert(by);
            self.rules.take_back();
        }
    }
}

#[test]
fn whatever_is_called_in_whatever_order_nothing_acts_without_a_yes_that_holds() {
    let config = Config {
        cases: 150,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let anybody = prop::option::weighted(
        0.15,
        prop::sample::select(vec!["ines", "omar", "rana", "ada"]),
    );
    let sequences = (
        any::<(bool, bool)>(),
        prop::option::of(tampers()),
        prop::collection::vec((anybody, acts()), 1..30),
    );
    let acted = RefCell::new(0_usize);
    runner
        .run(&sequences, |((begun, by_passkey), altered, sequence)| {
            let mut trial = Trial::new();
            if begun {
                // What otherwise few sequences would come to.
                let plain = Act::Draft {
                    rolls_back: false,
                    later: false,
                    shares: false,
                };
                let yes: &[Act] = if by_passkey {
                    &[
                        Act::Prepare(Reviewed::Whole),
                        Act::HandIn("omar", Twist::None),
                    ]
                } else {
                    &[Act::Approve("omar", Reviewed::Whole)]
                };
                for act in [plain, Act::Submit].iter().chain(yes) {
                    trial.step(who(act), act)?;
                }
                if let Some(tamper) = altered {
                    trial.step("nobody", &Act::Tamper(tamper))?;
                }
            }
            for (by, act) in sequence {
                let by = by.unwrap_or_else(|| who(&act));
                *acted.borrow_mut() += trial.step(by, &act)?;
            }
            prop_assert!(journal::verify(&trial.world.store).is_ok());
            Ok(())
        })
        .unwrap();
    assert!(
        *acted.borrow() > 30,
        "the sequences hardly ever act: they prove little"
    );
}
