//! Waiting for a plan's start.

use std::time::Duration;

use avert_model::PlanId;

use super::error::TakedownError;
use super::execute::not_frozen;
use super::records;
use super::state::Plan;
use crate::desk::Desk;
use crate::review::ReviewError;

/// At least this often it is asked whether everything is to stop.
const SLICE: Duration = Duration::from_millis(250);

/// Waits until a plan may begin, and does nothing else: whoever then executes it asks everything anew.
/// One that may begin already, or is not waiting for anything, is not waited for.
///
/// # Errors
/// Refuses when everything is stopped, however late that comes, and at once when the approval runs out
/// before the start.
pub fn wait_for_start(desk: &mut Desk<'_>, id: PlanId) -> Result<(), TakedownError> {
    let Plan::Approved(approved) = records::show(desk.store, id)? else {
        return Ok(());
    };
    let Some(starts_at) = approved.header.rollout.starts_at else {
        return Ok(());
    };
    let expires_at = approved.approval.expires_at;
    if desk.now() < starts_at && expires_at <= starts_at {
        return Err(TakedownError::Review {
            plan: id,
            wanted: "executed",
            source: ReviewError::EndsBefore {
                at: expires_at,
                start: starts_at,
            },
        });
    }
    while desk.now() < starts_at {
        not_frozen(desk)?;
        let left = Duration::try_from(desk.now().duration_until(starts_at)).unwrap_or_default();
        desk.pause.pause(left.min(SLICE));
    }
    Ok(())
}
