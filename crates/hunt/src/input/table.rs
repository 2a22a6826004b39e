//! Tables: CSV with a header that has a column `indicator`, `value` or `ioc`.

use std::io::BufRead;

use avert_model::Timestamp;
use csv::StringRecord;

use super::{Defaults, LeftOut, Problem, Report};
use crate::assertion::Assertion;
use crate::kind::Kind;
use crate::normal::Indicator;
use crate::set::SetBuilder;

const INDICATOR: &[&str] = &["indicator", "value", "ioc"];

/// Whether a first line is such a header.
pub(super) fn is_header(line: &[u8]) -> bool {
    let Ok(line) = std::str::from_utf8(line) else {
        return false;
    };
    line.split([',', ';', '\t'])
        .any(|cell| INDICATOR.contains(&name(cell).as_str()))
}

fn name(cell: &str) -> String {
    let cell = cell.trim().trim_matches('"').trim();
    cell.to_ascii_lowercase().replace([' ', '-'], "_")
}

/// Where each column is.
struct Columns {
    names: Vec<String>,
}

impl Columns {
    fn cell<'a>(&self, row: &'a StringRecord, of: &[&str]) -> Option<&'a str> {
        let place = self
            .names
            .iter()
            .position(|name| of.contains(&name.as_str()))?;
        row.get(place)
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
    }
}

pub(super) fn read(
    reader: &mut dyn BufRead,
    defaults: &Defaults,
    builder: &mut SetBuilder,
) -> Result<Report, Problem> {
    let mut header = String::new();
    while header.trim().is_empty() && reader.read_line(&mut header)? > 0 {}
    let delimiter = [b'\t', b';', b',']
        .into_iter()
        .find(|one| header.as_bytes().contains(one));
    let mut table = csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .has_headers(false)
        .flexible(true)
        .from_reader(std::io::Read::chain(header.as_bytes(), reader));
    let mut report = Report::default();
    let mut row = StringRecord::new();
    let mut columns = Columns { names: Vec::new() };
    loop {
        match table.read_record(&mut row) {
            Ok(false) => return Ok(report),
            Ok(true) => {}
            Err(error) => match error.into_kind() {
                csv::ErrorKind::Io(error) => return Err(error.into()),
                csv::ErrorKind::Utf8 { .. } => {
                    report.rows += 1;
                    report.leave_out(LeftOut::NotText);
                    continue;
                }
                _ => {
                    report.rows += 1;
                    report.leave_out(LeftOut::Row);
                    continue;
                }
            },
        }
        if columns.names.is_empty() {
            columns.names = row.iter().map(name).collect();
            continue;
        }
        report.rows += 1;
        match of_row(&columns, &row, defaults) {
            Ok((indicator, assertion)) => {
                builder.add(&indicator, &assertion)?;
                report.taken += 1;
            }
            Err(why) => report.leave_out(why),
        }
    }
}

fn of_row(
    columns: &Columns,
    row: &StringRecord,
    defaults: &Defaults,
) -> Result<(Indicator, Assertion), LeftOut> {
    let value = columns.cell(row, INDICATOR).unwrap_or_default();
    let kind = columns.cell(row, &["kind"]).map(str::parse::<Kind>);
    let indicator = match kind {
        None => Indicator::parse(value)?,
        Some(Ok(kind)) if kind != Kind::Text => Indicator::parse_as(kind, value)?,
        Some(_) => return Err(LeftOut::Cell("kind")),
    };
    let time = |of: &'static str, names: &[&str]| -> Result<Option<Timestamp>, LeftOut> {
        let cell = columns.cell(row, names);
        cell.map(|cell| time(cell).ok_or(LeftOut::Cell(of)))
            .transpose()
    };
    let mut assertion = defaults.assertion();
    if let Some(label) = columns.cell(row, &["label", "tag", "tags", "malware"]) {
        label.clone_into(&mut assertion.label);
    }
    if let Some(source) = columns.cell(row, &["source", "reporter"]) {
        source.clone_into(&mut assertion.source);
    }
    if let Some(reference) = columns.cell(row, &["reference"]) {
        reference.clone_into(&mut assertion.reference);
    }
    if let Some(tlp) = columns.cell(row, &["tlp"]) {
        assertion.tlp = Some(tlp.parse().map_err(|_| LeftOut::Cell("tlp"))?);
    }
    if let Some(pap) = columns.cell(row, &["pap"]) {
        assertion.pap = Some(pap.parse().map_err(|_| LeftOut::Cell("pap"))?);
    }
    if let Some(code) = columns.cell(row, &["admiralty"]) {
        assertion.admiralty = Some(code.parse().map_err(|_| LeftOut::Cell("admiralty"))?);
    }
    if let Some(score) = columns.cell(row, &["score", "confidence", "confidence_level"]) {
        let score = score.parse().ok().filter(|score| *score <= 100);
        assertion.score = Some(score.ok_or(LeftOut::Cell("score"))?);
    }
    if let Some(days) = columns.cell(row, &["lifetime_days"]) {
        assertion.decay.lifetime_days = days.parse().map_err(|_| LeftOut::Cell("lifetime_days"))?;
    }
    if let Some(speed) = columns.cell(row, &["speed"]) {
        assertion.decay.speed_percent = speed_percent(speed).ok_or(LeftOut::Cell("speed"))?;
    }
    if let Some(revoked) = columns.cell(row, &["revoked"]) {
        assertion.is_revoked = match revoked.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => true,
            "false" | "no" | "0" => false,
            _ => return Err(LeftOut::Cell("revoked")),
        };
    }
    assertion.first_seen = time("first_seen", &["first_seen", "first_seen_utc"])?;
    let last_seen = time("last_seen", &["last_seen", "last_seen_utc"])?;
    assertion.last_seen = last_seen
        .or(assertion.first_seen)
        .unwrap_or(assertion.last_seen);
    assertion.expires = time("expires", &["expires", "valid_until"])?;
    Ok((indicator, assertion))
}

/// A speed as people write it, in hundredths.
pub fn speed_percent(text: &str) -> Option<u32> {
    let speed: f64 = text.parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and 10,000"
    )]
    (0.01..=100.0)
        .contains(&speed)
        .then(|| (speed * 100.0).round() as u32)
}

/// A time as RFC 3339 has it, a day, or a day and a time without zone, which is UTC.
fn time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    jiff::tz::Offset::UTC.to_timestamp(civil).ok()
}
