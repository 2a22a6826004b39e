use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::stix::Json;

const VERDICTS: &str = include_str!("../../../tests/golden/stix/patterns.ndjson");
const SCENES: &str = include_str!("../../../tests/golden/stix/scenes.json");
const MATCHES: &str = include_str!("../../../tests/golden/stix/matches.ndjson");

fn rows(lines: &str) -> Vec<Value> {
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn is_valid(pattern: &str) -> bool {
    let parsed = pattern.parse::<Pattern>();
    parsed.is_ok_and(|pattern| pattern.impossible_hashes().is_empty())
}

/// Where stix2-patterns of OASIS says otherwise, and the clause of STIX 2.1 that decides.
const OTHERWISE: [(&str, &str); 2] = [
    (
        "/* begin */ [a:b = 1]",
        "9.3: comments are left out wherever they stand; the tool looks for the bracket first",
    ),
    (
        "[file:hashes.'SHA-1' LIKE 'x']",
        "9.6: LIKE takes a pattern of letters and not a hash",
    ),
];

#[test]
fn what_is_a_pattern_is_what_oasis_says_is_one() {
    let rows = rows(VERDICTS);
    assert!(rows.len() > 400);
    let mut otherwise = Vec::new();
    for row in &rows {
        let pattern = row["pattern"].as_str().unwrap();
        if is_valid(pattern) != row["valid"].as_bool().unwrap() {
            otherwise.push(pattern);
        }
    }
    let known: Vec<&str> = OTHERWISE.iter().map(|(pattern, _)| *pattern).collect();
    assert_eq!(otherwise, known);
}

#[test]
fn what_matches_is_what_oasis_says_matches() {
    let scenes: Value = serde_json::from_str(SCENES).unwrap();
    let mut otherwise = BTreeSet::new();
    for row in rows(MATCHES) {
        let pattern = row["pattern"].as_str().unwrap();
        let scene = scenes[row["scene"].as_str().unwrap()].to_string();
        let scene = Json::parse(&scene).unwrap();
        let observations = Observations::among(scene.as_list().unwrap());
        let matched = pattern.parse::<Pattern>().unwrap().matches(&observations);
        // It breaks off where a value is no address; here such a value is in no network.
        let expected = row["matches"].as_bool();
        if expected.is_some_and(|expected| expected != matched.unwrap().is_some()) {
            otherwise.insert(format!("{} {pattern}", row["scene"].as_str().unwrap()));
        }
    }
    assert_eq!(otherwise, BTreeSet::new());
}

#[test]
fn a_million_letters_are_read_and_brackets_end_somewhere() {
    let long = vec!["[a:b = 'x' OR a:c IN (1,2)]"; 36_000].join(" AND ");
    assert!(long.len() > 1_000_000);
    assert!(long.parse::<Pattern>().is_ok());
    for (open, close) in [("(", ")"), ("[(", ")]")] {
        let deep = format!("{}[a:b=1]{}", open.repeat(500_000), close.repeat(500_000));
        assert!(deep.parse::<Pattern>().is_err());
    }
    let path = format!("[a:{}b = 1]", "b.".repeat(500_000));
    assert!(path.parse::<Pattern>().is_err());
    let text = format!("[a:b = '{}']", "x".repeat(1_000_000));
    assert!(text.parse::<Pattern>().is_ok());
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (pattern, told) in [
        (
            "[a:b = 1",
            "byte 8 of the pattern: a ] or another comparison should be here",
        ),
        (
            "[a:b ~ 1]",
            "byte 5 of the pattern: no word of a pattern begins so",
        ),
        (
            "",
            "byte 0 of the pattern: an observation, in square brackets, should be here",
        ),
        (
            "[é:b = 1]",
            "byte 1 of the pattern: no word of a pattern begins so",
        ),
    ] {
        assert_eq!(pattern.parse::<Pattern>().unwrap_err().to_string(), told);
    }
}

#[test]
fn a_regular_expression_that_only_backtracking_carries_out_is_told_and_matches_nothing() {
    let pattern: Pattern = "[file:name MATCHES '(?<=a)b'] OR [file:name NOT MATCHES '(a)\\\\1']"
        .parse()
        .unwrap();
    assert_eq!(pattern.unsupported().len(), 2);
    let scene = scene(&[("1", "ab")]);
    let scene = Json::parse(&scene).unwrap();
    let observations = Observations::among(scene.as_list().unwrap());
    assert_eq!(pattern.matches(&observations), Ok(None));
}

#[test]
fn too_many_ways_to_choose_are_told_and_end() {
    let many: Vec<(String, &str)> = (0..200).map(|number| (number.to_string(), "x")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(id, name)| (id.as_str(), *name)).collect();
    let scene = scene(&many);
    let scene = Json::parse(&scene).unwrap();
    let observations = Observations::among(scene.as_list().unwrap());
    let one = "[file:name = 'x']";
    let all = [one; 12].join(" AND ");
    let pattern: Pattern = format!("({all}) WITHIN 1 SECONDS").parse().unwrap();
    assert_eq!(pattern.matches(&observations), Err(TooMany));
    let repeated: Pattern = format!("{one} REPEATS 200 TIMES").parse().unwrap();
    assert_eq!(
        repeated.matches(&observations).unwrap().unwrap().0.len(),
        200
    );
}

#[test]
fn what_leads_round_in_circles_or_takes_too_long_is_told_and_ends() {
    let circle = serde_json::json!([
        { "type": "directory", "id": "directory--1", "path": "x", "contains_refs": ["directory--1", "directory--2"] },
        { "type": "directory", "id": "directory--2", "path": "x", "contains_refs": ["directory--1", "directory--2"] },
        { "type": "observed-data", "id": "observed-data--1", "first_observed": "2026-01-01T00:00:00Z",
          "last_observed": "2026-01-01T00:00:00Z", "number_observed": 1, "object_refs": ["directory--1"] },
    ]).to_string().replace("[\"directory--1\"]", "[\"directory--1\",\"directory--2\"]");
    let scene = Json::parse(&circle).unwrap();
    let observations = Observations::among(scene.as_list().unwrap());
    let way = "contains_refs[*].".repeat(45);
    let pattern: Pattern = format!("[directory:{way}path = 'y']").parse().unwrap();
    assert_eq!(pattern.matches(&observations), Err(TooMany));
    let long = self::scene(&[("1", &"a".repeat(200_000))]);
    let scene = Json::parse(&long).unwrap();
    let observations = Observations::among(scene.as_list().unwrap());
    let pattern = format!("[file:name LIKE '%{}b']", "a".repeat(100_000));
    let pattern: Pattern = pattern.parse().unwrap();
    assert_eq!(pattern.matches(&observations), Err(TooMany));
}

/// Observations of one file each, a second apart.
fn scene(files: &[(&str, &str)]) -> String {
    let mut objects = Vec::new();
    for (second, (id, name)) in files.iter().enumerate() {
        let file = format!("file--{id}");
        let at = format!("2026-01-01T00:{:02}:{:02}Z", second / 60, second % 60);
        objects.push(
            serde_json::json!({ "type": "file", "id": file, "name": name, "size": name.len() }),
        );
        objects.push(serde_json::json!({ "type": "observed-data", "id": format!("observed-data--{id}"),
            "first_observed": at, "last_observed": at, "number_observed": 1, "object_refs": [file] }));
    }
    Value::from(objects).to_string()
}

fn any_comparison() -> impl Strategy<Value = String> {
    let test = prop_oneof![
        "[a-c]{1,2}".prop_map(|name| format!("file:name = '{name}'")),
        "[a-c]{1,2}".prop_map(|name| format!("file:name NOT = '{name}'")),
        "[a-c]".prop_map(|name| format!("file:name IN ('{name}','zz')")),
        "[a-c]".prop_map(|name| format!("file:name LIKE '{name}%'")),
        (0_u8..4).prop_map(|size| format!("file:size = {size}")),
        (0_u8..4).prop_map(|size| format!("file:size = {size}.0")),
        (0_u8..4).prop_map(|size| format!("file:size > {size}")),
        Just("NOT EXISTS file:mime_type".to_owned()),
        Just("mutex:name != 'a'".to_owned()),
        Just("file:hashes.MD5 = 'a'".to_owned()),
    ];
    test.prop_recursive(2, 6, 3, |inner| {
        (prop::collection::vec(inner, 2..4), any::<bool>())
            .prop_map(|(all, and)| format!("({})", all.join(if and { " AND " } else { " OR " })))
    })
}

fn any_pattern() -> impl Strategy<Value = String> {
    let one = any_comparison().prop_map(|comparison| format!("[{comparison}]"));
    one.prop_recursive(2, 5, 3, |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 2..3), 0..3_usize).prop_map(|(all, word)| {
                format!("({})", all.join([" AND ", " OR ", " FOLLOWEDBY "][word]))
            }),
            (inner, 0..3_usize).prop_map(|(inner, word)| {
                let qualifier = [
                    "REPEATS 2 TIMES",
                    "WITHIN 2 SECONDS",
                    "START t'2026-01-01T00:00:01Z' STOP t'2026-01-01T00:00:04Z'",
                ][word];
                format!("({inner}) {qualifier}")
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The index leaves out nothing that matches.
    #[test]
    fn the_patterns_that_match_are_the_same_with_the_index_and_without(
        patterns in prop::collection::vec(any_pattern(), 1..12),
        names in prop::collection::vec("[a-c]{1,3}", 0..5),
    ) {
        let ids: Vec<String> = (0..names.len()).map(|number| number.to_string()).collect();
        let files: Vec<(&str, &str)> = ids.iter().map(String::as_str)
            .zip(names.iter().map(String::as_str)).collect();
        let scene = scene(&files);
        let scene = Json::parse(&scene).unwrap();
        let observations = Observations::among(scene.as_list().unwrap());
        let patterns: Vec<Pattern> = patterns.iter().map(|pattern| pattern.parse().unwrap()).collect();
        let one_by_one: Vec<_> = patterns.iter().enumerate()
            .filter_map(|(place, pattern)| Some((place, pattern.matches(&observations).transpose()?)))
            .collect();
        let set = PatternSet::new(patterns);
        prop_assert_eq!(set.matches(&observations), one_by_one);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[\\[\\]()a-cA-ZN'\\\\:.*=<>!0-9,ht é/-]{0,60}") {
        let _ = text.parse::<Pattern>();
    }
}
