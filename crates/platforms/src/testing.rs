//! Servers for the tests of connectors: one that answers from a script, and one that thinks.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use avert_model::Email;
use avert_ops::ports::{OutgoingNotice, Pause};

/// Waits by noting how long it was asked to.
#[derive(Clone, Default)]
pub(crate) struct Noted(Arc<Mutex<Vec<Duration>>>);

impl Noted {
    pub(crate) fn waited(&self) -> Vec<Duration> {
        self.0.lock().unwrap().clone()
    }
}

impl Pause for Noted {
    fn pause(&self, duration: Duration) {
        self.0.lock().unwrap().push(duration);
    }
}

/// A notice for this account, which has an address.
pub(crate) fn notice(account: &str) -> OutgoingNotice {
    OutgoingNotice {
        account: account.into(),
        email: Some(Email::new("somebody@example.org")),
        subject: "A notice".into(),
        body: "Calm words.\n".into(),
        language: "en".into(),
        right_to_left: false,
        case: "case-1".into(),
    }
}

/// An answer: status line and headers, and the body. An empty head hangs up.
pub(crate) type Answer = (&'static str, &'static str);

/// What was asked: request line and headers, and the body.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Asked {
    /// `GET /path`
    pub(crate) fn line(&self) -> &str {
        let line = self.head.lines().next().unwrap_or_default();
        line.strip_suffix(" HTTP/1.1").unwrap_or(line)
    }

    /// The body without white space.
    pub(crate) fn compact(&self) -> String {
        self.body.split_whitespace().collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Serves one answer for each connection, and gives what was asked.
pub(crate) fn scripted(answers: Vec<Answer>) -> (String, JoinHandle<Vec<Asked>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        answers
            .into_iter()
            .map(|(head, body)| {
                let stream = listener.accept().unwrap().0;
                let asked = ask(&mut BufReader::new(&stream)).unwrap();
                if !head.is_empty() {
                    respond(&stream, &format!("{head}\r\nConnection: close"), body);
                }
                asked
            })
            .collect()
    });
    (url, thread)
}

/// A server that stays: it answers what its mind says, on connections that stay open, for as long as
/// the test runs. The mind is asked one thing at a time.
pub(crate) struct Thinking {
    pub(crate) url: String,
    connections: Arc<Mutex<usize>>,
}

impl Thinking {
    pub(crate) fn new(mind: impl FnMut(&Asked) -> (u16, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(Mutex::new(0));
        let (count, mind) = (connections.clone(), Arc::new(Mutex::new(mind)));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                *count.lock().unwrap() += 1;
                let (stream, mind) = (stream.unwrap(), mind.clone());
                std::thread::spawn(move || {
                    let mut lines = BufReader::new(&stream);
                    while let Some(asked) = ask(&mut lines) {
                        let (status, body) = (mind.lock().unwrap())(&asked);
                        respond(&stream, &format!("{status} Said"), &body);
                    }
                });
            }
        });
        Self { url, connections }
    }

    /// How many connections were made to it so far.
    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

/// Reads a request; none when the other side has gone.
fn ask(lines: &mut BufReader<&TcpStream>) -> Option<Asked> {
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim_end().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some(Asked {
        head,
        body: String::from_utf8(body).unwrap(),
    })
}

fn respond(mut stream: &TcpStream, head: &str, body: &str) {
    let answer = format!(
        "HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    // Whoever asked may have gone.
    let _ = stream.write_all(answer.as_bytes());
}
