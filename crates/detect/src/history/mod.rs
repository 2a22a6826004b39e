//! Who knows whom, how that began, and how each account conducts itself.
//!
//! It observes and counts; what the counts mean is judged in [`crate::score`].

mod conduct;
mod places;
mod ties;

pub(crate) use conduct::{Conduct, Deeds};
pub(crate) use places::{AROUND, MOST_IN_ONE_PLACE, met};
pub(crate) use ties::{Approach, Begun, ROOTED, Tie, between, meant, relates, vouched};

use crate::input::World;

/// The approaches and the conduct of every account.
#[derive(Default)]
pub(crate) struct History {
    /// By account: whom it approached, in order of time.
    pub(crate) approaches: Vec<Vec<Approach>>,
    /// By account.
    pub(crate) conduct: Vec<Conduct>,
    /// Pairs of accounts that both acted towards each other, the lower first; sorted.
    pub(crate) friends: Vec<(u32, u32)>,
}

impl History {
    /// Reads it off the actions. Cost: O(actions log actions).
    pub(crate) fn new(world: &World) -> Self {
        let mut ties = ties::Ties::new(world);
        ties.find_approaches(world);
        let conduct = conduct::observe(world, &ties);
        let friends = ties.mutual();
        Self {
            approaches: ties.into_approaches(),
            conduct,
            friends,
        }
    }

    /// Whom an account approached of its own accord, in order of time.
    pub(crate) fn approaches(&self, account: u32) -> &[Approach] {
        let approaches = self.approaches.get(account as usize);
        approaches.map_or(&[], Vec::as_slice)
    }

    /// How an account conducts itself.
    pub(crate) fn conduct(&self, account: u32) -> &Conduct {
        &self.conduct[account as usize]
    }
}
