//! The pattern behind an e-mail address: what a generator of addresses leaves the same.
//!
//! It owns what counts as the same pattern, and does not judge whether one is rare: many honest
//! people are called `anna` and were born in some year.

/// No address is longer (RFC 5321 allows 64 + 1 + 255 bytes).
const LONGEST_BYTES: usize = 320;

/// A pattern with fewer letters than this says nothing: addresses that are telephone numbers.
const LEAST_LETTERS: usize = 3;

/// The pattern of an address: `Anna.K.1987+news@Mail.example.org` is `anna.k.#@mail.example.org`.
///
/// Lower case, no `+tag`, every run of digits in the local part as `#`; separators and domain
/// stay. `None` where nothing was left out, because nobody else has the whole address; where fewer
/// than three letters remain; and where it is no address.
pub(crate) fn stem(email: &str) -> Option<String> {
    let email = email.trim();
    if email.len() > LONGEST_BYTES {
        return None;
    }
    let address = email.to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let mailbox = match local.split_once('+') {
        Some((before, _)) if !before.is_empty() => before,
        _ => local,
    };
    if mailbox.is_empty() || domain.is_empty() {
        return None;
    }
    let mut stem = String::with_capacity(address.len());
    for letter in mailbox.chars() {
        if !letter.is_numeric() {
            stem.push(letter);
        } else if !stem.ends_with('#') {
            stem.push('#');
        }
    }
    let letters = stem.chars().filter(|letter| letter.is_alphabetic()).count();
    // One mailbox under several tags is one mailbox, however it is called.
    if letters < LEAST_LETTERS && mailbox == local {
        return None;
    }
    let same = stem == local;
    stem.push('@');
    stem.push_str(domain);
    (!same).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(email: &str, expect: &str) {
        assert_eq!(stem(email).as_deref(), Some(expect), "{email}");
    }

    #[test]
    fn digits_tags_and_case_are_left_out_and_the_rest_stays() {
        check("Anna.K.1987@Mail.example.org", "anna.k.#@mail.example.org");
        check(
            "anna.k.1988+news@mail.example.org",
            "anna.k.#@mail.example.org",
        );
        check(
            "a1b22c333_d@mail2.example.org",
            "a#b#c#_d@mail2.example.org",
        );
        check("łucja٣٤@poczta.example", "łucja#@poczta.example");
    }

    #[test]
    fn addresses_of_one_generator_collide() {
        let all: Vec<_> = (95..105)
            .map(|number| stem(&format!("dana.kerr{number}@mail.example.org")))
            .collect();
        assert!(all[0].is_some());
        assert!(all.iter().all(|one| *one == all[0]));
    }

    #[test]
    fn other_names_separators_and_domains_are_other_patterns() {
        let patterns = [
            "anna.k.1987@mail.example.org",
            "anna_k_1987@mail.example.org",
            "annak1987@mail.example.org",
            "anna.k.1987@example.org",
            "anna.m.1987@mail.example.org",
        ]
        .map(stem);
        for (place, one) in patterns.iter().enumerate() {
            assert!(one.is_some());
            assert!(!patterns[place + 1..].contains(one));
        }
    }

    #[test]
    fn an_address_that_nothing_can_be_left_out_of_has_no_pattern() {
        assert_eq!(stem("anna.kowal@mail.example.org"), None);
        assert_eq!(stem("Anna.Kowal@mail2.example.org"), None);
    }

    #[test]
    fn one_mailbox_under_several_tags_is_one_pattern() {
        check("anna+a@example.org", "anna@example.org");
        check("ab+x@example.org", "ab@example.org");
        check("+tag1@example.org", "+tag#@example.org");
    }

    #[test]
    fn numbers_alone_are_no_pattern() {
        assert_eq!(stem("600700800@example.org"), None);
        assert_eq!(stem("ab77@example.org"), None);
    }

    #[test]
    fn what_is_no_address_has_no_pattern() {
        for text in ["", "@", "anna1", "anna1@", "@example.org", " "] {
            assert_eq!(stem(text), None, "{text}");
        }
        assert_eq!(stem(&format!("{}1@example.org", "a".repeat(400))), None);
    }
}
