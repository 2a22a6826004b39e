//! Telling somebody what became of their appeal: claimed before it leaves, looked up before it would be
//! sent again, and never twice unless a person says so.

use avert_model::{AppealId, Email};
use serde_json::json;

use super::records::{find, move_told};
use super::{Appeal, AppealError, AppealState, Told};
use crate::desk::Desk;
use crate::notify::{self, Mailbox};
use crate::people::Role;
use crate::ports::{Channel, LookUp, OperationKey, OutgoingNotice, SendError};
use crate::store::Store;
use crate::{freeze, journal, takedown};

/// How the person can be reached, as the case's snapshots have it.
#[derive(Debug, Clone, Default)]
pub struct Addressee {
    /// The account's address.
    pub email: Option<Email>,
    /// The language it is used in, as a BCP 47 tag.
    pub language: Option<String>,
}

/// In whose name, and over what.
#[derive(Clone, Copy)]
pub struct Voice<'a> {
    /// What the text calls the platform.
    pub service: &'a str,
    /// Tried in this order, each once.
    pub channels: &'a [&'a dyn Channel],
}

/// The notice as it would go out. Of an appeal that is not decided yet it can be shown for whatever may
/// be decided: state and reason are those given here. Changes nothing.
pub fn preview(
    store: &Store,
    service: &str,
    addressee: &Addressee,
    appeal: &Appeal,
) -> Result<OutgoingNotice, AppealError> {
    let is_granted = match appeal.state {
        AppealState::Granted => true,
        AppealState::Rejected => false,
        state @ (AppealState::Open | AppealState::Granting) => {
            let id = appeal.id;
            return Err(AppealError::NotDecided { id, state });
        }
    };
    let plan = takedown::find(store.read(), appeal.plan)?;
    let case = plan.header().case.to_string();
    let about = (service, case.as_str());
    let language = addressee.language.as_deref();
    let written = notify::outcome(language, is_granted, &appeal.reason, about);
    Ok(OutgoingNotice {
        account: appeal.account.clone(),
        email: addressee.email.clone(),
        subject: written.subject,
        body: written.body,
        language: written.language.to_owned(),
        right_to_left: written.right_to_left,
        case,
    })
}

/// Tells the person. Needs an approver. One that was told is not told again; one of which nobody knows
/// is asked for first, and goes out again only with `resend`, where no channel can tell.
pub fn tell(
    desk: &mut Desk<'_>,
    voice: Voice<'_>,
    addressee: &Addressee,
    id: AppealId,
    resend: bool,
) -> Result<Appeal, AppealError> {
    desk.actor
        .require(Role::Approver, "tell the outcome of an appeal")?;
    let held = desk.store.hold(&id.to_string())?;
    let _held = held.ok_or_else(|| AppealError::Busy(id.to_string()))?;
    let mut appeal = find(desk.store.read(), id)?;
    let notice = preview(desk.store, voice.service, addressee, &appeal)?;
    let store = desk.store.identity()?;
    let scope = format!("{store} {id}");
    let key = OperationKey::new(&scope, "outcome", appeal.account.as_str());
    match appeal.told {
        Some(Told::Sent) => return Ok(appeal),
        Some(Told::Claimed | Told::InDoubt) => {
            // It may have left over this one, whichever are to be tried now.
            let over = voice
                .channels
                .iter()
                .find(|channel| channel.name() == appeal.receipt);
            let found = match over {
                Some(channel) => channel.look_up(&notice, &key),
                None => Ok(LookUp::CannotTell),
            };
            match found.map_err(|source| AppealError::NotTold { id, source })? {
                LookUp::Arrived(receipt) => {
                    write(desk, &mut appeal, Some(Told::Sent), &receipt.reference)?;
                    return Ok(appeal);
                }
                LookUp::NotThere => write(desk, &mut appeal, None, "")?,
                LookUp::CannotTell if resend => {}
                LookUp::CannotTell => return Err(AppealError::InDoubt(id)),
            }
        }
        // Another channel may reach them now.
        Some(Told::Undeliverable) | None => {}
    }
    // What is true again of one that certainly did not leave.
    let before = (appeal.told, appeal.receipt.clone());
    let suppressed = notify::suppressed(desk.store.read())?;
    let takes_no_mail = notice
        .email
        .as_ref()
        .and_then(Mailbox::of)
        .is_some_and(|mailbox| suppressed.contains(&mailbox.hash(&store)));
    let channels = voice.channels.iter();
    for channel in channels.filter(|channel| !(takes_no_mail && channel.goes_to_address())) {
        write(desk, &mut appeal, Some(Told::Claimed), channel.name())?;
        match channel.send(&notice, &key) {
            Ok(receipt) => {
                write(desk, &mut appeal, Some(Told::Sent), &receipt.reference)?;
                return Ok(appeal);
            }
            Err(SendError::NoAddress(_) | SendError::Undeliverable(_)) => {
                write(desk, &mut appeal, before.0, &before.1)?;
            }
            Err(SendError::NotSent(source)) => {
                write(desk, &mut appeal, before.0, &before.1)?;
                return Err(AppealError::NotTold { id, source });
            }
            Err(SendError::InDoubt(source)) => {
                write(desk, &mut appeal, Some(Told::InDoubt), channel.name())?;
                return Err(AppealError::NotTold { id, source });
            }
        }
    }
    // A doubt about an earlier one is not settled by this.
    if !matches!(before.0, Some(Told::Claimed | Told::InDoubt)) {
        write(desk, &mut appeal, Some(Told::Undeliverable), "")?;
    }
    Ok(appeal)
}

/// Writes how far it has come, with its row of the journal. Nothing is claimed while everything is
/// stopped.
fn write(
    desk: &mut Desk<'_>,
    appeal: &mut Appeal,
    to: Option<Told>,
    receipt: &str,
) -> Result<(), AppealError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let from = appeal.told;
    let written = Appeal {
        told: to,
        receipt: receipt.to_owned(),
        ..appeal.clone()
    };
    desk.store.write(|transaction| {
        if to == Some(Told::Claimed)
            && let Some(freeze) = freeze::find(transaction)?
        {
            return Err(AppealError::Frozen(freeze));
        }
        move_told(transaction, from, &written)?;
        let act = match to {
            None => "appeal/outcome-not-sent",
            Some(Told::Claimed) => "appeal/outcome-claimed",
            Some(Told::Sent) => "appeal/outcome-sent",
            Some(Told::Undeliverable) => "appeal/outcome-undeliverable",
            Some(Told::InDoubt) => "appeal/outcome-in-doubt",
        };
        let detail = json!({ "plan": appeal.plan, "account": appeal.account, "receipt_blake3": journal::proof_of(receipt) });
        journal::append(transaction, now, &by, act, &appeal.id.to_string(), &detail)?;
        Ok::<_, AppealError>(())
    })?;
    *appeal = written;
    Ok(())
}
