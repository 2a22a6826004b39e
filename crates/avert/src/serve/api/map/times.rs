//! When ties began and ended, as far as facts say so: a tie itself has no times.

use std::collections::BTreeMap;

use avert_model::{AccountId, Edge, Finding, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

/// From when to when, as far as anybody knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Span {
    /// When it is first seen.
    pub(super) first_at: Option<Timestamp>,
    /// When it is last seen.
    pub(super) last_at: Option<Timestamp>,
}

impl Span {
    fn and(self, other: Self) -> Self {
        let firsts = [self.first_at, other.first_at].into_iter().flatten();
        let lasts = [self.last_at, other.last_at].into_iter().flatten();
        Self {
            first_at: firsts.min(),
            last_at: lasts.max(),
        }
    }
}

/// When the facts of a finding are of, by layer and account.
pub(super) struct Times<'a> {
    spans: Vec<Span>,
    /// Of each account in each layer, the facts that are about it, in order.
    facts: BTreeMap<(&'a str, &'a AccountId), Vec<u32>>,
}

impl<'a> Times<'a> {
    /// Those of a finding and of its members.
    pub(super) fn of_facts(finding: &'a Finding) -> Self {
        let of_members = finding.members.iter().flat_map(|member| {
            let facts = member.facts.iter();
            facts.map(|fact| (Some(&member.account), fact))
        });
        let of_all = finding.facts.iter().map(|fact| (None, fact));
        let (mut spans, mut facts) = (Vec::new(), BTreeMap::new());
        for (member, fact) in of_all.chain(of_members) {
            let Some(layer) = &fact.layer else { continue };
            if fact.first_at.is_none() {
                continue;
            }
            let Ok(number) = u32::try_from(spans.len()) else {
                break;
            };
            spans.push(Span {
                first_at: fact.first_at,
                last_at: fact.last_at.or(fact.first_at),
            });
            for account in member.into_iter().chain(&fact.accounts) {
                let of: &mut Vec<u32> = facts.entry((layer.as_str(), account)).or_default();
                if of.last() != Some(&number) {
                    of.push(number);
                }
            }
        }
        Self { spans, facts }
    }

    /// From the first to the last fact about both ends in the tie's layer.
    pub(super) fn of(&self, edge: &Edge) -> Span {
        let of = |account| {
            let facts = self.facts.get(&(edge.layer.as_str(), account));
            facts.map_or(&[][..], Vec::as_slice)
        };
        let (few, many) = (of(&edge.a), of(&edge.b));
        let both = few.iter().filter(|fact| many.binary_search(fact).is_ok());
        both.fold(Span::default(), |span, fact| {
            span.and(self.spans[*fact as usize])
        })
    }
}
