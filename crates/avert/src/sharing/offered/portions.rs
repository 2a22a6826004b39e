//! How much is judged at once.

use std::collections::BTreeMap;

use avert_ops::sharing::{self, Applied};
use avert_ops::store::Store;

use super::{Settled, Settling};
use crate::failure::Failure;

/// How long the texts are that are judged together, in bytes, beside those of the first object.
const TOGETHER_LENGTH: u64 = 32 << 20;

/// How long the texts are that somebody brought under some ids, in bytes.
#[derive(Debug, Default)]
pub(crate) struct Lengths {
    /// Who brought them.
    pub(crate) by: String,
    /// By their ids.
    pub(crate) of: BTreeMap<String, u64>,
}

impl Settling<'_> {
    /// Knowing how long the texts are that somebody brought, which is not looked up then.
    pub(crate) fn knowing(self, lengths: Lengths) -> Self {
        Self { lengths, ..self }
    }

    /// With fewer objects judged together, so that few objects show what many do.
    #[cfg(test)]
    pub(crate) fn in_portions_of(self, together: usize) -> Self {
        Self { together, ..self }
    }

    /// Judges what somebody offers, in portions of which none is longer than there is room for: how they are divided
    /// follows from what that one brought.
    pub(super) fn batch(
        &mut self,
        store: &mut Store,
        (by, ids): (&str, &[String]),
        settled: &mut Settled,
    ) -> Result<Applied, Failure> {
        let known = (self.lengths.by == by).then_some(&self.lengths.of);
        let known = |id: &String| known.and_then(|of| of.get(id)).copied();
        let unknown: Vec<String> = ids
            .iter()
            .filter(|id| known(id).is_none())
            .cloned()
            .collect();
        let brought = sharing::brought(store, by, &unknown)?;
        let lengths: Vec<u64> = ids
            .iter()
            .map(|id| {
                let looked_up = || brought.get(id).map_or(0, |brought| brought.length);
                known(id).unwrap_or_else(looked_up)
            })
            .collect();
        let mut all = Applied::default();
        let (mut rest, mut lengths) = (ids, &lengths[..]);
        while !rest.is_empty() {
            let mut room = TOGETHER_LENGTH;
            let more = lengths.iter().skip(1).take_while(|length| {
                let fits = **length <= room;
                room = room.saturating_sub(**length);
                fits
            });
            let many = 1 + more.count();
            let (portion, left) = rest.split_at(many);
            (rest, lengths) = (left, &lengths[many..]);
            let applied = self.portion(store, portion, settled)?;
            all.appeared.extend(applied.appeared);
            all.vanished.extend(applied.vanished);
            all.withheld.extend(applied.withheld);
        }
        Ok(all)
    }
}
