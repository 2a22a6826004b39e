//! Approvals signed with a passkey: what the commands say of them, and that `openssl` can check them with the
//! lines of the documentation.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use avert_model::{PlanId, SignedDuration, Timestamp};
use avert_ops::desk::Desk;
use avert_ops::people::{People, Person, Role, Signatures};
use avert_ops::ports::Pause;
use avert_ops::review::{Seal, Signed};
use avert_ops::store::Store;
use avert_ops::takedown::{self, TakedownError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tempfile::TempDir;

use crate::authenticator::{Asked, Authenticator, VERIFIED};
use crate::common::{self, done, open_case, platform};

struct Nowhere;

impl Pause for Nowhere {
    fn pause(&self, _: Duration) {}
}

/// A platform with a plan in review, on which omar signs with this passkey.
fn in_review(device: &Authenticator) -> TempDir {
    let folder = platform();
    let dir = folder.path();
    let config = std::fs::read_to_string(dir.join("avert.toml")).unwrap();
    let (omar, names) = ("[people.omar]\n", "signatures = \"names\"");
    assert!(config.contains(omar) && config.contains(names));
    let line = format!("{omar}passkeys = [\"{}\"]\n", device.passkey());
    let config = config.replace(omar, &line).replace(names, "");
    std::fs::write(dir.join("avert.toml"), config).unwrap();
    open_case(dir);
    done(dir, &["--as", "ines", "takedown", "plan", "case-1"]);
    done(dir, &["--as", "ines", "takedown", "submit", "tp-1"]);
    folder
}

/// What Avert shows of the plan.
fn shown(dir: &Path) -> Value {
    done(dir, &["--format", "json", "takedown", "show", "tp-1"]).json()
}

/// omar approves in a browser.
fn approve(dir: &Path, device: &Authenticator) -> Result<(), TakedownError> {
    let (plan, validity) = (PlanId::from_number(1), SignedDuration::from_hours(72));
    let said = shown(dir);
    let submitted = said["signatures"].as_array().unwrap().last().unwrap();
    let now: Timestamp = submitted["at"].as_str().unwrap().parse().unwrap();
    let omar = Person {
        roles: [Role::Approver].into(),
        passkeys: vec![device.passkey()],
        ..Person::default()
    };
    let people = People::new([("omar".to_owned(), omar)], Signatures::Required);
    let mut desk = Desk {
        store: &mut Store::open(&dir.join("avert.db")).unwrap(),
        clock: &now,
        pause: &Nowhere,
        actor: &people.actor("omar").unwrap(),
        people: &people,
    };
    let digest = said["digest"].as_str().unwrap();
    let unsigned = takedown::to_sign(&desk, plan, digest, validity)?;
    let seal: Seal = device.answer(&unsigned.challenge, &Asked::rightly()).into();
    let signed = Signed {
        record: &unsigned.record,
        seal: &seal,
        validity,
    };
    takedown::approve_signed(&mut desk, plan, signed).map(drop)
}

/// The lines of the documentation that call `openssl`, run after the files were written that the lines
/// before them take out of what is shown. Gives what each printed.
fn openssl_says(dir: &Path) -> Vec<String> {
    let page = include_str!("../../../../docs/operate/people-and-review.md");
    let (_, block) = page
        .split_once("checks a passkey's yes so:\n\n```sh\n")
        .unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let shown = shown(dir);
    let text = |value: &Value| value.as_str().unwrap().as_bytes().to_vec();
    let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
    let signature = &shown["approval"]["signature"];
    for (name, taken) in [
        ("message.txt", text(&shown["signed_message"])),
        ("key.pem", text(&shown["public_key"])),
        ("client.json", bytes(&signature["client_data"])),
        ("signed.bin", bytes(&signature["authenticator_data"])),
        ("signature.bin", bytes(&signature["signature"])),
    ] {
        assert!(block.contains(name), "{name}");
        std::fs::write(dir.join(name), taken).unwrap();
    }
    let lines = block.lines().filter(|line| line.starts_with("openssl"));
    let said = lines.map(|line| {
        let mut openssl = Command::new("sh");
        let ran = openssl
            .args(["-c", line])
            .current_dir(dir)
            .output()
            .unwrap();
        let said = String::from_utf8(ran.stdout).unwrap();
        assert!(
            !said.is_empty() || ran.status.success(),
            "openssl is there: Debian's package openssl: {line}: {}",
            String::from_utf8_lossy(&ran.stderr)
        );
        said.trim_end().to_owned()
    });
    said.collect()
}

#[test]
fn an_approval_by_passkey_counts_and_openssl_can_check_it() {
    for device in [Authenticator::new(), Authenticator::with_seed(&[7; 32])] {
        let folder = in_review(&device);
        let dir = folder.path();
        approve(dir, &device).unwrap();
        let fingerprint = device.passkey().fingerprint();
        let words = format!("the approval is signed with passkey {fingerprint}");
        let status = done(dir, &["takedown", "status", "tp-1"]);
        assert!(status.stdout.contains(&words), "{}", status.stdout);
        let report = done(dir, &["report", "case-1"]);
        let words = format!("signed with the passkey `{fingerprint}`");
        assert!(report.stdout.contains(&words), "{}", report.stdout);

        let said = openssl_says(dir);
        let [whose, asked, nothing, good] = &said[..] else {
            panic!("{said:?}");
        };
        assert_eq!(
            format!("SHA256:{}", whose.trim_end_matches('=')),
            fingerprint
        );
        let client: Value =
            serde_json::from_slice(&std::fs::read(dir.join("client.json")).unwrap()).unwrap();
        assert_eq!(client["challenge"], asked.as_str());
        assert_eq!(nothing, "");
        assert_eq!(good, "Signature Verified Successfully");

        // omar's passkey stands in the file: nothing else has to be known to act.
        done(
            dir,
            &["--as", "rana", "takedown", "execute", "tp-1", "--execute"],
        );
    }
}

#[test]
fn openssl_too_refuses_what_was_changed_since() {
    let device = Authenticator::new();
    let folder = in_review(&device);
    let dir = folder.path();
    approve(dir, &device).unwrap();
    let database = rusqlite::Connection::open(dir.join("avert.db")).unwrap();
    let stored = "SELECT body FROM plans WHERE id = 1";
    let body: String = database.query_row(stored, [], |row| row.get(0)).unwrap();
    let mut body: Value = serde_json::from_str(&body).unwrap();
    let data = &mut body["approval"]["signature"]["authenticator_data"];
    let mut bytes = STANDARD.decode(data.as_str().unwrap()).unwrap();
    bytes[32] = VERIFIED ^ 0x04;
    *data = STANDARD.encode(bytes).into();
    database
        .execute(
            "UPDATE plans SET body = ?1 WHERE id = 1",
            [body.to_string()],
        )
        .unwrap();
    drop(database);
    let said = openssl_says(dir);
    assert_eq!(said[3], "Signature Verification Failure");
    let line = ["--as", "rana", "takedown", "execute", "tp-1", "--execute"];
    let refused = common::avert(dir, &line);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("[review/signature]"));
}
