//! What Synapse answers, as the ports say it.

use std::net::TcpListener;

use avert_model::AccountStatus;
use avert_ops::ports::{
    Channel as _, Effect, LookUp, OperationKey, Platform as _, PortErrorKind, Receipt, Remedy,
    SendError,
};

use super::*;
use crate::testing::{Answer, Noted, notice, scripted};

pub(super) fn synapse(url: &str) -> (Synapse, Noted) {
    let pause = Noted::default();
    let manner = Manner {
        dialect: Dialect::Matrix,
        token: Some(Secret::for_tests("token-of-the-admin")),
        timeout_seconds: 10,
        at_once: 4,
    };
    let synapse = Synapse {
        name: "chat".into(),
        http: Client::new(url, manner),
        pause: Box::new(pause.clone()),
        pace: Pace::default(),
        notices_account: Some("@notices:example.org".into()),
    };
    (synapse, pause)
}

const ACTIVE: &str =
    r#"{"name":"@a:example.org","locked":false,"suspended":false,"deactivated":false}"#;

fn state(answer: Answer) -> Result<AccountStatus, PortError> {
    let (url, thread) = scripted(vec![answer]);
    let (synapse, pause) = synapse(&url);
    let state = synapse.state(&"@a:example.org".into());
    thread.join().unwrap();
    assert!(
        pause.waited().is_empty(),
        "whoever acts decides about waiting"
    );
    Ok(state?.status)
}

#[test]
fn a_token_that_is_not_taken_is_said_so_and_not_shown() {
    let error = state((
        "401 Unauthorized",
        r#"{"errcode":"M_UNKNOWN_TOKEN","error":"Unrecognised access token"}"#,
    ))
    .unwrap_err();
    assert!(
        matches!(&error.kind, PortErrorKind::Unauthorized(detail) if detail.contains("M_UNKNOWN_TOKEN")),
        "{error}"
    );
    assert!(
        !error.to_string().contains("token-of-the-admin") && !error.to_string().contains("@a:"),
        "{error}"
    );
}

#[test]
fn an_account_that_is_not_there_is_not_found() {
    let state = state((
        "404 Not Found",
        r#"{"errcode":"M_NOT_FOUND","error":"User not found"}"#,
    ));
    assert!(matches!(
        state.unwrap_err().kind,
        PortErrorKind::NotFound(_)
    ));
}

#[test]
fn no_answer_to_a_change_may_have_had_an_effect() {
    let (url, thread) = scripted(vec![("200 OK", ACTIVE), ("", "")]);
    let (synapse, _) = synapse(&url);
    let key = OperationKey::new("tp-1", "apply", "@a:example.org");
    let error = synapse
        .apply(&"@a:example.org".into(), Remedy::Disable, &key)
        .unwrap_err();
    assert!(
        matches!(error.kind, PortErrorKind::Unreachable(_)),
        "{error}"
    );
    assert_eq!(error.effect, Effect::Unknown);
    let asked = thread.join().unwrap();
    assert_eq!(
        asked[1].line(),
        "PUT /_synapse/admin/v2/users/%40a%3Aexample.org"
    );
    assert_eq!(asked[1].compact(), r#"{"locked":true}"#);
}

#[test]
fn a_server_that_is_not_there_has_had_no_effect() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (synapse, _) = synapse(&url);
    let key = OperationKey::new("tp-1", "apply", "@a:example.org");
    let error = synapse
        .apply(&"@a:example.org".into(), Remedy::Restrict, &key)
        .unwrap_err();
    assert!(
        matches!(error.kind, PortErrorKind::Unreachable(_)),
        "{error}"
    );
    assert_eq!(error.effect, Effect::None);
}

#[test]
fn an_answer_that_makes_no_sense_is_said_to_make_none() {
    let garbage = state(("200 OK", "<html>"));
    assert!(matches!(
        garbage.unwrap_err().kind,
        PortErrorKind::Protocol(_)
    ));
    let empty = state(("200 OK", "{}"));
    assert!(matches!(
        empty.unwrap_err().kind,
        PortErrorKind::Protocol(_)
    ));
}

#[test]
fn a_redirect_does_not_carry_the_token_away() {
    let state = state(("302 Found\r\nLocation: http://192.0.2.1/", ""));
    assert!(matches!(
        state.unwrap_err().kind,
        PortErrorKind::Protocol(_)
    ));
}

#[test]
fn a_notice_that_may_have_left_is_looked_for_in_the_rooms_it_would_be_in() {
    const PERSON: Answer = (
        "200 OK",
        r#"{"memberships":{"!a:example.org":"join","!n:example.org":"invite"}}"#,
    );
    const NOTICES: Answer = (
        "200 OK",
        r#"{"memberships":{"!n:example.org":"join","!o:example.org":"join"}}"#,
    );
    let key = OperationKey::new("case-1", "notice", "@b:example.org");
    let page = |key: &str| -> &'static str {
        format!(r#"{{"chunk":[{{"event_id":"$9","content":{{"avert.key":"{key}"}}}}]}}"#).leak()
    };
    let arrived = LookUp::Arrived(Receipt {
        reference: "$9".into(),
    });
    let (here, elsewhere) = (page(key.as_str()), page("another"));
    for (room, expected) in [(here, arrived), (elsewhere, LookUp::NotThere)] {
        let (url, thread) = scripted(vec![PERSON, NOTICES, ("200 OK", room)]);
        assert_eq!(
            synapse(&url)
                .0
                .look_up(&notice("@b:example.org"), &key)
                .unwrap(),
            expected
        );
        let asked = thread.join().unwrap();
        assert!(
            asked[2]
                .line()
                .contains("/rooms/%21n%3Aexample.org/messages")
        );
    }
}

#[test]
fn where_no_room_was_looked_into_nobody_can_tell() {
    let key = OperationKey::new("case-1", "notice", "@b:example.org");
    let none = ("200 OK", r#"{"memberships":{}}"#);
    let missing = (
        "404 Not Found",
        r#"{"errcode":"M_UNRECOGNIZED","error":"Unrecognized request"}"#,
    );
    for answer in [none, missing] {
        let (url, thread) = scripted(vec![answer, answer]);
        let told = synapse(&url)
            .0
            .look_up(&notice("@b:example.org"), &key)
            .unwrap();
        assert_eq!(told, LookUp::CannotTell);
        thread.join().unwrap();
    }
}

#[test]
fn without_the_name_of_the_notices_account_nobody_can_tell() {
    let (mut synapse, _) = synapse("http://127.0.0.1:1");
    synapse.notices_account = None;
    let key = OperationKey::new("case-1", "notice", "@b:example.org");
    let told = synapse.look_up(&notice("@b:example.org"), &key).unwrap();
    assert_eq!(told, LookUp::CannotTell);
}

#[test]
fn somebody_of_another_server_cannot_be_told() {
    let (url, thread) = scripted(vec![(
        "400 Bad Request",
        r#"{"errcode":"M_UNKNOWN","error":"Server notices can only be sent to local users"}"#,
    )]);
    let key = OperationKey::new("case-1", "notice", "@b:example.org");
    let refused = synapse(&url)
        .0
        .send(&notice("@b:example.org"), &key)
        .unwrap_err();
    assert!(
        matches!(refused, SendError::Undeliverable(_)),
        "{refused:?}"
    );
    thread.join().unwrap();
}

#[test]
fn a_notice_carries_its_key_and_a_lost_answer_is_in_doubt() {
    let notice = notice("@b:example.org");
    let key = OperationKey::new("case-1", "notice", "@b:example.org");
    let (url, thread) = scripted(vec![("200 OK", r#"{"event_id":"$1"}"#)]);
    let receipt = synapse(&url).0.send(&notice, &key).unwrap();
    assert_eq!(receipt.reference, "$1");
    let asked = thread.join().unwrap().remove(0);
    assert!(asked.line().contains(key.as_str()), "as transaction id");
    assert!(asked.body.contains(key.as_str()), "in the event");
    let (url, thread) = scripted(vec![("", "")]);
    let lost = synapse(&url).0.send(&notice, &key).unwrap_err();
    assert!(matches!(lost, SendError::InDoubt(_)), "{lost:?}");
    thread.join().unwrap();
    let (url, thread) = scripted(vec![(
        "404 Not Found",
        r#"{"errcode":"M_NOT_FOUND","error":"User not found"}"#,
    )]);
    let nobody = synapse(&url).0.send(&notice, &key).unwrap_err();
    assert!(matches!(nobody, SendError::Undeliverable(_)), "{nobody:?}");
    thread.join().unwrap();
}

#[test]
fn only_reading_the_whole_server_is_patient() {
    let (url, thread) = scripted(vec![
        ("429 Too Many Requests\r\nRetry-After: 7", "{}"),
        ("200 OK", r#"{"users":[]}"#),
        ("200 OK", r#"{"rooms":[]}"#),
    ]);
    let (synapse, pause) = synapse(&url);
    avert_ops::ports::Source::read(&synapse, &mut Nothing).unwrap();
    assert_eq!(pause.waited(), [std::time::Duration::from_secs(7)]);
    thread.join().unwrap();
}

struct Nothing;

impl avert_ops::ports::RecordSink for Nothing {
    fn account(&mut self, _: avert_model::Account) -> Result<(), avert_ops::ports::SinkError> {
        Ok(())
    }

    fn action(&mut self, _: avert_model::Action) -> Result<(), avert_ops::ports::SinkError> {
        Ok(())
    }
}
