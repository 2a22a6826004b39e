//! A server that follows a script, and breaks off wherever it is told to.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::thread::JoinHandle;

use avert_model::{Email, Timestamp};
use avert_ops::ports::PortErrorKind;

use super::*;
use crate::settings::Tls;

mod pooled;

/// What the server does when it gets this command.
#[derive(Debug, Clone, Copy)]
enum Then {
    Say(&'static str),
    HangUp,
}

/// Serves one connection; answers `250` but for what the script says.
fn server(script: &'static [(&'static str, Then)]) -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        serve(stream, script)
    });
    (port, thread)
}

fn serve(mut stream: TcpStream, script: &[(&str, Then)]) -> Vec<String> {
    let mut heard = Vec::new();
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    let mut in_message = false;
    if !answer(&mut stream, script, "CONNECT", "220 mail.example.org") {
        return heard;
    }
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).unwrap_or(0) == 0 {
            return heard;
        }
        let line = line.trim_end().to_owned();
        let (command, fallback) = if in_message {
            if line != "." {
                heard.push(line);
                continue;
            }
            in_message = false;
            ("END", "250 accepted as 4711")
        } else {
            match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => ("EHLO", "250 mail.example.org"),
                "MAIL" => ("MAIL", "250 ok"),
                "RCPT" => ("RCPT", "250 ok"),
                "DATA" => {
                    in_message = true;
                    ("DATA", "354 go on")
                }
                _ => ("QUIT", "221 bye"),
            }
        };
        if !answer(&mut stream, script, command, fallback) {
            return heard;
        }
    }
}

fn answer(stream: &mut TcpStream, script: &[(&str, Then)], command: &str, fallback: &str) -> bool {
    let then = script.iter().find(|(when, _)| *when == command);
    match then.map_or(Then::Say(""), |(_, then)| *then) {
        Then::HangUp => false,
        Then::Say(text) => {
            let text = if text.is_empty() { fallback } else { text };
            stream.write_all(format!("{text}\r\n").as_bytes()).is_ok()
        }
    }
}

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        from: "safety@example.org".into(),
        username: None,
        password_file: None,
        password_env: None,
        ca_file: None,
        timeout_seconds: 10,
        at_once: 1,
        per_second: None,
        mails_per_connection: 100,
        return_path: None,
        per_domain_per_second: None,
        domains: std::collections::BTreeMap::new(),
    }
}

fn notice() -> OutgoingNotice {
    OutgoingNotice {
        account: "u1".into(),
        email: Some(Email::new("ann@example.org")),
        subject: "A notice".into(),
        body: "Calm words.\n.\nA lone dot.\n".into(),
        language: "en".into(),
        right_to_left: false,
        case: "case-1".into(),
    }
}

fn send(port: u16) -> Result<Receipt, SendError> {
    let now: Timestamp = "2017-12-18T12:00:00Z".parse().unwrap();
    let smtp = Smtp::open("mail", &settings(port), Path::new("."), Box::new(now)).unwrap();
    smtp.send(&notice(), &OperationKey::new("case-1", "notice", "u1"))
}

fn sent(script: &'static [(&'static str, Then)]) -> Result<Receipt, SendError> {
    let (port, thread) = server(script);
    let result = send(port);
    thread.join().unwrap();
    result
}

#[test]
fn a_mail_that_was_accepted_has_a_receipt_with_its_message_id() {
    let (port, thread) = server(&[]);
    let receipt = send(port).unwrap();
    let key = OperationKey::new("case-1", "notice", "u1");
    assert!(
        receipt.reference.contains(&format!("<{key}@example.org>")),
        "{}",
        receipt.reference
    );
    let heard = thread.join().unwrap().join("\n");
    assert!(
        heard.contains("Calm words.") && heard.contains("A lone dot."),
        "{heard}"
    );
}

#[test]
fn whatever_breaks_before_the_message_has_certainly_not_left_and_may_be_tried_again() {
    for command in ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"] {
        let script: &'static [(&'static str, Then)] = vec![(command, Then::HangUp)].leak();
        let SendError::NotSent(error) = sent(script).unwrap_err() else {
            panic!("{command}: nothing has left");
        };
        assert!(error.kind.is_passing(), "{command}: {error}");
    }
}

#[test]
fn a_connection_lost_before_the_answer_to_the_message_is_in_doubt() {
    let error = sent(&[("END", Then::HangUp)]).unwrap_err();
    assert!(matches!(error, SendError::InDoubt(_)), "{error:?}");
}

#[test]
fn a_recipient_refused_for_good_is_undeliverable_and_for_now_is_not_sent() {
    let refused = sent(&[("RCPT", Then::Say("550 no such user"))]).unwrap_err();
    assert!(
        matches!(refused, SendError::Undeliverable(_)),
        "{refused:?}"
    );
    let full = sent(&[("RCPT", Then::Say("552 5.2.2 mailbox full"))]).unwrap_err();
    assert!(
        matches!(&full, SendError::Undeliverable(why) if why == "refused with 552 5.2.2"),
        "{full:?}"
    );
    let later = sent(&[("RCPT", Then::Say("451 try later"))]).unwrap_err();
    let SendError::NotSent(error) = later else {
        panic!("{later:?}")
    };
    assert!(
        matches!(error.kind, PortErrorKind::Server { status: 451, .. }),
        "{error}"
    );
}

#[test]
fn a_refusal_that_everybody_would_get_is_not_one_of_the_person() {
    for script in [
        &[("RCPT", Then::Say("554 5.7.1 relay access denied"))],
        &[("RCPT", Then::Say("550 5.7.1 not from you"))],
        &[("RCPT", Then::Say("550 5.1.8 sender's domain not found"))],
        &[("RCPT", Then::Say("554 no"))],
        &[("MAIL", Then::Say("550 who are you"))],
    ] {
        let error = sent(script).unwrap_err();
        assert!(matches!(error, SendError::NotSent(_)), "{error:?}");
    }
}

#[test]
fn a_message_refused_in_answer_to_it_has_not_left() {
    for script in [
        &[("END", Then::Say("452 disk full"))],
        &[("END", Then::Say("554 5.7.1 looks like spam"))],
    ] {
        let error = sent(script).unwrap_err();
        assert!(matches!(error, SendError::NotSent(_)), "{error:?}");
    }
}

#[test]
fn a_server_that_is_not_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = send(port).unwrap_err();
    let SendError::NotSent(error) = error else {
        panic!("{error:?}")
    };
    assert!(
        matches!(error.kind, PortErrorKind::Unreachable(_)),
        "{error}"
    );
}

#[test]
fn a_server_without_encryption_gets_nothing_when_encryption_is_asked_for() {
    let (port, thread) = server(&[]);
    let now: Timestamp = "2017-12-18T12:00:00Z".parse().unwrap();
    let settings = SmtpSettings {
        tls: Tls::StartTls,
        ..settings(port)
    };
    let smtp = Smtp::open("mail", &settings, Path::new("."), Box::new(now)).unwrap();
    let error = smtp.server.connect().err().expect("no STARTTLS, no mail");
    assert!(matches!(error, SendError::NotSent(_)), "{error:?}");
    assert!(thread.join().unwrap().is_empty());
}

#[test]
fn a_password_is_never_sent_in_the_clear_to_another_machine() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    fs::write(&file, "secret\n").unwrap();
    let now: Timestamp = "2017-12-18T12:00:00Z".parse().unwrap();
    let settings = SmtpSettings {
        host: "mail.example.org".into(),
        username: Some("avert".into()),
        password_file: Some(file.clone()),
        ..settings(25)
    };
    let too_open = Smtp::open("mail", &settings, Path::new("."), Box::new(now)).err();
    assert!(matches!(too_open, Some(SettingsError::TooOpen(_))));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let clear = Smtp::open("mail", &settings, Path::new("."), Box::new(now)).err();
    assert!(matches!(
        clear,
        Some(SettingsError::Value { key: "tls", .. })
    ));
}

#[test]
fn an_address_that_the_server_repeats_goes_no_further() {
    for script in [
        &[("RCPT", Then::Say("550 5.1.1 <Ann@Example.org> unknown"))],
        &[("RCPT", Then::Say("451 <ann@example.org> try later"))],
        &[("RCPT", Then::Say("451 4.2.1 user 'Ann' is away"))],
        &[("END", Then::Say("450 a.n@example.org is greylisted"))],
    ] {
        let error = format!("{:?}", sent(script).unwrap_err());
        let lower = error.to_ascii_lowercase();
        assert!(!lower.contains("ann") && !lower.contains('@'), "{error}");
    }
}
