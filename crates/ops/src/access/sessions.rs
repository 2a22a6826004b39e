//! Sessions: somebody is signed in, for a while.

use avert_model::{Clock, SignedDuration, Timestamp};
use serde_json::json;

use super::{AccessError, Proof};
use crate::desk::Desk;
use crate::journal;
use crate::people::{People, Role};
use crate::store::{Store, StoreError, parse, values};

/// Somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub person: String,
    /// What a page of ours says with everything that changes something, and no other page can know.
    pub csrf: String,
    /// When they signed in.
    pub began_at: Timestamp,
    /// When they did something last, to the minute.
    pub seen_at: Timestamp,
    /// From when on they have to sign in again.
    pub expires_at: Timestamp,
}

/// Signs somebody in, until then at the latest. How they showed who they are, `by`, goes into the journal.
/// Sessions that have run out are removed.
pub fn begin(
    store: &mut Store,
    people: &People,
    clock: &dyn Clock,
    (person, by): (&str, &str),
    (proof, csrf): (&Proof, &str),
    lasts: SignedDuration,
) -> Result<Session, AccessError> {
    people.actor(person)?;
    let now = clock.now();
    let expires_at = now.checked_add(lasts).unwrap_or(now);
    store.write(|transaction| {
        transaction.execute(
            "remove sessions that have run out",
            "DELETE FROM sessions WHERE expires_at < ?1",
            &values![now.to_string()],
        )?;
        let session = Session {
            person: person.to_owned(),
            csrf: csrf.to_owned(),
            began_at: now,
            seen_at: now,
            expires_at,
        };
        transaction.execute(
            "sign somebody in",
            "INSERT INTO sessions (proof, person, csrf, began_at, seen_at, expires_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &values![
                proof.as_str(),
                person,
                csrf,
                now.to_string(),
                now.to_string(),
                expires_at.to_string()
            ],
        )?;
        let detail = json!({ "by": by });
        journal::append(transaction, now, person, "access/sign-in", person, &detail)?;
        Ok(session)
    })
}

/// The session behind what a browser sent, if it has not run out and was not idle for longer than `idle`.
/// That it was used is written down once a minute.
pub fn session(
    store: &mut Store,
    proof: &Proof,
    now: Timestamp,
    idle: SignedDuration,
) -> Result<Option<Session>, StoreError> {
    let found = standing(store, proof, now, idle)?;
    if let Some(session) = &found
        && session.seen_at.duration_until(now) >= SignedDuration::from_mins(1)
    {
        store.write(|transaction| {
            transaction.execute(
                "note that a session was used",
                "UPDATE sessions SET seen_at = ?2 WHERE proof = ?1",
                &values![proof.as_str(), now.to_string()],
            )
        })?;
    }
    Ok(found)
}

/// The same, without using it: a page that lies open uses nothing.
pub fn standing(
    store: &Store,
    proof: &Proof,
    now: Timestamp,
    idle: SignedDuration,
) -> Result<Option<Session>, StoreError> {
    let found = store.read().row(
        "read a session",
        "SELECT person, csrf, began_at, seen_at, expires_at FROM sessions WHERE proof = ?1",
        &values![proof.as_str()],
    )?;
    let Some(row) = found else { return Ok(None) };
    let session = Session {
        person: row.text(0)?,
        csrf: row.text(1)?,
        began_at: parse("time", &row.text(2)?)?,
        seen_at: parse("time", &row.text(3)?)?,
        expires_at: parse("time", &row.text(4)?)?,
    };
    let is_over = now >= session.expires_at || session.seen_at.duration_until(now) > idle;
    Ok((!is_over).then_some(session))
}

/// Signs out whoever this is.
pub fn end(store: &mut Store, proof: &Proof) -> Result<(), StoreError> {
    store.write(|transaction| {
        transaction.execute(
            "sign somebody out",
            "DELETE FROM sessions WHERE proof = ?1",
            &values![proof.as_str()],
        )?;
        Ok(())
    })
}

/// Signs somebody out wherever they are signed in: everybody may themselves, and an operator anybody. Says of
/// how many sessions. Whoever was taken out of the configuration may still have some.
///
/// # Errors
/// [`AccessError::NoPerson`] where nobody of that name is known or signed in: a misspelt name signs nobody out.
pub fn end_all_of(desk: &mut Desk<'_>, person: &str) -> Result<u64, AccessError> {
    if desk.actor.name() != person {
        desk.actor.require(Role::Operator, "sign others out")?;
    }
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    let is_known = desk.people.actor(person).is_ok();
    desk.store.write(|transaction| {
        let ended = transaction.execute(
            "sign somebody out",
            "DELETE FROM sessions WHERE person = ?1",
            &values![person],
        )?;
        if ended == 0 && !is_known {
            return Err(AccessError::NoPerson(person.to_owned()));
        }
        let detail = json!({ "sessions": ended });
        journal::append(transaction, now, &by, "access/sign-out", person, &detail)?;
        Ok(ended)
    })
}
