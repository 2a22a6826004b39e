//! What the simulated platform holds on an account: its line.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};

use avert_model::{AccountId, Timestamp};
use avert_ops::ports::{Effect, Footprint, PortError, PortErrorKind, Profile};
use serde::Deserialize;

use super::Simulated;

/// What of a line says what the account's loss costs; all of it may be missing.
#[derive(Deserialize)]
struct Costs {
    created_at: Option<Timestamp>,
    verified: Option<bool>,
    followers: Option<u64>,
    sole_admin_of: Option<u64>,
    language: Option<String>,
    country: Option<String>,
}

impl Simulated {
    /// The account's line as it stands, and what it says of the costs. Memory: that line.
    pub(super) fn held(&self, account: &AccountId) -> Result<Profile, PortError> {
        let failed = |kind| PortError {
            request: "read an account's line".into(),
            kind,
            effect: Effect::None,
        };
        let place = self.places.get(account);
        let place =
            place.ok_or_else(|| failed(PortErrorKind::NotFound("no such account".into())))?;
        let line = self
            .line_at(*place)
            .map_err(|error| failed(PortErrorKind::Local(error.to_string())))?;
        let costs: Costs = serde_json::from_str(&line)
            .map_err(|error| failed(PortErrorKind::Protocol(error.to_string())))?;
        Ok(Profile {
            footprint: Footprint {
                created_at: costs.created_at,
                verified: costs.verified,
                followers: costs.followers,
                sole_admin_of: costs.sole_admin_of,
                language: costs.language,
                country: costs.country,
            },
            held: Some(line),
        })
    }

    fn line_at(&self, place: u64) -> std::io::Result<String> {
        let mut file = File::open(&self.base)?;
        file.seek(SeekFrom::Start(place))?;
        let mut line = String::new();
        BufReader::new(file).read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }
}
