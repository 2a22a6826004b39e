//! Faults on purpose: each is a world that the gate is asked about in place of the true one, so that it
//! answers as if it had forgotten one rule.
//!
//! A check that nothing can fail proves nothing: the oracle has to catch every one of these.

use avert_exchange::release::Origin;
use avert_model::{Happened, Recipient, Tlp, Until};
use serde_json::Value;

use crate::gate::markings::{TLP_2_0, UNRESOLVED, WHITE};
use crate::gate::world::World;

/// A rule that is forgotten, and what forgetting it does to the world.
pub(crate) type Fault = (&'static str, fn(&mut World));

pub(crate) const FAULTS: &[Fault] = &[
    ("embargoes are ignored", |world| {
        each(world, |item| item.terms.embargo.clear());
    }),
    ("of several embargoes the first is enough", |world| {
        each(world, |item| item.terms.embargo.truncate(1));
    }),
    (
        "events are taken for past as soon as they are declared",
        |world| {
            let events = world
                .items
                .iter()
                .flat_map(|item| &item.terms.embargo)
                .filter_map(|until| match until {
                    Until::Event(event) => Some(event.clone()),
                    Until::Time(_) => None,
                });
            let at = world.now;
            world.happened = events.map(|event| Happened { event, at }).collect();
        },
    ),
    ("retractions are forgotten", |world| world.retracted.clear()),
    ("every id is taken for known", |world| {
        world
            .known
            .extend(crate::gate::objects::ELSEWHERE.map(str::to_owned));
    }),
    ("parts are not looked at", |world| {
        each(world, |item| without(item, "granular_markings"));
    }),
    ("tags are not looked at", |world| {
        each(world, |item| item.terms.tags.clear());
    }),
    ("what is unmarked is for everybody", |world| {
        world.unmarked = Tlp::Clear;
    }),
    ("AMBER+STRICT is taken for AMBER", |world| {
        replace(world, TLP_2_0[3].0, TLP_2_0[2].0);
    }),
    ("RED is taken for AMBER+STRICT", |world| {
        replace(world, TLP_2_0[4].0, TLP_2_0[3].0);
    }),
    ("what cannot be resolved is for everybody", |world| {
        replace(world, UNRESOLVED, WHITE);
    }),
    ("the first marking wins", |world| {
        each(world, |item| {
            if let Some(Value::Array(refs)) = item.object.get_mut("object_marking_refs") {
                refs.truncate(1);
            }
        });
    }),
    ("whoever was a member once is one for ever", |world| {
        for group in world.directory.groups.values_mut() {
            for membership in &mut group.members {
                (membership.since, membership.until) = (None, None);
            }
        }
    }),
    ("a group names its members for RED", |world| {
        let groups = world.directory.groups.clone();
        let now = world.now;
        each(world, |item| {
            let members = item
                .terms
                .to
                .groups
                .iter()
                .flat_map(|group| groups[group].members_at(now));
            let members: Vec<_> = members.cloned().collect();
            item.terms.to.partners.extend(members);
        });
    }),
    ("what others gave us is ours", |world| {
        each(world, |item| {
            item.terms.origin = Origin::Own;
            without(item, "created_by_ref");
        });
    }),
    ("whoever wants to be asked first is not", |world| {
        for partner in world.directory.partners.values_mut() {
            partner.ask_first = false;
        }
    }),
    ("a partner's limit is ignored", |world| {
        for partner in world.directory.partners.values_mut() {
            partner.limit = Tlp::Red;
        }
    }),
    ("every organisation is a client of every other", |world| {
        let all: Vec<_> = world
            .directory
            .partners
            .values()
            .map(|one| one.organisation.clone())
            .collect();
        for one in &all {
            world
                .directory
                .clients
                .insert(one.clone(), all.iter().cloned().collect());
        }
    }),
    ("everybody belongs to the community", |world| {
        for partner in world.directory.partners.values_mut() {
            partner.community = true;
        }
    }),
    ("of a group one member is asked about", |world| {
        if let Recipient::Group(group) = &world.audience
            && let Some(first) = world.directory.groups[group].members_at(world.now).first()
        {
            world.audience = Recipient::Partner((*first).clone());
        }
    }),
    ("the Chatham House Rule is unknown", |world| {
        each(world, |item| {
            item.terms.tags.retain(|tag| tag != "tlp:ex:chr");
        });
    }),
];

fn each(world: &mut World, change: impl FnMut(&mut avert_exchange::release::Item<Value>)) {
    world.items.iter_mut().for_each(change);
}

fn without(item: &mut avert_exchange::release::Item<Value>, name: &str) {
    if let Some(fields) = item.object.as_object_mut() {
        fields.remove(name);
    }
}

/// Writes another marking wherever this one stands.
fn replace(world: &mut World, marking: &str, by: &str) {
    each(world, |item| {
        for name in ["object_marking_refs", "granular_markings"] {
            if let Some(markings) = item.object.get(name) {
                let text = markings.to_string().replace(marking, by);
                item.object[name] = serde_json::from_str(&text).expect("still JSON");
            }
        }
    });
}
