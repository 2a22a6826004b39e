//! What a failed request is said to have been, and what it may have done.

use super::*;
use crate::testing::{Answer as Scripted, Noted, Thinking, scripted};

fn client(url: &str, dialect: Dialect) -> Client {
    let manner = Manner {
        dialect,
        token: Some(Secret::for_tests("the-token")),
        timeout_seconds: 10,
        at_once: 4,
    };
    Client::new(url, manner)
}

fn changing(answer: Scripted) -> PortError {
    let (url, thread) = scripted(vec![answer]);
    let body = serde_json::json!({ "active": false });
    let request = Request::change(
        Method::Patch,
        "PATCH /People/…",
        "/People/ann".into(),
        &body,
    )
    .hiding("ann");
    let error = client(&url, Dialect::Scim).once(&request).unwrap_err();
    thread.join().unwrap();
    error
}

fn reading(answers: Vec<Scripted>) -> (Result<Answer, PortError>, Vec<Duration>) {
    let (url, thread) = scripted(answers);
    let pause = Noted::default();
    let request = Request::get("GET /People", "/People".into());
    let read = client(&url, Dialect::Matrix).patiently(&pause, &request);
    thread.join().unwrap();
    (read, pause.waited())
}

#[test]
fn a_refusal_has_had_no_effect_and_a_failure_may_have() {
    let known = [
        ("400 Bad Request", Effect::None),
        ("401 Unauthorized", Effect::None),
        ("404 Not Found", Effect::None),
        ("409 Conflict", Effect::None),
        ("412 Precondition Failed", Effect::None),
        ("429 Too Many Requests", Effect::None),
        ("303 See Other\r\nLocation: /", Effect::Unknown),
        ("500 Internal Server Error", Effect::Unknown),
        ("501 Not Implemented", Effect::None),
        ("503 Service Unavailable", Effect::Unknown),
        ("200 OK", Effect::Unknown),
        ("", Effect::Unknown),
    ];
    for (head, effect) in known {
        let error = changing((head, "<garbage>"));
        assert_eq!(error.effect, effect, "{head}: {error}");
    }
}

#[test]
fn a_server_that_is_not_there_has_had_no_effect() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let request = Request::change(Method::Put, "PUT /", "/".into(), &Value::Null);
    let error = client(&url, Dialect::Scim).once(&request).unwrap_err();
    assert!(
        matches!(error.kind, PortErrorKind::Unreachable(_)),
        "{error}"
    );
    assert_eq!(error.effect, Effect::None);
}

#[test]
fn an_address_that_is_none_fails_here_and_is_not_shown() {
    let request = Request::get("GET /People/…", "/People/a b\u{7f}".into());
    let error = client("http://127.0.0.1:1", Dialect::Scim)
        .once(&request)
        .unwrap_err();
    assert!(matches!(error.kind, PortErrorKind::Local(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("a b"), "{error:?}");
}

#[test]
fn each_api_is_quoted_in_its_own_words() {
    let say = |dialect, body: &str| {
        let value = serde_json::from_str(body).ok();
        detail(dialect, value.as_ref(), body.as_bytes(), &[])
    };
    let matrix = r#"{"errcode":"M_FORBIDDEN","error":"You are not an admin"}"#;
    assert_eq!(
        say(Dialect::Matrix, matrix),
        "M_FORBIDDEN: You are not an admin"
    );
    let scim = r#"{"scimType":"mutability","detail":"Attribute 'id' is readOnly","status":"400"}"#;
    assert_eq!(
        say(Dialect::Scim, scim),
        "mutability: Attribute 'id' is readOnly"
    );
    assert_eq!(say(Dialect::Scim, r#"{"detail":"Gone"}"#), "Gone");
    assert_eq!(say(Dialect::Webhook, r#"{"error":"stale"}"#), "stale");
    assert_eq!(
        say(Dialect::Webhook, "<html>\u{1b}[31m\r\nno"),
        "<html> [31m  no"
    );
    assert_eq!(say(Dialect::Matrix, &"é".repeat(1000)).chars().count(), 200);
}

#[test]
fn an_error_names_neither_the_account_nor_the_token() {
    let error = changing((
        "404 Not Found",
        r#"{"detail":"Resource ann (/People/ann) not found"}"#,
    ));
    assert_eq!(
        error.kind,
        PortErrorKind::NotFound("Resource … (/People/…) not found".into())
    );
    assert!(!format!("{error:?}").contains("the-token"), "{error:?}");
}

#[test]
fn slow_down_is_understood_in_seconds_and_as_a_time() {
    let wait = |head: &'static str| match changing((head, "")).kind {
        PortErrorKind::RateLimited { retry_after } => retry_after,
        other => panic!("{other}"),
    };
    assert_eq!(
        wait("429 Too Many Requests\r\nRetry-After: 7"),
        Some(Duration::from_secs(7))
    );
    let date = "429 Too Many Requests\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                Retry-After: Sun, 06 Nov 1994 08:51:07 GMT";
    assert_eq!(wait(date), Some(Duration::from_secs(90)));
    let past = "429 Too Many Requests\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                Retry-After: Sun, 06 Nov 1994 08:00:00 GMT";
    assert_eq!(wait(past), Some(Duration::ZERO));
    for no_certain_time in [
        "429 Too Many Requests",
        "429 Too Many Requests\r\nRetry-After: soon",
        "429 Too Many Requests\r\nRetry-After: Sun, 06 Nov 1994 08:51:07 GMT",
    ] {
        assert_eq!(wait(no_certain_time), None, "{no_certain_time}");
    }
}

#[test]
fn a_reader_of_whole_platforms_waits_as_it_is_told() {
    let (read, waited) = reading(vec![
        ("429 Too Many Requests\r\nRetry-After: 7", "{}"),
        (
            "429 Too Many Requests",
            r#"{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1500}"#,
        ),
        ("503 Service Unavailable", ""),
        ("200 OK", r#"{"users":[]}"#),
    ]);
    assert!(read.is_ok());
    let expected = [7000, 1500, 4000].map(Duration::from_millis);
    assert_eq!(waited, expected);
}

#[test]
fn a_wait_longer_than_a_minute_is_passed_on_to_people() {
    let (read, waited) = reading(vec![("429 Too Many Requests\r\nRetry-After: 3600", "{}")]);
    let error = read.unwrap_err();
    assert!(error.to_string().contains("3600 s"), "{error}");
    assert!(waited.is_empty());
}

#[test]
fn a_server_that_fails_is_asked_a_few_times_and_then_believed() {
    let (read, waited) = reading(vec![("500 Internal Server Error", ""); 4]);
    let error = read.unwrap_err();
    assert!(
        matches!(error.kind, PortErrorKind::Server { status: 500, .. }),
        "{error}"
    );
    assert_eq!(error.effect, Effect::None, "reading has no effect");
    assert_eq!(waited.len(), 3);
}

#[test]
fn a_refusal_is_believed_at_once() {
    let (read, waited) = reading(vec![("401 Unauthorized", "{}")]);
    assert!(matches!(
        read.unwrap_err().kind,
        PortErrorKind::Unauthorized(_)
    ));
    assert!(waited.is_empty());
}

#[test]
fn requests_one_after_the_other_share_a_connection() {
    let server = Thinking::new(|_| (200, "{}".into()));
    let client = client(&server.url, Dialect::Scim);
    for _ in 0..20 {
        client.once(&Request::get("GET /", "/".into())).unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn an_answer_without_content_is_nothing_and_a_version_is_kept() {
    let (url, thread) = scripted(vec![("200 OK\r\nETag: W/\"7\"", " \n")]);
    let answer = client(&url, Dialect::Scim)
        .once(&Request::get("GET /", "/".into()))
        .unwrap();
    assert!(answer.value.is_null());
    assert_eq!(answer.etag.as_deref(), Some("W/\"7\""));
    let asked = thread.join().unwrap();
    assert_eq!(asked[0].line(), "GET /");
    assert_eq!(asked[0].header("authorization"), Some("Bearer the-token"));
    assert!(asked[0].header("accept").unwrap().contains("scim+json"));
}
