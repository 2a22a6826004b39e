//! A server that runs until the value is dropped, and everybody who is let into it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use super::client::{Answer, Asker};
use crate::live::avert::text_at;

/// Everybody's password here.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// No server takes this long to be there.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server.
pub(crate) struct Served {
    child: Child,
    pub(crate) port: u16,
    /// The link that lets the first operator in.
    link: Option<String>,
}

impl Served {
    /// Starts one on this data folder, on a free port. What it says later is read and dropped.
    pub(crate) fn start(binary: &Path, folder: &Path) -> Result<Self> {
        let mut child = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let stderr = child.stderr.take().context("its standard error is ours")?;
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                // Nobody may listen any more.
                let _ = send.send(line);
            }
        });
        let mut served = Self {
            child,
            port: 0,
            link: None,
        };
        let first = lines.recv_timeout(PATIENCE).context("it does not serve")?;
        let port = first
            .rsplit_once(':')
            .and_then(|(_, port)| port.parse().ok());
        served.port = port.with_context(|| format!("it says no port: {first}"))?;
        // The first answer comes after everything was said.
        served.nobody().get("/healthz")?;
        while let Ok(line) = lines.try_recv() {
            if let Some((_, secret)) = line.split_once("/#/invitation/") {
                served.link = Some(secret.to_owned());
            }
        }
        Ok(served)
    }

    /// Somebody without a name.
    pub(crate) fn nobody(&self) -> Asker {
        Asker::nobody(self.port)
    }

    /// Lets these people in: the operator by the first link, and the others by the operator's.
    pub(crate) fn let_in(
        &self,
        operator: &str,
        others: &[&str],
    ) -> Result<BTreeMap<String, Asker>> {
        let link = self.link.as_deref().context("there is no first link")?;
        let first = self.accept(link)?;
        let mut people = BTreeMap::new();
        for name in others {
            let made = first.post(&format!("/v1/people/{name}/invitations"), &json!({}))?;
            let link = text_at(&made.good()?, "/link")?;
            let secret = link.rsplit('/').next().unwrap_or_default();
            people.insert((*name).to_owned(), self.accept(secret)?);
        }
        people.insert(operator.to_owned(), first);
        Ok(people)
    }

    fn accept(&self, secret: &str) -> Result<Asker> {
        let accept = json!({ "token": secret, "password": PASSWORD });
        signed_in(
            &self.nobody().post("/v1/invitations/accept", &accept)?,
            self.port,
        )
    }

    /// The memory it holds now, in MiB.
    pub(crate) fn memory_mib(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|rest| rest.split_whitespace().next());
        let kib: u64 = kib.and_then(|kib| kib.parse().ok()).context("no VmRSS")?;
        Ok(kib / 1024)
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whoever an answer signed in.
pub(crate) fn signed_in(answer: &Answer, port: u16) -> Result<Asker> {
    let csrf = text_at(&answer.good()?, "/csrf")?;
    let cookie = answer
        .header("set-cookie")
        .context("a session is a cookie")?;
    let cookie = cookie.split(';').next().unwrap_or_default();
    Ok(Asker::nobody(port)
        .with("cookie", cookie)
        .with("x-avert-csrf", &csrf))
}

/// A token of somebody's, with one scope.
pub(crate) fn token(owner: &Asker, scope: &str) -> Result<Asker> {
    let wanted = json!({ "name": scope, "scopes": [scope] });
    let made = owner.post("/v1/tokens", &wanted)?.good()?;
    let bearer = format!("Bearer {}", text_at(&made, "/token")?);
    Ok(Asker::nobody(owner.port).with("authorization", &bearer))
}
