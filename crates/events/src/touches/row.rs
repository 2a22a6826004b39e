//! One row of delimited text: where its cells are.

/// A cell: where it is, and whether quotation marks in it are doubled.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    from: usize,
    to: usize,
    doubled: bool,
}

impl Cell {
    /// Its text; `scratch` holds it where it is not in the bytes as it is.
    pub(super) fn text<'a>(&self, bytes: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
        let raw = &bytes[self.from..self.to];
        if !self.doubled {
            return raw;
        }
        scratch.clear();
        let mut rest = raw;
        while let Some(mark) = memchr::memchr(b'"', rest) {
            scratch.extend_from_slice(&rest[..=mark]);
            rest = &rest[mark + 2..];
        }
        scratch.extend_from_slice(rest);
        scratch
    }
}

/// Gives every cell of the row that begins at `at`, and where the next row begins; nothing if the
/// bytes end before the row does.
pub(super) fn cells(
    bytes: &[u8],
    at: usize,
    delimiter: u8,
    mut each: impl FnMut(usize, Cell),
) -> Result<Option<usize>, &'static str> {
    let mut begin = at;
    for number in 0.. {
        let quoted = bytes.get(begin) == Some(&b'"');
        let (cell, mut end) = if quoted {
            match close(bytes, begin + 1) {
                Some((to, doubled)) => {
                    let cell = Cell {
                        from: begin + 1,
                        to,
                        doubled,
                    };
                    (cell, to + 1)
                }
                None => return Ok(None),
            }
        } else {
            let rest = &bytes[begin..];
            let Some(length) = memchr::memchr3(delimiter, b'\n', b'"', rest) else {
                return Ok(None);
            };
            let mut to = begin + length;
            let end = to;
            if bytes[end] == b'"' {
                return Err("a quotation mark stands inside a cell that is not quoted");
            }
            if bytes[end] == b'\n' && length > 0 && bytes[end - 1] == b'\r' {
                to -= 1;
            }
            let cell = Cell {
                from: begin,
                to,
                doubled: false,
            };
            (cell, end)
        };
        each(number, cell);
        if quoted && bytes.get(end) == Some(&b'\r') {
            end += 1;
        }
        match bytes.get(end) {
            Some(b'\n') => return Ok(Some(end + 1)),
            Some(byte) if *byte == delimiter => begin = end + 1,
            Some(_) => return Err("text follows the quotation mark that closes a cell"),
            None => return Ok(None),
        }
    }
    unreachable!("a row ends or the bytes do")
}

/// Where the cell's closing quotation mark is, and whether there are doubled ones before it.
fn close(bytes: &[u8], from: usize) -> Option<(usize, bool)> {
    let (mut at, mut doubled) = (from, false);
    loop {
        at += memchr::memchr(b'"', bytes.get(at..)?)?;
        // At the end of the bytes nobody knows yet whether it is doubled.
        if *bytes.get(at + 1)? != b'"' {
            return Some((at, doubled));
        }
        doubled = true;
        at += 2;
    }
}
