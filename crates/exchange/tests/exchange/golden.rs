//! The report of one invented case, byte for byte.
//!
//! After a change that is meant: `AVERT_REWRITE_GOLDEN=1 cargo test -p avert-exchange`, then read
//! the difference.

use std::path::Path;

use avert_exchange::report::{self, ReportOptions};
use avert_model::{Belongs, Dossier, MemberChange, ReportPart, ReportWords};

use crate::fixture;
use crate::ours::ours;

fn check(name: &str, report: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("AVERT_REWRITE_GOLDEN").is_some() {
        std::fs::write(&path, report).expect("the folder of golden files can be written");
        return;
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file is part of the project");
    if golden != report {
        let line = golden
            .lines()
            .zip(report.lines())
            .take_while(|(a, b)| a == b)
            .count();
        panic!(
            "{name} differs from line {}:\n  was {:?}\n  is  {:?}\nIf that is meant, run with \
             AVERT_REWRITE_GOLDEN=1 and read the difference.",
            line + 1,
            golden.lines().nth(line),
            report.lines().nth(line),
        );
    }
}

#[test]
fn the_report_of_a_cell_stays_as_it_was() {
    let dossier = fixture::cell();
    let options = ReportOptions::default();
    check("cell.md", &report::markdown(&ours(&dossier), &options));
    check("cell.html", &report::html(&ours(&dossier), &options));
    check("cell.json", &report::json(&ours(&dossier), &options));
}

#[test]
fn an_approval_by_name_only_is_never_told_as_if_it_were_signed() {
    let mut dossier = fixture::cell();
    let options = ReportOptions::default();
    let told = |dossier: &Dossier| {
        [
            report::markdown(&ours(dossier), &options),
            report::html(&ours(dossier), &options),
        ]
    };
    // The plan is signed for, the list is not.
    for text in told(&dossier) {
        assert_eq!(
            text.matches("by name only, not signed").count(),
            2,
            "{text}"
        );
        assert_eq!(text.matches("signed with").count(), 1, "{text}");
    }
    let key = "passkey SHA256:uNi1CDvuvsQWEPTRBJLQzHUdJPCXlpAjHdJLHVGmvcQ";
    let given = dossier.plans[0].approval.as_mut();
    given.expect("it is approved").signed_with = Some(key.to_owned());
    for text in told(&dossier) {
        assert_eq!(
            text.matches("signed with the passkey ").count(),
            1,
            "{text}"
        );
    }
    for approval in [
        &mut dossier.plans[0].approval,
        &mut dossier.notice_lists[0].approval,
    ] {
        approval.as_mut().expect("both are approved").signed_with = None;
    }
    for text in told(&dossier) {
        assert_eq!(
            text.matches("by name only, not signed").count(),
            4,
            "{text}"
        );
        assert!(!text.contains("signed with"), "{text}");
    }
    // What an older Avert wrote down says neither.
    dossier.plans[0].approval = None;
    dossier.notice_lists[0].approval = None;
    for text in told(&dossier) {
        assert!(
            text.contains("pproved by") && !text.contains("signed"),
            "{text}"
        );
    }
}

#[test]
fn the_page_allows_its_own_style_and_nothing_else() {
    let html = report::html(&ours(&fixture::cell()), &ReportOptions::default());
    let between = |from: &str, to: &str| {
        let rest = html.split_once(from).expect(from).1;
        rest.split_once(to).expect(to).0.to_owned()
    };
    let style = between("<style>", "</style>");
    let digest = ring::digest::digest(&ring::digest::SHA256, style.as_bytes());
    assert_eq!(between("style-src 'sha256-", "'"), base64(digest.as_ref()));
    assert!(between("default-src ", ";").contains("'none'"));
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("href=\"http"));
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0, |group, byte| group << 8 | usize::from(*byte))
            << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            text.push(if digit <= chunk.len() {
                char::from(DIGITS[group >> (18 - 6 * digit) & 63])
            } else {
                '='
            });
        }
    }
    text
}

#[test]
fn a_report_of_a_big_network_stays_readable() {
    let options = ReportOptions::default();
    let (small, big) = (fixture::network_of(60), fixture::network_of(2_000));
    let html = report::html(&ours(&big), &options);
    assert!(
        html.len() < 4 * report::html(&ours(&small), &options).len(),
        "{} bytes",
        html.len()
    );
    assert!(html.contains("more"), "what is left out is counted");
}

#[test]
fn what_an_adversary_wrote_changes_nothing_but_text() {
    let mut dossier = fixture::cell();
    let hostile = "</style><script>alert(1)</script>\u{202e}![x](http://example.org) | `a`";
    dossier.case.title = hostile.to_owned();
    dossier.findings[0].title = hostile.to_owned();
    dossier.case.notes[0].text = hostile.to_owned();
    for member in &mut dossier.findings[0].members {
        for fact in &mut member.facts {
            fact.objects.push(hostile.to_owned());
        }
    }
    let options = ReportOptions::default();
    let html = report::html(&ours(&dossier), &options);
    assert!(!html.contains("<script") && !html.contains('\u{202e}'));
    assert_eq!(html.matches("<style").count(), 1);
    let markdown = report::markdown(&ours(&dossier), &options);
    assert!(!markdown.contains('\u{202e}'));
    for line in markdown.lines() {
        // Between backticks, markup is text.
        let outside: String = line.split("``").step_by(2).collect();
        let outside = outside.replace("\\<", "").replace("\\!", "");
        let live = ["<script", "![x](http"]
            .iter()
            .find(|markup| outside.contains(**markup));
        assert_eq!(live, None, "{line}");
    }
    assert!(
        serde_json::from_str::<serde_json::Value>(&report::json(&ours(&dossier), &options)).is_ok()
    );
}

#[test]
fn accounts_that_were_put_back_are_told_with_who_put_them_back_and_when() {
    let mut dossier = fixture::cell();
    let plan = &mut dossier.plans[0];
    plan.state = "reversed".to_owned();
    plan.put_back = std::mem::take(&mut plan.acted_on);
    plan.totals.restored = std::mem::take(&mut plan.totals.done);
    plan.signatures.push(avert_model::Signature {
        act: "reversed".to_owned(),
        by: "Noor Haddad".to_owned(),
        at: fixture::at("2026-05-06T11:30:00Z"),
    });
    plan.appeals.granted = 1;
    plan.appeals.rejected = 2;
    let options = ReportOptions::default();
    let text = report::markdown(&ours(&dossier), &options);
    assert!(
        text.contains("on 6 May 2026, 11:30 UTC, by Noor Haddad; the takedown was approved by"),
        "{text}"
    );
    assert!(
        text.contains("one was granted and two were rejected"),
        "{text}"
    );
    assert_eq!(text.matches("| put back |").count(), 7);
    let json: serde_json::Value =
        serde_json::from_str(&report::json(&ours(&dossier), &options)).expect("a report is JSON");
    assert_eq!(json["findings"][0]["members"][0]["put_back"], true);
}

#[test]
fn what_was_purged_is_told_as_purged_and_not_as_if_it_had_never_been() {
    let mut dossier = fixture::cell();
    dossier.purged_at = Some(fixture::at("2026-05-06T12:00:00Z"));
    dossier.contacts.clear();
    for note in &mut dossier.case.notes {
        note.text.clear();
    }
    for finding in &mut dossier.findings {
        finding.contacts.clear();
        finding.facts.clear();
        finding.edges.clear();
        for member in &mut finding.members {
            member.facts.clear();
        }
    }
    let options = ReportOptions::default();
    for text in [
        report::markdown(&ours(&dossier), &options),
        report::html(&ours(&dossier), &options),
    ] {
        assert!(
            text.contains("was purged on 6 May 2026, 12:00 UTC"),
            "{text}"
        );
        assert!(text.contains("(purged)"));
        for never in ["No contact", "No fact is on record"] {
            assert!(!text.contains(never), "{never}");
        }
    }
}

#[test]
fn whoever_people_took_out_of_the_case_is_shown_and_counted_nowhere() {
    let mut dossier = fixture::cell();
    let options = ReportOptions::default();
    let personas = |dossier: &Dossier| {
        let told: serde_json::Value =
            serde_json::from_str(&report::json(&ours(dossier), &options)).expect("it is JSON");
        told["summary"]["personas"].as_u64().expect("it is counted")
    };
    let before = personas(&dossier);
    let account = dossier.findings[0].members[0].account.clone();
    let says = |change| MemberChange {
        account: account.clone(),
        change,
        by: "ines".into(),
        at: dossier.made_at,
        reason: "we know her".into(),
    };
    let (out, back) = (says(Belongs::Removed), says(Belongs::Added));
    dossier.changes.push(out);
    assert_eq!(personas(&dossier), before - 1);
    for text in [
        report::markdown(&ours(&dossier), &options),
        report::html(&ours(&dossier), &options),
    ] {
        assert!(
            text.contains("acted on, and taken out of the case"),
            "{text}"
        );
        assert!(text.contains("see whether to put it back"), "{text}");
        assert!(
            text.contains("shown in the tables, counted nowhere"),
            "{text}"
        );
    }
    dossier.changes.push(back);
    assert_eq!(personas(&dossier), before, "the last word counts");
}

#[test]
fn what_somebody_wrote_comes_first_and_what_they_left_out_is_told() {
    let mut dossier = fixture::cell();
    let options = ReportOptions::default();
    dossier.words = Some(ReportWords {
        version: 1,
        title: "An invented network".into(),
        text: "It asked engineers for work samples.\n\n<script>alert(1)</script> [a](https://evil.example.org)".into(),
        leaves_out: [ReportPart::Network, ReportPart::Actions].into(),
        by: "ines".into(),
        at: dossier.made_at,
    });
    let account = dossier.findings[0].members[0].account.as_str();
    for text in [
        report::markdown(&ours(&dossier), &options),
        report::html(&ours(&dossier), &options),
    ] {
        assert!(text.contains("An invented network"), "{text}");
        assert!(
            text.contains("It asked engineers for work samples"),
            "{text}"
        );
        assert!(!text.contains("<script>"), "{text}");
        assert!(
            !text.contains("checked by reading back"),
            "a plan is told: {text}"
        );
        assert!(!text.contains(account), "an account is named: {text}");
        assert!(
            text.contains("the accounts one by one and what was done and who decided it"),
            "{text}"
        );
        assert!(text.contains("How we know"), "the rest is told");
    }
    let json: serde_json::Value =
        serde_json::from_str(&report::json(&ours(&dossier), &options)).expect("it is JSON");
    assert_eq!(json["findings"], serde_json::json!([]));
    assert_eq!(json["plans"], serde_json::json!([]));
    assert_eq!(json["words"]["by"], "ines");
}
