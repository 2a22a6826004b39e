//! What patterns are held against: observations, each of some objects, between two times.

use std::collections::HashMap;

use avert_model::Timestamp;

use crate::stix::json::Json;
use crate::stix::time;

/// Observations, made of observed-data and the objects that they refer to.
#[derive(Debug, Default)]
pub struct Observations<'j> {
    pub(super) all: Vec<Observation<'j>>,
}

/// One observation.
#[derive(Debug)]
pub(super) struct Observation<'j> {
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    /// How often it was made.
    pub(super) number: u64,
    pub(super) objects: Vec<&'j Json<'j>>,
    /// The objects by their ids, or by the keys that STIX 2.0 gave them.
    within: HashMap<&'j str, &'j Json<'j>>,
}

impl<'j> Observations<'j> {
    /// The observations among these objects. Those that refer to objects which are not among them are
    /// of the others only; what is no observation, or has no times, is left out. What an observation does
    /// not refer to was not observed, even if an object of it refers there.
    pub fn among(objects: &'j [Json<'j>]) -> Self {
        let id = |object: &'j Json<'j>| object.get("id").and_then(Json::as_text);
        let by_id: HashMap<&str, &Json<'_>> = objects
            .iter()
            .filter_map(|object| Some((id(object)?, object)))
            .collect();
        let all = objects
            .iter()
            .filter(|object| kind(object) == Some("observed-data"))
            .filter_map(|object| observation(object, &by_id))
            .collect();
        Self { all }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl<'j> Observation<'j> {
    /// What an object of it refers to, if that was observed too.
    pub(super) fn referred(&self, reference: &str) -> Option<&'j Json<'j>> {
        self.within.get(reference).copied()
    }
}

fn observation<'j>(
    object: &'j Json<'j>,
    by_id: &HashMap<&'j str, &'j Json<'j>>,
) -> Option<Observation<'j>> {
    let at = |name| {
        object
            .get(name)
            .and_then(Json::as_text)
            .and_then(time::parse)
    };
    let number = match object.get("number_observed") {
        Some(Json::Int(number)) => u64::try_from(*number).unwrap_or(1),
        _ => 1,
    };
    let (first, last) = (at("first_observed")?, at("last_observed")?);
    let refs = object.get("object_refs").and_then(Json::as_list);
    let referred = refs.unwrap_or_default().iter().filter_map(Json::as_text);
    let referred = referred.filter_map(|id| Some((id, by_id.get(id).copied()?)));
    let own = object.get("objects").and_then(Json::as_map);
    let own = own.unwrap_or_default().iter();
    let all = referred.chain(own.map(|(key, object)| (&**key, object)));
    let mut objects = Vec::new();
    let mut within = HashMap::new();
    for (name, object) in all {
        objects.push(object);
        within.insert(name, object);
    }
    Some(Observation {
        first,
        last: last.max(first),
        number: number.max(1),
        objects,
        within,
    })
}

/// The type of an object.
pub(super) fn kind<'o>(object: &'o Json<'_>) -> Option<&'o str> {
    object.get("type").and_then(Json::as_text)
}
