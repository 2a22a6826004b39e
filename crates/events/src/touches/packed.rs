//! Parquet, some rows of a row group at a time.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::file::metadata::RowGroupMetaData;

use super::error::TouchError;
use super::{Columns, TimeUnit, Touch, name};
use crate::guard::guarded;

/// Rows decoded at once.
const BATCH_ROWS: usize = 8192;

/// Rows of a group that are read as one share. Groups are often of a million rows, and then one
/// thread would wait for another that reads the last.
const SHARE_ROWS: usize = 1 << 18;

/// Shares of one group, at most: how many rows it has is what the file says.
const MOST_SHARES: usize = 64;

/// Rows of one row group.
pub(super) struct Range {
    layout: Arc<Layout>,
    group: usize,
    /// How many rows of the group come before, and how many are read.
    rows: (usize, usize),
    first_row: u64,
}

struct Layout {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    roots: Vec<usize>,
    has_times: bool,
}

impl Range {
    /// Whether the file's own times are read, whose unit it knows itself.
    pub(super) fn has_times(&self) -> bool {
        self.layout.has_times
    }
}

/// Reads the footer.
pub(super) fn divide(path: &Path, columns: &Columns) -> Result<Vec<Range>, TouchError> {
    let damaged = |detail| TouchError::Parquet {
        file: name(path),
        detail,
    };
    let file = open(path)?;
    let metadata = guarded(|| {
        ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|e| e.to_string())
    })
    .map_err(damaged)?;
    let fields = metadata.schema().fields();
    let mut roots = Vec::new();
    let mut has_times = false;
    let wanted = [
        Some(&columns.account),
        Some(&columns.object),
        columns.layer.as_ref(),
        columns.time.as_ref(),
    ];
    for (place, column) in wanted.into_iter().enumerate() {
        let Some(column) = column else { continue };
        let mut found = (0..fields.len()).filter(|root| fields[*root].name() == column);
        let (Some(root), None) = (found.next(), found.next()) else {
            let known: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
            let several = known.iter().any(|known| known == column);
            return Err(TouchError::Column {
                file: name(path),
                column: column.clone(),
                found: if several {
                    "several columns"
                } else {
                    "no column"
                }
                .to_owned(),
                known: known.join(", "),
            });
        };
        let kind = fields[root].data_type();
        let is_time = place == 3;
        has_times |= is_time && matches!(kind, DataType::Timestamp(..));
        if !if is_time {
            is_moment(kind)
        } else {
            is_text(kind)
        } {
            return Err(TouchError::ColumnType {
                file: name(path),
                column: column.clone(),
                holds: kind.to_string(),
                wanted: if is_time {
                    "a time or a whole number"
                } else {
                    "text or a whole number"
                },
            });
        }
        roots.push(root);
    }
    let groups: Vec<i64> = metadata
        .metadata()
        .row_groups()
        .iter()
        .map(RowGroupMetaData::num_rows)
        .collect();
    let layout = Arc::new(Layout {
        path: path.to_owned(),
        metadata,
        roots,
        has_times,
    });
    let mut first_row = 1;
    let mut ranges = Vec::new();
    for (group, rows) in groups.into_iter().enumerate() {
        let rows = usize::try_from(rows).unwrap_or(0);
        let share_rows = SHARE_ROWS.max(rows.div_ceil(MOST_SHARES));
        for before in (0..rows.max(1)).step_by(share_rows) {
            ranges.push(Range {
                layout: Arc::clone(&layout),
                group,
                rows: (before, share_rows.min(rows - before)),
                first_row: first_row + before as u64,
            });
        }
        first_row += rows as u64;
    }
    Ok(ranges)
}

fn open(path: &Path) -> Result<File, TouchError> {
    File::open(path).map_err(|source| TouchError::File {
        file: name(path),
        source,
    })
}

fn is_whole(kind: &DataType) -> bool {
    kind.is_integer()
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => **values == DataType::Utf8,
        other => is_whole(other),
    }
}

fn is_moment(kind: &DataType) -> bool {
    matches!(kind, DataType::Timestamp(..)) || is_whole(kind)
}

/// Gives every row of the range. Whole numbers in the time column are in `from` and given in `to`.
pub(super) fn read(
    range: &Range,
    columns: &Columns,
    (from, to): (TimeUnit, TimeUnit),
    mut each: impl FnMut(Touch<'_>),
) -> Result<(), TouchError> {
    let layout = &*range.layout;
    let damaged = |detail| TouchError::Parquet {
        file: name(&layout.path),
        detail,
    };
    let file = open(&layout.path)?;
    let mut reader = guarded(|| {
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, layout.metadata.clone());
        let mask = ProjectionMask::roots(builder.parquet_schema(), layout.roots.iter().copied());
        builder
            .with_row_groups(vec![range.group])
            .with_offset(range.rows.0)
            .with_limit(range.rows.1)
            .with_projection(mask)
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(|error| error.to_string())
    })
    .map_err(damaged)?;
    let mut first_row = range.first_row;
    loop {
        let batch = guarded(|| reader.next().transpose().map_err(|error| error.to_string()));
        let Some(batch) = batch.map_err(damaged)? else {
            return Ok(());
        };
        give(&batch, columns, from, to, &mut each).map_err(|(row, detail)| TouchError::Row {
            file: name(&layout.path),
            row: first_row + row as u64,
            detail,
        })?;
        first_row += batch.num_rows() as u64;
    }
}

fn give(
    batch: &RecordBatch,
    columns: &Columns,
    from: TimeUnit,
    to: TimeUnit,
    each: &mut impl FnMut(Touch<'_>),
) -> Result<(), (usize, String)> {
    let column = |name: &str| {
        batch
            .column_by_name(name)
            .expect("the projection has every column")
    };
    let account = Texts::of(column(&columns.account));
    let object = Texts::of(column(&columns.object));
    let layer = columns.layer.as_deref().map(|name| Texts::of(column(name)));
    let times = columns
        .time
        .as_deref()
        .map(|name| Times::of(column(name), from, to));
    let mut scratch = [const { Vec::new() }; 3];
    let [one, two, three] = &mut scratch;
    for row in 0..batch.num_rows() {
        let at = match &times {
            None => None,
            Some(times) => times.at(row).map_err(|detail| (row, detail))?,
        };
        each(Touch {
            account: account.text(row, one),
            object: object.text(row, two),
            layer: match &layer {
                Some(layer) => layer.text(row, three),
                None => b"",
            },
            at,
        });
    }
    Ok(())
}

/// A column of text, or of whole numbers to be read as text. Nothing is read as the empty text.
enum Texts<'a> {
    Text(&'a arrow_array::StringArray),
    Large(&'a arrow_array::LargeStringArray),
    View(&'a arrow_array::StringViewArray),
    Dictionary(Vec<usize>, &'a arrow_array::StringArray, &'a ArrayRef),
    Number(&'a ArrayRef),
}

impl<'a> Texts<'a> {
    fn of(column: &'a ArrayRef) -> Self {
        match column.data_type() {
            DataType::Utf8 => Self::Text(column.as_string()),
            DataType::LargeUtf8 => Self::Large(column.as_string()),
            DataType::Utf8View => Self::View(column.as_string_view()),
            DataType::Dictionary(..) => {
                let dictionary = column.as_any_dictionary();
                let values = dictionary.values().as_string::<i32>();
                Self::Dictionary(dictionary.normalized_keys(), values, column)
            }
            _ => Self::Number(column),
        }
    }

    fn text<'b>(&'b self, row: usize, scratch: &'b mut Vec<u8>) -> &'b [u8] {
        match self {
            Self::Text(column) if column.is_valid(row) => column.value(row).as_bytes(),
            Self::Large(column) if column.is_valid(row) => column.value(row).as_bytes(),
            Self::View(column) if column.is_valid(row) => column.value(row).as_bytes(),
            Self::Dictionary(keys, values, column) if column.is_valid(row) => {
                values.value(keys[row]).as_bytes()
            }
            Self::Number(column) if column.is_valid(row) => {
                use std::io::Write as _;
                scratch.clear();
                let _ = match column.data_type() {
                    DataType::UInt64 => {
                        write!(
                            scratch,
                            "{}",
                            column.as_primitive::<UInt64Type>().value(row)
                        )
                    }
                    _ => write!(scratch, "{}", signed(column, row)),
                };
                scratch
            }
            _ => b"",
        }
    }
}

/// A whole number of any width but the widest without a sign.
fn signed(column: &ArrayRef, row: usize) -> i64 {
    match column.data_type() {
        DataType::Int8 => column.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => column.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row),
        DataType::UInt8 => column.as_primitive::<UInt8Type>().value(row).into(),
        DataType::UInt16 => column.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).into(),
        other => unreachable!("{other} was refused when the file was opened"),
    }
}

/// A column of moments.
struct Times<'a> {
    values: Moments<'a>,
    column: &'a ArrayRef,
    has_gaps: bool,
    /// What a value is multiplied by, and then divided by.
    scale: (i64, i64),
}

/// What a column of moments holds.
enum Moments<'a> {
    /// As they are stored: nearly every file's.
    Wide(&'a [i64]),
    /// Whole numbers beyond them, or narrower ones.
    Other(&'a ArrayRef),
}

impl<'a> Times<'a> {
    fn of(column: &'a ArrayRef, from: TimeUnit, to: TimeUnit) -> Self {
        use arrow_schema::TimeUnit as Arrow;
        let per_second = match column.data_type() {
            DataType::Timestamp(Arrow::Second, _) => 1,
            DataType::Timestamp(Arrow::Millisecond, _) => 1_000,
            DataType::Timestamp(Arrow::Microsecond, _) => 1_000_000,
            DataType::Timestamp(Arrow::Nanosecond, _) => 1_000_000_000,
            _ => from.per_second(),
        };
        let values = match column.data_type() {
            DataType::Timestamp(Arrow::Second, _) => {
                Moments::Wide(column.as_primitive::<TimestampSecondType>().values())
            }
            DataType::Timestamp(Arrow::Millisecond, _) => {
                Moments::Wide(column.as_primitive::<TimestampMillisecondType>().values())
            }
            DataType::Timestamp(Arrow::Microsecond, _) => {
                Moments::Wide(column.as_primitive::<TimestampMicrosecondType>().values())
            }
            DataType::Timestamp(Arrow::Nanosecond, _) => {
                Moments::Wide(column.as_primitive::<TimestampNanosecondType>().values())
            }
            DataType::Int64 => Moments::Wide(column.as_primitive::<Int64Type>().values()),
            _ => Moments::Other(column),
        };
        let both = greatest_common_divisor(to.per_second(), per_second);
        Self {
            values,
            column,
            has_gaps: column.null_count() > 0,
            scale: (to.per_second() / both, per_second / both),
        }
    }

    fn at(&self, row: usize) -> Result<Option<i64>, String> {
        if self.has_gaps && self.column.is_null(row) {
            return Ok(None);
        }
        let beyond = || "its time is beyond every calendar".to_owned();
        let value = match self.values {
            Moments::Wide(values) => values[row],
            Moments::Other(column) if *column.data_type() == DataType::UInt64 => {
                i64::try_from(column.as_primitive::<UInt64Type>().value(row))
                    .map_err(|_| beyond())?
            }
            Moments::Other(column) => signed(column, row),
        };
        if self.scale == (1, 1) {
            return Ok(Some(value));
        }
        value
            .checked_mul(self.scale.0)
            .map(|value| Some(value.div_euclid(self.scale.1)))
            .ok_or_else(beyond)
    }
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}
