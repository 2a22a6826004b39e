//! MISP to STIX and back, for those who compare: `misp import` reads events from standard input and writes their
//! objects as a bundle, `misp export` reads objects and writes events, one JSON text each.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};
use std::process::ExitCode;

use avert_exchange::misp::{self, Envelope, Organisation, export, import};
use avert_exchange::release::{Definitions, Directory, Item, Rules, Terms, check};
use avert_exchange::stix::{self, Maker};
use avert_model::{Partner, Timestamp, Tlp};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let verb = std::env::args().nth(1);
    let ended = match verb.as_deref() {
        Some("import") => imported(),
        Some("export") => exported(),
        _ => Err("import or export?".into()),
    };
    match ended.and_then(|value| Ok(writeln!(io::stdout(), "{value}")?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// Events as one bundle, and what was wrong with them.
fn imported() -> Outcome<Value> {
    let mut objects: Vec<Value> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for event in misp::Reader::new(io::stdin(), misp::Limits::default()) {
        let imported = import(event?).whole();
        problems.extend(imported.problems.iter().map(ToString::to_string));
        for told in imported.objects {
            // Two events may name one organisation.
            if seen.insert(told.object.as_str().to_owned()) {
                objects.push(serde_json::from_str(told.object.as_str())?);
            }
        }
    }
    let id = "bundle--00000000-0000-4000-8000-000000000000";
    Ok(json!({
        "bundle": { "type": "bundle", "id": id, "objects": objects },
        "problems": problems,
    }))
}

/// Objects as events, as our own team may have them.
fn exported() -> Outcome<Value> {
    let mut items = Vec::new();
    for received in stix::Reader::new(io::stdin(), stix::Limits::default()) {
        items.push(Item {
            object: serde_json::from_str::<Value>(received?.object.as_str())?,
            terms: Terms::default(),
        });
    }
    let us = Partner {
        id: "us".into(),
        name: "Example".into(),
        organisation: "example".into(),
        community: true,
        limit: Tlp::Red,
        ask_first: false,
    };
    let directory = Directory {
        us: "us".into(),
        our_identities: BTreeSet::new(),
        partners: BTreeMap::from([("us".into(), us)]),
        clients: BTreeMap::new(),
        groups: BTreeMap::new(),
    };
    let bodies = items.iter().map(|item| &item.object);
    let definitions = Definitions::read(bodies.filter(|body| {
        body.get("type")
            .is_some_and(|kind| kind == "marking-definition")
    }));
    let none = BTreeSet::new();
    let rules = Rules {
        directory: &directory,
        definitions: &definitions,
        happened: &[],
        retracted: &none,
        known: &none,
        unmarked: Tlp::Clear,
    };
    let now = Timestamp::from_second(1_767_225_600)?;
    let release = check(&items, &directory.own_team(), &rules, now)?;
    let envelope = Envelope {
        info: "Invented".into(),
        id: Maker::id("report", "invented"),
        at: now,
        organisation: Organisation {
            uuid: Some("00000000-0000-4000-8000-00000000000f".into()),
            name: "Example".into(),
        },
    };
    let exported = export(&release.releasable, &envelope);
    let events: Vec<Value> = exported.events.iter().map(misp::Event::to_json).collect();
    let left_out: Vec<Value> = exported
        .left_out
        .iter()
        .map(|left| json!({ "id": left.id, "why": left.why }))
        .collect();
    let withheld: Vec<String> = release
        .withheld
        .iter()
        .map(|one| format!("{one:?}"))
        .collect();
    Ok(json!({ "events": events, "left_out": left_out, "withheld": withheld }))
}
