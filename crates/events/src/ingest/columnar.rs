//! Parquet sources: every value is read as the text a CSV export would hold, times as
//! microseconds.

use std::fmt::Write as _;
use std::fs::File;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::error::IngestError;
use super::row::{Fault, Row};
use crate::guard::guarded;
use crate::mapping::Source;

/// Rows read at once.
const BATCH_ROWS: usize = 4096;

/// Gives every row of the file to `each` with its number and the bytes read so far (in proportion).
pub(super) fn read<E: From<IngestError>>(
    source: &Source,
    mut each: impl FnMut(u64, u64, Result<Row<'_>, Fault>, &dyn Fn() -> String) -> Result<(), E>,
) -> Result<Vec<String>, E> {
    let damaged = |detail: String| IngestError::Parquet {
        file: source.name.clone(),
        detail,
    };
    let file = File::open(&source.path).map_err(|error| IngestError::File {
        path: source.path.clone(),
        source: error,
    })?;
    let bytes_in_all = file.metadata().map_or(0, |metadata| metadata.len());
    let builder = guarded(|| {
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())
    })
    .map_err(damaged)?;
    let names: Vec<String> = builder
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let roots = positions(source, &names)?;
    let rows_in_all = u64::try_from(builder.metadata().file_metadata().num_rows())
        .unwrap_or(0)
        .max(1);
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
    let mut reader = guarded(|| {
        let builder = builder.with_projection(mask).with_batch_size(BATCH_ROWS);
        builder.build().map_err(|error| error.to_string())
    })
    .map_err(damaged)?;
    let mut number = 0;
    let (mut text, mut spans) = (String::new(), Vec::new());
    let mut batch = || {
        guarded(|| {
            let batch = reader.next().transpose();
            batch.map_err(|error| error.to_string())
        })
    };
    while let Some(batch) = batch().map_err(damaged)? {
        let columns: Vec<ArrayRef> = source
            .columns
            .iter()
            .map(|name| {
                let column = batch
                    .column_by_name(name)
                    .expect("the projection has every column");
                guarded(|| Ok(plain(column, name, source))).map_err(damaged)?
            })
            .collect::<Result<_, IngestError>>()?;
        let micros: Vec<bool> = columns
            .iter()
            .map(|column| matches!(column.data_type(), DataType::Timestamp(_, _)))
            .collect();
        for row in 0..batch.num_rows() {
            number += 1;
            text.clear();
            spans.clear();
            for column in &columns {
                let from = text.len();
                if column.is_null(row) {
                    spans.push(None);
                } else {
                    write_value(column, row, &mut text);
                    spans.push(Some((from, text.len())));
                }
            }
            let read = u64::try_from(
                u128::from(bytes_in_all) * u128::from(number) / u128::from(rows_in_all),
            )
            .unwrap_or(bytes_in_all);
            let raw = || text.chars().take(64 * 1024).collect();
            each(
                number,
                read,
                Ok(Row {
                    bytes: text.as_bytes(),
                    spans: &spans,
                    micros: &micros,
                }),
                &raw,
            )?;
        }
    }
    Ok(names
        .into_iter()
        .filter(|name| !source.columns.contains(name))
        .collect())
}

/// Where each column that is read stands in the file.
fn positions(source: &Source, names: &[String]) -> Result<Vec<usize>, IngestError> {
    let mut roots = Vec::new();
    for column in &source.columns {
        let mut found = names.iter().enumerate().filter(|(_, name)| *name == column);
        let (file, column) = (source.name.clone(), column.clone());
        match (found.next(), found.next()) {
            (Some((root, _)), None) => roots.push(root),
            (None, _) => {
                let there = names.join(", ");
                return Err(IngestError::MissingColumn {
                    file,
                    column,
                    there,
                });
            }
            (Some(_), Some(_)) => return Err(IngestError::AmbiguousColumn { file, column }),
        }
    }
    Ok(roots)
}

/// The column, unpacked if it is a dictionary; an error if its type is none that has a text.
fn plain(column: &ArrayRef, name: &str, source: &Source) -> Result<ArrayRef, IngestError> {
    let column = match column.data_type() {
        DataType::Dictionary(_, _) => {
            let dictionary = column.as_any_dictionary();
            let keys = dictionary.normalized_keys();
            let values = dictionary.values().as_string_opt::<i32>();
            let texts = values.map(|values| {
                (0..column.len())
                    .map(|row| column.is_valid(row).then(|| values.value(keys[row])))
                    .collect::<arrow_array::StringArray>()
            });
            texts.map(|texts| std::sync::Arc::new(texts) as ArrayRef)
        }
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64
        | DataType::Float32
        | DataType::Float64
        | DataType::Timestamp(_, _) => Some(std::sync::Arc::clone(column)),
        _ => None,
    };
    column.ok_or_else(|| IngestError::ColumnType {
        file: source.name.clone(),
        column: name.to_owned(),
    })
}

/// Writes one value as text. A Parquet timestamp knows its unit, whatever the mapping says: it is
/// written in microseconds.
fn write_value(column: &ArrayRef, row: usize, text: &mut String) {
    macro_rules! put {
        ($value:expr) => {{
            let _ = write!(text, "{}", $value);
        }};
    }
    match column.data_type() {
        DataType::Utf8 => text.push_str(column.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => text.push_str(column.as_string::<i64>().value(row)),
        DataType::Utf8View => text.push_str(column.as_string_view().value(row)),
        DataType::Boolean => put!(column.as_boolean().value(row)),
        DataType::Int8 => put!(column.as_primitive::<Int8Type>().value(row)),
        DataType::Int16 => put!(column.as_primitive::<Int16Type>().value(row)),
        DataType::Int32 => put!(column.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => put!(column.as_primitive::<Int64Type>().value(row)),
        DataType::UInt8 => put!(column.as_primitive::<UInt8Type>().value(row)),
        DataType::UInt16 => put!(column.as_primitive::<UInt16Type>().value(row)),
        DataType::UInt32 => put!(column.as_primitive::<UInt32Type>().value(row)),
        DataType::UInt64 => put!(column.as_primitive::<UInt64Type>().value(row)),
        DataType::Float32 => put!(column.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => put!(column.as_primitive::<Float64Type>().value(row)),
        DataType::Timestamp(unit, _) => put!(timestamp(column, row, *unit)),
        other => unreachable!("{other} was refused when the batch was taken"),
    }
}

fn timestamp(column: &ArrayRef, row: usize, unit: TimeUnit) -> i64 {
    use arrow_array::types::{
        TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
        TimestampSecondType,
    };
    match unit {
        TimeUnit::Second => column
            .as_primitive::<TimestampSecondType>()
            .value(row)
            .saturating_mul(1_000_000),
        TimeUnit::Millisecond => column
            .as_primitive::<TimestampMillisecondType>()
            .value(row)
            .saturating_mul(1_000),
        TimeUnit::Microsecond => column.as_primitive::<TimestampMicrosecondType>().value(row),
        TimeUnit::Nanosecond => column
            .as_primitive::<TimestampNanosecondType>()
            .value(row)
            .div_euclid(1_000),
    }
}
