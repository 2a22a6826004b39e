//! `avert takedown`: disable a network's accounts, with a second pair of eyes, and undo it.

mod blast;
mod evidence;
mod show;
mod statements;

use avert_model::{AccountId, Clock as _, PlanId};
use avert_ops::desk::Desk;
use avert_ops::people::Actor;
use avert_ops::review::{Assent, ReviewError, Signer};
use avert_ops::store::Store;
use avert_ops::takedown::{self, Blast, Change, Drafting, Means, Plan, Rollout, TakedownError};

pub(crate) use self::show::would;
use super::Answer;
use super::freeze::first_line;
use crate::args::{Execute, OnFailure, RemedyChoice, Resume, Takedown};
use crate::clock::{SystemClock, SystemPause};
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::signer::OwnKey;
use crate::view::PlanView;

pub(super) fn run(verb: Takedown, context: &Context<'_>) -> Result<Answer, Failure> {
    let mut store = context.store()?;
    match &verb {
        Takedown::Show { id } => {
            let plan = takedown::show(&store, *id)?;
            let (blast, without) = blast_of(context, &store, &plan)?;
            return print(context, &store, &plan, blast, |view| {
                show::plan(view) + &without
            });
        }
        Takedown::Status { id } => {
            let plan = takedown::show(&store, *id)?;
            return print(context, &store, &plan, None, show::status);
        }
        Takedown::Evidence { id, out } => {
            return evidence::run(*id, out.as_deref(), &store, context);
        }
        Takedown::Statements { id, out } => return statements::run(*id, out, context, &store),
        Takedown::Execute(Execute { act, .. })
        | Takedown::Resume(Resume { act, .. })
        | Takedown::Reverse(act)
            if !act.execute =>
        {
            return dry_run(context, &store, &verb, act.id);
        }
        _ => {}
    }
    let actor = context.actor()?;
    let plan = change(verb, context, &mut store, &actor)?;
    print(context, &store, &plan, None, show::next)
}

/// What a plan costs; or, where its platform cannot be opened, a sentence that says so: a plan can
/// always be read.
pub(crate) fn blast_of(
    context: &Context<'_>,
    store: &Store,
    plan: &Plan,
) -> Result<(Option<Blast>, String), Failure> {
    match context.platform(&plan.header().platform) {
        Ok(platform) => {
            let blast = takedown::blast(store, plan, platform.as_ref())?;
            Ok((Some(blast), String::new()))
        }
        Err(failure) => {
            let why: Vec<String> = failure.chain().collect();
            let why = why.join(": ");
            Ok((
                None,
                format!("\nwhat it costs cannot be told: its platform cannot be opened: {why}\n"),
            ))
        }
    }
}

/// Runs a verb that changes something.
fn change(
    verb: Takedown,
    context: &Context<'_>,
    store: &mut Store,
    actor: &Actor,
) -> Result<Plan, Failure> {
    let people = context.people();
    let mut desk = Desk {
        store,
        clock: &SystemClock,
        pause: &SystemPause,
        actor,
        people: &people,
    };
    let progress = Progress::new(context.printer);
    let mut bar = |done, total| progress.at("accounts", done, total);
    Ok(match verb {
        Takedown::Plan {
            case,
            on_failure,
            secure_compromised,
            rollout,
        } => {
            let drafting = Drafting {
                on_failure: match on_failure {
                    OnFailure::Continue => takedown::OnFailure::Continue,
                    OnFailure::RollBack => takedown::OnFailure::RollBack,
                },
                rollout: rollout.over(Rollout::default())?,
                secure: secure_compromised,
            };
            let platform = context.platform(&takedown::platform_of(desk.store, case)?)?;
            takedown::draft(&mut desk, platform.as_ref(), case, &drafting)?
        }
        Takedown::Edit {
            id,
            drop,
            remedy,
            rollout,
            reason,
        } => {
            let drops = drop
                .into_iter()
                .map(|account| Change::Drop(AccountId::new(account)));
            let sets = remedy
                .into_iter()
                .map(|RemedyChoice { account, remedy }| Change::Set(account, remedy));
            let mut changes: Vec<Change> = drops.chain(sets).collect();
            if rollout.says_something() {
                let present = takedown::show(desk.store, id)?.header().rollout.clone();
                changes.push(Change::Rollout(rollout.over(present)?));
            }
            let platform = platform(context, desk.store, id)?;
            takedown::edit(&mut desk, platform.as_ref(), id, &changes, &reason)?
        }
        Takedown::Submit { id } => takedown::submit(&mut desk, id)?,
        Takedown::Approve { id, digest, own } => {
            let own = OwnKey::of(own.key.as_ref(), actor);
            takedown::approve(&mut desk, id, &assent(&digest, own.as_ref(), context))?
        }
        Takedown::Reject { id, reason } => takedown::reject(&mut desk, id, &reason)?,
        Takedown::Execute(Execute { act, stops, wait }) => {
            let platform = platform(context, desk.store, act.id)?;
            if wait {
                tell_of_start(context, desk.store, act.id)?;
                takedown::wait_for_start(&mut desk, act.id)?;
            }
            let evidence = context.evidence();
            let means = means(platform.as_ref(), &evidence, stops.although_stopped);
            takedown::execute(&mut desk, means, act.id, &mut bar)?
        }
        Takedown::Resume(Resume { act, stops }) => {
            let platform = platform(context, desk.store, act.id)?;
            let evidence = context.evidence();
            let means = means(platform.as_ref(), &evidence, stops.although_stopped);
            takedown::resume(&mut desk, means, act.id, &mut bar)?
        }
        Takedown::Reverse(act) => {
            let id = act.id;
            let platform = platform(context, desk.store, id)?;
            takedown::reverse(&mut desk, platform.as_ref(), id, &mut bar)?
        }
        Takedown::Show { .. }
        | Takedown::Status { .. }
        | Takedown::Evidence { .. }
        | Takedown::Statements { .. } => {
            unreachable!("verbs that only read are answered before")
        }
    })
}

/// What a plan is carried out with.
pub(crate) fn means<'a>(
    platform: &'a dyn avert_ops::ports::Platform,
    evidence: &'a dyn avert_ops::ports::Evidence,
    although_stopped: bool,
) -> Means<'a> {
    Means {
        platform,
        evidence,
        although_stopped,
    }
}

/// Says what is waited for: it may be hours.
fn tell_of_start(context: &Context<'_>, store: &Store, id: PlanId) -> Result<(), Failure> {
    let plan = takedown::show(store, id)?;
    if let (Plan::Approved(_), Some(at)) = (&plan, plan.header().rollout.starts_at)
        && SystemClock.now() < at
    {
        context.printer.talk(&format!(
            "{id} may begin at {at}; waiting until then. Whoever ends this command ends the wait, \
             and nothing has begun"
        ));
    }
    Ok(())
}

/// How somebody says yes.
pub(crate) fn assent<'a>(
    reviewed: &'a str,
    own: Option<&'a OwnKey>,
    context: &Context<'_>,
) -> Assent<'a> {
    Assent {
        reviewed,
        validity: context.config.review.validity(),
        signer: own.map(|own| own as &dyn Signer),
    }
}

pub(crate) fn platform(
    context: &Context<'_>,
    store: &Store,
    id: PlanId,
) -> Result<Box<dyn avert_ops::ports::Platform>, Failure> {
    let plan = takedown::show(store, id)?;
    context.platform(&plan.header().platform)
}

/// Says what would be done, and does nothing.
fn dry_run(
    context: &Context<'_>,
    store: &Store,
    verb: &Takedown,
    id: PlanId,
) -> Result<Answer, Failure> {
    let plan = takedown::show(store, id)?;
    let platform = context.platform(&plan.header().platform)?;
    let (word, wanted) = match verb {
        Takedown::Execute(_) => ("execute", "executed"),
        Takedown::Resume(_) => ("resume", "resumed"),
        _ => ("reverse", "reversed"),
    };
    let possible = match verb {
        Takedown::Execute(_) => matches!(plan, Plan::Approved(_) | Plan::Executed(_)),
        _ => matches!(
            plan,
            Plan::Executing(_)
                | Plan::Executed(_)
                | Plan::Reversing(_)
                | Plan::Stuck(_)
                | Plan::Reversed(_)
                | Plan::RolledBack(_)
        ),
    };
    if let Plan::Approved(approved) = &plan
        && approved.approval.expires_at <= SystemClock.now()
    {
        let at = approved.approval.expires_at;
        return Err(TakedownError::Review {
            plan: id,
            wanted,
            source: ReviewError::Expired { at },
        }
        .into());
    }
    if !possible {
        let state = plan.state();
        return Err(TakedownError::WrongState {
            plan: id,
            state,
            wanted,
        }
        .into());
    }
    let blast = takedown::blast(store, &plan, platform.as_ref())?;
    let people = context.people();
    let (frozen, line) = first_line(store)?;
    let view = PlanView::new(&plan, &people, frozen, Some(blast)).with_others(store, &plan)?;
    context.printer.result(&view, |view| {
        // What acting costs says nothing of undoing it.
        let costs = view
            .blast
            .as_ref()
            .filter(|_| word != "reverse")
            .map_or_else(String::new, |blast| format!("\n{}", blast::text(blast)));
        line + &show::dry_run(&plan, platform.as_ref(), word) + &costs
    })?;
    Ok(Answer::Done)
}

fn print(
    context: &Context<'_>,
    store: &Store,
    plan: &Plan,
    blast: Option<Blast>,
    text: impl Fn(&PlanView<'_>) -> String,
) -> Result<Answer, Failure> {
    let people = context.people();
    let (frozen, line) = first_line(store)?;
    let view = PlanView::new(plan, &people, frozen, blast).with_others(store, plan)?;
    context.printer.result(&view, |view| line + &text(view))?;
    Ok(Answer::Done)
}
