//! One line of Postfix's log.

use avert_model::Timestamp;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::bounce::Status;

/// A line that some Postfix wrote.
#[derive(Debug)]
pub(super) struct Line<'a> {
    stamp: Stamp<'a>,
    /// Which of its programs: `cleanup`, `qmgr`, `smtp`.
    pub(super) daemon: &'a str,
    text: &'a str,
}

const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";

#[derive(Debug)]
enum Stamp<'a> {
    /// `2017-12-18T12:00:00.123456+01:00`
    Whole(&'a str),
    /// `Dec 18 12:00:00`: month, day, time.
    Short(&'a str, &'a str, &'a str),
}

impl<'a> Line<'a> {
    /// Takes a line apart: time, machine, `postfix/smtp[4711]:`, what it says.
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let (first, rest) = word(line)?;
        let (stamp, rest) = if first.starts_with(|letter: char| letter.is_ascii_digit()) {
            (Stamp::Whole(first), rest)
        } else {
            let (day, rest) = word(rest)?;
            let (time, rest) = word(rest)?;
            (Stamp::Short(first, day, time), rest)
        };
        let (_machine, rest) = word(rest)?;
        let (tag, text) = word(rest)?;
        // Several instances on one machine are called `postfix-out/smtp`, services
        // `postfix/submission/smtpd`.
        let program = tag.strip_suffix(':')?.split('[').next()?;
        let (instance, _) = program.split_once('/')?;
        Some(Self {
            stamp: instance.starts_with("postfix").then_some(stamp)?,
            daemon: program.rsplit('/').next()?,
            text: text.trim_end(),
        })
    }

    /// The mail it is about, by its id in the queue, and what it says of it.
    pub(super) fn of_queue(&self) -> Option<(&'a str, &'a str)> {
        let (id, what) = self.text.split_once(": ")?;
        let is_id = (5..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
        (is_id && id != "NOQUEUE").then_some((id, what))
    }

    /// When it was written. One without a year is of the last such day before `now`, or of the next:
    /// clocks differ.
    pub(super) fn time(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let (month, day, time) = match self.stamp {
            Stamp::Whole(text) => return text.parse().ok(),
            Stamp::Short(month, day, time) => (month, day, time),
        };
        let at = (month.len() == 3).then(|| MONTHS.find(month)).flatten()?;
        let month = i8::try_from(at / 3 + 1).ok().filter(|_| at % 3 == 0)?;
        let (day, time): (i8, Time) = (day.parse().ok()?, time.parse().ok()?);
        let latest = now.checked_add(SignedDuration::from_hours(24)).ok()?;
        let this_year = zone.to_datetime(latest).year();
        // The 29th of February is not in every year.
        (0..8).find_map(|back| {
            let date = Date::new(this_year - back, month, day).ok()?;
            let at = zone.to_timestamp(DateTime::from_parts(date, time)).ok()?;
            (at <= latest).then_some(at)
        })
    }
}

fn word(text: &str) -> Option<(&str, &str)> {
    text.trim_start().split_once(' ')
}

/// Whether `cleanup` says that it refused a mail, whose Message-ID it had named before.
pub(super) fn is_refusal(what: &str) -> bool {
    what.starts_with("reject: ") || what.starts_with("milter-reject: ")
}

/// What a delivery came to: `sent`, `deferred`, `bounced`; and the status code.
pub(super) fn delivery(what: &str) -> Option<(&str, Option<Status>)> {
    // Behind the bracket stands what another server said, whatever that is.
    let fields = what.split(" (").next()?;
    let field = |name: &str| {
        let (_, value) = fields.rsplit_once(name)?;
        value.split(',').next().map(str::trim)
    };
    Some((field(", status=")?, field(", dsn=").and_then(Status::parse)))
}

/// Whether a logger says that it left lines out: rsyslog's and journald's words for it.
pub(super) fn is_loss(line: &str) -> bool {
    let begun = line.contains("imuxsock") || line.contains("imjournal");
    (begun && (line.contains("lost") || line.contains("drop")))
        || (line.contains("Suppressed ") && line.contains(" messages from"))
}
