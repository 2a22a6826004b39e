//! Settling a collection before it is read, where its rules have changed or a time has come.

use std::sync::{Arc, Mutex, PoisonError};

use avert_model::{Clock as _, Happened, SignedDuration, Timestamp};
use avert_ops::sharing;
use avert_ops::store::Store;

use super::{Caller, Open, Refused};
use crate::clock::SystemClock;
use crate::serve::server::Server;
use crate::sharing::Settling;

/// What embargoes wait for is looked up so often. For so long at most somebody reads less than
/// they might, or, where a takedown that something waited for was reversed, more.
const LOOKED_UP_EVERY: SignedDuration = SignedDuration::from_secs(2);

/// What has happened, as it was looked up last.
#[derive(Debug, Default)]
pub(in crate::serve) struct Happenings(Mutex<Option<LookedUp>>);

#[derive(Debug)]
struct LookedUp {
    at: Timestamp,
    happened: Arc<[Happened]>,
}

impl Happenings {
    fn now(&self, store: &Store) -> Result<Arc<[Happened]>, Refused> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = SystemClock.now();
        if let Some(known) = known.as_ref()
            && now.duration_since(known.at).abs() < LOOKED_UP_EVERY
        {
            return Ok(Arc::clone(&known.happened));
        }
        let happened: Arc<[Happened]> = sharing::happened(store)?.into();
        *known = Some(LookedUp {
            at: now,
            happened: Arc::clone(&happened),
        });
        Ok(happened)
    }
}

/// The number of the collection, once it holds what its audience may read now and nothing else.
pub(super) fn settled(
    caller: &Caller<'_>,
    open: &Open<'_>,
    store: &mut Store,
) -> Result<i64, Refused> {
    let audience = &open.settings.audience.0;
    let collection = sharing::collection(store, &open.id)?;
    let happened = happenings(caller.server).now(store)?;
    let rules = caller
        .sharing
        .rules(audience, &happened, &collection.awaits);
    let is_settled = collection.is_settled(&rules, SystemClock.now());
    if is_settled && sharing::stale(store, collection.number)?.is_empty() {
        return Ok(collection.number);
    }
    let busy = || {
        Refused::new(
            503,
            "taxii/settling",
            "what may be read here has changed, and is being looked through",
        )
        .retry_after(2)
    };
    let _lease = sharing::lease(store, collection.number)?.ok_or_else(busy)?;
    let mut settling = Settling::of(store, &open.id, (&caller.sharing, audience), &SystemClock)?;
    settling.these(store, &[])?;
    Ok(settling.number())
}

fn happenings(server: &Server) -> &Happenings {
    &server.happenings
}
