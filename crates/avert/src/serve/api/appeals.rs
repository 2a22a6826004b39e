//! `/v1/appeals`: objections of those who were acted on.

use avert_model::{AccountId, AppealId, CaseId, PlanId, Timestamp};
use avert_ops::appeals::{self, Appeal, AppealFilter, AppealState, Decision, Intake, Taken};
use avert_ops::takedown;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::{Limit, Page, given, place};
use crate::commands;
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::{Json, Made};
use crate::serve::routes::{Access, Nothing, Routes};

pub(super) fn register(routes: &mut Routes) {
    routes.get(
        ("/v1/appeals", Access::Read),
        "Appeals: those that nobody has decided first, then the oldest first",
        list,
    );
    routes.post(
        ("/v1/appeals", Access::Appeals),
        "Hand an appeal in; handed in again under the same reference it stays as it is",
        file,
    );
    routes.get(
        ("/v1/appeals/summary", Access::Read),
        "Of each detector, how many of its accounts appealed and were given back",
        summary,
    );
    routes.get(("/v1/appeals/{id}", Access::Read), "An appeal", show);
    routes.post(
        ("/v1/appeals/{id}/preview", Access::Change),
        "What a decision would do, and what the person would be told",
        preview,
    );
    routes.post(
        ("/v1/appeals/{id}/decide", Access::Change),
        "Decide an appeal: a grant puts the account back",
        decide,
    );
    routes.post(
        ("/v1/appeals/{id}/tell", Access::Change),
        "Tell the person what was decided",
        tell,
    );
}

/// Which appeals.
#[derive(Deserialize, JsonSchema)]
struct Which {
    /// Those in this state.
    state: Option<AppealState>,
    /// Those against takedowns of this case.
    case: Option<CaseId>,
    /// What the page before said as its `next`.
    after: Option<String>,
    /// How many, at most 500.
    #[serde(default)]
    limit: Limit,
}

fn list(call: &Call<'_>, which: Which) -> Result<Json<Page<Appeal>>, Problem> {
    let filter = AppealFilter {
        state: which.state,
        case: which.case,
        after: place(which.after.as_deref())?,
        limit: which.limit.get(),
    };
    call.read(|store| Ok(Json(appeals::page(store, &filter)?.into())))
}

/// An appeal as it comes in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// The takedown it is against.
    plan: PlanId,
    /// The account it is about.
    account: AccountId,
    /// The id it has where it comes from.
    reference: String,
    /// When the person said it; now, if it is not known.
    received_at: Option<Timestamp>,
    /// What the person said.
    #[serde(default)]
    text: String,
}

fn file(call: &Call<'_>, given: File) -> Result<Made<Appeal>, Problem> {
    let intake = Intake {
        plan: given.plan,
        account: given.account,
        reference: given.reference,
        received_at: given.received_at,
        text: given.text,
    };
    let window = commands::appeal::window(&call.setup);
    call.at_desk(|desk| {
        Ok(match appeals::file(desk, &intake, window)? {
            Taken::New(appeal) => Made::New(appeal),
            Taken::Known(appeal) => Made::Known(appeal),
        })
    })
}

/// An appeal, and whether whoever asks may decide it.
#[derive(Serialize, JsonSchema)]
struct Shown {
    #[serde(flatten)]
    appeal: Appeal,
    /// The case.
    case: CaseId,
    /// What you may do with it: `decide`, `tell`.
    may: Vec<&'static str>,
    /// Why you may not decide it.
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
}

fn show(call: &Call<'_>, _: Nothing) -> Result<Json<Shown>, Problem> {
    shown(call, call.id("id")?)
}

fn shown(call: &Call<'_>, id: AppealId) -> Result<Json<Shown>, Problem> {
    let actor = call.actor()?;
    call.read(|store| {
        let appeal = appeals::show(store, id)?;
        let case = takedown::show(store, appeal.plan)?.header().case;
        let would = appeals::would_decide(store, &actor, id, Decision::Reject, "…");
        let would =
            would.or_else(|_| appeals::would_decide(store, &actor, id, Decision::Grant, "…"));
        let is_decided = matches!(appeal.state, AppealState::Granted | AppealState::Rejected);
        let may_tell = is_decided && appeal.told.is_none();
        Ok(Json(Shown {
            may: [("decide", would.is_ok()), ("tell", may_tell)]
                .into_iter()
                .filter_map(|(act, may)| may.then_some(act))
                .collect(),
            why_not: would.err().map(|error| error.to_string()),
            appeal,
            case,
        }))
    })
}

/// A decision.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Decide {
    /// What is decided.
    decision: Decision,
    /// Why, in their words: the person may be told.
    reason: String,
}

/// What a decision would do.
#[derive(Serialize, JsonSchema)]
struct Would {
    /// In plain words.
    effect: String,
    /// What the person would be told; nothing where no channel is set.
    notice: Option<Notice>,
    /// The command that does the same.
    command: String,
}

/// A text as the person would get it.
#[derive(Serialize, JsonSchema)]
struct Notice {
    language: String,
    subject: String,
    body: String,
}

fn preview(call: &Call<'_>, decide: Decide) -> Result<Json<Would>, Problem> {
    let id: AppealId = call.id("id")?;
    let reason = given("reason", &decide.reason)?;
    let name = call.actor()?.name().to_owned();
    let context = call.setup.in_name_of(&name);
    let would = commands::appeal::would_decide((id, decide.decision), reason, &context)?;
    let word = match decide.decision {
        Decision::Grant => "grant",
        Decision::Reject => "reject",
    };
    Ok(Json(Would {
        effect: would.effect,
        notice: would.notice.map(|notice| Notice {
            language: notice.language,
            subject: notice.subject,
            body: notice.body,
        }),
        command: format!("avert --as {name} appeal decide {id} {word} --reason REASON --execute"),
    }))
}

fn decide(call: &Call<'_>, decide: Decide) -> Result<Json<Shown>, Problem> {
    let id: AppealId = call.id("id")?;
    let reason = given("reason", &decide.reason)?;
    let context = call.setup.in_name_of(call.actor()?.name());
    commands::appeal::decided((id, decide.decision), reason, &context)?;
    shown(call, id)
}

fn tell(call: &Call<'_>, _: Nothing) -> Result<Json<Shown>, Problem> {
    let id: AppealId = call.id("id")?;
    let context = call.setup.in_name_of(call.actor()?.name());
    let channels = commands::appeal::tell::channels(&[], &context)?;
    commands::appeal::tell::over(&channels, id, false, &context)?;
    shown(call, id)
}

/// How the appeals stand of those whom a detector had named.
#[derive(Serialize, JsonSchema)]
struct Share {
    #[serde(flatten)]
    tally: appeals::Tally,
    /// Of those decided, the share that was granted, 0 to 1.
    share: Option<f64>,
}

fn summary(call: &Call<'_>, _: Nothing) -> Result<Json<Vec<Share>>, Problem> {
    let tallies = call.read(|store| Ok(appeals::tallies(store)?))?;
    let shares = tallies.into_iter().map(|tally| Share {
        share: tally.overturned(),
        tally,
    });
    Ok(Json(shares.collect()))
}
