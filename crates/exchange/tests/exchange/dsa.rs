//! Statements of reasons: what the EU's database takes, and that they name nobody.
//!
//! After a change that is meant: `AVERT_REWRITE_GOLDEN=1 cargo test -p avert-exchange`, then read the
//! difference in `golden/statements.json`.

use std::collections::BTreeSet;
use std::path::Path;

use avert_exchange::dsa::{self, AccountType, BATCH, Ground, Settings};
use avert_model::{
    AccountId, ActedAccount, ActedPlan, CaseId, FactCode, Found, Layer, Measure, MemberKind,
    PlanId, Probability, Timestamp,
};
use serde_json::Value;

use crate::ours::ours;
use crate::rules::faults;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time of this file")
}

fn probability(value: f64) -> Probability {
    Probability::new(value).expect("a probability of this file")
}

/// A persona that was disabled, of which everything that can be found was found.
fn acted(number: u64) -> ActedAccount {
    ActedAccount {
        key: format!("{number:032x}"),
        account: AccountId::new(format!("@anna-kowalska-{number}:chat.example.org")),
        kind: MemberKind::Persona,
        measure: Measure::Disable,
        acted_at: at("2026-05-05T23:30:00Z"),
        restored_at: None,
        found: Some(Found {
            network_accounts: 14,
            network_probability: probability(0.971),
            probability: probability(0.998),
            people_reached: 140,
            layers: vec![Layer::Ip, Layer::Device, Layer::ContactedPerson],
            facts: vec![
                FactCode::SharedObjects,
                FactCode::IndependentLayers,
                FactCode::BeyondChance,
                FactCode::ApproachesStrangers,
                FactCode::RegisteredTogether,
                FactCode::TouchesSeed,
                FactCode::DeliversToContacts,
                FactCode::ReportedByContacts,
                FactCode::UnlikelyHours,
            ],
            exonerating: 1,
            first_at: Some(at("2026-02-27T06:12:00Z")),
        }),
    }
}

fn compromised(number: u64) -> ActedAccount {
    let mut account = acted(number);
    account.kind = MemberKind::Compromised;
    if let Some(found) = &mut account.found {
        found.facts = vec![FactCode::AbruptChange];
        found.exonerating = 2;
    }
    account
}

fn plan(accounts: Vec<ActedAccount>) -> ActedPlan {
    ActedPlan {
        plan: PlanId::from_number(3),
        case: CaseId::from_number(2),
        platform: "chat.example.org".to_owned(),
        accounts,
    }
}

/// The statements on these accounts, as the database would get them.
fn stated(accounts: Vec<ActedAccount>, settings: &Settings) -> Vec<Value> {
    let told = dsa::statements(&ours(&plan(accounts)), settings);
    dsa::batches(&told.statements)
        .flat_map(|body| {
            let body: Value = serde_json::from_str(&body).expect("a body is JSON");
            body["statements"].as_array().expect("a list").clone()
        })
        .collect()
}

fn one(account: ActedAccount) -> Value {
    stated(vec![account], &Settings::default()).remove(0)
}

#[test]
fn every_statement_keeps_to_the_rules_of_the_database() {
    let law = Settings {
        ground: Ground::Law,
        clause: Some("Invented Act on Deception, section 3".to_owned()),
        account_type: Some(AccountType::Private),
        content_language: Some("EN".to_owned()),
        state_secured_accounts: true,
        ..Settings::default()
    };
    law.check().unwrap();
    for settings in [Settings::default(), law] {
        for measure in [Measure::Disable, Measure::Restrict, Measure::Secure] {
            for mut account in [acted(1), compromised(2)] {
                account.measure = measure;
                for restored_at in [None, Some(at("2026-05-07T09:00:00Z"))] {
                    account.restored_at = restored_at;
                    for statement in stated(vec![account.clone()], &settings) {
                        assert_eq!(faults(&statement), [""; 0], "{statement:#}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_disabled_account_is_suspended_and_a_restricted_one_loses_part_of_the_service() {
    let disabled = one(acted(1));
    assert_eq!(disabled["decision_account"], "DECISION_ACCOUNT_SUSPENDED");
    assert!(disabled["decision_provision"].is_null());
    let restricted = one(ActedAccount {
        measure: Measure::Restrict,
        ..acted(1)
    });
    assert!(restricted["decision_account"].is_null());
    assert_eq!(
        restricted["decision_provision"],
        "DECISION_PROVISION_PARTIAL_SUSPENSION"
    );
}

#[test]
fn no_decision_is_called_fully_automated() {
    let statement = one(acted(1));
    assert_eq!(statement["automated_detection"], "Yes");
    assert_eq!(
        statement["automated_decision"],
        "AUTOMATED_DECISION_PARTIALLY"
    );
    let facts = statement["decision_facts"].as_str().unwrap();
    assert!(facts.contains("a second person") && facts.contains("approved it"));
}

#[test]
fn an_account_in_the_wrong_hands_is_not_called_inauthentic() {
    let statement = one(compromised(1));
    let keywords = &statement["category_specification"];
    assert_eq!(keywords[0], "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING");
    let facts = statement["decision_facts"].as_str().unwrap();
    assert!(
        facts.contains("used by somebody other than its owner"),
        "{facts}"
    );
    assert!(!facts.contains("does not exist"), "{facts}");
}

#[test]
fn an_account_secured_for_its_owner_has_a_statement_only_if_the_platform_says_so() {
    let mut settings = Settings::default();
    let secured = ActedAccount {
        measure: Measure::Secure,
        ..compromised(2)
    };
    let accounts = plan(vec![acted(1), secured]);
    let told = dsa::statements(&ours(&accounts), &settings);
    assert_eq!((told.statements.len(), told.secured), (1, 1));
    settings.state_secured_accounts = true;
    let told = dsa::statements(&ours(&accounts), &settings);
    assert_eq!((told.statements.len(), told.secured), (2, 0));
}

#[test]
fn a_measure_that_was_undone_carries_the_day_on_which_it_ended_under_the_same_name() {
    let mut account = acted(1);
    let before = one(account.clone());
    account.restored_at = Some(at("2026-05-07T09:00:00Z"));
    let after = one(account.clone());
    assert!(before["end_date_account_restriction"].is_null());
    assert_eq!(after["end_date_account_restriction"], "2026-05-07");
    assert_eq!(after["puid"], before["puid"]);
    account.measure = Measure::Restrict;
    assert_eq!(one(account)["end_date_service_restriction"], "2026-05-07");
}

#[test]
fn days_are_days_in_utc_and_the_content_is_as_old_as_the_first_thing_seen() {
    let mut account = acted(1);
    let statement = one(account.clone());
    assert_eq!(statement["application_date"], "2026-05-05");
    assert_eq!(statement["content_date"], "2026-02-27");
    // A clock that was wrong, or nothing seen: then the day of the decision.
    for first_at in [
        Some(at("1970-01-01T00:00:00Z")),
        Some(at("2031-01-01T00:00:00Z")),
        None,
    ] {
        account.found.as_mut().unwrap().first_at = first_at;
        assert_eq!(one(account.clone())["content_date"], "2026-05-05");
    }
    account.found = None;
    assert_eq!(faults(&one(account)), [""; 0]);
}

#[test]
fn nobody_is_named_whatever_accounts_and_signals_are_called() {
    let mut account = acted(1);
    account.account = AccountId::new("anna.kowalska@example.org");
    let named: Layer = "x-anna-kowalska".parse().unwrap();
    account.found.as_mut().unwrap().layers.push(named);
    let mut plan = plan(vec![account]);
    plan.platform = "kowalska.example.org".to_owned();
    let told = dsa::statements(&ours(&plan), &Settings::default());
    let body: String = dsa::batches(&told.statements).collect();
    for planted in [
        "anna",
        "kowalska",
        "example.org",
        "@",
        "x-",
        "tp-3",
        "case-2",
    ] {
        assert!(
            !body.to_lowercase().contains(planted),
            "{planted} in {body}"
        );
    }
    assert!(body.contains("a signal of the platform's own"));
}

#[test]
fn a_request_holds_a_hundred_statements_at_most_and_every_name_is_given_once() {
    let accounts = (0..=2 * BATCH as u64).map(acted).collect();
    let told = dsa::statements(&ours(&plan(accounts)), &Settings::default());
    let sizes: Vec<usize> = dsa::batches(&told.statements)
        .map(|body| body.matches("\"puid\"").count())
        .collect();
    assert_eq!(sizes, [BATCH, BATCH, 1]);
    let names: BTreeSet<&str> = told.statements.iter().map(dsa::Statement::puid).collect();
    assert_eq!(names.len(), 2 * BATCH + 1);
}

#[test]
fn two_statements_stay_as_they_were() {
    let mut restricted = compromised(2);
    restricted.measure = Measure::Restrict;
    restricted.restored_at = Some(at("2026-05-07T09:00:00Z"));
    let told = dsa::statements(
        &ours(&plan(vec![acted(1), restricted])),
        &Settings::default(),
    );
    let body: String = dsa::batches(&told.statements).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/statements.json");
    if std::env::var_os("AVERT_REWRITE_GOLDEN").is_some() {
        std::fs::write(&path, body).unwrap();
        return;
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), body);
}
