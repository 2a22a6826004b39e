//! What has become of a yes since it was given. It can be used once and taken back, and the journal
//! says so: whoever writes an old yes back into the store has to rewrite the journal too, and every
//! checkpoint of it that others keep.

use serde_json::Value;

use super::{ApprovalRecord, ReviewError};
use crate::store::{Store, StoreError, values};

/// The journal's last word on a plan or list, as far as it concerns permission.
pub(crate) struct Standing {
    /// The store's own name.
    pub(super) store: String,
    /// The acts that give, use and end permission, newest first, up to the last yes.
    acts: Vec<Act>,
}

struct Act {
    row: u64,
    at: String,
    by: String,
    what: String,
    detail: String,
}

/// What permission is minted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// For the first time: nothing may have come after the yes.
    Begin,
    /// To carry on with what was begun.
    GoOn,
}

impl Standing {
    /// Reads it. Cost: the journal's length.
    pub(crate) fn of(store: &Store, subject: &str) -> Result<Self, StoreError> {
        let mut acts = Vec::new();
        store.read().each(
            "read what became of an approval",
            "SELECT seq, at, actor, act, detail FROM journal WHERE subject = ?1 AND act IN \
             ('takedown/submit', 'takedown/edit', 'takedown/approve', 'takedown/reject', \
             'takedown/expire', 'takedown/execute', 'takedown/reverse', 'takedown/roll-back', \
             'notify/plan', 'notify/approve', 'notify/reject', 'notify/expire', 'notify/send', \
             'notify/give-up') ORDER BY seq DESC",
            &values![subject],
            &mut |row| {
                let act = Act {
                    row: row.count(0)?,
                    at: row.text(1)?,
                    by: row.text(2)?,
                    what: row.text(3)?,
                    detail: row.text(4)?,
                };
                let is_yes = act.what.ends_with("/approve");
                acts.push(act);
                Ok(!is_yes)
            },
        )?;
        Ok(Self {
            store: store.identity()?,
            acts,
        })
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
        if record.store != self.store {
            return Err(ReviewError::Elsewhere);
        }
        for act in &self.acts {
            match act.what.as_str() {
                "takedown/approve" | "notify/approve" => {
                    let detail: Value = serde_json::from_str(&act.detail).unwrap_or_default();
                    let is_this = act.by == record.approved_by
                        && act.at == record.approved_at.to_string()
                        && detail["digest"] == record.digest.as_str();
                    return if is_this {
                        Ok(())
                    } else {
                        Err(ReviewError::NotTheLast)
                    };
                }
                "takedown/execute" | "notify/send" if to == Use::GoOn => {}
                other => {
                    return Err(ReviewError::Spent {
                        by: act.by.clone(),
                        act: other.to_owned(),
                        row: act.row,
                    });
                }
            }
        }
        Err(ReviewError::NotTheLast)
    }
}
