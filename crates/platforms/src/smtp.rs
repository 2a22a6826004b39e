//! Mail by SMTP, command by command, so that every failure says whether the mail may have left.

use std::fs;
use std::net::ToSocketAddrs;
use std::path::Path;
use std::time::Duration;

use avert_model::Clock;
use avert_ops::ports::{
    Channel, Effect, LookUp, OperationKey, OutgoingNotice, PortError, PortErrorKind, Receipt,
    SendError,
};
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;

use crate::letter;
use crate::settings::{Secret, SettingsError, SmtpSettings, Tls};

/// A mail server. It keeps no keys: a mail that may have left is never sent again by itself.
pub struct Smtp {
    name: String,
    settings: SmtpSettings,
    from: Mailbox,
    password: Option<Secret>,
    encryption: Option<TlsParameters>,
    clock: Box<dyn Clock + Send + Sync>,
}

impl Smtp {
    /// Reads the settings and the password. Nothing is connected yet.
    pub fn open(
        name: &str,
        settings: &SmtpSettings,
        base: &Path,
        clock: Box<dyn Clock + Send + Sync>,
    ) -> Result<Self, SettingsError> {
        let password = match &settings.username {
            None => None,
            Some(_) => Some(Secret::read(
                "password",
                settings.password_file.as_deref(),
                settings.password_env.as_deref(),
                base,
            )?),
        };
        if password.is_some() && settings.tls == Tls::None && !is_local(&settings.host) {
            return Err(SettingsError::Value {
                key: "tls",
                value: "none".into(),
                why: "would send the password in the clear".into(),
            });
        }
        Ok(Self {
            name: name.to_owned(),
            from: letter::sender(&settings.from)?,
            encryption: encryption(settings, base)?,
            settings: settings.clone(),
            password,
            clock,
        })
    }

    fn request(&self) -> String {
        format!("mail by {}:{}", self.settings.host, self.settings.port)
    }

    /// Everything before the mail is handed over: whatever fails here, nothing has left.
    fn connect(&self) -> Result<SmtpConnection, SendError> {
        let not_sent = |error: &Error| SendError::NotSent(self.error(error, Effect::None));
        let address = (self.settings.host.as_str(), self.settings.port);
        let addresses: Vec<_> = address
            .to_socket_addrs()
            .map_err(|error| {
                SendError::NotSent(PortError {
                    request: self.request(),
                    kind: PortErrorKind::Unreachable(error.to_string()),
                    effect: Effect::None,
                })
            })?
            .collect();
        let timeout = Some(Duration::from_secs(self.settings.timeout_seconds));
        let hello = ClientId::default();
        let wrapped = self
            .encryption
            .as_ref()
            .filter(|_| self.settings.tls == Tls::Tls);
        let mut connection =
            SmtpConnection::connect(addresses.as_slice(), timeout, &hello, wrapped, None)
                .map_err(|error| not_sent(&error))?;
        if let (Tls::StartTls, Some(parameters)) = (self.settings.tls, &self.encryption) {
            // Never in the clear: a server that offers no encryption is an error.
            if !connection.can_starttls() {
                connection.abort();
                return Err(SendError::NotSent(PortError {
                    request: self.request(),
                    kind: PortErrorKind::Protocol("the server offers no STARTTLS".into()),
                    effect: Effect::None,
                }));
            }
            connection
                .starttls(parameters, &hello)
                .map_err(|error| not_sent(&error))?;
        }
        if let (Some(username), Some(password)) = (&self.settings.username, &self.password) {
            let credentials = Credentials::new(username.clone(), password.expose().to_owned());
            connection
                .auth(DEFAULT_MECHANISMS, &credentials)
                .map_err(|error| {
                    SendError::NotSent(PortError {
                        request: self.request(),
                        kind: PortErrorKind::Unauthorized(error.to_string()),
                        effect: Effect::None,
                    })
                })?;
        }
        Ok(connection)
    }

    fn error(&self, error: &Error, effect: Effect) -> PortError {
        let detail = describe(error);
        let kind = match error.status() {
            Some(code) => PortErrorKind::Server {
                status: code.into(),
                detail,
            },
            None if error.is_client() || error.is_response() => PortErrorKind::Protocol(detail),
            None => PortErrorKind::Unreachable(detail),
        };
        PortError {
            request: self.request(),
            kind,
            effect,
        }
    }
}

/// The error with its cause.
fn describe(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "::1")
}

fn encryption(
    settings: &SmtpSettings,
    base: &Path,
) -> Result<Option<TlsParameters>, SettingsError> {
    if settings.tls == Tls::None {
        return Ok(None);
    }
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(file) = &settings.ca_file {
        let path = base.join(file);
        let pem = fs::read(&path).map_err(|source| SettingsError::File {
            what: "read",
            path: path.clone(),
            source,
        })?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| SettingsError::Value {
            key: "ca_file",
            value: path.display().to_string(),
            why: format!("is no PEM certificate: {error}"),
        })?;
        builder = builder.add_root_certificate(certificate);
    }
    let parameters = builder.build().map_err(|error| SettingsError::Value {
        key: "tls",
        value: settings.host.clone(),
        why: format!("cannot be set up: {error}"),
    })?;
    Ok(Some(parameters))
}

impl Channel for Smtp {
    fn name(&self) -> &str {
        &self.name
    }

    /// A mail server keeps no record that this side could ask for.
    fn look_up(&self, _: &OutgoingNotice, _: &OperationKey) -> Result<LookUp, PortError> {
        Ok(LookUp::CannotTell)
    }

    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        let address = notice.email.as_ref().map_or("", |email| email.expose());
        self.hand_over(notice, key)
            .map_err(|error| without(error, address))
    }
}

/// The code by which a server says for good that it has no such recipient, if that is what it says.
///
/// Anything else it may refuse a recipient for (relaying, policy, a sender it does not like) is
/// about this side, and would be said of the next recipient too. Sources: RFC 5321, 4.2.3, and RFC
/// 3463, 3.2 and 3.3.
fn refusal(error: &Error) -> Option<String> {
    let code = u16::from(error.status().filter(|_| error.is_permanent())?);
    let said = std::error::Error::source(error).map(ToString::to_string);
    let said = said.unwrap_or_default();
    let enhanced = said.split_whitespace().next().filter(|word| {
        let parts: Vec<&str> = word.split('.').collect();
        parts.len() == 3 && parts.iter().all(|part| part.parse::<u16>().is_ok())
    });
    match enhanced {
        // No such mailbox, system or syntax, moved, or no mail taken; or the mailbox closed or full.
        // 5.1.0, 5.1.7 and 5.1.8 are, or may be, about the sender.
        Some(status @ ("5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10")) => {
            Some(format!("{code} {status}"))
        }
        Some(status) if status.starts_with("5.2.") => Some(format!("{code} {status}")),
        Some(_) => None,
        None => matches!(code, 550 | 551 | 553).then(|| code.to_string()),
    }
}

/// Servers like to repeat the address they refuse, or the part of it that is a name. What they say
/// goes no further if it holds either.
fn without(error: SendError, address: &str) -> SendError {
    let address = address.to_ascii_lowercase();
    let local = address.split('@').next().unwrap_or_default();
    let clean = |text: String| {
        let lower = text.to_ascii_lowercase();
        let names = !local.is_empty()
            && lower
                .split(|letter: char| !letter.is_alphanumeric() && !"._+-".contains(letter))
                .any(|word| word == local);
        if lower.contains('@') || names {
            "the server's words named the recipient".to_owned()
        } else {
            text
        }
    };
    let port = |mut error: PortError| {
        error.kind = match error.kind {
            PortErrorKind::Unauthorized(detail) => PortErrorKind::Unauthorized(clean(detail)),
            PortErrorKind::NotFound(detail) => PortErrorKind::NotFound(clean(detail)),
            PortErrorKind::Server { status, detail } => PortErrorKind::Server {
                status,
                detail: clean(detail),
            },
            PortErrorKind::Unreachable(detail) => PortErrorKind::Unreachable(clean(detail)),
            PortErrorKind::Local(detail) => PortErrorKind::Local(clean(detail)),
            PortErrorKind::Protocol(detail) => PortErrorKind::Protocol(clean(detail)),
            limited @ PortErrorKind::RateLimited { .. } => limited,
        };
        error
    };
    match error {
        SendError::NotSent(error) => SendError::NotSent(port(error)),
        SendError::InDoubt(error) => SendError::InDoubt(port(error)),
        SendError::Undeliverable(why) => SendError::Undeliverable(clean(why)),
        SendError::NoAddress(why) => SendError::NoAddress(clean(why)),
    }
}

impl Smtp {
    fn hand_over(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        let message = letter::write(&self.from, notice, key, self.clock.now())?;
        let mut connection = self.connect()?;
        let envelope = message.envelope();
        let before = |error: &Error| SendError::NotSent(self.error(error, Effect::None));
        connection
            .command(Mail::new(envelope.from().cloned(), Vec::new()))
            .map_err(|error| before(&error))?;
        for recipient in envelope.to() {
            connection
                .command(Rcpt::new(recipient.clone(), Vec::new()))
                .map_err(|error| match refusal(&error) {
                    Some(code) => SendError::Undeliverable(format!("refused with {code}")),
                    None => before(&error),
                })?;
        }
        connection.command(Data).map_err(|error| before(&error))?;
        // From the first byte of the message to the server's answer, nobody knows.
        connection.message(&message.formatted()).map_err(|error| {
            // A no to the message is a no to its words or its sender, which everybody's have in common.
            if error.is_permanent() || error.is_transient() {
                before(&error)
            } else {
                SendError::InDoubt(self.error(&error, Effect::Unknown))
            }
        })?;
        // It has been accepted; how the conversation ends changes nothing.
        let _ = connection.quit();
        // What the server said may name the recipient; by the message's id its log is searched.
        Ok(Receipt {
            reference: letter::message_id(&self.from, key),
        })
    }
}

#[cfg(test)]
mod tests;
