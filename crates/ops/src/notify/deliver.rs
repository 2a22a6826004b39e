//! How notices leave: claim first, then hand over, then write what came of it; many at once.
//!
//! A notice is claimed in a committed transaction before it is handed over, and no more are claimed
//! than there are connections to hand them over by: whatever ends the process, no more notices are in
//! doubt than connections were open.

mod affected;
mod outcome;
mod work;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use avert_model::{AccountId, NoticeListId, SignedDuration, Timestamp};

use self::affected::Affected;
use self::work::{Brought, Kind, Work};
use super::aftermath;
use super::error::NotifyError;
use super::ledger::{self, Gate, Mark, unsettled};
use super::list::{NoticeHeader, NoticePhase, Texts};
use super::patience::Patience;
use super::person::Mailbox;
use super::records;
use super::send::Route;
use super::state::{NoticeList, SendingList};
use crate::crew::{self, Crew};
use crate::desk::Desk;
use crate::freeze;
use crate::pace::{LOOK_UP, Pacer};
use crate::ports::{Channel, PortError};
use crate::review::Approval;
use crate::takedown::Progress;
use crate::{findings, takedown};

/// Takes every notice that has not ended. The permission is asked for by value of its list: code
/// that has none cannot call this.
pub(super) fn deliver(
    desk: &mut Desk<'_>,
    route: Route<'_>,
    sending: SendingList,
    permission: &Approval,
    progress: Progress<'_>,
) -> Result<NoticeList, NotifyError> {
    assert!(
        permission.covers(&sending.header.digest()),
        "a permission acts on its own list only"
    );
    let list = sending.header.id;
    all(desk, route, sending, progress).map_err(|error| match error {
        ended @ (NotifyError::Stopped { .. }
        | NotifyError::Unsettled { .. }
        | NotifyError::Frozen { .. }) => ended,
        // Once sending has begun, no error may say that nothing was changed.
        other => NotifyError::BrokeOff {
            list,
            source: Box::new(other),
        },
    })
}

fn all(
    desk: &mut Desk<'_>,
    route: Route<'_>,
    mut sending: SendingList,
    progress: Progress<'_>,
) -> Result<NoticeList, NotifyError> {
    let Route { channels, chance } = route;
    let id = sending.header.id;
    let plan = takedown::show(desk.store, sending.header.plan)?;
    let people = sending.header.notices.iter();
    let people = people.flat_map(|notice| std::iter::once(&notice.account).chain(&notice.others));
    let silent = findings::never_told(desk.store.read(), &plan.header().platform, people)?;
    let told = records::claims(desk.store.read(), sending.header.case)?;
    let affected = Affected::by(desk.store, &plan)?;
    let suppressed = aftermath::suppressed(desk.store.read())?;
    let order = shuffled(&sending.header, chance);
    let size: usize = channels.iter().map(|channel| channel.pace().at_once).sum();
    let size = size.min(order.len()).max(1);
    let texts = sending.header.texts();
    let mut queues: Vec<VecDeque<usize>> = channels.iter().map(|_| VecDeque::new()).collect();
    for index in &order {
        queues[sending.header.notices[*index].via].push_back(*index);
    }
    let mut delivery = Delivery {
        store: desk.store.identity()?,
        desk,
        channels,
        pacers: channels
            .iter()
            .map(|channel| Pacer::new(channel.pace()))
            .collect(),
        busy: vec![0; channels.len()],
        lanes: BTreeMap::new(),
        header: &mut sending.header,
        texts,
        total: order.len() as u64,
        queues,
        later: BTreeSet::new(),
        silent,
        suppressed,
        told,
        affected,
        patience: Patience::default(),
        halt: None,
        progress,
    };
    let halt = crew::with(
        // Nothing lies ready: no more are in doubt than there are connections.
        (size, 0),
        |work: Work| work.carry_out(channels),
        |crew| delivery.coordinate(crew),
    )?;
    if let Some(halt) = halt {
        return Err(match halt {
            Halt::Channel(source) => NotifyError::Stopped {
                list: id,
                left: unsettled(&sending.header),
                source,
            },
            Halt::Gate(Gate::Frozen(freeze)) => NotifyError::Frozen {
                list: id,
                left: unsettled(&sending.header),
                freeze,
            },
            Halt::Gate(Gate::Recalled(state)) => NotifyError::Recalled {
                plan: sending.header.plan,
                state,
                list: id,
            },
            Halt::Gate(Gate::Open) => unreachable!("an open gate stops nothing"),
        });
    }
    finish(desk, sending)
}

/// Every notice was tried: either all have ended, or some wait for a person.
fn finish(desk: &mut Desk<'_>, sending: SendingList) -> Result<NoticeList, NotifyError> {
    let id = sending.header.id;
    let (waiting, in_doubt) = (
        sending.header.count(NoticePhase::Planned),
        sending.header.count(NoticePhase::Claimed) + sending.header.count(NoticePhase::InDoubt),
    );
    if waiting + in_doubt > 0 {
        return Err(NotifyError::Unsettled {
            list: id,
            waiting,
            in_doubt,
        });
    }
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store
        .write(|transaction| ledger::end_if_settled(transaction, sending, (now, &by)))
}

/// Which notices to take, in an order drawn by chance: the order in which people hear of it must
/// not tell who stood close to whom.
fn shuffled(header: &NoticeHeader, chance: &mut dyn crate::ports::Chance) -> Vec<usize> {
    let mut order: Vec<usize> = (0..header.notices.len())
        .filter(|index| {
            matches!(
                header.notices[*index].phase,
                NoticePhase::Planned | NoticePhase::Claimed | NoticePhase::InDoubt
            )
        })
        .collect();
    for last in (1..order.len()).rev() {
        order.swap(last, chance.below(last + 1));
    }
    order
}

/// Why it ended before the last notice.
enum Halt {
    Channel(PortError),
    Gate(Gate),
}

/// Notices that share a pace, such as those to one domain.
struct Lane {
    busy: usize,
    most: usize,
    pacer: Pacer,
    parked: VecDeque<usize>,
}

impl Lane {
    fn is_free(&self, now: Timestamp) -> bool {
        self.busy < self.most && self.pacer.wait(now).is_zero()
    }
}

struct Delivery<'a, 'd> {
    desk: &'a mut Desk<'d>,
    /// The store's own name, which is part of every key.
    store: String,
    channels: &'a [&'a dyn Channel],
    pacers: Vec<Pacer>,
    /// How many notices each channel has under way.
    busy: Vec<usize>,
    /// The lanes that have a pace of their own, by channel and name.
    lanes: BTreeMap<(usize, String), Lane>,
    header: &'a mut NoticeHeader,
    texts: Texts,
    total: u64,
    /// For each channel, the notices that are to go out on it.
    queues: Vec<VecDeque<usize>>,
    /// Notices that wait until a channel may be asked again.
    later: BTreeSet<(Timestamp, usize)>,
    /// Who belongs to a network, by what is known now.
    silent: BTreeSet<AccountId>,
    /// Addresses that take no mail any more, by their hash.
    suppressed: BTreeSet<String>,
    /// Who was told of the case by an earlier list.
    told: BTreeMap<AccountId, NoticeListId>,
    /// Whom accounts reached that are closed at this moment.
    affected: Affected,
    patience: Patience,
    halt: Option<Halt>,
    progress: Progress<'a>,
}

impl Delivery<'_, '_> {
    fn coordinate(
        &mut self,
        crew: &mut Crew<'_, Work, (usize, usize, Brought)>,
    ) -> Result<Option<Halt>, NotifyError> {
        let mut marks: Vec<Mark> = Vec::new();
        loop {
            self.affected.renew(self.desk.store)?;
            let chosen = self.choose(crew.free(), &mut marks);
            if !marks.is_empty() {
                let gate = self.write(std::mem::take(&mut marks))?;
                if let (Gate::Frozen(_) | Gate::Recalled(_), None) = (&gate, &self.halt) {
                    self.halt = Some(Halt::Gate(gate));
                }
                let left = (self.waiting() + crew.under_way() + chosen.len()) as u64;
                (self.progress)(self.total.saturating_sub(left), self.total);
            }
            for (index, kind) in chosen {
                if kind == Kind::LookUp || self.header.notices[index].phase == NoticePhase::Claimed
                {
                    self.hand_out(crew, index, kind);
                }
            }
            if crew.under_way() == 0 {
                if self.halt.is_some() || self.waiting() == 0 {
                    return Ok(self.halt.take());
                }
                self.sit_out()?;
                continue;
            }
            for (index, via, brought) in crew.wait(LOOK_UP) {
                self.busy[via] -= 1;
                if let Some(lane) = self.lane_of(index, via) {
                    lane.busy -= 1;
                }
                self.decide(index, via, brought, &mut marks);
            }
        }
    }

    /// How many notices nobody is at work on and that have not ended.
    fn waiting(&self) -> usize {
        let queued: usize = self.queues.iter().map(VecDeque::len).sum();
        let parked: usize = self.lanes.values().map(|lane| lane.parked.len()).sum();
        queued + parked + self.later.len()
    }

    /// Chooses notices for free workers: those to look up, and those to send, whose claims are added
    /// to what is to be written.
    fn choose(&mut self, free: usize, marks: &mut Vec<Mark>) -> Vec<(usize, Kind)> {
        let mut chosen = Vec::new();
        if self.halt.is_some() {
            return chosen;
        }
        let now = self.desk.now();
        while let Some(due) = self.later.first().copied().filter(|(due, _)| *due <= now) {
            self.later.remove(&due);
            self.queue_up(due.1);
        }
        for via in 0..self.channels.len() {
            let most = self.channels[via].pace().at_once.max(1);
            while chosen.len() < free
                && self.busy[via] < most
                && self.pacers[via].wait(now).is_zero()
            {
                let Some(index) = self.next(via, now) else {
                    break;
                };
                if let Some(why) = self.left_out(index) {
                    marks.push(Mark::of(self.header, index, NoticePhase::Suppressed, &why));
                    continue;
                }
                if self.takes_no_mail(index, via) {
                    if via + 1 < self.channels.len() {
                        self.header.notices[index].via = via + 1;
                        self.queue_up(index);
                    } else {
                        let why = "the address takes no mail: one bounced, or was complained of";
                        marks.push(Mark::of(self.header, index, NoticePhase::Suppressed, why));
                    }
                    continue;
                }
                self.busy[via] += 1;
                self.pacers[via].begin(now, 1);
                if let Some(lane) = self.lane_of(index, via) {
                    lane.busy += 1;
                    lane.pacer.begin(now, 1);
                }
                if self.header.notices[index].phase == NoticePhase::Planned {
                    marks.push(Mark::of(self.header, index, NoticePhase::Claimed, ""));
                    chosen.push((index, Kind::Send));
                } else {
                    chosen.push((index, Kind::LookUp));
                }
            }
        }
        chosen
    }

    /// The next notice of a channel whose lane is free. One whose lane is not waits there.
    fn next(&mut self, via: usize, now: Timestamp) -> Option<usize> {
        let mut lanes = self
            .lanes
            .range_mut((via, String::new())..(via + 1, String::new()));
        if let Some((_, lane)) =
            lanes.find(|(_, lane)| !lane.parked.is_empty() && lane.is_free(now))
        {
            return lane.parked.pop_front();
        }
        while let Some(index) = self.queues[via].pop_front() {
            match self.lane_of(index, via) {
                Some(lane) if !lane.is_free(now) => lane.parked.push_back(index),
                _ => return Some(index),
            }
        }
        None
    }

    fn queue_up(&mut self, index: usize) {
        self.queues[self.header.notices[index].via].push_front(index);
    }

    /// Why a notice that has not left is not to leave any more.
    fn left_out(&self, index: usize) -> Option<String> {
        let notice = &self.header.notices[index];
        if notice.phase != NoticePhase::Planned {
            return None;
        }
        let mut accounts = std::iter::once(&notice.account).chain(&notice.others);
        // Found to belong to a network since the list was approved.
        if accounts
            .clone()
            .any(|account| self.silent.contains(account))
        {
            return Some("belongs to a network".into());
        }
        // The accounts it tells of were given back since.
        match self.affected.tier(accounts.clone()) {
            None => {
                let why = "was in contact only with accounts that are not closed any more";
                return Some(why.into());
            }
            Some(tier) if tier < notice.tier => {
                let why =
                    "came less close to those that are still closed: another list may tell them";
                return Some(why.into());
            }
            Some(_) => {}
        }
        let told = accounts.find_map(|account| self.told.get(account));
        told.filter(|list| **list != self.header.id)
            .map(|list| format!("told by {list}"))
    }

    /// Whether a notice would go to an address that is not to be written to any more.
    fn takes_no_mail(&self, index: usize, via: usize) -> bool {
        let notice = &self.header.notices[index];
        notice.phase == NoticePhase::Planned
            && self.channels[via].goes_to_address()
            && !self.suppressed.is_empty()
            && notice
                .email
                .as_ref()
                .and_then(Mailbox::of)
                .is_some_and(|mailbox| self.suppressed.contains(&mailbox.hash(&self.store)))
    }

    fn lane_of(&mut self, index: usize, via: usize) -> Option<&mut Lane> {
        let lane = self.channels[via].lane(&self.header.addressed(index));
        let pace = lane.pace?;
        let entry = self.lanes.entry((via, lane.name));
        Some(entry.or_insert_with(|| Lane {
            busy: 0,
            most: pace.at_once.max(1),
            pacer: Pacer::new(pace),
            parked: VecDeque::new(),
        }))
    }

    fn hand_out(
        &mut self,
        crew: &mut Crew<'_, Work, (usize, usize, Brought)>,
        index: usize,
        kind: Kind,
    ) {
        let notice = &self.header.notices[index];
        crew.hand_out(Work {
            index,
            via: notice.via,
            outgoing: self.header.outgoing(notice, &self.texts),
            key: self.header.key(&self.store, &notice.account),
            kind,
        });
    }

    /// Nobody is at work and nothing may begin yet: waits, with an eye on the switch.
    fn sit_out(&mut self) -> Result<(), NotifyError> {
        let now = self.desk.now();
        let soonest = self.later.first().map(|(due, _)| now.duration_until(*due));
        let pacers = self
            .pacers
            .iter()
            .chain(self.lanes.values().map(|lane| &lane.pacer));
        let paced = pacers
            .map(|pacer| pacer.wait(now))
            .filter(|wait| !wait.is_zero());
        let wait = paced.chain(soonest).min().unwrap_or(SignedDuration::ZERO);
        let wait = Duration::try_from(wait).unwrap_or_default();
        self.desk.pause.pause(wait.min(LOOK_UP));
        if self.halt.is_none()
            && let Some(freeze) = freeze::find(self.desk.store.read())?
        {
            self.halt = Some(Halt::Gate(Gate::Frozen(freeze)));
        }
        Ok(())
    }

    fn write(&mut self, marks: Vec<Mark>) -> Result<Gate, NotifyError> {
        ledger::write(self.desk, self.header, marks)
    }
}
