//! Lists: one indicator a line, and a label behind a tab if there is one. Lines that begin with `#` say nothing.

use std::io::{BufRead, Read as _};

use super::{Defaults, LONGEST_LINE, LeftOut, Problem, Report};
use crate::normal::Indicator;
use crate::set::SetBuilder;

pub(super) fn read(
    reader: &mut dyn BufRead,
    defaults: &Defaults,
    builder: &mut SetBuilder,
) -> Result<Report, Problem> {
    let mut report = Report::default();
    let mut assertion = defaults.assertion();
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut *reader)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)?
            == 0
        {
            return Ok(report);
        }
        report.rows += 1;
        if line.len() as u64 == LONGEST_LINE && !line.ends_with(b"\n") {
            report.leave_out(LeftOut::LongLine);
            skip_line(reader)?;
            continue;
        }
        let Ok(text) = std::str::from_utf8(&line) else {
            report.leave_out(LeftOut::NotText);
            continue;
        };
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (value, label) = text.split_once('\t').unwrap_or((text, ""));
        match Indicator::parse(value) {
            Ok(indicator) => {
                let label = label.split('\t').next().unwrap_or_default().trim();
                if label.is_empty() {
                    assertion.label.clone_from(&defaults.label);
                } else {
                    label.clone_into(&mut assertion.label);
                }
                builder.add(&indicator, &assertion)?;
                report.taken += 1;
            }
            Err(why) => report.leave_out(why.into()),
        }
    }
}

/// Goes to the end of a line without keeping it.
fn skip_line(reader: &mut dyn BufRead) -> std::io::Result<()> {
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(());
        }
        let end = memchr::memchr(b'\n', bytes);
        let count = end.map_or(bytes.len(), |end| end + 1);
        reader.consume(count);
        if end.is_some() {
            return Ok(());
        }
    }
}
