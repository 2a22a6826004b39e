//! What everybody may read of one invented case, in every form, and what is in none.
//!
//! After a change that is meant: `AVERT_REWRITE_GOLDEN=1 cargo test -p avert-exchange`, then read
//! the difference. What stands in the PDF is read by `cargo xtask check --only public`.

use std::collections::BTreeSet;
use std::path::Path;

use avert_exchange::release::{NotReleasable, Releasable, Terms, Why, Withheld};
use avert_exchange::report::public::{self, NotPublic, PublicReport, Released, Rounding, Secret};
use avert_model::{
    AccountId, Belongs, Dossier, Explain, MemberChange, MemberKind, ReportPart, ReportWords, Tlp,
    Until,
};
use serde_json::Value;

use crate::clear::{self, DOMAIN, GIVEN, HASH, LINK, OTHER_DOMAIN};
use crate::fixture;

/// The report, where nothing is known of single objects.
fn report(dossier: &Dossier) -> Released {
    clear::release(dossier, &clear::options(), &|_| Terms::default()).expect("it may be told")
}

/// Every form that is text, by its name.
fn forms(report: &Releasable<PublicReport>) -> [(&'static str, String); 5] {
    [
        ("md", public::markdown(report)),
        ("html", public::html(report)),
        ("killchain.csv", public::killchain_csv(report)),
        ("indicators.csv", public::indicators_csv(report)),
        ("stix.json", public::stix(report)),
    ]
}

/// A text as it is searched: not defanged, not escaped.
fn plain(text: &str) -> String {
    let text = text
        .replace("[.]", ".")
        .replace("[:]", ":")
        .replace("[@]", "@");
    text.replace('\\', "")
        .replace("hxxp", "http")
        .replace("&amp;", "&")
}

fn objects(report: &Releasable<PublicReport>) -> Vec<Value> {
    let bundle: Value = serde_json::from_str(&public::stix(report)).expect("a bundle is JSON");
    bundle["objects"]
        .as_array()
        .expect("it has objects")
        .clone()
}

/// The id of the object of this type that says this.
fn id_of(report: &Releasable<PublicReport>, kind: &str, says: &str) -> String {
    let objects = objects(report);
    let says = |object: &&Value| object["type"] == kind && object.to_string().contains(says);
    let found = objects.iter().find(says).expect(kind);
    found["id"]
        .as_str()
        .expect("an object has an id")
        .to_owned()
}

#[test]
fn the_public_report_of_a_cell_stays_as_it_was() {
    let report = report(&clear::cell()).report;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for (name, text) in forms(&report) {
        let path = folder.join(format!("cell.public.{name}"));
        if std::env::var_os("AVERT_REWRITE_GOLDEN").is_some() {
            std::fs::write(&path, &text).expect("the folder of golden files can be written");
        }
        let golden =
            std::fs::read_to_string(&path).expect("the golden file is part of the project");
        assert!(
            golden == text,
            "{name} differs: run with AVERT_REWRITE_GOLDEN=1 and read the difference"
        );
    }
}

#[test]
fn the_same_case_gives_the_same_bytes_also_on_paper() {
    let (one, other) = (report(&clear::cell()).report, report(&clear::cell()).report);
    assert_eq!(forms(&one), forms(&other));
    assert_eq!(public::pdf(&one), public::pdf(&other));
}

#[test]
fn a_case_that_is_not_clear_gives_nothing_and_says_what_withholds_it() {
    for tlp in [Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red] {
        let mut dossier = clear::cell();
        dossier.case.tlp = tlp;
        let refused =
            clear::release(&dossier, &clear::options(), &|_| Terms::default()).unwrap_err();
        let NotPublic::Withheld(NotReleasable::Withheld(withheld)) = &refused else {
            panic!("{refused:?}");
        };
        assert_eq!(
            withheld.why,
            Why::Marked {
                level: tlp,
                ceiling: Some(Tlp::Clear)
            }
        );
        assert_eq!(refused.code(), "report/not-public");
        assert!(
            refused
                .hint()
                .is_some_and(|hint| hint.contains("TLP:CLEAR"))
        );
    }
}

#[test]
fn a_case_under_embargo_or_taken_back_gives_nothing() {
    let report = report(&clear::cell()).report;
    let id = id_of(&report, "report", "Recruiters");
    let later = fixture::at("2026-06-01T00:00:00Z");
    let embargoed = |of: &str| Terms {
        embargo: if of == id {
            vec![Until::Time(later)]
        } else {
            Vec::new()
        },
        ..Terms::default()
    };
    let refused = clear::release(&clear::cell(), &clear::options(), &embargoed).unwrap_err();
    let source = std::error::Error::source(&refused)
        .expect("it says why")
        .to_string();
    assert!(source.contains("2026-06-01"), "{source}");
}

#[test]
fn one_object_that_is_stricter_is_in_no_form() {
    let whole = report(&clear::cell()).report;
    let account = "@talent-orla:forum.example.org";
    let of_things = [GIVEN, LINK, DOMAIN, OTHER_DOMAIN, HASH];
    let mut marked = vec![("user-account", account)];
    marked.extend(of_things.map(|thing| ("indicator", thing)));
    marked.extend([("url", GIVEN), ("url", LINK), ("file", HASH)]);
    marked.extend([("domain-name", DOMAIN), ("domain-name", OTHER_DOMAIN)]);
    for (kind, says) in marked {
        let told = forms(&whole).iter().all(|(name, text)| {
            let names_it = plain(text).contains(&plain(says));
            names_it || *name == "killchain.csv" && kind == "user-account"
        });
        assert!(told, "{says} is in every form while nothing forbids it");
        let id = match kind {
            "indicator" => id_of(&whole, kind, &format!("\"name\":\"{says}\"")),
            _ => id_of(&whole, kind, &format!("\"{says}\"")),
        };
        let terms = |of: &str| clear::stricter(of, &id);
        let released = clear::release(&clear::cell(), &clear::options(), &terms)
            .expect("the rest may be told");
        for (name, text) in forms(&released.report) {
            assert!(!plain(&text).contains(&plain(says)), "{name} has {says}");
            assert!(!text.contains(&id), "{name} has {id}");
        }
        let marked = |one: &&Withheld| matches!(one.why, Why::Marked { .. });
        let withheld: Vec<&str> = released
            .withheld
            .iter()
            .filter(marked)
            .map(|one| one.id.as_str())
            .collect();
        assert_eq!(withheld, [id]);
        let goes_alone = kind == "user-account";
        assert_eq!(
            released.names_others.is_empty(),
            goes_alone,
            "an indicator goes with what it finds"
        );
    }
}

#[test]
fn a_link_on_a_domain_that_is_withheld_is_withheld_too() {
    let whole = report(&clear::cell()).report;
    let id = id_of(&whole, "domain-name", DOMAIN);
    let terms = |of: &str| clear::stricter(of, &id);
    let released =
        clear::release(&clear::cell(), &clear::options(), &terms).expect("the rest may be told");
    for (name, text) in forms(&released.report) {
        assert!(!plain(&text).contains("files.example.org"), "{name}");
        assert!(
            name == "md" || name == "html" || plain(&text).contains(OTHER_DOMAIN),
            "{name}"
        );
    }
}

#[test]
fn what_is_not_told_whatever_its_label_is_in_no_form_and_what_names_it_may_be() {
    let whole = report(&clear::cell()).report;
    let mut options = clear::options();
    for kind in ["domain-name", "indicator"] {
        let says = format!("\"{DOMAIN}\"");
        options.not_told.insert(id_of(&whole, kind, &says));
    }
    let released = clear::release(&clear::cell(), &options, &|_| Terms::default())
        .expect("the rest may be told");
    for (name, text) in forms(&released.report) {
        let text = plain(&text);
        assert!(
            !text
                .lines()
                .any(|line| line.contains(&format!(",{DOMAIN},"))),
            "{name}"
        );
        assert!(!text.contains(&format!("`{DOMAIN}`")), "{name}");
        assert!(text.contains(GIVEN), "{name}");
    }
}

#[test]
fn nobody_who_was_reached_no_victim_nobody_of_ours_and_no_id_of_the_store_is_in_any_form() {
    let mut dossier = clear::cell();
    // An adversary's link may name whom it was meant for.
    let victim = dossier.contacts[3].account.clone();
    let link = format!("https://jobs.example.org/for/{victim}");
    dossier.findings[0].facts[3].objects.push(link);
    let released = report(&dossier);
    let mut never: BTreeSet<String> = [
        "Ines Okafor",
        "Mara Lindqvist",
        "Tom Adeyemi",
        "fd-3ab91c07e5",
        "sn-5f0c9a17",
    ]
    .map(str::to_owned)
    .into();
    never.extend(
        [
            "case-7",
            "tp-3",
            "Two of the people",
            "came across your impressive",
        ]
        .map(str::to_owned),
    );
    never.extend(
        dossier
            .contacts
            .iter()
            .map(|contact| contact.account.to_string()),
    );
    let others = dossier.findings[0].members.iter();
    never.extend(
        others
            .filter(|member| {
                member.kind != MemberKind::Persona || member.account.as_str().contains("nadia")
            })
            .map(|member| member.account.to_string()),
    );
    for (name, text) in forms(&released.report) {
        let text = plain(&text);
        for one in &never {
            assert!(!text.contains(one.as_str()), "{name} has {one}");
        }
        assert!(!text.contains("143"), "{name} counts people exactly");
    }
    assert_eq!(released.names_others.len(), 2, "the link and its indicator");
}

#[test]
fn what_people_write_may_not_say_what_is_not_for_everybody() {
    let whole = report(&clear::cell()).report;
    let id = id_of(&whole, "domain-name", OTHER_DOMAIN);
    for (text, secret) in [
        (
            "They wrote to @person-0007:forum.example.org first.",
            Secret::Account,
        ),
        ("@old.tomas:forum.example.org is a victim", Secret::Account),
        ("found by ines okafor", Secret::Team),
        ("see case-7", Secret::StoreId),
        ("from talent-hub[.]example[.]com", Secret::Withheld),
    ] {
        let mut dossier = clear::cell();
        dossier.words = Some(words(&dossier, text, &[]));
        let terms = |of: &str| clear::stricter(of, &id);
        let refused = clear::release(&dossier, &clear::options(), &terms).unwrap_err();
        let NotPublic::Says {
            place,
            secret: found,
            ..
        } = refused
        else {
            panic!("{refused:?}");
        };
        assert_eq!((place, found), ("the text", secret), "{text}");
        assert!(!refused.to_string().contains("person-0007"));
    }
    let mut dossier = clear::cell();
    dossier.words = Some(words(
        &dossier,
        "They asked engineers for work samples.\n\nNobody paid.",
        &[],
    ));
    let told = public::markdown(&report(&dossier).report);
    assert!(
        told.contains("They asked engineers for work samples.\n\nNobody paid."),
        "{told}"
    );
}

fn words(dossier: &Dossier, text: &str, leaves_out: &[ReportPart]) -> ReportWords {
    ReportWords {
        version: 1,
        title: "An invented network".to_owned(),
        text: text.to_owned(),
        leaves_out: leaves_out.iter().copied().collect(),
        by: "Ines Okafor".to_owned(),
        at: dossier.made_at,
    }
}

#[test]
fn what_people_leave_out_is_in_no_form() {
    for (part, never) in [
        (ReportPart::Network, "@clara.voss:forum.example.org"),
        (ReportPart::Evidence, LINK),
        (ReportPart::Evidence, "Posing as non-existent person"),
        (ReportPart::Reach, "about 140"),
        (ReportPart::Actions, "isabled or restricted on"),
    ] {
        let mut dossier = clear::cell();
        let before: Vec<_> = forms(&report(&dossier).report).into();
        dossier.words = Some(words(&dossier, "", &[part]));
        let report = report(&dossier).report;
        for ((name, text), (_, before)) in forms(&report).iter().zip(before) {
            assert!(!plain(text).contains(never), "{name} has {never}");
            let was_told = plain(&before).contains(never);
            assert!(
                was_told || !["md", "html"].contains(name),
                "{name} would have {never}"
            );
        }
    }
}

#[test]
fn whoever_people_took_out_or_put_back_is_not_told() {
    let mut dossier = clear::cell();
    let (out, back) = (
        "@clara.voss:forum.example.org",
        "@j.hallam:forum.example.org",
    );
    dossier.changes.push(MemberChange {
        account: AccountId::from(out),
        change: Belongs::Removed,
        by: "Ines Okafor".to_owned(),
        at: dossier.made_at,
        reason: "we know her".to_owned(),
    });
    let plan = &mut dossier.plans[0];
    plan.acted_on.retain(|account| account.as_str() != back);
    plan.put_back.push(AccountId::from(back));
    for (name, text) in forms(&report(&dossier).report) {
        let text = plain(&text);
        assert!(!text.contains(out) && !text.contains(back), "{name}");
        assert!(
            name == "killchain.csv" || text.contains("@talent-orla:forum.example.org"),
            "{name}"
        );
    }
}

#[test]
fn numbers_are_rounded_as_the_options_say_in_every_form() {
    for (rounding, told) in [
        (Rounding::Exact, "143 people"),
        (Rounding::ToFive, "about 145 people"),
        (Rounding::ToTen, "about 140 people"),
        (Rounding::TwoDigits, "about 140 people"),
        (Rounding::FewerThanTen, "143 people"),
    ] {
        let mut options = clear::options();
        options.rounding = rounding;
        let released = clear::release(&clear::cell(), &options, &|_| Terms::default())
            .expect("it may be told");
        for (name, text) in forms(&released.report) {
            let counts_people = ["md", "html", "stix.json"].contains(&name);
            let text = text.to_lowercase();
            assert_eq!(text.contains(told), counts_people, "{name} {rounding}");
        }
    }
}

#[test]
fn a_number_that_is_hidden_is_not_the_difference_of_two_that_are_told() {
    let mut dossier = clear::cell();
    dossier.contacts.drain(..9);
    let mut options = clear::options();
    options.rounding = Rounding::FewerThanTen;
    let released =
        clear::release(&dossier, &options, &|_| Terms::default()).expect("it may be told");
    for (name, text) in forms(&released.report) {
        assert!(
            !text.contains("134"),
            "{name} has the sum of which three are hidden"
        );
    }
    let text = public::markdown(&released.report);
    assert!(
        text.contains("fewer than 10") && text.contains("about 130 people"),
        "{text}"
    );
}

#[test]
fn a_bundle_for_everybody_is_marked_clear_and_refers_to_nothing_outside_it() {
    let objects = objects(&report(&clear::cell()).report);
    let ids: BTreeSet<&str> = objects
        .iter()
        .filter_map(|object| object["id"].as_str())
        .collect();
    assert_eq!(ids.len(), objects.len());
    for object in &objects {
        let text = object.to_string();
        // TLP's markings are known to everybody by their ids.
        for id in ids_in(&text) {
            let is_marking = id.starts_with("marking-definition--");
            assert!(
                ids.contains(id) || is_marking,
                "{id} is not in the bundle: {text}"
            );
        }
        let clear = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
        assert_eq!(
            object["object_marking_refs"],
            serde_json::json!([clear]),
            "{text}"
        );
    }
    for kind in [
        "indicator",
        "infrastructure",
        "attack-pattern",
        "opinion",
        "sighting",
    ] {
        assert!(
            objects.iter().any(|object| object["type"] == kind),
            "{kind}"
        );
    }
    for never in ["note", "malware", "threat-actor", "intrusion-set"] {
        assert!(
            objects.iter().all(|object| object["type"] != never),
            "{never}"
        );
    }
}

/// The ids of STIX in a text.
fn ids_in(text: &str) -> Vec<&str> {
    let quoted = text.split('"');
    quoted
        .filter(|word| word.parse::<avert_exchange::stix::Id>().is_ok())
        .collect()
}

#[test]
fn what_an_adversary_wrote_changes_nothing_but_text() {
    let mut dossier = clear::cell();
    let hostile = "https://example.org/\"><script>alert(1)</script>\u{202e}|`'\\,=cmd";
    dossier.case.title = hostile.to_owned();
    dossier.findings[0].platform = hostile.to_owned();
    dossier.findings[0].facts[3]
        .objects
        .push(hostile.to_owned());
    let name = "=cmd|'/c calc'!A1,\"x\"\r\n";
    dossier.findings[0].members[0].account = AccountId::from(name);
    dossier.plans[0].acted_on.push(AccountId::from(name));
    let report = report(&dossier).report;
    for (name, text) in forms(&report) {
        assert!(!text.contains("<script") || name != "html", "{name}");
        assert!(!text.contains('\u{202e}') || name == "stix.json", "{name}");
    }
    let csv = public::indicators_csv(&report);
    assert!(
        csv.contains("\"'=cmd|'/c calc'!A1,\"\"x\"\"⟨U+000D⟩⟨U+000A⟩\""),
        "{csv}"
    );
    assert!(csv.lines().all(|line| !line.contains("user_account,=")));
    assert!(public::pdf(&report).is_ok_and(|pdf| pdf.starts_with(b"%PDF-1.7")));
    assert!(serde_json::from_str::<Value>(&public::stix(&report)).is_ok());
}
