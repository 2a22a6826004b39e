//! The words of a notice.
//!
//! Plain and calm: what happened, what it means and does not mean, what to do, how to check that
//! the notice is genuine without following a link, and a case number. A text holds no link, no name
//! of a persona, and nothing but the tier that differs from one person to the next.

mod arabic;
mod english;
mod polish;

use avert_model::ContactTier;

/// A language notices are written in.
struct Language {
    /// BCP 47 tag.
    tag: &'static str,
    right_to_left: bool,
    subject: &'static str,
    /// The first paragraph; `{service}` and `{accounts}` are filled in.
    happened: &'static str,
    /// "one account", "3 accounts" … in the case that `happened` asks for.
    accounts: fn(u64) -> String,
    /// What it means for each tier, weakest first.
    means: [&'static str; 4],
    /// The heading over what to do, and the steps for each tier.
    to_do: &'static str,
    steps: [&'static [&'static str]; 4],
    /// What it does not mean.
    not: &'static str,
    /// How to check that it is genuine; `{service}` and `{case}` are filled in.
    genuine: &'static str,
    /// The last line; `{case}` is filled in.
    number: &'static str,
    /// What somebody is told whose appeal was granted, and whose was not.
    granted: Verdict,
    rejected: Verdict,
    /// Before the words of whoever decided.
    reason: &'static str,
}

/// The outcome of an appeal; `{service}` is filled in.
struct Verdict {
    subject: &'static str,
    paragraphs: &'static [&'static str],
}

const LANGUAGES: [&Language; 3] = [&english::LANGUAGE, &arabic::LANGUAGE, &polish::LANGUAGE];

/// A written notice.
pub(crate) struct Written {
    pub(crate) language: &'static str,
    pub(crate) right_to_left: bool,
    pub(crate) subject: String,
    pub(crate) body: String,
}

/// The language, of those there are, for somebody who asked for this one: by its first subtag,
/// English where there is none.
pub(super) fn language(asked: Option<&str>) -> &'static str {
    find(asked.unwrap_or_default()).tag
}

/// Whether there is a text in what somebody asked for; who asked for nothing gets what there is.
pub(super) fn is_written_in(asked: Option<&str>) -> bool {
    asked.is_none_or(|asked| {
        let primary = asked.split(['-', '_']).next().unwrap_or_default();
        find(asked).tag.eq_ignore_ascii_case(primary)
    })
}

fn find(asked: &str) -> &'static Language {
    let primary = asked.split(['-', '_']).next().unwrap_or_default();
    LANGUAGES
        .into_iter()
        .find(|language| language.tag.eq_ignore_ascii_case(primary))
        .unwrap_or(&english::LANGUAGE)
}

/// Writes the notice for one tier.
pub(super) fn write(
    language: &str,
    tier: ContactTier,
    service: &str,
    accounts: u64,
    case: &str,
) -> Written {
    let language = find(language);
    let tier = ContactTier::ALL
        .iter()
        .position(|known| *known == tier)
        .expect("ALL has every tier");
    // The service's name comes from the configuration; a line break in it would break the text.
    let service = service.replace(['\n', '\r'], " ");
    let fill = |text: &str| {
        text.replace("{accounts}", &(language.accounts)(accounts))
            .replace("{case}", case)
            .replace("{service}", &service)
    };
    let steps: Vec<String> = (1..)
        .zip(language.steps[tier])
        .map(|(number, step)| format!("{number}. {}", fill(step)))
        .collect();
    let paragraphs = [
        fill(language.happened),
        fill(language.means[tier]),
        fill(language.not),
        format!("{}\n{}", language.to_do, steps.join("\n")),
        fill(language.genuine),
        fill(language.number),
    ];
    Written {
        language: language.tag,
        right_to_left: language.right_to_left,
        subject: fill(language.subject),
        body: paragraphs.join("\n\n") + "\n",
    }
}

/// Writes what somebody is told of their appeal. The reason is in the words of whoever decided it.
pub(crate) fn outcome(
    asked: Option<&str>,
    is_granted: bool,
    reason: &str,
    (service, case): (&str, &str),
) -> Written {
    let language = find(asked.unwrap_or_default());
    let service = service.replace(['\n', '\r'], " ");
    let fill = |text: &str| text.replace("{case}", case).replace("{service}", &service);
    let verdict = if is_granted {
        &language.granted
    } else {
        &language.rejected
    };
    let mut paragraphs: Vec<String> = verdict.paragraphs.iter().map(|text| fill(text)).collect();
    // One paragraph, whatever it holds; and no link, as everywhere.
    let words: Vec<&str> = reason
        .split_whitespace()
        .filter(|word| !word.contains("://"))
        .collect();
    if !words.is_empty() {
        paragraphs.push(format!("{} {}", language.reason, words.join(" ")));
    }
    paragraphs.push(fill(language.genuine));
    paragraphs.push(fill(language.number));
    Written {
        language: language.tag,
        right_to_left: language.right_to_left,
        subject: fill(verdict.subject),
        body: paragraphs.join("\n\n") + "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_written_in_every_language_without_a_link() {
        for language in LANGUAGES {
            for is_granted in [true, false] {
                let reason = "a choir\nshares a laptop, see https://example.org/x";
                let about = ("Example Chat", "case-7");
                let written = outcome(Some(language.tag), is_granted, reason, about);
                assert_eq!(written.language, language.tag);
                assert!(written.subject.contains("Example Chat"));
                assert!(written.body.contains("case-7"));
                assert!(written.body.contains("a choir shares a laptop, see\n"));
                assert!(!written.body.contains("http") && !written.body.contains('{'));
            }
            let about = ("Example Chat", "case-7");
            assert!(
                !outcome(Some(language.tag), true, " ", about)
                    .body
                    .contains(language.reason)
            );
        }
    }

    #[test]
    fn every_text_has_three_to_five_steps_a_case_number_and_no_link() {
        for language in LANGUAGES {
            for tier in ContactTier::ALL {
                let written = write(language.tag, tier, "Example Chat", 3, "case-7");
                let steps = written
                    .body
                    .lines()
                    .filter(|line| line.starts_with(char::is_numeric));
                assert!(
                    (3..=5).contains(&steps.count()),
                    "{} {}",
                    language.tag,
                    tier.as_str()
                );
                assert!(written.body.contains("case-7"));
                assert!(written.subject.contains("Example Chat"));
                assert!(
                    !written.body.contains("http") && !written.body.contains('{'),
                    "{}",
                    written.body
                );
            }
        }
    }

    #[test]
    fn polish_counts_accounts_in_three_forms() {
        let forms: Vec<String> = [1, 2, 4, 5, 12, 14, 22, 25, 112, 104]
            .map(polish::LANGUAGE.accounts)
            .into();
        assert_eq!(
            forms,
            [
                "1 konto",
                "2 konta",
                "4 konta",
                "5 kont",
                "12 kont",
                "14 kont",
                "22 konta",
                "25 kont",
                "112 kont",
                "104 konta"
            ]
        );
    }

    #[test]
    fn arabic_counts_accounts_in_its_forms_and_runs_from_right_to_left() {
        let forms: Vec<String> = [1, 2, 3, 10, 11, 99, 100, 103]
            .map(arabic::LANGUAGE.accounts)
            .into();
        assert_eq!(
            forms,
            [
                "حسابًا واحدًا",
                "حسابين",
                "3 حسابات",
                "10 حسابات",
                "11 حسابًا",
                "99 حسابًا",
                "100 حساب",
                "103 حسابات"
            ]
        );
        assert!(write("ar-EG", ContactTier::Saw, "Example Chat", 3, "case-7").right_to_left);
    }

    #[test]
    fn an_unknown_language_gets_english() {
        assert_eq!(language(Some("tlh")), "en");
        assert_eq!(language(Some("pl_PL")), "pl");
        assert_eq!(language(None), "en");
    }
}
