//! What workers are given, and what they bring.

use crate::ports::{Channel, LookUp, OperationKey, OutgoingNotice, PortError, Receipt, SendError};

/// What a worker is to do.
pub(super) struct Work {
    pub(super) index: usize,
    pub(super) via: usize,
    pub(super) outgoing: OutgoingNotice,
    pub(super) key: OperationKey,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Ask what became of a notice that may have left.
    LookUp,
    /// Hand over a notice that is claimed.
    Send,
}

/// What a worker brings.
pub(super) enum Brought {
    LookedUp(Result<LookUp, PortError>),
    Sent(Result<Receipt, SendError>),
}

impl Work {
    pub(super) fn carry_out(self, channels: &[&dyn Channel]) -> (usize, usize, Brought) {
        let Self {
            index,
            via,
            outgoing,
            key,
            kind,
        } = self;
        let channel = channels[via];
        let brought = match kind {
            Kind::LookUp => Brought::LookedUp(channel.look_up(&outgoing, &key)),
            Kind::Send => Brought::Sent(channel.send(&outgoing, &key)),
        };
        (index, via, brought)
    }
}
