//! What a failed conversation means in the ports' words, and what of a server's words is passed on.

use avert_ops::ports::{Effect, PortError, PortErrorKind, SendError};
use lettre::transport::smtp::Error;

/// The error, in the ports' words.
pub(super) fn port_error(request: &str, error: &Error, effect: Effect) -> PortError {
    let kind = match error.status() {
        Some(code) => PortErrorKind::Server {
            status: code.into(),
            detail: describe(error),
        },
        None if hung_up(error) => PortErrorKind::Unreachable("the server hung up".into()),
        None if error.is_client() || error.is_response() => {
            PortErrorKind::Protocol(describe(error))
        }
        None => PortErrorKind::Unreachable(describe(error)),
    };
    PortError {
        request: request.to_owned(),
        kind,
        effect,
    }
}

/// An answer that ends before it began. lettre has no kind of its own for it.
fn hung_up(error: &Error) -> bool {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    error.is_response() && cause.is_some_and(|cause| cause == "incomplete response")
}

/// The error with its cause.
pub(super) fn describe(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// The code by which a server says for good that it has no such recipient, if that is what it says.
///
/// Anything else it may refuse a recipient for (relaying, policy, a sender it does not like) is
/// about this side, and would be said of the next recipient too. Sources: RFC 5321, 4.2.3, and RFC
/// 3463, 3.2 and 3.3.
pub(super) fn refusal(error: &Error) -> Option<String> {
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
pub(super) fn without(error: SendError, address: &str) -> SendError {
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
