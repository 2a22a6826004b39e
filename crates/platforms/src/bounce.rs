//! What comes back of notices that were mailed: bounces and complaints.
//!
//! It owns what a returned mail means. It refuses to act on it, and to believe it: anybody can write to
//! the address that bounces go to, so a bounce is a reason to look, never permission to send again. What is
//! kept of a mail is a notice's key, a status and a time; no address and no words.

mod report;

use std::fmt;
use std::path::Path;

use avert_model::Timestamp;
use avert_ops::ports::OperationKey;

use crate::mailbox::{self, MailboxError};
use crate::mime::{self, Head, Part};
use report::Said;

/// Something that came back of one notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// Which notice it is about. It stands in the mail and may be made up: whether a notice of this key
    /// was ever sent is for the caller to check.
    pub key: OperationKey,
    /// What it says of it.
    pub verdict: Verdict,
    /// When it came in, by the topmost `Received`, or was written, by its `Date`; `None` where
    /// neither can be read.
    pub arrived_at: Option<Timestamp>,
}

/// What is said of a notice. The greater one holds where several are said of the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// A server says that it is in the person's mailbox.
    Delivered {
        /// Usually 2.1.5.
        status: Status,
    },
    /// It has not arrived yet; servers go on trying.
    Soft {
        /// Why not: 4.y.z, or what the server gave.
        status: Status,
    },
    /// It did not arrive and will not.
    Hard {
        /// Why not: 5.y.z, or 4.y.z where a server gave up after trying for long.
        status: Status,
    },
    /// It arrived, and the person told their provider that it is unwanted (RFC 5965).
    Complaint,
}

/// An enhanced mail system status code (RFC 3463): `5.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Status {
    /// 2 success, 4 for now, 5 for good.
    pub class: u8,
    /// What it is about: 1 the address, 2 the mailbox, 4 the network, 7 policy.
    pub subject: u16,
    /// What exactly.
    pub detail: u16,
}

impl Status {
    /// Reads `5.1.1`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |part: &str| {
            let digits = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<u16>().ok()).flatten()
        };
        let mut parts = text.split('.');
        let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
        let class = match class {
            "2" => 2,
            "4" => 4,
            "5" => 5,
            _ => return None,
        };
        parts.next().is_none().then_some(())?;
        Some(Self {
            class,
            subject: number(subject)?,
            detail: number(detail)?,
        })
    }

    /// The code that says no more than this class.
    pub(crate) fn of_class(class: u8) -> Self {
        Self {
            class,
            subject: 0,
            detail: 0,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// What a mail in the mailbox for bounces is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// It is about a notice.
    Bounce(Bounce),
    /// A bounce or a complaint, in which no key of a notice can be found.
    Unmatched,
    /// Somebody is away, or a program answers or confirms that it was read.
    Automatic,
    /// It looks like a bounce, but in no form that can be read: a person has to.
    Unreadable,
    /// Something else: a person's answer, advertising.
    Other,
}

/// How many mails of a mailbox were what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// About a notice, and given to the caller.
    pub bounces: u64,
    /// [`Heard::Unmatched`].
    pub unmatched: u64,
    /// [`Heard::Automatic`].
    pub automatic: u64,
    /// [`Heard::Unreadable`].
    pub unreadable: u64,
    /// [`Heard::Other`].
    pub other: u64,
}

/// Reads every mail of a mailbox: a Maildir, a folder of mails, an mbox file, or one mail in a file. Gives
/// each bounce to `each`, mails of a folder in the order of their names. Nothing is changed or moved.
///
/// Of each mail the first mebibyte is read, which is all that is held in memory.
///
/// # Errors
/// When a file cannot be read. What was given until then holds.
pub fn read(path: &Path, mut each: impl FnMut(Bounce)) -> Result<Count, MailboxError> {
    let mut count = Count::default();
    mailbox::each(path, &mut |mail| match parse(mail) {
        Heard::Bounce(bounce) => {
            count.bounces += 1;
            each(bounce);
        }
        Heard::Unmatched => count.unmatched += 1,
        Heard::Automatic => count.automatic += 1,
        Heard::Unreadable => count.unreadable += 1,
        Heard::Other => count.other += 1,
    })?;
    Ok(count)
}

/// Reads one mail. Never fails: what cannot be understood is [`Heard::Other`] or [`Heard::Unreadable`].
///
/// Only its own structure is looked at, never what the mail that came back contains: that was in the
/// hands of whoever sent it back.
///
/// # Source
/// RFC 3464 (delivery status), RFC 5965 (complaints), RFC 3834 (automatic answers).
pub fn parse(mail: &[u8]) -> Heard {
    let mail = &mail[..mail.len().min(mailbox::LIMIT)];
    let (head, parts) = mime::leaves(mail);
    let verdict = match parts.iter().find_map(report::said) {
        Some(Said::Of(verdict)) => verdict,
        None if is_automatic(&head, &parts) => return Heard::Automatic,
        None if is_from_a_mail_server(&head) => return Heard::Unreadable,
        Some(Said::Nothing) | None => return Heard::Other,
    };
    match key(&head, &parts) {
        None => Heard::Unmatched,
        Some(key) => Heard::Bounce(Bounce {
            key,
            verdict,
            arrived_at: arrived_at(&head),
        }),
    }
}

/// The key of the notice, from the most reliable place that has one.
fn key(head: &Head<'_>, parts: &[Part<'_>]) -> Option<OperationKey> {
    // The address the bounce came to is the one way that no server on the way can leave out.
    const TO: [&str; 5] = [
        "Delivered-To",
        "X-Original-To",
        "Envelope-To",
        "X-Envelope-To",
        "To",
    ];
    let reported: Vec<String> = parts.iter().flat_map(report::return_paths).collect();
    let returned: Vec<Head<'_>> = parts.iter().filter_map(Part::returned).collect();
    let came_to = TO.iter().flat_map(|name| head.all(name));
    let sent_from = returned.iter().flat_map(|head| head.all("Return-Path"));
    let path = came_to
        .chain(reported.iter().map(String::as_str))
        .chain(sent_from)
        .find_map(|text| tagged(text, b'+'));
    path.or_else(|| {
        let ids = returned.iter().flat_map(|head| head.all("Message-ID"));
        let answers = ["In-Reply-To", "References"];
        let answered = answers.iter().flat_map(|name| head.all(name));
        ids.chain(answered).find_map(|text| tagged(text, b'<'))
    })
}

/// The key between this byte and an `@`: `bounces+KEY@example.org`, `<KEY@example.org>`.
pub(crate) fn tagged(text: &str, before: u8) -> Option<OperationKey> {
    let bytes = text.as_bytes();
    let mut ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'@');
    ends.find_map(|(at, _)| {
        let start = at.checked_sub(32)?;
        let is_marked = start.checked_sub(1).map(|mark| bytes[mark]) == Some(before);
        // A server on the way may have changed the case of the letters.
        let key = text.get(start..at).filter(|_| is_marked)?;
        OperationKey::parse(&key.to_ascii_lowercase())
    })
}

fn arrived_at(head: &Head<'_>) -> Option<Timestamp> {
    // The topmost was added last, by the server of the mailbox itself.
    let received = head
        .first("Received")
        .and_then(|text| text.rsplit_once(';'));
    received
        .and_then(|(_, date)| mime::time(date))
        .or_else(|| head.first("Date").and_then(mime::time))
}

/// Answers of programs (RFC 3834), also of those that are older than it, and confirmations of reading.
fn is_automatic(head: &Head<'_>, parts: &[Part<'_>]) -> bool {
    let says = |name: &str, words: &[&str]| {
        head.first(name).is_some_and(|text| {
            let text = text.trim().to_ascii_lowercase();
            words.iter().any(|word| text.starts_with(word))
        })
    };
    says("Auto-Submitted", &["auto-"])
        || says("Precedence", &["auto_reply", "bulk", "junk", "list"])
        || ["X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"]
            .iter()
            .any(|name| head.first(name).is_some())
        || parts
            .iter()
            .any(|part| part.kind == "message/disposition-notification")
}

/// From nobody, as only mail servers write.
fn is_from_a_mail_server(head: &Head<'_>) -> bool {
    let null = head
        .first("Return-Path")
        .is_some_and(|path| path.trim() == "<>");
    null || head.first("From").is_some_and(|from| {
        let from = from.to_ascii_lowercase();
        from.contains("mailer-daemon@") || from.contains("postmaster@")
    })
}

#[cfg(test)]
mod tests;
