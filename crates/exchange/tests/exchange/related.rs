//! What others published of a case stands in its reports and bundles, with whose word it is, as it came, and only where
//! the gate lets it.
//!
//! After a change that is meant: `AVERT_REWRITE_GOLDEN=1 cargo test -p avert-exchange`, then read the difference.

use std::collections::BTreeSet;
use std::path::Path;

use crate::linked::{self, MALWARE, NAMED, NOTE, PUBLISHER, SET, TECHNIQUE};
use crate::{clear, ours};
use avert_exchange::misp::{Envelope, Organisation, export};
use avert_exchange::release::{Bundle, Definitions, Item, Releasable, Rules, Terms, check};
use avert_exchange::report::public::{self, NotPublic, PublicReport, Released, Secret};
use avert_exchange::report::{self, ReportOptions};
use avert_exchange::stix::{self, Maker, Outgoing, case_objects};
use avert_model::{Dossier, Relation, ReportWords, Tlp};
use serde_json::Value;

fn released(terms: &dyn Fn(&str) -> Terms) -> Released {
    clear::release(&linked::cell(), &linked::options(), terms).expect("it may be told")
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

/// What our own team has of the case.
fn for_us(dossier: &Dossier) -> Releasable<Bundle<Outgoing>> {
    let (mut directory, none) = (ours::alone(), BTreeSet::new());
    let author = Maker::id("identity", "Example Platform").to_string();
    directory.our_identities.insert(author);
    let definitions = Definitions::default();
    let rules = Rules {
        directory: &directory,
        definitions: &definitions,
        happened: &[],
        retracted: &none,
        known: &none,
        unmarked: Tlp::Red,
    };
    let others = linked::others();
    let others = others.iter().map(|object| Item {
        object: Outgoing::received(object),
        terms: linked::as_published(object.id().as_str()),
    });
    let made = case_objects(dossier, "Example Platform");
    let made = made.iter().map(|object| Item {
        object: Outgoing::made(object),
        terms: Terms::default(),
    });
    let items: Vec<_> = others.chain(made).collect();
    let release = check(&items, &directory.own_team(), &rules, clear::now());
    release.expect("we are in the directory").releasable
}

fn objects(text: &str) -> Vec<Value> {
    let bundle: Value = serde_json::from_str(text).expect("a bundle is JSON");
    bundle["objects"]
        .as_array()
        .expect("it has objects")
        .clone()
}

fn has(objects: &[Value], id: &str) -> bool {
    objects.iter().any(|object| object["id"] == id)
}

/// Compares with a golden file, or writes it.
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("AVERT_REWRITE_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("the folder of golden files can be written");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file is part of the project");
    assert!(
        golden == text,
        "{name} differs: run with AVERT_REWRITE_GOLDEN=1 and read the difference"
    );
}

#[test]
fn the_reports_and_bundles_of_a_linked_case_stay_as_they_were() {
    for (name, text) in forms(&released(&linked::as_published).report) {
        golden(&format!("linked.public.{name}"), &text);
    }
    let bundle = stix::bundle(&for_us(&linked::cell()), clear::now());
    golden("linked.stix.json", &bundle);
}

#[test]
fn what_others_made_goes_out_to_the_byte_with_whoever_made_it() {
    let public = public::stix(&released(&linked::as_published).report);
    let ours = stix::bundle(&for_us(&linked::cell()), clear::now());
    for bundle in [public, ours] {
        for other in linked::others() {
            assert!(bundle.contains(other.as_str()), "{}", other.id());
        }
        assert!(has(&objects(&bundle), PUBLISHER));
    }
}

#[test]
fn a_link_is_a_relationship_from_the_campaign_that_names_its_source() {
    let bundle = objects(&public::stix(&released(&linked::as_published).report));
    let id = linked::relationship(Relation::AttributedTo, SET);
    let told = bundle.iter().find(|object| object["id"] == id.as_str());
    let told = told.expect("it is told");
    assert_eq!(told["target_ref"], SET);
    assert_eq!(told["confidence"], 75);
    let source = &told["external_references"][0];
    assert_eq!(source["source_name"], "reports.example.net");
    assert_eq!(
        source["url"],
        "https://reports.example.net/quiet-heron?part=1"
    );
    let campaign = bundle.iter().find(|object| object["type"] == "campaign");
    assert_eq!(campaign.expect("it is told")["id"], told["source_ref"]);
    let without = linked::relationship(Relation::Uses, MALWARE);
    let without = bundle
        .iter()
        .find(|object| object["id"] == without.as_str());
    let without = without.expect("it is told");
    assert!(without.get("external_references").is_none() && without.get("confidence").is_none());
    // The report lists what it is about, and what is somebody else's in it.
    let report = bundle.iter().find(|object| object["type"] == "report");
    let refs = report.expect("it is told")["object_refs"].to_string();
    assert!(refs.contains(SET) && refs.contains(&id));
}

#[test]
fn one_that_is_stricter_is_in_no_form_and_nor_is_that_the_case_is_linked_to_it() {
    for ((id, name), relation) in NAMED
        .into_iter()
        .zip([Relation::AttributedTo, Relation::Uses])
    {
        let whole = released(&linked::as_published);
        for (form, text) in forms(&whole.report) {
            assert!(
                text.contains(name),
                "{form} names {name} where nothing forbids it"
            );
        }
        let terms = |of: &str| linked::stricter(of, id);
        let released = released(&terms);
        for (form, text) in forms(&released.report) {
            assert!(!text.contains(name), "{form} names {name}");
            assert!(!text.contains(id), "{form} has {id}");
        }
        let bundle = objects(&public::stix(&released.report));
        assert!(!has(&bundle, &linked::relationship(relation, id)));
        assert!(has(&bundle, TECHNIQUE), "the others are told");
        let withheld: Vec<&str> = released
            .withheld
            .iter()
            .map(|one| one.id.as_str())
            .collect();
        assert!(withheld.contains(&id), "{withheld:?}");
    }
}

#[test]
fn what_a_maker_wants_to_be_asked_about_is_told_to_nobody_else() {
    // As it is kept when nobody said from whom it came: it is not ours, since somebody else made it.
    let released = released(&|_| Terms::default());
    for (form, text) in forms(&released.report) {
        for (_, name) in NAMED {
            assert!(!text.contains(name), "{form} names {name}");
        }
    }
    assert!(public::markdown(&released.report).contains("nothing in it attributes the"));
}

#[test]
fn a_report_that_names_somebody_says_whose_word_that_is() {
    let text = public::markdown(&released(&linked::as_published).report);
    assert!(text.contains("## Published attribution and related intelligence"));
    assert!(text.contains("| Attributed to | Quiet Heron"), "{text}");
    assert!(text.contains("that is the word of whoever published it"));
    assert!(!text.contains("nothing in it attributes"));
    let team = report::markdown(&ours::ours(&linked::cell()), &ReportOptions::default());
    assert!(team.contains("**Attributed to** Quiet Heron"), "{team}");
    assert!(team.contains(NOTE), "one's own team reads what it wrote");
    assert!(team.contains("that is the word of whoever published it"));
    let page = report::html(&ours::ours(&linked::cell()), &ReportOptions::default());
    assert!(page.contains("<a href=\"#related\">") && page.contains("id=\"related\""));
    let json = report::json(&ours::ours(&linked::cell()), &ReportOptions::default());
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(json["links"][0]["relation"], "attributed-to");
}

#[test]
fn what_people_write_on_a_link_is_told_to_nobody_else() {
    let public = released(&linked::as_published).report;
    for (form, text) in forms(&public) {
        assert!(!text.contains(NOTE), "{form}");
        assert!(!text.contains("Ines Okafor"), "{form}");
    }
    assert!(!stix::bundle(&for_us(&linked::cell()), clear::now()).contains(NOTE));
}

#[test]
fn a_text_may_not_name_whoever_is_withheld_by_any_of_their_names() {
    let terms = |of: &str| linked::stricter(of, SET);
    for said in ["Quiet Heron is behind it.", "Some say grey reed."] {
        let mut dossier = linked::cell();
        dossier.words = Some(ReportWords {
            version: 1,
            title: String::new(),
            text: said.to_owned(),
            leaves_out: BTreeSet::new(),
            by: "Ines Okafor".to_owned(),
            at: dossier.made_at,
        });
        let refused = clear::release(&dossier, &linked::options(), &terms).unwrap_err();
        let NotPublic::Says { secret, .. } = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(secret, Secret::Withheld, "{said}");
        assert!(clear::release(&dossier, &linked::options(), &linked::as_published).is_ok());
    }
}

#[test]
fn a_technique_that_is_withheld_takes_nothing_of_ours_with_it() {
    let terms = |of: &str| linked::stricter(of, TECHNIQUE);
    let text = public::markdown(&released(&terms).report);
    assert!(text.contains("T1566.003"), "we found that ourselves");
    let bundle = objects(&public::stix(&released(&terms).report));
    assert!(!has(&bundle, TECHNIQUE));
}

#[test]
fn what_its_maker_has_taken_back_is_told_by_nothing() {
    let mut dossier = linked::cell();
    dossier.links[0].revoked = true;
    let objects = case_objects(&dossier, "Example Platform");
    let id = linked::relationship(Relation::AttributedTo, SET);
    assert!(objects.iter().all(|object| object.id().as_str() != id));
    assert!(objects.iter().all(|object| !object.as_str().contains(SET)));
    let team = report::markdown(&ours::ours(&dossier), &ReportOptions::default());
    assert!(team.contains("which whoever made it has taken back"));
    assert!(team.contains("nothing in it attributes the"));
}

#[test]
fn an_event_of_misp_names_them() {
    let envelope = Envelope {
        info: "Recruiters who were nobody".to_owned(),
        id: Maker::id("report", "an example"),
        at: clear::now(),
        organisation: Organisation {
            uuid: None,
            name: "Example Platform".to_owned(),
        },
    };
    let exported = export(&for_us(&linked::cell()), &envelope);
    let event = exported.events[0].to_json().to_string();
    for name in [
        "Quiet Heron",
        "HeronNest",
        "Spearphishing via Service - T1566.003",
        "attributed-to",
    ] {
        assert!(event.contains(name), "{name}\n{event}");
    }
}
