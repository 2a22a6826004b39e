//! The simulated platform: its accounts in one file, every change of them in another.
//!
//! `platform.jsonl` is written once by the simulator and never changed. Beside it,
//! `platform.changes.jsonl` gets one line for every switch that is turned, so a takedown can be
//! looked at, and `platform.notices.jsonl` one for every notice of the platform's own.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use avert_model::{AccountId, AccountStatus};
use avert_ops::ports::{
    AccountState, Channel, Effect, LookUp, OperationKey, OutgoingNotice, Platform, PortError,
    PortErrorKind, Receipt, Remedy, SendError,
};
use serde::{Deserialize, Serialize};

use crate::settings::{SettingsError, SimulatedSettings};

/// A line of `platform.jsonl`; what else stands on it is for people.
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
            Remedy::Watch => self,
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
    accounts: RefCell<BTreeMap<AccountId, Switches>>,
    delivered: RefCell<BTreeSet<String>>,
    /// How long both files were when they were last read: another process may have written since.
    read: Cell<(u64, u64)>,
}

impl Simulated {
    /// Reads the accounts and what was done to them so far.
    ///
    /// Memory: one entry for each account.
    pub fn open(
        name: &str,
        settings: &SimulatedSettings,
        base: &Path,
    ) -> Result<Self, SettingsError> {
        let file = base.join(&settings.file);
        let mut accounts = BTreeMap::new();
        lines(&file, |line: Base| {
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
            accounts: RefCell::new(accounts),
            delivered: RefCell::default(),
            read: Cell::default(),
        };
        platform.refresh()?;
        Ok(platform)
    }

    /// Reads what was done since it was read last.
    fn refresh(&self) -> Result<(), SettingsError> {
        let length = |path: &Path| fs::metadata(path).map_or(0, |found| found.len());
        let now = (length(&self.changes), length(&self.notices));
        let before = self.read.replace(now);
        if now.0 != before.0 {
            let mut accounts = self.accounts.borrow_mut();
            lines(&self.changes, |line: Change| {
                let switches = Switches {
                    disabled: line.disabled,
                    restricted: line.restricted,
                };
                accounts.insert(line.account, switches);
            })?;
        }
        if now.1 != before.1 {
            let mut delivered = self.delivered.borrow_mut();
            lines(&self.notices, |line: Delivered| {
                delivered.insert(line.key);
            })?;
        }
        Ok(())
    }

    /// The same, in the words of a port.
    fn look_again(&self) -> Result<(), PortError> {
        self.refresh().map_err(|error| PortError {
            request: format!("read {}", self.changes.display()),
            kind: PortErrorKind::Local(error.to_string()),
            effect: Effect::None,
        })
    }

    fn switches(&self, account: &AccountId) -> Result<Switches, PortError> {
        self.accounts
            .borrow()
            .get(account)
            .copied()
            .ok_or_else(|| PortError {
                request: "look up an account".into(),
                kind: PortErrorKind::NotFound(format!("no account '{account}'")),
                effect: Effect::None,
            })
    }

    fn set(&self, account: &AccountId, to: Switches, key: &OperationKey) -> Result<(), PortError> {
        if self.switches(account)? == to {
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
            key: key.to_string(),
        };
        append(&self.changes, &change)?;
        self.accounts.borrow_mut().insert(account.clone(), to);
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
            Remedy::Watch => None,
        }
    }

    fn state(&self, account: &AccountId) -> Result<AccountState, PortError> {
        self.look_again()?;
        Ok(self.switches(account)?.state())
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
        self.look_again()?;
        let to = self.switches(account)?.with(remedy);
        self.set(account, to, key)
    }

    fn restore(
        &self,
        account: &AccountId,
        prior: &AccountState,
        key: &OperationKey,
    ) -> Result<(), PortError> {
        self.look_again()?;
        self.set(account, Switches::of(prior), key)
    }
}

impl Channel for Simulated {
    fn name(&self) -> &str {
        &self.name
    }

    fn look_up(&self, _: &OutgoingNotice, key: &OperationKey) -> Result<LookUp, PortError> {
        self.look_again()?;
        let reference = key.to_string();
        Ok(if self.delivered.borrow().contains(&reference) {
            LookUp::Arrived(Receipt { reference })
        } else {
            LookUp::NotThere
        })
    }

    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        let receipt = Receipt {
            reference: key.to_string(),
        };
        self.look_again().map_err(SendError::NotSent)?;
        if self.delivered.borrow().contains(key.as_str()) {
            return Ok(receipt);
        }
        if self.switches(&notice.account).is_err() {
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
        self.delivered.borrow_mut().insert(key.to_string());
        Ok(receipt)
    }
}

/// Reads a file line by line. A last line that a crash cut off was never answered for, and is not
/// read.
fn lines<T: serde::de::DeserializeOwned>(
    path: &Path,
    mut each: impl FnMut(T),
) -> Result<(), SettingsError> {
    let failed = |source| SettingsError::File {
        what: "read",
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let mut file = BufReader::new(file);
    let mut line = String::new();
    for number in 1.. {
        line.clear();
        file.read_line(&mut line).map_err(failed)?;
        if !line.ends_with('\n') {
            break;
        }
        let value = serde_json::from_str(&line).map_err(|error| SettingsError::Content {
            path: path.to_owned(),
            line: number,
            detail: error.to_string(),
        })?;
        each(value);
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
mod tests {
    use super::*;

    fn platform(folder: &Path) -> Simulated {
        let file = folder.join("platform.jsonl");
        let line = |id: &str| {
            format!(
                "{{\"account\":\"{id}\",\"display_name\":\"A\",\"disabled\":false,\"restricted\":false}}\n"
            )
        };
        fs::write(&file, line("u1") + &line("u2")).unwrap();
        open(folder)
    }

    fn open(folder: &Path) -> Simulated {
        let settings = SimulatedSettings {
            file: "platform.jsonl".into(),
        };
        Simulated::open("simulated", &settings, folder).unwrap()
    }

    fn key(part: &str) -> OperationKey {
        OperationKey::new("tp-1", part, "u1")
    }

    #[test]
    fn a_takedown_is_there_after_a_restart_and_an_undo_puts_it_back() {
        let folder = tempfile::tempdir().unwrap();
        let (u1, before) = (
            AccountId::from("u1"),
            platform(folder.path()).state(&"u1".into()).unwrap(),
        );
        open(folder.path())
            .apply(&u1, Remedy::Disable, &key("apply"))
            .unwrap();
        assert_eq!(
            open(folder.path()).state(&u1).unwrap().status,
            AccountStatus::Disabled
        );
        open(folder.path())
            .restore(&u1, &before, &key("restore"))
            .unwrap();
        assert_eq!(open(folder.path()).state(&u1).unwrap(), before);
    }

    #[test]
    fn what_another_process_does_meanwhile_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let (one, u1) = (platform(folder.path()), AccountId::from("u1"));
        open(folder.path())
            .apply(&u1, Remedy::Disable, &key("apply"))
            .unwrap();
        assert_eq!(one.state(&u1).unwrap().status, AccountStatus::Disabled);
    }

    #[test]
    fn repeating_a_step_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let platform = platform(folder.path());
        for _ in 0..3 {
            platform
                .apply(&"u1".into(), Remedy::Disable, &key("apply"))
                .unwrap();
        }
        let changes = fs::read_to_string(folder.path().join("platform.changes.jsonl")).unwrap();
        assert_eq!(changes.lines().count(), 1);
    }

    #[test]
    fn a_line_that_a_crash_cut_off_is_not_read_and_makes_way_for_the_next() {
        let folder = tempfile::tempdir().unwrap();
        platform(folder.path())
            .apply(&"u1".into(), Remedy::Disable, &key("apply"))
            .unwrap();
        let path = folder.path().join("platform.changes.jsonl");
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"account\":\"u2\",\"disab").unwrap();
        drop(file);
        let again = open(folder.path());
        assert_eq!(
            again.state(&"u1".into()).unwrap().status,
            AccountStatus::Disabled
        );
        assert_eq!(
            again.state(&"u2".into()).unwrap().status,
            AccountStatus::Active
        );
        assert!(fs::read_to_string(&path).unwrap().ends_with("disab"));
        again
            .apply(&"u2".into(), Remedy::Restrict, &key("apply"))
            .unwrap();
        assert_eq!(
            open(folder.path()).state(&"u2".into()).unwrap().status,
            AccountStatus::Restricted
        );
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
    }

    #[test]
    fn an_account_the_platform_does_not_know_is_not_found() {
        let folder = tempfile::tempdir().unwrap();
        let error = platform(folder.path()).state(&"u9".into()).unwrap_err();
        assert!(matches!(error.kind, PortErrorKind::NotFound(_)));
    }
}
