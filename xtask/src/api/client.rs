//! Requests as an attacker writes them: bytes on a connection, with nothing between that would put them right.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A server that does not answer for this long has hung.
const PATIENCE: Duration = Duration::from_secs(40);

/// The most bytes of an answer that are read.
const MOST: u64 = 64 << 20;

/// One connection.
pub(crate) struct Wire {
    stream: BufReader<TcpStream>,
}

/// The status of an answer, and its headers by their names in small letters.
pub(crate) type Head = (u16, Vec<(String, String)>);

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header, by its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON; nothing, if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The code of a problem.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The beginning of the body.
    pub(crate) fn start(&self) -> String {
        let start = &self.body[..self.body.len().min(400)];
        String::from_utf8_lossy(start).into_owned()
    }

    /// The JSON of an answer that has to be good.
    pub(crate) fn good(&self) -> Result<Value> {
        if !(200..300).contains(&self.status) {
            bail!("status {}: {}", self.status, self.start());
        }
        Ok(self.json())
    }
}

impl Wire {
    /// Connects.
    pub(crate) fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("cannot connect")?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::with_capacity(8 << 10, stream),
        })
    }

    /// With less patience.
    pub(crate) fn patience(&self, patience: Duration) -> Result<()> {
        Ok(self.stream.get_ref().set_read_timeout(Some(patience))?)
    }

    /// Sends bytes. That the other side has hung up already shows in what it answered.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> Result<()> {
        match self.stream.get_mut().write_all(bytes) {
            Err(error) if !has_hung_up(error.kind()) => Err(error).context("cannot send"),
            _ => Ok(()),
        }
    }

    /// Reads one answer; nothing, if the other side closed the connection without one.
    pub(crate) fn answer(&mut self) -> Result<Option<Answer>> {
        let Some((status, headers)) = self.head()? else {
            return Ok(None);
        };
        let mut answer = Answer {
            status,
            headers,
            body: Vec::new(),
        };
        if let Some(length) = answer.header("content-length") {
            let length: u64 = length.parse().context("a length that is none")?;
            (&mut self.stream)
                .take(length.min(MOST))
                .read_to_end(&mut answer.body)
                .context("an answer that is cut off")?;
        } else if answer.header("transfer-encoding").is_some() {
            self.chunks(&mut answer.body)?;
        }
        Ok(Some(answer))
    }

    /// Reads the head of an answer alone.
    pub(crate) fn head(&mut self) -> Result<Option<Head>> {
        let Some(first) = self.line()? else {
            return Ok(None);
        };
        let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
        let status = status.with_context(|| format!("an answer without a status: {first}"))?;
        let mut headers = Vec::new();
        while let Some(line) = self.line()?.filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').context("a header without a colon")?;
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
        Ok(Some((status, headers)))
    }

    fn chunks(&mut self, body: &mut Vec<u8>) -> Result<()> {
        loop {
            let size = self.line()?.context("a chunk without a size")?;
            let size = u64::from_str_radix(size.trim(), 16).context("a size that is none")?;
            (&mut self.stream).take(size.min(MOST)).read_to_end(body)?;
            self.line()?;
            if size == 0 {
                return Ok(());
            }
        }
    }

    fn line(&mut self) -> Result<Option<String>> {
        let mut line = Vec::new();
        match self.stream.read_until(b'\n', &mut line) {
            Ok(0) => return Ok(None),
            Err(error) if has_hung_up(error.kind()) => return Ok(None),
            read => read.context("no answer")?,
        };
        let line = String::from_utf8_lossy(&line);
        Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// Whether the other side has closed the connection, or does within this time.
    pub(crate) fn is_closed(&mut self, within: Duration) -> Result<bool> {
        self.patience(within)?;
        let mut rest = [0; 1024];
        loop {
            match self.stream.read(&mut rest) {
                Ok(0) => return Ok(true),
                Ok(_) => {}
                Err(error) => return Ok(has_hung_up(error.kind())),
            }
        }
    }
}

fn has_hung_up(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
    )
}

/// Somebody who asks, with the headers that show who it is.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    pub(crate) port: u16,
    pub(crate) headers: Vec<(String, String)>,
}

impl Asker {
    /// Nobody in particular.
    pub(crate) fn nobody(port: u16) -> Self {
        Self {
            port,
            headers: Vec::new(),
        }
    }

    /// With a header, whatever value it had before.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.without(name);
        changed.headers.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// Without a header.
    pub(crate) fn without(&self, name: &str) -> Self {
        let mut changed = self.clone();
        changed.headers.retain(|(known, _)| known != name);
        changed
    }

    /// The head of a request, without the empty line at its end.
    pub(crate) fn head(&self, method: &str, path: &str) -> String {
        let mut head = format!("{method} {path} HTTP/1.1\r\n");
        if !self.headers.iter().any(|(name, _)| name == "host") {
            let _ = write!(head, "host: 127.0.0.1:{}\r\n", self.port);
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head
    }

    /// A request as bytes.
    pub(crate) fn request(&self, method: &str, path: &str, body: Option<&str>) -> Vec<u8> {
        let mut request = self.head(method, path);
        if let Some(body) = body {
            if !self.headers.iter().any(|(name, _)| name == "content-type") {
                request.push_str("content-type: application/json\r\n");
            }
            let _ = write!(request, "content-length: {}\r\n", body.len());
        }
        request.push_str("\r\n");
        request.push_str(body.unwrap_or_default());
        request.into_bytes()
    }

    /// Asks on a connection of its own.
    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<&str>) -> Result<Answer> {
        let asked = || -> Result<Answer> {
            let mut wire = Wire::open(self.port)?;
            wire.send(&self.request(method, path, body))?;
            wire.answer()?.context("the connection was closed")
        };
        asked().with_context(|| format!("{method} {path}"))
    }

    /// Looks at something.
    pub(crate) fn get(&self, path: &str) -> Result<Answer> {
        self.ask("GET", path, None)
    }

    /// Has something done.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.ask("POST", path, Some(&body.to_string()))
    }
}
