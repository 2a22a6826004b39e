//! Makes a collection hold what its audience may read of what is offered in it: asks the gate, batch by batch,
//! and follows what names what until nothing changes.
//!
//! A batch knows what the collection has already. Whatever a text of ours names that we hold and the audience cannot
//! read is treated as the gate treats what was withheld beside it, so that a batch tells no more than all of it
//! together would; what partners write is judged by what they know ([`origins`]). Where two objects cannot be without each other and come in different batches, neither is told:
//! less than might be, never more.

mod again;
mod ends;
mod origins;
mod portions;
mod ruled;

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::many;
use avert_exchange::release::{Release, Why, Withheld, ledger};
use avert_exchange::stix::{parse_time, tlp_of};
use avert_model::{Clock, LedgerEntry, Recipient, Timestamp, Until};
use avert_ops::sharing::{self, Applied, Change, Collection, Put, Told, Version};
use avert_ops::store::Store;
use serde_json::Value;

use self::again::{Again, Waiting};
pub(crate) use self::portions::Lengths;
use super::identified::{ids_in, is_marking};
use super::judged::{Meant, Text, how_much, meant, objects_of};
use super::{Facts, Sharing};
use crate::failure::Failure;

/// Objects that are judged together.
const TOGETHER: usize = 2_500;
/// Beyond so many that vanish at once everything is looked through, instead of for each of them.
const FEW: usize = 20;
/// No honest object is judged more often than this in one settling since something that it names has come.
const OFTEN: u8 = 20;
/// More than so many reasons are counted and not told.
const TOLD: usize = 1_000;

/// What a settling came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settled {
    /// How many objects were judged, an object for each time.
    pub(crate) judged: u64,
    /// How many versions were put in, or changed.
    pub(crate) put: u64,
    /// How many were taken out, or changed.
    pub(crate) taken: u64,
    /// How many objects are told in part.
    pub(crate) in_part: u64,
    /// What is withheld and why, a thousand at most.
    pub(crate) withheld: Vec<Withheld>,
}

/// Settles one collection.
pub(crate) struct Settling<'a> {
    sharing: &'a Sharing,
    audience: &'a Recipient,
    clock: &'a dyn Clock,
    collection: Collection,
    facts: Facts,
    /// When the first embargo ends that only time ends.
    next_at: Option<Timestamp>,
    /// How many objects are judged together.
    together: usize,
    /// How long the texts are that somebody brought, as far as that is known already.
    lengths: Lengths,
    /// Whether all that was put in and taken out is on disk.
    is_on_disk: bool,
    /// Whether whoever settles writes something behind it, and has it on disk by that.
    is_followed: bool,
}

impl<'a> Settling<'a> {
    /// Of the collection of this id.
    pub(crate) fn of(
        store: &mut Store,
        id: &str,
        (sharing, audience): (&'a Sharing, &'a Recipient),
        clock: &'a dyn Clock,
    ) -> Result<Self, Failure> {
        Ok(Self {
            collection: sharing::collection(store, id)?,
            facts: Facts::read(store)?,
            next_at: None,
            together: TOGETHER,
            lengths: Lengths::default(),
            is_on_disk: true,
            is_followed: false,
            sharing,
            audience,
            clock,
        })
    }

    /// Settles alone: what others settled meanwhile is known.
    pub(crate) fn alone(&mut self, store: &mut Store) -> Result<sharing::Lease, Failure> {
        let lease = sharing::wait_for_lease(store, self.collection.number)?;
        self.collection = sharing::collection(store, &self.collection.id)?;
        self.facts = Facts::read(store)?;
        Ok(lease)
    }

    /// With something written behind it: what was settled need not be on disk before that is.
    pub(crate) fn followed(self) -> Self {
        Self {
            is_followed: true,
            ..self
        }
    }

    /// The collection's number in the store.
    pub(crate) fn number(&self) -> i64 {
        self.collection.number
    }

    /// Settles these objects; all of it, where the rules have changed since or time has come.
    ///
    /// Of marking definitions only those count that one of us took in, and these change the rules.
    pub(crate) fn these(&mut self, store: &mut Store, ids: &[String]) -> Result<Settled, Failure> {
        let rules = self.rules();
        if !self.collection.is_settled(&rules, self.clock.now()) {
            return self.all(store);
        }
        self.next_at = self.collection.next_at;
        let mut settled = Settled::default();
        let mut ids: BTreeSet<String> = ids.iter().cloned().collect();
        ids.extend(sharing::stale(store, self.collection.number)?);
        self.follow(store, Again::all(ids), &mut settled)?;
        self.end(store)?;
        Ok(settled)
    }

    /// Settles everything that is offered.
    pub(crate) fn all(&mut self, store: &mut Store) -> Result<Settled, Failure> {
        self.next_at = self.sharing.next_change(self.audience, self.clock.now());
        let mut settled = Settled::default();
        while self.pass(store, &mut settled)? {
            // What vanished may be named in what was judged before it did: everything is looked at once more.
            // Nothing that vanished under these rules comes back, so this ends.
            settled.withheld.clear();
            settled.in_part = 0;
        }
        self.judge_ends(store)?;
        let ids = sharing::idle_markings(store, self.collection.number)?;
        let change = Change {
            ids,
            ..Change::default()
        };
        self.apply(store, change)?;
        self.end(store)?;
        Ok(settled)
    }

    /// Judges everything that is offered, and says whether anything vanished.
    ///
    /// What each offers is gone through by itself: which objects are judged together does not depend on what others
    /// offer.
    fn pass(&mut self, store: &mut Store, settled: &mut Settled) -> Result<bool, Failure> {
        let taken = settled.taken;
        let put = settled.put;
        let mut vanished = false;
        for by in sharing::who_offers(store, self.collection.number)? {
            let mut after = String::new();
            loop {
                let page = (after.as_str(), self.together);
                let page = sharing::offered(store, self.collection.number, &by, page)?;
                let Some(last) = page.last() else { break };
                after.clone_from(last);
                let applied = self.batch(store, (&by, &page), settled)?;
                vanished |= !applied.vanished.is_empty();
                let again = self.touched(store, &applied, false)?;
                self.follow(store, again, settled)?;
            }
        }
        Ok(vanished && (settled.taken > taken || settled.put > put))
    }

    /// Judges these, and whatever has to be judged again since something appeared or vanished.
    fn follow(
        &mut self,
        store: &mut Store,
        again: Again,
        settled: &mut Settled,
    ) -> Result<(), Failure> {
        let mut times: BTreeMap<String, u8> = BTreeMap::new();
        let mut waiting = Waiting::default();
        waiting.add(store, self.collection.number, again.must)?;
        waiting.add(store, self.collection.number, again.may)?;
        while let Some((by, ids)) = waiting.next(self.together) {
            let applied = self.batch(store, (&by, &ids), settled)?;
            let again = self.touched(store, &applied, true)?;
            waiting.add(store, self.collection.number, again.must)?;
            // Whatever could be told more of is looked at again, and not for ever: what is told then is less than
            // might be.
            let may = again.may.into_iter().filter(|id| {
                let times = times.entry(id.clone()).or_default();
                *times = times.saturating_add(1);
                *times <= OFTEN
            });
            waiting.add(store, self.collection.number, may.collect())?;
        }
        Ok(())
    }

    /// What has to be judged again, since it names what is no longer told; and what may be told more of.
    fn touched(
        &self,
        store: &Store,
        applied: &Applied,
        with_texts: bool,
    ) -> Result<Again, Failure> {
        let number = self.collection.number;
        let mut again = Again::default();
        for (ids, only_in_part, touched) in [
            (&applied.appeared, true, &mut again.may),
            (&applied.vanished, false, &mut again.must),
        ] {
            touched.extend(sharing::referring(store, number, ids, only_in_part)?);
            let identities = ids.iter().filter(|id| id.starts_with("identity--"));
            let identities: Vec<String> = identities.cloned().collect();
            touched.extend(sharing::made_by(store, number, &identities, only_in_part)?);
        }
        let naming = sharing::naming(store, number, &applied.appeared, false)?;
        again.may.extend(naming);
        again.must.extend(self.names_withheld(store, applied)?);
        if with_texts && applied.vanished.len() <= FEW {
            for id in &applied.vanished {
                let mentioning = sharing::mentioning(store, number, id)?;
                again.must.extend(mentioning);
            }
        } else if with_texts {
            again.must.extend(sharing::all_offered(store, number)?);
        }
        Ok(again)
    }

    /// What names something that is withheld now: of ours whatever it is, of a partner's what that partner sent. Whoever
    /// names what somebody else keeps back is not to notice.
    fn names_withheld(
        &self,
        store: &Store,
        applied: &Applied,
    ) -> Result<BTreeSet<String>, Failure> {
        let number = self.collection.number;
        let naming = sharing::naming(store, number, &applied.withheld, true)?;
        if naming.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut found = BTreeSet::new();
        let mut by_partner: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, by) in sharing::offered_by(store, number, &naming)? {
            if by.contains("") {
                found.insert(id);
                continue;
            }
            for partner in by {
                by_partner.entry(partner).or_default().push(id.clone());
            }
        }
        for (partner, ids) in by_partner {
            let came = sharing::came_from(store, &partner, &applied.withheld)?;
            let came: Vec<String> = came.into_iter().collect();
            let naming: BTreeSet<String> = sharing::naming(store, number, &came, true)?
                .into_iter()
                .collect();
            found.extend(ids.into_iter().filter(|id| naming.contains(id)));
        }
        Ok(found)
    }

    /// Judges objects together, and has the collection hold what may be read of them.
    fn portion(
        &mut self,
        store: &mut Store,
        ids: &[String],
        settled: &mut Settled,
    ) -> Result<Applied, Failure> {
        let seen = sharing::seen(store, self.collection.number, ids)?;
        let ids = self.to_judge(store, ids)?;
        let ids = &ids[..];
        let now = self.clock.now();
        let meant = self.meant(store, ids)?;
        self.wait_for(store, meant.iter().map(|one| &one.version.terms))?;
        let names = names(&meant);
        let releases = self.judge(store, meant, now)?;
        settled.judged += ids.len() as u64;
        self.remember_embargoes(&releases, now);
        let told = how_much(ids, &releases);
        settled.in_part += told.iter().filter(|one| one.told == Told::InPart).count() as u64;
        let mut change = Change {
            ids: ids.to_vec(),
            put: self.put(store, &releases, now)?,
            told,
            names: Vec::new(),
            seen,
        };
        change.names = self.beyond_reach(store, names, &change.put)?;
        change
            .ids
            .extend(change.put.iter().map(|put| put.id.clone()));
        change.ids.sort_unstable();
        change.ids.dedup();
        let room = TOLD.saturating_sub(settled.withheld.len());
        settled.withheld.extend(withheld(releases).take(room));
        let applied = self.apply(store, change)?;
        settled.put += applied.put;
        settled.taken += applied.taken;
        Ok(applied)
    }

    /// What would be told of these, without changing anything.
    pub(crate) fn tried(&self, store: &Store, versions: Vec<Version>) -> Result<Settled, Failure> {
        let mut ids: Vec<String> = versions.iter().map(|version| version.id.clone()).collect();
        ids.sort_unstable();
        ids.dedup();
        let meant = versions
            .into_iter()
            .map(|version| Meant { version, rank: 0 });
        let releases = self.judge(store, meant.collect(), self.clock.now())?;
        let told = how_much(&ids, &releases);
        Ok(Settled {
            judged: ids.len() as u64,
            put: releases
                .iter()
                .map(|one| objects_of(one).len() as u64)
                .sum(),
            taken: 0,
            in_part: told.iter().filter(|one| one.told == Told::InPart).count() as u64,
            withheld: withheld(releases).take(TOLD).collect(),
        })
    }

    /// Those of these that are judged. A marking goes along with what it marks, and where the revoked version of what
    /// was taken back lies, it stays.
    fn to_judge(&self, store: &Store, ids: &[String]) -> Result<Vec<String>, Failure> {
        let taken_back = ids.iter().filter(|id| self.facts.retracted.contains(*id));
        let taken_back: Vec<String> = taken_back.cloned().collect();
        let there = sharing::visible(store, self.collection.number, &taken_back)?;
        let stays = |id: &String| there.get(id).is_some_and(BTreeSet::is_empty);
        let ids = ids.iter().filter(|id| !is_marking(id) && !stays(id));
        Ok(ids.cloned().collect())
    }

    /// What is meant by what is offered of these, with its terms.
    fn meant(&self, store: &Store, ids: &[String]) -> Result<Vec<Meant>, Failure> {
        let by = sharing::offered_by(store, self.collection.number, ids)?;
        let wanted: Vec<String> = by.keys().cloned().collect();
        Ok(meant(sharing::versions_of_all(store, &wanted)?, &by))
    }

    fn remember_embargoes(&mut self, releases: &[Release<Text>], now: Timestamp) {
        for withheld in releases.iter().flat_map(|release| &release.withheld) {
            let Why::Embargoed(until) = &withheld.why else {
                continue;
            };
            for until in until {
                if let Until::Time(at) = until
                    && *at > now
                {
                    self.next_at = Some(self.next_at.map_or(*at, |next| next.min(*at)));
                }
            }
        }
    }

    /// What may be read, each with its entry for the ledger, and the markings that go along.
    fn put(
        &self,
        store: &Store,
        releases: &[Release<Text>],
        now: Timestamp,
    ) -> Result<Vec<Put>, Failure> {
        let us = &self.sharing.directory.us;
        let firsts = self.firsts(store, releases)?;
        let mut told: Vec<(&Text, LedgerEntry)> = Vec::new();
        for release in releases {
            let entries = ledger::entries(&release.releasable, us, "taxii", now);
            let with_entries = objects_of(release).iter().zip(entries);
            told.extend(with_entries.filter(|(object, _)| firsts.tell(object)));
        }
        // Where several say something of one version, we do, or else whoever came first.
        told.sort_by_key(|(object, _)| {
            let version = &object.version;
            (!version.from.is_empty(), version.is_apart, version.added_at)
        });
        let mut put: Vec<Put> = told
            .into_iter()
            .map(|(object, entry)| Put {
                id: object.version.id.clone(),
                version: object.version.version,
                kind: object.version.kind.clone(),
                spec_version: object.version.spec_version.clone(),
                body: if object.rewritten {
                    object.value.to_string()
                } else {
                    object.version.body.clone()
                },
                copy_by: object.copy_by().to_owned(),
                // Of a copy the ledger says nothing: it is not what the id is the id of.
                entry: (object.rank == 0).then_some(entry),
            })
            .collect();
        put.extend(self.going_along(store, releases)?);
        Ok(put)
    }

    /// The markings of what may be read that are not there yet.
    fn going_along(&self, store: &Store, releases: &[Release<Text>]) -> Result<Vec<Put>, Failure> {
        let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let mut markings: BTreeMap<String, &Value> = BTreeMap::new();
        for release in releases {
            // A statement of ours goes along with what is ours: whoever names it is not told it for that.
            let ours = objects_of(release)
                .iter()
                .all(|object| object.from().is_empty());
            for marking in &release.releasable.get().markings {
                let id = text(marking, "id");
                if ours || tlp_of(&id).is_some() {
                    markings.insert(id, marking);
                }
            }
        }
        let ids: Vec<String> = markings.keys().cloned().collect();
        for id in sharing::visible(store, self.collection.number, &ids)?.keys() {
            markings.remove(id);
        }
        let put = |(id, marking): (String, &Value)| Put {
            id,
            version: parse_time(&text(marking, "created")),
            kind: "marking-definition".into(),
            spec_version: "2.1".into(),
            body: marking.to_string(),
            copy_by: String::new(),
            entry: None,
        };
        Ok(markings.into_iter().map(put).collect())
    }

    /// Of what texts name, what is neither put in with them nor there already: once it is, or is withheld, they are
    /// judged again.
    fn beyond_reach(
        &self,
        store: &Store,
        mut names: Vec<(String, String)>,
        put: &[Put],
    ) -> Result<Vec<(String, String)>, Failure> {
        let together: BTreeSet<&str> = put.iter().map(|put| put.id.as_str()).collect();
        names.retain(|(_, named)| !together.contains(named.as_str()));
        let mut beyond: Vec<String> = names.iter().map(|(_, named)| named.clone()).collect();
        beyond.sort_unstable();
        beyond.dedup();
        let there = sharing::visible(store, self.collection.number, &beyond)?;
        let ours = &self.sharing.directory.our_identities;
        names.retain(|(_, named)| !there.contains_key(named) && !ours.contains(named));
        Ok(names)
    }
}

/// What texts name besides themselves: who, and what.
fn names(meant: &[Meant]) -> Vec<(String, String)> {
    let of_each = many::each(meant.iter().collect(), |one: &Meant| {
        let (id, mut said) = (&one.version.id, BTreeSet::new());
        ids_in(&one.version.body, &mut said);
        said.retain(|named| named != id && !is_marking(named));
        (id, said)
    });
    let named = of_each
        .into_iter()
        .flat_map(|(id, said)| said.into_iter().map(move |named| (id.clone(), named)));
    named.collect()
}

/// What is withheld, from whomever it came.
fn withheld(releases: Vec<Release<Text>>) -> impl Iterator<Item = Withheld> {
    releases.into_iter().flat_map(|release| release.withheld)
}
