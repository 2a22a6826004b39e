//! Packages of Debian and Ubuntu that a check needs, installed by the check itself.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::talk::say;

/// Installs a package; `why` says what it is for, to whoever has to install it by hand.
pub(crate) fn install(package: &str, why: &str) -> Result<()> {
    say(&format!("   installing {package} with apt-get (once)"));
    for arguments in [&["update"][..], &["install", "--yes", package]] {
        // Whoever is not root may be allowed to be without a password; nobody is asked for one.
        let as_root = ["apt-get", "-qq"].iter().chain(arguments);
        let done = apt(as_root.clone()) || apt(["sudo", "-n"].iter().chain(as_root));
        if !done {
            bail!(
                "{package} is missing ({why}), and `apt-get {}` failed: install it",
                arguments.join(" ")
            );
        }
    }
    Ok(())
}

fn apt<'a>(mut words: impl Iterator<Item = &'a &'a str>) -> bool {
    let Some(program) = words.next() else {
        return false;
    };
    Command::new(program)
        .args(words)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
