//! Reading all users, page by page. SCIM knows accounts and nothing that they did.

use avert_ops::ports::{PortErrorKind, RecordSink, Source, SourceError};
use serde_json::Value;

use super::user::{self, attribute};
use super::{Scim, failed, text};
use crate::http::Request;

const LABEL: &str = "GET /Users";
/// Users asked for at once; servers may give fewer.
const PAGE: usize = 100;

impl Source for Scim {
    /// Whoever has no such id as the settings ask for cannot be named, and is left out.
    fn read(&self, sink: &mut dyn RecordSink) -> Result<(), SourceError> {
        let (mut start, mut rows) = (1, 0);
        let mut first_before = None;
        loop {
            let path = format!("/Users?startIndex={start}&count={PAGE}");
            let request = Request::get(LABEL, path);
            let page = self.http.patiently(self.pause.as_ref(), &request)?.value;
            let users = user::resources(&page, LABEL)?;
            let first = users.first().and_then(|user| text(user, "id"));
            if first.is_some() && first == first_before.as_deref() {
                let kind = "the same page came twice: the server does not turn pages";
                return Err(failed(LABEL, PortErrorKind::Protocol(kind.into())).into());
            }
            for user in users {
                let active = user::active(user, LABEL)?;
                if let Some(id) = text(user, self.account_is.attribute()) {
                    let account = user::account(user, id, active);
                    sink.account(account).map_err(SourceError::Sink)?;
                    rows += 1;
                }
            }
            sink.progress(rows);
            start += users.len();
            let total = attribute(&page, "totalResults").and_then(Value::as_u64);
            let more = total.is_none_or(|total| start as u64 <= total);
            if users.is_empty() || !more {
                return Ok(());
            }
            first_before = first.map(str::to_owned);
        }
    }
}
