//! One network of a case: its accounts, what they shared, and what looks for that elsewhere.

use std::collections::BTreeMap;

use avert_model::{Finding, MemberKind, ReportPart};
use serde_json::json;

use super::technique::phase_of;
use super::things::{self, Thing};
use super::{Teller, ToldThing, percent_of, seen};
use crate::kill_chain;
use crate::stix::id::Id;
use crate::stix::time;

impl<'a> Teller<'a> {
    /// The personas of a finding, what they shared, and that they were seen.
    pub(super) fn finding(&mut self, number: usize, finding: &'a Finding) {
        let mut observed = Vec::new();
        if self.tells(ReportPart::Network) {
            observed.extend(self.accounts(finding));
        }
        let things = if self.tells(ReportPart::Evidence) {
            self.things(finding)
        } else {
            Vec::new()
        };
        observed.extend(things.iter().map(|thing| thing.observable.clone()));
        if observed.is_empty() {
            return;
        }
        observed.sort();
        observed.dedup();
        let refs: Vec<&str> = observed.iter().map(Id::as_str).collect();
        let opened_at = self.dossier.case.opened_at;
        let (first, last) = seen(finding.facts.iter()).unwrap_or((opened_at, opened_at));
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
        let (author, campaign) = (self.maker.author.clone(), self.told.campaign.clone());
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
        let name = match self.telling.to_everybody {
            Some(_) => format!("Network {}", number + 1),
            None => finding.title.clone(),
        };
        self.domain(
            "grouping",
            what,
            json!({
                "name": name,
                "context": "suspicious-activity",
                "confidence": percent_of(finding.probability),
                "object_refs": refs,
            }),
        );
        self.facts(finding);
        self.indicators(finding, &things, &data);
    }

    /// What detection says in words. They may name things of others, so not everybody is told.
    fn facts(&mut self, finding: &Finding) {
        let facts: Vec<&str> = finding.facts.iter().map(|fact| &*fact.text).collect();
        if facts.is_empty() || self.telling.to_everybody.is_some() {
            return;
        }
        let campaign = self.told.campaign.clone();
        self.domain(
            "note",
            finding.id.as_str(),
            json!({
                "abstract": "What it rests on",
                "content": facts.join("\n"),
                "object_refs": [campaign.as_str()],
            }),
        );
    }

    fn accounts(&mut self, finding: &'a Finding) -> Vec<Id> {
        let mut observed = Vec::new();
        for member in &finding.members {
            let plans = &self.dossier.plans;
            let disabled = plans
                .iter()
                .any(|plan| plan.acted_on.contains(&member.account));
            let decided = disabled || self.telling.to_everybody.is_none();
            if member.kind != MemberKind::Persona || !self.belongs(member) || !decided {
                continue;
            }
            let id = self.observe(
                "user-account",
                json!({
                    "user_id": member.account.as_str(),
                    "account_type": finding.platform,
                    "is_disabled": disabled,
                }),
            );
            if observed.contains(&id) {
                continue;
            }
            if self.told.accounts.iter().all(|(_, _, told)| *told != id) {
                let account = (&member.account, finding.platform.as_str(), id.clone());
                self.told.accounts.push(account);
            }
            observed.push(id);
        }
        observed
    }

    /// The links, domains and files of a network and of its personas, as observables.
    fn things(&mut self, finding: &'a Finding) -> Vec<ToldThing> {
        let personas = finding
            .members
            .iter()
            .filter(|member| member.kind == MemberKind::Persona && self.belongs(member));
        let facts = finding
            .facts
            .iter()
            .chain(personas.flat_map(|member| &member.facts));
        let mut found: BTreeMap<Thing, bool> = BTreeMap::new();
        for fact in facts.filter(|fact| fact.weight >= 0.0) {
            for object in &fact.objects {
                if let Some(thing) = Thing::of(fact.layer.as_ref(), object) {
                    *found.entry(thing).or_default() |= things::are_given(fact);
                }
            }
        }
        let mut told = Vec::new();
        for (thing, given) in found {
            let (kind, properties) = thing.observable();
            told.push(ToldThing {
                observable: self.observe(kind, properties),
                indicator: self.id("indicator", &thing.pattern()),
                thing,
                given,
            });
        }
        told
    }

    /// What looks for the things of a network elsewhere.
    fn indicators(&mut self, finding: &'a Finding, things: &[ToldThing], data: &Id) {
        let campaign = self.told.campaign.clone();
        let opened_at = self.dossier.case.opened_at;
        let since = seen(finding.facts.iter()).map_or(opened_at, |(first, _)| first);
        for told in things {
            let (phase, kind) = if told.given {
                (&kill_chain::GIVEN, "malicious-activity")
            } else {
                (&kill_chain::TRAFFIC, "unknown")
            };
            let pattern = told.thing.pattern();
            let indicator = self.domain(
                "indicator",
                &pattern,
                json!({
                    "name": told.thing.value,
                    "description": phase.procedure,
                    "indicator_types": [kind],
                    "pattern": pattern,
                    "pattern_type": "stix",
                    "pattern_version": "2.1",
                    "valid_from": time::write(since),
                    "confidence": percent_of(finding.probability),
                    "kill_chain_phases": [phase_of(phase)],
                }),
            );
            self.relate(&indicator, "indicates", &campaign);
            self.relate(&indicator, "based-on", data);
            if self.told.things.iter().all(|one| one.thing != told.thing) {
                self.told.things.push(told.clone());
            }
        }
        let is_carrier = |told: &&ToldThing| told.given && told.thing.may_be_infrastructure();
        let carriers: Vec<&ToldThing> = things.iter().filter(is_carrier).collect();
        if carriers.is_empty() {
            return;
        }
        let infrastructure = self.domain(
            "infrastructure",
            finding.id.as_str(),
            json!({
                "name": "Links and files that were given to people",
                "infrastructure_types": ["unknown"],
                "kill_chain_phases": [phase_of(&kill_chain::GIVEN)],
            }),
        );
        self.relate(&campaign, "uses", &infrastructure);
        for carrier in carriers {
            self.relate(&infrastructure, "consists-of", &carrier.observable);
        }
    }
}
