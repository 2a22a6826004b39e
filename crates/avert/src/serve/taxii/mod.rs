//! `/taxii2/`: collections for partners, as TAXII 2.1 has them.
//!
//! What is read here was released before ([`crate::sharing`]): the server passes texts on and has no way to
//! anything else. Partners show who they are by tokens of their own, which let nobody into `/v1`; people's
//! sessions and tokens are nobody's here. A collection whose rules have changed since it was settled is settled
//! before anybody reads on.
//!
//! # Source
//! TAXII 2.1, OASIS Standard, 10 June 2021.

mod partner;
mod read;
mod refused;
mod settled;
mod write;

use std::sync::Arc;

use avert_exchange::taxii::{
    ApiRoot, Collection, Collections, Discovery, MEDIA_TYPE, Query, is_accepted, is_taxii,
};
use avert_model::{Clock as _, PartnerId};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use self::refused::Refused;
pub(super) use self::settled::Happenings;
use super::gate;
use super::problem::Problem;
use super::reply::Reply;
use super::server::Server;
use super::turns::{NoTurn, Turn};
use crate::clock::SystemClock;
use crate::context::Context;
use crate::sharing::{CollectionSettings, Sharing};

/// The one API root there is.
const ROOT: &str = "avert";

/// The most that may be sent at once, in bytes.
const MOST_BYTES: usize = 16 << 20;

/// Answers everything under `/taxii2`.
pub(super) async fn answer(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let parts = Arc::new(parts);
    let at = At::read(parts.uri.path());
    let asked = async {
        let at = at.as_ref().ok_or_else(Refused::nowhere)?;
        let accept = parts
            .headers
            .get(header::ACCEPT)
            .map(|accept| accept.to_str().unwrap_or(""));
        if !is_accepted(accept) {
            return Err(
                Refused::new(406, "taxii/not-acceptable", "only TAXII 2.1 is spoken here")
                    .hint(format!("ask with Accept: {MEDIA_TYPE}")),
            );
        }
        // Who asks, and whether they may, is known before anything of theirs is read.
        let admitted = {
            let (server, parts, at) = (Arc::clone(&server), Arc::clone(&parts), at.clone());
            gate::threaded(move || Ok(admit(&server, &parts, &at))).await
        };
        let (partner, most) = match admitted.map_err(Refused::from)? {
            Ok(admitted) => admitted,
            Err(refused) => {
                // Whoever is cut off while they send does not hear why.
                let _ = gate::brought(body, 0).await;
                return Err(refused);
            }
        };
        let changes = !matches!(parts.method, Method::GET | Method::HEAD);
        let (turns, sent) = taken(&server, partner.as_str(), (changes, most), body).await?;
        let (server, parts, at) = (Arc::clone(&server), Arc::clone(&parts), at.clone());
        let done = gate::threaded(move || {
            let _turns = turns;
            Ok(run(&server, &parts, &at, &sent))
        });
        done.await.map_err(Refused::from)?
    };
    let reply = match asked.await {
        Ok(reply) => reply,
        Err(refused) => {
            if refused.status >= 500 && refused.status != 503 {
                server.printer.talk(&format!(
                    "{} {}: {}",
                    parts.method,
                    parts.uri.path(),
                    refused.title
                ));
            }
            refused.reply()
        }
    };
    let pattern = at.as_ref().map_or("/taxii2/…", At::pattern);
    server
        .metrics
        .count(&parts.method, pattern, reply.status.as_u16());
    reply.into_response()
}

/// What a request brings, and the turns of whoever asks: they wait for themselves, and others not for them.
async fn taken(
    server: &Server,
    partner: &str,
    (changes, most): (bool, usize),
    body: Body,
) -> Result<(Vec<Turn>, Vec<u8>), Refused> {
    let turns = &server.partner_turns;
    let mut held = Vec::new();
    if !changes {
        held.push(turns.asking(partner).await.map_err(no_turn)?);
        let sent = gate::brought(body, most).await.map_err(Refused::from)?;
        return Ok((held, sent));
    }
    let claim = match turns.changing(partner) {
        Ok(claim) => claim,
        Err(why) => {
            // Whoever is cut off while they send does not hear why.
            let _ = gate::brought(body, 0).await;
            return Err(no_turn(why));
        }
    };
    if most > 0 {
        held.push(turns.bringing(partner).await.map_err(no_turn)?);
    }
    // However slowly it comes, it holds up nobody's work.
    let sent = gate::brought(body, most).await.map_err(Refused::from)?;
    let (work, asking) = turns.working(partner, claim).await.map_err(no_turn)?;
    held.extend([work, asking]);
    Ok((held, sent))
}

fn no_turn(why: NoTurn) -> Refused {
    let (status, code, text, seconds) = match why {
        NoTurn::Own => {
            let text = "you are asking for several things, or changing something, already";
            (429, "taxii/too-much-at-once", text, 1)
        }
        NoTurn::Others => {
            let text = "many are asking; nothing of this was done";
            (503, "taxii/busy", text, 5)
        }
    };
    Refused::new(status, code, text).retry_after(seconds)
}

/// Whether an address is one of those that are answered here.
pub(super) fn is_here(path: &str) -> bool {
    path.strip_prefix("/taxii2")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a partner hears where a request came no further than the door: in TAXII's words, like everything else here.
pub(super) fn turned_away(problem: Problem) -> Response {
    let hint = match problem.status {
        421 => Some("ask at the address that you were given for us"),
        _ => None,
    };
    let refused = Refused::from(problem);
    let refused = match hint {
        Some(hint) => refused.hint(hint),
        None => refused,
    };
    refused.reply().into_response()
}

/// Where in the API something is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum At {
    Discovery,
    Root,
    Status(String),
    Collections,
    Collection(String),
    Objects(String),
    Manifest(String),
    Object(String, String),
    Versions(String, String),
}

impl At {
    /// A slash at the end makes no difference: the standard wants one, and people forget it.
    fn read(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/taxii2")?;
        let decoded = |part: &str| {
            let pairs = format!("={}", part.replace('+', "%2B"));
            let mut pairs = url::form_urlencoded::parse(pairs.as_bytes());
            pairs
                .next()
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        };
        let parts: Vec<String> = rest
            .split('/')
            .filter(|part| !part.is_empty())
            .map(decoded)
            .collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Some(match parts[..] {
            [] => Self::Discovery,
            [ROOT] => Self::Root,
            [ROOT, "status", id] => Self::Status(id.into()),
            [ROOT, "collections"] => Self::Collections,
            [ROOT, "collections", id] => Self::Collection(id.into()),
            [ROOT, "collections", id, "objects"] => Self::Objects(id.into()),
            [ROOT, "collections", id, "manifest"] => Self::Manifest(id.into()),
            [ROOT, "collections", id, "objects", object] => Self::Object(id.into(), object.into()),
            [ROOT, "collections", id, "objects", object, "versions"] => {
                Self::Versions(id.into(), object.into())
            }
            _ => return None,
        })
    }

    fn collection(&self) -> Option<&str> {
        match self {
            Self::Discovery | Self::Root | Self::Status(_) | Self::Collections => None,
            Self::Collection(id)
            | Self::Objects(id)
            | Self::Manifest(id)
            | Self::Object(id, _)
            | Self::Versions(id, _) => Some(id),
        }
    }

    fn pattern(&self) -> &'static str {
        match self {
            Self::Discovery => "/taxii2/",
            Self::Root => "/taxii2/{root}/",
            Self::Status(_) => "/taxii2/{root}/status/{id}/",
            Self::Collections => "/taxii2/{root}/collections/",
            Self::Collection(_) => "/taxii2/{root}/collections/{id}/",
            Self::Objects(_) => "/taxii2/{root}/collections/{id}/objects/",
            Self::Manifest(_) => "/taxii2/{root}/collections/{id}/manifest/",
            Self::Object(..) => "/taxii2/{root}/collections/{id}/objects/{object}/",
            Self::Versions(..) => "/taxii2/{root}/collections/{id}/objects/{object}/versions/",
        }
    }
}

/// A partner who asks, and all that decides what they may have.
struct Caller<'a> {
    server: &'a Server,
    setup: Arc<Context<'static>>,
    sharing: Sharing,
    partner: PartnerId,
}

/// A collection that a partner may see.
struct Open<'a> {
    name: &'a str,
    settings: &'a CollectionSettings,
    id: String,
    can_read: bool,
    can_write: bool,
}

impl Caller<'_> {
    /// Every collection that this partner may read or write, by the name in the configuration.
    fn collections(&self) -> impl Iterator<Item = Open<'_>> {
        let now = SystemClock.now();
        let all = self.setup.config.sharing.collection.iter();
        all.map(move |(name, settings)| Open {
            name,
            settings,
            id: settings.id(name),
            can_read: self
                .sharing
                .belongs(&self.partner, &settings.audience.0, now),
            can_write: settings.is_written_by(&self.partner),
        })
        .filter(|open| open.can_read || open.can_write)
    }

    /// The collection of this id or name. That there is one is known only to those who may use it.
    fn collection(&self, id: &str) -> Result<Open<'_>, Refused> {
        let found = self
            .collections()
            .find(|open| open.id == id || open.name == id);
        found.ok_or_else(|| {
            Refused::new(
                404,
                "taxii/no-collection",
                "there is no such collection for you",
            )
        })
    }

    fn url(&self) -> String {
        self.server.url()
    }
}

impl Open<'_> {
    fn told(&self) -> Collection {
        Collection {
            description: self.settings.description.clone(),
            alias: Some(self.name.to_owned()),
            ..Collection::new(
                self.id.clone(),
                self.settings.title.clone(),
                (self.can_read, self.can_write),
            )
        }
    }

    fn readable(self) -> Result<Self, Refused> {
        if self.can_read {
            return Ok(self);
        }
        Err(Refused::new(
            403,
            "taxii/not-readable",
            "you may write to this collection, and not read it",
        ))
    }

    fn writable(self) -> Result<Self, Refused> {
        if self.can_write {
            return Ok(self);
        }
        Err(Refused::new(
            403,
            "taxii/not-writable",
            "you may read this collection, and not write to it",
        ))
    }
}

/// Whoever asks, if they may at all.
fn caller<'a>(server: &'a Server, parts: &Parts) -> Result<Caller<'a>, Refused> {
    let setup = server.setup();
    let sharing = Sharing::of(&setup.config.sharing);
    let partner = partner::identify(server, &sharing, parts)?;
    Ok(Caller {
        server,
        setup,
        sharing,
        partner,
    })
}

/// Refuses what may not be, and says who asks and how much they may bring.
fn admit(server: &Server, parts: &Parts, at: &At) -> Result<(PartnerId, usize), Refused> {
    let caller = caller(server, parts)?;
    let open = at
        .collection()
        .map(|id| caller.collection(id))
        .transpose()?;
    let most = match (&parts.method, at, open) {
        (&Method::GET | &Method::HEAD, ..) => 0,
        (&Method::POST, At::Objects(_), Some(open)) => {
            open.writable()?;
            let kind = parts.headers.get(header::CONTENT_TYPE);
            if !kind
                .and_then(|kind| kind.to_str().ok())
                .is_some_and(is_taxii)
            {
                return Err(Refused::new(
                    415,
                    "taxii/media-type",
                    "what is sent has to be TAXII 2.1",
                )
                .hint(format!("send it as Content-Type: {MEDIA_TYPE}")));
            }
            MOST_BYTES
        }
        (&Method::DELETE, At::Object(..), Some(open)) => {
            open.readable()?.writable()?;
            0
        }
        _ => {
            let text = "this cannot be asked for so";
            return Err(Refused::new(405, "taxii/method", text));
        }
    };
    Ok((caller.partner, most))
}

fn run(server: &Server, parts: &Parts, at: &At, sent: &[u8]) -> Result<Reply, Refused> {
    let caller = caller(server, parts)?;
    let query = parts.uri.query().unwrap_or_default();
    let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let query = Query::read(pairs.iter().map(|(name, value)| (&**name, &**value)));
    let query = query.map_err(|unclear| Refused::new(400, "taxii/unclear", unclear.to_string()))?;
    match at {
        At::Discovery => Ok(json(&discovery(&caller))),
        At::Root => Ok(json(&ApiRoot::new(
            caller.sharing.author.clone(),
            None,
            MOST_BYTES as u64,
        ))),
        At::Collections => {
            let collections = caller.collections().map(|open| open.told()).collect();
            Ok(json(&Collections { collections }))
        }
        At::Collection(id) => Ok(json(&caller.collection(id)?.told())),
        At::Status(id) => write::status(&caller, id),
        At::Objects(id) if parts.method == Method::POST => write::objects(&caller, id, sent),
        At::Objects(id) => read::objects(&caller, id, &query),
        At::Manifest(id) => read::manifest(&caller, id, &query),
        At::Object(id, object) if parts.method == Method::DELETE => {
            write::delete(&caller, id, object, &query)
        }
        At::Object(id, object) => read::object(&caller, id, object, query),
        At::Versions(id, object) => read::versions(&caller, id, object, query),
    }
}

fn discovery(caller: &Caller<'_>) -> Discovery {
    let root = format!("{}/taxii2/{ROOT}/", caller.url());
    Discovery {
        title: caller.sharing.author.clone(),
        description: None,
        contact: None,
        default: Some(root.clone()),
        api_roots: vec![root],
    }
}

/// An answer in TAXII's own type.
fn json(value: &impl Serialize) -> Reply {
    let text = serde_json::to_vec(value).expect("the answers have string keys and finite numbers");
    Reply::document(axum::http::StatusCode::OK, MEDIA_TYPE, text)
}

const DATE_ADDED_FIRST: HeaderName = HeaderName::from_static("x-taxii-date-added-first");
const DATE_ADDED_LAST: HeaderName = HeaderName::from_static("x-taxii-date-added-last");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_a_slash_at_the_end_or_without() {
        for (path, at) in [
            ("/taxii2/", Some(At::Discovery)),
            ("/taxii2", Some(At::Discovery)),
            ("/taxii2/avert/", Some(At::Root)),
            (
                "/taxii2/avert/collections/x/objects/",
                Some(At::Objects("x".into())),
            ),
            (
                "/taxii2/avert/collections/x/manifest",
                Some(At::Manifest("x".into())),
            ),
            (
                "/taxii2/avert/collections/x/objects/y/versions/",
                Some(At::Versions("x".into(), "y".into())),
            ),
            ("/taxii2/other/", None),
            ("/taxii2/avert/collections/x/objects/y/z/", None),
        ] {
            assert_eq!(At::read(path), at, "{path}");
        }
    }
}
