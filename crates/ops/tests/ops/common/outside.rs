//! The outside, in memory: a platform and a channel that can be made to fail at any call.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::shared::{Cell, RefCell};

use avert_model::{AccountId, AccountStatus, Clock, Finding, Timestamp};
use avert_ops::ports::{
    AccountState, Chance, Channel, Effect, Evidence, Exhibit, Lane, LookUp, OperationKey,
    OutgoingNotice, Pace, Pause, Platform, PortError, PortErrorKind, Profile, Receipt, Remedy,
    SendError, SinkError,
};

/// How a planned failure comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The call never reached the platform.
    Before,
    /// The call had its effect, and the answer was lost.
    After,
    /// The platform answers 500 and does nothing.
    Server,
}

impl Fault {
    fn error(self, request: &str) -> PortError {
        PortError {
            request: request.to_owned(),
            kind: match self {
                Self::Server => PortErrorKind::Server {
                    status: 500,
                    detail: "no".into(),
                },
                _ => PortErrorKind::Unreachable("connection reset".into()),
            },
            effect: if self == Self::After {
                Effect::Unknown
            } else {
                Effect::None
            },
        }
    }
}

/// Something that happens once.
pub(crate) type Event = Box<dyn FnOnce() + Send>;

/// A platform in memory. Its calls are numbered from 0; one number can be made to fail.
pub(crate) struct FakePlatform {
    pub(crate) accounts: RefCell<BTreeMap<AccountId, AccountState>>,
    pub(crate) calls: Cell<usize>,
    pub(crate) effects: RefCell<Vec<(AccountId, AccountStatus)>>,
    pub(crate) fault: Cell<Option<(usize, Fault)>>,
    /// Whether every later call fails as well, until the fault is taken away.
    pub(crate) stays: Cell<bool>,
    /// Accounts for which every change fails.
    pub(crate) broken: RefCell<BTreeSet<AccountId>>,
    /// How fast it says it may be asked.
    pub(crate) pace: Cell<Pace>,
    /// How many calls were under way at the same time, and the most there ever were.
    pub(crate) at_once: Cell<usize>,
    pub(crate) most_at_once: Cell<usize>,
    /// How long the next change is told to wait.
    pub(crate) slow_down: Cell<Option<Duration>>,
    /// How long whoever looks next is told to wait.
    pub(crate) slow_look: Cell<Option<Duration>>,
    /// What happens in the world when the call of this number comes.
    pub(crate) event: RefCell<Option<(usize, Event)>>,
    /// How often each account was secured.
    pub(crate) secured: RefCell<BTreeMap<AccountId, usize>>,
    /// Accounts that cannot be looked at.
    pub(crate) unseen: RefCell<BTreeSet<AccountId>>,
    /// Accounts about which no request comes through, as if the platform were gone.
    pub(crate) silent: RefCell<BTreeSet<AccountId>>,
    /// Whoever is looked at by the call of this number is silent from then on.
    pub(crate) falls_silent: Cell<Option<usize>>,
    /// Accounts of which every change has its effect, and from then on no answer comes.
    pub(crate) dumb: RefCell<BTreeSet<AccountId>>,
}

pub(crate) fn state(status: AccountStatus) -> AccountState {
    let switches = [
        ("locked".to_owned(), status == AccountStatus::Disabled),
        ("suspended".to_owned(), status == AccountStatus::Restricted),
    ];
    AccountState {
        status,
        switches: switches.into_iter().collect(),
    }
}

/// Turns the remedy's own switch and no other.
fn with(state: &AccountState, remedy: Remedy) -> AccountState {
    let mut state = state.clone();
    let switch = match remedy {
        Remedy::Disable => "locked",
        Remedy::Restrict => "suspended",
        Remedy::Secure | Remedy::Watch => return state,
    };
    state.switches.insert(switch.to_owned(), true);
    state.status = state
        .status
        .max(remedy.leads_to().expect("it leads somewhere"));
    state
}

/// The next one is told to wait, if somebody is to be.
fn asked_to_wait(request: &str, wait: &Cell<Option<Duration>>) -> Result<(), PortError> {
    match wait.replace(None) {
        None => Ok(()),
        retry_after => Err(PortError {
            request: request.into(),
            kind: PortErrorKind::RateLimited { retry_after },
            effect: Effect::None,
        }),
    }
}

impl FakePlatform {
    pub(crate) fn new(accounts: &[&str]) -> Self {
        let all = accounts
            .iter()
            .map(|id| (AccountId::from(*id), state(AccountStatus::Active)));
        Self {
            accounts: RefCell::new(all.collect()),
            calls: Cell::new(0),
            effects: RefCell::default(),
            fault: Cell::new(None),
            stays: Cell::new(false),
            broken: RefCell::default(),
            pace: Cell::new(Pace::default()),
            at_once: Cell::new(0),
            most_at_once: Cell::new(0),
            slow_down: Cell::new(None),
            slow_look: Cell::new(None),
            event: RefCell::default(),
            secured: RefCell::default(),
            unseen: RefCell::default(),
            silent: RefCell::default(),
            falls_silent: Cell::new(None),
            dumb: RefCell::default(),
        }
    }

    pub(crate) fn set(&self, account: &str, status: AccountStatus) {
        self.accounts
            .borrow_mut()
            .insert(account.into(), state(status));
    }

    pub(crate) fn status(&self, account: &str) -> AccountStatus {
        self.accounts.borrow()[&AccountId::from(account)].status
    }

    pub(crate) fn statuses(&self) -> BTreeMap<String, AccountStatus> {
        self.accounts
            .borrow()
            .iter()
            .map(|(id, state)| (id.to_string(), state.status))
            .collect()
    }

    /// Lets this happen when the call of this number comes.
    pub(crate) fn when(&self, call: usize, happen: impl FnOnce() + Send + 'static) {
        *self.event.borrow_mut() = Some((call, Box::new(happen)));
    }

    /// Notes that one more call is under way, and lets others in.
    fn together(&self) {
        let now = self.at_once.add(1);
        self.most_at_once.set(self.most_at_once.get().max(now));
        if self.pace.get().at_once > 1 {
            for _ in 0..100 {
                std::thread::yield_now();
            }
        }
    }

    /// From this call on every call fails.
    pub(crate) fn breaks_at(&self, call: usize, fault: Fault) {
        self.stays.set(true);
        self.fault.set(Some((call, fault)));
    }

    /// From now on none does.
    pub(crate) fn mends(&self) {
        self.fault.set(None);
    }

    /// Whether this call is the one that fails.
    fn fault(&self) -> Option<Fault> {
        // Calls are numbered and things happen in one order: every later call waits until it has happened, however long
        // whoever makes the one that it happens at is kept waiting.
        let mut event = self.event.borrow_mut();
        let call = self.calls.add(1) - 1;
        if let Some((_, happen)) = event.take_if(|(number, _)| *number == call) {
            happen();
        }
        drop(event);
        self.fault
            .get()
            .filter(|(number, _)| *number == call || (self.stays.get() && *number < call))
            .map(|(_, fault)| fault)
    }

    fn change(&self, account: &AccountId, to: AccountState) -> Result<(), PortError> {
        let fault = self.fault();
        if self.broken.borrow().contains(account) {
            return Err(Fault::Server.error("PUT account"));
        }
        if !matches!(fault, Some(Fault::Before | Fault::Server)) {
            let mut accounts = self.accounts.borrow_mut();
            let now = accounts
                .get_mut(account)
                .expect("tests act on accounts that exist");
            if *now != to {
                self.effects.borrow_mut().push((account.clone(), to.status));
                *now = to;
            }
        }
        if self.dumb.borrow().contains(account) {
            self.unseen.borrow_mut().insert(account.clone());
            return Err(Fault::After.error("PUT account"));
        }
        fault.map_or(Ok(()), |fault| Err(fault.error("PUT account")))
    }
}

impl Platform for FakePlatform {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn describe(&self, _: Remedy) -> Option<String> {
        Some("PUT account".into())
    }

    fn state(&self, account: &AccountId) -> Result<AccountState, PortError> {
        if let Some(fault) = self.fault() {
            return Err(fault.error("GET account"));
        }
        asked_to_wait("GET account", &self.slow_look)?;
        let call = self.calls.get() - 1;
        if self.falls_silent.get().is_some_and(|number| call >= number) {
            self.falls_silent.set(None);
            self.silent.borrow_mut().insert(account.clone());
        }
        if self.silent.borrow().contains(account) {
            return Err(Fault::Before.error("GET account"));
        }
        if self.unseen.borrow().contains(account) {
            return Err(Fault::Server.error("GET account"));
        }
        self.accounts
            .borrow()
            .get(account)
            .cloned()
            .ok_or_else(|| PortError {
                request: "GET account".into(),
                kind: PortErrorKind::NotFound("no such account".into()),
                effect: Effect::None,
            })
    }

    fn supports(&self, _: Remedy) -> bool {
        true
    }

    fn irreversible(&self, remedy: Remedy) -> Option<String> {
        (remedy == Remedy::Secure).then(|| "its sessions stay ended".into())
    }

    fn pace(&self) -> Pace {
        self.pace.get()
    }

    fn profile(&self, account: &AccountId) -> Result<Profile, PortError> {
        Ok(Profile {
            held: Some(format!("{{\"id\":\"{account}\"}}")),
            ..Profile::default()
        })
    }

    fn in_effect(
        &self,
        account: &AccountId,
        remedy: Remedy,
        now: &AccountState,
    ) -> Result<bool, PortError> {
        Ok(match remedy {
            Remedy::Secure => self.secured.borrow().contains_key(account),
            _ => remedy.leads_to() == Some(now.status),
        })
    }

    fn expected(&self, prior: &AccountState, remedy: Remedy) -> AccountState {
        with(prior, remedy)
    }

    fn apply(
        &self,
        account: &AccountId,
        remedy: Remedy,
        _: &OperationKey,
    ) -> Result<(), PortError> {
        let now = self.accounts.borrow().get(account).cloned();
        let now = now.expect("tests act on accounts that exist");
        asked_to_wait("PUT account", &self.slow_down)?;
        self.together();
        let changed = self.change(account, with(&now, remedy));
        self.at_once.add(usize::MAX);
        if changed.is_ok() && remedy == Remedy::Secure {
            *self
                .secured
                .borrow_mut()
                .entry(account.clone())
                .or_default() += 1;
        }
        changed
    }

    fn restore(
        &self,
        account: &AccountId,
        prior: &AccountState,
        _: &OperationKey,
    ) -> Result<(), PortError> {
        self.change(account, prior.clone())
    }
}

/// A channel in memory.
pub(crate) struct FakeChannel {
    pub(crate) named: &'static str,
    pub(crate) pace: Cell<Pace>,
    /// How fast each lane may be used; `None` where there are no lanes.
    pub(crate) lanes: Cell<Option<Pace>>,
    /// How many hand-overs were under way at the same time, and the most there ever were.
    pub(crate) at_once: Cell<usize>,
    pub(crate) most_at_once: Cell<usize>,
    pub(crate) slow_down: Cell<Option<Duration>>,
    /// Whether it needs a mail address, or knows people by their account.
    pub(crate) goes_to_address: bool,
    /// Whether every later call fails as well.
    pub(crate) stays: Cell<bool>,
    pub(crate) keeps_record: bool,
    pub(crate) delivered: RefCell<Vec<(OperationKey, OutgoingNotice)>>,
    pub(crate) calls: Cell<usize>,
    pub(crate) fault: Cell<Option<(usize, Fault)>>,
    pub(crate) refuses: RefCell<BTreeSet<AccountId>>,
}

impl FakeChannel {
    pub(crate) fn new(keeps_record: bool) -> Self {
        Self {
            named: "letters",
            pace: Cell::new(Pace::default()),
            lanes: Cell::new(None),
            at_once: Cell::new(0),
            most_at_once: Cell::new(0),
            slow_down: Cell::new(None),
            goes_to_address: true,
            stays: Cell::new(false),
            keeps_record,
            delivered: RefCell::default(),
            calls: Cell::new(0),
            fault: Cell::new(None),
            refuses: RefCell::default(),
        }
    }

    /// How many notices each person got.
    pub(crate) fn got(&self) -> BTreeMap<String, usize> {
        let mut got = BTreeMap::new();
        for (_, notice) in self.delivered.borrow().iter() {
            *got.entry(notice.account.to_string()).or_default() += 1;
        }
        got
    }
}

impl Channel for FakeChannel {
    fn name(&self) -> &'static str {
        self.named
    }

    fn pace(&self) -> Pace {
        self.pace.get()
    }

    fn goes_to_address(&self) -> bool {
        self.goes_to_address
    }

    fn lane(&self, notice: &OutgoingNotice) -> Lane {
        let domain = notice
            .email
            .as_ref()
            .and_then(|email| email.expose().split('@').nth(1));
        Lane {
            name: domain.unwrap_or_default().to_owned(),
            pace: self.lanes.get(),
        }
    }

    fn look_up(&self, _: &OutgoingNotice, key: &OperationKey) -> Result<LookUp, PortError> {
        if !self.keeps_record {
            return Ok(LookUp::CannotTell);
        }
        let delivered = self.delivered.borrow();
        let known = delivered.iter().position(|(known, _)| known == key);
        Ok(known.map_or(LookUp::NotThere, |number| {
            LookUp::Arrived(Receipt {
                reference: format!("found-{number}"),
            })
        }))
    }

    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        let call = self.calls.add(1) - 1;
        if let Some(wait) = self.slow_down.replace(None) {
            return Err(SendError::NotSent(PortError {
                request: "POST notice".into(),
                kind: PortErrorKind::RateLimited {
                    retry_after: Some(wait),
                },
                effect: Effect::None,
            }));
        }
        let now = self.at_once.add(1);
        self.most_at_once.set(self.most_at_once.get().max(now));
        for _ in 0..self.pace.get().at_once * 20 {
            std::thread::yield_now();
        }
        self.at_once.add(usize::MAX);
        let fault = self
            .fault
            .get()
            .filter(|(number, _)| *number == call || (self.stays.get() && *number < call))
            .map(|(_, fault)| fault);
        if self.refuses.borrow().contains(&notice.account) {
            return Err(SendError::Undeliverable("no such mailbox".into()));
        }
        match fault {
            Some(fault @ (Fault::Before | Fault::Server)) => {
                return Err(SendError::NotSent(fault.error("POST notice")));
            }
            Some(Fault::After) | None => {}
        }
        let mut delivered = self.delivered.borrow_mut();
        delivered.push((key.clone(), notice.clone()));
        match fault {
            Some(fault) => Err(SendError::InDoubt(fault.error("POST notice"))),
            None => Ok(Receipt {
                reference: format!("letter-{call}"),
            }),
        }
    }
}

/// Time that passes when somebody waits, and only then.
pub(crate) struct Ticker(Cell<Timestamp>);

impl Ticker {
    pub(crate) fn at(now: Timestamp) -> Self {
        Self(Cell::new(now))
    }
}

impl Clock for Ticker {
    fn now(&self) -> Timestamp {
        self.0.get()
    }
}

impl Pause for Ticker {
    fn pause(&self, duration: Duration) {
        self.0.set(self.0.get() + duration);
    }
}

/// No evidence outside the store.
pub(crate) struct Nothing;

impl Evidence for Nothing {
    fn gather(&self, _: &[Finding], _: &mut dyn FnMut(usize, Exhibit)) -> Result<(), SinkError> {
        Ok(())
    }
}

/// Always takes the last of what is left: an order that is neither sorted nor random.
pub(crate) struct LastFirst;

impl Chance for LastFirst {
    fn below(&mut self, _: usize) -> usize {
        0
    }
}
