//! What is known of an account, as numbers that a model may weigh.

use avert_model::MemberKind;
use serde::{Deserialize, Serialize};

use super::cohort::Cohorts;
use crate::examine::Examined;
use crate::fusion::Group;
use crate::linkage::of_one_person_or_more;
use crate::near;
use crate::network::Assessed;
use crate::score::Judge;
use crate::score::{account_evidence, without_ties};
use crate::timing;

/// Which detector speaks of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detector {
    /// It shares rare things with others, and does what they do.
    CoAction,
    /// The same, of an account that is tied to the others in one way only, or goes its own.
    Suspected,
    /// The same, of an account that is known of old and whose ways never changed.
    Settled,
    /// The same, of an account whose ways changed all at once.
    TakenOver,
    /// It acts as one in time with others.
    Timing,
    /// It is one of many accounts of one hand.
    Linkage,
    /// No detector names it: its own conduct is all there is.
    None,
}

/// One number.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    /// Its name in model files.
    pub name: &'static str,
    /// What it means, with its unit.
    pub meaning: &'static str,
}

macro_rules! features {
    ($($place:ident $name:literal $meaning:literal,)+) => {
        #[derive(Debug, Clone, Copy)]
        enum Place { $($place,)+ }

        /// Every feature, in the order of an account's values.
        pub const FEATURES: &[Feature] = &[$(Feature { name: $name, meaning: $meaning },)+];
    };
}

features! {
    LogOdds "detector-log-odds" "what the detector that names it says, in nats",
    Targeting "tied-by-targets" "what ties it to its network by whom it approaches, in nats",
    Infrastructure "tied-by-infrastructure" "by machines and addresses, in nats",
    Craft "tied-by-craft" "by pictures, phrases and e-mail patterns, in nats",
    Payload "tied-by-payload" "by links and files, in nats",
    Other "tied-otherwise" "by anything else, in nats",
    NetworkSize "network-size" "members of its network (natural logarithm; 0 without one)",
    OneHand "one-hand" "accounts of one hand with it, by payments (natural logarithm; 0 alone)",
    OneHandDegree "one-hand-degree" "of how many of them that is probable, each counted by its probability (logarithm of one more)",
    OneHandAny "paying-component" "accounts that hang together by payments at all (natural logarithm; 0 alone)",
    OneHandSpread "one-hand-spread" "standard deviation of the days of registration among accounts of one hand (-1 alone)",
    Registered10m "registered-10min" "accounts registered within 10 minutes of it (logarithm of one more)",
    Registered1h "registered-1h" "within an hour",
    Registered1d "registered-1d" "within a day",
    Registered7d "registered-7d" "within a week",
    Alike1h "alike-1h" "accounts registered within an hour that make and receive as many payments (logarithm of one more)",
    Alike1d "alike-1d" "within a day",
    Alike7d "alike-7d" "within a week",
    Twins1d "twins-1d" "accounts registered within a day with the very same numbers of payments",
    Twins7d "twins-7d" "within a week",
    Made "payments-made" "payments made (logarithm of one more)",
    Received "payments-received" "payments received (logarithm of one more)",
    Actions "actions" "actions in all (logarithm of one more)",
    Strangers "strangers" "strangers it asked to connect (logarithm of one more)",
    StrangerShare "share-of-strangers" "of those it asked, the share that were strangers (0 if it asked nobody)",
    Answered "share-answered" "of the strangers, the share that answered (0 if it asked nobody)",
    Delivered "delivered" "strangers it later gave a link or file (logarithm of one more)",
    Reported "reported" "strangers who reported it (logarithm of one more)",
    WasAsked "was-asked" "people of an ordinary circle who asked it (logarithm of one more)",
    OldTies "old-ties" "people it knew before the records begin (logarithm of one more)",
    Age "age-at-first-approach" "days of age when it first approached a stranger (-1 if it did not)",
    Verified "verified" "1 if the platform has verified who holds it",
    Trusted "trust" "how many times more often than by chance walks from verified accounts come by, along requests that were answered and old ties (logarithm of one more; 0 where nobody is verified)",
}

/// One account, ready to be weighed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AccountFeatures {
    pub(crate) detector: Detector,
    /// What that detector says, in nats.
    pub(crate) log_odds: f64,
    /// One for each of [`FEATURES`].
    pub(crate) values: Vec<f32>,
}

/// Log-odds beyond this are all the same.
const SURE: f64 = 15.0;

/// The features of every listed account, by number.
pub(crate) fn features(
    examined: &Examined<'_>,
    networks: &[Vec<Assessed>],
) -> Vec<AccountFeatures> {
    let world = examined.judge.world;
    let mut all: Vec<AccountFeatures> = (0..world.accounts())
        .map(|number| alone(&examined.judge, number))
        .collect();
    Cohorts::of(world).fill(|account, cohort| {
        let values = &mut all[account].values;
        for (place, count) in [
            (Place::Registered10m, cohort.registered[0]),
            (Place::Registered1h, cohort.registered[1]),
            (Place::Registered1d, cohort.registered[2]),
            (Place::Registered7d, cohort.registered[3]),
            (Place::Alike1h, cohort.alike[0]),
            (Place::Alike1d, cohort.alike[1]),
            (Place::Alike7d, cohort.alike[2]),
            (Place::Twins1d, cohort.twins[0]),
            (Place::Twins7d, cohort.twins[1]),
            (Place::Made, cohort.made),
            (Place::Received, cohort.received),
        ] {
            values[place as usize] = one_more(count);
        }
    });
    for network in networks {
        for one in network {
            all[one.verdict.account as usize].belong(one, network.len());
        }
    }
    for account in examined.in_time.members() {
        let one = &mut all[account as usize];
        if one.detector == Detector::None {
            one.say(
                Detector::Timing,
                timing::LOG_ODDS + own_conduct(examined, account),
            );
        }
    }
    linked(examined, &mut all);
    let trust = near::trust(world, examined.judge.history);
    for (one, trust) in all.iter_mut().zip(trust.into_iter().flatten()) {
        one.values[Place::Trusted as usize] = narrow(trust.ln_1p());
    }
    all
}

impl AccountFeatures {
    /// The account is in a network of so many.
    pub(crate) fn belong(&mut self, one: &Assessed, members: usize) {
        let detector = match one.kind {
            MemberKind::Compromised => Detector::TakenOver,
            _ if one.has_a_past => Detector::Settled,
            _ if one.fits => Detector::CoAction,
            _ => Detector::Suspected,
        };
        self.say(detector, one.verdict.log_odds);
        let values = &mut self.values;
        for (place, group) in [
            (Place::Targeting, Group::Targeting),
            (Place::Infrastructure, Group::Infrastructure),
            (Place::Craft, Group::PersonaCraft),
            (Place::Payload, Group::Payload),
            (Place::Other, Group::Other),
        ] {
            values[place as usize] = narrow(one.verdict.groups[group as usize]);
        }
        values[Place::NetworkSize as usize] = narrow((members as f64).ln());
    }

    fn say(&mut self, detector: Detector, log_odds: f64) {
        self.detector = detector;
        self.log_odds = log_odds.clamp(-SURE, SURE);
        self.values[Place::LogOdds as usize] = narrow(self.log_odds);
    }
}

/// What an account does, whoever it has to do with.
pub(crate) fn alone(judge: &Judge<'_>, number: usize) -> AccountFeatures {
    let account = u32::try_from(number).unwrap_or(u32::MAX);
    let conduct = judge.history.conduct(account);
    let mut this = AccountFeatures {
        detector: Detector::None,
        log_odds: 0.0,
        values: vec![0.0; FEATURES.len()],
    };
    let own = judge.settings.prior + f64::from(judge.own[number]);
    this.say(Detector::None, own.min(0.0));
    let share = |part: u32, whole: u32| part as f32 / whole.max(1) as f32;
    for (place, value) in [
        (Place::Actions, one_more(conduct.actions)),
        (Place::Strangers, one_more(conduct.strangers)),
        (
            Place::StrangerShare,
            share(conduct.strangers, conduct.asked),
        ),
        (Place::Answered, share(conduct.answered, conduct.strangers)),
        (Place::Delivered, one_more(conduct.delivered)),
        (Place::Reported, one_more(conduct.reported_by)),
        (Place::WasAsked, one_more(conduct.was_asked)),
        (Place::OldTies, one_more(conduct.old_ties)),
        (Place::Age, conduct.age_days.map_or(-1.0, narrow)),
        (
            Place::Verified,
            f32::from(u8::from(judge.world.profiles[number].verified)),
        ),
        (Place::OneHandSpread, -1.0),
    ] {
        this.values[place as usize] = value;
    }
    this
}

/// What payments say.
fn linked(examined: &Examined<'_>, all: &mut [AccountFeatures]) {
    let (world, linkage) = (examined.judge.world, &examined.linkage);
    for pair in &linkage.pairs {
        for account in [pair.candidate.a, pair.candidate.b] {
            all[account as usize].values[Place::OneHandDegree as usize] += narrow(pair.probability);
        }
    }
    for (one, component) in all.iter_mut().zip(linkage.components(world)) {
        let degree = &mut one.values[Place::OneHandDegree as usize];
        *degree = degree.ln_1p();
        one.values[Place::OneHandAny as usize] = narrow(f64::from(component).ln());
    }
    for network in &linkage.networks {
        let days: Vec<f64> = network
            .iter()
            .filter_map(|account| world.profiles[*account as usize].created_at)
            .map(|created| created as f64 / crate::input::DAY as f64)
            .collect();
        let mean = days.iter().sum::<f64>() / days.len().max(1) as f64;
        let square = days.iter().map(|day| (day - mean).powi(2)).sum::<f64>();
        let spread = (square / days.len().max(1) as f64).sqrt();
        for account in network {
            let one = &mut all[*account as usize];
            one.values[Place::OneHand as usize] = narrow((network.len() as f64).ln());
            one.values[Place::OneHandSpread as usize] = narrow(spread);
            if one.detector == Detector::None {
                let own = own_conduct(examined, *account);
                one.say(
                    Detector::Linkage,
                    of_one_person_or_more(network.len()) + own,
                );
            }
        }
    }
}

/// What an account's own conduct says, but for its ties.
fn own_conduct(examined: &Examined<'_>, account: u32) -> f64 {
    let judge = &examined.judge;
    let conduct = judge.history.conduct(account);
    let profile = &judge.world.profiles[account as usize];
    without_ties(&account_evidence(conduct, profile, judge.settings))
}

fn one_more(count: u32) -> f32 {
    narrow(f64::from(count).ln_1p())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the seventh digit of a feature says nothing"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}
