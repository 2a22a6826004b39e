//! Delimited text, in ranges that are read side by side.
//!
//! It drives no library: the libraries read a file from its beginning, one record after the other,
//! with every cell unescaped, and here most cells are only stepped over. RFC 4180, strictly: a
//! quotation mark inside a cell that is not quoted is an error, because it would decide where rows
//! end.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::TouchError;
use super::number::whole;
use super::row::{self, Cell};
use super::{Columns, Touch, name};

/// How much of a file is one share.
pub(super) const SHARE_BYTES: u64 = 8 << 20;
/// How much is read at once while looking for quotation marks and the end of a share's last row.
const BLOCK_BYTES: usize = 1 << 20;
/// The longest row that is held.
const ROW_BYTES: usize = 64 << 20;

/// Rows that begin after the first byte of a range, up to and including its end; in the first range
/// of a file also at its first byte.
pub(super) struct Range {
    layout: Arc<Layout>,
    from: u64,
    to: u64,
    is_first: bool,
    /// Whether the first byte lies between two quotation marks.
    quoted: bool,
}

/// What all ranges of a file share.
struct Layout {
    path: PathBuf,
    delimiter: u8,
    cells: usize,
    account: usize,
    object: usize,
    layer: Option<usize>,
    time: Option<usize>,
    time_name: String,
}

impl Layout {
    fn failed(&self, source: std::io::Error) -> TouchError {
        TouchError::File {
            file: name(&self.path),
            source,
        }
    }
}

/// Reads the header and finds where the ranges begin.
pub(super) fn divide(
    path: &Path,
    columns: &Columns,
    delimiter: u8,
    share_bytes: u64,
) -> Result<Vec<Range>, TouchError> {
    let failed = |source| TouchError::File {
        file: name(path),
        source,
    };
    let mut file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    let (header, begin) = header(path, &mut file, delimiter)?;
    let find = |column: &str| position(path, &header, column);
    let layout = Arc::new(Layout {
        path: path.to_owned(),
        delimiter,
        cells: header.len(),
        account: find(&columns.account)?,
        object: find(&columns.object)?,
        layer: columns.layer.as_deref().map(find).transpose()?,
        time: columns.time.as_deref().map(find).transpose()?,
        time_name: columns.time.clone().unwrap_or_default(),
    });
    file.seek(SeekFrom::Start(begin)).map_err(failed)?;
    let mut block = vec![0; BLOCK_BYTES];
    let mut ranges = Vec::new();
    let (mut from, mut quoted) = (begin, false);
    while from < bytes {
        let to = bytes.min(from + share_bytes);
        ranges.push(Range {
            layout: Arc::clone(&layout),
            from,
            to,
            is_first: from == begin,
            quoted,
        });
        let mut left = to - from;
        while left > 0 {
            let want = block.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            file.read_exact(&mut block[..want]).map_err(failed)?;
            quoted ^= memchr::memchr_iter(b'"', &block[..want]).count() % 2 == 1;
            left -= want as u64;
        }
        from = to;
    }
    Ok(ranges)
}

/// The names of the columns, and where the first row begins.
fn header(path: &Path, file: &mut File, delimiter: u8) -> Result<(Vec<String>, u64), TouchError> {
    let none = || TouchError::NoHeader { file: name(path) };
    let mut text = Vec::new();
    loop {
        let read = file
            .by_ref()
            .take(BLOCK_BYTES as u64)
            .read_to_end(&mut text)
            .map_err(|source| TouchError::File {
                file: name(path),
                source,
            })?;
        if read == 0 {
            text.push(b'\n');
        }
        // Windows programs like to begin with a byte order mark.
        let start = if text.starts_with(b"\xEF\xBB\xBF") {
            3
        } else {
            0
        };
        let mut cells = Vec::new();
        let ended = row::cells(&text, start, delimiter, |_, cell| cells.push(cell));
        match ended {
            Ok(Some(end)) if end > start + 1 => {
                let mut scratch = Vec::new();
                let names = cells.into_iter().map(|cell| {
                    String::from_utf8_lossy(cell.text(&text, &mut scratch)).into_owned()
                });
                return Ok((names.collect(), end.min(text.len()) as u64));
            }
            Ok(None) if read > 0 && text.len() < ROW_BYTES => {}
            _ => return Err(none()),
        }
    }
}

fn position(path: &Path, header: &[String], column: &str) -> Result<usize, TouchError> {
    let mut found = (0..header.len()).filter(|position| header[*position] == column);
    match (found.next(), found.next()) {
        (Some(position), None) => Ok(position),
        (first, _) => Err(TouchError::Column {
            file: name(path),
            column: column.to_owned(),
            found: if first.is_some() {
                "several columns"
            } else {
                "no column"
            }
            .to_owned(),
            known: header.join(", "),
        }),
    }
}

/// Gives every row of the range, its time multiplied by `time_scale`.
pub(super) fn read(
    range: &Range,
    time_scale: i64,
    mut each: impl FnMut(Touch<'_>),
) -> Result<(), TouchError> {
    let layout = &*range.layout;
    let mut text = Text::open(range)?;
    let mut at = text.first_row();
    let mut wanted = Wanted::default();
    while at <= text.own && !(text.at_end && at == text.bytes.len()) {
        match wanted.find(&text.bytes, at, layout) {
            Ok(Some(end)) => {
                let is_blank = end - at <= 2 && layout.cells > 1 && wanted.cells == 1;
                if !is_blank {
                    let touch = wanted.touch(&text.bytes, layout, time_scale);
                    each(touch.map_err(|detail| text.bad(at, detail))?);
                }
                at = end;
            }
            Ok(None) if text.at_end => {
                return Err(text.bad(at, "a quotation mark is not closed".into()));
            }
            Ok(None) => text.read_on(at)?,
            Err(detail) => return Err(text.bad(at, detail.to_owned())),
        }
    }
    Ok(())
}

/// The cells of a row that are of interest.
#[derive(Default)]
struct Wanted {
    account: Cell,
    object: Cell,
    layer: Cell,
    time: Cell,
    cells: usize,
    scratch: [Vec<u8>; 4],
}

impl Wanted {
    /// Finds them, and the end of the row.
    fn find(
        &mut self,
        bytes: &[u8],
        at: usize,
        layout: &Layout,
    ) -> Result<Option<usize>, &'static str> {
        self.cells = 0;
        row::cells(bytes, at, layout.delimiter, |position, cell| {
            self.cells = position + 1;
            if position == layout.account {
                self.account = cell;
            }
            if position == layout.object {
                self.object = cell;
            }
            if Some(position) == layout.layer {
                self.layer = cell;
            }
            if Some(position) == layout.time {
                self.time = cell;
            }
        })
    }

    /// The row, if it is one.
    fn touch<'a>(
        &'a mut self,
        bytes: &'a [u8],
        layout: &Layout,
        time_scale: i64,
    ) -> Result<Touch<'a>, String> {
        if self.cells != layout.cells {
            return Err(format!(
                "it has {} cells where the header has {}",
                self.cells, layout.cells
            ));
        }
        let [account, object, layer, time] = &mut self.scratch;
        let at = if layout.time.is_some() {
            let text = self.time.text(bytes, time);
            let at = whole(text).and_then(|at| at.checked_mul(time_scale));
            if at.is_none() && !text.trim_ascii().is_empty() {
                let text: String = String::from_utf8_lossy(text).chars().take(40).collect();
                return Err(format!(
                    "column '{}' holds '{}', which is no whole number",
                    layout.time_name,
                    text.escape_debug()
                ));
            }
            at
        } else {
            None
        };
        Ok(Touch {
            account: self.account.text(bytes, account),
            object: self.object.text(bytes, object),
            layer: if layout.layer.is_some() {
                self.layer.text(bytes, layer)
            } else {
                b""
            },
            at,
        })
    }
}

/// The bytes of a range, and as many more as its last row needs.
struct Text<'a> {
    range: &'a Range,
    file: File,
    bytes: Vec<u8>,
    /// Rows that begin here or before belong to the range.
    own: usize,
    /// Whether the file ends where the bytes do.
    at_end: bool,
}

impl<'a> Text<'a> {
    fn open(range: &'a Range) -> Result<Self, TouchError> {
        let failed = |source| range.layout.failed(source);
        let mut file = File::open(&range.layout.path).map_err(failed)?;
        file.seek(SeekFrom::Start(range.from)).map_err(failed)?;
        let own = usize::try_from(range.to - range.from).expect("a share fits into memory");
        let mut bytes = Vec::with_capacity(own + own / 16);
        bytes.resize(own, 0);
        file.read_exact(&mut bytes).map_err(failed)?;
        Ok(Self {
            range,
            file,
            bytes,
            own,
            at_end: false,
        })
    }

    /// Where the first row begins: after the first line break that is not between quotation marks.
    fn first_row(&self) -> usize {
        if self.range.is_first {
            return 0;
        }
        let mut quoted = self.range.quoted;
        for position in memchr::memchr2_iter(b'"', b'\n', &self.bytes) {
            if self.bytes[position] == b'"' {
                quoted = !quoted;
            } else if !quoted {
                return position + 1;
            }
        }
        // The whole range lies within one row.
        self.own + 1
    }

    /// Reads more, for the row that begins here.
    fn read_on(&mut self, at: usize) -> Result<(), TouchError> {
        if self.bytes.len() - at > ROW_BYTES {
            let detail = "it is longer than 64 MiB: is a quotation mark not closed?".to_owned();
            return Err(self.bad(at, detail));
        }
        let read = self
            .file
            .by_ref()
            .take(BLOCK_BYTES as u64)
            .read_to_end(&mut self.bytes)
            .map_err(|source| self.range.layout.failed(source))?;
        if read == 0 {
            if self.bytes.len() > at && self.bytes.last() != Some(&b'\n') {
                // As if the last line were ended like all others.
                self.bytes.push(b'\n');
            }
            self.at_end = true;
        }
        Ok(())
    }

    /// The error for the row that begins here; only now is it worth counting lines.
    fn bad(&self, at: usize, detail: String) -> TouchError {
        let file = name(&self.range.layout.path);
        match line_number(self.range, at) {
            Ok(row) => TouchError::Row { file, row, detail },
            Err(source) => TouchError::File { file, source },
        }
    }
}

/// Which line of the file this is.
fn line_number(range: &Range, at: usize) -> std::io::Result<u64> {
    let mut file = File::open(&range.layout.path)?.take(range.from + at as u64);
    let mut block = vec![0; BLOCK_BYTES];
    let mut lines = 1;
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            return Ok(lines);
        }
        lines += memchr::memchr_iter(b'\n', &block[..read]).count() as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    type Told = Vec<(String, String, String, Option<i64>)>;

    /// Reads a file in shares of so many bytes.
    fn read_in(text: &[u8], share_bytes: u64) -> Result<Told, TouchError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        let columns = Columns {
            account: "who".into(),
            object: "what".into(),
            layer: Some("layer".into()),
            time: Some("when".into()),
        };
        let mut told = Vec::new();
        for range in divide(file.path(), &columns, b',', share_bytes)? {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            read(&range, 1, |touch| {
                told.push((
                    text(touch.account),
                    text(touch.object),
                    text(touch.layer),
                    touch.at,
                ));
            })?;
        }
        Ok(told)
    }

    fn row(
        who: &str,
        what: &str,
        layer: &str,
        when: Option<i64>,
    ) -> (String, String, String, Option<i64>) {
        (who.into(), what.into(), layer.into(), when)
    }

    #[test]
    fn cells_may_be_quoted_and_hold_line_breaks_delimiters_and_quotation_marks() {
        let text = b"\xEF\xBB\xBFx,who,layer,what,when\r\n\
            1,a,l,\"o,1\",5\r\n\
            \"2\n3\",\"b \"\"q\"\"\",l,\"line\nbreak\",\r\n\
            \r\n\
            4,c,,o,-7";
        let expected = [
            row("a", "o,1", "l", Some(5)),
            row("b \"q\"", "line\nbreak", "l", None),
            row("c", "o", "", Some(-7)),
        ];
        for share_bytes in 1..text.len() as u64 + 2 {
            assert_eq!(
                read_in(text, share_bytes).unwrap(),
                expected,
                "{share_bytes}"
            );
        }
    }

    #[test]
    fn a_file_of_a_header_alone_has_no_rows() {
        for text in ["who,what,when,layer", "who,what,when,layer\n"] {
            assert!(read_in(text.as_bytes(), 8).unwrap().is_empty());
        }
    }

    #[test]
    fn whatever_is_wrong_is_told_with_its_line() {
        let head = "who,what,when,layer\na,o,1,l\n";
        for (bad, says) in [
            ("b,o,1", "3 cells where the header has 4"),
            ("b,o,1,l,x", "5 cells where the header has 4"),
            ("b,o,soon,l", "'soon', which is no whole number"),
            ("b,o\"p,1,l", "inside a cell that is not quoted"),
            ("\"b\"c,o,1,l", "text follows the quotation mark"),
            ("\"b,o,1,l", "not closed"),
        ] {
            let error = read_in(format!("{head}{bad}\n").as_bytes(), 1 << 20).unwrap_err();
            let text = error.to_string();
            assert!(text.contains("row 3: ") && text.contains(says), "{text}");
        }
    }

    #[test]
    fn a_column_that_is_missing_or_there_twice_is_named() {
        for (header, says) in [
            (
                "who,what,when",
                "no column 'layer'; it has: who, what, when",
            ),
            ("who,who,what,when,layer", "several columns 'who'"),
        ] {
            let text = read_in(format!("{header}\n").as_bytes(), 8)
                .unwrap_err()
                .to_string();
            assert!(text.contains(says), "{text}");
        }
        assert!(matches!(read_in(b"", 8), Err(TouchError::NoHeader { .. })));
    }

    proptest! {
        #[test]
        fn rows_are_the_same_in_shares_of_any_size(
            rows in prop::collection::vec(("[a-c\",\n\r ]{0,4}", "[a-c\"]{0,3}", any::<i32>()), 0..20),
            share_bytes in 1_u64..60,
        ) {
            let quote = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
            let mut text = "who,what,when,layer\n".to_owned();
            for (who, what, when) in &rows {
                let _ = writeln!(text, "{},{},{when},l", quote(who), quote(what));
            }
            let expected: Told = rows
                .iter()
                .map(|(who, what, when)| row(who, what, "l", Some((*when).into())))
                .collect();
            prop_assert_eq!(read_in(text.as_bytes(), share_bytes).unwrap(), expected);
        }

        #[test]
        fn nothing_makes_it_panic(text in prop::collection::vec(any::<u8>(), 0..200), share_bytes in 1_u64..60) {
            let mut whole = b"who,what,when,layer\n".to_vec();
            whole.extend(text);
            let _ = read_in(&whole, share_bytes);
        }
    }
}
