//! A finding as a brief: what somebody reads before they decide.

use std::fmt::Write as _;

use avert_model::{
    ActivityHours, ContactTier, Fact, Finding, Layer, Member, MemberKind, Timestamp,
};

use crate::text::{Table, count, moment, moment_or_unknown, percent};

/// How many facts of a kind are told before the rest is only counted.
const FACTS: usize = 12;

/// How many facts that speak for accounts are told.
const FOR_THEM: usize = 8;

/// The brief; of a finding that was purged, when.
pub(super) fn text(finding: &Finding, purged_at: Option<Timestamp>) -> String {
    let mut text = format!(
        "{} {}\n{} one operation; tied by {}\nseen in {} on {} by {} {}\n",
        finding.id,
        finding.title,
        percent(finding.probability.get()),
        words(&finding.layers),
        finding.snapshot,
        finding.platform,
        finding.detector,
        finding.detector_version,
    );
    if let Some(at) = purged_at {
        let _ = write!(
            text,
            "\nits facts, ties and contacts were purged at {}; who belonged to it stays\n\naccounts\n{}",
            moment(at),
            members(finding)
        );
        return text;
    }
    text.push_str("\nin short\n");
    for line in in_short(finding) {
        let _ = writeln!(text, "- {line}");
    }
    text.push_str("\nwhy\n");
    for fact in finding.facts.iter().take(FACTS) {
        let _ = writeln!(text, "- {}{}", fact.text, when(fact));
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
    text.push_str("\nwhat speaks for its accounts\n");
    text.push_str(&for_them(finding));
    text.push_str("\naccounts\n");
    text.push_str(&members(finding));
    text.push_str("\nreached\n");
    text.push_str(&reached(finding));
    let _ = write!(
        text,
        "\nbefore you open a case: could this be one office, one family, one company's recruiters, one club?\n\
         next: avert --as INVESTIGATOR case open --from {}\n",
        finding.id
    );
    text
}

fn words(layers: &[Layer]) -> String {
    let words: Vec<&str> = layers.iter().map(Layer::as_str).collect();
    words.join(", ")
}

/// What an approver has to know first.
fn in_short(finding: &Finding) -> Vec<String> {
    let of_kind = |kind: MemberKind| {
        let members = finding.members.iter();
        members.filter(|member| member.kind == kind).count() as u64
    };
    let proposed = finding.members.iter().filter(|member| member.proposed);
    let mut lines = vec![format!(
        "{} would be proposed for takedown; nobody else is touched",
        count(proposed.count() as u64, "account", "accounts")
    )];
    let taken_over = of_kind(MemberKind::Compromised);
    if taken_over > 0 {
        lines.push(format!(
            "{} taken over from {}: to be secured and given back, not disabled",
            count(taken_over, "account was", "accounts were"),
            if taken_over == 1 {
                "its owner"
            } else {
                "their owners"
            },
        ));
    }
    let suspects = of_kind(MemberKind::Suspect);
    if suspects > 0 {
        lines.push(format!(
            "{} tied too weakly to be anybody's business",
            count(suspects, "account is", "accounts are")
        ));
    }
    lines.extend(weakest_point(finding));
    lines.extend(busiest_hours(&finding.activity));
    lines
}

/// The layer without which the least would be left.
fn weakest_point(finding: &Finding) -> Option<String> {
    let proposed: Vec<&Member> = finding.members.iter().filter(|one| one.proposed).collect();
    let falls = |layer: &Layer| {
        let without = format!("Without layer {layer} it would not be proposed");
        let is_lost = |member: &&&Member| {
            let mut facts = member.facts.iter();
            facts.any(|fact| fact.counterfactual.as_ref() == Some(&without))
        };
        proposed.iter().filter(is_lost).count()
    };
    let falls: Vec<(&Layer, usize)> = finding
        .layers
        .iter()
        .map(|layer| (layer, falls(layer)))
        .collect();
    let (layer, lost) = falls
        .iter()
        .copied()
        .reduce(|most, next| if next.1 > most.1 { next } else { most })?;
    // Naming one of several that it cannot do without would make the others look dispensable.
    let needed: Vec<Layer> = falls
        .iter()
        .filter(|(_, lost)| !proposed.is_empty() && *lost == proposed.len())
        .map(|(layer, _)| (*layer).clone())
        .collect();
    if needed.len() > 1 {
        return Some(format!(
            "it leans on each of the layers {}: without any one of them none of its accounts would be proposed",
            words(&needed)
        ));
    }
    Some(match lost {
        0 => "no single layer carries it: without any one of them the same accounts are proposed"
            .to_owned(),
        lost => format!(
            "it leans most on layer {layer}: {lost} of {} would not be proposed without it",
            proposed.len()
        ),
    })
}

/// The eight hours in a row in which most is done.
fn busiest_hours(activity: &ActivityHours) -> Option<String> {
    let mut hours = [0_u64; 24];
    for day in activity.rows() {
        for (sum, count) in hours.iter_mut().zip(day) {
            *sum += u64::from(*count);
        }
    }
    let all: u64 = hours.iter().sum();
    let of = |from: usize| (0..8).map(|step| hours[(from + step) % 24]).sum::<u64>();
    let from = (0..24).max_by_key(|from| (of(*from), 24 - from))?;
    (all > 0).then(|| {
        format!(
            "{} of what they do is done between {from:02}:00 and {:02}:00 UTC",
            percent(of(from) as f64 / all as f64),
            (from + 8) % 24
        )
    })
}

/// From when to when, if that is known.
fn when(fact: &Fact) -> String {
    match (fact.first_at, fact.last_at) {
        (Some(first), Some(last)) => format!(
            " ({} to {})",
            first.strftime("%Y-%m-%d"),
            last.strftime("%Y-%m-%d")
        ),
        _ => String::new(),
    }
}

/// The strongest facts that speak for accounts of the network, by account.
fn for_them(finding: &Finding) -> String {
    let mut facts: Vec<(&Member, &Fact)> = finding
        .members
        .iter()
        .filter(|member| member.kind != MemberKind::Suspect)
        .flat_map(|member| member.facts.iter().map(move |fact| (member, fact)))
        .filter(|(_, fact)| fact.weight < 0.0)
        .collect();
    facts.sort_by(|a, b| {
        let strongest = a.1.weight.total_cmp(&b.1.weight);
        strongest.then_with(|| a.0.account.cmp(&b.0.account))
    });
    let mut text = String::new();
    for (member, fact) in facts.iter().take(FOR_THEM) {
        let _ = writeln!(text, "- {}: {}", member.account, fact.text);
    }
    if facts.len() > FOR_THEM {
        let _ = writeln!(text, "- and {} more", facts.len() - FOR_THEM);
    }
    if text.is_empty() {
        text.push_str(
            "- nothing that was looked at: old ties, being sought out, verification, age\n",
        );
    }
    text
}

fn members(finding: &Finding) -> String {
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

fn reached(finding: &Finding) -> String {
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
