//! `/v1/today`: what is under way, what waits for whoever asks, what needs a person.

use avert_model::{CaseId, Clock as _, SignedDuration, Timestamp};
use avert_ops::freeze::{self, Freeze};
use avert_ops::notify::NoticePhase;
use avert_ops::overview::{
    self, CaseFilter, CaseHead, FindingFilter, FindingHead, ListAtWork, PlanAtWork, Work,
};
use avert_ops::people::{Actor, Role};
use avert_ops::takedown::Phase;
use schemars::JsonSchema;
use serde::Serialize;

use crate::clock::SystemClock;
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::Json;
use crate::serve::routes::{Access, Nothing, Routes};
use crate::serve::runner::Running;

/// An appeal that waits longer is due. Source: DSA, article 20: decided in a timely manner; two weeks is ours.
const APPEAL_DUE: SignedDuration = SignedDuration::from_hours(14 * 24);

pub(super) fn register(routes: &mut Routes) {
    routes.get(
        ("/v1/today", Access::Read),
        "What is under way, what waits for you, and what needs somebody",
        show,
    );
}

/// The state of things.
#[derive(Serialize, JsonSchema)]
struct Today {
    /// That everything is stopped.
    frozen: Option<Freeze>,
    /// What waits for whoever asks: their yes, their hand, their decision.
    waiting_for_me: Vec<Item>,
    /// What nobody is at, and does not go on by itself.
    needs_person: Vec<Trouble>,
    /// What is under way in this process.
    running: Vec<AtWork>,
    /// Open cases, newest first.
    cases: Vec<CaseHead>,
    /// Findings that no case rests on, riskiest first.
    findings: Vec<FindingHead>,
    /// How much there is.
    totals: Totals,
}

/// How much there is.
#[derive(Serialize, JsonSchema)]
struct Totals {
    open_cases: u64,
    findings_without_case: u64,
    waiting_appeals: u64,
}

/// What is under way in this process.
#[derive(Serialize, JsonSchema)]
struct AtWork {
    kind: Kind,
    case: Option<CaseId>,
    title: String,
    #[serde(flatten)]
    running: Running,
}

/// What nobody is at.
#[derive(Serialize, JsonSchema)]
struct Trouble {
    /// Why it needs somebody.
    why: What,
    #[serde(flatten)]
    item: Item,
}

impl From<Item> for Trouble {
    fn from(item: Item) -> Self {
        Self {
            why: item.what,
            item,
        }
    }
}

/// Something that waits.
#[derive(Serialize, JsonSchema)]
struct Item {
    /// What it is.
    kind: Kind,
    /// Its id.
    id: String,
    /// Its case.
    case: CaseId,
    /// The case's title.
    title: String,
    /// What is to be done, or why it needs somebody.
    what: What,
    /// How many accounts or people that is about.
    count: u64,
    /// Since when.
    since: Option<Timestamp>,
}

/// Kinds of work.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Takedown,
    Notices,
    Appeal,
}

/// What is to be done, or why it needs somebody.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum What {
    /// It waits for a yes.
    Approve,
    /// It may be carried out.
    Execute,
    /// It may be sent.
    Send,
    /// It waits for a decision.
    Decide,
    /// Its approval ran out.
    Expired,
    /// It was begun, and nobody is at it.
    Interrupted,
    /// An undo failed.
    Stuck,
    /// Accounts failed.
    Failed,
    /// Accounts were changed by others, and left alone.
    Drift,
    /// Nobody knows whether notices arrived.
    InDoubt,
    /// An appeal has waited too long.
    AppealDue,
}

fn show(call: &Call<'_>, _: Nothing) -> Result<Json<Today>, Problem> {
    let actor = call.actor()?;
    let running = call.server.runner.all();
    call.read(|store| {
        let work = overview::work(store)?;
        let cases = CaseFilter {
            open: Some(true),
            limit: 50,
            ..CaseFilter::default()
        };
        let findings = FindingFilter {
            without_case: true,
            limit: 50,
            ..FindingFilter::default()
        };
        let (waiting_for_me, needs_person) = sorted(&work, &actor, &running);
        Ok(Json(Today {
            frozen: freeze::standing(store)?,
            waiting_for_me,
            needs_person: needs_person.into_iter().map(Trouble::from).collect(),
            running: running
                .into_iter()
                .map(|running| at_work(&work, running))
                .collect(),
            totals: Totals {
                open_cases: overview::open_cases(store)?,
                findings_without_case: overview::findings_without_case(store)?,
                waiting_appeals: work.appeals.len() as u64,
            },
            cases: overview::cases(store, &cases)?.items,
            findings: overview::findings(store, &findings)?.items,
        }))
    })
}

/// What is under way, with the case it is of.
fn at_work(work: &Work, running: Running) -> AtWork {
    let plan = work
        .plans
        .iter()
        .find(|plan| plan.head.id.to_string() == running.id);
    let list = work
        .lists
        .iter()
        .find(|list| list.head.id.to_string() == running.id);
    let of_plan = plan.map(|plan| (plan.head.case, plan.head.title.clone()));
    let of_list = list.map(|list| (list.head.case, list.head.title.clone()));
    let (case, title) = of_plan.or(of_list).unzip();
    AtWork {
        kind: if running.id.starts_with("nl-") {
            Kind::Notices
        } else {
            Kind::Takedown
        },
        case,
        title: title.unwrap_or_default(),
        running,
    }
}

/// What waits for this person, and what needs anybody.
fn sorted(work: &Work, actor: &Actor, running: &[Running]) -> (Vec<Item>, Vec<Item>) {
    let is_running = |id: &str| running.iter().any(|running| running.id == id);
    let (mut mine, mut anybodys) = (Vec::new(), Vec::new());
    for plan in &work.plans {
        of_plan(
            plan,
            actor,
            is_running(&plan.head.id.to_string()),
            &mut mine,
            &mut anybodys,
        );
    }
    for list in &work.lists {
        of_list(
            list,
            actor,
            is_running(&list.head.id.to_string()),
            &mut mine,
            &mut anybodys,
        );
    }
    let now = SystemClock.now();
    let decides = actor.require(Role::Approver, "decide").is_ok();
    for appeal in &work.appeals {
        let hands = work.plans.iter().find(|plan| plan.head.id == appeal.plan);
        let had_a_hand = hands.is_some_and(|plan| plan.hands.iter().any(|by| by == actor.name()));
        let item = |what| Item {
            kind: Kind::Appeal,
            id: appeal.id.to_string(),
            case: appeal.case,
            title: format!("appeal against {}", appeal.plan),
            what,
            count: 1,
            since: Some(appeal.received_at),
        };
        if decides && !had_a_hand {
            mine.push(item(What::Decide));
        }
        if appeal.granting {
            anybodys.push(item(What::Interrupted));
        } else if appeal.received_at.duration_until(now) > APPEAL_DUE {
            anybodys.push(item(What::AppealDue));
        }
    }
    (mine, anybodys)
}

fn of_plan(
    plan: &PlanAtWork,
    actor: &Actor,
    is_running: bool,
    mine: &mut Vec<Item>,
    anybodys: &mut Vec<Item>,
) {
    let number = |phases: &[Phase]| -> u64 {
        let counted = plan
            .head
            .phases
            .iter()
            .filter(|count| phases.contains(&count.phase));
        counted.map(|count| count.number).sum()
    };
    let item = |what, count| Item {
        kind: Kind::Takedown,
        id: plan.head.id.to_string(),
        case: plan.head.case,
        title: plan.head.title.clone(),
        what,
        count,
        since: plan.since,
    };
    let has = |role| actor.require(role, "act").is_ok();
    let accounts = plan.head.phases.iter().map(|count| count.number).sum();
    let is_new_to_me = !plan.hands.iter().any(|by| by == actor.name());
    match plan.head.state.as_str() {
        "in-review" if has(Role::Approver) && is_new_to_me => {
            mine.push(item(What::Approve, accounts));
        }
        "approved" if has(Role::Responder) => mine.push(item(What::Execute, accounts)),
        "expired" => anybodys.push(item(What::Expired, accounts)),
        "executing" | "reversing" if !is_running => {
            let left = number(&[Phase::Waiting, Phase::Intended, Phase::Undoing]);
            anybodys.push(item(What::Interrupted, left));
        }
        "stuck" => anybodys.push(item(What::Stuck, number(&[Phase::Stuck]))),
        _ => {}
    }
    for (what, phase) in [(What::Failed, Phase::Failed), (What::Drift, Phase::Drifted)] {
        let count = number(&[phase]);
        if count > 0 && plan.head.state == "executed" {
            anybodys.push(item(what, count));
        }
    }
}

fn of_list(
    list: &ListAtWork,
    actor: &Actor,
    is_running: bool,
    mine: &mut Vec<Item>,
    anybodys: &mut Vec<Item>,
) {
    let number = |phases: &[NoticePhase]| -> u64 {
        let counted = list
            .head
            .phases
            .iter()
            .filter(|count| phases.contains(&count.phase));
        counted.map(|count| count.number).sum()
    };
    let item = |what, count| Item {
        kind: Kind::Notices,
        id: list.head.id.to_string(),
        case: list.head.case,
        title: list.head.title.clone(),
        what,
        count,
        since: list.since,
    };
    let has = |role| actor.require(role, "act").is_ok();
    let people = list.head.phases.iter().map(|count| count.number).sum();
    let is_new_to_me = !list.hands.iter().any(|by| by == actor.name());
    match list.head.state.as_str() {
        "in-review" if has(Role::Approver) && is_new_to_me => {
            mine.push(item(What::Approve, people));
        }
        "approved" if has(Role::Responder) => mine.push(item(What::Send, people)),
        "expired" => anybodys.push(item(What::Expired, people)),
        "sending" if !is_running => {
            let left = number(&[NoticePhase::Planned, NoticePhase::Claimed]);
            if left > 0 {
                anybodys.push(item(What::Interrupted, left));
            }
        }
        _ => {}
    }
    let doubted = number(&[NoticePhase::InDoubt]);
    if doubted > 0 {
        anybodys.push(item(What::InDoubt, doubted));
    }
}
