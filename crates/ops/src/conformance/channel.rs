//! The trial of a channel.

use std::thread;

use avert_model::Email;

use super::{BETWEEN_LOOKS, Found, LOOKS, Paced, Violation, threads, told};
use crate::ports::{Channel, LookUp, OperationKey, OutgoingNotice, Pause, Receipt, SendError};

/// What a channel is tried with.
#[derive(Clone, Copy)]
pub struct Mailing<'a> {
    /// A notice for somebody who can be told.
    pub notice: &'a OutgoingNotice,
    /// A notice for somebody who certainly cannot be, where the channel can know that.
    pub nobody: Option<&'a OutgoingNotice>,
    /// Tells the trials of one channel apart: keys are kept, some for ever.
    pub run: &'a str,
    /// How many notices have arrived, seen from outside: a folder's files, a server's list.
    pub arrived: &'a dyn Fn() -> usize,
    /// What no error may show: tokens, addresses.
    pub secrets: &'a [&'a str],
    /// Lets time pass between requests, as the pace asks, and until a notice is there.
    pub pause: &'a dyn Pause,
}

/// Tries everything that [`Channel`] promises and says what was not kept. It sends two notices and,
/// where the pace allows several threads, one more for each of them.
///
/// A channel without keys, whose [`Channel::look_up`] cannot tell even of a notice that has just
/// arrived, is not handed anything twice: nobody would do that to it.
#[must_use = "what was not kept is what it returns"]
pub fn channel(channel: &dyn Channel, mailing: &Mailing<'_>) -> Vec<Violation> {
    let mut trial = Trial {
        channel,
        mailing,
        paced: Paced::new(mailing.pause, channel.pace(), 1),
        before: (mailing.arrived)(),
        found: Found::default(),
    };
    trial.found.hold(
        !channel.name().is_empty() && channel.pace().at_once >= 1,
        "the channel has a name and a pace",
        || format!("'{}', {:?}", channel.name(), channel.pace()),
    );
    trial.not_there();
    trial.once();
    trial.another();
    trial.at_once();
    trial.nobody();
    trial.found.0
}

struct Trial<'a> {
    channel: &'a dyn Channel,
    mailing: &'a Mailing<'a>,
    paced: Paced<'a>,
    before: usize,
    found: Found,
}

impl Trial<'_> {
    fn key(&self, part: &str) -> OperationKey {
        OperationKey::new(self.mailing.run, part, self.mailing.notice.account.as_str())
    }

    fn send(&mut self, key: &OperationKey, rule: &'static str) -> Option<Receipt> {
        let notice = self.mailing.notice;
        let sent = self.paced.ask(|| self.channel.send(notice, key));
        if let Err(error) = &sent {
            self.discreet(error, notice);
        }
        self.found.well(sent, rule)
    }

    fn look_up(&mut self, key: &OperationKey) -> Option<LookUp> {
        let notice = self.mailing.notice;
        let told = self.paced.ask(|| self.channel.look_up(notice, key));
        if let Err(error) = &told {
            self.discreet(error, notice);
        }
        self.found.well(told, "a notice can be looked up")
    }

    /// Waits until so many notices are there, and no more.
    fn arrived(&mut self, expected: usize, rule: &'static str) {
        let mut count = 0;
        for look in 0..LOOKS {
            if look > 0 {
                self.mailing.pause.pause(BETWEEN_LOOKS);
            }
            count = (self.mailing.arrived)() - self.before;
            if count == expected {
                return;
            }
        }
        self.found
            .say(rule, format!("{count} where {expected} were expected"));
    }

    fn not_there(&mut self) {
        let key = self.key("never sent");
        if let Some(LookUp::Arrived(receipt)) = self.look_up(&key) {
            self.found.say(
                "a notice that was not sent has not arrived",
                receipt.reference,
            );
        }
        self.arrived(0, "looking up sends nothing");
    }

    fn once(&mut self) {
        let key = self.key("first");
        let Some(receipt) = self.send(&key, "a notice can be sent") else {
            return;
        };
        self.found.hold(
            !receipt.reference.is_empty(),
            "a receipt says by what name the channel has the notice",
            String::new,
        );
        self.arrived(1, "a notice that was sent arrives");
        match self.look_up(&key) {
            Some(LookUp::Arrived(found)) => {
                self.found.hold(
                    found == receipt,
                    "looking up gives the receipt that sending gave",
                    || format!("{found:?}, not {receipt:?}"),
                );
                let again = self.send(&key, "sending again finds the work done");
                self.found.hold(
                    again.as_ref() == Some(&receipt),
                    "sending again gives the same receipt",
                    || format!("{again:?}, not {receipt:?}"),
                );
                self.arrived(1, "sent twice under one key, a notice arrives once");
            }
            Some(LookUp::NotThere) => self.found.say(
                "a notice that arrived is not said to be missing",
                "look_up says NotThere",
            ),
            Some(LookUp::CannotTell) | None => {}
        }
    }

    fn another(&mut self) {
        let key = self.key("second");
        if self.send(&key, "a second notice can be sent").is_some() {
            self.arrived(2, "another key is another notice");
        }
    }

    fn at_once(&mut self) {
        let (channel, notice, pause) = (self.channel, self.mailing.notice, self.mailing.pause);
        let pace = channel.pace();
        let count = threads(pace);
        if count < 2 {
            return;
        }
        let keys: Vec<OperationKey> = (0..count)
            .map(|each| self.key(&format!("thread {each}")))
            .collect();
        let sent: Vec<Result<Receipt, SendError>> = thread::scope(|scope| {
            let running: Vec<_> = keys
                .iter()
                .map(|key| {
                    scope.spawn(move || {
                        Paced::new(pause, pace, count).ask(|| channel.send(notice, key))
                    })
                })
                .collect();
            let ended = running.into_iter().map(thread::ScopedJoinHandle::join);
            ended
                .map(|ended| ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        for each in sent {
            self.found.well(
                each,
                "it may be handed notices from several threads at once",
            );
        }
        self.arrived(2 + count, "each notice of several threads arrives once");
    }

    fn nobody(&mut self) {
        let Some(nobody) = self.mailing.nobody else {
            return;
        };
        let before = (self.mailing.arrived)();
        let key = self.key("nobody");
        match self.paced.ask(|| self.channel.send(nobody, &key)) {
            Err(error @ (SendError::NoAddress(_) | SendError::Undeliverable(_))) => {
                self.discreet(&error, nobody);
            }
            Err(error) => {
                self.found
                    .say("somebody who cannot be told is said to be so", told(&error));
                self.discreet(&error, nobody);
            }
            Ok(receipt) => self.found.say(
                "somebody who cannot be told is said to be so",
                format!("a receipt, {}", receipt.reference),
            ),
        }
        let after = (self.mailing.arrived)();
        self.found.hold(
            before == after,
            "nothing is delivered for somebody who cannot be told",
            || format!("{} more", after - before),
        );
    }

    fn discreet(&mut self, error: &(dyn std::error::Error + 'static), notice: &OutgoingNotice) {
        let mut hidden = vec![notice.account.as_str()];
        hidden.extend(notice.email.as_ref().map(Email::expose));
        hidden.extend(self.mailing.secrets);
        self.found.discreet(error, &hidden);
    }
}
