//! `/v1/findings/{id}/map` and `/v1/cases/{id}/map`: where a network is drawn.
//!
//! Places are worked out once and kept, so that two people who point at something point at the same thing.

mod columns;
mod drawn;
mod times;

use avert_detect::graph::layout::{LayoutSettings, layout};
use avert_detect::graph::{Edge as Tie, Graph};
use avert_model::{Belongs, CaseId, Finding, FindingId};
use avert_ops::cases;
use avert_ops::store::Store;
use avert_ops::{findings, maps};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use self::drawn::{Drawn, Map};
use crate::clock::SystemClock;
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::{Answers, Json, Reply};
use crate::serve::routes::{Access, Routes};

pub(super) fn register(routes: &mut Routes) {
    routes
        .get(
            ("/v1/findings/{id}/map", Access::Read),
            "Where the accounts of a finding are drawn, and what ties them",
            of_finding,
        )
        .takes_long();
    routes
        .get(
            ("/v1/cases/{id}/map", Access::Read),
            "Where the accounts of a case are drawn, and what ties them",
            of_case,
        )
        .takes_long();
}

/// How a map is written.
#[derive(Deserialize, JsonSchema)]
struct Form {
    /// `json`, or `columns`, which is smaller; without it, JSON unless the map is large.
    form: Option<Written>,
}

/// How a map is written.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Written {
    Json,
    Columns,
}

/// Beyond so many accounts a map is written in columns, unless JSON is asked for.
const LARGE: usize = 20_000;

/// A map in either form.
enum Answer {
    Json(Map),
    Columns(Vec<u8>),
}

impl Answers for Answer {
    const STATUSES: &'static [(u16, &'static str)] = &[(
        200,
        "the map; a large one in columns, as application/octet-stream",
    )];

    const ALSO: Option<&'static str> = Some("application/octet-stream");

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Json::<Map>::schema(generator)
    }

    fn reply(self) -> Reply {
        match self {
            Self::Json(map) => Json(map).reply(),
            Self::Columns(bytes) => {
                let kind = "application/octet-stream";
                Reply::document(axum::http::StatusCode::OK, kind, bytes)
            }
        }
    }
}

fn of_finding(call: &Call<'_>, form: Form) -> Result<Answer, Problem> {
    let id: FindingId = call.id("id")?;
    call.read(|store| {
        let finding = findings::show(store, &id)?;
        let drawn = Drawn::of(std::slice::from_ref(&finding), &|_| false);
        answer(store, id.as_str(), drawn, &form)
    })
}

fn of_case(call: &Call<'_>, form: Form) -> Result<Answer, Problem> {
    let id: CaseId = call.id("id")?;
    call.read(|store| {
        let case = cases::show(store, id)?;
        let mut found: Vec<Finding> = Vec::new();
        for finding in &case.findings {
            found.push(findings::show(store, finding)?);
        }
        let mut removed = std::collections::BTreeSet::new();
        for change in cases::member_changes(store, id)? {
            match change.change {
                Belongs::Removed => removed.insert(change.account),
                Belongs::Added => removed.remove(&change.account),
            };
        }
        let drawn = Drawn::of(&found, &|account| removed.contains(account));
        answer(store, &id.to_string(), drawn, &form)
    })
}

fn answer(store: &mut Store, subject: &str, drawn: Drawn, form: &Form) -> Result<Answer, Problem> {
    let places = places(store, subject, &drawn)?;
    let is_large = drawn.nodes.len() > LARGE;
    let columns = form.form.map_or(is_large, |form| form == Written::Columns);
    Ok(if columns {
        Answer::Columns(columns::written(&drawn, &places))
    } else {
        Answer::Json(drawn.map(&places))
    })
}

/// The places that were kept, or new ones, which are.
fn places(store: &mut Store, subject: &str, drawn: &Drawn) -> Result<Vec<[f32; 2]>, Problem> {
    let digest = drawn.digest();
    let kept = maps::find(store, subject, &digest)?;
    let kept = kept.and_then(|body| serde_json::from_str::<Vec<[f32; 2]>>(&body).ok());
    if let Some(places) = kept.filter(|places| places.len() == drawn.nodes.len()) {
        return Ok(places);
    }
    let nodes = u32::try_from(drawn.nodes.len())
        .map_err(|_| Problem::new(422, "map/too-large", "it has too many accounts to be drawn"))?;
    let ties = drawn.edges.iter().map(|edge| Tie {
        a: edge.a,
        b: edge.b,
        weight: drawn::pull(edge),
    });
    let (graph, _) = Graph::new(nodes, ties.collect());
    let places = layout(&graph, &LayoutSettings::default()).at;
    let body = serde_json::to_string(&places).expect("places are finite numbers");
    maps::keep(store, &SystemClock, (subject, &digest), &body)?;
    Ok(places)
}
