//! One-time links: how somebody comes by a password that nobody else ever knew.

use avert_model::{Clock, Timestamp};
use serde_json::json;

use super::{AccessError, Proof};
use crate::desk::Desk;
use crate::journal;
use crate::people::{People, Role};
use crate::store::{Connection, Store, Transaction, parse, values};

/// A link that lets one person set their password, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Whom it lets in.
    pub person: String,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
}

/// Makes a link for somebody whom the configuration knows; an earlier one of theirs is worth nothing any
/// more. Needs an operator. Their password, if they have one, counts until the link is used.
pub fn invite(
    desk: &mut Desk<'_>,
    person: &str,
    proof: &Proof,
    expires_at: Timestamp,
) -> Result<Invitation, AccessError> {
    desk.actor.require(Role::Operator, "let people in")?;
    desk.people.actor(person)?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store
        .write(|transaction| make(transaction, person, proof, (now, expires_at), &by))
}

/// Makes the first link, for an operator, where nobody can sign in yet; `None` where somebody can.
pub fn invite_first(
    store: &mut Store,
    people: &People,
    clock: &dyn Clock,
    proof: &Proof,
    expires_at: Timestamp,
) -> Result<Option<Invitation>, AccessError> {
    let now = clock.now();
    store.write(|transaction| {
        let known = transaction.row("read who may sign in", "SELECT person FROM passwords", &[])?;
        if known.is_some() {
            return Ok(None);
        }
        let operators = people.with(Role::Operator);
        let first = operators.first().ok_or(AccessError::NoOperator)?;
        make(transaction, first, proof, (now, expires_at), "avert").map(Some)
    })
}

fn make(
    transaction: &Transaction<'_>,
    person: &str,
    proof: &Proof,
    (now, expires_at): (Timestamp, Timestamp),
    by: &str,
) -> Result<Invitation, AccessError> {
    transaction.execute(
        "take back an earlier link",
        "DELETE FROM invitations WHERE person = ?1",
        &values![person],
    )?;
    transaction.execute(
        "make a link",
        "INSERT INTO invitations (proof, person, expires_at) VALUES (?1, ?2, ?3)",
        &values![proof.as_str(), person, expires_at.to_string()],
    )?;
    let detail = json!({ "expires": expires_at });
    journal::append(transaction, now, by, "access/invite", person, &detail)?;
    Ok(Invitation {
        person: person.to_owned(),
        expires_at,
    })
}

/// Whom a link lets in.
pub fn invited(store: &Store, proof: &Proof, now: Timestamp) -> Result<Invitation, AccessError> {
    find(store.read(), proof, now)
}

fn find(connection: &Connection, proof: &Proof, now: Timestamp) -> Result<Invitation, AccessError> {
    let found = connection.row(
        "read a link",
        "SELECT person, expires_at FROM invitations WHERE proof = ?1",
        &values![proof.as_str()],
    )?;
    let row = found.ok_or(AccessError::NoInvitation)?;
    let expires_at = parse("time", &row.text(1)?)?;
    if now >= expires_at {
        return Err(AccessError::NoInvitation);
    }
    Ok(Invitation {
        person: row.text(0)?,
        expires_at,
    })
}

/// Uses a link up: from now on this password lets the person in, whoever was signed in under the old
/// one is signed out, and the person's tokens are revoked. `password` is a hash, as a PHC string.
pub fn accept(
    store: &mut Store,
    people: &People,
    clock: &dyn Clock,
    proof: &Proof,
    password: &str,
) -> Result<Invitation, AccessError> {
    let now = clock.now();
    store.write(|transaction| {
        let invitation = find(transaction, proof, now)?;
        let person = &invitation.person;
        people.actor(person)?;
        transaction.execute(
            "use up a link",
            "DELETE FROM invitations WHERE person = ?1",
            &values![person],
        )?;
        transaction.execute(
            "sign somebody out",
            "DELETE FROM sessions WHERE person = ?1",
            &values![person],
        )?;
        // Whoever had to be let in anew may have lost more than a password.
        transaction.execute(
            "revoke somebody's tokens",
            "UPDATE api_tokens SET proof = '' WHERE owner = ?1",
            &values![person],
        )?;
        transaction.put(
            "keep a password's hash",
            "INSERT INTO passwords (person, password, set_at) VALUES (?1, ?2, ?3) \
             ON CONFLICT (person) DO UPDATE SET password = excluded.password, set_at = excluded.set_at",
            &values![person, password, now.to_string()],
        )?;
        journal::append(transaction, now, person, "access/password", person, &json!({}))?;
        Ok(invitation)
    })
}
