//! Places inside an object, as granular markings select them.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Bound;

use serde_json::{Map, Value};

use super::verdict::Because;

/// One step from a value to what it holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// The way from an object to a value in it: never empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path(pub(super) Vec<Step>);

impl Path {
    /// A selector (`labels.[1]`), if it is one and selects something that is there.
    ///
    /// # Source
    /// STIX 2.1, 7.2.3.1: components parted by dots, each a property's name or `[n]`; they must refer to
    /// what is actually present.
    pub(super) fn select(selector: &str, body: &Value) -> Option<Self> {
        let mut here = body;
        let mut steps = Vec::new();
        for component in selector.split('.') {
            let index = component
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'));
            if let Some(digits) = index {
                // `+1` is a number to Rust and none to the specification.
                if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                let index: usize = digits.parse().ok()?;
                here = here.as_array()?.get(index)?;
                steps.push(Step::Index(index));
            } else {
                here = here.as_object()?.get(component)?;
                steps.push(Step::Key(component.to_owned()));
            }
        }
        Some(Self(steps))
    }

    /// The property of the object that it is in or is.
    pub(super) fn property(&self) -> &str {
        match self.0.first() {
            Some(Step::Key(key)) => key,
            // The way begins at an object, and an object has no indices.
            _ => "",
        }
    }

    fn parent(&self) -> Option<Self> {
        match self.0.split_last() {
            Some((_, rest)) if !rest.is_empty() => Some(Self(rest.to_vec())),
            _ => None,
        }
    }
}

impl Borrow<[Step]> for Path {
    fn borrow(&self) -> &[Step] {
        &self.0
    }
}

/// As a selector is written.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(".")?;
            }
            match step {
                Step::Key(key) => f.write_str(key)?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// What is taken out of an object. What holds nothing any more goes as well: STIX knows no
/// empty lists.
///
/// Whoever sends an object decides how many cuts it needs and in which order they come: nothing here looks through
/// the cuts, or through a list or a dictionary, for each of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Cuts {
    paths: BTreeMap<Path, Because>,
    /// How many of what a place holds are cut.
    within: BTreeMap<Path, usize>,
}

impl Cuts {
    /// Takes out what is at this place, and whatever is left empty by it.
    ///
    /// Cost: O(depth · log cuts), whatever the place holds or is held by.
    pub(super) fn cut(&mut self, path: Path, because: &Because, body: &Value) {
        if self.is_cut(&path) {
            return;
        }
        let mut path = path;
        loop {
            let parent = path.parent();
            self.paths.insert(path, because.clone());
            let Some(parent) = parent else {
                return;
            };
            // A place is cut once: it is counted once.
            let within = self.within.entry(parent.clone()).or_default();
            *within += 1;
            if at(&parent, body).and_then(held) != Some(*within) {
                return;
            }
            path = parent;
        }
    }

    /// Whether nothing of this place is left.
    pub(super) fn is_cut(&self, path: &Path) -> bool {
        (1..=path.0.len()).any(|length| self.paths.contains_key(&path.0[..length]))
    }

    /// Whether nothing of this property of the object is left.
    pub(super) fn is_property_cut(&self, name: &str) -> bool {
        self.is_cut(&Path(vec![Step::Key(name.to_owned())]))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// What is cut of this property or all of it, each with why.
    ///
    /// Paths of one property stand together. Cost: O(log cuts) for the first.
    pub(super) fn of_property(&self, name: &str) -> impl Iterator<Item = &Because> {
        let first = [Step::Key(name.to_owned())];
        let from = (Bound::Included(&first[..]), Bound::Unbounded);
        self.paths
            .range::<[Step], _>(from)
            .take_while(move |(path, _)| path.property() == name)
            .map(|(_, because)| because)
    }

    /// Every place that is cut and lies in no other, with why.
    pub(super) fn outermost(&self) -> impl Iterator<Item = (&Path, &Because)> {
        self.paths
            .iter()
            .filter(|(path, _)| path.parent().is_none_or(|parent| !self.is_cut(&parent)))
    }

    /// The object without what is cut, and where the places that are asked for are now.
    pub(super) fn apply(
        &self,
        body: &Map<String, Value>,
        asked: &BTreeSet<&Path>,
    ) -> (Map<String, Value>, BTreeMap<Path, Path>) {
        let mut moved = BTreeMap::new();
        if self.paths.is_empty() {
            moved.extend(asked.iter().map(|path| ((*path).clone(), (*path).clone())));
            return (body.clone(), moved);
        }
        let mut walk = Walk {
            cuts: self,
            asked,
            moved,
            old: Path(Vec::new()),
            new: Path(Vec::new()),
        };
        let kept = walk.fields(body);
        (kept, walk.moved)
    }
}

/// Copies what is left, and notes where things went.
struct Walk<'a> {
    cuts: &'a Cuts,
    asked: &'a BTreeSet<&'a Path>,
    moved: BTreeMap<Path, Path>,
    old: Path,
    new: Path,
}

impl Walk<'_> {
    fn fields(&mut self, fields: &Map<String, Value>) -> Map<String, Value> {
        let mut kept = Map::new();
        for (key, value) in fields {
            let step = Step::Key(key.clone());
            if let Some(value) = self.step(step.clone(), step, value) {
                kept.insert(key.clone(), value);
            }
        }
        kept
    }

    fn step(&mut self, old: Step, new: Step, value: &Value) -> Option<Value> {
        self.old.0.push(old);
        self.new.0.push(new);
        let kept = if self.cuts.paths.contains_key(&self.old) {
            None
        } else {
            if self.asked.contains(&self.old) {
                self.moved.insert(self.old.clone(), self.new.clone());
            }
            Some(self.value(value))
        };
        self.old.0.pop();
        self.new.0.pop();
        kept
    }

    fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(self.fields(fields)),
            Value::Array(items) => {
                let mut kept = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    if let Some(item) = self.step(Step::Index(index), Step::Index(kept.len()), item)
                    {
                        kept.push(item);
                    }
                }
                Value::Array(kept)
            }
            other => other.clone(),
        }
    }
}

/// How many a list or a dictionary holds.
fn held(value: &Value) -> Option<usize> {
    match value {
        Value::Array(items) => Some(items.len()),
        Value::Object(fields) => Some(fields.len()),
        _ => None,
    }
}

fn at<'a>(path: &Path, body: &'a Value) -> Option<&'a Value> {
    path.0.iter().try_fold(body, |here, step| match step {
        Step::Key(key) => here.as_object()?.get(key),
        Step::Index(index) => here.as_array()?.get(*index),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn body() -> Value {
        json!({
            "name": "n", "labels": ["a", "b", "c"],
            "external_references": [{ "source_name": "s", "url": "u" }],
            "hashes": { "SHA-256": "x" },
        })
    }

    #[track_caller]
    fn check(cut: &[&str], expect: &Value) {
        let body = body();
        let mut cuts = Cuts::default();
        for selector in cut {
            cuts.cut(
                Path::select(selector, &body).unwrap(),
                &Because::ChathamHouse,
                &body,
            );
        }
        let (kept, _) = cuts.apply(body.as_object().unwrap(), &BTreeSet::new());
        assert_eq!(&Value::Object(kept), expect, "{cut:?}");
    }

    #[test]
    fn a_selector_is_one_only_if_it_selects_something_that_is_there() {
        let body = body();
        for good in [
            "name",
            "labels",
            "labels.[2]",
            "external_references.[0].url",
            "hashes.SHA-256",
        ] {
            assert_eq!(Path::select(good, &body).unwrap().to_string(), good);
        }
        for bad in [
            "",
            "nam",
            "labels.[3]",
            "labels.1",
            "labels.[+1]",
            "labels.[]",
            "labels.[-1]",
            ".name",
            "name.",
            "[0]",
            "name.[0]",
            "external_references.url",
            "labels.[99999999999999999999]",
        ] {
            assert_eq!(Path::select(bad, &body), None, "{bad:?}");
        }
    }

    #[test]
    fn what_is_left_empty_goes_with_what_was_in_it() {
        check(
            &[
                "labels.[1]",
                "external_references.[0].url",
                "external_references.[0].source_name",
            ],
            &json!({ "name": "n", "labels": ["a", "c"], "hashes": { "SHA-256": "x" } }),
        );
        check(
            &["labels", "hashes.SHA-256", "name"],
            &json!({ "external_references": [{ "source_name": "s", "url": "u" }] }),
        );
    }

    #[test]
    fn places_are_told_where_they_went() {
        let body = body();
        let path = |selector| Path::select(selector, &body).unwrap();
        let mut cuts = Cuts::default();
        cuts.cut(path("labels.[0]"), &Because::ChathamHouse, &body);
        let (last, gone) = (path("labels.[2]"), path("labels.[0]"));
        let (_, moved) = cuts.apply(body.as_object().unwrap(), &BTreeSet::from([&last, &gone]));
        assert_eq!(moved, BTreeMap::from([(last, path("labels.[1]"))]));
    }

    proptest! {
        #[test]
        fn no_selector_is_too_odd(selector in ".*") {
            let _ = Path::select(&selector, &body());
        }
    }
}
