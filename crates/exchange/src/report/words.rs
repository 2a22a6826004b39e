//! Numbers, times and lists in plain English. Owns wording that both forms of the report share.

use avert_model::{
    ContactTier, FactCode, Layer, MemberKind, Probability, SignedDuration, Timestamp,
};
use jiff::tz::TimeZone;

/// `1,204`.
pub(super) fn digits(number: u64) -> String {
    let plain = number.to_string();
    let mut grouped = String::with_capacity(plain.len() + plain.len() / 3);
    for (index, digit) in plain.chars().enumerate() {
        if index > 0 && (plain.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `eight` up to twelve, `1,204` above: running text reads better so.
pub(super) fn number(number: u64) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    usize::try_from(number)
        .ok()
        .and_then(|index| WORDS.get(index))
        .map_or_else(|| digits(number), |word| (*word).to_owned())
}

/// `one person`, `eight people`.
pub(super) fn count(number_of: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        number(number_of),
        if number_of == 1 { one } else { many }
    )
}

/// The text with its first letter large.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// `97 %`; never a certainty: `over 99 %`, `under 1 %`.
pub(super) fn percent(probability: Probability) -> String {
    let hundredths = (probability.get() * 100.0).floor();
    if hundredths >= 99.0 {
        "over 99 %".to_owned()
    } else if hundredths < 1.0 {
        "under 1 %".to_owned()
    } else {
        format!("{hundredths:.0} %")
    }
}

/// A weight in log-odds with its sign: `+3.2`, `−0.7`.
pub(super) fn weight(log_odds: f64) -> String {
    if log_odds.is_nan() {
        return "unknown".to_owned();
    }
    let size = format!("{:.1}", log_odds.abs().min(999.0));
    match (size.as_str(), log_odds < 0.0) {
        ("0.0", _) => "0".to_owned(),
        (_, true) => format!("−{size}"),
        (_, false) => format!("+{size}"),
    }
}

/// `4 May 2026`.
pub(super) fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%-d %B %Y").to_string()
}

/// `4 May 2026, 14:02 UTC`.
pub(super) fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%-d %B %Y, %H:%M UTC")
        .to_string()
}

/// `4 May to 9 June 2026`, with as little repeated as can be; `None` when neither end is known.
pub(super) fn period(first: Option<Timestamp>, last: Option<Timestamp>) -> Option<String> {
    let (first, last) = match (first, last) {
        (None, None) => return None,
        (Some(only), None) | (None, Some(only)) => (only, only),
        (Some(first), Some(last)) => (first.min(last), first.max(last)),
    };
    let (from, to) = (first.to_zoned(TimeZone::UTC), last.to_zoned(TimeZone::UTC));
    Some(if from.date() == to.date() {
        date(first)
    } else if (from.year(), from.month()) == (to.year(), to.month()) {
        format!("{} to {}", from.day(), date(last))
    } else if from.year() == to.year() {
        format!("{} to {}", from.strftime("%-d %B"), date(last))
    } else {
        format!("{} to {}", date(first), date(last))
    })
}

/// `41 days`, `2 hours`, `12 minutes`, `40 seconds`: the largest unit, rounded down.
pub(super) fn lapse(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().unsigned_abs();
    let (amount, one, many) = match seconds {
        0..60 => (seconds, "second", "seconds"),
        60..3_600 => (seconds / 60, "minute", "minutes"),
        3_600..172_800 => (seconds / 3_600, "hour", "hours"),
        _ => (seconds / 86_400, "day", "days"),
    };
    format!(
        "{} {}",
        digits(amount),
        if amount == 1 { one } else { many }
    )
}

/// What an account is taken for, one of them.
pub(super) fn kind(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::Persona => "made-up person",
        MemberKind::Compromised => "real account in other hands",
        MemberKind::Suspect => "suspect",
    }
}

/// What accounts are taken for, many of them.
pub(super) fn kinds(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::Persona => "made-up people",
        MemberKind::Compromised => "real accounts in other hands",
        MemberKind::Suspect => "suspects",
    }
}

/// How close a person came, as the head of a row.
pub(super) fn tier(tier: ContactTier) -> &'static str {
    match tier {
        ContactTier::Saw => "Saw",
        ContactTier::Connected => "Connected",
        ContactTier::Talked => "Talked",
        ContactTier::ClickedOrOpened => "Clicked or opened",
    }
}

/// What a tier means, for a reader who has not seen one before.
pub(super) fn tier_meaning(tier: ContactTier) -> &'static str {
    match tier {
        ContactTier::Saw => {
            "looked at, asked to connect without saying yes, or looked at a profile"
        }
        ContactTier::Connected => "connected with one of the accounts, or followed it",
        ContactTier::Talked => "exchanged words with one of the accounts",
        ContactTier::ClickedOrOpened => {
            "followed a link or opened a file that one of the accounts shared"
        }
    }
}

/// What a layer's things are called, many of them.
pub(super) fn layer(layer: &Layer) -> &str {
    match layer {
        Layer::ContactedPerson => "people approached",
        Layer::Ip => "network addresses",
        Layer::Device => "devices",
        Layer::Avatar => "profile pictures",
        Layer::Phrase => "phrases",
        Layer::EmailStem => "e-mail patterns",
        Layer::Link => "links",
        Layer::File => "files",
        Layer::SharedContent => "reposted content",
        Layer::Hashtag => "hashtags",
        Layer::Domain => "web domains",
        Layer::Referee => "referees",
        Layer::Money => "payment partners",
        Layer::Activity => "amounts of activity",
        Layer::Registration => "times of registration",
        Layer::Custom(_) => layer.as_str(),
    }
}

/// A kind of fact, as the head of a row.
pub(super) fn fact(code: FactCode) -> &'static str {
    match code {
        FactCode::SharedObjects => "Shared things",
        FactCode::IndependentLayers => "Independent layers",
        FactCode::BeyondChance => "Beyond chance",
        FactCode::ApproachesStrangers => "Approaches strangers",
        FactCode::RegisteredTogether => "Registered together",
        FactCode::TouchesSeed => "Touches something known hostile",
        FactCode::DeliversToContacts => "Delivers to contacts",
        FactCode::AbruptChange => "Abrupt change",
        FactCode::ReportedByContacts => "Reported by contacts",
        FactCode::UnlikelyHours => "Hours that do not fit",
        FactCode::Exonerating => "Speaks for the account",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_read_as_they_are_spoken() {
        assert_eq!(count(1, "person", "people"), "one person");
        assert_eq!(count(0, "person", "people"), "no people");
        assert_eq!(count(1_204, "person", "people"), "1,204 people");
        assert_eq!(digits(12_345_678), "12,345,678");
        assert_eq!(list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
        assert_eq!(weight(-0.71), "−0.7");
        assert_eq!(weight(0.04), "0");
    }

    #[test]
    fn a_probability_is_rounded_down_and_never_becomes_certainty() {
        for (value, words) in [
            (1.0, "over 99 %"),
            (0.999, "over 99 %"),
            (0.989, "98 %"),
            (0.5, "50 %"),
            (0.0, "under 1 %"),
        ] {
            assert_eq!(percent(Probability::new(value).unwrap()), words);
        }
    }

    #[test]
    fn a_period_repeats_no_more_than_it_must() {
        let may = Some(at("2026-05-04T14:02:00Z"));
        for (last, words) in [
            ("2026-05-04T20:00:00Z", "4 May 2026"),
            ("2026-05-09T00:00:00Z", "4 to 9 May 2026"),
            ("2026-06-09T00:00:00Z", "4 May to 9 June 2026"),
            ("2027-06-09T00:00:00Z", "4 May 2026 to 9 June 2027"),
        ] {
            assert_eq!(period(may, Some(at(last))).unwrap(), words);
        }
        assert_eq!(period(None, None), None);
        assert_eq!(moment(at("2026-05-04T14:02:00Z")), "4 May 2026, 14:02 UTC");
    }

    #[test]
    fn a_lapse_is_told_in_its_largest_unit() {
        for (seconds, words) in [
            (41, "41 seconds"),
            (60, "1 minute"),
            (90_000, "25 hours"),
            (172_800, "2 days"),
        ] {
            assert_eq!(lapse(SignedDuration::from_secs(seconds)), words);
        }
    }
}
