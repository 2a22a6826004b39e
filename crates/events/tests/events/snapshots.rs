//! A snapshot gives back what was put in, has an id that its content gives, and shows any change.

use std::fs;
use std::path::{Path, PathBuf};

use avert_events::snapshot::{ActionColumn, Place, Sorter};
use avert_events::{ActionRow, Snapshot, SnapshotError, SnapshotWriter};
use avert_model::{
    Account, AccountId, AccountStatus, DisplayName, Email, Explain as _, Handle, Timestamp, Verb,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tempfile::TempDir;

const PLATFORM: &str = "example";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn full_action() -> ActionRow<'static> {
    ActionRow {
        target: Some("b"),
        object: Some("https://example.org/"),
        layer: Some("link"),
        at: Some(1_513_589_400_000_000),
        ip: Some("192.0.2.1"),
        device: Some("phone"),
        user_agent: Some("browser"),
        text: Some("hello"),
        count: 3,
        ..ActionRow::new("a", Verb::ShareLink)
    }
}

/// A snapshot of two accounts and one action.
fn small(folder: &Path) -> Snapshot {
    let mut writer = SnapshotWriter::create(folder, PLATFORM).unwrap();
    for id in ["b", "a"] {
        let account = Account::bare(AccountId::new(id));
        writer.account(&account, Place::default()).unwrap();
    }
    writer.action(&full_action()).unwrap();
    writer.finish(Vec::new(), at(0)).unwrap()
}

fn file(folder: &TempDir, snapshot: &Snapshot, name: &str) -> PathBuf {
    folder.path().join(snapshot.id().as_str()).join(name)
}

/// Replaces a file of a snapshot, which is protected against writing.
fn replace(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn one_altered_byte_is_found_wherever_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = small(folder.path());
    snapshot.verify().unwrap();
    for name in ["accounts.parquet", "actions.parquet"] {
        let path = file(&folder, &snapshot, name);
        let whole = fs::read(&path).unwrap();
        for position in [0, whole.len() / 2, whole.len() - 1] {
            let mut altered = whole.clone();
            altered[position] ^= 1;
            replace(&path, &altered);
            let error = snapshot.verify().unwrap_err();
            assert_eq!(error.code(), "snapshot/altered");
            assert!(error.to_string().contains(name), "{error}");
            assert!(error.to_string().contains("hash"), "{error}");
        }
        replace(&path, &[whole.as_slice(), b"x"].concat());
        let error = snapshot.verify().unwrap_err();
        assert!(error.to_string().contains("bytes instead of"), "{error}");
        replace(&path, &whole);
    }
    snapshot.verify().unwrap();
}

#[test]
fn an_edited_manifest_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = small(folder.path());
    let path = file(&folder, &snapshot, "manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("\"example\"", "\"another\""),
        ("\"accounts\": 2", "\"accounts\": 3"),
        ("\"blake3\": \"", "\"blake3\": \"0"),
    ] {
        assert!(text.contains(from), "{text}");
        replace(&path, text.replacen(from, to, 1).as_bytes());
        let error = Snapshot::open(folder.path(), snapshot.id()).unwrap_err();
        assert_eq!(error.code(), "snapshot/altered");
        let error = Snapshot::list(folder.path()).unwrap_err();
        assert_eq!(error.code(), "snapshot/altered");
    }
    replace(&path, text.replacen('{', "{\"more\": 1,", 1).as_bytes());
    let error = Snapshot::open(folder.path(), snapshot.id()).unwrap_err();
    assert_eq!(error.code(), "snapshot/manifest");
    assert!(error.to_string().contains("more"), "{error}");
    // When it was taken is no part of what it is.
    replace(
        &path,
        text.replacen("1970-01-01", "1971-01-01", 1).as_bytes(),
    );
    Snapshot::open(folder.path(), snapshot.id()).unwrap();
}

#[test]
fn another_schema_version_is_refused_before_anything_else_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = small(folder.path());
    let path = file(&folder, &snapshot, "manifest.json");
    replace(&path, b"{\"schema\": 99, \"shape\": \"unheard of\"}");
    let error = Snapshot::open(folder.path(), snapshot.id()).unwrap_err();
    assert_eq!(error.code(), "snapshot/version");
    let text = error.to_string();
    assert!(
        text.contains("schema version 99") && text.contains("reads version 1"),
        "{text}"
    );
}

#[test]
fn a_truncated_table_is_a_plain_error() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = small(folder.path());
    for name in ["accounts.parquet", "actions.parquet"] {
        let path = file(&folder, &snapshot, name);
        let whole = fs::read(&path).unwrap();
        for length in [0, 7, whole.len() / 2, whole.len() - 1] {
            replace(&path, &whole[..length]);
            let error = read_all(&snapshot).unwrap_err();
            assert_eq!(error.code(), "snapshot/parquet");
            assert!(error.to_string().contains(name), "{error}");
        }
        replace(&path, &whole);
    }
    fs::remove_file(file(&folder, &snapshot, "accounts.parquet")).unwrap();
    let error = read_all(&snapshot).unwrap_err();
    assert_eq!(error.code(), "snapshot/file");
}

#[test]
fn a_table_with_other_columns_is_a_plain_error() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = small(folder.path());
    let accounts = fs::read(file(&folder, &snapshot, "accounts.parquet")).unwrap();
    replace(&file(&folder, &snapshot, "actions.parquet"), &accounts);
    let error = read_all(&snapshot).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("not those of the canonical table"),
        "{error}"
    );
}

#[test]
fn an_unfinished_snapshot_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = SnapshotWriter::create(folder.path(), PLATFORM).unwrap();
    writer.action(&full_action()).unwrap();
    assert!(Snapshot::list(folder.path()).unwrap().is_empty());
    drop(writer);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_id_given_twice_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = SnapshotWriter::create(folder.path(), PLATFORM).unwrap();
    for row in 1..=2 {
        let account = Account::bare(AccountId::new("a"));
        writer.account(&account, Place { file: 0, row }).unwrap();
    }
    let error = writer.finish(Vec::new(), at(0)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "account 'a' is listed twice: in row 1 and in row 2"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_empty_snapshot_is_a_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let writer = SnapshotWriter::create(folder.path(), PLATFORM).unwrap();
    let snapshot = writer.finish(Vec::new(), at(0)).unwrap();
    snapshot.verify().unwrap();
    assert_eq!(read_all(&snapshot).unwrap(), (Vec::new(), Vec::new()));
    assert_eq!(snapshot.manifest().first_at, None);
}

#[test]
fn finishing_the_same_content_again_keeps_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let first = small(folder.path());
    let mut writer = SnapshotWriter::create(folder.path(), PLATFORM).unwrap();
    for id in ["a", "b"] {
        let account = Account::bare(AccountId::new(id));
        writer.account(&account, Place::default()).unwrap();
    }
    writer.action(&full_action()).unwrap();
    let second = writer.finish(Vec::new(), at(9)).unwrap();
    assert_eq!(second.id(), first.id());
    assert_eq!(second.manifest().taken_at, at(0));
    assert_eq!(Snapshot::list(folder.path()).unwrap().len(), 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn snapshots_are_listed_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    for second in [1, 3, 2] {
        let mut writer = SnapshotWriter::create(folder.path(), PLATFORM).unwrap();
        let id = second.to_string();
        writer.action(&ActionRow::new(&id, Verb::Post)).unwrap();
        writer.finish(Vec::new(), at(second)).unwrap();
    }
    let taken: Vec<_> = Snapshot::list(folder.path())
        .unwrap()
        .iter()
        .map(|manifest| manifest.taken_at.as_second())
        .collect();
    assert_eq!(taken, [3, 2, 1]);
    assert!(
        Snapshot::list(&folder.path().join("nowhere"))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn columns_that_are_not_asked_for_are_absent() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = small(folder.path());
    let full = full_action();
    let bare = ActionRow::new("a", Verb::ShareLink);
    for column in ActionColumn::ALL {
        let expected = match column {
            ActionColumn::Target => ActionRow {
                target: full.target,
                ..bare
            },
            ActionColumn::Object => ActionRow {
                object: full.object,
                ..bare
            },
            ActionColumn::Layer => ActionRow {
                layer: full.layer,
                ..bare
            },
            ActionColumn::At => ActionRow {
                at: full.at,
                ..bare
            },
            ActionColumn::Ip => ActionRow {
                ip: full.ip,
                ..bare
            },
            ActionColumn::Device => ActionRow {
                device: full.device,
                ..bare
            },
            ActionColumn::UserAgent => ActionRow {
                user_agent: full.user_agent,
                ..bare
            },
            ActionColumn::Text => ActionRow {
                text: full.text,
                ..bare
            },
            ActionColumn::Count => ActionRow {
                count: full.count,
                ..bare
            },
        };
        let mut seen = 0;
        snapshot
            .each_action(&[*column], |number, action| {
                assert_eq!((number, action), (0, &expected), "{column:?}");
                seen += 1;
            })
            .unwrap();
        assert_eq!(seen, 1);
    }
}

/// One action, owned: who, verb, the seven texts, when, how many times.
type Owned = (String, Verb, [Option<String>; 7], Option<i64>, u32);

fn borrowed(action: &Owned) -> ActionRow<'_> {
    let (account, verb, texts, at, count) = action;
    let [target, object, layer, ip, device, user_agent, text] =
        texts.each_ref().map(Option::as_deref);
    ActionRow {
        account,
        verb: *verb,
        target,
        object,
        layer,
        at: *at,
        ip,
        device,
        user_agent,
        text,
        count: *count,
    }
}

fn read_all(snapshot: &Snapshot) -> Result<(Vec<Account>, Vec<Owned>), SnapshotError> {
    let accounts = snapshot.accounts()?.collect::<Result<_, _>>()?;
    let mut actions = Vec::new();
    snapshot.each_action(ActionColumn::ALL, |number, action| {
        assert_eq!(number, actions.len() as u64);
        let texts = [
            action.target,
            action.object,
            action.layer,
            action.ip,
            action.device,
            action.user_agent,
            action.text,
        ];
        let texts = texts.map(|text| text.map(str::to_owned));
        let account = action.account.to_owned();
        actions.push((account, action.verb, texts, action.at, action.count));
    })?;
    Ok((accounts, actions))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{0,3}",
        vec(any::<char>(), 0..20).prop_map(String::from_iter)
    ]
}

fn moment() -> impl Strategy<Value = i64> {
    // What a timestamp holds, to the microsecond.
    -377_705_023_201_000_000..=253_402_207_200_999_999_i64
}

fn action() -> impl Strategy<Value = Owned> {
    (
        text(),
        proptest::sample::select(Verb::ALL.to_vec()),
        [(); 7].map(|()| option::of(text())),
        option::of(moment()),
        1_u32..,
    )
}

fn account() -> impl Strategy<Value = Account> {
    (
        text(),
        [(); 9].map(|()| option::of(text())),
        option::of(moment()),
        option::of(any::<bool>()),
        option::of(proptest::sample::select(AccountStatus::ALL.to_vec())),
    )
        .prop_map(|(id, texts, created_at, verified, status)| {
            let [
                handle,
                name,
                email,
                avatar,
                bio,
                profession,
                place,
                time_zone,
                language,
            ] = texts;
            Account {
                id: AccountId::new(id),
                handle: handle.map(Handle::new),
                display_name: name.map(DisplayName::new),
                created_at: created_at.map(|at| Timestamp::from_microsecond(at).unwrap()),
                email: email.map(Email::new),
                avatar,
                bio,
                profession,
                place,
                time_zone,
                language,
                verified,
                status,
            }
        })
}

fn write(folder: &Path, accounts: &[Account], actions: &[Owned], taken_at: i64) -> Snapshot {
    let mut writer = SnapshotWriter::create(folder, PLATFORM).unwrap();
    for account in accounts {
        writer.account(account, Place::default()).unwrap();
    }
    for action in actions {
        writer.action(&borrowed(action)).unwrap();
    }
    writer.finish(Vec::new(), at(taken_at)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_and_gives_the_same_id_again(
        accounts in vec(account(), 0..12),
        actions in vec(action(), 0..40),
    ) {
        let mut accounts = accounts;
        accounts.sort_by(|a, b| a.id.cmp(&b.id));
        accounts.dedup_by(|a, b| a.id == b.id);
        let folder = tempfile::tempdir().unwrap();
        let snapshot = write(folder.path(), &accounts, &actions, 1);
        snapshot.verify().unwrap();
        let times = || actions.iter().filter_map(|action| action.3);
        let first = times().min().map(|at| Timestamp::from_microsecond(at).unwrap());
        prop_assert_eq!(snapshot.manifest().first_at, first);
        let read = read_all(&snapshot).unwrap();
        prop_assert_eq!(&read.0, &accounts);
        prop_assert_eq!(&read.1, &actions);

        let elsewhere = tempfile::tempdir().unwrap();
        accounts.reverse();
        let again = write(elsewhere.path(), &accounts, &actions, 2);
        prop_assert_eq!(again.id(), snapshot.id());
        let mut more = actions.clone();
        more.push(("one more".to_owned(), Verb::Act, Default::default(), None, 1));
        let other = write(elsewhere.path(), &accounts, &more, 2);
        prop_assert_ne!(other.id(), snapshot.id());
    }

    #[test]
    fn a_sorter_that_spills_gives_the_order_of_one_that_does_not(
        entries in vec((text(), 0_u32..3, 0_u64..9, vec(any::<u8>(), 0..8)), 0..200),
        limit in 1_usize..2_000,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut expected = Vec::new();
        let mut sorter = Sorter::new(folder.path(), "test", limit);
        for (key, file, row, payload) in entries {
            let place = Place { file, row };
            sorter.push(&key, place, payload.clone()).unwrap();
            expected.push((key.into_boxed_str(), place, payload.into_boxed_slice()));
        }
        expected.sort();
        let spilled = fs::read_dir(folder.path()).unwrap().count();
        prop_assert!(spilled >= expected.len() * 64 / (limit + 64 + 200));
        let mut sorted = sorter.finish().unwrap();
        let mut found = Vec::new();
        while let Some(entry) = sorted.pop().unwrap() {
            found.push(entry);
        }
        prop_assert_eq!(found, expected);
    }
}
