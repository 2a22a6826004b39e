//! Requests in somebody else's name: another site's pages, planted sessions, names that point here, guesses.

use std::path::Path;
use std::thread;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::client::{Answer, Asker, Wire};
use super::faults::Faults;
use super::scene::{self, OPERATOR};
use super::served::{PASSWORD, Served, signed_in, token};
use crate::live::avert::text_at;

/// What is tried: to stop everything, which everybody may.
const ACT: (&str, &str, &str) = ("POST", "/v1/freeze", r#"{"reason":"forged"}"#);

pub(super) fn try_all(served: &Served, place: &Path) -> Result<Value> {
    let people = served.let_in(OPERATOR, &["ines", "lena", scene::GONE])?;
    let ines = &people["ines"];
    let mut faults = Faults::default();
    other_pages(ines, &people["lena"], &mut faults)?;
    other_forms(ines, &mut faults)?;
    other_names(ines, &mut faults)?;
    planted_sessions(served, ines, &mut faults)?;
    listeners(served, ines, &mut faults)?;
    one_link_twice(served, &people[OPERATOR], &mut faults)?;
    let standing = ines.get("/v1/freeze")?;
    faults.hold("whatever was forged", standing.good()?.is_null(), || {
        format!("it froze everything: {}", standing.start())
    });
    behind_https(served, place, &mut faults)?;
    guesses(served, &mut faults)?;
    Ok(json!({ "tries": faults.end()? }))
}

fn act(asker: &Asker) -> Result<Answer> {
    asker.ask(ACT.0, ACT.1, Some(ACT.2))
}

/// The status with which an answer begins: one that tells of events does not end.
fn begun(asker: &Asker, path: &str) -> Result<u16> {
    let mut wire = Wire::open(asker.port)?;
    wire.send(&asker.request("GET", path, None))?;
    Ok(wire.head()?.map_or(0, |(status, _)| status))
}

/// What a page of another site can have a browser send.
fn other_pages(ines: &Asker, lena: &Asker, faults: &mut Faults) -> Result<()> {
    let header = "x-avert-csrf";
    let csrf = lena.headers.iter().find(|(name, _)| name == header);
    let (_, others) = csrf.context("a session has a secret for its pages")?;
    let long = "0".repeat(4000);
    let wrong = ["", "0", &"0".repeat(64), &long, others, "null", "undefined"];
    faults.code("no header", &act(&ines.without(header))?, "access/csrf");
    for value in wrong {
        let answer = act(&ines.with(header, value))?;
        faults.code(&format!("header {value:.20}"), &answer, "access/csrf");
    }
    for way in ["DELETE /v1/session", "POST /v1/tokens", "DELETE /v1/freeze"] {
        let (method, path) = way.split_once(' ').context("a method and a path")?;
        let answer = ines.without(header).ask(method, path, Some("{}"))?;
        faults.code(way, &answer, "access/csrf");
    }
    let port = ines.port;
    for origin in [
        "https://elsewhere.example.org".to_owned(),
        "null".to_owned(),
        String::new(),
        "file://".to_owned(),
        "http://127.0.0.1:1".to_owned(),
        "http://localhost:1".to_owned(),
        format!("http://127.0.0.1.example.org:{port}"),
        format!("http://somebody@127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}.example.org"),
        format!("http://127.0.0.1:{port}/"),
    ] {
        let answer = act(&ines.with("origin", &origin))?;
        faults.code(&format!("origin {origin}"), &answer, "request/other-origin");
    }
    let mut request = ines.head(ACT.0, ACT.1).into_bytes();
    request.extend_from_slice(b"origin: https://\xff\xfe.example.org\r\n");
    let rest = format!(
        "content-type: application/json\r\ncontent-length: {}\r\n\r\n{}",
        ACT.2.len(),
        ACT.2
    );
    request.extend_from_slice(rest.as_bytes());
    let mut wire = Wire::open(port)?;
    wire.send(&request)?;
    let answer = wire.answer()?.context("no answer")?;
    faults.status("an origin that is no text", &answer, &[400, 403]);
    let asks = ines
        .with("origin", "https://elsewhere.example.org")
        .with("access-control-request-method", "POST")
        .with("access-control-request-headers", "x-avert-csrf");
    for method in ["OPTIONS", "GET", "POST"] {
        let answer = asks.ask(method, "/v1/freeze", None)?;
        let allows = answer
            .header("access-control-allow-origin")
            .map(str::to_owned);
        faults.hold(method, allows.is_none(), || format!("it allows {allows:?}"));
    }
    Ok(())
}

/// Bodies that a form can send without the browser asking first, and tricks with methods.
fn other_forms(ines: &Asker, faults: &mut Faults) -> Result<()> {
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain; application/json",
        "application/jsonp",
        "",
    ] {
        let answer = act(&ines.with("content-type", kind))?;
        faults.status(&format!("a body of {kind}"), &answer, &[415]);
        let who = json!({ "name": "ines", "password": PASSWORD });
        let nobody = Asker::nobody(ines.port).with("content-type", kind);
        let answer = nobody.post("/v1/session", &who)?;
        faults.status(&format!("signing in by {kind}"), &answer, &[415]);
    }
    for name in [
        "x-http-method-override",
        "x-method-override",
        "x-http-method",
    ] {
        let answer = ines.with(name, "POST").get("/v1/freeze")?;
        faults.hold(name, answer.json().is_null(), || answer.start());
    }
    let answer = ines.get("/v1/freeze?_method=POST&reason=forged")?;
    faults.status("a method in the query", &answer, &[200, 422]);
    let other = Asker::nobody(ines.port).with("origin", "https://elsewhere.example.org");
    let who = json!({ "name": "ines", "password": PASSWORD });
    let answer = other.post("/v1/session", &who)?;
    faults.code(
        "signing somebody in from elsewhere",
        &answer,
        "request/other-origin",
    );
    Ok(())
}

/// Names that were made to point here.
fn other_names(ines: &Asker, faults: &mut Faults) -> Result<()> {
    let port = ines.port;
    for host in [
        "rebound.example.org".to_owned(),
        format!("rebound.example.org:{port}"),
        format!("127.0.0.1.example.org:{port}"),
        format!("localhost.example.org:{port}"),
        format!("localhost:{port}@example.org"),
        format!("127.0.0.1:{port}, example.org"),
        String::new(),
    ] {
        for path in [
            "/",
            "/v1/session",
            "/v1/today",
            "/v1/events",
            "/healthz",
            "/v1/openapi.json",
        ] {
            let status = begun(&ines.with("host", &host), path)?;
            faults.hold(
                &format!("{path} of {host}"),
                [400, 421].contains(&status),
                || format!("{status}"),
            );
        }
    }
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        for host in [host.to_owned(), format!("{host}:{port}")] {
            let answer = ines.with("host", &host).get("/v1/session")?;
            faults.status(&format!("our own name {host}"), &answer, &[200]);
        }
    }
    Ok(())
}

/// A session that somebody else has chosen.
fn planted_sessions(served: &Served, ines: &Asker, faults: &mut Faults) -> Result<()> {
    let who = json!({ "name": "ines", "password": PASSWORD });
    let planted = served.nobody().with("cookie", "avert-session=planted");
    let answer = planted.post("/v1/session", &who)?;
    let cookie = answer.header("set-cookie").unwrap_or_default().to_owned();
    let is_kept = ["HttpOnly", "SameSite=Strict", "Path=/"]
        .iter()
        .all(|word| cookie.contains(word));
    faults.hold("the cookie", is_kept && !cookie.contains("planted"), || {
        cookie.clone()
    });
    let person = planted.get("/v1/session")?.good()?;
    faults.hold("a planted session", person["person"].is_null(), || {
        person.to_string()
    });

    // Whoever signs in again leaves the session before.
    let first = signed_in(&answer, served.port)?;
    let second = signed_in(&first.post("/v1/session", &who)?, served.port)?;
    faults.status("the session before", &first.get("/v1/today")?, &[401]);
    faults.status("the session after", &second.get("/v1/today")?, &[200]);
    second.ask("DELETE", "/v1/session", None)?.good()?;
    faults.status("a session that ended", &second.get("/v1/today")?, &[401]);
    faults.status("another session of hers", &ines.get("/v1/today")?, &[200]);
    for cookie in [
        "avert-session=",
        "avert-session",
        "avert-session=%00",
        "avert-session=' OR 1=1 --",
        "=; ;;; avert-session=\u{e9}",
        &format!("avert-session={}", "a".repeat(6000)),
        &"a=b; ".repeat(1200),
    ] {
        let answer = served.nobody().with("cookie", cookie).get("/v1/today")?;
        faults.status(&format!("cookie {cookie:.30}"), &answer, &[400, 401, 431]);
    }
    Ok(())
}

/// Where people come by https, a cookie that a page without it could have planted is none.
fn behind_https(served: &Served, place: &Path, faults: &mut Faults) -> Result<()> {
    let config = place.join("avert.toml");
    let text = std::fs::read_to_string(&config)?;
    let url = "https://avert.example.org";
    std::fs::write(&config, format!("{text}\n[serve]\nurl = \"{url}\"\n"))?;
    let nobody = served
        .nobody()
        .with("host", "avert.example.org")
        .with("origin", url);
    let who = json!({ "name": "ines", "password": PASSWORD });
    let answer = nobody.post("/v1/session", &who)?;
    let cookie = answer.header("set-cookie").unwrap_or_default().to_owned();
    let is_bound = cookie.starts_with("__Host-avert-session=") && cookie.contains("; Secure");
    faults.hold("the cookie behind https", is_bound, || cookie.clone());
    let secret = cookie.split([';', '=']).nth(1).unwrap_or_default();
    for (what, cookie, right) in [
        (
            "its own name",
            format!("__Host-avert-session={secret}"),
            200,
        ),
        (
            "a name that anybody may set",
            format!("avert-session={secret}"),
            401,
        ),
        (
            "a planted one before it",
            format!("avert-session=planted; __Host-avert-session={secret}"),
            200,
        ),
    ] {
        let answer = nobody.with("cookie", &cookie).get("/v1/today")?;
        faults.status(&format!("behind https, {what}"), &answer, &[right]);
    }
    let scraped = nobody
        .with("x-forwarded-for", "198.51.100.7")
        .get("/metrics")?;
    faults.status("figures through a proxy", &scraped, &[401, 403, 404]);
    std::fs::write(&config, text)?;
    Ok(())
}

/// Who may listen to what happens.
fn listeners(served: &Served, ines: &Asker, faults: &mut Faults) -> Result<()> {
    for (what, asker, right) in [
        ("nobody listening", served.nobody(), 401),
        ("a help desk listening", token(ines, "appeals")?, 403),
        (
            "a watcher of figures listening",
            token(ines, "metrics")?,
            403,
        ),
        ("a reader listening", token(ines, "read")?, 200),
        ("ines listening", ines.clone(), 200),
        (
            "a made-up token listening",
            served.nobody().with("authorization", "Bearer avert_x"),
            401,
        ),
    ] {
        let status = begun(&asker, "/v1/events")?;
        faults.hold(what, status == right, || {
            format!("{status}, and not {right}")
        });
    }
    Ok(())
}

/// A link lets one in once, however many use it at the same moment.
fn one_link_twice(served: &Served, otto: &Asker, faults: &mut Faults) -> Result<()> {
    let made = otto
        .post("/v1/people/lena/invitations", &json!({}))?
        .good()?;
    let link = text_at(&made, "/link")?;
    let accept = json!({ "token": link.rsplit('/').next(), "password": PASSWORD });
    let nobody = served.nobody();
    let use_it = || {
        nobody
            .post("/v1/invitations/accept", &accept)
            .map(|answer| answer.status)
    };
    let statuses: Vec<Result<u16>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(use_it)).collect();
        threads
            .into_iter()
            .filter_map(|thread| thread.join().ok())
            .collect()
    });
    let statuses: Vec<u16> = statuses.into_iter().collect::<Result<_>>()?;
    let let_in = statuses.iter().filter(|status| **status == 200).count();
    faults.hold("one link, eight at once", let_in == 1, || {
        format!("{statuses:?}")
    });
    Ok(())
}

/// Guessing is slow, whoever is guessed; whoever waited may sign in.
fn guesses(served: &Served, faults: &mut Faults) -> Result<()> {
    let nobody = served.nobody();
    let guess = |name: &str, password: &str| {
        nobody.post(
            "/v1/session",
            &json!({ "name": name, "password": password }),
        )
    };
    let mut tries = 0;
    let slowed = loop {
        let answer = guess(OPERATOR, &format!("a wrong password {tries}"))?;
        tries += 1;
        if answer.status != 401 || tries > 20 {
            break answer;
        }
    };
    faults.status(&format!("guess {tries}"), &slowed, &[429]);
    let wait = slowed
        .header("retry-after")
        .and_then(|wait| wait.parse().ok());
    faults.hold(
        "a guess too many",
        wait.is_some_and(|wait: u64| wait > 0),
        || format!("retry-after {wait:?}"),
    );
    let right = guess(OPERATOR, PASSWORD)?;
    faults.status("the right password among guesses", &right, &[429]);
    faults.status("somebody else meanwhile", &guess("ines", PASSWORD)?, &[200]);
    let many = (0..60).map(|n| Ok(guess(&format!("stranger-{n}"), "a password")?.status));
    let statuses: Vec<u16> = many.collect::<Result<_>>()?;
    let slowed = statuses.iter().filter(|status| **status == 429).count();
    faults.hold("sixty names from one place", slowed >= 20, || {
        format!("{statuses:?}")
    });
    Ok(())
}
