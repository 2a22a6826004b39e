//! `avert takedown`: disable a network's accounts, with a second pair of eyes, and undo it.

mod show;
mod statements;

use avert_model::{AccountId, Clock as _, PlanId, SignedDuration};
use avert_ops::desk::Desk;
use avert_ops::people::Actor;
use avert_ops::review::{Assent, ReviewError, Signer};
use avert_ops::store::Store;
use avert_ops::takedown::{self, Change, Drafting, Means, Plan, TakedownError};

use self::show::View;
use super::Answer;
use crate::args::{ActOnPlan, OnFailure, RemedyChoice, Takedown};
use crate::clock::{SystemClock, SystemPause};
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::signer::OwnKey;

pub(super) fn run(verb: Takedown, context: &Context<'_>) -> Result<Answer, Failure> {
    let mut store = context.store()?;
    match &verb {
        Takedown::Show { id } | Takedown::Status { id } => {
            let plan = takedown::show(&store, *id)?;
            return print(context, &store, &plan, show::plan);
        }
        Takedown::Statements { id, out } => return statements::run(*id, out, context, &store),
        Takedown::Execute(act) | Takedown::Resume(act) | Takedown::Reverse(act) if !act.execute => {
            return dry_run(context, &store, &verb, act.id);
        }
        _ => {}
    }
    let actor = context.actor()?;
    let acted = change(verb, context, &mut store, &actor);
    match acted {
        Ok(plan) => print(context, &store, &plan, show::next),
        Err(failure) => Err(failure),
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
        Takedown::Plan { case, on_failure } => {
            let on_failure = match on_failure {
                OnFailure::Continue => takedown::OnFailure::Continue,
                OnFailure::RollBack => takedown::OnFailure::RollBack,
            };
            let platform = context.platform(&takedown::platform_of(desk.store, case)?)?;
            takedown::draft(
                &mut desk,
                platform.as_ref(),
                case,
                &Drafting::plain(on_failure),
            )?
        }
        Takedown::Edit {
            id,
            drop,
            remedy,
            reason,
        } => {
            let drops = drop
                .into_iter()
                .map(|account| Change::Drop(AccountId::new(account)));
            let sets = remedy
                .into_iter()
                .map(|RemedyChoice { account, remedy }| Change::Set(account, remedy));
            let changes: Vec<Change> = drops.chain(sets).collect();
            let platform = platform(context, desk.store, id)?;
            takedown::edit(&mut desk, platform.as_ref(), id, &changes, &reason)?
        }
        Takedown::Submit { id } => takedown::submit(&mut desk, id)?,
        Takedown::Approve { id, digest, own } => {
            let own = OwnKey::of(own.key.as_ref(), actor);
            takedown::approve(&mut desk, id, &assent(&digest, own.as_ref(), context))?
        }
        Takedown::Reject { id, reason } => takedown::reject(&mut desk, id, &reason)?,
        Takedown::Execute(ActOnPlan { id, .. }) => {
            let platform = platform(context, desk.store, id)?;
            let means = Means {
                platform: platform.as_ref(),
                evidence: &context.evidence(),
                although_stopped: false,
            };
            takedown::execute(&mut desk, means, id, &mut bar)?
        }
        Takedown::Resume(ActOnPlan { id, .. }) => {
            let platform = platform(context, desk.store, id)?;
            let means = Means {
                platform: platform.as_ref(),
                evidence: &context.evidence(),
                although_stopped: false,
            };
            takedown::resume(&mut desk, means, id, &mut bar)?
        }
        Takedown::Reverse(ActOnPlan { id, .. }) => {
            let platform = platform(context, desk.store, id)?;
            takedown::reverse(&mut desk, platform.as_ref(), id, &mut bar)?
        }
        Takedown::Show { .. } | Takedown::Status { .. } | Takedown::Statements { .. } => {
            unreachable!("verbs that only read are answered before")
        }
    })
}

/// How somebody says yes.
pub(super) fn assent<'a>(
    reviewed: &'a str,
    own: Option<&'a OwnKey>,
    context: &Context<'_>,
) -> Assent<'a> {
    Assent {
        reviewed,
        validity: SignedDuration::from_hours(i64::from(context.config.review.approval_hours)),
        signer: own.map(|own| own as &dyn Signer),
    }
}

fn platform(
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
    let people = context.people();
    context.printer.result(&View::new(&plan, &people), |_| {
        show::dry_run(&plan, platform.as_ref(), word)
    })?;
    Ok(Answer::Done)
}

fn print(
    context: &Context<'_>,
    store: &Store,
    plan: &Plan,
    text: impl Fn(&View<'_>, &[avert_model::Contact]) -> String,
) -> Result<Answer, Failure> {
    let people = context.people();
    let contacts = avert_ops::notify::reached(store, plan.header().case)?;
    context
        .printer
        .result(&View::new(plan, &people), |view| text(view, &contacts))?;
    Ok(Answer::Done)
}
