//! The trial passes what keeps its promises, and names what does not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use avert_model::{AccountStatus, Email};

use super::*;
use crate::ports::{
    AccountState, Channel, Effect, LookUp, OperationKey, OutgoingNotice, Platform, PortError,
    PortErrorKind, Receipt, Remedy, SendError,
};

struct AtOnce;

impl Pause for AtOnce {
    fn pause(&self, _: Duration) {}
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    None,
    MakesWhomItDoesNotFind,
    ForgetsASwitch,
    NamesTheAccount,
    CannotSayWhatWasRefused,
    RefusesToRepeat,
    LosesInSilence,
    DescribesWatching,
    ChangesByReading,
    TurnsTheOtherSwitchBack,
    TakesWhatItDoesNotSupport,
}

/// An account: disabled, restricted.
type Switches = (bool, bool);

struct Town {
    fault: Fault,
    accounts: Mutex<BTreeMap<AccountId, Switches>>,
    keys: Mutex<BTreeSet<OperationKey>>,
}

impl Town {
    fn with(fault: Fault) -> Self {
        Self {
            fault,
            accounts: Mutex::new([("scratch".into(), (false, false))].into()),
            keys: Mutex::default(),
        }
    }

    fn find(&self, account: &AccountId) -> Result<Switches, PortError> {
        let found = self.accounts.lock().unwrap().get(account).copied();
        found.ok_or_else(|| PortError {
            request: "find".into(),
            kind: PortErrorKind::NotFound(match self.fault {
                Fault::NamesTheAccount => format!("there is no {account}"),
                _ => "no such account".into(),
            }),
            effect: match self.fault {
                Fault::CannotSayWhatWasRefused => Effect::Unknown,
                _ => Effect::None,
            },
        })
    }

    fn set(&self, account: &AccountId, to: Switches) {
        self.accounts.lock().unwrap().insert(account.clone(), to);
    }
}

fn state((disabled, restricted): Switches) -> AccountState {
    AccountState {
        status: match (disabled, restricted) {
            (true, _) => AccountStatus::Disabled,
            (_, true) => AccountStatus::Restricted,
            _ => AccountStatus::Active,
        },
        switches: [
            ("disabled".to_owned(), disabled),
            ("restricted".to_owned(), restricted),
        ]
        .into(),
    }
}

fn with(state: &AccountState, remedy: Remedy) -> Switches {
    (
        state.switches["disabled"] || remedy == Remedy::Disable,
        state.switches["restricted"] || remedy == Remedy::Restrict,
    )
}

impl Platform for Town {
    fn name(&self) -> &'static str {
        "town"
    }

    fn describe(&self, remedy: Remedy) -> Option<String> {
        let all = self.fault == Fault::DescribesWatching;
        ((remedy.acts() && self.supports(remedy)) || all).then(|| format!("{remedy:?}"))
    }

    fn supports(&self, remedy: Remedy) -> bool {
        remedy != Remedy::Secure || self.fault == Fault::LosesInSilence
    }

    fn pace(&self) -> Pace {
        Pace {
            at_once: 4,
            per_second: Some(100.0),
        }
    }

    fn state(&self, account: &AccountId) -> Result<AccountState, PortError> {
        let now = self.find(account)?;
        if self.fault == Fault::ChangesByReading {
            self.set(account, (now.0, !now.1));
        }
        Ok(state(now))
    }

    fn expected(&self, prior: &AccountState, remedy: Remedy) -> AccountState {
        state(with(prior, remedy))
    }

    fn apply(
        &self,
        account: &AccountId,
        remedy: Remedy,
        key: &OperationKey,
    ) -> Result<(), PortError> {
        if self.fault == Fault::MakesWhomItDoesNotFind && self.find(account).is_err() {
            self.set(account, (false, false));
        }
        let now = self.find(account)?;
        let refusal = |kind: &str| {
            Err(PortError {
                request: "apply".into(),
                kind: PortErrorKind::Local(kind.into()),
                effect: Effect::None,
            })
        };
        if !self.supports(remedy) && self.fault != Fault::TakesWhatItDoesNotSupport {
            return refusal("that is not supported");
        }
        let new = self.keys.lock().unwrap().insert(key.clone());
        if self.fault == Fault::RefusesToRepeat && !new {
            return refusal("that was done");
        }
        let mut to = with(&state(now), remedy);
        if self.fault == Fault::TurnsTheOtherSwitchBack && remedy == Remedy::Disable {
            to.1 = false;
        }
        self.set(account, to);
        Ok(())
    }

    fn restore(
        &self,
        account: &AccountId,
        prior: &AccountState,
        _: &OperationKey,
    ) -> Result<(), PortError> {
        let now = self.find(account)?;
        let mut to = with(prior, Remedy::Watch);
        if self.fault == Fault::ForgetsASwitch {
            to.1 = now.1;
        }
        self.set(account, to);
        Ok(())
    }
}

fn broken(fault: Fault) -> BTreeSet<&'static str> {
    let scratch = Scratch {
        account: &"scratch".into(),
        unknown: &"nobody-at-all".into(),
        run: "trial",
        secrets: &[],
        pause: &AtOnce,
    };
    let violations = platform(&Town::with(fault), &scratch);
    violations.into_iter().map(|each| each.rule).collect()
}

#[test]
fn a_platform_that_keeps_its_promises_passes() {
    assert_eq!(broken(Fault::None), BTreeSet::new());
}

#[test]
fn every_promise_that_is_not_kept_is_named() {
    for (fault, rule) in [
        (
            Fault::MakesWhomItDoesNotFind,
            "an account that does not exist is not found",
        ),
        (Fault::ForgetsASwitch, "what was read is put back exactly"),
        (
            Fault::NamesTheAccount,
            "errors name neither the account nor a secret",
        ),
        (
            Fault::CannotSayWhatWasRefused,
            "nothing can have happened to an account that does not exist",
        ),
        (Fault::RefusesToRepeat, "applying again finds the work done"),
        (
            Fault::LosesInSilence,
            "securing says what of it cannot be taken back",
        ),
        (
            Fault::DescribesWatching,
            "a remedy is described exactly when something is called for it",
        ),
        (
            Fault::ChangesByReading,
            "reading an account twice gives the same",
        ),
        (
            Fault::TurnsTheOtherSwitchBack,
            "two remedies show as they were expected together",
        ),
        (
            Fault::TakesWhatItDoesNotSupport,
            "a remedy that is not supported is refused",
        ),
    ] {
        let broken = broken(fault);
        assert!(broken.contains(rule), "{fault:?}: {broken:?}");
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Slip {
    None,
    KeepsNoKeys,
    SendsTwice,
    SaysItIsMissing,
    NamesTheAddress,
    SendsToNobody,
}

struct Post {
    slip: Slip,
    sent: Mutex<Vec<OperationKey>>,
}

impl Channel for Post {
    fn name(&self) -> &'static str {
        "post"
    }

    fn pace(&self) -> Pace {
        Pace {
            at_once: 3,
            per_second: None,
        }
    }

    fn look_up(&self, _: &OutgoingNotice, key: &OperationKey) -> Result<LookUp, PortError> {
        let there = self.sent.lock().unwrap().contains(key);
        Ok(match self.slip {
            Slip::KeepsNoKeys => LookUp::CannotTell,
            Slip::SaysItIsMissing => LookUp::NotThere,
            _ if there => LookUp::Arrived(Receipt {
                reference: key.to_string(),
            }),
            _ => LookUp::NotThere,
        })
    }

    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        let mut sent = self.sent.lock().unwrap();
        match &notice.email {
            Some(email) if self.slip == Slip::NamesTheAddress => {
                return Err(SendError::Undeliverable(email.expose().to_owned()));
            }
            None if self.slip != Slip::SendsToNobody => {
                return Err(SendError::NoAddress("there is no address".into()));
            }
            _ => {}
        }
        if self.slip == Slip::SendsTwice || !sent.contains(key) {
            sent.push(key.clone());
        }
        Ok(Receipt {
            reference: key.to_string(),
        })
    }
}

fn slipped(slip: Slip) -> BTreeSet<&'static str> {
    let post = Post {
        slip,
        sent: Mutex::default(),
    };
    let notice = OutgoingNotice {
        account: "person-7".into(),
        email: Some(Email::new("ann@example.org")),
        subject: "A notice".into(),
        body: "Calm words.\n".into(),
        language: "en".into(),
        right_to_left: false,
        case: "case-1".into(),
    };
    let nobody = OutgoingNotice {
        email: None,
        ..notice.clone()
    };
    let mailing = Mailing {
        notice: &notice,
        nobody: Some(&nobody),
        run: "run",
        arrived: &|| post.sent.lock().unwrap().len(),
        secrets: &[],
        pause: &AtOnce,
    };
    let violations = channel(&post, &mailing);
    violations.into_iter().map(|each| each.rule).collect()
}

#[test]
fn a_channel_that_keeps_its_promises_passes_with_keys_or_without() {
    assert_eq!(slipped(Slip::None), BTreeSet::new());
    assert_eq!(slipped(Slip::KeepsNoKeys), BTreeSet::new());
}

#[test]
fn a_channel_that_does_not_is_told_which() {
    for (slip, rule) in [
        (
            Slip::SendsTwice,
            "sent twice under one key, a notice arrives once",
        ),
        (
            Slip::SaysItIsMissing,
            "a notice that arrived is not said to be missing",
        ),
        (
            Slip::NamesTheAddress,
            "errors name neither the account nor a secret",
        ),
        (
            Slip::SendsToNobody,
            "somebody who cannot be told is said to be so",
        ),
    ] {
        let broken = slipped(slip);
        assert!(broken.contains(rule), "{slip:?}: {broken:?}");
    }
}
