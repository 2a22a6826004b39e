//! A real SMTP server that keeps every mail it accepts as a file, and that dies when a story wants it to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::live::supervised::Supervised;
use crate::{python, workspace};

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The place where mail arrives. Several servers may run there, one after the other, on the same port.
pub(crate) struct MailPlace {
    python: PathBuf,
    folder: PathBuf,
    pub(crate) port: u16,
    servers: std::cell::Cell<usize>,
}

/// What a server does besides keeping mails.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Manners {
    /// The address that it refuses for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refuse: Option<String>,
    /// It dies after so many mails, when the next recipient is named: that mail is certainly not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dies_before: Option<usize>,
    /// It dies with so many mails kept, before it says so for the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dies_after: Option<usize>,
}

/// A mail that was kept.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Mail {
    /// The address the server was told, whatever the mail itself says.
    pub(crate) recipient: String,
    pub(crate) to: String,
    pub(crate) from: String,
    pub(crate) message_id: String,
    pub(crate) subject: String,
    pub(crate) body: String,
}

impl MailPlace {
    /// Makes the place, with certificates for the servers to come.
    pub(crate) fn new(python: &Path, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let place = Self {
            python: python.to_owned(),
            folder: folder.to_owned(),
            port: super::synapse::free_port()?,
            servers: std::cell::Cell::new(0),
        };
        for each in ["new", "cur", "tmp"] {
            fs::create_dir_all(place.maildir().join(each))?;
        }
        workspace::run(&mut place.script("certify", folder))
            .context("the certificates cannot be made")?;
        Ok(place)
    }

    /// The authority that vouches for the servers.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// An authority that has nothing to do with them.
    pub(crate) fn other_authority(&self) -> PathBuf {
        self.folder.join("another-ca.pem")
    }

    /// Starts a server; it ends with the value that comes back, or when its manners want it to.
    pub(crate) fn serve(&self, manners: &Manners) -> Result<Supervised> {
        let number = self.servers.get() + 1;
        self.servers.set(number);
        let folder = self.folder.join(format!("server-{number}"));
        fs::create_dir_all(&folder)?;
        let mut settings = serde_json::to_value(manners)?;
        settings["port"] = self.port.into();
        settings["maildir"] = text(&self.maildir())?.into();
        settings["certificate"] = text(&self.folder.join("server.pem"))?.into();
        let path = folder.join("settings.json");
        fs::write(&path, settings.to_string())?;
        let script = python::script("mail_server.py");
        let arguments = [text(&script)?, "serve", text(&path)?];
        Supervised::start(&self.python, &folder, PATIENCE, &arguments)
    }

    /// Every mail that was ever kept.
    pub(crate) fn mails(&self) -> Result<Vec<Mail>> {
        let list = workspace::read(&mut self.script("list", &self.maildir()))?;
        list.lines()
            .map(|line| serde_json::from_str(line).with_context(|| format!("not a mail: {line}")))
            .collect()
    }

    fn maildir(&self) -> PathBuf {
        self.folder.join("mails")
    }

    fn script(&self, verb: &str, place: &Path) -> Command {
        let mut command = Command::new(&self.python);
        command
            .arg(python::script("mail_server.py"))
            .arg(verb)
            .arg(place)
            .stdin(Stdio::null());
        command
    }
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("the folder's name is no text")
}
