//! Tokens: how a program shows in whose name it comes.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use avert_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{AccessError, Proof};
use crate::cases;
use crate::desk::Desk;
use crate::journal;
use crate::people::Role;
use crate::store::{Row, Store, StoreError, from_json, parse, to_json, values};

/// What a token is good for. None of them approves: that takes a person.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Reading whatever its owner may read.
    Read,
    /// Doing whatever its owner may do.
    Write,
    /// Handing in appeals, and nothing else.
    Appeals,
    /// Reading the figures of `/metrics`.
    Metrics,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Appeals => "appeals",
            Self::Metrics => "metrics",
        })
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Read, Self::Write, Self::Appeals, Self::Metrics];
        let found = all.into_iter().find(|scope| scope.to_string() == text);
        found.ok_or_else(|| {
            format!("'{text}' is no scope; there are: read, write, appeals, metrics")
        })
    }
}

/// A token, without what it is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Token {
    /// Its number.
    pub id: u64,
    /// What it is for, in its owner's words.
    pub name: String,
    /// In whose name it comes.
    pub owner: String,
    /// What it is good for.
    pub scopes: BTreeSet<Scope>,
    /// When it was made.
    pub made_at: Timestamp,
}

/// Makes a token in the name of whoever asks.
pub fn make_token(
    desk: &mut Desk<'_>,
    name: &str,
    scopes: BTreeSet<Scope>,
    proof: &Proof,
) -> Result<Token, AccessError> {
    if name.trim().is_empty() {
        return Err(AccessError::NoName);
    }
    if scopes.is_empty() {
        return Err(AccessError::NoScope);
    }
    let (now, owner) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        let token = Token {
            id: cases::next(transaction, "api_tokens")?,
            name: name.to_owned(),
            owner,
            scopes,
            made_at: now,
        };
        transaction.execute(
            "keep a token",
            "INSERT INTO api_tokens (id, proof, name, owner, scopes, made_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &values![
                token.id,
                proof.as_str(),
                &token.name,
                &token.owner,
                to_json(&token.scopes),
                now.to_string()
            ],
        )?;
        let (subject, detail) = (
            format!("token-{}", token.id),
            json!({ "scopes": token.scopes }),
        );
        journal::append(
            transaction,
            now,
            &token.owner,
            "access/token",
            &subject,
            &detail,
        )?;
        Ok(token)
    })
}

/// The token behind what a program sent.
pub fn token(store: &Store, proof: &Proof) -> Result<Option<Token>, StoreError> {
    let found = store.read().row(
        "read a token",
        "SELECT id, name, owner, scopes, made_at FROM api_tokens WHERE proof = ?1",
        &values![proof.as_str()],
    )?;
    found.as_ref().map(read).transpose()
}

/// Every token there is, oldest first.
pub fn tokens(store: &Store) -> Result<Vec<Token>, StoreError> {
    let found = store.read().rows(
        "list tokens",
        "SELECT id, name, owner, scopes, made_at FROM api_tokens WHERE proof <> '' ORDER BY id",
        &[],
    )?;
    found.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.count(0)?,
        name: row.text(1)?,
        owner: row.text(2)?,
        scopes: from_json("scopes", &row.text(3)?)?,
        made_at: parse("time", &row.text(4)?)?,
    })
}

/// Takes a token back: its owner may, and any operator. Its number is never given again.
pub fn revoke_token(desk: &mut Desk<'_>, id: u64) -> Result<(), AccessError> {
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let may = desk.actor.require(Role::Operator, "revoke another's token");
    desk.store.write(|transaction| {
        let found = transaction.row(
            "read a token",
            "SELECT owner FROM api_tokens WHERE id = ?1 AND proof <> ''",
            &values![id],
        )?;
        let owner = found.ok_or(AccessError::NoToken(id))?.text(0)?;
        if owner != by && may.is_err() {
            return Err(AccessError::NotTheirs { id, owner });
        }
        transaction.execute(
            "revoke a token",
            "UPDATE api_tokens SET proof = '' WHERE id = ?1",
            &values![id],
        )?;
        let subject = format!("token-{id}");
        journal::append(transaction, now, &by, "access/revoke", &subject, &json!({}))?;
        Ok(())
    })
}
