//! What a command works with, once the command line has been resolved: the data folder, the
//! configuration, who acts, and the parts wired together.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use avert_events::Snapshot;
use avert_model::{Account, CaseId, SnapshotId};
use avert_ops::desk::Desk;
use avert_ops::people::{Actor, People, Person};
use avert_ops::ports::{
    Channel, Lane, LookUp, OperationKey, OutgoingNotice, Pace, Platform, PortError, Receipt,
    SendError, Source,
};
use avert_ops::store::Store;
use avert_ops::{cases, findings};
use avert_platforms::{Maildir, Scim, Simulated, Smtp, Synapse, Webhook};

use crate::args::Global;
use crate::clock::{SystemClock, SystemPause};
use crate::config::{ChannelSettings, Config, PersonSettings, PlatformSettings};
use crate::evidence::OfSnapshots;
use crate::failure::{CommandError, Failure};
use crate::printer::Printer;

/// A resolved data folder and everything that hangs on it.
#[derive(Clone)]
pub(crate) struct Context<'a> {
    pub(crate) printer: &'a Printer,
    pub(crate) data: PathBuf,
    pub(crate) config_path: PathBuf,
    pub(crate) config: Arc<Config>,
    actor: Option<String>,
}

impl<'a> Context<'a> {
    /// Finds the data folder and reads its configuration.
    pub(crate) fn resolve(global: &Global, printer: &'a Printer) -> Result<Self, Failure> {
        let (data, config_path) = Self::places(global);
        if global.config.is_none() && !config_path.is_file() {
            return Err(CommandError::NoDataFolder(data).into());
        }
        let config = Config::load(&config_path)?;
        Ok(Self {
            printer,
            data,
            config_path,
            config: Arc::new(config),
            actor: global.actor.clone(),
        })
    }

    /// The data folder, and the configuration's file.
    pub(crate) fn places(global: &Global) -> (PathBuf, PathBuf) {
        let data = global.data.clone().unwrap_or_else(|| PathBuf::from("."));
        let file = global.config.clone();
        let file = file.unwrap_or_else(|| data.join("avert.toml"));
        (data, file)
    }

    /// The same, for somebody else to act in.
    pub(crate) fn in_name_of(&self, person: &str) -> Self {
        Self {
            actor: Some(person.to_owned()),
            ..self.clone()
        }
    }

    /// The folder of snapshots.
    pub(crate) fn snapshots_dir(&self) -> PathBuf {
        self.data.join("snapshots")
    }

    /// What cases rest on, as far as this data folder has it.
    pub(crate) fn evidence(&self) -> OfSnapshots {
        OfSnapshots::in_folder(self.snapshots_dir())
    }

    /// The folder of rows that could not be read.
    pub(crate) fn rejects_dir(&self) -> PathBuf {
        self.data.join("rejects")
    }

    /// The store, made at its first use.
    pub(crate) fn store(&self) -> Result<Store, Failure> {
        let Some(url) = &self.config.database else {
            return Ok(Store::open(&self.data.join("avert.db"))?);
        };
        let (file, variable) = (
            self.config.database_password_file.as_deref(),
            self.config.database_password_env.as_deref(),
        );
        let password = if file.is_some() || variable.is_some() {
            Some(avert_platforms::Secret::read(
                "database_password",
                file,
                variable,
                self.base(),
            )?)
        } else {
            None
        };
        let password = password.as_ref().map(avert_platforms::Secret::expose);
        Ok(Store::connect(url, password)?)
    }

    /// The people of the configuration.
    pub(crate) fn people(&self) -> People {
        let people = &self.config.people;
        let person = |settings: &PersonSettings| Person {
            roles: settings.roles.iter().copied().collect(),
            keys: settings.keys.clone(),
            passkeys: settings.passkeys.clone(),
        };
        People::new(
            people
                .iter()
                .map(|(name, settings)| (name.clone(), person(settings))),
            self.config.review.signatures,
        )
    }

    /// Who acts.
    pub(crate) fn actor(&self) -> Result<Actor, Failure> {
        let name = self.actor.as_deref().ok_or(CommandError::NoActor)?;
        Ok(self.people().actor(name)?)
    }

    /// Does something to the store in the name of whoever acts.
    pub(crate) fn at_desk<T>(&self, act: impl FnOnce(&mut Desk<'_>) -> T) -> Result<T, Failure> {
        let mut store = self.store()?;
        let actor = self.actor()?;
        let people = self.people();
        let mut desk = Desk {
            store: &mut store,
            clock: &SystemClock,
            pause: &SystemPause,
            actor: &actor,
            people: &people,
        };
        Ok(act(&mut desk))
    }

    /// Every account of every snapshot that a case rests on, each snapshot once and checked first: whoever
    /// could alter a file could have notices sent elsewhere.
    pub(crate) fn each_account(
        &self,
        store: &Store,
        case: CaseId,
        mut each: impl FnMut(Account),
    ) -> Result<(), Failure> {
        let mut seen = Vec::new();
        for id in cases::show(store, case)?.findings {
            let snapshot = findings::show(store, &id)?.snapshot;
            if seen.contains(&snapshot) {
                continue;
            }
            let opened = Snapshot::open(&self.snapshots_dir(), &snapshot)?;
            opened.verify()?;
            for account in opened.accounts()? {
                each(account?);
            }
            seen.push(snapshot);
        }
        Ok(())
    }

    /// This snapshot, or the newest.
    pub(crate) fn snapshot(&self, id: Option<&SnapshotId>) -> Result<Snapshot, Failure> {
        let dir = self.snapshots_dir();
        let id = match id {
            Some(id) if dir.join(id.as_str()).is_dir() => id.clone(),
            Some(id) => return Err(CommandError::UnknownSnapshot(id.clone()).into()),
            None => {
                let newest = Snapshot::list(&dir)?.into_iter().next();
                newest.ok_or(CommandError::NoSnapshot)?.id
            }
        };
        Ok(Snapshot::open(&dir, &id)?)
    }

    /// Relative paths of the configuration start here.
    pub(crate) fn base(&self) -> &Path {
        self.config_path.parent().unwrap_or(Path::new("."))
    }

    fn platform_settings(&self, name: &str) -> Result<&PlatformSettings, Failure> {
        let settings = self.config.platform.get(name);
        Ok(settings.ok_or_else(|| CommandError::UnknownPlatform(name.to_owned()))?)
    }

    fn simulated(
        &self,
        name: &str,
        settings: &avert_platforms::SimulatedSettings,
    ) -> Result<Simulated, Failure> {
        Ok(Simulated::open(name, settings, self.base())?)
    }

    fn synapse(
        &self,
        name: &str,
        settings: &avert_platforms::SynapseSettings,
    ) -> Result<Synapse, Failure> {
        Ok(Synapse::open(
            name,
            settings,
            self.base(),
            Box::new(SystemPause),
        )?)
    }

    fn scim(&self, name: &str, settings: &avert_platforms::ScimSettings) -> Result<Scim, Failure> {
        Ok(Scim::open(
            name,
            settings,
            self.base(),
            Box::new(SystemPause),
        )?)
    }

    fn webhook(
        &self,
        name: &str,
        settings: &avert_platforms::WebhookSettings,
    ) -> Result<Webhook, Failure> {
        Ok(Webhook::open(
            name,
            settings,
            self.base(),
            Box::new(SystemClock),
        )?)
    }

    /// A platform, to act on.
    pub(crate) fn platform(&self, name: &str) -> Result<Box<dyn Platform>, Failure> {
        Ok(match self.platform_settings(name)? {
            PlatformSettings::Simulated(settings) => Box::new(self.simulated(name, settings)?),
            PlatformSettings::MatrixSynapse(settings) => Box::new(self.synapse(name, settings)?),
            PlatformSettings::Scim(settings) => Box::new(self.scim(name, settings)?),
            PlatformSettings::Webhook(settings) => Box::new(self.webhook(name, settings)?),
        })
    }

    /// A live platform, to read.
    pub(crate) fn source(&self, name: &str) -> Result<Box<dyn Source>, Failure> {
        match self.platform_settings(name)? {
            PlatformSettings::Simulated(_) | PlatformSettings::Webhook(_) => {
                Err(CommandError::NotLive(name.to_owned()).into())
            }
            PlatformSettings::Scim(settings) => Ok(Box::new(self.scim(name, settings)?)),
            PlatformSettings::MatrixSynapse(settings) => {
                Ok(Box::new(self.synapse(name, settings)?))
            }
        }
    }

    /// The name of the channel notices go out on.
    pub(crate) fn notice_channel(&self) -> Result<&str, Failure> {
        Ok(self
            .config
            .notify
            .channel
            .as_deref()
            .ok_or(CommandError::NoNoticeChannel)?)
    }

    /// A way to tell people something.
    pub(crate) fn channel(&self, name: &str) -> Result<Box<dyn Channel>, Failure> {
        let settings = self.config.channel.get(name);
        Ok(
            match settings.ok_or_else(|| CommandError::UnknownChannel(name.to_owned()))? {
                ChannelSettings::Maildir(settings) => Box::new(Maildir::open(
                    name,
                    settings,
                    self.base(),
                    Box::new(SystemClock),
                )?),
                ChannelSettings::Smtp(settings) => Box::new(Smtp::open(
                    name,
                    settings,
                    self.base(),
                    Box::new(SystemClock),
                )?),
                ChannelSettings::Webhook(settings) => Box::new(Webhook::channel(
                    name,
                    settings,
                    self.base(),
                    Box::new(SystemClock),
                )?),
                ChannelSettings::Platform(settings) => {
                    let platform = settings.platform.as_str();
                    let channel: Box<dyn Channel> = match self.platform_settings(platform)? {
                        PlatformSettings::Simulated(settings) => {
                            Box::new(self.simulated(platform, settings)?)
                        }
                        PlatformSettings::MatrixSynapse(settings) => {
                            Box::new(self.synapse(platform, settings)?)
                        }
                        PlatformSettings::Webhook(settings) => {
                            Box::new(self.webhook(platform, settings)?)
                        }
                        PlatformSettings::Scim(_) => {
                            return Err(CommandError::TellsNobody(platform.to_owned()).into());
                        }
                    };
                    Box::new(Named {
                        name: name.to_owned(),
                        channel,
                    })
                }
            },
        )
    }
}

/// A platform's own notices, under the name that the configuration gives the channel.
struct Named {
    name: String,
    channel: Box<dyn Channel>,
}

impl Channel for Named {
    fn name(&self) -> &str {
        &self.name
    }

    fn pace(&self) -> Pace {
        self.channel.pace()
    }

    fn goes_to_address(&self) -> bool {
        self.channel.goes_to_address()
    }

    fn lane(&self, notice: &OutgoingNotice) -> Lane {
        self.channel.lane(notice)
    }

    fn look_up(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<LookUp, PortError> {
        self.channel.look_up(notice, key)
    }

    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        self.channel.send(notice, key)
    }
}
