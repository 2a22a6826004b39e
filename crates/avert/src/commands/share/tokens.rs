//! Partners' tokens.

use avert_ops::access::Proof;
use avert_ops::sharing::{self, PartnerToken};
use serde::Serialize;

use super::error::ShareError;
use crate::clock::random_secret;
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::text::{Table, moment};

#[derive(Serialize)]
struct Made {
    #[serde(flatten)]
    made: PartnerToken,
    token: String,
}

pub(super) fn make(partner: &str, context: &Context<'_>) -> Result<Answer, Failure> {
    if !context.config.sharing.partner.contains_key(partner) {
        return Err(ShareError::NoPartner(partner.to_owned()).into());
    }
    let secret = format!("avert_partner_{}", random_secret());
    let proof = Proof::of(&secret);
    let made = context.at_desk(|desk| sharing::make_partner_token(desk, partner, &proof))??;
    context.printer.result(&Made { made, token: secret }, |made| {
        format!(
            "token {} for {partner}; it is shown once:\n  {}\n\nIt is sent as `Authorization: Bearer TOKEN`, or \
             by HTTP Basic as the password of '{partner}'\n",
            made.made.id, made.token
        )
    })?;
    Ok(Answer::Done)
}

pub(super) fn list(context: &Context<'_>) -> Result<Answer, Failure> {
    let tokens = sharing::partner_tokens(&context.store()?)?;
    context.printer.results(&tokens, |tokens| {
        let mut table = Table::new(&["token", "partner", "made by", "at"]);
        for token in tokens {
            table.row([
                token.id.to_string(),
                token.partner.clone(),
                token.made_by.clone(),
                moment(token.made_at),
            ]);
        }
        table.render("no partner has a token\n")
    })?;
    Ok(Answer::Done)
}

#[derive(Serialize)]
struct Revoked {
    revoked: u64,
}

pub(super) fn revoke(id: u64, context: &Context<'_>) -> Result<Answer, Failure> {
    context.at_desk(|desk| sharing::revoke_partner_token(desk, id))??;
    context.printer.result(&Revoked { revoked: id }, |_| {
        format!("token {id} lets nobody in any more\n")
    })?;
    Ok(Answer::Done)
}
