//! Several who settle one collection, one after the other.

use avert_exchange::stix::Object;
use avert_model::{Event, Recipient, SignedDuration, Until};
use avert_ops::intel::Batch;
use avert_ops::sharing;
use avert_ops::store::Store;
use serde_json::json;

use super::{LABELS, Still, as_liaison, id, sharing as settings};
use crate::sharing::{KeptTerms, Settling};

/// Takes in an object of ours, and offers it.
fn offer(store: &mut Store, collection: i64, number: u64, embargo: Vec<Until>) -> String {
    let id = id("malware", number);
    let object = json!({
        "type": "malware", "spec_version": "2.1", "id": id, "is_family": false,
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
        "object_marking_refs": [format!("marking-definition--{}", LABELS[0])],
    });
    let terms = KeptTerms {
        embargo,
        ..KeptTerms::default()
    };
    let batch = Batch {
        records: vec![Object::parse(object.to_string()).unwrap().0.into()],
        terms: terms.written(),
        ..Batch::default()
    };
    let ids = std::slice::from_ref(&id);
    sharing::take_in(store, &Still, (collection, "test"), batch, ids).unwrap();
    id
}

#[test]
fn whoever_waits_for_their_turn_forgets_no_embargo_that_was_settled_meanwhile() {
    let (sharing, to) = (settings("amber"), Recipient::Group("isac".into()));
    let mut store = Store::in_memory().unwrap();
    let of =
        |store: &mut Store| Settling::of(store, "collection", (&sharing, &to), &Still).unwrap();
    of(&mut store).these(&mut store, &[]).unwrap();
    let mut first = of(&mut store);
    let end = Still::NOW + SignedDuration::from_hours(1);
    let secret = offer(&mut store, first.number(), 1, vec![Until::Time(end)]);
    of(&mut store).these(&mut store, &[secret]).unwrap();
    let other = offer(&mut store, first.number(), 2, Vec::new());
    {
        let _lease = first.alone(&mut store).unwrap();
        first
            .these(&mut store, std::slice::from_ref(&other))
            .unwrap();
    }
    let settled = sharing::collection(&mut store, "collection").unwrap();
    assert_eq!(settled.next_at, Some(end));
    let visible = sharing::visible(&store, first.number(), std::slice::from_ref(&other)).unwrap();
    assert!(visible.contains_key(&other));
}

#[test]
fn a_collection_is_looked_through_again_for_the_events_that_something_in_it_waits_for_and_no_others()
 {
    let (sharing, to) = (settings("amber"), Recipient::Group("isac".into()));
    let mut store = Store::in_memory().unwrap();
    let settle = |store: &mut Store, ids: &[String]| {
        let mut settling = Settling::of(store, "collection", (&sharing, &to), &Still).unwrap();
        settling.these(store, ids).unwrap().judged
    };
    assert_eq!(settle(&mut store, &[]), 0);
    let number = sharing::collection(&mut store, "collection")
        .unwrap()
        .number;
    let patched = Until::Event(Event::Declared("vendor-patched".into()));
    let ids = [
        offer(&mut store, number, 1, vec![patched]),
        offer(&mut store, number, 2, Vec::new()),
    ];
    assert_eq!(settle(&mut store, &ids), 2);
    let visible = |store: &Store| sharing::visible(store, number, &ids).unwrap().len();
    assert_eq!(visible(&store), 1);

    as_liaison(&mut store, |desk| {
        sharing::declare(desk, "arrests-made").unwrap()
    });
    assert_eq!(settle(&mut store, &[]), 0);
    as_liaison(&mut store, |desk| {
        sharing::declare(desk, "vendor-patched").unwrap()
    });
    assert_eq!(settle(&mut store, &[]), 2);
    assert_eq!(visible(&store), 2);
    assert_eq!(settle(&mut store, &[]), 0);
}
