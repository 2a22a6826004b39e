//! Records as bytes.

use avert_model::{Timestamp, Tlp};

use crate::assertion::{Admiralty, Assertion, Decay};
use crate::kind::Kind;
use crate::normal::Indicator;
use crate::pap::Pap;

/// An indicator and everything that is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The indicator.
    pub indicator: Indicator,
    /// What is said about it: at least one, sorted, distinct.
    pub assertions: Vec<Assertion>,
}

/// Bytes that are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no record of a set")]
pub(crate) struct Damaged;

/// How many bytes of a record's BLAKE3 are kept before it.
const CHECK: usize = 4;

const TLPS: [Tlp; 5] = [
    Tlp::Clear,
    Tlp::Green,
    Tlp::Amber,
    Tlp::AmberStrict,
    Tlp::Red,
];

/// An indicator alone, as a record begins.
pub(super) fn put_indicator(indicator: &Indicator, out: &mut Vec<u8>) {
    out.push(indicator.kind().number());
    put_text(indicator.value(), out);
}

pub(super) fn put_assertion(assertion: &Assertion, out: &mut Vec<u8>) {
    put_text(&assertion.label, out);
    put_text(&assertion.source, out);
    put_text(&assertion.reference, out);
    let tlp = assertion
        .tlp
        .and_then(|tlp| TLPS.iter().position(|one| *one == tlp));
    let tlp = tlp.and_then(|place| u8::try_from(place + 1).ok());
    // Half a byte each: sets that know no PAP have none there.
    out.push(tlp.unwrap_or(0) | assertion.pap.map_or(0, Pap::number) << 4);
    out.push(assertion.admiralty.map_or(0, Admiralty::number));
    out.push(assertion.score.map_or(255, |score| score.min(100)));
    out.push(u8::from(assertion.is_revoked));
    put_number(u64::from(assertion.decay.lifetime_days), out);
    put_number(u64::from(assertion.decay.speed_percent), out);
    put_time(Some(assertion.last_seen), out);
    put_time(assertion.first_seen, out);
    put_time(assertion.expires, out);
}

/// A whole record: its check, the indicator, and its assertions, each as [`put_assertion`] wrote it.
pub(super) fn put_record(indicator: &[u8], assertions: &[&[u8]], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; CHECK]);
    out.extend_from_slice(indicator);
    put_number(assertions.len() as u64, out);
    for assertion in assertions {
        out.extend_from_slice(assertion);
    }
    let check = blake3::hash(&out[start + CHECK..]);
    out[start..start + CHECK].copy_from_slice(&check.as_bytes()[..CHECK]);
}

/// Reads a whole record.
pub(super) fn record(bytes: &[u8]) -> Result<Record, Damaged> {
    let (check, body) = bytes.split_at_checked(CHECK).ok_or(Damaged)?;
    if blake3::hash(body).as_bytes()[..CHECK] != *check {
        return Err(Damaged);
    }
    let mut rest = Rest(body);
    let indicator = rest.indicator()?;
    let count = rest.number()?;
    // Each takes a dozen bytes and more: what claims to have more than fit is not trusted with memory.
    if count == 0 || count > body.len() as u64 {
        return Err(Damaged);
    }
    let assertions: Result<Vec<Assertion>, Damaged> =
        (0..count).map(|_| rest.assertion()).collect();
    let record = Record {
        indicator,
        assertions: assertions?,
    };
    if rest.0.is_empty() {
        Ok(record)
    } else {
        Err(Damaged)
    }
}

fn put_number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        #[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "fewer than eight bits are left"
    )]
    out.push(number as u8);
}

fn put_text(text: &str, out: &mut Vec<u8>) {
    put_number(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

/// Seconds, zigzag, one more than they are: nothing is for no time.
fn put_time(time: Option<Timestamp>, out: &mut Vec<u8>) {
    put_number(
        time.map_or(0, |time| {
            let seconds = time.as_second();
            ((seconds << 1) ^ (seconds >> 63)).cast_unsigned() + 1
        }),
        out,
    );
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn byte(&mut self) -> Result<u8, Damaged> {
        let (first, rest) = self.0.split_first().ok_or(Damaged)?;
        self.0 = rest;
        Ok(*first)
    }

    fn number(&mut self) -> Result<u64, Damaged> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Damaged)
    }

    fn small(&mut self) -> Result<u32, Damaged> {
        u32::try_from(self.number()?).map_err(|_| Damaged)
    }

    fn text(&mut self) -> Result<&'a str, Damaged> {
        let length = usize::try_from(self.number()?).map_err(|_| Damaged)?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(Damaged)?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| Damaged)
    }

    fn time(&mut self) -> Result<Option<Timestamp>, Damaged> {
        let Some(zigzag) = self.number()?.checked_sub(1) else {
            return Ok(None);
        };
        let seconds = (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed();
        Timestamp::from_second(seconds)
            .map(Some)
            .map_err(|_| Damaged)
    }

    fn indicator(&mut self) -> Result<Indicator, Damaged> {
        let kind = Kind::of_number(self.byte()?).ok_or(Damaged)?;
        let value = self.text()?;
        // Whatever takes it apart relies on this much of its form.
        if value.is_empty() || (kind == Kind::Handle && !value.starts_with('@')) {
            return Err(Damaged);
        }
        Ok(Indicator::new(kind, value.to_owned()))
    }

    fn assertion(&mut self) -> Result<Assertion, Damaged> {
        let label = self.text()?.to_owned();
        let source = self.text()?.to_owned();
        let reference = self.text()?.to_owned();
        let marks = self.byte()?;
        let tlp = match marks & 0xf {
            0 => None,
            number => Some(*TLPS.get(usize::from(number) - 1).ok_or(Damaged)?),
        };
        let pap = match marks >> 4 {
            0 => None,
            number => Some(Pap::of_number(number).ok_or(Damaged)?),
        };
        let admiralty = match self.byte()? {
            0 => None,
            number => Some(Admiralty::of_number(number).ok_or(Damaged)?),
        };
        let score = match self.byte()? {
            255 => None,
            score if score <= 100 => Some(score),
            _ => return Err(Damaged),
        };
        let is_revoked = self.byte()? != 0;
        let decay = Decay {
            lifetime_days: self.small()?,
            speed_percent: self.small()?,
        };
        Ok(Assertion {
            label,
            source,
            reference,
            tlp,
            pap,
            admiralty,
            score,
            is_revoked,
            decay,
            last_seen: self.time()?.ok_or(Damaged)?,
            first_seen: self.time()?,
            expires: self.time()?,
        })
    }
}

/// Reads an indicator that stands alone.
pub(super) fn indicator(bytes: &[u8]) -> Result<Indicator, Damaged> {
    let mut rest = Rest(bytes);
    let indicator = rest.indicator()?;
    if rest.0.is_empty() {
        Ok(indicator)
    } else {
        Err(Damaged)
    }
}
