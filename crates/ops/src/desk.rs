//! Where somebody works: the store, the clock, and who they are.

use avert_model::{Clock, Timestamp};

use crate::people::{Actor, People};
use crate::ports::Pause;
use crate::store::Store;

/// Everything an act needs besides its own subject. Every change of the store goes through one, so
/// that none is without a name and a time.
pub struct Desk<'a> {
    /// Where it is written down.
    pub store: &'a mut Store,
    /// What time it is.
    pub clock: &'a dyn Clock,
    /// Lets time pass.
    pub pause: &'a dyn Pause,
    /// Who acts.
    pub actor: &'a Actor,
    /// Everybody the configuration knows: a yes counts only while its giver may still give it.
    pub people: &'a People,
}

impl Desk<'_> {
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
