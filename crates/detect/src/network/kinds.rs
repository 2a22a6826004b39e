//! Tells personas from accounts that were taken over, and both from mere suspects.

use avert_model::MemberKind;

use crate::fusion::Group;
use crate::history::Conduct;
use crate::input::{DAY, NO_TIME, NOTHING, Row};
use crate::score::{COUNTS_FROM, Judge, Verdict};

/// A member and what it is taken for.
#[derive(Debug, Clone)]
pub(crate) struct Assessed {
    pub(crate) verdict: Verdict,
    pub(crate) kind: MemberKind,
    pub(crate) proposed: bool,
    /// Whether it is tied to the others as a persona is, and as strongly. No model proposes anybody who
    /// is not.
    pub(crate) fits: bool,
    /// Whether it is known of old and its ways never changed.
    pub(crate) has_a_past: bool,
    /// When its whereabouts changed to those of the network, if they did.
    pub(crate) changed_at: Option<i64>,
}

/// For so long an account must have been in use before, for its ways to have changed.
const BEFORE_CHANGE: i64 = 8 * DAY;

/// So often at least, and as often since.
const LEAST_BEFORE: usize = 3;

/// Who works further from the others than this, in nats, is not one of them whatever they share.
const LEAST_APART: f64 = -5.0;

/// What one address alone never comes to, and a shared machine does.
const ONE_MACHINE: f64 = 5.0;

/// Cells register ahead, but not so many times the age from which an account counts as old.
const SLEEPERS: f64 = 2.0;

/// The share of new machines in the use of an account that is in other hands.
const SHARE_OF_NEW: f64 = 0.7;

/// From so many people known of old on, an account has an honest history.
const HONEST_TIES: u32 = 2;

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
    let mut assessed: Vec<Assessed> = members
        .iter()
        .map(|account| {
            let mut verdict = judge.weigh(*account, &crowd, None);
            let is_strong = verdict.log_odds >= least;
            verdict.log_odds = judge.read(*account, verdict.log_odds);
            let conduct = judge.history.conduct(*account);
            let created = judge.world.profiles[*account as usize].created_at;
            let age_days = begins.zip(created).map_or(0.0, |(begins, created)| {
                (begins - created) as f64 / DAY as f64
            });
            let is_old = age_days >= judge.settings.old_days;
            let changed_at =
                changed_at(judge, *account).filter(|at| lived_before(conduct, created, *at));
            let groups = verdict.independent_groups();
            let had_a_life =
                had_a_life(conduct, is_old) || age_days >= SLEEPERS * judge.settings.old_days;
            let changed_at = changed_at.or_else(|| {
                had_a_life
                    .then(|| moved_at(judge, *account, members))
                    .flatten()
            });
            let fits = groups >= judge.settings.independent_groups.max(2)
                && works_with_them(&verdict)
                && is_strong
                && changed_at.is_none()
                && !had_a_life;
            let kind = if changed_at.is_some() {
                MemberKind::Compromised
            } else if fits && verdict.log_odds >= least {
                MemberKind::Persona
            } else {
                MemberKind::Suspect
            };
            Assessed {
                proposed: kind == MemberKind::Persona,
                fits,
                verdict,
                kind,
                has_a_past: had_a_life && kind == MemberKind::Suspect,
                changed_at,
            }
        })
        .collect();
    trust_company(&mut assessed);
    assessed
}

/// Whether an account had a holder before its ways changed: friends, or half a year.
pub(super) fn lived_before(conduct: &Conduct, created: Option<i64>, changed_at: i64) -> bool {
    conduct.old_ties > 0 || created.is_some_and(|created| changed_at - created >= 180 * DAY)
}

/// Whether an account approaches whom the others approach, or else sits at their machines, which no
/// colleague in an office does. Who approaches nobody is not judged by that.
fn works_with_them(verdict: &Verdict) -> bool {
    let targets = verdict.groups[Group::Targeting as usize];
    let sits_with_them = verdict.groups[Group::Infrastructure as usize] >= ONE_MACHINE;
    if verdict.field.is_telling() && targets < COUNTS_FROM {
        return sits_with_them && verdict.apart >= LEAST_APART;
    }
    verdict.apart >= 0.0 || (sits_with_them && verdict.apart >= LEAST_APART)
}

/// Takes proposals back where most of the network are people with a past: then it is a company or
/// a club, and whoever of it has no past yet is new there.
fn trust_company(assessed: &mut [Assessed]) {
    let personas = assessed.iter().filter(|one| one.proposed).count();
    let settled = assessed.iter().filter(|one| one.has_a_past).count();
    if personas < settled {
        for one in assessed.iter_mut().filter(|one| one.proposed) {
            one.kind = MemberKind::Suspect;
            one.proposed = false;
        }
    }
}

/// Whether an account knew people of old.
pub(super) fn had_a_life(conduct: &Conduct, is_old: bool) -> bool {
    conduct.old_ties >= HONEST_TIES || (is_old && conduct.old_ties > 0)
}

/// The day on which an account first used a machine of other members, if that is a change.
fn moved_at(judge: &Judge<'_>, account: u32, members: &[u32]) -> Option<i64> {
    let used = |account: u32| {
        let rows = judge.world.rows_of(account).iter();
        rows.filter(|row| row.at != NO_TIME && row.device != NOTHING)
    };
    let mut theirs: Vec<u32> = members
        .iter()
        .filter(|member| **member != account)
        .flat_map(|member| used(*member).map(|row| row.device))
        .collect();
    theirs.sort_unstable();
    let first = used(account).next()?.at;
    let moved = used(account)
        .find(|row| theirs.binary_search(&row.device).is_ok())?
        .at;
    (moved - first >= BEFORE_CHANGE).then_some(moved)
}

/// The day on which the account came into other hands, if its ways changed all at once.
///
/// From one day on the account approaches strangers, and nearly all it does comes from machines it
/// had never used before, though it was in use for a while. Somebody who buys a telephone keeps
/// the old computer for a time and does not take up canvassing on the same day.
pub(super) fn changed_at(judge: &Judge<'_>, account: u32) -> Option<i64> {
    let used: Vec<&Row> = judge
        .world
        .rows_of(account)
        .iter()
        .filter(|row| row.at != NO_TIME && row.device != NOTHING)
        .collect();
    let mut begins: Vec<i64> = judge
        .history
        .approaches(account)
        .iter()
        .filter(|approach| approach.stranger && approach.at != NO_TIME)
        .map(|approach| approach.at)
        .collect();
    begins.sort_unstable();
    // What somebody did once in a while before does not hide when the work began.
    begins.truncate(begins.len() / 2 + 1);
    begins.into_iter().find(|begin| {
        let before = used.partition_point(|row| row.at < begin - BEFORE_CHANGE);
        let since = used.partition_point(|row| row.at < begin - DAY);
        let mut known: Vec<u32> = used[..before].iter().map(|row| row.device).collect();
        known.sort_unstable();
        let after = &used[since..];
        let new = after
            .iter()
            .filter(|row| known.binary_search(&row.device).is_err())
            .count();
        known.len() >= LEAST_BEFORE
            && after.len() >= LEAST_BEFORE
            && new as f64 >= SHARE_OF_NEW * after.len() as f64
    })
}
