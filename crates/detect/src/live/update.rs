//! From what happened to what it changes: relations, approaches, conduct, things, networks.

use std::collections::BTreeSet;

use avert_model::Layer;

use super::judging::{MOVED, NOTED};
use super::things::Looked;
use super::{Change, Live};
use crate::fusion::Sought;
use crate::history::{AROUND, Approach, Begun, Deeds, MOST_IN_ONE_PLACE, met, vouched};
use crate::score::{account_evidence, total};
use crate::seed;

impl Live {
    /// Brings networks up to date with what was taken since the last time, and says what changed.
    ///
    /// Cost: what was taken, the things it touched and the networks around; and some networks more, so
    /// that each is weighed anew now and then.
    pub fn update(&mut self) -> Vec<Change> {
        self.settle_evidence();
        self.weigh_in_turn();
        self.weigh_unsettled();
        let mut places = std::mem::take(&mut self.unsettled.places);
        places.extend(self.networks.take_turn());
        self.judge(places)
    }

    /// Judges every network anew, those too to which nothing happened, and says what changed.
    ///
    /// Cost: all touches of things that more than one account touched.
    pub fn settle(&mut self) -> Vec<Change> {
        self.settle_evidence();
        let everybody = 0..u32::try_from(self.listed.len()).unwrap_or(u32::MAX);
        self.unsettled.ties.extend(everybody.clone());
        self.weigh_unsettled();
        self.unsettled.places.clear();
        self.judge(everybody.collect())
    }

    fn settle_evidence(&mut self) {
        if self.relations.is_misread() {
            let rows = self.world.apart.iter().flatten();
            self.relations.read_all(rows);
        }
        let unsettled = self.relations.settle();
        self.unsettled.approaches.extend(unsettled.approaches);
        self.unsettled.deeds.extend(unsettled.accounts);
        if std::mem::take(&mut self.unsettled.sought) {
            self.sought = Sought::new(&self.world, &self.history);
        }
        let looked = self.things.settle();
        self.find_crowded(&looked);
        self.find_meetings();
        self.settle_approaches();
        self.raise(&looked);
        // What clears an account changes which pairs count, and what it touches may raise another.
        loop {
            self.settle_conduct();
            let looked = self.things.settle();
            if looked.is_empty() {
                break;
            }
            self.raise(&looked);
        }
    }

    /// Approaches near to which one of the two was seen somewhere.
    fn find_meetings(&mut self) {
        let mut seen = std::mem::take(&mut self.seen);
        seen.sort_unstable();
        seen.dedup_by_key(|(account, at)| (*account, at.div_euclid(AROUND / 2)));
        for (account, at) in seen {
            let is_near = |then: i64| (then - at).abs() <= 2 * AROUND;
            let near = self.relations.of(account).iter();
            for tie in near.filter(|tie| is_near(tie.first_at)) {
                match tie.begun {
                    Begun::Asked => self.unsettled.approaches.insert((account, tie.other)),
                    Begun::WasAsked => self.unsettled.approaches.insert((tie.other, account)),
                    Begun::Before => continue,
                };
            }
        }
    }

    /// Addresses that became a carrier's, or are one no longer: nobody meets there.
    fn find_crowded(&mut self, looked: &[Looked]) {
        let ip = self.layer_number(&Layer::Ip);
        let most = MOST_IN_ONE_PLACE as usize;
        let turned = looked
            .iter()
            .filter(|one| one.thing.0 == ip && (one.spread.0 > most) != (one.spread.1 > most));
        for one in turned {
            for account in self.things.everybody(one.thing) {
                for tie in self.relations.of(account) {
                    match tie.begun {
                        Begun::Asked => self.unsettled.approaches.insert((account, tie.other)),
                        Begun::WasAsked => self.unsettled.approaches.insert((tie.other, account)),
                        Begun::Before => continue,
                    };
                }
            }
        }
    }

    fn settle_approaches(&mut self) {
        let mut asked: Vec<(u32, u32)> = self.unsettled.approaches.drain().collect();
        asked.retain(|(account, _)| self.listed[*account as usize]);
        asked.sort_unstable();
        let layer = self.layer_number(&Layer::ContactedPerson);
        for group in asked.chunk_by(|a, b| a.0 == b.0) {
            let account = group[0].0;
            let old = std::mem::take(&mut self.history.approaches[account as usize]);
            let mut new = old.clone();
            for (_, target) in group {
                let now = self.approach(account, *target);
                match (new.iter().position(|known| known.target == *target), now) {
                    (Some(place), Some(now)) => new[place] = now,
                    (Some(place), None) => _ = new.remove(place),
                    (None, Some(now)) => new.push(now),
                    (None, None) => {}
                }
            }
            new.sort_unstable_by_key(|approach| (approach.at, approach.target));
            if new == old {
                self.history.approaches[account as usize] = old;
                continue;
            }
            for gone in old.iter().filter(|one| one.stranger) {
                if !new
                    .iter()
                    .any(|one| one.stranger && (one.target, one.at) == (gone.target, gone.at))
                {
                    self.things
                        .untouch((layer, u64::from(gone.target)), account, gone.at);
                }
            }
            for come in new.iter().filter(|one| one.stranger) {
                if !old
                    .iter()
                    .any(|one| one.stranger && (one.target, one.at) == (come.target, come.at))
                {
                    self.touch(
                        &Layer::ContactedPerson,
                        u64::from(come.target),
                        account,
                        come.at,
                    );
                }
            }
            self.sought.take_back(&self.world, account, &old);
            self.sought.add(&self.world, account, &new);
            self.history.approaches[account as usize] = new;
            self.unsettled.deeds.insert(account);
            // How many people two accounts would both approach by chance depends on how many they do.
            self.unsettled.ties.insert(account);
        }
    }

    /// The approach of an account to another, if it asked.
    fn approach(&self, account: u32, target: u32) -> Option<Approach> {
        let tie = self.relations.between(account, target)?;
        if tie.begun != Begun::Asked {
            return None;
        }
        let (ours, theirs) = (self.relations.of(account), self.relations.of(target));
        let is_rooted = |middle: u32| self.relations.is_rooted(middle);
        let ip = self.layer_numbers.get(&Layer::Ip).copied().unwrap_or(0);
        let used_by = |address: u32| self.things.spread((ip, u64::from(address)));
        let rows = |account: u32| self.world.rows_of(account);
        Some(Approach {
            target,
            at: tie.first_at,
            stranger: !vouched(ours, theirs, tie.first_at, is_rooted)
                && !met(rows(account), rows(target), tie.first_at, used_by),
            answered: tie.mutual,
        })
    }

    /// Counts what accounts did, and what that says of them.
    fn settle_conduct(&mut self) {
        let mut accounts: Vec<u32> = self.unsettled.deeds.drain().collect();
        accounts.retain(|account| self.listed[*account as usize]);
        accounts.sort_unstable();
        let mut reporters = Vec::new();
        for account in accounts {
            let place = account as usize;
            reporters.clear();
            let reports = self.reports.get(&account).into_iter().flatten();
            reporters.extend(reports.map(|report| report.0));
            let deeds = Deeds {
                created: self.world.profiles[place].created_at,
                ties: self.relations.of(account),
                approaches: &self.history.approaches[place],
                rows: self.world.rows_of(account),
                reporters: &reporters,
            };
            let conduct = deeds.count(|other| self.relations.is_rooted(other));
            let own = self.own_evidence(account, &conduct);
            self.history.conduct[place] = conduct;
            if self.own[place].to_bits() != own.to_bits() {
                self.own[place] = own;
                if (own - self.noted[place].own).abs() > NOTED {
                    self.noted[place].own = own;
                    self.unsettled.places.insert(account);
                }
                if (own - self.own_weighed[place]).abs() > MOVED {
                    self.unsettled.ties.insert(account);
                }
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a few nats")]
    fn own_evidence(&self, account: u32, conduct: &crate::history::Conduct) -> f32 {
        if self.exonerated.contains(&account) {
            return seed::EXONERATED;
        }
        let profile = &self.world.profiles[account as usize];
        let own = total(&account_evidence(conduct, profile, &self.settings)) as f32;
        let weight = self.settings.seed_weight;
        if self.hostile.contains_key(&account) {
            own + (weight * seed::FOR_ITSELF) as f32
        } else if let Some(raised) = self.raised.get(&account) {
            // One thing counts: what says most.
            let share = raised.iter().copied().fold(0.0, f64::max);
            own + (weight * share) as f32
        } else {
            own
        }
    }

    /// Notes who touches something else than before, and raises accounts that touch what is hostile.
    fn raise(&mut self, looked: &[Looked]) {
        let touched = looked.iter().flat_map(|one| &one.touched);
        self.unsettled.ties.extend(touched);
        if self.hostile.is_empty() && self.known.hostile.is_empty() {
            return;
        }
        for one in looked {
            let layer = &self.layers[usize::from(one.thing.0)];
            let is_indicator = self
                .name_of(layer, one.thing.1)
                .is_some_and(|name| self.known.hostile.has_object(layer, name));
            let is_touched = || {
                one.now
                    .iter()
                    .any(|account| self.hostile.contains_key(account))
            };
            let share = if !one.now.is_empty() && (is_indicator || is_touched()) {
                seed::share_of_raise(layer, is_indicator, one.now.len())
            } else {
                0.0
            };
            let mut concerned: BTreeSet<u32> = BTreeSet::new();
            if let Some(share) = self.hostile_things.remove(&one.thing) {
                for account in &one.before {
                    if let Some(raised) = self.raised.get_mut(account) {
                        let same = |known: &f64| known.to_bits() == share.to_bits();
                        if let Some(place) = raised.iter().position(same) {
                            raised.swap_remove(place);
                        }
                        if raised.is_empty() {
                            self.raised.remove(account);
                        }
                    }
                    concerned.insert(*account);
                }
            }
            if share > 0.0 {
                self.hostile_things.insert(one.thing, share);
                for account in &one.now {
                    self.raised.entry(*account).or_default().push(share);
                    concerned.insert(*account);
                }
            }
            self.unsettled.deeds.extend(concerned);
        }
    }
}
