//! What a plan costs, as text for whoever has to decide on it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use avert_model::{AccountId, MemberKind};
use avert_ops::ports::Remedy;
use avert_ops::takedown::{Ages, Blast, Contacts, HowCleared, Sum};

use crate::printer::harmless;
use crate::text::{count, thousands};

/// What a member is taken for, in a word.
pub(super) fn kind(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::Persona => "persona",
        MemberKind::Compromised => "compromised",
        MemberKind::Suspect => "suspect",
    }
}

/// The whole blast radius.
pub(super) fn text(blast: &Blast) -> String {
    let mut text = "blast radius\n".to_owned();
    for group in &blast.accounts {
        let verb = match group.remedy {
            Remedy::Disable => "disabled",
            Remedy::Restrict => "restricted",
            Remedy::Secure => "secured",
            Remedy::Watch => "only watched",
        };
        let _ = writeln!(
            text,
            "  {}, {}: {verb}",
            count(group.accounts, "account", "accounts"),
            kind(group.kind)
        );
    }
    let _ = writeln!(text, "  age: {}", ages(&blast.ages));
    let _ = writeln!(
        text,
        "  verified by the platform: {}",
        verified(&blast.verified, blast.verified_unknown)
    );
    let _ = writeln!(text, "  followers lost: {}", sum(&blast.followers));
    let _ = writeln!(
        text,
        "  rooms and other assets left without an administrator: {}",
        sum(&blast.left_without_admin)
    );
    for (what, numbers, unknown) in [
        ("languages", &blast.languages, blast.languages_unknown),
        ("countries", &blast.countries, blast.countries_unknown),
    ] {
        if !numbers.is_empty() || unknown > 0 {
            let _ = writeln!(text, "  {what}: {}", tally(numbers, unknown));
        }
    }
    for cleared in &blast.cleared_before {
        let how = match cleared.how {
            HowCleared::Appeal(appeal) => format!("{appeal} was granted against {}", cleared.plan),
            HowCleared::Restored => format!("{} was undone for it", cleared.plan),
            HowCleared::KeptChanged => {
                format!("somebody gave it back after {}", cleared.plan)
            }
        };
        let _ = writeln!(
            text,
            "  CLEARED BEFORE: {}: {how}",
            harmless(cleared.account.as_str())
        );
    }
    let mut stays: BTreeMap<(Remedy, &str), Vec<&AccountId>> = BTreeMap::new();
    for what in &blast.irreversible {
        let accounts = stays.entry((what.remedy, &what.what)).or_default();
        accounts.push(&what.account);
    }
    for ((remedy, what), accounts) in stays {
        let _ = writeln!(
            text,
            "  CANNOT BE UNDONE: {} {}: {what}",
            remedy.as_str(),
            names(accounts)
        );
    }
    text + &contacted(&blast.contacts) + &calls(blast)
}

fn ages(ages: &Ages) -> String {
    [
        (ages.under_30_days, "under 30 days"),
        (ages.under_a_year, "under a year"),
        (ages.older, "older"),
        (ages.unknown, "unknown"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{} {word}", thousands(number)))
    .collect::<Vec<_>>()
    .join(", ")
}

fn sum(sum: &Sum) -> String {
    if sum.accounts_unknown == 0 {
        return thousands(sum.known);
    }
    format!(
        "{}, and of {} the platform does not say",
        thousands(sum.known),
        count(sum.accounts_unknown, "account", "accounts")
    )
}

fn tally(numbers: &BTreeMap<String, u64>, unknown: u64) -> String {
    let mut numbers: Vec<(&String, &u64)> = numbers.iter().collect();
    // The largest first; words stand in order where numbers are equal.
    numbers.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let each = numbers
        .into_iter()
        .map(|(word, number)| format!("{} {}", harmless(word), thousands(*number)));
    let unknown = (unknown > 0).then(|| unknown_for(unknown));
    each.chain(unknown).collect::<Vec<_>>().join(", ")
}

fn unknown_for(accounts: u64) -> String {
    format!("unknown for {}", thousands(accounts))
}

/// `0`, `2 (u1, u2)`; and of how many nobody knows, since that is not the same as none.
fn verified(accounts: &[AccountId], unknown: u64) -> String {
    let mut text = thousands(accounts.len() as u64);
    if !accounts.is_empty() {
        let _ = write!(text, " ({})", names(accounts));
    }
    if unknown > 0 {
        let _ = write!(text, ", {}", unknown_for(unknown));
    }
    text
}

fn names<'a>(accounts: impl IntoIterator<Item = &'a AccountId>) -> String {
    let accounts = accounts.into_iter();
    let names = accounts.map(|account| harmless(account.as_str()));
    names.collect::<Vec<_>>().join(", ")
}

/// Who was in contact with them: nobody among them is touched.
fn contacted(contacts: &Contacts) -> String {
    let people: u64 = contacts.people.values().sum();
    let mut text = format!(
        "  {} in contact with them, none of them touched; {} cut; the case's networks reached {} in all\n",
        count(people, "person", "people"),
        count(contacts.ties, "contact is", "contacts are"),
        count(contacts.of_case, "person", "people")
    );
    for (tier, people) in contacts.people.iter().rev() {
        let _ = writeln!(text, "    {people} {}", tier.as_str());
    }
    text
}

/// What the platform is asked to do, and how long that takes.
fn calls(blast: &Blast) -> String {
    let mut text = String::new();
    for call in &blast.calls {
        let _ = writeln!(
            text,
            "  {} times: {} ({})",
            thousands(call.accounts),
            call.request,
            call.remedy.as_str()
        );
    }
    if blast.calls.is_empty() {
        return text;
    }
    let at_once = match blast.pace.at_once {
        0 | 1 => "one after the other".to_owned(),
        several => format!("{several} at once"),
    };
    match (blast.pace.per_second, blast.takes_at_least_seconds) {
        (Some(rate), Some(seconds)) => {
            let _ = writeln!(
                text,
                "  {at_once}, {rate} requests a second at most: at least {}",
                lasting(seconds)
            );
        }
        _ => {
            let _ = writeln!(text, "  {at_once}, as fast as the platform answers");
        }
    }
    text
}

/// `45 seconds`, `12 minutes`, `3 h 20 min`.
fn lasting(seconds: u64) -> String {
    match seconds {
        0..120 => count(seconds, "second", "seconds"),
        120..7_200 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_told_in_hours() {
        assert_eq!(lasting(1), "1 second");
        assert_eq!(lasting(119), "119 seconds");
        assert_eq!(lasting(121), "3 minutes");
        assert_eq!(lasting(12_000), "3 h 20 min");
    }

    #[test]
    fn what_the_platform_does_not_say_is_not_taken_for_none() {
        assert_eq!(verified(&[], 0), "0");
        assert_eq!(verified(&[], 12), "0, unknown for 12");
        let one = ["u1".into()];
        assert_eq!(verified(&one, 3), "1 (u1), unknown for 3");
        let languages = [("pl".to_owned(), 2)].into();
        assert_eq!(tally(&languages, 1), "pl 2, unknown for 1");
        assert_eq!(tally(&BTreeMap::new(), 4), "unknown for 4");
    }

    #[test]
    fn what_is_unknown_is_said() {
        let known = Sum {
            known: 1_200,
            accounts_unknown: 0,
        };
        assert_eq!(sum(&known), "1,200");
        let partly = Sum {
            accounts_unknown: 1,
            ..known
        };
        assert_eq!(
            sum(&partly),
            "1,200, and of 1 account the platform does not say"
        );
    }
}
