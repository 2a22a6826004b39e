//! A mail server that takes everything and remembers what it took.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::{Arrival, Thinking};
use crate::http_server::hold;

/// How long a connection may say nothing before it is closed.
const PATIENCE: Duration = Duration::from_mins(2);
/// No mail and no command is longer.
const MOST_BYTES: u64 = 1 << 20;

/// A running server; it ends with this value.
pub(crate) struct Mail {
    address: SocketAddr,
    inside: Arc<Inside>,
}

struct Inside {
    ended: AtomicBool,
    thinking: Thinking,
    arrivals: Mutex<Vec<Arrival>>,
    open: AtomicUsize,
    most_open: AtomicUsize,
}

impl Mail {
    /// Starts one on a free port.
    pub(crate) fn start(thinking: Thinking) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
        let address = listener.local_addr()?;
        let inside = Arc::new(Inside {
            ended: AtomicBool::new(false),
            thinking,
            arrivals: Mutex::default(),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
        });
        let shared = inside.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.ended.load(Ordering::Relaxed) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let inside = shared.clone();
                thread::spawn(move || {
                    let open = inside.open.fetch_add(1, Ordering::Relaxed) + 1;
                    inside.most_open.fetch_max(open, Ordering::Relaxed);
                    // A connection that breaks is a sender that was killed.
                    let _ = inside.converse(stream);
                    inside.open.fetch_sub(1, Ordering::Relaxed);
                });
            }
        });
        Ok(Self { address, inside })
    }

    /// Its port on this machine.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many mails it has taken.
    pub(crate) fn progress(&self) -> u64 {
        self.inside.arrivals().len() as u64
    }

    /// Every mail that it has taken, in order.
    pub(crate) fn arrivals(&self) -> Vec<Arrival> {
        self.inside.arrivals().clone()
    }

    /// How many connections were open at the same time, at most.
    pub(crate) fn most_open(&self) -> usize {
        self.inside.most_open.load(Ordering::Relaxed)
    }
}

impl Drop for Mail {
    fn drop(&mut self) {
        self.inside.ended.store(true, Ordering::Relaxed);
        // Wakes whoever waits for the next connection.
        let _ = TcpStream::connect(self.address);
    }
}

impl Inside {
    fn arrivals(&self) -> MutexGuard<'_, Vec<Arrival>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn converse(&self, stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut say = stream.try_clone()?;
        let mut heard = BufReader::new(stream);
        let mut recipient = String::new();
        say.write_all(b"220 sink ready\r\n")?;
        loop {
            let Some(line) = line(&mut heard)? else {
                return Ok(());
            };
            let verb = line.split(' ').next().unwrap_or_default();
            let answer: &[u8] = match verb.to_ascii_uppercase().as_str() {
                "EHLO" => b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
                "RCPT" => {
                    between(&line, '<', '>').clone_into(&mut recipient);
                    b"250 ok\r\n"
                }
                "DATA" => {
                    say.write_all(b"354 go on\r\n")?;
                    let Some(key) = message_id(&mut heard)? else {
                        return Ok(());
                    };
                    self.take(&mut say, &recipient, key)?;
                    continue;
                }
                "QUIT" => {
                    say.write_all(b"221 bye\r\n")?;
                    return Ok(());
                }
                "HELO" | "MAIL" | "RSET" | "NOOP" => b"250 ok\r\n",
                _ => b"500 what?\r\n",
            };
            say.write_all(answer)?;
        }
    }

    /// From here on the mail is here, whatever its sender hears of it.
    fn take(&self, say: &mut TcpStream, recipient: &str, key: String) -> Result<()> {
        let number = {
            let mut arrivals = self.arrivals();
            let person = recipient.split('@').next().unwrap_or_default();
            arrivals.push(Arrival {
                person: person.to_owned(),
                key,
                acknowledged: false,
            });
            arrivals.len() - 1
        };
        hold(self.thinking.about(number as u64));
        say.write_all(b"250 taken\r\n")?;
        self.arrivals()[number].acknowledged = true;
        Ok(())
    }
}

/// The next line without its end; none when the other side has ended.
fn line(heard: &mut BufReader<TcpStream>) -> Result<Option<String>> {
    let mut line = Vec::new();
    let read = heard.take(MOST_BYTES).read_until(b'\n', &mut line);
    match read {
        Ok(0) => Ok(None),
        Ok(_) => {
            let text = String::from_utf8_lossy(&line);
            Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
        }
        Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Reads a message to its end and gives its Message-ID; none if it broke off, and then there is no mail.
fn message_id(heard: &mut BufReader<TcpStream>) -> Result<Option<String>> {
    let mut found = String::new();
    let mut in_headers = true;
    while let Some(line) = line(heard)? {
        if line == "." {
            return Ok(Some(found));
        }
        in_headers &= !line.is_empty();
        if in_headers && line.to_ascii_lowercase().starts_with("message-id:") {
            between(&line, '<', '>').clone_into(&mut found);
        }
    }
    Ok(None)
}

fn between(line: &str, from: char, to: char) -> &str {
    let rest = line.split_once(from).map_or("", |(_, rest)| rest);
    rest.split_once(to).map_or(rest, |(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(server: &Mail, text: &str) -> String {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).unwrap();
        heard
    }

    const MAIL: &str = "EHLO x\r\nMAIL FROM:<s@example.org>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n\
        From: x\r\nMessage-ID: <k1@example.org>\r\n\r\nMessage-ID: <not@this>\r\n..\r\n";

    #[test]
    fn a_mail_is_known_by_its_recipient_and_its_message_id() {
        let server = Mail::start(Thinking::NONE).unwrap();
        let heard = talk(&server, &format!("{MAIL}.\r\nQUIT\r\n"));
        assert!(heard.ends_with("250 taken\r\n221 bye\r\n"), "{heard}");
        let expected = Arrival {
            person: "ann".into(),
            key: "k1@example.org".into(),
            acknowledged: true,
        };
        assert_eq!(server.arrivals(), [expected]);
        assert_eq!(server.most_open(), 1);
    }

    #[test]
    fn a_mail_that_breaks_off_is_none_and_one_that_comes_twice_is_two() {
        let server = Mail::start(Thinking::NONE).unwrap();
        talk(&server, MAIL);
        assert!(server.arrivals().is_empty());
        talk(&server, &format!("{MAIL}.\r\n"));
        talk(&server, &format!("{MAIL}.\r\n"));
        assert_eq!(server.progress(), 2);
    }
}
