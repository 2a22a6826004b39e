//! The resources of TAXII, as they are written.

use serde::{Deserialize, Serialize};

use super::{MEDIA_TYPE, STIX_MEDIA_TYPE};

/// What a server is (section 4.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovery {
    /// What it is called.
    pub title: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The address of the API root to begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The addresses of all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub api_roots: Vec<String>,
}

/// An API root (section 4.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiRoot {
    /// What it is called.
    pub title: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The versions of TAXII that it speaks, as media types.
    pub versions: Vec<String>,
    /// How much may be sent at once, in bytes.
    pub max_content_length: u64,
}

impl ApiRoot {
    /// One that speaks TAXII 2.1.
    pub fn new(title: String, description: Option<String>, max_content_length: u64) -> Self {
        Self {
            title,
            description,
            versions: vec![MEDIA_TYPE.to_owned()],
            max_content_length,
        }
    }
}

/// A collection as its reader sees it (section 5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its id, a UUID.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A name that may stand in addresses in place of its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Whether whoever asks may read it.
    pub can_read: bool,
    /// And write to it.
    pub can_write: bool,
    /// What it holds.
    #[serde(default)]
    pub media_types: Vec<String>,
}

impl Collection {
    /// One of STIX 2.1.
    pub fn new(id: String, title: String, (can_read, can_write): (bool, bool)) -> Self {
        Self {
            id,
            title,
            description: None,
            alias: None,
            can_read,
            can_write,
            media_types: vec![STIX_MEDIA_TYPE.to_owned()],
        }
    }
}

/// The collections of an API root (section 5.1). Without any the list is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collections {
    /// The collections.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<Collection>,
}

/// What is told of an object without the object (section 5.3.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestRecord {
    /// Its id.
    pub id: String,
    /// When it was put into the collection.
    pub date_added: String,
    /// Which version of it.
    pub version: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
}

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    /// All of it is done, well or not.
    Complete,
    /// Some of it is still to be done.
    Pending,
}

/// What became of objects that were sent (section 4.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its id, a UUID.
    pub id: String,
    /// How far it has come.
    pub status: Work,
    /// When it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_timestamp: Option<String>,
    /// How many objects were sent.
    pub total_count: u64,
    /// How many were taken.
    pub success_count: u64,
    /// Those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub successes: Vec<StatusDetail>,
    /// How many were not.
    pub failure_count: u64,
    /// Those, each with why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<StatusDetail>,
    /// How many it is not known of yet.
    pub pending_count: u64,
    /// Those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pendings: Vec<StatusDetail>,
}

/// What became of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusDetail {
    /// Its id; where it has none that can be read, what can be said of it: `objects[3]`.
    pub id: String,
    /// Which version of it; where it says none, when it came.
    pub version: String,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Why something was not done (section 3.6.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorMessage {
    /// What happened.
    pub title: String,
    /// And what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A stable code, for software.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The status of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<String>,
}
