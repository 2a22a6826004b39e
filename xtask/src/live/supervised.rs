//! A server that cannot outlive this process.
//!
//! A small script stands between the two (`xtask/live/supervise.py`): it ends the server when its own
//! standard input closes, which the kernel does for us in whatever way we end.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::python;

/// A running server.
pub(crate) struct Supervised {
    supervisor: Child,
    folder: PathBuf,
}

impl Supervised {
    /// Starts a Python program in a folder and returns once it says that it is ready.
    pub(crate) fn start(
        interpreter: &Path,
        folder: &Path,
        patience: Duration,
        arguments: &[&str],
    ) -> Result<Self> {
        let supervisor = Command::new(interpreter)
            .arg(python::script("supervise.py"))
            .arg(folder)
            .arg(patience.as_secs().to_string())
            .arg(interpreter)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the server's supervisor")?;
        let mut server = Self {
            supervisor,
            folder: folder.to_owned(),
        };
        let said = server.first_line()?;
        if said != "ready" {
            let patience = patience.as_secs();
            bail!(
                "the server did not get ready within {patience} s: {said}\n{}",
                server.log_tail()
            );
        }
        Ok(server)
    }

    /// How the server's own log ends.
    pub(crate) fn log_tail(&self) -> String {
        const LINES: usize = 40;
        let path = self.folder.join("output.log");
        let log = std::fs::read(&path).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let tail = &lines[lines.len().saturating_sub(LINES)..];
        format!("the end of {}:\n│ {}", path.display(), tail.join("\n│ "))
    }

    fn first_line(&mut self) -> Result<String> {
        let output = self
            .supervisor
            .stdout
            .as_mut()
            .expect("standard output is piped");
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .context("the supervisor says nothing")?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// A server that tells its own process id and then waits for ever.
    const SERVER: &str = "
import os, socket, time
open('pid', 'w').write(str(os.getpid()))
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
    notices.sendto(b'READY=1', os.environ['NOTIFY_SOCKET'])
time.sleep(3600)
";

    fn start(folder: &Path, program: &str) -> Result<Supervised> {
        Supervised::start(
            Path::new("python3"),
            folder,
            Duration::from_secs(20),
            &["-c", program],
        )
    }

    #[test]
    fn a_server_ends_with_the_value_that_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path(), SERVER).unwrap();
        assert!(!has_ended(folder.path()));
        drop(server);
        assert!(has_ended(folder.path()));
    }

    #[test]
    fn a_server_ends_when_its_supervisor_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let mut server = start(folder.path(), SERVER).unwrap();
        server.supervisor.kill().unwrap();
        server.supervisor.wait().unwrap();
        // The kernel ends the server with its parent, a moment later.
        let deadline = Instant::now() + Duration::from_secs(20);
        while !has_ended(folder.path()) {
            assert!(
                Instant::now() < deadline,
                "the server has outlived its supervisor"
            );
            std::thread::yield_now();
        }
    }

    /// Gone, or dead and not yet collected by whoever inherited it.
    fn has_ended(folder: &Path) -> bool {
        let pid = std::fs::read_to_string(folder.join("pid")).unwrap();
        std::fs::read_to_string(Path::new("/proc").join(pid).join("stat"))
            .map_or(true, |stat| stat.contains(") Z "))
    }

    #[test]
    fn a_server_that_ends_before_it_is_ready_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = start(folder.path(), "raise SystemExit(7)").err().unwrap();
        assert!(error.to_string().contains("ended 7"), "{error:#}");
    }
}
