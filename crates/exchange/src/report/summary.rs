//! The first screen: what happened, how sure, what was done, what is still open.

mod done;

use avert_model::{ContactTier, MemberKind};

use super::brief::{Brief, is_refused, is_settled};
use super::prose::{Prose, on};
use super::words;

/// The most findings whose certainty is told one by one.
const SURE_LIMIT: usize = 3;
/// The most plans or lists told one by one.
const DONE_LIMIT: usize = 4;

/// One of the four questions, answered.
#[derive(Debug)]
pub(super) struct Answer {
    /// For links within the page.
    pub(super) key: &'static str,
    /// The question, as a heading.
    pub(super) heading: &'static str,
    /// The answer, a sentence or two each.
    pub(super) lines: Vec<Prose>,
}

/// The four answers.
pub(super) fn of(brief: &Brief<'_>) -> [Answer; 4] {
    [
        Answer {
            key: "what",
            heading: "What happened",
            lines: what_happened(brief),
        },
        Answer {
            key: "sure",
            heading: "How sure",
            lines: how_sure(brief),
        },
        Answer {
            key: "done",
            heading: "What was done",
            lines: done::lines(brief),
        },
        Answer {
            key: "open",
            heading: "Still open",
            lines: still_open(brief),
        },
    ]
}

/// The few numbers that stand above the answers.
pub(super) fn figures(brief: &Brief<'_>) -> [(u64, &'static str); 4] {
    let plural = |number, one, many| if number == 1 { one } else { many };
    let (hostile, reached) = (brief.hostile(), brief.reached());
    let acted = if brief.in_effect == 0 && brief.restored > 0 {
        (
            brief.restored,
            plural(brief.restored, "account put back", "accounts put back"),
        )
    } else {
        (
            brief.in_effect,
            plural(brief.in_effect, "account acted on", "accounts acted on"),
        )
    };
    [
        (
            hostile,
            plural(hostile, "account acting as one", "accounts acting as one"),
        ),
        if reached == 0 && brief.is_purged() {
            (0, "people still on record")
        } else {
            (reached, plural(reached, "person reached", "people reached"))
        },
        acted,
        (brief.told, plural(brief.told, "person told", "people told")),
    ]
}

fn what_happened(brief: &Brief<'_>) -> Vec<Prose> {
    let findings = brief.dossier.findings.len() as u64;
    if findings == 0 {
        return vec![Prose::new("The case has no findings.")];
    }
    let hostile = brief.hostile();
    let mut first = Prose::new("Detection found ")
        .strong(words::count(hostile, "account", "accounts"))
        .words(" that act as one on ")
        .names(&brief.platforms());
    if findings > 1 {
        first = first.words(format!(
            ", in {}",
            words::count(findings, "network", "networks")
        ));
    }
    let kinds: Vec<String> = [
        (MemberKind::Persona, "made-up person", "made-up people"),
        (
            MemberKind::Compromised,
            "real account in other hands",
            "real accounts in other hands",
        ),
    ]
    .into_iter()
    .map(|(kind, one, many)| (brief.privacy.count(kind), one, many))
    .filter(|(number, ..)| *number > 0)
    .map(|(number, one, many)| words::count(number, one, many))
    .collect();
    if !kinds.is_empty() {
        first = first.words(format!(": {}", words::list(&kinds)));
    }
    first = first.words(".");
    let suspects = brief.privacy.count(MemberKind::Suspect);
    if suspects > 0 {
        first = first.words(format!(
            " {} tied to them too weakly to count.",
            words::sentence(&words::count(
                suspects,
                "more account is",
                "more accounts are"
            ))
        ));
    }
    vec![first, whom(brief)]
}

fn whom(brief: &Brief<'_>) -> Prose {
    let reached = brief.reached();
    if let (0, Some(at)) = (reached, brief.dossier.purged_at) {
        return Prose::new(format!(
            "Whom they reached, and what this rests on, was purged{}.",
            on(at)
        ));
    }
    if reached == 0 {
        return Prose::new("No contact with anybody else is recorded.");
    }
    let (first, last) = brief.contact_period();
    let period = words::period(first, last).map_or_else(
        || "They reached ".to_owned(),
        |period| {
            let preposition = if period.contains(" to ") {
                "From"
            } else {
                "On"
            };
            format!("{preposition} {period} they reached ")
        },
    );
    let tiers: Vec<String> = brief
        .tiers
        .iter()
        .filter(|(_, people)| *people > 0)
        .map(|(tier, people)| {
            let did = match tier {
                ContactTier::ClickedOrOpened => "clicked or opened what they shared",
                ContactTier::Talked => "talked with them",
                ContactTier::Connected => "connected",
                ContactTier::Saw => "only saw them",
            };
            format!("{} {did}", words::number(*people))
        })
        .collect();
    Prose::new(period)
        .strong(words::count(reached, "person", "people"))
        .words(format!(": {}.", words::list(&tiers)))
}

fn how_sure(brief: &Brief<'_>) -> Vec<Prose> {
    let mut lines = Vec::new();
    for (index, finding) in brief.dossier.findings.iter().take(SURE_LIMIT).enumerate() {
        let layers: Vec<String> = finding
            .layers
            .iter()
            .take(5)
            .map(|layer| words::layer(layer).to_owned())
            .collect();
        let mut line = Prose::default()
            .strong(words::percent(finding.probability))
            .words(format!(
                " that {} is one operation, as the detector puts it.",
                decapitalised(&brief.network_name(index))
            ));
        if !layers.is_empty() {
            let all = finding.layers.len();
            let which = if layers.len() < all {
                "of evidence; the strongest are"
            } else {
                "of evidence:"
            };
            line = line.words(format!(
                " It rests on {} {which} {}.",
                words::count(all as u64, "layer", "layers"),
                words::list(&layers)
            ));
        }
        lines.push(line);
    }
    let more = brief.dossier.findings.len().saturating_sub(SURE_LIMIT);
    if more > 0 {
        lines.push(Prose::new(format!(
            "{} below.",
            words::sentence(&words::count(
                more as u64,
                "more network is",
                "more networks are"
            ))
        )));
    }
    let tested = brief
        .dossier
        .findings
        .iter()
        .flat_map(|finding| &finding.facts)
        .find_map(|fact| fact.counterfactual.as_deref());
    if let Some(counterfactual) = tested {
        lines.push(
            Prose::new("Put to the test: ")
                .told(counterfactual)
                .words("."),
        );
    }
    let against = brief.facts().filter(|fact| fact.weight < 0.0).count() as u64;
    if against > 0 {
        lines.push(Prose::new(format!(
            "{} for the accounts and {} counted in.",
            words::sentence(&words::count(against, "fact speaks", "facts speak")),
            if against == 1 { "is" } else { "are" }
        )));
    }
    if lines.is_empty() {
        lines.push(Prose::new("There is nothing to be sure of yet."));
    }
    lines
}

fn decapitalised(name: &str) -> String {
    name.replacen("The ", "the ", 1)
        .replacen("Network", "network", 1)
}

/// What somebody still has to look at, most pressing first.
pub(super) fn still_open(brief: &Brief<'_>) -> Vec<Prose> {
    let mut open = Vec::new();
    if !brief.dossier.journal.verified {
        open.push(
            Prose::default()
                .strong("The journal did not verify.")
                .words(" Find out why before anything here is relied on."),
        );
    }
    open_plans(brief, &mut open);
    open_lists(brief, &mut open);
    let lists = &brief.dossier.notice_lists;
    let told: u64 = lists.iter().map(|list| list.totals.sent).sum();
    if told > 0 && brief.in_effect == 0 && brief.restored > 0 {
        open.push(Prose::new(format!(
            "{} told of accounts that have been put back since: decide what they are to be told now.",
            words::sentence(&words::count(told, "person was", "people were"))
        )));
    }
    let acted_on = brief.acted_on_and_taken_out();
    if acted_on > 0 {
        open.push(Prose::new(format!(
            "{} and taken out of the case since: see whether to put {} back.",
            words::sentence(&words::count(
                acted_on,
                "account was acted on",
                "accounts were acted on"
            )),
            if acted_on == 1 { "it" } else { "them" }
        )));
    }
    let compromised = brief.privacy.count(MemberKind::Compromised);
    if compromised > 0 {
        open.push(Prose::new(if compromised == 1 {
            "One account is a real person's in other hands: help the owner to secure it.".to_owned()
        } else {
            format!(
                "{} are real people's in other hands: help the owners to secure them.",
                words::sentence(&words::count(compromised, "account", "accounts"))
            )
        }));
    }
    let suspects = brief.privacy.count(MemberKind::Suspect);
    if suspects > 0 {
        open.push(Prose::new(format!(
            "{} to be watched; nothing was proposed against {}.",
            words::sentence(&words::count(
                suspects,
                "suspect remains",
                "suspects remain"
            )),
            if suspects == 1 { "it" } else { "them" }
        )));
    }
    if open.is_empty() {
        open.push(Prose::new("Nothing is recorded as open."));
    }
    open
}

fn open_plans(brief: &Brief<'_>, open: &mut Vec<Prose>) {
    let plans = &brief.dossier.plans;
    if plans.iter().all(|plan| is_refused(&plan.state)) && brief.hostile() > 0 {
        open.push(Prose::new("There is no takedown plan in force."));
    }
    for plan in plans
        .iter()
        .rev()
        .take(DONE_LIMIT)
        .rev()
        .filter(|plan| !is_refused(&plan.state))
    {
        let mut says = Vec::new();
        let mut say = |number: u64, one: &str, many: &str| {
            if number > 0 {
                says.push(words::count(number, one, many));
            }
        };
        say(
            plan.totals.waiting,
            "account is waiting",
            "accounts are waiting",
        );
        say(plan.totals.failed, "account failed", "accounts failed");
        say(
            plan.totals.drifted,
            "account had changed and was left alone",
            "accounts had changed and were left alone",
        );
        say(
            plan.totals.kept_changed,
            "account was changed by somebody after the takedown and not put back",
            "accounts were changed by somebody after the takedown and not put back",
        );
        if is_settled(&plan.state) && says.is_empty() {
            continue;
        }
        let mut line = Prose::new("Plan ")
            .code(&plan.id)
            .words(" is ")
            .name(&spoken(&plan.state));
        if !says.is_empty() {
            line = line.words(format!(": {}", words::list(&says)));
        }
        open.push(line.words("."));
    }
}

fn open_lists(brief: &Brief<'_>, open: &mut Vec<Prose>) {
    for list in brief
        .dossier
        .notice_lists
        .iter()
        .rev()
        .take(DONE_LIMIT)
        .rev()
    {
        if is_refused(&list.state) {
            continue;
        }
        let mut says = Vec::new();
        let mut say = |number: u64, one: &str, many: &str| {
            if number > 0 {
                says.push(words::count(number, one, many));
            }
        };
        say(
            list.totals.waiting,
            "notice is waiting",
            "notices are waiting",
        );
        say(
            list.totals.undeliverable,
            "notice is undeliverable",
            "notices are undeliverable",
        );
        say(
            list.totals.in_doubt,
            "may not have arrived",
            "may not have arrived",
        );
        if is_settled(&list.state) && says.is_empty() {
            continue;
        }
        let mut line = Prose::new("Notice list ")
            .code(&list.id)
            .words(" is ")
            .name(&spoken(&list.state));
        if !says.is_empty() {
            line = line.words(format!(": {}", words::list(&says)));
        }
        open.push(line.words("."));
    }
    let unlisted = brief.reached().saturating_sub(brief.listed);
    if unlisted > 0 {
        open.push(Prose::new(format!(
            "{} reached {} on no notice list.",
            words::sentence(&words::count(unlisted, "person", "people")),
            if unlisted == 1 { "is" } else { "are" }
        )));
    }
}

/// A state's name as it is spoken: `rolled-back` is "rolled back".
pub(super) fn spoken(state: &str) -> String {
    state.replace('-', " ")
}
