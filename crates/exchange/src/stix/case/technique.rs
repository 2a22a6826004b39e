//! How an operation works: techniques with the phases of the kill chain.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Teller;
use crate::kill_chain::{self, Step};

impl<'a> Teller<'a> {
    /// How the operation works, by the ids of techniques in ATT&CK where they have one.
    pub(super) fn techniques(&mut self) {
        let dossier = self.dossier;
        let steps = kill_chain::steps(dossier, &|member| self.belongs(member));
        let mut techniques: BTreeMap<&'static str, Vec<Step<'a>>> = BTreeMap::new();
        let mut order = Vec::new();
        for step in steps {
            let key = step
                .way
                .attack
                .map_or(step.way.technique, |attack| attack.id);
            if !order.contains(&key) {
                order.push(key);
            }
            techniques.entry(key).or_default().push(step);
        }
        for key in order {
            let steps = techniques.remove(key).unwrap_or_default();
            let id = self.domain("attack-pattern", key, technique(&steps));
            let campaign = self.told.campaign.clone();
            self.relate(&campaign, "uses", &id);
            let with_id = steps.into_iter().map(|step| (step, id.clone()));
            self.told.steps.extend(with_id);
        }
        self.told.steps.sort_by_key(|(step, _)| step.way);
    }
}

/// A technique with every way in which it was seen.
fn technique(steps: &[Step<'_>]) -> Value {
    let mut phases: Vec<Value> = Vec::new();
    let mut references: Vec<Value> = Vec::new();
    let mut name = "";
    for step in steps {
        let phase = phase_of(step.way);
        if !phases.contains(&phase) {
            phases.push(phase);
        }
        if let Some(attack) = step.way.attack {
            let path = attack.id.replace('.', "/");
            references.push(json!({
                "source_name": "mitre-attack",
                "external_id": attack.id,
                "url": format!("https://attack.mitre.org/techniques/{path}"),
            }));
        }
        let technique = step.way.technique;
        if let Some((number, rest)) = technique
            .split_once(' ')
            .filter(|(number, _)| number.starts_with(|first: char| first.is_ascii_digit()))
        {
            name = rest;
            references.push(json!({
                "source_name": kill_chain::NAME,
                "external_id": number,
                "url": kill_chain::URL,
            }));
        } else {
            name = technique;
            references.push(json!({
                "source_name": kill_chain::NAME,
                "description": "A way of working for which the kill chain has no number",
                "url": kill_chain::URL,
            }));
        }
        if let Some(attack) = step.way.attack {
            name = attack.name;
        }
    }
    let mut each: Vec<Value> = Vec::new();
    for reference in references {
        if !each.contains(&reference) {
            each.push(reference);
        }
    }
    let procedures: Vec<&str> = steps.iter().map(|step| step.way.procedure).collect();
    json!({
        "name": name,
        "description": format!("{}.", procedures.join(". ")),
        "kill_chain_phases": phases,
        "external_references": each,
    })
}

/// The phase of a way of working.
pub(super) fn phase_of(way: &kill_chain::Way) -> Value {
    json!({ "kill_chain_name": kill_chain::NAME, "phase_name": way.phase.stix() })
}
