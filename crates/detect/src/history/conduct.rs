//! What each account does with people: how many strangers it approaches, what it gives them, and
//! how they answer.

use avert_model::Verb;

use super::ties::{Approach, Begun, Tie, Ties};
use crate::input::{DAY, Micros, NO_TIME, NOTHING, Row, World};

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

/// What the conduct of one account is read off.
pub(crate) struct Deeds<'a> {
    /// When it was registered.
    pub(crate) created: Option<Micros>,
    /// Its relations.
    pub(crate) ties: &'a [Tie],
    /// Whom it asked, in order of time.
    pub(crate) approaches: &'a [Approach],
    /// What it did.
    pub(crate) rows: &'a [Row],
    /// Who reported it; each once.
    pub(crate) reporters: &'a [u32],
}

impl Deeds<'_> {
    /// Counts them. `is_rooted`: whether an account knew people before anything here was recorded.
    pub(crate) fn count(&self, is_rooted: impl Fn(u32) -> bool) -> Conduct {
        let mut conduct = Conduct {
            asked: count(self.approaches.len()),
            delivered_at: NO_TIME,
            first_at: NO_TIME,
            actions: count(self.rows.len()),
            ..Conduct::default()
        };
        let strangers = || self.approaches.iter().filter(|approach| approach.stranger);
        for approach in strangers() {
            conduct.strangers += 1;
            conduct.answered += u32::from(approach.answered);
        }
        for tie in self.ties {
            conduct.old_ties += u32::from(tie.is_of_old());
            conduct.was_asked += u32::from(tie.begun == Begun::WasAsked && is_rooted(tie.other));
        }
        conduct.age_days = strangers()
            .next()
            .filter(|first| first.at != NO_TIME)
            .zip(self.created)
            .map(|(first, created)| (first.at - created).max(0) as f64 / DAY as f64);
        let timed = self
            .rows
            .iter()
            .map(|row| row.at)
            .filter(|at| *at != NO_TIME);
        conduct.first_at = timed.min().unwrap_or(NO_TIME);
        self.count_gifts(&mut conduct);
        for reporter in self.reporters {
            let tie = self.ties.binary_search_by_key(reporter, |tie| tie.other);
            let approached = tie.is_ok_and(|index| self.ties[index].begun == Begun::Asked);
            conduct.reported_by += u32::from(approached);
        }
        conduct
    }

    fn count_gifts(&self, conduct: &mut Conduct) {
        let mut given: Vec<(u32, Micros)> = self
            .rows
            .iter()
            .filter(|row| matches!(row.verb, Verb::ShareLink | Verb::ShareFile))
            .filter(|row| row.target != NOTHING && row.object != NOTHING)
            .map(|row| (row.target, row.at))
            .collect();
        if given.is_empty() {
            return;
        }
        given.sort_unstable();
        given.dedup_by_key(|gift| gift.0);
        let mut strangers: Vec<(u32, Micros)> = self
            .approaches
            .iter()
            .filter(|approach| approach.stranger)
            .map(|approach| (approach.target, approach.at))
            .collect();
        strangers.sort_unstable();
        for (target, at) in given {
            let approached = strangers
                .binary_search_by_key(&target, |stranger| stranger.0)
                .is_ok_and(|index| strangers[index].1 <= at);
            if approached {
                conduct.delivered += 1;
                if conduct.delivered_at == NO_TIME || at < conduct.delivered_at {
                    conduct.delivered_at = at;
                }
            }
        }
    }
}

/// Counts for every listed account.
pub(crate) fn observe(world: &World, ties: &Ties) -> Vec<Conduct> {
    let mut reports: Vec<(u32, u32)> = world
        .rows
        .iter()
        .filter(|row| row.verb == Verb::ReportAbuse && row.target != NOTHING)
        .map(|row| (row.target, row.account))
        .collect();
    reports.sort_unstable();
    reports.dedup();
    let mut left = reports.as_slice();
    let mut reporters = Vec::new();
    (0..world.accounts())
        .map(|number| {
            let account = u32::try_from(number).unwrap_or(NOTHING);
            let (mine, others) = left.split_at(left.partition_point(|report| report.0 <= account));
            left = others;
            reporters.clear();
            reporters.extend(mine.iter().map(|report| report.1));
            let deeds = Deeds {
                created: world.profiles[number].created_at,
                ties: ties.of(account),
                approaches: ties.approaches(account),
                rows: world.rows_of(account),
                reporters: &reporters,
            };
            deeds.count(|other| ties.is_rooted(other))
        })
        .collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
