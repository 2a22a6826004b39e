//! Taking something back: whoever has it is told, and it is known who has not answered.

use std::collections::BTreeMap;

use avert_model::{LedgerEntry, PartnerId, Recipient, Timestamp, Tlp};
use serde_json::{Map, Value, json};

use super::ledger::{Has, reached, taken_back, who_did};
use super::{Directory, Releasable, required};

/// What one recipient is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Who.
    pub to: Recipient,
    /// Whether it is sure that they have it.
    pub has: Has,
    /// The revoked version, or why none can be made, so that a person has to tell them.
    pub revoked: Result<Releasable<Value>, ByHand>,
}

/// Why no revoked version can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ByHand {
    /// What they were given is not at hand: it was passed on by others, or is no longer kept.
    #[error("what they were given is not at hand")]
    NotAtHand,
    /// It has no versions: STIX cannot revoke observables (STIX 2.1, 3.6).
    #[error("an object of this type has no versions and cannot be revoked")]
    NoVersions,
    /// Somebody else created it, and only they can revoke it (STIX 2.1, 3.6.2).
    #[error("only whoever created it can revoke it")]
    NotOurs,
}

/// A revoked version for everybody who has an object, in the order of their ids.
///
/// It repeats what its type requires of the version that they were given (`sent`, by digest), says
/// `revoked: true`, and nothing else: nobody learns anything from it, and so no rule of sharing stands
/// against it. What somebody else created is revoked with the `modified` of its originator's own
/// revocation.
pub fn notices(
    entries: &[LedgerEntry],
    sent: &BTreeMap<String, Value>,
    originators: Option<&str>,
    directory: &Directory,
    now: Timestamp,
) -> Vec<Notice> {
    who_did(entries, directory, now)
        .into_iter()
        .map(|(to, has)| {
            let given =
                last_given(entries, &to, directory, now).and_then(|digest| sent.get(digest));
            let body = given
                .and_then(Value::as_object)
                .ok_or(ByHand::NotAtHand)
                .and_then(|given| revoked(given, originators, directory, now));
            let revoked = body.map(|value| Releasable {
                level: level(&value),
                value,
                audience: to.clone(),
                at: now,
            });
            Notice { to, has, revoked }
        })
        .collect()
}

/// The digest of what they got last: never of what only others got.
fn last_given<'a>(
    entries: &'a [LedgerEntry],
    to: &Recipient,
    directory: &Directory,
    now: Timestamp,
) -> Option<&'a str> {
    let until = taken_back(entries).map_or(now, |at| at.min(now));
    let got = |entry: &&LedgerEntry| {
        let reached = reached(entry, directory, until);
        reached.iter().any(|(recipient, _)| recipient == to)
    };
    entries
        .iter()
        .rev()
        .find(got)
        .and_then(|entry| match entry {
            LedgerEntry::Shared(shared) => Some(shared.digest.as_str()),
            LedgerEntry::Fetched(fetched) => Some(fetched.digest.as_str()),
            _ => None,
        })
}

fn revoked(
    given: &Map<String, Value>,
    originators: Option<&str>,
    directory: &Directory,
    now: Timestamp,
) -> Result<Value, ByHand> {
    let modified = given
        .get("modified")
        .and_then(Value::as_str)
        .ok_or(ByHand::NoVersions)?;
    let creator = given.get("created_by_ref").and_then(Value::as_str);
    let ours = creator.is_none_or(|creator| directory.our_identities.contains(creator));
    let at = match originators {
        Some(at) => at.to_owned(),
        None if ours => later_than(modified, now),
        None => return Err(ByHand::NotOurs),
    };
    let mut kept = required::required_of(given);
    for name in ["created_by_ref", "object_marking_refs"] {
        if let Some(value) = given.get(name) {
            kept.insert(name.to_owned(), value.clone());
        }
    }
    kept.insert("modified".to_owned(), json!(at));
    kept.insert("revoked".to_owned(), json!(true));
    Ok(Value::Object(kept))
}

/// Now, or the next millisecond after the version that is revoked: a version has to be later.
fn later_than(modified: &str, now: Timestamp) -> String {
    let millisecond = avert_model::SignedDuration::from_millis(1);
    let next = modified
        .parse::<Timestamp>()
        .ok()
        .and_then(|at| at.checked_add(millisecond).ok());
    let at = next.map_or(now, |next| next.max(now));
    format!("{at:.3}")
}

fn level(revoked: &Value) -> Tlp {
    let refs = revoked["object_marking_refs"]
        .as_array()
        .into_iter()
        .flatten();
    refs.filter_map(|id| super::tlp::of_id(id.as_str()?))
        .max()
        .unwrap_or(Tlp::Clear)
}

/// How far a retraction has come with one recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// When they were told first.
    pub told: Option<Timestamp>,
    /// When they acknowledged.
    pub acknowledged: Option<Timestamp>,
}

/// Everybody who has an object that was taken back, and how far that has come with each. Whoever has not
/// acknowledged is outstanding. Empty if it was not taken back.
///
/// Whatever was told or acknowledged before it was taken back was about something else.
pub fn progress(
    entries: &[LedgerEntry],
    directory: &Directory,
    now: Timestamp,
) -> BTreeMap<Recipient, Progress> {
    let Some(taken_back) = taken_back(entries) else {
        return BTreeMap::new();
    };
    let first = |pick: &dyn Fn(&LedgerEntry) -> Option<Timestamp>| {
        entries
            .iter()
            .filter_map(pick)
            .filter(|at| *at >= taken_back)
            .min()
    };
    who_did(entries, directory, now)
        .into_keys()
        .map(|recipient| {
            let is = |partner: &PartnerId| recipient == Recipient::Partner(partner.clone());
            let progress = Progress {
                told: first(&|entry| match entry {
                    LedgerEntry::Told(entry) if is(&entry.partner) => Some(entry.at),
                    _ => None,
                }),
                acknowledged: first(&|entry| match entry {
                    LedgerEntry::Acknowledged(entry) if is(&entry.partner) => Some(entry.at),
                    _ => None,
                }),
            };
            (recipient, progress)
        })
        .collect()
}
