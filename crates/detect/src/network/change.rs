//! Whether an account came into other hands: what was one way until a day and is another way since.
//!
//! An investigator lays what an account did before that day beside what it did since: its machines,
//! its hours, the language it writes, whom it approaches. Each of the four is weighed by how much
//! better two holders explain it than one. A new telephone is a change of machines alone; so is a
//! journey one of hours. An account that was taken over changes in several ways on one day, and one
//! of them is that it takes up approaching strangers.
//!
//! Little was seen of a quiet account before, and little weighs little: there is no least number of
//! sign-ins below which nothing is said.

use crate::history::Approach;
use crate::input::{DAY, Micros, NO_TIME, NOTHING, Row};

/// How much each kind of change speaks for another holder, in nats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Change {
    /// When the new holder's work began.
    pub(crate) at: Micros,
    /// It acts from other machines; below 0 when from the same.
    pub(crate) machines: f64,
    /// It acts at other hours of the day.
    pub(crate) hours: f64,
    /// It writes another language.
    pub(crate) language: f64,
    /// It approaches strangers as it did not before.
    pub(crate) contacts: f64,
}

/// From so much on, in nats and with what its past says, an account is in other hands.
const CHANGED_FROM: f64 = 4.5;

/// Everybody asks a stranger for the first time some day, and most of them ask more afterwards than
/// before: only a surge of so much, in nats, is a beginning of work.
const SURGE_FROM: f64 = 2.5;

/// The new holder looks around before the work begins: for so long what is done may be of either.
const LOOKING_AROUND: i64 = 3 * DAY;

/// So long before the work begins it is the new holder who acts.
const PREPARING: i64 = DAY;

/// The share of what a new holder does that comes from machines the old one never used. Now and
/// then a session is still open on the old ones, or the old holder is.
const FROM_NEW_MACHINES: f64 = 0.85;

/// The share of what a new holder writes that is in a language the old one never wrote, if any is;
/// the old one may go on writing.
const IN_NEW_LANGUAGE: f64 = 0.6;

/// An account that nobody used for so long, though that would have been recorded, lay idle ...
const IDLE: i64 = 21 * DAY;

/// ... and if it is used since, that is a change, of which so much is said in nats.
const BY_IDLENESS: f64 = 1.0;

/// The most that machines say, either way: who buys a computer changes them as thoroughly.
const MOST_BY_MACHINES: f64 = 6.0;
/// The most that hours and a language say.
const MOST_BY_OTHERS: f64 = 4.0;
/// The most that contacts say: whatever an account is, its work begins some day.
const MOST_BY_CONTACTS: f64 = 3.0;

/// What is done within an hour or two hangs together: each hour counts for so much.
const INDEPENDENT_HOURS: f64 = 0.5;

impl Change {
    /// An account that was moved to machines of others. Nothing else is known of it.
    pub(crate) fn of_machines(at: Micros) -> Self {
        Self {
            at,
            machines: MOST_BY_MACHINES,
            hours: 0.0,
            language: 0.0,
            contacts: 0.0,
        }
    }

    /// Everything together.
    pub(crate) fn evidence(&self) -> f64 {
        self.machines + self.hours + self.language + self.contacts
    }
}

/// The change of an account into other hands, if there is one: of the days on which it approached a
/// stranger, the one before and after which it differs most.
///
/// Of the approaches the later half is left out: what somebody did once in a while before does not
/// hide when the work began, and work that goes on is not its beginning.
///
/// `rows` and `approaches` are in order of time; `seen_from` is when the account could first be seen
/// to do anything; `past` is how much says that it had an honest holder, in nats; `is_theirs` says of a
/// machine whether others of the network use it.
pub(crate) fn changed(
    rows: &[Row],
    approaches: &[Approach],
    seen_from: Micros,
    past: f64,
    is_theirs: impl Fn(u32) -> bool,
) -> Option<Change> {
    let mut begins: Vec<Micros> = approaches
        .iter()
        .filter(|approach| approach.stranger && approach.at != NO_TIME)
        .map(|approach| approach.at)
        .collect();
    begins.sort_unstable();
    let all = begins.clone();
    begins.truncate(begins.len() / 2 + 1);
    begins.dedup_by_key(|at| at.div_euclid(DAY));
    let rows = &rows[rows.partition_point(|row| row.at == NO_TIME)..];
    let mut best: Option<Change> = None;
    for begin in begins {
        let turn = begin - PREPARING;
        let contacts = contacts(&all, turn, seen_from);
        if contacts < SURGE_FROM {
            continue;
        }
        let before = &rows[..rows.partition_point(|row| row.at < begin - LOOKING_AROUND)];
        let since = &rows[rows.partition_point(|row| row.at < turn)..];
        let change = Change {
            at: begin,
            machines: machines(before, since, &is_theirs, turn - seen_from),
            hours: hours(before, since),
            language: language(before, since),
            contacts,
        };
        let is_more = best.is_none_or(|best| change.evidence() > best.evidence());
        if change.evidence() + past >= CHANGED_FROM && is_more {
            best = Some(change);
        }
    }
    best
}

/// The pairs of a day and a machine: how often one signs in on a day says nothing.
fn by_day(rows: &[Row], of: impl Fn(&Row) -> u32) -> Vec<u32> {
    let mut seen: Vec<(i64, u32)> = rows
        .iter()
        .filter(|row| of(row) != NOTHING)
        .map(|row| (row.at.div_euclid(DAY), of(row)))
        .collect();
    seen.sort_unstable();
    seen.dedup();
    let mut things: Vec<u32> = seen.into_iter().map(|(_, thing)| thing).collect();
    things.sort_unstable();
    things
}

fn machines(
    before: &[Row],
    since: &[Row],
    is_theirs: impl Fn(u32) -> bool,
    could_be_seen_for: Micros,
) -> f64 {
    let (known, used) = (
        by_day(before, |row| row.device),
        by_day(since, |row| row.device),
    );
    if known.is_empty() {
        let lay_idle = !used.is_empty() && could_be_seen_for >= IDLE;
        return if lay_idle { BY_IDLENESS } else { 0.0 };
    }
    newness(&known, &used, FROM_NEW_MACHINES)
        .max(moved(&known, &used, is_theirs))
        .clamp(-MOST_BY_MACHINES, MOST_BY_MACHINES)
}

/// How much better two holders, of whom the second alone sits at the machines of others, explain who
/// sat there when than one who always did so often; below 0 where nobody came to sit there. That the
/// old holder goes on beside the new one does not hide it.
fn moved(known: &[u32], used: &[u32], is_theirs: impl Fn(u32) -> bool) -> f64 {
    let count = |machines: &[u32]| machines.iter().filter(|one| is_theirs(**one)).count() as f64;
    let (earlier, later) = (count(known), count(used));
    let (long, short) = (known.len() as f64, used.len() as f64);
    if later * long <= earlier * short {
        return f64::NEG_INFINITY;
    }
    let always = (earlier + later) / (long + short);
    let term = |part: f64, now: f64, then: f64| {
        if part > 0.0 {
            part * (now / then).ln()
        } else {
            0.0
        }
    };
    let gain = |theirs: f64, all: f64| {
        let share = theirs / all;
        term(theirs, share, always) + term(all - theirs, 1.0 - share, 1.0 - always)
    };
    gain(earlier, long) + gain(later, short)
}

fn language(before: &[Row], since: &[Row]) -> f64 {
    let tongue = |row: &Row| row.tongue.map_or(NOTHING, |tongue| tongue.get().into());
    let (known, used) = (by_day(before, tongue), by_day(since, tongue));
    // Whoever goes on in the same language may be anybody who speaks it.
    newness(&known, &used, IN_NEW_LANGUAGE).clamp(0.0, MOST_BY_OTHERS)
}

/// How much better it explains what was used that somebody else uses new things so often than that
/// the same holder came by them. Both sorted.
///
/// The less was seen of the holder, the likelier it is that something of theirs was not: of `n`
/// uses of `d` things the next is expected to be of another in `d + 1` of `n + 2` cases.
fn newness(known: &[u32], used: &[u32], of_another: f64) -> f64 {
    if known.is_empty() {
        return 0.0;
    }
    let different = known.chunk_by(|a, b| a == b).count();
    let of_the_same = (different as f64 + 1.0) / (known.len() as f64 + 2.0);
    let new = used
        .iter()
        .filter(|thing| known.binary_search(thing).is_err())
        .count();
    let old = used.len() - new;
    new as f64 * (of_another / of_the_same).ln()
        + old as f64 * ((1.0 - of_another) / (1.0 - of_the_same)).ln()
}

/// How much better two daily rhythms explain the hours than one.
fn hours(before: &[Row], since: &[Row]) -> f64 {
    let (before, since) = (by_hour(before), by_hour(since));
    let both: [f64; 24] = std::array::from_fn(|hour| before[hour] + since[hour]);
    let gain: f64 = [&before, &since]
        .into_iter()
        .flat_map(|own| (0..24).map(move |hour| (own, hour)))
        .filter(|(own, hour)| own[*hour] > 0.0)
        .map(|(own, hour)| own[hour] * (usual(own, hour) / usual(&both, hour)).ln())
        .sum();
    (gain * INDEPENDENT_HOURS).clamp(0.0, MOST_BY_OTHERS)
}

/// On how many days something was done in each hour, UTC.
fn by_hour(rows: &[Row]) -> [f64; 24] {
    let mut seen: Vec<i64> = rows.iter().map(|row| row.at.div_euclid(DAY / 24)).collect();
    seen.dedup();
    let mut hours = [0.0; 24];
    for hour in seen {
        hours[usize::try_from(hour.rem_euclid(24)).unwrap_or(0)] += 1.0;
    }
    hours
}

/// How probable an hour is by all the others of a rhythm: what is done at one is done around it.
fn usual(rhythm: &[f64; 24], hour: usize) -> f64 {
    const AROUND: [f64; 4] = [0.25, 0.1875, 0.125, 0.0625];
    const UNKNOWN: f64 = 2.0;
    let mut sum = UNKNOWN / 24.0 - AROUND[0];
    for (distance, weight) in AROUND.into_iter().enumerate() {
        sum += weight * rhythm[(hour + distance) % 24];
        if distance > 0 {
            sum += weight * rhythm[(hour + 24 - distance) % 24];
        }
    }
    sum / (rhythm.iter().sum::<f64>() - 1.0 + UNKNOWN)
}

/// How much better two paces of approaching strangers explain the approaches than one, if the
/// second is the quicker. `approaches` are sorted.
fn contacts(approaches: &[Micros], turn: Micros, seen_from: Micros) -> f64 {
    let days = |from: Micros, to: Micros| ((to - from).max(0) as f64 / DAY as f64).max(1.0);
    let Some(last) = approaches.last() else {
        return 0.0;
    };
    if turn <= seen_from {
        return 0.0;
    }
    let earlier = approaches.partition_point(|at| *at < turn);
    let (earlier, later) = (earlier as f64, (approaches.len() - earlier) as f64);
    let (long, short) = (days(seen_from, turn), days(turn, *last));
    if later / short <= earlier / long {
        return 0.0;
    }
    let pace = (earlier + later) / (long + short);
    let gain = |number: f64, days: f64| {
        if number > 0.0 {
            number * (number / days / pace).ln()
        } else {
            0.0
        }
    };
    (gain(earlier, long) + gain(later, short)).clamp(0.0, MOST_BY_CONTACTS)
}

#[cfg(test)]
mod tests {
    use avert_model::Verb;

    use super::*;
    use crate::input::tongue;

    /// What somebody does from one day to another: once every so many days, at an hour.
    #[derive(Clone, Copy)]
    struct Spell {
        days: (i64, i64),
        every: i64,
        hour: i64,
        machine: u32,
        says: &'static str,
    }

    const AT_HOME: Spell = Spell {
        days: (1, 50),
        every: 7,
        hour: 20,
        machine: 1,
        says: "hast du am Montag Zeit für mich?",
    };

    const AT_WORK: Spell = Spell {
        days: (51, 80),
        every: 1,
        hour: 6,
        machine: 9,
        says: "thank you for your time, this is what I have for you",
    };

    /// The day on which the work began and what changed: machines, hours, language.
    fn check(spells: &[Spell], approached_on: &[i64]) -> Option<(i64, [bool; 3])> {
        check_with(0.0, spells, approached_on)
    }

    fn check_with(past: f64, spells: &[Spell], approached_on: &[i64]) -> Option<(i64, [bool; 3])> {
        let mut rows: Vec<Row> = Vec::new();
        for spell in spells {
            for (turn, day) in (spell.days.0..spell.days.1).enumerate() {
                if turn % usize::try_from(spell.every).unwrap() == 0 {
                    rows.push(Row {
                        at: day * DAY + spell.hour * DAY / 24,
                        account: 0,
                        target: NOTHING,
                        object: NOTHING,
                        ip: NOTHING,
                        device: spell.machine,
                        layer: u16::MAX,
                        verb: Verb::Message,
                        tongue: tongue::of(spell.says),
                    });
                }
            }
        }
        rows.sort_by_key(|row| row.at);
        let approaches: Vec<Approach> = (0_u32..)
            .zip(approached_on)
            .map(|(target, day)| Approach {
                target,
                at: day * DAY + DAY / 2,
                stranger: true,
                answered: false,
            })
            .collect();
        let change = changed(&rows, &approaches, 0, past, |machine| machine == THEIRS)?;
        let ways = [change.machines, change.hours, change.language];
        Some((change.at.div_euclid(DAY), ways.map(|way| way >= 1.0)))
    }

    /// A machine of others of the network.
    const THEIRS: u32 = 77;

    const CAMPAIGN: [i64; 7] = [52, 52, 53, 54, 55, 57, 58];

    #[test]
    fn who_changes_machine_hours_and_language_and_takes_up_canvassing_is_somebody_else() {
        let found = check(&[AT_HOME, AT_WORK], &CAMPAIGN);
        assert_eq!(found, Some((52, [true, true, true])));
    }

    #[test]
    fn the_holder_who_goes_on_beside_the_new_one_does_not_hide_them() {
        let goes_on = Spell {
            days: (51, 80),
            every: 3,
            ..AT_HOME
        };
        let at_theirs = Spell {
            machine: THEIRS,
            hour: 20,
            says: AT_HOME.says,
            every: 2,
            ..AT_WORK
        };
        let found = check(&[AT_HOME, goes_on, at_theirs], &CAMPAIGN);
        // Whether it began on this day or the next hangs on where the old holder sat.
        assert_eq!(found.map(|(_, ways)| ways), Some([true, false, false]));
    }

    #[test]
    fn one_sign_in_before_is_enough_where_everything_since_is_different() {
        let once = Spell {
            days: (40, 41),
            ..AT_HOME
        };
        let found = check(&[once, AT_WORK], &CAMPAIGN);
        assert_eq!(found.map(|(day, ways)| (day, ways[0])), Some((52, true)));
    }

    #[test]
    fn a_new_computer_makes_no_new_holder_of_who_always_canvassed() {
        let always: Vec<i64> = (1..80).step_by(2).collect();
        let moved = Spell {
            machine: 2,
            days: (51, 80),
            ..AT_HOME
        };
        assert_eq!(check(&[AT_HOME, moved], &always), None);
        assert_eq!(check(&[AT_HOME, moved], &[]), None);
    }

    #[test]
    fn who_takes_up_canvassing_on_the_machine_they_always_had_is_the_same() {
        let busier = Spell {
            days: (51, 80),
            every: 1,
            ..AT_HOME
        };
        assert_eq!(check(&[AT_HOME, busier], &CAMPAIGN), None);
    }

    #[test]
    fn where_no_machine_is_recorded_hours_and_language_tell() {
        let unseen = |spell| Spell {
            machine: NOTHING,
            ..spell
        };
        let found = check(&[unseen(AT_HOME), unseen(AT_WORK)], &CAMPAIGN);
        assert_eq!(found, Some((52, [false, true, true])));
    }

    #[test]
    fn who_works_from_the_first_day_on_is_nobody_elses_account() {
        let from_the_start = Spell {
            days: (1, 80),
            ..AT_WORK
        };
        assert_eq!(check(&[from_the_start], &[3, 9, 15, 22, 30, 41, 55]), None);
    }

    #[test]
    fn an_account_with_a_past_that_lay_idle_for_weeks_and_works_since_has_changed() {
        let found = check_with(0.8, &[AT_WORK], &CAMPAIGN);
        assert_eq!(found, Some((52, [true, false, false])));
        assert_eq!(check(&[AT_WORK], &CAMPAIGN), None);
    }

    #[test]
    fn one_stranger_asked_long_before_does_not_hide_when_the_work_began() {
        let mut approached = vec![10];
        approached.extend(CAMPAIGN);
        let found = check(&[AT_HOME, AT_WORK], &approached);
        assert_eq!(found.map(|(day, _)| day), Some(52));
    }
}
