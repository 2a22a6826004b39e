//! How strangers are addressed for a purpose: by recruiters, sales people and personas alike.
//!
//! All of them draw on the same grammar, so that the manner alone proves nothing. What differs is
//! the choices they stick to and the names they drop, and both belong to whoever wrote the script.

use crate::chance::Chance;
use crate::names::{capitalised, invented_word};

/// One way to address strangers: a choice for every part of every sentence, and names to drop.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    choices: [u8; PARTS],
    firm: String,
    event: String,
}

/// What is being said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// The note with the request, or the first message.
    Opener,
    /// Talk on the way, by turn.
    Talk(u8),
    /// The words that go with the link or file.
    Pitch,
}

const PARTS: usize = 16;

const OPENERS: [&[&str]; 5] = [
    &[
        "Hi {name},",
        "Hello {name},",
        "Dear {name},",
        "Good day {name},",
        "{name}, hello.",
    ],
    &[
        "I came across your profile while looking for people in {field}",
        "your name came up when I asked around about {field}",
        "I enjoyed what you wrote on {field}",
        "a colleague pointed me to your work as {field}",
        "we met briefly at {event} and I remembered you work as {field}",
    ],
    &[
        "and was impressed.",
        "and wanted to get in touch.",
        "and thought we should talk.",
        "and have a question.",
    ],
    &[
        "I am with {firm} and we are growing.",
        "At {firm} we are putting together a small group.",
        "My team at {firm} is always curious about people like you.",
        "I look after partnerships at {firm}.",
        "I write for {firm} now and then.",
    ],
    &[
        "Would you be open to connecting?",
        "May I add you?",
        "I would be glad to connect.",
        "Let us stay in touch.",
    ],
];
const TALKS: [&[&str]; 6] = [
    &[
        "Thank you for connecting, how is the work as {field} these days?",
        "Glad to be in touch. Are you still enjoying {field}?",
        "Good to meet you here. What keeps you busy as {field}?",
        "Thanks for accepting! Is it always this busy in {field}?",
    ],
    &[
        "We had a long week at {firm}, half the office was at {event}.",
        "I just came back from {event}, you would have liked it.",
        "Here at {firm} everyone talks about {event} right now.",
        "I missed {event} this year, did you go?",
    ],
    &[
        "How big is the team you are in, if I may ask?",
        "Do you work on your own or in a group?",
        "Who decides about new tools where you are?",
        "Are you happy with the people you work for?",
    ],
    &[
        "I used to do something close to that before {firm}.",
        "That is very close to what we plan at {firm}.",
        "A friend at {firm} has the same problem.",
        "It sounds like what they discussed at {event}.",
    ],
    &[
        "By the way, we may have something for you early next year.",
        "There may be an opening that would suit you.",
        "I could imagine you speaking at {event}.",
        "I would value your opinion on a draft.",
    ],
    &[
        "No hurry at all, whenever it suits you.",
        "Let me know, there is no rush.",
        "Take your time, I know how December is.",
        "Happy to explain more whenever you like.",
    ],
];
const PITCHES: [&[&str]; 3] = [
    &[
        "As promised, here are the details from {firm}.",
        "This is the description I mentioned.",
        "Here is the draft programme of {event}.",
        "I put the key points together for you.",
    ],
    &[
        "Please have a look before we talk.",
        "It only takes a few minutes to read.",
        "I would like to hear what you think.",
        "You need to open it on a computer.",
    ],
    &[
        "Best wishes",
        "Kind regards",
        "Looking forward to your answer",
        "Thanks in advance",
    ],
];

impl Script {
    /// A script of someone's own.
    pub(crate) fn new(chance: &mut Chance) -> Self {
        let firm = capitalised(&invented_word(chance));
        let trade = chance.pick(&[
            "Partners",
            "Consulting",
            "Systems",
            "Group",
            "Institute",
            "Review",
        ]);
        let event = capitalised(&invented_word(chance));
        let kind = chance.pick(&["Forum", "Summit", "Days", "Conference", "Roundtable"]);
        Self {
            choices: std::array::from_fn(|_| chance.bits().to_be_bytes()[0]),
            firm: format!("{firm} {trade}"),
            event: format!("{event} {kind}"),
        }
    }

    /// This script as someone else uses it who keeps `kept` of it and makes up the rest.
    pub(crate) fn retold(&self, chance: &mut Chance, kept: f64) -> Self {
        let own = Self::new(chance);
        let mut told = self.clone();
        for (choice, other) in told.choices.iter_mut().zip(own.choices) {
            if !chance.happens(kept) {
                *choice = other;
            }
        }
        if !chance.happens(kept) {
            told.firm = own.firm;
        }
        if !chance.happens(kept) {
            told.event = own.event;
        }
        told
    }

    /// A line of it, to someone of this name and profession.
    pub(crate) fn say(&self, line: Line, name: &str, field: &str) -> String {
        let (sentences, first): (&[&[&str]], usize) = match line {
            Line::Opener => (&OPENERS, 0),
            Line::Talk(turn) => {
                let turn = usize::from(turn) % TALKS.len();
                (&TALKS[turn..=turn], 5 + turn)
            }
            Line::Pitch => (&PITCHES, 11),
        };
        let spoken: Vec<String> = sentences
            .iter()
            .zip(&self.choices[first..])
            .map(|(alternatives, choice)| {
                alternatives[usize::from(*choice) % alternatives.len()]
                    .replace("{name}", name)
                    .replace("{field}", field)
                    .replace("{firm}", &self.firm)
                    .replace("{event}", &self.event)
            })
            .collect();
        spoken.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_retold_word_for_word_is_the_same_and_retold_freely_is_not() {
        let mut chance = Chance::new(5, "script");
        let script = Script::new(&mut chance);
        let line = |script: &Script| script.say(Line::Opener, "Vinley", "a nurse");
        assert_eq!(line(&script), line(&script.retold(&mut chance, 1.0)));
        assert_ne!(line(&script), line(&script.retold(&mut chance, 0.0)));
        assert!(!line(&script).contains('{'));
    }
}
