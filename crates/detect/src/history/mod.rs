//! Who knows whom, how that began, and how each account conducts itself.
//!
//! It observes and counts; what the counts mean is judged in [`crate::score`].

mod conduct;
mod places;
mod ties;

pub(crate) use conduct::Conduct;
pub(crate) use ties::Approach;

use crate::input::World;

/// The relations and the conduct of every account.
pub(crate) struct History {
    ties: ties::Ties,
    conduct: Vec<Conduct>,
}

impl History {
    /// Reads it off the actions. Cost: O(actions log actions).
    pub(crate) fn new(world: &World) -> Self {
        let mut ties = ties::Ties::new(world);
        ties.find_approaches(world);
        let conduct = conduct::observe(world, &ties);
        Self { ties, conduct }
    }

    /// Whom an account approached of its own accord, in order of time.
    pub(crate) fn approaches(&self, account: u32) -> &[Approach] {
        self.ties.approaches(account)
    }

    /// How an account conducts itself.
    pub(crate) fn conduct(&self, account: u32) -> &Conduct {
        &self.conduct[account as usize]
    }
}
