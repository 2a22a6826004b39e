//! How partners show who they are.

use avert_model::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::SharingError;
use crate::access::Proof;
use crate::cases;
use crate::desk::Desk;
use crate::journal;
use crate::people::Role;
use crate::store::{Store, StoreError, parse, values};

/// A partner's token, without what it is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartnerToken {
    /// Its number.
    pub id: u64,
    /// Whose it is.
    pub partner: String,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
}

/// Makes a token for a partner.
pub fn make_partner_token(
    desk: &mut Desk<'_>,
    partner: &str,
    proof: &Proof,
) -> Result<PartnerToken, SharingError> {
    desk.actor.require(Role::Operator, "let a partner in")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let token = PartnerToken {
            id: cases::next(transaction, "partner_tokens")?,
            partner: partner.to_owned(),
            made_by: by.clone(),
            made_at: now,
        };
        transaction.execute(
            "keep a partner's token",
            "INSERT INTO partner_tokens (id, proof, partner, made_by, made_at) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            &values![token.id, proof.as_str(), partner, &by, now.to_string()],
        )?;
        let detail = json!({ "token": token.id });
        journal::append(transaction, now, &by, "sharing/token", partner, &detail)?;
        Ok(token)
    })
}

/// The partner behind what was sent.
pub fn partner_of(store: &Store, proof: &Proof) -> Result<Option<String>, StoreError> {
    let row = store.read().row(
        "read a partner's token",
        "SELECT partner FROM partner_tokens WHERE proof = ?1",
        &values![proof.as_str()],
    )?;
    row.map(|row| row.text(0)).transpose()
}

/// Every token that is good, oldest first.
pub fn partner_tokens(store: &Store) -> Result<Vec<PartnerToken>, StoreError> {
    let rows = store.read().rows(
        "list partners' tokens",
        "SELECT id, partner, made_by, made_at FROM partner_tokens WHERE proof <> '' ORDER BY id",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            Ok(PartnerToken {
                id: row.count(0)?,
                partner: row.text(1)?,
                made_by: row.text(2)?,
                made_at: parse("time", &row.text(3)?)?,
            })
        })
        .collect()
}

/// Takes a token back. Its number is never given again.
pub fn revoke_partner_token(desk: &mut Desk<'_>, id: u64) -> Result<(), SharingError> {
    desk.actor.require(Role::Operator, "shut a partner out")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let gone = transaction.execute(
            "take a partner's token back",
            "UPDATE partner_tokens SET proof = '' WHERE id = ?1 AND proof <> ''",
            &values![id],
        )?;
        if gone == 0 {
            return Err(SharingError::NoToken(id));
        }
        let subject = format!("partner-token-{id}");
        journal::append(
            transaction,
            now,
            &by,
            "sharing/revoke",
            &subject,
            &json!({}),
        )?;
        Ok(())
    })
}
