//! Taking in what partners send, and what became of it.

use std::collections::BTreeSet;

use avert_exchange::stix::{Id, Limits, ReadError, Reader, write_time};
use avert_exchange::taxii::{MEDIA_TYPE, Query, Status, StatusDetail, Work, says_it_is};
use avert_model::{Clock as _, IntelRecord, Recipient, Timestamp};
use avert_ops::intel::Batch;
use avert_ops::sharing;
use avert_ops::store::Store;
use axum::http::StatusCode;

use super::{Caller, Open, Refused, json};
use crate::clock::{SystemClock, random_bytes};
use crate::serve::reply::Reply;
use crate::sharing::{KeptTerms, Lengths, Settling, ids_in, is_in_name_of, is_marking};

/// No object that somebody sends is longer than this, in bytes.
const LONGEST_OBJECT: usize = 1 << 20;
/// And no request has more of them.
const MOST_OBJECTS: u64 = 20_000;
/// The ids that can be read out of a text are together no longer than so many bytes, and so many times its length. A list
/// of `x-mitre-data-component--…` has three times its length, and what is written to be read less than its own.
const MOST_NAMED: usize = 4096;
const NAMED_OF_TEXT: usize = 8;
const TOO_MUCH: &str =
    "more ids can be read out of its text than there is room for: they hang together by hyphens";
/// Of one object no more texts are kept, versions and what else was said under one: all of them are looked at together.
const MOST_TEXTS: u64 = 100;

/// Takes objects in. Whatever is wrong with one of them, the others are kept.
pub(super) fn objects(caller: &Caller<'_>, id: &str, sent: &[u8]) -> Result<Reply, Refused> {
    let open = caller.collection(id)?.writable()?;
    let now = SystemClock.now();
    let came = Came::read(sent, now)?;
    let status = caller.server.with_store(|store| {
        let status = came.keep(store, caller, &open, now)?;
        let text = serde_json::to_string(&status).expect("a status has string keys");
        let partner = caller.partner.to_string();
        sharing::keep_status(store, now, (&status.id, &partner), &text)?;
        Ok::<_, Refused>(status)
    })?;
    let mut reply = json(&status);
    reply.status = StatusCode::ACCEPTED;
    Ok(reply)
}

/// What was sent, read.
#[derive(Default)]
struct Came {
    records: Vec<IntelRecord>,
    refused: Vec<StatusDetail>,
}

impl Came {
    fn read(sent: &[u8], now: Timestamp) -> Result<Self, Refused> {
        let limits = Limits {
            object_bytes: LONGEST_OBJECT,
            objects: MOST_OBJECTS,
            ..Limits::default()
        };
        if sent.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            return Err(no_envelope("it should be an object with 'objects'"));
        }
        match says_it_is(sent).as_deref() {
            // A bundle is no envelope, and what the sink of OASIS's own stix2 sends for one.
            None | Some("bundle") => {}
            Some(_) => return Err(no_envelope("it is one object, and no list of them")),
        }
        let mut came = Self::default();
        let all = Reader::new(sent, limits).all(|received| {
            let record = IntelRecord::from(received.object);
            let is_too_much = names_too_much(&record);
            (record, is_too_much)
        });
        for read in all {
            match read {
                Ok((record, false)) => came.records.push(record),
                Ok((record, true)) => came.refused.push(failure(&record, now, TOO_MUCH)),
                Err(error) if error.is_final() => return Err(no_envelope(&error.to_string())),
                Err(error) => came.refused.push(refusal(&error, now)),
            }
        }
        if came.records.is_empty() && came.refused.is_empty() {
            return Err(no_envelope("it has no objects"));
        }
        Ok(came)
    }

    /// Keeps it as this partner's, and has the collection hold what its audience may read of it.
    ///
    /// What is kept apart, since somebody else's stands in its place, is told like everything else: nobody learns from
    /// us what we hold.
    fn keep(
        mut self,
        store: &mut Store,
        caller: &Caller<'_>,
        open: &Open<'_>,
        now: Timestamp,
    ) -> Result<Status, Refused> {
        let total = (self.records.len() + self.refused.len()) as u64;
        self.refuse_in_our_name(caller, now);
        let lengths = self.refuse_too_many(store, caller, now)?;
        // Ids are random, and a store is written fastest in their order. What was sent twice stays in its own.
        self.records.sort_by(|one, other| one.id.cmp(&other.id));
        let mut ids: Vec<String> = self
            .records
            .iter()
            .map(|record| record.id.clone())
            .collect();
        // A marking goes along with what it marks, and those of partners define nothing here.
        ids.retain(|id| !is_marking(id));
        ids.sort_unstable();
        ids.dedup();
        let records = self.records.iter();
        let successes: Vec<StatusDetail> = records.map(|record| success(record, now)).collect();
        let (partner, failures) = (caller.partner.to_string(), self.refused);
        let batch = Batch {
            records: self.records,
            refused: failures.len() as u64,
            from: partner.clone(),
            terms: terms(caller, open).written(),
            join: Some(KeptTerms::joined),
        };
        let source = format!("taxii: {partner}");
        let rules = (&caller.sharing, &open.settings.audience.0);
        let settling = Settling::of(store, &open.id, rules, &SystemClock)?;
        // What became of it is kept behind it.
        let mut settling = settling.knowing(lengths).followed();
        let here = (settling.number(), source.as_str());
        sharing::take_in(store, &SystemClock, here, batch, &ids)?;
        let _lease = settling.alone(store)?;
        settling.these(store, &ids)?;
        let id = Id::random("status", random_bytes::<16>());
        Ok(Status {
            id: id.uuid().to_owned(),
            status: Work::Complete,
            request_timestamp: Some(write_time(now)),
            total_count: total,
            success_count: successes.len() as u64,
            successes,
            failure_count: failures.len() as u64,
            failures,
            pending_count: 0,
            pendings: Vec::new(),
        })
    }

    /// Nobody makes, rewrites or revokes anything in our name, whether we hold it or not.
    fn refuse_in_our_name(&mut self, caller: &Caller<'_>, now: Timestamp) {
        let ours = &caller.sharing.directory.our_identities;
        let (in_our_name, records) = std::mem::take(&mut self.records)
            .into_iter()
            .partition::<Vec<_>, _>(|record| is_in_name_of(record, ours));
        self.records = records;
        let why = "it says that we made it: what we make, we tell ourselves";
        let refused = in_our_name.iter().map(|record| failure(record, now, why));
        self.refused.extend(refused);
    }
}

impl Came {
    /// No more is kept of one object than can be looked at together. Says how long the texts are under each id, those
    /// that are there already included.
    fn refuse_too_many(
        &mut self,
        store: &Store,
        caller: &Caller<'_>,
        now: Timestamp,
    ) -> Result<Lengths, Refused> {
        let ids: BTreeSet<String> = self
            .records
            .iter()
            .map(|record| record.id.clone())
            .collect();
        let ids: Vec<String> = ids.into_iter().collect();
        let partner = caller.partner.to_string();
        let mut brought = sharing::brought(store, &partner, &ids)?;
        for record in std::mem::take(&mut self.records) {
            let brought = brought.entry(record.id.clone()).or_default();
            brought.texts += 1;
            if brought.texts <= MOST_TEXTS {
                brought.length += record.body.len() as u64;
                self.records.push(record);
                continue;
            }
            let why = format!(
                "{MOST_TEXTS} texts of it are kept already, and no more of one object: nothing of this one was"
            );
            self.refused.push(failure(&record, now, &why));
        }
        let lengths = brought
            .into_iter()
            .map(|(id, brought)| (id, brought.length));
        Ok(Lengths {
            by: partner,
            of: lengths.collect(),
        })
    }
}

/// Whether more ids can be read out of a text than there is room for: each end of `a-b-c--…` is one, and what a text names is
/// held beside it while it is judged.
fn names_too_much(record: &IntelRecord) -> bool {
    let mut named = BTreeSet::new();
    ids_in(&record.body, &mut named);
    let named: usize = named.iter().map(String::len).sum();
    named > MOST_NAMED + NAMED_OF_TEXT * record.body.len()
}

/// Whoever sends something to a collection addresses those whom it lies there for.
fn terms(caller: &Caller<'_>, open: &Open<'_>) -> KeptTerms {
    let mut terms = KeptTerms::from_partner(caller.partner.clone());
    match &open.settings.audience.0 {
        Recipient::Public => {}
        Recipient::Partner(partner) => terms.partners.push(partner.clone()),
        Recipient::Group(group) => terms.groups.push(group.clone()),
    }
    terms
}

fn success(record: &IntelRecord, now: Timestamp) -> StatusDetail {
    StatusDetail {
        id: record.id.clone(),
        version: write_time(record.version.unwrap_or(now)),
        message: None,
    }
}

/// What could be read, and is not kept.
fn failure(record: &IntelRecord, now: Timestamp, why: &str) -> StatusDetail {
    StatusDetail {
        message: Some(why.to_owned()),
        ..success(record, now)
    }
}

/// What is refused is named by its id; where it has none, by its place. TAXII wants an id and a version of everything
/// (section 4.3.1), so neither is empty.
fn refusal(error: &ReadError, now: Timestamp) -> StatusDetail {
    let place = || error.index().map(|index| format!("objects[{index}]"));
    let id = error.id().map(ToString::to_string).or_else(place);
    StatusDetail {
        id: id.unwrap_or_else(|| "objects".into()),
        version: write_time(now),
        message: Some(error.to_string()),
    }
}

fn no_envelope(why: &str) -> Refused {
    Refused::new(
        422,
        "taxii/no-envelope",
        format!("this is no envelope of objects: {why}"),
    )
    .hint("nothing of it was kept; send {\"objects\": […]}")
}

/// What became of something that this partner sent.
pub(super) fn status(caller: &Caller<'_>, id: &str) -> Result<Reply, Refused> {
    let partner = caller.partner.to_string();
    let found = caller
        .server
        .with_store(|store| sharing::status(store, id, &partner).map_err(Refused::from))?;
    let text = found.ok_or_else(|| {
        Refused::new(
            404,
            "taxii/no-status",
            "nothing that you sent within a day has this status",
        )
    })?;
    Ok(Reply::document(
        StatusCode::OK,
        MEDIA_TYPE,
        text.into_bytes(),
    ))
}

/// Takes an object out of a collection again: whoever sent it may.
pub(super) fn delete(
    caller: &Caller<'_>,
    id: &str,
    object: &str,
    query: &Query,
) -> Result<Reply, Refused> {
    let open = caller.collection(id)?.readable()?.writable()?;
    let some = avert_exchange::taxii::Versions::default();
    let narrows = query.versions != some && !query.versions.all;
    if narrows || !query.spec_versions.is_empty() {
        return Err(Refused::new(
            403,
            "taxii/all-versions",
            "an object is taken out with all of its versions, or not at all",
        ));
    }
    let ids = [object.to_owned()];
    let gone = caller.server.with_store(|store| {
        let rules = (&caller.sharing, &open.settings.audience.0);
        let mut settling = Settling::of(store, &open.id, rules, &SystemClock)?;
        let _lease = settling.alone(store)?;
        let partner = caller.partner.to_string();
        let here = (settling.number(), partner.as_str());
        let gone = sharing::withdraw_of_partner(store, &SystemClock, here, &ids)?;
        if gone > 0 {
            settling.these(store, &ids)?;
        }
        Ok::<_, Refused>(gone)
    })?;
    if gone == 0 {
        let text = "you have sent no such object to this collection";
        return Err(Refused::new(404, "taxii/no-object", text));
    }
    Ok(Reply::document(StatusCode::OK, MEDIA_TYPE, b"{}".to_vec()))
}
