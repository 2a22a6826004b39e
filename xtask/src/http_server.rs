//! A small HTTP/1.1 server: what it answers is decided elsewhere, and it can be slow or hang up.
//!
//! It speaks as much HTTP as Avert's own client does: a length before every body, connections kept
//! open. It has a thread for each connection, and answers faster than anybody here can ask. It lives
//! in this process, so whatever becomes of a client does not touch what it knows.

use std::fmt::Write as _;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// How often a connection that says nothing is asked whether the server has ended.
const LOOK_UP: Duration = Duration::from_millis(500);
/// No request is longer.
const MOST_BYTES: usize = 1 << 20;

/// A request.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in small letters.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// A header, by its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
impl Asked {
    /// A request without headers and body.
    pub(crate) fn for_tests(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            ..Self::default()
        }
    }

    /// Adds a header, its name in small letters.
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }
}

/// What is said in return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Reply {
    /// An answer in JSON.
    pub(crate) fn new(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// Adds a header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// How it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// At once.
    Say(Reply),
    /// After so long.
    Late(Duration, Reply),
    /// Never: the connection is held for so long and then closed.
    HangUp(Duration),
}

/// A running server; it ends with this value.
pub(crate) struct HttpServer {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
}

impl HttpServer {
    /// Starts one on a free port of this machine.
    pub(crate) fn start(
        content_type: &'static str,
        think: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
        let address = listener.local_addr()?;
        let ended = Arc::new(AtomicBool::new(false));
        let (noticed, think) = (ended.clone(), Arc::new(think));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if noticed.load(Ordering::Relaxed) {
                    break;
                }
                let (ended, think) = (noticed.clone(), think.clone());
                // One that breaks at once is a client that was killed.
                let Ok(stream) = stream else { continue };
                thread::spawn(move || {
                    let _ = Connection::new(stream, content_type).serve(&ended, think.as_ref());
                });
            }
        });
        Ok(Self { address, ended })
    }

    /// Where it is: `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes whoever waits for the next connection.
        let _ = TcpStream::connect(self.address);
    }
}

struct Connection {
    stream: TcpStream,
    content_type: &'static str,
    /// What came and was not read as a request yet.
    came: Vec<u8>,
}

impl Connection {
    fn new(stream: TcpStream, content_type: &'static str) -> Self {
        Self {
            stream,
            content_type,
            came: Vec::new(),
        }
    }

    fn serve(mut self, ended: &AtomicBool, think: &dyn Fn(&Asked) -> Answer) -> Result<()> {
        self.stream.set_nodelay(true)?;
        self.stream.set_read_timeout(Some(LOOK_UP))?;
        while let Some(asked) = self.next(ended)? {
            match think(&asked) {
                Answer::Say(reply) => self.say(&reply)?,
                Answer::Late(wait, reply) => {
                    hold(wait);
                    self.say(&reply)?;
                }
                Answer::HangUp(wait) => {
                    hold(wait);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The next request; none when the other side or the server has ended.
    fn next(&mut self, ended: &AtomicBool) -> Result<Option<Asked>> {
        let mut some = [0; 16 * 1024];
        loop {
            if let Some((asked, length)) = parsed(&self.came) {
                self.came.drain(..length);
                return Ok(Some(asked));
            }
            match self.stream.read(&mut some) {
                Ok(0) => return Ok(None),
                Ok(_) if self.came.len() > MOST_BYTES => return Ok(None),
                Ok(read) => self.came.extend_from_slice(&some[..read]),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    if ended.load(Ordering::Relaxed) {
                        return Ok(None);
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// One write for one answer, so that no part of it waits for an acknowledgement of another.
    fn say(&mut self, reply: &Reply) -> Result<()> {
        let mut text = format!("HTTP/1.1 {} {}\r\n", reply.status, phrase(reply.status));
        for (name, value) in &reply.headers {
            text += name;
            text += ": ";
            text += value;
            text += "\r\n";
        }
        if reply.status == 204 {
            text += "\r\n";
        } else {
            let (kind, length) = (self.content_type, reply.body.len());
            let _ = write!(
                text,
                "content-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
            );
            text += &reply.body;
        }
        self.stream.write_all(text.as_bytes())?;
        Ok(())
    }
}

/// A whole request, if so much has come, and how long it is. What is no request never becomes one, and
/// its connection ends when the client's patience does.
fn parsed(came: &[u8]) -> Option<(Asked, usize)> {
    let end = came.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&came[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut asked = Asked {
        method,
        path,
        headers,
        body: Vec::new(),
    };
    let length = asked.header("content-length");
    let length: usize = length.map_or(Some(0), |text| text.parse().ok())?;
    let whole = end + 4 + length;
    asked.body = came.get(end + 4..whole)?.to_vec();
    Some((asked, whole))
}

fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        404 => "Not Found",
        409 => "Conflict",
        412 => "Precondition Failed",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Something Else",
    }
}

/// Lets time pass, which is what a slow server does.
#[expect(
    clippy::disallowed_methods,
    reason = "a server that is slow on purpose has real time"
)]
pub(crate) fn hold(wait: Duration) {
    if !wait.is_zero() {
        thread::sleep(wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo(asked: &Asked) -> Answer {
        let body = String::from_utf8_lossy(&asked.body).into_owned();
        let told = asked.header("if-match").unwrap_or("nothing").to_owned();
        match asked.path.as_str() {
            "/gone" => Answer::HangUp(Duration::ZERO),
            "/empty" => Answer::Say(Reply::new(204, "")),
            _ => Answer::Say(Reply::new(200, format!("{} {told} {body}", asked.method))),
        }
    }

    fn exchange(text: &str) -> String {
        let server = HttpServer::start("text/plain", echo).unwrap();
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn requests_on_one_connection_are_answered_one_after_the_other() {
        let answer = exchange(
            "PATCH /a HTTP/1.1\r\nIf-Match: W/\"1\"\r\nContent-Length: 2\r\n\r\n{}GET /empty HTTP/1.1\r\n\r\n\
             GET /b HTTP/1.1\r\n\r\n",
        );
        assert!(answer.contains("PATCH W/\"1\" {}"), "{answer}");
        assert!(answer.contains("204 No Content\r\n\r\n"), "{answer}");
        assert!(answer.ends_with("GET nothing "), "{answer}");
    }

    #[test]
    fn whoever_is_hung_up_on_hears_nothing() {
        assert_eq!(exchange("GET /gone HTTP/1.1\r\n\r\n"), "");
    }

    #[test]
    fn half_a_request_is_none() {
        assert!(parsed(b"GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab").is_none());
        assert!(parsed(b"GET / HTTP/1.1\r\n").is_none());
    }
}
