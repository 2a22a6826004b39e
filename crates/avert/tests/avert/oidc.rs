//! Signing in with an identity provider: who gets in, and everything that lets nobody in.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::provider::{CLIENT, Provider, query};
use crate::common::server::{Answer, Browser, PASSWORD, Server};
use crate::common::{self, done};

/// The machine's time, which the tokens of a provider on the same machine carry.
fn now() -> i64 {
    let told = std::process::Command::new("date").arg("+%s").output();
    let text = String::from_utf8(told.unwrap().stdout).unwrap();
    text.trim().parse().unwrap()
}

/// A data folder whose people sign in with this provider; `serve` goes into `[serve]`.
fn folder(provider: &Provider, serve: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["init", "."]);
    let text = format!(
        "[people.ines]\nroles = [\"investigator\"]\noidc = \"ines@example.org\"\n\
         [people.otto]\nroles = [\"operator\"]\noidc = \"otto@example.org\"\n\
         [people.omar]\nroles = [\"approver\"]\n\
         [serve]\n{serve}\n\
         [serve.oidc]\nname = \"Example SSO\"\nissuer = \"{}\"\nclient_id = \"{}\"\n\
         client_secret_file = \"oidc-secret\"\nclaim = \"email\"\n",
        provider.url, CLIENT.0
    );
    std::fs::write(folder.path().join("avert.toml"), text).unwrap();
    let secret = folder.path().join("oidc-secret");
    std::fs::write(&secret, CLIENT.1).unwrap();
    std::fs::set_permissions(&secret, Permissions::from_mode(0o600)).unwrap();
    folder
}

/// A browser that went to sign in, and where it was sent.
struct Begun {
    browser: Browser,
    location: String,
}

fn begin(browser: &Browser) -> Begun {
    let sent = browser.get("/v1/oidc/start");
    assert_eq!(sent.status, 302, "{}", sent.text);
    let cookie = sent.cookie.as_deref().unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let kept = cookie.split(';').next().unwrap();
    Begun {
        browser: browser.with("cookie", kept),
        location: sent.header("location").unwrap().to_owned(),
    }
}

impl Begun {
    fn back(&self, query: &str) -> Answer {
        self.browser.get(&format!("/v1/oidc/callback?{query}"))
    }
}

/// The whole way, as the provider has it.
fn sign_in(server: &Server, provider: &Provider) -> Answer {
    let begun = begin(&server.nobody());
    begun.back(&provider.sign_in(&begun.location))
}

/// Somebody who got in.
fn let_in(server: &Server, answer: &Answer) -> Browser {
    assert_eq!(answer.status, 302, "{}", answer.text);
    assert_eq!(answer.header("location"), Some("/"));
    let cookie = answer.cookie.as_deref().unwrap();
    assert!(cookie.contains("SameSite=Strict"), "{cookie}");
    let kept = cookie.split(';').next().unwrap();
    assert!(kept.len() > "avert-session=".len() + 60, "{kept}");
    server.nobody().with("cookie", kept)
}

/// Somebody who did not, with the code of the page that they see.
fn kept_out(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.cookie, None, "nobody is signed in");
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let (_, rest) = answer.text.split_once("<code>").expect(&answer.text);
    let (code, _) = rest.split_once("</code>").unwrap();
    assert!(answer.text.contains("What to do: "), "{}", answer.text);
    (answer.status, code.to_owned())
}

/// Who is signed in.
fn person(browser: &Browser) -> Value {
    browser.get("/v1/session").good()["person"]["name"].clone()
}

fn journal(dir: &Path) -> Vec<Value> {
    let exported = done(dir, &["journal", "export"]);
    let lines = exported.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn whoever_the_provider_vouches_for_is_signed_in_and_the_journal_says_how() {
    let provider = Provider::start(now());
    let folder = folder(&provider, "");
    let server = Server::start(folder.path());
    let ways = server.nobody().get("/v1/session").good()["sign_in"].clone();
    assert_eq!(ways, json!({ "password": true, "oidc": "Example SSO" }));
    assert!(server.link.is_some(), "passwords are as good");

    let ines = let_in(&server, &sign_in(&server, &provider));
    assert_eq!(person(&ines), "ines");
    let csrf = ines.get("/v1/session").good()["csrf"]
        .as_str()
        .unwrap()
        .to_owned();
    let out = ines.with("x-avert-csrf", &csrf);
    assert_eq!(out.delete("/v1/session", &Value::Null).status, 204);
    assert_eq!(person(&ines), Value::Null);

    let rows = journal(folder.path());
    let row = rows.iter().find(|row| row["act"] == "access/sign-in");
    let row = row.expect("a row of the journal");
    assert_eq!(row["actor"], "ines");
    assert_eq!(row["detail"], r#"{"by":"oidc"}"#);
}

#[test]
fn a_new_session_has_a_new_secret_and_the_one_before_is_over() {
    let provider = Provider::start(now());
    let folder = folder(&provider, "");
    let server = Server::start(folder.path());
    let first = let_in(&server, &sign_in(&server, &provider));
    let begun = begin(&first);
    // Coming back from another site, a browser leaves the session's cookie at home.
    let answer = begun.back(&provider.sign_in(&begun.location));
    let second = let_in(&server, &answer);
    assert_ne!(first.headers, second.headers);
    assert_eq!(
        (person(&first), person(&second)),
        (Value::Null, json!("ines"))
    );
    let forgotten = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie");
    assert!(
        forgotten
            .map(|(_, value)| value)
            .any(|value| { value.starts_with("avert-sign-in=;") && value.contains("Max-Age=0") })
    );
}

#[test]
fn what_a_provider_may_not_say_lets_nobody_in() {
    let provider = Provider::start(now());
    let folder = folder(&provider, "");
    let server = Server::start(folder.path());
    let (ines, now) = (provider.mind().claims.clone(), now());
    let and = |more: Value| {
        let mut claims = ines.clone();
        claims
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        claims
    };
    let plain = json!({});
    for (claims, head, expected) in [
        (
            and(json!({ "nonce": "other" })),
            &plain,
            (502, "oidc/nonce"),
        ),
        (and(json!({ "nonce": null })), &plain, (502, "oidc/nonce")),
        (
            and(json!({ "aud": "other" })),
            &plain,
            (502, "oidc/audience"),
        ),
        (
            and(json!({ "aud": ["avert", "other"], "azp": "other" })),
            &plain,
            (502, "oidc/audience"),
        ),
        (and(json!({ "exp": now - 120 })), &plain, (502, "oidc/time")),
        (
            and(json!({ "iat": now - 3600 })),
            &plain,
            (502, "oidc/time"),
        ),
        (
            and(json!({ "iss": "https://sso.example.org" })),
            &plain,
            (502, "oidc/issuer"),
        ),
        (
            ines.clone(),
            &json!({ "alg": "none" }),
            (502, "oidc/algorithm"),
        ),
        (
            ines.clone(),
            &json!({ "alg": "HS256" }),
            (502, "oidc/algorithm"),
        ),
        (
            ines.clone(),
            &json!({ "alg": "RS256" }),
            (502, "oidc/unknown-key"),
        ),
        (
            and(json!({ "email_verified": false })),
            &plain,
            (403, "oidc/unverified"),
        ),
        (
            json!({ "email": "zed@example.org", "email_verified": true }),
            &plain,
            (403, "oidc/nobody"),
        ),
        (
            json!({ "email": "INES@example.org", "email_verified": true }),
            &plain,
            (403, "oidc/nobody"),
        ),
        // Nothing in the token, and elsewhere it speaks of somebody else.
        (plain.clone(), &plain, (502, "oidc/subject")),
    ] {
        (provider.mind().claims, provider.mind().head) = (claims.clone(), head.clone());
        let answer = sign_in(&server, &provider);
        let (status, code) = kept_out(&answer);
        assert_eq!((status, code.as_str()), expected, "{claims} {head}");
        for others in ["ines", "otto", "zed", "example.org"] {
            assert!(!answer.text.contains(others), "{}", answer.text);
        }
    }
    (provider.mind().claims, provider.mind().head) = (ines.clone(), plain);
    provider.mind().signs_with = 2;
    provider.mind().head = json!({ "kid": "k1" });
    let forged = kept_out(&sign_in(&server, &provider));
    assert_eq!(forged, (502, "oidc/signature".into()));
}

#[test]
fn an_address_may_be_said_elsewhere_of_the_same_person() {
    let provider = Provider::start(now());
    let folder = folder(&provider, "");
    let server = Server::start(folder.path());
    provider.mind().claims = json!({});
    let elsewhere = |email: Value, verified: Value| json!({ "sub": "248289761001", "email": email, "email_verified": verified });
    provider.mind().userinfo = elsewhere(json!("otto@example.org"), json!(true));
    let otto = let_in(&server, &sign_in(&server, &provider));
    assert_eq!(person(&otto), "otto");
    provider.mind().userinfo = elsewhere(json!("otto@example.org"), Value::Null);
    let unverified = kept_out(&sign_in(&server, &provider));
    assert_eq!(unverified, (403, "oidc/unverified".into()));
    provider.mind().userinfo = json!({ "sub": "248289761001" });
    let unnamed = kept_out(&sign_in(&server, &provider));
    assert_eq!(unnamed, (502, "oidc/unnamed".into()));
}

#[test]
fn a_sign_in_comes_back_once_and_to_the_browser_that_began_it() {
    let provider = Provider::start(now());
    let folder = folder(&provider, "");
    let server = Server::start(folder.path());
    let refused = (400, "oidc/state".to_owned());
    let begun = begin(&server.nobody());
    let back = provider.sign_in(&begun.location);
    // Somebody is sent to come back from a sign-in that another began: as that other, they would be signed in.
    let other = begin(&server.nobody());
    assert_eq!(kept_out(&other.back(&back)), refused);
    let callback = format!("/v1/oidc/callback?{back}");
    assert_eq!(kept_out(&server.nobody().get(&callback)), refused);
    // Which took nothing from whoever began it.
    let ines = let_in(&server, &begun.back(&back));
    assert_eq!(person(&ines), "ines");
    assert_eq!(kept_out(&begun.back(&back)), refused, "once");
    for made_up in [
        "code=a&state=b",
        "code=a",
        "",
        "state=a&state=b&code=c",
        "%ff=%ff",
    ] {
        assert_eq!(kept_out(&begun.back(made_up)), refused, "{made_up}");
    }
}

#[test]
fn a_provider_that_says_no_or_is_another_is_told_apart_and_nothing_is_reflected() {
    let provider = Provider::start(now());
    let folder = folder(&provider, "");
    let server = Server::start(folder.path());
    let back_with = |said: &str| {
        let begun = begin(&server.nobody());
        let asked = query(begun.location.split_once('?').unwrap().1);
        let answer = begun.back(&format!("state={}&{said}", asked["state"]));
        assert!(!answer.text.contains("script"), "{}", answer.text);
        kept_out(&answer)
    };
    assert_eq!(
        back_with("error=access_denied"),
        (403, "oidc/denied".into())
    );
    let wrong = "error=%3Cscript%3E&error_description=%3Cscript%3E";
    assert_eq!(back_with(wrong), (502, "oidc/provider".into()));
    assert_eq!(back_with("code=a&error=b"), (502, "oidc/provider".into()));
    assert_eq!(
        back_with("code=a"),
        (502, "oidc/provider".into()),
        "no such code"
    );
    let mixed_up = "code=a&iss=https%3A%2F%2Fscript.example.org";
    assert_eq!(back_with(mixed_up), (502, "oidc/issuer".into()));
}

#[test]
fn keys_that_change_are_asked_for_again_and_not_at_will() {
    let provider = Provider::start(now());
    let folder = folder(&provider, "");
    let server = Server::start(folder.path());
    let_in(&server, &sign_in(&server, &provider));
    let_in(&server, &sign_in(&server, &provider));
    assert_eq!(provider.mind().keys_asked_for, 1, "kept");
    (provider.mind().publishes, provider.mind().signs_with) = (2, 2);
    let_in(&server, &sign_in(&server, &provider));
    assert_eq!(provider.mind().keys_asked_for, 2);
    provider.mind().signs_with = 3;
    for _ in 0..3 {
        let unknown = kept_out(&sign_in(&server, &provider));
        assert_eq!(unknown, (502, "oidc/unknown-key".into()));
    }
    assert_eq!(provider.mind().keys_asked_for, 2, "once a minute");
}

#[test]
fn a_provider_that_is_out_of_order_is_asked_again_later() {
    let provider = Provider::start(now());
    let folder = folder(&provider, "");
    let server = Server::start(folder.path());
    provider.mind().is_broken = true;
    let broken = kept_out(&server.nobody().get("/v1/oidc/start"));
    assert_eq!(broken, (502, "oidc/provider".into()));
    provider.mind().is_broken = false;
    let_in(&server, &sign_in(&server, &provider));
}

#[test]
fn sign_ins_are_begun_only_so_often() {
    let provider = Provider::start(now());
    let folder = folder(&provider, "");
    let server = Server::start(folder.path());
    let mut answers = (0..80).map(|_| server.nobody().get("/v1/oidc/start"));
    let slowed = answers.find(|answer| answer.status != 302).unwrap();
    assert!(slowed.header("retry-after").is_some());
    assert_eq!(kept_out(&slowed), (429, "access/too-often".into()));
}

#[test]
fn without_passwords_the_provider_is_the_only_way_in() {
    let provider = Provider::start(now());
    let folder = folder(&provider, "passwords = false");
    let server = Server::start(folder.path());
    assert_eq!(server.link, None, "no link");
    let nobody = server.nobody();
    let ways = nobody.get("/v1/session").good()["sign_in"].clone();
    assert_eq!(ways, json!({ "password": false, "oidc": "Example SSO" }));
    for (path, sent) in [
        (
            "/v1/session",
            json!({ "name": "otto", "password": PASSWORD }),
        ),
        ("/v1/invitations/look", json!({ "token": "a" })),
        (
            "/v1/invitations/accept",
            json!({ "token": "a", "password": PASSWORD }),
        ),
    ] {
        assert_eq!(nobody.post(path, &sent).refused(403), "access/no-passwords");
    }
    provider.mind().claims["email"] = json!("otto@example.org");
    let otto = let_in(&server, &sign_in(&server, &provider));
    let csrf = otto.get("/v1/session").good()["csrf"]
        .as_str()
        .unwrap()
        .to_owned();
    let link = otto.with("x-avert-csrf", &csrf);
    let link = link.post("/v1/people/ines/invitations", &Value::Null);
    assert_eq!(link.refused(403), "access/no-passwords");
}

#[test]
fn without_a_provider_nobody_is_sent_to_one() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["init", "."]);
    let server = Server::start(folder.path());
    for path in ["/v1/oidc/start", "/v1/oidc/callback?state=a&code=b"] {
        let answer = server.nobody().get(path);
        assert_eq!(kept_out(&answer), (404, "oidc/off".into()));
    }
    let ways = server.nobody().get("/v1/session").good()["sign_in"].clone();
    assert_eq!(ways, json!({ "password": true, "oidc": null }));
}

#[test]
fn a_secret_that_others_can_read_is_refused_at_the_start() {
    let provider = Provider::start(now());
    let folder = folder(&provider, "");
    let secret = folder.path().join("oidc-secret");
    std::fs::set_permissions(&secret, Permissions::from_mode(0o644)).unwrap();
    let ran = common::avert(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("config/secret-too-open"),
        "{}",
        ran.stderr
    );
}
