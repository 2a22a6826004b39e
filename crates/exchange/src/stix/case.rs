//! A case as objects: what a partner may be told of an operation.
//!
//! Who was reached is in none of them, nor are accounts whose owners are victims, suspects, accounts that people
//! took out of the case or put back, addresses of machines, or what people wrote on the case. Accounts go under the
//! platform's own ids. Nothing of ours says who is behind an operation, and no file is called malware: facts state neither.
//! What others published of it stands beside, where people linked the case to it.

mod link;
mod network;
mod plan;
mod technique;
mod things;

use std::collections::BTreeSet;

use avert_model::{
    AccountId, CaseLink, Dossier, Fact, Member, MemberKind, PlanSummary, Probability, ReportPart,
    Timestamp,
};
use serde_json::{Value, json};

use super::id::Id;
use super::make::Maker;
use super::object::Object;
use super::time;
use crate::kill_chain::Step;
use crate::report::public::Rounding;

pub(crate) use plan::is_approved;
pub(crate) use things::{Kind, Thing};

/// The case as objects, each before those that refer to it. `author` is the name that they are told
/// under.
///
/// What others made, and the case is linked to, is named by them and not among them: whoever gives them out adds it, as
/// it came ([`super::Outgoing::received`]).
///
/// The same case gives the same ids, whenever it is told. The definitions of TLP's markings are not among them:
/// OASIS publishes them, and whoever reads TLP 2.0 knows them by their ids. Whoever gives them to others has them checked first
/// ([`crate::release::check`]); [`super::bundle`] writes nothing else.
pub fn case_objects(dossier: &Dossier, author: &str) -> Vec<Object> {
    let telling = Telling {
        author,
        title: &dossier.case.title,
        text: "",
        rounding: Rounding::Exact,
        to_everybody: None,
    };
    tell(dossier, &telling).objects
}

/// How a case is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Telling<'a> {
    pub(crate) author: &'a str,
    pub(crate) title: &'a str,
    /// What people say of it.
    pub(crate) text: &'a str,
    pub(crate) rounding: Rounding,
    /// The parts that are left out, where everybody is told: then no words of detection are told either, and no
    /// account that nobody decided about.
    pub(crate) to_everybody: Option<&'a BTreeSet<ReportPart>>,
}

/// A case in objects, and which object tells what of it.
#[derive(Debug)]
pub(crate) struct ToldCase<'a> {
    pub(crate) objects: Vec<Object>,
    pub(crate) report: Id,
    pub(crate) campaign: Id,
    pub(crate) accounts: Vec<(&'a AccountId, &'a str, Id)>,
    pub(crate) things: Vec<ToldThing>,
    pub(crate) steps: Vec<(Step<'a>, Id)>,
    pub(crate) actions: Vec<(&'a PlanSummary, Id)>,
    pub(crate) links: Vec<ToldLink<'a>>,
}

/// What a case is linked to, and the relationship that tells it.
#[derive(Debug)]
pub(crate) struct ToldLink<'a> {
    pub(crate) link: &'a CaseLink,
    pub(crate) relationship: Id,
}

/// A thing, and the two objects that tell it.
#[derive(Debug, Clone)]
pub(crate) struct ToldThing {
    pub(crate) thing: Thing,
    /// Whether it was given to people.
    pub(crate) given: bool,
    pub(crate) observable: Id,
    pub(crate) indicator: Id,
}

/// Tells a case in objects.
pub(crate) fn tell<'a>(dossier: &'a Dossier, telling: &Telling<'a>) -> ToldCase<'a> {
    let maker = Maker {
        author: Maker::id("identity", telling.author),
        created: dossier.case.opened_at,
        modified: dossier.made_at,
        tlp: dossier.case.tlp,
    };
    // A case's number is its store's own; what it was found by is nobody else's.
    let name = format!(
        "{} {} {:?}",
        dossier.case.id, dossier.case.opened_at, dossier.case.findings
    );
    let id = |kind: &str| Maker::id(kind, &format!("{name} "));
    let (campaign, report) = (id("campaign"), id("report"));
    let mut teller = Teller {
        name,
        maker,
        dossier,
        telling: *telling,
        taken_out: dossier.taken_out(),
        told: ToldCase {
            objects: Vec::new(),
            report,
            campaign,
            accounts: Vec::new(),
            things: Vec::new(),
            steps: Vec::new(),
            actions: Vec::new(),
            links: Vec::new(),
        },
    };
    teller.add(Maker::author(telling.author));
    teller.campaign();
    if teller.tells(ReportPart::Evidence) {
        teller.techniques();
    }
    for (number, finding) in dossier.findings.iter().enumerate() {
        teller.finding(number, finding);
    }
    if teller.tells(ReportPart::Actions) {
        for plan in &dossier.plans {
            teller.plan(plan);
        }
    }
    teller.links();
    teller.report();
    teller.told
}

struct Teller<'a> {
    name: String,
    maker: Maker,
    dossier: &'a Dossier,
    telling: Telling<'a>,
    taken_out: BTreeSet<&'a AccountId>,
    told: ToldCase<'a>,
}

impl Teller<'_> {
    fn id(&self, kind: &str, what: &str) -> Id {
        Maker::id(kind, &format!("{} {what}", self.name))
    }

    fn tells(&self, part: ReportPart) -> bool {
        let left_out = self.telling.to_everybody;
        left_out.is_none_or(|parts| !parts.contains(&part))
    }

    /// Adds an object, unless it is there: two findings may name one account.
    fn add(&mut self, object: Object) -> Id {
        let id = object.id().clone();
        if self.told.objects.iter().all(|other| *other.id() != id) {
            self.told.objects.push(object);
        }
        id
    }

    /// Adds an observable, and before the first what says that it may say who told of it.
    fn observe(&mut self, kind: &str, properties: Value) -> Id {
        self.add(self.maker.telling_who());
        let object = self.maker.observable(kind, properties);
        self.add(object)
    }

    fn domain(&mut self, kind: &str, what: &str, properties: Value) -> Id {
        let id = self.id(kind, what);
        let object = self.maker.domain(&id, properties);
        self.add(object)
    }

    fn relate(&mut self, source: &Id, kind: &str, target: &Id) {
        let object = self.maker.relationship(source, kind, target);
        self.add(object);
    }

    /// Whether an account belongs to the operation, as far as people decided.
    fn belongs(&self, member: &Member) -> bool {
        !self.taken_out.contains(&member.account) && !is_put_back(self.dossier, &member.account)
    }

    fn campaign(&mut self) {
        let dossier = self.dossier;
        let members = || dossier.findings.iter().flat_map(|finding| &finding.members);
        let count = |kind| {
            let of_kind = members().filter(|member| member.kind == kind && self.belongs(member));
            let accounts: BTreeSet<_> = of_kind.map(|member| &member.account).collect();
            accounts.len() as u64
        };
        let surest = dossier
            .findings
            .iter()
            .map(|finding| finding.probability.get())
            .fold(0.0, f64::max);
        let rounding = self.telling.rounding;
        let mut description = format!(
            "A network of accounts that act as one: {}, {}, which are not told.",
            rounding.count(count(MemberKind::Persona), "persona", "personas"),
            rounding.count(
                count(MemberKind::Compromised),
                "account of a real person in somebody else's hands",
                "accounts of real people in somebody else's hands"
            ),
        );
        if self.tells(ReportPart::Reach) {
            let reached = rounding.sum(&crate::report::reached(dossier));
            let reached = reached.count("person was reached", "people were reached");
            description.push(' ');
            description.push_str(&crate::report::sentence(&reached));
            description.push('.');
        }
        let mut properties = json!({
            "name": self.telling.title,
            "description": description,
            "confidence": percent(surest),
        });
        let facts = dossier.findings.iter().flat_map(|finding| &finding.facts);
        if let Some((first, last)) = seen(facts) {
            properties["first_seen"] = time::write(first).into();
            properties["last_seen"] = time::write(last).into();
        }
        self.domain("campaign", "", properties);
    }

    fn report(&mut self) {
        let refs: Vec<&str> = self
            .told
            .objects
            .iter()
            .filter(|object| object.kind() != "extension-definition")
            .map(|object| object.id().as_str())
            .chain(self.linked())
            .collect();
        let mut properties = json!({
            "name": self.telling.title,
            "report_types": ["campaign"],
            "published": time::write(self.dossier.made_at),
            "object_refs": refs,
        });
        if !self.telling.text.is_empty() {
            properties["description"] = self.telling.text.into();
        }
        self.domain("report", "", properties);
    }
}

/// Whether an account that was acted on is as it was again: on appeal, or with its whole plan.
fn is_put_back(dossier: &Dossier, account: &AccountId) -> bool {
    let mut plans = dossier.plans.iter();
    let mut acted = dossier.plans.iter();
    plans.any(|plan| plan.put_back.contains(account))
        && !acted.any(|plan| plan.acted_on.contains(account))
}

/// The first and last time that facts were seen.
fn seen<'f>(facts: impl Iterator<Item = &'f Fact> + Clone) -> Option<(Timestamp, Timestamp)> {
    let first = facts.clone().filter_map(|fact| fact.first_at).min()?;
    let last = facts.filter_map(|fact| fact.last_at).max()?;
    (first <= last).then_some((first, last))
}

fn percent_of(probability: Probability) -> u8 {
    percent(probability.get())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a probability is 0 to 1"
)]
fn percent(probability: f64) -> u8 {
    (probability * 100.0).round() as u8
}
