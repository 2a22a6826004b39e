//! The journal names the first row that was tampered with.
#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made is a failed test"
)]

mod common;

use avert_model::Explain as _;
use avert_ops::journal::{self, JournalError};
use avert_ops::takedown::OnFailure;
use common::{Ground, World};

/// A store on disk with a journal of a few rows.
fn journal() -> (Ground, u64) {
    let ground = Ground::new();
    let mut world = World::new();
    world.store = ground.open();
    let mut fresh = World::new();
    std::mem::swap(&mut fresh.store, &mut world.store);
    // `fresh` now writes to disk; what it needs is put there again.
    let members = vec![common::suspect("s1")];
    avert_ops::findings::keep(
        &mut fresh.store,
        &common::finding_set(common::finding_id(), members, vec![]),
        &common::noon(),
    )
    .unwrap();
    let open = |world: &mut World| {
        world.as_("ines", |desk, _| {
            avert_ops::cases::open(desk, &[common::finding_id()], None, avert_model::Tlp::Amber)
        })
    };
    for _ in 0..3 {
        open(&mut fresh).unwrap();
    }
    fresh.draft(OnFailure::Continue).unwrap_err();
    let rows = journal::verify(&fresh.store).unwrap().rows;
    (ground, rows)
}

fn broken_at(change: &str) -> u64 {
    let (ground, rows) = journal();
    assert_eq!(rows, 4);
    ground.alter(change);
    match journal::verify(&ground.open()).unwrap_err() {
        JournalError::Broken { row, .. } => row,
        JournalError::Store(error) => panic!("{error} {:?}", error.hint()),
    }
}

#[test]
fn an_altered_row_is_named() {
    assert_eq!(
        broken_at("UPDATE journal SET actor = 'omar' WHERE seq = 2"),
        2
    );
    assert_eq!(
        broken_at("UPDATE journal SET hash = previous WHERE seq = 3"),
        3
    );
}

#[test]
fn a_removed_row_is_named() {
    assert_eq!(broken_at("DELETE FROM journal WHERE seq = 1"), 1);
    assert_eq!(broken_at("DELETE FROM journal WHERE seq = 3"), 3);
}

#[test]
fn rows_cut_off_at_the_end_are_missed() {
    assert_eq!(broken_at("DELETE FROM journal WHERE seq = 4"), 4);
}

#[test]
fn a_row_put_in_at_the_end_is_named() {
    let forged = "INSERT INTO journal SELECT 5, at, actor, act, subject, detail, hash, hash FROM journal WHERE seq = 4";
    assert_eq!(broken_at(forged), 5);
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_left_alone() {
    let (ground, _) = journal();
    ground.alter("INSERT INTO schema_version VALUES (99)");
    let error = ground
        .try_open()
        .err()
        .expect("a newer schema is not opened");
    assert_eq!(error.code(), "store/newer");
}
