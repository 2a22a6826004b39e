//! Requests that no browser writes: odd paths ([`paths`]), bodies without end, framing that two readers read in two ways.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::client::{Answer, Asker, Wire};
use super::faults::Faults;
use super::paths;
use super::scene::OPERATOR;
use super::served::Served;

/// What is refused before anybody looks at it.
pub(super) const REFUSED: &[u16] = &[400, 404, 405, 413, 414, 421, 422, 431, 501, 505];

/// The most memory that all of this may take, in MiB.
const MOST_MEMORY: u64 = 300;

pub(super) fn try_all(served: &Served) -> Result<Value> {
    let people = served.let_in(OPERATOR, &["ines"])?;
    let ines = &people["ines"];
    let mut faults = Faults::default();
    let before = served.memory_mib()?;
    paths::paths(ines, &mut faults)?;
    paths::methods(ines, &mut faults)?;
    bodies(ines, &mut faults)?;
    framing(ines, &mut faults)?;
    floods(ines, &mut faults)?;
    old_and_other_protocols(ines, &mut faults)?;
    faults.status(
        "a normal client afterwards",
        &ines.get("/v1/today")?,
        &[200],
    );
    let after = served.memory_mib()?;
    faults.hold("memory", after < MOST_MEMORY, || {
        format!("{before} MiB, then {after} MiB")
    });
    Ok(json!({ "tries": faults.end()?, "memory_mib": [before, after] }))
}

/// Sends bytes, and says what came back; nothing, if the connection was closed without an answer.
pub(super) fn raw(port: u16, bytes: &[u8]) -> Result<Option<Answer>> {
    let mut wire = Wire::open(port)?;
    wire.send(bytes)?;
    wire.answer()
}

/// Holds that bytes are refused, or their connection closed.
fn refused(what: &str, port: u16, bytes: &[u8], faults: &mut Faults) -> Result<()> {
    if let Some(answer) = raw(port, bytes).with_context(|| what.to_owned())? {
        faults.status(what, &answer, REFUSED);
    }
    Ok(())
}

/// Bodies that are too large, without end, or no text.
fn bodies(ines: &Asker, faults: &mut Faults) -> Result<()> {
    let large = json!({ "reason": "x".repeat(2 << 20) });
    faults.status("two megabytes", &ines.post("/v1/freeze", &large)?, &[413]);
    let head = |more: &str| {
        format!(
            "{}content-type: application/json\r\n{more}\r\n",
            ines.head("POST", "/v1/freeze")
        )
    };
    let mut wire = Wire::open(ines.port)?;
    wire.send(head("transfer-encoding: chunked\r\n").as_bytes())?;
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(1 << 16));
    let mut sent = 0;
    // Up to 32 MiB; the other side has long hung up by then.
    while sent < 512 && wire.send(chunk.as_bytes()).is_ok() {
        sent += 1;
    }
    let answer = wire.answer()?;
    faults.hold(
        "chunks without end",
        answer.as_ref().is_none_or(|answer| answer.status == 413),
        || format!("{answer:?}"),
    );
    for (what, body) in [
        ("a body that is no text", &b"{\"reason\":\"\xff\xfe\"}"[..]),
        ("a NUL", b"{\"reason\":\"\0\"}"),
        ("half a surrogate", br#"{"reason":"\ud800"}"#),
        ("half a body of JSON", br#"{"reason":"#),
        ("two values", br#"{"reason":"a"}{"reason":"b"}"#),
        ("the same key twice", br#"{"reason":"a","reason":"b"}"#),
        ("an unknown key", br#"{"reason":"a","by":"otto"}"#),
        ("a list", b"[]"),
        ("a number without end", b"1e999999999"),
        ("nothing but spaces", b"      "),
    ] {
        let mut request = head(&format!("content-length: {}\r\n", body.len())).into_bytes();
        request.extend_from_slice(body);
        let answer = raw(ines.port, &request)?.context("no answer")?;
        faults.status(what, &answer, &[400, 422]);
    }
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let deep = format!("{}{}", open.repeat(100_000), close.repeat(100_000));
        let answer = ines.ask("POST", "/v1/freeze", Some(&deep))?;
        faults.status("a hundred thousand deep", &answer, &[422]);
    }
    Ok(())
}

/// A body that would do something.
const WHY: &str = r#"{"reason":"x"}"#;

/// What is hidden behind another request.
const SMUGGLED: &str = "GET /v1/session HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";

/// Heads that frame a body in more than one way, or in none: what it is, its headers, and the body.
const FRAMES: &[(&str, &str, &str)] = &[
    (
        "two lengths",
        "content-length: 0\r\ncontent-length: 44\r\n",
        SMUGGLED,
    ),
    ("two lengths in one", "content-length: 0, 44\r\n", SMUGGLED),
    ("a length with a sign", "content-length: +2\r\n", "{}"),
    ("a length below nought", "content-length: -2\r\n", "{}"),
    (
        "a length beyond all",
        "content-length: 99999999999999999999999\r\n",
        "{}",
    ),
    ("a length in hexadecimal", "content-length: 0x2\r\n", "{}"),
    ("a space before the colon", "content-length : 2\r\n", "{}"),
    (
        "chunked, and something after it",
        "transfer-encoding: chunked, identity\r\n",
        "0\r\n\r\n",
    ),
    (
        "an unknown encoding",
        "transfer-encoding: xchunked\r\n",
        "0\r\n\r\n",
    ),
    (
        "chunked twice",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
        "0\r\n\r\n",
    ),
    (
        "a chunk whose size is none",
        "transfer-encoding: chunked\r\n",
        "zz\r\n{}\r\n0\r\n\r\n",
    ),
    (
        "a chunk below nought",
        "transfer-encoding: chunked\r\n",
        "-2\r\n{}\r\n0\r\n\r\n",
    ),
    (
        "a chunk beyond all",
        "transfer-encoding: chunked\r\n",
        "fffffffffffffffff\r\n{}\r\n",
    ),
    ("a folded header", "x-a: b\r\n content-length: 2\r\n", "{}"),
    ("a header without a name", ": 2\r\n", ""),
    ("a NUL in a header", "x-a: b\0c\r\n", ""),
    (
        "a CR alone in a header",
        "x-a: b\rcontent-length: 2\r\n",
        "{}",
    ),
    (
        "two hosts",
        "host: 127.0.0.1\r\ncontent-length: 14\r\n",
        WHY,
    ),
    (
        "another host besides",
        "host: example.org\r\ncontent-length: 14\r\n",
        WHY,
    ),
];

/// Framing that a proxy in front could read in another way.
fn framing(ines: &Asker, faults: &mut Faults) -> Result<()> {
    let begin = ines.head("POST", "/v1/freeze") + "content-type: application/json\r\n";
    for (what, headers, body) in FRAMES {
        refused(
            what,
            ines.port,
            format!("{begin}{headers}\r\n{body}").as_bytes(),
            faults,
        )?;
    }
    // Whoever sends both a length and chunks means to be read in two ways: nothing after it is answered.
    let both = format!(
        "{begin}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}"
    );
    let mut wire = Wire::open(ines.port)?;
    wire.send(both.as_bytes())?;
    wire.answer()?;
    wire.patience(Duration::from_secs(2))?;
    let second = wire.answer().ok().flatten();
    faults.hold("a length and chunks", second.is_none(), || {
        "what came after it was answered".to_owned()
    });
    let absolute = "GET http://example.org/v1/session HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
    refused(
        "another host in the first line",
        ines.port,
        absolute.as_bytes(),
        faults,
    )?;
    let many = "GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".repeat(100);
    let mut wire = Wire::open(ines.port)?;
    wire.send(many.as_bytes())?;
    let answered =
        (0..100).filter(|_| matches!(wire.answer(), Ok(Some(Answer { status: 200, .. }))));
    let answered = answered.count();
    faults.hold("a hundred at once", answered == 100, || {
        format!("{answered} answers")
    });
    Ok(())
}

/// Heads without end.
fn floods(ines: &Asker, faults: &mut Faults) -> Result<()> {
    let head = ines.head("GET", "/v1/session");
    let mut thousand = String::new();
    for n in 0..1000 {
        write!(thousand, "x-{n}: y\r\n")?;
    }
    refused(
        "a thousand headers",
        ines.port,
        format!("{head}{thousand}\r\n").as_bytes(),
        faults,
    )?;
    let long = format!("{head}x-long: {}\r\n\r\n", "y".repeat(1 << 20));
    refused("a header of a megabyte", ines.port, long.as_bytes(), faults)?;
    let cookie = format!(
        "{head}cookie: avert-session={}\r\n\r\n",
        "y".repeat(1 << 20)
    );
    refused(
        "a cookie of a megabyte",
        ines.port,
        cookie.as_bytes(),
        faults,
    )?;
    let line = format!(
        "GET /{} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
        "y".repeat(1 << 20)
    );
    refused("a path of a megabyte", ines.port, line.as_bytes(), faults)?;
    let mut wire = Wire::open(ines.port)?;
    wire.send(head.as_bytes())?;
    for _ in 0..1024 {
        wire.send(format!("x: {}\r\n", "y".repeat(1 << 14)).as_bytes())?;
    }
    if let Some(answer) = wire.answer()? {
        faults.status("headers without end", &answer, REFUSED);
    }
    for value in [
        "Bearer",
        "Bearer ",
        "Basic b3R0bzpvdHRv",
        "Bearer \u{e9}",
        "Bearer avert_' OR 1=1",
    ] {
        let answer = Asker::nobody(ines.port)
            .with("authorization", value)
            .get("/v1/today")?;
        faults.status(value, &answer, &[401]);
    }
    Ok(())
}

/// What is not HTTP/1.1.
fn old_and_other_protocols(ines: &Asker, faults: &mut Faults) -> Result<()> {
    let old = b"GET /healthz HTTP/1.0\r\nhost: 127.0.0.1\r\n\r\n";
    let mut wire = Wire::open(ines.port)?;
    wire.send(old)?;
    let answer = wire.answer()?.context("no answer to HTTP/1.0")?;
    faults.status("HTTP/1.0", &answer, &[200]);
    let closed = wire.is_closed(Duration::from_secs(2))?;
    faults.hold("HTTP/1.0", closed, || {
        "its connection stays open".to_owned()
    });
    for (what, bytes) in [
        ("HTTP/1.0 without a host", &b"GET / HTTP/1.0\r\n\r\n"[..]),
        ("HTTP/1.1 without a host", b"GET / HTTP/1.1\r\n\r\n"),
        ("HTTP/0.9", b"GET /\r\n\r\n"),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("HTTP/9.9", b"GET / HTTP/9.9\r\nhost: 127.0.0.1\r\n\r\n"),
        (
            "TLS",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        ),
        ("no protocol at all", b"\r\n\r\n\0\0\0\0\r\n\r\n"),
        (
            "letters that are no text",
            b"GET /\xff\xfe HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
        ),
    ] {
        refused(what, ines.port, bytes, faults)?;
    }
    Ok(())
}
