//! A real SCIM server, asked from outside: not through Avert.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::live::avert::text_at;
use crate::live::http::{self, Response};
use crate::live::supervised::Supervised;
use crate::python;

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// The token of whoever may do everything.
pub(crate) const TOKEN: &str = "of-this-run-only";

/// Whether the server can change a part of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Patch,
    Put,
}

/// A running server and its users.
pub(crate) struct Directory {
    process: Supervised,
    port: u16,
}

impl Directory {
    /// Starts one without users.
    pub(crate) fn start(python: &Path, folder: &Path, port: u16, way: Way) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let script = python::script("scim_server.py");
        let script = script.to_str().context("the folder's name is no text")?;
        let way = match way {
            Way::Patch => "patch",
            Way::Put => "put",
        };
        let at = port.to_string();
        let arguments = [script, at.as_str(), TOKEN, way];
        let process = Supervised::start(python, folder, PATIENCE, &arguments)?;
        Ok(Self { process, port })
    }

    /// How the server's own log ends.
    pub(crate) fn log_tail(&self) -> String {
        self.process.log_tail()
    }

    /// Makes a user whose `userName` is this; without `active` where none is given.
    pub(crate) fn create(&self, name: &str, active: Option<bool>) -> Result<()> {
        let mut user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": name,
            "externalId": format!("staff \"{name}\""),
            "displayName": format!("The one called {name}"),
            "preferredLanguage": "ar",
            "emails": [{ "value": format!("{name}@example.org"), "primary": true }],
        });
        if let Some(active) = active {
            user["active"] = active.into();
        }
        let made = self.ask("POST", "/v2/Users", &user)?;
        ensure!(made.status == 201, "{name} was not made: {made:?}");
        Ok(())
    }

    /// Every user by `userName`, as the server has them.
    pub(crate) fn users(&self) -> Result<BTreeMap<String, Value>> {
        let mut users = BTreeMap::new();
        loop {
            let path = format!("/v2/Users?startIndex={}&count=100", users.len() + 1);
            let page = self.ask("GET", &path, &Value::Null)?.body;
            let listed = page["Resources"].as_array().context("no users")?;
            if listed.is_empty() {
                return Ok(users);
            }
            for user in listed {
                users.insert(text_at(user, "/userName")?, user.clone());
            }
        }
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Response> {
        let token = format!("Bearer {TOKEN}");
        let payload = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        http::send(
            self.port,
            method,
            path,
            &[("Authorization", &token)],
            "application/scim+json",
            payload.as_bytes(),
        )
    }
}
