//! `avert share put`: a case, or objects, into a collection.

use avert_ops::sharing;

use super::asked::Asked;
use super::error::ShareError;
use super::{Told, named, require_liaison, settled_of};
use crate::args::PutShared;
use crate::clock::SystemClock;
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::sharing::{KeptTerms, Settling, Sharing};

pub(super) fn run(args: &PutShared, context: &Context<'_>) -> Result<Answer, Failure> {
    require_liaison(context, "offer something to partners")?;
    let settings = named(&args.collection, context)?;
    let sharing = Sharing::of(&context.config.sharing);
    for partner in &args.to {
        if sharing.partner(partner).is_none() {
            return Err(ShareError::NoPartner(partner.clone()).into());
        }
    }
    let mut store = context.store()?;
    let terms = KeptTerms {
        embargo: args.embargo(),
        partners: args.to.iter().map(|name| name.as_str().into()).collect(),
        ..KeptTerms::default()
    };
    let terms = (terms != KeptTerms::default()).then_some(terms);
    let asked = Asked::read(&store, &args.what, terms, &sharing)?;
    let here = (args.collection.as_str(), settings);
    if !args.execute {
        let id = settings.id(&args.collection);
        let audience = &settings.audience.0;
        let settling = Settling::of(&mut store, &id, (&sharing, audience), &SystemClock)?;
        let told = Told::of(
            &args.collection,
            settling.tried(&store, asked.versions(&store)?)?,
        );
        context.printer.result(&told, |told| {
            format!(
                "would be offered, and nothing was changed:\n{}\nnext: the same with --execute\n",
                told.text()
            )
        })?;
        return Ok(Answer::Done);
    }
    let actor = context.actor()?;
    let ids = asked.keep(&mut store, actor.name())?;
    let number = sharing::collection(&mut store, &settings.id(&args.collection))?.number;
    context.at_desk(|desk| sharing::offer(desk, number, &ids))??;
    let told = Told::of(
        &args.collection,
        settled_of(&mut store, here, &sharing, &ids)?,
    );
    context.printer.result(&told, Told::text)?;
    Ok(Answer::Done)
}
