//! `avert appeal tell`: what became of an appeal, told to whoever made it.

use avert_model::AppealId;
use avert_ops::appeals::{self, Addressee, Appeal, Voice};
use avert_ops::ports::{Channel, OutgoingNotice};
use avert_ops::takedown;
use serde::Serialize;

use super::show;
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::Failure;

/// The text, before anybody gets it.
#[derive(Serialize)]
struct Preview<'a> {
    appeal: AppealId,
    channels: Vec<&'a str>,
    has_address: bool,
    language: String,
    subject: String,
    body: String,
}

pub(super) fn run(
    id: AppealId,
    named: &[String],
    (resend, execute): (bool, bool),
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    let channels = channels(named, context)?;
    if execute {
        let appeal = over(&channels, id, resend, context)?;
        context.printer.result(&appeal, show::appeal)?;
        return Ok(Answer::Done);
    }
    let appeal = appeals::show(&context.store()?, id)?;
    let OutgoingNotice {
        email,
        subject,
        body,
        language,
        ..
    } = notice(&appeal, context)?;
    let preview = Preview {
        appeal: id,
        channels: channels.iter().map(|channel| channel.name()).collect(),
        has_address: email.is_some(),
        language,
        subject,
        body,
    };
    context.printer.result(&preview, |preview| {
        format!(
            "would go out over {}{}\n\nSubject: {}\n\n{}\nnext: avert --as APPROVER appeal tell {} --execute\n",
            preview.channels.join(", then "),
            if preview.has_address { "" } else { "; no address is known" },
            preview.subject,
            preview.body,
            preview.appeal
        )
    })?;
    Ok(Answer::Done)
}

/// The notice of an appeal's outcome as it would go out.
pub(super) fn notice(appeal: &Appeal, context: &Context<'_>) -> Result<OutgoingNotice, Failure> {
    let addressee = addressee(appeal.id, context)?;
    let store = context.store()?;
    Ok(appeals::preview(
        &store,
        service(context),
        &addressee,
        appeal,
    )?)
}

/// The channels by their names, or those of the configuration.
pub(crate) fn channels(
    named: &[String],
    context: &Context<'_>,
) -> Result<Vec<Box<dyn Channel>>, Failure> {
    if named.is_empty() {
        let first = context.notice_channel()?;
        let rest = context.config.notify.fallback.iter().map(String::as_str);
        return std::iter::once(first)
            .chain(rest)
            .map(|name| context.channel(name))
            .collect();
    }
    named.iter().map(|name| context.channel(name)).collect()
}

/// Tells the person over these.
pub(crate) fn over(
    channels: &[Box<dyn Channel>],
    id: AppealId,
    resend: bool,
    context: &Context<'_>,
) -> Result<Appeal, Failure> {
    let channels: Vec<&dyn Channel> = channels.iter().map(AsRef::as_ref).collect();
    let addressee = addressee(id, context)?;
    let voice = Voice {
        service: service(context),
        channels: &channels,
    };
    Ok(context.at_desk(|desk| appeals::tell(desk, voice, &addressee, id, resend))??)
}

fn service<'a>(context: &'a Context<'_>) -> &'a str {
    let service = context.config.notify.service.as_deref();
    service.unwrap_or("our service")
}

/// What the case's snapshots know of the account.
fn addressee(id: AppealId, context: &Context<'_>) -> Result<Addressee, Failure> {
    let store = context.store()?;
    let appeal = appeals::show(&store, id)?;
    let case = takedown::show(&store, appeal.plan)?.header().case;
    let mut addressee = Addressee::default();
    context.each_account(&store, case, |account| {
        if account.id == appeal.account {
            addressee.email = account.email.or(addressee.email.take());
            addressee.language = account.language.or(addressee.language.take());
        }
    })?;
    Ok(addressee)
}
