//! Large events, made into objects piece by piece, and what else comes along and back.

use avert_exchange::misp::{Event, import};
use serde_json::{Value, json};

use crate::invented_events::{
    attribute, bodies, imported, objects, the, there_and_back, uuid, with,
};

#[test]
fn what_may_be_done_with_it_comes_along_and_back() {
    let mut quiet = attribute(1, "domain", "example.org", true);
    quiet["Tag"] = json!([{ "name": "PAP:RED" }]);
    let mut event = with(&[quiet, attribute(2, "domain", "example.net", true)]);
    event["Tag"] = json!([{ "name": "PAP:GREEN" }]);
    let told = objects(&event);
    let labels: Vec<bool> = told
        .iter()
        .filter(|one| one["type"] == "indicator")
        .map(|one| {
            one["labels"]
                .as_array()
                .unwrap()
                .contains(&json!("PAP:RED"))
        })
        .collect();
    assert_eq!(labels, [true, false]);
    let grouping = the(&told, "grouping");
    assert!(
        grouping["labels"]
            .as_array()
            .unwrap()
            .contains(&json!("PAP:GREEN"))
    );
    assert_eq!(there_and_back(&event), event);
}

#[test]
fn an_event_that_is_longer_than_a_report_may_be_is_listed_in_parts_and_comes_back_whole() {
    let attributes: Vec<Value> = (1..=6_000)
        .map(|number| attribute(number, "domain", &format!("d{number}.example.org"), true))
        .collect();
    let large = with(&attributes);
    let told = objects(&large);
    let groupings: Vec<&Value> = told
        .iter()
        .filter(|one| one["type"] == "grouping")
        .collect();
    let listed = |grouping: &Value| grouping["object_refs"].as_array().unwrap().len();
    // Four objects an attribute: two whole parts, and what is left beside them.
    let lengths: Vec<usize> = groupings.iter().map(|one| listed(one)).collect();
    assert_eq!(lengths, [10_000, 10_000, 4_002]);
    let (last, parts) = groupings.split_last().unwrap();
    for (part, named) in parts.iter().zip(last["object_refs"].as_array().unwrap()) {
        assert_eq!(&part["id"], named);
        assert_eq!(part["x_misp_part_of"], uuid(0xe0));
        // As much as any partner of ours takes.
        assert!(part.to_string().len() < 1 << 20);
    }
    assert_eq!(there_and_back(&large), large);
}

#[test]
fn objects_are_made_when_they_are_asked_for() {
    let attributes: Vec<Value> = (1..=100)
        .map(|number| attribute(number, "domain", "example.org", true))
        .collect();
    let whole = bodies(&imported(&with(&attributes)));
    let mut import = import(Event::of(with(&attributes)).unwrap());
    let first: Vec<String> = import
        .by_ref()
        .take(3)
        .map(|told| told.object.id().to_string())
        .collect();
    // Behind who made the event, and the marking of that.
    assert_eq!(first[2], format!("observed-data--{}", uuid(1)));
    assert_eq!(import.count() + 3, whole.len());
}
