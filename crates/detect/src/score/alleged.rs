//! Puts what a detector of its own alleges into the words of the model.

use std::collections::{BTreeMap, BTreeSet};

use avert_model::{
    AccountId, ActivityHours, Edge, Fact, FactCode, Finding, FindingId, Layer, Member, MemberKind,
    Probability, Provenance, SnapshotId, Timestamp,
};

use super::facts::moment;
use super::finding::log_odds;
use super::judge::COUNTS_FROM;
use crate::Settings;
use crate::input::{NO_TIME, World};

/// A network, as a detector of its own found it.
#[derive(Debug, Clone)]
pub(crate) struct Alleged {
    /// The detector's name and version.
    pub(crate) detector: (&'static str, &'static str),
    /// What a member is called, one and several.
    pub(crate) called: (&'static str, &'static str),
    pub(crate) members: Vec<AllegedMember>,
    pub(crate) edges: Vec<AllegedEdge>,
    pub(crate) facts: Vec<AllegedFact>,
}

/// An account of it.
#[derive(Debug, Clone)]
pub(crate) struct AllegedMember {
    pub(crate) account: u32,
    /// Log-odds that it is hostile.
    pub(crate) log_odds: f64,
    /// What ties it to the others, in nats.
    pub(crate) layers: Vec<Tied>,
    /// Layers without which it would not be proposed, whatever the others say.
    pub(crate) needs: Vec<Layer>,
    pub(crate) facts: Vec<AllegedFact>,
}

/// What ties an account to the others in one layer.
#[derive(Debug, Clone)]
pub(crate) struct Tied {
    pub(crate) layer: Layer,
    /// Layers of one group are not independent of each other.
    pub(crate) group: usize,
    /// How much it says.
    pub(crate) nats: f64,
}

/// Two accounts that share something. `a < b`.
#[derive(Debug, Clone)]
pub(crate) struct AllegedEdge {
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) layer: Layer,
    pub(crate) weight: f64,
    pub(crate) objects: u32,
}

/// A fact without its provenance.
#[derive(Debug, Clone)]
pub(crate) struct AllegedFact {
    pub(crate) code: FactCode,
    pub(crate) text: String,
    pub(crate) layer: Option<Layer>,
    pub(crate) weight: f64,
    pub(crate) accounts: Vec<u32>,
    pub(crate) seen: Seen,
}

/// The things a fact is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// How some of them are called.
    pub(crate) objects: Vec<String>,
    /// How many there are.
    pub(crate) object_count: u64,
    /// From when, in microseconds UTC.
    pub(crate) first_at: Option<i64>,
    /// To when.
    pub(crate) last_at: Option<i64>,
}

/// What every finding of a run has in common.
pub(crate) struct Source<'a> {
    pub(crate) world: &'a World,
    pub(crate) snapshot: &'a SnapshotId,
    pub(crate) platform: &'a str,
    pub(crate) settings: &'a Settings,
}

impl AllegedMember {
    /// In how many independent ways it is tied to the others, without one layer if that is asked.
    fn independent_groups(&self, without: Option<&Layer>) -> usize {
        let ties = self.layers.iter();
        let mut groups: Vec<usize> = ties
            .filter(|tie| tie.nats >= COUNTS_FROM && Some(&tie.layer) != without)
            .map(|tie| tie.group)
            .collect();
        groups.sort_unstable();
        groups.dedup();
        groups.len()
    }
}

impl Source<'_> {
    /// The finding, if enough of the members are at least suspects. Contacts are left empty.
    pub(crate) fn tell(&self, alleged: &Alleged) -> Option<Finding> {
        let suspects = log_odds(self.settings.suspect_at);
        let mut members: Vec<(Member, f64)> = alleged
            .members
            .iter()
            .filter(|member| member.log_odds >= suspects)
            .map(|member| (self.member(alleged, member), member.log_odds))
            .collect();
        if members.len() < self.settings.smallest_network.max(2) {
            return None;
        }
        members.sort_by(|(one, sure), (other, less)| {
            less.total_cmp(sure)
                .then_with(|| one.account.cmp(&other.account))
        });
        let surest = f64::midpoint(members[0].1, members[1].1);
        let members: Vec<Member> = members.into_iter().map(|(member, _)| member).collect();
        let layers = strongest(alleged);
        let named = alleged.members.iter();
        let named: BTreeSet<u32> = named
            .filter(|member| member.log_odds >= suspects)
            .map(|member| member.account)
            .collect();
        let is_member = |account: u32| named.contains(&account);
        let mut edges: Vec<Edge> = alleged
            .edges
            .iter()
            .filter(|edge| is_member(edge.a) && is_member(edge.b))
            .map(|edge| {
                let (a, b) = (self.world.id(edge.a), self.world.id(edge.b));
                Edge {
                    a: a.clone().min(b.clone()),
                    b: a.max(b),
                    layer: edge.layer.clone(),
                    weight: edge.weight,
                    objects: edge.objects,
                    false_discovery_rate: None,
                }
            })
            .collect();
        edges.sort_by(|x, y| (&x.a, &x.b, &x.layer).cmp(&(&y.a, &y.b, &y.layer)));
        let facts = self.network_facts(alleged);
        Some(Finding {
            id: self.id(alleged, &members),
            snapshot: self.snapshot.clone(),
            platform: self.platform.to_owned(),
            title: title(alleged, &members, &layers),
            detector: alleged.detector.0.to_owned(),
            detector_version: alleged.detector.1.to_owned(),
            probability: Probability::from_log_odds(surest),
            layers,
            facts,
            edges,
            activity: self.activity(alleged),
            members,
            contacts: Vec::new(),
        })
    }

    fn member(&self, alleged: &Alleged, member: &AllegedMember) -> Member {
        let proposed = self.proposes(member);
        let mut facts: Vec<Fact> = member
            .facts
            .iter()
            .map(|fact| {
                let mut fact = self.fact(alleged, fact);
                if let Some(layer) = fact.layer.as_ref().filter(|_| proposed) {
                    let still = self.proposes_without(member, layer);
                    let would = if still { "would still" } else { "would not" };
                    fact.counterfactual =
                        Some(format!("Without layer {layer} it {would} be proposed"));
                }
                fact
            })
            .collect();
        facts.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        let mut layers: Vec<&Tied> = member.layers.iter().collect();
        layers.retain(|tie| tie.nats >= COUNTS_FROM);
        layers.sort_by(|a, b| {
            b.nats
                .total_cmp(&a.nats)
                .then_with(|| a.layer.cmp(&b.layer))
        });
        Member {
            account: self.world.id(member.account),
            kind: if proposed {
                MemberKind::Persona
            } else {
                MemberKind::Suspect
            },
            proposed,
            probability: Probability::from_log_odds(member.log_odds),
            layers: layers.into_iter().map(|tie| tie.layer.clone()).collect(),
            facts,
        }
    }

    fn proposes(&self, member: &AllegedMember) -> bool {
        member.log_odds >= log_odds(self.settings.propose_at)
            && member.independent_groups(None) >= self.settings.independent_groups.max(2)
    }

    /// Whether an account that is proposed still would be if nobody knew anything of a layer.
    fn proposes_without(&self, member: &AllegedMember, layer: &Layer) -> bool {
        let left = member.independent_groups(Some(layer));
        left >= self.settings.independent_groups.max(2) && !member.needs.contains(layer)
    }

    /// The facts of the network; of those about a layer, with what would be left without it.
    fn network_facts(&self, alleged: &Alleged) -> Vec<Fact> {
        let members = || alleged.members.iter().filter(|one| self.proposes(one));
        let now = members().count();
        let facts = alleged.facts.iter().map(|told| {
            let mut fact = self.fact(alleged, told);
            if let Some(layer) = told.layer.as_ref().filter(|_| now > 0) {
                let left = members()
                    .filter(|member| self.proposes_without(member, layer))
                    .count();
                fact.counterfactual = Some(format!(
                    "Without layer {layer}, {left} of the {now} proposed accounts would still be proposed"
                ));
            }
            fact
        });
        facts.collect()
    }

    fn fact(&self, alleged: &Alleged, fact: &AllegedFact) -> Fact {
        let mut accounts: Vec<AccountId> = fact
            .accounts
            .iter()
            .map(|account| self.world.id(*account))
            .collect();
        accounts.sort();
        Fact {
            code: fact.code,
            text: fact.text.clone(),
            accounts,
            layer: fact.layer.clone(),
            weight: fact.weight,
            first_at: moment(fact.seen.first_at),
            last_at: moment(fact.seen.last_at),
            objects: fact.seen.objects.clone(),
            object_count: fact.seen.object_count,
            counterfactual: None,
            provenance: Provenance {
                snapshot: self.snapshot.clone(),
                detector: alleged.detector.0.to_owned(),
                detector_version: alleged.detector.1.to_owned(),
            },
        }
    }

    fn activity(&self, alleged: &Alleged) -> ActivityHours {
        let mut hours = ActivityHours::default();
        for member in &alleged.members {
            for row in self.world.rows_of(member.account) {
                if row.at != NO_TIME
                    && let Ok(at) = Timestamp::from_microsecond(row.at)
                {
                    hours.count(at);
                }
            }
        }
        hours
    }

    fn id(&self, alleged: &Alleged, members: &[Member]) -> FindingId {
        let mut ids: Vec<&str> = members.iter().map(|one| one.account.as_str()).collect();
        ids.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        let head = [
            self.snapshot.as_str(),
            alleged.detector.0,
            alleged.detector.1,
        ];
        for part in head.into_iter().chain(ids) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        FindingId::from_digest(&hasher.finalize().to_hex())
            .expect("a BLAKE3 digest is 64 lower-case hexadecimal digits")
    }
}

/// The layers that carry it, by what they come to over all members, strongest first.
fn strongest(alleged: &Alleged) -> Vec<Layer> {
    let mut sums: BTreeMap<&Layer, f64> = BTreeMap::new();
    for tie in alleged.members.iter().flat_map(|member| &member.layers) {
        *sums.entry(&tie.layer).or_default() += tie.nats;
    }
    let mut layers: Vec<(&Layer, f64)> = sums.into_iter().filter(|(_, sum)| *sum > 0.0).collect();
    layers.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    layers.into_iter().map(|(layer, _)| layer.clone()).collect()
}

fn title(alleged: &Alleged, members: &[Member], layers: &[Layer]) -> String {
    let proposed = members.iter().filter(|member| member.proposed).count();
    let count = |number: usize, one: &str, several: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        number => Some(format!("{number} {several}")),
    };
    let who: Vec<String> = [
        count(proposed, alleged.called.0, alleged.called.1),
        count(members.len() - proposed, "suspect", "suspects"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let ties: Vec<&str> = layers.iter().take(3).map(Layer::as_str).collect();
    format!("{}, tied by {}", who.join(", "), ties.join(", "))
}
