//! Patterns held against observations a second time, in the plainest words: every choice of observations that there is.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Observations, Pattern};
use crate::stix::Json;

/// An observation: the names of its files, from when to when in seconds, and how often it was made.
type Seen = (Vec<char>, u8, u8, u8);

/// How often each observation is taken.
type Choice = Vec<u8>;

#[derive(Debug, Clone)]
enum Asked {
    /// A file of this name.
    File(char),
    And(Vec<Asked>),
    Or(Vec<Asked>),
    FollowedBy(Vec<Asked>),
    Repeats(Box<Asked>, u8),
    Within(Box<Asked>, u8),
    /// From the first second on, and before the second.
    Between(Box<Asked>, u8, u8),
}

impl Asked {
    /// As it is written.
    fn text(&self) -> String {
        let all = |parts: &[Self], word: &str| {
            let parts: Vec<String> = parts.iter().map(Self::text).collect();
            format!("({})", parts.join(word))
        };
        match self {
            Self::File(name) => format!("[file:name = '{name}']"),
            Self::And(parts) => all(parts, " AND "),
            Self::Or(parts) => all(parts, " OR "),
            Self::FollowedBy(parts) => all(parts, " FOLLOWEDBY "),
            Self::Repeats(part, times) => format!("{} REPEATS {times} TIMES", self.inner(part)),
            Self::Within(part, seconds) => format!("{} WITHIN {seconds} SECONDS", self.inner(part)),
            Self::Between(part, start, stop) => {
                let (start, stop) = (at(*start), at(*stop));
                format!("{} START t'{start}' STOP t'{stop}'", self.inner(part))
            }
        }
    }

    /// What is qualified, in brackets where it is so in the same way already.
    fn inner(&self, part: &Self) -> String {
        let mut within = Some(part);
        while let Some(one) = within {
            if std::mem::discriminant(self) == std::mem::discriminant(one) {
                return format!("({})", part.text());
            }
            within = match one {
                Self::Repeats(part, _) | Self::Within(part, _) | Self::Between(part, ..) => {
                    Some(part)
                }
                Self::File(_) | Self::And(_) | Self::Or(_) | Self::FollowedBy(_) => None,
            };
        }
        part.text()
    }

    /// Every choice that makes it true.
    fn choices(&self, seen: &[Seen]) -> BTreeSet<Choice> {
        match self {
            Self::File(name) => (0..seen.len())
                .filter(|place| seen[*place].0.contains(name))
                .map(|place| {
                    let mut choice = vec![0; seen.len()];
                    choice[place] = 1;
                    choice
                })
                .collect(),
            Self::Or(parts) => parts.iter().flat_map(|part| part.choices(seen)).collect(),
            Self::And(parts) => together(parts, seen, &|_, _| true),
            Self::FollowedBy(parts) => together(parts, seen, &|before, after| {
                latest_first(before, seen) <= earliest_last(after, seen)
            }),
            Self::Repeats(part, times) => {
                let one = part.choices(seen);
                let mut all = one.clone();
                for _ in 1..*times {
                    all = joined(&all, &one, seen, &|_, _| true);
                }
                all
            }
            Self::Within(part, seconds) => {
                let mut all = part.choices(seen);
                all.retain(|choice| {
                    let apart = i16::from(latest_first(choice, seen))
                        - i16::from(earliest_last(choice, seen));
                    apart <= i16::from(*seconds)
                });
                all
            }
            Self::Between(part, start, stop) => {
                let mut all = part.choices(seen);
                all.retain(|choice| {
                    taken(choice).all(|place| {
                        let (_, first, last, _) = &seen[place];
                        start < stop && last >= start && first < stop
                    })
                });
                all
            }
        }
    }
}

fn together(
    parts: &[Asked],
    seen: &[Seen],
    fits: &dyn Fn(&Choice, &Choice) -> bool,
) -> BTreeSet<Choice> {
    let (first, rest) = parts.split_first().expect("there are parts");
    rest.iter().fold(first.choices(seen), |before, part| {
        joined(&before, &part.choices(seen), seen, fits)
    })
}

/// No observation is taken more often than it was made.
fn joined(
    left: &BTreeSet<Choice>,
    right: &BTreeSet<Choice>,
    seen: &[Seen],
    fits: &dyn Fn(&Choice, &Choice) -> bool,
) -> BTreeSet<Choice> {
    let mut both = BTreeSet::new();
    for before in left {
        for after in right {
            let sum: Choice = before
                .iter()
                .zip(after)
                .map(|(one, other)| one + other)
                .collect();
            let may_be = sum.iter().zip(seen).all(|(count, seen)| *count <= seen.3);
            if may_be && fits(before, after) {
                both.insert(sum);
            }
        }
    }
    both
}

fn taken(choice: &Choice) -> impl Iterator<Item = usize> {
    let places = choice.iter().enumerate();
    places
        .filter(|(_, count)| **count > 0)
        .map(|(place, _)| place)
}

fn latest_first(choice: &Choice, seen: &[Seen]) -> u8 {
    taken(choice)
        .map(|place| seen[place].1)
        .max()
        .expect("something is taken")
}

fn earliest_last(choice: &Choice, seen: &[Seen]) -> u8 {
    taken(choice)
        .map(|place| seen[place].2)
        .min()
        .expect("something is taken")
}

fn at(second: u8) -> String {
    format!("2026-01-01T00:00:{second:02}Z")
}

/// The observations as objects.
fn scene(seen: &[Seen]) -> String {
    let files = "abc".chars().map(
        |name| json!({ "type": "file", "id": format!("file--{name}"), "name": name.to_string() }),
    );
    let observed = seen.iter().enumerate().map(|(place, (names, first, last, number))| {
        let refs: Vec<String> = names.iter().map(|name| format!("file--{name}")).collect();
        json!({ "type": "observed-data", "id": format!("observed-data--{place}"), "first_observed": at(*first),
            "last_observed": at(*last), "number_observed": number, "object_refs": refs })
    });
    files.chain(observed).collect::<Value>().to_string()
}

fn any_seen() -> impl Strategy<Value = Seen> {
    let names = prop::sample::subsequence(vec!['a', 'b', 'c'], 1..=3);
    (names, 0_u8..6, 0_u8..3, 1_u8..3)
        .prop_map(|(names, first, lasts, number)| (names, first, first + lasts, number))
}

fn any_asked() -> impl Strategy<Value = Asked> {
    let file = prop::sample::select(vec!['a', 'b', 'c']).prop_map(Asked::File);
    file.prop_recursive(3, 6, 3, |inner| {
        let parts = || prop::collection::vec(inner.clone(), 2..4);
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            3 => parts().prop_map(Asked::And),
            1 => parts().prop_map(Asked::Or),
            2 => parts().prop_map(Asked::FollowedBy),
            4 => (boxed(), 2_u8..4).prop_map(|(part, times)| Asked::Repeats(part, times)),
            2 => (boxed(), 1_u8..4).prop_map(|(part, seconds)| Asked::Within(part, seconds)),
            1 => (boxed(), 0_u8..4, 1_u8..6)
                .prop_map(|(part, start, length)| Asked::Between(part, start, start + length)),
        ]
    })
}

/// The places that a pattern takes, or that it takes none.
fn matched(pattern: &str, seen: &[Seen]) -> Option<Vec<usize>> {
    let scene = scene(seen);
    let scene = Json::parse(&scene).unwrap();
    let observations = Observations::among(scene.as_list().unwrap());
    let pattern: Pattern = pattern.parse().unwrap();
    let found = pattern.matches(&observations).expect("so few can be tried");
    found.map(|found| found.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What matches is what some choice makes true, and what is told is such a choice.
    #[test]
    fn a_pattern_matches_where_some_choice_of_observations_makes_it_true(
        asked in any_asked(),
        seen in prop::collection::vec(any_seen(), 1..6),
    ) {
        let choices = asked.choices(&seen);
        let found = matched(&asked.text(), &seen);
        prop_assert_eq!(found.is_some(), !choices.is_empty(), "{}", asked.text());
        if let Some(places) = found {
            let is_one = choices.iter().any(|choice| taken(choice).collect::<Vec<_>>() == places);
            prop_assert!(is_one, "{} takes {places:?}", asked.text());
        }
    }
}

/// Observations of one file each, with these names, a second apart.
fn one_by_one(names: &[&str]) -> Vec<Seen> {
    let names = names.iter().zip(0_u8..);
    names
        .map(|(names, second)| (names.chars().collect(), second, second, 1))
        .collect()
}

#[test]
fn what_repeats_leaves_to_others_what_they_alone_want() {
    for (pattern, names, takes) in [
        // The closest two are the first and second, and the second is all that the other part could take.
        (
            "[file:name = 'a'] REPEATS 2 TIMES AND [file:name = 'b']",
            &["a", "ab", "a"][..],
            Some(vec![0, 1, 2]),
        ),
        (
            "[file:name = 'b'] FOLLOWEDBY [file:name = 'a'] REPEATS 2 TIMES",
            &["ab", "a", "a"],
            Some(vec![0, 1, 2]),
        ),
        (
            "([file:name = 'a'] REPEATS 2 TIMES AND [file:name = 'b']) REPEATS 2 TIMES",
            &["ab", "a", "ab", "a", "a", "a"],
            Some(vec![0, 1, 2, 3, 4, 5]),
        ),
        (
            "[file:name = 'a'] REPEATS 2 TIMES AND [file:name = 'b']",
            &["a", "ab"],
            None,
        ),
    ] {
        assert_eq!(matched(pattern, &one_by_one(names)), takes, "{pattern}");
    }
}

#[test]
fn what_repeats_beside_others_is_found_among_many() {
    let mut seen = one_by_one(&["a"; 50]);
    seen.extend(one_by_one(&["ab", "b"]));
    let pattern = "[file:name = 'a'] REPEATS 40 TIMES AND [file:name = 'b'] REPEATS 2 TIMES";
    assert_eq!(matched(pattern, &seen).map(|places| places.len()), Some(42));
    let pattern = "[file:name = 'a'] REPEATS 51 TIMES AND [file:name = 'b'] REPEATS 2 TIMES";
    assert_eq!(
        matched(pattern, &seen),
        None,
        "one of them would be taken twice"
    );
}
