//! A notice as an e-mail message.

use std::time::SystemTime;

use avert_model::Timestamp;
use avert_ops::ports::{OperationKey, OutgoingNotice, SendError};
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, Message};

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

/// Reads the sender's address from the settings.
pub(crate) fn sender(from: &str) -> Result<Mailbox, SettingsError> {
    from.parse().map_err(|_| SettingsError::Value {
        key: "from",
        value: from.to_owned(),
        why: "is no e-mail address".into(),
    })
}

/// The message's id: for ever the same for the same key, so that an operator can look it up in the
/// server's log.
pub(crate) fn message_id(from: &Mailbox, key: &OperationKey) -> String {
    format!("<{key}@{}>", from.email.domain())
}

/// Writes the message.
///
/// # Errors
/// [`SendError::NoAddress`] when there is no address, or none that mail can go to.
pub(crate) fn write(
    from: &Mailbox,
    notice: &OutgoingNotice,
    key: &OperationKey,
    now: Timestamp,
) -> Result<Message, SendError> {
    let nowhere = |why: &str| SendError::NoAddress(why.to_owned());
    let address = notice
        .email
        .as_ref()
        .ok_or_else(|| nowhere("no mail address is known"))?;
    let to = address
        .expose()
        .parse()
        .map_err(|_| nowhere("the address is no mail address"))?;
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(&notice.subject)
        .date(SystemTime::from(now))
        .message_id(Some(message_id(from, key)))
        .header(MIME_VERSION_1_0)
        .header(ContentLanguage(notice.language.clone()))
        .header(AutoSubmitted)
        .header(ContentType::TEXT_PLAIN)
        .body(notice.body.clone())
        .map_err(|error| SendError::NoAddress(error.to_string()))
}
