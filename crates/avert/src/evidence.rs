//! What a case rests on, read from the snapshots its findings were made from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use avert_events::snapshot::ActionColumn;
use avert_events::{ActionRow, Snapshot};
use avert_model::{Account, Finding, SnapshotId, Timestamp, Verb};
use avert_ops::ports::{Evidence, Exhibit, SinkError};
use serde::Serialize;

/// The snapshots of a data folder. Cost: each snapshot is read once from end to end, however many
/// findings were made from it, and its hashes are checked before that. Memory: the rows of the
/// findings' own accounts.
pub(crate) struct OfSnapshots {
    folder: PathBuf,
}

impl OfSnapshots {
    /// The snapshots in this folder.
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn open(&self, id: &SnapshotId) -> Result<Snapshot, SinkError> {
        let snapshot = Snapshot::open(&self.folder, id)?;
        // What was altered is evidence of nothing.
        snapshot.verify()?;
        Ok(snapshot)
    }
}

impl Evidence for OfSnapshots {
    /// Gives of each member, in the order of ids: its `account` row, its `actions` in order of time,
    /// its `contacts`, and the `media` it used. What there is none of is left out.
    fn gather(
        &self,
        findings: &[Finding],
        keep: &mut dyn FnMut(usize, Exhibit),
    ) -> Result<(), SinkError> {
        let mut by_snapshot: BTreeMap<&SnapshotId, Vec<usize>> = BTreeMap::new();
        for (index, finding) in findings.iter().enumerate() {
            by_snapshot
                .entry(&finding.snapshot)
                .or_default()
                .push(index);
        }
        for (id, indexes) in by_snapshot {
            let members_of = |index: usize| -> BTreeSet<&str> {
                let members = findings[index].members.iter();
                members.map(|member| member.account.as_str()).collect()
            };
            let accounts = indexes.iter().flat_map(|index| members_of(*index));
            let held = self.read(id, accounts)?;
            for index in indexes {
                for account in members_of(index) {
                    held[account].give(account, &mut |exhibit| keep(index, exhibit))?;
                }
            }
        }
        Ok(())
    }
}

impl OfSnapshots {
    /// Everything that one snapshot has on these accounts, in one reading.
    fn read<'a>(
        &self,
        id: &SnapshotId,
        accounts: impl Iterator<Item = &'a str>,
    ) -> Result<BTreeMap<&'a str, Holding>, SinkError> {
        let snapshot = self.open(id)?;
        let mut members: BTreeMap<&str, Holding> = accounts
            .map(|account| (account, Holding::default()))
            .collect();
        for account in snapshot.accounts()? {
            let account = account?;
            if let Some(holding) = members.get_mut(account.id.as_str()) {
                holding.account = Some(account);
            }
        }
        // A row that cannot be written ends the reading's use, not the reading: it has no way out.
        let mut trouble = None;
        snapshot.each_action(ActionColumn::ALL, |number, row| {
            if let Some(target) = row.target
                && let Some(holding) = members.get_mut(target)
                && target != row.account
            {
                holding.contact(row.account, row, Way::From);
            }
            if let Some(holding) = members.get_mut(row.account)
                && let Err(error) = holding.action(number, row)
            {
                trouble.get_or_insert(error);
            }
        })?;
        match trouble {
            Some(error) => Err(error.into()),
            None => Ok(members),
        }
    }
}

/// An action as a line of an exhibit; what is not known is left out.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    verb: Verb,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    count: u32,
}

/// Which way a contact went.
#[derive(Clone, Copy)]
enum Way {
    /// The member did it to the other.
    To,
    /// The other did it to the member.
    From,
}

/// What passed between a member and somebody else.
#[derive(Default, Serialize)]
struct Passed {
    /// What the member did, and how many times.
    to: BTreeMap<Verb, u64>,
    /// What the other did.
    from: BTreeMap<Verb, u64>,
    first_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct ContactLine<'a> {
    account: &'a str,
    #[serde(flatten)]
    passed: &'a Passed,
}

#[derive(Serialize)]
struct MediaLine<'a> {
    layer: &'a str,
    object: &'a str,
    count: u64,
}

/// What the snapshot has on one member.
#[derive(Default)]
struct Holding {
    account: Option<Account>,
    /// By time, those without one last, then by place in the snapshot.
    actions: BTreeMap<(i64, u64), String>,
    contacts: BTreeMap<String, Passed>,
    /// By layer and object.
    media: BTreeMap<(String, String), u64>,
}

impl Holding {
    fn action(&mut self, number: u64, row: &ActionRow<'_>) -> Result<(), serde_json::Error> {
        let line = Line {
            at: time(row.at),
            verb: row.verb,
            target: row.target,
            object: row.object,
            layer: row.layer,
            ip: row.ip,
            device: row.device,
            user_agent: row.user_agent,
            text: row.text,
            count: row.count,
        };
        self.actions.insert(
            (row.at.unwrap_or(i64::MAX), number),
            serde_json::to_string(&line)?,
        );
        if let Some(target) = row.target
            && target != row.account
        {
            self.contact(target, row, Way::To);
        }
        if let (Some(layer), Some(object)) = (media_layer(row), row.object) {
            let place = (layer.to_owned(), object.to_owned());
            *self.media.entry(place).or_default() += u64::from(row.count);
        }
        Ok(())
    }

    fn contact(&mut self, other: &str, row: &ActionRow<'_>, way: Way) {
        if !self.contacts.contains_key(other) {
            self.contacts.insert(other.to_owned(), Passed::default());
        }
        let passed = self.contacts.get_mut(other).expect("it was just put there");
        let counts = match way {
            Way::To => &mut passed.to,
            Way::From => &mut passed.from,
        };
        *counts.entry(row.verb).or_default() += u64::from(row.count);
        if let Some(at) = time(row.at) {
            passed.first_at = Some(passed.first_at.map_or(at, |first| first.min(at)));
            passed.last_at = Some(passed.last_at.map_or(at, |last| last.max(at)));
        }
    }

    fn give(&self, account: &str, keep: &mut dyn FnMut(Exhibit)) -> Result<(), serde_json::Error> {
        let mut give = |kind: &str, body: String| {
            if !body.is_empty() {
                keep(Exhibit {
                    kind: kind.to_owned(),
                    subject: account.to_owned(),
                    body,
                });
            }
        };
        if let Some(row) = &self.account {
            give("account", serde_json::to_string(row)?);
        }
        give("actions", lines(self.actions.values().cloned().map(Ok))?);
        let contacts = self.contacts.iter().map(|(account, passed)| {
            let line = ContactLine { account, passed };
            serde_json::to_string(&line)
        });
        give("contacts", lines(contacts)?);
        let avatar = self.account.as_ref().and_then(|row| row.avatar.as_deref());
        let avatar = avatar.map(|hash| ("avatar", hash, 1));
        let used = self.media.iter();
        let used = used.map(|((layer, object), count)| (layer.as_str(), object.as_str(), *count));
        let media = avatar
            .into_iter()
            .chain(used)
            .map(|(layer, object, count)| {
                serde_json::to_string(&MediaLine {
                    layer,
                    object,
                    count,
                })
            });
        give("media", lines(media)?);
        Ok(())
    }
}

/// The layer of what a row was done with, if that can be seen, opened or followed.
fn media_layer<'a>(row: &ActionRow<'a>) -> Option<&'a str> {
    match row.verb {
        Verb::ShareLink | Verb::ClickLink => Some("link"),
        Verb::ShareFile | Verb::OpenFile => Some("file"),
        _ => row
            .layer
            .filter(|layer| matches!(*layer, "avatar" | "link" | "file" | "shared-content")),
    }
}

fn time(microseconds: Option<i64>) -> Option<Timestamp> {
    microseconds.and_then(|at| Timestamp::from_microsecond(at).ok())
}

fn lines(
    each: impl Iterator<Item = Result<String, serde_json::Error>>,
) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    for line in each {
        text.push_str(&line?);
        text.push('\n');
    }
    Ok(text)
}
