//! `/v1/notices`: lists of people to be told, from the draft to the last receipt.

use std::collections::BTreeMap;

use avert_model::{AccountId, CaseId, NoticeListId, Signature};
use avert_ops::freeze::{self, Freeze};
use avert_ops::notify::{self, NoticeList, Preview, Resolution, Route};
use avert_ops::overview::{self, ListHead};
use avert_ops::people::Role;
use avert_ops::ports::Channel;
use avert_ops::review::Signed;
use avert_ops::store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::may::{self, Acts};
use super::page::{Page, Reason, WhichWork, given};
use super::passkeys::{self, ToSign};
use super::takedowns::{Approve, Reviewed, is_same};
use crate::clock::SystemChance;
use crate::commands::notify::{channels, drafted};
use crate::commands::takedown::assent;
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::{Json, Rendered};
use crate::serve::routes::{Access, Nothing, Routes};
use crate::serve::runner::{LastRun, Runner, Running};
use crate::view::ListView;

pub(super) fn register(routes: &mut Routes) {
    routes.get(
        ("/v1/notices", Access::Read),
        "Notice lists, newest first",
        list,
    );
    routes.post(
        ("/v1/notices", Access::Change),
        "Draft the notices of a case, and hand them to review",
        draft,
    );
    routes.get(
        ("/v1/notices/{id}", Access::Read),
        "A list, person by person, and what you may do with it",
        show,
    );
    routes.get(
        ("/v1/notices/{id}/previews", Access::Read),
        "The texts as people will get them",
        previews,
    );
    routes.post(
        ("/v1/notices/{id}/approve", Access::Person),
        "Say yes to exactly what a list says",
        approve,
    );
    routes.post(
        ("/v1/notices/{id}/approve/options", Access::Person),
        "What one's passkey has to sign to say yes to a list",
        to_sign,
    );
    routes.post(
        ("/v1/notices/{id}/reject", Access::Change),
        "Say no to a list",
        reject,
    );
    routes.post(
        ("/v1/notices/{id}/send", Access::Change),
        "Tell everybody on a list; it goes on in the background",
        send,
    );
    routes.post(
        ("/v1/notices/{id}/resume", Access::Change),
        "Go on with a list that was begun",
        resume,
    );
    routes.post(
        ("/v1/notices/{id}/give-up", Access::Change),
        "End a list half-way: nobody more is told",
        give_up,
    );
    routes.post(
        ("/v1/notices/{id}/resolve", Access::Change),
        "Say what became of a notice that is in doubt",
        resolve,
    );
}

fn list(call: &Call<'_>, which: WhichWork) -> Result<Json<Page<ListHead>>, Problem> {
    let filter = which.filter()?;
    call.read(|store| Ok(Json(overview::notice_lists(store, &filter)?.into())))
}

/// A list, and what can be done with it.
#[derive(Serialize, JsonSchema)]
struct Shown<'a> {
    #[serde(flatten)]
    list: ListView<'a>,
    /// The channels that are tried after the first.
    fallback: &'a [String],
    /// How many people came how close to harm.
    tiers: BTreeMap<&'static str, u64>,
    /// How many people are told in which language.
    languages: BTreeMap<&'a str, u64>,
    /// How many people asked for a language that there is no text in.
    untranslated: u64,
    /// That everything is stopped.
    frozen: Option<Freeze>,
    /// What is under way on it in this process.
    running: Option<Running>,
    /// How the last work on it ended that was begun in this process.
    last_run: Option<LastRun>,
    /// Who may approve it.
    approvers: Vec<String>,
    /// What you may do with it now.
    #[serde(flatten)]
    acts: Acts,
}

/// A list, written out.
type Written = Rendered<Shown<'static>>;

fn shown(call: &Call<'_>, store: &Store, list: &NoticeList) -> Result<Written, Problem> {
    let view = ListView::new(list);
    let header = list.header();
    let id = header.id;
    let running = call.server.runner.running(&id.to_string());
    let acts = match call.actor() {
        Ok(actor) => may::with_list(&actor, (id, list), &view.digest, running.as_ref()),
        Err(_) => Acts::default(),
    };
    let (mut languages, mut tiers) = (BTreeMap::new(), BTreeMap::new());
    for notice in &header.notices {
        *tiers.entry(notice.tier.as_str()).or_default() += 1;
        *languages.entry(notice.language.as_str()).or_default() += 1;
    }
    Ok(Rendered::of(&Shown {
        fallback: &header.fallback,
        approvers: approvers(call, &header.signatures),
        languages,
        tiers,
        untranslated: header.untranslated,
        frozen: freeze::standing(store)?,
        running,
        last_run: call.server.runner.ended(&id.to_string()),
        acts,
        list: view,
    }))
}

/// Who may approve what these people had a hand in.
fn approvers(call: &Call<'_>, signatures: &[Signature]) -> Vec<String> {
    let people = call.setup.people();
    let all = people.with(Role::Approver).into_iter();
    let others = all.filter(|name| signatures.iter().all(|signature| signature.by != *name));
    others.map(str::to_owned).collect()
}

fn show(call: &Call<'_>, _: Nothing) -> Result<Written, Problem> {
    let id: NoticeListId = call.id("id")?;
    call.read(|store| {
        let list = notify::show(store, id)?;
        shown(call, store, &list)
    })
}

fn previews(call: &Call<'_>, _: Nothing) -> Result<Json<Vec<Preview>>, Problem> {
    let id: NoticeListId = call.id("id")?;
    call.read(|store| Ok(Json(notify::preview(&notify::show(store, id)?))))
}

/// What is to be drafted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Draft {
    /// The case.
    case: CaseId,
    /// The channel; without it, the configuration's.
    channel: Option<String>,
    /// The channels tried after it; without any, the configuration's.
    #[serde(default)]
    fallback: Vec<String>,
    /// Tell people although accounts of the takedown are awake.
    #[serde(default)]
    although_awake: bool,
}

fn draft(call: &Call<'_>, draft: Draft) -> Result<Written, Problem> {
    call.at_desk(|desk| {
        let over = (draft.channel.as_deref(), draft.fallback.as_slice());
        let list = drafted(&call.setup, desk, draft.case, over, draft.although_awake)?;
        Ok(shown(call, desk.store, &list)?.created())
    })
}

fn to_sign(call: &Call<'_>, reviewed: Reviewed) -> Result<Json<ToSign>, Problem> {
    let id: NoticeListId = call.id("id")?;
    let validity = call.setup.config.review.validity();
    let unsigned =
        call.at_desk(|desk| Ok(notify::to_sign(desk, id, &reviewed.digest, validity)?))?;
    Ok(Json(passkeys::ask(call, &id.to_string(), unsigned)?))
}

fn approve(call: &Call<'_>, yes: Approve) -> Result<Written, Problem> {
    let id: NoticeListId = call.id("id")?;
    let answer = yes.signed.as_ref();
    let answered = answer.map(|answer| passkeys::answered(call, &id.to_string(), answer));
    let answered = answered.transpose()?;
    call.at_desk(|desk| {
        let list = match &answered {
            Some((unsigned, seal)) => notify::approve_signed(
                desk,
                id,
                Signed {
                    record: &unsigned.record,
                    seal,
                    validity: call.setup.config.review.validity(),
                },
            )?,
            None => notify::approve(desk, id, &assent(&yes.digest, None, &call.setup))?,
        };
        shown(call, desk.store, &list)
    })
}

fn reject(call: &Call<'_>, why: Reason) -> Result<Written, Problem> {
    let id: NoticeListId = call.id("id")?;
    let reason = why.words()?;
    call.at_desk(|desk| {
        let list = notify::reject(desk, id, reason)?;
        shown(call, desk.store, &list)
    })
}

fn give_up(call: &Call<'_>, why: Reason) -> Result<Written, Problem> {
    let id: NoticeListId = call.id("id")?;
    let reason = why.words()?;
    call.at_desk(|desk| {
        let list = notify::give_up(desk, id, reason)?;
        shown(call, desk.store, &list)
    })
}

/// What became of a notice.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Resolve {
    /// Whose.
    account: AccountId,
    /// What became of it.
    outcome: Became,
    /// How that is known, in their words.
    reason: String,
}

/// What became of a notice that was in doubt.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Became {
    /// It arrived.
    Sent,
    /// It did not; it is sent again.
    NotSent,
    /// Nobody will ever know, and it is not sent again.
    GivenUp,
}

fn resolve(call: &Call<'_>, resolve: Resolve) -> Result<Written, Problem> {
    let id: NoticeListId = call.id("id")?;
    let reason = given("reason", &resolve.reason)?;
    let outcome = match resolve.outcome {
        Became::Sent => Resolution::Sent,
        Became::NotSent => Resolution::NotSent,
        Became::GivenUp => Resolution::GivenUp,
    };
    call.at_desk(|desk| {
        let list = notify::resolve(desk, id, &resolve.account, outcome, reason)?;
        shown(call, desk.store, &list)
    })
}

/// What is to be sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Run {
    /// The digest of the list that was looked at: nobody sends what they have not seen.
    digest: String,
}

fn send(call: &Call<'_>, run: Run) -> Result<Written, Problem> {
    begin(call, &run, "send")
}

fn resume(call: &Call<'_>, run: Run) -> Result<Written, Problem> {
    begin(call, &run, "resume")
}

fn begin(call: &Call<'_>, run: &Run, verb: &'static str) -> Result<Written, Problem> {
    let id: NoticeListId = call.id("id")?;
    let list = call.read(|store| Ok(notify::show(store, id)?))?;
    is_same(&run.digest, &list.header().digest())?;
    Runner::begin(
        call,
        &id.to_string(),
        verb,
        Box::new(move |context, desk, tell| {
            let channels = channels(context, desk.store, id)?;
            let channels: Vec<&dyn Channel> = channels.iter().map(AsRef::as_ref).collect();
            let mut chance = SystemChance;
            let route = Route {
                channels: &channels,
                chance: &mut chance,
            };
            let mut bar = |done, total| tell(done, total);
            if verb == "send" {
                notify::send(desk, route, id, &mut bar)?;
            } else {
                notify::resume(desk, route, id, &mut bar)?;
            }
            Ok(())
        }),
    )?;
    call.read(|store| {
        let list = notify::show(store, id)?;
        Ok(shown(call, store, &list)?.accepted())
    })
}
