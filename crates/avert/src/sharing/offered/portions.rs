//! How much is judged at once.

use avert_ops::sharing::{self, Applied};
use avert_ops::store::Store;

use super::{Settled, Settling};
use crate::failure::Failure;

/// How long the texts are that are judged together, in bytes, beside those of the first object.
const TOGETHER_LENGTH: u64 = 32 << 20;

impl Settling<'_> {
    /// Judges what somebody offers, in portions of which none is longer than there is room for: how they are divided
    /// follows from what that one brought.
    pub(super) fn batch(
        &mut self,
        store: &mut Store,
        (by, ids): (&str, &[String]),
        settled: &mut Settled,
    ) -> Result<Applied, Failure> {
        let brought = sharing::brought(store, by, ids)?;
        let length = |id: &String| brought.get(id).map_or(0, |brought| brought.length);
        let mut all = Applied::default();
        let mut rest = ids;
        while !rest.is_empty() {
            let mut room = TOGETHER_LENGTH;
            let more = rest.iter().skip(1).take_while(|id| {
                let fits = length(id) <= room;
                room = room.saturating_sub(length(id));
                fits
            });
            let (portion, left) = rest.split_at(1 + more.count());
            rest = left;
            let applied = self.portion(store, portion, settled)?;
            all.appeared.extend(applied.appeared);
            all.vanished.extend(applied.vanished);
            all.withheld.extend(applied.withheld);
        }
        Ok(all)
    }
}
