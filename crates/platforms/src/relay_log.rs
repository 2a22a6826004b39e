//! What became of a notice that may have left, from the relay's own records: Postfix's log, or the folder
//! into which a server puts what it takes.
//!
//! It owns what a record proves. A record of the notice proves that it left; that there is none proves that
//! it did not only where the log is complete around the moment it was tried. Nothing but keys, times and
//! status codes is kept: the addresses in a log stay there.

mod line;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use avert_model::{Explain, Timestamp};
use avert_ops::ports::OperationKey;
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::bounce::{Status, tagged};
use crate::mailbox::{self, MailboxError};
use crate::mime::{Head, split};
use line::Line;

/// How long before and after an attempt the log has to have lines, for a notice that is not in it not to
/// have left. Longer than clocks of two machines are apart, and than a server may take to answer.
pub const MARGIN: SignedDuration = SignedDuration::from_mins(10);

/// How long the log may be silent, for what happens meanwhile to be in it: a logger that is down is as silent
/// as a relay with nothing to do.
pub const SILENCE: SignedDuration = SignedDuration::from_hours(1);

/// How much of one line is read, in bytes. Postfix itself writes no more than a few kilobytes.
const LINE: u64 = 1 << 16;
/// How many mails may have the Message-ID of one notice; a filter that takes it in again makes a second.
const MAILS_PER_KEY: usize = 16;

/// The status of a mail that was tried for too long (RFC 3463, 3.5), which Postfix does not write.
const EXPIRED: Status = Status {
    class: 4,
    subject: 4,
    detail: 7,
};

/// What the log says of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Nothing.
    NotSeen,
    /// The relay refused it after it had read it, and said so.
    Refused,
    /// The next server took it.
    Sent {
        /// Its status code.
        status: Status,
    },
    /// The relay began to read it. Whether it took it is not told.
    Seen,
    /// The relay took it, and has not said more.
    Accepted,
    /// The next server would not take it yet; the relay goes on trying.
    Deferred {
        /// Why not.
        status: Status,
    },
    /// It was refused for good, or given up.
    Bounced {
        /// Why.
        status: Status,
    },
}

/// Whether a notice left, as far as the log can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// The relay took it: trying again could reach the person twice.
    Yes,
    /// It certainly did not: it may be tried again.
    No,
    /// The log is not complete enough to say.
    CannotTell,
}

/// What a relay's log says of some notices.
///
/// Memory grows with the notices asked for, not with the log.
#[derive(Debug)]
pub struct RelayLog {
    notices: BTreeMap<OperationKey, Vec<Fate>>,
    /// Which mail of which notice stands behind an id of the queue. Postfix uses them again, so only
    /// until the mail is removed.
    queue: BTreeMap<String, (OperationKey, usize)>,
    /// The stretches of time without silence, of each file.
    spans: Vec<(Timestamp, Timestamp)>,
    has_message_ids: bool,
    losses: u64,
    lines: u64,
    now: Timestamp,
    zone: TimeZone,
}

impl RelayLog {
    /// Nothing read yet.
    ///
    /// `now` and `zone` are for logs in the old form, `Dec 18 12:00:00`, which name neither the year nor
    /// the offset: it is taken for the last such day before `now`, in this zone, the relay's own.
    pub fn about(
        keys: impl IntoIterator<Item = OperationKey>,
        now: Timestamp,
        zone: TimeZone,
    ) -> Self {
        Self {
            notices: keys.into_iter().map(|key| (key, Vec::new())).collect(),
            queue: BTreeMap::new(),
            spans: Vec::new(),
            has_message_ids: false,
            losses: 0,
            lines: 0,
            now,
            zone,
        }
    }

    /// Reads one file of the log, not compressed. Of several that were rotated, the oldest first: a mail
    /// may have been taken in one and delivered in the next.
    ///
    /// # Errors
    /// When it cannot be read. What was read until then holds, but for what the file spans.
    pub fn read(&mut self, path: &Path) -> Result<(), RelayLogError> {
        let failed = |source| RelayLogError {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        self.read_from(BufReader::new(file)).map_err(failed)
    }

    /// Reads a log from wherever it comes, as [`RelayLog::read`] does.
    ///
    /// # Errors
    /// Whatever the reader says.
    pub fn read_from(&mut self, mut reader: impl BufRead) -> std::io::Result<()> {
        let mut span: Option<(Timestamp, Timestamp)> = None;
        let (mut bytes, mut is_start) = (Vec::new(), true);
        loop {
            bytes.clear();
            let size = reader.by_ref().take(LINE).read_until(b'\n', &mut bytes)?;
            if size == 0 {
                break;
            }
            let is_whole = bytes.ends_with(b"\n");
            // The last line may be half written, and what follows a cut one is none.
            if std::mem::replace(&mut is_start, is_whole)
                && is_whole
                && let Some(at) = self.take(&String::from_utf8_lossy(&bytes))
            {
                span = match span {
                    Some((first, last)) if at.duration_since(last) <= SILENCE => {
                        Some((first.min(at), last.max(at)))
                    }
                    before => {
                        self.spans.extend(before);
                        Some((at, at))
                    }
                };
            }
        }
        self.spans.extend(span);
        self.spans.sort_unstable();
        Ok(())
    }

    /// What the log says of this notice. Of several mails with its Message-ID the greater fate holds: one
    /// that is under way outweighs one that was passed on, since the second is what a filter made of
    /// the first.
    pub fn fate(&self, key: &OperationKey) -> Fate {
        let fates = self.notices.get(key);
        fates
            .and_then(|fates| fates.iter().max().copied())
            .unwrap_or(Fate::NotSeen)
    }

    /// Whether a notice left that was tried at this moment, by the clock of whoever tried it.
    pub fn left(&self, key: &OperationKey, tried_at: Timestamp) -> Left {
        match self.fate(key) {
            Fate::NotSeen | Fate::Refused if self.covers(tried_at) => Left::No,
            Fate::NotSeen | Fate::Refused | Fate::Seen => Left::CannotTell,
            Fate::Sent { .. } | Fate::Accepted | Fate::Deferred { .. } | Fate::Bounced { .. } => {
                Left::Yes
            }
        }
    }

    /// Whether a mail tried at this moment would be in the log: it has lines of Postfix from [`MARGIN`]
    /// before it to [`MARGIN`] after it and is never silent for longer than [`SILENCE`] in between, files
    /// that follow each other by no more than [`MARGIN`] counting as one; it names Message-IDs at all; and no logger says in it that it left lines out.
    pub fn covers(&self, moment: Timestamp) -> bool {
        let (Ok(from), Ok(to)) = (moment.checked_sub(MARGIN), moment.checked_add(MARGIN)) else {
            return false;
        };
        let covers = |(first, last): &(Timestamp, Timestamp)| *first <= from && to <= *last;
        self.has_message_ids && self.losses == 0 && self.spans().iter().any(covers)
    }

    /// The stretches of time that the log covers, each from a line of Postfix to another, in order.
    pub fn spans(&self) -> Vec<(Timestamp, Timestamp)> {
        let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (first, last) in &self.spans {
            match joined.last_mut() {
                Some((_, end)) if first.duration_since(*end) <= MARGIN => *end = *last.max(end),
                _ => joined.push((*first, *last)),
            }
        }
        joined
    }

    /// How many lines of Postfix were read.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// How many times a logger says that it left lines out; then nothing is certain of a notice that
    /// is not in the log.
    pub fn losses(&self) -> u64 {
        self.losses
    }

    /// Takes one line; gives its time if it is Postfix's.
    fn take(&mut self, text: &str) -> Option<Timestamp> {
        let Some(line) = Line::parse(text) else {
            self.losses += u64::from(line::is_loss(text));
            return None;
        };
        let at = line.time(self.now, &self.zone)?;
        self.lines += 1;
        if let Some((id, what)) = line.of_queue() {
            self.event(line.daemon, id, what);
        }
        Some(at)
    }

    fn event(&mut self, daemon: &str, id: &str, what: &str) {
        if what.starts_with("to=<") {
            self.delivery(id, what);
        } else if daemon == "cleanup" {
            self.cleanup(id, what);
        } else if daemon == "qmgr" {
            self.queue(id, what);
        }
    }

    /// `cleanup` reads a mail before it is put into the queue.
    fn cleanup(&mut self, id: &str, what: &str) {
        if let Some(message_id) = what.strip_prefix("message-id=") {
            self.has_message_ids = true;
            self.found(id, tagged(message_id, b'<'));
        } else if line::is_refusal(what) {
            self.update(id, |fate| match fate {
                Fate::Seen => Fate::Refused,
                _ => fate,
            });
        }
    }

    /// `qmgr` looks after the mails in the queue.
    fn queue(&mut self, id: &str, what: &str) {
        if what == "removed" {
            self.queue.remove(id);
        } else if what.starts_with("from=<") {
            if !self.queue.contains_key(id) {
                self.found(id, tagged(what, b'+'));
            }
            // `status=expired, returned to sender`: tried for too long.
            let is_expired = line::delivery(what).is_some_and(|(word, _)| word == "expired");
            self.update(id, |fate| match fate {
                _ if is_expired => Fate::Bounced { status: EXPIRED },
                Fate::Seen | Fate::Refused => Fate::Accepted,
                _ => fate,
            });
        }
    }

    /// What somebody was told who took a mail out of the queue to deliver it.
    fn delivery(&mut self, id: &str, what: &str) {
        let Some((word, status)) = line::delivery(what) else {
            return;
        };
        let of_class = |class| status.unwrap_or(Status::of_class(class));
        self.update(id, |fate| match (word, fate) {
            (_, Fate::Bounced { .. }) => fate,
            ("bounced" | "expired", _) => Fate::Bounced {
                status: of_class(5),
            },
            (_, Fate::Sent { .. }) => fate,
            ("sent", _) => Fate::Sent {
                status: of_class(2),
            },
            ("deferred", _) => Fate::Deferred {
                status: of_class(4),
            },
            _ => fate,
        });
    }

    /// From here on this id of the queue stands for a mail of this notice, or for somebody else's.
    fn found(&mut self, id: &str, key: Option<OperationKey>) {
        self.queue.remove(id);
        let Some(key) = key else { return };
        let Some(fates) = self.notices.get_mut(&key) else {
            return;
        };
        if fates.len() < MAILS_PER_KEY {
            fates.push(Fate::Seen);
            self.queue.insert(id.to_owned(), (key, fates.len() - 1));
        }
    }

    fn update(&mut self, id: &str, change: impl FnOnce(Fate) -> Fate) {
        if let Some((key, number)) = self.queue.get(id)
            && let Some(fate) = self
                .notices
                .get_mut(key)
                .and_then(|fates| fates.get_mut(*number))
        {
            *fate = change(*fate);
        }
    }
}

/// Which of these notices lie in a folder into which a server puts the mails it takes: a Maildir, or one
/// file for each mail; or in an mbox file. They are known by their Message-ID.
///
/// One that is not there may have been taken out, so that proves nothing.
///
/// # Errors
/// When a file cannot be read.
pub fn found_in(
    folder: &Path,
    keys: &BTreeSet<OperationKey>,
) -> Result<BTreeSet<OperationKey>, MailboxError> {
    let mut found = BTreeSet::new();
    mailbox::each(folder, &mut |mail| {
        let head = Head::parse(split(mail).0);
        let key = head.first("Message-ID").and_then(|id| tagged(id, b'<'));
        found.extend(key.filter(|key| keys.contains(key)));
    })?;
    Ok(found)
}

/// A log that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the relay's log {}", path.display())]
pub struct RelayLogError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: std::io::Error,
}

impl Explain for RelayLogError {
    fn code(&self) -> &'static str {
        "notify/relay-log"
    }

    fn hint(&self) -> Option<String> {
        Some("name a file that you may read; unpack rotated ones first".into())
    }
}

#[cfg(test)]
mod tests;
