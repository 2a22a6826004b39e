//! A log in pieces, so that memory is bounded however large it is and however long its lines are.

use std::io::{self, Read};

use super::reading::is_json;

/// A piece has about so many bytes.
pub(super) const PIECE_BYTES: usize = 1 << 20;
/// A line that is longer than a piece is cut behind the last blank, quote or angle bracket among so many of the
/// piece's last bytes.
const CUT_AMONG_BYTES: usize = 1 << 16;

/// Pieces of a log, each of whole lines.
///
/// A line that is longer than a mebibyte is cut behind the last blank, tab, `"`, `<`, `>` or `|` among the last 64 KiB of each
/// mebibyte; the parts are read as if they were lines of their own, with the whole line's number. Where there is none of these it is
/// cut at the mebibyte, and what stands across such a cut is not found: these cuts are counted.
#[derive(Debug)]
pub struct Pieces<R> {
    from: R,
    /// What comes before what is read next.
    kept: Vec<u8>,
    /// Whether what is kept goes on a line that began in an earlier piece, and whether that is JSON.
    within: Option<bool>,
    is_over: bool,
}

/// A piece.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Piece {
    /// What stands in it.
    pub bytes: Vec<u8>,
    /// How many line feeds it has.
    pub ends: u64,
    /// Whether its first line is JSON.
    pub is_json: bool,
    /// Whether a line was cut at its end where something may stand across.
    pub is_blind_cut: bool,
}

impl<R: Read> Pieces<R> {
    /// Of what this gives.
    pub fn of(from: R) -> Self {
        Self {
            from,
            kept: Vec::new(),
            within: None,
            is_over: false,
        }
    }

    fn fill(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = std::mem::take(&mut self.kept);
        bytes.reserve(PIECE_BYTES.saturating_sub(bytes.len()));
        while bytes.len() < PIECE_BYTES && !self.is_over {
            let before = bytes.len();
            let room = (PIECE_BYTES - before) as u64;
            match self.from.by_ref().take(room).read_to_end(&mut bytes) {
                Ok(0) => self.is_over = true,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(bytes)
    }

    fn piece(&mut self) -> io::Result<Option<Piece>> {
        let mut bytes = self.fill()?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let first_json = self.within.unwrap_or_else(|| {
            let end = memchr::memchr(b'\n', &bytes).unwrap_or(bytes.len());
            is_json(&bytes[..end])
        });
        let mut is_blind_cut = false;
        if self.is_over {
            self.within = None;
        } else if let Some(feed) = memchr::memrchr(b'\n', &bytes) {
            self.kept = bytes.split_off(feed + 1);
            self.within = None;
        } else {
            let among = bytes.len().saturating_sub(CUT_AMONG_BYTES);
            let cut = bytes[among..]
                .iter()
                .rposition(|byte| matches!(byte, b' ' | b'\t' | b'"' | b'<' | b'>' | b'|'));
            is_blind_cut = cut.is_none();
            self.kept = bytes.split_off(cut.map_or(bytes.len(), |cut| among + cut + 1));
            self.within = Some(first_json);
        }
        Ok(Some(Piece {
            ends: memchr::memchr_iter(b'\n', &bytes).count() as u64,
            bytes,
            is_json: first_json,
            is_blind_cut,
        }))
    }
}

impl<R: Read> Iterator for Pieces<R> {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<io::Result<Piece>> {
        self.piece().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &[u8]) -> Vec<Piece> {
        Pieces::of(text).map(Result::unwrap).collect()
    }

    #[test]
    fn pieces_are_whole_lines_and_together_the_whole_log() {
        let text: Vec<u8> = (0..200_000)
            .flat_map(|number| format!("line {number}\n").into_bytes())
            .collect();
        let made = pieces(&text);
        assert!(made.len() > 2);
        assert!(
            made.iter()
                .all(|piece| piece.bytes.ends_with(b"\n") && !piece.is_blind_cut)
        );
        assert_eq!(made.iter().map(|piece| piece.ends).sum::<u64>(), 200_000);
        assert_eq!(
            made.into_iter()
                .flat_map(|piece| piece.bytes)
                .collect::<Vec<u8>>(),
            text
        );
        assert!(pieces(b"").is_empty());
    }

    #[test]
    fn a_long_line_is_cut_where_nothing_stands_across_and_otherwise_the_cut_is_told() {
        let mut text = b"{\"a\": \"".to_vec();
        text.resize(PIECE_BYTES - 100, b'x');
        text.push(b' ');
        text.resize(2 * PIECE_BYTES + 500, b'y');
        text.extend_from_slice(b"\nnext\n");
        let made = pieces(&text);
        assert_eq!(made[0].bytes.len(), PIECE_BYTES - 99);
        let told: Vec<(bool, bool, u64)> = made
            .iter()
            .map(|piece| (piece.is_json, piece.is_blind_cut, piece.ends))
            .collect();
        assert_eq!(told, [(true, false, 0), (true, true, 0), (true, false, 2)]);
        assert_eq!(
            made.into_iter()
                .flat_map(|piece| piece.bytes)
                .collect::<Vec<u8>>(),
            text
        );
    }
}
