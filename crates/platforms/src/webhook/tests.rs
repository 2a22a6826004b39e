//! The contract, against the receiver that the documents offer, run for real.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use avert_model::{AccountId, AccountStatus, Timestamp};
use avert_ops::conformance::{self, Mailing, Scratch};
use avert_ops::ports::{
    Channel as _, Effect, LookUp, Platform as _, PortErrorKind, Profile, Receipt, SendError,
};

use super::*;
use crate::testing::{Answer, Noted, notice, scripted};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// `docs/integrate/webhook-receiver.py`, running until it is dropped.
struct Receiver {
    child: Child,
    url: String,
    folder: tempfile::TempDir,
}

impl Receiver {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secrets = folder.path().join("secrets");
        // The one before it is still taken: that is how a secret is changed.
        fs::write(&secrets, format!("whsec_{}\n{SECRET}\n", "A".repeat(32))).unwrap();
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../docs/integrate/webhook-receiver.py");
        let mut child = Command::new("python3")
            .arg(script)
            .arg("--secret-file")
            .arg(secrets)
            .arg("--store")
            .arg(folder.path().join("platform.db"))
            .args(["--account", "scratch-1", "--account", "other-1"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs the reference receiver");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap()
            .to_owned();
        Self { child, url, folder }
    }

    /// Runs a query on its store, as somebody outside would look.
    fn count(&self, query: &str) -> usize {
        const COUNT: &str = "import sqlite3, sys; \
             print(sqlite3.connect(sys.argv[1], timeout=10).execute(sys.argv[2]).fetchone()[0])";
        let output = Command::new("python3")
            .args(["-c", COUNT])
            .arg(self.folder.path().join("platform.db"))
            .arg(query)
            .output()
            .unwrap();
        String::from_utf8(output.stdout)
            .unwrap()
            .trim()
            .parse()
            .unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The receiver's clock is the machine's, so the sender's has to be, too.
struct Now;

impl Clock for Now {
    #[expect(
        clippy::disallowed_methods,
        reason = "the receiver under test is another process with the machine's clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

fn webhook(url: &str, secret: &str, clock: impl Clock + Send + Sync + 'static) -> Webhook {
    let manner = Manner {
        dialect: Dialect::Webhook,
        token: None,
        timeout_seconds: 10,
        at_once: 4,
    };
    Webhook {
        name: "forum".into(),
        http: Client::new(url, manner).shown_as("https://example.org".into()),
        signer: Signer::new(&Secret::for_tests(secret)).unwrap(),
        clock: Box::new(clock),
        remedies: vec![Remedy::Disable, Remedy::Restrict, Remedy::Secure],
        pace: Pace {
            at_once: 4,
            per_second: None,
        },
    }
}

fn key(part: &str) -> OperationKey {
    OperationKey::new("tp-1", part, "scratch-1")
}

/// Answers from a script at a time that stands still.
fn answering(answer: Answer) -> (Webhook, std::thread::JoinHandle<Vec<crate::testing::Asked>>) {
    let (url, thread) = scripted(vec![answer]);
    let now: Timestamp = "2021-02-25T15:02:10Z".parse().unwrap();
    (webhook(&url, SECRET, now), thread)
}

#[test]
fn the_reference_receiver_lets_every_promise_of_a_platform_be_kept() {
    let receiver = Receiver::start();
    let scratch = Scratch {
        account: &"scratch-1".into(),
        unknown: &"nobody-at-all".into(),
        run: "trial",
        secrets: &[SECRET],
        pause: &Noted::default(),
    };
    let violations = conformance::platform(&webhook(&receiver.url, SECRET, Now), &scratch);
    assert_eq!(violations, []);
    assert_eq!(receiver.count("SELECT count(*) FROM accounts"), 2);
    let touched = "SELECT count(*) FROM accounts WHERE disabled OR restricted";
    assert_eq!(receiver.count(touched), 0);
}

#[test]
fn the_reference_receiver_lets_every_promise_of_a_channel_be_kept() {
    let receiver = Receiver::start();
    let mailing = Mailing {
        notice: &notice("scratch-1"),
        nobody: Some(&notice("nobody-at-all")),
        run: "trial",
        arrived: &|| receiver.count("SELECT count(*) FROM notices"),
        secrets: &[SECRET],
        pause: &Noted::default(),
    };
    let violations = conformance::channel(&webhook(&receiver.url, SECRET, Now), &mailing);
    assert_eq!(violations, []);
}

#[test]
fn the_reference_receiver_takes_nothing_forged_or_old_or_under_a_used_key() {
    let receiver = Receiver::start();
    let scratch = AccountId::from("scratch-1");
    let forged = webhook(&receiver.url, &format!("whsec_{}", "B".repeat(32)), Now);
    let old: Timestamp = "2021-02-25T15:02:10Z".parse().unwrap();
    let old = webhook(&receiver.url, SECRET, old);
    for (sender, word) in [(forged, "bad-signature"), (old, "stale")] {
        let error = sender
            .apply(&scratch, Remedy::Disable, &key("apply"))
            .unwrap_err();
        assert!(
            matches!(&error.kind, PortErrorKind::Unauthorized(said) if said.starts_with(word)),
            "{error}"
        );
        assert_eq!(error.effect, Effect::None);
    }
    let sender = webhook(&receiver.url, SECRET, Now);
    assert_eq!(
        sender.state(&scratch).unwrap().status,
        AccountStatus::Active
    );
    sender
        .apply(&scratch, Remedy::Disable, &key("apply"))
        .unwrap();
    let error = sender.apply(&"other-1".into(), Remedy::Disable, &key("apply"));
    assert!(error.unwrap_err().to_string().contains("key-reused"));
    assert_eq!(
        sender.state(&"other-1".into()).unwrap().status,
        AccountStatus::Active
    );
}

#[test]
fn a_request_is_signed_and_carries_its_key() {
    let (sender, thread) = answering(("200 OK", "{}"));
    let apply = key("apply");
    sender
        .apply(&"scratch-1".into(), Remedy::Disable, &apply)
        .unwrap();
    let asked = thread.join().unwrap().remove(0);
    assert_eq!(asked.line(), "POST /");
    assert_eq!(asked.header("webhook-id"), Some(apply.as_str()));
    assert_eq!(asked.header("webhook-timestamp"), Some("1614265330"));
    assert_eq!(
        asked.body,
        r#"{"data":{"account":"scratch-1","remedy":"disable"},"type":"account.apply"}"#
    );
    let expected = sender
        .signer
        .sign(apply.as_str(), 1_614_265_330, asked.body.as_bytes());
    assert_eq!(asked.header("webhook-signature"), Some(expected.as_str()));
    assert_eq!(asked.header("authorization"), None);
}

#[test]
fn an_answer_that_was_lost_leaves_a_change_open_and_a_question_not() {
    for (head, effect) in [("", Effect::Unknown), ("502 Bad Gateway", Effect::Unknown)] {
        let (sender, thread) = answering((head, ""));
        let error = sender
            .apply(&"scratch-1".into(), Remedy::Disable, &key("apply"))
            .unwrap_err();
        assert_eq!(error.effect, effect, "{error}");
        thread.join().unwrap();
        let (sender, thread) = answering((head, ""));
        let error = sender.state(&"scratch-1".into()).unwrap_err();
        assert_eq!(error.effect, Effect::None, "{error}");
        thread.join().unwrap();
    }
}

#[test]
fn a_state_that_leaves_a_switch_out_is_not_understood() {
    for body in [r#"{"disabled":false}"#, r#"{"disabled":"no"}"#, "{}"] {
        let (sender, thread) = answering(("200 OK", body));
        let error = sender.state(&"scratch-1".into()).unwrap_err();
        assert!(matches!(error.kind, PortErrorKind::Protocol(_)), "{error}");
        thread.join().unwrap();
    }
    let (mut sender, thread) = answering(("200 OK", r#"{"disabled":false,"gone":true}"#));
    sender.remedies = vec![Remedy::Disable];
    let state = sender.state(&"scratch-1".into()).unwrap();
    assert_eq!(state.status, AccountStatus::Gone);
    assert_eq!(state.switches.len(), 1);
    thread.join().unwrap();
}

#[test]
fn a_platform_that_tells_nothing_of_its_accounts_is_one_too() {
    let (sender, thread) = answering(("501 Not Implemented", r#"{"error":"unsupported"}"#));
    assert_eq!(
        sender.profile(&"scratch-1".into()).unwrap(),
        Profile::default()
    );
    thread.join().unwrap();
    let (sender, thread) = answering((
        "200 OK",
        r#"{"created_at":"2017-12-18T12:00:00Z","verified":true,"followers":7,"held":{"a":1}}"#,
    ));
    let profile = sender.profile(&"scratch-1".into()).unwrap();
    assert_eq!(profile.footprint.followers, Some(7));
    assert_eq!(profile.held.as_deref(), Some(r#"{"a":1}"#));
    thread.join().unwrap();
}

fn sending(answer: Answer) -> Result<Receipt, SendError> {
    let (sender, thread) = answering(answer);
    let sent = sender.send(&notice("scratch-1"), &key("notice"));
    thread.join().unwrap();
    sent
}

#[test]
fn what_becomes_of_a_notice_is_decided_by_the_person_or_left_open() {
    let receipt = sending(("200 OK", r#"{"reference":"n-7"}"#)).unwrap();
    assert_eq!(receipt.reference, "n-7");
    let receipt = sending(("204 No Content", "")).unwrap();
    assert_eq!(receipt.reference, key("notice").as_str());
    let unknown = sending(("404 Not Found", r#"{"error":"unknown-account"}"#));
    assert!(matches!(unknown, Err(SendError::Undeliverable(_))));
    let closed = sending(("422 Unprocessable", r#"{"error":"undeliverable"}"#));
    assert!(matches!(closed, Err(SendError::Undeliverable(_))));
    let elsewhere = sending(("404 Not Found", "<html>"));
    assert!(matches!(elsewhere, Err(SendError::NotSent(_))));
    let lost = sending(("", ""));
    assert!(matches!(lost, Err(SendError::InDoubt(_))));
}

#[test]
fn a_receiver_that_speaks_of_the_person_is_quoted_without_them() {
    for head in ["400 Bad Request", "422 Unprocessable", "500 Oops"] {
        let body = r#"{"error":"bad","detail":"scratch-1 (somebody@example.org) is not ours"}"#;
        let told = format!("{:?}", sending((head, body)).unwrap_err());
        assert!(told.contains("is not ours"), "{told}");
        assert!(
            !told.contains("somebody@") && !told.contains("scratch-1"),
            "{told}"
        );
    }
}

#[test]
fn a_notice_is_looked_up_by_its_key() {
    let look_up = |body: &'static str| {
        let (sender, thread) = answering(("200 OK", body));
        let told = sender.look_up(&notice("scratch-1"), &key("notice"));
        let asked = thread.join().unwrap().remove(0);
        assert!(asked.body.contains(key("notice").as_str()));
        assert_ne!(asked.header("webhook-id"), Some(key("notice").as_str()));
        told
    };
    let arrived = LookUp::Arrived(Receipt {
        reference: "n-7".into(),
    });
    let told = look_up(r#"{"outcome":"arrived","reference":"n-7"}"#);
    assert_eq!(told.unwrap(), arrived);
    let told = look_up(r#"{"outcome":"not-there"}"#);
    assert_eq!(told.unwrap(), LookUp::NotThere);
    let told = look_up(r#"{"outcome":"cannot-tell"}"#);
    assert_eq!(told.unwrap(), LookUp::CannotTell);
    assert!(look_up("{}").is_err());
}

#[test]
fn the_address_is_shown_without_what_may_be_secret_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, SECRET).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let settings = WebhookSettings {
        url: "http://127.0.0.1:1/hooks/T0-secret".into(),
        secret_file: Some("secret".into()),
        secret_env: None,
        remedies: vec![Remedy::Disable],
        timeout_seconds: 10,
        at_once: 4,
        per_second: None,
    };
    let sender = Webhook::open("forum", &settings, folder.path(), Box::new(Now)).unwrap();
    let error = sender.state(&"scratch-1".into()).unwrap_err();
    assert_eq!(error.request, "POST account.state at http://127.0.0.1:1");
    assert!(!sender.supports(Remedy::Restrict));
}
