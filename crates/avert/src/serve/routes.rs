//! The table of operations: what is answered at which address, to whom, and what goes in and comes out. The
//! router and the `OpenAPI` document are both made from it, so neither can know what the other does not.

use std::sync::Arc;

use axum::http::Method;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use super::call::Call;
use super::problem::Problem;
use super::reply::{Answers, Reply};

/// Who may ask for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody: it is how one signs in.
    Anyone,
    /// Whoever is signed in, and tokens that may read.
    Read,
    /// Whoever is signed in, and tokens that may write.
    Change,
    /// As `Change`, and tokens that hand in appeals.
    Appeals,
    /// Whoever is signed in with a browser: nobody gets rights by a token that they do not have already.
    Person,
}

/// Answers a call.
type Run = Arc<dyn Fn(&Call<'_>) -> Result<Reply, Problem> + Send + Sync>;

/// One operation.
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: &'static str,
    /// Its name, for programs that are made from the document.
    pub(super) name: String,
    pub(super) summary: &'static str,
    pub(super) access: Access,
    pub(super) query: Option<Schema>,
    pub(super) body: Option<Schema>,
    pub(super) answer: Option<Schema>,
    pub(super) answer_kind: &'static str,
    pub(super) other_kind: Option<&'static str>,
    pub(super) statuses: &'static [(u16, &'static str)],
    pub(super) run: Run,
    /// Whether it may take seconds, so that few of it are worked on at once.
    pub(super) takes_long: bool,
}

impl Operation {
    /// Says that it may take seconds.
    pub(super) fn takes_long(&mut self) {
        self.takes_long = true;
    }
}

/// All operations, and the schemas that they share.
pub(super) struct Routes {
    pub(super) operations: Vec<Operation>,
    pub(super) schemas: SchemaGenerator,
}

/// Nothing is asked for besides the address.
#[derive(serde::Deserialize, JsonSchema)]
pub(super) struct Nothing {}

impl Routes {
    /// None yet.
    pub(super) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Self {
            operations: Vec::new(),
            schemas: settings.into_generator(),
        }
    }

    /// Something to look at.
    pub(super) fn get<Q, A>(
        &mut self,
        (path, access): (&'static str, Access),
        summary: &'static str,
        handler: fn(&Call<'_>, Q) -> Result<A, Problem>,
    ) -> &mut Operation
    where
        Q: DeserializeOwned + JsonSchema + 'static,
        A: Answers + 'static,
    {
        let query = self.schemas.root_schema_for::<Q>();
        let run: Run = Arc::new(move |call| Ok(handler(call, call.query()?)?.reply()));
        self.add::<A>(
            Method::GET,
            (path, access),
            summary,
            (Some(query), None),
            run,
        )
    }

    /// Something to do.
    pub(super) fn post<B, A>(
        &mut self,
        at: (&'static str, Access),
        summary: &'static str,
        handler: fn(&Call<'_>, B) -> Result<A, Problem>,
    ) where
        B: DeserializeOwned + JsonSchema + 'static,
        A: Answers + 'static,
    {
        self.change(Method::POST, at, summary, handler);
    }

    /// Something to take away.
    pub(super) fn delete<B, A>(
        &mut self,
        at: (&'static str, Access),
        summary: &'static str,
        handler: fn(&Call<'_>, B) -> Result<A, Problem>,
    ) where
        B: DeserializeOwned + JsonSchema + 'static,
        A: Answers + 'static,
    {
        self.change(Method::DELETE, at, summary, handler);
    }

    fn change<B, A>(
        &mut self,
        method: Method,
        at: (&'static str, Access),
        summary: &'static str,
        handler: fn(&Call<'_>, B) -> Result<A, Problem>,
    ) where
        B: DeserializeOwned + JsonSchema + 'static,
        A: Answers + 'static,
    {
        let body = self.schemas.subschema_for::<B>();
        let run: Run = Arc::new(move |call| Ok(handler(call, call.body()?)?.reply()));
        self.add::<A>(method, at, summary, (None, Some(body)), run);
    }

    fn add<A: Answers>(
        &mut self,
        method: Method,
        (path, access): (&'static str, Access),
        summary: &'static str,
        (query, body): (Option<Schema>, Option<Schema>),
        run: Run,
    ) -> &mut Operation {
        let answer = A::schema(&mut self.schemas);
        self.operations.push(Operation {
            name: name(&method, path),
            method,
            path,
            summary,
            access,
            query,
            body,
            answer,
            answer_kind: A::KIND,
            other_kind: A::ALSO,
            statuses: A::STATUSES,
            run,
            takes_long: false,
        });
        self.operations.last_mut().expect("it was just added")
    }
}

/// The operation's name: `post_takedowns_id_submit`.
fn name(method: &Method, path: &str) -> String {
    let words = path.trim_start_matches("/v1/").split('/');
    let words = words.map(|word| word.trim_matches(['{', '}']).replace(['-', '.'], "_"));
    let words: Vec<String> = words.collect();
    format!("{}_{}", method.as_str().to_lowercase(), words.join("_"))
}
