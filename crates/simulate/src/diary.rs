//! What happens, and when: the actions of the coming days.

use avert_model::Verb;

use crate::network::Place;
use crate::rhythm::Calendar;

/// One action.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// Milliseconds since 1970, UTC.
    pub(crate) at: i64,
    pub(crate) actor: u32,
    pub(crate) verb: Verb,
    pub(crate) target: Option<u32>,
    pub(crate) object: Option<String>,
    pub(crate) text: Option<String>,
    /// Where it came from; `None` lets [`crate::whereabouts`] decide on the day.
    pub(crate) place: Option<Place>,
}

impl Event {
    /// An action with nothing but who, what and when.
    pub(crate) fn new(at: i64, actor: u32, verb: Verb) -> Self {
        Self {
            at,
            actor,
            verb,
            target: None,
            object: None,
            text: None,
            place: None,
        }
    }

    /// The same, done to someone.
    pub(crate) fn to(mut self, target: u32) -> Self {
        self.target = Some(target);
        self
    }

    /// The same, with a thing.
    pub(crate) fn with(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// The same, with these words.
    pub(crate) fn saying(mut self, text: String) -> Self {
        self.text = Some(text);
        self
    }

    /// The same, from there.
    pub(crate) fn from(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}

/// What is still to happen, by day.
pub(crate) struct Diary {
    calendar: Calendar,
    days: Vec<Vec<Event>>,
}

impl Diary {
    /// An empty diary.
    pub(crate) fn new(calendar: Calendar) -> Self {
        let days = usize::try_from(calendar.days).expect("a scenario has 30 to 365 days");
        Self {
            calendar,
            days: vec![Vec::new(); days],
        }
    }

    /// Notes what will happen. What falls outside the exported days is forgotten.
    pub(crate) fn note(&mut self, event: Event) {
        let day = usize::try_from(self.calendar.day(event.at)).ok();
        if let Some(day) = day.and_then(|day| self.days.get_mut(day)) {
            day.push(event);
        }
    }

    /// Takes a day out of the diary, in the order in which things happen on it.
    pub(crate) fn take(&mut self, day: i64) -> Vec<Event> {
        let day = usize::try_from(day).ok();
        let mut events = day
            .and_then(|day| self.days.get_mut(day))
            .map(std::mem::take)
            .unwrap_or_default();
        // The sort is stable: what happens in one millisecond keeps the order it was noted in.
        events.sort_by_key(|event| event.at);
        events
    }
}
