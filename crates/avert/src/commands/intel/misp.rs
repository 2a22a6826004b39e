//! Events of MISP: taken in on the terms that they say, and made of a case.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;

use avert_exchange::misp::{
    Distribution, Envelope, Import, Limits, Organisation, ReadError, Reader, Told, export, import,
};
use avert_exchange::release::{Bundle, Marked as _, Releasable};
use avert_exchange::stix::{Maker, Outgoing};
use avert_model::{Dossier, Explain as _, SharingGroupId, Tlp};
use avert_ops::intel::Batch;
use serde_json::{Value, json};

use super::import::{Problem, is_labelled, labelled, record};
use crate::context::Context;
use crate::sharing::{KeptTerms, Sharing, SharingSettings};

/// Our sharing groups, by what MISP may call them.
pub(super) fn groups(settings: &SharingSettings) -> BTreeMap<String, SharingGroupId> {
    let directory = Sharing::of(settings).directory;
    let named = directory.groups.into_values();
    named
        .flat_map(|group| {
            [
                (group.id.to_string(), group.id.clone()),
                (group.name, group.id),
            ]
        })
        .collect()
}

/// On what terms what events hold may be told.
pub(super) struct Terms {
    /// Those that hold for all of it.
    all: KeptTerms,
    groups: BTreeMap<String, SharingGroupId>,
}

impl Terms {
    pub(super) fn new(all: KeptTerms, groups: BTreeMap<String, SharingGroupId>) -> Self {
        Self { all, groups }
    }

    /// Objects in batches, each of those that may be told on the same terms.
    fn batches(&self, objects: Vec<Told>, tlp: Option<Tlp>) -> VecDeque<Batch> {
        let mut batches: Vec<Batch> = Vec::new();
        for told in objects {
            let terms = self.of(&told, tlp).written();
            let record = record(told.object, tlp);
            match batches.iter_mut().find(|batch| batch.terms == terms) {
                Some(batch) => batch.records.push(record),
                None => batches.push(Batch {
                    records: vec![record],
                    refused: 0,
                    from: self.all.partner().to_owned(),
                    terms,
                    join: Some(KeptTerms::joined),
                }),
            }
        }
        batches.into()
    }

    /// What carries no TLP is as strict as its distribution says, unless whoever takes it in says how strict.
    /// What is for a sharing group that we have under the same id or name is for that group.
    fn of(&self, told: &Told, tlp: Option<Tlp>) -> KeptTerms {
        if told.object.kind() == "marking-definition" {
            return self.all.clone();
        }
        let said = tlp.filter(|_| !is_labelled(&told.object));
        let mut terms = labelled(self.all.clone(), said);
        if told.object.head().marking_refs.is_empty() && tlp.is_none() {
            let label = told.distribution.label().to_string();
            terms.tags.push(label.to_ascii_lowercase());
        }
        if told.chatham_house {
            terms.tags.push("tlp:ex:chr".into());
        }
        if let Distribution::Group(group) = &told.distribution {
            let mut names = group.uuid.iter().chain([&group.name]);
            terms
                .groups
                .extend(names.find_map(|name| self.groups.get(name)).cloned());
        }
        terms
    }
}

/// Events as they come out of a text, and what is made of the one that is being taken in.
pub(super) struct Events {
    reader: Reader<Box<dyn Read>>,
    terms: Terms,
    event: Option<Import>,
    waiting: VecDeque<Batch>,
}

/// A batch, what is told of it, and whether the text could be read so far. Without a batch there are no more.
type Advanced = (Option<Batch>, Vec<Problem>, bool);

impl Events {
    pub(super) fn of(source: Box<dyn Read>, terms: Terms) -> Self {
        Self {
            reader: Reader::new(source, Limits::default()),
            terms,
            event: None,
            waiting: VecDeque::new(),
        }
    }

    /// The next objects that are written together: so many at most, with about so many bytes of text. Of an event that
    /// becomes more, no more are in memory.
    pub(super) fn advance(&mut self, tlp: Option<Tlp>, most: (usize, usize)) -> Advanced {
        let mut problems = Vec::new();
        loop {
            if let Some(batch) = self.waiting.pop_front() {
                return (Some(batch), problems, true);
            }
            if let Some(event) = &mut self.event {
                let told = some_of(event, most);
                let is_over = told.is_empty();
                self.waiting = self.terms.batches(told, tlp);
                if is_over {
                    let refused = event.problems();
                    self.event = None;
                    if !refused.is_empty() {
                        self.waiting.push_back(Batch {
                            refused: refused.len() as u64,
                            ..Batch::default()
                        });
                    }
                    problems.extend(refused.iter().map(of_part));
                }
                continue;
            }
            match self.reader.next() {
                None => return (None, problems, true),
                Some(Ok(event)) => self.event = Some(import(event)),
                Some(Err(error)) if error.is_final() => {
                    problems.push(of_event(&error));
                    return (None, problems, false);
                }
                Some(Err(error)) => {
                    problems.push(of_event(&error));
                    self.waiting.push_back(Batch {
                        refused: 1,
                        ..Batch::default()
                    });
                }
            }
        }
    }
}

/// The next objects of an event.
fn some_of(event: &mut Import, (most, most_bytes): (usize, usize)) -> Vec<Told> {
    let (mut told, mut bytes) = (Vec::new(), 0);
    while told.len() < most && bytes < most_bytes {
        let Some(next) = event.next() else { break };
        bytes += next.object.as_str().len();
        told.push(next);
    }
    told
}

/// What was wrong with a part of an event.
fn of_part(problem: &avert_exchange::misp::Problem) -> Problem {
    Problem {
        code: "misp/part",
        index: None,
        id: problem.uuid.clone(),
        what: problem.to_string(),
    }
}

/// Why an event could not be read, with what is behind it.
fn of_event(error: &ReadError) -> Problem {
    let event = error.event();
    let what = match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    Problem {
        code: error.code(),
        index: event.map(|(index, _)| index),
        id: event.and_then(|(_, uuid)| uuid).map(str::to_owned),
        what,
    }
}

/// A case as an event, as our own team may have it.
pub(super) fn event(
    dossier: &Dossier,
    objects: &Releasable<Bundle<Outgoing>>,
    author: Option<&str>,
    context: &Context<'_>,
) -> String {
    let sharing = Sharing::of(&context.config.sharing);
    let author = author.unwrap_or(&sharing.author);
    // The report that lists everything, which is the last: the same whenever the case is told.
    let last = objects.get().objects.last();
    let report = last.and_then(|report| report.body()["id"].as_str()?.parse().ok());
    let envelope = Envelope {
        info: dossier.case.title.clone(),
        id: report.unwrap_or_else(|| Maker::id("report", &dossier.case.id.to_string())),
        at: dossier.made_at,
        organisation: Organisation {
            uuid: Some(Maker::id("identity", author).uuid().to_owned()),
            name: author.to_owned(),
        },
    };
    let exported = export(objects, &envelope);
    let mut events: Vec<Value> = exported
        .events
        .iter()
        .map(avert_exchange::misp::Event::to_json)
        .collect();
    let told = if events.len() == 1 {
        events.remove(0)
    } else {
        json!(events)
    };
    format!("{told}\n")
}
