//! What SCIM servers answer, and what becomes of it.

use avert_model::{Account, AccountStatus, Action};
use avert_ops::conformance::{self, Scratch};
use avert_ops::ports::{
    AccountState, OperationKey, Platform as _, RecordSink, Remedy, SinkError, Source as _,
};

use super::server::{Way, start, user};
use super::*;
use crate::testing::{Answer, Asked, Noted, scripted};

fn scim(url: &str, account_is: AccountIs) -> Scim {
    let manner = Manner {
        dialect: Dialect::Scim,
        token: Some(Secret::for_tests("the-token")),
        timeout_seconds: 10,
        at_once: 4,
    };
    Scim {
        name: "directory".into(),
        http: Client::new(url, manner),
        pause: Box::new(Noted::default()),
        account_is,
        secure_by_password: true,
        pace: Pace {
            at_once: 4,
            per_second: None,
        },
        known: Mutex::new(None),
        seen: Mutex::default(),
        secured: Mutex::default(),
    }
}

fn key() -> OperationKey {
    OperationKey::new("tp-1", "disable", "ann-1")
}

const ANN: &str = r#"{"id":"ann-1","userName":"ann","active":true,"meta":{"version":"W/\"3\""}}"#;
const CONFIG: Answer = ("200 OK", r#"{"patch":{"supported":true}}"#);

/// Disables ann on a server that answers so to the change itself.
fn disabling(answer: Answer) -> (Result<(), PortError>, Vec<Asked>) {
    let (url, thread) = scripted(vec![("200 OK", ANN), CONFIG, answer]);
    let applied = scim(&url, AccountIs::Id).apply(&"ann-1".into(), Remedy::Disable, &key());
    (applied, thread.join().unwrap())
}

fn state(answer: Answer) -> Result<AccountState, PortError> {
    let (url, thread) = scripted(vec![answer]);
    let state = scim(&url, AccountIs::Id).state(&"ann-1".into());
    thread.join().unwrap();
    state
}

#[test]
fn every_kind_of_server_lets_every_promise_be_kept() {
    let known_by = [AccountIs::Id, AccountIs::UserName, AccountIs::ExternalId];
    for way in [Way::Plain, Way::NoPatch, Way::Words] {
        for account_is in known_by {
            for active in [Some(true), Some(false), None] {
                let scratch = user("scratch-1", active);
                let account = scratch[account_is.attribute()].as_str().unwrap().into();
                let (server, users) = start(way, vec![scratch.clone(), user("other-1", None)]);
                let trial = Scratch {
                    account: &account,
                    unknown: &"nobody-at-all".into(),
                    run: "trial",
                    secrets: &["the-token", "scratch-1", "scratch-1@example.org"],
                    pause: &Noted::default(),
                };
                let violations = conformance::platform(&scim(&server.url, account_is), &trial);
                assert_eq!(violations, [], "{way:?} {account_is:?} {active:?}");
                let after = users.lock().unwrap().clone();
                let mut now = after["scratch-1"].clone();
                now["meta"] = scratch["meta"].clone();
                assert_eq!(now, scratch, "everything but the version is as it was");
                assert_eq!(
                    after["other-1"],
                    user("other-1", None),
                    "nobody else was touched"
                );
                assert_eq!(after.len(), 2, "nobody was made");
            }
        }
    }
}

#[test]
fn a_user_is_made_inactive_by_one_change_of_the_version_that_was_read() {
    let (applied, asked) = disabling(("204 No Content", ""));
    applied.unwrap();
    let change = &asked[2];
    assert_eq!(change.line(), "PATCH /Users/ann-1");
    assert_eq!(change.header("content-type"), Some("application/scim+json"));
    assert_eq!(change.header("if-match"), Some("W/\"3\""));
    assert_eq!(change.header("authorization"), Some("Bearer the-token"));
    assert_eq!(
        change.compact(),
        r#"{"Operations":[{"op":"replace","path":"active","value":false}],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}"#
    );
}

#[test]
fn a_change_is_of_the_version_that_was_looked_at_and_never_of_a_later_one() {
    let refused = ("412 Precondition Failed", "{}");
    let newer = r#"{"id":"ann-1","userName":"ann","active":true,"meta":{"version":"W/\"4\""}}"#;
    let (url, thread) = scripted(vec![
        ("200 OK", ANN),
        refused,
        ("200 OK", newer),
        ("200 OK", "{}"),
    ]);
    let scim = scim(&url, AccountIs::Id);
    *scim.known.lock().unwrap() = Some(Known {
        patches: true,
        versions: true,
    });
    scim.state(&"ann-1".into()).unwrap();
    let error = scim.apply(&"ann-1".into(), Remedy::Disable, &key());
    assert!(error.is_err_and(|error| error.kind.is_passing()));
    // What was refused is not tried again with the same version.
    scim.apply(&"ann-1".into(), Remedy::Disable, &key())
        .unwrap();
    let asked = thread.join().unwrap();
    assert_eq!(asked[1].header("if-match"), Some("W/\"3\""));
    assert_eq!(asked[3].header("if-match"), Some("W/\"4\""));
}

#[test]
fn where_no_version_is_promised_a_user_is_read_once_more_before_the_change() {
    let (url, thread) = scripted(vec![
        ("200 OK", ANN),
        ("200 OK", ANN),
        CONFIG,
        ("200 OK", "{}"),
    ]);
    let scim = scim(&url, AccountIs::Id);
    scim.state(&"ann-1".into()).unwrap();
    scim.apply(&"ann-1".into(), Remedy::Disable, &key())
        .unwrap();
    assert_eq!(thread.join().unwrap().len(), 4);
}

#[test]
fn each_answer_to_a_change_is_said_as_it_is() {
    type Is = fn(&PortErrorKind) -> bool;
    let known: [(&str, Effect, Is); 9] = [
        ("401 Unauthorized", Effect::None, |kind| {
            matches!(kind, PortErrorKind::Unauthorized(_))
        }),
        ("404 Not Found", Effect::None, |kind| {
            matches!(kind, PortErrorKind::NotFound(_))
        }),
        ("409 Conflict", Effect::None, |kind| {
            matches!(kind, PortErrorKind::Server { status: 409, .. })
        }),
        ("412 Precondition Failed", Effect::None, |kind| {
            matches!(kind, PortErrorKind::Server { status: 412, .. })
        }),
        (
            "429 Too Many Requests\r\nRetry-After: 9",
            Effect::None,
            |kind| matches!(kind, PortErrorKind::RateLimited { retry_after: Some(wait) } if wait.as_secs() == 9),
        ),
        (
            "429 Too Many Requests\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
             Retry-After: Sun, 06 Nov 1994 08:49:47 GMT",
            Effect::None,
            |kind| matches!(kind, PortErrorKind::RateLimited { retry_after: Some(wait) } if wait.as_secs() == 10),
        ),
        ("500 Internal Server Error", Effect::Unknown, |kind| {
            matches!(kind, PortErrorKind::Server { status: 500, .. })
        }),
        ("200 OK", Effect::Unknown, |kind| {
            matches!(kind, PortErrorKind::Protocol(_))
        }),
        ("", Effect::Unknown, |kind| {
            matches!(kind, PortErrorKind::Unreachable(_))
        }),
    ];
    for (head, effect, is) in known {
        let (applied, asked) = disabling((head, "ann-1 <garbage> ann"));
        let error = applied.unwrap_err();
        assert!(is(&error.kind), "{head}: {error}");
        assert_eq!(error.effect, effect, "{head}: {error}");
        assert!(!format!("{error:?}").contains("ann"), "{error:?}");
        assert_eq!(asked.len(), 3, "tried once");
    }
}

#[test]
fn a_name_that_is_taken_is_no_conflict_that_passes() {
    let taken = r#"{"scimType":"uniqueness","detail":"taken"}"#;
    let error = disabling(("409 Conflict", taken)).0.unwrap_err();
    assert!(!error.kind.is_passing(), "{error}");
}

#[test]
fn before_a_change_no_failure_has_had_an_effect() {
    for answers in [
        vec![("", "")],
        vec![("500 Internal Server Error", "")],
        vec![("200 OK", ANN), ("503 Service Unavailable", "")],
        vec![("200 OK", ANN), ("", "")],
    ] {
        let (url, thread) = scripted(answers);
        let error = scim(&url, AccountIs::Id)
            .apply(&"ann-1".into(), Remedy::Disable, &key())
            .unwrap_err();
        assert_eq!(error.effect, Effect::None, "{error}");
        thread.join().unwrap();
    }
}

#[test]
fn who_is_inactive_already_is_left_alone() {
    let (url, thread) = scripted(vec![("200 OK", r#"{"id":"ann-1","active":"False"}"#)]);
    scim(&url, AccountIs::Id)
        .apply(&"ann-1".into(), Remedy::Disable, &key())
        .unwrap();
    assert_eq!(thread.join().unwrap().len(), 1, "nothing was changed");
}

#[test]
fn a_server_that_does_not_say_what_it_can_is_sent_a_patch() {
    for head in ["404 Not Found", "403 Forbidden", "200 OK"] {
        let (url, thread) = scripted(vec![("200 OK", ANN), (head, ""), ("204 No Content", "")]);
        scim(&url, AccountIs::Id)
            .apply(&"ann-1".into(), Remedy::Disable, &key())
            .unwrap();
        assert!(thread.join().unwrap()[2].line().starts_with("PATCH "));
    }
}

#[test]
fn a_server_that_cannot_patch_and_did_not_say_so_is_sent_whole_users_from_then_on() {
    let (url, thread) = scripted(vec![
        ("200 OK", ANN),
        ("404 Not Found", ""),
        ("501 Not Implemented", ""),
        ("200 OK", ANN),
        ("200 OK", ANN),
    ]);
    let scim = scim(&url, AccountIs::Id);
    let error = scim
        .apply(&"ann-1".into(), Remedy::Disable, &key())
        .unwrap_err();
    assert!(error.kind.is_passing() && error.effect == Effect::None);
    scim.apply(&"ann-1".into(), Remedy::Disable, &key())
        .unwrap();
    let asked = thread.join().unwrap();
    assert_eq!(asked[4].line(), "PUT /Users/ann-1");
    assert!(asked[4].compact().contains(r#""active":false"#));
}

#[test]
fn whoever_is_not_named_as_asked_is_not_acted_on() {
    for other in [
        r#"{"id":"ANN-1","active":true}"#,
        r#"{"id":"ann-2","active":true}"#,
        r#"{"userName":"ann-1","active":true}"#,
        r#"{"Resources":[{"id":"ann-1"}]}"#,
        "[]",
        "7",
    ] {
        let error = state(("200 OK", other)).unwrap_err();
        assert!(
            matches!(error.kind, PortErrorKind::Protocol(_)),
            "{other}: {error}"
        );
    }
    let (server, users) = start(Way::NoFilter, vec![user("b-1", None)]);
    let asked = scim(&server.url, AccountIs::UserName);
    let error = asked.apply(&"a-1@example.org".into(), Remedy::Disable, &key());
    assert!(matches!(
        error.unwrap_err().kind,
        PortErrorKind::Protocol(_)
    ));
    assert_eq!(users.lock().unwrap()["b-1"], user("b-1", None));
}

#[test]
fn several_users_of_one_name_are_nobody_to_act_on() {
    let two = r#"{"totalResults":2,"Resources":[{"id":"1","userName":"ann"},{"id":"2","userName":"ann"}]}"#;
    let (url, thread) = scripted(vec![("200 OK", two)]);
    let error = scim(&url, AccountIs::UserName)
        .state(&"ann".into())
        .unwrap_err();
    assert!(matches!(error.kind, PortErrorKind::Protocol(_)), "{error}");
    thread.join().unwrap();
}

#[test]
fn an_id_stays_within_its_segment_and_its_quotes() {
    for (account_is, id, line) in [
        (
            AccountIs::Id,
            "../Groups/1?x#y",
            "GET /Users/..%2FGroups%2F1%3Fx%23y",
        ),
        (
            AccountIs::UserName,
            "a\" or id pr or userName eq \"\\",
            "GET /Users?filter=userName%20eq%20%22a%5C%22%20or%20id%20pr%20or%20userName%20eq%20%5C%22%5C%5C%22",
        ),
    ] {
        let (url, thread) = scripted(vec![("404 Not Found", "")]);
        let error = scim(&url, account_is).state(&id.into()).unwrap_err();
        assert!(matches!(error.kind, PortErrorKind::NotFound(_)), "{error}");
        assert_eq!(thread.join().unwrap()[0].line(), line);
    }
    let nobody = scim("http://127.0.0.1:1", AccountIs::Id).state(&"".into());
    assert!(
        matches!(nobody.unwrap_err().kind, PortErrorKind::NotFound(_)),
        "and nobody was asked"
    );
}

#[test]
fn active_is_read_in_every_way_that_servers_write_it() {
    let of = |body| state(("200 OK", body));
    for (body, active, status) in [
        (
            r#"{"id":"ann-1","active":true}"#,
            Some(true),
            AccountStatus::Active,
        ),
        (
            r#"{"id":"ann-1","ACTIVE":"False"}"#,
            Some(false),
            AccountStatus::Disabled,
        ),
        (
            r#"{"id":"ann-1","active":"true"}"#,
            Some(true),
            AccountStatus::Active,
        ),
        (
            r#"{"id":"ann-1","active":null}"#,
            None,
            AccountStatus::Active,
        ),
        (r#"{"id":"ann-1"}"#, None, AccountStatus::Active),
    ] {
        let state = of(body).unwrap();
        assert_eq!(state.switches.get("active").copied(), active, "{body}");
        assert_eq!(state.status, status, "{body}");
    }
    for body in [
        r#"{"id":"ann-1","active":1}"#,
        r#"{"id":"ann-1","active":"perhaps"}"#,
    ] {
        assert!(matches!(
            of(body).unwrap_err().kind,
            PortErrorKind::Protocol(_)
        ));
    }
}

#[test]
fn a_profile_says_what_acting_would_cost_and_no_password() {
    let mut held = user("ann-1", Some(true));
    held["password"] = "secret-of-ann".into();
    let (server, _) = start(Way::Plain, vec![held]);
    let profile = scim(&server.url, AccountIs::Id)
        .profile(&"ann-1".into())
        .unwrap();
    let footprint = profile.footprint;
    assert_eq!(
        footprint.created_at.unwrap().to_string(),
        "2017-12-18T12:00:00Z"
    );
    assert_eq!(footprint.language.as_deref(), Some("ar-PS"));
    assert_eq!(footprint.country.as_deref(), Some("PS"));
    let held = profile.held.unwrap();
    assert!(held.contains("main@example.org") && !held.contains("secret-of-ann"));
}

#[test]
fn securing_is_there_only_for_whoever_asked_for_it() {
    let mut careful = scim("http://127.0.0.1:1", AccountIs::Id);
    careful.secure_by_password = false;
    assert!(!careful.supports(Remedy::Secure));
    let error = careful
        .apply(&"ann-1".into(), Remedy::Secure, &key())
        .unwrap_err();
    assert!(matches!(error.kind, PortErrorKind::Local(_)), "{error}");
}

#[derive(Default)]
struct Rows(Vec<Account>);

impl RecordSink for Rows {
    fn account(&mut self, account: Account) -> Result<(), SinkError> {
        self.0.push(account);
        Ok(())
    }

    fn action(&mut self, _: Action) -> Result<(), SinkError> {
        Ok(())
    }
}

#[test]
fn everybody_is_read_once_whatever_the_size_of_a_page() {
    let users: Vec<Value> = (0..70)
        .map(|number| user(&format!("u{number:02}"), Some(number != 7)))
        .collect();
    let (server, _) = start(Way::Words, users);
    let mut rows = Rows::default();
    scim(&server.url, AccountIs::UserName)
        .read(&mut rows)
        .unwrap();
    assert_eq!(rows.0.len(), 70);
    let seventh = &rows.0[7];
    assert_eq!(seventh.id.as_str(), "u07@example.org");
    assert_eq!(seventh.status, Some(AccountStatus::Disabled));
    assert_eq!(
        seventh.email.as_ref().map(avert_model::Email::expose),
        Some("main@example.org")
    );
    assert_eq!(seventh.place.as_deref(), Some("Ramallah"));
}

#[test]
fn a_server_that_does_not_turn_pages_is_not_read_for_ever() {
    let users: Vec<Value> = (0..70)
        .map(|number| user(&format!("u{number}"), None))
        .collect();
    let (server, _) = start(Way::NoPages, users);
    let read = scim(&server.url, AccountIs::Id).read(&mut Rows::default());
    assert!(
        read.unwrap_err()
            .to_string()
            .contains("does not turn pages")
    );
}

#[test]
fn a_token_is_sent_in_the_clear_on_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    let open = |url: &str| {
        let settings = ScimSettings {
            url: url.into(),
            token_file: None,
            token_env: Some("PATH".into()),
            account_is: AccountIs::Id,
            secure_by_password: false,
            timeout_seconds: 10,
            at_once: 4,
            per_second: None,
        };
        Scim::open(
            "directory",
            &settings,
            folder.path(),
            Box::new(Noted::default()),
        )
    };
    assert!(open("https://example.org/scim/v2/").is_ok());
    assert!(open("http://127.0.0.1:8080/v2").is_ok());
    assert!(open("http://[::1]:8080/v2").is_ok());
    assert!(open("http://scim.example.org/v2").is_err());
}
