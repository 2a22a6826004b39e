//! Whether everybody was told once, and every account is where it should be: judged from outside, by
//! what the sinks and the platform have, never by what Avert says of itself alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::faulty::Change;
use crate::sink::Arrival;

/// How the notices of one list ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Told {
    /// People whom a notice reached more than once.
    pub(crate) twice: u64,
    /// People whom no notice reached, and whom Avert does not name as in doubt either.
    pub(crate) missing: u64,
    /// People of whom Avert says that nobody knows.
    pub(crate) in_doubt: u64,
    /// Of these, whom a notice reached.
    pub(crate) in_doubt_and_arrived: u64,
    /// People who got a notice and were to get none.
    pub(crate) strangers: u64,
    /// Notices known by a key that another person's has, too.
    pub(crate) shared_keys: u64,
    /// People of whom Avert says nothing was sent, and whom a notice reached.
    pub(crate) denied: u64,
}

impl Told {
    /// What is wrong whatever the channel, each as a sentence.
    pub(crate) fn faults(&self) -> Vec<String> {
        let counted = [
            (self.twice, "were told twice"),
            (self.missing, "are missing"),
            (self.strangers, "were told and should not have been"),
            (self.shared_keys, "share a key with somebody else"),
            (self.denied, "were told, and Avert says they were not"),
        ];
        let wrong = counted.into_iter().filter(|(count, _)| *count > 0);
        wrong
            .map(|(count, what)| format!("{count} people {what}"))
            .collect()
    }
}

/// Judges a list by what arrived. `phases` is what Avert says became of each person's notice.
pub(crate) fn told(
    people: &BTreeSet<String>,
    arrivals: &[Arrival],
    phases: &BTreeMap<String, String>,
) -> Told {
    let mut times: BTreeMap<&str, u64> = BTreeMap::new();
    let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for arrival in arrivals {
        *times.entry(&arrival.person).or_default() += 1;
        owners
            .entry(&arrival.key)
            .or_default()
            .insert(&arrival.person);
    }
    let mut told = Told {
        strangers: times
            .keys()
            .filter(|person| !people.contains(**person))
            .count() as u64,
        shared_keys: owners.values().filter(|owners| owners.len() > 1).count() as u64,
        ..Told::default()
    };
    for person in people {
        let came = times.get(person.as_str()).copied().unwrap_or(0);
        told.twice += u64::from(came > 1);
        match phases.get(person).map(String::as_str) {
            Some("sent") => told.missing += u64::from(came == 0),
            Some("in-doubt" | "claimed") => {
                told.in_doubt += 1;
                told.in_doubt_and_arrived += u64::from(came > 0);
            }
            _ if came > 0 => told.denied += 1,
            _ => told.missing += 1,
        }
    }
    told
}

/// Which way a takedown went last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Forward,
    Back,
}

/// What is wrong with the accounts after a takedown, or after it was reversed too: each as a sentence.
/// Every account has to have been changed once each way and no more.
pub(crate) fn accounts(
    wanted: &BTreeSet<String>,
    changes: &[Change],
    phases: &BTreeMap<String, String>,
    way: Way,
) -> Vec<String> {
    let mut of: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        of.entry(&change.id).or_default().push(change);
    }
    let phase = match way {
        Way::Forward => "done",
        Way::Back => "restored",
    };
    let mut wrong = Vec::new();
    for account in wanted {
        let changes = of.remove(account.as_str()).unwrap_or_default();
        let told: Vec<(Option<bool>, Option<bool>)> = changes
            .iter()
            .map(|change| (change.from, change.to))
            .collect();
        let sound = match (way, told.as_slice()) {
            (Way::Forward, [(from, Some(false))]) => *from != Some(false),
            (Way::Back, [(from, Some(false)), (Some(false), to)]) => {
                *from != Some(false) && from == to
            }
            _ => false,
        };
        if !sound {
            wrong.push(format!("{account} was changed so: {told:?}"));
        }
        match phases.get(account) {
            Some(found) if found == phase => {}
            found => wrong.push(format!("{account} is {found:?}, not {phase}")),
        }
    }
    wrong.extend(
        of.keys()
            .map(|account| format!("{account} was not to be touched")),
    );
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(person: &str, key: &str) -> Arrival {
        Arrival {
            person: person.into(),
            key: key.into(),
            acknowledged: true,
        }
    }

    fn phases(list: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = |(person, phase): &(&str, &str)| ((*person).to_owned(), (*phase).to_owned());
        list.iter().map(owned).collect()
    }

    fn people(list: &[&str]) -> BTreeSet<String> {
        list.iter().map(|person| (*person).to_owned()).collect()
    }

    #[test]
    fn everybody_told_once_is_no_fault() {
        let arrivals = [arrival("ann", "k1"), arrival("ben", "k2")];
        let phases = phases(&[("ann", "sent"), ("ben", "sent")]);
        let told = told(&people(&["ann", "ben"]), &arrivals, &phases);
        assert_eq!(told, Told::default());
        assert!(told.faults().is_empty());
    }

    #[test]
    fn every_kind_of_fault_is_found() {
        let everybody = people(&["ann", "ben", "cem", "dua", "eva", "fay"]);
        let arrivals = [
            arrival("ann", "k1"),
            arrival("ann", "k1"),
            arrival("cem", "k3"),
            arrival("dua", "k4"),
            arrival("eva", "k4"),
            arrival("zoe", "k9"),
        ];
        let phases = phases(&[
            ("ann", "sent"),
            ("ben", "sent"),
            ("cem", "planned"),
            ("dua", "in-doubt"),
            ("eva", "sent"),
        ]);
        let told = told(&everybody, &arrivals, &phases);
        let expected = Told {
            twice: 1,
            missing: 2,
            in_doubt: 1,
            in_doubt_and_arrived: 1,
            strangers: 1,
            shared_keys: 1,
            denied: 1,
        };
        assert_eq!(told, expected);
        assert_eq!(told.faults().len(), 5);
    }

    fn change(id: &str, from: Option<bool>, to: Option<bool>) -> Change {
        Change {
            id: id.into(),
            from,
            to,
        }
    }

    #[test]
    fn an_account_changed_once_each_way_is_sound_and_any_other_is_not() {
        let wanted = people(&["a"]);
        let off = change("a", None, Some(false));
        let done = phases(&[("a", "done")]);
        let judge = |changes: &[Change]| accounts(&wanted, changes, &done, Way::Forward);
        assert!(judge(std::slice::from_ref(&off)).is_empty());
        assert_eq!(judge(&[]).len(), 1);
        let on = change("a", Some(false), Some(true));
        assert_eq!(judge(&[off.clone(), on, off.clone()]).len(), 1);
        assert_eq!(
            judge(&[off.clone(), change("b", None, Some(false))]).len(),
            1
        );
        let other = phases(&[("a", "failed")]);
        assert_eq!(accounts(&wanted, &[off], &other, Way::Forward).len(), 1);
    }

    #[test]
    fn what_was_absent_is_put_back_as_absent() {
        let (wanted, restored) = (people(&["a"]), phases(&[("a", "restored")]));
        let off = change("a", None, Some(false));
        let judge = |to| {
            let changes = [off.clone(), change("a", Some(false), to)];
            accounts(&wanted, &changes, &restored, Way::Back).len()
        };
        assert_eq!(judge(None), 0);
        assert_eq!(judge(Some(true)), 1);
    }
}
