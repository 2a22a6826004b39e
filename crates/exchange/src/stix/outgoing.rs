//! Objects on their way out of a store: ours, and what others made.

use serde_json::Value;

use super::object::Object;
use crate::release::Marked;

/// An object that is to be told. What others made keeps its text for as long as nothing of it is changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    body: Value,
    text: Option<Box<str>>,
}

impl Outgoing {
    /// One that is ours.
    pub fn made(object: &Object) -> Self {
        Self {
            body: serde_json::from_str(object.as_str()).expect("an object is JSON"),
            text: None,
        }
    }

    /// One that others made.
    pub fn received(object: &Object) -> Self {
        Self {
            text: Some(object.as_str().into()),
            ..Self::made(object)
        }
    }
}

impl Marked for Outgoing {
    fn body(&self) -> &Value {
        &self.body
    }

    fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    fn rebuilt(&self, body: Value) -> Option<Self> {
        Some(Self { body, text: None })
    }
}
