//! Approvals signed with keys of OpenSSH, by file and by a real ssh-agent, and checked by ssh-keygen.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::common::{Ran, avert, avert_with, done, open_case, platform};

/// Makes a key; the path of its private half.
fn key(folder: &Path, name: &str, kind: &[&str], passphrase: &str) -> PathBuf {
    let path = folder.join(name);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-N", passphrase, "-C", "omar@example.org", "-f"])
        .arg(&path)
        .args(kind)
        .status()
        .expect("ssh-keygen is there: Debian's package openssh-client");
    assert!(made.success());
    path
}

/// A platform with a plan in review, on which omar signs with this key.
fn in_review(kind: &[&str], passphrase: &str) -> (TempDir, PathBuf) {
    let folder = platform();
    let dir = folder.path();
    let key = key(dir, "omar-key", kind, passphrase);
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let config = std::fs::read_to_string(dir.join("avert.toml")).unwrap();
    let omar = "[people.omar]\n";
    let names = "signatures = \"names\"";
    assert!(config.contains(omar) && config.contains(names));
    let config = config
        .replace(omar, &format!("{omar}keys = [\"{}\"]\n", public.trim()))
        .replace(names, "signatures = \"required\"");
    std::fs::write(dir.join("avert.toml"), config).unwrap();
    open_case(dir);
    done(dir, &["--as", "ines", "takedown", "plan", "case-1"]);
    done(dir, &["--as", "ines", "takedown", "submit", "tp-1"]);
    (folder, key)
}

fn approve(dir: &Path, more: &[&str], environment: &[(&str, &str)]) -> Ran {
    let shown = done(dir, &["--format", "json", "takedown", "show", "tp-1"]).json();
    let digest = shown["digest"].as_str().unwrap();
    let line = ["--as", "omar", "takedown", "approve", "tp-1", "--digest"];
    avert_with(dir, &[&line[..], &[digest], more].concat(), environment)
}

/// Whether ssh-keygen takes the approval for omar's, given his public key and what Avert shows.
fn ssh_keygen_agrees(dir: &Path, key: &Path) -> bool {
    let shown = done(dir, &["--format", "json", "takedown", "show", "tp-1"]).json();
    let signature = dir.join("approval.sig");
    std::fs::write(&signature, shown["approval"]["signature"].as_str().unwrap()).unwrap();
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let signers = dir.join("allowed_signers");
    std::fs::write(&signers, format!("omar {public}")).unwrap();
    let mut verify = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-I", "omar", "-n", "avert-approval", "-f"])
        .arg(&signers)
        .arg("-s")
        .arg(&signature)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let message = shown["signed_message"].as_str().unwrap();
    let mut input = verify.stdin.take().unwrap();
    input.write_all(message.as_bytes()).unwrap();
    drop(input);
    verify.wait().unwrap().success()
}

#[test]
fn an_approval_is_signed_by_a_key_file_and_ssh_keygen_can_check_it() {
    for kind in [&["-t", "ed25519"][..], &["-t", "ecdsa", "-b", "256"]] {
        let (folder, key) = in_review(kind, "");
        let dir = folder.path();
        let unsigned = approve(dir, &[], &[]);
        assert_eq!(unsigned.code, 1, "{}", unsigned.stderr);
        assert!(unsigned.stderr.contains("[review/unsigned]"));
        let signed = approve(dir, &["--key", key.to_str().unwrap()], &[]);
        assert_eq!(signed.code, 0, "{}", signed.stderr);
        assert!(
            signed
                .stdout
                .contains("the approval is signed with SHA256:")
        );
        assert!(ssh_keygen_agrees(dir, &key));
        done(
            dir,
            &["--as", "rana", "takedown", "execute", "tp-1", "--execute"],
        );
    }
}

#[test]
fn somebody_elses_key_and_one_with_a_passphrase_are_refused_in_words() {
    let (folder, own) = in_review(&["-t", "ed25519"], "a long passphrase");
    let dir = folder.path();
    let other = key(dir, "other-key", &["-t", "ed25519"], "");
    let refused = approve(dir, &["--key", other.to_str().unwrap()], &[]);
    assert!(
        refused.stderr.contains("[review/signature]"),
        "{}",
        refused.stderr
    );
    let refused = approve(dir, &["--key", own.to_str().unwrap()], &[]);
    assert!(
        refused.stderr.contains("has a passphrase"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("ssh-agent"), "{}", refused.stderr);
}

/// A real ssh-agent, ended with the test.
struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn an_ssh_agent_signs_without_giving_the_key_away() {
    let (folder, key) = in_review(&["-t", "ed25519"], "");
    let dir = folder.path();
    let socket = dir.join("agent");
    let mut agent = Command::new("ssh-agent")
        .args(["-D", "-a"])
        .arg(&socket)
        .stdout(Stdio::piped())
        .spawn()
        .expect("ssh-agent is there: Debian's package openssh-client");
    // It says where it listens once it does.
    let mut said = std::io::BufReader::new(agent.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut said, &mut String::new()).unwrap();
    let _agent = Agent(agent);
    let environment = [("SSH_AUTH_SOCK", socket.to_str().unwrap())];
    let empty = approve(dir, &[], &environment);
    assert!(
        empty.stderr.contains("has none of the keys"),
        "{}",
        empty.stderr
    );
    let added = Command::new("ssh-add")
        .arg("-q")
        .arg(&key)
        .envs(environment)
        .status()
        .unwrap();
    assert!(added.success());
    std::fs::remove_file(&key).unwrap();
    let signed = approve(dir, &[], &environment);
    assert_eq!(signed.code, 0, "{}", signed.stderr);
    assert!(ssh_keygen_agrees(dir, &key));
}

#[test]
fn where_names_will_do_every_output_says_so() {
    let folder = platform();
    let dir = folder.path();
    open_case(dir);
    done(dir, &["--as", "ines", "takedown", "plan", "case-1"]);
    done(dir, &["--as", "ines", "takedown", "submit", "tp-1"]);
    let named = approve(dir, &[], &[]);
    let words = "the approval is not signed: whoever gave it called themselves omar";
    assert!(named.stdout.contains(words), "{}", named.stdout);
    let shown = avert(dir, &["takedown", "status", "tp-1"]);
    assert!(shown.stdout.contains(words), "{}", shown.stdout);
}
