//! What can be relied on in a simulated platform, seen from its files alone.

mod exports;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use avert_model::{Explain, Outcome};
use avert_simulate::{Camouflage, Level, Scenario, SimulateError, simulate};
use exports::{Platform, made};

#[test]
fn the_same_seed_makes_the_same_bytes_and_another_seed_another_platform() {
    let scenario = Scenario::new(900, 5);
    let first = made(&scenario).digests();
    assert_eq!(first.len(), 9);
    assert_eq!(first, made(&scenario).digests());
    let other = made(&Scenario::new(900, 6)).digests();
    for (file, digest) in &first {
        if file == "mapping.toml" {
            assert_eq!(other[file], *digest);
        } else {
            assert_ne!(other[file], *digest, "{file}");
        }
    }
}

#[test]
fn truth_tells_of_every_account_and_of_everything_planted() {
    let scenario = Scenario::new(4_000, 2);
    let platform = made(&scenario);
    let accounts: BTreeSet<_> = platform
        .accounts
        .iter()
        .map(|row| &row["user_id"])
        .collect();
    let truth: BTreeSet<_> = platform.truth.keys().collect();
    assert_eq!(accounts, truth);
    assert_eq!(accounts.len(), 4_000);
    let mut cells: BTreeMap<&str, u32> = BTreeMap::new();
    let mut compromised = 0;
    for (kind, cell) in platform.truth.values() {
        match kind.as_str() {
            "honest" => assert_eq!(cell, "", "an honest account is in no cell"),
            "persona" => *cells.entry(cell).or_default() += 1,
            "compromised" => {
                assert!(cell.starts_with("cell-"));
                compromised += 1;
            }
            other => panic!("{other} is no kind"),
        }
    }
    assert_eq!(cells.len(), 3);
    assert!(cells.values().all(|size| (3..=20).contains(size)));
    assert_eq!(cells.values().sum::<u32>(), platform.summary.personas);
    assert_eq!(compromised, platform.summary.compromised);
    assert_eq!(compromised, scenario.compromised);
}

#[test]
fn every_account_and_target_in_the_actions_exists_and_acts_only_after_it_registered() {
    let platform = made(&Scenario::new(900, 8));
    assert_eq!(
        platform.actions.len() as u64,
        platform.summary.actions,
        "the summary counts every row"
    );
    let joined: BTreeMap<&str, i64> = platform
        .accounts
        .iter()
        .map(|row| {
            (
                row["user_id"].as_str(),
                exports::millisecond(&row["joined"]),
            )
        })
        .collect();
    for action in &platform.actions {
        assert!(action.at >= joined[action.who.as_str()].div_euclid(1_000) * 1_000);
        if !action.whom.is_empty() {
            assert!(joined.contains_key(action.whom.as_str()), "{action:?}");
            assert_ne!(action.who, action.whom);
        }
    }
}

#[test]
fn every_kind_of_action_the_platform_knows_occurs_and_reactions_follow_their_post() {
    let platform = made(&Scenario::new(4_000, 1));
    let words: BTreeSet<&str> = platform.actions.iter().map(|a| a.what.as_str()).collect();
    let expected = [
        "accept",
        "answer",
        "click-link",
        "decline",
        "dm",
        "follow",
        "join",
        "login",
        "open-file",
        "post",
        "react",
        "report",
        "request",
        "share-file",
        "share-link",
        "view",
    ];
    assert_eq!(words, BTreeSet::from(expected));
    let posted: BTreeMap<&str, (i64, &str)> = platform
        .actions
        .iter()
        .filter(|a| a.what == "post")
        .map(|a| (a.object.as_str(), (a.at, a.who.as_str())))
        .collect();
    for reaction in platform.actions.iter().filter(|a| a.what == "react") {
        let (at, author) = posted[reaction.object.as_str()];
        assert!(at <= reaction.at);
        assert_eq!(author, reaction.whom);
    }
}

#[test]
fn all_addresses_are_kept_for_documentation_and_all_domains_for_examples() {
    let platform = made(&Scenario::new(3_000, 4));
    for action in &platform.actions {
        if !action.ip.is_empty() {
            let documented = match action.ip.parse().unwrap() {
                IpAddr::V4(ip) => ip.is_documentation(),
                IpAddr::V6(ip) => ip.segments()[..2] == [0x2001, 0x0db8],
            };
            assert!(documented, "{}", action.ip);
        }
        if let Some(rest) = action.object.strip_prefix("https://") {
            assert_invented(rest.split('/').next().unwrap());
        }
    }
    let mut emails = BTreeSet::new();
    for row in &platform.accounts {
        assert_invented(row["email"].split('@').nth(1).unwrap());
        assert!(emails.insert(&row["email"]), "addresses are unique");
    }
}

fn assert_invented(domain: &str) {
    let invented = ["example", "example.org", "example.com", "example.net"]
        .iter()
        .any(|ours| domain == *ours || domain.ends_with(&format!(".{ours}")));
    assert!(invented, "{domain}");
}

#[test]
fn honest_people_share_what_cells_share() {
    let platform = made(&Scenario::new(4_000, 1));
    let honest = |who: &str| platform.kind(who) == "honest";
    let by_ip = platform.who_by(|action| &action.ip, honest);
    let crowd = by_ip.values().map(BTreeSet::len).max().unwrap();
    assert!(crowd > 200, "a carrier serves {crowd}");
    let offices = by_ip
        .values()
        .filter(|who| (10..=100).contains(&who.len()))
        .count();
    assert!(offices > 10, "{offices} offices");
    let by_device = platform.who_by(|action| &action.device, honest);
    let families = by_device
        .values()
        .filter(|who| (2..=5).contains(&who.len()))
        .count();
    assert!(families > 100, "{families} devices are shared");
    let by_object = platform.who_by(|action| &action.object, honest);
    let popular = by_object.values().map(BTreeSet::len).max().unwrap();
    assert!(popular > 50, "the most popular link has {popular} people");
    let mut pictures: BTreeMap<&str, u32> = BTreeMap::new();
    for row in &platform.accounts {
        if honest(&row["user_id"]) {
            *pictures.entry(&row["picture_hash"]).or_default() += 1;
        }
    }
    let same = pictures
        .iter()
        .filter(|(hash, n)| !hash.is_empty() && **n >= 10)
        .count();
    assert!(same > 5, "{same} default pictures");
}

#[test]
fn honest_recruiters_of_one_company_ask_many_strangers_from_one_office_with_the_same_links() {
    let platform = made(&Scenario::new(12_000, 1));
    let mut companies: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in &platform.accounts {
        let domain = row["email"].split('@').nth(1).unwrap();
        if domain.ends_with("-people.example") {
            assert_eq!(platform.kind(&row["user_id"]), "honest");
            companies.entry(domain).or_default().insert(&row["user_id"]);
        }
    }
    assert_eq!(companies.len(), 3);
    for (domain, members) in companies {
        assert!(
            members.len() >= 3,
            "{domain} has {} recruiters",
            members.len()
        );
        let theirs = |who: &str| members.contains(who);
        let most = |by: BTreeMap<String, BTreeSet<String>>| by.values().map(BTreeSet::len).max();
        assert_eq!(
            most(platform.who_by(|a| &a.ip, theirs)),
            Some(members.len())
        );
        assert!(most(platform.who_by(|a| &a.object, theirs)) > Some(1));
        let strangers: BTreeSet<&str> = platform
            .actions
            .iter()
            .filter(|a| a.what == "request" && theirs(&a.who))
            .map(|a| a.whom.as_str())
            .collect();
        assert!(
            strangers.len() >= 40 * members.len(),
            "{domain} asks {}",
            strangers.len()
        );
    }
}

#[test]
fn personas_share_less_the_stronger_their_camouflage() {
    let mut devices = Vec::new();
    let mut addresses = Vec::new();
    for level in Level::ALL {
        let platform = made(&Scenario {
            camouflage: Camouflage::All(level),
            cells: 30,
            ..Scenario::new(4_000, 9)
        });
        let persona = |who: &str| platform.kind(who) == "persona";
        devices.push(platform.rows_shared(|action| &action.device, persona));
        addresses.push(platform.rows_shared(|action| &action.ip, persona));
    }
    for shared in [devices, addresses] {
        assert!(shared[0] > 700, "{shared:?}");
        assert!(shared[3] < 300, "{shared:?}");
        assert!(shared.is_sorted_by(|more, less| more > less), "{shared:?}");
    }
}

#[test]
fn a_compromised_account_is_honest_first_and_then_on_its_cells_machines() {
    let platform = made(&Scenario {
        camouflage: Camouflage::All(Level::None),
        ..Scenario::new(4_000, 7)
    });
    let machines = platform.who_by(|a| &a.device, |who| platform.kind(who) == "persona");
    let operators: BTreeSet<&String> = machines
        .iter()
        .filter(|(_, who)| who.len() > 1)
        .map(|(device, _)| device)
        .collect();
    let mut seen = 0;
    for (who, (kind, _)) in &platform.truth {
        if kind != "compromised" {
            continue;
        }
        let mut rows: Vec<_> = platform
            .actions
            .iter()
            .filter(|a| a.who == *who && !a.device.is_empty())
            .collect();
        rows.sort_by_key(|a| a.at);
        let taken = rows
            .iter()
            .position(|a| operators.contains(&a.device))
            .unwrap();
        let days = (rows[taken].at - rows[0].at) / 86_400_000;
        assert!(
            taken >= 3 && days >= 5,
            "{who}: {taken} rows and {days} days of its own"
        );
        let after = &rows[taken..];
        let theirs = after
            .iter()
            .filter(|a| operators.contains(&a.device))
            .count();
        assert!(
            theirs * 10 >= after.len() * 6,
            "{theirs} of {}",
            after.len()
        );
        assert!(after.iter().any(|a| a.what == "request"));
        seen += 1;
    }
    assert_eq!(seen, platform.summary.compromised);
}

#[test]
fn impossible_scenarios_and_folders_are_refused_in_plain_words() {
    let folder = tempfile::tempdir().unwrap();
    let error = simulate(&Scenario::new(10, 1), folder.path(), &mut |_, _| ()).unwrap_err();
    assert_eq!(error.code(), "simulate/out-of-range");
    assert_eq!(
        error.to_string(),
        "a platform cannot have 10 accounts: use 300 to 5000000"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

    let file = folder.path().join("taken");
    std::fs::write(&file, "").unwrap();
    let error = simulate(&Scenario::new(300, 1), &file, &mut |_, _| ()).unwrap_err();
    assert!(matches!(error, SimulateError::Write { .. }));
    assert_eq!(error.outcome(), Outcome::NothingChanged);
    assert!(error.hint().is_some());
}

#[test]
fn progress_counts_the_days() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    simulate(&Scenario::new(300, 1), folder.path(), &mut |done, total| {
        told.push((done, total));
    })
    .unwrap();
    assert_eq!(told.len(), 90);
    assert_eq!(told.last(), Some(&(90, 90)));
}

#[test]
fn the_state_of_the_platform_lists_every_account_in_order_and_none_is_disabled() {
    let platform: Platform = made(&Scenario::new(500, 1));
    let ids: Vec<&str> = platform
        .state
        .iter()
        .map(|row| row["account"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 500);
    assert!(ids.is_sorted());
    assert!(
        platform
            .state
            .iter()
            .all(|row| row["disabled"] == false && row["restricted"] == false)
    );
}

#[test]
fn personas_of_even_the_most_careful_cells_ask_the_same_people() {
    let platform = made(&Scenario {
        camouflage: Camouflage::All(Level::Heavy),
        ..Scenario::new(8_000, 3)
    });
    let mut asked: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for action in platform.actions.iter().filter(|a| a.what == "request") {
        let (kind, cell) = &platform.truth[&action.who];
        if kind == "persona" {
            asked
                .entry((cell, &action.whom))
                .or_default()
                .insert(&action.who);
        }
    }
    let personas = platform
        .truth
        .iter()
        .filter(|(_, (kind, _))| kind == "persona");
    for (who, (_, cell)) in personas {
        let rivals = asked.iter().filter(|((of, _), suitors)| {
            of == cell && suitors.len() > 1 && suitors.contains(who.as_str())
        });
        assert!(rivals.count() >= 2, "{who} of {cell}");
    }
}

#[test]
fn the_smallest_shortest_and_longest_platforms_can_be_made() {
    for (seed, days) in [(1, 30), (2, 31), (3, 45), (4, 365)] {
        let platform = made(&Scenario {
            days,
            ..Scenario::new(Scenario::LEAST, seed)
        });
        assert_eq!(platform.summary.accounts, 300);
        assert_eq!(platform.summary.cells, 2);
        assert_eq!(platform.summary.compromised, 1);
    }
}
