//! Tells personas from accounts that were taken over, and both from mere suspects.

use avert_model::MemberKind;

use super::change::{self, Change};
use crate::fusion::Group;
use crate::history::Conduct;
use crate::input::{DAY, NO_TIME, NOTHING};
use crate::score::{COUNTS_FROM, Judge, Verdict, log_odds};

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
    /// How it came into other hands, if it did.
    pub(crate) change: Option<Change>,
}

/// For so long an account must have been in use before it is moved to machines of others.
const BEFORE_CHANGE: i64 = 8 * DAY;

/// Who works further from the others than this, in nats, is not one of them whatever they share.
const LEAST_APART: f64 = -5.0;

/// What one address alone never comes to, and a shared machine does.
const ONE_MACHINE: f64 = 5.0;

/// Cells register ahead, but not so many times the age from which an account counts as old.
const SLEEPERS: f64 = 2.0;

/// The most that an account's own conduct adds to what ties it to others, in nats, before it is proposed.
const MOST_BY_CONDUCT: f64 = 4.0;

/// Nobody is a cell alone ...
const LEAST_PERSONAS: usize = 2;

/// ... and two are none who do not even share a machine.
const LEAST_WITH_OWN_MACHINES: usize = 3;

/// How much one person whom an account knew of old says for an honest holder, in nats ...
const BY_OLD_TIE: f64 = 0.8;

/// ... how much all of them together ...
const MOST_BY_OLD_TIES: f64 = 2.0;

/// ... and how much its age does, where nobody knew it.
const BY_AGE: f64 = 1.0;

/// From so many people known of old on, an account has an honest history.
const HONEST_TIES: u32 = 2;

/// What every member of a network is taken for, in the order of the members.
pub(crate) fn assess(judge: &Judge<'_>, members: &[u32]) -> Vec<Assessed> {
    let crowd = judge.crowd(members);
    let machines = Machines::of(judge, members);
    let begins = members
        .iter()
        .filter_map(|account| judge.history.approaches(*account).first())
        .map(|approach| approach.at)
        .filter(|at| *at != NO_TIME)
        .min();
    let mut assessed: Vec<Assessed> = members
        .iter()
        .map(|account| {
            let verdict = judge.weigh(*account, &crowd, None);
            let is_tied = is_tied_like_a_persona(judge, &verdict);
            let conduct = judge.history.conduct(*account);
            let created = judge.world.profiles[*account as usize].created_at;
            let age_days = begins.zip(created).map_or(0.0, |(begins, created)| {
                (begins - created) as f64 / DAY as f64
            });
            let is_old = age_days >= judge.settings.old_days;
            let change = changed(judge, *account, &machines);
            let had_a_life =
                had_a_life(conduct, is_old) || age_days >= SLEEPERS * judge.settings.old_days;
            let change = change.or_else(|| {
                let moved = had_a_life.then(|| moved_at(judge, *account, &machines));
                moved.flatten().map(Change::of_machines)
            });
            Assessed {
                kind: MemberKind::Suspect,
                proposed: false,
                fits: is_tied && change.is_none() && !had_a_life,
                verdict,
                has_a_past: had_a_life && change.is_none(),
                change,
            }
        })
        .collect();
    leave_to_colleagues(judge, members, &mut assessed);
    name_kinds(judge, &mut assessed);
    assessed
}

/// Says what everybody is, as the model reads log-odds that nobody has read yet.
pub(crate) fn name_kinds(judge: &Judge<'_>, assessed: &mut [Assessed]) {
    let least = log_odds(judge.settings.propose_at);
    for one in assessed.iter_mut() {
        one.verdict.log_odds = judge.read(one.verdict.account, one.verdict.log_odds);
        one.kind = if one.change.is_some() {
            MemberKind::Compromised
        } else if one.fits && one.verdict.log_odds >= least {
            MemberKind::Persona
        } else {
            MemberKind::Suspect
        };
        one.proposed = one.kind == MemberKind::Persona;
    }
    trust_company(assessed);
}

/// Takes proposals back that rest on ties to people with a past.
///
/// Whoever shares templates, pages and an office with people of long standing is their colleague, and
/// that some of them were drawn to an operation by chance makes nobody one of it. What counts is what
/// is shared with the others.
fn leave_to_colleagues(judge: &Judge<'_>, members: &[u32], assessed: &mut [Assessed]) {
    let others: Vec<u32> = members
        .iter()
        .zip(assessed.iter())
        .filter(|(_, one)| !one.has_a_past)
        .map(|(account, _)| *account)
        .collect();
    if others.len() == members.len() {
        return;
    }
    let crowd = judge.crowd(&others);
    for one in assessed.iter_mut().filter(|one| one.fits) {
        let verdict = judge.weigh(one.verdict.account, &crowd, None);
        one.fits = is_tied_like_a_persona(judge, &verdict);
    }
}

/// Whether an account is tied to others in independent ways, strongly, and works with them.
///
/// Its own conduct helps so far and no further: whoever begins at an agency is new, asks strangers
/// only and sends them pages, just as a persona does, and in many thousands of accounts one of them
/// comes near an operation by chance.
fn is_tied_like_a_persona(judge: &Judge<'_>, verdict: &Verdict) -> bool {
    let least = log_odds(judge.settings.propose_at);
    let beyond = (judge.conduct_of(verdict.account) - MOST_BY_CONDUCT).max(0.0);
    verdict.independent_groups() >= judge.settings.independent_groups.max(2)
        && works_with_them(verdict)
        && verdict.log_odds - beyond >= least
}

/// Whether an account had a holder before its ways changed: friends, or half a year.
fn lived_before(conduct: &Conduct, created: Option<i64>, changed_at: i64) -> bool {
    conduct.old_ties > 0 || created.is_some_and(|created| changed_at - created >= 180 * DAY)
}

/// Whether an account approaches whom the others approach, or else sits at their machines, which no
/// colleague in an office does. Who approaches nobody is not judged by that.
fn works_with_them(verdict: &Verdict) -> bool {
    let targets = verdict.groups[Group::Targeting as usize];
    let sits_with_them = sits_with_them(verdict);
    if verdict.field.is_telling() && targets < COUNTS_FROM {
        return sits_with_them && verdict.apart >= LEAST_APART;
    }
    verdict.apart >= 0.0 || (sits_with_them && verdict.apart >= LEAST_APART)
}

/// Whether an account sits at the others' machines.
fn sits_with_them(verdict: &Verdict) -> bool {
    verdict.groups[Group::Infrastructure as usize] >= ONE_MACHINE
}

/// Takes proposals back where most of the network are people with a past: then it is a company or
/// a club, and whoever of it has no past yet is new there. And where nobody else is made up: one
/// account that shares with people who had a life is a colleague of theirs, or their friend. Two may be
/// colleagues who both began lately, with one client, one template and one office, unless they sit at
/// one machine.
fn trust_company(assessed: &mut [Assessed]) {
    let proposed = || assessed.iter().filter(|one| one.proposed);
    let at_one_machine = proposed().all(|one| sits_with_them(&one.verdict));
    let personas = proposed().count();
    let settled = assessed.iter().filter(|one| one.has_a_past).count();
    let least = if at_one_machine {
        LEAST_PERSONAS
    } else {
        LEAST_WITH_OWN_MACHINES
    };
    if personas < settled.max(least) {
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

/// Who uses which machines.
pub(super) struct Machines(Vec<(u32, u32)>);

impl Machines {
    /// The machines of these accounts.
    pub(super) fn of(judge: &Judge<'_>, accounts: &[u32]) -> Self {
        let mut used: Vec<(u32, u32)> = accounts
            .iter()
            .flat_map(|account| {
                let rows = judge.world.rows_of(*account).iter();
                rows.map(|row| (row.device, *account))
            })
            .filter(|(device, _)| *device != NOTHING)
            .collect();
        used.sort_unstable();
        used.dedup();
        Self(used)
    }

    /// Whether any of them but this one uses a machine.
    fn is_of_another(&self, machine: u32, account: u32) -> bool {
        let from = self.0.partition_point(|used| used.0 < machine);
        let users = self.0[from..].iter().take_while(|used| used.0 == machine);
        users.take(2).any(|used| used.1 != account)
    }
}

/// The day on which an account first used a machine of other members, if that is a change.
fn moved_at(judge: &Judge<'_>, account: u32, machines: &Machines) -> Option<i64> {
    let rows = judge.world.rows_of(account).iter();
    let mut used = rows.filter(|row| row.at != NO_TIME && row.device != NOTHING);
    let first = used.clone().next()?.at;
    let moved = used.find(|row| machines.is_of_another(row.device, account))?;
    (moved.at - first >= BEFORE_CHANGE).then_some(moved.at)
}

/// The change of an account into other hands, if it had a holder before and its ways changed.
pub(super) fn changed(judge: &Judge<'_>, account: u32, machines: &Machines) -> Option<Change> {
    let created = judge.world.profiles[account as usize].created_at;
    let conduct = judge.history.conduct(account);
    let since = judge.world.since?;
    let change = change::changed(
        judge.world.rows_of(account),
        judge.history.approaches(account),
        created.map_or(since, |created| created.max(since)),
        past(judge, conduct, created),
        |machine| machines.is_of_another(machine, account),
    )?;
    lived_before(conduct, created, change.at).then_some(change)
}

/// How much says that an account had an honest holder, in nats: people who knew it, or more years than
/// anybody lets a made-up account wait.
fn past(judge: &Judge<'_>, conduct: &Conduct, created: Option<i64>) -> f64 {
    let known = (f64::from(conduct.old_ties) * BY_OLD_TIE).min(MOST_BY_OLD_TIES);
    let waited = SLEEPERS * judge.settings.old_days * DAY as f64;
    let is_old = created.is_some_and(|created| (judge.world.until - created) as f64 >= waited);
    known.max(if is_old { BY_AGE } else { 0.0 })
}
