//! One connection to the server, over which one mail after the other is handed over.

use std::fmt;
use std::fs;
use std::net::ToSocketAddrs;
use std::path::Path;
use std::time::Duration;

use avert_ops::ports::{Effect, PortError, PortErrorKind, SendError};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};

use super::failure::{describe, port_error, refusal};
use crate::letter::Letter;
use crate::settings::{Secret, SettingsError, SmtpSettings, Tls};

/// How long the server may take to answer a goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// Where a connection goes, and how.
pub(super) struct Server {
    settings: SmtpSettings,
    password: Option<Secret>,
    encryption: Option<TlsParameters>,
    hello: ClientId,
    request: String,
}

impl Server {
    /// Reads the password and the certificate. Nothing is connected yet.
    pub(super) fn new(settings: &SmtpSettings, base: &Path) -> Result<Self, SettingsError> {
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
            password,
            encryption: encryption(settings, base)?,
            hello: ClientId::default(),
            request: format!("mail by {}:{}", settings.host, settings.port),
            settings: settings.clone(),
        })
    }

    /// Everything before a mail is handed over: whatever fails here, nothing has left.
    pub(super) fn connect(&self) -> Result<Session, SendError> {
        let not_sent = |error: &Error| SendError::NotSent(self.error(error, Effect::None));
        let address = (self.settings.host.as_str(), self.settings.port);
        let addresses: Vec<_> = address
            .to_socket_addrs()
            .map_err(|error| self.refuse(PortErrorKind::Unreachable(error.to_string())))?
            .collect();
        let timeout = Some(Duration::from_secs(self.settings.timeout_seconds));
        let wrapped = self
            .encryption
            .as_ref()
            .filter(|_| self.settings.tls == Tls::Tls);
        let mut connection =
            SmtpConnection::connect(addresses.as_slice(), timeout, &self.hello, wrapped, None)
                .map_err(|error| not_sent(&error))?;
        if let (Tls::StartTls, Some(parameters)) = (self.settings.tls, &self.encryption) {
            // Never in the clear: a server that offers no encryption is an error.
            if !connection.can_starttls() {
                connection.abort();
                let detail = "the server offers no STARTTLS".into();
                return Err(self.refuse(PortErrorKind::Protocol(detail)));
            }
            connection
                .starttls(parameters, &self.hello)
                .map_err(|error| not_sent(&error))?;
        }
        // lettre forgets the extensions that it has no use for; so they are asked for once more, before
        // the sign-in, which a server might take for ended by it.
        let pipelining = match connection.command(Ehlo::new(self.hello.clone())) {
            Ok(offers) => offers
                .message()
                .any(|line| line.trim().eq_ignore_ascii_case("PIPELINING")),
            Err(error) if error.is_permanent() => false,
            Err(error) => return Err(not_sent(&error)),
        };
        if let (Some(username), Some(password)) = (&self.settings.username, &self.password) {
            let credentials = Credentials::new(username.clone(), password.expose().to_owned());
            connection
                .auth(DEFAULT_MECHANISMS, &credentials)
                .map_err(|error| self.refuse(PortErrorKind::Unauthorized(describe(&error))))?;
        }
        Ok(Session {
            connection,
            pipelining,
            mails: 0,
        })
    }

    fn refuse(&self, kind: PortErrorKind) -> SendError {
        SendError::NotSent(PortError {
            request: self.request.clone(),
            kind,
            effect: Effect::None,
        })
    }

    fn error(&self, error: &Error, effect: Effect) -> PortError {
        port_error(&self.request, error, effect)
    }
}

/// How a mail came to nothing, and what became of the connection.
pub(super) enum Failed {
    /// The server said no, and waits for what comes next.
    Refused(SendError),
    /// The connection is of no more use. No byte of the message was written, and nothing was said of
    /// this mail: another connection may take it.
    Lost(SendError),
    /// The connection is of no more use, and the mail must not be tried again over another.
    Ended(SendError),
}

/// An open connection, signed in where that is asked for.
pub(super) struct Session {
    connection: SmtpConnection,
    /// Whether the server takes several commands in one go (RFC 2920).
    pipelining: bool,
    /// How many mails it was given.
    pub(super) mails: u32,
}

/// What comes before the message, in this order.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Sender,
    Recipient,
    Data,
}

impl Session {
    /// Hands one mail over.
    pub(super) fn hand_over(&mut self, server: &Server, letter: &Letter) -> Result<(), Failed> {
        self.mails += 1;
        self.envelope(server, letter)?;
        // From the first byte of the message to the server's answer, nobody knows.
        let doubt = |error| Failed::Ended(SendError::InDoubt(error));
        match self.connection.command(Transparent(&letter.text)) {
            Ok(answer) if !answer.has_code(354) => Ok(()),
            Ok(_) => Err(doubt(PortError {
                request: server.request.clone(),
                kind: PortErrorKind::Protocol("the message was answered by 354".into()),
                effect: Effect::Unknown,
            })),
            // A no to the message is a no to its words or its sender, which everybody's have in common.
            Err(error) if error.status().is_some() => {
                let refused = SendError::NotSent(server.error(&error, Effect::None));
                Err(if is_goodbye(&error) {
                    Failed::Ended(refused)
                } else {
                    Failed::Refused(refused)
                })
            }
            Err(error) => Err(doubt(server.error(&error, Effect::Unknown))),
        }
    }

    /// Everything up to the server's word that it waits for the message.
    fn envelope(&mut self, server: &Server, letter: &Letter) -> Result<(), Failed> {
        let mail = Mail::new(Some(letter.from.clone()), self.parameters(letter)?);
        let recipient = Rcpt::new(letter.to.clone(), Vec::new());
        let mut refused = None;
        for step in [Step::Sender, Step::Recipient, Step::Data] {
            let answer = match step {
                Step::Sender if self.pipelining => {
                    self.connection.command(format!("{mail}{recipient}{Data}"))
                }
                _ if self.pipelining => self.connection.read_response(),
                Step::Sender => self.connection.command(&mail),
                Step::Recipient => self.connection.command(&recipient),
                Step::Data => self.connection.command(Data),
            };
            match answer {
                Err(error) if error.status().is_none() || is_goodbye(&error) => {
                    return Err(lost(server.error(&error, Effect::None), refused));
                }
                Err(error) => {
                    // What is refused first explains whatever is refused after it.
                    refused.get_or_insert_with(|| meaning(server, step, &error));
                    if !self.pipelining {
                        break;
                    }
                }
                // Anything else is the answer to something else.
                Ok(answer) if step == Step::Data && !answer.has_code(354) => {
                    let error = PortError {
                        request: server.request.clone(),
                        kind: PortErrorKind::Protocol("DATA was not answered by 354".into()),
                        effect: Effect::None,
                    };
                    return Err(lost(error, refused));
                }
                Ok(_) if step == Step::Data => {
                    // It waits for a message that nobody is to get.
                    return refused.map_or(Ok(()), |refused| Err(Failed::Ended(refused)));
                }
                Ok(_) => {}
            }
        }
        refused.map_or(Ok(()), |refused| Err(Failed::Refused(refused)))
    }

    /// What has to be said of the mail beside its sender.
    fn parameters(&self, letter: &Letter) -> Result<Vec<MailParameter>, Failed> {
        let server = self.connection.server_info();
        if AsRef::<str>::as_ref(&letter.to).is_ascii() {
            Ok(Vec::new())
        } else if server.supports_feature(Extension::SmtpUtfEight) {
            Ok(vec![MailParameter::SmtpUtfEight])
        } else {
            Err(Failed::Refused(SendError::NoAddress(
                "the server takes no address with letters beyond ASCII".into(),
            )))
        }
    }

    /// Forgets the mail that was refused; false where the server will not.
    pub(super) fn reset(&mut self) -> bool {
        self.connection.command(Rset).is_ok()
    }

    /// Says goodbye to the server; false where it does not answer, which changes nothing.
    pub(super) fn quit(mut self) -> bool {
        self.connection.set_timeout(Some(GOODBYE)).is_ok() && self.connection.quit().is_ok()
    }
}

/// The connection is gone, or of no use, before the message. A mail that was refused stays so.
fn lost(error: PortError, refused: Option<SendError>) -> Failed {
    refused.map_or_else(|| Failed::Lost(SendError::NotSent(error)), Failed::Ended)
}

/// 421: the server is about to hang up, whatever it was asked.
fn is_goodbye(error: &Error) -> bool {
    error.status().is_some_and(|code| u16::from(code) == 421)
}

/// What a refused command says of the mail.
fn meaning(server: &Server, step: Step, error: &Error) -> SendError {
    match refusal(error).filter(|_| step == Step::Recipient) {
        Some(code) => SendError::Undeliverable(format!("refused with {code}")),
        None => SendError::NotSent(server.error(error, Effect::None)),
    }
}

/// A message as it travels: whole, in one write, so that no part of it waits for an acknowledgement of
/// another; a leading dot doubled (RFC 5321, 4.5.2); ended by a lone one.
struct Transparent<'a>(&'a str);

impl fmt::Display for Transparent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.split_inclusive('\n') {
            if line.starts_with('.') {
                f.write_str(".")?;
            }
            f.write_str(line)?;
        }
        let ended = self.0.ends_with("\r\n");
        f.write_str(if ended { ".\r\n" } else { "\r\n.\r\n" })
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
