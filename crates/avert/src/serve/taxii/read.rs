//! Reading a collection: pages of objects, of what is told of them, and of their versions.

use std::collections::BTreeSet;

use avert_exchange::stix::write_time;
use avert_exchange::taxii::{Envelope, MEDIA_TYPE, ManifestRecord, Query, STIX_MEDIA_TYPE};
use avert_model::Timestamp;
use avert_ops::sharing::{self, Asked, Fetch, Shown, Which};
use avert_ops::store::Store;
use axum::http::StatusCode;

use super::settled::settled;
use super::{Caller, DATE_ADDED_FIRST, DATE_ADDED_LAST, Refused};
use crate::clock::SystemClock;
use crate::serve::reply::Reply;

/// How many objects a page has where nobody says, and at most.
const USUAL_PAGE: u64 = 1_000;
const LARGEST_PAGE: u64 = 5_000;
/// A page ends with the object that makes it longer than this, in bytes.
const LONG_PAGE: usize = 8 << 20;

pub(super) fn objects(caller: &Caller<'_>, id: &str, query: &Query) -> Result<Reply, Refused> {
    let form = Form::objects();
    page(caller, id, query, form)
}

pub(super) fn manifest(caller: &Caller<'_>, id: &str, query: &Query) -> Result<Reply, Refused> {
    page(caller, id, query, Form::manifest())
}

pub(super) fn object(
    caller: &Caller<'_>,
    id: &str,
    object: &str,
    query: Query,
) -> Result<Reply, Refused> {
    let query = only(object, query);
    page(
        caller,
        id,
        &query,
        Form {
            must_be_there: true,
            ..Form::objects()
        },
    )
}

/// Every version of an object, the oldest put in first.
pub(super) fn versions(
    caller: &Caller<'_>,
    id: &str,
    object: &str,
    query: Query,
) -> Result<Reply, Refused> {
    let mut query = only(object, query);
    query.versions = avert_exchange::taxii::Versions {
        all: true,
        ..Default::default()
    };
    page(caller, id, &query, Form::versions())
}

fn only(object: &str, query: Query) -> Query {
    Query {
        ids: vec![object.to_owned()],
        kinds: Vec::new(),
        ..query
    }
}

/// What is written of each object.
#[derive(Clone, Copy)]
struct Form {
    list: &'static str,
    with_text: bool,
    must_be_there: bool,
    write: fn(&Shown) -> Option<String>,
}

impl Form {
    /// The object itself. `None` says: its text as it is.
    fn objects() -> Self {
        Self {
            list: "objects",
            with_text: true,
            must_be_there: false,
            write: |_| None,
        }
    }

    fn manifest() -> Self {
        Self {
            list: "objects",
            with_text: false,
            must_be_there: false,
            write: |shown| {
                let record = ManifestRecord {
                    id: shown.id.clone(),
                    date_added: write_time(shown.added_at),
                    version: write_time(shown.version),
                    media_type: Some(media_type(&shown.spec_version)),
                };
                Some(serde_json::to_string(&record).expect("a record has string keys"))
            },
        }
    }

    fn versions() -> Self {
        Self {
            list: "versions",
            with_text: false,
            must_be_there: true,
            write: |shown| Some(format!("\"{}\"", write_time(shown.version))),
        }
    }
}

fn media_type(spec_version: &str) -> String {
    if spec_version == "2.1" {
        STIX_MEDIA_TYPE.to_owned()
    } else {
        format!("application/stix+json;version={spec_version}")
    }
}

fn page(caller: &Caller<'_>, id: &str, query: &Query, form: Form) -> Result<Reply, Refused> {
    let open = caller.collection(id)?.readable()?;
    let asked = asked(query)?;
    let limit = query.limit.unwrap_or(USUAL_PAGE).min(LARGEST_PAGE);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let page = caller.server.with_store(|store| {
        let number = settled(caller, &open, store)?;
        if form.must_be_there && sharing::versions_of(store, number, &query.ids[0])? == 0 {
            return Ok(None);
        }
        let page = Page::read(store, number, &asked, form, limit)?;
        // It is entered before it is sent.
        if let Some((first_at, last_at)) = page.between
            && form.with_text
            && caller.partner != caller.sharing.directory.us
        {
            let fetch = Fetch {
                collection: number,
                partner: caller.partner.to_string(),
                first_at,
                last_at,
                revoked: page.revoked(&sharing::retracted(store)?),
            };
            sharing::fetched(store, &SystemClock, &fetch, &asked)?;
        }
        Ok::<_, Refused>(Some(page))
    })?;
    let page = page.ok_or_else(|| {
        Refused::new(
            404,
            "taxii/no-object",
            "there is no such object in this collection for you",
        )
    })?;
    Ok(page.reply())
}

/// A page, written.
struct Page {
    envelope: Envelope,
    /// When the first and the last of it had been put in.
    between: Option<(Timestamp, Timestamp)>,
    more: bool,
    /// Ids of what is revoked.
    ends: Vec<String>,
}

impl Page {
    fn read(
        store: &Store,
        collection: i64,
        asked: &Asked,
        form: Form,
        limit: usize,
    ) -> Result<Self, Refused> {
        let mut envelope = Envelope::of(form.list);
        let mut between: Option<(Timestamp, Timestamp)> = None;
        let (mut length, mut ends) = (0, Vec::new());
        let more = sharing::each(
            store,
            collection,
            asked,
            form.with_text,
            limit,
            &mut |shown| {
                let first = between.map_or(shown.added_at, |(first, _)| first);
                between = Some((first, shown.added_at));
                match (form.write)(&shown) {
                    Some(text) => envelope.push(&text),
                    None => envelope.push(&shown.body),
                }
                length += shown.body.len();
                if is_revoked(&shown.body) {
                    ends.push(shown.id);
                }
                length <= LONG_PAGE
            },
        )?;
        Ok(Self {
            envelope,
            between,
            more,
            ends,
        })
    }

    /// Which of it we took back ourselves.
    fn revoked(&self, retracted: &BTreeSet<String>) -> Vec<String> {
        let ours = self.ends.iter().filter(|id| retracted.contains(*id));
        ours.cloned().collect()
    }

    fn reply(self) -> Reply {
        let next = self
            .between
            .filter(|_| self.more)
            .map(|(_, last)| last.as_microsecond().to_string());
        let body = self.envelope.end(next.as_deref());
        let reply = Reply::document(StatusCode::OK, MEDIA_TYPE, body);
        match self.between {
            None => reply,
            Some((first, last)) => reply
                .with(DATE_ADDED_FIRST, &exact(first))
                .with(DATE_ADDED_LAST, &exact(last)),
        }
    }
}

/// Whether a text may say that its object is revoked: what we make says it without a space.
fn is_revoked(body: &str) -> bool {
    memchr::memmem::find(body.as_bytes(), b"\"revoked\":true").is_some()
}

/// With microseconds: whoever asks for what was added after this must not get it again, nor miss the next.
fn exact(at: Timestamp) -> String {
    format!("{at:.6}")
}

fn asked(query: &Query) -> Result<Asked, Refused> {
    let after = match &query.next {
        None => query.added_after,
        Some(next) => {
            let at = next
                .parse()
                .ok()
                .and_then(|at| Timestamp::from_microsecond(at).ok());
            let at = at.ok_or_else(|| {
                Refused::new(400, "taxii/unclear", "'next' is none that was given here")
                    .hint("begin again without it")
            })?;
            Some(query.added_after.map_or(at, |after| after.max(at)))
        }
    };
    let versions = &query.versions;
    Ok(Asked {
        after,
        ids: query.ids.clone(),
        kinds: query.kinds.clone(),
        spec_versions: query.spec_versions.clone(),
        which: Which {
            first: versions.first,
            last: versions.last,
            all: versions.all,
            exactly: versions.exactly.clone(),
        },
    })
}
