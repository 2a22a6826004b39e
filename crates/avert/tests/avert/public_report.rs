//! What everybody may read of a case, as its user sees it: refused until the case is clear, the same in every form,
//! and without what somebody else gave us under a stricter label.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::{add_olga, avert, done, platform, take_down};

const AMBER: &str = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421";

/// A case with a takedown, which olga, a liaison, marks TLP:CLEAR.
fn published() -> tempfile::TempDir {
    let folder = platform();
    take_down(folder.path());
    add_olga(folder.path(), "liaison");
    let mark = [
        "--as", "olga", "case", "mark", "case-1", "--tlp", "clear", "--reason", "over",
    ];
    done(folder.path(), &mark);
    folder
}

/// The report in this form.
fn report(dir: &Path, format: &str) -> String {
    let report = [
        "report",
        "case-1",
        "--public",
        "--author",
        "Example Platform",
    ];
    done(dir, &[&["--format", format][..], &report].concat()).stdout
}

fn objects(text: &str) -> Vec<Value> {
    let bundle: Value = serde_json::from_str(text).unwrap();
    bundle["objects"].as_array().unwrap().clone()
}

#[test]
fn a_case_that_is_not_clear_is_told_to_nobody_and_the_refusal_says_what_to_do() {
    let folder = platform();
    let dir = folder.path();
    take_down(dir);
    for format in ["md", "html", "pdf", "stix", "csv", "killchain-csv"] {
        let refused = avert(dir, &["--format", format, "report", "case-1", "--public"]);
        assert_eq!((refused.code, refused.stdout.as_str()), (1, ""), "{format}");
        for said in ["[report/not-public]", "TLP:AMBER", "TLP:CLEAR"] {
            assert!(refused.stderr.contains(said), "{}", refused.stderr);
        }
    }
    let export = ["--format", "killchain-csv", "intel", "export", "case-1"];
    assert_eq!(avert(dir, &export).code, 1);
    // A label is no investigator's to change.
    let mark = [
        "case", "mark", "case-1", "--tlp", "clear", "--reason", "over",
    ];
    let refused = avert(dir, &[&["--as", "ines"][..], &mark].concat());
    assert_eq!(refused.code, 1, "{}", refused.stderr);
}

#[test]
fn a_clear_case_is_told_in_every_form_and_none_names_anybody_who_was_reached() {
    let folder = published();
    let dir = folder.path();
    let journal = done(dir, &["--format", "json", "journal", "show"]).stdout;
    assert!(journal.contains("case/mark"));
    let case = done(
        dir,
        &["--format", "json", "report", "case-1", "--list-contacts"],
    )
    .json();
    let reached = case["people_reached"]["people"].as_array().unwrap();
    assert!(!reached.is_empty());
    let forms = ["md", "html", "stix", "csv", "killchain-csv"].map(|format| report(dir, format));
    for text in &forms {
        for person in reached {
            let name = person["account"].as_str().unwrap();
            let words: Vec<&str> = text
                .split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '-'))
                .collect();
            assert!(!words.contains(&name), "{name}");
        }
        for ours in ["ines", "omar", "rana", "case-1", "tp-1"] {
            assert!(!text.contains(ours), "{ours}");
        }
    }
    assert!(forms[0].contains("Published by Example Platform"));
    assert!(forms[4].starts_with("Tactic,Technique,Procedure,Indicator,Notes\r\n"));
    let exported = done(
        dir,
        &[
            "--format",
            "killchain-csv",
            "intel",
            "export",
            "case-1",
            "--author",
            "Example Platform",
        ],
    );
    assert_eq!(exported.stdout, forms[4]);

    // The file's name says the form.
    for (name, begins) in [
        ("report.pdf", "%PDF-1.7"),
        ("report.json", "{\"type\":\"bundle\""),
        ("report.csv", "indicator_type,"),
        ("report.html", "<!doctype html>"),
    ] {
        done(dir, &["report", "case-1", "--public", "--out", name]);
        let written = fs::read(dir.join(name)).unwrap();
        assert!(written.starts_with(begins.as_bytes()), "{name}");
    }
}

#[test]
fn what_somebody_gave_us_under_a_stricter_label_is_in_no_form() {
    let folder = published();
    let dir = folder.path();
    let before = objects(&report(dir, "stix"));
    let account = before
        .iter()
        .find(|object| object["type"] == "user-account")
        .unwrap();
    let name = account["user_id"].as_str().unwrap();
    assert!(report(dir, "csv").contains(&format!("user_account,{name},")));
    let given = json!({ "type": "user-account", "spec_version": "2.1", "id": account["id"], "user_id": name,
        "account_type": account["account_type"], "object_marking_refs": [AMBER] });
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": [given] });
    fs::write(dir.join("given.json"), bundle.to_string()).unwrap();
    avert(
        dir,
        &[
            "--as",
            "olga",
            "intel",
            "import",
            "given.json",
            "--source",
            "a partner",
        ],
    );

    let ran = done(dir, &["--format", "csv", "report", "case-1", "--public"]);
    assert!(
        ran.stderr.contains("is withheld: it is TLP:AMBER"),
        "{}",
        ran.stderr
    );
    for format in ["md", "html", "stix", "csv", "killchain-csv"] {
        let text = report(dir, format);
        assert!(!text.contains(name), "{format}");
        assert!(!text.contains(account["id"].as_str().unwrap()), "{format}");
    }
    // To ourselves, and to a partner who may have it, it is told as before.
    let told = objects(&done(dir, &["intel", "export", "case-1"]).stdout);
    assert!(told.iter().any(|object| object["id"] == account["id"]));
}

const CLEAR: &str = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
const RED: &str = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";

/// Takes in what this partner says of an account.
fn told_by(dir: &Path, partner: &str, account: &Value, marked: &Value) {
    let mut given = json!({ "type": "user-account", "spec_version": "2.1", "id": account["id"],
        "user_id": account["user_id"], "account_type": account["account_type"] });
    for (name, value) in marked.as_object().unwrap() {
        given[name] = value.clone();
    }
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": [given] });
    fs::write(dir.join("given.json"), bundle.to_string()).unwrap();
    let import = ["--as", "olga", "intel", "import", "given.json", "--partner"];
    done(dir, &[&import[..], &[partner]].concat());
}

#[test]
fn what_a_partner_told_us_is_read_as_the_gate_reads_it_and_the_strictest_holds() {
    let folder = published();
    let dir = folder.path();
    let path = dir.join("avert.toml");
    let config = fs::read_to_string(&path).unwrap();
    let partners = "\n[sharing]\nname = \"Example Platform\"\n\n[sharing.partner.cert]\ncommunity = true\nlimit = \"amber\"\n\n\
        [sharing.partner.shy]\nlimit = \"amber\"\nask_first = true\n";
    fs::write(&path, config + partners).unwrap();
    let objects = objects(&report(dir, "stix"));
    let accounts = objects
        .iter()
        .filter(|object| object["type"] == "user-account");
    let accounts: Vec<&Value> = accounts.take(7).collect();
    let [free, unmarked, in_part, unknown, held, held_before, own] = accounts[..] else {
        panic!("the platform of the tests has more accounts");
    };
    let clear = json!({ "object_marking_refs": [CLEAR] });
    told_by(dir, "cert", free, &clear);
    told_by(dir, "cert", unmarked, &json!({}));
    let of_a_part = |id: &str| json!([{ "marking_ref": id, "selectors": ["user_id"] }]);
    let part = json!({ "object_marking_refs": [CLEAR], "granular_markings": of_a_part(RED) });
    told_by(dir, "cert", in_part, &part);
    let nobodys = "marking-definition--00000000-0000-4000-8000-000000000077";
    let strange = json!({ "object_marking_refs": [CLEAR, nobodys] });
    told_by(dir, "cert", unknown, &strange);
    // Whoever wants to be asked first is, whoever says the same besides, and in whichever order they do.
    for (account, partners) in [(held, ["shy", "cert"]), (held_before, ["cert", "shy"])] {
        for partner in partners {
            told_by(dir, partner, account, &clear);
        }
    }
    // Of what we took in ourselves a part may be marked as well.
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": [{
        "type": "user-account", "spec_version": "2.1", "id": own["id"], "user_id": own["user_id"],
        "account_type": own["account_type"], "granular_markings": of_a_part(AMBER) }] });
    fs::write(dir.join("given.json"), bundle.to_string()).unwrap();
    done(dir, &["--as", "olga", "intel", "import", "given.json"]);

    let ran = done(dir, &["--format", "csv", "report", "case-1", "--public"]);
    let forms = ["md", "html", "stix", "csv", "killchain-csv"].map(|format| report(dir, format));
    for account in [unmarked, in_part, unknown, held, held_before, own] {
        let id = account["id"].as_str().unwrap();
        assert!(
            ran.stderr.contains(&format!("{id} is withheld: ")),
            "{id}\n{}",
            ran.stderr
        );
        for text in &forms {
            assert!(!text.contains(account["user_id"].as_str().unwrap()));
            assert!(!text.contains(id));
        }
    }
    for said in ["'user_id', which may not be told: it is TLP:RED", "nothing"] {
        assert!(ran.stderr.contains(said), "{said}\n{}", ran.stderr);
    }
    assert!(forms[2].contains(free["id"].as_str().unwrap()));
}

#[test]
fn words_that_name_a_person_are_refused_and_numbers_are_rounded_as_asked() {
    let folder = published();
    let dir = folder.path();
    let case = done(
        dir,
        &["--format", "json", "report", "case-1", "--list-contacts"],
    )
    .json();
    let person = case["people_reached"]["people"][0]["account"]
        .as_str()
        .unwrap();
    fs::write(
        dir.join("words.txt"),
        format!("They first wrote to {person}."),
    )
    .unwrap();
    let words = ["--as", "ines", "case", "words", "case-1", "--text"];
    done(dir, &[&words[..], &["words.txt"]].concat());
    let refused = avert(dir, &["report", "case-1", "--public"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("[report/says-too-much]"),
        "{}",
        refused.stderr
    );
    assert!(!refused.stderr.contains(person), "{}", refused.stderr);

    fs::write(dir.join("words.txt"), "They wrote to people like you.").unwrap();
    done(dir, &[&words[..], &["words.txt"]].concat());
    let people = case["people_reached"]["total"].as_u64().unwrap();
    assert!(people > 10, "the platform of the tests has so many");
    let exact = done(dir, &["report", "case-1", "--public", "--round", "exact"]).stdout;
    assert!(exact.contains("They wrote to people like you."));
    assert!(exact.contains(&format!("{people} people")), "{exact}");
    let path = dir.join("avert.toml");
    let config = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        format!("{config}\n[sharing]\nname = \"Example\"\nrounding = \"to-5\"\n"),
    )
    .unwrap();
    let rounded = done(dir, &["report", "case-1", "--public"]).stdout;
    let nearest = (people + 2) / 5 * 5;
    assert!(
        rounded.contains(&format!("about {nearest} people")),
        "{rounded}"
    );
    assert!(rounded.contains("Published by Example on"), "{rounded}");
    let refused = avert(dir, &["report", "case-1", "--public", "--round", "roughly"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("is no way of rounding"),
        "{}",
        refused.stderr
    );
}

#[test]
fn what_stands_on_a_warning_list_or_among_stricter_indicators_is_told_when_a_person_says_so() {
    let folder = published();
    let dir = folder.path();
    let told = report(dir, "csv");
    let links: Vec<&str> = told
        .lines()
        .filter_map(|line| line.strip_prefix("url,")?.split(',').next())
        .collect();
    let [listed, stricter] = links[..] else {
        panic!("the platform of the tests has two links: {told}");
    };
    let whole = |link: &str| link.replace("[.]", ".").replace("hxxps[:]", "https:");
    let (link, other) = (whole(listed), whole(stricter));
    let host = link.split('/').nth(2).unwrap();
    let list = json!({ "name": "ours", "type": "hostname", "list": [host], "matching_attributes": ["url", "domain"] });
    fs::write(dir.join("list.json"), list.to_string()).unwrap();
    done(dir, &["indicators", "warninglists", "list.json"]);
    let ran = done(dir, &["--format", "csv", "report", "case-1", "--public"]);
    assert!(!ran.stdout.contains(listed), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("stands on a warning list (ours)"),
        "{}",
        ran.stderr
    );
    let allow = [
        "--as",
        "omar",
        "indicators",
        "allow",
        &link,
        "--reason",
        "it is theirs",
    ];
    done(dir, &allow);
    assert!(report(dir, "csv").contains(listed));

    let add = [
        "--as",
        "ines",
        "indicators",
        "add",
        &other,
        "--label",
        "x",
        "--tlp",
        "amber",
        "--reason",
        "a partner says so",
    ];
    done(dir, &add);
    for format in ["md", "html", "stix", "csv", "killchain-csv"] {
        let text = report(dir, format);
        assert!(
            !text.contains(&other) && !text.contains(stricter),
            "{format}"
        );
        assert!(text.contains(&link) || text.contains(listed), "{format}");
    }
    // Nor is what nobody outside may notice that we know.
    let quiet = [
        "--as",
        "ines",
        "indicators",
        "add",
        &link,
        "--label",
        "x",
        "--pap",
        "red",
        "--reason",
        "quietly",
    ];
    done(dir, &quiet);
    let ran = done(dir, &["--format", "csv", "report", "case-1", "--public"]);
    assert!(
        !ran.stdout.contains(listed) && ran.stderr.contains("is PAP:RED"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_is_published_is_known_to_be_everybodys_and_a_draft_is_not() {
    let folder = published();
    let dir = folder.path();
    let make = |who: &str, more: &[&str]| {
        let start = [
            "--as",
            who,
            "report",
            "case-1",
            "--public",
            "--out",
            "case-1.pdf",
        ];
        avert(dir, &[&start[..], more].concat())
    };
    let ids: Vec<String> = objects(&report_of(dir))
        .iter()
        .filter(|object| object["type"] != "marking-definition")
        .map(|object| object["id"].as_str().unwrap().to_owned())
        .collect();
    let report = ids.iter().find(|id| id.starts_with("report--")).unwrap();
    let who = || avert(dir, &["--format", "json", "share", "who", report]);

    let draft = make("olga", &[]);
    assert!(
        draft.code == 0 && draft.stderr.contains("--publish"),
        "{}",
        draft.stderr
    );
    assert_eq!(who().code, 1, "{}", who().stdout);
    fs::remove_file(dir.join("case-1.pdf")).unwrap();

    let refused = make("ines", &["--publish"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("[people/role-missing]"),
        "{}",
        refused.stderr
    );
    assert!(!dir.join("case-1.pdf").exists() && who().code == 1);

    let said = make("olga", &["--publish"]).stderr;
    let all = format!(
        "everybody has {} objects, {} of them new",
        ids.len(),
        ids.len()
    );
    assert!(
        said.contains(&all) && dir.join("case-1.pdf").exists(),
        "{said}"
    );
    for id in &ids {
        let known = done(dir, &["--format", "json", "share", "who", id]).json();
        let everybody = known["readers"].as_array().unwrap().iter();
        let did: Vec<&Value> = everybody
            .filter(|reader| reader["who"] == "everybody")
            .map(|reader| &reader["did"])
            .collect();
        assert_eq!(did, [&json!("has it")], "{id}");
    }
    let journal = done(
        dir,
        &["--format", "ndjson", "journal", "show", "--last", "1"],
    )
    .stdout;
    let row: Value = serde_json::from_str(journal.trim()).unwrap();
    assert_eq!(
        (&row["actor"], &row["act"], &row["subject"]),
        (&json!("olga"), &json!("sharing/publish"), &json!("case-1"))
    );
    // What is the same word for word is entered once; taken back, everybody is who has to hear of it.
    let again = make("olga", &["--publish"]).stderr;
    assert!(
        again.contains("everybody has") && !again.contains(&all),
        "{again}"
    );
    let retract = [
        "--as", "olga", "--format", "json", "share", "retract", report, "--reason", "wrong",
    ];
    let outstanding = done(dir, &retract).json();
    assert_eq!(outstanding[0]["who"], "everybody");
}

/// The report's bundle, as the configuration has its author.
fn report_of(dir: &Path) -> String {
    done(dir, &["--format", "stix", "report", "case-1", "--public"]).stdout
}
