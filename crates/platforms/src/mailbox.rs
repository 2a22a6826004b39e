//! The mails of a mailbox, one after the other, of each no more than is worth reading.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use avert_model::Explain;

/// How much of a mail is read, in bytes. Reports come first in a bounce and the mail that came back
/// last, so what is beyond it is that.
pub(crate) const LIMIT: usize = 1 << 20;

/// Gives every mail to `each`, those of a folder in the order of their names.
pub(crate) fn each(path: &Path, each: &mut dyn FnMut(&[u8])) -> Result<(), MailboxError> {
    if !path.is_dir() {
        return file(path, each);
    }
    // A mail moves from `new` to `cur` when it is seen; in this order none is missed on its way.
    let maildir = [path.join("new"), path.join("cur")];
    if maildir.iter().any(|folder| folder.is_dir()) {
        for folder in maildir.iter().filter(|folder| folder.is_dir()) {
            mails(folder, each)?;
        }
        Ok(())
    } else {
        mails(path, each)
    }
}

fn mails(folder: &Path, each: &mut dyn FnMut(&[u8])) -> Result<(), MailboxError> {
    for path in files(folder)? {
        match file(&path, each) {
            // Somebody reads the mailbox at the same time.
            Err(error) if error.source.kind() == ErrorKind::NotFound => {}
            result => result?,
        }
    }
    Ok(())
}

/// The files of a folder, by their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, MailboxError> {
    let failed = |source| MailboxError {
        what: "list",
        path: folder.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // No link is followed: whoever can write into the folder could point it anywhere.
        if entry.file_type().map_err(failed)?.is_file() {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn file(path: &Path, each: &mut dyn FnMut(&[u8])) -> Result<(), MailboxError> {
    let mut read = || {
        let mut reader = BufReader::new(File::open(path)?);
        if reader.fill_buf()?.starts_with(b"From ") {
            return mbox(&mut reader, each);
        }
        let mut mail = Vec::new();
        reader.take(LIMIT as u64).read_to_end(&mut mail)?;
        each(&mail);
        Ok(())
    };
    read().map_err(|source| MailboxError {
        what: "read",
        path: path.to_owned(),
        source,
    })
}

/// Mails that follow each other, each after a line that begins with `From ` behind an empty one.
fn mbox(reader: &mut impl BufRead, each: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    const PIECE: u64 = 1 << 16;
    let (mut mail, mut line) = (Vec::new(), Vec::new());
    let (mut begun, mut after_empty, mut at_start) = (false, true, true);
    loop {
        line.clear();
        // A line without an end is taken in pieces.
        if reader.by_ref().take(PIECE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if at_start && after_empty && line.starts_with(b"From ") {
            if begun {
                each(&mail);
            }
            begun = true;
            mail.clear();
        } else {
            let room = LIMIT - mail.len();
            mail.extend_from_slice(&line[..line.len().min(room)]);
        }
        after_empty = at_start && matches!(&line[..], b"\n" | b"\r\n");
        at_start = line.ends_with(b"\n");
    }
    if begun {
        each(&mail);
    }
    Ok(())
}

/// A mailbox that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} {}", path.display())]
pub struct MailboxError {
    /// What was being done.
    pub what: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: std::io::Error,
}

impl Explain for MailboxError {
    fn code(&self) -> &'static str {
        "notify/mailbox"
    }

    fn hint(&self) -> Option<String> {
        Some("name a Maildir, a folder of mails, an mbox file, or a mail that you may read".into())
    }
}
