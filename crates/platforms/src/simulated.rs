//! The simulated platform: its accounts in one file, every change of them in another.
//!
//! `platform.jsonl` is written once by the simulator and never changed. Beside it,
//! `platform.changes.jsonl` gets one line for every switch that is turned, so a takedown can be
//! looked at, and `platform.notices.jsonl` one for every notice of the platform's own. What an account's
//! loss costs stands on its line, where it is known.

mod profile;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use avert_model::{AccountId, AccountStatus};
use avert_ops::ports::{
    AccountState, Channel, Effect, LookUp, OperationKey, OutgoingNotice, Platform, PortError,
    PortErrorKind, Profile, Receipt, Remedy, SendError,
};
use serde::{Deserialize, Serialize};

use crate::settings::{SettingsError, SimulatedSettings};

/// A line of `platform.jsonl`; what else stands on it is what its loss costs, or for people.
#[derive(Deserialize)]
struct Base {
    account: AccountId,
    disabled: bool,
    restricted: bool,
}

/// A line of `platform.changes.jsonl`.
#[derive(Serialize, Deserialize)]
struct Change {
    account: AccountId,
    disabled: bool,
    restricted: bool,
    /// Whether its sessions were ended and its password made worthless, at this line.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    secured: bool,
    key: String,
}

/// A line of `platform.notices.jsonl`.
#[derive(Serialize, Deserialize)]
struct Delivered {
    account: AccountId,
    key: String,
    subject: String,
    body: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Switches {
    disabled: bool,
    restricted: bool,
}

impl Switches {
    fn of(state: &AccountState) -> Self {
        let is = |name: &str| state.switches.get(name).copied().unwrap_or(false);
        Self {
            disabled: is("disabled"),
            restricted: is("restricted"),
        }
    }

    fn with(self, remedy: Remedy) -> Self {
        match remedy {
            Remedy::Disable => Self {
                disabled: true,
                ..self
            },
            Remedy::Restrict => Self {
                restricted: true,
                ..self
            },
            Remedy::Secure | Remedy::Watch => self,
        }
    }

    fn state(self) -> AccountState {
        let status = match self {
            Self { disabled: true, .. } => AccountStatus::Disabled,
            Self {
                restricted: true, ..
            } => AccountStatus::Restricted,
            _ => AccountStatus::Active,
        };
        let switches = [("disabled", self.disabled), ("restricted", self.restricted)];
        let switches = switches
            .map(|(name, on)| (name.to_owned(), on))
            .into_iter()
            .collect();
        AccountState { status, switches }
    }
}

/// A platform in a file.
pub struct Simulated {
    name: String,
    changes: PathBuf,
    notices: PathBuf,
    /// The accounts' file, and where in it each account's line begins.
    base: PathBuf,
    places: BTreeMap<AccountId, u64>,
    known: Mutex<Known>,
}

/// What both files say.
#[derive(Default)]
struct Known {
    accounts: BTreeMap<AccountId, Switches>,
    /// Whose sessions were ended.
    secured: BTreeSet<AccountId>,
    delivered: BTreeSet<String>,
    /// How long both files were when they were last read: another process may have written since.
    read: (u64, u64),
}

impl Known {
    fn switches(&self, account: &AccountId) -> Result<Switches, PortError> {
        self.accounts
            .get(account)
            .copied()
            .ok_or_else(|| PortError {
                request: "look up an account".into(),
                kind: PortErrorKind::NotFound("no such account".into()),
                effect: Effect::None,
            })
    }
}

impl Simulated {
    /// Reads the accounts and what was done to them so far.
    ///
    /// Memory: two small entries for each account.
    pub fn open(
        name: &str,
        settings: &SimulatedSettings,
        base: &Path,
    ) -> Result<Self, SettingsError> {
        let file = base.join(&settings.file);
        let (mut accounts, mut places) = (BTreeMap::new(), BTreeMap::new());
        lines(&file, |at, line: Base| {
            places.insert(line.account.clone(), at);
            let switches = Switches {
                disabled: line.disabled,
                restricted: line.restricted,
            };
            accounts.insert(line.account, switches);
        })?;
        let platform = Self {
            name: name.to_owned(),
            changes: file.with_extension("changes.jsonl"),
            notices: file.with_extension("notices.jsonl"),
            base: file,
            places,
            known: Mutex::new(Known {
                accounts,
                ..Known::default()
            }),
        };
        platform.refresh(&mut platform.locked())?;
        Ok(platform)
    }

    /// A panic elsewhere leaves the files as they are, and they are read again.
    fn locked(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what was done since it was read last.
    fn refresh(&self, known: &mut Known) -> Result<(), SettingsError> {
        let length = |path: &Path| fs::metadata(path).map_or(0, |found| found.len());
        let now = (length(&self.changes), length(&self.notices));
        let before = std::mem::replace(&mut known.read, now);
        if now.0 != before.0 {
            lines(&self.changes, |_, line: Change| {
                let switches = Switches {
                    disabled: line.disabled,
                    restricted: line.restricted,
                };
                if line.secured {
                    known.secured.insert(line.account.clone());
                }
                known.accounts.insert(line.account, switches);
            })?;
        }
        if now.1 != before.1 {
            lines(&self.notices, |_, line: Delivered| {
                known.delivered.insert(line.key);
            })?;
        }
        Ok(())
    }

    /// What both files say by now, for as long as the guard is held.
    fn look(&self) -> Result<MutexGuard<'_, Known>, PortError> {
        let mut known = self.locked();
        self.refresh(&mut known).map_err(|error| PortError {
            request: format!("read {}", self.changes.display()),
            kind: PortErrorKind::Local(error.to_string()),
            effect: Effect::None,
        })?;
        Ok(known)
    }

    fn set(
        &self,
        known: &mut Known,
        account: &AccountId,
        (to, secured): (Switches, bool),
        key: &OperationKey,
    ) -> Result<(), PortError> {
        if known.switches(account)? == to && (!secured || known.secured.contains(account)) {
            return Ok(());
        }
        let Switches {
            disabled,
            restricted,
        } = to;
        let change = Change {
            account: account.clone(),
            disabled,
            restricted,
            secured,
            key: key.to_string(),
        };
        append(&self.changes, &change)?;
        known.accounts.insert(account.clone(), to);
        if secured {
            known.secured.insert(account.clone());
        }
        Ok(())
    }
}

impl Platform for Simulated {
    fn name(&self) -> &str {
        &self.name
    }

    fn describe(&self, remedy: Remedy) -> Option<String> {
        match remedy {
            Remedy::Disable => Some("set disabled in platform.changes.jsonl".into()),
            Remedy::Restrict => Some("set restricted in platform.changes.jsonl".into()),
            Remedy::Secure => Some("set secured in platform.changes.jsonl".into()),
            Remedy::Watch => None,
        }
    }

    fn supports(&self, _: Remedy) -> bool {
        true
    }

    fn irreversible(&self, remedy: Remedy) -> Option<String> {
        (remedy == Remedy::Secure)
            .then(|| "its sessions stay ended and its old password worthless".into())
    }

    fn state(&self, account: &AccountId) -> Result<AccountState, PortError> {
        Ok(self.look()?.switches(account)?.state())
    }

    fn profile(&self, account: &AccountId) -> Result<Profile, PortError> {
        self.held(account)
    }

    fn in_effect(
        &self,
        account: &AccountId,
        remedy: Remedy,
        now: &AccountState,
    ) -> Result<bool, PortError> {
        Ok(match remedy {
            Remedy::Secure => self.look()?.secured.contains(account),
            _ => remedy.leads_to().is_none_or(|status| now.status == status),
        })
    }

    fn expected(&self, prior: &AccountState, remedy: Remedy) -> AccountState {
        Switches::of(prior).with(remedy).state()
    }

    fn apply(
        &self,
        account: &AccountId,
        remedy: Remedy,
        key: &OperationKey,
    ) -> Result<(), PortError> {
        let mut known = self.look()?;
        let to = known.switches(account)?.with(remedy);
        self.set(&mut known, account, (to, remedy == Remedy::Secure), key)
    }

    fn restore(
        &self,
        account: &AccountId,
        prior: &AccountState,
        key: &OperationKey,
    ) -> Result<(), PortError> {
        let mut known = self.look()?;
        self.set(&mut known, account, (Switches::of(prior), false), key)
    }
}

impl Channel for Simulated {
    fn name(&self) -> &str {
        &self.name
    }

    fn look_up(&self, _: &OutgoingNotice, key: &OperationKey) -> Result<LookUp, PortError> {
        let reference = key.to_string();
        Ok(if self.look()?.delivered.contains(&reference) {
            LookUp::Arrived(Receipt { reference })
        } else {
            LookUp::NotThere
        })
    }

    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        let receipt = Receipt {
            reference: key.to_string(),
        };
        let mut known = self.look().map_err(SendError::NotSent)?;
        if known.delivered.contains(key.as_str()) {
            return Ok(receipt);
        }
        if known.switches(&notice.account).is_err() {
            return Err(SendError::Undeliverable(
                "the platform knows no such account".into(),
            ));
        }
        let line = Delivered {
            account: notice.account.clone(),
            key: key.to_string(),
            subject: notice.subject.clone(),
            body: notice.body.clone(),
        };
        append(&self.notices, &line).map_err(SendError::InDoubt)?;
        known.delivered.insert(key.to_string());
        Ok(receipt)
    }
}

/// Reads a file line by line, each with where it begins. A last line that a crash cut off was never answered for, and is not
/// read.
fn lines<T: serde::de::DeserializeOwned>(
    path: &Path,
    mut each: impl FnMut(u64, T),
) -> Result<(), SettingsError> {
    let failed = |source| SettingsError::File {
        what: "read",
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let mut file = BufReader::new(file);
    let mut line = String::new();
    let mut at = 0;
    for number in 1.. {
        line.clear();
        let length = file.read_line(&mut line).map_err(failed)?;
        if !line.ends_with('\n') {
            break;
        }
        let value = serde_json::from_str(&line).map_err(|error| SettingsError::Content {
            path: path.to_owned(),
            line: number,
            detail: error.to_string(),
        })?;
        each(at, value);
        at += length as u64;
    }
    Ok(())
}

/// Adds a line and waits until it is on disk.
fn append<T: Serialize>(path: &Path, line: &T) -> Result<(), PortError> {
    let text = serde_json::to_string(line).expect("the lines are plain data") + "\n";
    append_text(path, &text).map_err(|error| PortError {
        request: format!("append to {}", path.display()),
        kind: PortErrorKind::Local(error.to_string()),
        effect: Effect::Unknown,
    })
}

fn append_text(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(path)?;
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if length > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    if last != [b'\n'] {
        // What a crash cut off must not become the beginning of this line.
        let whole = fs::read(path)?;
        let end = whole.iter().rposition(|byte| *byte == b'\n');
        file.set_len(end.map_or(0, |end| end as u64 + 1))?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests;
