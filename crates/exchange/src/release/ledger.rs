//! Who got what: the port to the sharing ledger, and what can be read in it.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use avert_model::{LedgerEntry, PartnerId, Recipient, Shared, Timestamp};
use serde::Serialize;
use serde_json::Value;

use super::{Bundle, Directory, Item, Marked, Releasable, ReleaseError, Rules, gate};
use crate::many;

/// Where entries are kept: appended in order, never changed. A store does it durably.
pub trait Ledger {
    /// What can go wrong.
    type Error: std::error::Error;

    /// Appends all of them, or none.
    fn append(&mut self, entries: &[LedgerEntry]) -> Result<(), Self::Error>;

    /// All entries about this object, oldest first.
    fn of_object(&self, object: &str) -> Result<Vec<LedgerEntry>, Self::Error>;

    /// Every object that was taken back: [`Rules::retracted`].
    fn retracted(&self) -> Result<BTreeSet<String>, Self::Error>;
}

/// A ledger that is forgotten with the process: for tests, and to try a release out.
#[derive(Debug, Clone, Default)]
pub struct MemoryLedger {
    entries: Vec<LedgerEntry>,
}

impl Ledger for MemoryLedger {
    type Error = Infallible;

    fn append(&mut self, entries: &[LedgerEntry]) -> Result<(), Infallible> {
        self.entries.extend_from_slice(entries);
        Ok(())
    }

    fn of_object(&self, object: &str) -> Result<Vec<LedgerEntry>, Infallible> {
        let about = self.entries.iter().filter(|entry| entry.object() == object);
        Ok(about.cloned().collect())
    }

    fn retracted(&self) -> Result<BTreeSet<String>, Infallible> {
        let objects = self.entries.iter().filter_map(|entry| match entry {
            LedgerEntry::Retracted(entry) => Some(entry.object.clone()),
            _ => None,
        });
        Ok(objects.collect())
    }
}

/// The entries that say that this was given to its audience by us; to be appended before it is sent, since
/// an entry too many is a question to ask and one too few a retraction that misses somebody.
pub fn entries<T: Marked>(
    released: &Releasable<Bundle<T>>,
    us: &PartnerId,
    channel: &str,
    at: Timestamp,
) -> Vec<LedgerEntry> {
    let to = (us, released.audience());
    many::each(released.get().objects.iter().collect(), |object: &T| {
        given(object.body(), to, channel, at)
    })
}

/// The entry that says that an object was given from one to another.
pub(crate) fn given(
    body: &Value,
    (from, to): (&PartnerId, &Recipient),
    channel: &str,
    at: Timestamp,
) -> LedgerEntry {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    LedgerEntry::Shared(Shared {
        object: text("id").unwrap_or_default(),
        version: text("modified")
            .or_else(|| text("created"))
            .unwrap_or_default(),
        digest: digest(body),
        from: from.clone(),
        to: to.clone(),
        channel: channel.to_owned(),
        at,
    })
}

/// BLAKE3 of an object, in hexadecimal, whatever the order of its properties.
pub fn digest(body: &Value) -> String {
    let mut text = Vec::with_capacity(1024);
    canonical(body, &mut text);
    blake3::hash(&text).to_hex().to_string()
}

/// JSON without white space, its keys in order.
fn canonical(value: &Value, text: &mut Vec<u8>) {
    match value {
        Value::Object(fields) => {
            // They are in order already, unless whoever builds this asks serde_json to keep another.
            let mut sorted: Vec<(&String, &Value)> = fields.iter().collect();
            sorted.sort_unstable_by_key(|(key, _)| *key);
            text.push(b'{');
            for (place, (key, value)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    text.push(b',');
                }
                plainly(key, text);
                text.push(b':');
                canonical(value, text);
            }
            text.push(b'}');
        }
        Value::Array(items) => {
            text.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(b',');
                }
                canonical(item, text);
            }
            text.push(b']');
        }
        scalar => plainly(scalar, text),
    }
}

fn plainly(scalar: &impl Serialize, text: &mut Vec<u8>) {
    serde_json::to_writer(text, scalar).expect("memory takes everything, and scalars have no keys");
}

/// How much of an object somebody could read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Nothing.
    Nothing,
    /// Some of it is redacted.
    Part,
    /// All of it.
    Whole,
}

/// Who could read an object of these, by the rules alone: partner by partner, and everybody.
///
/// Cost: one [`super::check`] of all the objects for each partner.
///
/// # Errors
/// When the directory does not know us.
pub fn who_could<T: Marked>(
    id: &str,
    items: &[Item<T>],
    rules: &Rules<'_>,
    now: Timestamp,
) -> Result<BTreeMap<Recipient, Access>, ReleaseError> {
    let partners = rules.directory.partners.keys().cloned();
    std::iter::once(Recipient::Public)
        .chain(partners.map(Recipient::Partner))
        .map(|audience| {
            let release = gate::check(items, &audience, rules, now)?;
            let told = |object: &T| object.body().get("id").and_then(Value::as_str) == Some(id);
            let access = if !release.releasable.get().objects.iter().any(told) {
                Access::Nothing
            } else if release.redacted.iter().any(|one| one.id == id) {
                Access::Part
            } else {
                Access::Whole
            };
            Ok((audience, access))
        })
        .collect()
}

/// How sure it is that somebody has an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Has {
    /// It lay where they could read it, and nobody saw them do so.
    MayHave,
    /// It was given to them, or they read it.
    Has,
}

/// Who has an object, by what its entries say; everybody, if it was published.
///
/// Whoever was a member of a group while the object lay there may have it, whoever joined later too, until
/// it was taken back. A partner who passed it on has it as well. We are not listed.
pub fn who_did(
    entries: &[LedgerEntry],
    directory: &Directory,
    now: Timestamp,
) -> BTreeMap<Recipient, Has> {
    let until = taken_back(entries).map_or(now, |at| at.min(now));
    let mut who: BTreeMap<Recipient, Has> = BTreeMap::new();
    for entry in entries {
        if let LedgerEntry::Shared(shared) = entry {
            who.insert(Recipient::Partner(shared.from.clone()), Has::Has);
        }
        for (recipient, has) in reached(entry, directory, until) {
            let known = who.entry(recipient).or_insert(has);
            *known = (*known).max(has);
        }
    }
    who.remove(&Recipient::Partner(directory.us.clone()));
    who
}

/// When it was taken back, if it was.
pub(super) fn taken_back(entries: &[LedgerEntry]) -> Option<Timestamp> {
    entries.iter().find_map(|entry| match entry {
        LedgerEntry::Retracted(entry) => Some(entry.at),
        _ => None,
    })
}

/// Whom this entry alone says to have it, if it lay in a group's collection until then.
pub(super) fn reached(
    entry: &LedgerEntry,
    directory: &Directory,
    until: Timestamp,
) -> Vec<(Recipient, Has)> {
    match entry {
        LedgerEntry::Shared(Shared {
            to: Recipient::Group(group),
            at,
            ..
        }) => {
            let group = directory.groups.get(group);
            let members = group.map(|group| group.members_between(*at, until.max(*at)));
            let members = members.into_iter().flatten().cloned();
            members
                .map(|member| (Recipient::Partner(member), Has::MayHave))
                .collect()
        }
        LedgerEntry::Shared(shared) => vec![(shared.to.clone(), Has::Has)],
        LedgerEntry::Fetched(fetched) => {
            vec![(Recipient::Partner(fetched.by.clone()), Has::Has)]
        }
        LedgerEntry::Retracted(_) | LedgerEntry::Told(_) | LedgerEntry::Acknowledged(_) => {
            Vec::new()
        }
    }
}
