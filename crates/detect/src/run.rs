//! The stages in their order.

use std::collections::BTreeSet;

use avert_events::{Snapshot, SnapshotError};
use avert_model::{
    AccountId, FactCode, Finding, FindingSet, Member, MemberKind, Probability, Provenance,
    SnapshotId, Timestamp,
};

use crate::calibrate::{Model, features};
use crate::coaction::LayerPlan;
use crate::contacts::{MemberSince, contacts};
use crate::examine::{Examined, examine, grown, judged, judged_again};
use crate::input::{self, World};
use crate::linkage;
use crate::near::{Near, near};
use crate::network::Assessed;
use crate::score::{
    self, Judge, Readings, Scribe, Source, Telling, shared_things, tell, usual_night,
};
use crate::trace::LayerTraces;
use crate::{DETECTOR, DETECTOR_VERSION, DetectError, Known, Settings, chance};

/// What a run gives.
#[derive(Debug)]
pub struct Detected {
    /// The networks.
    pub findings: FindingSet,
    /// How probably each listed account is hostile, whether a finding names it or not, by id.
    pub scores: Vec<(AccountId, Probability)>,
    /// Who is near the seeds, nearest first; nobody without seeds.
    pub near: Vec<Near>,
}

/// Searches a snapshot for networks of accounts that act as one.
///
/// `progress` is told the stage, and how much of it is done out of how much.
/// Output: findings, surest first; the same snapshot, knowledge and settings give the same bytes.
/// Cost: O(actions log actions + pairs that share an object below its layer's cap); memory about
/// 200 bytes an action.
///
/// # Errors
/// [`DetectError::Setting`] before anything is read; otherwise what the snapshot's tables say.
pub fn detect(
    snapshot: &Snapshot,
    known: &Known,
    settings: &Settings,
    progress: &mut dyn FnMut(&str, u64, u64),
) -> Result<Detected, DetectError> {
    settings.check()?;
    let world = input::load(snapshot, progress)?;
    let platform = &snapshot.manifest().platform;
    let mut found = search(&world, snapshot.id(), platform, known, settings, progress);
    drop(world);
    progress("collecting contacts", 0, 1);
    reach(snapshot, &mut found.findings.findings).map_err(DetectError::Actions)?;
    Ok(found)
}

/// Adds to each finding the people it reached.
///
/// Suspects reach nobody: they may be honest, and telling their friends that they were approached
/// by an operation would slander them. They are nobody's contacts either.
fn reach(snapshot: &Snapshot, findings: &mut [Finding]) -> Result<(), SnapshotError> {
    let excluded: BTreeSet<AccountId> = findings
        .iter()
        .flat_map(|finding| &finding.members)
        .map(|member| member.account.clone())
        .collect();
    let networks: Vec<Vec<MemberSince>> = findings
        .iter()
        .map(|finding| {
            let acting = finding.members.iter();
            acting
                .filter(|member| member.kind != MemberKind::Suspect)
                .map(|member| (member.account.clone(), since(member)))
                .collect()
        })
        .collect();
    let reached = contacts(snapshot, &networks, &excluded)?;
    for (finding, contacts) in findings.iter_mut().zip(reached) {
        finding.contacts = contacts;
    }
    Ok(())
}

/// From when on an account acted for the network: an account that was taken over, since then.
fn since(member: &Member) -> Option<i64> {
    member
        .facts
        .iter()
        .find(|fact| fact.code == FactCode::AbruptChange)
        .and_then(|fact| fact.first_at)
        .map(Timestamp::as_microsecond)
}

/// Searches what was read.
pub(crate) fn search(
    world: &World,
    snapshot: &SnapshotId,
    platform: &str,
    known: &Known,
    settings: &Settings,
    progress: &mut dyn FnMut(&str, u64, u64),
) -> Detected {
    examine(world, known, settings, progress, |examined| {
        let grown = grown(&examined.judge);
        let first = judged(&examined.judge, &grown);
        let readings = read(&examined, &first, &known.model);
        let judge = Judge {
            readings: Some(&readings),
            ..examined.judge
        };
        let networks = judged_again(&judge, &grown, first, BTreeSet::new());
        let told_of_any = networks.iter().any(|network| !network.is_empty());
        let discovery_rates = if told_of_any {
            chance::of_ties(&judge, examined.layers, examined.plans)
        } else {
            Vec::new()
        };
        let telling = Telling {
            discovery_rates,
            usual_night: told_of_any.then(|| usual_night(world)).flatten(),
            judge: &judge,
            snapshot,
            platform,
            scribe: Scribe {
                provenance: Provenance {
                    snapshot: snapshot.clone(),
                    detector: DETECTOR.to_owned(),
                    detector_version: DETECTOR_VERSION.to_owned(),
                },
            },
        };
        let mut findings = told(&telling, &networks, examined.layers, examined.plans);
        findings.extend(alleged(&examined, &readings, &networks, snapshot, platform));
        surest_first(&mut findings);
        let near = near(&judge, &readings.log_odds);
        let scores = (0_u32..)
            .zip(&readings.log_odds)
            .map(|(account, log_odds)| (world.id(account), Probability::from_log_odds(*log_odds)))
            .collect();
        let findings = FindingSet {
            snapshot: snapshot.clone(),
            detector: DETECTOR.to_owned(),
            detector_version: DETECTOR_VERSION.to_owned(),
            accounts: world.accounts() as u64,
            actions: world.rows.len() as u64 + world.unlisted,
            caveats: examined.caveats,
            findings,
        };
        Detected {
            findings,
            scores,
            near,
        }
    })
}

/// What the model makes of every account.
fn read(examined: &Examined<'_>, networks: &[Vec<Assessed>], model: &Model) -> Readings {
    let all = features(examined, networks);
    Readings {
        slope: all.iter().map(|one| model.slope(one.detector)).collect(),
        log_odds: all.iter().map(|one| model.log_odds(one)).collect(),
        shift: all
            .iter()
            .map(|one| model.log_odds(one) - model.slope(one.detector) * one.log_odds)
            .collect(),
    }
}

fn told(
    telling: &Telling<'_>,
    networks: &[Vec<Assessed>],
    layers: &[LayerTraces],
    plans: &[LayerPlan],
) -> Vec<Finding> {
    let world = telling.judge.world;
    let mut network_of = vec![None; world.accounts()];
    for (number, network) in networks.iter().enumerate() {
        for one in network {
            network_of[one.verdict.account as usize] = u32::try_from(number).ok();
        }
    }
    let things = shared_things(world, layers, plans, &network_of, networks.len());
    networks
        .iter()
        .zip(&things)
        .map(|(network, things)| tell(telling, network, things))
        .collect()
}

/// Networks of detectors of their own, without those who are in a network already.
fn alleged(
    examined: &Examined<'_>,
    readings: &Readings,
    networks: &[Vec<Assessed>],
    snapshot: &SnapshotId,
    platform: &str,
) -> Vec<Finding> {
    let mut taken: BTreeSet<u32> = networks
        .iter()
        .flatten()
        .map(|one| one.verdict.account)
        .chain(examined.judge.exonerated())
        .collect();
    let source = Source {
        world: examined.judge.world,
        snapshot,
        platform,
        settings: examined.judge.settings,
    };
    let log_odds = |account: u32| readings.log_odds[account as usize];
    let in_time = examined
        .in_time
        .allege(|account| taken.contains(&account), log_odds);
    taken.extend(examined.in_time.members());
    let is_taken = |account: u32| taken.contains(&account);
    let of_one_hand = linkage::allege(
        source.world,
        &examined.linkage,
        is_taken,
        |account| (log_odds(account), readings.slope[account as usize]),
        score::log_odds(source.settings.propose_at),
    );
    let all = in_time.iter().chain(&of_one_hand);
    all.filter_map(|alleged| source.tell(alleged)).collect()
}

fn surest_first(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        b.probability
            .get()
            .total_cmp(&a.probability.get())
            .then_with(|| b.members.len().cmp(&a.members.len()))
            .then_with(|| a.id.cmp(&b.id))
    });
}
