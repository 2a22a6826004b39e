//! One statement, in the database's shape.

use avert_model::{ActedAccount, Measure, MemberKind, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::facts;
use super::settings::{AccountType, AutomatedDecision, Ground, Settings, SourceType};

/// A statement of reasons. Its JSON is one element of the request's `statements`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Unique on the platform: at most 500 of `[a-zA-Z0-9_-]`.
    pub(super) puid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_account: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_provision: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_type: Option<&'static str>,
    decision_ground: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_ground_reference_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    illegal_content_legal_ground: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    illegal_content_explanation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incompatible_content_ground: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incompatible_content_explanation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incompatible_content_illegal: Option<&'static str>,
    content_type: [&'static str; 1],
    content_type_other: &'static str,
    category: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    category_specification: Vec<String>,
    territorial_scope: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_language: Option<String>,
    content_date: Date,
    application_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date_account_restriction: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date_service_restriction: Option<Date>,
    decision_facts: String,
    source_type: &'static str,
    automated_detection: &'static str,
    automated_decision: &'static str,
}

/// What the database calls a measure.
enum Decision {
    /// The account as a whole. None is terminated: its data stays, and it can be put back.
    AccountSuspended,
    /// It can still sign in and read.
    PartOfTheServiceSuspended,
}

impl Statement {
    /// The statement on an account. The settings are to be right: [`Settings::check`].
    pub(super) fn new(account: &ActedAccount, settings: &Settings) -> Self {
        let decision = match account.measure {
            Measure::Disable | Measure::Secure => Decision::AccountSuspended,
            Measure::Restrict => Decision::PartOfTheServiceSuspended,
        };
        let ended = account.restored_at.map(day);
        let (decision_account, decision_provision, end_of_account, end_of_service) = match decision
        {
            Decision::AccountSuspended => (Some("DECISION_ACCOUNT_SUSPENDED"), None, ended, None),
            Decision::PartOfTheServiceSuspended => (
                None,
                Some("DECISION_PROVISION_PARTIAL_SUSPENSION"),
                None,
                ended,
            ),
        };
        let compromised = account.kind == MemberKind::Compromised;
        let (explanation, keywords) = if compromised {
            (
                &settings.explanation_compromised,
                &settings.keywords_compromised,
            )
        } else {
            (&settings.explanation, &settings.keywords)
        };
        let by_law = settings.ground == Ground::Law;
        let under = |ground: bool, text: &str| ground.then(|| text.to_owned());
        Self {
            puid: format!("avert-{}", account.key),
            decision_account,
            decision_provision,
            account_type: settings.account_type.map(|kind| match kind {
                AccountType::Private => "ACCOUNT_TYPE_PRIVATE",
                AccountType::Business => "ACCOUNT_TYPE_BUSINESS",
            }),
            decision_ground: if by_law {
                "DECISION_GROUND_ILLEGAL_CONTENT"
            } else {
                "DECISION_GROUND_INCOMPATIBLE_CONTENT"
            },
            decision_ground_reference_url: settings.reference_url.clone(),
            illegal_content_legal_ground: under(by_law, settings.clause()),
            illegal_content_explanation: under(by_law, explanation),
            incompatible_content_ground: under(!by_law, settings.clause()),
            incompatible_content_explanation: under(!by_law, explanation),
            incompatible_content_illegal: (!by_law).then_some(if settings.also_illegal {
                "Yes"
            } else {
                "No"
            }),
            content_type: ["CONTENT_TYPE_OTHER"],
            content_type_other: "Account",
            category: settings.category.clone(),
            category_specification: keywords.clone(),
            territorial_scope: settings.countries().into_iter().collect(),
            content_language: settings.content_language.clone(),
            content_date: content_date(account),
            application_date: day(account.acted_at),
            end_date_account_restriction: end_of_account,
            end_date_service_restriction: end_of_service,
            decision_facts: facts::told(account),
            source_type: match settings.source_type {
                SourceType::Voluntary => "SOURCE_VOLUNTARY",
                SourceType::Article16 => "SOURCE_ARTICLE_16",
                SourceType::TrustedFlagger => "SOURCE_TRUSTED_FLAGGER",
                SourceType::OtherNotification => "SOURCE_TYPE_OTHER_NOTIFICATION",
            },
            automated_detection: "Yes",
            automated_decision: match settings.automated_decision {
                AutomatedDecision::Partially => "AUTOMATED_DECISION_PARTIALLY",
                AutomatedDecision::NotAutomated => "AUTOMATED_DECISION_NOT_AUTOMATED",
            },
        }
    }

    /// The name of the statement on the platform.
    pub fn puid(&self) -> &str {
        &self.puid
    }
}

/// When what the decision rests on was first seen, since an account has no day of publication; the day
/// of the decision where that is not known or is none that the database takes.
fn content_date(account: &ActedAccount) -> Date {
    let acted = day(account.acted_at);
    let seen = account.found.as_ref().and_then(|found| found.first_at);
    seen.map(day)
        .filter(|seen| (jiff::civil::date(2000, 1, 1)..=acted).contains(seen))
        .unwrap_or(acted)
}

/// The day in UTC, so that the same moment is the same day wherever it is written.
fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}
