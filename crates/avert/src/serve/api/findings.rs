//! `/v1/findings`: what detection alleges.

use avert_model::{Account, AccountId, Finding, FindingId, SnapshotId, Timestamp};
use avert_ops::findings;
use avert_ops::overview::{self, FindingFilter, FindingHead};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::{Limit, Page};
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
    routes.get(
        ("/v1/findings/{id}/profiles", Access::Read),
        "Who its accounts say they are, as its snapshot has them",
        profiles,
    );
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
        after: which.after,
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
    let members: std::collections::BTreeSet<&AccountId> = finding
        .members
        .iter()
        .map(|member| &member.account)
        .collect();
    let snapshot = call.setup.snapshot(Some(&finding.snapshot))?;
    let mut profiles = Vec::new();
    for account in snapshot.accounts()? {
        let account = account?;
        if members.contains(&account.id) {
            profiles.push(profile(account));
        }
    }
    Ok(Json(profiles))
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
