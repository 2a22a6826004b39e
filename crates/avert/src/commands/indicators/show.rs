//! Showing what is in use, and what is known of one indicator.

use std::fmt::Write as _;

use avert_hunt::{Assertion, Kind, Pap, SetSummary, StoreFolder};
use avert_model::{Clock as _, Timestamp};
use serde::Serialize;

use super::parse;
use crate::clock::SystemClock;
use crate::commands::Answer;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::text::{Table, moment};

/// What is in use.
#[derive(Debug, Serialize)]
struct InUse {
    sets: Vec<SetSummary>,
    warning_lists: bool,
    remarks: u64,
}

pub(super) fn list(
    folder: &StoreFolder,
    verify: bool,
    printer: &Printer,
) -> Result<Answer, Failure> {
    let in_use = folder.open(SystemClock.now())?;
    if verify {
        for set in in_use.sets() {
            set.verify()?;
        }
    }
    let told = InUse {
        sets: in_use
            .sets()
            .iter()
            .map(avert_hunt::IndicatorSet::summary)
            .collect(),
        warning_lists: in_use.warns(),
        remarks: in_use.feedback().remarks(),
    };
    printer.result(&told, |told| {
        let mut table = Table::new(&["set", "indicators", "on disk", "in memory"]);
        for set in &told.sets {
            table.row([
                set.id.clone(),
                set.indicators.to_string(),
                set.file_bytes.to_string(),
                set.resident_bytes.to_string(),
            ]);
        }
        let mut text = table.render("no indicators are in use: `avert indicators compile FILE…`\n");
        text += if told.warning_lists {
            "\nwarning lists are in use\n"
        } else {
            "\nno warning lists are in use: `avert indicators warninglists DIR`\n"
        };
        let _ = writeln!(text, "{} remarks", told.remarks);
        text
    })?;
    Ok(if told.sets.is_empty() {
        Answer::No
    } else {
        Answer::Done
    })
}

/// What is known of one.
#[derive(Debug, Serialize)]
struct Known {
    indicator: String,
    kind: Kind,
    at: Timestamp,
    score: f64,
    assertions: Vec<Assertion>,
    seen_by: Vec<String>,
    last_sighting: Option<Timestamp>,
    wrong_by: Vec<String>,
    is_revoked: bool,
    pap: Option<Pap>,
    warning_lists: Vec<String>,
    allowed_by: Option<String>,
    allowed_because: Option<String>,
    may_act: bool,
}

pub(super) fn one(
    text: &str,
    at: Option<Timestamp>,
    folder: &StoreFolder,
    printer: &Printer,
) -> Result<Answer, Failure> {
    let indicator = parse(text)?;
    let at = at.unwrap_or_else(|| SystemClock.now());
    let in_use = folder.open(at)?;
    let Some(record) = in_use.get(&indicator)? else {
        printer.talk(&format!(
            "{indicator} ({}) is no indicator that is in use",
            indicator.kind()
        ));
        return Ok(Answer::No);
    };
    let judged = in_use.judge().judge(&record, None)?;
    let said = in_use
        .feedback()
        .about(&indicator)
        .cloned()
        .unwrap_or_default();
    let known = Known {
        indicator: indicator.value().to_owned(),
        kind: indicator.kind(),
        at,
        score: judged.score,
        may_act: judged.may_act(),
        assertions: record.assertions,
        seen_by: said.seen_by.into_iter().collect(),
        last_sighting: said.last_seen,
        wrong_by: said.wrong_by.into_iter().collect(),
        is_revoked: said.is_revoked,
        pap: judged.pap,
        warning_lists: judged.warning_lists,
        allowed_by: judged.allowed.as_ref().map(|(by, _)| by.clone()),
        allowed_because: judged.allowed.map(|(_, why)| why),
    };
    printer.result(&known, known_text)?;
    Ok(Answer::Done)
}

fn known_text(known: &Known) -> String {
    let mut text = format!(
        "{} ({}): score {:.0} of 100\n\n",
        known.indicator, known.kind, known.score
    );
    let mut table = Table::new(&[
        "label",
        "source",
        "TLP",
        "Admiralty",
        "first seen",
        "last seen",
        "expires",
    ]);
    for said in &known.assertions {
        let time = |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), moment);
        table.row([
            said.label.clone(),
            said.source.clone(),
            said.tlp
                .map_or_else(|| "-".to_owned(), |tlp| tlp.to_string()),
            said.admiralty
                .map_or_else(|| "-".to_owned(), |code| code.to_string()),
            time(said.first_seen),
            moment(said.last_seen),
            if said.is_revoked {
                "revoked".to_owned()
            } else {
                time(said.expires)
            },
        ]);
    }
    text += &table.render("");
    if let Some(last) = known.last_sighting {
        let _ = writeln!(
            text,
            "\nseen in use by {}, last at {}",
            known.seen_by.join(", "),
            moment(last)
        );
    }
    if !known.wrong_by.is_empty() {
        let _ = writeln!(text, "\nfound wrong by {}", known.wrong_by.join(", "));
    }
    if known.is_revoked {
        text += "\nrevoked by a person\n";
    }
    if let Some(pap) = known.pap {
        let asks = if pap.allows_action() {
            "may be acted on where it can be noticed"
        } else {
            "nothing is to be done that can be noticed outside"
        };
        let _ = writeln!(text, "\n{pap}: {asks}");
    }
    if !known.warning_lists.is_empty() {
        let _ = writeln!(text, "\nstands on: {}", known.warning_lists.join("; "));
        match (&known.allowed_by, &known.allowed_because) {
            (Some(by), Some(why)) => {
                let _ = writeln!(text, "and may be acted on, because {by} said so: {why}");
            }
            _ => text += "and is not acted on until a person allows it: `avert indicators allow`\n",
        }
    }
    text
}
