//! What is drawn of a network: its accounts, the people it reached, and what ties them.

use std::collections::BTreeMap;

use avert_model::{AccountId, Finding, MemberKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::times::{Span, Times};

/// Beyond so many accounts the people who were reached are not drawn: they would hide the network.
const MOST_WITH_PEOPLE: usize = 5_000;

/// A map.
#[derive(Serialize, JsonSchema)]
pub(super) struct Map {
    /// The accounts.
    nodes: Vec<Node>,
    /// What ties them; ends are places in `nodes`.
    edges: Vec<Edge>,
    /// The layers of the ties.
    layers: Vec<String>,
    /// `all`, or `members` where the people who were reached are left out.
    shown: &'static str,
    /// How many accounts there are, drawn or not.
    accounts: u64,
    /// How many ties there are, drawn or not.
    ties: u64,
}

/// An account, and where it is drawn.
#[derive(Serialize, JsonSchema)]
struct Node {
    id: AccountId,
    /// To the right, -1 to 1.
    x: f32,
    /// Up, -1 to 1.
    y: f32,
    #[serde(flatten)]
    about: About,
    /// How many ties it has.
    degree: u32,
}

/// What an account is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Taken {
    /// A made-up person.
    Persona,
    /// A real person's account in somebody else's hands.
    Compromised,
    /// Tied to the network, not strongly enough to propose anything.
    Suspect,
    /// Somebody whom the network reached.
    Reached,
}

/// What is known of an account that is drawn.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub(super) struct About {
    /// What it is taken for.
    pub(super) kind: Taken,
    /// How sure that is; nothing of people who were reached.
    pub(super) probability: Option<f64>,
    /// Whether it is proposed for takedown.
    pub(super) proposed: bool,
    /// Whether somebody took it out of the case.
    pub(super) excluded: bool,
}

/// A tie.
#[derive(Serialize, JsonSchema)]
pub(super) struct Edge {
    pub(super) a: u32,
    pub(super) b: u32,
    /// The layer's name.
    #[serde(serialize_with = "named")]
    #[schemars(with = "String")]
    pub(super) layer: Layer,
    /// How much it says, in nats.
    pub(super) weight: f64,
    /// How many distinct things they share.
    pub(super) objects: u32,
    #[serde(flatten)]
    pub(super) span: Span,
}

/// A layer: its place in the list of names, and its name.
#[derive(Clone)]
pub(super) struct Layer(pub(super) u8, std::sync::Arc<str>);

fn named<S: serde::Serializer>(layer: &Layer, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&layer.1)
}

/// What ties members to the people they reached.
const CONTACT: &str = "contacted-person";

/// What is drawn, before it has places.
pub(super) struct Drawn {
    pub(super) nodes: Vec<(AccountId, About)>,
    pub(super) edges: Vec<Edge>,
    pub(super) layers: Vec<String>,
    pub(super) shown: &'static str,
    pub(super) accounts: u64,
    pub(super) ties: u64,
}

impl Drawn {
    /// Everything that these findings name, an account that several name once.
    pub(super) fn of(findings: &[Finding], is_excluded: &dyn Fn(&AccountId) -> bool) -> Self {
        let mut known: BTreeMap<AccountId, About> = BTreeMap::new();
        for member in findings.iter().flat_map(|finding| &finding.members) {
            let kind = About {
                kind: match member.kind {
                    MemberKind::Persona => Taken::Persona,
                    MemberKind::Compromised => Taken::Compromised,
                    MemberKind::Suspect => Taken::Suspect,
                },
                probability: Some(member.probability.get()),
                proposed: member.proposed,
                excluded: is_excluded(&member.account),
            };
            let entry = known.entry(member.account.clone()).or_insert(kind);
            if (kind.proposed, kind.probability) > (entry.proposed, entry.probability) {
                *entry = kind;
            }
        }
        let members = known.len();
        let mut people = 0;
        let with_people = members <= MOST_WITH_PEOPLE;
        for contact in findings.iter().flat_map(|finding| &finding.contacts) {
            people += 1;
            if with_people {
                known.entry(contact.account.clone()).or_insert(About {
                    kind: Taken::Reached,
                    probability: None,
                    proposed: false,
                    excluded: false,
                });
            }
        }
        let mut drawn = Self {
            nodes: known.into_iter().collect(),
            edges: Vec::new(),
            layers: Vec::new(),
            shown: if with_people { "all" } else { "members" },
            accounts: members as u64 + people,
            ties: 0,
        };
        drawn.tie(findings);
        drawn
    }

    fn tie(&mut self, findings: &[Finding]) {
        let places: BTreeMap<&AccountId, u32> = (0..)
            .zip(&self.nodes)
            .map(|(place, (id, _))| (id, place))
            .collect();
        let mut layers: Vec<Layer> = Vec::new();
        let mut layer = |name: &str| {
            if let Some(known) = layers.iter().find(|layer| &*layer.1 == name) {
                return known.clone();
            }
            // There are few layers; whatever comes after the 255th shares its number.
            let number = u8::try_from(layers.len()).unwrap_or(u8::MAX);
            layers.push(Layer(number, name.into()));
            Layer(number, name.into())
        };
        let mut edges: BTreeMap<(u32, u32, u8), Edge> = BTreeMap::new();
        let mut add = |edge: Edge| {
            let key = (edge.a, edge.b, edge.layer.0);
            edges.entry(key).or_insert(edge);
        };
        for finding in findings {
            let times = Times::of_facts(finding);
            for edge in &finding.edges {
                self.ties += 1;
                let (Some(a), Some(b)) = (places.get(&edge.a), places.get(&edge.b)) else {
                    continue;
                };
                add(Edge {
                    a: *a.min(b),
                    b: *a.max(b),
                    layer: layer(edge.layer.as_str()),
                    weight: edge.weight,
                    objects: edge.objects,
                    span: times.of(edge),
                });
            }
            for contact in &finding.contacts {
                self.ties += contact.via.len() as u64;
                let Some(person) = places.get(&contact.account) else {
                    continue;
                };
                for via in &contact.via {
                    if let Some(member) = places.get(&via.account) {
                        add(Edge {
                            a: *person.min(member),
                            b: *person.max(member),
                            layer: layer(CONTACT),
                            weight: 0.0,
                            objects: 1,
                            span: Span {
                                first_at: via.first_at,
                                last_at: via.last_at,
                            },
                        });
                    }
                }
            }
        }
        self.edges = edges.into_values().collect();
        self.layers = layers.iter().map(|layer| layer.1.to_string()).collect();
    }

    /// Of what decides where everything is drawn.
    pub(super) fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"map 1");
        for (id, _) in &self.nodes {
            hasher.update(id.as_str().as_bytes());
            hasher.update(b"\0");
        }
        for edge in &self.edges {
            hasher.update(&edge.a.to_le_bytes());
            hasher.update(&edge.b.to_le_bytes());
            hasher.update(&edge.weight.to_le_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// How many ties each account has.
    pub(super) fn degrees(&self) -> Vec<u32> {
        let mut degrees = vec![0; self.nodes.len()];
        for edge in &self.edges {
            degrees[edge.a as usize] += 1;
            degrees[edge.b as usize] += 1;
        }
        degrees
    }

    /// With places.
    pub(super) fn map(self, places: &[[f32; 2]]) -> Map {
        let degrees = self.degrees();
        let nodes = self.nodes.into_iter().zip(places).zip(degrees);
        Map {
            nodes: nodes
                .map(|(((id, about), [x, y]), degree)| Node {
                    id,
                    x: *x,
                    y: *y,
                    about,
                    degree,
                })
                .collect(),
            edges: self.edges,
            layers: self.layers,
            shown: self.shown,
            accounts: self.accounts,
            ties: self.ties,
        }
    }
}

/// How strongly a tie pulls its ends together. A contact pulls a little: people are drawn beside whom they met.
#[expect(clippy::cast_possible_truncation, reason = "a pull need not be exact")]
pub(super) fn pull(edge: &Edge) -> f32 {
    (edge.weight as f32).clamp(0.05, 1e6)
}
