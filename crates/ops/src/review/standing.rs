//! What has become of a yes since it was given. It can be used once and taken back, and the journal
//! says so: whoever writes an old yes back into the store has to rewrite the journal too, and every
//! checkpoint of it that others keep.

use avert_model::Timestamp;
use serde_json::Value;

use super::{ApprovalRecord, ReviewError};
use crate::store::{Connection, Store, StoreError, values};

/// The journal's last word on a plan or list, as far as it concerns permission.
pub(crate) struct Standing {
    /// The store's own name.
    store: String,
    /// The acts that give, use and end permission, newest first.
    acts: Vec<Act>,
}

struct Act {
    row: u64,
    at: String,
    by: String,
    what: String,
    detail: String,
}

impl Act {
    /// Whether it is the giving of this very yes.
    fn gave(&self, record: &ApprovalRecord) -> bool {
        let detail: Value = serde_json::from_str(&self.detail).unwrap_or_default();
        // A yes may be signed some time before it is taken; earlier versions took it at that moment.
        let given_at = detail["approved_at"].as_str().unwrap_or(&self.at);
        self.what.ends_with("/approve")
            && self.by == record.approved_by
            && given_at == record.approved_at.to_string()
            && detail["digest"] == record.digest.as_str()
    }
}

/// What permission is minted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// For the first time: nothing may have come after the yes.
    Begin,
    /// To carry on with what was begun and has not ended.
    GoOn,
    /// To try once more what failed of something that has ended.
    Retry,
}

impl Standing {
    /// Reads it. Cost: the journal's length.
    pub(crate) fn of(store: &Store, subject: &str) -> Result<Self, StoreError> {
        Self::read(store.read(), store.identity()?, subject)
    }

    /// The same within a transaction, in the store of this name.
    pub(crate) fn read(
        connection: &Connection,
        store: String,
        subject: &str,
    ) -> Result<Self, StoreError> {
        let rows = connection.rows(
            "read what became of an approval",
            "SELECT seq, at, actor, act, detail FROM journal WHERE subject = ?1 AND act IN \
             ('takedown/submit', 'takedown/edit', 'takedown/approve', 'takedown/reject', \
             'takedown/expire', 'takedown/execute', 'takedown/executed', 'takedown/retry', \
             'takedown/reverse', 'takedown/roll-back', 'notify/plan', 'notify/approve', \
             'notify/reject', 'notify/expire', 'notify/send', 'notify/give-up') ORDER BY seq DESC",
            &values![subject],
        )?;
        let acts = rows.iter().map(|row| {
            Ok(Act {
                row: row.count(0)?,
                at: row.text(1)?,
                by: row.text(2)?,
                what: row.text(3)?,
                detail: row.text(4)?,
            })
        });
        Ok(Self {
            store,
            acts: acts.collect::<Result<_, StoreError>>()?,
        })
    }

    /// The store's own name.
    pub(crate) fn store(&self) -> &str {
        &self.store
    }

    /// Refuses a yes that waited for its signature while something else became of what it is for. A
    /// signature is good for one yes: after a refusal it is not a yes once more.
    pub(super) fn not_since(&self, record: &ApprovalRecord) -> Result<(), ReviewError> {
        let is_later = |act: &&Act| {
            let at = act.at.parse::<Timestamp>();
            at.map_or(true, |at| at > record.approved_at) || act.gave(record)
        };
        match self.acts.iter().find(is_later) {
            None => Ok(()),
            Some(act) => Err(ReviewError::NotAsPrepared {
                why: format!(
                    "since it was prepared there was {} by {} (row {} of the journal)",
                    act.what, act.by, act.row
                ),
            }),
        }
    }

    /// The digest of what was begun last, as the journal has it.
    pub(crate) fn begun(store: &Store, subject: &str) -> Result<Option<String>, StoreError> {
        let found = store.read().row(
            "read what was begun",
            "SELECT detail FROM journal WHERE subject = ?1 AND act = 'takedown/execute' \
             ORDER BY seq DESC LIMIT 1",
            &values![subject],
        )?;
        let Some(row) = found else {
            return Ok(None);
        };
        let detail: Value = serde_json::from_str(&row.text(0)?).unwrap_or_default();
        Ok(detail["digest"].as_str().map(str::to_owned))
    }

    /// Refuses a yes that was taken back, used up, or never given here.
    pub(super) fn check(&self, record: &ApprovalRecord, to: Use) -> Result<(), ReviewError> {
        if record.store.is_empty() {
            return Err(ReviewError::OfOldVersion);
        }
        if record.store != self.store {
            return Err(ReviewError::Elsewhere);
        }
        let is_yes = |act: &&Act| act.what.ends_with("/approve");
        let last = self.acts.iter().find(is_yes);
        let is_this = last.is_some_and(|act| act.gave(record));
        if !is_this {
            return Err(ReviewError::NotTheLast);
        }
        // What was begun may have been approved anew since; what was ended begins no more.
        let (mut is_begun, mut may_have_ended) = (false, to == Use::Retry);
        for act in &self.acts {
            match (act.what.as_str(), to) {
                ("takedown/approve" | "notify/approve", Use::Begin) => return Ok(()),
                ("takedown/retry", Use::GoOn | Use::Retry) => may_have_ended = true,
                ("takedown/executed", Use::GoOn | Use::Retry) if may_have_ended => {}
                (
                    "takedown/approve" | "notify/approve" | "takedown/expire" | "notify/expire",
                    Use::GoOn | Use::Retry,
                ) => {}
                ("takedown/execute" | "notify/send", Use::GoOn | Use::Retry) => {
                    is_begun = true;
                    break;
                }
                (other, _) => {
                    return Err(ReviewError::Spent {
                        by: act.by.clone(),
                        act: other.to_owned(),
                        row: act.row,
                    });
                }
            }
        }
        if is_begun {
            Ok(())
        } else {
            Err(ReviewError::NotBegun)
        }
    }
}
