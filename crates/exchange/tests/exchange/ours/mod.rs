//! What one's own team may have: whatever writes for others takes nothing else.
#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::release::{Definitions, Directory, Releasable, Rules, Terms, check_whole};
use avert_model::{Partner, Timestamp, Tlp};

/// A directory with nobody in it but us.
pub(crate) fn alone() -> Directory {
    let us = Partner {
        id: "us".into(),
        name: "Us".to_owned(),
        organisation: "ours".into(),
        community: true,
        limit: Tlp::Red,
        ask_first: false,
    };
    Directory {
        us: "us".into(),
        our_identities: BTreeSet::new(),
        partners: BTreeMap::from([("us".into(), us)]),
        clients: BTreeMap::new(),
        groups: BTreeMap::new(),
    }
}

/// The thing, for our own team.
pub(crate) fn ours<T: Clone>(thing: &T) -> Releasable<T> {
    let (directory, definitions, none) = (alone(), Definitions::default(), BTreeSet::new());
    let rules = Rules {
        directory: &directory,
        definitions: &definitions,
        happened: &[],
        retracted: &none,
        known: &none,
        unmarked: Tlp::Red,
    };
    let (audience, now) = (directory.own_team(), Timestamp::UNIX_EPOCH);
    let terms = Terms::default();
    check_whole(
        thing.clone(),
        "an example",
        Tlp::Red,
        &terms,
        &audience,
        &rules,
        now,
    )
    .unwrap()
}
