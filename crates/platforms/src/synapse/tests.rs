//! A server that answers from a script, whatever is asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use avert_model::AccountStatus;
use avert_ops::ports::{
    Channel as _, Effect, LookUp, OperationKey, OutgoingNotice, Platform as _, PortErrorKind,
    Receipt, Remedy, SendError,
};

use super::*;

/// Waits by noting how long it was asked to.
#[derive(Clone, Default)]
struct Noted(Arc<Mutex<Vec<Duration>>>);

impl Pause for Noted {
    fn pause(&self, duration: Duration) {
        self.0.lock().unwrap().push(duration);
    }
}

/// An answer: status line and headers, and the body. An empty head hangs up.
type Answer = (&'static str, &'static str);

/// Serves one answer for each connection, and gives what was asked.
fn server(answers: Vec<Answer>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        answers
            .into_iter()
            .map(|answer| serve(&listener.accept().unwrap().0, answer))
            .collect()
    });
    (url, thread)
}

fn serve(mut stream: &TcpStream, (head, body): Answer) -> String {
    let mut lines = BufReader::new(stream);
    let mut asked = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim_end().is_empty() {
            break;
        }
        asked.push_str(&line);
    }
    let mut sent = vec![0; length];
    lines.read_exact(&mut sent).unwrap();
    if !head.is_empty() {
        let answer = format!(
            "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).unwrap();
    }
    asked + &String::from_utf8(sent).unwrap()
}

fn synapse(url: &str) -> (Synapse, Noted) {
    let pause = Noted::default();
    let synapse = Synapse {
        name: "chat".into(),
        http: Http::new(
            url,
            Secret::for_tests("token-of-the-admin"),
            10,
            Box::new(pause.clone()),
        ),
        pace: avert_ops::ports::Pace::default(),
        notices_account: Some("@notices:example.org".into()),
    };
    (synapse, pause)
}

const ACTIVE: &str =
    r#"{"name":"@a:example.org","locked":false,"suspended":false,"deactivated":false}"#;

fn state(
    answers: Vec<Answer>,
) -> (
    Result<AccountStatus, avert_ops::ports::PortError>,
    Vec<Duration>,
) {
    let (url, thread) = server(answers);
    let (synapse, pause) = synapse(&url);
    let state = synapse
        .state(&"@a:example.org".into())
        .map(|state| state.status);
    thread.join().unwrap();
    let waited = pause.0.lock().unwrap().clone();
    (state, waited)
}

#[test]
fn a_token_that_is_not_taken_is_said_so_and_not_shown() {
    let (state, waited) = state(vec![(
        "401 Unauthorized",
        r#"{"errcode":"M_UNKNOWN_TOKEN","error":"Unrecognised access token"}"#,
    )]);
    let error = state.unwrap_err();
    assert!(
        matches!(&error.kind, PortErrorKind::Unauthorized(detail) if detail.contains("M_UNKNOWN_TOKEN")),
        "{error}"
    );
    assert!(
        !error.to_string().contains("token-of-the-admin") && !error.to_string().contains("@a:"),
        "{error}"
    );
    assert!(waited.is_empty());
}

#[test]
fn an_account_that_is_not_there_is_not_found() {
    let (state, _) = state(vec![(
        "404 Not Found",
        r#"{"errcode":"M_NOT_FOUND","error":"User not found"}"#,
    )]);
    assert!(matches!(
        state.unwrap_err().kind,
        PortErrorKind::NotFound(_)
    ));
}

#[test]
fn being_told_to_slow_down_is_obeyed() {
    let (state, waited) = state(vec![
        ("429 Too Many Requests\r\nRetry-After: 7", "{}"),
        (
            "429 Too Many Requests",
            r#"{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1500}"#,
        ),
        ("200 OK", ACTIVE),
    ]);
    assert_eq!(state.unwrap(), AccountStatus::Active);
    assert_eq!(
        waited,
        [Duration::from_secs(7), Duration::from_millis(1500)]
    );
}

#[test]
fn a_wait_longer_than_a_minute_is_passed_on_to_people() {
    let (state, waited) = state(vec![("429 Too Many Requests\r\nRetry-After: 3600", "{}")]);
    let error = state.unwrap_err();
    assert!(error.to_string().contains("3600 s"), "{error}");
    assert!(waited.is_empty());
}

#[test]
fn a_server_that_fails_is_asked_a_few_times_and_then_believed() {
    let (state, waited) = state(vec![
        (
            "500 Internal Server Error",
            r#"{"errcode":"M_UNKNOWN"}"#
        );
        4
    ]);
    let error = state.unwrap_err();
    assert!(
        matches!(error.kind, PortErrorKind::Server { status: 500, .. }),
        "{error}"
    );
    assert_eq!(waited.len(), 3);
    assert_eq!(error.effect, Effect::None, "reading has no effect");
}

#[test]
fn no_answer_to_a_change_may_have_had_an_effect() {
    let mut answers = vec![("200 OK", ACTIVE)];
    answers.extend([("", ""); 4]);
    let (url, thread) = server(answers);
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
    assert!(
        asked[1].starts_with("PUT /_synapse/admin/v2/users/%40a%3Aexample.org"),
        "{}",
        asked[1]
    );
    let compact: String = asked[1].split_whitespace().collect();
    assert!(compact.ends_with(r#"{"locked":true}"#), "{compact}");
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
    let (garbage, _) = state(vec![("200 OK", "<html>")]);
    assert!(matches!(
        garbage.unwrap_err().kind,
        PortErrorKind::Protocol(_)
    ));
    let (empty, _) = state(vec![("200 OK", "{}")]);
    assert!(matches!(
        empty.unwrap_err().kind,
        PortErrorKind::Protocol(_)
    ));
}

#[test]
fn a_redirect_does_not_carry_the_token_away() {
    let (state, _) = state(vec![("302 Found\r\nLocation: http://192.0.2.1/", "")]);
    assert!(matches!(
        state.unwrap_err().kind,
        PortErrorKind::Protocol(_)
    ));
}

fn notice() -> OutgoingNotice {
    OutgoingNotice {
        account: "@b:example.org".into(),
        email: None,
        subject: "A notice".into(),
        body: "Calm words.\n".into(),
        language: "en".into(),
        right_to_left: false,
        case: "case-1".into(),
    }
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
        let (url, thread) = server(vec![PERSON, NOTICES, ("200 OK", room)]);
        assert_eq!(synapse(&url).0.look_up(&notice(), &key).unwrap(), expected);
        let asked = thread.join().unwrap();
        assert!(asked[2].contains("/rooms/%21n%3Aexample.org/messages"));
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
        let (url, thread) = server(vec![answer, answer]);
        let told = synapse(&url).0.look_up(&notice(), &key).unwrap();
        assert_eq!(told, LookUp::CannotTell);
        thread.join().unwrap();
    }
}

#[test]
fn without_the_name_of_the_notices_account_nobody_can_tell() {
    let (mut synapse, _) = synapse("http://127.0.0.1:1");
    synapse.notices_account = None;
    let key = OperationKey::new("case-1", "notice", "@b:example.org");
    let told = synapse.look_up(&notice(), &key).unwrap();
    assert_eq!(told, LookUp::CannotTell);
}

#[test]
fn somebody_of_another_server_cannot_be_told() {
    let (url, thread) = server(vec![(
        "400 Bad Request",
        r#"{"errcode":"M_UNKNOWN","error":"Server notices can only be sent to local users"}"#,
    )]);
    let key = OperationKey::new("case-1", "notice", "@b:example.org");
    let refused = synapse(&url).0.send(&notice(), &key).unwrap_err();
    assert!(
        matches!(refused, SendError::Undeliverable(_)),
        "{refused:?}"
    );
    thread.join().unwrap();
}

#[test]
fn a_notice_carries_its_key_and_a_lost_answer_is_in_doubt() {
    let notice = notice();
    let key = OperationKey::new("case-1", "notice", "@b:example.org");
    let (url, thread) = server(vec![("200 OK", r#"{"event_id":"$1"}"#)]);
    let receipt = synapse(&url).0.send(&notice, &key).unwrap();
    assert_eq!(receipt.reference, "$1");
    let asked = thread.join().unwrap().remove(0);
    assert_eq!(
        asked.matches(key.as_str()).count(),
        2,
        "as transaction id and in the event: {asked}"
    );
    let (url, thread) = server(vec![("", "")]);
    let lost = synapse(&url).0.send(&notice, &key).unwrap_err();
    assert!(matches!(lost, SendError::InDoubt(_)), "{lost:?}");
    thread.join().unwrap();
    let (url, thread) = server(vec![(
        "404 Not Found",
        r#"{"errcode":"M_NOT_FOUND","error":"User not found"}"#,
    )]);
    let nobody = synapse(&url).0.send(&notice, &key).unwrap_err();
    assert!(matches!(nobody, SendError::Undeliverable(_)), "{nobody:?}");
    thread.join().unwrap();
}
