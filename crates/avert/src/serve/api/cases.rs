//! `/v1/cases`: what people decided to look into.

use std::collections::{BTreeMap, BTreeSet};

use avert_exchange::report::{self, ReportOptions};
use avert_model::{
    AccountId, Belongs, Case, CaseId, Clock as _, FindingId, MemberChange, ReportPart, ReportWords,
    Tlp,
};
use avert_ops::cases::{self, Writing};
use avert_ops::overview::{self, CaseFilter, CaseHead};
use avert_ops::{dossier, notify};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::case;
use super::page::{Limit, Page, given, place};
use crate::clock::SystemClock;
use crate::failure::CommandError;
use crate::serve::call::Call;
use crate::serve::problem::Problem;
use crate::serve::reply::{Created, Document, Json};
use crate::serve::routes::{Access, Nothing, Routes};
use crate::sharing::Sharing;

pub(super) fn register(routes: &mut Routes) {
    routes.get(("/v1/cases", Access::Read), "Cases, newest first", list);
    routes.post(
        ("/v1/cases", Access::Change),
        "Open a case from findings",
        open,
    );
    routes.get(
        ("/v1/cases/{id}", Access::Read),
        "A case with everything that was found and done",
        case::show,
    );
    routes.post(
        ("/v1/cases/{id}/notes", Access::Change),
        "Write a note on a case",
        note,
    );
    routes.post(
        ("/v1/cases/{id}/accounts", Access::Change),
        "Take accounts into a case, or out of it",
        change_members,
    );
    routes.post(
        ("/v1/cases/{id}/assign", Access::Change),
        "Say who looks after a case",
        assign,
    );
    routes.post(
        ("/v1/cases/{id}/close", Access::Change),
        "Close a case",
        close,
    );
    routes.get(
        ("/v1/cases/{id}/words", Access::Read),
        "What was written for the report of a case",
        words,
    );
    routes.post(
        ("/v1/cases/{id}/words", Access::Change),
        "Write for the report of a case, over the version that was seen",
        write_words,
    );
    routes
        .get(
            ("/v1/cases/{id}/report", Access::Read),
            "The report of a case, as Markdown, HTML or JSON",
            written,
        )
        .takes_long();
}

/// Which cases.
#[derive(Deserialize, JsonSchema)]
struct Which {
    /// `open` or `closed`.
    state: Option<Standing>,
    /// Those that this person looks after; nobody, if empty.
    assigned_to: Option<String>,
    /// Those whose title has this text in it.
    q: Option<String>,
    /// What the page before said as its `next`.
    after: Option<String>,
    /// How many, at most 500.
    #[serde(default)]
    limit: Limit,
}

/// Whether a case is being worked on.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Standing {
    Open,
    Closed,
}

fn list(call: &Call<'_>, which: Which) -> Result<Json<Page<CaseHead>>, Problem> {
    let filter = CaseFilter {
        open: which.state.map(|state| state == Standing::Open),
        assigned_to: which.assigned_to,
        text: which.q.filter(|text| !text.is_empty()),
        after: place(which.after.as_deref())?,
        limit: which.limit.get(),
    };
    call.read(|store| Ok(Json(overview::cases(store, &filter)?.into())))
}

/// What a case is to be about.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The findings it rests on, of one platform.
    findings: Vec<FindingId>,
    /// One line that says what it is about; without it, the first finding's.
    title: Option<String>,
    /// How far it may be told.
    tlp: Option<Tlp>,
}

fn open(call: &Call<'_>, wanted: Wanted) -> Result<Created<Case>, Problem> {
    let title = wanted
        .title
        .as_deref()
        .map(str::trim)
        .filter(|title| !title.is_empty());
    call.at_desk(|desk| {
        let tlp = wanted.tlp.unwrap_or(Tlp::Amber);
        Ok(Created(cases::open(desk, &wanted.findings, title, tlp)?))
    })
}

/// What somebody writes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Note {
    /// The words. `@name` mentions somebody.
    text: String,
}

fn note(call: &Call<'_>, note: Note) -> Result<Created<Case>, Problem> {
    let id: CaseId = call.id("id")?;
    let text = given("note", &note.text)?;
    call.at_desk(|desk| Ok(Created(cases::note(desk, id, text)?)))
}

/// Whom a case is to be about.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Accounts {
    /// Accounts to take in; a finding of the case has to name them.
    #[serde(default)]
    add: Vec<AccountId>,
    /// Accounts to take out.
    #[serde(default)]
    remove: Vec<AccountId>,
    /// Why, in their words.
    reason: String,
}

fn change_members(call: &Call<'_>, accounts: Accounts) -> Result<Json<Vec<MemberChange>>, Problem> {
    let id: CaseId = call.id("id")?;
    let reason = given("reason", &accounts.reason)?;
    let mut changes: BTreeMap<AccountId, Belongs> = BTreeMap::new();
    let adds = accounts
        .add
        .into_iter()
        .map(|account| (account, Belongs::Added));
    let removes = accounts
        .remove
        .into_iter()
        .map(|account| (account, Belongs::Removed));
    for (account, belongs) in adds.chain(removes) {
        if changes
            .insert(account, belongs)
            .is_some_and(|before| before != belongs)
        {
            return Err(Problem::unclear("an account is taken in and out at once"));
        }
    }
    call.at_desk(|desk| Ok(Json(cases::change_members(desk, id, &changes, reason)?)))
}

/// Who is to look after a case.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Assign {
    /// The name under `[people]`; nobody, if nothing.
    to: Option<String>,
}

fn assign(call: &Call<'_>, assign: Assign) -> Result<Json<CaseHead>, Problem> {
    let id: CaseId = call.id("id")?;
    call.at_desk(|desk| Ok(Json(overview::assign(desk, id, assign.to.as_deref())?)))
}

/// Why a case is done with.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Close {
    /// Why, in their words.
    reason: String,
    /// Close it although people whom it reached have not been told.
    #[serde(default)]
    although_untold: bool,
}

fn close(call: &Call<'_>, close: Close) -> Result<Json<Case>, Problem> {
    let id: CaseId = call.id("id")?;
    let reason = given("reason", &close.reason)?;
    call.at_desk(|desk| {
        let people = notify::untold(desk.store, id)?;
        if people > 0 && !close.although_untold {
            return Err(CommandError::Untold { case: id, people }.into());
        }
        Ok(Json(cases::close(desk, id, reason)?))
    })
}

/// What was written, if anything was.
#[derive(Serialize, JsonSchema)]
struct Words {
    words: Option<ReportWords>,
}

fn words(call: &Call<'_>, _: Nothing) -> Result<Json<Words>, Problem> {
    let id: CaseId = call.id("id")?;
    let words = call.read(|store| Ok(cases::words(store, id)?))?;
    Ok(Json(Words { words }))
}

/// What is to be written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewWords {
    /// What the report is called; the case's own title, if empty.
    #[serde(default)]
    title: String,
    /// What it says before anything else: paragraphs with an empty line between them.
    #[serde(default)]
    text: String,
    /// The parts that are left out.
    #[serde(default)]
    leaves_out: BTreeSet<ReportPart>,
    /// The version that this is written over; nought, where there was none.
    #[serde(default)]
    seen: u64,
}

fn write_words(call: &Call<'_>, new: NewWords) -> Result<Json<ReportWords>, Problem> {
    let id: CaseId = call.id("id")?;
    let writing = Writing {
        title: new.title,
        text: new.text,
        leaves_out: new.leaves_out,
    };
    call.at_desk(|desk| Ok(Json(cases::write_words(desk, id, &writing, new.seen)?)))
}

/// How a report is written.
#[derive(Deserialize, JsonSchema)]
struct Form {
    /// `md`, `html` or `json`.
    format: Format,
    /// List the people who were reached, instead of counting them.
    #[serde(default)]
    list_contacts: bool,
    /// Have the browser keep it as a file.
    #[serde(default)]
    download: bool,
}

/// A report's format.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Format {
    Md,
    Html,
    Json,
}

fn written(call: &Call<'_>, form: Form) -> Result<Document, Problem> {
    let id: CaseId = call.id("id")?;
    let dossier = call.read(|store| Ok(dossier::dossier(store, id, &SystemClock)?))?;
    let options = ReportOptions {
        list_contacts: form.list_contacts,
    };
    let sharing = Sharing::of(&call.setup.config.sharing);
    let (name, level) = (id.to_string(), dossier.case.tlp);
    let dossier = sharing.for_us(dossier, (&name, level), SystemClock.now())?;
    let (kind, extension, text) = match form.format {
        Format::Md => (
            "text/markdown; charset=utf-8",
            "md",
            report::markdown(&dossier, &options),
        ),
        Format::Html => (
            "text/html; charset=utf-8",
            "html",
            report::html(&dossier, &options),
        ),
        Format::Json => ("application/json", "json", report::json(&dossier, &options)),
    };
    Ok(Document {
        kind,
        name: form.download.then(|| format!("{id}.{extension}")),
        text,
    })
}
