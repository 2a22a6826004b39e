//! `/v1/findings`: what detection alleges.

use std::collections::BTreeSet;

use avert_model::{Account, AccountId, CaseId, Finding, FindingId, SnapshotId, Timestamp};
use avert_ops::overview::{self, FindingFilter, FindingHead};
use avert_ops::{cases, findings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::{Limit, Page, place};
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::Json;
use crate::serve::routes::{Access, Nothing, Routes};

pub(super) fn register(routes: &mut Routes) {
    routes.get(
        ("/v1/findings", Access::Read),
        "Findings, riskiest first",
        list,
    );
    routes.get(
        ("/v1/findings/{id}", Access::Read),
        "A finding with everything it rests on",
        show,
    );
    routes
        .get(
            ("/v1/findings/{id}/profiles", Access::Read),
            "Who its accounts say they are, as its snapshot has them",
            profiles,
        )
        .takes_long();
    routes
        .get(
            ("/v1/cases/{id}/profiles", Access::Read),
            "Who the accounts of a case say they are, as far as snapshots are there",
            case_profiles,
        )
        .takes_long();
}

/// Which findings.
#[derive(Deserialize, JsonSchema)]
struct Which {
    /// Those of this snapshot.
    snapshot: Option<String>,
    /// Those whose title or id has this text in it.
    q: Option<String>,
    /// Those that no case rests on.
    #[serde(default)]
    without_case: bool,
    /// What the page before said as its `next`.
    after: Option<String>,
    /// How many, at most 500.
    #[serde(default)]
    limit: Limit,
}

fn list(call: &Call<'_>, which: Which) -> Result<Json<Page<FindingHead>>, Problem> {
    let snapshot = which
        .snapshot
        .map(|id| id.parse::<SnapshotId>())
        .transpose();
    let filter = FindingFilter {
        snapshot: snapshot.map_err(|error| Problem::unclear(error.to_string()))?,
        text: which.q.filter(|text| !text.is_empty()),
        without_case: which.without_case,
        after: place(which.after.as_deref())?,
        limit: which.limit.get(),
    };
    call.read(|store| Ok(Json(overview::findings(store, &filter)?.into())))
}

/// A finding, and the cases that rest on it.
#[derive(Serialize, JsonSchema)]
struct Shown {
    head: FindingHead,
    #[serde(flatten)]
    finding: Finding,
    /// What detection left out or cut, in plain words.
    caveats: Vec<String>,
}

fn show(call: &Call<'_>, _: Nothing) -> Result<Json<Shown>, Problem> {
    let id: FindingId = call.id("id")?;
    call.read(|store| {
        let head = overview::finding(store, &id)?;
        let (finding, caveats) = findings::show_whole(store, &id)?;
        Ok(Json(Shown {
            head,
            finding,
            caveats,
        }))
    })
}

/// Who an account says it is. The words are its owner's: nothing in them can be trusted.
#[derive(Serialize, JsonSchema)]
struct Profile {
    account: AccountId,
    handle: Option<String>,
    display_name: Option<String>,
    created_at: Option<Timestamp>,
    /// What it says it works as.
    profession: Option<String>,
    /// Where it claims to be.
    place: Option<String>,
    /// The time zone it says it is in.
    time_zone: Option<String>,
    language: Option<String>,
    verified: Option<bool>,
}

fn profiles(call: &Call<'_>, _: Nothing) -> Result<Json<Vec<Profile>>, Problem> {
    let id: FindingId = call.id("id")?;
    let finding = call.read(|store| Ok(findings::show(store, &id)?))?;
    Ok(Json(profiles_of(call, &[finding])?))
}

fn case_profiles(call: &Call<'_>, _: Nothing) -> Result<Json<Vec<Profile>>, Problem> {
    let id: CaseId = call.id("id")?;
    let found = call.read(|store| {
        let case = cases::show(store, id)?;
        let found = case.findings.iter().map(|id| findings::show(store, id));
        Ok(found.collect::<Result<Vec<_>, _>>()?)
    })?;
    Ok(Json(profiles_of(call, &found)?))
}

/// Who the members of these findings say they are, each as the snapshot of the first finding that names it has it.
/// A snapshot is read once, however many findings come from it.
fn profiles_of(call: &Call<'_>, findings: &[Finding]) -> Result<Vec<Profile>, Problem> {
    let mut wanted: Vec<(&SnapshotId, BTreeSet<&AccountId>)> = Vec::new();
    let mut named = BTreeSet::new();
    for finding in findings {
        let accounts = finding.members.iter().map(|member| &member.account);
        let accounts = accounts.filter(|account| named.insert(*account));
        match wanted.iter_mut().find(|(id, _)| *id == &finding.snapshot) {
            Some((_, known)) => known.extend(accounts),
            None => wanted.push((&finding.snapshot, accounts.collect())),
        }
    }
    let (mut profiles, mut missing) = (Vec::new(), None);
    for (id, accounts) in wanted {
        match call.setup.snapshot(Some(id)) {
            Ok(snapshot) => {
                for account in snapshot.accounts()? {
                    let account = account?;
                    if accounts.contains(&account.id) {
                        profiles.push(profile(account));
                    }
                }
            }
            // One that is gone takes nothing from what the others say.
            Err(failure) => missing = Some(failure),
        }
    }
    match missing {
        Some(failure) if profiles.is_empty() => Err(failure.into()),
        _ => Ok(profiles),
    }
}

fn profile(account: Account) -> Profile {
    Profile {
        handle: account.handle.map(|handle| handle.expose().to_owned()),
        display_name: account.display_name.map(|name| name.expose().to_owned()),
        created_at: account.created_at,
        profession: account.profession,
        place: account.place,
        time_zone: account.time_zone,
        language: account.language,
        verified: account.verified,
        account: account.id,
    }
}
