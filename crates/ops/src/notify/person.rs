//! Who is one person: accounts whose addresses reach the same mailbox.

use std::collections::BTreeMap;

use avert_model::Email;

/// What a provider lets its users put into an address without making it another mailbox.
struct Provider {
    domains: &'static [&'static str],
    /// Characters that do not count.
    ignored: &'static [char],
    /// What begins a part that does not count.
    tag: Option<char>,
}

/// Providers that say so in their help pages. Of all others only letter case is taken not to count:
/// what makes two mailboxes is theirs to say.
const PROVIDERS: &[Provider] = &[
    Provider {
        domains: &["gmail.com", "googlemail.com"],
        ignored: &['.'],
        tag: Some('+'),
    },
    Provider {
        domains: &["outlook.com", "hotmail.com", "live.com", "msn.com"],
        ignored: &[],
        tag: Some('+'),
    },
    Provider {
        domains: &["icloud.com", "me.com", "mac.com"],
        ignored: &[],
        tag: Some('+'),
    },
    Provider {
        domains: &["proton.me", "protonmail.com", "pm.me"],
        ignored: &['.', '-', '_'],
        tag: Some('+'),
    },
    Provider {
        domains: &["fastmail.com", "fastmail.fm"],
        ignored: &[],
        tag: Some('+'),
    },
];

/// The mailbox that an address reaches, in one way of writing it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mailbox(String);

impl Mailbox {
    /// `None` for what is no address.
    pub(crate) fn of(email: &Email) -> Option<Self> {
        let text = email.expose().trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@')?;
        if local.is_empty() || domain.is_empty() {
            return None;
        }
        let provider = PROVIDERS
            .iter()
            .find(|provider| provider.domains.contains(&domain));
        let Some(provider) = provider else {
            return Some(Self(text));
        };
        let before_tag = provider
            .tag
            .and_then(|tag| local.split(tag).next())
            .unwrap_or(local);
        let local: String = before_tag
            .chars()
            .filter(|letter| !provider.ignored.contains(letter))
            .collect();
        Some(Self(format!("{local}@{}", provider.domains[0])))
    }

    /// What the store keeps where it must know a mailbox again without knowing it.
    pub(crate) fn hash(&self, store: &str) -> String {
        let mut hasher = blake3::Hasher::new();
        for field in [store, &self.0] {
            hasher.update(&(field.len() as u64).to_le_bytes());
            hasher.update(field.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// Puts together what belongs to one person. `better` says which of two stands for both. Who has no
/// address stands alone.
pub(super) fn together<T>(
    all: impl IntoIterator<Item = T>,
    address: impl Fn(&T) -> Option<Email>,
    better: impl Fn(&T, &T) -> bool,
) -> Vec<(T, Vec<T>)> {
    let mut people: Vec<(T, Vec<T>)> = Vec::new();
    let mut known: BTreeMap<Mailbox, usize> = BTreeMap::new();
    for one in all {
        let mailbox = address(&one).as_ref().and_then(Mailbox::of);
        let at = mailbox
            .as_ref()
            .and_then(|mailbox| known.get(mailbox).copied());
        if let Some(at) = at {
            let (first, others) = &mut people[at];
            if better(&one, first) {
                others.push(std::mem::replace(first, one));
            } else {
                others.push(one);
            }
            continue;
        }
        if let Some(mailbox) = mailbox {
            known.insert(mailbox, people.len());
        }
        people.push((one, Vec::new()));
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let mailbox = |text: &str| Mailbox::of(&Email::new(text.to_owned()));
        mailbox(one).is_some() && mailbox(one) == mailbox(other)
    }

    #[test]
    fn letter_case_never_makes_another_person() {
        assert!(same("Jo.Public@Example.org", "jo.public@example.org"));
        assert!(!same("jo.public@example.org", "jopublic@example.org"));
        assert!(!same("jo+a@example.org", "jo@example.org"));
    }

    #[test]
    fn a_providers_own_rules_count_for_its_domains_only() {
        assert!(same("j.o.p+news@gmail.com", "jop@googlemail.com"));
        assert!(same("jop+x@outlook.com", "JOP@hotmail.com"));
        assert!(!same("j.op@outlook.com", "jop@outlook.com"));
        assert!(same("j-o_p@proton.me", "jop@pm.me"));
    }

    #[test]
    fn what_is_no_address_belongs_to_nobody() {
        for text in ["", "@", "jo", "@example.org", "jo@"] {
            assert_eq!(Mailbox::of(&Email::new(text.to_owned())), None, "{text}");
        }
    }
}
