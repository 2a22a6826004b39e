//! An object of intelligence as the store keeps it: a text, and the few words it is found by.
//!
//! `exchange` knows what the text means and `ops` keeps it without knowing; they meet here.

use jiff::Timestamp;

/// One version of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntelRecord {
    /// Its id; every version of it has the same.
    pub id: String,
    /// What tells its versions apart: when it was modified, or made. None where an object has one version only.
    pub version: Option<Timestamp>,
    /// Its type: `indicator`.
    pub kind: String,
    /// The version of the standard that it is of: `2.1`.
    pub spec_version: String,
    /// Whether whoever made it has taken it back.
    pub revoked: bool,
    /// The id of who made it.
    pub created_by: Option<String>,
    /// The ids of the markings of the whole of it.
    pub markings: Vec<String>,
    /// What it is called.
    pub name: Option<String>,
    /// What others call it: who, and their id, as in `("mitre-attack", "T1585.001")`.
    pub external_ids: Vec<(String, String)>,
    /// What it refers to besides: by which property, and the id.
    pub refs: Vec<(String, String)>,
    /// The object, as it was received. It goes out as it came in.
    pub body: String,
}
