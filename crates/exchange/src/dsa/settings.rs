//! What a platform says once for all its statements.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::vocabulary::{BEYOND_THE_UNION, CATEGORIES, KEYWORDS, UNION};

/// `[statements]`: what every statement says alike.
///
/// The texts are published: they must name nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// On what the decision rests: the platform's terms, or the law.
    pub ground: Ground,
    /// Which clause of the terms, or which law; 500 characters at most.
    pub clause: Option<String>,
    /// Why an account that pretends to be somebody is against it; 2,000 characters at most.
    pub explanation: String,
    /// Why an account in the wrong hands is against it; 2,000 characters at most.
    pub explanation_compromised: String,
    /// Whether what is against the terms is against the law as well.
    pub also_illegal: bool,
    /// Where the terms or the law can be read: an `https://` or `http://` address, 500 characters at most.
    pub reference_url: Option<String>,
    /// What it is about, one of the database's `STATEMENT_CATEGORY_…`.
    pub category: String,
    /// The database's `KEYWORD_…` for made-up people.
    pub keywords: Vec<String>,
    /// The database's `KEYWORD_…` for accounts in the wrong hands.
    pub keywords_compromised: Vec<String>,
    /// Where the decision holds: `EU`, `EEA`, or countries of theirs as ISO 3166-1 alpha-2.
    pub territorial_scope: Vec<String>,
    /// Whether accounts are of private persons or of businesses; left out where it is not said.
    pub account_type: Option<AccountType>,
    /// The language of what the accounts wrote, ISO 639-1 in capitals; left out where it is not said.
    pub content_language: Option<String>,
    /// What made the platform look.
    pub source_type: SourceType,
    /// How far the decision was automatic.
    pub automated_decision: AutomatedDecision,
    /// Whether an account that was secured for its owner has a statement too. It is no sanction, so it
    /// has none unless this says so.
    pub state_secured_accounts: bool,
}

/// On what a decision rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// The platform's terms.
    Terms,
    /// The law.
    Law,
}

/// Whose an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountType {
    /// A private person's.
    Private,
    /// A business's.
    Business,
}

/// What made the platform look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceType {
    /// Its own initiative.
    Voluntary,
    /// A notice under article 16.
    #[serde(rename = "article-16")]
    Article16,
    /// A trusted flagger.
    TrustedFlagger,
    /// Another notice.
    OtherNotification,
}

/// How far a decision was automatic. `fully` is none of Avert's: nothing acts without two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutomatedDecision {
    /// Detection proposes, people decide.
    Partially,
    /// People decide, detection gives them facts only.
    NotAutomated,
}

impl Default for Settings {
    fn default() -> Self {
        let one = |word: &str| vec![word.to_owned()];
        Self {
            ground: Ground::Terms,
            clause: None,
            explanation:
                "The account shows a person who does not exist, and several such accounts are \
                run as one to deceive the people whom they approach."
                    .to_owned(),
            explanation_compromised:
                "The account is used by somebody other than its owner, together \
                with others, to deceive the people whom they approach."
                    .to_owned(),
            also_illegal: false,
            reference_url: None,
            category: "STATEMENT_CATEGORY_SCAMS_AND_FRAUD".to_owned(),
            keywords: one("KEYWORD_INAUTHENTIC_ACCOUNTS"),
            keywords_compromised: one("KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING"),
            territorial_scope: one("EEA"),
            account_type: None,
            content_language: None,
            source_type: SourceType::Voluntary,
            automated_decision: AutomatedDecision::Partially,
            state_secured_accounts: false,
        }
    }
}

/// A setting that the database would refuse, or that must not be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[statements] {key}: {why}")]
pub struct InvalidSettings {
    /// The setting.
    pub key: &'static str,
    /// What is wrong with it.
    pub why: String,
}

impl Settings {
    /// Which clause of the terms, or which law, in words that stand in the statement.
    pub fn clause(&self) -> &str {
        let default = match self.ground {
            Ground::Terms => {
                "Terms of service: rules against inauthentic accounts and coordinated deception"
            }
            // `check` refuses that.
            Ground::Law => "",
        };
        self.clause.as_deref().unwrap_or(default)
    }

    /// Finds what the database would refuse.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn check(&self) -> Result<(), InvalidSettings> {
        if self.ground == Ground::Law && self.clause.is_none() {
            return fault("clause", "say which law, since the ground is the law");
        }
        text("clause", self.clause(), 500)?;
        text("explanation", &self.explanation, 2_000)?;
        text(
            "explanation_compromised",
            &self.explanation_compromised,
            2_000,
        )?;
        if let Some(url) = &self.reference_url {
            let is_address = ["https://", "http://"].iter().any(|scheme| {
                url.strip_prefix(scheme)
                    .is_some_and(|rest| !rest.is_empty())
            });
            if !is_address || url.contains(char::is_whitespace) {
                return fault("reference_url", "write it as https://…");
            }
            text("reference_url", url, 500)?;
        }
        known("category", &self.category, CATEGORIES)?;
        for keyword in &self.keywords {
            known("keywords", keyword, KEYWORDS)?;
        }
        for keyword in &self.keywords_compromised {
            known("keywords_compromised", keyword, KEYWORDS)?;
        }
        if let Some(language) = &self.content_language {
            let is_code = language.len() == 2 && language.bytes().all(|b| b.is_ascii_uppercase());
            if !is_code {
                return fault("content_language", "write two capital letters, as in EN");
            }
        }
        if self.territorial_scope.is_empty() {
            return fault("territorial_scope", "name at least one country, EU or EEA");
        }
        for place in &self.territorial_scope {
            if countries(place).is_empty() {
                return fault(
                    "territorial_scope",
                    &format!("'{place}' is neither EU, EEA nor a country of theirs, as in DE"),
                );
            }
        }
        Ok(())
    }

    /// The countries in which decisions hold, sorted, each once.
    pub(super) fn countries(&self) -> BTreeSet<&'static str> {
        self.territorial_scope
            .iter()
            .flat_map(|place| countries(place))
            .collect()
    }
}

/// The countries that one word of `territorial_scope` means; none if it means nothing.
fn countries(place: &str) -> Vec<&'static str> {
    let area = || UNION.into_iter().chain(BEYOND_THE_UNION);
    match place {
        "EU" => UNION.to_vec(),
        "EEA" => area().collect(),
        country => area().filter(|known| *known == country).collect(),
    }
}

fn fault(key: &'static str, why: &str) -> Result<(), InvalidSettings> {
    Err(InvalidSettings {
        key,
        why: why.to_owned(),
    })
}

fn known(key: &'static str, word: &str, words: &[&str]) -> Result<(), InvalidSettings> {
    if words.contains(&word) {
        return Ok(());
    }
    fault(key, &format!("'{word}' is none of {}", words.join(", ")))
}

/// A text that is published.
fn text(key: &'static str, text: &str, longest: usize) -> Result<(), InvalidSettings> {
    if text.trim().is_empty() {
        return fault(key, "say something");
    }
    if text.chars().count() > longest {
        return fault(key, &format!("{longest} characters are the most"));
    }
    if text.chars().any(char::is_control) {
        return fault(key, "write it on one line");
    }
    // The only mark of a person that can be seen in any language.
    if text.contains('@') {
        return fault(
            key,
            "it is published: no address or account may stand in it",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with these settings; empty when nothing is.
    fn check(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = Settings::default();
        change(&mut settings);
        settings
            .check()
            .err()
            .map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn what_is_set_by_default_is_right() {
        assert_eq!(check(|_| ()), "");
        assert_eq!(Settings::default().countries().len(), 30);
    }

    #[test]
    fn what_the_database_would_refuse_is_refused_before() {
        let long = |length: usize| "x".repeat(length);
        assert_eq!(check(|it| it.clause = Some(long(500))), "");
        assert!(check(|it| it.clause = Some(long(501))).contains("clause: 500"));
        assert!(check(|it| it.explanation = long(2_001)).contains("explanation: 2000"));
        assert!(check(|it| it.explanation_compromised = "  ".into()).contains("say something"));
        assert!(check(|it| it.category = "FRAUD".into()).contains("STATEMENT_CATEGORY_VIOLENCE"));
        assert!(check(|it| it.keywords.push("KEYWORD_NUDITY".into())).contains("keywords:"));
        assert!(check(|it| it.territorial_scope = vec!["US".into()]).contains("'US'"));
        assert!(check(|it| it.territorial_scope.clear()).contains("at least one"));
        assert!(check(|it| it.content_language = Some("en".into())).contains("capital"));
        assert!(check(|it| it.reference_url = Some("example.org".into())).contains("https://"));
        assert!(check(|it| it.ground = Ground::Law).contains("which law"));
    }

    #[test]
    fn an_address_in_a_text_that_is_published_is_refused() {
        let text = "ask ada@example.org";
        assert!(check(|it| it.clause = Some(text.into())).contains("published"));
        assert!(check(|it| it.explanation = text.into()).contains("published"));
    }

    #[test]
    fn places_are_countries_once_each_and_in_order() {
        let settings = Settings {
            territorial_scope: ["NO", "DE", "EU", "DE"].map(str::to_owned).to_vec(),
            ..Settings::default()
        };
        settings.check().unwrap();
        let countries: Vec<_> = settings.countries().into_iter().collect();
        assert_eq!(countries.len(), 28);
        assert!(countries.is_sorted() && countries.contains(&"NO"));
    }
}
