//! From a case to a plan: which accounts, what is done to each, and how they are now.

use std::collections::BTreeMap;

use avert_model::{AccountId, AccountStatus, Belongs, CaseId, Member, MemberKind, PlanId};
use serde_json::json;

use super::error::TakedownError;
use super::records;
use super::rollout::Rollout;
use super::state::{Draft, OnFailure, Plan, PlanHeader};
use super::step::{Phase, Step};
use crate::desk::Desk;
use crate::people::Role;
use crate::ports::{AccountState, Footprint, Platform, PortError, PortErrorKind, Remedy};
use crate::store::{Connection, Store};
use crate::{asking, cases, findings, journal};

/// How a plan is to be drafted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafting {
    /// What one failed account means.
    pub on_failure: OnFailure,
    /// When it begins, in which shares, when it stops, and whether what cannot be undone may be done.
    pub rollout: Rollout,
    /// Whether accounts in the wrong hands are secured, and not only watched.
    pub secure: bool,
}

impl Drafting {
    /// Everything at once, as soon as it is approved, and nothing that cannot be undone.
    pub fn plain(on_failure: OnFailure) -> Self {
        Self {
            on_failure,
            rollout: Rollout::default(),
            secure: false,
        }
    }
}

/// Drafts a plan for a case: every proposed persona is to be disabled, every compromised account is
/// secured or listed and watched, and of each the present state and what acting on it costs is read.
/// Needs an investigator.
///
/// Suspects are not in a plan: they were not tied firmly enough to be anybody's business.
pub fn draft(
    desk: &mut Desk<'_>,
    platform: &dyn Platform,
    case: CaseId,
    drafting: &Drafting,
) -> Result<Plan, TakedownError> {
    desk.actor.require(Role::Investigator, "draft a takedown")?;
    let gathered = gather(&*desk.store.view()?, case)?;
    let Gathered {
        members,
        added,
        platform: named,
    } = &gathered;
    if platform.name() != named {
        return Err(TakedownError::OtherPlatform {
            subject: case.to_string(),
            wanted: named.clone(),
            given: platform.name().to_owned(),
        });
    }
    if !members.values().any(|member| member.proposed) {
        return Err(TakedownError::NothingProposed(case));
    }
    // The platform is read before the store is locked: it may take long.
    let members: Vec<&Member> = members
        .values()
        .filter(|member| member.proposed || member.kind == MemberKind::Compromised)
        .collect();
    let looks = (members.len(), 2);
    let steps = asking::all(
        desk,
        platform,
        looks,
        || Ok(()),
        |index| {
            let member = members[index];
            let by = added.get(&member.account).map(String::as_str);
            look_at(platform, (member, by), drafting.secure)
        },
        |step| step.map_err(TakedownError::Platform),
    )?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        // Reading the platform took a while: the plan is drafted for the case as it is now, or not at all.
        if gather(transaction, case)? != gathered {
            return Err(TakedownError::CaseChanged(case));
        }
        for plan in records::of_case(transaction, case)? {
            if !matches!(
                plan,
                Plan::Rejected(_) | Plan::Reversed(_) | Plan::RolledBack(_)
            ) {
                let (plan, state) = (plan.header().id, plan.state());
                return Err(TakedownError::AlreadyPlanned { case, plan, state });
            }
        }
        let id = PlanId::from_number(cases::next(transaction, "plans")?);
        let signature = records::sign(transaction, &id.to_string(), "drafted", &by, now)?;
        let header = PlanHeader {
            id,
            case,
            platform: named.clone(),
            on_failure: drafting.on_failure,
            rollout: drafting.rollout.clone(),
            steps,
            signatures: vec![signature],
        };
        only_what_is_accepted(platform, &header)?;
        let plan = Plan::from(Draft { header });
        records::insert(transaction, &plan)?;
        let detail = json!({ "case": case, "platform": named,
            "steps": plan.header().steps.len(), "digest": plan.header().digest() });
        journal::append(
            transaction,
            now,
            &by,
            "takedown/draft",
            &id.to_string(),
            &detail,
        )?;
        Ok(plan)
    })
}

/// The platform a case's takedown acts on.
pub fn platform_of(store: &Store, case: CaseId) -> Result<String, TakedownError> {
    let case = cases::require_open(store.read(), case)?;
    let first = case
        .findings
        .first()
        .ok_or(TakedownError::NothingProposed(case.id))?;
    Ok(findings::find(store.read(), first)?.0.platform)
}

/// Whom a case is about.
#[derive(PartialEq)]
struct Gathered {
    /// Its members.
    members: BTreeMap<AccountId, Member>,
    /// Who took those in whom detection does not propose.
    added: BTreeMap<AccountId, String>,
    /// The platform they are on.
    platform: String,
}

/// The case's members, each once and as the surest finding has it, as people changed them.
fn gather(connection: &Connection, case: CaseId) -> Result<Gathered, TakedownError> {
    let case = cases::require_open(connection, case)?;
    let mut members: BTreeMap<AccountId, Member> = BTreeMap::new();
    let mut platform = String::new();
    for id in &case.findings {
        let (finding, _) = findings::find(connection, id)?;
        platform = finding.platform;
        for member in finding.members {
            let known = members.get(&member.account);
            // One finding that takes an account for a victim's outweighs all that do not.
            let keeps = known.is_some_and(|known| {
                known.kind == MemberKind::Compromised
                    || (member.kind != MemberKind::Compromised
                        && (known.proposed, known.probability)
                            >= (member.proposed, member.probability))
            });
            if !keeps {
                members.insert(member.account.clone(), member);
            }
        }
    }
    let mut added = BTreeMap::new();
    for (account, (belongs, by)) in cases::standing(connection, case.id)? {
        match belongs {
            Belongs::Removed => drop(members.remove(&account)),
            Belongs::Added => {
                if let Some(member) = members.get_mut(&account) {
                    if !member.proposed {
                        added.insert(account, by);
                    }
                    member.proposed = true;
                    // A person says that it belongs; whose victim it would be is not for them to say.
                    if member.kind == MemberKind::Suspect {
                        member.kind = MemberKind::Persona;
                    }
                }
            }
        }
    }
    Ok(Gathered {
        members,
        added,
        platform,
    })
}

fn look_at(
    platform: &dyn Platform,
    (member, taken_in_by): (&Member, Option<&str>),
    secure: bool,
) -> Result<Step, PortError> {
    let found = match platform.state(&member.account) {
        Ok(state) => Some((state, platform.profile(&member.account)?.footprint)),
        Err(error) if matches!(error.kind, PortErrorKind::NotFound(_)) => None,
        Err(error) => return Err(error),
    };
    let mut step = step(platform, member, found, secure);
    if let Some(by) = taken_in_by {
        step.reason = format!("taken in by {by}; detection: {}", step.reason);
    }
    Ok(step)
}

fn step(
    platform: &dyn Platform,
    member: &Member,
    found: Option<(AccountState, Footprint)>,
    secure: bool,
) -> Step {
    let layers: Vec<&str> = member
        .layers
        .iter()
        .map(avert_model::Layer::as_str)
        .collect();
    let ties = if layers.is_empty() {
        "nothing but its own acts".into()
    } else {
        layers.join(", ")
    };
    let sure = sure(member.probability.get());
    let mut step = Step {
        account: member.account.clone(),
        kind: member.kind,
        remedy: Remedy::Disable,
        reason: format!("{sure} persona, tied by {ties}"),
        prior: None,
        phase: Phase::Waiting,
        after: None,
        note: String::new(),
        footprint: Footprint::default(),
    };
    let watch = |step: &mut Step, note: &str| {
        step.remedy = Remedy::Watch;
        step.phase = Phase::Watched;
        note.clone_into(&mut step.note);
    };
    let mut can_act = false;
    match found {
        None => watch(&mut step, "not known to the platform"),
        Some((state, footprint)) => {
            match state.status {
                AccountStatus::Gone => watch(&mut step, "already gone from the platform"),
                AccountStatus::Disabled => watch(&mut step, "already disabled"),
                AccountStatus::Active | AccountStatus::Restricted => can_act = true,
            }
            step.prior = Some(state);
            step.footprint = footprint;
        }
    }
    if member.kind == MemberKind::Compromised {
        step.reason = format!("{sure} a real account in someone else's hands, tied by {ties}");
        if secure && can_act && platform.supports(Remedy::Secure) {
            step.remedy = Remedy::Secure;
        } else {
            watch(
                &mut step,
                "its owner is a victim: have the account secured with its owner",
            );
        }
    }
    step
}

/// Refuses what cannot be undone, unless the plan says that it may be done.
pub(super) fn only_what_is_accepted(
    platform: &dyn Platform,
    header: &PlanHeader,
) -> Result<(), TakedownError> {
    if header.rollout.accepts_irreversible {
        return Ok(());
    }
    for step in &header.steps {
        if let Some(what) = platform.irreversible(step.remedy) {
            return Err(TakedownError::Irreversible {
                plan: header.id,
                account: step.account.clone(),
                remedy: step.remedy,
                what,
            });
        }
    }
    Ok(())
}

/// A probability in words that never claim certainty.
fn sure(probability: f64) -> String {
    if probability > 0.99 {
        "> 99 %".into()
    } else {
        format!("{:.0} %", probability * 100.0)
    }
}
