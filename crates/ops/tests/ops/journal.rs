//! The journal names the first row that was tampered with.

use avert_model::Explain as _;
use avert_ops::journal::{self, JournalError};
use avert_ops::takedown::OnFailure;

use crate::common::{self, Ground, World};

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
        other => panic!("{other} {:?}", other.hint()),
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
fn whichever_byte_is_changed_its_row_is_named() {
    let (ground, rows) = journal();
    let store = ground.open();
    let columns = [
        "at", "actor", "act", "subject", "detail", "previous", "hash",
    ];
    for row in [2, rows] {
        for column in columns {
            let read = format!("SELECT {column} FROM journal WHERE seq = {row}");
            let before = ground.rows(&read)[0][0].clone();
            assert!(!before.is_empty() && before.is_ascii(), "{before}");
            let write = |text: &[u8]| {
                let text = String::from_utf8(text.to_vec())
                    .unwrap()
                    .replace('\'', "''");
                ground.alter(&format!(
                    "UPDATE journal SET {column} = '{text}' WHERE seq = {row}"
                ));
            };
            for at in 0..before.len() {
                let mut bytes = before.clone().into_bytes();
                bytes[at] ^= 1;
                write(&bytes);
                let error = journal::verify(&store).unwrap_err();
                assert!(
                    matches!(error, JournalError::Broken { row: named, .. } if named == row),
                    "{column} of row {row}, byte {at}: {error}"
                );
            }
            write(before.as_bytes());
        }
    }
    journal::verify(&store).unwrap();
}

#[test]
fn whoever_rewrites_the_whole_chain_is_found_by_a_checkpoint() {
    let (ground, rows) = journal();
    let kept = journal::checkpoint(&ground.open(), common::noon()).unwrap();
    assert_eq!(kept.rows, rows);
    journal::verify_against(&ground.open(), std::slice::from_ref(&kept)).unwrap();
    // All rows but the first are forgotten, with the head that fits.
    ground.alter("DELETE FROM journal WHERE seq > 1");
    ground.alter(
        "UPDATE journal_head SET length = 1, hash = (SELECT hash FROM journal WHERE seq = 1)",
    );
    journal::verify(&ground.open()).unwrap();
    let error = journal::verify_against(&ground.open(), std::slice::from_ref(&kept)).unwrap_err();
    assert!(
        matches!(error, JournalError::Broken { row: 2, .. }),
        "{error}"
    );
    // Other rows were written in their place.
    let mut world = World::new();
    world.store = ground.open();
    for _ in 1..rows {
        world
            .as_("ines", |desk, _| {
                avert_ops::cases::note(desk, avert_model::CaseId::from_number(1), "as if")
            })
            .unwrap();
    }
    journal::verify(&ground.open()).unwrap();
    let error = journal::verify_against(&ground.open(), &[kept]).unwrap_err();
    assert!(
        matches!(error, JournalError::Broken { row, .. } if row == rows),
        "{error}"
    );
}

#[test]
fn a_checkpoint_of_another_store_proves_nothing_here() {
    let (ground, _) = journal();
    let (other, _) = journal();
    let kept = journal::checkpoint(&other.open(), common::noon()).unwrap();
    let error = journal::verify_against(&ground.open(), &[kept]).unwrap_err();
    assert_eq!(error.code(), "journal/other-store");
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
