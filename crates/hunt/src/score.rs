//! How much an indicator is worth at a time.

use avert_model::Timestamp;

use crate::assertion::Assertion;
use crate::feedback::Said;

/// What is not judged at all is worth so much: the middle, as `F6` is.
const UNJUDGED: u8 = 50;

const SECONDS_OF_A_DAY: f64 = 86_400.0;

/// What an assertion is worth at a time, 0 to 100, with what people said since.
///
/// The base is the source's own score, or its Admiralty code's, or 50. Of `s` people who saw it in use and
/// `f` who found it wrong it keeps `(1 + s) / (1 + s + f)`. It falls by [`crate::Decay`] from the last
/// time it was seen, sightings included, and is nothing once it expired or was taken back.
pub fn score(assertion: &Assertion, said: &Said, at: Timestamp) -> f64 {
    let is_over = assertion.expires.is_some_and(|expires| expires <= at);
    if assertion.is_revoked || said.is_revoked || is_over {
        return 0.0;
    }
    let base = assertion
        .score
        .or(assertion.admiralty.map(crate::Admiralty::score))
        .unwrap_or(UNJUDGED);
    let (seen, wrong) = (said.seen_by.len() as f64, said.wrong_by.len() as f64);
    let kept = (1.0 + seen) / (1.0 + seen + wrong);
    // What was seen after the time that is asked about was not known then.
    let last = said.last_seen.filter(|last| *last <= at);
    let last = last.map_or(assertion.last_seen, |last| last.max(assertion.last_seen));
    f64::from(base) * kept * left(assertion, last, at)
}

/// What share is left of what was last seen then.
fn left(assertion: &Assertion, last: Timestamp, at: Timestamp) -> f64 {
    let age = at.duration_since(last).as_secs_f64().max(0.0);
    let lifetime = f64::from(assertion.decay.lifetime_days) * SECONDS_OF_A_DAY;
    if age >= lifetime {
        return 0.0;
    }
    let speed = f64::from(assertion.decay.speed_percent.max(1)) / 100.0;
    1.0 - (age / lifetime).powf(1.0 / speed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assertion::Decay;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).unwrap()
    }

    fn of(base: u8, speed_percent: u32) -> Assertion {
        Assertion {
            label: "malware/x".to_owned(),
            source: "a list".to_owned(),
            reference: String::new(),
            tlp: None,
            pap: None,
            admiralty: Some("B2".parse().unwrap()),
            score: Some(base),
            first_seen: None,
            last_seen: at(100),
            expires: None,
            is_revoked: false,
            decay: Decay {
                lifetime_days: 100,
                speed_percent,
            },
        }
    }

    fn check(assertion: &Assertion, said: &Said, day: i64, expect: f64) {
        let given = score(assertion, said, at(day));
        assert!(
            (given - expect).abs() < 1e-9,
            "day {day}: {given}, not {expect}"
        );
    }

    #[test]
    fn a_score_falls_over_its_lifetime_as_its_speed_says() {
        let nobody = Said::default();
        for (day, expect) in [
            (50, 80.0),
            (100, 80.0),
            (150, 40.0),
            (175, 20.0),
            (200, 0.0),
            (300, 0.0),
        ] {
            check(&of(80, 100), &nobody, day, expect);
        }
        check(&of(80, 200), &nobody, 125, 80.0 * (1.0 - 0.5));
        check(&of(80, 50), &nobody, 150, 80.0 * (1.0 - 0.25));
    }

    #[test]
    fn without_a_score_the_admiralty_code_counts_and_without_both_the_middle() {
        let nobody = Said::default();
        let coded = Assertion {
            score: None,
            ..of(0, 100)
        };
        check(&coded, &nobody, 100, 75.0);
        check(
            &Assertion {
                admiralty: None,
                ..coded
            },
            &nobody,
            100,
            50.0,
        );
    }

    #[test]
    fn what_is_revoked_or_over_is_worth_nothing() {
        let nobody = Said::default();
        let over = Assertion {
            expires: Some(at(120)),
            ..of(80, 100)
        };
        check(&over, &nobody, 119, 80.0 * 0.81);
        check(&over, &nobody, 120, 0.0);
        check(
            &Assertion {
                is_revoked: true,
                ..of(80, 100)
            },
            &nobody,
            100,
            0.0,
        );
        let said = Said {
            is_revoked: true,
            ..Said::default()
        };
        check(&of(80, 100), &said, 100, 0.0);
    }

    #[test]
    fn a_sighting_makes_it_young_again_and_each_who_found_it_wrong_lowers_it() {
        let name = |name: &str| name.to_owned();
        let mut said = Said {
            last_seen: Some(at(150)),
            ..Said::default()
        };
        said.seen_by.insert(name("ines"));
        check(&of(80, 100), &said, 150, 80.0);
        // At a day before the sighting nobody knew of it.
        check(&of(80, 100), &said, 140, 80.0 * 0.6);
        said.wrong_by.insert(name("omar"));
        check(&of(80, 100), &said, 150, 80.0 * 2.0 / 3.0);
        said.wrong_by.insert(name("rana"));
        check(&of(80, 100), &said, 150, 80.0 * 2.0 / 4.0);
    }
}
