//! Turns: how many of something are under way at once, for everybody together and for each who asks.
//!
//! What is brought is held in memory while it comes in, however slowly: whoever brings much takes a turn before, and
//! nobody has more than a few. Whoever waits for a turn of all waits for others, and not for ever.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long somebody waits for others.
const PATIENCE: Duration = Duration::from_secs(20);

/// Turns for many who ask.
pub(super) struct Turns {
    all: Arc<Semaphore>,
    each: usize,
    patience: Duration,
    /// Turns of those who have any; who has none is forgotten.
    of: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}

/// A turn of one's own, and none of all yet: nobody waits for it but whoever is called so.
pub(super) struct Claim {
    of_one: OwnedSemaphorePermit,
}

/// A turn, until it is dropped.
pub(super) struct Turn {
    _of_all: OwnedSemaphorePermit,
    _of_one: OwnedSemaphorePermit,
}

/// Why there is no turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoTurn {
    /// Whoever asks has all of theirs.
    Own,
    /// Others have all there are, and none came free in time.
    Others,
}

impl Turns {
    /// So many together, and so many of one who asks.
    pub(super) fn new(all: usize, each: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(all)),
            each,
            patience: PATIENCE,
            of: Mutex::default(),
        }
    }

    /// A turn for whoever is called so, as soon as there is one.
    pub(super) async fn take(&self, name: &str) -> Result<Turn, NoTurn> {
        self.turn(self.claim(name)?).await
    }

    /// A turn of theirs for whoever is called so, at once or not at all.
    fn claim(&self, name: &str) -> Result<Claim, NoTurn> {
        let of_one = self.own(name).try_acquire_owned();
        let of_one = of_one.map_err(|_| NoTurn::Own)?;
        Ok(Claim { of_one })
    }

    /// A turn of all besides, as soon as there is one.
    async fn turn(&self, claim: Claim) -> Result<Turn, NoTurn> {
        let of_all = Arc::clone(&self.all).acquire_owned();
        match tokio::time::timeout(self.patience, of_all).await {
            Ok(Ok(of_all)) => Ok(Turn {
                _of_all: of_all,
                _of_one: claim.of_one,
            }),
            _ => Err(NoTurn::Others),
        }
    }

    fn own(&self, name: &str) -> Arc<Semaphore> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        // One that nobody holds is whole, and made anew when it is needed.
        of.retain(|_, turns| Arc::strong_count(turns) > 1);
        let own = of
            .entry(name.to_owned())
            .or_insert_with(|| Arc::new(Semaphore::new(self.each)));
        Arc::clone(own)
    }
}

/// The turns of partners: nothing that one of them does makes the others wait long.
pub(super) struct PartnerTurns {
    /// Of asking: threads are left for others.
    asking: Turns,
    /// Of bringing something, which is held in memory.
    bringing: Turns,
    /// Of working on what was brought, on all cores: people share these, and wait for no turn. A partner has one, so
    /// that it takes two to hold up a third.
    work: Turns,
}

impl Default for PartnerTurns {
    fn default() -> Self {
        Self {
            asking: Turns::new(10, 3),
            bringing: Turns::new(8, 1),
            work: Turns::new(2, 1),
        }
    }
}

impl PartnerTurns {
    /// A turn of asking for something.
    pub(super) async fn asking(&self, partner: &str) -> Result<Turn, NoTurn> {
        self.asking.take(partner).await
    }

    /// The right to change something next: a partner changes one thing after the other.
    pub(super) fn changing(&self, partner: &str) -> Result<Claim, NoTurn> {
        self.work.claim(partner)
    }

    /// A turn of bringing something.
    pub(super) async fn bringing(&self, partner: &str) -> Result<Turn, NoTurn> {
        self.bringing.take(partner).await
    }

    /// The turns of working on a change. Those who only ask do not wait for those who wait for work: the turn of
    /// asking comes last.
    pub(super) async fn working(
        &self,
        partner: &str,
        claim: Claim,
    ) -> Result<(Turn, Turn), NoTurn> {
        let work = self.work.turn(claim).await?;
        Ok((work, self.asking(partner).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        runtime.unwrap().block_on(test);
    }

    #[test]
    fn nobody_has_more_than_their_own_and_others_have_theirs() {
        run(async {
            let turns = Turns::new(3, 2);
            let first = turns.take("cert").await;
            let second = turns.take("cert").await;
            assert!(first.is_ok() && second.is_ok());
            assert_eq!(turns.take("cert").await.err(), Some(NoTurn::Own));
            let other = turns.take("bank").await;
            assert!(other.is_ok());
            drop(first);
            assert!(turns.take("cert").await.is_ok());
        });
    }

    #[test]
    fn whoever_waits_for_others_is_told_in_the_end() {
        run(async {
            let turns = Turns {
                patience: Duration::ZERO,
                ..Turns::new(1, 1)
            };
            let held = turns.take("cert").await;
            assert_eq!(turns.take("bank").await.err(), Some(NoTurn::Others));
            // Whoever gave up waiting has none of their own any more.
            drop(held);
            assert!(turns.take("bank").await.is_ok());
        });
    }

    #[test]
    fn a_partner_changes_one_thing_at_a_time_and_holds_up_nobody() {
        run(async {
            let turns = PartnerTurns::default();
            let first = turns.changing("cert").unwrap();
            assert_eq!(turns.changing("cert").err(), Some(NoTurn::Own));
            let _working = turns.working("cert", first).await.unwrap();
            assert_eq!(turns.changing("cert").err(), Some(NoTurn::Own));
            let bank = turns.changing("bank").unwrap();
            assert!(turns.working("bank", bank).await.is_ok());
        });
    }

    #[test]
    fn those_who_wait_for_work_keep_nobody_from_asking() {
        run(async {
            let turns = Arc::new(PartnerTurns::default());
            let mut working = Vec::new();
            for partner in ["cert", "bank"] {
                let claim = turns.changing(partner).unwrap();
                working.push(turns.working(partner, claim).await.unwrap());
            }
            for number in 0..20 {
                let turns = Arc::clone(&turns);
                tokio::spawn(async move {
                    let partner = format!("writer-{number}");
                    let claim = turns.changing(&partner).unwrap();
                    turns.working(&partner, claim).await.map(drop)
                });
            }
            tokio::task::yield_now().await;
            assert_eq!(turns.changing("writer-19").err(), Some(NoTurn::Own));
            let mut asking = Vec::new();
            for number in 0..8 {
                let reader = format!("reader-{number}");
                let turn = tokio::time::timeout(Duration::ZERO, turns.asking(&reader)).await;
                asking.push(turn.unwrap().unwrap());
            }
        });
    }
}
