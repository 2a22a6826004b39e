//! Taking events in, and forgetting them.

use avert_events::ActionRow;
use avert_model::{Account, Layer, Verb};

use super::judging::Noted;
use super::{Live, Untaken};
use crate::input::load::{COMMON_PROFESSION, leaves_trace, number_layer, profile_of};
use crate::input::{DAY, Micros, NO_TIME, NOTHING, Profile, Row, tongue};
use crate::trace::{email_stem, payload, phrase};

impl Live {
    /// Takes what a platform says of an account. A later word replaces an earlier one.
    ///
    /// # Errors
    /// [`Untaken::TooMany`]
    pub fn account(&mut self, account: &Account) -> Result<(), Untaken> {
        let number = self.number_account(account.id.as_str())?;
        let profile = profile_of(account, &mut self.professions.names);
        self.list(number);
        self.profess(number, profile.profession);
        let old = std::mem::take(&mut self.world.profiles[number as usize]);
        self.repaint(number, old.avatar.as_deref(), profile.avatar.as_deref());
        self.readdress(number, old.email.as_deref(), profile.email.as_deref());
        self.world.profiles[number as usize] = Profile {
            profession: old.profession,
            ..profile
        };
        Ok(())
    }

    /// Takes an action, in any order of time. Who acts and was never listed is listed by that.
    ///
    /// # Errors
    /// [`Untaken`]; nothing was changed.
    pub fn action(&mut self, row: &ActionRow<'_>) -> Result<(), Untaken> {
        let at = row.at.filter(|at| *at != NO_TIME).ok_or(Untaken::NoTime)?;
        if at < self.horizon {
            return Err(Untaken::TooOld);
        }
        let account = self.number_account(row.account)?;
        let target = match row.target {
            Some(id) => self.number_account(id)?,
            None => NOTHING,
        };
        let layer = row
            .layer
            .map_or(u16::MAX, |name| number_layer(&mut self.world, name));
        let object = match row.object {
            Some(object) if leaves_trace(row.verb) || layer != u16::MAX => {
                self.number_object(object)?
            }
            _ => NOTHING,
        };
        let ip = row.ip.map_or(Ok(NOTHING), |ip| self.number_object(ip))?;
        let device = row
            .device
            .map_or(Ok(NOTHING), |device| self.number_object(device))?;
        self.list(account);
        let this = Row {
            at,
            account,
            target,
            object,
            ip,
            device,
            layer,
            verb: row.verb,
            tongue: row.text.and_then(tongue::of),
        };
        self.world.see_since(at);
        let rows = &mut self.world.apart[account as usize];
        rows.insert(rows.partition_point(|row| row.at <= at), this);
        self.actions += 1;
        self.unsettled.deeds.insert(account);
        self.relations.add(&this);
        self.note(&this);
        for shingle in row.text.map(phrase::shingles).unwrap_or_default() {
            self.touch(&Layer::Phrase, shingle, account, at);
        }
        Ok(())
    }

    /// What a row leaves to be seen.
    fn note(&mut self, row: &Row) {
        let (account, at) = (row.account, row.at);
        if row.ip != NOTHING {
            self.touch(&Layer::Ip, u64::from(row.ip), account, at);
            self.seen.push((account, at));
        }
        if row.device != NOTHING {
            self.touch(&Layer::Device, u64::from(row.device), account, at);
        }
        if let Some(layer) = payload::layer_of(&self.world, row)
            && !self.was_sent(account, row.object, at)
        {
            self.touch(&layer, u64::from(row.object), account, at);
        }
        if row.target == NOTHING {
            return;
        }
        match row.verb {
            Verb::ReportAbuse => {
                let reports = self.reports.entry(row.target).or_default();
                match reports.iter_mut().find(|report| report.0 == account) {
                    Some(report) => report.1 = report.1.max(at),
                    None => reports.push((account, at)),
                }
                self.unsettled.deeds.insert(row.target);
            }
            Verb::ShareLink | Verb::ShareFile if row.object != NOTHING => {
                self.receive(row.target, row.object, at);
            }
            _ => {}
        }
    }

    /// Whether somebody had been sent a thing when touching it: then they only passed it on.
    fn was_sent(&self, account: u32, object: u32, at: Micros) -> bool {
        let received = self.received.get(&(account, object));
        received.is_some_and(|times| times.iter().any(|time| *time <= at))
    }

    fn receive(&mut self, account: u32, object: u32, at: Micros) {
        let times = self.received.entry((account, object)).or_default();
        let day = at.div_euclid(DAY);
        match times.iter_mut().find(|time| time.div_euclid(DAY) == day) {
            Some(time) if *time <= at => return,
            Some(time) => *time = at,
            None => times.push(at),
        }
        // What they did with it since was passing it on; that is rarely seen before it was sent.
        let passed_on: Vec<(Layer, Micros)> = self
            .own_touches(account, object)
            .filter(|(_, touched)| *touched >= at)
            .collect();
        for (layer, touched) in passed_on {
            let thing = (self.layer_number(&layer), u64::from(object));
            self.things.untouch(thing, account, touched);
        }
    }

    /// When an account came to an object, whether it was sent it or not.
    fn own_touches(&self, account: u32, object: u32) -> impl Iterator<Item = (Layer, Micros)> {
        self.world
            .rows_of(account)
            .iter()
            .filter(move |row| row.object == object)
            .filter_map(|row| Some((payload::layer_of(&self.world, row)?, row.at)))
    }

    /// Somebody touched something, unless it serves everybody.
    pub(super) fn touch(&mut self, layer: &Layer, object: u64, account: u32, at: Micros) {
        let number = self.layer_number(layer);
        if !self.is_hub(layer, object, account) {
            self.things.touch((number, object), account, at);
        }
    }

    fn is_hub(&self, layer: &Layer, object: u64, account: u32) -> bool {
        let hubs = &self.known.hubs;
        if hubs.is_empty() {
            return false;
        }
        let is_named = self.name_of(layer, object).is_some_and(|name| {
            hubs.has_object(layer, name)
                || *layer == Layer::ContactedPerson && hubs.has_account(name)
        });
        is_named || hubs.has_account(self.world.ids.text(account))
    }

    /// How a thing is called, where it has a name of its own.
    pub(super) fn name_of(&self, layer: &Layer, object: u64) -> Option<&str> {
        let number = u32::try_from(object).ok();
        match layer {
            Layer::Phrase | Layer::EmailStem | Layer::Avatar => None,
            Layer::ContactedPerson => number.map(|number| self.world.ids.text(number)),
            _ => number.map(|number| self.world.objects.text(number)),
        }
    }

    /// The number of an account, with room for it everywhere.
    pub(super) fn number_account(&mut self, id: &str) -> Result<u32, Untaken> {
        let number = self.world.ids.number(id).ok_or(Untaken::TooMany)?;
        let accounts = self.world.ids.len();
        if self.listed.len() < accounts {
            self.listed.resize(accounts, false);
            self.world.profiles.resize(accounts, Profile::default());
            self.world.apart.resize(accounts, Vec::new());
            self.professions.claimed.resize(accounts, 0);
            self.relations.make_room(accounts);
            self.things.make_room(accounts);
            self.history.approaches.resize(accounts, Vec::new());
            self.history.conduct.resize_with(accounts, Default::default);
            self.sought.make_room(accounts);
            self.own.resize(accounts, 0.0);
            self.own_weighed.resize(accounts, 0.0);
            self.near.resize(accounts, Vec::new());
            self.noted.resize(accounts, Noted::default());
            if self.known.hostile.has_account(id) {
                self.hostile.insert(number, None);
                self.unsettled.deeds.insert(number);
            }
            if self.known.cleared.has_account(id) {
                self.exonerated.insert(number);
            }
        }
        Ok(number)
    }

    fn number_object(&mut self, object: &str) -> Result<u32, Untaken> {
        self.world.objects.number(object).ok_or(Untaken::TooMany)
    }

    fn list(&mut self, account: u32) {
        if std::mem::replace(&mut self.listed[account as usize], true) {
            self.unsettled.deeds.insert(account);
            return;
        }
        self.world.listed = self.world.listed.map(|listed| listed + 1);
        self.unsettled.deeds.insert(account);
        let asked = self.relations.of(account).iter();
        let asked = asked.map(|tie| (account, tie.other));
        self.unsettled.approaches.extend(asked);
    }

    /// A profession counts from so many who claim it on; then it does for all of them.
    fn profess(&mut self, account: u32, claimed: u32) {
        let professions = &mut self.professions;
        let old = std::mem::replace(&mut professions.claimed[account as usize], claimed);
        let most = old.max(claimed) as usize;
        if professions.by.len() <= most {
            professions.by.resize(most + 1, 0);
        }
        // A profile that was only made room for claims nothing, and was not counted.
        for (profession, step) in [(old, -1), (claimed, 1)] {
            if profession == 0 {
                continue;
            }
            let by = &mut professions.by[profession as usize];
            let was_common = *by >= COMMON_PROFESSION;
            *by = by.saturating_add_signed(step);
            if was_common != (*by >= COMMON_PROFESSION) {
                let counts = if was_common { 0 } else { profession };
                let all = professions.claimed.iter().zip(&mut self.world.profiles);
                all.filter(|(claimed, _)| **claimed == profession)
                    .for_each(|(_, profile)| profile.profession = counts);
                self.unsettled.sought = true;
            }
        }
        let is_common = claimed != 0 && professions.by[claimed as usize] >= COMMON_PROFESSION;
        let counts = if is_common { claimed } else { 0 };
        let profile = &mut self.world.profiles[account as usize];
        if profile.profession != counts {
            profile.profession = counts;
            self.unsettled.sought |= self.sought.is_sought(account);
        }
    }

    fn repaint(&mut self, account: u32, old: Option<&str>, new: Option<&str>) {
        if old == new {
            return;
        }
        let regrouped = self.pictures.change(account, old, new);
        let layer = self.layer_number(&Layer::Avatar);
        for ((group, holder), came) in regrouped {
            if came {
                self.touch(&Layer::Avatar, group, holder, NO_TIME);
            } else {
                self.things.untouch((layer, group), holder, NO_TIME);
            }
        }
    }

    fn readdress(&mut self, account: u32, old: Option<&str>, new: Option<&str>) {
        let stems = [old, new].map(|email| email.and_then(email_stem::stem));
        if stems[0] == stems[1] {
            return;
        }
        let layer = self.layer_number(&Layer::EmailStem);
        let numbers = stems.map(|stem| stem.and_then(|stem| self.stems.number(&stem)));
        if let Some(stem) = numbers[0] {
            self.things
                .untouch((layer, u64::from(stem)), account, NO_TIME);
        }
        if let Some(stem) = numbers[1] {
            self.touch(&Layer::EmailStem, u64::from(stem), account, NO_TIME);
        }
    }

    /// Forgets everything before the horizon.
    pub(super) fn forget(&mut self) {
        let horizon = self.horizon;
        self.things.forget_before(horizon);
        self.world.since = self.world.since.map(|since| since.max(horizon));
        let mut pairs = Vec::new();
        for account in 0..self.world.apart.len() {
            let rows = &mut self.world.apart[account];
            if rows.first().is_none_or(|row| row.at >= horizon) {
                continue;
            }
            let gone: Vec<Row> = rows
                .drain(..rows.partition_point(|row| row.at < horizon))
                .collect();
            if rows.len() * 4 < rows.capacity() {
                rows.shrink_to_fit();
            }
            self.actions -= gone.len() as u64;
            pairs.extend(gone.iter().filter_map(|row| self.relations.remove(row)));
            // Whom one met depends on where both were.
            self.seen
                .extend(gone.iter().map(|row| (row.account, row.at)));
            self.unsettled
                .deeds
                .extend(gone.first().map(|row| row.account));
        }
        pairs.sort_unstable();
        pairs.dedup();
        for pair in pairs {
            let world = &self.world;
            self.relations
                .read_pair(pair, |account| world.rows_of(account));
        }
        self.reports.retain(|account, reports| {
            let before = reports.len();
            reports.retain(|(_, at)| *at >= horizon);
            if reports.len() < before {
                self.unsettled.deeds.insert(*account);
            }
            !reports.is_empty()
        });
        let mut freed = Vec::new();
        self.received.retain(|key, times| {
            let before = times.len();
            times.retain(|at| *at >= horizon);
            if times.len() < before {
                freed.push(*key);
            }
            !times.is_empty()
        });
        freed.sort_unstable();
        for (account, object) in freed {
            let back: Vec<(Layer, Micros)> = self
                .own_touches(account, object)
                .filter(|(_, at)| !self.was_sent(account, object, *at))
                .collect();
            for (layer, at) in back {
                self.touch(&layer, u64::from(object), account, at);
            }
        }
    }
}
