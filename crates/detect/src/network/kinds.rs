//! Tells personas from accounts that were taken over, and both from mere suspects.

use avert_model::MemberKind;

use crate::history::Conduct;
use crate::input::{DAY, NO_TIME, NOTHING, Row, World};
use crate::score::{Judge, Verdict};

/// A member and what it is taken for.
#[derive(Debug, Clone)]
pub(crate) struct Assessed {
    pub(crate) verdict: Verdict,
    pub(crate) kind: MemberKind,
    pub(crate) proposed: bool,
    /// When its whereabouts changed to those of the network, if they did.
    pub(crate) changed_at: Option<i64>,
}

/// For so long something else must have been used before the network's things, to be a change.
const BEFORE_CHANGE: i64 = 7 * DAY;

/// From so many people known of old on, an account has an honest history.
const HONEST_TIES: u32 = 3;

/// What every member of a network is taken for, in the order of the members.
pub(crate) fn assess(judge: &Judge<'_>, members: &[u32]) -> Vec<Assessed> {
    let crowd = judge.crowd(members);
    let begins = members
        .iter()
        .filter_map(|account| judge.history.approaches(*account).first())
        .map(|approach| approach.at)
        .filter(|at| *at != NO_TIME)
        .min();
    let least = (judge.settings.propose_at / (1.0 - judge.settings.propose_at)).ln();
    members
        .iter()
        .map(|account| {
            let verdict = judge.weigh(*account, &crowd, None);
            let conduct = judge.history.conduct(*account);
            let created = judge.world.profiles[*account as usize].created_at;
            let is_old = begins
                .zip(created)
                .is_some_and(|(begins, created)| {
                    (begins - created) as f64 >= judge.settings.old_days * DAY as f64
                });
            let changed_at = changed_at(judge.world, *account, members);
            let groups = verdict.independent_groups();
            let kind = if had_a_life(conduct, is_old) {
                if changed_at.is_some() {
                    MemberKind::Compromised
                } else {
                    MemberKind::Suspect
                }
            } else if groups >= judge.settings.independent_groups.max(2)
                && verdict.log_odds >= least
            {
                MemberKind::Persona
            } else {
                MemberKind::Suspect
            };
            Assessed {
                proposed: kind == MemberKind::Persona,
                verdict,
                kind,
                changed_at,
            }
        })
        .collect()
}

/// Whether an account knew people of old.
pub(super) fn had_a_life(conduct: &Conduct, is_old: bool) -> bool {
    conduct.old_ties >= HONEST_TIES || (is_old && conduct.old_ties > 0)
}

/// The first use of a machine or address that other members use, if the account long did without.
pub(super) fn changed_at(world: &World, account: u32, members: &[u32]) -> Option<i64> {
    let things = |row: &Row| [row.ip, row.device].into_iter().filter(|thing| *thing != NOTHING);
    let mut theirs: Vec<u32> = members
        .iter()
        .filter(|member| **member != account)
        .flat_map(|member| world.rows_of(*member).iter().flat_map(things))
        .collect();
    theirs.sort_unstable();
    theirs.dedup();
    let rows = world.rows_of(account);
    let first = rows.iter().map(|row| row.at).find(|at| *at != NO_TIME)?;
    let with_them = rows
        .iter()
        .filter(|row| row.at != NO_TIME)
        .find(|row| things(row).any(|thing| theirs.binary_search(&thing).is_ok()))?
        .at;
    (with_them - first >= BEFORE_CHANGE).then_some(with_them)
}
