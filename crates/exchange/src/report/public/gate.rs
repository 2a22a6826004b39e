//! Which objects of a case everybody may have: the gate is asked, and what it lets through is read for names.

use std::collections::BTreeSet;

use avert_model::{Dossier, Recipient, Timestamp};
use serde_json::Value;

use super::hidden::{Hidden, Read};
use super::{NotPublic, Options};
use crate::release::{self, Bundle, Item, Marked, NotReleasable, Rules, Terms, Withheld};
use crate::stix::{Object, Outgoing, ToldCase};

/// What the gate, and the words of what it lets through, leave.
pub(super) struct Checked {
    pub(super) bundle: Bundle<Outgoing>,
    pub(super) withheld: Vec<Withheld>,
    pub(super) names_others: BTreeSet<String>,
    pub(super) hidden: Hidden,
}

impl Checked {
    /// Why one of these is not in it, if the gate withheld it.
    pub(super) fn without(&self, ids: &[&str]) -> Option<Withheld> {
        let mut withheld = self.withheld.iter();
        withheld.find(|one| ids.contains(&one.id.as_str())).cloned()
    }
}

/// Asks the gate, reads what it lets through, and asks again without what names others, until nothing does.
///
/// Cost: the gate's, once for each time that what goes takes something with it, and the length of all names times
/// that of all texts.
pub(super) fn check(
    dossier: &Dossier,
    told: &ToldCase<'_>,
    options: &Options,
    terms: &dyn Fn(&str) -> Terms,
    rules: &Rules<'_>,
    now: Timestamp,
) -> Result<Checked, NotPublic> {
    let accounts = told.accounts.iter().map(|(id, ..)| id.as_str());
    let mut hidden = Hidden::of(dossier, &accounts.collect());
    let may_be = |object: &&Object| !options.not_told.contains(object.id().as_str());
    let item = |object: &Object, outgoing: Outgoing| Item {
        object: outgoing,
        terms: terms(object.id().as_str()),
    };
    let ours: BTreeSet<&str> = told.objects.iter().map(|one| one.id().as_str()).collect();
    let others = options.others.iter().filter(may_be);
    // What names itself as one of ours is none of others'.
    let others = others.filter(|object| !ours.contains(object.id().as_str()));
    let mut items: Vec<Item<Outgoing>> = others
        .map(|object| item(object, Outgoing::received(object)))
        .collect();
    let own = told.objects.iter().filter(may_be);
    items.extend(own.map(|object| item(object, Outgoing::made(object))));
    let mut names_others = BTreeSet::new();
    let mut withheld: Vec<Withheld> = Vec::new();
    loop {
        let release =
            release::check(&items, &Recipient::Public, rules, now).map_err(NotReleasable::from)?;
        for one in release.withheld {
            if withheld.iter().all(|other| other.id != one.id) {
                withheld.push(one);
            }
        }
        let bundle = release.releasable.into_inner();
        let kept: BTreeSet<&str> = bundle.objects.iter().map(|one| id_of(one.body())).collect();
        let (kept, gone): (Vec<&Value>, Vec<&Value>) = items
            .iter()
            .map(|item| item.object.body())
            .partition(|object| kept.contains(id_of(object)));
        // What people wrote, which reports and campaigns repeat, is read by itself.
        let own = |object: &&Value| {
            let repeats = matches!(
                object["type"].as_str(),
                Some("report" | "campaign" | "identity")
            );
            !(repeats && ours.contains(id_of(object)))
        };
        let read = kept
            .into_iter()
            .filter(own)
            .map(|object| Read::of(id_of(object), object));
        let telling = hidden.spread(&gone, &ours, read.collect());
        if telling.is_empty() {
            return Ok(Checked {
                bundle,
                withheld,
                names_others,
                hidden,
            });
        }
        items.retain(|item| !telling.contains(id_of(item.object.body())));
        names_others.extend(telling);
    }
}

fn id_of(object: &Value) -> &str {
    object["id"].as_str().unwrap_or("")
}
