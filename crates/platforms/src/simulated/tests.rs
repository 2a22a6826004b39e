//! The simulated platform keeps what a platform promises.

use avert_ops::conformance::{self, Mailing, Scratch};

use super::*;
use crate::testing::{Noted, notice};

fn platform(folder: &Path) -> Simulated {
    let file = folder.join("platform.jsonl");
    let line = |id: &str| {
        format!(
            "{{\"account\":\"{id}\",\"display_name\":\"A\",\"disabled\":false,\"restricted\":false}}\n"
        )
    };
    fs::write(&file, line("u1") + &line("u2")).unwrap();
    open(folder)
}

fn open(folder: &Path) -> Simulated {
    let settings = SimulatedSettings {
        file: "platform.jsonl".into(),
    };
    Simulated::open("simulated", &settings, folder).unwrap()
}

fn key(part: &str) -> OperationKey {
    OperationKey::new("tp-1", part, "u1")
}

#[test]
fn a_takedown_is_there_after_a_restart_and_an_undo_puts_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let (u1, before) = (
        AccountId::from("u1"),
        platform(folder.path()).state(&"u1".into()).unwrap(),
    );
    open(folder.path())
        .apply(&u1, Remedy::Disable, &key("apply"))
        .unwrap();
    assert_eq!(
        open(folder.path()).state(&u1).unwrap().status,
        AccountStatus::Disabled
    );
    open(folder.path())
        .restore(&u1, &before, &key("restore"))
        .unwrap();
    assert_eq!(open(folder.path()).state(&u1).unwrap(), before);
}

#[test]
fn what_another_process_does_meanwhile_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (one, u1) = (platform(folder.path()), AccountId::from("u1"));
    open(folder.path())
        .apply(&u1, Remedy::Disable, &key("apply"))
        .unwrap();
    assert_eq!(one.state(&u1).unwrap().status, AccountStatus::Disabled);
}

#[test]
fn repeating_a_step_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let platform = platform(folder.path());
    for _ in 0..3 {
        platform
            .apply(&"u1".into(), Remedy::Disable, &key("apply"))
            .unwrap();
    }
    let changes = fs::read_to_string(folder.path().join("platform.changes.jsonl")).unwrap();
    assert_eq!(changes.lines().count(), 1);
}

#[test]
fn a_line_that_a_crash_cut_off_is_not_read_and_makes_way_for_the_next() {
    let folder = tempfile::tempdir().unwrap();
    platform(folder.path())
        .apply(&"u1".into(), Remedy::Disable, &key("apply"))
        .unwrap();
    let path = folder.path().join("platform.changes.jsonl");
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"account\":\"u2\",\"disab").unwrap();
    drop(file);
    let again = open(folder.path());
    assert_eq!(
        again.state(&"u1".into()).unwrap().status,
        AccountStatus::Disabled
    );
    assert_eq!(
        again.state(&"u2".into()).unwrap().status,
        AccountStatus::Active
    );
    assert!(fs::read_to_string(&path).unwrap().ends_with("disab"));
    again
        .apply(&"u2".into(), Remedy::Restrict, &key("apply"))
        .unwrap();
    assert_eq!(
        open(folder.path()).state(&"u2".into()).unwrap().status,
        AccountStatus::Restricted
    );
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
}

#[test]
fn an_account_the_platform_does_not_know_is_not_found() {
    let folder = tempfile::tempdir().unwrap();
    let error = platform(folder.path()).state(&"u9".into()).unwrap_err();
    assert!(matches!(error.kind, PortErrorKind::NotFound(_)));
}

#[test]
fn it_keeps_everything_that_a_platform_promises() {
    let folder = tempfile::tempdir().unwrap();
    let scratch = Scratch {
        account: &"u1".into(),
        unknown: &"nobody-at-all".into(),
        run: "trial",
        secrets: &[],
        pause: &Noted::default(),
    };
    let violations = conformance::platform(&platform(folder.path()), &scratch);
    assert_eq!(violations, []);
}

#[test]
fn it_keeps_everything_that_a_channel_promises() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("platform.notices.jsonl");
    let mailing = Mailing {
        notice: &notice("u1"),
        nobody: Some(&notice("nobody-at-all")),
        run: "trial",
        arrived: &|| fs::read_to_string(&file).map_or(0, |text| text.lines().count()),
        secrets: &[],
        pause: &Noted::default(),
    };
    let violations = conformance::channel(&platform(folder.path()), &mailing);
    assert_eq!(violations, []);
}

#[test]
fn what_an_account_costs_stands_on_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let plain = "{\"account\":\"u1\",\"disabled\":false,\"restricted\":false}";
    let full = "{\"account\":\"u2\",\"disabled\":false,\"restricted\":false,\
                \"created_at\":\"2017-01-01T00:00:00Z\",\"verified\":true,\"followers\":12,\
                \"sole_admin_of\":1,\"language\":\"pl\",\"country\":\"PL\"}";
    fs::write(
        folder.path().join("platform.jsonl"),
        format!("{plain}\n{full}\n"),
    )
    .unwrap();
    let platform = open(folder.path());
    let profile = platform.profile(&"u2".into()).unwrap();
    assert_eq!(profile.held.as_deref(), Some(full));
    assert_eq!(profile.footprint.followers, Some(12));
    assert_eq!(profile.footprint.country.as_deref(), Some("PL"));
    let bare = platform.profile(&"u1".into()).unwrap();
    assert_eq!(
        bare.footprint,
        avert_ops::ports::Footprint::default(),
        "what is not known is not made up"
    );
    let nobody = platform.profile(&"u3".into()).unwrap_err();
    assert!(matches!(nobody.kind, PortErrorKind::NotFound(_)));
}
