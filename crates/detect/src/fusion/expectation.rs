//! How much overlap in approached strangers chance alone would give.
//!
//! Two recruiters for one trade approach the same people because there are only so many. The
//! expectation keeps how many strangers each account approaches and how sought each person is.

use crate::trace::Trace;

/// How many accounts approached each person, and how many people each account approached.
pub(crate) struct Reach {
    approached: Vec<u32>,
    /// The sum over people of (times approached)², over (all approaches)².
    concentration: f64,
}

impl Reach {
    /// Counts the traces of layer `contacted-person`; sorted by object.
    pub(crate) fn new(traces: &[Trace], accounts: usize) -> Self {
        let mut approached = vec![0_u32; accounts];
        let mut squares = 0.0;
        for person in traces.chunk_by(|a, b| a.object == b.object) {
            squares += (person.len() * person.len().saturating_sub(1)) as f64;
            for trace in person {
                if let Some(count) = approached.get_mut(trace.account as usize) {
                    *count += 1;
                }
            }
        }
        let all = (traces.len() as f64).max(1.0);
        Self {
            approached,
            concentration: squares / (all * all),
        }
    }

    /// How many people two accounts would both approach by chance.
    pub(crate) fn expected(&self, a: u32, b: u32) -> f64 {
        let reach = |account: u32| {
            self.approached
                .get(account as usize)
                .copied()
                .map_or(0.0, f64::from)
        };
        reach(a) * reach(b) * self.concentration
    }
}

/// The part of a weight that is left when `expected` of `seen` objects are chance.
pub(crate) fn beyond_expectation(weight: f64, seen: u32, expected: f64) -> f64 {
    let seen = f64::from(seen.max(1));
    weight * ((seen - expected) / seen).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_chance_explains_weighs_nothing() {
        assert!(beyond_expectation(10.0, 2, 3.0).abs() < 1e-12);
        assert!((beyond_expectation(10.0, 2, 1.0) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn who_approaches_more_people_overlaps_more_by_chance() {
        let traces: Vec<Trace> = (0..10)
            .flat_map(|person| [(person, 0), (person, 1)])
            .chain([(20, 2)])
            .map(|(person, account)| Trace::new(0, person, account, None))
            .collect();
        let reach = Reach::new(&traces, 3);
        assert!(reach.expected(0, 1) > reach.expected(0, 2));
    }
}
