//! A case as objects: what a partner may be told of an operation.
//!
//! Who was reached is in none of them, nor are accounts whose owners are victims, suspects, addresses
//! of machines, or what people wrote on the case. Accounts go under the platform's own ids.

use std::collections::BTreeSet;

use avert_model::{
    Dossier, Fact, Finding, Layer, MemberKind, PlanSummary, Probability, Timestamp, Tlp,
};
use serde_json::{Value, json};

use super::id::Id;
use super::make::{Maker, tlp_marking};
use super::object::Object;
use super::time;

/// The case as objects, each before those that refer to it. `author` is the name that they are told
/// under.
///
/// The same case gives the same ids, whenever it is told.
pub fn case_objects(dossier: &Dossier, author: &str) -> Vec<Object> {
    let maker = Maker {
        author: Maker::id("identity", author),
        created: dossier.case.opened_at,
        modified: dossier.made_at,
        tlp: dossier.case.tlp,
    };
    let mut told = Told {
        // A case's number is its store's own; what it was found by is nobody else's.
        name: format!(
            "{} {} {:?}",
            dossier.case.id, dossier.case.opened_at, dossier.case.findings
        ),
        maker,
        objects: Vec::new(),
    };
    told.add(tlp_marking(Tlp::Clear));
    told.add(tlp_marking(dossier.case.tlp));
    told.add(Maker::author(author));
    let campaign = told.campaign(dossier);
    told.techniques(dossier, &campaign);
    for finding in &dossier.findings {
        told.finding(dossier, finding, &campaign);
    }
    for plan in &dossier.plans {
        told.plan(plan, &campaign);
    }
    told.report(dossier);
    told.objects
}

struct Told {
    name: String,
    maker: Maker,
    objects: Vec<Object>,
}

impl Told {
    fn id(&self, kind: &str, what: &str) -> Id {
        Maker::id(kind, &format!("{} {what}", self.name))
    }

    /// Adds an object, unless it is there: two findings may name one account.
    fn add(&mut self, object: Object) -> Id {
        let id = object.id().clone();
        if self.objects.iter().all(|other| *other.id() != id) {
            self.objects.push(object);
        }
        id
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

    fn campaign(&mut self, dossier: &Dossier) -> Id {
        let count = |kind| {
            let members = dossier.findings.iter().flat_map(|finding| &finding.members);
            let accounts: BTreeSet<_> = members
                .filter(|member| member.kind == kind)
                .map(|member| &member.account)
                .collect();
            accounts.len()
        };
        let surest = dossier
            .findings
            .iter()
            .map(|finding| finding.probability.get())
            .fold(0.0, f64::max);
        let mut properties = json!({
            "name": dossier.case.title,
            "description": format!(
                "A network of accounts that act as one: {} personas, {} accounts of real people in \
                 somebody else's hands, which are not told. {} people were reached.",
                count(MemberKind::Persona),
                count(MemberKind::Compromised),
                dossier.contacts.len(),
            ),
            "confidence": percent(surest),
        });
        let facts = dossier.findings.iter().flat_map(|finding| &finding.facts);
        if let Some((first, last)) = seen(facts) {
            properties["first_seen"] = time::write(first).into();
            properties["last_seen"] = time::write(last).into();
        }
        self.domain("campaign", "", properties)
    }

    /// The techniques that such accounts are, by their ids in ATT&CK.
    fn techniques(&mut self, dossier: &Dossier, campaign: &Id) {
        for (kind, technique, name) in [
            (
                MemberKind::Persona,
                "T1585.001",
                "Establish Accounts: Social Media Accounts",
            ),
            (
                MemberKind::Compromised,
                "T1586.001",
                "Compromise Accounts: Social Media Accounts",
            ),
        ] {
            let members = dossier.findings.iter().flat_map(|finding| &finding.members);
            if members.into_iter().all(|member| member.kind != kind) {
                continue;
            }
            let url = format!(
                "https://attack.mitre.org/techniques/{}",
                technique.replace('.', "/")
            );
            let id = self.domain(
                "attack-pattern",
                technique,
                json!({
                    "name": name,
                    "external_references": [{
                        "source_name": "mitre-attack",
                        "external_id": technique,
                        "url": url,
                    }],
                }),
            );
            self.relate(campaign, "uses", &id);
        }
    }

    /// The personas of a finding, what they shared, and that they were seen.
    fn finding(&mut self, dossier: &Dossier, finding: &Finding, campaign: &Id) {
        let mut observed = Vec::new();
        for member in &finding.members {
            if member.kind != MemberKind::Persona {
                continue;
            }
            let disabled = dossier
                .plans
                .iter()
                .any(|plan| plan.acted_on.contains(&member.account));
            let account = self.maker.observable(
                "user-account",
                json!({
                    "user_id": member.account.as_str(),
                    "account_type": finding.platform,
                    "is_disabled": disabled,
                }),
            );
            observed.push(self.add(account));
        }
        for thing in things(finding) {
            let thing = self.maker.observable(thing.0, thing.1);
            observed.push(self.add(thing));
        }
        if observed.is_empty() {
            return;
        }
        observed.sort();
        observed.dedup();
        let refs: Vec<&str> = observed.iter().map(Id::as_str).collect();
        let (first, last) =
            seen(finding.facts.iter()).unwrap_or((dossier.case.opened_at, dossier.case.opened_at));
        let (first, last) = (time::write(first), time::write(last));
        let what = finding.id.as_str();
        let data = self.domain(
            "observed-data",
            what,
            json!({
                "first_observed": first,
                "last_observed": last,
                "number_observed": 1,
                "object_refs": refs,
            }),
        );
        let author = self.maker.author.clone();
        self.domain(
            "sighting",
            what,
            json!({
                "sighting_of_ref": campaign.as_str(),
                "observed_data_refs": [data.as_str()],
                "where_sighted_refs": [author.as_str()],
                "first_seen": first,
                "last_seen": last,
                "count": 1,
            }),
        );
        self.domain(
            "grouping",
            what,
            json!({
                "name": finding.title,
                "context": "suspicious-activity",
                "confidence": percent_of(finding.probability),
                "object_refs": refs,
            }),
        );
        let facts: Vec<&str> = finding.facts.iter().map(|fact| &*fact.text).collect();
        if !facts.is_empty() {
            self.domain(
                "note",
                what,
                json!({
                    "abstract": "What it rests on",
                    "content": facts.join("\n"),
                    "object_refs": [campaign.as_str()],
                }),
            );
        }
    }

    fn plan(&mut self, plan: &PlanSummary, campaign: &Id) {
        let (acted, back) = (plan.acted_on.len(), plan.put_back.len());
        if acted + back == 0 {
            return;
        }
        let action = self.domain(
            "course-of-action",
            &plan.id.to_string(),
            json!({
                "name": format!("Accounts acted on ({})", plan.platform),
                "description": format!(
                    "{acted} accounts are disabled or restricted, {back} are as they were again."
                ),
            }),
        );
        self.relate(&action, "related-to", campaign);
    }

    fn report(&mut self, dossier: &Dossier) {
        let refs: Vec<&str> = self
            .objects
            .iter()
            .filter(|object| object.kind() != "marking-definition")
            .map(|object| object.id().as_str())
            .collect();
        let properties = json!({
            "name": dossier.case.title,
            "report_types": ["campaign"],
            "published": time::write(dossier.made_at),
            "object_refs": refs,
        });
        self.domain("report", "", properties);
    }
}

/// What the network shared that is no person's: links, domains, files by their hash.
fn things(finding: &Finding) -> Vec<(&'static str, Value)> {
    let mut things = Vec::new();
    for fact in &finding.facts {
        for object in &fact.objects {
            match &fact.layer {
                Some(Layer::Link) if object.contains("://") => {
                    things.push(("url", json!({ "value": object })));
                }
                Some(Layer::Domain) => things.push(("domain-name", json!({ "value": object }))),
                Some(Layer::File) if is_sha256(object) => {
                    things.push(("file", json!({ "hashes": { "SHA-256": object } })));
                }
                _ => {}
            }
        }
    }
    things
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
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
