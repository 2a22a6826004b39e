//! What counts as a hit, and what a truth may look like.

use avert_model::{ActivityHours, Explain as _, Finding, Member, MemberKind, Probability};

use std::path::Path;

use super::*;

const TRUTH: &str = "account,kind,cell
p1,persona,2
p2,persona,2
p3,persona,10
p4,persona,10
v1,compromised,2
h1,honest,
h2,honest-recruiter,
";

fn truth(text: &str) -> Truth {
    Truth::read(
        text.as_bytes(),
        Path::new("truth.csv"),
        &TruthColumns::default(),
    )
    .unwrap()
}

fn fails(text: &str) -> EvaluateError {
    Truth::read(
        text.as_bytes(),
        Path::new("truth.csv"),
        &TruthColumns::default(),
    )
    .unwrap_err()
}

/// Findings written as words: `p1` is proposed, `p1?` is a suspect, `p1!` is taken over.
fn found(findings: &[&str]) -> FindingSet {
    let findings = findings.iter().map(|members| finding(members)).collect();
    FindingSet {
        snapshot: "sn-0123456789abcdef".parse().unwrap(),
        detector: "co-action".to_owned(),
        detector_version: "1".to_owned(),
        accounts: 7,
        actions: 0,
        caveats: Vec::new(),
        findings,
    }
}

fn finding(members: &str) -> Finding {
    let members = members
        .split_whitespace()
        .map(|word| Member {
            account: AccountId::from(word.trim_end_matches(['?', '!'])),
            kind: match word.as_bytes().last() {
                Some(b'?') => MemberKind::Suspect,
                Some(b'!') => MemberKind::Compromised,
                _ => MemberKind::Persona,
            },
            proposed: !word.ends_with(['?', '!']),
            probability: Probability::from_log_odds(3.0),
            layers: Vec::new(),
            facts: Vec::new(),
        })
        .collect();
    Finding {
        id: "fd-0123456789".parse().unwrap(),
        snapshot: "sn-0123456789abcdef".parse().unwrap(),
        platform: "small".to_owned(),
        title: String::new(),
        detector: String::new(),
        detector_version: String::new(),
        probability: Probability::from_log_odds(3.0),
        layers: Vec::new(),
        members,
        facts: Vec::new(),
        edges: Vec::new(),
        activity: ActivityHours::default(),
        contacts: Vec::new(),
    }
}

fn is(value: Option<f64>, expect: f64) -> bool {
    value.is_some_and(|value| (value - expect).abs() < 1e-12)
}

#[test]
fn honest_and_compromised_accounts_both_count_against_precision() {
    let all = evaluate(&found(&["p1 p2 h1 v1", "p3 h2?"]), &truth(TRUTH));
    assert!(is(all.precision, 3.0 / 5.0));
    assert!(is(all.recall, 3.0 / 4.0));
    assert!(is(all.f1, 2.0 * 0.6 * 0.75 / 1.35));
    assert_eq!(
        (all.honest_hit, all.compromised_hit, all.unknown_hit),
        (1, 1, 0)
    );
    assert_eq!((all.proposed, all.personas), (5, 4));
    assert!(all.notes.is_empty());
}

#[test]
fn probabilities_are_judged_by_every_account_of_the_truth() {
    let sure = Probability::from_log_odds(3.0).get();
    let all = evaluate(&found(&["p1 p2 p3 p4", "v1!"]), &truth(TRUTH));
    assert!(is(all.average_precision, 1.0));
    assert!(is(all.calibration_error, 1.0 - sure));
    assert!(is(all.compromised_recognised, 1.0));
    let none = evaluate(&found(&["h1 v1?"]), &truth(TRUTH));
    // One of the two who are named, then the other four among seven.
    assert!(is(none.average_precision, (0.5 + 4.0 * 5.0 / 7.0) / 5.0));
    assert!(is(none.calibration_error, (2.0 * sure - 1.0) / 2.0));
    assert!(is(none.compromised_recognised, 0.0));
}

#[test]
fn scores_are_judged_whether_a_finding_names_the_account_or_not() {
    let read = |text: &str| Scores::read(text.as_bytes(), Path::new("scores.csv"));
    let scores = read("probability,account\n0.9,p1\n0.8,p2\n0.7,h1\n0.6,p3\n").unwrap();
    let all = evaluate_scored(&found(&["h1"]), &truth(TRUTH), &scores);
    // Of seven accounts the fourth hostile one is third, and two are among the three of whom nothing is said.
    let third = 3.0 / 4.0;
    assert!(is(
        all.average_precision,
        (1.0 + 1.0 + third + 2.0 * 5.0 / 7.0) / 5.0
    ));
    assert!(is(all.calibration_error, (0.1 + 0.2 + 0.7 + 0.4) / 4.0));
    assert_eq!(
        all.honest_hit, 1,
        "what is proposed is what findings propose"
    );
    assert!(matches!(
        read("account,probability\np1,1.5\n"),
        Err(EvaluateError::NoProbability { line: 2, .. })
    ));
    assert!(matches!(
        read("account,probability\np1,0.5\np1,0.4\n"),
        Err(EvaluateError::Twice { line: 3, .. })
    ));
}

#[test]
fn each_cell_says_whom_it_kept() {
    let all = evaluate(&found(&["p1 p4? v1?"]), &truth(TRUTH));
    let cell = |cell: &str, found, proposed, missed: &[&str]| CellEvaluation {
        cell: cell.to_owned(),
        personas: 2,
        found,
        proposed,
        missed: missed.iter().map(|id| AccountId::from(*id)).collect(),
    };
    assert_eq!(
        all.cells,
        [cell("2", 1, 1, &["p2"]), cell("10", 1, 0, &["p3", "p4"])]
    );
}

#[test]
fn nothing_proposed_is_not_perfect_precision() {
    let all = evaluate(&found(&["p1? p2?"]), &truth(TRUTH));
    assert_eq!((all.precision, all.f1), (None, None));
    assert!(is(all.recall, 0.0));
    assert_eq!(
        all.notes,
        ["nothing is proposed, so there is no precision to speak of"]
    );
    let json = serde_json::to_value(&all).unwrap();
    assert!(json["precision"].is_null());
    assert_eq!(json["honest_hit"], 0);
}

#[test]
fn only_honest_people_proposed_is_a_precision_of_nought() {
    let all = evaluate(&found(&["h1 h2"]), &truth(TRUTH));
    assert!(is(all.precision, 0.0) && is(all.recall, 0.0) && is(all.f1, 0.0));
    assert_eq!(all.honest_hit, 2);
}

#[test]
fn a_platform_without_personas_has_no_recall() {
    let all = evaluate(&found(&["h1"]), &truth("account,kind,cell\nh1,honest,\n"));
    assert_eq!((all.recall, all.f1), (None, None));
    assert!(is(all.precision, 0.0));
    assert!(all.cells.is_empty());
}

#[test]
fn an_account_proposed_twice_counts_once_and_an_unlisted_one_counts_against() {
    let all = evaluate(&found(&["p1 p2", "p1 zz"]), &truth(TRUTH));
    assert_eq!((all.proposed, all.unknown_hit), (3, 1));
    assert!(is(all.precision, 2.0 / 3.0));
    assert!(all.notes[0].contains("1 of the proposed accounts"));
}

#[test]
fn columns_are_found_by_name() {
    let turned = truth("\u{feff}cell,seed,kind,account\n 7 ,1, persona ,p1\n");
    assert_eq!(evaluate(&found(&["p1"]), &turned).cells[0].cell, "7");
}

#[test]
fn a_truth_that_cannot_be_read_is_refused_with_file_and_line() {
    let missing = fails("account,kind\n");
    assert_eq!(
        missing.to_string(),
        "truth.csv, line 1: there is no column 'cell'"
    );
    assert_eq!(missing.code(), "evaluate/missing-column");
    let kind = fails("account,kind,cell\nh1,honest,\nx,robot,\n");
    assert_eq!(
        kind.to_string(),
        "truth.csv, line 3: 'robot' is not a kind of account"
    );
    let twice = fails("account,kind,cell\nh1,honest,\nh1,persona,1\n");
    assert_eq!(
        twice.to_string(),
        "truth.csv, line 3: account h1 was listed before"
    );
    let short = fails("account,kind,cell\nh1,honest,\nh2\n");
    assert_eq!(
        short.to_string(),
        "truth.csv, line 3: could not read the row"
    );
    assert_eq!(short.code(), "evaluate/bad-row");
    let empty = fails("");
    assert_eq!(empty.code(), "evaluate/missing-column");
    let absent = Truth::load(
        Path::new("no-such-folder/truth.csv"),
        &TruthColumns::default(),
    )
    .unwrap_err();
    assert_eq!(absent.code(), "evaluate/truth-unreadable");
    assert!(absent.hint().unwrap().contains("avert simulate"));
}

#[test]
fn a_file_may_have_columns_and_words_of_its_own_and_what_it_does_not_say_counts_neither_way() {
    let columns = TruthColumns {
        account: "address".to_owned(),
        kind: "label".to_owned(),
        cell: None,
        hostile: vec!["sybil".to_owned()],
        honest: vec!["eligible".to_owned()],
    };
    let text = "address,label\na,sybil\nb,eligible\nc,\nd,sybil\n";
    let truth = Truth::read(text.as_bytes(), Path::new("list.csv"), &columns).unwrap();
    let evaluation = evaluate(&found(&["a b c"]), &truth);
    assert_eq!(evaluation.precision, Some(0.5));
    assert_eq!(evaluation.recall, Some(0.5));
    assert_eq!((evaluation.proposed, evaluation.unlabelled_hit), (3, 1));
    assert_eq!(evaluation.unknown_hit, 0);
    assert_eq!(evaluation.likely.f1, Some(0.5));
    assert!(truth.of(&AccountId::from("c")).is_none());
}
