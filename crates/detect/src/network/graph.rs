//! Who is bound to whom.

use crate::fusion::Bond;

/// The neighbours of every account, sorted by number.
pub(crate) struct Graph {
    ends: Vec<usize>,
    /// The neighbour, and the place of the bond in the list of bonds.
    neighbours: Vec<(u32, u32)>,
}

impl Graph {
    /// The graph of these bonds; they are sorted by accounts.
    pub(crate) fn new(bonds: &[Bond], accounts: usize) -> Self {
        let mut ends = vec![0_usize; accounts + 1];
        for bond in bonds {
            ends[bond.a as usize + 1] += 1;
            ends[bond.b as usize + 1] += 1;
        }
        for index in 1..ends.len() {
            ends[index] += ends[index - 1];
        }
        let mut next = ends.clone();
        let mut neighbours = vec![(0, 0); bonds.len() * 2];
        for (number, bond) in bonds.iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            for (one, other) in [(bond.a, bond.b), (bond.b, bond.a)] {
                neighbours[next[one as usize]] = (other, number);
                next[one as usize] += 1;
            }
        }
        let mut this = Self { ends, neighbours };
        for account in 0..accounts {
            let (from, to) = (this.ends[account], this.ends[account + 1]);
            this.neighbours[from..to].sort_unstable();
        }
        this
    }

    /// An account's neighbours and the places of the bonds to them.
    pub(crate) fn neighbours(&self, account: u32) -> &[(u32, u32)] {
        let account = account as usize;
        &self.neighbours[self.ends[account]..self.ends[account + 1]]
    }
}
