//! A case is linked to what others published, as its user sees it: refused without a source, told with it, as it came,
//! and only to whom its marking allows.

use std::fs;
use std::path::Path;

use crate::common::{add_olga, avert, done, platform, take_down};
use serde_json::{Value, json};

const PUBLISHER: &str = "identity--0e2d6c5a-4a0c-4c0c-9c7d-1f6b6f0a0001";
const SET: &str = "intrusion-set--0e2d6c5a-4a0c-4c0c-9c7d-1f6b6f0a0002";
const MALWARE: &str = "malware--0e2d6c5a-4a0c-4c0c-9c7d-1f6b6f0a0003";
const STATEMENT: &str = "marking-definition--0e2d6c5a-4a0c-4c0c-9c7d-1f6b6f0a0004";
const CLEAR: &str = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
const AMBER: &str = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421";
const SOURCE: &str = "https://reports.example.net/quiet-heron";

/// The intrusion set as it came: with a property that nobody knows, in no order.
fn set(marking: &str) -> String {
    format!(
        "{{ \"x_rank\": 1.50, \"name\": \"Quiet Heron\", \"type\": \"intrusion-set\", \"id\": \"{SET}\", \
         \"spec_version\": \"2.1\", \"created\": \"2025-11-03T10:00:00.000Z\", \
         \"modified\": \"2026-02-01T10:00:00.000Z\", \"created_by_ref\": \"{PUBLISHER}\", \
         \"external_references\": [{{\"source_name\": \"mitre-attack\", \"external_id\": \"G9999\"}}], \
         \"object_marking_refs\": [\"{marking}\"] }}"
    )
}

/// Writes what a publisher says, the intrusion set marked so and the rest with a statement alone.
fn write_feed(dir: &Path, marking: &str) {
    let made = |object: Value| {
        let mut object = object;
        object["spec_version"] = "2.1".into();
        object["created"] = "2025-11-03T10:00:00.000Z".into();
        object["modified"] = "2026-02-01T10:00:00.000Z".into();
        object["created_by_ref"] = PUBLISHER.into();
        object["object_marking_refs"] = json!([STATEMENT]);
        object.to_string()
    };
    let objects = [
        json!({ "type": "marking-definition", "spec_version": "2.1", "id": STATEMENT, "created": "2025-11-03T10:00:00.000Z",
            "definition_type": "statement", "definition": { "statement": "Copyright Example Publisher" } })
        .to_string(),
        made(json!({ "type": "identity", "id": PUBLISHER, "name": "Example Publisher", "identity_class": "organization" })),
        made(json!({ "type": "malware", "id": MALWARE, "name": "HeronNest", "is_family": true })),
        set(marking),
    ];
    let bundle = format!(
        "{{\"type\":\"bundle\",\"id\":\"bundle--00000000-0000-4000-8000-000000000001\",\"objects\":[{}]}}",
        objects.join(",")
    );
    fs::write(dir.join("feed.json"), bundle).unwrap();
}

fn import(dir: &Path, more: &[&str]) {
    let import = ["--as", "ines", "intel", "import", "feed.json"];
    done(dir, &[&import[..], more].concat());
}

/// A case that is TLP:CLEAR, with what a publisher says in the store.
fn ground(marking: &str, terms: &[&str]) -> tempfile::TempDir {
    let folder = platform();
    let dir = folder.path();
    take_down(dir);
    add_olga(dir, "liaison");
    let mark = [
        "--as", "olga", "case", "mark", "case-1", "--tlp", "clear", "--reason", "over",
    ];
    done(dir, &mark);
    write_feed(dir, marking);
    import(dir, terms);
    folder
}

fn link(dir: &Path) {
    let link = ["--as", "ines", "case", "link", "case-1"];
    let attributed = [
        "attributed-to",
        "G9999",
        "--source",
        SOURCE,
        "--confidence",
        "60",
        "--note",
        "page 4",
    ];
    done(dir, &[&link[..], &attributed].concat());
    done(dir, &[&link[..], &["uses", "heronnest"]].concat());
}

fn objects(text: &str) -> Vec<Value> {
    let bundle: Value = serde_json::from_str(text).unwrap();
    bundle["objects"].as_array().unwrap().clone()
}

fn report(dir: &Path, format: &str) -> String {
    done(dir, &["--format", format, "report", "case-1", "--public"]).stdout
}

#[test]
fn a_case_is_linked_and_shown_with_it_and_unlinked_again() {
    let folder = ground(CLEAR, &["--published", "--tlp", "clear"]);
    let dir = folder.path();
    link(dir);
    let shown = done(dir, &["case", "show", "case-1"]).stdout;
    for said in [
        "published attribution and related intelligence",
        "Quiet Heron",
        SOURCE,
        "page 4",
    ] {
        assert!(shown.contains(said), "{said}\n{shown}");
    }
    let json = done(dir, &["--format", "json", "case", "show", "case-1"]).json();
    assert_eq!(json["links"][0]["object"], SET);
    assert_eq!(json["links"][1]["relation"], "uses");
    let unlink = ["--as", "ines", "case", "unlink", "case-1", "uses", MALWARE];
    let left = done(dir, &unlink).stdout;
    assert!(
        left.contains("Quiet Heron") && !left.contains("HeronNest"),
        "{left}"
    );
    let again = avert(dir, &unlink);
    assert_eq!(again.code, 1);
    assert!(
        again.stderr.contains("[case/not-linked]"),
        "{}",
        again.stderr
    );
}

#[test]
fn without_a_source_nobody_is_named_and_the_refusal_says_what_to_do() {
    let folder = ground(CLEAR, &["--published", "--tlp", "clear"]);
    let dir = folder.path();
    let link = ["case", "link", "case-1"];
    for (by, what, code, says) in [
        (
            "ines",
            vec!["attributed-to", SET],
            "case/no-source",
            "--source",
        ),
        (
            "ines",
            vec!["uses", SET, "--source", SOURCE],
            "case/no-such-link",
            "attributed-to",
        ),
        ("ines", vec!["uses", "nothing"], "intel/unknown", "search"),
        (
            "rana",
            vec!["uses", MALWARE],
            "people/role-missing",
            "investigator",
        ),
    ] {
        let refused = avert(dir, &[&["--as", by][..], &link, &what].concat());
        assert_eq!(refused.code, 1, "{what:?} {}", refused.stderr);
        for said in [code, says] {
            assert!(refused.stderr.contains(said), "{said}\n{}", refused.stderr);
        }
    }
    let json = done(dir, &["--format", "json", "case", "show", "case-1"]).json();
    assert_eq!(json["links"], json!([]));
}

#[test]
fn what_may_be_told_is_told_as_it_came_in_every_form() {
    let folder = ground(CLEAR, &["--published", "--tlp", "clear"]);
    let dir = folder.path();
    link(dir);
    for bundle in [
        report(dir, "stix"),
        done(dir, &["intel", "export", "case-1"]).stdout,
    ] {
        assert!(
            bundle.contains(&set(CLEAR)),
            "the object is there to the byte"
        );
        let objects = objects(&bundle);
        let named = |id: &str| objects.iter().find(|object| object["id"] == id);
        let malware = named(MALWARE).unwrap();
        assert_eq!(malware["created_by_ref"], PUBLISHER);
        assert_eq!(
            malware["object_marking_refs"],
            json!([CLEAR, STATEMENT]),
            "its statement stays, and its label is told"
        );
        assert!(named(PUBLISHER).is_some() && named(STATEMENT).is_some());
        let to = |id: &str| {
            let mut relations = objects
                .iter()
                .filter(|object| object["type"] == "relationship");
            relations.find(|object| object["target_ref"] == id).unwrap()
        };
        assert_eq!(to(SET)["external_references"][0]["url"], SOURCE);
        assert_eq!(to(SET)["confidence"], 60);
        assert!(!bundle.contains("page 4"));
    }
    for format in ["md", "html", "csv", "killchain-csv"] {
        let text = report(dir, format);
        for name in ["Quiet Heron", "HeronNest", "reports.example.net"] {
            assert!(text.contains(name), "{format} {name}\n{text}");
        }
        assert!(!text.contains("page 4"), "{format}");
    }
    let event = done(dir, &["--format", "misp", "intel", "export", "case-1"]).stdout;
    assert!(event.contains("Quiet Heron - G9999"), "{event}");
    let team = done(dir, &["report", "case-1"]).stdout;
    assert!(
        team.contains("**Attributed to** Quiet Heron") && team.contains("page 4"),
        "{team}"
    );
}

#[test]
fn what_its_marking_forbids_is_in_no_public_form_and_told_to_our_own_team() {
    let folder = ground(AMBER, &["--published", "--tlp", "clear"]);
    let dir = folder.path();
    link(dir);
    let told = done(dir, &["--format", "stix", "report", "case-1", "--public"]);
    assert!(
        told.stderr.contains(&format!("{SET} is withheld")),
        "{}",
        told.stderr
    );
    for format in ["md", "html", "stix", "csv", "killchain-csv"] {
        let text = report(dir, format);
        assert!(!text.contains("Quiet Heron"), "{format}");
        assert!(!text.contains(SET) && !text.contains(SOURCE), "{format}");
        assert!(text.contains("HeronNest"), "{format}");
    }
    let ours = done(dir, &["intel", "export", "case-1"]).stdout;
    assert!(ours.contains(&set(AMBER)));
}

#[test]
fn what_somebody_else_made_and_nobody_said_is_published_stays_with_us() {
    let folder = ground(CLEAR, &[]);
    let dir = folder.path();
    link(dir);
    let text = report(dir, "md");
    assert!(
        !text.contains("Quiet Heron") && !text.contains("HeronNest"),
        "{text}"
    );
    let ours = done(dir, &["intel", "export", "case-1"]).stdout;
    assert!(ours.contains("Quiet Heron") && ours.contains("HeronNest"));
}

#[test]
fn a_partner_is_offered_what_a_case_is_linked_to_on_the_terms_that_it_came_on() {
    let folder = ground(AMBER, &["--published", "--tlp", "clear"]);
    let dir = folder.path();
    link(dir);
    let path = dir.join("avert.toml");
    let config = fs::read_to_string(&path).unwrap();
    let sharing = "\n[sharing.partner.cert]\ncommunity = true\nlimit = \"green\"\n\n\
        [sharing.collection.cases]\ntitle = \"Cases\"\naudience = \"partner:cert\"\n";
    fs::write(&path, config + sharing).unwrap();
    let put = ["--as", "olga", "share", "put", "cases", "case-1"];
    let tried = done(dir, &[&["--format", "json"][..], &put].concat()).json();
    let withheld = tried["withheld"].to_string();
    assert!(
        withheld.contains(SET),
        "it is amber, and the partner's limit green"
    );
    assert!(!withheld.contains(MALWARE), "{withheld}");
    done(dir, &[&put[..], &["--execute"]].concat());
    let who = done(dir, &["--format", "json", "share", "list"]).json();
    let offered = who[0]["offered"].as_u64().unwrap();
    let readable = who[0]["readable"].as_u64().unwrap();
    assert!(
        readable > 0 && readable < offered,
        "{readable} of {offered}"
    );
}

#[test]
fn a_linked_object_takes_along_what_its_maker_gave_and_nothing_that_it_only_names() {
    let folder = platform();
    let dir = folder.path();
    take_down(dir);
    add_olga(dir, "liaison");
    let path = dir.join("avert.toml");
    let config = fs::read_to_string(&path).unwrap();
    let sharing = "\n[sharing.partner.cert]\nlimit = \"amber\"\n\n[sharing.partner.bank]\nlimit = \"amber\"\n\n\
        [sharing.collection.cases]\ntitle = \"Cases\"\naudience = \"partner:bank\"\n";
    fs::write(&path, config + sharing).unwrap();
    let id = |kind: &str, number: u32| format!("{kind}--00000000-0000-4000-8000-{number:012}");
    let made = |kind: &str, number: u32, members: Value| {
        let mut object = json!({ "type": kind, "spec_version": "2.1", "id": id(kind, number),
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
            "object_marking_refs": [CLEAR], "name": format!("Invented {number}") });
        for (name, value) in members.as_object().unwrap() {
            object[name] = value.clone();
        }
        object
    };
    let malware = |number: u32, members: Value| {
        let mut object = made("malware", number, members);
        object["is_family"] = json!(true);
        object
    };
    let import = |objects: &[Value], terms: &[&str]| {
        let bundle = json!({ "type": "bundle", "id": id("bundle", 1), "objects": objects });
        fs::write(dir.join("feed.json"), bundle.to_string()).unwrap();
        import(dir, terms);
    };
    // Ours, and another partner's: nobody linked the case to either.
    let (ours, banks) = (id("malware", 1), id("malware", 2));
    import(&[malware(1, json!({}))], &[]);
    import(&[malware(2, json!({}))], &["--partner", "bank"]);
    let (maker, sample, beyond) = (id("identity", 3), id("malware", 4), id("malware", 5));
    let names = json!({ "created_by_ref": maker, "x_of_refs": [ours, banks, sample] });
    let further = json!({ "x_of_refs": [beyond] });
    let sent = [
        malware(6, names),
        made("identity", 3, json!({ "identity_class": "organization" })),
        malware(4, further),
        malware(5, json!({})),
    ];
    import(&sent, &["--partner", "cert"]);
    let link = ["--as", "ines", "case", "link", "case-1", "uses"];
    done(dir, &[&link[..], &[&id("malware", 6)]].concat());

    let bundle = objects(&done(dir, &["intel", "export", "case-1"]).stdout);
    let is_told = |id: &String| bundle.iter().any(|object| object["id"] == **id);
    for told in [&id("malware", 6), &maker, &sample] {
        assert!(is_told(told), "{told}");
    }
    for not in [&ours, &banks, &beyond] {
        assert!(!is_told(not), "{not}");
    }
    let put = [
        "--as",
        "olga",
        "share",
        "put",
        "cases",
        "case-1",
        "--execute",
    ];
    done(dir, &put);
    let offered = |id: &str| {
        let who = avert(dir, &["--format", "json", "share", "who", id]);
        let who: Value = serde_json::from_str(&who.stdout).unwrap_or_default();
        let readers = who["readers"].as_array().cloned().unwrap_or_default();
        let of_bank = |one: &Value| one["who"] == "bank" && one["did"] != "no";
        readers.iter().any(of_bank)
    };
    assert!(offered(&id("malware", 6)) && offered(&sample));
    for not in [&ours, &banks, &beyond] {
        assert!(!offered(not), "{not}");
    }
}
