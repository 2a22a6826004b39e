//! What came from each is judged by itself: nobody learns from what becomes of a text of theirs what else there is.
//!
//! We know of all that is held here, and name nothing of it that the audience may not know. A partner who writes
//! knows of what it sent. Were more taken out of its texts, it would see by that what we hold; what it names besides is
//! its own to say. Whoever sends something under an id that came from somebody else finds a copy of its own, as if
//! there were no other, unless the other is told, or was told once.

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::release::{Item, Release, Rules, check};
use avert_model::Timestamp;
use avert_ops::sharing;
use avert_ops::store::Store;

use super::Settling;
use crate::failure::Failure;
use crate::sharing::judged::{Meant, Text, by_id, items, objects_of, ranks};
use crate::sharing::{ids_in, is_marking};

/// Whose own copies what is read under an id are: nobody's, where it is what came first.
type Standing = BTreeMap<String, BTreeSet<String>>;

/// What an audience may know besides the objects that are judged, and what it may not be told of.
struct Beyond {
    known: BTreeSet<String>,
    hidden: BTreeSet<String>,
}

impl Settling<'_> {
    /// What may be told of these, from each by itself.
    pub(super) fn judge(
        &self,
        store: &Store,
        meant: Vec<Meant>,
        now: Timestamp,
    ) -> Result<Vec<Release<Text>>, Failure> {
        let mut of: BTreeMap<String, Vec<Item<Text>>> = BTreeMap::new();
        for item in items(meant) {
            of.entry(item.object.from().to_owned())
                .or_default()
                .push(item);
        }
        let ours = of.remove("");
        self.leave_out_taken(store, &mut of)?;
        // Theirs may name what is told already; should that go, or more come, they are judged again.
        let mut releases = Vec::new();
        for (partner, items) in &of {
            releases.push(self.judge_one(store, partner, items, &BTreeMap::new(), now)?);
        }
        let Some(items) = ours else {
            return Ok(releases);
        };
        // What of theirs is told now, ours may name.
        let told = self.firsts(store, &releases)?.standing(&releases);
        let theirs = of.values().flatten().map(id_of);
        let beside: BTreeMap<&str, Option<BTreeSet<String>>> =
            theirs.map(|id| (id, told.get(id).cloned())).collect();
        releases.push(self.judge_one(store, "", &items, &beside, now)?);
        Ok(releases)
    }

    fn judge_one(
        &self,
        store: &Store,
        origin: &str,
        items: &[Item<Text>],
        beside: &BTreeMap<&str, Option<BTreeSet<String>>>,
        now: Timestamp,
    ) -> Result<Release<Text>, Failure> {
        let beyond = self.beyond(store, origin, items, beside)?;
        let rules = Rules {
            known: &beyond.known,
            retracted: &beyond.hidden,
            ..self.facts.rules(self.sharing)
        };
        Ok(check(items, self.audience, &rules, now)?)
    }

    /// What the texts of one name besides these.
    fn beyond(
        &self,
        store: &Store,
        origin: &str,
        items: &[Item<Text>],
        beside: &BTreeMap<&str, Option<BTreeSet<String>>>,
    ) -> Result<Beyond, Failure> {
        let own: BTreeSet<&str> = items.iter().map(id_of).collect();
        let mut named = BTreeSet::new();
        for item in items {
            ids_in(&item.object.version.body, &mut named);
        }
        let named: Vec<String> = named
            .into_iter()
            .filter(|id| !own.contains(id.as_str()))
            .collect();
        let standing = self.standing(store, &named, beside)?;
        let all = named.iter().map(String::as_str).chain(own);
        let taken_back = all.filter(|id| self.facts.retracted.contains(*id));
        let taken_back: Vec<String> = taken_back.map(str::to_owned).collect();
        let (knows_of, taken_back) = if origin.is_empty() {
            let held = sharing::holds(store, &named)?;
            (held, taken_back.into_iter().collect())
        } else {
            let came = sharing::came_from(store, origin, &named)?;
            (came, sharing::brought_by(store, origin, &taken_back)?)
        };
        let other = means_another(store, origin, &standing, &knows_of)?;
        let mut known: BTreeSet<String> = standing
            .into_keys()
            .filter(|id| !other.contains(id) && !taken_back.contains(id))
            .collect();
        let ours = &self.sharing.directory.our_identities;
        let mut hidden: BTreeSet<String> = knows_of
            .into_iter()
            .filter(|id| !known.contains(id) && !ours.contains(id) && !is_marking(id))
            .collect();
        hidden.extend(taken_back);
        known.extend(ours.iter().cloned());
        Ok(Beyond { known, hidden })
    }

    /// Leaves copies out whose place is taken: somebody before them is told, or was once. A text that names the id
    /// means what is told.
    fn leave_out_taken(
        &self,
        store: &Store,
        of: &mut BTreeMap<String, Vec<Item<Text>>>,
    ) -> Result<(), Failure> {
        let copies = of.values().flatten().filter(|item| item.object.rank > 0);
        let copies: BTreeSet<String> = copies.map(|item| id_of(item).to_owned()).collect();
        let copies: Vec<String> = copies.into_iter().collect();
        let mut told = sharing::told_once(store, self.collection.number, &copies)?;
        for (id, by) in sharing::visible(store, self.collection.number, &copies)? {
            let told = told.entry(id).or_default();
            if by.is_empty() {
                told.insert(String::new());
            }
            told.extend(by);
        }
        let first = first_of(store, &told)?;
        for items in of.values_mut() {
            items.retain(|item| {
                let first = first.get(id_of(item));
                first.is_none_or(|first| item.object.rank <= *first)
            });
        }
        Ok(())
    }

    /// Who is told under each id.
    pub(super) fn firsts(
        &self,
        store: &Store,
        releases: &[Release<Text>],
    ) -> Result<Firsts, Failure> {
        let mut firsts = Firsts::default();
        for object in releases.iter().flat_map(objects_of) {
            firsts.add(&object.version.id, object.rank);
        }
        let copies = firsts.0.iter().filter(|(_, rank)| **rank > 0);
        let copies: Vec<String> = copies.map(|(id, _)| id.clone()).collect();
        let once = sharing::told_once(store, self.collection.number, &copies)?;
        for (id, rank) in first_of(store, &once)? {
            firsts.add(&id, rank);
        }
        Ok(firsts)
    }

    /// What is read of these, once what is judged beside them is told.
    fn standing(
        &self,
        store: &Store,
        named: &[String],
        beside: &BTreeMap<&str, Option<BTreeSet<String>>>,
    ) -> Result<Standing, Failure> {
        let mut standing = sharing::visible(store, self.collection.number, named)?;
        for id in named {
            match beside.get(id.as_str()) {
                None => {}
                Some(None) => drop(standing.remove(id)),
                Some(Some(copies)) => drop(standing.insert(id.clone(), copies.clone())),
            }
        }
        Ok(standing)
    }
}

fn id_of(item: &Item<Text>) -> &str {
    &item.object.version.id
}

/// Under which ids a copy is read, and whoever names it means something else: what they had before that.
fn means_another(
    store: &Store,
    origin: &str,
    standing: &Standing,
    knows_of: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Failure> {
    let is_copy = |(id, copies): &(&String, &BTreeSet<String>)| {
        !copies.is_empty() && !copies.contains(origin) && knows_of.contains(*id)
    };
    let copies = standing.iter().filter(is_copy).map(|(id, _)| id.clone());
    let copies: Vec<String> = copies.collect();
    if origin.is_empty() {
        return Ok(copies.into_iter().collect());
    }
    let was_before = |(id, ranks): &(String, BTreeMap<String, usize>)| {
        let mut by = standing[id].iter();
        by.all(|by| ranks.get(origin) < ranks.get(by))
    };
    let before = ranks_of(store, &copies)?.into_iter().filter(was_before);
    Ok(before.map(|(id, _)| id).collect())
}

/// The rank of the first of those who are or were told under each id.
fn first_of(store: &Store, told: &Standing) -> Result<BTreeMap<String, usize>, Failure> {
    let ids: Vec<String> = told.keys().cloned().collect();
    let ranks = ranks_of(store, &ids)?;
    let first = |(id, by): (&String, &BTreeSet<String>)| {
        let of_id = ranks.get(id);
        let rank = |by: &String| of_id.and_then(|ranks| ranks.get(by)).copied();
        let first = by.iter().map(|by| rank(by).unwrap_or_default()).min()?;
        Some((id.clone(), first))
    };
    Ok(told.iter().filter_map(first).collect())
}

/// Who was there before whom with something under each of these ids.
fn ranks_of(
    store: &Store,
    ids: &[String],
) -> Result<BTreeMap<String, BTreeMap<String, usize>>, Failure> {
    let ranks = by_id(sharing::versions_of_all(store, ids)?)
        .into_iter()
        .map(|(id, versions)| (id, ranks(&versions)));
    Ok(ranks.collect())
}

/// The first who is told under each id, or was told once: whoever came after them with the same id is not.
#[derive(Default)]
pub(super) struct Firsts(BTreeMap<String, usize>);

impl Firsts {
    fn add(&mut self, id: &str, rank: usize) {
        let first = self.0.entry(id.to_owned()).or_insert(rank);
        *first = rank.min(*first);
    }

    /// Whether something is told, once it may be.
    pub(super) fn tell(&self, object: &Text) -> bool {
        self.0.get(&object.version.id) == Some(&object.rank)
    }

    /// By whom what is told under each id is.
    fn standing(&self, releases: &[Release<Text>]) -> Standing {
        let objects = releases.iter().flat_map(objects_of);
        let mut standing = Standing::new();
        for object in objects.filter(|object| self.tell(object)) {
            let copies = standing.entry(object.version.id.clone()).or_default();
            if object.rank > 0 {
                copies.insert(object.from().to_owned());
            }
        }
        standing
    }
}
