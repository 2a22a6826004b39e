//! What is known beforehand: files that were named, and networks that were taken down.

use std::collections::BTreeMap;

use avert_detect::{Known, Model};
use avert_model::AccountId;
use avert_ops::store::Store;
use avert_ops::takedown::Phase;
use avert_ops::{cases, takedown};

use super::super::detect::list;
use crate::args::Watch;
use crate::failure::Failure;

/// What the files say.
pub(super) fn of_files(args: &Watch) -> Result<Known, Failure> {
    Ok(Known {
        hostile: list(args.seeds.as_deref())?,
        hubs: list(args.hubs.as_deref())?,
        cleared: list(args.cleared.as_deref())?,
        model: match &args.model {
            Some(path) => Model::load(path)?,
            None => Model::shipped(),
        },
    })
}

/// The accounts that are taken down now, each with what its case is called.
pub(super) fn taken_down(store: &Store) -> Result<BTreeMap<AccountId, String>, Failure> {
    let mut accounts = BTreeMap::new();
    for case in cases::list(store)? {
        for plan in takedown::list(store, case.id)? {
            let in_effect = plan.header().steps.iter();
            for step in in_effect.filter(|step| step.phase == Phase::Done) {
                let whose = format!("{} ({})", case.id, case.title);
                accounts.insert(step.account.clone(), whose);
            }
        }
    }
    Ok(accounts)
}

/// What a search of everything remembered is told: the same, and whom people judged meanwhile.
pub(super) fn with_people(
    known: &Known,
    taken_down: impl IntoIterator<Item = AccountId>,
    cleared: impl IntoIterator<Item = AccountId>,
) -> Known {
    Known {
        hostile: known.hostile.with_accounts(taken_down),
        cleared: known.cleared.with_accounts(cleared),
        ..known.clone()
    }
}
