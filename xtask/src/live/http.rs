//! Requests to a server on this machine: plain HTTP, one connection each, JSON both ways.
//!
//! Forty lines instead of a client, because the product's own client must not test itself and
//! another one would be built for this alone.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A server that does not answer for this long has hung.
const PATIENCE: Duration = Duration::from_mins(1);

/// What came back.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// One request. Headers are pairs of name and value; no body is sent for `Value::Null`.
pub(crate) fn request(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Result<Response> {
    let payload = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send(
        port,
        method,
        path,
        headers,
        "application/json",
        payload.as_bytes(),
    )
}

/// One request whose body is not JSON.
pub(crate) fn send(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    content_type: &str,
    payload: &[u8],
) -> Result<Response> {
    exchange(port, method, path, headers, content_type, payload)
        .with_context(|| format!("{method} {path} on port {port}"))
}

fn exchange(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    content_type: &str,
    payload: &[u8],
) -> Result<Response> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("cannot connect")?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // HTTP 1.0: the body ends where the connection does.
    let mut text = format!(
        "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n",
        payload.len()
    );
    for (name, value) in headers {
        write!(text, "{name}: {value}\r\n")?;
    }
    text.push_str("\r\n");
    stream.write_all(text.as_bytes())?;
    stream.write_all(payload)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).context("no answer")?;
    parse(&answer)
}

fn parse(answer: &[u8]) -> Result<Response> {
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .context("an answer without an end of its headers")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .context("an answer without a status")?;
    let body = &answer[end + 4..];
    if body.is_empty() {
        return Ok(Response {
            status,
            body: Value::Null,
        });
    }
    match serde_json::from_slice(body) {
        Ok(body) => Ok(Response { status, body }),
        Err(_) => bail!(
            "status {status} and no JSON: {}",
            String::from_utf8_lossy(body)
        ),
    }
}

/// Writes text so that it can stand in a path or query.
pub(crate) fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_its_status_and_body() {
        let response =
            parse(b"HTTP/1.0 401 Unauthorized\r\nA: b\r\n\r\n{\"errcode\":\"M_X\"}").unwrap();
        assert_eq!(
            (response.status, &response.body["errcode"]),
            (401, &"M_X".into())
        );
        assert!(parse(b"HTTP/1.0 200 OK\r\n\r\n").unwrap().body.is_null());
        assert!(parse(b"nonsense").is_err());
    }

    #[test]
    fn names_can_stand_in_paths() {
        assert_eq!(
            escape("@anna:chat.example.org"),
            "%40anna%3Achat.example.org"
        );
    }
}
