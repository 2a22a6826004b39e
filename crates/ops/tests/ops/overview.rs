//! Lists by the page: in their order, nothing twice, nothing left out.

use avert_model::{FindingId, Probability, Tlp};
use avert_ops::overview::{self, CaseFilter, CaseHead, FindingFilter};
use avert_ops::{cases, findings};

use crate::common::{self, CASE, World, finding_set, noon};

fn id(number: usize) -> FindingId {
    format!("fd-{number:010x}").parse().unwrap()
}

/// With so many findings more than the case's own, of few different risks.
fn with_findings(count: usize) -> World {
    let mut world = World::new();
    for number in 0..count {
        let mut set = finding_set(id(number), vec![common::suspect("s1")], vec![]);
        let finding = &mut set.findings[0];
        finding.probability = Probability::new([0.5, 0.9, 0.7][number % 3]).unwrap();
        finding.title = format!("network {number} of 100 % strangers_");
        findings::keep(&mut world.store, &set, &noon()).unwrap();
    }
    world
}

#[test]
fn findings_come_riskiest_first_and_each_once_whatever_the_size_of_the_page() {
    let world = with_findings(23);
    let whole = FindingFilter {
        limit: 100,
        ..FindingFilter::default()
    };
    let whole = overview::findings(&world.store, &whole).unwrap();
    assert_eq!((whole.items.len(), whole.next), (24, None));
    assert!(whole.items.is_sorted_by(|a, b| {
        (b.probability, &a.id) <= (a.probability, &b.id) || b.probability < a.probability
    }));
    for limit in [1, 5, 23, 24] {
        let mut filter = FindingFilter {
            limit,
            ..FindingFilter::default()
        };
        let mut found = Vec::new();
        loop {
            let page = overview::findings(&world.store, &filter).unwrap();
            assert!(page.items.len() <= limit);
            found.extend(page.items);
            filter.after = page.next.map(|next| next.parse().unwrap());
            if filter.after.is_none() {
                break;
            }
        }
        assert_eq!(found, whole.items, "by {limit}");
    }
}

#[test]
fn a_finding_is_found_by_a_piece_of_its_title_taken_as_it_is() {
    let world = with_findings(12);
    let find = |text: &str| {
        let filter = FindingFilter {
            text: Some(text.to_owned()),
            limit: 100,
            ..FindingFilter::default()
        };
        overview::findings(&world.store, &filter)
            .unwrap()
            .items
            .len()
    };
    assert_eq!(find("NETWORK 7 "), 1);
    assert_eq!(find("0 % s"), 12);
    assert_eq!(find("%"), 12);
    assert_eq!(find("k%7"), 0, "a wildcard is a letter like others");
    assert_eq!(find("strangers_"), 12);
    assert_eq!(find("strangers__"), 0);
}

#[test]
fn findings_are_found_by_the_beginning_of_their_id_page_by_page() {
    let world = with_findings(23);
    let mut filter = FindingFilter {
        text: Some("fd-".to_owned()),
        limit: 5,
        ..FindingFilter::default()
    };
    let mut found = Vec::new();
    loop {
        let page = overview::findings(&world.store, &filter).unwrap();
        found.extend(page.items.into_iter().map(|head| head.id));
        let Some(next) = page.next else { break };
        filter.after = Some(next.parse().unwrap());
    }
    assert_eq!(found.len(), 24);
    assert!(found.is_sorted(), "and no order would be slower");
}

#[test]
fn a_case_is_found_whatever_the_case_of_its_letters() {
    let mut world = with_findings(1);
    world
        .as_("ines", |desk, _| {
            cases::open(desk, &[id(0)], Some("Übung, Öffentlichkeit"), Tlp::Amber)
        })
        .unwrap();
    let filter = |text: &str| CaseFilter {
        text: Some(text.to_owned()),
        limit: 10,
        ..CaseFilter::default()
    };
    for text in ["übung", "ÖFFENT", "Übung,"] {
        let found = overview::cases(&world.store, &filter(text)).unwrap();
        assert_eq!(found.items.len(), 1, "{text}");
    }
    assert!(
        overview::cases(&world.store, &filter("ubung"))
            .unwrap()
            .items
            .is_empty()
    );
}

#[test]
fn those_without_a_case_leave_out_those_with_one() {
    let mut world = with_findings(3);
    let without = FindingFilter {
        without_case: true,
        limit: 100,
        ..FindingFilter::default()
    };
    assert_eq!(
        overview::findings(&world.store, &without)
            .unwrap()
            .items
            .len(),
        3
    );
    assert_eq!(overview::findings_without_case(&world.store).unwrap(), 3);
    let opened = world.as_("ines", |desk, _| {
        cases::open(desk, &[id(0)], None, avert_model::Tlp::Amber)
    });
    let opened = opened.unwrap().id;
    assert_eq!(
        overview::findings(&world.store, &without)
            .unwrap()
            .items
            .len(),
        2
    );
    assert_eq!(
        overview::finding(&world.store, &id(0)).unwrap().cases,
        [opened]
    );
}

#[test]
fn a_case_is_looked_after_by_somebody_who_may() {
    let mut world = World::new();
    let assign = |world: &mut World, by: &str, to: Option<&str>| {
        world.as_(by, |desk, _| overview::assign(desk, CASE(), to))
    };
    let head: CaseHead = assign(&mut world, "ines", Some("ines")).unwrap();
    assert_eq!(head.assigned_to.as_deref(), Some("ines"));
    assert!(
        assign(&mut world, "ines", Some("omar")).is_err(),
        "an approver does not"
    );
    assert!(assign(&mut world, "omar", None).is_err());
    let of = |person: &str| CaseFilter {
        assigned_to: Some(person.to_owned()),
        limit: 10,
        ..CaseFilter::default()
    };
    assert_eq!(
        overview::cases(&world.store, &of("ines"))
            .unwrap()
            .items
            .len(),
        1
    );
    assign(&mut world, "ines", None).unwrap();
    assert_eq!(
        overview::cases(&world.store, &of("")).unwrap().items.len(),
        1
    );
    let closed = CaseFilter {
        open: Some(false),
        limit: 10,
        ..CaseFilter::default()
    };
    assert!(
        overview::cases(&world.store, &closed)
            .unwrap()
            .items
            .is_empty()
    );
}
