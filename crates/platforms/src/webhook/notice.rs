//! Handing notices over by signed requests.

use avert_model::Email;
use avert_ops::ports::{
    Channel, Effect, LookUp, OperationKey, OutgoingNotice, Pace, PortError, PortErrorKind, Receipt,
    SendError,
};
use serde_json::{Value, json};

use super::{Call, UNKNOWN_ACCOUNT, Webhook};

const SEND: &str = "POST notice.send";
const LOOK_UP: &str = "POST notice.look_up";
/// The receiver's word for somebody who can be told nothing.
const UNDELIVERABLE: &str = "undeliverable";

fn hidden(notice: &OutgoingNotice) -> Vec<&str> {
    let email = notice.email.as_ref().map(Email::expose);
    [notice.account.as_str()].into_iter().chain(email).collect()
}

/// What the channel itself calls a notice, or its key.
fn receipt(answer: &Value, key: &OperationKey) -> Receipt {
    let reference = answer.get("reference").and_then(Value::as_str);
    let reference = reference.filter(|text| !text.is_empty());
    Receipt {
        reference: reference.unwrap_or(key.as_str()).to_owned(),
    }
}

impl Channel for Webhook {
    fn name(&self) -> &str {
        &self.name
    }

    fn pace(&self) -> Pace {
        self.pace
    }

    fn look_up(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<LookUp, PortError> {
        let answer = self.call(Call {
            label: LOOK_UP,
            hidden: hidden(notice),
            data: json!({ "account": notice.account, "key": key }),
            id: &OperationKey::new("webhook", LOOK_UP, key.as_str()),
            changes: false,
        })?;
        match answer.get("outcome").and_then(Value::as_str) {
            Some("arrived") => Ok(LookUp::Arrived(receipt(&answer, key))),
            Some("not-there") => Ok(LookUp::NotThere),
            Some("cannot-tell") => Ok(LookUp::CannotTell),
            _ => Err(PortError {
                request: LOOK_UP.into(),
                kind: PortErrorKind::Protocol("the answer has no outcome of the contract".into()),
                effect: Effect::None,
            }),
        }
    }

    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        let sent = self.call(Call {
            label: SEND,
            hidden: hidden(notice),
            data: json!({
                "account": notice.account,
                "email": notice.email.as_ref().map(Email::expose),
                "subject": notice.subject,
                "body": notice.body,
                "language": notice.language,
                "right_to_left": notice.right_to_left,
                "case": notice.case,
            }),
            id: key,
            changes: true,
        });
        match sent {
            Ok(answer) => Ok(receipt(&answer, key)),
            Err(error) => Err(match (&error.kind, error.effect) {
                (_, Effect::Unknown) => SendError::InDoubt(error),
                // An address where nothing is answers "not found" about anybody.
                (PortErrorKind::NotFound(said), _) if said.starts_with(UNKNOWN_ACCOUNT) => {
                    SendError::Undeliverable("the platform knows no such account".into())
                }
                (PortErrorKind::Protocol(said), _)
                    if said.starts_with("status 422: ") && said.contains(UNDELIVERABLE) =>
                {
                    SendError::Undeliverable("the platform can tell this account nothing".into())
                }
                (_, Effect::None) => SendError::NotSent(error),
            }),
        }
    }
}
