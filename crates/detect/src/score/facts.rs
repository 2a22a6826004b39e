//! Facts in plain words, each readable alone.

use avert_model::{AccountId, Fact, FactCode, Layer, Provenance, Timestamp};

use super::account::{Aspect, Evidence};
use super::crowd::Field;
use super::rhythm::UnlikelyHours;
use super::shared::{SharedThing, words};
use crate::history::Conduct;
use crate::network::Change;
use crate::seed::Touch;

/// How many objects a fact names at most.
const NAMED: usize = 8;

/// A kind of change that says less, in nats, is not named.
const WORTH_MENTIONING: f64 = 1.0;

/// Writes facts that carry one provenance.
pub(crate) struct Scribe {
    pub(crate) provenance: Provenance,
}

/// A moment as the model writes it.
pub(crate) fn moment(at: Option<i64>) -> Option<Timestamp> {
    at.and_then(|at| Timestamp::from_microsecond(at).ok())
}

impl Scribe {
    /// A fact with nothing but what everyone has.
    pub(crate) fn fact(
        &self,
        code: FactCode,
        text: String,
        accounts: Vec<AccountId>,
        weight: f64,
    ) -> Fact {
        Fact {
            code,
            text,
            accounts,
            layer: None,
            weight,
            first_at: None,
            last_at: None,
            objects: Vec::new(),
            object_count: 0,
            counterfactual: None,
            provenance: self.provenance.clone(),
        }
    }

    /// What accounts share in one layer. `whose` begins the sentence; `things` are of that layer.
    pub(crate) fn shares(
        &self,
        whose: &str,
        layer: &Layer,
        things: &[&SharedThing],
        accounts: Vec<AccountId>,
        weight: f64,
    ) -> Fact {
        let (one, several) = words(layer);
        let what = match things.len() {
            1 => format!("1 {one}"),
            number => format!("{number} {several}"),
        };
        let fewest = things.iter().map(|thing| thing.touched).min().unwrap_or(0);
        let mut fact = self.fact(
            FactCode::SharedObjects,
            format!(
                "{whose} {what}; the rarest is known from {fewest} accounts of the whole platform"
            ),
            accounts,
            weight,
        );
        fact.layer = Some(layer.clone());
        fact.first_at = moment(things.iter().filter_map(|thing| thing.first).min());
        fact.last_at = moment(things.iter().filter_map(|thing| thing.last).max());
        fact.objects = things
            .iter()
            .filter_map(|thing| thing.name.clone())
            .take(NAMED)
            .collect();
        fact.object_count = things.len() as u64;
        fact
    }

    /// That accounts act while people sleep where they claim to live.
    pub(crate) fn unlikely_hours(&self, found: &UnlikelyHours, accounts: Vec<AccountId>) -> Fact {
        let percent = |share: f64| (share * 100.0).round();
        let text = format!(
            "{} claim to live by the clock of {}; {} % of what they do is done between 23:00 and 07:00 there, \
             where {} % is usual; their hours fit UTC{:+} best ({} %)",
            if accounts.len() == 1 {
                "1 made-up person".to_owned()
            } else {
                format!("{} made-up people", accounts.len())
            },
            found.zones.join(", "),
            percent(found.share),
            percent(found.usual),
            found.fits,
            percent(found.share_where_it_fits),
        );
        let mut fact = self.fact(FactCode::UnlikelyHours, text, accounts, 0.0);
        fact.objects = found.zones.iter().take(NAMED).cloned().collect();
        fact.object_count = found.zones.len() as u64;
        fact
    }

    /// That an account approaches other people than the rest of the network.
    pub(crate) fn apart(&self, account: &AccountId, field: &Field, weight: f64) -> Option<Fact> {
        (weight < 0.0).then(|| {
            let text = format!(
                "Only {:.0} of the {:.0} strangers it approached were approached by others of the network",
                field.common, field.own
            );
            self.fact(FactCode::Exonerating, text, vec![account.clone()], weight)
        })
    }

    /// What a known-hostile account or indicator has to do with an account.
    pub(crate) fn touches_seed(&self, account: &AccountId, touch: &Touch) -> Fact {
        let mut text = match &touch.thing {
            None => "It is known to be hostile".to_owned(),
            Some((layer, _)) if touch.is_seed => {
                format!(
                    "It touched a {} that is known to be hostile",
                    words(layer).0
                )
            }
            Some((layer, _)) => format!(
                "It touched a {} that few touch, and a known-hostile account among them",
                words(layer).0
            ),
        };
        if let Some(why) = &touch.why {
            text.push_str(": ");
            text.push_str(why);
        }
        let accounts = vec![account.clone()];
        let mut fact = self.fact(FactCode::TouchesSeed, text, accounts, touch.weight);
        if let Some((layer, name)) = &touch.thing {
            fact.layer = Some(layer.clone());
            fact.objects = name.iter().cloned().collect();
            fact.object_count = 1;
        }
        fact
    }

    /// That an account came into other hands, and what shows it.
    pub(crate) fn abrupt_change(&self, account: &AccountId, change: &Change) -> Fact {
        let ways: Vec<&str> = [
            (change.machines, "from machines it had never used"),
            (change.hours, "at other hours of the day"),
            (change.language, "in another language"),
        ]
        .into_iter()
        .filter(|(weight, _)| *weight >= WORTH_MENTIONING)
        .map(|(_, way)| way)
        .collect();
        let how = if ways.is_empty() {
            String::new()
        } else {
            format!(", {}", ways.join(", "))
        };
        let what = if change.contacts > 0.0 {
            "it began to approach strangers"
        } else {
            "it was used"
        };
        let mut fact = self.fact(
            FactCode::AbruptChange,
            format!("After an ordinary history {what}{how}"),
            vec![account.clone()],
            0.0,
        );
        fact.first_at = moment(Some(change.at));
        fact
    }

    /// What an account's own conduct says.
    pub(crate) fn conduct(
        &self,
        account: &AccountId,
        evidence: &Evidence,
        conduct: &Conduct,
    ) -> Fact {
        let text = match evidence.aspect {
            Aspect::Strangers => format!(
                "{} of the {} people it asked to connect were strangers to everyone it knew; {} answered",
                conduct.strangers, conduct.asked, conduct.answered
            ),
            Aspect::Age => format!(
                "It was {:.0} days old when it first approached a stranger",
                conduct.age_days.unwrap_or(0.0)
            ),
            Aspect::Delivery => format!(
                "It gave a link or file to {} it had approached as {}",
                people(conduct.delivered),
                if conduct.delivered == 1 {
                    "a stranger"
                } else {
                    "strangers"
                }
            ),
            Aspect::Reports => {
                format!(
                    "{} it approached reported it as abusive",
                    people(conduct.reported_by)
                )
            }
            Aspect::OldTies => format!(
                "It exchanges words with {} it knew before the records begin",
                people(conduct.old_ties)
            ),
            Aspect::SoughtByOthers => format!(
                "{} with an ordinary circle of their own asked it to connect",
                people(conduct.was_asked)
            ),
            Aspect::Verified => "The platform has verified who holds it".to_owned(),
        };
        self.fact(evidence.code, text, vec![account.clone()], evidence.weight)
    }
}

fn people(number: u32) -> String {
    if number == 1 {
        "1 person".to_owned()
    } else {
        format!("{number} people")
    }
}
