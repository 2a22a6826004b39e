//! What each account does with people: how many strangers it approaches, what it gives them, and
//! how they answer.

use avert_model::Verb;

use super::ties::{Begun, Ties};
use crate::input::{DAY, Micros, NO_TIME, NOTHING, World};

/// The conduct of one account, in counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conduct {
    /// People it asked to connect.
    pub(crate) asked: u32,
    /// Of those, strangers.
    pub(crate) strangers: u32,
    /// Of the strangers, those who answered.
    pub(crate) answered: u32,
    /// Strangers it approached to whom it later gave a link or file.
    pub(crate) delivered: u32,
    /// When it did so first; [`NO_TIME`] if never.
    pub(crate) delivered_at: Micros,
    /// The strangers who reported it.
    pub(crate) reported_by: u32,
    /// People who asked it and are rooted themselves.
    pub(crate) was_asked: u32,
    /// People it knew before anything was recorded, and who show it.
    pub(crate) old_ties: u32,
    /// Its age in days when it first approached a stranger, where both are known.
    pub(crate) age_days: Option<f64>,
    /// How many actions it has in all.
    pub(crate) actions: u32,
    /// Its first action with a time.
    pub(crate) first_at: Micros,
}

/// Counts for every listed account.
pub(crate) fn observe(world: &World, ties: &Ties) -> Vec<Conduct> {
    let mut all: Vec<Conduct> = (0..world.accounts())
        .map(|number| {
            let account = u32::try_from(number).unwrap_or(NOTHING);
            let approaches = ties.approaches(account);
            let mut conduct = Conduct {
                asked: count(approaches.len()),
                delivered_at: NO_TIME,
                first_at: NO_TIME,
                ..Conduct::default()
            };
            for approach in approaches.iter().filter(|approach| approach.stranger) {
                conduct.strangers += 1;
                conduct.answered += u32::from(approach.answered);
            }
            for tie in ties.of(account) {
                conduct.old_ties += u32::from(tie.is_of_old());
                conduct.was_asked +=
                    u32::from(tie.begun == Begun::WasAsked && ties.is_rooted(tie.other));
            }
            let first = approaches.iter().find(|approach| approach.stranger);
            let created = world.profiles[number].created_at;
            conduct.age_days = first
                .filter(|first| first.at != NO_TIME)
                .zip(created)
                .map(|(first, created)| (first.at - created).max(0) as f64 / DAY as f64);
            conduct
        })
        .collect();
    let mut given: Vec<(u32, u32, Micros)> = Vec::new();
    let mut reports: Vec<(u32, u32)> = Vec::new();
    for row in &world.rows {
        let conduct = &mut all[row.account as usize];
        conduct.actions = conduct.actions.saturating_add(1);
        if row.at != NO_TIME && (conduct.first_at == NO_TIME || row.at < conduct.first_at) {
            conduct.first_at = row.at;
        }
        if row.target == NOTHING {
            continue;
        }
        match row.verb {
            Verb::ShareLink | Verb::ShareFile if row.object != NOTHING => {
                given.push((row.account, row.target, row.at));
            }
            Verb::ReportAbuse => reports.push((row.target, row.account)),
            _ => {}
        }
    }
    given.sort_unstable();
    given.dedup_by_key(|gift| (gift.0, gift.1));
    for gifts in given.chunk_by(|a, b| a.0 == b.0) {
        let account = gifts[0].0;
        let mut strangers: Vec<(u32, Micros)> = ties
            .approaches(account)
            .iter()
            .filter(|approach| approach.stranger)
            .map(|approach| (approach.target, approach.at))
            .collect();
        strangers.sort_unstable();
        for (_, target, at) in gifts {
            let approached = strangers
                .binary_search_by_key(target, |stranger| stranger.0)
                .is_ok_and(|index| strangers[index].1 <= *at);
            if approached {
                let conduct = &mut all[account as usize];
                conduct.delivered += 1;
                if conduct.delivered_at == NO_TIME || *at < conduct.delivered_at {
                    conduct.delivered_at = *at;
                }
            }
        }
    }
    reports.sort_unstable();
    reports.dedup();
    for (account, reporter) in reports {
        let approached = ties
            .between(account, reporter)
            .is_some_and(|tie| tie.begun == Begun::Asked);
        if let (true, Some(conduct)) = (approached, all.get_mut(account as usize)) {
            conduct.reported_by += 1;
        }
    }
    all
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
