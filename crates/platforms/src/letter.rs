//! A notice as an e-mail message.

use std::time::SystemTime;

use avert_model::Timestamp;
use avert_ops::ports::{OperationKey, OutgoingNotice, SendError};
use lettre::Address;
use lettre::address::AddressError;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, Message};

use crate::lanes;
use crate::settings::SettingsError;

/// RFC 3282.
#[derive(Clone)]
struct ContentLanguage(String);

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// RFC 3834: whoever is away need not say so.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Who writes, and where bounces go.
pub(crate) struct Sender {
    from: Mailbox,
    bounces: Option<Address>,
}

/// A message with its envelope.
pub(crate) struct Letter {
    /// Where bounces go: the return path.
    pub(crate) from: Address,
    /// Whom it is for, the domain in punycode.
    pub(crate) to: Address,
    /// The message itself, lines ended by CR LF.
    pub(crate) text: String,
}

/// The longest name before the `@` that every server takes (RFC 5321, 4.5.3.1.1).
const LOCAL_PART: usize = 64;
/// How much of it `+` and a key take.
const TAG: usize = 33;

impl Sender {
    /// Reads the addresses from the settings.
    pub(crate) fn new(from: &str, return_path: Option<&str>) -> Result<Self, SettingsError> {
        let wrong = |key, value: &str, why: &str| SettingsError::Value {
            key,
            value: value.to_owned(),
            why: why.into(),
        };
        let bounces = return_path.map(|address| {
            let parsed: Address = address
                .parse()
                .map_err(|_| wrong("return_path", address, "is no e-mail address"))?;
            let name = parsed.user();
            if !address.is_ascii() || name.starts_with('"') || name.len() + TAG > LOCAL_PART {
                let why =
                    "has no room for a key: at most 31 letters before the @, all of them ASCII";
                return Err(wrong("return_path", address, why));
            }
            Ok(parsed)
        });
        Ok(Self {
            from: from
                .parse()
                .map_err(|_| wrong("from", from, "is no e-mail address"))?,
            bounces: bounces.transpose()?,
        })
    }

    /// The message's id: for ever the same for the same key, so that an operator can look it up in the
    /// server's log.
    pub(crate) fn message_id(&self, key: &OperationKey) -> String {
        format!("<{key}@{}>", self.from.email.domain())
    }

    /// Where this notice's bounces go: an address of its own (VERP), since what comes back need not
    /// hold anything else of the notice.
    fn return_path(&self, key: &OperationKey) -> Result<Address, AddressError> {
        match &self.bounces {
            None => Ok(self.from.email.clone()),
            Some(bounces) => Address::new(format!("{}+{key}", bounces.user()), bounces.domain()),
        }
    }

    /// Writes the message.
    ///
    /// # Errors
    /// [`SendError::NoAddress`] when there is no address, or none that mail can go to.
    pub(crate) fn write(
        &self,
        notice: &OutgoingNotice,
        key: &OperationKey,
        now: Timestamp,
    ) -> Result<Letter, SendError> {
        let nowhere = |why: &str| SendError::NoAddress(why.to_owned());
        let address = notice
            .email
            .as_ref()
            .ok_or_else(|| nowhere("no mail address is known"))?;
        let to =
            recipient(address.expose()).ok_or_else(|| nowhere("the address is no mail address"))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(one_line(&notice.subject))
            .date(SystemTime::from(now))
            .message_id(Some(self.message_id(key)))
            .header(MIME_VERSION_1_0)
            .header(ContentLanguage(language(&notice.language)))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(plain(&notice.body))
            .map_err(|error| SendError::NoAddress(error.to_string()))?;
        Ok(Letter {
            from: self
                .return_path(key)
                .map_err(|error| SendError::NoAddress(error.to_string()))?,
            to,
            text: String::from_utf8(message.formatted())
                .map_err(|_| nowhere("the message is no text"))?,
        })
    }
}

/// The address as a mail server takes it.
fn recipient(address: &str) -> Option<Address> {
    let parsed: Address = address.parse().ok()?;
    if address.chars().any(char::is_control) {
        return None;
    }
    match lanes::normalised(parsed.domain()) {
        Some(domain) => Address::new(parsed.user(), domain).ok(),
        // An address literal, `[192.0.2.1]`.
        None => Some(parsed),
    }
}

/// The longest subject, in letters; a line of a mail has room for 998 (RFC 5322, 2.1.1).
const SUBJECT: usize = 250;

/// A header's text: no letter that could end it; nothing that readers would take for an encoded word
/// (`=?utf-8?q?=0A?=`) and decode; and single spaces, since of two between words that travel encoded one
/// would be lost.
fn one_line(text: &str) -> String {
    let parts = |letter: char| {
        letter == ' ' || letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
    };
    let text = text.replace("=?", "= ?");
    let words: Vec<&str> = text.split(parts).filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(SUBJECT).collect()
}

/// A body of lines and nothing that steers: a lone CR or a NUL means something else to every server
/// on the way.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace(
        |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t'),
        " ",
    )
}

/// A language's tag has letters, digits and hyphens (RFC 5646); anything else is undetermined.
fn language(tag: &str) -> String {
    let is_tag = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !tag.is_empty() && tag.len() <= 64 && tag.bytes().all(is_tag) {
        tag.to_owned()
    } else {
        "und".to_owned()
    }
}

#[cfg(test)]
mod tests;
