//! What acting on a plan costs, and whom: for whoever has to decide on it.
//!
//! Nothing is asked of the platform: what an account's loss costs was read when the plan was drafted,
//! stands in the plan, and is part of what is approved.

use std::collections::BTreeMap;

use avert_model::{
    AccountId, AppealId, ContactTier, MemberKind, PlanId, SignedDuration, Timestamp,
};
use serde::Serialize;

use super::error::TakedownError;
use super::state::{Plan, PlanHeader};
use super::step::{Phase, Step};
use crate::notify;
use crate::ports::{Pace, Platform, Remedy};
use crate::store::{Store, StoreError, to_json, values};

/// What acting on a plan costs.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Blast {
    /// How many accounts, by what they are taken for and what is done to them.
    pub accounts: Vec<Group>,
    /// How old the accounts that are acted on were when the plan was drafted.
    pub ages: Ages,
    /// Those of them whose holder the platform has verified.
    pub verified: Vec<AccountId>,
    /// Of how many the platform does not say whether it has.
    pub verified_unknown: u64,
    /// How many people followed them, together; somebody who follows two counts twice.
    pub followers: Sum,
    /// Of how many rooms, groups, pages or other assets they are the only administrators, each.
    pub left_without_admin: Sum,
    /// How many use each language, as BCP 47 tags.
    pub languages: BTreeMap<String, u64>,
    /// Of how many the platform names no language.
    pub languages_unknown: u64,
    /// How many are in, or claim, each country, as ISO 3166-1 alpha-2.
    pub countries: BTreeMap<String, u64>,
    /// Of how many the platform names no country.
    pub countries_unknown: u64,
    /// Those that people looked at before and gave back.
    pub cleared_before: Vec<Cleared>,
    /// Who was in contact with them. Nobody among these is touched.
    pub contacts: Contacts,
    /// What the platform is asked to do.
    pub calls: Vec<Calls>,
    /// How fast it may be asked.
    pub pace: Pace,
    /// How many seconds acting takes at that pace; `None` where only the platform bounds it. Waiting
    /// for a start or after a first share comes on top.
    pub takes_at_least_seconds: Option<u64>,
    /// What is done to whom that nothing brings back.
    pub irreversible: Vec<Irreversible>,
}

/// Accounts that are taken for the same and have the same done to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Group {
    /// What they are taken for.
    pub kind: MemberKind,
    /// What is done to them.
    pub remedy: Remedy,
    /// How many there are.
    pub accounts: u64,
}

/// Who was in contact with the accounts that are acted on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Contacts {
    /// How many people came how close, by what passed with these accounts alone.
    pub people: BTreeMap<ContactTier, u64>,
    /// How many ties are cut: a person who was in contact with two of the accounts counts twice.
    pub ties: u64,
    /// How many people the case's networks reached in all.
    pub of_case: u64,
}

/// How many accounts are how old.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Ages {
    /// Made less than 30 days before.
    pub under_30_days: u64,
    /// Made less than a year (365 days) before, and no less than 30 days.
    pub under_a_year: u64,
    /// Made a year before or earlier.
    pub older: u64,
    /// The platform does not say when.
    pub unknown: u64,
}

/// A sum over accounts of which some say nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Sum {
    /// The sum over those that say something.
    pub known: u64,
    /// Of how many accounts the platform does not say.
    pub accounts_unknown: u64,
}

impl Sum {
    fn add(&mut self, number: Option<u64>) {
        match number {
            Some(number) => self.known = self.known.saturating_add(number),
            None => self.accounts_unknown += 1,
        }
    }
}

/// An account that was acted on before and given back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct Cleared {
    /// The account.
    pub account: AccountId,
    /// Which takedown it was.
    pub plan: PlanId,
    /// How it was cleared.
    pub how: HowCleared,
}

/// How an account was cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HowCleared {
    /// An appeal was granted.
    Appeal(AppealId),
    /// People undid the takedown of it.
    Restored,
    /// Somebody had given it back already when the takedown was undone.
    KeptChanged,
}

/// What the platform is asked to do for one remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Calls {
    /// The remedy.
    pub remedy: Remedy,
    /// For how many accounts.
    pub accounts: u64,
    /// The request, as the connector describes it.
    pub request: String,
}

/// Something that nothing brings back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Irreversible {
    /// The account.
    pub account: AccountId,
    /// The remedy.
    pub remedy: Remedy,
    /// What of it stays.
    pub what: String,
}

/// An account is looked at, acted on, and looked at again.
const REQUESTS_AN_ACCOUNT: u64 = 3;

/// What acting on this plan costs. Reads the store, and asks the platform nothing but what it can do.
pub fn blast(store: &Store, plan: &Plan, platform: &dyn Platform) -> Result<Blast, TakedownError> {
    let header = plan.header();
    let acting: Vec<&Step> = header
        .steps
        .iter()
        .filter(|step| step.remedy.acts())
        .collect();
    let drafted = drafted_at(header);
    let mut blast = Blast {
        accounts: groups(&header.steps),
        ages: Ages::default(),
        verified: Vec::new(),
        verified_unknown: 0,
        followers: Sum::default(),
        left_without_admin: Sum::default(),
        languages: BTreeMap::new(),
        languages_unknown: 0,
        countries: BTreeMap::new(),
        countries_unknown: 0,
        cleared_before: cleared(store, header, &acting)?,
        contacts: contacts(store, plan)?,
        calls: calls(&acting, platform),
        pace: platform.pace(),
        takes_at_least_seconds: takes_at_least_seconds(acting.len() as u64, platform.pace()),
        irreversible: Vec::new(),
    };
    for step in acting {
        let costs = &step.footprint;
        *blast.ages.bucket(costs.created_at, drafted) += 1;
        match costs.verified {
            Some(true) => blast.verified.push(step.account.clone()),
            Some(false) => {}
            None => blast.verified_unknown += 1,
        }
        blast.followers.add(costs.followers);
        blast.left_without_admin.add(costs.sole_admin_of);
        match &costs.language {
            Some(language) => *blast.languages.entry(language.clone()).or_default() += 1,
            None => blast.languages_unknown += 1,
        }
        match &costs.country {
            Some(country) => *blast.countries.entry(country.clone()).or_default() += 1,
            None => blast.countries_unknown += 1,
        }
        if let Some(what) = platform.irreversible(step.remedy) {
            blast.irreversible.push(Irreversible {
                account: step.account.clone(),
                remedy: step.remedy,
                what,
            });
        }
    }
    Ok(blast)
}

impl Ages {
    fn bucket(&mut self, created: Option<Timestamp>, drafted: Option<Timestamp>) -> &mut u64 {
        let (Some(created), Some(drafted)) = (created, drafted) else {
            return &mut self.unknown;
        };
        match created.duration_until(drafted).as_hours() / 24 {
            ..30 => &mut self.under_30_days,
            30..365 => &mut self.under_a_year,
            365.. => &mut self.older,
        }
    }
}

fn drafted_at(header: &PlanHeader) -> Option<Timestamp> {
    let drafted = |act: &str| act == "drafted";
    let mut signatures = header.signatures.iter();
    signatures
        .find(|signature| drafted(&signature.act))
        .map(|signature| signature.at)
}

fn groups(steps: &[Step]) -> Vec<Group> {
    let mut groups: BTreeMap<(MemberKind, Remedy), u64> = BTreeMap::new();
    for step in steps {
        *groups.entry((step.kind, step.remedy)).or_default() += 1;
    }
    let group = |((kind, remedy), accounts)| Group {
        kind,
        remedy,
        accounts,
    };
    groups.into_iter().map(group).collect()
}

fn contacts(store: &Store, plan: &Plan) -> Result<Contacts, TakedownError> {
    let (reached, of_case) = notify::reached_by(store, plan)?;
    let mut contacts = Contacts {
        of_case,
        ..Contacts::default()
    };
    for contact in reached {
        *contacts.people.entry(contact.tier).or_default() += 1;
        contacts.ties += contact.via.len() as u64;
    }
    Ok(contacts)
}

fn calls(acting: &[&Step], platform: &dyn Platform) -> Vec<Calls> {
    let count = |remedy: Remedy| acting.iter().filter(|step| step.remedy == remedy).count() as u64;
    Remedy::ALL
        .into_iter()
        .filter_map(|remedy| {
            let request = platform.describe(remedy)?;
            let accounts = count(remedy);
            (accounts > 0).then_some(Calls {
                remedy,
                accounts,
                request,
            })
        })
        .collect()
}

fn takes_at_least_seconds(accounts: u64, pace: Pace) -> Option<u64> {
    let rate = pace
        .per_second
        .filter(|rate| rate.is_finite() && *rate > 0.0)?;
    let apart = SignedDuration::from_secs_f64(1.0 / rate);
    let requests = i32::try_from(accounts * REQUESTS_AN_ACCOUNT).ok()?;
    let takes = apart.checked_mul(requests)?;
    u64::try_from(takes.as_secs())
        .ok()
        .map(|seconds| seconds + u64::from(takes.subsec_nanos() > 0))
}

/// Those of the accounts that people gave back before: by a granted appeal, or by undoing a takedown
/// of this case or another. A plan that undid itself because an account failed cleared nobody.
fn cleared(
    store: &Store,
    header: &PlanHeader,
    acting: &[&Step],
) -> Result<Vec<Cleared>, StoreError> {
    let acting: std::collections::BTreeSet<&AccountId> =
        acting.iter().map(|step| &step.account).collect();
    let mut cleared = Vec::new();
    let view = store.view()?;
    view.each(
        "read granted appeals",
        "SELECT a.account, a.plan_id, a.id FROM appeals a JOIN plans p ON p.id = a.plan_id \
         WHERE p.platform = ?1 AND a.plan_id <> ?2 AND a.state IN (?3, ?4)",
        &values![
            &header.platform,
            header.id.number(),
            to_json(&crate::appeals::AppealState::Granting),
            to_json(&crate::appeals::AppealState::Granted)
        ],
        &mut |row| {
            let account = AccountId::new(row.text(0)?);
            if acting.contains(&account) {
                cleared.push(Cleared {
                    account,
                    plan: PlanId::from_number(row.count(1)?),
                    how: HowCleared::Appeal(AppealId::from_number(row.count(2)?)),
                });
            }
            Ok(true)
        },
    )?;
    view.each(
        "read what was given back",
        "SELECT s.account, s.plan_id, s.phase FROM plan_steps s JOIN plans p ON p.id = s.plan_id \
         WHERE p.platform = ?1 AND s.plan_id <> ?2 AND p.state <> 'rolled-back' \
         AND s.phase IN (?3, ?4)",
        &values![
            &header.platform,
            header.id.number(),
            to_json(&Phase::Restored),
            to_json(&Phase::KeptChanged)
        ],
        &mut |row| {
            let account = AccountId::new(row.text(0)?);
            if acting.contains(&account) {
                let kept = row.text(2)? == to_json(&Phase::KeptChanged);
                cleared.push(Cleared {
                    account,
                    plan: PlanId::from_number(row.count(1)?),
                    how: if kept {
                        HowCleared::KeptChanged
                    } else {
                        HowCleared::Restored
                    },
                });
            }
            Ok(true)
        },
    )?;
    // An account that an appeal gave back is restored too: once is enough.
    cleared.sort();
    cleared.dedup_by(|later, first| (&later.account, later.plan) == (&first.account, first.plan));
    Ok(cleared)
}
