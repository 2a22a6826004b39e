//! Embargoes: what has to be past before something may be told.

use avert_model::{Event, Happened, Timestamp, Until};

/// What of the embargoes is not past yet, in the order given. All have to be past.
///
/// A moment is past from itself on; an event from the moment at which it happened, so that a declaration
/// for tomorrow opens nothing today.
pub fn pending(until: &[Until], happened: &[Happened], now: Timestamp) -> Vec<Until> {
    until
        .iter()
        .filter(|until| match until {
            Until::Time(at) => now < *at,
            Until::Event(event) => !has_happened(event, happened, now),
        })
        .cloned()
        .collect()
}

fn has_happened(event: &Event, happened: &[Happened], now: Timestamp) -> bool {
    happened
        .iter()
        .any(|known| known.event == *event && known.at <= now)
}

#[cfg(test)]
mod tests {
    use avert_model::CaseId;

    use super::*;

    #[test]
    fn an_embargo_is_over_when_the_last_of_what_it_waits_for_is_past() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let closed = Event::CaseClosed(CaseId::from_number(1));
        let until = [Until::Time(at(10)), Until::Event(closed.clone())];
        let happened = [Happened {
            event: closed,
            at: at(20),
        }];
        let left = |now, happened: &[Happened]| pending(&until, happened, at(now)).len();
        assert_eq!(
            [0, 9, 10, 19, 20].map(|now| left(now, &happened)),
            [2, 2, 1, 1, 0]
        );
        assert_eq!(
            left(99, &[]),
            1,
            "another case may be closed as often as it likes"
        );
        assert_eq!(pending(&[], &[], at(0)), []);
    }
}
