//! Connections that are used again, against a server that takes any number of them.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use avert_ops::conformance::{self, Mailing};

use super::*;
use crate::testing::Noted;

/// What the server does instead, over which connection, the how manieth time it gets which command.
type Script = &'static [(usize, &'static str, usize, Then)];

/// A server that writes down what it hears: `1 MAIL` is a command over the first connection.
#[derive(Clone)]
struct Server {
    port: u16,
    script: Script,
    pipelining: bool,
    heard: Arc<Mutex<Vec<(usize, String)>>>,
}

impl Server {
    fn start(script: Script, pipelining: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            script,
            pipelining,
            heard: Arc::default(),
        };
        let serving = server.clone();
        std::thread::spawn(move || {
            for (number, stream) in (1..).zip(listener.incoming()) {
                let server = serving.clone();
                std::thread::spawn(move || server.serve(number, &stream.unwrap()));
            }
        });
        server
    }

    /// Serves one connection. Whoever may send several commands at once has to: no answer is given
    /// before the last of them has come.
    fn serve(&self, number: usize, mut stream: &TcpStream) -> Option<()> {
        let mut times = std::collections::BTreeMap::<String, usize>::new();
        let mut lines = BufReader::new(stream).lines();
        let mut in_message = false;
        let mut answers = "220 mail.example.org\r\n".to_owned();
        loop {
            let word = |line: &str| line.split([' ', ':']).next().unwrap_or_default().to_owned();
            let waits = self.pipelining && !in_message && {
                let heard = self.heard.lock().unwrap();
                let last = heard.iter().rev().find(|(of, _)| *of == number);
                last.is_some_and(|(_, line)| ["MAIL", "RCPT"].contains(&word(line).as_str()))
            };
            if !waits {
                stream.write_all(answers.as_bytes()).ok()?;
                answers.clear();
            }
            let line = lines.next()?.ok()?;
            if in_message && line != "." {
                continue;
            }
            let command = if in_message {
                "END".into()
            } else {
                word(&line)
            };
            self.heard
                .lock()
                .unwrap()
                .push((number, if in_message { "END".into() } else { line }));
            let nth = times.entry(command.clone()).or_default();
            *nth += 1;
            let told = self
                .script
                .iter()
                .find(|(of, when, time, _)| (*of, *when, *time) == (number, &command, *nth));
            let answer = match (told.map(|(.., then)| *then), command.as_str()) {
                (Some(Then::HangUp), _) => return None,
                (Some(Then::Say(text)), _) => text,
                (None, "EHLO") if self.pipelining => "250-mail.example.org\r\n250 PIPELINING",
                (None, "DATA") => "354 go on",
                (None, "QUIT") => "221 bye",
                (None, _) => "250 ok",
            };
            in_message = command == "DATA" && answer.starts_with("354");
            answers.push_str(answer);
            answers.push_str("\r\n");
        }
    }

    /// The commands heard, each with its connection, but for the two greetings of each.
    fn heard(&self) -> String {
        let heard = self.heard.lock().unwrap();
        let words = heard
            .iter()
            .filter(|(_, line)| !line.starts_with("EHLO"))
            .map(|(number, line)| format!("{number} {}", line.split([' ', ':']).next().unwrap()));
        words.collect::<Vec<_>>().join(", ")
    }
}

/// A clock that a test sets.
#[derive(Clone, Default)]
struct Seconds(Arc<AtomicI64>);

impl Clock for Seconds {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

fn open(server: &Server, change: impl FnOnce(&mut SmtpSettings)) -> Smtp {
    let mut settings = settings(server.port);
    change(&mut settings);
    let clock = Box::new(Seconds::default());
    Smtp::open("mail", &settings, Path::new("."), clock).unwrap()
}

fn send(smtp: &Smtp, person: &str) -> Result<Receipt, SendError> {
    smtp.send(&notice(), &OperationKey::new("case-1", "notice", person))
}

/// Sends as many mails as there are results expected, then says goodbye, and compares what was heard.
fn check(script: Script, expected: &[&str], heard: &str) {
    let server = Server::start(script, false);
    let smtp = open(&server, |_| {});
    for (number, expected) in expected.iter().enumerate() {
        let result = match send(&smtp, &number.to_string()) {
            Ok(_) => "sent",
            Err(SendError::NotSent(_)) => "not sent",
            Err(SendError::Undeliverable(_)) => "undeliverable",
            Err(SendError::InDoubt(_)) => "in doubt",
            Err(SendError::NoAddress(_)) => "no address",
        };
        assert_eq!(result, *expected, "mail {number}; {}", server.heard());
    }
    drop(smtp);
    assert_eq!(server.heard(), heard);
}

#[test]
fn one_mail_after_the_other_goes_over_one_connection_that_is_ended_politely() {
    check(
        &[],
        &["sent", "sent"],
        "1 MAIL, 1 RCPT, 1 DATA, 1 END, 1 MAIL, 1 RCPT, 1 DATA, 1 END, 1 QUIT",
    );
}

#[test]
fn a_connection_that_the_server_closed_meanwhile_is_replaced() {
    for then in [Then::HangUp, Then::Say("421 4.4.2 timeout")] {
        check(
            vec![(1, "MAIL", 2, then)].leak(),
            &["sent", "sent"],
            "1 MAIL, 1 RCPT, 1 DATA, 1 END, 1 MAIL, 2 MAIL, 2 RCPT, 2 DATA, 2 END, 2 QUIT",
        );
    }
}

#[test]
fn whatever_is_lost_before_the_message_may_go_over_a_new_connection() {
    for command in ["RCPT", "DATA"] {
        let server = Server::start(vec![(1, command, 2, Then::HangUp)].leak(), false);
        let smtp = open(&server, |_| {});
        send(&smtp, "a").unwrap();
        send(&smtp, "b").unwrap();
        drop(smtp);
        assert!(server.heard().ends_with("2 DATA, 2 END, 2 QUIT"));
    }
}

#[test]
fn a_new_connection_that_is_lost_is_not_replaced() {
    check(&[(1, "MAIL", 1, Then::HangUp)], &["not sent"], "1 MAIL");
    check(
        &[(1, "MAIL", 2, Then::HangUp), (2, "MAIL", 1, Then::HangUp)],
        &["sent", "not sent"],
        "1 MAIL, 1 RCPT, 1 DATA, 1 END, 1 MAIL, 2 MAIL",
    );
}

#[test]
fn nothing_is_tried_again_after_the_first_byte_of_the_message() {
    check(
        &[(1, "END", 2, Then::HangUp)],
        &["sent", "in doubt", "sent"],
        "1 MAIL, 1 RCPT, 1 DATA, 1 END, 1 MAIL, 1 RCPT, 1 DATA, 1 END, \
         2 MAIL, 2 RCPT, 2 DATA, 2 END, 2 QUIT",
    );
    check(
        &[(1, "END", 1, Then::Say("421 going down"))],
        &["not sent"],
        "1 MAIL, 1 RCPT, 1 DATA, 1 END",
    );
}

#[test]
fn after_a_refusal_the_connection_is_reset_and_used_again() {
    check(
        &[(1, "RCPT", 1, Then::Say("550 5.1.1 unknown"))],
        &["undeliverable", "sent"],
        "1 MAIL, 1 RCPT, 1 RSET, 1 MAIL, 1 RCPT, 1 DATA, 1 END, 1 QUIT",
    );
    check(
        &[(1, "END", 1, Then::Say("452 disk full"))],
        &["not sent", "sent"],
        "1 MAIL, 1 RCPT, 1 DATA, 1 END, 1 RSET, 1 MAIL, 1 RCPT, 1 DATA, 1 END, 1 QUIT",
    );
}

#[test]
fn a_connection_that_cannot_be_reset_is_not_used_again() {
    check(
        &[
            (1, "RCPT", 1, Then::Say("550 5.1.1 unknown")),
            (1, "RSET", 1, Then::Say("500 what?")),
        ],
        &["undeliverable", "sent"],
        "1 MAIL, 1 RCPT, 1 RSET, 2 MAIL, 2 RCPT, 2 DATA, 2 END, 2 QUIT",
    );
}

#[test]
fn a_server_that_does_not_ask_for_the_message_does_not_get_it() {
    check(
        &[(1, "DATA", 1, Then::Say("250 fine"))],
        &["not sent"],
        "1 MAIL, 1 RCPT, 1 DATA",
    );
}

#[test]
fn a_server_that_knows_no_second_greeting_gets_mail_nevertheless() {
    check(
        &[(1, "EHLO", 2, Then::Say("503 you said hello"))],
        &["sent"],
        "1 MAIL, 1 RCPT, 1 DATA, 1 END, 1 QUIT",
    );
}

#[test]
fn a_connection_carries_so_many_mails_and_no_more() {
    let server = Server::start(&[], false);
    let smtp = open(&server, |settings| settings.mails_per_connection = 2);
    for person in ["a", "b", "c"] {
        send(&smtp, person).unwrap();
    }
    drop(smtp);
    let expected = "1 MAIL, 1 RCPT, 1 DATA, 1 END, 1 MAIL, 1 RCPT, 1 DATA, 1 END, 1 QUIT, \
                    2 MAIL, 2 RCPT, 2 DATA, 2 END, 2 QUIT";
    assert_eq!(server.heard(), expected);
}

#[test]
fn a_connection_that_lay_unused_is_closed_before_another_is_opened() {
    let server = Server::start(&[], false);
    let clock = Seconds::default();
    let settings = settings(server.port);
    let smtp = Smtp::open("mail", &settings, Path::new("."), Box::new(clock.clone())).unwrap();
    send(&smtp, "a").unwrap();
    clock.0.store(60, Ordering::SeqCst);
    send(&smtp, "b").unwrap();
    assert!(server.heard().contains("1 END, 1 QUIT, 2 MAIL"));
}

#[test]
fn commands_go_out_together_where_the_server_takes_them_so() {
    let server = Server::start(&[(1, "RCPT", 2, Then::Say("550 5.1.1 unknown"))], true);
    let smtp = open(&server, |_| {});
    send(&smtp, "a").unwrap();
    // The server takes the message of a mail whose recipient it refused: nobody is to get it.
    let refused = send(&smtp, "b").unwrap_err();
    assert!(
        matches!(refused, SendError::Undeliverable(_)),
        "{refused:?}"
    );
    send(&smtp, "c").unwrap();
    drop(smtp);
    let expected = "1 MAIL, 1 RCPT, 1 DATA, 1 END, 1 MAIL, 1 RCPT, 1 DATA, \
                    2 MAIL, 2 RCPT, 2 DATA, 2 END, 2 QUIT";
    assert_eq!(server.heard(), expected);
}

#[test]
fn a_refusal_among_commands_that_went_out_together_is_the_first_one() {
    let script: Script = &[
        (1, "MAIL", 1, Then::Say("451 not now")),
        (1, "RCPT", 1, Then::Say("503 no sender")),
        (1, "DATA", 1, Then::Say("503 no recipient")),
    ];
    let server = Server::start(script, true);
    let smtp = open(&server, |_| {});
    let SendError::NotSent(error) = send(&smtp, "a").unwrap_err() else {
        panic!("nothing was sent");
    };
    assert!(matches!(
        error.kind,
        PortErrorKind::Server { status: 451, .. }
    ));
    send(&smtp, "b").unwrap();
    drop(smtp);
    assert!(
        server
            .heard()
            .starts_with("1 MAIL, 1 RCPT, 1 DATA, 1 RSET, 1 MAIL")
    );
}

#[test]
fn many_threads_share_no_more_connections_than_there_may_be() {
    let server = Server::start(&[], true);
    let smtp = open(&server, |settings| {
        settings.at_once = 3;
        // However the threads take turns, no connection is worn out and replaced by a fourth.
        settings.mails_per_connection = 160;
    });
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let smtp = &smtp;
            scope.spawn(move || {
                for mail in 0..20 {
                    send(smtp, &format!("{thread} {mail}")).unwrap();
                }
            });
        }
    });
    drop(smtp);
    let heard = server.heard.lock().unwrap();
    let connections = heard.iter().map(|(number, _)| number).max();
    assert!(connections <= Some(&3), "{connections:?}");
    let mails = heard.iter().filter(|(_, line)| line == "END").count();
    assert_eq!(mails, 160);
}

#[test]
fn bounces_come_back_to_an_address_that_holds_the_key() {
    let server = Server::start(&[], false);
    let smtp = open(&server, |settings| {
        settings.return_path = Some("bounces@example.net".into());
    });
    send(&smtp, "a").unwrap();
    drop(smtp);
    let key = OperationKey::new("case-1", "notice", "a");
    let heard = server.heard.lock().unwrap();
    let expected = format!("MAIL FROM:<bounces+{key}@example.net>");
    assert!(heard.iter().any(|(_, line)| *line == expected), "{heard:?}");
}

#[test]
fn it_keeps_everything_that_a_channel_promises() {
    let server = Server::start(&[], true);
    let smtp = open(&server, |settings| settings.at_once = 3);
    let mails = || {
        let heard = server.heard.lock().unwrap();
        heard.iter().filter(|(_, line)| line == "END").count()
    };
    let mailing = Mailing {
        notice: &notice(),
        // A mail server that takes everything knows nobody who is not there.
        nobody: None,
        run: "trial",
        arrived: &mails,
        secrets: &["ann@example.org"],
        pause: &Noted::default(),
    };
    assert_eq!(conformance::channel(&smtp, &mailing), []);
}
