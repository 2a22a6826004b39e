//! `/v1/takedowns`: plans, from the draft to undoing them.

use std::collections::BTreeMap;

use avert_model::{AccountId, CaseId, PlanId};
use avert_ops::freeze;
use avert_ops::overview::{self, PlanHead};
use avert_ops::ports::Remedy;
use avert_ops::review::Signed;
use avert_ops::store::Store;
use avert_ops::takedown::{self, Change, Drafting, OnFailure, Plan, Rollout, TakedownError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::may::{self, Acts};
use super::page::{Page, Reason, WhichWork, given};
use super::passkeys::{self, Answered, ToSign};
use crate::commands::takedown::{assent, blast_of, means, platform};
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::{Json, Rendered};
use crate::serve::routes::{Access, Nothing, Routes};
use crate::serve::runner::{LastRun, Runner, Running};
use crate::view::PlanView;

pub(super) fn register(routes: &mut Routes) {
    routes.get(
        ("/v1/takedowns", Access::Read),
        "Takedown plans, newest first",
        list,
    );
    routes.post(
        ("/v1/takedowns", Access::Change),
        "Draft a takedown of a case's network",
        draft,
    );
    routes.get(
        ("/v1/takedowns/{id}", Access::Read),
        "A plan, account by account, and what you may do with it",
        show,
    );
    routes.get(
        ("/v1/takedowns/{id}/preview", Access::Read),
        "What an act would do to each account",
        preview,
    );
    routes.post(
        ("/v1/takedowns/{id}/edit", Access::Change),
        "Change a plan",
        edit,
    );
    routes.post(
        ("/v1/takedowns/{id}/submit", Access::Change),
        "Hand a plan to review",
        submit,
    );
    routes.post(
        ("/v1/takedowns/{id}/approve", Access::Person),
        "Say yes to exactly what a plan says",
        approve,
    );
    routes.post(
        ("/v1/takedowns/{id}/approve/options", Access::Person),
        "What one's passkey has to sign to say yes to a plan",
        to_sign,
    );
    routes.post(
        ("/v1/takedowns/{id}/reject", Access::Change),
        "Say no to a plan",
        reject,
    );
    routes.post(
        ("/v1/takedowns/{id}/execute", Access::Change),
        "Carry a plan out; it goes on in the background",
        execute,
    );
    routes.post(
        ("/v1/takedowns/{id}/resume", Access::Change),
        "Go on with what was begun",
        resume,
    );
    routes.post(
        ("/v1/takedowns/{id}/reverse", Access::Change),
        "Put back every account as it was",
        reverse,
    );
}

fn list(call: &Call<'_>, which: WhichWork) -> Result<Json<Page<PlanHead>>, Problem> {
    let filter = which.filter()?;
    call.read(|store| Ok(Json(overview::plans(store, &filter)?.into())))
}

/// A plan, and what can be done with it.
#[derive(Serialize, JsonSchema)]
struct Shown<'a> {
    #[serde(flatten)]
    plan: PlanView<'a>,
    /// Why it cannot be told what it costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    without_costs: Option<String>,
    /// What is under way on it in this process.
    running: Option<Running>,
    /// How the last work on it ended that was begun in this process.
    last_run: Option<LastRun>,
    /// What you may do with it now.
    #[serde(flatten)]
    acts: Acts,
}

/// A plan, written out.
type Written = Rendered<Shown<'static>>;

fn shown(call: &Call<'_>, store: &Store, plan: &Plan, costs: bool) -> Result<Written, Problem> {
    let people = call.setup.people();
    let frozen = freeze::standing(store)?;
    let (blast, without) = if costs {
        blast_of(&call.setup, store, plan)?
    } else {
        (None, String::new())
    };
    let view = PlanView::new(plan, &people, frozen, blast).with_others(store, plan)?;
    let id = view.id;
    let running = call.server.runner.running(&id.to_string());
    let acts = match call.actor() {
        Ok(actor) => may::with_plan(&actor, (id, plan), &view.digest, running.as_ref()),
        Err(_) => Acts::default(),
    };
    Ok(Rendered::of(&Shown {
        without_costs: Some(without.trim().to_owned()).filter(|text| !text.is_empty()),
        running,
        last_run: call.server.runner.ended(&id.to_string()),
        acts,
        plan: view,
    }))
}

/// How much of a plan is shown.
#[derive(Deserialize, JsonSchema)]
struct HowMuch {
    /// With what it costs.
    #[serde(default)]
    costs: bool,
}

fn show(call: &Call<'_>, how: HowMuch) -> Result<Written, Problem> {
    let id: PlanId = call.id("id")?;
    call.read(|store| {
        let plan = takedown::show(store, id)?;
        shown(call, store, &plan, how.costs)
    })
}

/// What is to be drafted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Draft {
    /// The case.
    case: CaseId,
    /// What one failed account means.
    on_failure: Option<OnFailure>,
    /// Secure the accounts of compromised owners, instead of watching them.
    #[serde(default)]
    secure_compromised: bool,
    /// When it begins, in which shares, and when it stops.
    rollout: Option<Rollout>,
}

fn draft(call: &Call<'_>, draft: Draft) -> Result<Written, Problem> {
    let drafting = Drafting {
        on_failure: draft.on_failure.unwrap_or(OnFailure::Continue),
        rollout: checked(draft.rollout.unwrap_or_default())?,
        secure: draft.secure_compromised,
    };
    call.at_desk(|desk| {
        let name = takedown::platform_of(desk.store, draft.case)?;
        let platform = call.setup.platform(&name)?;
        let plan = takedown::draft(desk, platform.as_ref(), draft.case, &drafting)?;
        Ok(shown(call, desk.store, &plan, false)?.created())
    })
}

/// Refuses shares that are none.
fn checked(rollout: Rollout) -> Result<Rollout, Problem> {
    let is_share = |percent: u8| percent <= 100;
    let canary = rollout
        .canary
        .is_none_or(|canary| (1..=99).contains(&canary.percent));
    let stop = rollout.stop;
    if canary && is_share(stop.failed_percent) && is_share(stop.drifted_percent) {
        Ok(rollout)
    } else {
        Err(Problem::unclear(
            "a share is at most 100 in a hundred, and a first one 1 to 99",
        ))
    }
}

/// What is to be changed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// Accounts to be left alone.
    #[serde(default)]
    drop: Vec<AccountId>,
    /// What is to be done to which account.
    #[serde(default)]
    remedies: BTreeMap<AccountId, Remedy>,
    /// How it is carried out.
    rollout: Option<Rollout>,
    /// Why, in their words.
    reason: String,
}

fn edit(call: &Call<'_>, edit: Edit) -> Result<Written, Problem> {
    let id: PlanId = call.id("id")?;
    let reason = given("reason", &edit.reason)?.to_owned();
    let mut changes: Vec<Change> = edit.drop.into_iter().map(Change::Drop).collect();
    let sets = edit.remedies.into_iter();
    changes.extend(sets.map(|(account, remedy)| Change::Set(account, remedy)));
    if let Some(rollout) = edit.rollout {
        changes.push(Change::Rollout(checked(rollout)?));
    }
    call.at_desk(|desk| {
        let platform = platform(&call.setup, desk.store, id)?;
        let plan = takedown::edit(desk, platform.as_ref(), id, &changes, &reason)?;
        shown(call, desk.store, &plan, false)
    })
}

fn submit(call: &Call<'_>, _: Nothing) -> Result<Written, Problem> {
    let id: PlanId = call.id("id")?;
    call.at_desk(|desk| {
        let plan = takedown::submit(desk, id)?;
        shown(call, desk.store, &plan, false)
    })
}

/// A yes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Approve {
    /// The digest of what was reviewed.
    pub(super) digest: String,
    /// What one's passkey answered; without it a name has to do.
    pub(super) signed: Option<Answered>,
}

/// What is to be approved.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reviewed {
    /// The digest of what was reviewed.
    pub(super) digest: String,
}

fn to_sign(call: &Call<'_>, reviewed: Reviewed) -> Result<Json<ToSign>, Problem> {
    let id: PlanId = call.id("id")?;
    let validity = call.setup.config.review.validity();
    let unsigned =
        call.at_desk(|desk| Ok(takedown::to_sign(desk, id, &reviewed.digest, validity)?))?;
    Ok(Json(passkeys::ask(call, &id.to_string(), unsigned)?))
}

fn approve(call: &Call<'_>, yes: Approve) -> Result<Written, Problem> {
    let id: PlanId = call.id("id")?;
    let answer = yes.signed.as_ref();
    let answered = answer.map(|answer| passkeys::answered(call, &id.to_string(), answer));
    let answered = answered.transpose()?;
    call.at_desk(|desk| {
        let plan = match &answered {
            Some((unsigned, seal)) => takedown::approve_signed(
                desk,
                id,
                Signed {
                    record: &unsigned.record,
                    seal,
                    validity: call.setup.config.review.validity(),
                },
            )?,
            None => takedown::approve(desk, id, &assent(&yes.digest, None, &call.setup))?,
        };
        shown(call, desk.store, &plan, false)
    })
}

fn reject(call: &Call<'_>, why: Reason) -> Result<Written, Problem> {
    let id: PlanId = call.id("id")?;
    let reason = why.words()?;
    call.at_desk(|desk| {
        let plan = takedown::reject(desk, id, reason)?;
        shown(call, desk.store, &plan, false)
    })
}

/// What is to be carried out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Run {
    /// The digest of the plan that was looked at: nobody carries out what they have not seen.
    digest: String,
    /// Go on although a stop condition was met.
    #[serde(default)]
    although_stopped: bool,
}

/// Refuses to carry out what is not what was looked at.
pub(super) fn is_same(seen: &str, is: &str) -> Result<(), Problem> {
    if seen.len() >= avert_ops::review::DIGEST_DIGITS && is.starts_with(seen) {
        return Ok(());
    }
    Err(Problem::new(
        409,
        "takedown/other-digest",
        "it is not what you looked at: it was changed since",
    )
    .hint("look at it again"))
}

fn execute(call: &Call<'_>, run: Run) -> Result<Written, Problem> {
    begin(call, &run, "execute", |context, desk, id, again, bar| {
        let platform = platform(context, desk.store, id)?;
        let evidence = context.evidence();
        takedown::execute(desk, means(platform.as_ref(), &evidence, again), id, bar)?;
        Ok(())
    })
}

fn resume(call: &Call<'_>, run: Run) -> Result<Written, Problem> {
    begin(call, &run, "resume", |context, desk, id, again, bar| {
        let platform = platform(context, desk.store, id)?;
        let evidence = context.evidence();
        takedown::resume(desk, means(platform.as_ref(), &evidence, again), id, bar)?;
        Ok(())
    })
}

fn reverse(call: &Call<'_>, run: Run) -> Result<Written, Problem> {
    begin(call, &run, "reverse", |context, desk, id, _, bar| {
        let platform = platform(context, desk.store, id)?;
        takedown::reverse(desk, platform.as_ref(), id, bar)?;
        Ok(())
    })
}

/// Work on a plan: with the configuration, a desk, the plan, whether to go on although it was stopped, and
/// somewhere to tell how far it has come.
type Work = fn(
    &crate::context::Context<'_>,
    &mut avert_ops::desk::Desk<'_>,
    PlanId,
    bool,
    &mut dyn FnMut(u64, u64),
) -> Result<(), crate::failure::Failure>;

fn begin(call: &Call<'_>, run: &Run, verb: &'static str, work: Work) -> Result<Written, Problem> {
    let id: PlanId = call.id("id")?;
    let plan = call.read(|store| Ok(takedown::show(store, id)?))?;
    is_same(&run.digest, &plan.header().digest())?;
    let again = run.although_stopped;
    Runner::begin(
        call,
        &id.to_string(),
        verb,
        Box::new(move |context, desk, tell| {
            work(context, desk, id, again, &mut |done, total| {
                tell(done, total);
            })
        }),
    )?;
    call.read(|store| {
        let plan = takedown::show(store, id)?;
        Ok(shown(call, store, &plan, false)?.accepted())
    })
}

/// Which act.
#[derive(Deserialize, JsonSchema)]
struct Which {
    /// `execute`, `resume` or `reverse`.
    verb: Verb,
}

/// An act that calls the platform.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Verb {
    Execute,
    Resume,
    Reverse,
}

/// What an act would do.
#[derive(Serialize, JsonSchema)]
struct Preview {
    /// One for each account.
    lines: Vec<PreviewLine>,
    /// What it costs; nothing for undoing.
    blast: Option<takedown::Blast>,
    /// The command that does the same.
    command: String,
}

/// What an act would do to an account.
#[derive(Serialize, JsonSchema)]
struct PreviewLine {
    account: AccountId,
    /// In plain words.
    would: String,
    /// What would be called.
    by: String,
    /// Where it stands.
    phase: takedown::Phase,
}

fn preview(call: &Call<'_>, which: Which) -> Result<Json<Preview>, Problem> {
    let id: PlanId = call.id("id")?;
    let verb = match which.verb {
        Verb::Execute => "execute",
        Verb::Resume => "resume",
        Verb::Reverse => "reverse",
    };
    call.read(|store| {
        let plan = takedown::show(store, id)?;
        let platform = platform(&call.setup, store, id)?;
        let steps = &plan.header().steps;
        let lines = steps.iter().map(|step| {
            let (would, by) =
                crate::commands::takedown::would(&plan, step, platform.as_ref(), verb);
            PreviewLine {
                account: step.account.clone(),
                would,
                by,
                phase: step.phase,
            }
        });
        let lines = lines.collect();
        let blast = if verb == "reverse" {
            None
        } else {
            Some(takedown::blast(store, &plan, platform.as_ref()).map_err(cannot_tell)?)
        };
        let name = call.person().unwrap_or("RESPONDER");
        Ok(Json(Preview {
            lines,
            blast,
            command: format!("avert --as {name} takedown {verb} {id} --execute"),
        }))
    })
}

fn cannot_tell(error: TakedownError) -> Problem {
    error.into()
}
