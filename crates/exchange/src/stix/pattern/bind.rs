//! Which observations together make an observation expression true.
//!
//! A binding is a choice of observations, each taken at most as often as it was made. AND, FOLLOWEDBY
//! and REPEATS never take one observation for two.

use avert_model::Timestamp;

use super::TooMany;
use super::compare::{Effort, Within};
use super::observed::Observations;
use super::syntax::{Comparison, Expression, Qualifier};

/// At most so many bindings of one expression are kept, and so many joins tried.
const MOST_BINDINGS: usize = 10_000;
const MOST_JOINS: usize = 1_000_000;
/// So many observations may stand in all that was chosen because they lie close together.
const MOST_HELD: usize = 10_000_000;
/// At most so many steps, letters and values are looked at for one pattern.
const MOST_EFFORT: usize = 20_000_000;

/// How often each observation is taken, by its place, sorted.
pub(super) type Binding = Vec<(usize, u64)>;

pub(super) struct Binder<'b, 'j> {
    observations: &'b Observations<'j>,
    joins: usize,
    held: usize,
    effort: Effort,
    /// Whether it counts which observations others could want.
    looks_closely: bool,
}

impl<'b, 'j> Binder<'b, 'j> {
    pub(super) fn new(observations: &'b Observations<'j>) -> Self {
        Self {
            observations,
            joins: 0,
            held: 0,
            looks_closely: false,
            effort: Effort::new(MOST_EFFORT),
        }
    }

    /// A binding that makes an expression true, if there is one.
    ///
    /// Looked for first among the observations that repeat closest together, which is quick and finds most; only where
    /// that finds none, and another part of the expression could want one of those, among all that make a difference.
    pub(super) fn first(&mut self, expression: &Expression) -> Result<Option<Binding>, TooMany> {
        let none = vec![false; self.observations.all.len()];
        let among = Among {
            allowed: &vec![true; none.len()],
            wanted: &none,
        };
        let mut found = self.bind(expression, among)?;
        if found.is_empty() && has_repeats_beside(expression, false) {
            self.looks_closely = true;
            found = self.bind(expression, among)?;
        }
        Ok(found.into_iter().next())
    }

    /// The bindings that make an expression true: of those that differ in nothing that matters, one.
    fn bind(&mut self, expression: &Expression, among: Among<'_>) -> Result<Vec<Binding>, TooMany> {
        match expression {
            Expression::Observed(comparison) => {
                let places = self.observed(comparison, among.allowed)?.into_iter();
                Ok(places.map(|place| vec![(place, 1)]).collect())
            }
            Expression::Or(any) => {
                let mut all = Vec::new();
                for one in any {
                    all.extend(self.bind(one, among)?);
                    limit(&all)?;
                }
                Ok(distinct(all))
            }
            Expression::And(all) => self.joined(all, among, |_, _, _| true),
            Expression::FollowedBy(all) => self.joined(all, among, |binder, before, after| {
                binder.latest_first(before) <= binder.earliest_last(after)
            }),
            Expression::Qualified(inner, qualifiers) => self.qualified(inner, qualifiers, among),
        }
    }

    /// The observations that have an object like this.
    fn observed(&self, comparison: &Comparison, allowed: &[bool]) -> Result<Vec<usize>, TooMany> {
        let holds = |place: &usize| {
            allowed[*place]
                && comparison.holds_of_some(Within {
                    observation: &self.observations.all[*place],
                    effort: &self.effort,
                })
        };
        let places = (0..self.observations.all.len()).filter(holds).collect();
        if self.effort.is_spent() {
            return Err(TooMany);
        }
        Ok(places)
    }

    fn joined(
        &mut self,
        all: &[Expression],
        among: Among<'_>,
        fits: impl Fn(&Self, &Binding, &Binding) -> bool,
    ) -> Result<Vec<Binding>, TooMany> {
        let looks_closely = self.looks_closely && all.iter().any(has_repeats);
        let wanted = if looks_closely {
            self.wanted_by_others(all, among)?
        } else {
            Vec::new()
        };
        let mut joined: Option<Vec<Binding>> = None;
        for (part, one) in all.iter().enumerate() {
            let wanted = wanted.get(part).map_or(among.wanted, Vec::as_slice);
            let right = self.bind(one, Among { wanted, ..among })?;
            let Some(left) = joined.take() else {
                joined = Some(right);
                continue;
            };
            let mut both = Vec::new();
            for before in &left {
                for after in &right {
                    self.join()?;
                    if fits(self, before, after)
                        && let Some(binding) = self.together(before, after)
                    {
                        both.push(binding);
                        limit(&both)?;
                    }
                }
            }
            joined = Some(distinct(both));
        }
        Ok(joined.unwrap_or_default())
    }

    /// For each part, the observations that the other parts, or what is around all of them, could take.
    fn wanted_by_others(
        &mut self,
        all: &[Expression],
        among: Among<'_>,
    ) -> Result<Vec<Vec<bool>>, TooMany> {
        let mut by_part = Vec::new();
        for one in all {
            let mut takes = vec![false; among.allowed.len()];
            let mut comparisons = Vec::new();
            comparisons_of(one, &mut comparisons);
            for comparison in comparisons {
                for place in self.observed(comparison, among.allowed)? {
                    takes[place] = true;
                }
            }
            by_part.push(takes);
        }
        let times = |place: usize| by_part.iter().filter(|takes| takes[place]).count();
        let all_times: Vec<usize> = (0..among.allowed.len()).map(times).collect();
        let of_others = by_part.iter().map(|takes| {
            (0..takes.len())
                .map(|place| among.wanted[place] || all_times[place] > usize::from(takes[place]))
                .collect()
        });
        Ok(of_others.collect())
    }

    fn qualified(
        &mut self,
        inner: &Expression,
        qualifiers: &[Qualifier],
        among: Among<'_>,
    ) -> Result<Vec<Binding>, TooMany> {
        // Every observation of a binding has to be within the times: it can be said before anything is bound.
        let mut allowed = among.allowed.to_vec();
        for qualifier in qualifiers {
            if let Qualifier::StartStop(start, stop) = qualifier {
                for (allowed, of) in allowed.iter_mut().zip(&self.observations.all) {
                    *allowed &= start < stop && of.last >= *start && of.first < *stop;
                }
            }
        }
        let mut rest = qualifiers
            .iter()
            .filter(|qualifier| !matches!(qualifier, Qualifier::StartStop(..)))
            .peekable();
        // Where all of it is repeated, what it takes once it could want again.
        let repeats_all = match inner {
            Expression::Observed(_) => rest.clone().skip(1).any(is_repeats),
            _ => rest.clone().any(is_repeats),
        };
        let everything = vec![self.looks_closely && repeats_all; allowed.len()];
        let among = Among {
            allowed: &allowed,
            wanted: if repeats_all {
                &everything
            } else {
                among.wanted
            },
        };
        // One kind of observation, many times, is the usual case, and has no need of all combinations.
        let mut bindings = match (inner, rest.peek()) {
            (Expression::Observed(comparison), Some(Qualifier::Repeats(times))) => {
                rest.next();
                let places = self.observed(comparison, &allowed)?;
                self.often(&places, *times, among.wanted)?
            }
            _ => self.bind(inner, among)?,
        };
        for qualifier in rest {
            match qualifier {
                Qualifier::Within(seconds) => {
                    bindings.retain(|binding| {
                        let apart = self
                            .latest_first(binding)
                            .duration_since(self.earliest_last(binding));
                        *seconds > 0.0 && apart.as_secs_f64() <= *seconds
                    });
                }
                Qualifier::Repeats(times) => bindings = self.repeated(&bindings, *times)?,
                Qualifier::StartStop(..) => {}
            }
        }
        Ok(bindings)
    }

    /// So many of these observations together. Whether so many fit into a span of time, or before or after others, is
    /// seen from those that lie closest together; which of those are taken that others could want makes a difference too.
    fn often(
        &mut self,
        places: &[usize],
        times: u64,
        wanted: &[bool],
    ) -> Result<Vec<Binding>, TooMany> {
        if times == 0 {
            return Ok(Vec::new());
        }
        let (contested, free): (Vec<usize>, Vec<usize>) =
            places.iter().partition(|place| wanted[**place]);
        let mut taken: Vec<(Binding, u64)> = vec![(Vec::new(), times)];
        for place in contested {
            let mut more = Vec::new();
            for (binding, left) in &taken {
                for count in 1..=self.observations.all[place].number.min(*left) {
                    self.join()?;
                    let mut binding = binding.clone();
                    binding.push((place, count));
                    more.push((binding, left - count));
                    limit(&more)?;
                }
            }
            taken.extend(more);
            limit(&taken)?;
        }
        let mut found = Vec::new();
        for (binding, left) in taken {
            if left == 0 {
                found.push(binding);
                continue;
            }
            for closest in self.closest(&free, left)? {
                let mut both = binding.clone();
                both.extend(closest);
                both.sort_unstable();
                found.push(both);
            }
        }
        Ok(distinct(found))
    }

    /// Of these observations, so many as lie closest together, beginning with each that may be the first
    /// to end: any others lie further apart.
    fn closest(&mut self, places: &[usize], times: u64) -> Result<Vec<Binding>, TooMany> {
        let all = &self.observations.all;
        let mut by_first = places.to_vec();
        by_first.sort_by_key(|place| all[*place].first);
        let mut found = Vec::new();
        for ends_first in places {
            let first = &all[*ends_first];
            let mut binding = vec![(*ends_first, first.number.min(times))];
            let mut left = times.saturating_sub(first.number);
            for place in &by_first {
                if left == 0 {
                    break;
                }
                if place != ends_first && all[*place].last >= first.last {
                    let taken = all[*place].number.min(left);
                    binding.push((*place, taken));
                    left -= taken;
                }
            }
            self.held += binding.len();
            if self.held > MOST_HELD {
                return Err(TooMany);
            }
            if left == 0 {
                binding.sort_unstable();
                found.push(binding);
            }
        }
        Ok(distinct(found))
    }

    /// So many of these bindings together, none of which takes an observation of another.
    fn repeated(&mut self, bindings: &[Binding], times: u64) -> Result<Vec<Binding>, TooMany> {
        let mut repeated = if times == 0 {
            Vec::new()
        } else {
            bindings.to_vec()
        };
        for _ in 1..times {
            let mut more = Vec::new();
            for before in &repeated {
                for after in bindings {
                    self.join()?;
                    if let Some(binding) = self.together(before, after) {
                        more.push(binding);
                        limit(&more)?;
                    }
                }
            }
            repeated = distinct(more);
            if repeated.is_empty() {
                break;
            }
        }
        Ok(repeated)
    }

    /// Two bindings as one, if no observation is taken more often than it was made.
    fn together(&self, left: &Binding, right: &Binding) -> Option<Binding> {
        let mut both = left.clone();
        for (place, count) in right {
            match both.binary_search_by_key(place, |(place, _)| *place) {
                Ok(at) => both[at].1 += count,
                Err(at) => both.insert(at, (*place, *count)),
            }
        }
        let all = &self.observations.all;
        both.iter()
            .all(|(place, count)| *count <= all[*place].number)
            .then_some(both)
    }

    fn latest_first(&self, binding: &Binding) -> Timestamp {
        let first = |(place, _): &(usize, u64)| self.observations.all[*place].first;
        binding.iter().map(first).max().unwrap_or(Timestamp::MIN)
    }

    fn earliest_last(&self, binding: &Binding) -> Timestamp {
        let last = |(place, _): &(usize, u64)| self.observations.all[*place].last;
        binding.iter().map(last).min().unwrap_or(Timestamp::MAX)
    }

    fn join(&mut self) -> Result<(), TooMany> {
        self.joins += 1;
        if self.joins > MOST_JOINS {
            Err(TooMany)
        } else {
            Ok(())
        }
    }
}

/// Of which observations something is bound.
#[derive(Clone, Copy)]
struct Among<'a> {
    /// Those that may be taken at all.
    allowed: &'a [bool],
    /// Those that another part of the pattern could want.
    wanted: &'a [bool],
}

fn is_repeats(qualifier: &Qualifier) -> bool {
    matches!(qualifier, Qualifier::Repeats(_))
}

/// Whether anything in it is repeated.
fn has_repeats(expression: &Expression) -> bool {
    match expression {
        Expression::Observed(_) => false,
        Expression::And(all) | Expression::Or(all) | Expression::FollowedBy(all) => {
            all.iter().any(has_repeats)
        }
        Expression::Qualified(inner, qualifiers) => {
            qualifiers.iter().any(is_repeats) || has_repeats(inner)
        }
    }
}

/// Whether observations are repeated beside others, or as part of what is repeated as a whole.
fn has_repeats_beside(expression: &Expression, is_beside: bool) -> bool {
    match expression {
        Expression::Observed(_) => false,
        Expression::Or(all) => all.iter().any(|one| has_repeats_beside(one, is_beside)),
        Expression::And(all) | Expression::FollowedBy(all) => {
            let is_beside = is_beside || all.len() > 1;
            all.iter().any(|one| has_repeats_beside(one, is_beside))
        }
        Expression::Qualified(inner, qualifiers) => {
            let repeats = qualifiers.iter().filter(|one| is_repeats(one)).count();
            (is_beside && repeats > 0)
                || repeats > 1
                || has_repeats_beside(inner, is_beside || repeats > 0)
        }
    }
}

/// What single observations of it are compared with.
fn comparisons_of<'e>(expression: &'e Expression, found: &mut Vec<&'e Comparison>) {
    match expression {
        Expression::Observed(comparison) => found.push(comparison),
        Expression::And(all) | Expression::Or(all) | Expression::FollowedBy(all) => {
            for one in all {
                comparisons_of(one, found);
            }
        }
        Expression::Qualified(inner, _) => comparisons_of(inner, found),
    }
}

fn limit<T>(bindings: &[T]) -> Result<(), TooMany> {
    if bindings.len() > MOST_BINDINGS {
        Err(TooMany)
    } else {
        Ok(())
    }
}

fn distinct(mut bindings: Vec<Binding>) -> Vec<Binding> {
    bindings.sort_unstable();
    bindings.dedup();
    bindings
}
