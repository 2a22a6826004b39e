//! JSON Lines: one object a line, each of bounded size.

use std::fs::File;
use std::io::{BufRead, BufReader};

use serde_json::Value;

use super::error::IngestError;
use super::row::{Fault, Row};
use crate::mapping::Source;

/// The longest line that is held.
const LINE_BYTES: usize = 12 << 20;

/// Gives every row of the file to `each` with its line number and the bytes read so far.
///
/// A column is a key of the object; `user.id` also means key `id` of the object under `user`.
pub(super) fn read<E: From<IngestError>>(
    source: &Source,
    mut each: impl FnMut(u64, u64, Result<Row<'_>, Fault>, &dyn Fn() -> String) -> Result<(), E>,
) -> Result<Vec<String>, E> {
    let failed = |error| IngestError::File {
        path: source.path.clone(),
        source: error,
    };
    let file = File::open(&source.path).map_err(failed)?;
    let mut file = BufReader::with_capacity(256 * 1024, file);
    let (mut line, mut number, mut read) = (Vec::new(), 0, 0);
    let mut seen = vec![false; source.columns.len()];
    let (mut bytes, mut spans) = (Vec::new(), Vec::new());
    loop {
        number += 1;
        let (consumed, oversize) = bounded_line(&mut file, &mut line).map_err(failed)?;
        if consumed == 0 {
            break;
        }
        read += consumed;
        let raw = || String::from_utf8_lossy(&line[..line.len().min(64 * 1024)]).into_owned();
        if oversize {
            let fault = Fault::new("row too long", "the line is longer than 12 MiB");
            each(number, read, Err(fault), &raw)?;
            continue;
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let value: Value = match serde_json::from_slice(&line) {
            Ok(value @ Value::Object(_)) => value,
            Ok(_) => {
                each(
                    number,
                    read,
                    Err(Fault::new("not an object", "the line is no JSON object")),
                    &raw,
                )?;
                continue;
            }
            Err(error) => {
                let fault = Fault::new("not JSON", format!("the line is not JSON: {error}"));
                each(number, read, Err(fault), &raw)?;
                continue;
            }
        };
        bytes.clear();
        spans.clear();
        let mut fault = None;
        for (column, seen) in source.columns.iter().zip(&mut seen) {
            let found = value.get(column).or_else(|| follow(&value, column));
            *seen |= found.is_some();
            let from = bytes.len();
            match found {
                None | Some(Value::Null) => {
                    spans.push(None);
                    continue;
                }
                Some(Value::String(text)) => bytes.extend_from_slice(text.as_bytes()),
                Some(Value::Number(value)) => bytes.extend_from_slice(value.to_string().as_bytes()),
                Some(Value::Bool(value)) => bytes.extend_from_slice(value.to_string().as_bytes()),
                Some(Value::Array(_) | Value::Object(_)) => {
                    let detail =
                        format!("column '{column}' holds a list or an object, not one value");
                    fault = Some(Fault::new("wrong type", detail));
                    spans.push(None);
                    // Further columns are looked at, or they would count as absent from the file.
                    continue;
                }
            }
            spans.push(Some((from, bytes.len())));
        }
        let row = match fault {
            Some(fault) => Err(fault),
            None => Ok(Row {
                bytes: &bytes,
                spans: &spans,
                micros: &[],
            }),
        };
        each(number, read, row, &raw)?;
    }
    // A key may be absent from a line; absent from all of them it is a fault of the mapping.
    if number > 1
        && let Some((column, _)) = source.columns.iter().zip(seen).find(|(_, seen)| !seen)
    {
        let there = "no line has it".to_owned();
        let (file, column) = (source.name.clone(), column.clone());
        return Err(IngestError::MissingColumn {
            file,
            column,
            there,
        }
        .into());
    }
    Ok(Vec::new())
}

fn follow<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.contains('.')
        .then(|| path.split('.').try_fold(value, |value, key| value.get(key)))
        .flatten()
}

/// Reads a line without its end; of one that is too long, only the start is kept.
fn bounded_line(file: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<(u64, bool)> {
    line.clear();
    let (mut consumed, mut oversize) = (0, false);
    loop {
        let input = file.fill_buf()?;
        if input.is_empty() {
            return Ok((consumed, oversize));
        }
        let end = input.iter().position(|byte| *byte == b'\n');
        let take = end.map_or(input.len(), |end| end + 1);
        if line.len() + take <= LINE_BYTES {
            line.extend_from_slice(&input[..take]);
        } else {
            oversize = true;
        }
        file.consume(take);
        consumed += take as u64;
        if end.is_some() {
            return Ok((consumed, oversize));
        }
    }
}
