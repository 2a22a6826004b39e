//! Speaking to others' TAXII servers: one collection of theirs, as `[sharing.server.NAME]` has it.
//!
//! Nothing of a partner's is trusted: what it answers is read to a limit, waited for to a limit, and taken for what it
//! says it is only if it says so. Its clock is its own: where reading goes on is what it said last, never our time.

use std::io::{Read, Seek as _, SeekFrom};
use std::time::Duration;

use avert_exchange::taxii::{ApiRoot, Collection, ErrorMessage, MEDIA_TYPE, Status, is_taxii};
use avert_model::{Explain, Outcome};
use avert_ops::ports::Pause as _;
use avert_platforms::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::http::Response;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::clock::SystemPause;
use crate::context::Context;
use crate::failure::{CommandError, Failure};
use crate::sharing::ServerSettings;

/// How long a server may take to be reached, to begin to answer, and between two pieces of its answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// And for all of it.
const LONGEST: Duration = Duration::from_mins(10);
/// No page of a partner's is longer than this, in bytes.
const LONGEST_PAGE: u64 = 1 << 30;
/// No resource but a page is longer than this.
const LONGEST_RESOURCE: u64 = 4 << 20;
/// A server that is busy is asked again so often, after as long as it says, and no longer than this.
const TRIES: u32 = 5;
const LONGEST_WAIT: u64 = 60;

/// A collection on a partner's server.
pub(crate) struct Remote {
    agent: Agent,
    name: String,
    /// The collection's address, with a slash at its end.
    url: String,
    authorization: Option<String>,
}

/// A page of objects, as it was sent.
pub(crate) struct Page {
    /// All of it, or as much as came.
    pub(crate) text: std::fs::File,
    /// When the last of it was put in, in the server's words.
    pub(crate) last: Option<String>,
    /// Why it is not all there, if it is not.
    pub(crate) cut: Option<std::io::Error>,
}

impl Remote {
    /// The server of this name.
    pub(crate) fn open(
        name: &str,
        settings: &ServerSettings,
        context: &Context<'_>,
    ) -> Result<Self, Failure> {
        let (file, variable) = (
            settings.secret_file.as_deref(),
            settings.secret_env.as_deref(),
        );
        let secret = if file.is_some() || variable.is_some() {
            Some(Secret::read("secret", file, variable, context.base())?)
        } else {
            None
        };
        let authorization = secret.map(|secret| match &settings.user {
            Some(user) => format!(
                "Basic {}",
                STANDARD.encode(format!("{user}:{}", secret.expose()))
            ),
            None => format!("Bearer {}", secret.expose()),
        });
        let mut config = Agent::config_builder()
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .timeout_per_read(Some(PATIENCE))
            .timeout_global(Some(LONGEST))
            // Whoever passes us on does not get our name and secret.
            .max_redirects(0)
            .http_status_as_error(false);
        if let Some(file) = &settings.ca_file {
            let roots = roots(&context.base().join(file))?;
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        Ok(Self {
            agent: Agent::new_with_config(config.build()),
            name: name.to_owned(),
            url: format!("{}/", settings.url.trim_end_matches('/')),
            authorization,
        })
    }

    /// The collection's address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The collection itself.
    pub(crate) fn collection(&self) -> Result<Collection, Failure> {
        self.resource(&self.url)
    }

    /// The API root that it is of.
    pub(crate) fn root(&self) -> Result<ApiRoot, Failure> {
        self.resource(self.root_url())
    }

    /// What became of something that was sent.
    pub(crate) fn status(&self, id: &str) -> Result<Status, Failure> {
        self.resource(&format!("{}status/{id}/", self.root_url()))
    }

    fn root_url(&self) -> &str {
        let root = self
            .url
            .rfind("/collections/")
            .map_or(self.url.len(), |at| at + 1);
        &self.url[..root]
    }

    /// A page of every version of every object.
    pub(crate) fn page(&self, after: &str, next: &str) -> Result<Page, Failure> {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("match[version]", "all");
        for (name, value) in [("added_after", after), ("next", next)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let answer = self.get(&format!("{}objects/?{}", self.url, query.finish()))?;
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let last = header("x-taxii-date-added-last");
        let mut text = tempfile::tempfile().map_err(|source| CommandError::File {
            what: "write to",
            path: std::env::temp_dir(),
            source,
        })?;
        let body = answer.into_body().into_with_config().limit(LONGEST_PAGE);
        let cut = std::io::copy(&mut body.reader(), &mut text).err();
        text.seek(SeekFrom::Start(0))
            .map_err(|source| CommandError::File {
                what: "read",
                path: std::env::temp_dir(),
                source,
            })?;
        Ok(Page { text, last, cut })
    }

    /// Sends an envelope.
    pub(crate) fn send(&self, envelope: &[u8]) -> Result<Status, Failure> {
        let address = format!("{}objects/", self.url);
        let answer = self.patiently(|| {
            let mut asked = self
                .agent
                .post(&address)
                .header("Content-Type", MEDIA_TYPE)
                .header("Accept", MEDIA_TYPE);
            if let Some(authorization) = &self.authorization {
                asked = asked.header("Authorization", authorization);
            }
            asked.send(envelope)
        })?;
        self.read(answer)
    }

    fn get(&self, address: &str) -> Result<Response<ureq::Body>, Failure> {
        self.patiently(|| {
            let mut asked = self.agent.get(address).header("Accept", MEDIA_TYPE);
            if let Some(authorization) = &self.authorization {
                asked = asked.header("Authorization", authorization);
            }
            asked.call()
        })
    }

    fn resource<T: DeserializeOwned>(&self, address: &str) -> Result<T, Failure> {
        let answer = self.get(address)?;
        self.read(answer)
    }

    fn read<T: DeserializeOwned>(&self, answer: Response<ureq::Body>) -> Result<T, Failure> {
        let body = answer
            .into_body()
            .into_with_config()
            .limit(LONGEST_RESOURCE);
        let read = serde_json::from_reader(body.reader());
        Ok(read.map_err(|source| TaxiiError::Answer {
            server: self.name.clone(),
            source,
        })?)
    }

    /// Asks, and asks again if the server is busy and says so.
    fn patiently(
        &self,
        ask: impl Fn() -> Result<Response<ureq::Body>, ureq::Error>,
    ) -> Result<Response<ureq::Body>, Failure> {
        let mut tries = 0;
        loop {
            tries += 1;
            let answer = ask().map_err(|source| TaxiiError::Unreachable {
                server: self.name.clone(),
                source: Box::new(source),
            })?;
            let status = answer.status().as_u16();
            if matches!(status, 429 | 503) && tries < TRIES {
                let wait = answer.headers().get("retry-after");
                let wait = wait
                    .and_then(|wait| wait.to_str().ok()?.parse().ok())
                    .unwrap_or(1_u64);
                SystemPause.pause(Duration::from_secs(wait.min(LONGEST_WAIT)));
                continue;
            }
            return self.judged(answer, status);
        }
    }

    fn judged(
        &self,
        answer: Response<ureq::Body>,
        status: u16,
    ) -> Result<Response<ureq::Body>, Failure> {
        let kind = answer.headers().get("content-type");
        let kind = kind
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        if !(200..300).contains(&status) {
            let mut text = String::new();
            // What it says besides is a courtesy.
            let _ = answer
                .into_body()
                .into_reader()
                .take(64 << 10)
                .read_to_string(&mut text);
            let said: Option<ErrorMessage> = serde_json::from_str(&text).ok();
            return Err(TaxiiError::Refused {
                server: self.name.clone(),
                status,
                said: said.map(|said| said.title.chars().take(200).collect()),
            }
            .into());
        }
        if !is_taxii(&kind) {
            return Err(TaxiiError::OtherMedia {
                server: self.name.clone(),
                kind: kind.chars().take(100).collect(),
            }
            .into());
        }
        Ok(answer)
    }
}

fn roots(path: &std::path::Path) -> Result<RootCerts, Failure> {
    let text = std::fs::read(path).map_err(|source| CommandError::File {
        what: "read",
        path: path.to_owned(),
        source,
    })?;
    let certificates: Vec<Certificate<'static>> = parse_pem(&text)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(CommandError::Certificate {
            path: path.to_owned(),
            detail: "it has no certificate".into(),
        }
        .into());
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

/// Why a partner's server could not be read or written to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TaxiiError {
    #[error("avert.toml has no server '{0}'")]
    NoServer(String),
    #[error("the server '{server}' cannot be reached")]
    Unreachable {
        server: String,
        #[source]
        source: Box<ureq::Error>,
    },
    #[error("the server '{server}' answered with status {status}{}", said.as_ref().map(|said| format!(": {said}")).unwrap_or_default())]
    Refused {
        server: String,
        status: u16,
        said: Option<String>,
    },
    #[error("the server '{server}' answered with '{kind}', which is not TAXII 2.1")]
    OtherMedia { server: String, kind: String },
    #[error("what the server '{server}' answered cannot be understood")]
    Answer {
        server: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("the server '{server}' broke off after {objects} objects of this page, which are kept")]
    Cut {
        server: String,
        objects: u64,
        #[source]
        source: std::io::Error,
    },
    #[error("the server '{0}' says that there is more, and not where")]
    NoWay(String),
    #[error("we may not write to the collection of '{0}'")]
    NotWritable(String),
    #[error("the server '{server}' did not take {failed} of {sent} objects; {first}")]
    NotTaken {
        server: String,
        sent: u64,
        failed: u64,
        first: String,
    },
    #[error("the server '{0}' has not said what became of what it was sent")]
    Pending(String),
}

impl Explain for TaxiiError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoServer(_) => "taxii/no-server",
            Self::Unreachable { .. } => "taxii/unreachable",
            Self::Refused { .. } => "taxii/refused",
            Self::OtherMedia { .. } => "taxii/other-media",
            Self::Answer { .. } => "taxii/answer",
            Self::Cut { .. } => "taxii/cut",
            Self::NoWay(_) => "taxii/no-way",
            Self::NotWritable(_) => "taxii/not-writable",
            Self::NotTaken { .. } => "taxii/not-taken",
            Self::Pending(_) => "taxii/pending",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoServer(name) => format!("describe it under [sharing.server.{name}]"),
            Self::Unreachable { .. } => {
                "is the address right, and the server running? what was read before is kept".into()
            }
            Self::Refused {
                status: 401 | 403, ..
            } => "are user and secret right, and may we read that collection?".into(),
            Self::Refused { status: 404, .. } => {
                "url should be the address of a collection: https://…/collections/ID/".into()
            }
            Self::Refused { status: 406, .. } => {
                "it may speak another version of TAXII; 2.1 is what is spoken here".into()
            }
            Self::Refused { .. } | Self::Answer { .. } => {
                "ask its operators; what was read before is kept".into()
            }
            Self::OtherMedia { .. } => {
                "url should be the address of a collection of TAXII 2.1: https://…/collections/ID/"
                    .into()
            }
            Self::NoWay(_) => {
                "ask its operators; all of the page is kept, and the next pull begins at it again"
                    .into()
            }
            Self::NotWritable(_) => "ask its operators for the right to write".into(),
            Self::NotTaken { .. } => {
                "what it took is not sent again; mend the others and repeat the command".into()
            }
            Self::Cut { server, .. } => {
                format!("`avert intel pull {server}` goes on from the page that broke off")
            }
            Self::Pending(_) => {
                "repeat the command later; what it has is known there by its id and version".into()
            }
        })
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::NoServer(_) | Self::NotWritable(_) => Outcome::Refused,
            Self::Cut { server, .. } => Outcome::PartWay {
                resume: format!("avert intel pull {server}"),
            },
            Self::NotTaken { .. } | Self::Pending(_) => Outcome::PartWay {
                resume: "the same command".into(),
            },
            Self::Unreachable { .. }
            | Self::Refused { .. }
            | Self::OtherMedia { .. }
            | Self::Answer { .. }
            | Self::NoWay(_) => Outcome::NothingChanged,
        }
    }
}
