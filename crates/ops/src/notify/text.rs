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
}

const LANGUAGES: [&Language; 3] = [&english::LANGUAGE, &arabic::LANGUAGE, &polish::LANGUAGE];

/// A written notice.
pub(super) struct Written {
    pub(super) language: &'static str,
    pub(super) right_to_left: bool,
    pub(super) subject: String,
    pub(super) body: String,
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

#[cfg(test)]
mod tests {
    use super::*;

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
