//! What a machine-readable report says.

use super::{Status, Verdict};
use crate::mime::{Head, Part, split};

/// How many recipients of a report are looked at. A notice has one.
const RECIPIENTS: usize = 64;

/// What a report says of the notice.
pub(super) enum Said {
    /// What became of it.
    Of(Verdict),
    /// Nothing: it was passed on to where nobody reports, say.
    Nothing,
}

/// What this part says, if it is a report.
pub(super) fn said(part: &Part<'_>) -> Option<Said> {
    let body = part.decoded();
    let verdict = match part.kind.as_str() {
        "message/delivery-status" | "message/global-delivery-status" => {
            let recipients = groups(&body).skip(1).take(RECIPIENTS);
            recipients.filter_map(delivery).max()
        }
        "message/feedback-report" => groups(&body).next().and_then(complaint),
        _ => return None,
    };
    Some(verdict.map_or(Said::Nothing, Said::Of))
}

/// The fields of a report that hold the address the notice was sent from.
pub(super) fn return_paths(part: &Part<'_>) -> Vec<String> {
    let fields = match part.kind.as_str() {
        "message/delivery-status" | "message/global-delivery-status" => {
            ["X-Postfix-Sender", "Original-Envelope-Id"]
        }
        "message/feedback-report" => ["Original-Mail-From", "Original-Envelope-Id"],
        _ => return Vec::new(),
    };
    let body = part.decoded();
    let head = Head::parse(groups(&body).next().unwrap_or_default());
    let values = fields.iter().flat_map(|name| head.all(name));
    values.map(str::to_owned).collect()
}

/// Fields come in groups, divided by empty lines: first of the mail, then of each recipient.
fn groups(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = body;
    std::iter::from_fn(move || {
        while let [b'\r' | b'\n', after @ ..] = rest {
            rest = after;
        }
        let (group, after) = split(rest);
        rest = after;
        (!group.is_empty()).then_some(group)
    })
}

/// RFC 3464, 2.3.
fn delivery(group: &[u8]) -> Option<Verdict> {
    let head = Head::parse(group);
    let status = head
        .first("Status")
        .and_then(|text| text.split_whitespace().next())
        .and_then(Status::parse)
        .or_else(|| head.first("Diagnostic-Code").and_then(in_words));
    let action = head.first("Action").unwrap_or_default();
    let action = action
        .split([' ', '\t', '(', '\r', '\n'])
        .find(|word| !word.is_empty());
    let status_or = |class| status.unwrap_or(Status::of_class(class));
    match action.unwrap_or_default().to_ascii_lowercase().as_str() {
        "failed" => Some(Verdict::Hard {
            status: status_or(5),
        }),
        "delayed" => Some(Verdict::Soft {
            status: status_or(4),
        }),
        "delivered" => Some(Verdict::Delivered {
            status: status_or(2),
        }),
        // Passed on to where nobody reports.
        "relayed" | "expanded" => None,
        _ => status.map(|status| match status.class {
            5 => Verdict::Hard { status },
            4 => Verdict::Soft { status },
            _ => Verdict::Delivered { status },
        }),
    }
}

/// The first status code among a server's words: `smtp; 550 5.1.1 no such user`.
fn in_words(text: &str) -> Option<Status> {
    text.split(|letter: char| !(letter.is_ascii_digit() || letter == '.'))
        .find_map(Status::parse)
}

/// RFC 5965, 7.3. A mail that was no spam, or did not prove where it came from, is nobody's complaint.
fn complaint(group: &[u8]) -> Option<Verdict> {
    let head = Head::parse(group);
    let kind = head.first("Feedback-Type")?.trim().to_ascii_lowercase();
    (!kind.starts_with("not-spam") && !kind.starts_with("auth-failure"))
        .then_some(Verdict::Complaint)
}
