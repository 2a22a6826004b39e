//! Who touched what, and with whom that ties an account, as touches come and go.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::touched::{Touch, accounts, insert, merge, touches_of};

use crate::coaction::{LayerPlan, meet};
use crate::input::{DAY, Micros, NO_TIME};

/// A thing: its layer, by its place in the list of layers, and its number there.
pub(super) type Thing = (u16, u64);

/// What happened to a thing since it was last looked at.
#[derive(Default)]
struct News {
    /// Which touches came, or (`false`) went, in this order.
    changes: Vec<(Touch, bool)>,
    /// Whether some of it is too old now.
    forgets: bool,
}

/// How the touches of a layer are kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub(super) plan: LayerPlan,
    /// Of an account's touches of a thing in a day only the first counts.
    pub(super) once_a_day: bool,
}

/// What two accounts share in one layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sum {
    /// The other account.
    pub(super) other: u32,
    pub(super) layer: u16,
    /// How many things.
    pub(super) things: u32,
    /// The sum of the logarithms of how many accounts touched each, in units of 2^-40: whole numbers
    /// come to the same in whatever order they are added.
    logs: i64,
}

const UNIT: f64 = (1_u64 << 40) as f64;

impl Sum {
    /// The rarity of what they share on a platform of so many accounts, in nats.
    pub(super) fn rarity(&self, population: u32) -> f64 {
        let most = f64::from(population.max(1)).ln();
        (f64::from(self.things) * most - self.logs as f64 / UNIT).max(0.0)
    }
}

/// Who touched a thing.
#[derive(Default)]
struct Touched {
    /// Sorted by account, then time.
    touches: Vec<Touch>,
    /// How many accounts.
    spread: u32,
}

/// All things.
#[derive(Default)]
pub(super) struct Things {
    rules: Vec<Rule>,
    touched: FxHashMap<Thing, Touched>,
    /// By account: the things it touched that tell something: that others touched too, and not too many.
    of_account: Vec<Vec<Thing>>,
    news: FxHashMap<Thing, News>,
    /// By day: what was touched then, so that it can be forgotten.
    by_day: BTreeMap<i64, Vec<Thing>>,
    horizon: Micros,
    /// Accounts in whose lists there is something that tells nothing any more.
    outdated: FxHashSet<u32>,
    telling: u64,
}

/// Who touched a thing, before it was looked at again and since.
pub(super) struct Looked {
    pub(super) thing: Thing,
    /// Nobody, where they were too many for the thing to say anything.
    pub(super) before: Vec<u32>,
    /// The same.
    pub(super) now: Vec<u32>,
    /// How many there were, and are.
    pub(super) spread: (usize, usize),
    /// Those whose touches came or went.
    pub(super) touched: Vec<u32>,
}

impl Things {
    pub(super) fn make_room(&mut self, accounts: usize) {
        self.of_account.resize(accounts, Vec::new());
    }

    /// Says how the touches of the next layer are kept.
    pub(super) fn add_layer(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    pub(super) fn touch(&mut self, thing: Thing, account: u32, at: Micros) {
        let news = self.news.entry(thing).or_default();
        news.changes.push(((account, at), true));
    }

    pub(super) fn untouch(&mut self, thing: Thing, account: u32, at: Micros) {
        let news = self.news.entry(thing).or_default();
        news.changes.push(((account, at), false));
    }

    /// Has a thing looked at again though nobody touched it.
    pub(super) fn look_again(&mut self, thing: Thing) {
        self.news.entry(thing).or_default();
    }

    /// Forgets touches before a day's beginning.
    pub(super) fn forget_before(&mut self, horizon: Micros) {
        self.horizon = horizon;
        let later = self.by_day.split_off(&horizon.div_euclid(DAY));
        for thing in std::mem::replace(&mut self.by_day, later)
            .into_values()
            .flatten()
        {
            self.news.entry(thing).or_default().forgets = true;
        }
    }

    fn touches(&self, thing: Thing) -> &[Touch] {
        let touched = self.touched.get(&thing);
        touched.map_or(&[], |touched| &touched.touches)
    }

    /// The things that an account touched, and others too.
    pub(super) fn of(&self, account: u32) -> &[Thing] {
        &self.of_account[account as usize]
    }

    /// How many accounts touched a thing.
    pub(super) fn spread(&self, thing: Thing) -> u32 {
        self.touched.get(&thing).map_or(0, |touched| touched.spread)
    }

    /// Everybody who touched a thing.
    pub(super) fn everybody(&self, thing: Thing) -> Vec<u32> {
        accounts(self.touches(thing))
    }

    /// How many things tell something.
    pub(super) fn telling(&self) -> u64 {
        self.telling
    }

    /// Whether a thing that so many touched ties anybody.
    fn tells(&self, thing: Thing, spread: usize) -> bool {
        let cap = self.rules[usize::from(thing.0)].plan.cap as usize;
        (2..=cap).contains(&spread)
    }

    /// What an account shares with others, sorted by account, then layer. `wanted` says who is of
    /// interest. Cost: the touches of what it shares.
    pub(super) fn shared_by(&self, account: u32, wanted: impl Fn(u32) -> bool) -> Vec<Sum> {
        let mut sums: Vec<Sum> = Vec::new();
        for thing in self.of(account) {
            let Some(touched) = self.touched.get(thing) else {
                continue;
            };
            let window = self.rules[usize::from(thing.0)].plan.window;
            let logs = log_of(touched.spread);
            let mine = touches_of(&touched.touches, account);
            for theirs in touched.touches.chunk_by(|a, b| a.0 == b.0) {
                let other = theirs[0].0;
                if other != account && wanted(other) && meet(mine, theirs, window) {
                    sums.push(Sum {
                        other,
                        layer: thing.0,
                        things: 1,
                        logs,
                    });
                }
            }
        }
        sums.sort_unstable_by_key(|sum| (sum.other, sum.layer));
        sums.dedup_by(|next, kept| {
            let is_same = (next.other, next.layer) == (kept.other, kept.layer);
            if is_same {
                kept.things += next.things;
                kept.logs += next.logs;
            }
            is_same
        });
        sums
    }

    /// Looks at everything that was touched since the last time.
    pub(super) fn settle(&mut self) -> Vec<Looked> {
        let mut news: Vec<(Thing, News)> = self.news.drain().collect();
        news.sort_unstable_by_key(|(thing, _)| *thing);
        let looked = news
            .into_iter()
            .map(|(thing, news)| self.look(thing, news))
            .collect();
        let mut outdated: Vec<u32> = self.outdated.drain().collect();
        outdated.sort_unstable();
        for account in outdated {
            let mut mine = std::mem::take(&mut self.of_account[account as usize]);
            mine.retain(|thing| {
                let touches = self.touches(*thing);
                self.tells(*thing, self.spread(*thing) as usize)
                    && !touches_of(touches, account).is_empty()
            });
            self.of_account[account as usize] = mine;
        }
        looked
    }

    fn look(&mut self, thing: Thing, news: News) -> Looked {
        let rule = self.rules[usize::from(thing.0)];
        if let Some(looked) = self.look_at_hot(thing, &rule, &news) {
            return looked;
        }
        let old = self.touched.remove(&thing).unwrap_or_default().touches;
        let before = accounts(&old);
        let (new, touched) = self.renewed(thing, &rule, old, news);
        let now = accounts(&new);
        let spread = (before.len(), now.len());
        let [told, tells] = [spread.0, spread.1].map(|spread| self.tells(thing, spread));
        self.telling = self.telling + u64::from(tells) - u64::from(told);
        let listed = |tells: bool, accounts: &[u32]| {
            let accounts = accounts.iter().filter(|_| tells);
            accounts.copied().collect::<Vec<u32>>()
        };
        let (were, are) = (listed(told, &before), listed(tells, &now));
        for account in are
            .iter()
            .filter(|account| were.binary_search(account).is_err())
        {
            self.of_account[*account as usize].push(thing);
        }
        let gone = were
            .iter()
            .filter(|account| are.binary_search(account).is_err());
        self.outdated.extend(gone);
        if !new.is_empty() {
            let touched = Touched {
                touches: new,
                spread: u32::try_from(spread.1).unwrap_or(u32::MAX),
            };
            self.touched.insert(thing, touched);
        }
        let cap = rule.plan.cap as usize;
        let unless_hot = |mut accounts: Vec<u32>| {
            if accounts.len() > cap {
                accounts.clear();
            }
            accounts
        };
        Looked {
            thing,
            spread,
            before: unless_hot(before),
            now: unless_hot(now),
            touched: if told || tells { touched } else { Vec::new() },
        }
    }

    /// Looks at a thing that too many touched for it to say anything, and that still more touch now: that
    /// changes nothing but how many they are. Nothing if the thing is another one.
    fn look_at_hot(&mut self, thing: Thing, rule: &Rule, news: &News) -> Option<Looked> {
        let touched = self.touched.get_mut(&thing)?;
        let is_hot = touched.spread > rule.plan.cap;
        if !is_hot || news.forgets || news.changes.iter().any(|(_, comes)| !comes) {
            return None;
        }
        let horizon = self.horizon;
        let new = news.changes.iter().map(|(touch, _)| *touch);
        let new = new.filter(|touch| touch.1 == NO_TIME || touch.1 >= horizon);
        let before = touched.spread;
        let come = merge(&mut touched.touches, new.collect(), rule.once_a_day);
        touched.spread += come.accounts;
        let spread = (before as usize, touched.spread as usize);
        for day in come.days {
            note(&mut self.by_day, day, thing);
        }
        Some(Looked {
            thing,
            spread,
            before: Vec::new(),
            now: Vec::new(),
            touched: Vec::new(),
        })
    }

    /// The touches of a thing with what is new, and who is concerned.
    fn renewed(
        &mut self,
        thing: Thing,
        rule: &Rule,
        mut touches: Vec<Touch>,
        news: News,
    ) -> (Vec<Touch>, Vec<u32>) {
        let horizon = self.horizon;
        let is_kept = |touch: &Touch| touch.1 == NO_TIME || touch.1 >= horizon;
        let mut concerned: Vec<u32> = news.changes.iter().map(|(touch, _)| touch.0).collect();
        if news.forgets {
            let forgotten = touches.iter().filter(|touch| !is_kept(touch));
            concerned.extend(forgotten.map(|touch| touch.0));
            touches.retain(is_kept);
        }
        for (touch, comes) in news.changes {
            if !comes {
                if let Ok(place) = touches.binary_search(&touch) {
                    touches.remove(place);
                }
            } else if is_kept(&touch) && insert(&mut touches, touch, rule.once_a_day) {
                if touch.1 == NO_TIME {
                    continue;
                }
                note(&mut self.by_day, touch.1.div_euclid(DAY), thing);
            }
        }
        concerned.sort_unstable();
        concerned.dedup();
        (touches, concerned)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a logarithm of a count is small"
)]
fn log_of(spread: u32) -> i64 {
    (f64::from(spread.max(1)).ln() * UNIT).round() as i64
}

/// Notes on which day a thing was touched.
fn note(by_day: &mut BTreeMap<i64, Vec<Thing>>, day: i64, thing: Thing) {
    let things = by_day.entry(day).or_default();
    if things.last() != Some(&thing) {
        things.push(thing);
    }
}
