//! The schema goes up and down, and no row is ever lost on the way.

use avert_model::Explain as _;
use avert_ops::store::{NEWEST, StoreError};
use avert_ops::takedown::OnFailure;
use avert_ops::{freeze, journal};

use crate::common::{Ground, World};

/// The tables of the first schema, with their columns; the first two tell the rows apart.
const FIRST: [(&str, &str); 13] = [
    (
        "journal",
        "seq, at, actor, act, subject, detail, previous, hash",
    ),
    ("journal_head", "one, length, hash"),
    ("store_identity", "one, id"),
    (
        "findings",
        "id, snapshot, found_at, position, body, caveats",
    ),
    ("cases", "id, title, tlp, state, opened_by, opened_at"),
    ("case_findings", "case_id, position, finding"),
    ("case_notes", "case_id, position, written_by, at, body"),
    ("signatures", "subject, position, act, signed_by, at"),
    ("plans", "id, case_id, platform, on_failure, state, body"),
    (
        "plan_steps",
        "plan_id, position, account, kind, remedy, reason, prior, phase, after, note",
    ),
    (
        "notice_lists",
        "id, case_id, plan_id, channel, service, accounts_acted_on, although_awake, left_out, \
         state, body",
    ),
    (
        "notices",
        "list_id, position, account, tier, language, email, phase, note",
    ),
    ("notice_claims", "case_id, account, list_id"),
];

fn rows(ground: &Ground) -> Vec<(&'static str, Vec<Vec<String>>)> {
    FIRST
        .iter()
        .map(|(table, columns)| {
            let sql = format!("SELECT {columns} FROM {table} ORDER BY 1, 2");
            (*table, ground.rows(&sql))
        })
        .collect()
}

#[test]
fn a_new_store_has_the_newest_schema_and_a_name_of_its_own() {
    let ground = Ground::new();
    let store = ground.open();
    assert_eq!(store.schema().unwrap(), NEWEST);
    assert_eq!(ground.rows("SELECT id FROM store_identity").len(), 1);
}

#[test]
fn down_to_the_first_schema_and_up_again_keeps_every_row_of_it() {
    let ground = Ground::new();
    let mut world = World::on(ground.open()).with_approval(OnFailure::Continue);
    world.execute().unwrap();
    world.plan_notices().unwrap();
    let plan = world.plan();
    // What the older schema has no place for is removed by whoever wants to go back.
    ground.alter("DELETE FROM plan_exhibits; DELETE FROM exhibits");
    let before = rows(&ground);
    let read_out = |ground: &Ground| {
        [
            "SELECT platform, account FROM alleged ORDER BY 1, 2",
            "SELECT id, risk, title, members FROM finding_heads ORDER BY 1",
        ]
        .map(|sql| ground.rows(sql))
    };
    let read_out_before = read_out(&ground);
    assert!(read_out_before.iter().all(|rows| !rows.is_empty()));
    for (table, rows) in &before {
        let may_be_empty = ["case_notes", "notice_claims"];
        assert!(!rows.is_empty() || may_be_empty.contains(table), "{table}");
    }
    world.store.migrate_down(1).unwrap();
    assert_eq!(rows(&ground), before);
    assert_eq!(
        ground.rows("SELECT * FROM plans ORDER BY 1")[0].len(),
        6,
        "the columns of the second schema are gone"
    );
    world.store = ground.open();
    assert_eq!(world.store.schema().unwrap(), NEWEST);
    assert_eq!(rows(&ground), before);
    assert_eq!(
        read_out(&ground),
        read_out_before,
        "what is read out of findings is read out of those that were there"
    );
    assert_eq!(world.plan(), plan);
    assert_eq!(world.plan().header().digest(), plan.header().digest());
    journal::verify(&world.store).unwrap();
}

#[test]
fn a_way_back_that_would_lose_rows_is_refused_and_changes_nothing() {
    let ground = Ground::new();
    let mut world = World::on(ground.open()).with_approval(OnFailure::Continue);
    world.execute().unwrap();
    world.plan_notices().unwrap();
    world
        .as_("rana", |desk, _| freeze::freeze(desk, "look first"))
        .unwrap();
    let before = rows(&ground);
    for (table, remedy) in [
        ("freezes", "DELETE FROM freezes"),
        (
            "exhibits",
            "DELETE FROM plan_exhibits; DELETE FROM exhibits",
        ),
    ] {
        let refused = ground.open().migrate_down(1).unwrap_err();
        assert_eq!(refused.code(), "store/would-lose");
        assert!(refused.to_string().contains(table), "{refused}");
        assert_eq!(rows(&ground), before);
        assert_eq!(ground.open().schema().unwrap(), NEWEST);
        ground.alter(remedy);
    }
    for (column, says, nothing) in [
        (
            "plans.rollout",
            "'{\"starts_at\":null,\"accepts_irreversible\":true}'",
            "'{}'",
        ),
        ("plan_steps.footprint", "'{\"followers\":9}'", "'{}'"),
        ("notices.others", "'[\"c9\"]'", "'[]'"),
        ("notices.via", "1", "0"),
        ("notice_lists.fallback", "'[\"mail\"]'", "'[]'"),
        ("notice_lists.untranslated", "2", "0"),
    ] {
        let (table, name) = column.split_once('.').unwrap();
        ground.alter(&format!("UPDATE {table} SET {name} = {says}"));
        let refused = ground.open().migrate_down(1).unwrap_err();
        assert_eq!(refused.code(), "store/would-lose");
        assert!(refused.to_string().contains(column), "{refused}");
        assert_eq!(ground.open().schema().unwrap(), NEWEST);
        ground.alter(&format!("UPDATE {table} SET {name} = {nothing}"));
    }
    let refused = ground.open().migrate_down(0).unwrap_err();
    assert!(refused.to_string().contains("journal"), "{refused}");
    assert_eq!(
        ground.open().schema().unwrap(),
        NEWEST,
        "all of the way back is taken, or nothing of it"
    );
    assert_eq!(rows(&ground), before);
}

#[test]
fn an_empty_store_goes_all_the_way_down_and_up_again() {
    let ground = Ground::new();
    ground.open().migrate_down(0).unwrap();
    let left = ground.rows("SELECT version FROM schema_version");
    assert!(left.is_empty());
    let store = ground.open();
    assert_eq!(store.schema().unwrap(), NEWEST);
    assert_eq!(journal::verify(&store).unwrap().rows, 0);
}

#[test]
fn a_store_of_a_newer_avert_is_left_alone() {
    let ground = Ground::new();
    drop(ground.open());
    ground.alter("INSERT INTO schema_version (version) VALUES (99)");
    let refused = ground.try_open().map(|_| ()).unwrap_err();
    assert!(
        matches!(refused, StoreError::Newer { found: 99, .. }),
        "{refused}"
    );
}

#[test]
fn a_way_back_is_refused_where_a_passkey_signed_what_the_older_version_could_not_read() {
    let ground = Ground::new();
    let mut world = World::on(ground.open()).with_approval(OnFailure::Continue);
    ground.alter("DELETE FROM plan_exhibits; DELETE FROM exhibits");
    ground.alter(
        "UPDATE plans SET body = replace(body, '\"signature\":', '\"authenticator_data\":\"x\",\"signature\":')",
    );
    let signed = ground.rows("SELECT id FROM plans WHERE body LIKE '%authenticator_data%'");
    assert_eq!(signed.len(), 1, "the approval has a signature");
    let refused = world
        .again(ground.open())
        .store
        .migrate_down(2)
        .unwrap_err();
    assert_eq!(refused.code(), "store/would-lose");
    assert!(refused.to_string().contains("plans.body"), "{refused}");
    world.store = ground.open();
    assert_eq!(world.store.schema().unwrap(), NEWEST);
}
