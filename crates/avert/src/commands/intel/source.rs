//! Where intelligence is read from: a file or an address, plain or compressed.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use ureq::Agent;

use super::error::IntelError;
use crate::args::ReadAs;
use crate::failure::{CommandError, Failure};

/// How long a server may take to begin to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much is read from an address at most, before it is unpacked.
const MOST: u64 = 4 << 30;

/// What gzip begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Opens a file or an address. What is compressed is unpacked while it is read.
pub(super) fn open(from: &str) -> Result<Box<dyn Read>, Failure> {
    let mut plain: Box<dyn Read> = if is_address(from) {
        fetch(from)?
    } else {
        Box::new(File::open(from).map_err(|source| unreadable(from, source))?)
    };
    let mut first = Vec::new();
    let begun = plain
        .by_ref()
        .take(GZIP.len() as u64)
        .read_to_end(&mut first);
    begun.map_err(|source| unreadable(from, source))?;
    let packed = first == GZIP;
    let whole = Cursor::new(first).chain(plain);
    Ok(if packed {
        Box::new(MultiGzDecoder::new(whole))
    } else {
        Box::new(whole)
    })
}

/// How much is looked at to see what a text holds.
const BEGINNING: u64 = 64 * 1024;

/// What a text holds, seen from how it begins, and all of it.
pub(super) fn begun(mut text: Box<dyn Read>) -> Result<(Box<dyn Read>, ReadAs), Failure> {
    let mut first = Vec::new();
    let begun = text.by_ref().take(BEGINNING).read_to_end(&mut first);
    begun.map_err(|source| unreadable("what is to be taken in", source))?;
    let found = if avert_exchange::misp::looks_like(&first) {
        ReadAs::Misp
    } else {
        ReadAs::Stix
    };
    Ok((Box::new(Cursor::new(first).chain(text)), found))
}

/// What a source is called where nobody says.
pub(super) fn name(from: &str) -> String {
    if is_address(from) {
        // What stands before the host, and what is asked for, may be secret.
        let known = url::Url::parse(from).ok();
        let told = known.and_then(|url| {
            let host = url.host_str()?.to_owned();
            Some(format!("{}://{host}{}", url.scheme(), url.path()))
        });
        return told.unwrap_or_else(|| "an address".into());
    }
    let name = Path::new(from).file_name();
    name.map_or_else(
        || from.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn is_address(from: &str) -> bool {
    from.starts_with("http://") || from.starts_with("https://")
}

fn unreadable(from: &str, source: std::io::Error) -> CommandError {
    CommandError::File {
        what: "read",
        path: from.into(),
        source,
    }
}

fn fetch(address: &str) -> Result<Box<dyn Read>, IntelError> {
    let config = Agent::config_builder()
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .http_status_as_error(false)
        .build();
    let asked = Agent::new_with_config(config)
        .get(address)
        .header("Accept", "application/taxii+json;version=2.1, application/stix+json;version=2.1, application/json")
        .call();
    let answer = asked.map_err(|source| IntelError::Unreachable {
        address: name(address),
        source: Box::new(source),
    })?;
    let status = answer.status();
    if !status.is_success() {
        return Err(IntelError::Status {
            address: name(address),
            status: status.as_u16(),
        });
    }
    let body = answer.into_body().into_with_config().limit(MOST);
    Ok(Box::new(body.reader()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_called_by_its_file_or_address_without_secrets() {
        assert_eq!(name("/some/where/feed.json"), "feed.json");
        assert_eq!(
            name("https://user:secret@example.org/feed?token=secret"),
            "https://example.org/feed"
        );
    }
}
