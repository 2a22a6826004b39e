//! Where people live: time zones, languages, weekends, and the clock's change in autumn.
//!
//! Offsets stand here as numbers instead of coming from a time zone database, because the database
//! differs between machines and the bytes must not.

/// A language notices may be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    En,
    De,
    Pl,
    Ru,
    Ar,
    He,
    Fa,
}

impl Language {
    /// The BCP 47 tag.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Pl => "pl",
            Self::Ru => "ru",
            Self::Ar => "ar",
            Self::He => "he",
            Self::Fa => "fa",
        }
    }
}

/// A part of the world that shares a clock and mostly a language.
pub(crate) struct Region {
    /// IANA name of its time zone.
    pub(crate) zone: &'static str,
    /// The country, as ISO 3166-1 alpha-2.
    pub(crate) country: &'static str,
    /// Minutes ahead of UTC in summer.
    summer: i64,
    /// Minutes ahead of UTC in winter.
    winter: i64,
    /// The day of 2017 (days before 2017-12-18) on which summer time ended; 0 when it never did.
    changed: i64,
    /// The language most people speak there.
    pub(crate) language: Language,
    /// How many people in a hundred live there.
    pub(crate) share: u32,
    /// The days on which people do not work, Monday = 0.
    weekend: [i64; 2],
}

/// Every region.
pub(crate) const REGIONS: [Region; 10] = [
    region(
        ("America/New_York", "US"),
        -240,
        -300,
        43,
        Language::En,
        22,
        [5, 6],
    ),
    region(
        ("America/Los_Angeles", "US"),
        -420,
        -480,
        43,
        Language::En,
        13,
        [5, 6],
    ),
    region(("Europe/London", "GB"), 60, 0, 50, Language::En, 16, [5, 6]),
    region(
        ("Europe/Berlin", "DE"),
        120,
        60,
        50,
        Language::De,
        11,
        [5, 6],
    ),
    region(
        ("Europe/Warsaw", "PL"),
        120,
        60,
        50,
        Language::Pl,
        11,
        [5, 6],
    ),
    region(
        ("Europe/Moscow", "RU"),
        180,
        180,
        0,
        Language::Ru,
        6,
        [5, 6],
    ),
    region(("Asia/Dubai", "AE"), 240, 240, 0, Language::Ar, 8, [4, 5]),
    region(
        ("Asia/Jerusalem", "IL"),
        180,
        120,
        50,
        Language::He,
        4,
        [4, 5],
    ),
    region(("Asia/Tehran", "IR"), 270, 210, 87, Language::Fa, 3, [3, 4]),
    region(
        ("Asia/Singapore", "SG"),
        480,
        480,
        0,
        Language::En,
        6,
        [5, 6],
    ),
];

const fn region(
    (zone, country): (&'static str, &'static str),
    summer: i64,
    winter: i64,
    changed: i64,
    language: Language,
    share: u32,
    weekend: [i64; 2],
) -> Region {
    Region {
        zone,
        country,
        summer,
        winter,
        changed,
        language,
        share,
        weekend,
    }
}

impl Region {
    /// Minutes ahead of UTC, this many days before the end of the exports.
    pub(crate) fn offset_minutes(&self, days_before_end: i64) -> i64 {
        if days_before_end > self.changed {
            self.summer
        } else {
            self.winter
        }
    }

    /// Whether people rest on this day of the week (Monday = 0).
    pub(crate) fn rests(&self, weekday: i64) -> bool {
        self.weekend.contains(&weekday)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_cover_everybody() {
        assert_eq!(REGIONS.iter().map(|r| r.share).sum::<u32>(), 100);
    }

    #[test]
    fn offsets_are_those_of_the_time_zone_database() {
        let end: jiff::Timestamp = crate::scenario::END.parse().unwrap();
        for region in &REGIONS {
            let zone = jiff::tz::TimeZone::get(region.zone).unwrap();
            for before in 1..=90 {
                let noon = end - jiff::SignedDuration::from_hours(24 * before - 12);
                assert_eq!(
                    i64::from(zone.to_offset(noon).seconds()) / 60,
                    region.offset_minutes(before),
                    "{} {noon}",
                    region.zone
                );
            }
        }
    }
}
