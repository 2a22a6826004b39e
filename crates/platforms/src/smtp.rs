//! Mail by SMTP, command by command, so that every failure says whether the mail may have left.
//!
//! Connections are kept open and used again. A mail is under way over one of them alone, so that no more
//! can be in doubt than there are connections.

mod failure;
mod pool;
mod session;

use std::path::Path;

use avert_model::{Clock, Timestamp};
use avert_ops::ports::{
    Channel, Lane, LookUp, OperationKey, OutgoingNotice, Pace, PortError, Receipt, SendError,
};

use crate::lanes::Lanes;
use crate::letter::{Letter, Sender};
use crate::settings::{SettingsError, SmtpSettings, pace};
use failure::without;
use pool::{Lent, Place, Pool};
use session::{Failed, Server, Session};

/// A mail server. It keeps no keys: a mail that may have left is never sent again by itself.
pub struct Smtp {
    name: String,
    sender: Sender,
    pace: Pace,
    lanes: Lanes,
    mails_per_connection: u32,
    server: Server,
    sessions: Pool<Session>,
    clock: Box<dyn Clock + Send + Sync>,
}

impl Smtp {
    /// Reads the settings and the password. Nothing is connected yet.
    pub fn open(
        name: &str,
        settings: &SmtpSettings,
        base: &Path,
        clock: Box<dyn Clock + Send + Sync>,
    ) -> Result<Self, SettingsError> {
        if settings.mails_per_connection == 0 {
            return Err(SettingsError::Value {
                key: "mails_per_connection",
                value: "0".into(),
                why: "must be at least 1".into(),
            });
        }
        let pace = pace(settings.at_once, settings.per_second)?;
        Ok(Self {
            name: name.to_owned(),
            sender: Sender::new(&settings.from, settings.return_path.as_deref())?,
            pace,
            lanes: Lanes::new(settings, pace)?,
            mails_per_connection: settings.mails_per_connection,
            server: Server::new(settings, base)?,
            sessions: Pool::new(pace.at_once),
            clock,
        })
    }

    /// Hands a letter over, by a connection that is open already if there is one.
    fn hand_over(&self, letter: &Letter, now: Timestamp) -> Result<(), SendError> {
        let Lent {
            place,
            used,
            expired,
        } = self.sessions.take(now);
        goodbye(expired);
        if let Some(mut session) = used {
            match session.hand_over(&self.server, letter) {
                // It had been closed while nobody looked. Nothing has left, so a new one may take it.
                Err(Failed::Lost(_)) => {}
                result => return self.settle(place, session, result),
            }
        }
        let mut session = self.server.connect()?;
        let result = session.hand_over(&self.server, letter);
        self.settle(place, session, result)
    }

    /// Keeps a connection only if the conversation over it ended cleanly.
    fn settle(
        &self,
        place: Place<'_, Session>,
        mut session: Session,
        result: Result<(), Failed>,
    ) -> Result<(), SendError> {
        let (sound, result) = match result {
            Ok(()) => (true, Ok(())),
            Err(Failed::Refused(error)) => (session.reset(), Err(error)),
            Err(Failed::Lost(error) | Failed::Ended(error)) => (false, Err(error)),
        };
        if sound && session.mails < self.mails_per_connection {
            place.give_back(session, self.clock.now());
        } else if sound {
            goodbye(vec![session]);
        }
        result
    }
}

impl Channel for Smtp {
    fn name(&self) -> &str {
        &self.name
    }

    fn goes_to_address(&self) -> bool {
        true
    }

    fn pace(&self) -> Pace {
        self.pace
    }

    fn lane(&self, notice: &OutgoingNotice) -> Lane {
        self.lanes.of(notice.email.as_ref())
    }

    /// A mail server keeps no record that this side could ask for.
    fn look_up(&self, _: &OutgoingNotice, _: &OperationKey) -> Result<LookUp, PortError> {
        Ok(LookUp::CannotTell)
    }

    fn send(&self, notice: &OutgoingNotice, key: &OperationKey) -> Result<Receipt, SendError> {
        let now = self.clock.now();
        let letter = self.sender.write(notice, key, now)?;
        let address = notice.email.as_ref().map_or("", |email| email.expose());
        self.hand_over(&letter, now)
            .map_err(|error| without(error, address))?;
        // What the server said may name the recipient; by the message's id its log is searched.
        Ok(Receipt {
            reference: self.sender.message_id(key),
        })
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        goodbye(self.sessions.drain());
    }
}

/// Ends conversations politely, until the server shows that nobody is listening.
fn goodbye(sessions: Vec<Session>) {
    sessions.into_iter().all(Session::quit);
}

#[cfg(test)]
mod tests;
