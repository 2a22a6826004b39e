//! Indicators as a source of seeds: what of a snapshot they hit is known to be hostile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use avert_detect::Seeds;
use avert_events::Snapshot;
use avert_events::snapshot::ActionColumn;
use avert_hunt::{Hit, Judge, Kind, Matcher};
use avert_model::{Clock as _, Layer, Verb};

use super::super::indicators::open;
use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::Failure;
use crate::text::count;

/// Things are looked at so many at a time.
const TOGETHER: usize = 1 << 16;

/// What may be hit: a layer and a thing of it, or an account and what it was registered with.
type Thing = (Option<Layer>, String);

/// Seeds, and besides what indicators of at least this score hit in a snapshot. What stands on a warning list is told
/// and counts only if a person allowed it.
pub(super) fn hit(
    indicators: &Path,
    min_score: u8,
    snapshot: &Snapshot,
    seeds: &Seeds,
    context: &Context<'_>,
) -> Result<Seeds, Failure> {
    let opened = open(
        &[indicators],
        &context.data,
        SystemClock.now(),
        context.printer,
    )?;
    let matcher = Matcher::new(opened.indicators.sets());
    let mut looking = Looking {
        matcher: &matcher,
        judge: opened.indicators.judge(),
        min_score: f64::from(min_score),
        found: BTreeMap::new(),
        held: BTreeMap::new(),
    };
    looking.look_through(&things(snapshot)?)?;
    looking.look_through(&mailboxes(snapshot)?)?;
    let Looking { found, held, .. } = looking;
    for (indicator, lists) in &held {
        context.printer.talk(&format!(
            "{indicator} is in the snapshot and no seed: it stands on {}, and nobody allowed it",
            lists.join("; ")
        ));
    }
    context.printer.talk(&format!(
        "indicators: {} of the snapshot known to be hostile",
        count(
            found.len() as u64,
            "thing or account",
            "things and accounts"
        )
    ));
    Ok(seeds.with_reasons(found))
}

/// Every address, link, file and other named thing of a snapshot, once, with what to look through.
fn things(snapshot: &Snapshot) -> Result<Vec<(Thing, String)>, Failure> {
    let mut things = BTreeSet::new();
    let columns = [ActionColumn::Object, ActionColumn::Layer, ActionColumn::Ip];
    snapshot.each_action(&columns, |_, action| {
        let mut note = |layer: Layer, thing: &str| {
            let thing = (Some(layer), thing.to_owned());
            if !things.contains(&thing) {
                things.insert(thing);
            }
        };
        if let Some(ip) = action.ip {
            note(Layer::Ip, ip);
        }
        let named = action.layer.and_then(|layer| layer.parse::<Layer>().ok());
        let layer = named.or(match action.verb {
            Verb::ShareLink => Some(Layer::Link),
            Verb::ShareFile => Some(Layer::File),
            _ => None,
        });
        if let (Some(layer), Some(object)) = (layer, action.object) {
            note(layer, object);
        }
    })?;
    let with_text = |thing: Thing| {
        let text = thing.1.clone();
        (thing, text)
    };
    Ok(things.into_iter().map(with_text).collect())
}

/// Every account that was registered with a mailbox, and that.
fn mailboxes(snapshot: &Snapshot) -> Result<Vec<(Thing, String)>, Failure> {
    let mut mailboxes = Vec::new();
    for account in snapshot.accounts()? {
        let account = account?;
        if let Some(email) = &account.email {
            mailboxes.push(((None, account.id.to_string()), email.expose().to_owned()));
        }
    }
    Ok(mailboxes)
}

struct Looking<'a> {
    matcher: &'a Matcher<'a>,
    judge: Judge<'a>,
    min_score: f64,
    /// What is hit, and why that makes it hostile.
    found: BTreeMap<Thing, String>,
    /// Indicators that stand on warning lists.
    held: BTreeMap<String, Vec<String>>,
}

impl Looking<'_> {
    fn look_through(&mut self, things: &[(Thing, String)]) -> Result<(), Failure> {
        for some in things.chunks(TOGETHER) {
            // One line a thing; of a line break within one a blank.
            let text: String = some
                .iter()
                .map(|(_, text)| text.replace(['\n', '\r'], " ") + "\n")
                .collect();
            for hit in self.matcher.find(text.as_bytes())? {
                let place = usize::try_from(hit.line - 1).unwrap_or(usize::MAX);
                if let Some((thing, _)) = some.get(place)
                    && let Some(why) = self.reason(&hit)?
                {
                    self.found.entry(thing.clone()).or_insert(why);
                }
            }
        }
        Ok(())
    }

    /// Why a hit makes something hostile, if it may.
    fn reason(&mut self, hit: &Hit) -> Result<Option<String>, Failure> {
        let judged = self.judge.judge(&hit.record, Some(&hit.text))?;
        if judged.score < self.min_score {
            return Ok(None);
        }
        // A mailbox is a person's, and stays out of what is told.
        let named = match hit.record.indicator.kind() {
            Kind::Email | Kind::Handle => "a mailbox or handle",
            _ => hit.record.indicator.value(),
        };
        // Looking for who else is near it is noticed by nobody; whoever plans a takedown reads the label in the fact.
        if !judged.counts() {
            self.held.insert(named.to_owned(), judged.warning_lists);
            return Ok(None);
        }
        let allowed = judged.allowed.filter(|_| !judged.warning_lists.is_empty());
        let allowed = allowed.map_or_else(String::new, |(by, _)| {
            format!(", allowed by {by} although on a warning list")
        });
        let pap = judged
            .pap
            .map_or_else(String::new, |pap| format!(", {pap}"));
        Ok(Some(format!(
            "indicator {named} ({} by {}, score {:.0}{pap}{allowed})",
            judged.said.label, judged.said.source, judged.score
        )))
    }
}
