//! `/v1/journal`: everything that was decided or done.

use avert_model::{JournalRow, JournalSummary};
use avert_ops::journal;
use schemars::JsonSchema;
use serde::Deserialize;

use super::page::{Limit, Page};
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::Json;
use crate::serve::routes::{Access, Nothing, Routes};

pub(super) fn register(routes: &mut Routes) {
    routes.get(
        ("/v1/journal", Access::Read),
        "Rows of the journal, newest first",
        list,
    );
    routes
        .get(
            ("/v1/journal/verify", Access::Read),
            "Check the whole chain of the journal",
            verify,
        )
        .takes_long();
}

/// Which rows.
#[derive(Deserialize, JsonSchema)]
struct Which {
    /// Rows before this number: what the page before said as its `next`.
    before: Option<u64>,
    /// Rows about what begins so: `tp-1`, `case-1`.
    subject: Option<String>,
    /// Rows of acts that begin so: `takedown/`.
    act: Option<String>,
    /// How many, at most 500.
    #[serde(default)]
    limit: Limit,
}

fn list(call: &Call<'_>, which: Which) -> Result<Json<Page<JournalRow>>, Problem> {
    let limit = which.limit.get();
    let filter = journal::Filter {
        before: which.before,
        subject: which.subject,
        act: which.act,
        limit: limit + 1,
    };
    let mut items = call.read(|store| Ok(journal::newest(store, &filter)?))?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|row| row.seq.to_string());
    Ok(Json(Page { items, next }))
}

fn verify(call: &Call<'_>, _: Nothing) -> Result<Json<JournalSummary>, Problem> {
    call.read(|store| Ok(Json(journal::verify(store)?)))
}
