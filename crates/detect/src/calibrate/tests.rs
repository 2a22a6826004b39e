//! What is learned of labels, and what a model file may look like.

use std::path::Path;

use avert_model::Explain as _;

use super::features::{AccountFeatures, Detector};
use super::learn::{Labelled, learn};
use super::model::Model;
use super::platt::probability;
use super::*;

/// An account with values by name; the rest are 0.
fn account(detector: Detector, log_odds: f64, values: &[(&str, f32)]) -> AccountFeatures {
    let mut account = AccountFeatures {
        detector,
        log_odds,
        values: vec![0.0; FEATURES.len()],
    };
    for (name, value) in values {
        let place = FEATURES.iter().position(|feature| feature.name == *name);
        account.values[place.unwrap()] = *value;
    }
    account
}

/// Numbers that look drawn: the same ones each time.
fn drawn(number: u32) -> f32 {
    let mut mixed = number.wrapping_add(0x9e37_79b9);
    for multiplier in [0x85eb_ca6b, 0xc2b2_ae35] {
        mixed = (mixed ^ (mixed >> 15)).wrapping_mul(multiplier);
    }
    ((mixed ^ (mixed >> 16)) >> 8) as f32 / (1_u32 << 24) as f32
}

/// Accounts whose label hangs on two features together, and on nothing that the detector says.
fn lessons() -> Vec<Labelled> {
    (0..4000_u32)
        .map(|number| {
            let (one, other) = (drawn(2 * number), drawn(2 * number + 1));
            let odd = (one > 0.5) != (other > 0.5);
            let wrong = drawn(number + 70_000) < 0.1;
            Labelled {
                features: account(
                    Detector::Linkage,
                    1.0,
                    &[("alike-1d", one), ("actions", other)],
                ),
                hostile: odd != wrong,
                group: number / 3,
            }
        })
        .collect()
}

#[test]
fn what_two_features_say_together_is_learned_and_holds_for_accounts_not_seen() {
    let model = learn(&lessons(), false, "a test".to_owned());
    let measured = model.measured.unwrap();
    assert!(measured.average_precision > 0.85, "{measured:?}");
    assert!(measured.average_precision_without < 0.6, "{measured:?}");
    assert!(measured.calibration_error < 0.05, "{measured:?}");
    let odds = |one: f32, other: f32| {
        let values = [("alike-1d", one), ("actions", other)];
        probability(model.log_odds(&account(Detector::Linkage, 1.0, &values)))
    };
    assert!(odds(0.9, 0.1) > 0.8 && odds(0.1, 0.9) > 0.8);
    assert!(odds(0.9, 0.9) < 0.2 && odds(0.1, 0.1) < 0.2);
}

#[test]
fn a_group_is_never_on_both_sides() {
    // The label hangs on the group and on nothing else: whoever peeks would know it.
    let lessons: Vec<Labelled> = (0..2000_u32)
        .map(|number| {
            let group = number / 40;
            Labelled {
                features: account(Detector::None, -3.0, &[("actions", drawn(group))]),
                hostile: drawn(group + 500) > 0.5,
                group,
            }
        })
        .collect();
    let measured = learn(&lessons, false, String::new()).measured.unwrap();
    let base = measured.hostile as f64 / measured.accounts as f64;
    assert!(measured.average_precision < base + 0.2, "{measured:?}");
    assert_eq!(measured.groups, 50);
}

#[test]
fn the_same_labels_give_the_same_file_and_the_file_is_read_back() {
    let model = learn(&lessons(), false, "a test".to_owned());
    assert_eq!(
        learn(&lessons(), false, "a test".to_owned()).text(),
        model.text()
    );
    let read = Model::parse(&model.text(), Path::new("m.toml")).unwrap();
    assert_eq!(read, model);
}

#[test]
fn readings_alone_have_nothing_of_features() {
    let model = learn(&lessons(), true, String::new());
    assert!(!model.text().contains("[[feature]]"));
    assert!(model.detector.contains_key(&Detector::Linkage));
}

#[test]
fn the_shipped_model_is_read_and_never_turns_a_ranking_round() {
    let shipped = Model::shipped();
    assert!(shipped.detector.values().all(|reading| reading.slope > 0.0));
    assert!(!shipped.trained_on.is_empty());
}

#[test]
fn files_that_are_no_models_of_this_version_are_refused_with_the_reason() {
    let fails = |text: &str| Model::parse(text, Path::new("m.toml")).unwrap_err();
    let other = fails("version = 2\nsomething = \"new\"\n");
    assert_eq!(other.code(), "model/other-version");
    assert!(other.to_string().contains("version 2"), "{other}");
    assert_eq!(fails("").code(), "model/malformed");
    assert_eq!(fails("version = 1").code(), "model/malformed");
    let head = "version = 1\ntrained_on = \"\"\n[detector]\n";
    let fault = |rest: &str| fails(&format!("{head}{rest}")).to_string();
    assert!(
        fault("[[feature]]\nname = \"shoe-size\"\nedges = []\nweights = [1.0]\n")
            .contains("no feature 'shoe-size'")
    );
    assert!(
        fault("[[feature]]\nname = \"actions\"\nedges = [1.0]\nweights = [1.0]\n")
            .contains("one weight more")
    );
    assert!(
        fault("[[feature]]\nname = \"actions\"\nedges = [2.0, 1.0]\nweights = [1.0, 1.0, 1.0]\n")
            .contains("ascending")
    );
    assert!(
        fault("[[feature]]\nname = \"actions\"\nedges = []\nweights = [nan]\n")
            .contains("not a number")
    );
    let pair =
        "[[pair]]\nnames = [\"actions\", \"strangers\"]\nedges = [[1.0], []]\nweights = [[1.0]]\n";
    assert!(fault(pair).contains("for each of its steps"));
}
