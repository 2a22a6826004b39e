//! The check itself.
//!
//! Each object is judged alone first: label, retraction, embargo, then which of its parts are too strict. What
//! is left is settled together: a reference to what the audience may not know goes, an object that cannot
//! be without it goes too, and so on until nothing changes. What remains is the most that may be told, whatever
//! the order of the objects.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use avert_model::{Recipient, Timestamp, Tlp};
use serde_json::{Map, Value};

use super::audience::{Readers, Terms};
use super::marks::Marks;
use super::names::{self, Ids, Named};
use super::path::{Cuts, Path, Step};
use super::required::{self, Lacks};
use super::verdict::{Because, NotReleasable, Redacted, Why, Withheld};
use super::{
    Bundle, Doubt, Item, Marked, Releasable, Release, ReleaseError, Rules, definitions, embargo,
    tlp,
};
use crate::many;

/// What this audience may have of these objects now.
///
/// Objects keep their ids and versions; a version that is redacted stays the version that it is
/// (docs/adr/0020). The same input gives the same release, and the order of objects changes nothing but the
/// order of the answer. Cost: O(text · log objects), most of it on all cores; what the release names is held once.
///
/// # Errors
/// Whoever is not in the directory cannot be judged. Nothing is released then.
pub fn check<T: Marked>(
    items: &[Item<T>],
    audience: &Recipient,
    rules: &Rules<'_>,
    now: Timestamp,
) -> Result<Release<T>, ReleaseError> {
    let readers = Readers::of(audience, rules.directory, now)?;
    let mut candidates: Vec<Candidate<'_, T>> = many::each(items.iter().collect(), |item| {
        Candidate::judge(item, &readers, rules, now)
    });
    let rebuilt = loop {
        settle(&mut candidates, rules, readers.are_ours());
        let withheld =
            |all: &[Candidate<'_, T>]| all.iter().filter(|one| one.why.is_some()).count();
        let before = withheld(&candidates);
        let rebuilt = many::each(candidates.iter_mut().collect(), Candidate::rebuild);
        // One that cannot be read again is one that others may not name.
        if withheld(&candidates) == before {
            break rebuilt;
        }
    };
    Ok(gather(candidates, rebuilt, audience, rules, now))
}

/// Whether this audience may have something now that can be told whole or not at all: a report, a dossier.
///
/// `id` is what an answer calls it, and under which it may have been taken back; `level` is its label.
///
/// # Errors
/// Why it may not be told, or that the audience is not in the directory.
pub fn check_whole<T>(
    thing: T,
    id: &str,
    level: Tlp,
    terms: &Terms,
    audience: &Recipient,
    rules: &Rules<'_>,
    now: Timestamp,
) -> Result<Releasable<T>, NotReleasable> {
    let readers = Readers::of(audience, rules.directory, now)?;
    let tags = terms.tags.iter().filter_map(|tag| tlp::of_tag(tag)?.level);
    let level = tags.fold(level, Tlp::max);
    match whole(id, None, level, terms, &readers, rules, now) {
        None => Ok(Releasable {
            value: thing,
            audience: audience.clone(),
            level,
            at: now,
        }),
        Some(why) => Err(NotReleasable::Withheld(Withheld {
            id: id.to_owned(),
            version: String::new(),
            why,
        })),
    }
}

/// Why something may not be told at all, whatever it holds.
fn whole(
    id: &str,
    created_by: Option<&str>,
    level: Tlp,
    terms: &Terms,
    readers: &Readers<'_>,
    rules: &Rules<'_>,
    now: Timestamp,
) -> Option<Why> {
    let ceiling = readers.ceiling(terms, created_by);
    if ceiling.is_none_or(|ceiling| level > ceiling) {
        return Some(Why::Marked { level, ceiling });
    }
    if readers.are_ours() {
        return None;
    }
    if rules.retracted.contains(id) {
        return Some(Why::Retracted);
    }
    let pending = embargo::pending(&terms.embargo, rules.happened, now);
    (!pending.is_empty()).then_some(Why::Embargoed(pending))
}

/// An object on its way through.
struct Candidate<'a, T> {
    object: &'a T,
    id: &'a str,
    version: &'a str,
    marks: Marks,
    cuts: Cuts,
    why: Option<Why>,
}

impl<'a, T: Marked> Candidate<'a, T> {
    /// Judges it by itself.
    fn judge(item: &'a Item<T>, readers: &Readers<'_>, rules: &Rules<'_>, now: Timestamp) -> Self {
        let body = item.object.body();
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let marks = Marks::read(body, &item.terms.tags, rules.definitions, rules.unmarked);
        let mut candidate = Self {
            object: &item.object,
            id: text("id").unwrap_or(""),
            version: text("modified").or_else(|| text("created")).unwrap_or(""),
            marks,
            cuts: Cuts::default(),
            why: None,
        };
        if !names::is_id_of(text("type").unwrap_or(""), candidate.id) {
            candidate.why = Some(Why::NoObject);
            return candidate;
        }
        let created_by = text("created_by_ref");
        let (level, terms) = (candidate.marks.level, &item.terms);
        candidate.why = whole(candidate.id, created_by, level, terms, readers, rules, now);
        if candidate.why.is_some() {
            return candidate;
        }
        let ceiling = readers.ceiling(terms, created_by).unwrap_or(Tlp::Clear);
        let beyond: Vec<(Path, Tlp)> = candidate
            .marks
            .beyond(ceiling)
            .map(|(path, level)| (path.clone(), level))
            .collect();
        for (path, level) in beyond {
            candidate.lose(path, &Because::Marked(level));
        }
        if candidate.marks.chatham_house && !readers.are_ours() && created_by.is_some() {
            let source = Path(vec![Step::Key("created_by_ref".to_owned())]);
            candidate.lose(source, &Because::ChathamHouse);
        }
        candidate
    }

    fn fields(&self) -> Option<&'a Map<String, Value>> {
        self.object
            .body()
            .as_object()
            .filter(|_| self.why.is_none())
    }

    /// Takes a part out; an object that cannot be without it is withheld.
    fn lose(&mut self, path: Path, because: &Because) {
        let Some(fields) = self.fields() else {
            return;
        };
        if self.cuts.is_cut(&path) {
            return;
        }
        self.cuts.cut(path, because, self.object.body());
        let because = |property: &str| {
            let mut all = self.cuts.of_property(property);
            all.next().unwrap_or(because).clone()
        };
        self.why = required::lacks(fields, &self.cuts).map(|lacks| match lacks {
            Lacks::Required(property) => Why::Requires {
                because: because(&property),
                property,
            },
            Lacks::InTheId(property) => Why::IdTells {
                because: because(&property),
                property,
            },
        });
    }

    /// What is left of it; nothing if it is withheld, as it is when what is left cannot be read any more.
    fn rebuild(&mut self) -> Option<Rebuilt<T>> {
        let fields = self.fields()?;
        if self.cuts.is_empty()
            && let Some(written) = self.marks.as_written(fields)
        {
            // Most objects are told as they are: nothing of them is copied.
            let object = self.object.clone();
            return Some(Rebuilt { object, written });
        }
        let (mut kept, moved) = self.cuts.apply(fields, &self.marks.places());
        let written = self.marks.write(&mut kept, &moved);
        let object = if kept == *fields {
            Some(self.object.clone())
        } else {
            self.object.rebuilt(Value::Object(kept))
        };
        if object.is_none() {
            self.why = Some(Why::Unreadable);
        }
        object.map(|object| Rebuilt { object, written })
    }
}

struct Rebuilt<T> {
    object: T,
    written: super::marks::Written,
}

/// Takes out what names something that the audience may not know, until nothing changes.
fn settle<T: Marked>(candidates: &mut [Candidate<'_, T>], rules: &Rules<'_>, ours: bool) {
    // How many versions of an object may be told.
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for candidate in candidates
        .iter()
        .filter(|one| one.why != Some(Why::NoObject))
    {
        *told.entry(candidate.id).or_default() += usize::from(candidate.why.is_none());
    }
    let taken_back = rules.retracted.iter().filter(|_| !ours);
    let ids = Ids::of(told.keys().copied().chain(taken_back.map(String::as_str)));
    let named: Vec<Vec<Named>> = many::each(candidates.iter().collect(), |one| {
        one.fields()
            .map_or_else(Vec::new, |fields| names::named_in(fields, &ids))
    });
    let mut places: BTreeMap<&str, Vec<(usize, &Path)>> = BTreeMap::new();
    for (at, named) in named.iter().enumerate() {
        for one in named {
            places.entry(&one.id).or_default().push((at, &one.path));
        }
    }
    let is_known = |id: &str| {
        told.contains_key(id)
            || (rules.known.contains(id) && (ours || !rules.retracted.contains(id)))
    };
    let mut unknown: VecDeque<&str> = places.keys().copied().filter(|id| !is_known(id)).collect();
    let withheld = told.iter().filter(|(_, versions)| **versions == 0);
    unknown.extend(withheld.map(|(id, _)| *id));
    while let Some(id) = unknown.pop_front() {
        for (at, path) in places.get(id).into_iter().flatten() {
            let candidate = &mut candidates[*at];
            if candidate.why.is_some() {
                continue;
            }
            candidate.lose((*path).clone(), &Because::Names(id.to_owned()));
            if candidate.why.is_some()
                && let Some(versions) = told.get_mut(candidate.id)
            {
                *versions -= 1;
                if *versions == 0 {
                    unknown.push_back(candidate.id);
                }
            }
        }
    }
}

fn gather<T: Marked>(
    candidates: Vec<Candidate<'_, T>>,
    rebuilt: Vec<Option<Rebuilt<T>>>,
    audience: &Recipient,
    rules: &Rules<'_>,
    now: Timestamp,
) -> Release<T> {
    let mut bundle = Bundle {
        objects: Vec::new(),
        markings: Vec::new(),
        chatham_house: BTreeSet::new(),
    };
    let (mut levels, mut others) = (BTreeSet::new(), BTreeSet::new());
    let (mut withheld, mut redacted, mut doubts) = (Vec::new(), Vec::new(), Vec::new());
    for (candidate, rebuilt) in candidates.into_iter().zip(rebuilt) {
        let (id, version) = (candidate.id.to_owned(), candidate.version.to_owned());
        doubts.extend(candidate.marks.doubts.iter().map(|marking| Doubt {
            object: id.clone(),
            marking: marking.clone(),
        }));
        if let Some(why) = candidate.why {
            withheld.push(Withheld { id, version, why });
            continue;
        }
        if candidate.marks.chatham_house {
            bundle.chatham_house.insert(id.clone());
        }
        if !candidate.cuts.is_empty() {
            let parts = candidate.cuts.outermost();
            let parts = parts.map(|(path, because)| (path.to_string(), because.clone()));
            redacted.push(Redacted {
                id,
                version,
                parts: parts.collect(),
            });
        }
        if let Some(rebuilt) = rebuilt {
            bundle.objects.push(rebuilt.object);
            levels.extend(rebuilt.written.levels);
            others.extend(rebuilt.written.others);
        }
    }
    bundle.markings = definitions::to_go_along(&levels, &others, rules.definitions);
    Release {
        releasable: Releasable {
            value: bundle,
            audience: audience.clone(),
            level: levels.last().copied().unwrap_or(Tlp::Clear),
            at: now,
        },
        withheld,
        redacted,
        doubts,
    }
}
