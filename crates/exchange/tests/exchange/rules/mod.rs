//! What the DSA Transparency Database asks of a statement, as its own source asks it.
//!
//! # Source
//! `StatementAPITrait::multi_rules` of <https://github.com/digital-services-act/transparency-database>.

use serde_json::Value;

/// What a value has to be.
enum Is {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list of words that begin so, at least one.
    ListOf(&'static str),
    /// Text of at most so many characters, and some.
    Text(usize),
    /// A day, this one or later.
    DayFrom(&'static str),
    /// At most 500 of `[a-zA-Z0-9-_]`.
    Name,
}

const DECISIONS: [&str; 4] = [
    "decision_visibility",
    "decision_monetary",
    "decision_provision",
    "decision_account",
];

const REQUIRED: &[(&str, Is)] = &[
    (
        "decision_ground",
        Is::OneOf(&[
            "DECISION_GROUND_ILLEGAL_CONTENT",
            "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        ]),
    ),
    ("content_type", Is::ListOf("CONTENT_TYPE_OTHER")),
    // Because of `CONTENT_TYPE_OTHER`.
    ("content_type_other", Is::Text(500)),
    ("category", Is::Text(500)),
    ("territorial_scope", Is::ListOf("")),
    ("content_date", Is::DayFrom("2000-01-01")),
    ("application_date", Is::DayFrom("2020-01-01")),
    ("decision_facts", Is::Text(5_000)),
    (
        "source_type",
        Is::OneOf(&[
            "SOURCE_ARTICLE_16",
            "SOURCE_TRUSTED_FLAGGER",
            "SOURCE_TYPE_OTHER_NOTIFICATION",
            "SOURCE_VOLUNTARY",
        ]),
    ),
    ("automated_detection", Is::OneOf(&["Yes", "No"])),
    (
        "automated_decision",
        // The database has `AUTOMATED_DECISION_FULLY` too, which none of ours is.
        Is::OneOf(&[
            "AUTOMATED_DECISION_NOT_AUTOMATED",
            "AUTOMATED_DECISION_PARTIALLY",
        ]),
    ),
    ("puid", Is::Name),
];

const OPTIONAL: &[(&str, Is)] = &[
    (
        "decision_account",
        Is::OneOf(&["DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED"]),
    ),
    (
        "decision_provision",
        Is::OneOf(&[
            "DECISION_PROVISION_PARTIAL_SUSPENSION",
            "DECISION_PROVISION_TOTAL_SUSPENSION",
            "DECISION_PROVISION_PARTIAL_TERMINATION",
            "DECISION_PROVISION_TOTAL_TERMINATION",
        ]),
    ),
    (
        "account_type",
        Is::OneOf(&["ACCOUNT_TYPE_BUSINESS", "ACCOUNT_TYPE_PRIVATE"]),
    ),
    ("decision_ground_reference_url", Is::Text(500)),
    ("incompatible_content_illegal", Is::OneOf(&["Yes", "No"])),
    ("category_specification", Is::ListOf("KEYWORD_")),
    ("content_language", Is::Text(2)),
    ("end_date_account_restriction", Is::DayFrom("2020-01-01")),
    ("end_date_service_restriction", Is::DayFrom("2020-01-01")),
];

const BECAUSE_OF_THE_LAW: &[(&str, Is)] = &[
    ("illegal_content_legal_ground", Is::Text(500)),
    ("illegal_content_explanation", Is::Text(2_000)),
];

const BECAUSE_OF_THE_TERMS: &[(&str, Is)] = &[
    ("incompatible_content_ground", Is::Text(500)),
    ("incompatible_content_explanation", Is::Text(2_000)),
];

/// The attributes that the database would refuse.
pub(crate) fn faults(statement: &Value) -> Vec<String> {
    let given = |key: &str| !statement[key].is_null();
    let mut faults: Vec<String> = Vec::new();
    if !DECISIONS.into_iter().any(given) {
        faults.push("there is no decision".to_owned());
    }
    let by_law = statement["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT";
    let (ground, other) = if by_law {
        (BECAUSE_OF_THE_LAW, BECAUSE_OF_THE_TERMS)
    } else {
        (BECAUSE_OF_THE_TERMS, BECAUSE_OF_THE_LAW)
    };
    let required = REQUIRED.iter().chain(ground);
    let optional = OPTIONAL.iter().filter(|(key, _)| given(key));
    for (key, is) in required.chain(optional) {
        if !is.met_by(&statement[*key]) {
            faults.push(format!("{key}: {}", statement[*key]));
        }
    }
    let known = |key: &str| {
        let of_ours = REQUIRED.iter().chain(OPTIONAL).chain(ground);
        of_ours.into_iter().any(|(known, _)| *known == key)
    };
    let keys = statement.as_object().into_iter().flatten();
    for (key, _) in keys.filter(|(key, _)| !known(key)) {
        faults.push(format!("{key} does not belong here"));
    }
    faults.extend(
        other
            .iter()
            .filter(|(key, _)| given(key))
            .map(|(key, _)| format!("{key} is of the other ground")),
    );
    let begins = statement["application_date"].as_str();
    for end in [
        "end_date_account_restriction",
        "end_date_service_restriction",
    ] {
        if given(end) && statement[end].as_str() < begins {
            faults.push(format!("{end} is before it began"));
        }
    }
    faults
}

impl Is {
    fn met_by(&self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Self::OneOf(words) => text.is_some_and(|word| words.contains(&word)),
            Self::ListOf(beginning) => value.as_array().is_some_and(|list| {
                let fits = |word: &Value| word.as_str().is_some_and(|it| it.starts_with(beginning));
                !list.is_empty() && list.iter().all(fits)
            }),
            Self::Text(longest) => {
                text.is_some_and(|text| (1..=*longest).contains(&text.chars().count()))
            }
            Self::DayFrom(earliest) => text.is_some_and(|day| {
                day.len() == 10 && day.parse::<jiff::civil::Date>().is_ok() && day >= *earliest
            }),
            Self::Name => text.is_some_and(|name| {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                (1..=500).contains(&name.len()) && name.chars().all(is_plain)
            }),
        }
    }
}
