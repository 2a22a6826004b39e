//! When a collection is settled, and that nothing says so too soon.

use avert_ops::intel::{self, Batch};
use avert_ops::sharing::{self, Change, Collection, Put};
use avert_ops::store::Store;

use crate::common::{Still, noon, record, store};

const ID: &str = "malware--00000000-0000-4000-8000-000000000001";

fn collection(store: &mut Store) -> Collection {
    sharing::collection(store, "5a2f9d3e-0000-4000-8000-000000000000").unwrap()
}

fn change(put: bool) -> Change {
    let put = put.then(|| Put {
        id: ID.into(),
        version: None,
        kind: "malware".into(),
        spec_version: "2.1".into(),
        body: "{}".into(),
        copy_by: String::new(),
        entry: None,
    });
    Change {
        ids: vec![ID.into()],
        put: put.into_iter().collect(),
        ..Change::default()
    }
}

#[test]
fn a_collection_out_of_which_something_went_is_not_settled_before_the_end() {
    let mut store = store();
    let before = collection(&mut store);
    sharing::settle(&mut store, &before, "rules", None).unwrap();
    let number = before.number;
    sharing::apply(&mut store, &Still, number, change(true)).unwrap();
    let settled = collection(&mut store);
    assert!(settled.is_settled("rules", noon()), "nothing went");

    sharing::apply(&mut store, &Still, number, change(false)).unwrap();
    let begun = collection(&mut store);
    assert!(!begun.is_settled("rules", noon()));
    // Whoever settles it knows of that; who does not says nothing.
    sharing::settle(&mut store, &settled, "rules", None).unwrap();
    assert!(!collection(&mut store).is_settled("rules", noon()));
    sharing::settle(&mut store, &begun, "rules", None).unwrap();
    assert!(collection(&mut store).is_settled("rules", noon()));
}

#[test]
fn a_marking_that_comes_to_mean_something_else_meanwhile_is_not_forgotten() {
    let mut store = store();
    let mut known = collection(&mut store);
    for _ in 0..2 {
        let marking = "marking-definition--00000000-0000-4000-8000-000000000009";
        let batch = Batch {
            records: vec![record(marking, Some(noon()), "{}")],
            ..Batch::default()
        };
        intel::import(&mut store, &Still, "test", "test", [batch]).unwrap();
        sharing::settle(&mut store, &known, "rules", None).unwrap();
        let now = collection(&mut store);
        assert!(!now.is_settled("rules", noon()));
        known = now;
    }
    sharing::settle(&mut store, &known, "rules", None).unwrap();
    assert!(collection(&mut store).is_settled("rules", noon()));
}

#[test]
fn other_terms_are_looked_at_wherever_something_is_offered() {
    let mut store = store();
    let numbers = ["one", "two"].map(|id| sharing::collection(&mut store, id).unwrap().number);
    let batch = Batch {
        records: vec![record(ID, Some(noon()), "{}")],
        ..Batch::default()
    };
    intel::import(&mut store, &Still, "test", "test", [batch]).unwrap();
    let ids = [ID.to_owned()];
    for number in numbers {
        sharing::take_in(&mut store, &Still, (number, ""), Batch::default(), &ids).unwrap();
        assert!(sharing::stale(&store, number).unwrap().is_empty());
    }
    let versions = sharing::versions_of_all(&store, &ids).unwrap();
    sharing::keep_terms(&mut store, &[versions[0].object], "{\"embargo\":[]}").unwrap();
    for number in numbers {
        assert_eq!(sharing::stale(&store, number).unwrap(), ids);
    }
}

#[test]
fn what_changes_while_it_is_judged_is_judged_once_more() {
    let mut store = store();
    let number = collection(&mut store).number;
    let batch = Batch {
        records: vec![record(ID, Some(noon()), "{}")],
        ..Batch::default()
    };
    intel::import(&mut store, &Still, "test", "test", [batch]).unwrap();
    let ids = [ID.to_owned()];
    sharing::take_in(&mut store, &Still, (number, ""), Batch::default(), &ids).unwrap();
    let object = sharing::versions_of_all(&store, &ids).unwrap()[0].object;
    let embargo = "{\"embargo\":[{\"event\":\"patched\"}]}";
    let judged = |store: &mut Store, meanwhile: &dyn Fn(&mut Store)| {
        let seen = sharing::seen(store, number, &ids).unwrap();
        meanwhile(store);
        let change = Change {
            seen,
            ..change(true)
        };
        sharing::apply(store, &Still, number, change).unwrap();
        sharing::stale(store, number).unwrap()
    };
    let other_terms = |store: &mut Store| {
        sharing::keep_terms(store, &[object], embargo).unwrap();
    };
    // Whether or not it had changed before as well.
    for _ in 0..2 {
        assert_eq!(judged(&mut store, &other_terms), ids);
    }
    assert!(judged(&mut store, &|_| {}).is_empty());
}

#[test]
fn what_is_withdrawn_is_to_be_judged_before_anybody_takes_it_out() {
    let mut store = store();
    let number = collection(&mut store).number;
    let ids = [ID.to_owned()];
    let batch = Batch {
        records: vec![record(ID, Some(noon()), "{}")],
        from: "cert".into(),
        ..Batch::default()
    };
    sharing::take_in(&mut store, &Still, (number, "test"), batch, &ids).unwrap();
    assert!(sharing::stale(&store, number).unwrap().is_empty());
    for partner in ["bank", "cert"] {
        let here = (number, partner);
        let gone = sharing::withdraw_of_partner(&mut store, &Still, here, &ids).unwrap();
        assert_eq!(
            sharing::stale(&store, number).unwrap().len() as u64,
            gone,
            "{partner}"
        );
    }
    assert_eq!(sharing::stale(&store, number).unwrap(), ids);
}
