//! `avert finding`: what detection said, as a brief to decide on.

use std::fmt::Write as _;

use avert_model::{ContactTier, Finding as Found, MemberKind};
use avert_ops::findings;

use super::{Answer, detect};
use crate::args::Finding;
use crate::context::Context;
use crate::failure::Failure;
use crate::text::{Table, count, moment_or_unknown, percent};

/// How many facts of a kind are told before the rest is only counted.
const FACTS: usize = 12;

pub(super) fn run(verb: &Finding, context: &Context<'_>) -> Result<Answer, Failure> {
    match verb {
        Finding::List { snapshot } => {
            let found = findings::list(&context.store()?, snapshot.as_ref())?;
            context.printer.results(&found, detect::table)?;
            Ok(if found.is_empty() {
                Answer::No
            } else {
                Answer::Done
            })
        }
        Finding::Show { id } => {
            let finding = findings::show(&context.store()?, id)?;
            context.printer.result(&finding, brief)?;
            Ok(Answer::Done)
        }
    }
}

fn brief(finding: &Found) -> String {
    let layers: Vec<&str> = finding
        .layers
        .iter()
        .map(avert_model::Layer::as_str)
        .collect();
    let mut text = format!(
        "{} {}\n{} one operation; tied by {}\nseen in {} on {} by {} {}\n\nwhy\n",
        finding.id,
        finding.title,
        percent(finding.probability.get()),
        layers.join(", "),
        finding.snapshot,
        finding.platform,
        finding.detector,
        finding.detector_version,
    );
    for fact in finding.facts.iter().take(FACTS) {
        let _ = writeln!(text, "- {}", fact.text);
        if let Some(counterfactual) = &fact.counterfactual {
            let _ = writeln!(text, "  {counterfactual}");
        }
    }
    if finding.facts.len() > FACTS {
        let _ = writeln!(
            text,
            "- and {} more; --format json has all",
            finding.facts.len() - FACTS
        );
    }
    text.push_str("\naccounts\n");
    text.push_str(&members(finding));
    text.push_str("\nreached\n");
    text.push_str(&reached(finding));
    let _ = write!(
        text,
        "\nnext: avert --as INVESTIGATOR case open --from {}\n",
        finding.id
    );
    text
}

fn members(finding: &Found) -> String {
    let mut table = Table::new(&[
        "account",
        "taken for",
        "sure",
        "proposed",
        "tied by",
        "strongest fact",
    ]);
    for member in &finding.members {
        let layers: Vec<&str> = member
            .layers
            .iter()
            .map(avert_model::Layer::as_str)
            .collect();
        table.row([
            member.account.to_string(),
            match member.kind {
                MemberKind::Persona => "persona",
                MemberKind::Compromised => "compromised",
                MemberKind::Suspect => "suspect",
            }
            .to_owned(),
            percent(member.probability.get()),
            if member.proposed { "yes" } else { "no" }.to_owned(),
            layers.join(" "),
            member
                .facts
                .first()
                .map(|fact| fact.text.clone())
                .unwrap_or_default(),
        ]);
    }
    table.render("none\n")
}

fn reached(finding: &Found) -> String {
    let mut table = Table::new(&["tier", "people", "first", "last"]);
    for tier in ContactTier::ALL.into_iter().rev() {
        let of_tier = || {
            finding
                .contacts
                .iter()
                .filter(|contact| contact.tier == tier)
        };
        if of_tier().next().is_some() {
            table.row([
                tier.as_str().to_owned(),
                of_tier().count().to_string(),
                moment_or_unknown(of_tier().filter_map(|contact| contact.first_at).min()),
                moment_or_unknown(of_tier().filter_map(|contact| contact.last_at).max()),
            ]);
        }
    }
    let people = count(finding.contacts.len() as u64, "person", "people");
    format!("{}{people} in all\n", table.render(""))
}
