//! When people act: hours of the day, days of the week, and how long an answer takes.

use crate::chance::Chance;
use crate::geography::REGIONS;

/// Milliseconds of a day, an hour, a minute.
pub(crate) const DAY_MS: i64 = 86_400_000;
pub(crate) const HOUR_MS: i64 = 3_600_000;
pub(crate) const MINUTE_MS: i64 = 60_000;

/// What kind of day someone has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    /// In and out of the platform through the day, most in the evening.
    Evening,
    /// At work on the platform: recruiters, sales people, operators.
    Office,
    /// Up at night.
    Night,
}

/// The weights of the 24 local hours.
fn weights(habit: Habit) -> [u32; 24] {
    match habit {
        Habit::Evening => [
            2, 1, 0, 0, 0, 1, 3, 6, 7, 6, 6, 6, 8, 7, 6, 6, 7, 9, 11, 13, 14, 13, 9, 5,
        ],
        Habit::Office => [
            0, 0, 0, 0, 0, 0, 1, 4, 11, 14, 13, 12, 7, 11, 13, 12, 10, 6, 2, 1, 1, 1, 0, 0,
        ],
        Habit::Night => [
            10, 9, 7, 5, 3, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 5, 5, 6, 7, 8, 9, 10, 11, 11,
        ],
    }
}

/// The calendar of one simulated world.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    /// The first moment, in milliseconds since 1970.
    pub(crate) start: i64,
    /// How many days there are.
    pub(crate) days: i64,
}

/// A moment, and what the clock on the wall says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// Milliseconds since 1970, UTC.
    pub(crate) at: i64,
    /// The local hour.
    pub(crate) hour: i64,
    /// Whether it is a day of rest there.
    pub(crate) rests: bool,
}

impl Calendar {
    /// The first moment after the last day.
    pub(crate) fn end(self) -> i64 {
        self.start + self.days * DAY_MS
    }

    /// The day a moment falls on.
    pub(crate) fn day(self, at: i64) -> i64 {
        (at - self.start).div_euclid(DAY_MS)
    }

    /// What the clock in a region says at a moment.
    pub(crate) fn moment(self, at: i64, region: usize) -> Moment {
        let before_end = (self.end() - at).div_euclid(DAY_MS) + 1;
        let local = at + REGIONS[region].offset_minutes(before_end) * MINUTE_MS;
        // 1970 began on a Thursday.
        let weekday = (local.div_euclid(DAY_MS) + 3).rem_euclid(7);
        Moment {
            at,
            hour: local.rem_euclid(DAY_MS) / HOUR_MS,
            rests: REGIONS[region].rests(weekday),
        }
    }

    /// A moment of this day (UTC) at which someone with this habit is about.
    pub(crate) fn sometime(
        self,
        chance: &mut Chance,
        day: i64,
        region: usize,
        habit: Habit,
    ) -> Moment {
        let weights = weights(habit);
        let mut left = chance.below(weights.iter().sum());
        let mut hour = 0;
        for (candidate, weight) in (0_i64..).zip(weights) {
            if left < weight {
                hour = candidate;
                break;
            }
            left -= weight;
        }
        let midnight = self.start + day * DAY_MS;
        let offset = REGIONS[region].offset_minutes(self.days - day) * MINUTE_MS;
        let within = hour * HOUR_MS + chance.between(0, HOUR_MS - 1) - offset;
        self.moment(midnight + within.rem_euclid(DAY_MS), region)
    }

    /// When someone gets round to answering: after `shortest` to `longest` hours, most of them
    /// early in that span, and not while they sleep.
    pub(crate) fn answered_at(
        self,
        chance: &mut Chance,
        after: i64,
        region: usize,
        (shortest, longest): (f64, f64),
    ) -> i64 {
        let unit = chance.unit();
        let hours = shortest + (longest - shortest) * unit * unit;
        let at = after + i64::from(crate::chance::whole(hours * 3_600_000.0)).max(20_000);
        let hour = self.moment(at, region).hour;
        if (1..7).contains(&hour) {
            at + (7 - hour) * HOUR_MS + chance.between(0, 2 * HOUR_MS)
        } else {
            at
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        let scenario = crate::Scenario::new(4_000, 1);
        Calendar {
            start: scenario.from().as_millisecond(),
            days: 90,
        }
    }

    #[test]
    fn office_people_act_by_day_where_they_live() {
        let calendar = calendar();
        let mut chance = Chance::new(3, "office");
        for region in 0..REGIONS.len() {
            for day in 0..90 {
                let moment = calendar.sometime(&mut chance, day, region, Habit::Office);
                assert!((6..=21).contains(&moment.hour), "{moment:?}");
                assert_eq!(calendar.day(moment.at), day);
            }
        }
    }

    #[test]
    fn nobody_answers_before_being_asked_or_in_their_sleep() {
        let calendar = calendar();
        let mut chance = Chance::new(3, "answers");
        for step in 0..500 {
            let asked = calendar.start + step * 10 * MINUTE_MS;
            let at = calendar.answered_at(&mut chance, asked, 4, (0.1, 30.0));
            assert!(at > asked);
            assert!(!(1..7).contains(&calendar.moment(at, 4).hour));
        }
    }
}
