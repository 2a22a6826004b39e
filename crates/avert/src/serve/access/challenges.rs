//! What passkeys were asked, and have not answered yet. A challenge is answered once, by whoever was asked,
//! and soon.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use avert_model::{SignedDuration, Timestamp};
use avert_ops::review::{TIME_TO_SIGN, Unsigned};

/// Something that a passkey was asked.
#[derive(Debug)]
pub(in crate::serve) enum Asked {
    /// To become one of somebody's passkeys.
    Enrol([u8; 32]),
    /// To say yes to this plan or list.
    Approve {
        /// The plan or list.
        subject: String,
        /// What is to be signed.
        unsigned: Unsigned,
    },
}

#[derive(Debug)]
struct Challenge {
    person: String,
    at: Timestamp,
    asked: Asked,
}

/// The most that wait at once; beyond this the oldest are forgotten, and asked again.
const MOST: usize = 256;

/// The most of these that are one person's, so that nobody crowds the others out.
const MOST_OF_ONE: usize = 16;

/// How long an enrolment may take. A yes has its own time.
const PATIENCE: SignedDuration = TIME_TO_SIGN;

/// What passkeys were asked.
#[derive(Debug, Default)]
pub(in crate::serve) struct Challenges {
    waiting: Mutex<BTreeMap<String, Challenge>>,
}

impl Challenges {
    /// Remembers what somebody's passkey was asked under this name, which nobody can guess.
    pub(in crate::serve) fn ask(&self, id: &str, person: &str, asked: Asked, at: Timestamp) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, challenge| challenge.at.duration_until(at) < PATIENCE);
        let of_them = |challenge: &Challenge| challenge.person == person;
        if waiting.values().filter(|one| of_them(one)).count() >= MOST_OF_ONE {
            forget_oldest(&mut waiting, of_them);
        } else if waiting.len() >= MOST {
            forget_oldest(&mut waiting, |_| true);
        }
        let challenge = Challenge {
            person: person.to_owned(),
            at,
            asked,
        };
        waiting.insert(id.to_owned(), challenge);
    }

    /// Takes what this person was asked under this name.
    pub(in crate::serve) fn take(&self, id: &str, person: &str, now: Timestamp) -> Option<Asked> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.get(id)?.person != person {
            return None;
        }
        let challenge = waiting.remove(id)?;
        (challenge.at.duration_until(now) < PATIENCE).then_some(challenge.asked)
    }
}

fn forget_oldest(waiting: &mut BTreeMap<String, Challenge>, among: impl Fn(&Challenge) -> bool) {
    let among = waiting.iter().filter(|(_, challenge)| among(challenge));
    let oldest = among.min_by_key(|(_, challenge)| challenge.at);
    if let Some(id) = oldest.map(|(id, _)| id.clone()) {
        waiting.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_challenge_is_answered_once_by_whoever_was_asked_and_soon() {
        let challenges = Challenges::default();
        challenges.ask("a", "omar", Asked::Enrol([0; 32]), at(0));
        assert!(challenges.take("a", "ines", at(1)).is_none());
        assert!(challenges.take("a", "omar", at(1)).is_some());
        assert!(challenges.take("a", "omar", at(1)).is_none());
        challenges.ask("b", "omar", Asked::Enrol([0; 32]), at(0));
        assert!(challenges.take("b", "omar", at(601)).is_none());
    }

    #[test]
    fn so_many_wait_and_no_more() {
        let challenges = Challenges::default();
        for n in 0..1000 {
            let person = format!("p{}", n % 40);
            challenges.ask(&format!("c{n}"), &person, Asked::Enrol([0; 32]), at(n / 10));
        }
        assert_eq!(challenges.waiting.lock().unwrap().len(), MOST);
        assert!(challenges.take("c999", "p39", at(100)).is_some());
    }

    #[test]
    fn whoever_asks_again_and_again_crowds_out_nobody_else() {
        let challenges = Challenges::default();
        challenges.ask("hers", "ines", Asked::Enrol([0; 32]), at(0));
        for n in 0..1000 {
            challenges.ask(&format!("c{n}"), "omar", Asked::Enrol([0; 32]), at(n / 10));
        }
        assert_eq!(challenges.waiting.lock().unwrap().len(), 1 + MOST_OF_ONE);
        assert!(challenges.take("hers", "ines", at(100)).is_some());
    }
}
