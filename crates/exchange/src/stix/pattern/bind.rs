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
/// At most so many steps, letters and values are looked at for one pattern.
const MOST_EFFORT: usize = 20_000_000;

/// How often each observation is taken, by its place, sorted.
pub(super) type Binding = Vec<(usize, u64)>;

pub(super) struct Binder<'b, 'j> {
    observations: &'b Observations<'j>,
    joins: usize,
    effort: Effort,
}

impl<'b, 'j> Binder<'b, 'j> {
    pub(super) fn new(observations: &'b Observations<'j>) -> Self {
        Self {
            observations,
            joins: 0,
            effort: Effort::new(MOST_EFFORT),
        }
    }

    /// The bindings that make an expression true, of the observations that `allowed` says.
    pub(super) fn bind(
        &mut self,
        expression: &Expression,
        allowed: &[bool],
    ) -> Result<Vec<Binding>, TooMany> {
        match expression {
            Expression::Observed(comparison) => {
                let places = self.observed(comparison, allowed)?.into_iter();
                Ok(places.map(|place| vec![(place, 1)]).collect())
            }
            Expression::Or(any) => {
                let mut all = Vec::new();
                for one in any {
                    all.extend(self.bind(one, allowed)?);
                    limit(&all)?;
                }
                Ok(distinct(all))
            }
            Expression::And(all) => self.joined(all, allowed, |_, _, _| true),
            Expression::FollowedBy(all) => self.joined(all, allowed, |binder, before, after| {
                binder.latest_first(before) <= binder.earliest_last(after)
            }),
            Expression::Qualified(inner, qualifiers) => self.qualified(inner, qualifiers, allowed),
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
        allowed: &[bool],
        fits: impl Fn(&Self, &Binding, &Binding) -> bool,
    ) -> Result<Vec<Binding>, TooMany> {
        let mut joined: Option<Vec<Binding>> = None;
        for one in all {
            let right = self.bind(one, allowed)?;
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

    fn qualified(
        &mut self,
        inner: &Expression,
        qualifiers: &[Qualifier],
        allowed: &[bool],
    ) -> Result<Vec<Binding>, TooMany> {
        // Every observation of a binding has to be within the times: it can be said before anything is bound.
        let mut allowed = allowed.to_vec();
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
        // One kind of observation, many times, is the usual case, and has no need of all combinations.
        let mut bindings = match (inner, rest.peek()) {
            (Expression::Observed(comparison), Some(Qualifier::Repeats(times))) => {
                rest.next();
                let places = self.observed(comparison, &allowed)?;
                self.closest(&places, *times)
            }
            _ => self.bind(inner, &allowed)?,
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

    /// Of these observations, so many as lie closest together, beginning with each that may be the first
    /// to end. Whether so many fit into a span of time is seen from these: any others lie further apart.
    fn closest(&self, places: &[usize], times: u64) -> Vec<Binding> {
        let of = |place: usize| &self.observations.all[place];
        let mut by_first = places.to_vec();
        by_first.sort_by_key(|place| of(*place).first);
        let mut found = Vec::new();
        for ends_first in places {
            let mut binding = vec![(*ends_first, of(*ends_first).number.min(times))];
            let mut left = times.saturating_sub(of(*ends_first).number);
            for place in &by_first {
                if left == 0 {
                    break;
                }
                if place != ends_first && of(*place).last >= of(*ends_first).last {
                    let taken = of(*place).number.min(left);
                    binding.push((*place, taken));
                    left -= taken;
                }
            }
            if left == 0 && times > 0 && found.len() < MOST_BINDINGS {
                binding.sort_unstable();
                found.push(binding);
            }
        }
        distinct(found)
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

fn limit(bindings: &[Binding]) -> Result<(), TooMany> {
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
