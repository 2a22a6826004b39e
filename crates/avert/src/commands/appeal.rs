//! `avert appeal`: whoever was acted on may object, and somebody who did not approve it decides.

mod import;
mod labels;
mod show;
pub(crate) mod tell;

use avert_model::{AccountId, Outcome};
use avert_ops::appeals::{self, AppealState, Decision, Intake, Taken, Window};
use avert_ops::desk::Desk;
use avert_ops::ports::OutgoingNotice;
use avert_ops::{purge, takedown};

use super::Answer;
use crate::args::{Appeal, FileAppeal, WhatIsDecided};
use crate::context::Context;
use crate::failure::Failure;
use crate::text::count;

pub(super) fn run(verb: Appeal, context: &Context<'_>) -> Result<Answer, Failure> {
    match verb {
        Appeal::File(args) => file(args, context),
        Appeal::Import(args) => import::run(&args, context),
        Appeal::List => {
            let all = appeals::list(&context.store()?)?;
            context.printer.results(&all, show::list)?;
            Ok(if all.is_empty() {
                Answer::No
            } else {
                Answer::Done
            })
        }
        Appeal::Show { id } => {
            let store = context.store()?;
            let appeal = appeals::show(&store, id)?;
            let case = takedown::show(&store, appeal.plan)?.header().case;
            let purged_at = purge::purged_at(&store, case, &[])?;
            context
                .printer
                .result(&show::Shown { appeal, purged_at }, show::shown)?;
            Ok(Answer::Done)
        }
        Appeal::Decide {
            id,
            decision,
            reason,
            execute,
        } => {
            if execute {
                decide((id, decision), &reason, context)
            } else {
                dry_run((id, decision), &reason, context)
            }
        }
        Appeal::Tell {
            id,
            channel,
            resend,
            execute,
        } => tell::run(id, &channel, (resend, execute), context),
        Appeal::Resolve { id, heard, reason } => {
            let resolve = |desk: &mut Desk<'_>| appeals::resolve(desk, id, heard.into(), &reason);
            let appeal = context.at_desk(resolve)??;
            context.printer.result(&appeal, show::appeal)?;
            Ok(Answer::Done)
        }
        Appeal::Summary => {
            let tallies = appeals::tallies(&context.store()?)?;
            let shares: Vec<show::Share<'_>> = tallies.iter().map(show::Share::of).collect();
            context.printer.results(&shares, show::summary)?;
            Ok(Answer::Done)
        }
        Appeal::Labels { out, snapshot } => labels::run(&out, snapshot.as_ref(), context),
    }
}

/// For how long appeals are taken in here.
pub(crate) fn window(context: &Context<'_>) -> Window {
    Window::of_days(context.config.appeals.days)
}

fn file(args: FileAppeal, context: &Context<'_>) -> Result<Answer, Failure> {
    let text = match &args.text_file {
        Some(path) => import::whole(path)?,
        None => String::new(),
    };
    let intake = Intake {
        plan: args.plan,
        account: AccountId::new(args.account),
        reference: args.reference,
        received_at: args.received,
        text,
    };
    let taken = context.at_desk(|desk| appeals::file(desk, &intake, window(context)))?;
    let (appeal, new) = match taken? {
        Taken::New(appeal) => (appeal, true),
        Taken::Known(appeal) => (appeal, false),
    };
    context.printer.result(&appeal, |appeal| {
        let known = if new {
            ""
        } else {
            "it came in before and stays as it is\n"
        };
        format!("{known}{}", show::appeal(appeal))
    })?;
    Ok(Answer::Done)
}

fn decide(
    (id, decision): (avert_model::AppealId, WhatIsDecided),
    reason: &str,
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    let decided = decided((id, decision.into()), reason, context)?;
    context.printer.result(&decided, show::appeal)?;
    Ok(Answer::Done)
}

/// Decides an appeal and, where notices have a channel, tells whoever made it.
pub(crate) fn decided(
    (id, decision): (avert_model::AppealId, Decision),
    reason: &str,
    context: &Context<'_>,
) -> Result<appeals::Appeal, Failure> {
    let platform = platform(id, context)?;
    // Made here, so that a fault of their configuration shows before anything is decided.
    let channels = if context.config.notify.channel.is_some() {
        tell::channels(&[], context)?
    } else {
        Vec::new()
    };
    let mut decided = context
        .at_desk(|desk| appeals::decide(desk, platform.as_ref(), id, decision, reason))??;
    if !channels.is_empty() {
        decided = tell::over(&channels, id, false, context).map_err(|failure| Failure {
            // Whatever failed: the decision stands.
            outcome: Outcome::PartWay {
                resume: format!("avert --as APPROVER appeal tell {id} --execute"),
            },
            ..failure
        })?;
    }
    Ok(decided)
}

fn platform(
    id: avert_model::AppealId,
    context: &Context<'_>,
) -> Result<Box<dyn avert_ops::ports::Platform>, Failure> {
    let store = context.store()?;
    let appeal = appeals::show(&store, id)?;
    let plan = takedown::show(&store, appeal.plan)?;
    context.platform(&plan.header().platform)
}

/// Says what a decision would do, and does nothing.
fn dry_run(
    (id, decision): (avert_model::AppealId, WhatIsDecided),
    reason: &str,
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    let would = would_decide((id, decision.into()), reason, context)?;
    let told = would.notice.as_ref().map_or_else(String::new, |notice| {
        format!(
            "and would tell them:\n\nSubject: {}\n\n{}",
            notice.subject, notice.body
        )
    });
    let verb = match decision {
        WhatIsDecided::Grant => "grant",
        WhatIsDecided::Reject => "reject",
    };
    context.printer.result(&would.appeal, |appeal| {
        format!(
            "dry run: nothing is decided, and nothing is called on {}; add --execute to {verb} {id}\n\n\
             {}{}\n{told}",
            would.platform,
            show::appeal(appeal),
            would.effect,
        )
    })?;
    Ok(Answer::Done)
}

/// What a decision would do.
pub(crate) struct WouldDecide {
    pub(crate) appeal: appeals::Appeal,
    pub(crate) platform: String,
    /// In plain words.
    pub(crate) effect: String,
    /// What whoever made it would be told, if anything.
    pub(crate) notice: Option<OutgoingNotice>,
}

/// Finds out what a decision would do, and does nothing.
pub(crate) fn would_decide(
    (id, decision): (avert_model::AppealId, Decision),
    reason: &str,
    context: &Context<'_>,
) -> Result<WouldDecide, Failure> {
    let store = context.store()?;
    let actor = context.actor()?;
    let appeal = appeals::would_decide(&store, &actor, id, decision, reason)?;
    let plan = takedown::show(&store, appeal.plan)?;
    let header = plan.header();
    let step = header
        .steps
        .iter()
        .find(|step| step.account == appeal.account);
    let phase = step.map_or("unknown", |step| step.phase.as_str());
    let (effect, state) = match decision {
        Decision::Grant => (
            format!(
                "would put '{}' back as it was when {} was drafted, and {} of that plan stay as they \
                 are\nit is {phase} now",
                appeal.account,
                header.id,
                count(
                    (header.steps.len() as u64).saturating_sub(1),
                    "other account",
                    "other accounts"
                ),
            ),
            AppealState::Granted,
        ),
        Decision::Reject => (
            format!("'{}' would stay as it is: {phase}", appeal.account),
            AppealState::Rejected,
        ),
    };
    let tells = context.config.notify.channel.is_some() && appeal.state == AppealState::Open;
    let supposed = appeals::Appeal {
        state,
        reason: reason.to_owned(),
        ..appeal.clone()
    };
    Ok(WouldDecide {
        notice: tells
            .then(|| tell::notice(&supposed, context))
            .transpose()?,
        platform: header.platform.clone(),
        appeal,
        effect,
    })
}
