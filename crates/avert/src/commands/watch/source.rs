//! Where events come from, and how far each source was read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use avert_model::Explain;
use avert_ops::ports::Pause as _;

use crate::clock::SystemPause;

/// A longer line is refused without being held.
pub(super) const LINE_BYTES: usize = 1 << 20;

/// So many batches wait at most: then whoever sends is held back.
const WAITING: usize = 64;

/// So many bytes make a batch at most.
const BATCH_BYTES: usize = 1 << 18;

/// How often a folder is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Some lines as they came.
pub(super) struct Batch {
    pub(super) lines: Vec<Line>,
    /// The file that they are of and how far it has been read, if they are of a file.
    pub(super) file: Option<(String, u64)>,
    /// Whether it is one line that has no end, the last of a source that has ended.
    pub(super) unended: bool,
    /// When the first of them came.
    pub(super) came: Instant,
}

impl Batch {
    /// Lines that are no file's, and came just now.
    pub(super) fn of(lines: Vec<Line>) -> Self {
        Self {
            lines,
            file: None,
            unended: false,
            came: Instant::now(),
        }
    }
}

/// One line.
pub(super) enum Line {
    Whole(String),
    /// Longer than [`LINE_BYTES`], or no UTF-8: its beginning, and what is wrong.
    Bad(String, &'static str),
}

/// A source could not be read on.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceError {
    #[error("cannot read {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "{} has {now} bytes, and {taken} had been read of it: it was cut or replaced",
        path.display()
    )]
    Shrank { path: PathBuf, taken: u64, now: u64 },
}

impl Explain for SourceError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "watch/source",
            Self::Shrank { .. } => "watch/source-shrank",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File { .. } => None,
            Self::Shrank { .. } => Some(
                "files are appended to and never rewritten: give what is new a name of its own, \
                 and take the old file away"
                    .to_owned(),
            ),
        }
    }
}

/// What comes next.
pub(super) enum Next {
    Batch(Batch),
    /// Nothing within the time.
    Nothing,
    /// There will be nothing more.
    End,
}

/// Lines that another thread reads.
pub(super) struct Lines {
    from: Receiver<Result<Batch, SourceError>>,
}

impl Lines {
    /// The next batch, if one comes within this time.
    pub(super) fn next(&self, within: Duration) -> Result<Next, SourceError> {
        match self.from.recv_timeout(within) {
            Ok(batch) => Ok(Next::Batch(batch?)),
            Err(RecvTimeoutError::Timeout) => Ok(Next::Nothing),
            Err(RecvTimeoutError::Disconnected) => Ok(Next::End),
        }
    }

    /// The lines of the standard input.
    pub(super) fn of_standard_input() -> Self {
        let (to, from) = sync_channel(WAITING);
        std::thread::spawn(move || {
            let path = Path::new("standard input");
            let mut input = BufReader::with_capacity(BATCH_BYTES, std::io::stdin());
            let ended = split(&mut input, path, |lines, _| send(&to, lines, None));
            // If nobody listens any more, nobody minds either.
            match ended {
                Ok(Some(last)) => {
                    let _ = to.send(Ok(Batch {
                        unended: true,
                        ..Batch::of(vec![last])
                    }));
                }
                Ok(None) => {}
                Err(error) => _ = to.send(Err(error)),
            }
        });
        Self { from }
    }

    /// Whether there is such a folder, before anything is done.
    pub(super) fn look_for(folder: &Path) -> Result<(), SourceError> {
        let listed = std::fs::read_dir(folder).map(|_| ());
        listed.map_err(|source| SourceError::File {
            path: folder.to_owned(),
            source,
        })
    }

    /// The lines of the files of a folder, read from where they were left.
    pub(super) fn of_folder(folder: PathBuf, mut read: BTreeMap<String, u64>) -> Self {
        let (to, from) = sync_channel(WAITING);
        std::thread::spawn(move || {
            loop {
                match look(&folder, &mut read, &to) {
                    Ok(true) => {}
                    Ok(false) => SystemPause.pause(LOOK),
                    Err(Stopped::Unheard) => return,
                    Err(Stopped::Failed(error)) => {
                        let _ = to.send(Err(error));
                        return;
                    }
                }
            }
        });
        Self { from }
    }
}

/// Why reading stopped.
enum Stopped {
    /// Nobody listens.
    Unheard,
    Failed(SourceError),
}

fn send(
    to: &SyncSender<Result<Batch, SourceError>>,
    lines: Vec<Line>,
    file: Option<(String, u64)>,
) -> bool {
    let batch = Batch {
        file,
        ..Batch::of(lines)
    };
    to.send(Ok(batch)).is_ok()
}

/// Reads what is new in every file; whether anything was.
fn look(
    folder: &Path,
    read: &mut BTreeMap<String, u64>,
    to: &SyncSender<Result<Batch, SourceError>>,
) -> Result<bool, Stopped> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Stopped::Failed(SourceError::File { path, source })
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
        let name = entry.map_err(failed(folder))?.file_name();
        if let Some(name) = name.to_str().filter(|name| name.ends_with(".ndjson")) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    let mut found = false;
    for name in names {
        let path = folder.join(&name);
        match std::fs::metadata(&path) {
            Ok(found) if found.is_file() => {}
            // A folder, say, whatever it is called.
            Ok(_) => continue,
            // It may have been taken away since it was listed.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(&path)(error)),
        }
        let mut file = File::open(&path).map_err(failed(&path))?;
        let now = file.metadata().map_err(failed(&path))?.len();
        let taken = read.get(&name).copied().unwrap_or(0);
        if now < taken {
            return Err(Stopped::Failed(SourceError::Shrank { path, taken, now }));
        }
        if now == taken {
            continue;
        }
        file.seek(SeekFrom::Start(taken)).map_err(failed(&path))?;
        let mut reader = BufReader::with_capacity(BATCH_BYTES, file.take(now - taken));
        let mut heard = true;
        let mut at = taken;
        // A last line without an end is still being written.
        let whole = split(&mut reader, &path, |lines, bytes| {
            at += bytes;
            found = true;
            heard = send(to, lines, Some((name.clone(), at)));
            heard
        });
        whole.map_err(Stopped::Failed)?;
        if !heard {
            return Err(Stopped::Unheard);
        }
        read.insert(name, at);
    }
    Ok(found)
}

/// Cuts into lines what can be read, and gives them on as they come, with their bytes. `each` says
/// whether to go on. A last line that has no end is not among them but returned: whether it is whole is
/// for the source to say.
fn split(
    reader: &mut impl std::io::BufRead,
    path: &Path,
    mut each: impl FnMut(Vec<Line>, u64) -> bool,
) -> Result<Option<Line>, SourceError> {
    let mut held: Vec<u8> = Vec::new();
    // Bytes read of a line that has no end yet.
    let (mut too_long, mut pending) = (false, 0_u64);
    loop {
        let input = reader.fill_buf().map_err(|source| SourceError::File {
            path: path.to_owned(),
            source,
        })?;
        if input.is_empty() {
            return Ok(line(&held, too_long));
        }
        let mut lines = Vec::new();
        let (mut rest, length) = (input, input.len());
        let mut whole = 0_u64;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (last, after) = rest.split_at(end);
            rest = &after[1..];
            whole += pending + end as u64 + 1;
            pending = 0;
            too_long |= held.len() + last.len() > LINE_BYTES;
            held.extend_from_slice(&last[..last.len().min(LINE_BYTES - held.len())]);
            lines.extend(line(&held, too_long));
            held.clear();
            too_long = false;
        }
        too_long |= held.len() + rest.len() > LINE_BYTES;
        held.extend_from_slice(&rest[..rest.len().min(LINE_BYTES - held.len())]);
        pending += rest.len() as u64;
        reader.consume(length);
        if whole > 0 && !each(lines, whole) {
            return Ok(None);
        }
    }
}

/// A line of these bytes, if there is anything in it.
fn line(bytes: &[u8], too_long: bool) -> Option<Line> {
    if too_long {
        let why = "the line is longer than 1 MiB";
        return Some(Line::Bad(beginning(bytes), why));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return None;
    }
    Some(match std::str::from_utf8(bytes) {
        Ok(text) => Line::Whole(text.to_owned()),
        Err(_) => Line::Bad(beginning(bytes), "the line is not UTF-8"),
    })
}

fn beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines that come of a text which is read in pieces of so many bytes, and how far it was read.
    fn cut(text: &[u8], piece: usize) -> (Vec<String>, u64) {
        let (mut all, mut read) = (Vec::new(), 0);
        let mut reader = BufReader::with_capacity(piece, text);
        let told = |line| match line {
            Line::Whole(text) => text,
            Line::Bad(text, why) => format!("{why}: {}", text.len()),
        };
        let last = split(&mut reader, Path::new("text"), |lines, bytes| {
            all.extend(lines.into_iter().map(told));
            read += bytes;
            true
        });
        all.extend(last.unwrap().map(|line| format!("unended: {}", told(line))));
        (all, read)
    }

    #[test]
    fn lines_are_cut_alike_in_whatever_pieces_they_come() {
        let text = b"one\n\ntwo\r\n\xff\xfe\n   \nthree\nlast without an end";
        let expected = [
            "one",
            "two\r",
            "the line is not UTF-8: 6",
            "three",
            "unended: last without an end",
        ];
        for piece in [1, 2, 3, 7, 1000] {
            let (lines, read) = cut(text, piece);
            assert_eq!(lines, expected, "pieces of {piece}");
            assert_eq!(read, 23, "up to the end of the last whole line");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_not_held() {
        let mut text = vec![b'x'; LINE_BYTES + 1];
        text.extend_from_slice(b"\nnext\n");
        for piece in [4096, 1 << 22] {
            let (lines, read) = cut(&text, piece);
            assert_eq!(lines, ["the line is longer than 1 MiB: 1024", "next"]);
            assert_eq!(read, text.len() as u64);
        }
    }
}
