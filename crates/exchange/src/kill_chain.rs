//! What the facts of a case say of how an operation works, in the phases of the Online Operations Kill Chain.
//!
//! A table says which phase and technique a kind of fact in a layer belongs to. Only what facts state is there:
//! of what they do not state, such as how targets were chosen (phase 2) and what was tried out before (phase 4),
//! nothing is told, and nobody is named.
//!
//! # Source
//! Nimmo and Hutchins, "Phase-based Tactical Analysis of Online Operations", Carnegie Endowment, 2023; the names
//! and numbers of tactics and techniques as Meta publishes them
//! (<https://github.com/facebook/threat-research>). The procedures are in our own words. Techniques of MITRE
//! ATT&CK Enterprise 18 where they fit.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{
    AccountId, Dossier, Fact, FactCode, Finding, Layer, Member, MemberKind, Timestamp,
};

/// The name of the kill chain in STIX.
pub(crate) const NAME: &str = "meta-online-operations";

/// Where the kill chain is published.
pub(crate) const URL: &str = "https://github.com/facebook/threat-research";

/// A phase, which Meta calls a tactic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Acquiring,
    Disguising,
    Coordinating,
    Evading,
    Indiscriminate,
    Targeted,
    Compromising,
}

impl Phase {
    /// Its number and name.
    pub(crate) fn tactic(self) -> &'static str {
        match self {
            Self::Acquiring => "0. Acquiring assets",
            Self::Disguising => "1. Disguising assets",
            Self::Coordinating => "3. Coordinating and planning",
            Self::Evading => "5. Evading detection",
            Self::Indiscriminate => "6. Indiscriminate engagement",
            Self::Targeted => "7. Targeted engagement",
            Self::Compromising => "8. Compromising assets",
        }
    }

    /// Its name in STIX, which wants lower case and hyphens.
    pub(crate) fn stix(self) -> String {
        let (_, name) = self.tactic().split_once(' ').unwrap_or_default();
        name.to_lowercase().replace(' ', "-")
    }
}

/// A technique of MITRE ATT&CK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Attack {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
}

const PERSONAS: Attack = Attack {
    id: "T1585.001",
    name: "Establish Accounts: Social Media Accounts",
};
const MAILBOXES: Attack = Attack {
    id: "T1585.002",
    name: "Establish Accounts: Email Accounts",
};
const TAKEN_OVER: Attack = Attack {
    id: "T1586.001",
    name: "Compromise Accounts: Social Media Accounts",
};
const DELIVERY: Attack = Attack {
    id: "T1566.003",
    name: "Phishing: Spearphishing via Service",
};

/// One way of working. Ways are ordered as they are told: by phase, then by number.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Way {
    pub(crate) phase: Phase,
    /// The technique; with its number, where Meta has one for it.
    pub(crate) technique: &'static str,
    /// What was done, in our words.
    pub(crate) procedure: &'static str,
    pub(crate) attack: Option<Attack>,
}

const fn way(
    phase: Phase,
    technique: &'static str,
    procedure: &'static str,
    attack: Option<Attack>,
) -> Way {
    Way {
        phase,
        technique,
        procedure,
        attack,
    }
}

static MAIL_PATTERN: Way = way(
    Phase::Acquiring,
    "0.2 Acquiring email addresses",
    "Acquiring addresses that follow one pattern",
    Some(MAILBOXES),
);
static ACCOUNTS: Way = way(
    Phase::Acquiring,
    "0.9 Acquiring social media accounts",
    "Acquiring accounts of made-up people",
    Some(PERSONAS),
);
static TOGETHER: Way = way(
    Phase::Acquiring,
    "0.9 Acquiring social media accounts",
    "Registering accounts close together in time",
    Some(PERSONAS),
);
static PICTURES: Way = way(
    Phase::Disguising,
    "1.1 Adopting visual disguise",
    "Using the same or nearly the same profile pictures",
    None,
);
static MADE_UP: Way = way(
    Phase::Disguising,
    "1.2 Posing as non-existent person",
    "Presenting made-up people",
    Some(PERSONAS),
);
static VOUCHING: Way = way(
    Phase::Disguising,
    "1.8 Backstopping",
    "Having the same accounts vouch for several",
    None,
);
static ADDRESSES: Way = way(
    Phase::Coordinating,
    "3.3 Centralizing infrastructure",
    "Running accounts from the same network addresses",
    None,
);
static DEVICES: Way = way(
    Phase::Coordinating,
    "3.3 Centralizing infrastructure",
    "Running accounts from the same devices",
    None,
);
static SCRIPT: Way = way(
    Phase::Coordinating,
    "Working from a common script",
    "Using the same phrases from several accounts",
    None,
);
static MONEY: Way = way(
    Phase::Coordinating,
    "Moving money between accounts",
    "Paying, or being paid by, the same parties",
    None,
);
static HOURS: Way = way(
    Phase::Evading,
    "5.3 Obfuscating geographical location",
    "Claiming to live where the hours of activity do not fit",
    None,
);
static REPOSTS: Way = way(
    Phase::Indiscriminate,
    "6.2 Amplifying with likely fake accounts on social media",
    "Reposting the same content from several accounts",
    None,
);
static HASHTAGS: Way = way(
    Phase::Indiscriminate,
    "6.3 Spraying content",
    "Posting the same hashtags from several accounts",
    None,
);
static SAME_PEOPLE: Way = way(
    Phase::Targeted,
    "7.2 Engaging with users outside the operation",
    "Approaching the same people from several accounts",
    None,
);
static STRANGERS: Way = way(
    Phase::Targeted,
    "7.2 Engaging with users outside the operation",
    "Asking strangers to connect",
    None,
);
pub(crate) static TRAFFIC: Way = way(
    Phase::Targeted,
    "7.5 Directing online traffic",
    "Sharing the same links, sites or files from several accounts",
    None,
);
pub(crate) static GIVEN: Way = way(
    Phase::Targeted,
    "7.8 Direct outreach",
    "Giving links or files to people after connecting with them",
    Some(DELIVERY),
);
static THROUGH: Way = way(
    Phase::Compromising,
    "Compromising accounts of real people",
    "Acting through real people's accounts",
    Some(TAKEN_OVER),
);

/// Which way a fact states, if it states one.
fn of_fact(fact: &Fact) -> Option<&'static Way> {
    match fact.code {
        FactCode::SharedObjects => match fact.layer.as_ref()? {
            Layer::ContactedPerson => Some(&SAME_PEOPLE),
            Layer::Ip => Some(&ADDRESSES),
            Layer::Device => Some(&DEVICES),
            Layer::Avatar => Some(&PICTURES),
            Layer::Phrase => Some(&SCRIPT),
            Layer::EmailStem => Some(&MAIL_PATTERN),
            Layer::Link | Layer::Domain | Layer::File => Some(&TRAFFIC),
            Layer::SharedContent => Some(&REPOSTS),
            Layer::Hashtag => Some(&HASHTAGS),
            Layer::Referee => Some(&VOUCHING),
            Layer::Money => Some(&MONEY),
            Layer::Registration => Some(&TOGETHER),
            Layer::Activity | Layer::Custom(_) => None,
        },
        FactCode::RegisteredTogether => Some(&TOGETHER),
        FactCode::ApproachesStrangers => Some(&STRANGERS),
        FactCode::DeliversToContacts => Some(&GIVEN),
        FactCode::UnlikelyHours => Some(&HOURS),
        // These say that accounts belong together, who else knows them, or what speaks for them: not how they work.
        FactCode::AbruptChange
        | FactCode::IndependentLayers
        | FactCode::BeyondChance
        | FactCode::TouchesSeed
        | FactCode::ReportedByContacts
        | FactCode::Exonerating => None,
    }
}

/// A way that the facts of a case state, and by how much.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    pub(crate) way: &'static Way,
    /// The accounts that worked so.
    pub(crate) accounts: BTreeSet<&'a AccountId>,
    /// The most people that one fact counts; nothing where people are not what it counts.
    pub(crate) people: u64,
    /// The facts that say so and name things.
    pub(crate) facts: Vec<&'a Fact>,
    pub(crate) first_at: Option<Timestamp>,
    pub(crate) last_at: Option<Timestamp>,
}

/// The ways that the facts of a case state, in the order of phases.
///
/// Counted are the accounts that `belongs` lets through: those that people took out of a case did nothing.
pub(crate) fn steps<'a>(dossier: &'a Dossier, belongs: &dyn Fn(&Member) -> bool) -> Vec<Step<'a>> {
    let mut steps: BTreeMap<&'static Way, Step<'a>> = BTreeMap::new();
    for finding in &dossier.findings {
        of_finding(finding, belongs, &mut steps);
    }
    steps.into_values().collect()
}

fn of_finding<'a>(
    finding: &'a Finding,
    belongs: &dyn Fn(&Member) -> bool,
    steps: &mut BTreeMap<&'static Way, Step<'a>>,
) {
    let of = |kind| {
        let members = finding.members.iter();
        members.filter(move |member| member.kind == kind && belongs(member))
    };
    let personas: BTreeSet<&AccountId> = of(MemberKind::Persona)
        .map(|member| &member.account)
        .collect();
    for member in of(MemberKind::Persona) {
        for way in [&ACCOUNTS, &MADE_UP] {
            step(steps, way).accounts.insert(&member.account);
        }
        for fact in &member.facts {
            add(steps, fact, std::iter::once(&member.account));
        }
    }
    for member in of(MemberKind::Compromised) {
        step(steps, &THROUGH).accounts.insert(&member.account);
    }
    if personas.is_empty() {
        return;
    }
    for fact in &finding.facts {
        let accounts = fact.accounts.iter();
        add(steps, fact, accounts.filter(|one| personas.contains(one)));
    }
}

fn step<'s, 'a>(
    steps: &'s mut BTreeMap<&'static Way, Step<'a>>,
    way: &'static Way,
) -> &'s mut Step<'a> {
    steps.entry(way).or_insert_with(|| Step {
        way,
        accounts: BTreeSet::new(),
        people: 0,
        facts: Vec::new(),
        first_at: None,
        last_at: None,
    })
}

fn add<'a>(
    steps: &mut BTreeMap<&'static Way, Step<'a>>,
    fact: &'a Fact,
    accounts: impl Iterator<Item = &'a AccountId>,
) {
    // What speaks for somebody states no way of working, whatever its kind.
    let Some(way) = of_fact(fact).filter(|_| fact.weight >= 0.0) else {
        return;
    };
    let step = step(steps, way);
    step.accounts.extend(accounts);
    step.first_at = earliest(step.first_at, fact.first_at);
    step.last_at = step.last_at.max(fact.last_at);
    if [&SAME_PEOPLE, &STRANGERS].contains(&way) {
        step.people = step.people.max(fact.object_count);
    }
    step.facts.push(fact);
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_technique_with_a_number_is_one_of_its_phase() {
        let numbered = [
            &MAIL_PATTERN,
            &ACCOUNTS,
            &TOGETHER,
            &PICTURES,
            &MADE_UP,
            &VOUCHING,
            &ADDRESSES,
            &DEVICES,
            &HOURS,
            &REPOSTS,
            &HASHTAGS,
            &SAME_PEOPLE,
            &STRANGERS,
            &TRAFFIC,
            &GIVEN,
        ];
        for way in numbered {
            let phase = way.technique.split('.').next();
            assert_eq!(phase, way.phase.tactic().split('.').next(), "{way:?}");
        }
    }

    #[test]
    fn phases_have_names_as_stix_wants_them() {
        assert_eq!(Phase::Coordinating.stix(), "coordinating-and-planning");
    }
}
