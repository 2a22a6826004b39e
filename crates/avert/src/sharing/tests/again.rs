//! Judging everything once more changes nothing, whoever refers to whom.

use avert_ops::sharing;
use serde_json::json;

use super::strangers::{Hub, text};
use super::{LABELS, id};

const GREEN: &str = LABELS[1];

#[test]
fn what_partners_and_we_say_of_each_others_things_stays_when_all_is_judged_again() {
    let mut hub = Hub::new();
    let (ours, theirs) = (id("malware", 1), id("malware", 2));
    let both = [ours.clone(), theirs.clone()];
    let thing = |id: &str| text(id, GREEN, 0, &both);
    hub.take_in("", &[thing(&ours)], true);
    hub.take_in("cert", &[thing(&theirs)], true);
    // Each says how the other's is related to its own.
    hub.take_in("", &[text(&id("relationship", 3), GREEN, 0, &both)], true);
    hub.take_in(
        "cert",
        &[text(&id("relationship", 4), GREEN, 0, &both)],
        true,
    );
    let before = hub.texts();
    assert_eq!(before.len(), 4, "{before:?}");
    for _ in 0..2 {
        hub.all();
        assert_eq!(hub.texts(), before);
    }
}

#[test]
fn a_long_chain_takes_nothing_away_that_names_all_of_it() {
    let mut hub = Hub::new();
    // Each waits for the one before, which comes later.
    let links: Vec<String> = (1..60).map(|number| id("relationship", number)).collect();
    let thing = id("malware", 100);
    let report = json!({
        "type": "report", "spec_version": "2.1", "id": id("report", 1), "name": "All of it",
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
        "published": "2026-01-01T00:00:00Z", "report_types": ["malware"],
        "object_marking_refs": [format!("marking-definition--{GREEN}")],
        "object_refs": [thing], "x_links_refs": links,
    });
    hub.take_in(
        "",
        &[text(&thing, GREEN, 0, std::slice::from_ref(&thing))],
        true,
    );
    hub.take_in("", &[report.to_string()], true);
    for link in links.iter().rev() {
        let names = [thing.clone(), thing.clone()];
        hub.take_in("cert", &[text(link, GREEN, 0, &names)], true);
    }
    let told = hub.texts();
    let report = told.iter().find(|((id, _), _)| id.starts_with("report--"));
    let (_, report) = report.expect("the report is told, whatever comes and goes beside it");
    assert!(
        links.iter().all(|link| report.contains(link.as_str())),
        "{report}"
    );
}

#[test]
fn what_is_taken_back_of_ours_leaves_a_partners_own_copy_alone() {
    let mut hub = Hub::new();
    let secret = id("malware", 1);
    hub.take_in("", &[text(&secret, LABELS[3], 0, &[])], true);
    hub.take_in("cert", &[text(&secret, GREEN, 1, &[])], true);
    let before = hub.texts();
    assert_eq!(before.len(), 1);
    hub.take_back(&secret);
    hub.all();
    assert_eq!(hub.texts(), before);
    let copies = sharing::visible(&hub.store, hub.number, std::slice::from_ref(&secret)).unwrap();
    assert!(copies[&secret].contains("cert"));
}
