//! Notices as server notices: a room of the server's own with each person.

use avert_ops::ports::{
    Channel, Effect, OperationKey, OutgoingNotice, PortErrorKind, Receipt, SendError,
};
use serde_json::{Value, json};

use super::Synapse;
use super::http::segment;

impl Channel for Synapse {
    fn name(&self) -> &str {
        &self.name
    }

    /// Synapse carries a transaction id out once.
    fn keeps_keys(&self) -> bool {
        true
    }

    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        let body = json!({
            "user_id": notice.account.as_str(),
            "content": {
                "msgtype": "m.text",
                "body": format!("{}\n\n{}", notice.subject, notice.body),
            },
        });
        let path = format!(
            "/_synapse/admin/v1/send_server_notice/{}",
            segment(key.as_str())
        );
        let answer = self
            .http
            .put("PUT /_synapse/admin/v1/send_server_notice/…", path, &body)
            .map_err(|error| match (&error.kind, error.effect) {
                (PortErrorKind::NotFound(detail), _) => SendError::Undeliverable(detail.clone()),
                (_, Effect::Unknown) => SendError::InDoubt(error),
                (_, Effect::None) => SendError::NotSent(error),
            })?;
        let event = answer
            .get("event_id")
            .and_then(Value::as_str)
            .unwrap_or_default();
        Ok(Receipt {
            reference: event.to_owned(),
        })
    }
}
