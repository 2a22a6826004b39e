//! Passwords, kept as argon2id hashes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

use crate::clock::random_bytes;
use crate::serve::problem::Problem;

/// The fewest characters of a password. Source: NIST SP 800-63B, which asks for length and nothing else.
const FEWEST: usize = 12;

/// A hash takes 19 MiB and some milliseconds: one at a time is enough for people, and too slow for guessing.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// How many wait for their turn. Each keeps one of the threads that answer everybody.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// The most that may.
const MOST_WAITING: usize = 4;

/// A turn, or a place in the queue for one.
struct Turn;

impl Turn {
    fn queue() -> Result<Self, Problem> {
        let turn = Self;
        if WAITING.fetch_add(1, Ordering::Relaxed) < MOST_WAITING {
            Ok(turn)
        } else {
            let text = "too many people are signing in at once";
            Err(Problem::new(503, "access/busy", text).retry_after(1))
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        WAITING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The hash of a password that somebody chose, as a PHC string.
pub(in crate::serve) fn hash(password: &str) -> Result<String, Problem> {
    let length = password.chars().count();
    if length < FEWEST {
        return Err(Problem::unclear(format!(
            "the password has {length} characters, and it takes {FEWEST}"
        ))
        .hint("a few words in a row are easy to keep and hard to guess"));
    }
    if password.len() > 1024 {
        return Err(Problem::unclear("the password is longer than 1024 bytes"));
    }
    let _queued = Turn::queue()?;
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let salt = random_bytes::<16>();
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    let hash: PasswordHash = hash.map_err(|error| {
        Problem::new(
            500,
            "access/hash",
            format!("the password cannot be hashed: {error}"),
        )
    })?;
    Ok(hash.to_string())
}

/// Whether a password is the one that has this hash. Takes as long where there is no hash: how long it takes
/// does not tell who has a password.
pub(in crate::serve) fn is_right(password: &str, hash: Option<&str>) -> Result<bool, Problem> {
    /// Of nothing that anybody chose.
    const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
                           $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let _queued = Turn::queue()?;
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODYS)) else {
        return Ok(false);
    };
    let given = password.get(..1024).unwrap_or(password);
    let verified = Argon2::default().verify_password(given.as_bytes(), &parsed);
    Ok(verified.is_ok() && hash.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_and_by_no_other() {
        let kept = hash("correct horse battery").unwrap();
        assert!(kept.starts_with("$argon2id$"));
        assert!(is_right("correct horse battery", Some(&kept)).unwrap());
        assert!(!is_right("correct horse batterz", Some(&kept)).unwrap());
        assert!(!is_right("correct horse battery", None).unwrap());
        assert_ne!(kept, hash("correct horse battery").unwrap(), "salted");
    }

    #[test]
    fn nobodys_hash_is_one_that_can_be_computed() {
        // Or an unknown name would be answered at once.
        assert!(PasswordHash::new(
            "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        )
        .is_ok());
    }

    #[test]
    fn a_short_password_is_refused() {
        assert_eq!(hash("too short").unwrap_err().status, 422);
    }
}
