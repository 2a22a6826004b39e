//! `avert intel import`.

use std::collections::BTreeSet;
use std::io::Read;

use avert_exchange::stix::{Limits, Object, Reader, tlp_id, tlp_of, write_time};
use avert_model::{Explain as _, IntelRecord, Tlp};
use avert_ops::intel::{self, Batch, Tally};
use serde::Serialize;

use super::error::IntelError;
use super::misp;
use super::source;
use crate::args::{ImportIntel, ReadAs};
use crate::clock::SystemClock;
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::sharing::{KeptTerms, Sharing, is_in_name_of};
use crate::text::count;

/// Objects that are written together.
const TOGETHER: usize = 5_000;
/// And how much of their text, in bytes.
const TOGETHER_BYTES: usize = 16 << 20;
/// More problems, and more conflicts, than this are counted and not told.
const TOLD: usize = 1_000;

/// What became of one file or address.
#[derive(Debug, Serialize)]
pub(super) struct Imported {
    from: String,
    source: String,
    new: u64,
    known: u64,
    /// How many came with other content than their version had.
    in_conflict: u64,
    /// Which these are, up to a thousand of them.
    conflicts: Vec<Clash>,
    refused: u64,
    /// What a partner has that says that we made it: what we make, we have already.
    in_our_name: u64,
    /// What was wrong, up to a thousand of them.
    problems: Vec<Problem>,
    /// How many objects are otherwise than the specification advises.
    warned: u64,
    /// Whether all of it was read.
    whole: bool,
}

impl Imported {
    /// Nothing yet.
    pub(super) fn of(from: String, source: String) -> Self {
        Self {
            from,
            source,
            new: 0,
            known: 0,
            in_conflict: 0,
            conflicts: Vec::new(),
            refused: 0,
            in_our_name: 0,
            problems: Vec::new(),
            warned: 0,
            whole: true,
        }
    }

    /// How many objects were read, whatever became of them.
    pub(super) fn seen(&self) -> u64 {
        self.new + self.known + self.refused + self.in_our_name + self.in_conflict
    }

    /// Where it is from.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// Whether nothing was wrong with it.
    pub(super) fn is_faultless(&self) -> bool {
        self.whole && self.refused == 0 && self.in_conflict == 0
    }

    /// Not all of it was read.
    pub(super) fn breaks_off(&mut self) {
        self.whole = false;
    }

    /// With another part of the same.
    pub(super) fn add(&mut self, part: Self) {
        self.new += part.new;
        self.known += part.known;
        self.in_conflict += part.in_conflict;
        let room = TOLD.saturating_sub(self.conflicts.len());
        self.conflicts.extend(part.conflicts.into_iter().take(room));
        self.refused += part.refused;
        self.in_our_name += part.in_our_name;
        let room = TOLD.saturating_sub(self.problems.len());
        self.problems.extend(part.problems.into_iter().take(room));
        self.warned += part.warned;
        self.whole &= part.whole;
    }
}

/// An object whose id and version were there with other content.
#[derive(Debug, Serialize)]
struct Clash {
    id: String,
    version: Option<String>,
}

/// What was wrong with an object.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) index: Option<u64>,
    pub(super) id: Option<String>,
    pub(super) what: String,
}

pub(super) fn run(args: &ImportIntel, context: &Context<'_>) -> Result<Answer, Failure> {
    let actor = context.actor()?;
    let mut store = context.store()?;
    let terms = terms(args, context)?;
    let sharing = Sharing::of(&context.config.sharing);
    let mut imported = Vec::new();
    for from in &args.from {
        let source = args.source.clone().unwrap_or_else(|| source::name(from));
        let (text, found) = source::begun(source::open(from)?)?;
        let mut batches = match args.read_as.unwrap_or(found) {
            ReadAs::Stix => Batches::of(text, args.tlp),
            ReadAs::Misp => {
                let groups = misp::groups(&context.config.sharing);
                Batches::of_events(text, args.tlp, misp::Terms::new(terms.clone(), groups))
            }
        }
        .on_terms(&terms, &sharing);
        let tally = intel::import(
            &mut store,
            &SystemClock,
            actor.name(),
            &source,
            &mut batches,
        )?;
        imported.push(told(source::name(from), source, tally, batches));
    }
    context.printer.results(&imported, text)?;
    let faultless = imported.iter().all(Imported::is_faultless);
    Ok(if faultless { Answer::Done } else { Answer::No })
}

/// On what terms it may be told.
fn terms(args: &ImportIntel, context: &Context<'_>) -> Result<KeptTerms, Failure> {
    let Some(partner) = &args.partner else {
        return Ok(KeptTerms {
            published: args.published,
            ..KeptTerms::default()
        });
    };
    if !context.config.sharing.partner.contains_key(partner) {
        return Err(IntelError::NoPartner(partner.clone()).into());
    }
    Ok(KeptTerms::from_partner(partner.as_str().into()))
}

/// Objects as they come out of a text, in batches.
pub(super) struct Batches {
    from: From,
    tlp: Option<Tlp>,
    /// The partner that it came from; empty where there is none.
    partner: String,
    terms: String,
    /// Whoever we are: a partner has nothing to say in our name.
    ours: BTreeSet<String>,
    in_our_name: u64,
    /// The terms of what carries no label of TLP, where whoever takes it in gave one.
    terms_of_unlabelled: String,
    /// What was read along with the last batch, and is told on other terms.
    rest: Option<Batch>,
    problems: Vec<Problem>,
    warned: u64,
    whole: bool,
    ended: bool,
}

/// What objects come out of.
enum From {
    Stix(Reader<Box<dyn Read>>),
    Misp(Box<misp::Events>),
}

impl Batches {
    pub(super) fn of(source: Box<dyn Read>, tlp: Option<Tlp>) -> Self {
        Self::out_of(From::Stix(Reader::new(source, Limits::default())), tlp)
    }

    /// The objects that events of MISP become.
    fn of_events(source: Box<dyn Read>, tlp: Option<Tlp>, terms: misp::Terms) -> Self {
        Self::out_of(From::Misp(Box::new(misp::Events::of(source, terms))), tlp)
    }

    fn out_of(from: From, tlp: Option<Tlp>) -> Self {
        Self {
            from,
            tlp,
            partner: String::new(),
            terms: String::new(),
            ours: BTreeSet::new(),
            in_our_name: 0,
            terms_of_unlabelled: labelled(KeptTerms::default(), tlp).written(),
            rest: None,
            problems: Vec::new(),
            warned: 0,
            whole: true,
            ended: false,
        }
    }

    /// What comes out of it may be told on these terms.
    pub(super) fn on_terms(self, terms: &KeptTerms, sharing: &Sharing) -> Self {
        Self {
            partner: terms.partner().to_owned(),
            terms: terms.written(),
            ours: match terms.partner() {
                "" => BTreeSet::new(),
                _ => sharing.directory.our_identities.clone(),
            },
            terms_of_unlabelled: labelled(terms.clone(), self.tlp).written(),
            ..self
        }
    }

    /// Without what says that we made it.
    fn without_ours(&mut self, mut batch: Batch) -> Batch {
        let before = batch.records.len();
        batch
            .records
            .retain(|record| !is_in_name_of(record, &self.ours));
        self.in_our_name += (before - batch.records.len()) as u64;
        batch
    }

    fn problem(&mut self, problem: Problem) {
        if self.problems.len() < TOLD {
            self.problems.push(problem);
        }
    }

    /// Objects of STIX, as many as are written together.
    fn objects(&mut self) -> Option<Batch> {
        if let Some(rest) = self.rest.take() {
            return Some(rest);
        }
        let empty = |terms: &String| Batch {
            from: self.partner.clone(),
            terms: terms.clone(),
            join: Some(KeptTerms::joined),
            ..Batch::default()
        };
        let (mut batch, mut unlabelled) = (empty(&self.terms), empty(&self.terms_of_unlabelled));
        let mut bytes = 0;
        while !self.ended
            && batch.records.len() + unlabelled.records.len() < TOGETHER
            && bytes < TOGETHER_BYTES
        {
            let From::Stix(reader) = &mut self.from else {
                return None;
            };
            match reader.next() {
                None => self.ended = true,
                Some(Ok(received)) => {
                    self.warned += u64::from(!received.warnings.is_empty());
                    let on_terms = self.tlp.is_none() || is_labelled(&received.object);
                    let record = record(received.object, self.tlp);
                    bytes += record.body.len();
                    if on_terms {
                        batch.records.push(record);
                    } else {
                        unlabelled.records.push(record);
                    }
                }
                Some(Err(error)) => {
                    // What ends the text is no object that was refused.
                    self.whole &= !error.is_final();
                    batch.refused += u64::from(!error.is_final());
                    self.problem(Problem {
                        code: error.code(),
                        index: error.index(),
                        id: error.id().map(ToString::to_string),
                        what: error.to_string(),
                    });
                }
            }
        }
        self.rest = Some(unlabelled).filter(|rest| !rest.records.is_empty());
        if batch.records.is_empty() && batch.refused == 0 {
            return self.rest.take();
        }
        Some(batch)
    }

    /// What events became, terms by terms.
    fn of_event(&mut self) -> Option<Batch> {
        let From::Misp(events) = &mut self.from else {
            return None;
        };
        let (batch, problems, whole) = events.advance(self.tlp, (TOGETHER, TOGETHER_BYTES));
        self.whole &= whole;
        for problem in problems {
            self.problem(problem);
        }
        batch
    }
}

/// An object as the store keeps it, marked beside it where it carries no label of TLP.
pub(super) fn record(object: Object, tlp: Option<Tlp>) -> IntelRecord {
    let is_labelled = is_labelled(&object);
    let mut record = IntelRecord::from(object);
    if let Some(tlp) = tlp.filter(|_| !is_labelled) {
        record.markings.push(tlp_id(tlp).to_owned());
    }
    record
}

/// Whether it carries a label of TLP, and not only a statement. Definitions of markings need none.
pub(super) fn is_labelled(object: &Object) -> bool {
    let mut markings = object.head().marking_refs.iter();
    object.kind() == "marking-definition"
        || markings.any(|marking| tlp_of(marking.as_str()).is_some())
}

/// Terms that say how far something may be told, where whoever takes it in said so.
pub(super) fn labelled(mut terms: KeptTerms, tlp: Option<Tlp>) -> KeptTerms {
    terms
        .tags
        .extend(tlp.map(|tlp| tlp.to_string().to_ascii_lowercase()));
    terms
}

impl Iterator for Batches {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let batch = match self.from {
            From::Stix(_) => self.objects(),
            From::Misp(..) => self.of_event(),
        };
        batch.map(|batch| self.without_ours(batch))
    }
}

pub(super) fn told(from: String, source: String, tally: Tally, batches: Batches) -> Imported {
    Imported {
        from,
        source,
        new: tally.new,
        known: tally.known,
        refused: tally.refused,
        in_conflict: tally.conflicts.len() as u64,
        conflicts: tally
            .conflicts
            .into_iter()
            .take(TOLD)
            .map(|conflict| Clash {
                id: conflict.id,
                version: conflict.version.map(write_time),
            })
            .collect(),
        in_our_name: batches.in_our_name,
        problems: batches.problems,
        warned: batches.warned,
        whole: batches.whole,
    }
}

pub(super) fn text(imported: &[Imported]) -> String {
    let mut lines = Vec::new();
    for one in imported {
        let objects = one.new + one.known + one.in_conflict + one.refused;
        lines.push(format!(
            "{}: {}: {} new, {} known, {} in conflict, {} refused",
            one.from,
            count(objects, "object", "objects"),
            one.new,
            one.known,
            one.in_conflict,
            one.refused
        ));
        if one.in_our_name > 0 {
            let objects = count(one.in_our_name, "object says", "objects say");
            lines.push(format!("  {objects} that we made it, and was left out"));
        }
        for problem in &one.problems {
            lines.push(format!("  {}", problem.what));
        }
        for clash in &one.conflicts {
            let version = clash.version.as_deref().unwrap_or("its only one");
            lines.push(format!(
                "  {} (version {version}) came with other content, which is kept apart",
                clash.id
            ));
        }
        let more = one.in_conflict - one.conflicts.len() as u64;
        if more > 0 {
            let more = count(more, "more object", "more objects");
            lines.push(format!("  and {more} with other content"));
        }
        if one.warned > 0 {
            let objects = count(one.warned, "object is", "objects are");
            lines.push(format!("  {objects} otherwise than STIX advises, and kept"));
        }
        if !one.whole {
            lines.push("  not all of it was read; what came before is kept".to_owned());
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_are_all_counted_and_not_all_told() {
        let part = || Imported {
            in_conflict: 600,
            conflicts: (0..600)
                .map(|number| Clash {
                    id: format!("malware--{number}"),
                    version: None,
                })
                .collect(),
            ..Imported::of("other".into(), "taxii: other".into())
        };
        let mut sum = part();
        sum.add(part());
        assert_eq!((sum.in_conflict, sum.conflicts.len()), (1_200, TOLD));
        let said = text(&[sum]);
        assert!(said.contains("1200 in conflict"), "{said}");
        assert!(said.contains("and 200 more objects with"), "{said}");
    }
}
