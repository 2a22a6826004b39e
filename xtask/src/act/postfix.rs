//! Postfix's `smtp-sink`, which takes mail as fast as it comes and counts it: for speed alone, since it
//! cannot say what it took.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::http_server::hold;

const PROGRAM: &str = "/usr/sbin/smtp-sink";

/// A running sink; it ends with this value.
pub(crate) struct SmtpSink {
    child: Child,
    counts: PathBuf,
    pub(crate) port: u16,
}

impl SmtpSink {
    /// Starts one, installing Debian's package first if it is not there; the mail server in that package
    /// is never started.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        if !Path::new(PROGRAM).exists() {
            crate::debian::install("postfix", "its smtp-sink takes mail as fast as it comes")?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let counts = folder.join(format!("smtp-sink-{port}"));
        let child = Command::new(PROGRAM)
            // Whoever is root has to say as whom it goes on; whoever is not cannot.
            .args(if is_root() { &["-c", "-u", "nobody"][..] } else { &["-c"] })
            .args([&format!("127.0.0.1:{port}"), "100"])
            .stdin(Stdio::null())
            .stdout(File::create(&counts)?)
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("{PROGRAM} cannot be started"))?;
        let mut sink = Self {
            child,
            counts,
            port,
        };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begun.elapsed() > Duration::from_secs(10) || sink.child.try_wait()?.is_some() {
                bail!("{PROGRAM} does not answer");
            }
            hold(Duration::from_millis(20));
        }
        Ok(sink)
    }

    /// How many mails it has taken.
    pub(crate) fn count(&self) -> Result<u64> {
        let text = fs::read(&self.counts)?;
        last_count(&String::from_utf8_lossy(&text)).context("smtp-sink has counted nothing")
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// It writes `sess=1 quit=1 mesg=1` over and over, each on top of the last.
fn last_count(text: &str) -> Option<u64> {
    let last = text.rsplit_once("mesg=")?.1;
    last.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_count_is_the_one_that_counts() {
        let text = "sess=0 quit=0 mesg=1\rsess=1 quit=1 mesg=27\r";
        assert_eq!(last_count(text), Some(27));
        assert_eq!(last_count(""), None);
    }
}
