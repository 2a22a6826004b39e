//! Relations between accounts, and approaches.

use avert_model::Verb;

use super::places::Places;
use crate::input::{Micros, NO_TIME, NOTHING, Row, World};

/// What is between an account and another, seen from the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tie {
    /// The other account.
    pub(crate) other: u32,
    /// The first thing that passed between the two.
    pub(crate) first_at: Micros,
    /// How it began.
    pub(crate) begun: Begun,
    /// Since when both have acted towards each other; [`NO_TIME`] when that never happened.
    pub(crate) mutual_at: Micros,
    /// Whether both have acted towards each other.
    pub(crate) mutual: bool,
}

/// How a relation began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begun {
    /// The account asked the other to connect.
    Asked,
    /// The other asked the account.
    WasAsked,
    /// Nobody asked: the first thing seen was between people who knew each other already.
    Before,
}

/// An account asked somebody to connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Approach {
    pub(crate) target: u32,
    pub(crate) at: Micros,
    /// Whether nobody known to the account of old knew the target, and the two had not met.
    pub(crate) stranger: bool,
    /// Whether the target ever answered in any way but a no.
    pub(crate) answered: bool,
}

/// All relations, by account.
pub(crate) struct Ties {
    ends: Vec<usize>,
    all: Vec<Tie>,
    approaches: Vec<Vec<Approach>>,
    /// Accounts that knew people before anything here was recorded.
    rooted: Vec<bool>,
}

/// One thing that passed from one account to another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Passed {
    low: u32,
    high: u32,
    at: Micros,
    verb: Verb,
    by_low: bool,
}

/// From so many old relations on, an account can vouch for others.
pub(crate) const ROOTED: usize = 2;

impl Ties {
    /// Every relation that left something to see.
    pub(crate) fn new(world: &World) -> Self {
        let asking = platform_knows_requests(world);
        let mut passed: Vec<Passed> = world
            .rows
            .iter()
            .filter(|row| relates(row, asking))
            .map(|row| Passed {
                low: row.account.min(row.target),
                high: row.account.max(row.target),
                at: row.at,
                verb: meant(row.verb, asking),
                by_low: row.account < row.target,
            })
            .collect();
        passed.sort_unstable();
        let mut pairs = Vec::new();
        for group in passed.chunk_by(|a, b| (a.low, a.high) == (b.low, b.high)) {
            pairs.push(relation(group));
        }
        drop(passed);
        let mut ends = vec![0_usize; world.ids.len() + 1];
        for (low, high, _) in &pairs {
            ends[*low as usize + 1] += 1;
            ends[*high as usize + 1] += 1;
        }
        for index in 1..ends.len() {
            ends[index] += ends[index - 1];
        }
        let mut next = ends.clone();
        let blank = Tie {
            other: NOTHING,
            first_at: NO_TIME,
            begun: Begun::Before,
            mutual_at: NO_TIME,
            mutual: false,
        };
        let mut ties = vec![blank; pairs.len() * 2];
        for (low, high, tie) in &pairs {
            ties[next[*low as usize]] = *tie;
            next[*low as usize] += 1;
            ties[next[*high as usize]] = tie.turned(*low);
            next[*high as usize] += 1;
        }
        let mut this = Self {
            ends,
            all: ties,
            approaches: Vec::new(),
            rooted: Vec::new(),
        };
        for account in 0..world.ids.len() {
            this.slice_mut(account)
                .sort_unstable_by_key(|tie| tie.other);
        }
        this.rooted = (0..world.ids.len())
            .map(|account| {
                let of_old = this.slice(account).iter().filter(|tie| tie.is_of_old());
                of_old.take(ROOTED).count() == ROOTED
            })
            .collect();
        this
    }

    /// Reads who asked whom off the relations.
    pub(crate) fn find_approaches(&mut self, world: &World) {
        let places = Places::new(world);
        let mut found = Vec::with_capacity(world.accounts());
        for account in 0..world.accounts() {
            let number = u32::try_from(account).unwrap_or(NOTHING);
            let mut approaches: Vec<Approach> = self
                .slice(account)
                .iter()
                .filter(|tie| tie.begun == Begun::Asked)
                .map(|tie| Approach {
                    target: tie.other,
                    at: tie.first_at,
                    stranger: !self.is_vouched_for(number, tie.other, tie.first_at)
                        && !places.met(world, number, tie.other, tie.first_at),
                    answered: tie.mutual,
                })
                .collect();
            approaches.sort_unstable_by_key(|approach| (approach.at, approach.target));
            found.push(approaches);
        }
        self.approaches = found;
    }

    fn is_vouched_for(&self, account: u32, other: u32, at: Micros) -> bool {
        let is_rooted = |middle: u32| self.rooted[middle as usize];
        vouched(self.of(account), self.of(other), at, is_rooted)
    }

    /// Whether an account knew people before anything here was recorded.
    pub(crate) fn is_rooted(&self, account: u32) -> bool {
        self.rooted[account as usize]
    }

    pub(crate) fn of(&self, account: u32) -> &[Tie] {
        self.slice(account as usize)
    }

    pub(crate) fn approaches(&self, account: u32) -> &[Approach] {
        self.approaches
            .get(account as usize)
            .map_or(&[], Vec::as_slice)
    }

    /// Pairs of accounts that both acted towards each other, the lower first; sorted.
    pub(crate) fn mutual(&self) -> Vec<(u32, u32)> {
        let accounts = 0..u32::try_from(self.ends.len() - 1).unwrap_or(NOTHING);
        let pairs = accounts.flat_map(|account| {
            let above = self
                .of(account)
                .iter()
                .filter(move |tie| tie.other > account);
            above
                .filter(|tie| tie.mutual)
                .map(move |tie| (account, tie.other))
        });
        pairs.collect()
    }

    pub(crate) fn into_approaches(self) -> Vec<Vec<Approach>> {
        self.approaches
    }

    fn slice(&self, account: usize) -> &[Tie] {
        &self.all[self.ends[account]..self.ends[account + 1]]
    }

    fn slice_mut(&mut self, account: usize) -> &mut [Tie] {
        &mut self.all[self.ends[account]..self.ends[account + 1]]
    }
}

/// Whether somebody whom the one knows of old, or who came to it first, knew the other. Both lists of
/// relations are sorted by the account at their other end.
pub(crate) fn vouched(
    ours: &[Tie],
    theirs: &[Tie],
    at: Micros,
    is_rooted: impl Fn(u32) -> bool,
) -> bool {
    // From the shorter list into the longer: whoever a million accounts ask has a million relations, and
    // they are looked at once for each of those accounts.
    let ours_is_shorter = ours.len() <= theirs.len();
    let (few, mut rest) = if ours_is_shorter {
        (ours, theirs)
    } else {
        (theirs, ours)
    };
    for tie in few {
        rest = &rest[rest.partition_point(|other| other.other < tie.other)..];
        let Some(match_of) = rest.first().filter(|other| other.other == tie.other) else {
            continue;
        };
        let (our, their) = if ours_is_shorter {
            (tie, match_of)
        } else {
            (match_of, tie)
        };
        let ours_is_sound = our.is_of_old() || (our.begun == Begun::WasAsked && our.was_mutual(at));
        let theirs_is_sound = their.is_of_old() || their.was_mutual(at);
        if ours_is_sound && theirs_is_sound && is_rooted(our.other) {
            return true;
        }
    }
    false
}

impl Tie {
    /// The same relation as the other account sees it.
    pub(crate) fn turned(self, other: u32) -> Self {
        Self {
            other,
            begun: match self.begun {
                Begun::Asked => Begun::WasAsked,
                Begun::WasAsked => Begun::Asked,
                Begun::Before => Begun::Before,
            },
            ..self
        }
    }

    /// Whether the two knew each other before anything was recorded, and both show it.
    pub(crate) fn is_of_old(&self) -> bool {
        self.begun == Begun::Before && self.mutual
    }

    /// Whether both had acted towards each other before a moment.
    pub(crate) fn was_mutual(&self, at: Micros) -> bool {
        self.mutual && self.mutual_at < at
    }
}

/// Whether people ask before they connect here. On a platform that records no such thing, writing
/// to somebody first is how one approaches.
fn platform_knows_requests(world: &World) -> bool {
    world
        .rows
        .iter()
        .any(|row| matches!(row.verb, Verb::RequestContact))
}

/// Whether a row says that two accounts have to do with each other.
pub(crate) fn relates(row: &Row, asking: bool) -> bool {
    row.target != NOTHING
        && row.target != row.account
        && match row.verb {
            Verb::RequestContact
            | Verb::AcceptContact
            | Verb::Message
            | Verb::Reply
            | Verb::ShareLink
            | Verb::ShareFile
            | Verb::Transfer => true,
            Verb::Follow => !asking,
            _ => false,
        }
}

/// What a verb means for a relation: where nobody asks, the first message is the question.
pub(crate) fn meant(verb: Verb, asking: bool) -> Verb {
    match verb {
        Verb::Message | Verb::Follow if !asking => Verb::RequestContact,
        verb => verb,
    }
}

/// What a run of things between two accounts, in order of time, amounts to.
fn relation(group: &[Passed]) -> (u32, u32, Tie) {
    let first = group[0];
    let first_of = |by_low: bool| {
        let mut sent = group.iter().filter(|passed| passed.by_low == by_low);
        sent.next().map(|passed| (passed.at, passed.verb))
    };
    let tie = between(first.high, first_of(true), first_of(false));
    (first.low, first.high, tie.expect("a group is not empty"))
}

/// What is between an account and another, of the first thing that each of them did towards the other.
pub(crate) fn between(
    other: u32,
    ours: Option<(Micros, Verb)>,
    theirs: Option<(Micros, Verb)>,
) -> Option<Tie> {
    let (we_began, (first_at, verb), answer) = match (ours, theirs) {
        (None, None) => return None,
        (Some(ours), None) => (true, ours, None),
        (None, Some(theirs)) => (false, theirs, None),
        (Some(ours), Some(theirs)) if ours < theirs => (true, ours, Some(theirs)),
        (Some(ours), Some(theirs)) => (false, theirs, Some(ours)),
    };
    // An acceptance without a question in sight answers one from before the records began.
    let begun = match (verb, we_began) {
        (Verb::RequestContact, true) | (Verb::AcceptContact, false) => Begun::Asked,
        (Verb::RequestContact, false) | (Verb::AcceptContact, true) => Begun::WasAsked,
        _ => Begun::Before,
    };
    Some(Tie {
        other,
        first_at,
        begun,
        mutual_at: answer.map_or(NO_TIME, |answer| answer.0),
        mutual: answer.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::History;
    use crate::tests::platform::{Platform, person};

    /// Each entry: who, verb, to whom, day.
    fn check(story: &[(usize, Verb, usize, u64)], who: usize) -> Vec<(u32, bool, bool)> {
        let mut platform = Platform::empty();
        for number in 0..6 {
            platform.account(&person(number), 0);
        }
        for (from, verb, to, day) in story {
            platform.to(*verb, &person(*from), &person(*to), *day);
        }
        let history = History::new(&platform.world());
        history
            .approaches(u32::try_from(who).unwrap())
            .iter()
            .map(|approach| (approach.target, approach.stranger, approach.answered))
            .collect()
    }

    #[test]
    fn whom_nobody_known_knows_is_a_stranger() {
        let story = [
            (0, Verb::RequestContact, 1, 5),
            (1, Verb::AcceptContact, 0, 6),
        ];
        assert_eq!(check(&story, 0), [(1, true, true)]);
        assert_eq!(check(&story, 1), []);
    }

    #[test]
    fn a_friend_of_an_old_friend_is_no_stranger() {
        let story = [
            (0, Verb::Message, 2, 1),
            (2, Verb::Reply, 0, 2),
            (1, Verb::Message, 2, 60),
            (2, Verb::Reply, 1, 61),
            (0, Verb::RequestContact, 1, 5),
        ];
        assert_eq!(check(&story, 0), [(1, false, false)]);
    }

    #[test]
    fn whom_one_meets_in_one_place_is_no_stranger() {
        let is_stranger = |days_apart: u64| {
            let mut platform = Platform::empty();
            for number in 0..2 {
                platform.account(&person(number), 0);
            }
            platform.sign_in(&person(0), 20, "198.19.0.1", "own-0");
            platform.to(Verb::RequestContact, &person(0), &person(1), 20);
            let noon = platform.actions[0].at;
            platform.actions[1].at = noon;
            platform.sign_in(&person(1), 20 + days_apart, "198.19.0.1", "own-1");
            if days_apart == 0 {
                platform.actions[2].at = noon;
            }
            History::new(&platform.world()).approaches(0)[0].stranger
        };
        assert!(!is_stranger(0));
        assert!(is_stranger(2));
    }

    #[test]
    fn accomplices_do_not_vouch_for_each_other() {
        let story = [
            (3, Verb::RequestContact, 0, 1),
            (0, Verb::AcceptContact, 3, 2),
            (3, Verb::RequestContact, 1, 3),
            (1, Verb::AcceptContact, 3, 4),
            (0, Verb::RequestContact, 1, 5),
        ];
        assert_eq!(check(&story, 0), [(1, true, false)]);
    }

    #[test]
    fn where_nobody_asks_the_first_message_is_the_approach() {
        let story = [(0, Verb::Message, 1, 5), (1, Verb::Reply, 0, 6)];
        assert_eq!(check(&story, 0), [(1, true, true)]);
    }
}
