//! The trial of a platform.

use std::thread;

use super::{BETWEEN_LOOKS, Found, LOOKS, Paced, Scratch, Violation, threads, told};
use crate::ports::{
    AccountState, Effect, OperationKey, Platform, PortError, PortErrorKind, Profile, Remedy,
};

/// Tries everything that [`Platform`] promises, for every remedy the platform supports, and says what
/// was not kept. The scratch account is left as it was found, unless a violation says otherwise; what
/// [`Platform::irreversible`] names is not brought back.
///
/// Cost: some fifty requests for each remedy, at the platform's own pace.
#[must_use = "what was not kept is what it returns"]
pub fn platform(platform: &dyn Platform, scratch: &Scratch<'_>) -> Vec<Violation> {
    let mut trial = Trial {
        platform,
        scratch,
        paced: Paced::new(scratch.pause, platform.pace(), 1),
        operations: 0,
        found: Found::default(),
    };
    trial.words();
    if let Some(prior) = trial.reading() {
        for remedy in Remedy::ALL {
            if platform.supports(remedy) {
                trial.there_and_back(remedy, &prior);
            } else {
                trial.refused(remedy, &prior);
            }
        }
        trial.combined(&prior);
        trial.at_once(&prior);
        trial.nobody();
        trial.is(&prior, "the scratch account is as it was at the end");
    }
    trial.found.0
}

struct Trial<'a> {
    platform: &'a dyn Platform,
    scratch: &'a Scratch<'a>,
    paced: Paced<'a>,
    operations: usize,
    found: Found,
}

impl Trial<'_> {
    /// A new operation: a platform that keeps keys takes one under an old key for done.
    fn key(&mut self) -> OperationKey {
        self.operations += 1;
        let part = self.operations.to_string();
        OperationKey::new(self.scratch.run, &part, self.scratch.account.as_str())
    }

    fn state(&self) -> Result<AccountState, PortError> {
        let account = self.scratch.account;
        self.paced.ask(|| self.platform.state(account))
    }

    fn apply(&mut self, remedy: Remedy, key: &OperationKey, rule: &'static str) -> bool {
        let account = self.scratch.account;
        let applied = self.paced.ask(|| self.platform.apply(account, remedy, key));
        self.found.well(applied, rule).is_some()
    }

    fn restore(&mut self, prior: &AccountState, key: &OperationKey, rule: &'static str) -> bool {
        let account = self.scratch.account;
        let restored = self
            .paced
            .ask(|| self.platform.restore(account, prior, key));
        self.found.well(restored, rule).is_some()
    }

    /// Waits until the account is as it should be: an effect may take a moment to be seen.
    fn is(&mut self, expected: &AccountState, rule: &'static str) {
        let mut seen = String::new();
        for look in 0..LOOKS {
            if look > 0 {
                self.scratch.pause.pause(BETWEEN_LOOKS);
            }
            match self.state() {
                Ok(now) if same(&now, expected) => return,
                Ok(now) => seen = format!("{now:?} where {expected:?} was expected"),
                Err(error) => seen = told(&error),
            }
        }
        self.found.say(rule, seen);
    }

    /// The account is as it was: nothing was done that would have to be waited for.
    fn still(&mut self, prior: &AccountState, rule: &'static str) {
        let read = self.state();
        if let Some(now) = self.found.well(read, rule) {
            self.found.hold(same(&now, prior), rule, || {
                format!("{now:?} after {prior:?}")
            });
        }
    }

    fn in_effect(&mut self, remedy: Remedy, rule: &'static str) {
        let account = self.scratch.account;
        let mut seen = "it says that it is not".to_owned();
        for look in 0..LOOKS {
            if look > 0 {
                self.scratch.pause.pause(BETWEEN_LOOKS);
            }
            let asked = self.state().and_then(|now| {
                self.paced
                    .ask(|| self.platform.in_effect(account, remedy, &now))
            });
            match asked {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => seen = told(&error),
            }
        }
        self.found.say(rule, seen);
    }

    /// What it says of itself hangs together.
    fn words(&mut self) {
        let platform = self.platform;
        let found = &mut self.found;
        found.hold(
            !platform.name().is_empty(),
            "the platform has a name",
            String::new,
        );
        found.hold(
            platform.pace().at_once >= 1,
            "at least one request may be open",
            || format!("{:?}", platform.pace()),
        );
        found.hold(
            platform.supports(Remedy::Watch),
            "every platform can watch",
            String::new,
        );
        for remedy in Remedy::ALL {
            let (described, lost) = (platform.describe(remedy), platform.irreversible(remedy));
            found.hold(
                described.is_some() == (platform.supports(remedy) && remedy.acts()),
                "a remedy is described exactly when something is called for it",
                || format!("{}: {described:?}", remedy.as_str()),
            );
            found.hold(
                lost.is_none() || (platform.supports(remedy) && remedy.acts()),
                "what calls nothing loses nothing",
                || format!("{}: {lost:?}", remedy.as_str()),
            );
            found.hold(
                lost.is_some() || remedy != Remedy::Secure || !platform.supports(remedy),
                "securing says what of it cannot be taken back",
                || "it names nothing".into(),
            );
            let empty = |text: &Option<String>| text.as_ref().is_some_and(|t| t.trim().is_empty());
            found.hold(
                !empty(&described) && !empty(&lost),
                "what is said for people is not empty",
                || remedy.as_str().into(),
            );
        }
    }

    /// Reading has no effect; gives how the account is.
    fn reading(&mut self) -> Option<AccountState> {
        let read = self.state();
        let prior = self.found.well(read, "an account can be read")?;
        self.still(&prior, "reading an account twice gives the same");
        let account = self.scratch.account;
        let profile = self.paced.ask(|| self.platform.profile(account));
        self.found.well(profile, "an account's profile can be read");
        for remedy in Remedy::ALL {
            let expected = self.platform.expected(&prior, remedy);
            let twice = self.platform.expected(&expected, remedy);
            self.found.hold(
                expected == twice,
                "what is expected of a remedy is the same once it is in effect",
                || format!("{}: {expected:?}, then {twice:?}", remedy.as_str()),
            );
            let told = self
                .paced
                .ask(|| self.platform.in_effect(account, remedy, &prior));
            self.found
                .well(told, "asking whether a remedy is in effect works");
        }
        self.still(&prior, "neither the profile nor asking has an effect");
        Some(prior)
    }

    fn there_and_back(&mut self, remedy: Remedy, prior: &AccountState) {
        let expected = self.platform.expected(prior, remedy);
        self.found.hold(
            remedy != Remedy::Watch || expected == *prior,
            "watching changes nothing",
            || format!("{expected:?}"),
        );
        if let Some(status) = remedy.leads_to() {
            self.found.hold(
                expected.status >= status,
                "a remedy leads at least to its status",
                || format!("{}: {expected:?}", remedy.as_str()),
            );
        }
        let key = self.key();
        if self.apply(remedy, &key, "a supported remedy can be applied") {
            self.is(&expected, "an applied remedy shows as it was expected");
            self.in_effect(remedy, "an applied remedy is in effect");
            self.apply(remedy, &key, "applying again finds the work done");
            self.is(&expected, "applying again changes nothing");
            self.in_effect(remedy, "applied again, a remedy is in effect");
        }
        let key = self.key();
        if self.restore(prior, &key, "what was applied can be restored") {
            self.is(prior, "what was read is put back exactly");
            self.restore(prior, &key, "restoring again finds the work done");
            self.is(prior, "restoring again changes nothing");
        }
    }

    /// What is not supported is refused, and nothing happens.
    fn refused(&mut self, remedy: Remedy, prior: &AccountState) {
        let key = self.key();
        let account = self.scratch.account;
        let applied = self
            .paced
            .ask(|| self.platform.apply(account, remedy, &key));
        match applied {
            Ok(()) => self.found.say(
                "a remedy that is not supported is refused",
                format!("{} was taken", remedy.as_str()),
            ),
            Err(error) => {
                self.found.hold(
                    error.effect == Effect::None,
                    "a refusal has had no effect",
                    || told(&error),
                );
                self.discreet(&error);
            }
        }
        self.is(prior, "a refused remedy changes nothing");
    }

    /// Two switches at a time, taken back one at a time.
    fn combined(&mut self, prior: &AccountState) {
        let [first, second] = [Remedy::Restrict, Remedy::Disable];
        if !self.platform.supports(first) || !self.platform.supports(second) {
            return;
        }
        let one = self.platform.expected(prior, first);
        let both = self.platform.expected(&one, second);
        let mut key = self.key();
        self.apply(first, &key, "a supported remedy can be applied");
        self.is(&one, "an applied remedy shows as it was expected");
        key = self.key();
        self.apply(second, &key, "a second remedy can be applied to an account");
        self.is(&both, "two remedies show as they were expected together");
        key = self.key();
        self.restore(&one, &key, "the second of two remedies can be restored");
        self.is(&one, "taking back the second leaves the first in effect");
        key = self.key();
        self.apply(second, &key, "a remedy taken back can be applied again");
        self.is(&both, "two remedies show as they were expected together");
        key = self.key();
        self.restore(prior, &key, "two remedies can be restored at once");
        self.is(prior, "both switches are put back exactly");
    }

    /// Several threads find the same, as many as the pace allows.
    fn at_once(&mut self, prior: &AccountState) {
        let Some(remedy) = [Remedy::Disable, Remedy::Restrict]
            .into_iter()
            .find(|remedy| self.platform.supports(*remedy))
        else {
            return;
        };
        let expected = self.platform.expected(prior, remedy);
        let key = self.key();
        if !self.apply(remedy, &key, "a supported remedy can be applied") {
            return;
        }
        self.is(&expected, "an applied remedy shows as it was expected");
        let (platform, account, pause) = (self.platform, self.scratch.account, self.scratch.pause);
        let pace = platform.pace();
        let count = threads(pace);
        let seen: Vec<Result<AccountState, PortError>> = thread::scope(|scope| {
            let each = || {
                let paced = Paced::new(pause, pace, count);
                paced.ask(|| platform.apply(account, remedy, &key))?;
                paced.ask(|| platform.profile(account))?;
                paced.ask(|| platform.state(account))
            };
            let running: Vec<_> = (0..count).map(|_| scope.spawn(each)).collect();
            let ended = running.into_iter().map(thread::ScopedJoinHandle::join);
            ended
                .map(|ended| ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        for each in seen {
            let rule = "it may be asked from several threads at once";
            if let Some(now) = self.found.well(each, rule) {
                self.found
                    .hold(same(&now, &expected), rule, || format!("{now:?}"));
            }
        }
        let key = self.key();
        self.restore(prior, &key, "what was applied can be restored");
        self.is(prior, "what was read is put back exactly");
    }

    /// An account that does not exist is not found, and is not made by asking.
    fn nobody(&mut self) {
        let (platform, unknown) = (self.platform, self.scratch.unknown);
        let key = self.key();
        let nothing = self.state().unwrap_or_else(|_| AccountState {
            status: avert_model::AccountStatus::Active,
            switches: std::collections::BTreeMap::new(),
        });
        let ask = |trial: &mut Self, what: &'static str, result: Result<(), PortError>| match result
        {
            Err(error) => {
                trial.found.hold(
                    matches!(error.kind, PortErrorKind::NotFound(_)),
                    "an account that does not exist is not found",
                    || format!("{what}: {}", told(&error)),
                );
                trial.found.hold(
                    error.effect == Effect::None,
                    "nothing can have happened to an account that does not exist",
                    || format!("{what}: {}", told(&error)),
                );
                trial.discreet(&error);
            }
            Ok(()) => trial.found.say(
                "an account that does not exist is not found",
                format!("{what} went well"),
            ),
        };
        let read = self.paced.ask(|| platform.state(unknown)).map(drop);
        ask(self, "state", read);
        for remedy in Remedy::ALL {
            if platform.supports(remedy) && remedy.acts() {
                let applied = self.paced.ask(|| platform.apply(unknown, remedy, &key));
                ask(self, "apply", applied);
                let read = self.paced.ask(|| platform.state(unknown)).map(drop);
                ask(self, "state after apply", read);
            }
        }
        let restored = self.paced.ask(|| platform.restore(unknown, &nothing, &key));
        ask(self, "restore", restored);
        let read = self.paced.ask(|| platform.state(unknown)).map(drop);
        ask(self, "state after restore", read);
        match self.paced.ask(|| platform.profile(unknown)) {
            Err(error) => ask(self, "profile", Err(error)),
            Ok(profile) => self.found.hold(
                profile == Profile::default(),
                "of an account that does not exist nothing is held",
                || "a profile with something in it".into(),
            ),
        }
    }

    fn discreet(&mut self, error: &PortError) {
        let mut hidden = vec![self.scratch.account.as_str(), self.scratch.unknown.as_str()];
        hidden.extend(self.scratch.secrets);
        self.found.discreet(error, &hidden);
    }
}

/// Equal byte for byte, as the digest of an approval sees it.
fn same(one: &AccountState, other: &AccountState) -> bool {
    serde_json::to_vec(one).ok() == serde_json::to_vec(other).ok()
}
