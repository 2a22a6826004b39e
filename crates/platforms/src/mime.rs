//! The parts of a mail, found without trusting it: no part is opened deeper than a bounce needs.

use std::borrow::Cow;

use avert_model::Timestamp;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{DateTime, HeaderName, HeaderValue, Message, MessageParser, MimeHeaders as _};

/// How deep multiparts may lie in each other. A report is one; a mailing list puts another round it.
const DEPTH: usize = 3;
/// How many parts are looked at. A report has three.
const PARTS: usize = 32;

/// The headers of a mail, or fields in the form of headers.
pub(crate) struct Head<'a>(Option<Message<'a>>);

impl<'a> Head<'a> {
    pub(crate) fn parse(text: &'a [u8]) -> Self {
        let parser = MessageParser::new()
            .header_content_type(HeaderName::ContentType)
            .header_text(HeaderName::ContentTransferEncoding)
            .default_header_raw();
        Self(parser.parse_headers(text))
    }

    /// What stands in every header of this name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let headers = self.0.iter().flat_map(Message::headers);
        headers
            .filter(move |header| header.name().eq_ignore_ascii_case(name))
            .filter_map(|header| match header.value() {
                HeaderValue::Text(text) => Some(text.as_ref()),
                _ => None,
            })
    }

    /// What stands in the first header of this name.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// `multipart/report`, in lower case; `text/plain` where nothing is said (RFC 2045, 5.2).
    fn kind(&self) -> String {
        let of = self.0.as_ref().and_then(|message| message.content_type());
        of.map_or_else(
            || "text/plain".to_owned(),
            |of| {
                format!("{}/{}", of.ctype(), of.subtype().unwrap_or_default()).to_ascii_lowercase()
            },
        )
    }

    fn boundary(&self) -> Option<&str> {
        let of = self.0.as_ref()?.content_type()?;
        of.attribute("boundary")
            .filter(|boundary| (1..=200).contains(&boundary.len()))
    }
}

/// A part that has no parts, or is not opened.
pub(crate) struct Part<'a> {
    /// `message/delivery-status`, in lower case.
    pub(crate) kind: String,
    head: Head<'a>,
    body: &'a [u8],
}

impl<'a> Part<'a> {
    /// What the part holds, as it was before it was encoded for the way.
    pub(crate) fn decoded(&self) -> Cow<'a, [u8]> {
        let encoding = self.head.first("Content-Transfer-Encoding");
        let decoded = match encoding
            .map(|name| name.trim().to_ascii_lowercase())
            .as_deref()
        {
            Some("base64") => base64_decode(self.body),
            Some("quoted-printable") => quoted_printable_decode(self.body),
            _ => None,
        };
        decoded.map_or(Cow::Borrowed(self.body), Cow::Owned)
    }

    /// The headers of the mail that came back, if this is it.
    pub(crate) fn returned(&self) -> Option<Head<'a>> {
        let is_mail = matches!(
            self.kind.as_str(),
            "message/rfc822" | "text/rfc822-headers" | "message/global" | "message/global-headers"
        );
        is_mail.then(|| Head::parse(split(self.body).0))
    }
}

/// The mail's own headers, and its parts.
pub(crate) fn leaves(mail: &[u8]) -> (Head<'_>, Vec<Part<'_>>) {
    let mut parts = Vec::new();
    open(mail, DEPTH, &mut parts);
    (Head::parse(split(mail).0), parts)
}

fn open<'a>(entity: &'a [u8], depth: usize, parts: &mut Vec<Part<'a>>) {
    let (head, body) = split(entity);
    let head = Head::parse(head);
    let kind = head.kind();
    match head.boundary() {
        Some(boundary) if kind.starts_with("multipart/") && depth > 0 => {
            for part in between(body, boundary.as_bytes()) {
                if parts.len() >= PARTS {
                    return;
                }
                open(part, depth - 1, parts);
            }
        }
        _ => parts.push(Part { kind, head, body }),
    }
}

/// What comes before the first empty line, and after it.
pub(crate) fn split(entity: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in entity.split_inclusive(|byte| *byte == b'\n') {
        let next = at + line.len();
        if matches!(line, b"\n" | b"\r\n") {
            return (&entity[..at], &entity[next..]);
        }
        at = next;
    }
    (entity, &[])
}

/// What stands between the lines that hold the boundary; what comes before the first is for no one.
/// A last part that was cut off counts.
fn between<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut found = Vec::new();
    let (mut begin, mut at) = (None, 0);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let next = at + line.len();
        if let Some(rest) = line
            .strip_prefix(b"--")
            .and_then(|line| line.strip_prefix(boundary))
        {
            let rest = rest.trim_ascii_end();
            if rest.is_empty() || rest == b"--" {
                found.extend(begin.map(|begin| &body[begin..at]));
                begin = rest.is_empty().then_some(next);
                if begin.is_none() || found.len() >= PARTS {
                    return found;
                }
            }
        }
        at = next;
    }
    found.extend(begin.map(|begin| &body[begin..]));
    found
}

/// A time as mails have it (RFC 5322, 3.3).
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    let time = DateTime::parse_rfc822(text.trim()).filter(DateTime::is_valid)?;
    Timestamp::from_second(time.to_timestamp()).ok()
}
