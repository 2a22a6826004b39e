//! What detection must do with a small platform made by code.

mod bad_input;
mod metamorphic;
mod near;
pub(crate) mod platform;
mod town;

use avert_model::{AccountId, Fact, FactCode, FindingSet, Layer, MemberKind, Verb};
use platform::{Platform, person};

use crate::{Known, Seeds, Settings};

fn search(platform: &Platform) -> FindingSet {
    search_for(platform, &Settings::default(), &Seeds::none())
}

fn search_for(platform: &Platform, settings: &Settings, seeds: &Seeds) -> FindingSet {
    let snapshot = "sn-0123456789abcdef".parse().unwrap();
    crate::run::search(
        &platform.world(),
        &snapshot,
        "small",
        &Known {
            hostile: seeds.clone(),
            ..Known::nothing()
        },
        settings,
        &mut |_, _, _| {},
    )
    .findings
}

fn proposed(found: &FindingSet) -> Vec<AccountId> {
    let mut proposed: Vec<AccountId> = found
        .findings
        .iter()
        .flat_map(|finding| &finding.members)
        .filter(|member| member.proposed)
        .map(|member| member.account.clone())
        .collect();
    proposed.sort();
    proposed
}

#[test]
fn ordinary_people_families_offices_and_recruiters_are_never_proposed() {
    let mut platform = Platform::of_ordinary_people();
    platform.add_family();
    platform.add_office();
    platform.add_recruiters();
    assert_eq!(proposed(&search(&platform)), []);
}

#[test]
fn a_newcomer_among_colleagues_of_long_standing_is_never_proposed() {
    let mut platform = Platform::of_ordinary_people();
    platform.add_office();
    platform.add_recruiters();
    platform.add_newcomer_at_the_agency();
    assert_eq!(proposed(&search(&platform)), []);
    let cell = platform.add_careless_cell();
    assert_eq!(proposed(&search(&platform)), cell);
}

#[test]
fn two_cells_are_found_whole_and_apart() {
    let mut platform = Platform::of_ordinary_people();
    platform.add_family();
    platform.add_office();
    platform.add_recruiters();
    let careless = platform.add_careless_cell();
    let careful = platform.add_careful_cell();
    let found = search(&platform);
    for cell in [&careless, &careful] {
        let finding = found
            .findings
            .iter()
            .find(|finding| finding.members.iter().any(|m| m.account == cell[0]))
            .expect("the cell is found");
        let mut members: Vec<_> = finding
            .members
            .iter()
            .filter(|m| m.proposed)
            .map(|m| m.account.clone())
            .collect();
        members.sort();
        assert_eq!(&members, cell);
        assert!(finding.probability.get() > 0.9);
    }
    assert_eq!(proposed(&found).len(), careless.len() + careful.len());
}

#[test]
fn a_component_that_is_too_large_falls_into_its_communities() {
    let mut platform = Platform::of_ordinary_people();
    let careless = platform.add_careless_cell();
    let careful = platform.add_careful_cell();
    // Once, somebody of each sat at one machine.
    for cell in [&careless, &careful] {
        platform.sign_in(cell[0].as_str(), 40, "198.51.100.40", "hotel-lobby");
    }
    let settings = Settings {
        largest_network: careless.len().max(careful.len()),
        ..Settings::default()
    };
    let found = search_for(&platform, &settings, &Seeds::none());
    let networks: Vec<Vec<AccountId>> = found
        .findings
        .iter()
        .map(|finding| {
            let members = finding.members.iter().filter(|member| member.proposed);
            let mut members: Vec<AccountId> = members.map(|one| one.account.clone()).collect();
            members.sort();
            members
        })
        .collect();
    for cell in [careless, careful] {
        assert!(networks.contains(&cell), "{cell:?} in {networks:?}");
    }
}

#[test]
fn sharing_a_machine_alone_proposes_nobody() {
    let mut platform = Platform::of_ordinary_people();
    platform.add_newcomers_on_one_machine();
    assert_eq!(proposed(&search(&platform)), []);
}

#[test]
fn an_account_that_was_taken_over_is_a_victim_and_not_proposed() {
    let mut platform = Platform::of_ordinary_people();
    platform.add_careless_cell();
    let taken_over = platform.add_compromised();
    let found = search(&platform);
    let member = found
        .findings
        .iter()
        .flat_map(|finding| &finding.members)
        .find(|member| member.account == taken_over)
        .expect("it is tied to the cell");
    assert_eq!(member.kind, MemberKind::Compromised);
    assert!(!member.proposed);
    assert!(
        member
            .facts
            .iter()
            .any(|f| f.code == FactCode::AbruptChange)
    );
}

#[test]
fn the_order_of_the_rows_does_not_matter() {
    let mut platform = Platform::of_ordinary_people();
    platform.add_recruiters();
    platform.add_careful_cell();
    let found = serde_json::to_string(&search(&platform)).unwrap();
    platform.actions.reverse();
    assert_eq!(serde_json::to_string(&search(&platform)).unwrap(), found);
}

#[test]
fn facts_say_what_is_shared_and_what_would_hold_without_it() {
    let mut platform = Platform::of_ordinary_people();
    platform.add_careless_cell();
    let found = search(&platform);
    let finding = &found.findings[0];
    assert!(finding.layers.contains(&Layer::Device));
    let fact = finding
        .facts
        .iter()
        .find(|fact| fact.layer == Some(Layer::Device))
        .unwrap();
    assert_eq!(fact.objects, ["cell-laptop"]);
    assert_eq!(fact.object_count, 1);
    assert!(fact.counterfactual.is_some());
    for member in &finding.members {
        assert!(member.layers.len() >= 2);
        for fact in &member.facts {
            assert_eq!(fact.provenance.snapshot, found.snapshot);
        }
    }
}

#[test]
fn facts_of_timing_say_what_was_seen_when_and_how_near_in_time() {
    let mut platform = Platform::of_ordinary_people();
    let cell = platform.add_posters();
    let found = search(&platform);
    let finding = &found.findings[0];
    assert_eq!(finding.detector, "timing");
    let of_members = finding.members.iter().flat_map(|member| &member.facts);
    let shared = |fact: &&Fact| fact.code == FactCode::SharedObjects;
    let facts: Vec<&Fact> = of_members.chain(&finding.facts).filter(shared).collect();
    assert_eq!(facts.len(), 2 * (cell.len() + 1), "links and hashtags");
    for fact in facts {
        assert!(fact.object_count >= 6, "{fact:?}");
        assert!((6..=8).contains(&fact.objects.len()), "{fact:?}");
        let of_the_cell = |name: &&String| name.contains("thing10") || name.contains("news10");
        assert!(
            fact.objects.iter().filter(of_the_cell).count() >= 6,
            "{fact:?}"
        );
        let (first, last) = (fact.first_at.unwrap(), fact.last_at.unwrap());
        let days = (last.as_second() - first.as_second()) / 86_400;
        assert!((40..90).contains(&days), "{fact:?}");
        assert!(fact.text.contains("half of them within"), "{}", fact.text);
        assert!(fact.text.contains("seconds"), "{}", fact.text);
    }
    for edge in &finding.edges {
        assert!(edge.objects >= 6, "{edge:?}");
    }
    let sure = |fact: &Fact| {
        fact.text
            .contains("the same 95 % in every network by timing")
    };
    assert!(finding.facts.iter().any(sure), "{:?}", finding.facts);
}

#[test]
fn a_seed_raises_those_who_touch_it_and_says_so() {
    let mut platform = Platform::of_ordinary_people();
    let cell = platform.add_careful_cell();
    let probability = |found: &FindingSet| {
        let members = found.findings.iter().flat_map(|finding| &finding.members);
        members
            .filter(|member| member.account == cell[0])
            .map(|member| (member.probability.get(), member.facts.clone()))
            .next_back()
            .expect("the cell is found")
    };
    let (before, _) = probability(&search(&platform));
    let link = "link:https://draft.example.org/programme.zip";
    let seeds = Seeds::parse(link, "seeds").unwrap();
    let (after, facts) = probability(&search_for(&platform, &Settings::default(), &seeds));
    assert!(after > before, "{after} {before}");
    let fact = facts
        .iter()
        .find(|fact| fact.code == FactCode::TouchesSeed)
        .expect("the seed is named");
    assert_eq!(fact.objects, ["https://draft.example.org/programme.zip"]);
}

#[test]
fn whoever_approached_the_same_people_as_a_known_hostile_account_is_not_raised() {
    let mut platform = Platform::of_ordinary_people();
    let cell = platform.add_careless_cell();
    // The persona asks honest people, two of whom ask the same strangers as it does.
    for step in 0..6 {
        let target = person(500 + 4 * step);
        for (id, day) in [(cell[0].as_str(), 26), ("p0007", 27), ("p0008", 28)] {
            platform.to(Verb::RequestContact, id, &target, day);
        }
    }
    for id in ["p0007", "p0008"] {
        platform.to(Verb::RequestContact, cell[0].as_str(), id, 26);
    }
    let seeds = Seeds::parse(cell[0].as_str(), "seeds").unwrap();
    let found = search_for(&platform, &Settings::default(), &seeds);
    assert_eq!(proposed(&found), cell);
    let members = found.findings.iter().flat_map(|finding| &finding.members);
    let raised: Vec<AccountId> = members
        .filter(|member| {
            let mut facts = member.facts.iter();
            facts.any(|fact| fact.code == FactCode::TouchesSeed)
        })
        .map(|member| member.account.clone())
        .collect();
    assert!(
        raised.iter().all(|one| cell.contains(one)) && raised.len() > 1,
        "{raised:?}"
    );
}

#[test]
fn a_seed_alone_proposes_nobody() {
    let mut platform = Platform::of_ordinary_people();
    platform.add_family();
    let seeds = Seeds::parse("p0100\ndevice:family-tablet", "seeds").unwrap();
    let found = search_for(&platform, &Settings::default(), &seeds);
    assert_eq!(proposed(&found), []);
}

#[test]
fn an_empty_platform_has_no_findings_and_no_caveats() {
    let found = search(&Platform::empty());
    assert_eq!((found.accounts, found.actions), (0, 0));
    assert!(found.findings.is_empty() && found.caveats.is_empty());
}

#[test]
fn what_was_left_out_is_told() {
    let mut platform = Platform::of_ordinary_people();
    platform.add_office();
    let found = search(&platform);
    assert!(
        found
            .caveats
            .iter()
            .any(|caveat| caveat.starts_with("layer ip: 1 object")),
        "{:?}",
        found.caveats
    );
}
